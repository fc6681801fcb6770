//! Contexts: what one client of one party does from one address, and which context each event is of.
//!
//! A context is the acts of one account from one address. Acts without an address of their own (rule
//! and directory records, acts through Microsoft's services, mail traces) are put into the context of
//! the sign-in that their token names, of their session, of the `Send` record of the same mail, or
//! else into the one that surrounds them in time, with falling certainty.

mod few;
mod summary;

pub use few::Few;

use super::acts::Acts;
use super::client::Client;
use crate::enrich::{AddressBook, AddressFacts, NetworkClass};
use crate::events::{AccountId, Action, Event, Family, Flags, Ip, Mfa, Outcome, Party, Store, Str, Time};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::ops::Range;

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
    const ALL: [Tie; 7] = [Tie::Address, Tie::Token, Tie::Session, Tie::Message, Tie::AppSignIn, Tie::Surrounding, Tie::None];

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
    /// Number of the network (/24 or /48) around the address.
    pub network: u32,
    /// Where its events are in the list of all contexts' events (see [`Contexts::events`]).
    listed: Range<u32>,
    /// Where its sign-ins are in the list of all contexts' sign-ins (see [`Contexts::sign_ins`]).
    signed_in: Range<u32>,
    /// Where its pace is in the list of all contexts' paces (see [`Contexts::pace`]).
    paced: Range<u32>,
    /// First success, or first event where nothing succeeded.
    pub first: Time,
    /// Last event.
    pub last: Time,
    /// Distinct days with a success, sorted (days since 1970).
    pub days: Few<i32>,
    /// Successful acts, sign-ins included.
    pub successes: u32,
    /// Clients used, sorted.
    pub clients: Few<Client>,
    /// Sessions used, sorted.
    pub sessions: Few<Str>,
    /// Registered devices seen, sorted.
    pub devices: Few<Str>,
    /// Clients whose sign-ins show a registered device, sorted.
    pub on_devices: Few<Client>,
    /// Clients whose sign-ins show none, sorted.
    pub off_devices: Few<Client>,
    /// The application, where an application's servers act here for the account and no person does.
    pub app: Str,
    /// The best factor freshly given; none where prompts were refused or timed out.
    pub fresh_mfa: Option<Mfa>,
}

impl Context {
    /// True if something succeeded in it.
    pub fn succeeded(&self) -> bool {
        self.successes > 0
    }
}

/// Items that a context handles by acts of one kind on one day, in eight bytes. Paces sort by kind, then
/// by day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pace {
    /// Kind of act and day.
    key: u32,
    /// Items.
    pub count: u32,
}

impl Pace {
    const DAY_BITS: u32 = 24;

    pub(super) fn new(action: Action, day: i32, count: u32) -> Pace {
        let days = 1 << Pace::DAY_BITS;
        let day = day.saturating_add(days / 2).clamp(0, days - 1).unsigned_abs();
        Pace { key: (action as u32) << Pace::DAY_BITS | day, count }
    }

    /// Kind of act and day as one number, by which paces sort.
    pub fn key(self) -> u32 {
        self.key
    }

    /// True if it is of this kind of act.
    pub fn is_of(self, action: Action) -> bool {
        self.key >> Pace::DAY_BITS == action as u32
    }

    /// The paces of one kind of act in a sorted list.
    pub fn of_action(sorted: &[Pace], action: Action) -> &[Pace] {
        let rest = sorted.get(sorted.partition_point(|one| one.key >> Pace::DAY_BITS < action as u32)..).unwrap_or_default();
        rest.get(..rest.partition_point(|one| one.is_of(action))).unwrap_or_default()
    }
}

/// All contexts, and the place of each event among them.
#[derive(Default)]
pub struct Contexts {
    list: Vec<Context>,
    of: Vec<Place>,
    account: Vec<AccountId>,
    by_account: FxHashMap<AccountId, Vec<ContextId>>,
    events: Vec<u32>,
    sign_ins: Vec<u32>,
    paces: Vec<Pace>,
}

/// A context and how an event was put there, in four bytes.
#[derive(Clone, Copy)]
struct Place(u32);

impl Place {
    const TIE_BITS: u32 = 3;
    const NONE: Place = Place(Tie::None as u32);

    fn new(id: ContextId, tie: Tie) -> Place {
        if id.0 >> (u32::BITS - Place::TIE_BITS) == 0 { Place(id.0 << Place::TIE_BITS | tie as u32) } else { Place::NONE }
    }

    fn id(self) -> ContextId {
        ContextId(self.0 >> Place::TIE_BITS)
    }

    fn tie(self) -> Tie {
        Tie::ALL.get((self.0 & ((1 << Place::TIE_BITS) - 1)) as usize).copied().unwrap_or_default()
    }
}

/// Seconds within which an act without an address belongs to the acts around it.
const SURROUNDING_SECONDS: i64 = 4 * 3600;
/// Seconds between a consent and the sign-in to the application that asked for it.
const APP_SIGN_IN_SECONDS: i64 = 15 * 60;

/// What putting events into contexts needs to know.
pub struct Ground<'a> {
    /// Events.
    pub store: &'a Store,
    /// Events by kind of act.
    pub acts: &'a Acts,
    /// Facts of addresses.
    pub book: &'a AddressBook,
    /// The client of an event.
    pub client: &'a dyn Fn(&Event) -> Client,
    /// Tells applications that are not Microsoft's own.
    pub is_foreign_app: &'a dyn Fn(Str) -> bool,
}

impl Contexts {
    /// Puts every event of the tenant's accounts into its context.
    pub fn build(ground: &Ground<'_>) -> Contexts {
        let store = ground.store;
        let mut contexts = Contexts { list: vec![Context::default()], ..Contexts::default() };
        contexts.account = store.events().iter().map(|event| subject(store, event)).collect();
        contexts.of = vec![Place::NONE; store.events().len()];
        contexts.place_by_address(store, ground.book);
        contexts.place_by_token_and_session(store);
        contexts.place_by_message(store);
        contexts.place_by_app(store, ground.acts);
        contexts.place_by_time(store);
        contexts.list_events(store);
        contexts.summarise(ground);
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
                self.list.push(Context { account, ip: event.ip, ..Context::default() });
                ContextId(u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX))
            });
            self.put(at, id, Tie::Address);
        }
    }

    fn put(&mut self, at: usize, id: ContextId, tie: Tie) {
        if let Some(entry) = self.of.get_mut(at) {
            *entry = Place::new(id, tie);
        }
    }

    /// The context of an event, if it has one by now.
    fn placed(&self, at: usize) -> Option<ContextId> {
        self.of.get(at).map(|place| place.id()).filter(|id| id.is_some())
    }

    fn open(&self, at: usize) -> Option<AccountId> {
        let account = self.account.get(at).copied().filter(|account| account.is_some())?;
        self.of.get(at).filter(|place| !place.id().is_some()).map(|_| account)
    }

    /// Acts whose token leads to a sign-in, and acts of a session that is used in one context only.
    fn place_by_token_and_session(&mut self, store: &Store) {
        let mut by_token: FxHashMap<u64, ContextId> = FxHashMap::default();
        let mut by_session: FxHashMap<(AccountId, Str), SessionUse> = FxHashMap::default();
        let mut waiting: Vec<(usize, AccountId)> = Vec::new();
        // Only what an open event asks for is looked up.
        for (at, event) in store.events().iter().enumerate() {
            let Some(account) = self.open(at).filter(|_| !event.flags.has(Flags::APP_ONLY)) else { continue };
            // A trace has the id of the mail there.
            let token = if event.family == Family::MessageTrace { 0 } else { event.token };
            if token != 0 {
                by_token.insert(token, ContextId::NONE);
            }
            if event.session.is_some() {
                by_session.insert((account, event.session), SessionUse::Nowhere);
            }
            if token != 0 || event.session.is_some() {
                waiting.push((at, account));
            }
        }
        if waiting.is_empty() {
            return;
        }
        for (at, event) in store.events().iter().enumerate() {
            let Some(id) = self.placed(at) else { continue };
            if event.action == Action::SignIn
                && event.token != 0
                && let Some(known) = by_token.get_mut(&event.token)
            {
                *known = id;
            }
            if event.session.is_some()
                && let Some(account) = self.account.get(at)
                && let Some(known) = by_session.get_mut(&(*account, event.session))
            {
                *known = known.and(id);
            }
        }
        for (at, account) in waiting {
            let Some(event) = store.events().get(at) else { continue };
            let own = |id: &ContextId| self.list.get(id.index()).is_some_and(|context| id.is_some() && context.account == account);
            if let Some(id) = by_token.get(&event.token).copied().filter(own) {
                self.put(at, id, Tie::Token);
            } else if let Some(SessionUse::In(id)) = by_session.get(&(account, event.session)).copied() {
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
                && let Some(id) = self.placed(at)
            {
                sent.insert(event.link, id);
            }
        }
        if sent.is_empty() {
            return;
        }
        for (at, event) in store.events().iter().enumerate() {
            if event.action == Action::MailSent
                && event.family == Family::MessageTrace
                && let Some(account) = self.open(at)
                && let Some(id) = sent.get(&event.link).copied()
                && self.list.get(id.index()).is_some_and(|context| context.account == account)
            {
                self.put(at, id, Tie::Message);
            }
        }
    }

    /// Consents and application records go to the sign-in to that application shortly before or after.
    fn place_by_app(&mut self, store: &Store, acts: &Acts) {
        let mut sign_ins: FxHashMap<(AccountId, Str), Vec<(Time, ContextId)>> = FxHashMap::default();
        let mut waiting: Vec<(u32, AccountId, &Event)> = Vec::new();
        for (index, event) in acts.of(store, &[Action::Consent, Action::App]) {
            if event.app.is_some()
                && event.time.is_known()
                && let Some(account) = self.open(index as usize)
            {
                sign_ins.entry((account, event.app)).or_default();
                waiting.push((index, account, event));
            }
        }
        if waiting.is_empty() {
            return;
        }
        for (index, event) in acts.of(store, &[Action::SignIn]) {
            let at = index as usize;
            if event.time.is_known()
                && let (Some(id), Some(account)) = (self.placed(at), self.account.get(at))
                && let Some(list) = sign_ins.get_mut(&(*account, event.app))
            {
                list.push((event.time, id));
            }
        }
        for (index, account, event) in waiting {
            let near = sign_ins.get(&(account, event.app)).and_then(|list| nearest(list, event.time, APP_SIGN_IN_SECONDS));
            if let Some(id) = near {
                self.put(index as usize, id, Tie::AppSignIn);
            }
        }
    }

    /// What is left goes to the nearest act of the same account that has a context: the last one before it
    /// or the first one at its time or after. One walk: an event waits until that one comes.
    fn place_by_time(&mut self, store: &Store) {
        let mut around: FxHashMap<AccountId, Around> = FxHashMap::default();
        if self.is_empty() {
            return;
        }
        for index in store.order() {
            let at = *index as usize;
            let (Some(event), Some(account)) = (store.event(*index), self.account.get(at).copied()) else { continue };
            if !account.is_some() || !event.time.is_known() {
                continue;
            }
            if let Some(id) = self.placed(at) {
                if event.succeeded() && !event.flags.has(Flags::NON_INTERACTIVE) {
                    let around = around.entry(account).or_default();
                    while let Some((waiting, time)) = around.waiting.pop_front() {
                        self.settle(waiting, time, &[around.latest, Some((event.time, id))]);
                    }
                    around.add(event.time, id);
                }
                continue;
            }
            if event.flags.has_any(Flags::APP_ONLY | Flags::BACKGROUND) || event.action == Action::MailReceived {
                continue;
            }
            let around = around.entry(account).or_default();
            if around.latest.is_some_and(|(time, _)| time == event.time) {
                self.put(at, around.first_at_latest, Tie::Surrounding);
                continue;
            }
            // Whoever waits for so long waits in vain.
            while let Some((waiting, time)) = around.waiting.pop_front_if(|(_, time)| event.time.since(*time) > SURROUNDING_SECONDS) {
                self.settle(waiting, time, &[around.latest]);
            }
            around.waiting.push_back((*index, event.time));
        }
        for around in around.into_values() {
            for (waiting, time) in around.waiting {
                self.settle(waiting, time, &[around.latest]);
            }
        }
    }

    /// Puts an event into the context of the nearest of some acts, if one is near enough.
    fn settle(&mut self, event: u32, time: Time, acts: &[Option<(Time, ContextId)>]) {
        if let Some(id) = nearest_of(acts.iter().copied().flatten(), time, SURROUNDING_SECONDS) {
            self.put(event as usize, id, Tie::Surrounding);
        }
    }

    /// Lists the events of each context in time order, all in one list, and so its sign-ins.
    fn list_events(&mut self, store: &Store) {
        let mut sizes = vec![[0u32; 2]; self.list.len()];
        for (place, event) in self.of.iter().zip(store.events()) {
            if let Some([events, sign_ins]) = sizes.get_mut(place.id().index()).filter(|_| place.id().is_some()) {
                *events += 1;
                *sign_ins += u32::from(is_successful_sign_in(event));
            }
        }
        let [mut events_end, mut sign_ins_end] = [0u32; 2];
        for (context, [events, sign_ins]) in self.list.iter_mut().zip(sizes) {
            (context.listed, context.signed_in) = (events_end..events_end, sign_ins_end..sign_ins_end);
            events_end = events_end.saturating_add(events);
            sign_ins_end = sign_ins_end.saturating_add(sign_ins);
        }
        (self.events, self.sign_ins) = (vec![0; events_end as usize], vec![0; sign_ins_end as usize]);
        for index in store.order() {
            let Some(id) = self.placed(*index as usize) else { continue };
            let (Some(context), Some(event)) = (self.list.get_mut(id.index()), store.event(*index)) else { continue };
            append(&mut self.events, &mut context.listed, *index);
            if is_successful_sign_in(event) {
                append(&mut self.sign_ins, &mut context.signed_in, *index);
            }
        }
    }

    fn summarise(&mut self, ground: &Ground<'_>) {
        let mut paces = Vec::new();
        let mut lists = summary::Lists::default();
        let mut networks: FxHashMap<u128, u32> = FxHashMap::default();
        for (at, context) in self.list.iter_mut().enumerate().skip(1) {
            let id = ContextId(u32::try_from(at).unwrap_or(u32::MAX));
            self.by_account.entry(context.account).or_default().push(id);
            let listed = self.events.get(context.listed.start as usize..context.listed.end as usize).unwrap_or_default();
            let next = u32::try_from(networks.len()).unwrap_or(u32::MAX);
            context.network = *networks.entry(ground.book.facts(context.ip).network).or_insert(next);
            summary::summarise(context, listed, &self.of, ground, &mut lists);
            let from = u32::try_from(paces.len()).unwrap_or(u32::MAX);
            summary::pace(listed, ground.store, &mut paces);
            context.paced = from..u32::try_from(paces.len()).unwrap_or(u32::MAX);
        }
        paces.shrink_to_fit();
        self.paces = paces;
    }

    /// The events of a context in time order (indexes into the store).
    pub fn events(&self, context: &Context) -> &[u32] {
        self.events.get(context.listed.start as usize..context.listed.end as usize).unwrap_or_default()
    }

    /// The successful sign-ins of a context in time order (indexes into the store).
    pub fn sign_ins(&self, context: &Context) -> &[u32] {
        self.sign_ins.get(context.signed_in.start as usize..context.signed_in.end as usize).unwrap_or_default()
    }

    /// Items that a context handles by kind of act and day, sorted by both; background acts do not count.
    pub fn pace(&self, context: &Context) -> &[Pace] {
        self.paces.get(context.paced.start as usize..context.paced.end as usize).unwrap_or_default()
    }

    /// The context of an event, and by what it was put there.
    pub fn of(&self, event: u32) -> (ContextId, Tie) {
        self.of.get(event as usize).map(|place| (place.id(), place.tie())).unwrap_or_default()
    }

    /// The account whose act an event is; for an app-only act the mailbox. Nobody for acts of services
    /// and for mail that was only received.
    pub fn account_of(&self, event: u32) -> AccountId {
        self.account.get(event as usize).copied().unwrap_or_default()
    }

    /// A context.
    pub fn get(&self, id: ContextId) -> Option<&Context> {
        self.list.get(id.index()).filter(|_| id.is_some())
    }

    /// All contexts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (ContextId, &Context)> {
        (1u32..).map(ContextId).zip(self.list.iter().skip(1))
    }

    /// Number of contexts, "none" included: the length of a parallel table.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True if there is no context.
    pub fn is_empty(&self) -> bool {
        self.list.len() <= 1
    }

    /// The contexts of an account, in the order of their first event.
    pub fn of_account(&self, account: AccountId) -> &[ContextId] {
        self.by_account.get(&account).map_or(&[], Vec::as_slice)
    }
}

fn is_successful_sign_in(event: &Event) -> bool {
    event.action == Action::SignIn && event.outcome == Outcome::Success
}

/// Puts a number behind a range of a list that has room for it.
fn append(list: &mut [u32], range: &mut Range<u32>, number: u32) {
    if let Some(entry) = list.get_mut(range.end as usize) {
        *entry = number;
        range.end += 1;
    }
}

/// Where a session is used.
#[derive(Clone, Copy, PartialEq)]
enum SessionUse {
    Nowhere,
    In(ContextId),
    InSeveral,
}

impl SessionUse {
    fn and(self, id: ContextId) -> SessionUse {
        match self {
            SessionUse::Nowhere => SessionUse::In(id),
            SessionUse::In(known) if known == id => self,
            SessionUse::In(_) | SessionUse::InSeveral => SessionUse::InSeveral,
        }
    }
}

/// What is known of an account's acts when the walk in time order has come so far.
#[derive(Default)]
struct Around {
    /// The last act.
    latest: Option<(Time, ContextId)>,
    /// The first act of those at the time of the last.
    first_at_latest: ContextId,
    /// Events since the last act.
    waiting: VecDeque<(u32, Time)>,
}

impl Around {
    fn add(&mut self, time: Time, id: ContextId) {
        if self.latest.is_none_or(|(latest, _)| latest != time) {
            self.first_at_latest = id;
        }
        self.latest = Some((time, id));
    }
}

/// True if the address of an event can be that of whoever acts. Rented servers in Microsoft's cloud can
/// sign in; any other record from there shows one of Microsoft's services that acts for the user.
fn is_own_address(event: &Event, facts: &AddressFacts) -> bool {
    facts.is_personal() && (facts.class != NetworkClass::CloudMicrosoft || event.action == Action::SignIn)
}

/// The context of the entry nearest in time, within so many seconds.
fn nearest(list: &[(Time, ContextId)], time: Time, within: i64) -> Option<ContextId> {
    let after = list.partition_point(|(at, _)| *at < time);
    let before = after.checked_sub(1).and_then(|at| list.get(at));
    nearest_of([before, list.get(after)].into_iter().flatten().copied(), time, within)
}

/// The context of the nearest of some acts, within so many seconds; of two as near the first.
fn nearest_of(acts: impl Iterator<Item = (Time, ContextId)>, time: Time, within: i64) -> Option<ContextId> {
    let distance = |act: &(Time, ContextId)| act.0.since(time).abs();
    acts.min_by_key(distance).filter(|act| distance(act) <= within).map(|(_, id)| id)
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
