//! Which acts stand in one row.

use super::super::CaseNames;
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Flags, Ip, Outcome, Str};
use crate::report::summary::like_words;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// What makes two events one row.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
pub(super) struct Likeness {
    account: AccountId,
    action: Action,
    outcome: Outcome,
    place: Ip,
    agent: Str,
    object: Str,
    /// Which file is shared: the same name in two places is two files.
    file: u64,
    /// In which folder an item is changed.
    folder: Str,
    removal: bool,
    /// A whole folder is copied.
    sync: bool,
    /// A hash of the words of the act, where they are not about many things: only what reads alike is one row.
    words: u64,
    /// Which part it is of, where a view divides the acts.
    part: usize,
}

impl Likeness {
    /// That of an event of an account, in a part of a divided view.
    pub(super) fn of(case: &Case<'_>, account: AccountId, index: u32, event: &Event, part: usize) -> Likeness {
        let (id, _) = case.context_of(index);
        let place = case.contexts.get(id).map_or(event.ip, |context| context.ip);
        let action = event.action;
        let many = matches!(
            action,
            Action::MailRead | Action::MailDeleted | Action::MailMoved | Action::MailChanged | Action::FileRead | Action::FileChanged
        );
        let by_object = matches!(action, Action::MailSent | Action::MailReceived | Action::FileShared);
        let folder = match case.store.detail(event) {
            Some(Detail::Items(items)) if action == Action::MailChanged => items.folder,
            _ => Str::NONE,
        };
        Likeness {
            account,
            action,
            outcome: if action == Action::MailSent { Outcome::Unknown } else { event.outcome },
            place,
            agent: if action == Action::SignIn { event.agent } else { Str::NONE },
            object: if by_object { event.object } else { Str::NONE },
            file: if action == Action::FileShared { event.link } else { 0 },
            folder,
            removal: event.flags.has(Flags::REMOVAL),
            sync: event.flags.has(Flags::SYNC),
            words: if many || by_object || action == Action::SignIn { 0 } else { words(case, event) },
            part,
        }
    }
}

/// A hash of the words of an act.
fn words(case: &Case<'_>, event: &Event) -> u64 {
    let mut hasher = FxHasher::default();
    like_words(event, case.store.detail(event), &CaseNames(case)).hash(&mut hasher);
    hasher.finish()
}
