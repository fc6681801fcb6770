//! The ledger of one input: what became of each of its records.

use super::batch::Reason;
use super::time::Time;
use crate::evidence::RecordAt;
use std::collections::BTreeMap;

/// How many records share a reason, and the first of them.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Number of records.
    pub count: u64,
    /// The first one.
    pub first: RecordAt,
}

/// Everything said about one input, and the fate of each of its records.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Records that were handed out or refused by the splitter.
    pub records: u64,
    /// Records that are events.
    pub events: u64,
    /// Records that are states.
    pub states: u64,
    /// Records that repeat an event or state.
    pub duplicates: u64,
    /// Records set aside on purpose, by reason.
    pub ignored: BTreeMap<Reason, Tally>,
    /// Records that cannot be read, by reason.
    pub rejected: BTreeMap<Reason, Tally>,
    /// Time of the earliest dated event.
    pub first_event: Option<Time>,
    /// Time of the latest dated event.
    pub last_event: Option<Time>,
    /// Code and text of what is worth saying, in order of appearance.
    pub notices: Vec<(String, String)>,
    /// Records by index of the format that read them.
    pub formats: BTreeMap<u8, u64>,
}

impl Ledger {
    /// True if every record has exactly one fate.
    pub fn balances(&self) -> bool {
        let ignored: u64 = self.ignored.values().map(|tally| tally.count).sum();
        let rejected: u64 = self.rejected.values().map(|tally| tally.count).sum();
        self.records == self.events + self.states + self.duplicates + ignored + rejected
    }

    /// Number of records that cannot be read.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.values().map(|tally| tally.count).sum()
    }

    /// Counts a record set aside on purpose.
    pub fn ignore(&mut self, at: RecordAt, reason: Reason) {
        count(&mut self.ignored, at, reason);
    }

    /// Counts a record that cannot be read.
    pub fn reject(&mut self, at: RecordAt, reason: Reason) {
        count(&mut self.rejected, at, reason);
    }

    /// Adds a notice, once.
    pub fn notice(&mut self, code: &str, text: &str) {
        if !self.notices.iter().any(|(known, words)| known == code && words == text) {
            self.notices.push((code.to_owned(), text.to_owned()));
        }
    }

    /// Counts an event of the input, with its time.
    pub(super) fn event(&mut self, time: Time) {
        self.events += 1;
        if time.is_known() {
            self.first_event = Some(self.first_event.map_or(time, |first| first.min(time)));
            self.last_event = Some(self.last_event.map_or(time, |last| last.max(time)));
        }
    }
}

fn count(into: &mut BTreeMap<Reason, Tally>, at: RecordAt, reason: Reason) {
    into.entry(reason).and_modify(|tally| tally.count += 1).or_insert(Tally { count: 1, first: at });
}
