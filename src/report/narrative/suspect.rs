//! The story of a suspicious account: what is recorded, never as an intruder's act.

use super::draft::Draft;
use super::scene::Scene;
use crate::report::model::{Account, Finding, Term};
use crate::report::phrases::kinds_of;
use crate::report::screen::{count, percent, read};

/// Reasons that are told.
const REASONS: usize = 4;
/// Words that speak for the owner, and that are told.
const FOR_THE_OWNER: usize = 2;

/// The guarded sentences: what speaks against the owner, what for, what is to be checked.
pub(super) fn sentences(scene: &Scene<'_>, account: &Account) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    let mut terms: Vec<&Term> = account.terms.iter().filter(|term| term.db > 0.0).collect();
    terms.sort_by(|a, b| b.db.total_cmp(&a.db));
    for term in terms {
        if let Some(draft) = reason(scene, term, &mut said).filter(|_| drafts.len() < REASONS) {
            drafts.push(draft);
        }
    }
    if drafts.is_empty() {
        return Vec::new();
    }
    drafts.sort_by_key(Draft::begins);
    let words = format!("Suspicious ({}), not shown to be taken over: this may be the owner's doing", percent(account.probability));
    drafts.insert(0, Draft::new(10, &words));
    drafts.extend(for_the_owner(account));
    drafts.extend(to_check(account));
    drafts
}

/// One reason with its time: the first finding behind it, and how many more there are.
fn reason<'r>(scene: &Scene<'r>, term: &'r Term, said: &mut Vec<&'r str>) -> Option<Draft> {
    let findings: Vec<&Finding> = scene.findings(&term.findings).collect();
    let first = findings.iter().min_by_key(|finding| finding.time.as_deref().and_then(read));
    let words = first.map_or(term.why.as_str(), |finding| finding.summary.as_str());
    if words.is_empty() || said.contains(&words) {
        return None;
    }
    said.push(words);
    let draft = match first.and_then(|finding| finding.time.as_deref()) {
        Some(time) => Draft::new(8, "Recorded at ").at(&scene.clock, time).say(": ").say(words),
        None => Draft::new(8, "Recorded: ").say(words),
    };
    let draft = match findings.len() {
        0 | 1 => draft,
        n => draft.say(&format!(", and {}", count(n as u64 - 1, "more such finding", "more such findings"))),
    };
    Some(findings.iter().fold(draft, |draft, finding| draft.on_finding(finding)))
}

fn for_the_owner(account: &Account) -> Option<Draft> {
    // Where every score starts says nothing of this owner.
    let speaks = |term: &&Term| term.db < 0.0 && term.family != "prior" && !term.why.is_empty();
    let words: Vec<&str> = account.terms.iter().filter(speaks).map(|term| term.why.as_str()).collect();
    let shown = words.get(..words.len().min(FOR_THE_OWNER)).unwrap_or_default();
    (!shown.is_empty()).then(|| Draft::new(7, "For the owner speaks: ").say(&shown.join("; ")))
}

/// What was made in acts that are in doubt.
fn to_check(account: &Account) -> Option<Draft> {
    let items: Vec<_> = account.remaining.iter().filter(|item| item.status != crate::remaining::Status::Removed.name()).collect();
    let pointers: Vec<String> = items.iter().filter_map(|item| item.evidence.first()).cloned().collect();
    (!items.is_empty()).then(|| Draft::new(7, "To be checked with the owner: ").say(&kinds_of(&items)).on(&pointers, 0))
}
