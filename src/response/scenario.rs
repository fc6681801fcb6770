//! Scenarios: what a mode of the response would have done when, and what would have become of each act.

use super::acts::{Act, Acts, Hand};
use super::cost::Cost;
use super::effect::{Known, Outcome, rule};
use super::limits::{CONSENT_STAYS, FORWARDING_GOES_ON, GRANT_STAYS, NOT_BACK, RULE_GOES_ON};
use super::replay::Firing;
use super::totals::Totals;
use super::{ByHand, Scene, Trigger, cost, totals};
use crate::cascade::Edge;
use crate::config::{OfficeHours, ResponseAction};
use crate::events::{AccountId, Action, Detail, Flags, Ip, RuleChange, Time};
use chrono::{Datelike, TimeZone, Timelike};
use std::collections::BTreeMap;

/// Seconds that a response without a person takes. Source: the published incidents ("one second after").
const AUTONOMOUS_SECONDS: i64 = 1;

/// How a response comes to act.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// It never does; the same where nobody ever confirms.
    DetectOnly,
    /// After somebody has confirmed.
    HumanConfirmation,
    /// At once.
    Autonomous,
    /// At once, and any trigger disables the account, whatever the policy says.
    DisableAtOnce,
    /// As somebody asks.
    ByHand,
}

impl Mode {
    /// The modes that are compared for a policy.
    pub const CONFIGURED: [Mode; 4] = [Mode::DetectOnly, Mode::HumanConfirmation, Mode::Autonomous, Mode::DisableAtOnce];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Mode::DetectOnly => "detect-only",
            Mode::HumanConfirmation => "human-confirmation",
            Mode::Autonomous => "autonomous",
            Mode::DisableAtOnce => "disable-at-once",
            Mode::ByHand => "by-hand",
        }
    }
}

/// One action on one account at one moment.
#[derive(Clone, Debug)]
pub struct Intervention {
    /// On whom.
    pub account: AccountId,
    /// What.
    pub action: ResponseAction,
    /// When.
    pub at: Time,
    /// The trigger, and its last record; none where somebody asks.
    pub trigger: Option<(Trigger, Time)>,
    /// Records of the trigger: their addresses are those that are blocked.
    pub events: Vec<u32>,
}

/// What became of an act in a scenario.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ActResult {
    /// What became of it; `None` where it was done before anything happened on the account.
    pub outcome: Option<Outcome>,
    /// Why.
    pub why: Why,
}

/// Why an act came out so.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Why {
    /// Nothing was done by then.
    Nothing,
    /// A reason of the table.
    Text(&'static str),
    /// The account would not have fallen, if it fell by the other's act.
    Spared {
        /// The account that the path came from.
        by: AccountId,
        /// How sure that is.
        probability: f64,
    },
}

/// An account that would not have fallen.
#[derive(Clone, Debug)]
pub struct Spared {
    /// Which.
    pub account: AccountId,
    /// From whom it would not have been reached.
    pub from: AccountId,
    /// How sure it is that it fell by that way.
    pub probability: f64,
    /// What it depends on besides.
    pub condition: Option<&'static str>,
}

/// Something that stays in place in spite of the response.
#[derive(Clone, Copy, Debug)]
pub struct LeftBehind {
    /// Place in the list of acts of the act that made it.
    pub act: usize,
    /// Why it stays.
    pub why: &'static str,
}

/// A mode with all that would have come of it.
pub struct Scenario {
    /// The mode.
    pub mode: Mode,
    /// What is done, in time order.
    pub interventions: Vec<Intervention>,
    /// What became of each act, parallel to the list of acts.
    pub results: Vec<ActResult>,
    /// Accounts that would not have fallen, in the order in which they fell.
    pub spared: Vec<Spared>,
    /// What stays in place on accounts on which something was done.
    pub left: Vec<LeftBehind>,
    /// Counts.
    pub totals: Totals,
    /// What it costs the owners.
    pub cost: Cost,
}

/// What a mode does for these firings.
pub(super) fn interventions(scene: &Scene<'_>, firings: &[Firing], mode: Mode) -> Vec<Intervention> {
    let policy = &scene.case.config.response;
    let delay = |seen: Time| match mode {
        Mode::Autonomous | Mode::DisableAtOnce => Some(AUTONOMOUS_SECONDS),
        Mode::HumanConfirmation if is_office(&policy.office, seen) => Some(i64::from(policy.confirm_minutes) * 60),
        Mode::HumanConfirmation => Some(i64::from(policy.confirm_minutes_off_hours) * 60),
        Mode::DetectOnly | Mode::ByHand => None,
    };
    of_firings(scene, firings, mode == Mode::DisableAtOnce, delay)
}

/// What the policy does so many minutes after each trigger.
pub(super) fn delayed(scene: &Scene<'_>, firings: &[Firing], minutes: i64) -> Vec<Intervention> {
    of_firings(scene, firings, false, |_| Some((minutes * 60).max(AUTONOMOUS_SECONDS)))
}

fn of_firings(scene: &Scene<'_>, firings: &[Firing], disable: bool, delay: impl Fn(Time) -> Option<i64>) -> Vec<Intervention> {
    let policy = &scene.case.config.response;
    let mut list: Vec<Intervention> = Vec::new();
    for firing in firings {
        let seen = firing.at.plus_secs(i64::from(policy.latency_minutes) * 60);
        let Some(seconds) = delay(seen) else { continue };
        let actions = if disable { &[ResponseAction::DisableAccount] } else { firing.trigger.actions(policy) };
        list.extend(actions.iter().map(|action| Intervention {
            account: firing.account,
            action: *action,
            at: seen.plus_secs(seconds),
            trigger: Some((firing.trigger, firing.at)),
            events: firing.events.clone(),
        }));
    }
    list.sort_by_key(|one| (one.at, one.account, one.action));
    let mut kept: Vec<Intervention> = Vec::with_capacity(list.len());
    for one in list {
        // What is disabled need not be disabled again; and who was put out does not come back by it.
        let same = |before: &&Intervention| before.account == one.account && before.action == one.action;
        if !kept.iter().filter(same).any(|before| lasts(scene, before, one.at)) {
            kept.push(one);
        }
    }
    kept
}

/// True if an intervention still holds at a moment. An account is given back after the hours of the policy, a
/// disabled one with a new password: an intruder who was in it by then is out for good, one who comes later is
/// not.
fn lasts(scene: &Scene<'_>, one: &Intervention, moment: Time) -> bool {
    let until = one.at.plus_secs(i64::from(scene.case.config.response.restore_hours) * 3600);
    match one.action {
        ResponseAction::DisableAccount => moment <= until || intruder_was_in(scene, one),
        ResponseAction::BlockSending => moment <= until,
        ResponseAction::SignOut => one.at == moment,
        ResponseAction::BlockAddress | ResponseAction::RemoveRule | ResponseAction::RevokeConsent => false,
    }
}

/// True if the intruder was in the account when it was acted on.
fn intruder_was_in(scene: &Scene<'_>, one: &Intervention) -> bool {
    let since = scene.attribution.judgements.get(&one.account).and_then(|judgement| judgement.compromised_at);
    since.is_some_and(|since| since <= one.at)
}

/// True if an intervention can have an effect on an act. Signing out is of no use before the intruder is in.
fn touches(scene: &Scene<'_>, one: &Intervention, act: &Act) -> bool {
    one.at <= act.time
        && match one.action {
            ResponseAction::DisableAccount | ResponseAction::BlockSending => lasts(scene, one, act.time),
            ResponseAction::SignOut => intruder_was_in(scene, one),
            ResponseAction::BlockAddress | ResponseAction::RemoveRule | ResponseAction::RevokeConsent => true,
        }
}

/// What somebody asks about, so many minutes later than asked. What is blocked are the addresses that the
/// intruder had used on the account by then.
pub(super) fn at_hand(scene: &Scene<'_>, hand: &ByHand, minutes: i64) -> Vec<Intervention> {
    let case = scene.case;
    let contexts = case.contexts.of_account(hand.account).iter().filter_map(|id| case.contexts.get(*id));
    let his = contexts
        .flat_map(|context| case.events_of(context))
        .filter(|(index, event)| event.time <= hand.at && scene.attribution.actors.is_intruders(*index));
    let events: Vec<u32> = his.map(|(index, _)| index).collect();
    let at = hand.at.plus_secs(minutes * 60);
    let one = |action: &ResponseAction| Intervention { account: hand.account, action: *action, at, trigger: None, events: events.clone() };
    hand.actions.iter().map(one).collect()
}

fn is_office(office: &OfficeHours, moment: Time) -> bool {
    let Some(local) = moment.naive().map(|utc| office.zone.from_utc_datetime(&utc)) else { return false };
    let day = usize::try_from(local.weekday().num_days_from_monday()).ok().and_then(|day| office.days.get(day));
    let minute = local.hour() * 60 + local.minute();
    day == Some(&true) && (office.minutes.0..office.minutes.1).contains(&minute)
}

/// Plays a scenario.
pub(super) fn run(scene: &Scene<'_>, acts: &Acts, mode: Mode, interventions: Vec<Intervention>) -> Scenario {
    let (results, spared) = rulings(scene, acts, &interventions);
    let left = left_behind(scene, acts, &interventions, &results);
    let totals = totals::count(scene, acts, &results);
    let cost = cost::of(scene, &interventions);
    Scenario { mode, interventions, results, spared, left, totals, cost }
}

/// What becomes of each act, and which accounts are spared.
pub(super) fn rulings(scene: &Scene<'_>, acts: &Acts, interventions: &[Intervention]) -> (Vec<ActResult>, Vec<Spared>) {
    let tried: Vec<Tried<'_>> = interventions.iter().map(|one| Tried { one, blocked: addresses(scene, one) }).collect();
    let mut results: Vec<ActResult> = Vec::with_capacity(acts.list.len());
    for act in &acts.list {
        let own = alone(scene, acts, act, &tried);
        let result = follow(acts, act, own, &results);
        results.push(result);
    }
    let mut by_account: BTreeMap<AccountId, Vec<usize>> = BTreeMap::new();
    for (place, act) in acts.list.iter().enumerate() {
        by_account.entry(act.account).or_default().push(place);
    }
    let mut spared: Vec<Spared> = Vec::new();
    for incident in scene.incidents {
        // The accounts stand in the order in which they fell: parents come before their children.
        for account in &incident.accounts {
            let edge = incident.edges.iter().find(|edge| edge.to == *account);
            let Some(one) = edge.and_then(|edge| spare(acts, &by_account, &results, &spared, edge)) else { continue };
            for place in by_account.get(account).into_iter().flatten() {
                if let Some(result) = results.get_mut(*place).filter(|result| result.outcome < Some(Outcome::PreventedIf)) {
                    let why = Why::Spared { by: one.from, probability: one.probability };
                    *result = ActResult { outcome: Some(Outcome::PreventedIf), why };
                }
            }
            spared.push(one);
        }
    }
    (results, spared)
}

/// An intervention with the addresses that it blocks.
struct Tried<'i> {
    one: &'i Intervention,
    blocked: Vec<Ip>,
}

/// The addresses of the contexts of an intervention's records.
fn addresses(scene: &Scene<'_>, one: &Intervention) -> Vec<Ip> {
    if one.action != ResponseAction::BlockAddress {
        return Vec::new();
    }
    blocked(scene, one)
}

/// The addresses that an intervention blocks, sorted.
pub(super) fn blocked(scene: &Scene<'_>, one: &Intervention) -> Vec<Ip> {
    let contexts = one.events.iter().filter_map(|event| scene.case.contexts.get(scene.case.context_of(*event).0));
    let mut ips: Vec<Ip> = contexts.map(|context| context.ip).filter(|ip| ip.is_some()).collect();
    ips.sort_unstable();
    ips.dedup();
    ips
}

/// What becomes of an act by itself: the strongest ruling of the interventions before it. Where nothing is
/// ever done on the account, nothing is prevented.
fn alone(scene: &Scene<'_>, acts: &Acts, act: &Act, tried: &[Tried<'_>]) -> ActResult {
    let everywhere = |one: &Intervention| one.action == ResponseAction::BlockAddress;
    let concerns = |tried: &&Tried<'_>| tried.one.account == act.account || everywhere(tried.one);
    // After the last thing that is done and holds no more, and where nothing is done, nothing is prevented.
    let Some(last) = tried.iter().filter(concerns).map(|tried| tried.one.at).max() else {
        return ActResult { outcome: Some(Outcome::NotPrevented), why: Why::Nothing };
    };
    let ruling = |tried: &Tried<'_>| {
        let app = match act.hand {
            Hand::App(app) | Hand::AppOnly(app) => acts.consent(act.account, app),
            Hand::Session => None,
        };
        let consented = app.and_then(|place| acts.list.get(place)).is_some_and(|consent| consent.time <= tried.one.at);
        let known = Known { after: act.time.since(tried.one.at), entry: acts.entry(act.account), blocked: &tried.blocked, consented };
        rule(tried.one.action, act, &known)
    };
    // Of equals the first stays: interventions stand in time order.
    let earlier = tried.iter().filter(concerns).filter(|tried| touches(scene, tried.one, act));
    let best = earlier.map(ruling).reduce(|best, next| if next.outcome > best.outcome { next } else { best });
    let nothing = if act.time >= last { Some(Outcome::NotPrevented) } else { None };
    best.map_or(ActResult { outcome: nothing, why: Why::Nothing }, |best| ActResult {
        outcome: Some(best.outcome),
        why: Why::Text(best.why),
    })
}

/// An act cannot be done whose sign-in or consent was prevented.
fn follow(acts: &Acts, act: &Act, own: ActResult, earlier: &[ActResult]) -> ActResult {
    let consent = match act.hand {
        Hand::App(app) | Hand::AppOnly(app) => acts.consent(act.account, app),
        Hand::Session => None,
    };
    let stands_on = [act.signed_in, consent].into_iter().flatten().filter_map(|place| earlier.get(place));
    let before = stands_on.filter(|result| result.outcome >= Some(Outcome::PreventedIf)).max_by_key(|result| result.outcome);
    match before.filter(|before| before.outcome > own.outcome) {
        // The account has been given back since.
        Some(_) if own.why == Why::Nothing => ActResult { outcome: Some(Outcome::PreventedIf), why: Why::Text(NOT_BACK) },
        Some(before) => *before,
        None => own,
    }
}

/// The child of an edge, if every act that reached it would have been prevented.
fn spare(
    acts: &Acts,
    by_account: &BTreeMap<AccountId, Vec<usize>>,
    results: &[ActResult],
    spared: &[Spared],
    edge: &Edge,
) -> Option<Spared> {
    let parent = by_account.get(&edge.from)?;
    let on_path = |place: &&usize| acts.list.get(**place).is_some_and(|act| edge.path_events.contains(&act.event));
    let mut weakest: Option<ActResult> = None;
    for result in parent.iter().filter(on_path).filter_map(|place| results.get(*place)) {
        if weakest.is_none_or(|weakest| result.outcome < weakest.outcome) {
            weakest = Some(*result);
        }
    }
    let weakest = weakest.filter(|result| result.outcome >= Some(Outcome::PreventedIf))?;
    let (share, condition) = match (weakest.outcome, weakest.why) {
        (Some(Outcome::Prevented), _) | (_, Why::Nothing) => (1.0, None),
        (_, Why::Spared { probability, .. }) => {
            let above = spared.iter().find(|one| one.account == edge.from);
            (probability, above.and_then(|one| one.condition))
        }
        (_, Why::Text(condition)) => (1.0, Some(condition)),
    };
    Some(Spared { account: edge.to, from: edge.from, probability: edge.confidence * share, condition })
}

/// Settings that the intruder made and that the response leaves, on accounts on which something is done.
fn left_behind(scene: &Scene<'_>, acts: &Acts, interventions: &[Intervention], results: &[ActResult]) -> Vec<LeftBehind> {
    let mut left = Vec::new();
    for ((place, act), result) in acts.list.iter().enumerate().zip(results) {
        let own = || interventions.iter().filter(|one| one.account == act.account);
        if result.outcome >= Some(Outcome::PreventedIf) || own().next().is_none() {
            continue;
        }
        let Some((why, ended_by)) = setting(scene, act) else { continue };
        let ended = own().any(|one| Some(one.action) == ended_by && one.at >= act.time);
        if !ended {
            left.push(LeftBehind { act: place, why });
        }
    }
    left
}

/// Why the setting that an act made stays, and the action that ends it; none for acts that make none.
fn setting(scene: &Scene<'_>, act: &Act) -> Option<(&'static str, Option<ResponseAction>)> {
    let event = scene.case.event(act.event).filter(|event| !event.flags.has(Flags::REMOVAL))?;
    match (act.action, scene.case.store.detail(event)) {
        (Action::MailboxRule, Some(Detail::Rule(rule))) if matches!(rule.change, RuleChange::Remove | RuleChange::Disable) => None,
        (Action::MailboxRule, _) => Some((RULE_GOES_ON, Some(ResponseAction::RemoveRule))),
        (Action::Forwarding, _) => Some((FORWARDING_GOES_ON, None)),
        (Action::Consent, _) => Some((CONSENT_STAYS, Some(ResponseAction::RevokeConsent))),
        (Action::Permission | Action::Mfa | Action::Device | Action::RoleChange | Action::TransportRule, _) => Some((GRANT_STAYS, None)),
        _ => None,
    }
}
