//! Sent mail as detections of the spreading family see it: each mail once, whichever log tells of it.

use super::Case;
use crate::events::{AccountId, Action, Detail, Event, Family, Store, Time};
use crate::habits::{Acts, ContextId, Contexts};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A mail, or a delivery of one.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// When.
    pub time: Time,
    /// Its event.
    pub event: u32,
    /// Recipients that it stands for.
    pub recipients: usize,
}

/// A run of mails within a window.
#[derive(Clone, Debug)]
pub struct Burst {
    /// Indexes into the account's mails.
    pub range: std::ops::Range<usize>,
    /// Recipients in all.
    pub recipients: usize,
    /// Seconds from first to last.
    pub seconds: i64,
}

/// Mails sent by each account, in time order: from the trace where it tells of the mail, else from `Send`
/// records; never from both.
#[derive(Default)]
pub struct SentMail {
    /// Senders, sorted, each with the end of its mails in the list.
    senders: Vec<(AccountId, u32)>,
    /// Events, by sender.
    events: Vec<u32>,
}

impl SentMail {
    /// Gathers the mails of a case.
    pub fn build(store: &Store, acts: &Acts, contexts: &Contexts) -> SentMail {
        let traced = traced(store, acts);
        let is_sent = |event: &Event| {
            // A mail that could not be delivered was sent all the same.
            let sent_off = event.succeeded() || event.family == Family::MessageTrace;
            let told_by_trace = event.family != Family::MessageTrace && traced.get(&event.link).copied().unwrap_or(false);
            event.time.is_known() && sent_off && !told_by_trace
        };
        let mails = acts.of(store, &[Action::MailSent]).filter(|(_, event)| is_sent(event));
        let mut list: Vec<(AccountId, u32)> = mails.map(|(index, _)| (contexts.account_of(index), index)).collect();
        list.retain(|(account, _)| account.is_some());
        list.sort_by_key(|(account, _)| *account);
        let mut sent = SentMail { senders: Vec::new(), events: list.iter().map(|(_, index)| *index).collect() };
        let mut end = 0;
        for mails in list.chunk_by(|a, b| a.0 == b.0) {
            end += mails.len();
            sent.senders.extend(mails.first().map(|(account, _)| (*account, u32::try_from(end).unwrap_or(u32::MAX))));
        }
        sent
    }

    /// The mails of the sender at this place of the list.
    fn at(&self, store: &Store, place: usize) -> Vec<Sent> {
        let end = self.senders.get(place).map_or(0, |(_, end)| *end as usize);
        let start = place.checked_sub(1).and_then(|before| self.senders.get(before)).map_or(0, |(_, end)| *end as usize);
        let events = self.events.get(start..end).unwrap_or_default();
        let one = |index: &u32| store.event(*index).map(|event| Sent { time: event.time, event: *index, recipients: event.count as usize });
        events.iter().filter_map(one).collect()
    }

    /// The mails that one account sent.
    pub fn of(&self, store: &Store, account: AccountId) -> Vec<Sent> {
        self.senders.binary_search_by_key(&account, |(sender, _)| *sender).map(|place| self.at(store, place)).unwrap_or_default()
    }
}

/// Mails (by Message-ID) that the audit log tells of, and whether a trace does too.
fn traced(store: &Store, acts: &Acts) -> FxHashMap<u64, bool> {
    let mails = || acts.of(store, &[Action::MailSent]).map(|(_, event)| event).filter(|event| event.link != 0);
    let mut traced: FxHashMap<u64, bool> =
        mails().filter(|event| event.family != Family::MessageTrace).map(|event| (event.link, false)).collect();
    if !traced.is_empty() {
        for event in mails().filter(|event| event.family == Family::MessageTrace) {
            if let Some(told) = traced.get_mut(&event.link) {
                *told = true;
            }
        }
    }
    traced
}

/// Every account that sent mail, with its mails in time order.
pub fn sent_mail<'c>(case: &'c Case<'c>) -> impl Iterator<Item = (AccountId, Vec<Sent>)> + use<'c> {
    let senders = case.sent.senders.iter().enumerate();
    senders.map(|(place, (account, _))| (*account, case.sent.at(case.store, place)))
}

/// Runs of at least `least` recipients within the window, the largest first; they do not overlap.
pub fn bursts(sent: &[Sent], window: i64, least: f64) -> Vec<Burst> {
    let mut found: Vec<Burst> = Vec::new();
    let mut start = 0;
    while start < sent.len() {
        let Some(first) = sent.get(start) else { break };
        let end = sent.partition_point(|mail| mail.time.since(first.time) <= window);
        let recipients: usize = sent.get(start..end).unwrap_or_default().iter().map(|mail| mail.recipients).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of recipients")]
        if recipients as f64 >= least {
            // Mails that go on at the same pace belong to the same burst.
            let (mut until, mut recipients) = (end, recipients);
            while let (Some(last), Some(next)) = (until.checked_sub(1).and_then(|at| sent.get(at)), sent.get(until)) {
                if next.time.since(last.time) > window / 6 {
                    break;
                }
                recipients += next.recipients;
                until += 1;
            }
            let last = until.checked_sub(1).and_then(|at| sent.get(at)).map_or(first.time, |mail| mail.time);
            found.push(Burst { range: start..until, recipients, seconds: last.since(first.time) });
            start = until;
        } else {
            start += 1;
        }
    }
    found.sort_by_key(|burst| (std::cmp::Reverse(burst.recipients), burst.range.start));
    found
}

/// Most recipients in 15 minutes on any day but that of the burst.
pub fn peak_outside(sent: &[Sent], burst: &Burst) -> usize {
    let day = |at: usize| sent.get(at).map_or(0, |mail| mail.time.day());
    let (from, to) = (day(burst.range.start), day(burst.range.end.saturating_sub(1)));
    let rest: Vec<Sent> = sent.iter().copied().filter(|mail| !(from..=to).contains(&mail.time.day())).collect();
    let mut best = 0;
    let (mut start, mut sum) = (0, 0);
    for mail in &rest {
        sum += mail.recipients;
        while let Some(first) = rest.get(start).filter(|first| mail.time.since(first.time) > 900) {
            sum -= first.recipients;
            start += 1;
        }
        best = best.max(sum);
    }
    best
}

/// The most frequent subject of the events (without reply marks), and its share.
pub fn main_subject(case: &Case<'_>, events: &[u32]) -> (String, f64) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events.iter().filter_map(|index| case.event(*index)) {
        *counts.entry(case.store.text(event.object)).or_default() += 1;
    }
    let best = counts.into_iter().max_by_key(|(subject, count)| (*count, std::cmp::Reverse(*subject)));
    #[expect(clippy::cast_precision_loss, reason = "counts of mails")]
    best.map_or((String::new(), 0.0), |(subject, count)| (subject.to_owned(), count as f64 / events.len().max(1) as f64))
}

/// The context that most of the events are in; none where most are in none.
pub fn main_context(case: &Case<'_>, events: &[u32]) -> ContextId {
    let mut counts: BTreeMap<ContextId, usize> = BTreeMap::new();
    for index in events {
        *counts.entry(case.context_of(*index).0).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(id, count)| (*count, std::cmp::Reverse(*id))).map_or(ContextId::NONE, |(id, _)| id)
}

/// Recipients of an event, as accounts.
pub fn recipients(case: &Case<'_>, index: u32) -> BTreeSet<AccountId> {
    all_recipients(case, index).collect()
}

/// Recipients of an event, as accounts, in any order and perhaps repeated.
pub fn all_recipients<'c>(case: &Case<'c>, index: u32) -> impl Iterator<Item = AccountId> + use<'c> {
    let (store, accounts) = (case.store, case.store.accounts());
    let event = case.event(index);
    let listed = match event.and_then(|event| store.detail(event)) {
        Some(Detail::Mail(mail)) => mail.recipients.as_slice(),
        _ => &[],
    };
    let target = event.and_then(|event| event.target.some());
    listed.iter().copied().chain(target).map(|name| accounts.of(name)).filter(|account| account.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(times: &[i64]) -> Vec<Sent> {
        times.iter().zip(0..).map(|(time, event)| Sent { time: Time::from_secs(*time), event, recipients: 1 }).collect()
    }

    #[test]
    fn a_burst_needs_its_recipients_within_the_window() {
        let at = |count: i64, gap: i64| mails(&(0..count).map(|n| n * gap).collect::<Vec<_>>());
        assert!(bursts(&at(49, 1), 900, 50.0).is_empty());
        assert_eq!(bursts(&at(50, 1), 900, 50.0).len(), 1);
        assert_eq!(bursts(&at(51, 1), 900, 50.0)[0].recipients, 51);
        assert!(bursts(&at(51, 19), 900, 50.0).is_empty());
    }

    #[test]
    fn one_long_burst_is_one() {
        let sent = mails(&(0..794).map(|n| n * 2).collect::<Vec<_>>());
        let found = bursts(&sent, 900, 50.0);
        assert_eq!((found.len(), found[0].recipients), (1, 794));
    }
}
