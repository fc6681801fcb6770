//! Applications that were let in.

use super::draft::{Draft, who};
use super::scene::{Scene, once};
use crate::report::exposure_words::app_name;
use crate::report::model::{Account, TimelineRow};
use crate::report::screen::count;

/// Consents that a sentence tells in words.
const TOLD: usize = 3;

/// Consents, each app once, and how much the apps did after them.
pub(super) fn consents(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let rows = scene.done(account, "consent");
    let mut told: Vec<&TimelineRow> = Vec::new();
    for row in &rows {
        // Two logs may tell of one consent, a second apart.
        if !told.iter().any(|known| once(known) == once(row)) {
            told.push(row);
        }
    }
    let (first, later) = told.split_first()?;
    let mut draft = Draft::new(8, "At ").at(&scene.clock, &first.time).say(&format!(" {} {}", who(&rows), once(first)));
    for row in later.iter().take(TOLD - 1) {
        draft = draft.say("; at ").at(&scene.clock, &row.time).say(" ").say(once(row));
    }
    let more = told.len().saturating_sub(TOLD) as u64;
    if more > 0 {
        draft = draft.say(&format!("; and {}", count(more, "more consent", "more consents")));
    }
    let draft = draft.on_rows(scene, &rows);
    Some(with_acts(draft, account, &rows))
}

/// What the apps did that the intruder let in.
fn with_acts(mut draft: Draft, account: &Account, rows: &[&TimelineRow]) -> Draft {
    let apps = account.exposure.iter().flat_map(|exposure| &exposure.apps);
    for app in apps.filter(|app| rows.iter().any(|row| row.summary.contains(app_name(app)))) {
        let number: u64 = app.acts.iter().map(|one| one.acts.evidence_total).sum();
        if number > 0 {
            draft = draft.say(&format!("; {} of acts by {} follow", count(number, "record", "records"), app_name(app)));
            for one in &app.acts {
                draft = draft.on(&one.acts.evidence, one.acts.evidence_total);
            }
        }
    }
    draft
}
