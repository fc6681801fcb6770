//! Changes to users, roles, credentials, rights and mail flow.

use super::draft::{Draft, who};
use super::scene::{Scene, end_of, once, succeeded};
use crate::report::exposure_words::subject;
use crate::report::model::{Account, TimelineRow};
use crate::report::screen::count;

/// Kinds of act that change what outlasts a mailbox.
const ACTIONS: [&str; 9] =
    ["credential", "mfa", "device", "permission", "role-change", "account-change", "policy-change", "transport-rule", "app"];

/// Changes of every kind, the first of each in words.
pub(super) fn changes(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let has_consent = !scene.done(account, "consent").is_empty();
    let told = |row: &&TimelineRow| {
        let part_of_consent = has_consent && row.action == "app";
        ACTIONS.contains(&row.action.as_str()) && succeeded(row) && !part_of_consent
    };
    let rows: Vec<&TimelineRow> = scene.rows(&account.account).filter(told).collect();
    let (first, last) = (rows.first()?, end_of(&rows)?);
    let mut kinds: Vec<(&str, &str, u64)> = Vec::new();
    for row in &rows {
        match kinds.iter_mut().find(|(action, ..)| *action == row.action) {
            Some((.., number)) => *number += row.count,
            None => kinds.push((&row.action, once(row), row.count)),
        }
    }
    let kind = |(action, words, number): &(&str, &str, u64)| {
        let more = if *number > 1 { format!(" and {}", count(number - 1, "more record", "more records")) } else { String::new() };
        format!("{} ({words}{more})", subject(action))
    };
    let words: Vec<String> = kinds.iter().map(kind).collect();
    let draft = Draft::new(7, "").span(&scene.clock, &first.time, last);
    Some(draft.say(&format!("{} changed {}", who(&rows), words.join(", "))).on_rows(scene, &rows))
}
