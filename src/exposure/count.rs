//! Numbers with a lower and an upper bound, and the tallies that they come from.

use super::acts::{Act, Hold};
use super::why::{Gap, Why};
use rustc_hash::FxHashSet;
use std::hash::Hash;

/// Events that a number lists as its evidence; the rest is counted.
pub const LISTED: usize = 50;

/// Events behind a number: the first of them, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The first ones, as indexes into the store.
    pub events: Vec<u32>,
    /// How many there are.
    pub total: u64,
}

impl Evidence {
    /// One event more.
    pub fn add(&mut self, event: u32) {
        if self.events.len() < LISTED {
            self.events.push(event);
        }
        self.total += 1;
    }
}

/// A number between bounds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// At least so many: what is surely the intruder's, each message, file or person once.
    pub at_least: u64,
    /// At most so many, what is in doubt included; none where the records set no limit.
    pub at_most: Option<u64>,
    /// Why the two differ.
    pub why: Vec<Why>,
    /// The events that were counted.
    pub evidence: Evidence,
}

impl Count {
    /// A number that its records state between these bounds.
    pub fn between(at_least: u64, at_most: u64, why: Vec<Why>, evidence: Evidence) -> Count {
        // Without room there is nothing to explain.
        let why = if at_least < at_most { why } else { Vec::new() };
        Count { at_least, at_most: Some(at_most), why, evidence }
    }

    /// Lifts the upper bound for this reason.
    #[must_use]
    pub fn without_limit(mut self, why: Why) -> Count {
        self.at_most = None;
        if !self.why.contains(&why) {
            self.why.push(why);
        }
        self
    }

    /// What is known where sources have these gaps: without records nothing, not zero.
    pub fn over(self, gaps: &[Gap]) -> Option<Count> {
        if !gaps.is_empty() && self.evidence.total == 0 {
            return None;
        }
        Some(gaps.iter().fold(self, |count, gap| count.without_limit(Why::Gap(*gap))))
    }
}

/// Things of one kind (files, people, searches), each told apart by what `K` is.
#[derive(Debug)]
pub struct Things<K> {
    sure: FxHashSet<K>,
    all: FxHashSet<K>,
    in_doubt: u64,
    evidence: Evidence,
}

impl<K> Default for Things<K> {
    fn default() -> Self {
        Things { sure: FxHashSet::default(), all: FxHashSet::default(), in_doubt: 0, evidence: Evidence::default() }
    }
}

impl<K: Eq + Hash + Copy> Things<K> {
    /// An act on these things.
    pub fn add(&mut self, act: Act, things: impl IntoIterator<Item = K>) {
        self.evidence.add(act.event);
        self.in_doubt += u64::from(act.hold == Hold::InDoubt);
        for thing in things {
            self.all.insert(thing);
            if act.hold == Hold::Sure {
                self.sure.insert(thing);
            }
        }
    }

    /// Things that an act only may have reached.
    pub fn may_be(&mut self, things: impl IntoIterator<Item = K>) {
        self.all.extend(things);
    }

    /// How many there are.
    pub fn count(self) -> Count {
        let why = if self.in_doubt > 0 { vec![Why::InDoubt(self.in_doubt)] } else { Vec::new() };
        Count::between(self.sure.len() as u64, self.all.len() as u64, why, self.evidence)
    }
}

/// Items of mailboxes: records name some by an id, and only count others.
#[derive(Debug, Default)]
pub struct Items {
    things: Things<u64>,
    /// Most items of one record that is surely the intruder's.
    largest: u64,
    /// Items that records count and do not name.
    unnamed: u64,
}

impl Items {
    /// A record that covers `count` items, of which it names these (0 for one without an id). Items of one
    /// record are different ones, but those of two records may be the same.
    pub fn add(&mut self, act: Act, named: impl Iterator<Item = u64>, count: u64) {
        let mut ids: Vec<u64> = named.filter(|id| *id != 0).collect();
        let unnamed = count.saturating_sub(ids.len() as u64);
        ids.sort_unstable();
        ids.dedup();
        self.unnamed += unnamed;
        if act.hold == Hold::Sure {
            self.largest = self.largest.max(ids.len() as u64 + unnamed);
        }
        self.things.add(act, ids);
    }

    /// How many there are.
    pub fn count(self) -> Count {
        let at_least = self.largest.max(self.things.sure.len() as u64);
        let at_most = self.things.all.len() as u64 + self.unnamed;
        let mut why = Vec::new();
        if self.things.in_doubt > 0 {
            why.push(Why::InDoubt(self.things.in_doubt));
        }
        if self.unnamed > 0 {
            why.push(Why::Unnamed(self.unnamed));
        }
        Count::between(at_least, at_most, why, self.things.evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::why::Source;

    fn act(event: u32, hold: Hold) -> Act {
        Act { event, hold }
    }

    fn bounds(records: &[(Hold, &[u64], u64)]) -> (u64, Option<u64>) {
        let mut items = Items::default();
        for ((hold, ids, count), event) in records.iter().zip(0..) {
            items.add(act(event, *hold), ids.iter().copied(), *count);
        }
        let count = items.count();
        (count.at_least, count.at_most)
    }

    #[test]
    fn a_message_that_several_records_name_is_one() {
        assert_eq!(bounds(&[(Hold::Sure, &[1, 2], 2), (Hold::Sure, &[2, 3], 2)]), (3, Some(3)));
        assert_eq!(bounds(&[(Hold::Sure, &[1, 1], 2)]), (1, Some(1)), "named twice in one record");
    }

    #[test]
    fn acts_in_doubt_only_raise_the_upper_bound() {
        assert_eq!(bounds(&[(Hold::Sure, &[1, 2], 2), (Hold::InDoubt, &[2, 3], 2)]), (2, Some(3)));
    }

    #[test]
    fn items_that_are_only_counted_may_be_the_same_as_others() {
        assert_eq!(bounds(&[(Hold::Sure, &[1, 2], 5), (Hold::Sure, &[9], 1)]), (5, Some(6)));
        assert_eq!(bounds(&[(Hold::Sure, &[0, 7], 2), (Hold::InDoubt, &[], 4)]), (2, Some(6)), "one item has no id");
    }

    #[test]
    fn without_room_there_is_no_reason_and_without_records_no_number() {
        let mut items = Items::default();
        items.add(act(0, Hold::Sure), [5].into_iter(), 1);
        assert!(items.count().why.is_empty());
        let gap = Gap::NotAllTime(Source::Read);
        assert_eq!(Count::default().over(&[gap]), None, "unknown, not zero");
        assert_eq!(Items::default().count().over(&[]).map(|count| count.at_most), Some(Some(0)), "zero, for nothing is missing");
        let mut seen = Things::default();
        seen.add(act(0, Hold::Sure), [1]);
        let count = seen.count().over(&[gap]).unwrap();
        assert_eq!((count.at_least, count.at_most, count.why), (1, None, vec![Why::Gap(gap)]));
    }
}
