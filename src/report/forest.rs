//! The accounts of an incident as a forest: who was taken through whom.

use super::model::{Account, Edge, Incident, Report};
use std::collections::{BTreeMap, BTreeSet};

/// One account of an incident, with its place in the forest.
pub(super) struct Step<'r> {
    /// Which.
    pub(super) account: &'r str,
    /// Steps from its root.
    pub(super) depth: usize,
    /// The edge that leads to it.
    pub(super) edge: Option<&'r Edge>,
    /// Place of its parent in the list.
    pub(super) parent: Option<usize>,
}

/// The accounts of the report in the order in which the incidents tell of them; others after these, as they stand
/// in the report. Screen and page keep this order.
pub(super) fn in_order(report: &Report) -> Vec<&Account> {
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    for step in report.incidents.iter().flat_map(forest) {
        let next = place.len();
        place.entry(step.account).or_insert(next);
    }
    let mut order: Vec<&Account> = report.accounts.iter().collect();
    order.sort_by_key(|account| place.get(account.account.as_str()).copied().unwrap_or(usize::MAX));
    order
}

/// The accounts of an incident, patient zero first, parents before their children, children in the
/// incident's order.
pub(super) fn forest(incident: &Incident) -> Vec<Step<'_>> {
    let mut children: BTreeMap<&str, Vec<&Edge>> = BTreeMap::new();
    let mut edge_to: BTreeMap<&str, &Edge> = BTreeMap::new();
    for edge in &incident.edges {
        edge_to.entry(&edge.to).or_insert(edge);
    }
    for edge in incident.accounts.iter().filter_map(|account| edge_to.get(account.as_str())) {
        children.entry(&edge.from).or_default().push(edge);
    }
    let zero = incident.patient_zero.iter().map(|zero| zero.account.as_str());
    let roots = incident.accounts.iter().map(String::as_str).filter(|account| !edge_to.contains_key(account));
    // What no root leads to is still an account of the incident.
    let all = incident.accounts.iter().map(String::as_str);
    let (mut steps, mut seen): (Vec<Step<'_>>, BTreeSet<&str>) = (Vec::new(), BTreeSet::new());
    for root in zero.chain(roots).chain(all) {
        let mut open: Vec<Step<'_>> = vec![Step { account: root, depth: 0, edge: None, parent: None }];
        while let Some(step) = open.pop() {
            if seen.insert(step.account) {
                let (depth, parent) = (step.depth + 1, Some(steps.len()));
                let below = children.get(step.account).into_iter().flatten().rev();
                open.extend(below.map(|edge| Step { account: &edge.to, depth, edge: Some(*edge), parent }));
                steps.push(step);
            }
        }
    }
    steps
}
