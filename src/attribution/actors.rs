//! Who did each event.

use super::{Judgement, Verdict, is_intruder_app};
use crate::detections::{Case, Finding};
use crate::events::{AccountId, Action, Event, Flags, Outcome, Party};
use crate::habits::Tie;
use rustc_hash::{FxHashMap, FxHashSet};
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

/// Actor and certainty of every event.
#[derive(Default)]
pub struct Actors {
    actors: Vec<Actor>,
    certainties: Vec<f32>,
}

impl Actors {
    /// Attributes every event.
    pub(super) fn attribute(case: &Case<'_>, judgements: &BTreeMap<AccountId, Judgement>, findings: &[Finding]) -> Actors {
        let floating: FxHashSet<u32> = judgements
            .values()
            .filter(|judgement| judgement.verdict == Verdict::Compromised)
            .flat_map(|judgement| &judgement.findings)
            .filter_map(|number| findings.get(*number))
            .filter(|finding| !finding.context.is_some() && finding.db > 0.0)
            .flat_map(|finding| finding.events.iter().copied())
            .collect();
        let events = case.store.events();
        let mut list = Actors { actors: Vec::with_capacity(events.len()), certainties: Vec::with_capacity(events.len()) };
        for (event, index) in events.iter().zip(0u32..) {
            let account = case.contexts.account_of(index);
            let (actor, certainty) = one(case, judgements.get(&account), event, index, floating.contains(&index));
            list.actors.push(actor);
            #[expect(clippy::cast_possible_truncation, reason = "a share between 0 and 1")]
            list.certainties.push(certainty as f32);
        }
        list.follow_mails_sent_by_rights(case);
        list
    }

    /// A mail that an intruder sent from another's mailbox is the intruder's in the trace too, which names the
    /// mailbox as the sender and nobody else.
    fn follow_mails_sent_by_rights(&mut self, case: &Case<'_>) {
        let by_rights: FxHashMap<(AccountId, u64), f32> = case
            .acts(&[Action::MailSent])
            .filter(|(index, event)| event.flags.has(Flags::DELEGATE) && event.link != 0 && self.is_intruders(*index))
            .map(|(index, event)| ((case.store.accounts().of(event.target), event.link), self.of(index).certainty))
            .collect();
        if by_rights.is_empty() {
            return;
        }
        for (index, event) in case.acts(&[Action::MailSent]) {
            let Some(certainty) = by_rights.get(&(case.contexts.account_of(index), event.link)) else { continue };
            let at = index as usize;
            if let (Some(actor), Some(sure)) = (self.actors.get_mut(at), self.certainties.get_mut(at))
                && *actor != Actor::Intruder
            {
                (*actor, *sure) = (Actor::Intruder, *certainty);
            }
        }
    }

    /// Actors that a test made up, in the order of the events.
    #[cfg(test)]
    pub(crate) fn made_up(list: impl IntoIterator<Item = Attributed>) -> Actors {
        let (actors, certainties) = list.into_iter().map(|one| (one.actor, one.certainty)).unzip();
        Actors { actors, certainties }
    }

    /// Whose act an event is, and how sure that is.
    pub fn of(&self, event: u32) -> Attributed {
        let at = event as usize;
        let found = self.actors.get(at).zip(self.certainties.get(at));
        found.map_or_else(Attributed::default, |(actor, certainty)| Attributed { actor: *actor, certainty: *certainty })
    }

    /// True for an intruder's act.
    pub fn is_intruders(&self, event: u32) -> bool {
        self.actors.get(event as usize) == Some(&Actor::Intruder)
    }
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
