//! What is still in place: what the intruders made, how each thing stands, and whether they came back
//! after a clean-up.
//!
//! Things come from the records of intruders' acts (on suspicious accounts: from those in doubt). Later
//! records end them; rows of snapshots show them. A snapshot has no time of its own: it shows that a thing
//! was there when it was taken, which is after the thing was made. Where a snapshot lacks a thing, that
//! says something only if another of its rows proves that it is newer than the thing.

mod artefact;
mod clean_up;
mod found;
mod ledger;
mod same;
mod touch;

pub use artefact::{Artefact, By, End, Identity, Kind, Origin, Status};
pub use clean_up::{CleanAct, CleanUp, LINGER_SECONDS};
pub use found::{NOTHING_LATER, SHOWN};
pub use same::method_family;

use crate::attribution::{Actor, Attribution, Verdict, is_intruder_app};
use crate::detections::Case;
use crate::events::{AccountId, Event};
use crate::exposure::Presence;
use std::collections::BTreeMap;

/// What is left of all intruders.
#[derive(Default)]
pub struct Left<'a> {
    /// Everything, each account's in time order.
    pub artefacts: Vec<Artefact<'a>>,
    /// What was done to clean up, by account.
    pub clean_ups: BTreeMap<AccountId, CleanUp>,
}

/// Whose hand an act is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hand {
    /// An intruder's.
    Intruder,
    /// In doubt: on a suspicious account, in the contexts that make it so; or an intruder's with little
    /// certainty.
    Doubt,
    /// Anybody else's.
    Other,
}

/// Certainty from which an act ascribed to an intruder makes a thing his. Below it, the thing is only to be
/// checked: whoever acts on it changes something of an honest user in two cases of five.
const SURE: f32 = 0.6;

/// True where the certainty of an act ascribed to an intruder makes what it made his.
pub fn is_sure(certainty: f32) -> bool {
    certainty >= SURE
}

/// What every step looks at.
struct Scene<'s, 'a> {
    case: &'s Case<'a>,
    attribution: &'s Attribution,
    presence: Presence,
}

impl Scene<'_, '_> {
    fn hand(&self, index: u32, event: &Event) -> Hand {
        let attributed = self.attribution.actors.of(index);
        if attributed.actor == Actor::Intruder {
            return if is_sure(attributed.certainty) { Hand::Intruder } else { Hand::Doubt };
        }
        let account = self.case.contexts.account_of(index);
        let judgement = self.attribution.judgements.get(&account).filter(|judgement| judgement.verdict == Verdict::Suspicious);
        let doubtful = judgement
            .is_some_and(|judgement| judgement.contexts.contains_key(&self.case.context_of(index).0) || is_intruder_app(judgement, event));
        if doubtful { Hand::Doubt } else { Hand::Other }
    }

    /// Whose hand made a thing: as of [`Scene::hand`], and in doubt too where exposure counts the act as one
    /// that may be the intruder's, so that what is counted there is listed here. A password or forwarding
    /// that takes the place of the intruder's is left to its owner.
    fn maker(&self, index: u32, event: &Event, kind: Kind) -> Hand {
        let hand = self.hand(index, event);
        let own = matches!(kind, Kind::Password | Kind::Forwarding);
        let account = self.case.contexts.account_of(index);
        let held = || self.presence.hold(self.case, account, index, event, self.attribution.actors.of(index)).is_some();
        if hand == Hand::Other && !own && held() { Hand::Doubt } else { hand }
    }

    /// Who did an act that is done to `of`.
    fn by(&self, index: u32, of: AccountId) -> By {
        let own = self.case.contexts.account_of(index) == of;
        match (self.attribution.actors.of(index).actor, own) {
            (Actor::Intruder, _) => By::Intruder,
            (Actor::System, _) => By::System,
            (Actor::Owner, true) => By::Owner,
            // The usual user of another account; of the tenant's things everybody is another.
            (Actor::Owner, false) => By::Admin,
            (Actor::Unknown, _) => By::Unknown,
        }
    }

    fn end(&self, index: u32, event: &Event, of: AccountId, how: &'static str) -> End {
        End {
            at: event.at.pointer(),
            time: event.time,
            digits: event.digits,
            by: self.by(index, of),
            account: self.case.contexts.account_of(index),
            how,
        }
    }
}

/// What is still in place, as far as the exports tell.
pub fn remaining<'a>(case: &Case<'a>, attribution: &Attribution) -> Left<'a> {
    let taken = |verdict: Verdict| matches!(verdict, Verdict::Compromised | Verdict::Suspicious);
    if !attribution.judgements.values().any(|judgement| taken(judgement.verdict)) {
        return Left::default();
    }
    let compromised = attribution.judgements.iter().filter(|(_, one)| one.verdict == Verdict::Compromised);
    let accounts: Vec<AccountId> = compromised.map(|(account, _)| *account).collect();
    let scene = Scene { case, attribution, presence: Presence::of(case, &attribution.actors, &accounts) };
    let mut artefacts = found::settle(&scene, ledger::keep(&scene));
    let clean_ups = clean_up::clean_ups(&scene, &mut artefacts);
    artefacts.sort_by_key(|artefact| (artefact.account, artefact.kind == Kind::Session, artefact.since, artefact.made.first().copied()));
    Left { artefacts, clean_ups }
}

#[cfg(test)]
mod tests;
