//! When the intruder was last seen, what was done about it, what is in place, what is not known.

use super::draft::Draft;
use super::scene::{Scene, end_of, succeeded};
use crate::remaining::{Kind, Status};
use crate::report::model::{Account, CleanUp, Remaining, TimelineRow, Unanswerable};
use crate::report::phrases::kinds_of;
use crate::report::screen::{count, duration, seconds_between};

/// Acts of a clean-up that a sentence names.
const ACTS: usize = 3;
/// Open questions that an account's story names: the incident's has the others.
const QUESTIONS: [&str; 3] = ["which mails were read", "which mails were sent", "which files were read, shared or changed"];

/// The last sentences of an account's story.
pub(super) fn ending(scene: &Scene<'_>, account: &Account) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    drafts.extend(last_seen(scene, account));
    let left = in_place(&account.remaining.iter().collect::<Vec<_>>());
    let end = match (clean_up(scene, account), left) {
        (Some(draft), Some(left)) => Some(draft.joined(left)),
        (draft, left) => draft.or(left),
    };
    // How it stands now is never left out.
    drafts.extend(end.map(|draft| draft.weighing(9)));
    drafts.extend(open(account));
    drafts
}

fn last_seen(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let last = account.last_intruder_at.as_deref()?;
    let rows: Vec<&TimelineRow> = scene.rows(&account.account).collect();
    let done: Vec<&TimelineRow> = rows.iter().copied().filter(|row| succeeded(row)).collect();
    let last_done = end_of(&done).unwrap_or(last);
    let mut draft = Draft::new(10, "The last act of the intruder that is recorded was at ").at(&scene.clock, last_done);
    let since = account.compromised_at.as_deref();
    if let Some(dwell) = since.and_then(|since| seconds_between(since, last_done)).filter(|seconds| *seconds > 0) {
        draft = draft.say(&format!(", {} after the first", duration(dwell)));
    }
    let tried_on: Vec<&TimelineRow> =
        rows.iter().copied().filter(|row| !succeeded(row) && seconds_between(last_done, &row.time).is_some_and(|s| s > 0)).collect();
    if let Some(until) = end_of(&tried_on) {
        let number = tried_on.iter().map(|row| row.count).sum();
        draft = draft.say(&format!("; {} failed after that, the last at ", count(number, "attempt", "attempts"))).at(&scene.clock, until);
    }
    let closing: Vec<&TimelineRow> =
        done.iter().copied().filter(|row| row.end_time.as_deref().unwrap_or(&row.time) == last_done).take(1).collect();
    Some(draft.on_rows(scene, &closing).on_rows(scene, &tried_on))
}

/// What was done to take the account back, or that nothing is recorded.
fn clean_up(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let Some(clean_up) = account.clean_up.as_ref().filter(|clean_up| !clean_up.acts.is_empty()) else {
        let session = account.remaining.iter().find(|item| item.kind == Kind::Session.name() && item.status == Status::Unknown.name())?;
        return Some(Draft::new(7, &super::draft::capital(&session.basis)).on(&session.evidence, 0));
    };
    let mut draft = Draft::new(8, "Recorded as clean-up: ");
    for (number, act) in clean_up.acts.iter().take(ACTS).enumerate() {
        draft = draft.say(if number > 0 { ", " } else { "" }).say(&act.how);
        if let Some(time) = &act.time {
            draft = draft.say(" at ").at(&scene.clock, time);
        }
        let who = act.account.as_deref().map_or_else(String::new, |who| format!(" by {}", scene.names.of(who)));
        draft = draft.say(&who).on(&act.evidence, 0);
    }
    if clean_up.acts.len() > ACTS {
        draft = draft.say(&format!(" and {}", count((clean_up.acts.len() - ACTS) as u64, "more act", "more acts")));
    }
    Some(after(scene, clean_up, draft))
}

/// What the intruder did in spite of it.
fn after(scene: &Scene<'_>, clean_up: &CleanUp, mut draft: Draft) -> Draft {
    if clean_up.returned == 0 {
        return draft;
    }
    draft = draft.say(&format!(
        "; later {} of the intruder {} recorded",
        count(clean_up.returned, "act", "acts"),
        is_or_are(clean_up.returned)
    ));
    match (&clean_up.returned_from, &clean_up.returned_to) {
        (Some(from), Some(to)) if from != to => draft.say(", from ").at(&scene.clock, from).say(" to ").at(&scene.clock, to),
        (Some(from), _) => draft.say(", at ").at(&scene.clock, from),
        _ => draft,
    }
    .on(&clean_up.evidence, clean_up.returned)
}

fn is_or_are(n: u64) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// What is still there, and what is not known to be gone. Sessions are told of elsewhere.
pub(super) fn in_place(items: &[&Remaining]) -> Option<Draft> {
    let of = |status: Status| -> Vec<&Remaining> {
        items.iter().copied().filter(|item| item.status == status.name() && item.kind != Kind::Session.name()).collect()
    };
    let (there, unknown) = (of(Status::InPlace), of(Status::Unknown));
    let mut parts: Vec<String> = Vec::new();
    if !there.is_empty() {
        parts.push(format!("still in place when exported: {}", kinds_of(&there)));
    }
    if !unknown.is_empty() {
        parts.push(format!("not known to be gone: {}", kinds_of(&unknown)));
    }
    if parts.is_empty() {
        return None;
    }
    let draft = Draft::new(7, &super::draft::capital(&parts.join("; ")));
    let evidence = there.iter().chain(&unknown).flat_map(|item| item.found.first().into_iter().chain(item.evidence.first()));
    Some(draft.on(&evidence.cloned().collect::<Vec<_>>(), 0))
}

/// Questions on mail and files that the exports leave open, each with what would answer it.
fn open(account: &Account) -> Option<Draft> {
    let unknown = &account.exposure.as_ref()?.unknown;
    let open: Vec<&Unanswerable> = unknown.iter().filter(|one| QUESTIONS.contains(&one.question.as_str())).collect();
    questions(&open).map(|words| Draft::new(4, &words))
}

/// `Not answerable from these exports: which mails were read (it takes …)`.
pub(super) fn questions(open: &[&Unanswerable]) -> Option<String> {
    let one = |open: &&Unanswerable| {
        if open.missing.is_empty() { open.question.clone() } else { format!("{} (would tell: {})", open.question, open.missing) }
    };
    let words: Vec<String> = open.iter().map(one).collect();
    (!words.is_empty()).then(|| format!("Not answerable from these exports: {}", words.join("; ")))
}
