//! Narratives: what happened, in plain English, written by rules from what the report has already.
//!
//! Each sentence is made by one rule from rows of the timeline, findings, exposure, edges and what remains, and
//! keeps the findings and records that it rests on. A rule that has nothing to tell makes no sentence. Nothing is
//! worked out in here, so that a sentence can claim no more than the rest of the report does: numbers with room
//! keep their bounds, acts that may be the owner's say how sure they are, and what the exports do not show is
//! called not shown. Times are in UTC; [`in_zone`] turns them to another zone for a view.

mod apps;
mod changes;
mod draft;
mod ending;
mod entry;
mod hiding;
mod incident;
mod mail;
mod scene;
mod spread;
mod suspect;
#[cfg(test)]
mod tests;
mod zone;

pub use zone::in_zone;

use super::model::{Account, Incident, Report, Sentence, Verdict};
use draft::Draft;
use scene::Scene;

/// Sentences that an account's narrative has at most; the least telling are left to the timeline.
const SENTENCES: usize = 8;

/// Writes the narratives of a report that has everything else.
pub fn tell(report: &mut Report) {
    let scene = Scene::new(report);
    let accounts: Vec<Vec<Sentence>> = report.accounts.iter().map(|account| of_account(&scene, account)).collect();
    let incidents: Vec<_> = report.incidents.iter().map(|one| incident::tell(&scene, one)).collect();
    for (account, story) in report.accounts.iter_mut().zip(accounts) {
        (account.narrative, account.story) = (joined(&story), story);
    }
    for (incident, (story, noticeable)) in report.incidents.iter_mut().zip(incidents) {
        (incident.narrative, incident.story) = (joined(&story), story);
        let before_last = incident.milestones.len().saturating_sub(1);
        incident.milestones.extend(noticeable);
        if let Some(tail) = incident.milestones.get_mut(before_last..) {
            // The last activity stays the last.
            tail.rotate_left(usize::from(tail.len() > 1));
        }
    }
}

/// The sentences as one text; none where there is no sentence.
fn joined(story: &[Sentence]) -> Option<String> {
    let texts: Vec<&str> = story.iter().map(|sentence| sentence.text.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

fn of_account(scene: &Scene<'_>, account: &Account) -> Vec<Sentence> {
    match account.verdict {
        Verdict::Compromised => taken(scene, account),
        Verdict::Suspicious => draft::finish(suspect::sentences(scene, account), scene),
        Verdict::Targeted | Verdict::Clear => Vec::new(),
    }
}

/// The story of a compromised account: how it was entered, what was done in the order of time, how it ended.
fn taken(scene: &Scene<'_>, account: &Account) -> Vec<Sentence> {
    let incident = scene.incident_of(account);
    let mut middle: Vec<Draft> = Vec::new();
    middle.extend(entry::again(scene, account));
    middle.extend(hiding::rules(scene, account));
    middle.extend(hiding::forwarding(scene, account));
    middle.extend(apps::consents(scene, account));
    middle.extend(mail::sent(scene, account));
    middle.extend(mail::read(scene, account));
    middle.extend(mail::files(scene, account));
    middle.extend(mail::others(scene, account));
    middle.extend(changes::changes(scene, account));
    middle.extend(incident.and_then(|incident| spread::onwards(scene, account, incident)));
    middle.sort_by_key(Draft::begins);
    let mut drafts = entry::entry(scene, account, incident);
    drafts.extend(middle);
    drafts.extend(ending::ending(scene, account));
    draft::finish(most_telling(drafts), scene)
}

/// The sentences that fit, in their order; where some do not, the last one says where they are.
fn most_telling(mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut left_out = false;
    while drafts.len() > SENTENCES {
        let Some(least) = drafts.iter().map(|draft| draft.weight).min() else { break };
        let Some(at) = drafts.iter().rposition(|draft| draft.weight == least) else { break };
        drafts.remove(at);
        left_out = true;
    }
    if let Some(last) = drafts.pop() {
        drafts.push(if left_out { last.and("The timeline has the rest.") } else { last });
    }
    drafts
}

/// The one of an incident's accounts, for a sentence that names few.
fn named(scene: &Scene<'_>, accounts: &[&str], most: usize) -> String {
    let short: Vec<&str> = accounts.iter().take(most).map(|name| scene.names.of(name)).collect();
    match accounts.len().saturating_sub(short.len()) {
        0 => draft::list(&short),
        more => format!("{} and {more} more", short.join(", ")),
    }
}

/// The edge by which an account of an incident fell.
fn edge_to<'r>(incident: &'r Incident, account: &str) -> Option<&'r super::model::Edge> {
    incident.edges.iter().find(|edge| edge.to == account)
}
