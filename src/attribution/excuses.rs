//! What speaks for the owner in each context: the negative evidence of the score.

use super::Ground;
use crate::detections::Case;
use crate::events::{Mfa, Str, Time};
use crate::habits::{Colleagues, ContextId};
use crate::scoring::Excuse;
use rustc_hash::FxHashMap;

/// What does not depend on habits.
pub(super) struct OwnerSigns {
    /// Contexts with a session that is used elsewhere too, and that nobody began here; parallel to the
    /// contexts.
    replayed: Vec<bool>,
}

/// The first uses of a session: the very first, and the first in another network than that.
#[derive(Clone, Copy)]
struct Begin {
    first: (Time, u32),
    other: Option<Time>,
}

impl Begin {
    fn add(&mut self, time: Time, network: u32) {
        if network == self.first.1 {
            self.first.0 = self.first.0.min(time);
        } else if time < self.first.0 {
            (self.first, self.other) = ((time, network), Some(self.first.0));
        } else {
            self.other = Some(self.other.map_or(time, |other| other.min(time)));
        }
    }

    /// True if the session was used in another network before.
    fn is_before(&self, time: Time, network: u32) -> bool {
        let elsewhere = if self.first.1 == network { self.other } else { Some(self.first.0) };
        elsewhere.is_some_and(|begin| begin < time)
    }
}

impl OwnerSigns {
    pub(super) fn of(ground: &Ground<'_>) -> OwnerSigns {
        let mut replayed = vec![false; ground.contexts.len()];
        let mut begins: FxHashMap<Str, Begin> = FxHashMap::default();
        for (account, _) in ground.store.accounts().iter() {
            let own = || ground.contexts.of_account(account).iter().filter_map(|id| ground.contexts.get(*id).map(|context| (*id, context)));
            begins.clear();
            for (_, context) in own().filter(|(_, context)| context.app.is_none()) {
                let (time, network) = (context.first, context.network);
                for session in &context.sessions {
                    begins
                        .entry(*session)
                        .and_modify(|begin| begin.add(time, network))
                        .or_insert(Begin { first: (time, network), other: None });
                }
            }
            for (id, context) in own() {
                let elsewhere = |session| begins.get(session).is_some_and(|begin| begin.is_before(context.first, context.network));
                if let Some(entry) = replayed.get_mut(id.index()) {
                    *entry = context.sessions.iter().any(elsewhere);
                }
            }
        }
        OwnerSigns { replayed }
    }

    /// Negative evidence of a context.
    pub(super) fn excuses(&self, case: &Case<'_>, id: ContextId) -> Vec<Excuse> {
        let Some(context) = case.contexts.get(id) else { return Vec::new() };
        let familiar = case.familiarity(id);
        let replayed = !familiar.asn && self.replayed.get(id.index()).copied().unwrap_or(false);
        let mut list = Vec::new();
        let mut say = |db, why| list.push(Excuse { context: id, db, why });
        if familiar.device && !replayed {
            say(-12.0, "a registered device of the owner's was used");
        }
        if familiar.address && familiar.client {
            say(-10.0, "the address and the client are habitual for the account");
        }
        if familiar.address_colleagues == Colleagues::Many {
            say(-10.0, "the address is habitual for at least three colleagues");
        }
        if !replayed && !case.is_anonymising(context.ip) {
            match context.fresh_mfa {
                Some(Mfa::Resistant) => say(-6.0, "a phishing-resistant factor was given"),
                Some(Mfa::Completed) => say(-3.0, "a second factor was given"),
                _ => {}
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::{Begin, Time};

    #[test]
    fn a_session_is_replayed_where_another_network_had_it_before() {
        let at = Time::from_secs;
        let mut begin = Begin { first: (at(10), 1), other: None };
        assert!(!begin.is_before(at(20), 1), "nobody else has it");
        begin.add(at(5), 2);
        begin.add(at(7), 3);
        assert!(begin.is_before(at(10), 1));
        assert!(begin.is_before(at(7), 3));
        assert!(!begin.is_before(at(5), 2), "it began here");
        assert!(begin.is_before(at(8), 2), "network 3 had it between");
    }
}
