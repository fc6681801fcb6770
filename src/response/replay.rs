//! Triggers without hindsight: the whole analysis is run again on the evidence as it was at a moment.
//!
//! For each day the evidence is cut at its last record and analysed: habits, lanes and findings are those
//! that somebody could have had then. Where a trigger is there that completes on that day, the evidence is
//! cut at the record that completes it, too: if the trigger is there, that is when it fires. If not, the rest of
//! the day is halved until the first record of the account is found at which it is there. The answer rests on a
//! cut at the moment of firing, in which there is no later record.
//!
//! Two things are taken as known whatever the moment: who is who (names and addresses of one account, the
//! company's domains), and that a trigger which is there stays there for the rest of its day: so it was not
//! there before the record that completes it at the day's end. A trigger fires at most once a day on an account.
//!
//! Cost: one analysis for each day, and one (seldom some more) for each firing. `effort` bounds the events that are
//! analysed again: days on which the whole evidence shows a trigger come first, then the others in their
//! order. A trigger for which there was no effort left is taken from the whole evidence, as
//! [`Sight::Hindsight`].

use super::Trigger;
use crate::analysis::Arranged;
use crate::attribution::{Attribution, Ground, Verdict, attribute};
use crate::detections::{Finding, PlaceWords};
use crate::events::{AccountId, Store, Time};
use crate::stages::Stages;
use std::collections::{BTreeMap, BTreeSet};

/// What a firing rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sight {
    /// Only records up to that moment.
    Replayed,
    /// The whole evidence: there was no effort left.
    Hindsight,
}

/// A trigger that fires on an account.
#[derive(Clone, Debug)]
pub struct Firing {
    /// On whom.
    pub account: AccountId,
    /// Which.
    pub trigger: Trigger,
    /// The trigger's last record.
    pub at: Time,
    /// The records that it rests on (indexes into the store), the telling one first.
    pub events: Vec<u32>,
    /// What that was seen with.
    pub sight: Sight,
}

/// What was watched for, and what fired, in time order.
#[derive(Default)]
pub struct Watch {
    /// What fired.
    pub firings: Vec<Firing>,
    /// Days with records after the time of learning.
    pub days: usize,
    /// Days that were looked at without hindsight.
    pub days_seen: usize,
    /// Before this moment nothing could fire.
    pub from: Option<Time>,
}

/// A trigger that is there at a cut.
#[derive(Clone)]
struct Seen {
    account: AccountId,
    trigger: Trigger,
    time: Time,
    events: Vec<u32>,
}

/// A day of the evidence.
struct Day {
    number: i64,
    /// Time of its last record.
    last: Time,
    /// Where its records are in the time order.
    range: std::ops::Range<usize>,
    /// 0 where the whole evidence shows a trigger on a compromised account, 1 on another, 2 none.
    rank: u8,
}

/// Watches for triggers without hindsight.
pub fn watch(ground: &Ground<'_>, attribution: &Attribution, effort: usize) -> Watch {
    let mut days = days(ground.store);
    let learning = i64::from(ground.config.response.learning_days);
    let begin = days.first().map_or(0, |day| day.number.saturating_add(learning));
    days.retain(|day| day.number >= begin);
    let from = days.first().and_then(|day| ground.store.order().get(day.range.start)).and_then(|index| ground.store.event(*index));
    let mut watch = Watch { firings: Vec::new(), days: days.len(), days_seen: 0, from: from.map(|event| event.time) };
    let hindsight: Vec<Seen> = attribution.findings.iter().filter_map(|finding| seen(finding, Some)).collect();
    for day in &mut days {
        let on_it = hindsight.iter().filter(|seen| seen.time.day() == day.number);
        let taken = |account| attribution.judgements.get(&account).is_some_and(|one| one.verdict == Verdict::Compromised);
        day.rank = on_it.map(|seen| u8::from(!taken(seen.account))).min().unwrap_or(2);
    }
    days.sort_by_key(|day| (day.rank, day.number));
    let mut replay = Replay { ground, left: effort, known: BTreeMap::new() };
    for day in &days {
        replay.known.clear();
        let swept = replay.at(day.last).map(<[Seen]>::to_vec);
        watch.days_seen += usize::from(swept.is_some());
        let sight = if swept.is_some() { Sight::Replayed } else { Sight::Hindsight };
        let first = firsts(swept.as_deref().unwrap_or(&hindsight), day.number);
        for ((account, trigger), seen) in first {
            let found = if sight == Sight::Replayed { replay.first(day, &seen) } else { None };
            let sight = if found.is_some() { sight } else { Sight::Hindsight };
            let (at, events) = found.unwrap_or((seen.time, seen.events));
            watch.firings.push(Firing { account, trigger, at, events, sight });
        }
    }
    watch.firings.sort_by_key(|firing| (firing.at, firing.account, firing.trigger));
    watch
}

/// The days of a store with their last records.
fn days(store: &Store) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for (at, index) in store.order().iter().enumerate() {
        let Some(time) = store.event(*index).map(|event| event.time).filter(|time| time.is_known()) else { break };
        match days.last_mut().filter(|day| day.number == time.day()) {
            Some(day) => (day.last, day.range.end) = (time, at + 1),
            None => days.push(Day { number: time.day(), last: time, range: at..at + 1, rank: 2 }),
        }
    }
    days
}

/// The trigger that a finding is of, with its events where `whole` finds them.
fn seen(finding: &Finding, whole: impl Fn(u32) -> Option<u32>) -> Option<Seen> {
    let trigger = Trigger::of(finding)?;
    let events = finding.events.iter().filter_map(|event| whole(*event)).collect();
    Some(Seen { account: finding.account, trigger, time: finding.time, events })
}

/// The first of each trigger on each account that completes on a day.
fn firsts(all: &[Seen], day: i64) -> BTreeMap<(AccountId, Trigger), Seen> {
    let mut first: BTreeMap<(AccountId, Trigger), Seen> = BTreeMap::new();
    for seen in all.iter().filter(|seen| seen.time.is_known() && seen.time.day() == day) {
        let entry = first.entry((seen.account, seen.trigger)).or_insert_with(|| seen.clone());
        if seen.time < entry.time {
            *entry = seen.clone();
        }
    }
    first
}

/// Analyses cuts, as long as the effort lasts.
struct Replay<'g> {
    ground: &'g Ground<'g>,
    left: usize,
    /// Cuts of the day at hand.
    known: BTreeMap<Time, Vec<Seen>>,
}

impl Replay<'_> {
    /// The triggers that are there with the records up to a moment; none where no effort is left.
    fn at(&mut self, moment: Time) -> Option<&[Seen]> {
        if !self.known.contains_key(&moment) {
            self.left = self.left.checked_sub(self.ground.store.events_until(moment))?;
            let seen = self.analyse(moment);
            self.known.insert(moment, seen);
        }
        self.known.get(&moment).map(Vec::as_slice)
    }

    fn analyse(&self, moment: Time) -> Vec<Seen> {
        let (cut, words, stages) = (self.ground.store.until(moment), PlaceWords::default(), Stages::default());
        let arranged = Arranged::of(&cut.store, self.ground.book, self.ground.agents, &stages);
        let like = Ground { words: &words, ..*self.ground };
        let attribution = attribute(&arranged.ground(&cut.store, &like), &stages);
        attribution.findings.iter().filter_map(|finding| seen(finding, |event| cut.whole(event))).collect()
    }

    /// The first record of the account on that day at which the trigger is there, and the records that it
    /// then rests on; none where no effort is left.
    fn first(&mut self, day: &Day, wanted: &Seen) -> Option<(Time, Vec<u32>)> {
        let moments = self.moments(day, wanted);
        // Nearly always it is there with the record that completes it.
        let mut low = moments.partition_point(|time| *time < wanted.time);
        let mut high = moments.len();
        let mut probe = low;
        let mut found = (day.last, wanted.events.clone());
        while low < high {
            let moment = *moments.get(probe)?;
            let there = firsts(self.at(moment)?, day.number).remove(&(wanted.account, wanted.trigger));
            match there {
                Some(seen) => {
                    found = (moment, seen.events);
                    high = probe;
                }
                None => low = probe + 1,
            }
            probe = low + (high - low) / 2;
        }
        Some(found)
    }

    /// The moments of a day at which the account's records were written.
    fn moments(&self, day: &Day, wanted: &Seen) -> Vec<Time> {
        let store = self.ground.store;
        let of_day = store.order().get(day.range.clone()).unwrap_or_default();
        let own = of_day.iter().filter(|index| self.ground.contexts.account_of(**index) == wanted.account);
        let times = own.chain(&wanted.events).filter_map(|index| store.event(*index)).map(|event| event.time);
        let times: BTreeSet<Time> = times.filter(|time| time.is_known() && time.day() == day.number).collect();
        times.into_iter().collect()
    }
}
