//! Lanes: contexts of one account that something rare ties together, with the findings in them.
//!
//! Scores are summed over a lane, not over an account: a month of unrelated honest oddities must not add
//! up to an accusation. Habitual contexts are never tied to others.

use super::excuses::OwnerSigns;
use super::standing::Standing;
use crate::detections::{Case, Detection, EvidenceFamily, Finding};
use crate::events::{AccountId, Action, Str, Time};
use crate::habits::{Changes, Client, Context, ContextId};
use crate::scoring::{Evidence, Excuse, Score, bare_score, score};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds after an act of a lane within which a finding without a context is taken as its.
const FLOATING_SECONDS: i64 = 24 * 3600;

/// Seconds between two contexts in which nothing is the owner's, within which they are one party's: that two
/// strangers come in on one day is far less likely than that one moved.
const ALIEN_SECONDS: i64 = 24 * 3600;

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
    /// What it is worth; no terms (they are made at the end).
    pub score: Score,
    /// What it is worth without evidence from other accounts; no terms.
    pub own_score: Score,
}

/// Lanes of every account that has any, best first.
pub type Lanes = BTreeMap<AccountId, Vec<Lane>>;

/// Union-find over the contexts of one account, by their place among them.
#[derive(Default)]
struct Ties {
    parent: Vec<usize>,
}

impl Ties {
    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while let Some(up) = self.parent.get(root).copied().filter(|up| *up != root) {
            // Each walk halves the way of the next one.
            let above = self.parent.get(up).copied().unwrap_or(up);
            if let Some(parent) = self.parent.get_mut(root) {
                *parent = above;
            }
            root = above;
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parent.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}

/// What ties two contexts of one account.
#[derive(PartialEq, Eq, Hash)]
enum Shared {
    Session(Str),
    Network(u32),
    System(u32, Client),
    Device(Str),
}

/// Builds and scores the lanes of all accounts from the findings; those that still stand are taken over.
pub(super) fn build(case: &Case<'_>, findings: &[Finding], signs: &OwnerSigns, changes: &Changes, mut standing: Standing) -> Lanes {
    let mut by_account: BTreeMap<AccountId, Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        by_account.entry(finding.account).or_default().push(number);
    }
    let consents = Consents::of(case);
    let mut lanes = Lanes::new();
    let mut seen = FxHashMap::default();
    for (account, numbers) in by_account {
        if let Some(list) = standing.take(account, &numbers, findings, changes) {
            lanes.insert(account, list);
            continue;
        }
        let mut list = of_account(case, account, numbers, findings, &consents, &mut seen);
        settle_floating(case, findings, &mut list);
        for lane in &mut list {
            lane.apps = consents.apps_of(findings, lane);
            (lane.score, lane.own_score) = score_lane(case, findings, lane, signs);
        }
        list.sort_by(|a, b| b.score.db.total_cmp(&a.score.db).then_with(|| a.contexts.cmp(&b.contexts)));
        lanes.insert(account, list);
    }
    lanes
}

/// The lanes of one account, not scored yet: those without contexts first, then by their first context.
fn of_account(
    case: &Case<'_>,
    account: AccountId,
    numbers: Vec<usize>,
    findings: &[Finding],
    consents: &Consents,
    seen: &mut FxHashMap<Shared, usize>,
) -> Vec<Lane> {
    let ids = case.contexts.of_account(account);
    let mut ties = Ties { parent: (0..ids.len()).collect() };
    tie_contexts(case, ids, &mut ties, seen);
    consents.tie_app_servers(case, ids, &mut ties);
    let mut lane_at: BTreeMap<Option<usize>, (Vec<ContextId>, Vec<usize>)> = BTreeMap::new();
    for number in numbers {
        let context = findings.get(number).map(|finding| finding.context).unwrap_or_default();
        let root = ids.binary_search(&context).ok().map(|at| ties.root(at));
        lane_at.entry(root).or_default().1.push(number);
    }
    for (at, id) in ids.iter().enumerate() {
        if let Some((contexts, _)) = lane_at.get_mut(&Some(ties.root(at))) {
            contexts.push(*id);
        }
    }
    let lane =
        |(contexts, findings)| Lane { account, contexts, findings, apps: Vec::new(), score: Score::default(), own_score: Score::default() };
    lane_at.into_values().map(lane).collect()
}

/// Ties contexts of one account by what they share and others do not: session, network, autonomous
/// system with client, device. `seen` is a map to be used again.
fn tie_contexts(case: &Case<'_>, ids: &[ContextId], ties: &mut Ties, seen: &mut FxHashMap<Shared, usize>) {
    seen.clear();
    for (at, id) in ids.iter().enumerate() {
        let Some(context) = case.contexts.get(*id) else { continue };
        let familiar = case.familiarity(*id);
        if familiar.address || familiar.network || context.app.is_some() {
            continue;
        }
        let facts = case.facts(context.ip);
        let mut tie = |one: Shared| {
            let other = *seen.entry(one).or_insert(at);
            ties.join(other, at);
        };
        // The owner's line may have another address every day: what is like him in all but the address is not
        // the intruder's for the sake of a session that was stolen from him.
        if !(familiar.asn && familiar.client) {
            context.sessions.iter().for_each(|session| tie(Shared::Session(*session)));
        }
        tie(Shared::Network(context.network));
        if !familiar.asn
            && let Some(asn) = facts.asn()
        {
            context.clients.iter().filter(|client| !client.is_unknown()).for_each(|client| tie(Shared::System(asn, *client)));
        }
        if !familiar.device {
            context.devices.iter().for_each(|device| tie(Shared::Device(*device)));
        }
    }
    tie_aliens(case, ids, ties);
}

/// True where nothing is the owner's or a colleague's: neither network nor program nor device, and in a
/// country new to the tenant or on a rented machine.
pub(super) fn is_alien(case: &Case<'_>, id: ContextId, context: &Context) -> bool {
    let familiar = case.familiarity(id);
    let known = familiar.address || familiar.network || familiar.asn || familiar.device || familiar.client || familiar.thin;
    !known && context.app.is_none() && context.succeeded() && (case.is_anonymising(context.ip) || !familiar.tenant_country)
}

/// Ties contexts in which nothing is the owner's, where one follows the other within a day.
fn tie_aliens(case: &Case<'_>, ids: &[ContextId], ties: &mut Ties) {
    let contexts = ids.iter().enumerate().filter_map(|(at, id)| case.contexts.get(*id).map(|context| (at, *id, context)));
    let mut aliens: Vec<(Time, Time, usize)> = contexts
        .filter(|(_, id, context)| context.first.is_known() && is_alien(case, *id, context))
        .map(|(at, _, context)| (context.first, context.last, at))
        .collect();
    aliens.sort_unstable();
    let mut before: Option<(Time, usize)> = None;
    for (first, last, at) in aliens {
        if let Some((_, other)) = before.filter(|(until, _)| first.since(*until) <= ALIEN_SECONDS) {
            ties.join(other, at);
        }
        before = Some((before.map_or(last, |(until, _)| until.max(last)), at));
    }
}

/// Consents to applications.
#[derive(Default)]
struct Consents {
    /// The first context in which each account consented to each application.
    first: FxHashMap<(AccountId, Str), ContextId>,
    /// The application of each consent.
    apps: FxHashMap<u32, Str>,
}

impl Consents {
    fn of(case: &Case<'_>) -> Consents {
        let mut consents = Consents::default();
        for (index, event) in case.acts(&[Action::Consent]).filter(|(_, event)| event.app.is_some()) {
            let (id, _) = case.context_of(index);
            consents.apps.insert(index, event.app);
            if id.is_some() {
                consents.first.entry((case.contexts.account_of(index), event.app)).or_insert(id);
            }
        }
        consents
    }

    /// Applications that were consented to in a lane, sorted.
    fn apps_of(&self, findings: &[Finding], lane: &Lane) -> Vec<Str> {
        if self.apps.is_empty() {
            return Vec::new();
        }
        let events = lane.findings.iter().filter_map(|number| findings.get(*number)).flat_map(|finding| &finding.events);
        let mut apps: Vec<Str> = events.filter_map(|index| self.apps.get(index).copied()).collect();
        apps.sort_unstable();
        apps.dedup();
        apps
    }

    /// An application's servers go with the context of the consent to it.
    fn tie_app_servers(&self, case: &Case<'_>, ids: &[ContextId], ties: &mut Ties) {
        for (at, id) in ids.iter().enumerate() {
            let Some(context) = case.contexts.get(*id).filter(|context| context.app.is_some()) else { continue };
            let consent = self.first.get(&(context.account, context.app)).filter(|consent| !case.familiarity(**consent).address);
            if let Some(with) = consent.and_then(|consent| ids.binary_search(consent).ok()) {
                ties.join(with, at);
            }
        }
    }
}

/// Findings without a context join the lane in which something happened within a day before (or an hour
/// after); where there is none they stay a lane of their own.
fn settle_floating(case: &Case<'_>, findings: &[Finding], lanes: &mut Vec<Lane>) {
    let Some(at) = lanes.iter().position(|lane| lane.contexts.is_empty()) else { return };
    let floating = lanes.remove(at);
    let mut left = Vec::new();
    let mut homes: Vec<Home> = lanes.iter().map(|lane| Home::of(case, findings, lane)).collect();
    for number in floating.findings {
        let Some(finding) = findings.get(number) else { continue };
        let near = homes.iter().enumerate().filter_map(|(at, home)| home.gap(finding.time).map(|gap| (gap, at)));
        let nearest = near.min_by_key(|(gap, _)| *gap).and_then(|(_, at)| Some((lanes.get_mut(at)?, homes.get_mut(at)?)));
        match nearest {
            Some((lane, home)) => {
                lane.findings.push(number);
                home.times.insert(finding.time);
            }
            None => left.push(number),
        }
    }
    if !left.is_empty() {
        lanes.push(Lane { findings: left, ..floating });
    }
}

/// A lane as findings without a context see it.
struct Home {
    habitual: bool,
    /// Times of its findings.
    times: BTreeSet<Time>,
}

impl Home {
    fn of(case: &Case<'_>, findings: &[Finding], lane: &Lane) -> Home {
        Home {
            habitual: lane.contexts.iter().all(|id| case.familiarity(*id).address),
            times: lane.findings.iter().filter_map(|number| findings.get(*number)).map(|finding| finding.time).collect(),
        }
    }

    /// Seconds from the nearest of its findings, if the lane is near enough to take one of this time.
    fn gap(&self, time: Time) -> Option<i64> {
        if self.habitual || !time.is_known() {
            return None;
        }
        let before = self.times.range(..=time).next_back();
        let after = self.times.range(time..).next();
        let gaps = before.into_iter().chain(after).map(|other| time.since(*other));
        gaps.filter(|gap| (-3600..=FLOATING_SECONDS).contains(gap)).map(i64::abs).min()
    }
}

/// What a lane is worth, with and without evidence from other accounts.
fn score_lane(case: &Case<'_>, findings: &[Finding], lane: &Lane, signs: &OwnerSigns) -> (Score, Score) {
    let mut evidence = best_of_each(case, findings, lane);
    let excuses = excuses(case, &evidence, lane, signs);
    let whole = bare_score(&evidence, &excuses);
    let all = evidence.len();
    evidence.retain(|one| one.family != EvidenceFamily::Company);
    let own = if evidence.len() == all { whole.clone() } else { bare_score(&evidence, &excuses) };
    (whole, own)
}

/// The score of a lane with its terms.
pub(super) fn whole_score(case: &Case<'_>, findings: &[Finding], lane: &Lane, signs: &OwnerSigns) -> Score {
    let mut evidence = best_of_each(case, findings, lane);
    for number in &lane.findings {
        let id = findings.get(*number).and_then(Finding::detection).map(Detection::id);
        if let Some(one) = evidence.iter_mut().find(|one| Some(one.detection) == id) {
            one.findings.push(*number);
        }
    }
    score(&evidence, &excuses(case, &evidence, lane, signs))
}

/// The best finding of each detection counts. They come out in the order of the catalogue, without the
/// numbers of their findings.
fn best_of_each<'f>(case: &Case<'_>, findings: &'f [Finding], lane: &Lane) -> Vec<Evidence<'f>> {
    let mut best: Vec<&Finding> = Vec::new();
    for finding in lane.findings.iter().filter_map(|number| findings.get(*number)) {
        match best.iter_mut().rfind(|one| one.detection == finding.detection) {
            Some(one) if finding.db > one.db => *one = finding,
            Some(_) => {}
            None => best.push(finding),
        }
    }
    best.sort_by_key(|finding| finding.detection);
    let is_access = |finding: &Finding| finding.detection().is_some_and(|detection| detection.family() == EvidenceFamily::Access);
    let mut entries = if best.iter().all(|finding| is_access(finding)) { Vec::new() } else { entries(case, findings, lane, is_access) };
    let evidence = |finding: &'f Finding| {
        let detection = finding.detection()?;
        Some(Evidence {
            family: detection.family(),
            question: detection.question(finding.db),
            detection: detection.id(),
            db: finding.db,
            why: &finding.summary,
            context: finding.context,
            time: finding.time,
            // All of access is one party's coming in: it does not matter to which of its kinds they belong.
            again: if detection.family() == EvidenceFamily::Access { std::mem::take(&mut entries) } else { Vec::new() },
            decides: detection.decides(finding.db),
            excusable: finding.excusable,
            findings: Vec::new(),
        })
    };
    best.into_iter().filter_map(evidence).collect()
}

/// When the party of a lane came in, once an hour: enough to see what followed within a day.
fn entries(case: &Case<'_>, findings: &[Finding], lane: &Lane, is_access: impl Fn(&Finding) -> bool) -> Vec<Time> {
    let own = lane.findings.iter().filter_map(|number| findings.get(*number)).filter(|finding| is_access(finding));
    let events = own.flat_map(|finding| &finding.events).filter_map(|index| case.event(*index));
    let mut times: Vec<Time> = events.map(|event| event.time).filter(|time| time.is_known()).collect();
    times.sort_unstable();
    times.dedup_by_key(|time| time.secs() / 3600);
    times
}

/// What speaks for the owner in the contexts of the evidence: where none counts there is nothing to excuse.
fn excuses(case: &Case<'_>, evidence: &[Evidence<'_>], lane: &Lane, signs: &OwnerSigns) -> Vec<Excuse> {
    let mut contexts: Vec<ContextId> = evidence.iter().map(|one| one.context).collect();
    contexts.sort_unstable();
    contexts.dedup();
    contexts.retain(|id| lane.contexts.binary_search(id).is_ok());
    contexts.into_iter().flat_map(|id| signs.excuses(case, id)).collect()
}
