//! Joins of records that no shared id makes one: the same directory change in two logs.

use super::event::{Action, Event, Family};
use super::identity::{AccountId, Accounts};
use super::intern::{Interner, Str, TextKind};
use super::time::TICKS;
use std::collections::BTreeMap;

/// Seconds by which the two logs may differ on one act. Source: both exports of one case.
const WITHIN_SECONDS: i64 = 5;

/// The name of a directory operation in its compared form: lower case, without the final period of
/// the audit log, with every dash (and the `?` that an ASCII export makes of it) as one.
pub fn fold_operation(name: &str) -> String {
    name.trim()
        .trim_end_matches('.')
        .trim_end()
        .chars()
        .map(|letter| if matches!(letter, '\u{2013}' | '\u{2014}' | '?') { '-' } else { letter })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Pairs (event, repeat) of directory audits and audit records of the same act: same correlation,
/// same operation, same target, within five seconds, one to one in time order. The event with the
/// lower pointer is kept.
pub(super) fn directory_pairs(events: &[Event], text: &Interner<TextKind>, accounts: &Accounts) -> Vec<(u32, u32)> {
    let mut folded: BTreeMap<Str, String> = BTreeMap::new();
    let mut groups: BTreeMap<(u64, String, AccountId), [Vec<u32>; 2]> = BTreeMap::new();
    let has_directory = events.iter().any(|event| event.family == Family::Directory);
    if !has_directory {
        return Vec::new();
    }
    for (index, event) in events.iter().enumerate() {
        let side = match event.family {
            Family::Audit => 0,
            Family::Directory => 1,
            _ => continue,
        };
        // Sign-ins, mails and files are no acts in the directory.
        if event.link == 0 || !event.time.is_known() || is_elsewhere(event.action) {
            continue;
        }
        let operation = folded.entry(event.operation).or_insert_with(|| fold_operation(text.get(event.operation))).clone();
        let group = groups.entry((event.link, operation, accounts.of(event.target))).or_default();
        if let Some(list) = group.get_mut(side) {
            list.push(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    let mut pairs = Vec::new();
    for [audit, directory] in groups.values_mut() {
        let time = |index: &u32| events.get(*index as usize).map_or(i64::MAX, |event| event.time.0);
        audit.sort_by_key(time);
        directory.sort_by_key(time);
        let mut free = directory.iter().peekable();
        for one in audit.iter() {
            while free.next_if(|other| time(other) < time(one) - WITHIN_SECONDS * TICKS).is_some() {}
            if let Some(other) = free.next_if(|other| time(other) <= time(one) + WITHIN_SECONDS * TICKS) {
                pairs.push((*one.min(other), *one.max(other)));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// True for acts whose link is no correlation id of the directory.
fn is_elsewhere(action: Action) -> bool {
    matches!(action, Action::SignIn | Action::MailSent | Action::MailChanged | Action::FileRead | Action::FileShared | Action::FileChanged)
}

#[cfg(test)]
mod tests {
    use super::fold_operation;

    #[test]
    fn operations_compare_across_logs() {
        let entra = fold_operation("Update application \u{2013} Certificates and secrets management ");
        assert_eq!(entra, fold_operation("Update application ? Certificates and secrets management"));
        assert_eq!(fold_operation("Consent to application."), fold_operation("Consent to application"));
    }
}
