//! What was sent, read, taken and deleted: numbers with the bounds that exposure has measured.

use super::draft::{Draft, list, who};
use super::scene::{Scene, end_of};
use crate::report::exposure_words::{bounds, is_none, listed, to_whom};
use crate::report::model::{Account, Bounds, Exposure, TimelineRow};
use crate::report::sanitize::clip;
use crate::report::screen::{count, thousands};

/// Searches and mailboxes that a sentence names.
const NAMED: usize = 3;

/// True for a number of which some are surely the intruder's.
fn surely(bounds: Option<&Bounds>) -> Option<&Bounds> {
    bounds.filter(|bounds| bounds.at_least > 0)
}

/// Mails sent, to how many.
pub(super) fn sent(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let rows = scene.done(account, "mail-sent");
    let Some((exposure, sent)) = account.exposure.as_ref().and_then(|one| Some((one, one.mails_sent.as_ref()?))) else {
        return scene.acts(8, &rows, |n| format!("sent mail ({})", count(n, "record", "records")));
    };
    let (first, last) = (rows.first()?, end_of(&rows)?);
    if is_none(sent) {
        return None;
    }
    let is_exact = sent.at_most == Some(sent.at_least);
    let whom = to_whom(exposure);
    let draft = match rows.as_slice() {
        // One mail names its recipients itself.
        [row] if row.count == 1 && is_exact => scene.acts(8, &rows, |_| String::new())?,
        // Where its words count mails, and not each recipient.
        [row] if is_exact && row.summary.starts_with(&format!("sent {} in", bounds(sent, "mail", "mails"))) => {
            let draft = Draft::new(8, "At ").at(&scene.clock, &row.time);
            // To how many it did not get is said with whom it got to.
            let words = row.summary.rsplit_once(", ").filter(|(_, last)| last.ends_with(" not delivered"));
            let words = words.map_or(row.summary.as_str(), |(words, _)| words);
            draft.say(&format!(" {} {words}{},{whom}", who(&rows), subject(&rows))).on_rows(scene, &rows)
        }
        _ => {
            let draft = Draft::new(8, "").span(&scene.clock, &first.time, last);
            let words = if sent.at_least == 0 {
                format!("{} may have been sent by the intruder{whom}", bounds(sent, "mail", "mails"))
            } else {
                format!("{} sent {}{}{whom}", who(&rows), bounds(sent, "mail", "mails"), subject(&rows))
            };
            draft.say(&words).on_rows(scene, &rows)
        }
    };
    Some(draft)
}

/// The subject of mails, where all rows have one: ` ("Invoice 4711")`.
fn subject(rows: &[&TimelineRow]) -> String {
    let mut subjects = rows.iter().map(|row| row.subject.as_deref());
    let Some(first) = subjects.next().flatten() else { return String::new() };
    let is_one = subjects.all(|other| other == Some(first));
    if is_one { format!(" (\"{}\")", clip(first, 80)) } else { String::new() }
}

/// Mails that were read, and folders that were copied whole.
pub(super) fn read(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let exposure = account.exposure.as_ref()?;
    let rows = scene.done(account, "mail-read");
    let folders: Vec<&str> = exposure.folders.iter().map(String::as_str).collect();
    let place = if folders.is_empty() { String::new() } else { format!(" in {}", listed(&folders)) };
    let mut parts: Vec<String> = Vec::new();
    let mut is_doubtful = false;
    if let Some(read) = exposure.mails_read.as_ref().filter(|read| !is_none(read)) {
        is_doubtful = read.at_least == 0;
        match (read.at_least, read.at_most) {
            (0, None) => {}
            (0, Some(_)) => parts.push(format!("{}{place} may have been accessed by the intruder", bounds(read, "mail", "mails"))),
            _ => parts.push(format!("{} accessed {}{place}", who(&rows), bounds(read, "mail", "mails"))),
        }
    }
    if !exposure.synchronised.is_empty() {
        let names: Vec<&str> = exposure.synchronised.iter().map(|one| one.folder.trim_start_matches('\\')).collect();
        let doubt = if is_doubtful || exposure.synchronised.iter().all(|one| one.in_doubt) { ", maybe by the intruder" } else { "" };
        parts.push(format!(
            "{} {} synchronised{doubt}: all mail there may have been copied",
            listed(&names),
            if names.len() == 1 { "was" } else { "were" }
        ));
    }
    if parts.is_empty() {
        return None;
    }
    let draft = match (rows.first(), end_of(&rows)) {
        (Some(first), Some(last)) => Draft::new(7, "").span(&scene.clock, &first.time, last).say(&parts.join("; ")),
        _ => Draft::new(7, &super::draft::capital(&parts.join("; "))),
    };
    let draft = draft.on_rows(scene, &rows);
    Some(exposure.synchronised.iter().fold(draft, |draft, folder| draft.on(&folder.evidence, 0)))
}

/// Files that were read, shared or changed.
pub(super) fn files(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let exposure = account.exposure.as_ref()?;
    let mut parts: Vec<String> = Vec::new();
    if let Some(files) = surely(exposure.files_read.as_ref()) {
        let downloaded = surely(exposure.files_downloaded.as_ref());
        let downloaded = downloaded.map_or_else(String::new, |files| format!(" ({} downloaded)", number(files)));
        parts.push(format!("accessed {}{downloaded}", bounds(files, "file", "files")));
    }
    parts.extend(surely(exposure.files_shared.as_ref()).map(|files| format!("shared {}", bounds(files, "file", "files"))));
    parts.extend(surely(exposure.files_changed.as_ref()).map(|files| format!("changed {}", bounds(files, "file", "files"))));
    dated(scene, account, &["file-read", "file-shared", "file-changed"], 6, &parts)
}

/// What else was done in mailboxes: items deleted, moved or changed, searches, mailboxes of others.
pub(super) fn others(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let exposure = account.exposure.as_ref()?;
    let mut parts: Vec<String> = Vec::new();
    let mut add = |one: Option<&Bounds>, verb: &str, noun: (&str, &str)| {
        parts.extend(surely(one).map(|one| format!("{verb} {}", bounds(one, noun.0, noun.1))));
    };
    add(exposure.mails_deleted.as_ref(), "deleted", ("mail", "mails"));
    add(exposure.mails_moved.as_ref(), "moved", ("mail", "mails"));
    add(exposure.searches.as_ref(), "made", ("search", "searches"));
    if let (Some(searches), false) = (parts.last_mut().filter(|part| part.starts_with("made")), exposure.queries.is_empty()) {
        searches.push_str(&queries(exposure));
    }
    if let Some(changed) = surely(exposure.mails_changed.as_ref()) {
        let folders: Vec<&str> = exposure.changed_folders.iter().map(String::as_str).collect();
        let place = if folders.is_empty() { String::new() } else { format!(" in {}", listed(&folders)) };
        parts.push(format!("changed {}{place}", bounds(changed, "item of the mailbox", "items of the mailbox")));
    }
    if !exposure.mailboxes.is_empty() {
        let names: Vec<&str> = exposure.mailboxes.iter().map(|one| one.mailbox.as_str()).collect();
        let number = count(names.len() as u64, "mailbox", "mailboxes");
        parts.push(format!("reached {number} of others ({})", super::named(scene, &names, NAMED)));
    }
    dated(scene, account, &["mail-deleted", "mail-moved", "mail-changed", "search"], 6, &parts)
}

/// ` for "a" and "b"`.
fn queries(exposure: &Exposure) -> String {
    let quoted = |text: &String| format!("\"{}\"", clip(text, 60));
    let shown: Vec<String> = exposure.queries.iter().take(NAMED).map(quoted).collect();
    let names: Vec<&str> = shown.iter().map(String::as_str).collect();
    format!(" for {}", list(&names))
}

/// The parts as one sentence, over the time of the rows of these actions.
fn dated(scene: &Scene<'_>, account: &Account, actions: &[&str], weight: u8, parts: &[String]) -> Option<Draft> {
    if parts.is_empty() {
        return None;
    }
    let mut rows: Vec<&TimelineRow> = actions.iter().flat_map(|action| scene.done(account, action)).collect();
    rows.sort_by_key(|row| crate::report::screen::read(&row.time));
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    let draft = match (rows.first(), end_of(&rows)) {
        (Some(first), Some(last)) => Draft::new(weight, "").span(&scene.clock, &first.time, last).say(&who(&rows)),
        _ => Draft::new(weight, "The intruder"),
    };
    Some(draft.say(" ").say(&list(&words)).on_rows(scene, &rows))
}

/// A number between bounds without its noun.
fn number(bounds: &Bounds) -> String {
    match bounds.at_most {
        Some(most) if most == bounds.at_least => thousands(most),
        Some(most) => format!("{} to {}", thousands(bounds.at_least), thousands(most)),
        None => format!("at least {}", thousands(bounds.at_least)),
    }
}
