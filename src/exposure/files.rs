//! Files that were viewed, downloaded, shared and changed.

use super::acts::{Act, Hold};
use super::count::{Count, Things};
use super::mail::of_kind;
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Flags, Str};
use std::collections::BTreeMap;

/// What was done with a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Handling {
    /// Opened or previewed.
    Viewed,
    /// Copied to a computer.
    Downloaded,
    /// Made open to others.
    Shared,
    /// Made, changed, moved or deleted.
    Changed,
}

impl Handling {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Handling::Viewed => "viewed",
            Handling::Downloaded => "downloaded",
            Handling::Shared => "shared",
            Handling::Changed => "changed",
        }
    }
}

/// A file and what was done with it.
#[derive(Clone, Debug)]
pub struct File {
    /// The record that tells of it first, or surest.
    pub event: u32,
    /// How sure it is that the intruder did it.
    pub hold: Hold,
    /// Its name.
    pub name: Str,
    /// What was done.
    pub handling: Handling,
    /// Records that tell of it.
    pub times: u64,
    /// With whom it was shared, sorted.
    pub with: Vec<AccountId>,
}

const KINDS: [Action; 3] = [Action::FileRead, Action::FileShared, Action::FileChanged];

fn handling(case: &Case<'_>, event: &Event) -> Option<Handling> {
    if event.flags.has(Flags::NO_FILE) {
        return None;
    }
    match event.action {
        Action::FileRead if case.store.text(event.operation).to_ascii_lowercase().contains("download") => Some(Handling::Downloaded),
        Action::FileRead => Some(Handling::Viewed),
        // A link that is taken back takes nothing more.
        Action::FileShared => (!event.flags.has(Flags::REMOVAL)).then_some(Handling::Shared),
        Action::FileChanged => Some(Handling::Changed),
        _ => None,
    }
}

/// What tells files apart: the address, else the name, else nothing.
fn identity(act: Act, event: &Event) -> (u64, Str, u32) {
    if event.link != 0 {
        (event.link, Str::NONE, 0)
    } else if event.object.is_some() {
        (0, event.object, 0)
    } else {
        (0, Str::NONE, act.event)
    }
}

/// How many files were read (viewed or downloaded), downloaded, shared, changed.
pub(super) fn counts(case: &Case<'_>, acts: &[Act]) -> [Count; 4] {
    let mut things: [Things<(u64, Str, u32)>; 4] = Default::default();
    for (act, event) in of_kind(case, acts, &KINDS) {
        let Some(handling) = handling(case, event) else { continue };
        let [read, downloaded, shared, changed] = &mut things;
        let file = identity(act, event);
        match handling {
            Handling::Viewed => read.add(act, [file]),
            Handling::Downloaded => {
                read.add(act, [file]);
                downloaded.add(act, [file]);
            }
            Handling::Shared => shared.add(act, [file]),
            Handling::Changed => changed.add(act, [file]),
        }
    }
    things.map(Things::count)
}

/// Every file, once for each thing that was done with it, in the order of time.
pub(super) fn list(case: &Case<'_>, acts: &[Act]) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    let mut known = BTreeMap::new();
    for (act, event) in of_kind(case, acts, &KINDS) {
        let Some(handling) = handling(case, event) else { continue };
        let at = *known.entry((identity(act, event), handling)).or_insert(files.len());
        if at == files.len() {
            files.push(File { event: act.event, hold: act.hold, name: event.object, handling, times: 0, with: Vec::new() });
        }
        let Some(file) = files.get_mut(at) else { continue };
        file.times += 1;
        if act.hold < file.hold {
            (file.hold, file.event) = (act.hold, act.event);
        }
        if let Some(Detail::Share(with)) = case.store.detail(event) {
            file.with.extend(with.iter().map(|name| case.store.accounts().of(*name)).filter(|account| account.is_some()));
            file.with.sort_unstable();
            file.with.dedup();
        }
    }
    files
}
