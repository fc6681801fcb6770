//! Who did each event.

use super::{Judgement, Verdict, is_intruder_app};
use crate::detections::{Case, Finding};
use crate::events::{AccountId, Action, Event, Flags, Outcome, Party};
use crate::habits::Tie;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Actor {
    /// Somebody who has no business in the account.
    Intruder,
    /// The account's usual user.
    Owner,
    /// A service or application in its own right.
    System,
    /// It cannot be said.
    #[default]
    Unknown,
}

impl Actor {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Actor::Intruder => "intruder",
            Actor::Owner => "owner",
            Actor::System => "system",
            Actor::Unknown => "unknown",
        }
    }
}

/// Actor of an event, and how sure that is (0 to 1).
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Attributed {
    /// Who.
    pub actor: Actor,
    /// How sure.
    pub certainty: f32,
}

/// Attributes every event, in the order of the store.
pub fn attribute_events(case: &Case<'_>, judgements: &BTreeMap<AccountId, Judgement>, findings: &[Finding]) -> Vec<Attributed> {
    let floating: FxHashSet<u32> = judgements
        .values()
        .filter(|judgement| judgement.verdict == Verdict::Compromised)
        .flat_map(|judgement| &judgement.findings)
        .filter_map(|number| findings.get(*number))
        .filter(|finding| !finding.context.is_some() && finding.db > 0.0)
        .flat_map(|finding| finding.events.iter().copied())
        .collect();
    case.store
        .events()
        .iter()
        .zip(0u32..)
        .map(|(event, index)| {
            let account = case.contexts.account_of(index);
            let (actor, certainty) = one(case, judgements.get(&account), event, index, floating.contains(&index));
            #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
            Attributed { actor, certainty: certainty as f32 }
        })
        .collect()
}

fn one(case: &Case<'_>, judgement: Option<&Judgement>, event: &Event, index: u32, floating: bool) -> (Actor, f64) {
    let account = case.contexts.account_of(index);
    if !account.is_some() {
        let party = case.store.accounts().get(case.store.accounts().of(event.actor)).map(|account| account.party);
        let system =
            event.flags.has_any(Flags::SERVICE | Flags::BACKGROUND) || party == Some(Party::Service) || event.action == Action::Alert;
        return if system { (Actor::System, 0.95) } else { (Actor::Unknown, 0.5) };
    }
    let (id, tie) = case.context_of(index);
    let familiar = case.familiarity(id);
    if let Some(judgement) = judgement.filter(|judgement| matches!(judgement.verdict, Verdict::Compromised | Verdict::Suspicious)) {
        let certainty = judgement.contexts.get(&id).map(|certainty| certainty * tie.certainty());
        let by_app = is_intruder_app(judgement, event).then_some(0.9);
        let by_finding = floating.then_some(0.8);
        if let Some(certainty) = certainty.or(by_app).or(by_finding) {
            let sure = judgement.verdict == Verdict::Compromised;
            return if sure { (Actor::Intruder, certainty) } else { (Actor::Unknown, certainty.min(0.6)) };
        }
    }
    if event.flags.has(Flags::APP_ONLY) {
        return (Actor::System, 0.9);
    }
    if event.flags.has(Flags::BACKGROUND) {
        return (Actor::System, 0.8);
    }
    match (id.is_some(), familiar.address || familiar.asn, event.outcome) {
        (true, true, _) => (Actor::Owner, tie.certainty()),
        (true, false, Outcome::Failure | Outcome::Interrupted) => (Actor::Unknown, 0.5),
        (true, false, _) => (Actor::Owner, 0.7 * tie.certainty()),
        (false, ..) if tie == Tie::None && event.outcome == Outcome::Success => (Actor::Owner, 0.6),
        (false, ..) => (Actor::Unknown, 0.5),
    }
}
