//! Sessions that are used in more than one context: gathered once, since habits change nothing of it.

use crate::events::{AccountId, Store, Str, Time};
use crate::habits::{Context, ContextId, Contexts};
use std::ops::Range;

/// The use of one session in one context.
pub struct SessionUse {
    /// In which.
    pub id: ContextId,
    /// When it begins there.
    pub first: Time,
    /// Where its events are in the list of all.
    listed: Range<u32>,
}

impl SessionUse {
    /// Where its events are (see [`SharedSessions::events_at`]).
    pub fn listed(&self) -> Range<u32> {
        self.listed.clone()
    }
}

/// One session of an account, used in more than one context.
struct Shared {
    account: AccountId,
    session: Str,
    /// Where its uses are in the list of all.
    uses: Range<u32>,
}

/// Every session that an account uses in more than one context.
#[derive(Default)]
pub struct SharedSessions {
    /// In the order of the accounts, and of the sessions of each.
    sessions: Vec<Shared>,
    /// Of each session, the first use first.
    uses: Vec<SessionUse>,
    /// Of each use, in time order.
    events: Vec<u32>,
}

impl SharedSessions {
    /// Gathers the sessions of all accounts; contexts of an application's servers do not count.
    pub fn build(store: &Store, contexts: &Contexts) -> SharedSessions {
        let mut sessions = SharedSessions::default();
        let mut found = Vec::new();
        for (account, _) in store.accounts().iter() {
            let own = contexts.of_account(account).iter().filter_map(|id| contexts.get(*id).map(|context| (*id, context)));
            let own: Vec<(ContextId, &Context)> = own.filter(|(_, context)| context.app.is_none()).collect();
            if own.len() > 1 {
                find_shared(store, contexts, &own, &mut found);
                sessions.add(store, account, &found);
            }
        }
        sessions.uses.shrink_to_fit();
        sessions.events.shrink_to_fit();
        sessions
    }

    /// Each session with its account and its uses, the first use first; in the order of the accounts.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, &[SessionUse])> {
        self.sessions.iter().map(|one| (one.account, within(&self.uses, &one.uses)))
    }

    /// The events of a use, in time order (indexes into the store).
    pub fn events(&self, one: &SessionUse) -> &[u32] {
        within(&self.events, &one.listed)
    }

    /// The events at a place that `SessionUse::listed` told of.
    pub fn events_at(&self, listed: Range<u32>) -> &[u32] {
        within(&self.events, &listed)
    }

    /// Where a session of an account began, if it is used in more than one context.
    pub fn origin(&self, account: AccountId, session: Str) -> Option<ContextId> {
        let at = self.sessions.binary_search_by_key(&(account, session), |one| (one.account, one.session)).ok()?;
        within(&self.uses, &self.sessions.get(at)?.uses).first().map(|first| first.id)
    }

    /// Adds what was found of an account.
    fn add(&mut self, store: &Store, account: AccountId, found: &[Found]) {
        for of_session in found.chunk_by(|a, b| a.session == b.session) {
            let from = self.uses.len();
            for here in of_session.chunk_by(|a, b| a.id == b.id) {
                let Some((id, first)) = here.first().and_then(|one| Some((one.id, store.event(one.event)?.time))) else { continue };
                let start = u32_of(self.events.len());
                self.events.extend(here.iter().map(|one| one.event));
                self.uses.push(SessionUse { id, first, listed: start..u32_of(self.events.len()) });
            }
            if let Some(uses) = self.uses.get_mut(from..) {
                uses.sort_by_key(|one| (one.first, one.id));
            }
            let session = of_session.first().map_or(Str::NONE, |one| one.session);
            self.sessions.push(Shared { account, session, uses: u32_of(from)..u32_of(self.uses.len()) });
        }
    }
}

fn within<'l, T>(list: &'l [T], range: &Range<u32>) -> &'l [T] {
    list.get(range.start as usize..range.end as usize).unwrap_or_default()
}

fn u32_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// An event of a session that is used in several contexts.
struct Found {
    session: Str,
    id: ContextId,
    event: u32,
}

/// Finds the events of an account's shared sessions: those of one session together, and among them those of
/// one context, in time order.
fn find_shared(store: &Store, contexts: &Contexts, own: &[(ContextId, &Context)], found: &mut Vec<Found>) {
    found.clear();
    let mut all: Vec<Str> = own.iter().flat_map(|(_, context)| context.sessions.iter().copied()).collect();
    all.sort_unstable();
    let shared: Vec<Str> = all.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).filter_map(|same| same.first().copied()).collect();
    for (id, context) in own {
        let mut here = context.sessions.iter().filter(|one| shared.binary_search(one).is_ok()).peekable();
        if here.peek().is_none() {
            continue;
        }
        let here: Vec<Str> = here.copied().collect();
        for event in contexts.events(context) {
            let session = store.event(*event).map_or(Str::NONE, |event| event.session);
            if session.is_some() && here.binary_search(&session).is_ok() {
                found.push(Found { session, id: *id, event: *event });
            }
        }
    }
    // Stable, so that the events of a context stay in time order; contexts come in the order of their numbers.
    found.sort_by_key(|one| one.session);
}
