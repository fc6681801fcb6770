//! The store: all events, states and duplicates of a case, merged in the order of the evidence.

mod cut;

pub use cut::Cut;

use super::app_names::AppNames;
use super::batch::{Batch, Fate, PendingDate, Translation};
use super::detail::{Detail, Item, Items, SignIn, State, StateKind};
use super::event::{Event, Family, Outcome};
use super::identity::Accounts;
use super::intern::{Id, Interner, Ip, IpKind, Principal, PrincipalKind, Str, TextKind};
use super::key::{Key, KeyKind};
use super::ledger::Ledger;
use super::time::{DateOrder, TICKS, Time};
use crate::evidence::{Pointer, RecordAt};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::sync::Arc;

/// A record that repeats an event or state.
#[derive(Clone, Copy, Debug)]
pub struct Duplicate {
    /// The repeating record.
    pub at: RecordAt,
    /// Index of the event that it repeats; `None` where it repeats a state.
    pub of: Option<u32>,
    /// Format that read it.
    pub format: u8,
}

/// Two records of one identity that say different things; both are kept.
#[derive(Clone, Copy, Debug)]
pub struct Conflict {
    /// The event.
    pub event: u32,
    /// The record that says otherwise.
    pub at: RecordAt,
    /// In what.
    pub field: &'static str,
}

/// A key with its event, in 20 bytes.
#[derive(Clone, Copy)]
struct Slot {
    key: [u32; 4],
    event: u32,
}

impl Slot {
    fn new(key: Key, event: u32) -> Slot {
        Slot { key: words(key), event }
    }

    fn hash(&self) -> u64 {
        let [a, b, ..] = self.key;
        u64::from(a) << 32 | u64::from(b)
    }
}

fn words(key: Key) -> [u32; 4] {
    let part = |shift: u32| u32::try_from(key.0 >> shift & 0xFFFF_FFFF).unwrap_or(0);
    [part(0), part(32), part(64), part(96)]
}

/// All that was read. Events lie in the order of their records: by input, then by number.
#[derive(Default)]
pub struct Store {
    events: Vec<Event>,
    details: Vec<Detail>,
    items: Arc<Vec<Item>>,
    states: Vec<State>,
    duplicates: Vec<Duplicate>,
    conflicts: Vec<Conflict>,
    keys: HashTable<Slot>,
    /// What the keys of the event at hand stand for; here so that its memory is used again.
    known: Vec<Option<u32>>,
    state_keys: rustc_hash::FxHashSet<u128>,
    same: Vec<(Principal, Principal)>,
    text: Arc<Interner<TextKind>>,
    names: Arc<Interner<PrincipalKind>>,
    ips: Arc<Interner<IpKind>>,
    /// Dates of the input under way whose order is open: event, readings.
    pending: Vec<PendingDate>,
    /// Votes for month first and day first from records met in another file.
    votes: [u32; 2],
    order: Vec<u32>,
    accounts: Arc<Accounts>,
    app_names: Arc<AppNames>,
}

fn map<K>(table: &[Id<K>], id: Id<K>) -> Id<K> {
    table.get(id.index()).copied().unwrap_or(Id::NONE)
}

impl Translation {
    fn event(&self, event: &mut Event) {
        event.actor = map(&self.names, event.actor);
        event.target = map(&self.names, event.target);
        event.ip = map(&self.ips, event.ip);
        for text in [&mut event.agent, &mut event.app, &mut event.session, &mut event.operation, &mut event.object] {
            *text = map(&self.text, *text);
        }
    }

    /// `items` is where the store's list of items ends before those of the batch.
    fn detail(&self, detail: &mut Detail, items: u32) {
        match detail {
            Detail::SignIn(facts) => {
                let SignIn { city, os, browser, device, trust, client, resource, app_name, reason, .. } = &mut **facts;
                for text in [city, os, browser, device, trust, client, resource, app_name, reason] {
                    *text = map(&self.text, *text);
                }
            }
            Detail::Permission(permission) => permission.trustee = map(&self.names, permission.trustee),
            Detail::Mail(mail) => {
                mail.recipients.iter_mut().for_each(|name| *name = map(&self.names, *name));
                mail.sent_as = map(&self.names, mail.sent_as);
                mail.sender_shown = map(&self.names, mail.sender_shown);
                for text in [&mut mail.status, &mut mail.threats] {
                    *text = map(&self.text, *text);
                }
            }
            Detail::Items(list) => {
                for text in [&mut list.folder, &mut list.destination, &mut list.subject] {
                    *text = map(&self.text, *text);
                }
                list.start = list.start.saturating_add(items);
            }
            Detail::Share(with) => with.iter_mut().for_each(|name| *name = map(&self.names, *name)),
            Detail::Alert { kind, state, .. } => {
                *kind = map(&self.text, *kind);
                *state = map(&self.text, *state);
            }
            Detail::Click { url, .. } => *url = map(&self.text, *url),
            Detail::Rule(_) | Detail::Forwarding(_) | Detail::Consent(_) | Detail::Change(_) | Detail::Parameters(_) => {}
        }
    }

    fn state(&self, state: &mut State) {
        state.owner = map(&self.names, state.owner);
        if let StateKind::Permission(permission) = &mut state.kind {
            permission.trustee = map(&self.names, permission.trustee);
        }
    }
}

impl Store {
    /// Merges a batch of the input whose ledger is given. Batches must come in the order of their
    /// records; the batch is left empty but for its buffers.
    pub fn merge(&mut self, batch: &mut Batch, ledger: &mut Ledger) {
        let mut translation = std::mem::take(&mut batch.translation);
        Arc::make_mut(&mut self.text).absorb(&batch.text, &mut translation.text);
        Arc::make_mut(&mut self.names).absorb(&batch.names, &mut translation.names);
        Arc::make_mut(&mut self.ips).absorb(&batch.ips, &mut translation.ips);
        self.same.extend(batch.same.iter().map(|(a, b)| (map(&translation.names, *a), map(&translation.names, *b))));
        for (mine, theirs) in self.votes.iter_mut().zip(batch.votes) {
            *mine += theirs;
        }
        for (code, text) in &batch.notices {
            ledger.notice(code, text);
        }
        let items = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        Arc::make_mut(&mut self.items)
            .extend(batch.items.iter().map(|item| Item { subject: map(&translation.text, item.subject), ..*item }));
        let details = &mut batch.details;
        let mut states = batch.states.drain(..);
        let mut keys = batch.keys.iter().peekable();
        let mut pending = batch.pending.iter().peekable();
        let mut own = Vec::new();
        for (at, fate) in &batch.fates {
            ledger.records += 1;
            match *fate {
                Fate::Ignored(reason) => ledger.ignore(*at, reason),
                Fate::Rejected(reason) => ledger.reject(*at, reason),
                Fate::State(_) => {
                    *ledger.formats.entry(batch.format).or_default() += 1;
                    if let Some(mut state) = states.next() {
                        translation.state(&mut state);
                        self.add_state(state, batch.format);
                    }
                }
                Fate::Event(number) => {
                    let Some(mut event) = batch.events.get(number as usize).copied() else { continue };
                    translation.event(&mut event);
                    *ledger.formats.entry(event.format).or_default() += 1;
                    let place = (event.detail as usize).checked_sub(1).and_then(|at| details.get_mut(at));
                    let mut detail = place.map(|detail| std::mem::replace(detail, Detail::Click { url: Str::NONE, through: false }));
                    if let Some(detail) = &mut detail {
                        translation.detail(detail, items);
                    }
                    own.clear();
                    while let Some((key, _)) = keys.next_if(|(_, of)| *of == number) {
                        own.push(*key);
                    }
                    let date = pending.next_if(|date| date.event == number).copied();
                    self.add_event(event, detail, &own, date);
                }
            }
        }
        drop(states);
        batch.translation = translation;
        batch.clear();
    }

    fn add_state(&mut self, state: State, format: u8) {
        let content = format!("{:?} {:?}", state.owner, state.kind);
        let key = Key::of(KeyKind::State, &content);
        if self.state_keys.insert(key.0) {
            self.states.push(state);
        } else {
            self.duplicates.push(Duplicate { at: state.at, of: None, format });
        }
    }

    fn add_event(&mut self, event: Event, detail: Option<Detail>, keys: &[Key], date: Option<PendingDate>) {
        let mut known = std::mem::take(&mut self.known);
        known.clear();
        // A key that is not known yet makes the event a new one, which it then stands for.
        let index = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        known.extend(keys.iter().map(|key| self.stands_for(Slot::new(*key, index))));
        match known.first().copied().flatten() {
            Some(first) if known.iter().all(Option::is_some) => {
                self.vote(first, date);
                self.absorb(first, event, detail);
            }
            _ => self.add_new(event, detail, &known, date),
        }
        self.known = known;
    }

    /// Adds an event of which at least one key is new; `known` has what the keys already stand for.
    fn add_new(&mut self, mut event: Event, mut detail: Option<Detail>, known: &[Option<u32>], date: Option<PendingDate>) {
        // Of a mail to several people only those deliveries count that no other record has told of.
        if let Some(Detail::Mail(mail)) = &mut detail
            && mail.recipients.len() == known.len()
            && known.iter().any(Option::is_some)
        {
            let mut told = known.iter();
            mail.recipients.retain(|_| told.next().is_some_and(Option::is_none));
            event.count = u32::try_from(mail.recipients.len()).unwrap_or(u32::MAX).max(1);
            event.target = mail.recipients.first().copied().unwrap_or(event.target);
        }
        let index = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        if let Some(date) = date {
            self.pending.push(PendingDate { event: index, ..date });
        }
        event.detail = 0;
        if let Some(detail) = detail {
            self.details.push(detail);
            event.detail = u32::try_from(self.details.len()).unwrap_or(0);
        }
        self.events.push(event);
    }

    /// The event that the key of a slot stands for already; where there is none, it is that of the slot from now on.
    fn stands_for(&mut self, slot: Slot) -> Option<u32> {
        match self.keys.entry(slot.hash(), |known| known.key == slot.key, Slot::hash) {
            Entry::Occupied(known) => Some(known.get().event).filter(|event| *event != slot.event),
            Entry::Vacant(free) => {
                free.insert(slot);
                None
            }
        }
    }

    /// A duplicate whose date is open tells the order of its file, if the event has a time.
    fn vote(&mut self, event: u32, date: Option<PendingDate>) {
        let (Some(date), Some(event)) = (date, self.events.get(event as usize)) else { return };
        let near = |reading: Option<Time>| reading.is_some_and(|time| time.0.abs_diff(event.time.0) <= 2 * TICKS.unsigned_abs());
        let (month, day) = (near(date.readings.month_first), near(date.readings.day_first));
        let [month_votes, day_votes] = &mut self.votes;
        *month_votes += u32::from(month && !day);
        *day_votes += u32::from(day && !month);
    }

    /// Takes what only the repeating record knows into the event, and counts it as a duplicate.
    fn absorb(&mut self, into: u32, other: Event, detail: Option<Detail>) {
        self.duplicates.push(Duplicate { at: other.at, of: Some(into), format: other.format });
        let Some(event) = self.events.get_mut(into as usize) else { return };
        let mut conflict = None;
        for (mine, theirs) in [
            (&mut event.agent, other.agent),
            (&mut event.app, other.app),
            (&mut event.session, other.session),
            (&mut event.operation, other.operation),
            (&mut event.object, other.object),
        ] {
            *mine = mine.some().unwrap_or(theirs);
        }
        if event.ip.is_some() && other.ip.is_some() && event.ip != other.ip {
            conflict = Some("address");
        }
        event.ip = event.ip.some().unwrap_or(other.ip);
        event.actor = event.actor.some().unwrap_or(other.actor);
        event.target = event.target.some().unwrap_or(other.target);
        event.token = if event.token == 0 { other.token } else { event.token };
        event.link = if event.link == 0 { other.link } else { event.link };
        event.flags.set(other.flags);
        if event.time.is_known() && other.time.is_known() {
            if event.time.0.abs_diff(other.time.0) > slack(event.family) {
                conflict = Some("time");
            } else if other.digits > event.digits {
                (event.time, event.digits) = (other.time, other.digits);
            }
        } else if other.time.is_known() {
            (event.time, event.digits) = (other.time, other.digits);
        }
        // Records of one sign-in are written again as it goes on: an interrupt gives way to its end.
        let settled = matches!(other.outcome, Outcome::Success | Outcome::Failure);
        if settled && matches!(event.outcome, Outcome::Interrupted | Outcome::Unknown) {
            (event.outcome, event.code) = (other.outcome, other.code);
        } else if settled && event.outcome != other.outcome {
            conflict = Some("outcome");
        } else if event.code == 0 && event.outcome == other.outcome {
            event.code = other.code;
        }
        if let Some(field) = conflict {
            self.conflicts.push(Conflict { event: into, at: other.at, field });
        }
        self.absorb_detail(into, detail);
    }

    fn absorb_detail(&mut self, into: u32, detail: Option<Detail>) {
        let (Some(detail), Some(event)) = (detail, self.events.get_mut(into as usize)) else { return };
        match (event.detail as usize).checked_sub(1).and_then(|at| self.details.get_mut(at)) {
            None => {
                self.details.push(detail);
                event.detail = u32::try_from(self.details.len()).unwrap_or(0);
            }
            Some(mine) => mine.fill_from(&detail),
        }
    }

    /// Makes an event the duplicate of another (found by a join after reading).
    pub(super) fn demote(&mut self, pairs: &[(u32, u32)]) {
        if pairs.is_empty() {
            return;
        }
        let mut gone = vec![false; self.events.len()];
        let mut homes: Vec<u32> = (0..u32::try_from(self.events.len()).unwrap_or(u32::MAX)).collect();
        for (of, repeat) in pairs {
            let Some(event) = self.events.get(*repeat as usize).copied() else { continue };
            let detail = (event.detail as usize).checked_sub(1).and_then(|at| self.details.get(at)).cloned();
            self.absorb(*of, event, detail);
            if let (Some(gone), Some(home)) = (gone.get_mut(*repeat as usize), homes.get_mut(*repeat as usize)) {
                *gone = true;
                *home = *of;
            }
        }
        let mut moved = Vec::with_capacity(homes.len());
        let mut next = 0u32;
        for gone in &gone {
            moved.push(next);
            next += u32::from(!gone);
        }
        let new_index = |old: u32| homes.get(old as usize).and_then(|home| moved.get(*home as usize)).copied().unwrap_or(old);
        for duplicate in &mut self.duplicates {
            duplicate.of = duplicate.of.map(new_index);
        }
        for conflict in &mut self.conflicts {
            conflict.event = new_index(conflict.event);
        }
        let mut kept = gone.iter().map(|gone| !gone);
        self.events.retain(|_| kept.next().unwrap_or(true));
    }

    /// Ends an input: settles the order of its dates.
    pub fn end_input(&mut self, order: DateOrder, ledger: &mut Ledger) {
        let votes = std::mem::take(&mut self.votes);
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return;
        }
        let settled = super::dates::settle(&pending, votes, order, ledger);
        for date in pending {
            let reading = match settled {
                DateOrder::MonthFirst => date.readings.month_first,
                DateOrder::DayFirst => date.readings.day_first,
                DateOrder::Undecided => None,
            };
            if let (Some(time), Some(event)) = (reading, self.events.get_mut(date.event as usize)) {
                event.time = time;
            }
        }
    }

    /// Settles who is who, which mail is ours, which records of different logs are one act, and puts
    /// the events in time order. Call once, after all inputs; then fill the ledgers with
    /// [`Store::count`].
    pub fn finish(&mut self, own_domains: &[String]) {
        self.keys = HashTable::new();
        self.accounts = Arc::new(Accounts::settle(&self.names, &self.same, &self.events, &self.states, own_domains));
        self.same = Vec::new();
        self.app_names = Arc::new(AppNames::learn(&self.events, &self.details, &self.text));
        super::mail::direct(&mut self.events, &self.details, &self.accounts);
        let pairs = super::join::directory_pairs(&self.events, &self.text, &self.accounts);
        self.demote(&pairs);
        // The events lie in the order of their records, so that a stable sort by time keeps that order
        // within one time; and it is quick on logs, which are runs of sorted times.
        let mut order: Vec<(Time, u32)> = self.events.iter().map(|event| event.time).zip(0..).collect();
        order.sort_by_key(|(time, _)| *time);
        self.order = order.into_iter().map(|(_, at)| at).collect();
    }

    /// Fills the ledgers of all inputs with what became of their records in the end.
    pub fn count(&self, ledgers: &mut [Ledger]) {
        for event in &self.events {
            if let Some(ledger) = ledgers.get_mut(event.at.input as usize) {
                ledger.event(event.time);
            }
        }
        for state in &self.states {
            if let Some(ledger) = ledgers.get_mut(state.at.input as usize) {
                ledger.states += 1;
            }
        }
        for duplicate in &self.duplicates {
            if let Some(ledger) = ledgers.get_mut(duplicate.at.input as usize) {
                ledger.duplicates += 1;
            }
        }
    }

    /// Events, in the order of their records.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The event with this index.
    pub fn event(&self, index: u32) -> Option<&Event> {
        self.events.get(index as usize)
    }

    /// Indexes of the events in time order; undated ones last.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// States, in the order of their records.
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Repeating records, in the order in which they were found.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Records of one identity that disagree.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// The detail of an event.
    pub fn detail(&self, event: &Event) -> Option<&Detail> {
        self.details.get((event.detail as usize).checked_sub(1)?)
    }

    /// The items that a detail lists.
    pub fn items(&self, list: &Items) -> &[Item] {
        let start = list.start as usize;
        self.items.get(start..start + list.len as usize).unwrap_or_default()
    }

    /// The sign-in facts of an event, if it is a sign-in.
    pub fn sign_in(&self, event: &Event) -> Option<&SignIn> {
        match self.detail(event) {
            Some(Detail::SignIn(facts)) => Some(facts),
            _ => None,
        }
    }

    /// An interned text.
    pub fn text(&self, id: Str) -> &str {
        self.text.get(id)
    }

    /// A name, in its compared form.
    pub fn name(&self, id: Principal) -> &str {
        self.names.get(id)
    }

    /// An address, as text.
    pub fn ip(&self, id: Ip) -> &str {
        self.ips.get(id)
    }

    /// All texts.
    pub fn texts(&self) -> &Interner<TextKind> {
        &self.text
    }

    /// All names.
    pub fn names(&self) -> &Interner<PrincipalKind> {
        &self.names
    }

    /// All addresses.
    pub fn ips(&self) -> &Interner<IpKind> {
        &self.ips
    }

    /// Who is who.
    pub fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// The name of an application, by its id, as records of this case tell it.
    pub fn app_name(&self, id: &str) -> Option<&str> {
        self.app_names.get(self.text.find(id)?)
    }

    /// The name of an application, by the object id of its service principal, as records of this case tell it.
    pub fn principal_name(&self, object_id: &str) -> Option<&str> {
        self.app_names.of_object(object_id)
    }

    /// The pointer of an event.
    pub fn pointer(&self, index: u32) -> Option<Pointer> {
        self.event(index).map(|event| event.at.pointer())
    }
}

/// Ticks by which records of one act may differ without contradiction. A delivery is logged on its way:
/// received, filtered, delivered.
fn slack(family: Family) -> u64 {
    let seconds = if family == Family::MessageTrace { 600 } else { 2 };
    seconds * TICKS.unsigned_abs()
}

impl Detail {
    /// Takes from a detail of the same kind what this one does not know.
    fn fill_from(&mut self, other: &Detail) {
        match (self, other) {
            (Detail::SignIn(mine), Detail::SignIn(theirs)) => mine.fill_from(theirs),
            (Detail::Mail(mine), Detail::Mail(theirs)) => {
                mine.status = mine.status.some().unwrap_or(theirs.status);
                mine.threats = mine.threats.some().unwrap_or(theirs.threats);
                for name in &theirs.attachments {
                    if !mine.attachments.contains(name) {
                        mine.attachments.push(name.clone());
                    }
                }
            }
            (Detail::Consent(mine), Detail::Consent(theirs)) => {
                if mine.scopes.is_empty() {
                    mine.scopes.clone_from(&theirs.scopes);
                }
                if mine.object_id.is_empty() {
                    mine.object_id.clone_from(&theirs.object_id);
                }
            }
            (Detail::Change(mine), Detail::Change(theirs)) if mine.properties.is_empty() => mine.properties.clone_from(&theirs.properties),
            _ => {}
        }
    }
}

impl SignIn {
    fn fill_from(&mut self, other: &SignIn) {
        use super::detail::{Mfa, Protocol, Risk};
        if self.country == [0; 2] {
            self.country = other.country;
        }
        if self.asn == 0 {
            self.asn = other.asn;
        }
        for (mine, theirs) in [
            (&mut self.city, other.city),
            (&mut self.os, other.os),
            (&mut self.browser, other.browser),
            (&mut self.device, other.device),
            (&mut self.trust, other.trust),
            (&mut self.client, other.client),
            (&mut self.resource, other.resource),
            (&mut self.app_name, other.app_name),
            (&mut self.reason, other.reason),
        ] {
            *mine = mine.some().unwrap_or(theirs);
        }
        // By OAuth nearly every token is asked for: what another record says beyond that tells more.
        if self.protocol == Protocol::Unknown || self.protocol == Protocol::OAuth && other.protocol != Protocol::Unknown {
            self.protocol = other.protocol;
        }
        if matches!(self.mfa, Mfa::Unknown | Mfa::Pending) && other.mfa != Mfa::Unknown {
            self.mfa = other.mfa;
        }
        self.password = self.password.or(other.password);
        self.by_token |= other.by_token;
        self.managed |= other.managed;
        if self.risk == Risk::Unknown {
            self.risk = other.risk;
        }
    }
}
