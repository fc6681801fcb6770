//! Incidents: accounts that edges or a common actor join, with patient zero.

use super::{Fallen, LINK_DB, Path, same_actor};
use crate::detections::Case;
use crate::events::{AccountId, Time};
use std::collections::BTreeMap;

/// One account fell because of another.
#[derive(Clone, Debug)]
pub struct Edge {
    /// From whom.
    pub from: AccountId,
    /// To whom.
    pub to: AccountId,
    /// Time of the telling act.
    pub time: Time,
    /// By what way.
    pub path: Path,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// Events that show the way.
    pub path_events: Vec<u32>,
    /// Events that show the same actor.
    pub same_actor_events: Vec<u32>,
    /// In words.
    pub why: String,
    /// Other possible parents with their shares.
    pub alternatives: Vec<(AccountId, f64)>,
}

/// The same actor on two accounts, without a path between them.
#[derive(Clone, Debug)]
pub struct Link {
    /// Which two.
    pub accounts: [AccountId; 2],
    /// In words.
    pub why: String,
    /// How sure, 0 to 1.
    pub confidence: f64,
}

/// Where an incident began.
#[derive(Clone, Debug)]
pub struct PatientZero {
    /// Which account.
    pub account: AccountId,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// How the intruder got in, in the words of the contract's `vector`.
    pub vector: &'static str,
}

/// Accounts that one actor (or one chain) took.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its accounts, in the order in which they fell.
    pub accounts: Vec<AccountId>,
    /// Where it began.
    pub patient_zero: PatientZero,
    /// Edges: a forest.
    pub edges: Vec<Edge>,
    /// Same actor without a path.
    pub links: Vec<Link>,
    /// First success and last act.
    pub span: (Time, Time),
}

/// Joins the fallen into incidents.
pub(super) fn build(
    case: &Case<'_>,
    fallen: &[Fallen<'_>],
    edges: Vec<Edge>,
    open: &[super::Open],
    rivals: &BTreeMap<AccountId, f64>,
) -> Vec<Incident> {
    let mut group: BTreeMap<AccountId, usize> = fallen.iter().enumerate().map(|(at, one)| (one.account, at)).collect();
    let mut join = |a: AccountId, b: AccountId| {
        let (Some(a), Some(b)) = (group.get(&a).copied(), group.get(&b).copied()) else { return };
        let (low, high) = (a.min(b), a.max(b));
        group.values_mut().filter(|at| **at == high).for_each(|at| *at = low);
    };
    for edge in &edges {
        join(edge.from, edge.to);
    }
    let mut links = Vec::new();
    for one in open {
        join(one.from, one.to);
        let why = format!("{}; which of several accounts it came from is open", one.why);
        links.push(Link { accounts: [one.from, one.to], why, confidence: one.share });
    }
    for (at, one) in fallen.iter().enumerate() {
        for other in fallen.iter().skip(at + 1) {
            let same = same_actor(case, one, other);
            let edge = edges
                .iter()
                .any(|edge| [edge.from, edge.to] == [one.account, other.account] || [edge.to, edge.from] == [one.account, other.account]);
            if same.db >= LINK_DB && !edge {
                join(one.account, other.account);
                let confidence = 1.0 - 1.0 / (1.0 + 10f64.powf((same.db - 10.0) / 10.0));
                links.push(Link { accounts: [one.account, other.account], why: same.why.join(", "), confidence });
            }
        }
    }
    let mut members: BTreeMap<usize, Vec<&Fallen<'_>>> = BTreeMap::new();
    for one in fallen {
        members.entry(group.get(&one.account).copied().unwrap_or(usize::MAX)).or_default().push(one);
    }
    members.into_values().map(|members| incident(&members, &edges, &links, rivals)).collect()
}

fn incident(members: &[&Fallen<'_>], edges: &[Edge], links: &[Link], rivals: &BTreeMap<AccountId, f64>) -> Incident {
    let accounts: Vec<AccountId> = members.iter().map(|one| one.account).collect();
    let edges: Vec<Edge> = edges.iter().filter(|edge| accounts.contains(&edge.to)).cloned().collect();
    let links = links.iter().filter(|link| accounts.contains(&link.accounts[0])).cloned().collect();
    let root = members.iter().find(|one| !edges.iter().any(|edge| edge.to == one.account)).or(members.first());
    let account = root.map(|one| one.account).unwrap_or_default();
    let patient_zero = PatientZero {
        account,
        confidence: 1.0 - rivals.get(&account).copied().unwrap_or(0.0),
        vector: root.map_or("unknown", |one| vector(one)),
    };
    let first = members.iter().map(|one| one.at).min().unwrap_or(Time::NONE);
    let last = members.iter().filter_map(|one| one.judgement.last_at).max().unwrap_or(first);
    Incident { accounts, patient_zero, edges, links, span: (first, last) }
}

/// How the intruder got into the first account, from what its findings say.
fn vector(root: &Fallen<'_>) -> &'static str {
    let has = |id: &str| root.judgement.score.terms.iter().any(|term| term.detection == id && term.db > 0.0);
    if has("mfa-fatigue") {
        "mfa-fatigue"
    } else if has("session-replay") {
        "session-replay"
    } else if has("password-spray") {
        "password-spray"
    } else if has("device-code-sign-in") {
        "device-code"
    } else if has("abused-app") && !has("unfamiliar-sign-in") && !has("legacy-auth-sign-in") {
        "consent"
    } else {
        "unknown"
    }
}
