//! To whom it went on.

use super::draft::{Draft, list};
use super::scene::Scene;
use crate::report::model::{Account, Edge, EdgePath, Incident};
use crate::report::screen::{count, percent};

/// Accounts that a sentence names.
const NAMED: usize = 4;

/// The accounts that were taken through this one.
pub(super) fn onwards(scene: &Scene<'_>, account: &Account, incident: &Incident) -> Option<Draft> {
    let edges: Vec<&Edge> = incident.edges.iter().filter(|edge| edge.from == account.account).collect();
    let first = edges.iter().filter_map(|edge| edge.time.as_deref()).min_by_key(|time| crate::report::screen::read(time));
    let one = |edge: &&&Edge| format!("{} ({}, {})", scene.names.of(&edge.to), by(edge), percent(edge.confidence));
    let shown: Vec<String> = edges.iter().take(NAMED).map(|edge| one(&edge)).collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    if shown.is_empty() {
        return None;
    }
    let more = edges.len().saturating_sub(NAMED);
    let whom =
        if more == 0 { list(&shown) } else { format!("{} and {}", shown.join(", "), count(more as u64, "more account", "more accounts")) };
    let begin = match first {
        Some(time) => Draft::new(9, "From ").at(&scene.clock, time).say(" on the intruder"),
        None => Draft::new(9, "The intruder"),
    };
    let draft = begin.say(" most likely went on from here to ").say(&whom);
    Some(edges.iter().fold(draft, |draft, edge| draft.on(&edge.path_evidence, 0)))
}

/// The kind of way in two or three words.
pub(super) fn by(edge: &Edge) -> &'static str {
    match edge.path {
        EdgePath::InternalPhishing => "by mail",
        EdgePath::SharedFile => "by a shared file",
        EdgePath::TeamsMessage => "by a Teams message",
        EdgePath::DelegateAccess => "by rights on the mailbox",
        EdgePath::SharedCredential => "by the password",
        EdgePath::UnknownPath => "two ways fit equally",
    }
}
