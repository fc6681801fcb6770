//! Sent mail as detections of the spreading family see it: each mail once, whichever log tells of it.

use super::Case;
use crate::events::{AccountId, Action, Detail, Family, Time};
use crate::habits::ContextId;
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
pub fn sent_mail(case: &Case<'_>) -> BTreeMap<AccountId, Vec<Sent>> {
    let mut traced: FxHashMap<u64, ()> = FxHashMap::default();
    for event in case.store.events() {
        if event.action == Action::MailSent && event.family == Family::MessageTrace && event.link != 0 {
            traced.insert(event.link, ());
        }
    }
    let mut sent: BTreeMap<AccountId, Vec<Sent>> = BTreeMap::new();
    for (index, event) in case.in_order() {
        // A mail that could not be delivered was sent all the same.
        let sent_off = event.succeeded() || event.family == Family::MessageTrace;
        if event.action != Action::MailSent || !event.time.is_known() || !sent_off {
            continue;
        }
        if event.family != Family::MessageTrace && traced.contains_key(&event.link) {
            continue;
        }
        let account = case.contexts.account_of(index);
        if account.is_some() {
            sent.entry(account).or_default().push(Sent { time: event.time, event: index, recipients: event.count as usize });
        }
    }
    sent
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
    let Some(event) = case.event(index) else { return BTreeSet::new() };
    let accounts = case.store.accounts();
    let listed = match case.store.detail(event) {
        Some(Detail::Mail(mail)) => mail.recipients.as_slice(),
        _ => &[],
    };
    listed.iter().copied().chain(event.target.some()).map(|name| accounts.of(name)).filter(|account| account.is_some()).collect()
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
