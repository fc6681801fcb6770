//! Incidents: accounts that edges or a common actor join, with patient zero.

use super::{Fallen, Path, same_actor};
use crate::detections::Case;
use crate::events::{AccountId, Time};
use rustc_hash::{FxHashMap, FxHashSet};
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

/// Links that one account has at most to accounts that fell earlier: those with most evidence.
const LINKS: usize = 5;

/// What incidents are made of.
pub(super) struct Parts<'p> {
    /// The compromised accounts, in the order in which they fell.
    pub(super) fallen: &'p [Fallen<'p>],
    /// The place of each of them.
    pub(super) place: &'p FxHashMap<AccountId, usize>,
    pub(super) edges: Vec<Edge>,
    pub(super) open: Vec<super::Open>,
    pub(super) joined: Vec<super::Joined>,
    /// Largest share that any parent of an account has.
    pub(super) rivals: BTreeMap<AccountId, f64>,
}

/// Union-find over the fallen: the root of a group is the account that fell first.
struct Groups(Vec<usize>);

impl Groups {
    fn root(&mut self, at: usize) -> usize {
        let mut root = at;
        while let Some(up) = self.0.get(root).copied().filter(|up| *up != root) {
            // Each walk halves the way of the next one.
            let above = self.0.get(up).copied().unwrap_or(up);
            if let Some(parent) = self.0.get_mut(root) {
                *parent = above;
            }
            root = above;
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.0.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}

/// Joins the fallen into incidents.
pub(super) fn build(case: &Case<'_>, parts: &Parts<'_>) -> Vec<Incident> {
    let mut groups = Groups((0..parts.fallen.len()).collect());
    let place = |account: AccountId| parts.place.get(&account).copied().unwrap_or(usize::MAX);
    let pair = |from: AccountId, to: AccountId| (place(from).min(place(to)), place(from).max(place(to)));
    let edge_pairs: FxHashSet<(usize, usize)> = parts.edges.iter().map(|edge| pair(edge.from, edge.to)).collect();
    let by_path = parts.edges.iter().map(|edge| pair(edge.from, edge.to)).chain(parts.open.iter().map(|one| pair(one.from, one.to)));
    let by_actor = parts.joined.iter().map(|one| (one.earlier, one.later));
    by_path.chain(by_actor).for_each(|(a, b)| groups.join(a, b));

    let mut members: BTreeMap<usize, Members<'_>> = BTreeMap::new();
    for (at, one) in parts.fallen.iter().enumerate() {
        members.entry(groups.root(at)).or_default().accounts.push(one);
    }
    for edge in &parts.edges {
        members.entry(groups.root(place(edge.to))).or_default().edges.push(edge.clone());
    }
    for link in links(case, parts, &edge_pairs) {
        members.entry(groups.root(place(link.accounts[0]))).or_default().links.push(link);
    }
    members.into_values().map(|members| members.incident(&parts.rivals)).collect()
}

/// Links of accounts that have one actor but no edge between them.
fn links(case: &Case<'_>, parts: &Parts<'_>, edges: &FxHashSet<(usize, usize)>) -> Vec<Link> {
    let open = parts.open.iter().map(|one| {
        let why = format!("{}; which of several accounts it came from is open", one.why);
        Link { accounts: [one.from, one.to], why, confidence: one.share }
    });
    let mut strongest: Vec<&super::Joined> = Vec::new();
    for of_one in parts.joined.chunk_by(|a, b| a.later == b.later) {
        let mut partners: Vec<&super::Joined> = of_one.iter().filter(|one| !edges.contains(&(one.earlier, one.later))).collect();
        partners.sort_by(|a, b| b.db.total_cmp(&a.db).then(a.earlier.cmp(&b.earlier)));
        strongest.extend(partners.into_iter().take(LINKS));
    }
    strongest.sort_by_key(|one| (one.earlier, one.later));
    let same = strongest.into_iter().filter_map(|one| {
        let (earlier, later) = (parts.fallen.get(one.earlier)?, parts.fallen.get(one.later)?);
        let confidence = 1.0 - 1.0 / (1.0 + 10f64.powf((one.db - 10.0) / 10.0));
        let why = same_actor(case, earlier, later).why.join(", ");
        Some(Link { accounts: [earlier.account, later.account], why, confidence })
    });
    open.chain(same).collect()
}

/// What belongs to one incident.
#[derive(Default)]
struct Members<'p> {
    accounts: Vec<&'p Fallen<'p>>,
    edges: Vec<Edge>,
    links: Vec<Link>,
}

impl Members<'_> {
    fn incident(self, rivals: &BTreeMap<AccountId, f64>) -> Incident {
        let children: FxHashSet<AccountId> = self.edges.iter().map(|edge| edge.to).collect();
        let (root, order) = self.first(&children).unzip();
        let account = root.map(|one| one.account).unwrap_or_default();
        let patient_zero = PatientZero {
            account,
            confidence: (1.0 - rivals.get(&account).copied().unwrap_or(0.0)).min(order.unwrap_or(1.0)),
            vector: root.map_or("unknown", |one| vector(one)),
        };
        let first = self.accounts.iter().map(|one| one.at).min().unwrap_or(Time::NONE);
        let last = self.accounts.iter().filter_map(|one| one.judgement.last_at).max().unwrap_or(first);
        let accounts = self.accounts.iter().map(|one| one.account).collect();
        Incident { accounts, patient_zero, edges: self.edges, links: self.links, span: (first, last) }
    }
}

/// Seconds by which the first of several accounts of one intruder, none of which led to the other, must be
/// ahead for the order of their first acts to tell which was his first.
const LEAD_SECONDS: i64 = 3600;
/// How sure the order is with less: he had both, and which he had first is a guess.
const SHORT_LEAD: f64 = 0.6;
/// Accounts with earlier odd acts that are weighed as the first besides the one that fell first.
const WEIGHED: usize = 8;

impl<'p> Members<'p> {
    /// The account that most likely fell first of those that no edge leads to, and how likely that is, 0 to 1:
    /// odd acts of which it is open whose they are may put any of them earlier.
    fn first(&self, children: &FxHashSet<AccountId>) -> Option<(&'p Fallen<'p>, f64)> {
        let roots: Vec<&'p Fallen<'p>> = self.accounts.iter().copied().filter(|one| !children.contains(&one.account)).collect();
        let first = roots.first().or(self.accounts.first()).copied()?;
        let mut doubtful: Vec<&'p Fallen<'p>> = roots.iter().skip(1).copied().filter(|one| one.judgement.earlier.is_some()).collect();
        doubtful.sort_by_key(|one| one.judgement.earlier.map(|earlier| earlier.at));
        let order = |one: &'p Fallen<'p>| {
            let others = roots.iter().filter(|other| other.account != one.account);
            others.map(|other| before(one, other)).fold(1.0, f64::min)
        };
        let weighed = doubtful.into_iter().take(WEIGHED).map(|one| (one, order(one)));
        // Where two are as likely, the one whose first sure act came first.
        Some(weighed.fold((first, order(first)), |best, one| if one.1 > best.1 { one } else { best }))
    }
}

/// How likely one account fell before the other, by the times at which either may have fallen.
fn before(one: &Fallen<'_>, other: &Fallen<'_>) -> f64 {
    let times = |of: &Fallen<'_>| match of.judgement.earlier {
        Some(earlier) => [(of.at, 1.0 - earlier.probability), (earlier.at, earlier.probability)],
        None => [(of.at, 1.0), (of.at, 0.0)],
    };
    let in_order = |lead: i64| match lead {
        lead if lead > LEAD_SECONDS => 1.0,
        lead if lead >= 0 => SHORT_LEAD,
        lead if lead >= -LEAD_SECONDS => 1.0 - SHORT_LEAD,
        _ => 0.0,
    };
    let theirs = times(other);
    let pairs = times(one).into_iter().flat_map(|(at, share)| theirs.map(|(then, rest)| in_order(then.since(at)) * share * rest));
    pairs.sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::{Earlier, Judgement, Verdict};
    use crate::detections::testkit::at;

    fn judged(earlier: Option<(Time, f64)>) -> Judgement {
        Judgement {
            verdict: Verdict::Compromised,
            score: crate::scoring::Score::default(),
            contexts: BTreeMap::new(),
            apps: Vec::new(),
            findings: Vec::new(),
            compromised_at: None,
            earlier: earlier.map(|(at, probability)| Earlier { at, finding: 0, telling: None, probability }),
            last_at: None,
        }
    }

    fn fallen(number: u32, after: i64, judgement: &Judgement) -> Fallen<'_> {
        let at = at(20, "12:00").plus_secs(after);
        Fallen { account: AccountId(number), at, judgement, traits: crate::cascade::Traits::default() }
    }

    fn order(first: &Judgement, second: &Judgement, apart: i64) -> f64 {
        let (one, other) = (fallen(1, 0, first), fallen(2, apart, second));
        Members { accounts: vec![&one, &other], ..Members::default() }.incident(&BTreeMap::new()).patient_zero.confidence
    }

    #[test]
    fn seconds_do_not_tell_which_of_two_accounts_was_first() {
        let none = judged(None);
        assert!((order(&none, &none, 38) - 0.6).abs() < 1e-9);
        assert!((order(&none, &none, 3600) - 0.6).abs() < 1e-9);
        assert!((order(&none, &none, 3601) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn odd_acts_that_may_be_the_intruders_put_the_order_in_doubt() {
        let (none, doubtful) = (judged(None), judged(Some((at(5, "12:00"), 0.3))));
        assert!((order(&none, &doubtful, 86_400) - 0.7).abs() < 1e-9, "the other may have fallen days before");
        assert!((order(&doubtful, &none, 86_400) - 1.0).abs() < 1e-9, "the first only falls earlier");
        let likely = judged(Some((at(5, "12:00"), 0.8)));
        let (one, other) = (fallen(1, 0, &none), fallen(2, 38, &likely));
        let zero = Members { accounts: vec![&one, &other], ..Members::default() }.incident(&BTreeMap::new()).patient_zero;
        assert_eq!(zero.account, AccountId(2), "whoever more likely was first is named");
        assert!((zero.confidence - (0.8 + 0.2 * 0.4)).abs() < 1e-9, "{}", zero.confidence);
    }
}
