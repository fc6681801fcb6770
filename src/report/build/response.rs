//! The response simulator's result in names, times and pointers.

use super::rows::{self, Row};
use super::{Material, verdict};
use crate::config::ResponseAction;
use crate::events::{Action, Time};
use crate::report::model::{
    ActOutcome, InnocentCost, LatestUseful, LeftInPlace, OutcomeCounts, OwnerCost, Response, ResponseAct, ResponseIntervention,
    ResponseLimit, ResponsePoint, ResponsePolicy, ResponseScenario, ResponseTotals, ResponseTrigger, ResponseWatch, SparedAccount,
    TriggerPolicy,
};
use crate::response::{self, ActResult, LIMITS, Outcome, Scenario, Sight, Split, Trigger, Why};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Pointers that an act of a scenario lists: the timeline has the others.
const LISTED: usize = 5;

pub(super) fn response(material: &Material<'_>, of: &response::Response) -> Response {
    let watch = &of.watch;
    // A consent of which several records tell is one act; of mails the rows know it themselves.
    let told = of.acts.list.iter().enumerate().filter(|(_, act)| act.counted || act.action != Action::Consent);
    let places: FxHashMap<u32, usize> = told.map(|(place, act)| (act.event, place)).collect();
    Response {
        policy: policy(material),
        watch: ResponseWatch { from: watch.from.and_then(shown), days: watch.days as u64, days_replayed: watch.days_seen as u64 },
        triggers: watch.firings.iter().map(|firing| trigger(material, firing)).collect(),
        scenarios: of.scenarios.iter().map(|one| scenario(material, of, one, &places)).collect(),
        curve: of
            .curve
            .iter()
            .map(|point| ResponsePoint {
                delay_minutes: point.minutes,
                mails_prevented: point.mails,
                mails_prevented_if: point.mails_if,
                accounts_spared: share(point.accounts),
            })
            .collect(),
        latest_useful: of.latest.iter().map(|one| latest(material, of, one)).collect(),
        limits: limits(&of.scenarios),
    }
}

fn shown(time: Time) -> Option<String> {
    time.is_known().then(|| time.rfc3339(0))
}

/// A number to three digits; never a negative zero, which a sum of nothing gives.
fn share(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}

fn policy(material: &Material<'_>) -> ResponsePolicy {
    let policy = &material.case.config.response;
    let names = |actions: &[ResponseAction]| actions.iter().map(|action| action.name().to_owned()).collect();
    let triggers = Trigger::ALL.into_iter();
    ResponsePolicy {
        triggers: triggers.map(|one| TriggerPolicy { trigger: one.id().to_owned(), actions: names(one.actions(policy)) }).collect(),
        latency_minutes: policy.latency_minutes,
        confirm_minutes: policy.confirm_minutes,
        confirm_minutes_off_hours: policy.confirm_minutes_off_hours,
        restore_hours: policy.restore_hours,
    }
}

fn trigger(material: &Material<'_>, firing: &response::Firing) -> ResponseTrigger {
    ResponseTrigger {
        account: material.name(firing.account),
        trigger: firing.trigger.id().to_owned(),
        time: material.time_among(firing.at, &firing.events).unwrap_or_default(),
        basis: match firing.sight {
            Sight::Replayed => "replayed",
            Sight::Hindsight => "hindsight",
        }
        .to_owned(),
        evidence: material.pointers(&firing.events),
    }
}

fn scenario(material: &Material<'_>, of: &response::Response, one: &Scenario, places: &FxHashMap<u32, usize>) -> ResponseScenario {
    let intervention = |one: &response::Intervention| ResponseIntervention {
        account: material.name(one.account),
        action: one.action.name().to_owned(),
        at: shown(one.at).unwrap_or_default(),
        trigger: one.trigger.map(|(trigger, _)| trigger.id().to_owned()),
    };
    let spared = |one: &response::Spared| SparedAccount {
        account: material.name(one.account),
        from: material.name(one.from),
        probability: share(one.probability),
        condition: one.condition.map(str::to_owned),
    };
    ResponseScenario {
        mode: one.mode.name().to_owned(),
        interventions: one.interventions.iter().map(intervention).collect(),
        acts: acts(material, one, places),
        spared: one.spared.iter().map(spared).collect(),
        left_in_place: left(material, of, one),
        totals: totals(material, one),
        owners: one
            .cost
            .owners
            .iter()
            .map(|(account, blocked)| OwnerCost { account: material.name(*account), acts_blocked: *blocked })
            .collect(),
        innocents: one.cost.innocents.iter().map(|one| innocent(material, one)).collect(),
        acts_at_blocked_addresses: one.cost.at_addresses,
    }
}

/// The acts in rows, as on the timeline, but divided by what would have become of them.
fn acts(material: &Material<'_>, scenario: &Scenario, places: &FxHashMap<u32, usize>) -> Vec<ResponseAct> {
    let result_of = |event: u32| places.get(&event).and_then(|place| scenario.results.get(*place)).copied();
    let mut kinds: Vec<ActResult> = Vec::new();
    let mut parts: FxHashMap<u32, usize> = FxHashMap::default();
    for (event, place) in places_in_order(places) {
        let Some(result) = scenario.results.get(place).copied() else { continue };
        let part = kinds.iter().position(|known| *known == result).unwrap_or_else(|| {
            kinds.push(result);
            kinds.len() - 1
        });
        parts.insert(event, part);
    }
    let rows = rows::rows(material, &|event| parts.get(&event).copied());
    rows.iter().filter_map(|row| Some(act(material, row, result_of(row.first())?))).collect()
}

/// Events with their places, in the order of the places.
fn places_in_order(places: &FxHashMap<u32, usize>) -> Vec<(u32, usize)> {
    let mut list: Vec<(u32, usize)> = places.iter().map(|(event, place)| (*event, *place)).collect();
    list.sort_unstable_by_key(|(_, place)| *place);
    list
}

fn act(material: &Material<'_>, row: &Row, result: ActResult) -> ResponseAct {
    let items = row.items();
    let row = rows::finish(material, row);
    let (why, probability) = match result.why {
        Why::Nothing => (None, None),
        Why::Text(why) => (Some(why.to_owned()), None),
        Why::Spared { by, probability } => {
            (Some(format!("the account fell by the act of {} that would have been prevented", material.name(by))), Some(share(probability)))
        }
    };
    ResponseAct {
        time: row.time,
        end_time: row.end_time,
        count: row.count,
        items,
        account: row.account,
        action: row.action,
        summary: row.summary,
        result: outcome(result.outcome),
        why,
        probability,
        evidence: row.evidence.into_iter().take(LISTED).collect(),
    }
}

fn outcome(of: Option<Outcome>) -> ActOutcome {
    match of {
        None => ActOutcome::Before,
        Some(Outcome::Prevented) => ActOutcome::Prevented,
        Some(Outcome::PreventedIf) => ActOutcome::PreventedIf,
        Some(Outcome::Residual) => ActOutcome::Residual,
        Some(Outcome::NotPrevented) => ActOutcome::NotPrevented,
    }
}

/// What stays in place. Two records of one act (a consent in two logs) are one.
fn left(material: &Material<'_>, of: &response::Response, scenario: &Scenario) -> Vec<LeftInPlace> {
    let mut said: BTreeSet<(String, String)> = BTreeSet::new();
    let mut list = Vec::new();
    for one in &scenario.left {
        let Some(act) = of.acts.list.get(one.act) else { continue };
        let Some(event) = material.case.event(act.event) else { continue };
        let names = super::CaseNames(material.case);
        let summary = crate::report::summary::summary(event, material.case.store.detail(event), &names);
        let account = material.name(act.account);
        if said.insert((account.clone(), summary.clone())) {
            let time = material.time_of(act.event).unwrap_or_default();
            list.push(LeftInPlace { account, time, summary, why: one.why.to_owned(), evidence: material.pointers(&[act.event]) });
        }
    }
    list
}

fn totals(material: &Material<'_>, scenario: &Scenario) -> ResponseTotals {
    let of = &scenario.totals;
    let counts = |split: Split| OutcomeCounts {
        before: split.before,
        prevented: split.prevented,
        prevented_if: split.prevented_if,
        residual: split.residual,
        not_prevented: split.not_prevented,
    };
    let hours = |hours: f64| (hours * 100.0).round() / 100.0;
    ResponseTotals {
        acts: counts(of.acts),
        sign_ins: counts(of.sign_ins),
        mails_sent: counts(of.mails_sent),
        mails_read: counts(of.mails_read),
        rules: counts(of.rules),
        consents: counts(of.consents),
        accounts: material.incidents.iter().map(|incident| incident.accounts.len() as u64).sum(),
        accounts_spared: share(scenario.spared.iter().map(|one| one.probability).sum()),
        access_hours: hours(of.hours.recorded),
        access_hours_at_most: hours(of.hours.at_most),
        access_hours_at_least: hours(of.hours.at_least),
    }
}

fn innocent(material: &Material<'_>, one: &response::Innocent) -> InnocentCost {
    InnocentCost {
        account: material.name(one.account),
        verdict: verdict(one.verdict),
        trigger: one.trigger.map(|(trigger, _)| trigger.id().to_owned()),
        at: shown(one.at).unwrap_or_default(),
        actions: one.actions.iter().map(|action| action.name().to_owned()).collect(),
        acts_blocked: one.blocked,
    }
}

fn latest(material: &Material<'_>, of: &response::Response, one: &response::Latest) -> LatestUseful {
    let events: Vec<u32> = of.acts.list.iter().filter(|act| act.time == one.before).map(|act| act.event).collect();
    LatestUseful {
        account: material.name(one.account),
        before: material.time_among(one.before, &events).unwrap_or_default(),
        surely_before: shown(one.surely_before).unwrap_or_default(),
        spares: one.spares.map(|(account, _)| material.name(account)),
        probability: one.spares.map(|(_, probability)| share(probability)),
    }
}

/// What the actions that are taken in any scenario do not stop.
fn limits(scenarios: &[Scenario]) -> Vec<ResponseLimit> {
    let used: BTreeSet<ResponseAction> = scenarios.iter().flat_map(|one| &one.interventions).map(|one| one.action).collect();
    let of = LIMITS.iter().filter(|limits| used.contains(&limits.action));
    of.flat_map(|limits| {
        limits.does_not_stop.iter().map(|(what, why)| ResponseLimit {
            action: limits.action.name().to_owned(),
            does_not_stop: (*what).to_owned(),
            why: (*why).to_owned(),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_spared_is_zero_and_not_minus_zero() {
        assert_eq!(super::share([].iter().sum::<f64>()).to_string(), "0");
        assert_eq!(super::share(-0.0).to_string(), "0");
    }
}
