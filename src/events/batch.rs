//! What reading a run of records yields, before it is merged into the store.
//!
//! A batch belongs to one thread. It interns locally; [`Store::merge`](super::Store::merge)
//! translates it, in the order of the records.

use super::detail::{Detail, Item, State};
use super::event::Event;
use super::intern::{Interner, Ip, IpKind, Memo, Principal, PrincipalKind, Str, TextKind};
use super::key::{self, Key};
use super::time::{self, Ambiguous, Parsed, Time, Zone};
use crate::evidence::{Doc, RecordAt, trimmed};
use std::borrow::Cow;
use std::net::IpAddr;

/// Why a record is neither event nor state. Codes are stable; they are the `reason` of the ledger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Reason(pub &'static str);

/// What became of one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Event number n of the batch (its keys decide later whether it repeats another).
    Event(u32),
    /// State number n of the batch.
    State(u32),
    /// Read and set aside on purpose.
    Ignored(Reason),
    /// Not readable as what it should be.
    Rejected(Reason),
}

/// How the reader is to take times without a zone, and dates without a stated order.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimeRules {
    /// `--assume-tz`.
    pub zone: Option<chrono_tz::Tz>,
    /// `--date-order`.
    pub order: time::DateOrder,
}

/// A date whose order is settled when its file has been read to the end.
#[derive(Clone, Copy, Debug)]
pub struct PendingDate {
    /// The event of the batch that waits for it.
    pub event: u32,
    /// The two readings, already in UTC.
    pub readings: Ambiguous,
}

/// Text beyond which a batch forgets what it interned: it holds what is common, not all there is.
const HELD: usize = 1 << 18;

/// The store's numbers for those of a batch, as far as they were merged.
#[derive(Default)]
pub(super) struct Translation {
    pub text: Vec<Str>,
    pub names: Vec<Principal>,
    pub ips: Vec<Ip>,
}

/// Events, states and fates of a run of records of one input.
///
/// What it interns stays from run to run, so that the store has to translate each text once.
pub struct Batch {
    /// How to read times.
    pub rules: TimeRules,
    /// Index of the format that reads, set by the driver before each record.
    pub format: u8,
    /// Events, in record order.
    pub events: Vec<Event>,
    /// Details; an event's `detail` is an index plus 1.
    pub details: Vec<Detail>,
    /// Items that the details list.
    pub items: Vec<Item>,
    /// Identity keys, each with the event it belongs to.
    pub keys: Vec<(Key, u32)>,
    /// States, in record order.
    pub states: Vec<State>,
    /// One fate a record, in record order.
    pub fates: Vec<(RecordAt, Fate)>,
    /// Pairs of names that a record says are one account.
    pub same: Vec<(Principal, Principal)>,
    /// Dates to settle at the end of the file.
    pub pending: Vec<PendingDate>,
    /// Things worth saying about the input: code and text, said once each.
    pub notices: Vec<(&'static str, Cow<'static, str>)>,
    /// Votes for month first and for day first, of records that state their time twice (see
    /// [`Batch::vote`]).
    pub votes: [u32; 2],
    /// A document to parse the text of a cell into, lent to one record at a time.
    pub scratch: Doc,
    /// Interned text.
    pub text: Interner<TextKind>,
    /// Interned names.
    pub names: Interner<PrincipalKind>,
    /// Interned addresses.
    pub ips: Interner<IpKind>,
    pub(super) translation: Translation,
    /// Addresses and names by the text that a record had for them.
    raw_ips: Memo<Ip>,
    raw_names: Memo<Principal>,
}

impl Batch {
    /// An empty batch.
    pub fn new(rules: TimeRules) -> Batch {
        Batch {
            rules,
            format: 0,
            events: Vec::new(),
            details: Vec::new(),
            items: Vec::new(),
            keys: Vec::new(),
            states: Vec::new(),
            fates: Vec::new(),
            same: Vec::new(),
            pending: Vec::new(),
            notices: Vec::new(),
            votes: [0; 2],
            scratch: Doc::new(),
            text: Interner::default(),
            names: Interner::default(),
            ips: Interner::default(),
            translation: Translation::default(),
            raw_ips: Memo::default(),
            raw_names: Memo::default(),
        }
    }

    /// Empties the batch for the next run, keeping its memory, and what it interned unless that is much.
    pub fn clear(&mut self) {
        self.events.clear();
        self.details.clear();
        self.items.clear();
        self.keys.clear();
        self.states.clear();
        self.fates.clear();
        self.same.clear();
        self.pending.clear();
        self.notices.clear();
        self.votes = [0; 2];
        if self.text.bytes() + self.names.bytes() + self.ips.bytes() > HELD {
            self.text.clear();
            self.names.clear();
            self.ips.clear();
            self.translation = Translation::default();
            self.raw_ips.clear();
            self.raw_names.clear();
        }
    }

    /// Interns a text as it is (trimmed).
    pub fn str(&mut self, text: &str) -> Str {
        self.text.intern(trimmed(text))
    }

    /// Interns an optional text.
    pub fn opt(&mut self, text: Option<impl AsRef<str>>) -> Str {
        text.map_or(Str::NONE, |text| self.str(text.as_ref()))
    }

    /// Interns a GUID or other identifier in its compared form: lower case, without braces.
    pub fn id(&mut self, text: &str) -> Str {
        let text = trimmed(text).trim_start_matches('{').trim_end_matches('}');
        if text.bytes().any(|b| b.is_ascii_uppercase()) { self.text.intern(&text.to_ascii_lowercase()) } else { self.text.intern(text) }
    }

    /// Interns an identifier that need not be there.
    pub fn opt_id(&mut self, text: Option<impl AsRef<str>>) -> Str {
        text.map_or(Str::NONE, |text| self.id(text.as_ref()))
    }

    /// Interns the name of somebody, in its compared form (see [`key::fold_principal`]).
    pub fn principal(&mut self, name: &str) -> Principal {
        if let Some(known) = self.raw_names.get(name) {
            return known;
        }
        let id = self.names.intern(&key::fold_principal(name));
        self.raw_names.set(name, id);
        id
    }

    /// Interns the name of somebody who need not be there.
    pub fn opt_principal(&mut self, name: Option<impl AsRef<str>>) -> Principal {
        name.map_or(Principal::NONE, |name| self.principal(name.as_ref()))
    }

    /// Interns an address in any of its text forms; none where the text is no usable address.
    pub fn ip(&mut self, text: &str) -> Ip {
        if let Some(known) = self.raw_ips.get(text) {
            return known;
        }
        let id = match key::parse_ip(text) {
            // There is one way to write an IPv4 address, so that text without anything around it is that.
            Some(IpAddr::V4(_)) if text.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()) => self.ips.intern(text),
            Some(address) => self.ips.intern(&address.to_string()),
            None => Ip::NONE,
        };
        self.raw_ips.set(text, id);
        id
    }

    /// Interns an address that need not be there.
    pub fn opt_ip(&mut self, text: Option<impl AsRef<str>>) -> Ip {
        text.map_or(Ip::NONE, |text| self.ip(text.as_ref()))
    }

    /// Says that two names are of one account, because a record carries both.
    pub fn same_account(&mut self, a: Principal, b: Principal) {
        if a.is_some() && b.is_some() && a != b {
            self.same.push((a, b));
        }
    }

    /// Keeps a detail for the event.
    pub fn detail(&mut self, event: &mut Event, detail: Detail) {
        self.details.push(detail);
        event.detail = u32::try_from(self.details.len()).unwrap_or(0);
    }

    /// Reads the event's time from text. `utc` says that the export documents UTC for this field;
    /// without it, and without a zone in the text or `--assume-tz`, the event stays undated. Dates
    /// whose order is open wait for the end of the file: call this right before [`Batch::event`].
    pub fn set_time(&mut self, event: &mut Event, text: &str, utc: bool) {
        self.set_parsed(event, time::parse(text), utc);
    }

    /// [`Batch::set_time`] for text that was read already.
    pub fn set_parsed(&mut self, event: &mut Event, parsed: Parsed, utc: bool) {
        match parsed {
            Parsed::Known(stamp) => {
                event.digits = stamp.digits;
                event.time = self.to_utc(event, stamp.time, stamp.zone, utc);
            }
            Parsed::DayMonth(mut readings) => {
                event.digits = readings.digits;
                readings.month_first = readings.month_first.map(|t| self.to_utc(event, t, readings.zone, utc)).filter(|t| t.is_known());
                readings.day_first = readings.day_first.map(|t| self.to_utc(event, t, readings.zone, utc)).filter(|t| t.is_known());
                let number = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
                self.pending.push(PendingDate { event: number, readings });
            }
            Parsed::Absent | Parsed::Unknown => {}
        }
    }

    /// Tells the order of the file's dates by a record whose time is known for sure (`known`) and which
    /// writes it once more in the order in question. A few votes a batch are enough.
    pub fn vote(&mut self, text: &str, known: Time) {
        const ENOUGH: u32 = 8;
        let [month, day] = &mut self.votes;
        if !known.is_known() || *month + *day >= ENOUGH || text.as_bytes().get(4) == Some(&b'-') {
            return;
        }
        if let Parsed::DayMonth(readings) = time::parse(text) {
            let near = |reading: Option<Time>| reading.is_some_and(|time| time.0.abs_diff(known.0) <= 2 * time::TICKS.unsigned_abs());
            let (by_month, by_day) = (near(readings.month_first), near(readings.day_first));
            *month += u32::from(by_month && !by_day);
            *day += u32::from(by_day && !by_month);
        }
    }

    fn to_utc(&self, event: &mut Event, reading: Time, zone: Zone, utc: bool) -> Time {
        use super::event::Flags;
        match (zone, utc, self.rules.zone) {
            (Zone::Stated, ..) => reading,
            (Zone::Unstated, true, _) => {
                event.flags.set(Flags::ZONE_ASSUMED);
                reading
            }
            (Zone::Unstated, false, Some(zone)) => {
                event.flags.set(Flags::ZONE_ASSUMED);
                time::in_zone(reading, zone).unwrap_or(Time::NONE)
            }
            (Zone::Unstated, false, None) => Time::NONE,
        }
    }

    /// The record is this event. `keys` are the identities under which other records may repeat it.
    pub fn event(&mut self, mut event: Event, keys: &[Key]) {
        event.format = self.format;
        let number = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        self.keys.extend(keys.iter().map(|key| (*key, number)));
        self.fates.push((event.at, Fate::Event(number)));
        self.events.push(event);
    }

    /// The record is this state.
    pub fn state(&mut self, state: State) {
        let number = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
        self.fates.push((state.at, Fate::State(number)));
        self.states.push(state);
    }

    /// The record is set aside on purpose.
    pub fn ignore(&mut self, at: RecordAt, reason: Reason) {
        self.fates.push((at, Fate::Ignored(reason)));
    }

    /// The record cannot be read as what it should be.
    pub fn reject(&mut self, at: RecordAt, reason: Reason) {
        self.fates.push((at, Fate::Rejected(reason)));
    }

    /// Says something about the input, once.
    pub fn notice(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        let text = text.into();
        if !self.notices.iter().any(|(known, words)| *known == code && *words == text) {
            self.notices.push((code, text));
        }
    }
}
