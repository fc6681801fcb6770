//! What was hidden: inbox rules and forwarding.

use super::draft::{Draft, who};
use super::scene::{Scene, end_of, once};
use crate::report::model::{Account, TimelineRow};
use crate::report::screen::count;
use std::collections::BTreeSet;

/// How the words of a new rule begin.
const MADE: &str = "made inbox rule";

/// Rules that were made, then rules that were changed, switched or removed.
pub(super) fn rules(scene: &Scene<'_>, account: &Account) -> Vec<Draft> {
    let all = scene.done(account, "mailbox-rule");
    let (made, touched): (Vec<&TimelineRow>, Vec<&TimelineRow>) = all.into_iter().partition(|row| row.summary.starts_with(MADE));
    let mut drafts: Vec<Draft> = Vec::new();
    drafts.extend(new_rules(scene, &made));
    drafts.extend(scene.acts(6, &touched, |n| format!("changed inbox rules ({})", count(n, "record", "records"))));
    drafts
}

fn new_rules(scene: &Scene<'_>, made: &[&TimelineRow]) -> Option<Draft> {
    let (first, last) = (made.first()?, end_of(made)?);
    let tail = once(first).strip_prefix(MADE).unwrap_or_default();
    // Records of one rule in two logs are no two rules: those that differ are counted.
    let rules: BTreeSet<&str> = made.iter().map(|row| once(row)).collect();
    let words = match (rules.len(), made.len()) {
        (_, 1) => format!("{} made an inbox rule (which acts on mail by itself):{}", who(made), named(tail)),
        (1, n) => format!("{} made the same inbox rule (which acts on mail by itself) {n} times:{}", who(made), named(tail)),
        (n, _) => format!("{} made {n} inbox rules (which act on mail by themselves), the first{}", who(made), named(tail)),
    };
    let draft = Draft::new(8, "").span(&scene.clock, &first.time, if made.len() == 1 { &first.time } else { last });
    Some(draft.say(&words).on_rows(scene, made))
}

/// The tail of a rule's words, or that the record has none.
fn named(tail: &str) -> &str {
    if tail.is_empty() { " without a name in the record" } else { tail }
}

/// Forwarding that was set, changed or ended.
pub(super) fn forwarding(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let rows = scene.done(account, "forwarding");
    let draft = scene.acts(8, &rows, |n| format!("changed the forwarding of the mailbox ({})", count(n, "record", "records")))?;
    let passed = account.exposure.as_ref().and_then(|exposure| exposure.mails_passed_on.as_ref());
    Some(match passed.filter(|passed| passed.at_most != Some(0)) {
        Some(passed) => draft
            .say(&format!("; {} passed on by it", crate::report::exposure_words::bounds(passed, "mail", "mails")))
            .on(&passed.evidence, passed.evidence_total),
        None => draft,
    })
}
