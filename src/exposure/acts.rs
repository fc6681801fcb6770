//! Which acts count: those that are surely the intruder's, and those that may be.

use crate::attribution::{Actor, Actors, Attributed};
use crate::detections::Case;
use crate::events::{AccountId, Event, Family, Flags, Time};
use crate::habits::Tie;
use std::collections::BTreeMap;

/// Certainty from which on an intruder's act counts for the lower bound: the timeline puts a question mark
/// to those below it.
const SURE: f32 = 0.9;
/// Seconds from an intruder's act within which an act without an address may be his too: as far as acts
/// are put into contexts by their time.
const NEAR_SECONDS: i64 = 4 * 3600;

/// How sure it is that an act is the intruder's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Hold {
    /// It is.
    Sure,
    /// It may be.
    InDoubt,
}

/// An act that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Act {
    /// Its event.
    pub event: u32,
    /// How sure it is.
    pub hold: Hold,
}

/// Times of the acts that are surely the intruder's, by account, sorted.
pub struct Presence(BTreeMap<AccountId, Vec<Time>>);

impl Presence {
    /// Of the accounts that are asked for: one pass.
    pub fn of(case: &Case<'_>, actors: &Actors, accounts: &[AccountId]) -> Presence {
        let mut times: BTreeMap<AccountId, Vec<Time>> = accounts.iter().map(|account| (*account, Vec::new())).collect();
        for (event, index) in case.store.events().iter().zip(0u32..) {
            if actors.is_intruders(index)
                && actors.of(index).certainty >= SURE
                && event.time.is_known()
                && let Some(list) = times.get_mut(&case.contexts.account_of(index))
            {
                list.push(event.time);
            }
        }
        for list in times.values_mut() {
            list.sort_unstable();
        }
        Presence(times)
    }

    fn is_near(&self, account: AccountId, time: Time) -> bool {
        let Some(times) = self.0.get(&account).filter(|_| time.is_known()) else { return false };
        let after = times.partition_point(|at| *at < time);
        let around = [after.checked_sub(1).and_then(|before| times.get(before)), times.get(after)];
        around.into_iter().flatten().any(|at| at.since(time).abs() <= NEAR_SECONDS)
    }

    /// How sure it is that an event of this account is the intruder's; none where it is not.
    ///
    /// An act without an address of its own is ascribed by the acts around it. Where the intruder is among
    /// these, it may be his, whoever was nearer.
    pub fn hold(&self, case: &Case<'_>, account: AccountId, index: u32, event: &Event, who: Attributed) -> Option<Hold> {
        // A mail that could not be delivered was sent all the same.
        let counts = event.succeeded() || event.family == Family::MessageTrace;
        if !counts || event.flags.has_any(Flags::BACKGROUND | Flags::SERVICE) {
            return None;
        }
        let by_time = || who.certainty < SURE && case.context_of(index).1 >= Tie::Surrounding && self.is_near(account, event.time);
        match who.actor {
            Actor::Intruder if who.certainty >= SURE => Some(Hold::Sure),
            Actor::Intruder => Some(Hold::InDoubt),
            Actor::Owner | Actor::Unknown => by_time().then_some(Hold::InDoubt),
            Actor::System => None,
        }
    }
}
