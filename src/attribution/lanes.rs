//! Lanes: contexts of one account that something rare ties together, with the findings in them.
//!
//! Scores are summed over a lane, not over an account: a month of unrelated honest oddities must not add
//! up to an accusation. Habitual contexts are never tied to others.

use super::excuses::OwnerSigns;
use crate::detections::{Case, EvidenceFamily, Finding};
use crate::events::{AccountId, Str};
use crate::habits::ContextId;
use crate::scoring::{Evidence, Excuse, Score, score};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Seconds after an act of a lane within which a finding without a context is taken as its.
const FLOATING_SECONDS: i64 = 24 * 3600;

/// One lane of one account.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Whose.
    pub account: AccountId,
    /// Its contexts, sorted; empty for findings that belong to no context.
    pub contexts: Vec<ContextId>,
    /// Indexes of its findings.
    pub findings: Vec<usize>,
    /// Applications that were consented to in it.
    pub apps: Vec<Str>,
    /// What it is worth.
    pub score: Score,
    /// What it is worth without evidence from other accounts.
    pub own_score: Score,
}

/// Lanes of every account that has any, best first.
pub type Lanes = BTreeMap<AccountId, Vec<Lane>>;

/// Union-find over the contexts of the case.
struct Ties {
    parent: Vec<u32>,
}

impl Ties {
    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while let Some(up) = self.parent.get(root).copied().filter(|up| *up as usize != root) {
            // Each walk halves the way of the next one.
            let above = self.parent.get(up as usize).copied().unwrap_or(up);
            if let Some(parent) = self.parent.get_mut(root) {
                *parent = above;
            }
            root = above as usize;
        }
        root
    }

    fn join(&mut self, a: ContextId, b: ContextId) {
        let (a, b) = (self.root(a.index()), self.root(b.index()));
        if let Some(parent) = self.parent.get_mut(a.max(b)) {
            *parent = u32::try_from(a.min(b)).unwrap_or(u32::MAX);
        }
    }
}

/// Builds and scores the lanes of all accounts from the findings.
pub(super) fn build(case: &Case<'_>, findings: &[Finding], signs: &OwnerSigns) -> Lanes {
    let size = u32::try_from(case.contexts.len()).unwrap_or(u32::MAX);
    let mut ties = Ties { parent: (0..size).collect() };
    tie_contexts(case, &mut ties);
    let mut groups: BTreeMap<(AccountId, usize), Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        let root = if finding.context.is_some() { ties.root(finding.context.index()) } else { 0 };
        groups.entry((finding.account, root)).or_default().push(number);
    }
    let mut lanes = Lanes::new();
    let mut members: FxHashMap<usize, Vec<ContextId>> = FxHashMap::default();
    members.extend(groups.keys().filter(|(_, root)| *root != 0).map(|(_, root)| (*root, Vec::new())));
    for (id, _) in case.contexts.iter() {
        if let Some(list) = members.get_mut(&ties.root(id.index())) {
            list.push(id);
        }
    }
    for ((account, root), numbers) in groups {
        let contexts = if root == 0 { Vec::new() } else { members.get(&root).cloned().unwrap_or_default() };
        lanes.entry(account).or_default().push(Lane {
            account,
            contexts,
            findings: numbers,
            apps: Vec::new(),
            score: Score::default(),
            own_score: Score::default(),
        });
    }
    for list in lanes.values_mut() {
        settle_floating(case, findings, list);
        for lane in list.iter_mut() {
            lane.apps = consented_apps(case, findings, lane);
            (lane.score, lane.own_score) = score_lane(case, findings, lane, signs);
        }
        list.sort_by(|a, b| b.score.db.total_cmp(&a.score.db).then_with(|| a.contexts.cmp(&b.contexts)));
    }
    lanes
}

/// Ties contexts of one account by what they share and others do not: session, network, autonomous
/// system with client, device, application.
fn tie_contexts(case: &Case<'_>, ties: &mut Ties) {
    #[derive(PartialEq, Eq, Hash)]
    enum Shared {
        Session(Str),
        Network(u128),
        System(u32, crate::habits::Client),
        Device(Str),
    }
    let mut first: FxHashMap<(AccountId, Shared), ContextId> = FxHashMap::default();
    for (id, context) in case.contexts.iter() {
        let familiar = case.familiarity(id);
        if familiar.address || familiar.network || context.app.is_some() {
            continue;
        }
        let facts = case.facts(context.ip);
        let mut tie = |one: Shared| {
            let other = *first.entry((context.account, one)).or_insert(id);
            ties.join(other, id);
        };
        context.sessions.iter().for_each(|session| tie(Shared::Session(*session)));
        tie(Shared::Network(facts.network));
        if !familiar.asn
            && let Some(asn) = facts.asn()
        {
            context.clients.iter().filter(|client| !client.is_unknown()).for_each(|client| tie(Shared::System(asn, *client)));
        }
        if !familiar.device {
            context.devices.iter().for_each(|device| tie(Shared::Device(*device)));
        }
    }
    tie_app_servers(case, ties);
}

/// An application's servers go with the context of the consent to it.
fn tie_app_servers(case: &Case<'_>, ties: &mut Ties) {
    use crate::events::Action;
    let mut consents: FxHashMap<(AccountId, Str), ContextId> = FxHashMap::default();
    for (index, event) in case.acts(&[Action::Consent]) {
        let (id, _) = case.context_of(index);
        if event.app.is_some() && id.is_some() {
            consents.entry((case.contexts.account_of(index), event.app)).or_insert(id);
        }
    }
    for (id, context) in case.contexts.iter().filter(|(_, context)| context.app.is_some()) {
        if let Some(consent) = consents.get(&(context.account, context.app))
            && !case.familiarity(*consent).address
        {
            ties.join(*consent, id);
        }
    }
}

/// Findings without a context join the lane in which something happened within a day before (or an hour
/// after); where there is none they stay a lane of their own.
fn settle_floating(case: &Case<'_>, findings: &[Finding], lanes: &mut Vec<Lane>) {
    let Some(at) = lanes.iter().position(|lane| lane.contexts.is_empty()) else { return };
    let floating = lanes.remove(at);
    let mut left = Vec::new();
    for number in floating.findings {
        let Some(finding) = findings.get(number) else { continue };
        let near = |lane: &Lane| {
            let habitual = lane.contexts.iter().all(|id| case.familiarity(*id).address);
            let times = lane.findings.iter().filter_map(|other| findings.get(*other));
            let gap = times
                .map(|other| finding.time.since(other.time))
                .filter(|gap| (-3600..=FLOATING_SECONDS).contains(gap))
                .map(i64::abs)
                .min();
            gap.filter(|_| !habitual && finding.time.is_known())
        };
        let home = lanes.iter_mut().filter_map(|lane| near(lane).map(|gap| (gap, lane))).min_by_key(|(gap, _)| *gap);
        match home {
            Some((_, lane)) => lane.findings.push(number),
            None => left.push(number),
        }
    }
    if !left.is_empty() {
        lanes.push(Lane { findings: left, ..floating });
    }
}

fn consented_apps(case: &Case<'_>, findings: &[Finding], lane: &Lane) -> Vec<Str> {
    use crate::events::Action;
    let events = lane.findings.iter().filter_map(|number| findings.get(*number)).flat_map(|finding| &finding.events);
    let consents = events.filter_map(|index| case.event(*index)).filter(|event| event.action == Action::Consent);
    let mut apps: Vec<Str> = consents.filter_map(|event| event.app.some()).collect();
    apps.sort_unstable();
    apps.dedup();
    apps
}

/// The best finding of each detection counts; the others of it are listed with it.
fn score_lane(case: &Case<'_>, findings: &[Finding], lane: &Lane, signs: &OwnerSigns) -> (Score, Score) {
    let mut evidence: BTreeMap<usize, Evidence> = BTreeMap::new();
    for number in &lane.findings {
        let Some(finding) = findings.get(*number) else { continue };
        let Some(detection) = finding.detection() else { continue };
        let entry = evidence.entry(finding.detection).or_insert_with(|| Evidence {
            family: detection.family(),
            detection: detection.id(),
            db: f64::MIN,
            why: String::new(),
            context: finding.context,
            time: finding.time,
            excusable: finding.excusable,
            findings: Vec::new(),
        });
        entry.findings.push(*number);
        if finding.db > entry.db {
            (entry.db, entry.context, entry.time) = (finding.db, finding.context, finding.time);
            entry.why.clone_from(&finding.summary);
        }
    }
    let evidence: Vec<Evidence> = evidence.into_values().collect();
    // Where no evidence counts there is nothing to excuse.
    let mut contexts: Vec<ContextId> = evidence.iter().map(|one| one.context).collect();
    contexts.sort_unstable();
    contexts.dedup();
    contexts.retain(|id| lane.contexts.binary_search(id).is_ok());
    let excuses: Vec<Excuse> = contexts.into_iter().flat_map(|id| signs.excuses(case, id)).collect();
    let own: Vec<Evidence> = evidence.iter().filter(|one| one.family != EvidenceFamily::Company).cloned().collect();
    (score(&evidence, &excuses), score(&own, &excuses))
}
