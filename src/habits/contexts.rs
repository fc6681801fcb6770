//! Contexts: what one client of one party does from one address, and which context each event is of.
//!
//! A context is the acts of one account from one address. Acts without an address of their own (rule
//! and directory records, acts through Microsoft's services, mail traces) are put into the context of
//! the sign-in that their token names, of their session, of the `Send` record of the same mail, or
//! else into the one that surrounds them in time, with falling certainty.

use super::client::Client;
use crate::enrich::{AddressBook, AddressFacts, NetworkClass};
use crate::events::{AccountId, Action, Event, Family, Flags, Ip, Party, Store, Str, Time};
use rustc_hash::FxHashMap;

/// Number of a context; 0 is "none".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ContextId(pub u32);

impl ContextId {
    /// "No context".
    pub const NONE: ContextId = ContextId(0);

    /// Index into a table that is parallel to the contexts.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// True unless this is [`ContextId::NONE`].
    pub fn is_some(self) -> bool {
        self.0 != 0
    }
}

/// By what an event was put into its context; each is weaker than the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Tie {
    /// Its own address.
    Address,
    /// The token leads to a sign-in.
    Token,
    /// The session is used in this context only.
    Session,
    /// The same mail's `Send` record.
    Message,
    /// A sign-in to the same application within minutes.
    AppSignIn,
    /// The context surrounds it in time.
    Surrounding,
    /// Not in a context.
    #[default]
    None,
}

impl Tie {
    /// How sure the event is of its context, 0 to 1.
    pub fn certainty(self) -> f64 {
        match self {
            Tie::Address => 0.98,
            Tie::Token => 0.97,
            Tie::Session => 0.93,
            Tie::Message => 0.95,
            Tie::AppSignIn => 0.85,
            Tie::Surrounding => 0.7,
            Tie::None => 0.5,
        }
    }
}

/// What one account does from one address.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Whose.
    pub account: AccountId,
    /// From where.
    pub ip: Ip,
    /// Its events in time order (indexes into the store).
    pub events: Vec<u32>,
    /// First success, or first event where nothing succeeded.
    pub first: Time,
    /// Last event.
    pub last: Time,
    /// Distinct days with a success, sorted (days since 1970).
    pub days: Vec<i64>,
    /// Successful acts, sign-ins included.
    pub successes: u32,
    /// Clients used, sorted.
    pub clients: Vec<Client>,
    /// Sessions used, sorted.
    pub sessions: Vec<Str>,
    /// Registered devices seen, sorted.
    pub devices: Vec<Str>,
    /// The application, where an application's servers act here for the account and no person does.
    pub app: Str,
}

impl Context {
    /// True if something succeeded in it.
    pub fn succeeded(&self) -> bool {
        self.successes > 0
    }
}

/// All contexts, and the place of each event among them.
#[derive(Default)]
pub struct Contexts {
    contexts: Vec<Context>,
    of: Vec<(ContextId, Tie)>,
    account: Vec<AccountId>,
    by_account: FxHashMap<AccountId, Vec<ContextId>>,
}

/// Seconds within which an act without an address belongs to the acts around it.
const SURROUNDING_SECONDS: i64 = 4 * 3600;
/// Seconds between a consent and the sign-in to the application that asked for it.
const APP_SIGN_IN_SECONDS: i64 = 15 * 60;

impl Contexts {
    /// Puts every event of the tenant's accounts into its context.
    ///
    /// `is_foreign_app` tells applications that are not Microsoft's own.
    pub fn build(store: &Store, book: &AddressBook, clients: &dyn Fn(&Event) -> Client, is_foreign_app: &dyn Fn(Str) -> bool) -> Contexts {
        let mut contexts =
            Contexts { contexts: vec![Context::default()], of: Vec::new(), account: Vec::new(), by_account: FxHashMap::default() };
        contexts.account = store.events().iter().map(|event| subject(store, event)).collect();
        contexts.of = vec![(ContextId::NONE, Tie::None); store.events().len()];
        contexts.place_by_address(store, book);
        contexts.place_by_token_and_session(store);
        contexts.place_by_message(store);
        contexts.place_by_app(store);
        contexts.place_by_time(store);
        contexts.summarise(store, clients);
        contexts.find_app_servers(store, book, is_foreign_app);
        contexts
    }

    fn place_by_address(&mut self, store: &Store, book: &AddressBook) {
        let mut known: FxHashMap<(AccountId, Ip), ContextId> = FxHashMap::default();
        for index in store.order() {
            let at = *index as usize;
            let (Some(event), Some(account)) = (store.event(*index), self.account.get(at).copied()) else { continue };
            let usable = account.is_some()
                && event.ip.is_some()
                && event.family != Family::MessageTrace
                && !event.flags.has(Flags::APP_ONLY)
                && is_own_address(event, book.facts(event.ip));
            if !usable {
                continue;
            }
            let id = *known.entry((account, event.ip)).or_insert_with(|| {
                self.contexts.push(Context { account, ip: event.ip, ..Context::default() });
                ContextId(u32::try_from(self.contexts.len() - 1).unwrap_or(u32::MAX))
            });
            self.put(at, id, Tie::Address);
        }
    }

    fn put(&mut self, at: usize, id: ContextId, tie: Tie) {
        if let Some(entry) = self.of.get_mut(at) {
            *entry = (id, tie);
        }
    }

    fn open(&self, at: usize) -> Option<AccountId> {
        let account = self.account.get(at).copied().filter(|account| account.is_some())?;
        self.of.get(at).filter(|(id, _)| !id.is_some()).map(|_| account)
    }

    fn place_by_token_and_session(&mut self, store: &Store) {
        let mut by_token: FxHashMap<u64, ContextId> = FxHashMap::default();
        let mut by_session: FxHashMap<(AccountId, Str), Option<ContextId>> = FxHashMap::default();
        for (at, event) in store.events().iter().enumerate() {
            let Some((id, _)) = self.of.get(at).copied().filter(|(id, _)| id.is_some()) else { continue };
            if event.action == Action::SignIn && event.token != 0 {
                by_token.insert(event.token, id);
            }
            if event.session.is_some()
                && let Some(account) = self.account.get(at)
            {
                by_session
                    .entry((*account, event.session))
                    .and_modify(|known| {
                        if *known != Some(id) {
                            *known = None;
                        }
                    })
                    .or_insert(Some(id));
            }
        }
        for (at, event) in store.events().iter().enumerate() {
            let Some(account) = self.open(at) else { continue };
            if event.flags.has(Flags::APP_ONLY) {
                continue;
            }
            let own = |id: &ContextId| self.contexts.get(id.index()).is_some_and(|context| context.account == account);
            if let Some(id) = by_token.get(&event.token).copied().filter(own) {
                self.put(at, id, Tie::Token);
            } else if let Some(Some(id)) = by_session.get(&(account, event.session)).copied().filter(|_| event.session.is_some()) {
                self.put(at, id, Tie::Session);
            }
        }
    }

    /// Trace rows of a mail go where its `Send` record is.
    fn place_by_message(&mut self, store: &Store) {
        let mut sent: FxHashMap<u64, ContextId> = FxHashMap::default();
        for (at, event) in store.events().iter().enumerate() {
            if event.action == Action::MailSent
                && event.family == Family::Audit
                && event.link != 0
                && let Some((id, _)) = self.of.get(at).copied().filter(|(id, _)| id.is_some())
            {
                sent.insert(event.link, id);
            }
        }
        for (at, event) in store.events().iter().enumerate() {
            let Some(account) = self.open(at) else { continue };
            if event.action == Action::MailSent
                && event.family == Family::MessageTrace
                && let Some(id) = sent.get(&event.link).copied()
                && self.contexts.get(id.index()).is_some_and(|context| context.account == account)
            {
                self.put(at, id, Tie::Message);
            }
        }
    }

    /// Consents and application records go to the sign-in to that application shortly before or after.
    fn place_by_app(&mut self, store: &Store) {
        let mut sign_ins: FxHashMap<(AccountId, Str), Vec<(Time, ContextId)>> = FxHashMap::default();
        for index in store.order() {
            let at = *index as usize;
            let (Some(event), Some(account)) = (store.event(*index), self.account.get(at)) else { continue };
            if event.action == Action::SignIn
                && event.app.is_some()
                && event.time.is_known()
                && let Some((id, _)) = self.of.get(at).filter(|(id, _)| id.is_some())
            {
                sign_ins.entry((*account, event.app)).or_default().push((event.time, *id));
            }
        }
        for (at, event) in store.events().iter().enumerate() {
            let Some(account) = self.open(at) else { continue };
            if !matches!(event.action, Action::Consent | Action::App) || !event.app.is_some() || !event.time.is_known() {
                continue;
            }
            let near = sign_ins.get(&(account, event.app)).and_then(|list| nearest(list, event.time, APP_SIGN_IN_SECONDS));
            if let Some(id) = near {
                self.put(at, id, Tie::AppSignIn);
            }
        }
    }

    /// What is left goes to the nearest act of the same account that has a context.
    fn place_by_time(&mut self, store: &Store) {
        let mut acts: FxHashMap<AccountId, Vec<(Time, ContextId)>> = FxHashMap::default();
        for index in store.order() {
            let at = *index as usize;
            let (Some(event), Some(account)) = (store.event(*index), self.account.get(at)) else { continue };
            if event.succeeded()
                && event.time.is_known()
                && !event.flags.has(Flags::NON_INTERACTIVE)
                && let Some((id, _)) = self.of.get(at).filter(|(id, _)| id.is_some())
            {
                acts.entry(*account).or_default().push((event.time, *id));
            }
        }
        for (at, event) in store.events().iter().enumerate() {
            let Some(account) = self.open(at) else { continue };
            let skip =
                !event.time.is_known() || event.flags.has_any(Flags::APP_ONLY | Flags::BACKGROUND) || event.action == Action::MailReceived;
            if skip {
                continue;
            }
            if let Some(id) = acts.get(&account).and_then(|list| nearest(list, event.time, SURROUNDING_SECONDS)) {
                self.put(at, id, Tie::Surrounding);
            }
        }
    }

    fn summarise(&mut self, store: &Store, clients: &dyn Fn(&Event) -> Client) {
        for index in store.order() {
            let (Some(event), Some((id, tie))) = (store.event(*index), self.of.get(*index as usize).copied()) else { continue };
            let Some(context) = self.contexts.get_mut(id.index()).filter(|_| id.is_some()) else { continue };
            context.events.push(*index);
            if !event.time.is_known() {
                continue;
            }
            let succeeded = event.succeeded();
            if context.events.len() == 1 || succeeded && context.successes == 0 {
                context.first = event.time;
            }
            context.last = event.time;
            if !succeeded || tie > Tie::Session {
                continue;
            }
            context.successes += 1;
            add(&mut context.days, event.time.day());
            add(&mut context.clients, clients(event));
            if event.session.is_some() {
                add(&mut context.sessions, event.session);
            }
            if let Some(facts) = store.sign_in(event)
                && facts.device.is_some()
            {
                add(&mut context.devices, facts.device);
            }
        }
        for (at, context) in self.contexts.iter().enumerate().skip(1) {
            self.by_account.entry(context.account).or_default().push(ContextId(u32::try_from(at).unwrap_or(u32::MAX)));
        }
    }

    /// Marks the contexts in which only an application's servers act for the account: one foreign
    /// application, from a data centre, nobody at a keyboard.
    fn find_app_servers(&mut self, store: &Store, book: &AddressBook, is_foreign_app: &dyn Fn(Str) -> bool) {
        for context in self.contexts.iter_mut().skip(1) {
            let mut events = context.events.iter().filter_map(|index| store.event(*index));
            let app = events.clone().find_map(|event| event.app.some()).unwrap_or(Str::NONE);
            let only_app = events.all(|event| {
                let by_person = event.flags.has(Flags::INTERACTIVE) || event.action == Action::Consent;
                (event.app == app || event.app.is_none()) && !by_person
            });
            if app.is_some() && only_app && is_foreign_app(app) && book.facts(context.ip).is_data_centre() {
                context.app = app;
            }
        }
    }

    /// The context of an event, and by what it was put there.
    pub fn of(&self, event: u32) -> (ContextId, Tie) {
        self.of.get(event as usize).copied().unwrap_or_default()
    }

    /// The account whose act an event is; for an app-only act the mailbox. Nobody for acts of services
    /// and for mail that was only received.
    pub fn account_of(&self, event: u32) -> AccountId {
        self.account.get(event as usize).copied().unwrap_or_default()
    }

    /// A context.
    pub fn get(&self, id: ContextId) -> Option<&Context> {
        self.contexts.get(id.index()).filter(|_| id.is_some())
    }

    /// All contexts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (ContextId, &Context)> {
        (1u32..).map(ContextId).zip(self.contexts.iter().skip(1))
    }

    /// Number of contexts, "none" included: the length of a parallel table.
    pub fn len(&self) -> usize {
        self.contexts.len()
    }

    /// True if there is no context.
    pub fn is_empty(&self) -> bool {
        self.contexts.len() <= 1
    }

    /// The contexts of an account, in the order of their first event.
    pub fn of_account(&self, account: AccountId) -> &[ContextId] {
        self.by_account.get(&account).map_or(&[], Vec::as_slice)
    }
}

/// True if the address of an event can be that of whoever acts. Rented servers in Microsoft's cloud can
/// sign in; any other record from there shows one of Microsoft's services that acts for the user.
fn is_own_address(event: &Event, facts: &AddressFacts) -> bool {
    facts.is_personal() && (facts.class != NetworkClass::CloudMicrosoft || event.action == Action::SignIn)
}

/// Adds to a sorted list without repeats.
fn add<T: Ord + Copy>(list: &mut Vec<T>, value: T) {
    if let Err(at) = list.binary_search(&value) {
        list.insert(at, value);
    }
}

/// The context of the entry nearest in time, within so many seconds.
fn nearest(list: &[(Time, ContextId)], time: Time, within: i64) -> Option<ContextId> {
    let after = list.partition_point(|(at, _)| *at < time);
    let before = after.checked_sub(1).and_then(|at| list.get(at));
    let candidates = [before, list.get(after)];
    let distance = |entry: &&(Time, ContextId)| entry.0.since(time).abs();
    candidates.into_iter().flatten().min_by_key(distance).filter(|entry| distance(entry) <= within).map(|(_, id)| *id)
}

/// The account whose act an event is.
fn subject(store: &Store, event: &Event) -> AccountId {
    let accounts = store.accounts();
    if event.flags.has(Flags::SERVICE) || matches!(event.action, Action::MailReceived | Action::Alert) {
        return AccountId::NONE;
    }
    let acting = accounts.of(if event.flags.has(Flags::APP_ONLY) && event.target.is_some() { event.target } else { event.actor });
    match accounts.get(acting).map(|account| account.party) {
        Some(Party::Person | Party::Guest | Party::SharedMailbox) => acting,
        _ => AccountId::NONE,
    }
}
