//! Sessions that are used in more than one context: gathered once, since habits change nothing of it.

use crate::events::{AccountId, Store, Str, Time};
use crate::habits::{Context, ContextId, Contexts};

/// The use of one session in one context.
pub struct SessionUse {
    /// In which.
    pub id: ContextId,
    /// When it begins there.
    pub first: Time,
    /// Its events there, in time order.
    pub events: Vec<u32>,
}

/// Every session that an account uses in more than one context.
#[derive(Default)]
pub struct SharedSessions {
    /// Account and uses of each, the first use first; in the order of the accounts.
    pub uses: Vec<(AccountId, Vec<SessionUse>)>,
}

impl SharedSessions {
    /// Gathers the sessions of all accounts; contexts of an application's servers do not count.
    pub fn build(store: &Store, contexts: &Contexts) -> SharedSessions {
        let mut sessions = SharedSessions::default();
        for (account, _) in store.accounts().iter() {
            let own = contexts.of_account(account).iter().filter_map(|id| contexts.get(*id).map(|context| (*id, context)));
            let own: Vec<(ContextId, &Context)> = own.filter(|(_, context)| context.app.is_none()).collect();
            if own.len() > 1 {
                sessions.uses.extend(uses_of_account(store, contexts, &own).into_iter().map(|uses| (account, uses)));
            }
        }
        sessions
    }

    /// Where the session began that an account uses in a context by these events.
    pub fn origin(&self, account: AccountId, id: ContextId, events: &[u32]) -> Option<ContextId> {
        let own = self.uses.get(self.uses.partition_point(|(one, _)| *one < account)..).unwrap_or_default();
        let mut own = own.iter().take_while(|(one, _)| *one == account);
        let is_here = |one: &SessionUse| one.id == id && one.events.first() == events.first();
        own.find(|(_, uses)| uses.iter().any(is_here)).and_then(|(_, uses)| uses.first()).map(|first| first.id)
    }
}

fn uses_of_account(store: &Store, contexts: &Contexts, own: &[(ContextId, &Context)]) -> Vec<Vec<SessionUse>> {
    let mut all: Vec<Str> = own.iter().flat_map(|(_, context)| context.sessions.iter().copied()).collect();
    all.sort_unstable();
    let shared: Vec<Str> = all.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).filter_map(|same| same.first().copied()).collect();
    let mut uses: Vec<Vec<SessionUse>> = shared.iter().map(|_| Vec::new()).collect();
    for (id, context) in own.iter().filter(|(_, context)| context.sessions.iter().any(|one| shared.binary_search(one).is_ok())) {
        let events = contexts.events(context).iter().filter_map(|index| store.event(*index).map(|event| (*index, event)));
        for (index, event) in events.filter(|(_, event)| context.sessions.binary_search(&event.session).is_ok()) {
            let Some(list) = shared.binary_search(&event.session).ok().and_then(|at| uses.get_mut(at)) else { continue };
            match list.last_mut().filter(|one| one.id == *id) {
                Some(one) => one.events.push(index),
                None => list.push(SessionUse { id: *id, first: event.time, events: vec![index] }),
            }
        }
    }
    for list in &mut uses {
        list.sort_by_key(|one| (one.first, one.id));
        for one in list {
            one.events.shrink_to_fit();
        }
    }
    uses
}
