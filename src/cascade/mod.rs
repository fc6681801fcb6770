//! The cascade: who fell because of whom.
//!
//! Path evidence tells the way, same-actor evidence only joins accounts. For each compromised account
//! every account compromised before it is weighed against the rivals: the same actor by another way,
//! and another actor.

mod incident;
mod paths;
mod shared;

pub use incident::{Edge, Incident, Link, PatientZero};
pub use paths::{Path, PathEvidence};

use crate::attribution::{Attribution, Judgement, Verdict};
use crate::detections::{Case, wording};
use crate::enrich::NetworkClass;
use crate::events::{AccountId, Action, Detail, Event, Ip, Outcome, RuleChange, Str, Time};
use crate::habits::Client;
use rustc_hash::{FxHashMap, FxHashSet};
use shared::Shared;
use std::collections::{BTreeMap, BTreeSet};

/// Same-actor evidence, in decibans. Source: the scoring text, section 3.
const SAME_ADDRESS_DB: f64 = 15.0;
const SHARED_EXIT_DB: f64 = 5.0;
const SAME_SYSTEM_DB: f64 = 8.0;
const SAME_RULE_DB: f64 = 8.0;
const SAME_APP_DB: f64 = 6.0;
/// Guessing at the account before it fell speaks for another way.
const GUESSED_DB: f64 = 6.0;
/// Mail from outside that Microsoft called phish, shortly before.
const OUTSIDE_PHISH_DB: f64 = 6.0;
/// Wrong passwords that count as guessing.
const GUESSES: usize = 5;
/// An edge is drawn from this share on.
const EDGE_SHARE: f64 = 0.5;
/// Same-actor evidence from here on joins two accounts without a path.
const LINK_DB: f64 = 13.0;

/// What an intruder leaves on one account, for comparing with other accounts.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// Addresses.
    pub addresses: BTreeSet<Ip>,
    /// Autonomous systems with client.
    pub systems: BTreeSet<(u32, Client)>,
    /// Wordings of rules.
    pub rules: BTreeSet<String>,
    /// Applications consented to.
    pub apps: BTreeSet<Str>,
}

/// A compromised account in the cascade.
pub struct Fallen<'a> {
    /// Which.
    pub account: AccountId,
    /// When it fell.
    pub at: Time,
    /// Its judgement.
    pub judgement: &'a Judgement,
    /// What the intruder left.
    pub traits: Traits,
}

/// Same-actor evidence between two accounts.
#[derive(Clone, Debug, Default)]
pub struct SameActor {
    /// Decibans.
    pub db: f64,
    /// In words, strongest first.
    pub why: Vec<String>,
    /// The telling events on both sides.
    pub events: Vec<u32>,
}

/// Incidents with their edges, the earliest first.
pub fn cascade(case: &Case<'_>, attribution: &Attribution) -> Vec<Incident> {
    let fallen = fallen(case, attribution);
    let paths = paths::find(case, attribution, &fallen);
    let place: FxHashMap<AccountId, usize> = fallen.iter().enumerate().map(|(at, one)| (one.account, at)).collect();
    let phished = phished(case, &fallen, &place);
    let mut shared = Shared::of(case, &fallen);
    let (mut joined, mut edges, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut rivals: BTreeMap<AccountId, f64> = BTreeMap::new();
    for (at, child) in fallen.iter().enumerate() {
        let sames = shared.with_earlier(at, child);
        let outside = outside_db(case, child) + if phished.contains(&child.account) { OUTSIDE_PHISH_DB } else { 0.0 };
        let weighed = weigh(case, &Rivals { fallen: &fallen, place: &place, sames: &sames, outside }, child, &paths);
        rivals.insert(child.account, weighed.share);
        edges.extend(weighed.edge);
        open.extend(weighed.open);
        joined.extend(sames.into_iter().filter(|(_, db)| *db >= LINK_DB).map(|(earlier, db)| Joined { earlier, later: at, db }));
    }
    incident::build(case, &incident::Parts { fallen: &fallen, place: &place, edges, open, joined, rivals })
}

/// The compromised accounts, in the order in which they fell.
fn fallen<'a>(case: &Case<'_>, attribution: &'a Attribution) -> Vec<Fallen<'a>> {
    let mut list: Vec<Fallen<'a>> = attribution
        .judgements
        .iter()
        .filter(|(_, judgement)| judgement.verdict == Verdict::Compromised)
        .filter_map(|(account, judgement)| {
            let at = judgement.compromised_at?;
            Some(Fallen { account: *account, at, judgement, traits: traits(case, *account, judgement) })
        })
        .collect();
    list.sort_by_key(|one| (one.at, case.name(one.account).to_owned()));
    list
}

fn traits(case: &Case<'_>, account: AccountId, judgement: &Judgement) -> Traits {
    let mut traits = Traits { apps: judgement.apps.iter().copied().collect(), ..Traits::default() };
    for context in judgement.contexts.keys().filter_map(|id| case.contexts.get(*id)).filter(|context| context.succeeded()) {
        traits.addresses.insert(context.ip);
        if let Some(asn) = case.facts(context.ip).asn() {
            traits.systems.extend(context.clients.iter().filter(|client| !client.is_unknown()).map(|client| (asn, *client)));
        }
        for (_, event) in case.events_of(context) {
            if let Some(Detail::Rule(rule)) = case.store.detail(event)
                && matches!(rule.change, RuleChange::New | RuleChange::Set)
                && case.store.accounts().of(event.actor) == account
            {
                traits.rules.insert(wording(rule));
            }
        }
    }
    traits
}

/// What two accounts' intruders share.
pub fn same_actor(case: &Case<'_>, a: &Fallen<'_>, b: &Fallen<'_>) -> SameActor {
    let mut same = SameActor::default();
    let shared: Vec<Ip> = a.traits.addresses.intersection(&b.traits.addresses).copied().collect();
    if let Some(ip) = shared.iter().find(|ip| !is_exit(case, **ip)).or(shared.first()) {
        same.db += if is_exit(case, *ip) { SHARED_EXIT_DB } else { SAME_ADDRESS_DB };
        same.why.push(format!("same address {}", case.store.ip(*ip)));
        for one in [a, b] {
            same.events.extend(first_from(case, one, *ip));
        }
    } else if a.traits.systems.intersection(&b.traits.systems).next().is_some() {
        same.db += SAME_SYSTEM_DB;
        same.why.push("same network and client".to_owned());
    }
    if a.traits.rules.intersection(&b.traits.rules).next().is_some() {
        same.db += SAME_RULE_DB;
        same.why.push("same inbox rule".to_owned());
    }
    if a.traits.apps.intersection(&b.traits.apps).next().is_some() {
        same.db += SAME_APP_DB;
        same.why.push("same application".to_owned());
    }
    same
}

/// True for an exit that many share.
fn is_exit(case: &Case<'_>, ip: Ip) -> bool {
    case.facts(ip).hides_place() || case.facts(ip).class == NetworkClass::SecureWebGateway
}

/// The first successful event of an intruder from an address.
fn first_from(case: &Case<'_>, one: &Fallen<'_>, ip: Ip) -> Option<u32> {
    let contexts = one.judgement.contexts.keys().filter_map(|id| case.contexts.get(*id)).filter(|context| context.ip == ip);
    contexts.flat_map(|context| case.events_of(context)).find(|(_, event)| event.succeeded()).map(|(index, _)| index)
}

/// A child whose parent is in the incident, but which of several it is stays open.
pub(crate) struct Open {
    from: AccountId,
    to: AccountId,
    share: f64,
    why: String,
}

/// Two accounts (by their places among the fallen) with one actor.
pub(crate) struct Joined {
    earlier: usize,
    later: usize,
    db: f64,
}

/// What weighing the possible parents of a child gives.
#[derive(Default)]
struct Weighed {
    edge: Option<Edge>,
    open: Option<Open>,
    /// Largest share that any parent has.
    share: f64,
}

/// What a child's parents are weighed with and against.
struct Rivals<'r> {
    fallen: &'r [Fallen<'r>],
    place: &'r FxHashMap<AccountId, usize>,
    /// Same-actor evidence with those that fell earlier.
    sames: &'r BTreeMap<usize, f64>,
    /// What speaks for a way from outside.
    outside: f64,
}

/// Weighs every possible parent of a child against each other and against the ways from outside.
fn weigh(case: &Case<'_>, rivals: &Rivals<'_>, child: &Fallen<'_>, paths: &paths::Paths) -> Weighed {
    let (parents, outside) = (rivals.fallen, rivals.outside);
    let fell_before = |at: usize| parents.get(at).is_some_and(|parent| parent.at < child.at);
    let best_same = rivals.sames.iter().filter(|(at, _)| fell_before(**at)).map(|(_, db)| *db).fold(0.0, f64::max);
    let mut weights = vec![power(best_same + outside), power(outside)];
    let mut options: Vec<(usize, &PathEvidence, f64)> = Vec::new();
    let mut ways: Vec<(usize, &[PathEvidence])> = paths
        .to(child.account)
        .filter_map(|(from, list)| Some((*rivals.place.get(&from)?, list)))
        .filter(|(at, _)| fell_before(*at))
        .collect();
    ways.sort_by_key(|(at, _)| *at);
    for (at, list) in ways {
        let same = rivals.sames.get(&at).copied().unwrap_or(0.0);
        for path in list {
            // Without anything that joins the actors a mail alone proves nothing; a file was opened.
            let lone = same <= 0.0 && path.db < 12.0 && path.path != Path::SharedFile;
            if !lone {
                let weight = power(path.db + same);
                options.push((at, path, weight));
                weights.push(weight);
            }
        }
    }
    let total: f64 = weights.iter().sum();
    let share = |weight: f64| weight / total;
    let mut by_parent: BTreeMap<usize, f64> = BTreeMap::new();
    for (at, _, weight) in &options {
        *by_parent.entry(*at).or_default() += share(*weight);
    }
    let Some((parent_at, confidence)) =
        by_parent.iter().map(|(at, share)| (*at, *share)).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    else {
        return Weighed::default();
    };
    let mut own: Vec<&(usize, &PathEvidence, f64)> = options.iter().filter(|(at, ..)| *at == parent_at).collect();
    own.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.1.path.cmp(&b.1.path)));
    let (Some((_, path, weight)), Some(parent)) = (own.first().copied(), parents.get(parent_at)) else {
        return Weighed { edge: None, open: None, share: confidence };
    };
    let all: f64 = by_parent.values().sum();
    if confidence < EDGE_SHARE {
        let open = (all >= EDGE_SHARE).then(|| Open { from: parent.account, to: child.account, share: all, why: path.why.clone() });
        return Weighed { edge: None, open, share: confidence };
    }
    let same = same_actor(case, parent, child);
    let tied = own.get(1).is_some_and(|(_, _, second)| (weight - second).abs() < f64::EPSILON * weight);
    let alternatives = by_parent
        .iter()
        .filter(|(at, share)| **at != parent_at && **share >= 0.01)
        .filter_map(|(at, share)| parents.get(*at).map(|other| (other.account, *share)))
        .collect();
    let mut why = vec![path.why.clone()];
    why.extend(same.why.iter().cloned());
    let edge = Edge {
        from: parent.account,
        to: child.account,
        time: path.time,
        path: if tied { Path::Unknown } else { path.path },
        confidence,
        path_events: path.events.clone(),
        same_actor_events: same.events.clone(),
        why: why.join(", "),
        alternatives,
    };
    Weighed { edge: Some(edge), open: None, share: confidence }
}

fn power(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// The last day before an account fell.
fn is_shortly_before(child: &Fallen<'_>, event: &Event) -> bool {
    (0..=86_400).contains(&child.at.since(event.time))
}

/// Guessing at the child before it fell speaks for a way from outside.
fn outside_db(case: &Case<'_>, child: &Fallen<'_>) -> f64 {
    let known = &child.traits.addresses;
    let mut guesses = 0;
    for context in case.contexts.of_account(child.account).iter().filter_map(|id| case.contexts.get(*id)) {
        if known.contains(&context.ip) || context.succeeded() {
            continue;
        }
        let failed = |event: &Event| event.action == Action::SignIn && event.outcome == Outcome::Failure && is_shortly_before(child, event);
        guesses += case.events_of(context).filter(|(_, event)| failed(event)).count();
    }
    if guesses >= GUESSES { GUESSED_DB } else { 0.0 }
}

/// Accounts that got mail which Microsoft called phish shortly before they fell: one pass over the mails.
fn phished(case: &Case<'_>, fallen: &[Fallen<'_>], place: &FxHashMap<AccountId, usize>) -> FxHashSet<AccountId> {
    let mut phished = FxHashSet::default();
    if fallen.is_empty() {
        return phished;
    }
    for (_, event) in case.acts(&[Action::MailReceived]) {
        let Some(child) = place.get(&case.store.accounts().of(event.actor)).and_then(|at| fallen.get(*at)) else { continue };
        if is_shortly_before(child, event)
            && let Some(Detail::Mail(mail)) = case.store.detail(event)
            && case.store.text(mail.threats).to_ascii_lowercase().contains("phish")
        {
            phished.insert(child.account);
        }
    }
    phished
}

#[cfg(test)]
mod tests {
    use super::power;

    fn share(path_and_same: f64, rivals: &[f64]) -> f64 {
        let sum: f64 = rivals.iter().map(|db| power(*db)).sum();
        power(path_and_same) / (power(path_and_same) + sum)
    }

    #[test]
    fn shares_by_hand_from_the_method() {
        let same = 23.0;
        for (path, outside, expected) in [(12.0, 0.0, 0.94), (12.0, 6.0, 0.80), (8.0, 0.0, 0.86), (-2.0, 0.0, 0.39)] {
            let got = share(path + same, &[same + outside, outside]);
            assert!((got - expected).abs() < 0.01, "{path} {outside}: {got}");
        }
    }
}
