//! Mail that was read, sent, deleted and moved.

use super::acts::{Act, Hold};
use super::count::{Count, Evidence, Items};
use super::messages::{self, Copy, Messages};
use super::why::Why;
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Family, Flags, Str};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A mail that was accessed, or items that a record of access covers without naming them.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// The record that tells of it first, or surest.
    pub event: u32,
    /// How sure it is that the intruder did it.
    pub hold: Hold,
    /// In whose mailbox.
    pub mailbox: AccountId,
    /// In which folder.
    pub folder: Str,
    /// Hash of its Message-ID; 0 where it has none.
    pub link: u64,
    /// Its subject, where the record has one.
    pub subject: Str,
    /// Items that it stands for: 1 for a mail, more where a record only counts them, 0 for a folder.
    pub items: u64,
    /// Records that tell of it.
    pub times: u64,
}

/// A folder that was synchronised: all that was in it may have been taken.
#[derive(Clone, Debug)]
pub struct Synchronised {
    /// In whose mailbox.
    pub mailbox: AccountId,
    /// Which.
    pub folder: Str,
    /// How sure it is that the intruder did it.
    pub hold: Hold,
    /// The last record of it.
    pub last: u32,
    /// All records of it.
    pub evidence: Evidence,
}

/// A mail that was sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// From whose account.
    pub account: AccountId,
    /// In whose name, where that is somebody else's.
    pub sent_as: AccountId,
    /// The record that tells of it first.
    pub event: u32,
    /// How sure it is that the intruder sent it.
    pub hold: Hold,
    /// Hash of its Message-ID; 0 where it has none.
    pub link: u64,
    /// Copies, one a recipient.
    pub copies: Vec<Copy>,
    /// How many recipients records count; 0 where they count none.
    pub counted: u64,
    /// A `Send` record tells of it.
    pub logged: bool,
    /// A trace tells of it.
    pub traced: bool,
}

impl Letter {
    /// Recipients that are counted and not named.
    pub(super) fn unnamed(&self) -> u64 {
        self.counted.saturating_sub(self.copies.len() as u64)
    }
}

/// The mailbox that an act of mailbox auditing is in.
pub(super) fn mailbox_of(case: &Case<'_>, act: Act) -> AccountId {
    let target = case.event(act.event).map(|event| case.store.accounts().of(event.target)).unwrap_or_default();
    if target.is_some() { target } else { case.contexts.account_of(act.event) }
}

/// The acts of one kind, with their events.
pub(super) fn of_kind<'a>(case: &'a Case<'_>, acts: &'a [Act], kinds: &'a [Action]) -> impl Iterator<Item = (Act, &'a Event)> {
    acts.iter().filter_map(|act| case.event(act.event).map(|event| (*act, event))).filter(|(_, event)| kinds.contains(&event.action))
}

/// True for a record that says only that a folder was opened.
fn is_folder_only(case: &Case<'_>, event: &Event) -> bool {
    case.store.text(event.operation).eq_ignore_ascii_case("FolderBind")
}

/// How many mails were read. Synchronised folders lift the limit.
pub(super) fn read_count(case: &Case<'_>, acts: &[Act]) -> Count {
    let (mut items, mut synchronised) = (Items::default(), false);
    for (act, event) in of_kind(case, acts, &[Action::MailRead]).filter(|(_, event)| !is_folder_only(case, event)) {
        let whole_folder = event.flags.has(Flags::SYNC);
        synchronised |= whole_folder;
        items.add(act, listed(case, event), if whole_folder { 0 } else { u64::from(event.count) });
    }
    let count = items.count();
    if synchronised { count.without_limit(Why::Synchronised) } else { count }
}

/// How many items were deleted, moved, or changed.
pub(super) fn item_count(case: &Case<'_>, acts: &[Act], kind: Action) -> Count {
    let mut items = Items::default();
    of_kind(case, acts, &[kind]).for_each(|(act, event)| items.add(act, listed(case, event), u64::from(event.count)));
    items.count()
}

/// Hashes of the Message-IDs that a record lists.
pub(super) fn listed<'a>(case: &'a Case<'_>, event: &Event) -> impl Iterator<Item = u64> + use<'a> {
    let items = match case.store.detail(event) {
        Some(Detail::Items(list)) => case.store.items(list),
        _ => &[],
    };
    items.iter().map(|item| item.link)
}

/// Every mail that was read, once a mailbox, in the order of time.
pub(super) fn reads(case: &Case<'_>, acts: &[Act]) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    let mut known: FxHashMap<(AccountId, u64), usize> = FxHashMap::default();
    for (act, event) in of_kind(case, acts, &[Action::MailRead]).filter(|(_, event)| !is_folder_only(case, event)) {
        let (mailbox, Some(Detail::Items(list))) = (mailbox_of(case, act), case.store.detail(event)) else { continue };
        let one = Read { event: act.event, hold: act.hold, mailbox, folder: list.folder, link: 0, subject: Str::NONE, items: 1, times: 1 };
        if event.flags.has(Flags::SYNC) {
            reads.push(Read { items: 0, ..one });
            continue;
        }
        for item in case.store.items(list) {
            let at = if item.link == 0 { reads.len() } else { *known.entry((mailbox, item.link)).or_insert(reads.len()) };
            match reads.get_mut(at) {
                Some(read) => {
                    read.times += 1;
                    if act.hold < read.hold {
                        (read.hold, read.event) = (act.hold, act.event);
                    }
                }
                None => reads.push(Read { link: item.link, subject: item.subject, ..one }),
            }
        }
        let rest = event.count.saturating_sub(list.len);
        if rest > 0 {
            reads.push(Read { items: u64::from(rest), ..one });
        }
    }
    reads
}

/// Folders in which this was done to items, without their leading backslash, in the order of their names.
pub(super) fn folders<'a>(case: &'a Case<'_>, acts: &[Act], kind: Action) -> Vec<&'a str> {
    let folder = |(_, event): (Act, &Event)| match case.store.detail(event) {
        Some(Detail::Items(list)) if !event.flags.has(Flags::SYNC) => Some(case.store.text(list.folder).trim_start_matches('\\')),
        _ => None,
    };
    let mut names: Vec<&str> = of_kind(case, acts, &[kind]).filter_map(folder).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Folders that were synchronised, by mailbox and name.
pub(super) fn synchronised(case: &Case<'_>, acts: &[Act]) -> Vec<Synchronised> {
    let mut found: BTreeMap<(AccountId, &str), Synchronised> = BTreeMap::new();
    for (act, event) in of_kind(case, acts, &[Action::MailRead]).filter(|(_, event)| event.flags.has(Flags::SYNC)) {
        let Some(Detail::Items(list)) = case.store.detail(event) else { continue };
        let mailbox = mailbox_of(case, act);
        let new = Synchronised { mailbox, folder: list.folder, hold: act.hold, last: act.event, evidence: Evidence::default() };
        let one = found.entry((mailbox, case.store.text(list.folder))).or_insert(new);
        (one.hold, one.last) = (one.hold.min(act.hold), act.event);
        one.evidence.add(act.event);
    }
    found.into_values().collect()
}

/// Every mail that was sent, whichever logs tell of it, in the order of time.
pub(super) fn letters(case: &Case<'_>, acts: &[Act], messages: &Messages) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut known: FxHashMap<u64, usize> = FxHashMap::default();
    for (act, event) in of_kind(case, acts, &[Action::MailSent]) {
        let at = if event.link == 0 { letters.len() } else { *known.entry(event.link).or_insert(letters.len()) };
        if at == letters.len() {
            letters.push(letter(case, act, event, messages));
        }
        let Some(letter) = letters.get_mut(at) else { continue };
        letter.hold = letter.hold.min(act.hold);
        let is_trace = event.family == Family::MessageTrace;
        letter.logged |= !is_trace;
        letter.traced |= is_trace;
        if !is_trace {
            // A record without recipients counts as one; it does not say so.
            let stated = if event.count > 1 || !letter.copies.is_empty() { u64::from(event.count) } else { 0 };
            letter.counted = letter.counted.max(stated);
        }
    }
    letters
}

fn letter(case: &Case<'_>, act: Act, event: &Event, messages: &Messages) -> Letter {
    let account = case.contexts.account_of(act.event);
    let own = || messages::copies(case.store, act.event, event).collect();
    let by_sender = |copy: &&Copy| case.event(copy.event).is_some_and(|event| event.action == Action::MailSent);
    let copies = messages.get(event.link).map_or_else(own, |message| message.copies.iter().filter(by_sender).copied().collect());
    let sender = messages::sender(case.store, event);
    let sent_as = if sender == account { AccountId::NONE } else { sender };
    Letter { account, sent_as, event: act.event, hold: act.hold, link: event.link, copies, counted: 0, logged: false, traced: false }
}

/// How many mails were sent. A mail without a Message-ID may be one that the other log tells of too, and
/// of a trace each row may be another copy of one mail.
pub(super) fn sent_count(letters: &[Letter], evidence: Evidence, in_doubt: u64) -> Count {
    let number = |test: &dyn Fn(&Letter) -> bool| letters.iter().filter(|letter| test(letter)).count() as u64;
    let sure = |letter: &Letter| letter.hold == Hold::Sure;
    let named = number(&|letter| sure(letter) && letter.link != 0);
    let by_send = number(&|letter| sure(letter) && letter.logged);
    let by_trace = number(&|letter| sure(letter) && letter.traced && letter.link != 0);
    let by_trace = by_trace + number(&|letter| sure(letter) && letter.traced && letter.link == 0).min(1);
    let nameless = number(&|letter| letter.link == 0);
    let mut why = Vec::new();
    if in_doubt > 0 {
        why.push(Why::InDoubt(in_doubt));
    }
    if nameless > 0 {
        why.push(Why::Unnamed(nameless));
    }
    Count::between(named.max(by_send).max(by_trace), letters.len() as u64, why, evidence)
}
