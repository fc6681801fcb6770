//! What the exports cover: without it a number of zero would claim more than they show.

use super::why::{Gap, Source};
use crate::detections::Case;
use crate::events::{AccountId, Action, Event, Family, Flags, Time};
use crate::formats::load::Input;
use rustc_hash::{FxHashMap, FxHashSet};

/// Seconds by which the last record of a kind may fall short of the last act, where its log goes on: there
/// are nights in which nobody reads or moves anything.
const QUIET_SECONDS: i64 = 86_400;
/// Seconds after a throttled record for which reads are not recorded, and as much before the intrusion
/// within which one matters. Source: Microsoft's text on `MailItemsAccessed`.
const THROTTLED_SECONDS: i64 = 86_400;

/// First and last time.
#[derive(Clone, Copy)]
struct Span {
    first: Time,
    last: Time,
}

impl Span {
    fn add(span: &mut Option<Span>, time: Time) {
        let known = span.get_or_insert(Span { first: time, last: time });
        (known.first, known.last) = (known.first.min(time), known.last.max(time));
    }
}

/// First and last act of an intruder; none where they have no times.
pub(super) type Window = Option<(Time, Time)>;

/// What there is of each kind of record.
#[derive(Default)]
pub(super) struct Sources {
    tenant: [Option<Span>; Source::ALL.len()],
    of_account: FxHashSet<(AccountId, Source)>,
    logs: FxHashMap<Family, Span>,
    faults: Vec<(Family, Gap)>,
    throttled: FxHashMap<AccountId, Vec<Time>>,
}

impl Sources {
    /// From the inputs, without any record yet.
    pub(super) fn new(inputs: &[Input]) -> Sources {
        let mut sources = Sources::default();
        for family in [Family::Audit, Family::MessageTrace] {
            let own = || inputs.iter().filter(move |input| input.family() == family);
            let cut = own().filter(|input| is_cut(input)).count() as u64;
            let unreadable: u64 = own().map(|input| input.ledger.rejected_total()).sum();
            if cut > 0 {
                sources.faults.push((family, Gap::Cut(family, cut)));
            } else if unreadable > 0 {
                sources.faults.push((family, Gap::Unreadable(family, unreadable)));
            }
        }
        sources
    }

    /// Takes note of a record, for the accounts that are asked for.
    pub(super) fn see(&mut self, case: &Case<'_>, event: &Event, is_wanted: impl Fn(AccountId) -> bool) {
        let kinds = kinds(event);
        if kinds.is_empty() {
            return;
        }
        let accounts = case.store.accounts();
        let (actor, target) = (accounts.of(event.actor), accounts.of(event.target));
        if event.time.is_known() {
            let log = log_of(event.family);
            let span = self.logs.entry(log).or_insert(Span { first: event.time, last: event.time });
            (span.first, span.last) = (span.first.min(event.time), span.last.max(event.time));
        }
        for kind in kinds {
            if event.time.is_known()
                && let Some(span) = self.tenant.get_mut(*kind as usize)
            {
                Span::add(span, event.time);
            }
            for account in [actor, target].into_iter().filter(|account| is_wanted(*account)) {
                self.of_account.insert((account, *kind));
            }
        }
        if event.flags.has(Flags::THROTTLED) && event.action == Action::MailRead && event.time.is_known() {
            self.throttled.entry(if target.is_some() { target } else { actor }).or_default().push(event.time);
        }
    }

    /// What keeps a source from showing all that happened on an account in this time.
    pub(super) fn gaps(&self, source: Source, account: AccountId, window: Window) -> Vec<Gap> {
        let Some(span) = self.tenant.get(source as usize).copied().flatten() else { return vec![Gap::None(source)] };
        let Some((from, to)) = window else { return vec![Gap::Undated] };
        let mut gaps = Vec::new();
        let log_end = self.logs.get(&source.family()).map_or(span.last, |log| log.last);
        let to_the_end = span.last >= to || log_end >= to && to.since(span.last) <= QUIET_SECONDS;
        if is_of_mailbox(source) && !self.of_account.contains(&(account, source)) {
            gaps.push(Gap::NotOfAccount(source));
        } else if span.first > from || !to_the_end {
            gaps.push(Gap::NotAllTime(source));
        }
        gaps.extend(self.faults.iter().filter(|(family, _)| *family == source.family()).map(|(_, gap)| *gap));
        gaps
    }

    /// As [`Sources::gaps`], where either of two sources suffices; the second is the better one to ask for.
    pub(super) fn gaps_of_either(&self, first: Source, second: Source, account: AccountId, window: Window) -> Vec<Gap> {
        let one = self.gaps(first, account, window);
        if one.is_empty() {
            return one;
        }
        let other = self.gaps(second, account, window);
        if other == [Gap::None(second)] && one != [Gap::None(first)] { one } else { other }
    }

    /// True if logging of reads stopped in one of these mailboxes during the intrusion.
    pub(super) fn is_throttled(&self, mailboxes: &FxHashSet<AccountId>, window: Window) -> bool {
        let Some((from, to)) = window else { return false };
        let matters = |at: &Time| at.since(from) >= -THROTTLED_SECONDS && *at <= to;
        mailboxes.iter().filter_map(|mailbox| self.throttled.get(mailbox)).flatten().any(matters)
    }
}

/// True for what is recorded mailbox by mailbox, so that records of others say nothing.
fn is_of_mailbox(source: Source) -> bool {
    matches!(source, Source::Read | Source::Send | Source::Trace | Source::Mailbox | Source::Search)
}

/// Directory audits are part of what tells of the directory, as the audit log is.
fn log_of(family: Family) -> Family {
    if family == Family::Directory { Family::Audit } else { family }
}

/// True if the input does not hold all that it should.
fn is_cut(input: &Input) -> bool {
    const SAID: [&str; 4] = ["cap-reached", "limit-reached", "incomplete-export", "truncated-stream"];
    input.damaged || input.ledger.notices.iter().any(|(code, _)| SAID.contains(&code.as_str()))
}

/// Of which kinds a record is.
fn kinds(event: &Event) -> &'static [Source] {
    match (event.family, event.action) {
        (Family::MessageTrace, Action::MailSent | Action::MailReceived) => &[Source::Trace],
        (Family::Audit, Action::MailRead) => &[Source::Read, Source::Mailbox],
        (Family::Audit, Action::MailSent) => &[Source::Send, Source::Mailbox],
        (Family::Audit, Action::MailMoved) => &[Source::Move, Source::Mailbox],
        (Family::Audit, Action::MailDeleted | Action::MailChanged) => &[Source::Mailbox],
        (Family::Audit, Action::FileRead | Action::FileShared | Action::FileChanged) => &[Source::File],
        (Family::Audit, Action::Search) => &[Source::Search],
        (
            Family::Audit | Family::Directory,
            Action::AccountChange | Action::RoleChange | Action::Credential | Action::App | Action::Consent | Action::Device | Action::Mfa,
        ) => &[Source::Directory],
        _ => &[],
    }
}
