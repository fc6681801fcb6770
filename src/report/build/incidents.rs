//! Incidents with their edges, milestones and summary.

use super::{Material, exposure};
use crate::cascade::{self, Path};
use crate::events::{AccountId, Action, Time};
use crate::report::exposure_words;
use crate::report::model::{Edge, EdgePath, Exposure, Incident, Link, Milestone, PatientZero};
use rustc_hash::FxHashMap;

pub(super) fn incidents(material: &Material<'_>) -> Vec<Incident> {
    let incidents = material.incidents.iter().zip(turning_points(material)).enumerate();
    incidents.map(|(at, (incident, points))| one(material, at, incident, &points)).collect()
}

fn one(material: &Material<'_>, at: usize, incident: &cascade::Incident, points: &TurningPoints) -> Incident {
    let (zero, seen) = (&incident.patient_zero, material.exposures.incidents.get(at));
    let exposure = seen.map(|seen| exposure::exposure(material, seen));
    Incident {
        id: format!("c{}", at + 1),
        accounts: incident.accounts.iter().map(|account| material.name(*account)).collect(),
        patient_zero: Some(PatientZero {
            account: material.name(zero.account),
            confidence: share(zero.confidence),
            vector: zero.vector.to_owned(),
            why: Some(entry_words(material, incident)),
        }),
        edges: incident.edges.iter().map(|one| edge(material, one)).collect(),
        links: incident
            .links
            .iter()
            .map(|link| Link {
                accounts: link.accounts.iter().map(|account| material.name(*account)).collect(),
                why: link.why.clone(),
                confidence: share(link.confidence),
            })
            .collect(),
        milestones: milestones(material, points),
        summary: summary(material, incident, exposure.as_ref()),
        narrative: None,
        story: Vec::new(),
        exposure,
        counterparties: seen.map(|seen| exposure::counterparties(material, &seen.people)).unwrap_or_default(),
    }
}

fn share(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn edge(material: &Material<'_>, edge: &cascade::Edge) -> Edge {
    let mut why = edge.why.clone();
    for (other, share) in &edge.alternatives {
        why.push_str(&format!("; less likely from {} ({:.0} %)", material.name(*other), share * 100.0));
    }
    Edge {
        from: material.name(edge.from),
        to: material.name(edge.to),
        time: material.time_among(edge.time, &edge.path_events),
        path: match edge.path {
            Path::InternalPhishing => EdgePath::InternalPhishing,
            Path::SharedFile => EdgePath::SharedFile,
            Path::TeamsMessage => EdgePath::TeamsMessage,
            Path::DelegateAccess => EdgePath::DelegateAccess,
            Path::SharedCredential => EdgePath::SharedCredential,
            Path::Unknown => EdgePath::UnknownPath,
        },
        confidence: share(edge.confidence),
        path_evidence: material.pointers(&edge.path_events),
        same_actor_evidence: material.pointers(&edge.same_actor_events),
        why,
    }
}

/// Days at the start of the exports within which "first seen" is all that can be said.
const EARLY_SECONDS: i64 = 3 * 86_400;

/// How the intruder got into the first account, as far as the exports tell.
fn entry_words(material: &Material<'_>, incident: &cascade::Incident) -> String {
    let zero = &incident.patient_zero;
    let mut words = match zero.vector {
        "mfa-fatigue" => "MFA prompts were sent until one was accepted".to_owned(),
        "session-replay" => "a session was taken over: consistent with a phishing proxy or a stolen token".to_owned(),
        "password-spray" => "the password was guessed in a spray".to_owned(),
        "device-code" => "a device code was typed in for the intruder".to_owned(),
        "consent" => "a consent let an application in".to_owned(),
        _ => "how the password was lost is not in these exports".to_owned(),
    };
    let begin = material.case.in_order().map(|(_, event)| event.time).find(|time| time.is_known());
    if begin.is_some_and(|begin| incident.span.0.since(begin) < EARLY_SECONDS) {
        words.push_str("; first seen in these exports, which begin within three days before");
    }
    words
}

/// A kind of milestone: its name, its words, and which acts are of it.
type Kind = (&'static str, &'static str, fn(Action) -> bool);

const KINDS: [Kind; 4] = [
    ("first-access", "first access", |_| true),
    ("first-hiding", "first hiding", |action| action == Action::MailboxRule),
    ("first-consent", "first consent", |action| action == Action::Consent),
    ("first-spread", "first mail sent", |action| action == Action::MailSent),
];

/// The events that are the turning points of one incident.
#[derive(Clone, Default)]
struct TurningPoints {
    /// The first of each kind.
    firsts: [Option<u32>; KINDS.len()],
    last: Option<u32>,
}

/// The turning points of every incident: one pass over the events.
fn turning_points(material: &Material<'_>) -> Vec<TurningPoints> {
    let mut points = vec![TurningPoints::default(); material.incidents.len()];
    let of: FxHashMap<AccountId, usize> =
        (0..).zip(material.incidents).flat_map(|(at, incident)| incident.accounts.iter().map(move |account| (*account, at))).collect();
    if points.is_empty() {
        return points;
    }
    for (index, event) in material.case.in_order().filter(|(index, _)| material.attribution.actors.is_intruders(*index)) {
        let incident = of.get(&material.case.contexts.account_of(index)).and_then(|at| points.get_mut(*at));
        let Some(points) = incident.filter(|_| event.time.is_known() && event.succeeded()) else { continue };
        points.last = Some(index);
        for (first, (.., is_of_kind)) in points.firsts.iter_mut().zip(KINDS) {
            if first.is_none() && is_of_kind(event.action) {
                *first = Some(index);
            }
        }
    }
    points
}

/// The first act of each kind, and the last act of all.
fn milestones(material: &Material<'_>, points: &TurningPoints) -> Vec<Milestone> {
    let milestone = |kind: &str, words: &str, index: u32| Milestone {
        time: material.time_of(index).unwrap_or_default(),
        account: material.name(material.case.contexts.account_of(index)),
        kind: kind.to_owned(),
        summary: words.to_owned(),
        evidence: material.pointers(&[index]),
    };
    let firsts = points.firsts.iter().zip(KINDS).filter_map(|(first, (kind, words, _))| first.map(|index| milestone(kind, words, index)));
    firsts.chain(points.last.map(|index| milestone("last-activity", "last activity", index))).collect()
}

/// "3 accounts compromised within 32 h 12 min; 794 mails sent to 762 people".
fn summary(material: &Material<'_>, incident: &cascade::Incident, exposure: Option<&Exposure>) -> String {
    let count = incident.accounts.len();
    let fell: Vec<Time> = incident.accounts.iter().filter_map(|account| material.judgement(*account)?.compromised_at).collect();
    let (first, last) = (fell.iter().min(), fell.iter().max());
    let mut words = format!("{count} account{} compromised", if count == 1 { "" } else { "s" });
    if let (Some(first), Some(last)) = (first, last)
        && count > 1
    {
        words.push_str(&format!(" within {}", crate::report::screen::duration(last.since(*first))));
    }
    if let Some(sent) = exposure.and_then(exposure_words::sent) {
        words.push_str(&format!("; {sent}"));
    }
    words
}
