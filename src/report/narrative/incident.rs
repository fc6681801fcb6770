//! The story of an incident, for a board: what, whom, when, how it began and went on, how long, what now.

use super::draft::{Draft, capital};
use super::scene::{Scene, succeeded};
use super::{ending, named, spread};
use crate::detections::{EvidenceFamily, by_id};
use crate::remaining::{Kind, Status};
use crate::report::exposure_words::parts;
use crate::report::model::{Account, Edge, Finding, Incident, Milestone, Remaining, Sentence, Severity, Unanswerable};
use crate::report::phrases::place;
use crate::report::screen::{count, duration, percent, read, seconds_between, thousands};

/// Accounts that a sentence names, and open questions.
const NAMED: usize = 5;
const QUESTIONS: usize = 4;
/// Open questions that come first.
const FIRST_QUESTIONS: [&str; 2] = ["which mails were read", "which mails were sent"];
/// Composites on which an alert could be raised, and what they say.
const ALERTS: [(&str, &str); 3] = [
    ("suspicious-activity", "an unusual sign-in that is suspicious in itself"),
    ("significant-compliance", "an unusual sign-in, then a change that hides mail or lets an app in"),
    ("suspicious-activity-and-mail", "an unusual sign-in, then a burst of mail or a sensitive change"),
];

/// The sentences, and the moment at which it could first have been noticed.
pub(super) fn tell(scene: &Scene<'_>, incident: &Incident) -> (Vec<Sentence>, Option<Milestone>) {
    let accounts: Vec<&Account> = incident.accounts.iter().filter_map(|name| scene.account(name)).collect();
    let noticed = noticeable(scene, incident, &accounts);
    let mut drafts: Vec<Draft> = Vec::new();
    drafts.push(what(scene, incident, &accounts));
    drafts.push(began(scene, incident));
    drafts.extend(went_on(scene, incident));
    drafts.extend(took(incident));
    drafts.extend(noticed.as_ref().map(|(point, finding)| notice(scene, incident, point, finding)));
    drafts.extend(lasted(scene, incident));
    drafts.extend(left(&accounts));
    drafts.extend(open(scene, incident));
    (super::draft::finish(drafts, scene), noticed.map(|(point, _)| point))
}

fn point<'r>(incident: &'r Incident, kind: &str) -> Option<&'r Milestone> {
    incident.milestones.iter().find(|one| one.kind == kind)
}

/// `From 09 Feb 2022 04:55:51 UTC on an intruder took over 3 accounts within 32 h 12 min: a, b and c.`
fn what(scene: &Scene<'_>, incident: &Incident, accounts: &[&Account]) -> Draft {
    let mut fell: Vec<&str> = accounts.iter().filter_map(|account| account.compromised_at.as_deref()).collect();
    fell.sort_by_key(|time| read(time));
    let all: Vec<&str> = incident.accounts.iter().map(String::as_str).collect();
    let who = named(scene, &all, NAMED);
    let firsts: Vec<_> = all.iter().filter_map(|account| scene.rows(account).find(|row| succeeded(row))).collect();
    let Some(first) = fell.first() else {
        return Draft::new(10, &format!("An intruder took over {who}; the records have no usable time"));
    };
    let draft = Draft::new(10, "From ").in_full(&scene.clock, first).say(" on ");
    let within = fell.last().and_then(|last| seconds_between(first, last)).map_or_else(String::new, |s| format!(" within {}", duration(s)));
    let draft = match all.len() {
        1 => draft.say(&format!("an intruder was in the account {who}")),
        n => draft.say(&format!("an intruder took over {}{within}: {who}", count(n as u64, "account", "accounts"))),
    };
    draft.on_rows(scene, &firsts)
}

/// How it began, and from where.
fn began(scene: &Scene<'_>, incident: &Incident) -> Draft {
    let Some(zero) = &incident.patient_zero else {
        return Draft::new(9, "Which account was the first is not shown by these exports");
    };
    let why = zero.why.as_deref().filter(|why| !why.is_empty()).unwrap_or("how the intruder got in is not in these exports");
    let address = scene.account(&zero.account).and_then(|account| account.intruder_addresses.first());
    let from = address.map_or_else(String::new, |address| format!(" from {}, {}", address.ip, place(address)));
    let words = if incident.accounts.len() > 1 {
        let (name, sure) = (scene.names.of(&zero.account), percent(zero.confidence));
        format!("It began with {name} ({sure} sure){from}; {why}")
    } else if from.is_empty() {
        capital(why)
    } else {
        format!("The intruder came{from}; {why}")
    };
    let draft = Draft::new(9, &words);
    point(incident, "first-access").map_or(draft.clone(), |first| draft.on(&first.evidence, 0))
}

/// From account to account, by which ways.
fn went_on(scene: &Scene<'_>, incident: &Incident) -> Option<Draft> {
    let mut steps: Vec<((&str, &'static str), Vec<&Edge>)> = Vec::new();
    for edge in &incident.edges {
        let key = (edge.from.as_str(), spread::by(edge));
        match steps.iter_mut().find(|(known, _)| *known == key) {
            Some((_, edges)) => edges.push(edge),
            None => steps.push((key, vec![edge])),
        }
    }
    let step = |((from, by), edges): &((&str, &'static str), Vec<&Edge>)| {
        let to: Vec<&str> = edges.iter().map(|edge| edge.to.as_str()).collect();
        format!("from {} {by} to {}", scene.names.of(from), named(scene, &to, NAMED))
    };
    let told: Vec<String> = steps.iter().take(NAMED).map(step).collect();
    let reached = incident.edges.len();
    let zero = usize::from(incident.patient_zero.is_some());
    let unexplained = incident.accounts.len().saturating_sub(reached + zero) as u64;
    let mut words = told.join("; ");
    if steps.len() > NAMED {
        words.push_str(&format!("; and {} more steps", steps.len() - NAMED));
    }
    if words.is_empty() && unexplained == 0 {
        return None;
    }
    let mut draft = Draft::new(9, "");
    if !words.is_empty() {
        draft = draft.say("It most likely went on ").say(&words);
    }
    if unexplained > 0 {
        let joint = if reached > 0 { "; for " } else { "For " };
        draft = draft.say(&format!("{joint}{} the way is not in these exports", count(unexplained, "account", "accounts")));
    }
    Some(incident.edges.iter().fold(draft, |draft, edge| draft.on(&edge.path_evidence, 0)))
}

/// What was seen and taken in all, and how many people are concerned.
fn took(incident: &Incident) -> Option<Draft> {
    let exposure = incident.exposure.as_ref()?;
    // What is unknown is said once, with what would tell.
    let parts: Vec<String> = parts(exposure).into_iter().filter(|part| !part.contains(": unknown")).collect();
    if parts.is_empty() {
        return None;
    }
    let people = incident.counterparties.len() as u64;
    let people = match people {
        0 => String::new(),
        n => format!("; {} got such mail or may have had mail read, and may have to be told", count(n, "person", "people")),
    };
    let draft = Draft::new(9, &format!("In all, as far as these exports show: {}{people}", parts.join("; ")));
    Some(draft.on(&exposure.evidence, exposure.evidence_total))
}

/// The first composite on the intruder's own acts; else the first grave finding on them.
fn noticeable<'r>(scene: &Scene<'r>, incident: &Incident, accounts: &[&'r Account]) -> Option<(Milestone, &'r Finding)> {
    let rows = accounts.iter().flat_map(|account| scene.rows(&account.account));
    let mut on_acts: Vec<&Finding> = rows.flat_map(|row| scene.findings_on(row)).filter(|finding| finding.time.is_some()).collect();
    on_acts.sort_by_key(|finding| (finding.time.as_deref().and_then(read), finding.id.as_str()));
    let begin = point(incident, "first-access").and_then(|first| read(&first.time));
    on_acts.retain(|finding| finding.time.as_deref().and_then(read) >= begin);
    let alert = on_acts.iter().find(|finding| ALERTS.iter().any(|(id, _)| *id == finding.detection));
    let finding = *alert.or_else(|| on_acts.iter().find(|finding| is_grave(finding)))?;
    let milestone = Milestone {
        time: finding.time.clone()?,
        account: finding.account.clone()?,
        kind: "first-noticeable".to_owned(),
        summary: "could first have been noticed".to_owned(),
        evidence: finding.evidence.clone(),
    };
    Some((milestone, finding))
}

/// A grave finding that needs nothing known of other accounts.
fn is_grave(finding: &Finding) -> bool {
    let of_company = by_id(&finding.detection).is_some_and(|detection| detection.family() == EvidenceFamily::Company);
    finding.severity >= Severity::High && !of_company
}

fn notice(scene: &Scene<'_>, incident: &Incident, point: &Milestone, finding: &Finding) -> Draft {
    let words = ALERTS.iter().find(|(id, _)| *id == finding.detection).map_or(finding.summary.as_str(), |(_, words)| words);
    let whose = if incident.accounts.len() > 1 { format!(" on {}", scene.names.of(&point.account)) } else { String::new() };
    let draft = Draft::new(8, "By what is known of the owners' habits it could have been noticed from ").at(&scene.clock, &point.time);
    draft.say(&format!(" on{}: {words}", if whose.is_empty() { String::new() } else { format!(",{whose}") })).on_finding(finding)
}

/// From the first to the last act.
fn lasted(scene: &Scene<'_>, incident: &Incident) -> Option<Draft> {
    let (first, last) = (point(incident, "first-access")?, point(incident, "last-activity")?);
    let whose = if incident.accounts.len() > 1 { format!(" on {}", scene.names.of(&last.account)) } else { String::new() };
    let draft = Draft::new(8, "The last act of the intruder that succeeded is of ").at(&scene.clock, &last.time).say(&whose);
    let dwell = seconds_between(&first.time, &last.time).filter(|seconds| *seconds > 0);
    let dwell = dwell.map_or_else(String::new, |seconds| format!(": {} after the first", duration(seconds)));
    Some(draft.say(&dwell).on(&last.evidence, 0))
}

/// What is still in place, and accounts whose sessions nothing ended.
fn left(accounts: &[&Account]) -> Option<Draft> {
    let items: Vec<&Remaining> = accounts.iter().flat_map(|account| &account.remaining).collect();
    let sessions = items.iter().filter(|item| item.kind == Kind::Session.name() && item.status != Status::Removed.name()).count();
    let open = (sessions > 0).then(|| {
        let whose = if accounts.len() == 1 {
            "the account".to_owned()
        } else {
            format!("{} of {} accounts", thousands(sessions as u64), accounts.len())
        };
        format!("no record shows that the intruder is shut out of {whose}")
    });
    match (ending::in_place(&items), open) {
        (Some(draft), Some(open)) => Some(draft.say("; ").say(&open)),
        (None, Some(open)) => Some(Draft::new(8, &capital(&open))),
        (draft, None) => draft,
    }
}

/// What these exports leave open, and what would tell.
fn open(scene: &Scene<'_>, incident: &Incident) -> Option<Draft> {
    let mut open: Vec<&Unanswerable> = Vec::new();
    let of_incident = || incident.exposure.iter().flat_map(|exposure| &exposure.unknown);
    let first = of_incident().filter(|one| FIRST_QUESTIONS.contains(&one.question.as_str()));
    for one in first.chain(&scene.report.coverage.unanswerable).chain(of_incident()) {
        if !open.iter().any(|known| known.question == one.question) {
            open.push(one);
        }
    }
    let more = open.len().saturating_sub(QUESTIONS) as u64;
    open.truncate(QUESTIONS);
    let words = ending::questions(&open)?;
    let rest = if more == 0 { String::new() } else { format!("; and {}", count(more, "more question", "more questions")) };
    Some(Draft::new(7, &format!("{words}{rest}")))
}
