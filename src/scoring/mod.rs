//! Scoring: what the findings of one lane are worth together, with every term kept.
//!
//! Score = prior + terms, in decibans: ten times the decimal logarithm of how much more often a finding
//! is seen in accounts that were taken than in untouched ones. Dependent evidence shares a family, in
//! which each further term counts half as much as the one before.

use crate::detections::EvidenceFamily;
use crate::events::Time;
use crate::habits::ContextId;

/// Prior: one account in a hundred of an export that somebody asked for.
pub const PRIOR_DB: f64 = -20.0;
/// From here on an account is compromised (0.99).
pub const COMPROMISED_DB: f64 = 20.0;
/// From here on it is suspicious (even odds).
pub const SUSPICIOUS_DB: f64 = 0.0;
/// Most that one family counts.
const FAMILY_CAP_DB: f64 = 30.0;
/// Most that one family alone can reach.
const ONE_FAMILY_CAP_DB: f64 = 10.0;
/// A link of the chain, and one of which a side is strong.
const LINK_DB: (f64, f64) = (3.0, 6.0);
/// A family from here on makes its links strong.
const STRONG_FAMILY_DB: f64 = 15.0;
/// Most that the chain counts.
const CHAIN_CAP_DB: f64 = 12.0;
/// Seconds within which acts of different families chain.
const CHAIN_SECONDS: i64 = 24 * 3600;

/// The best finding of one detection in a lane.
#[derive(Clone, Debug)]
pub struct Evidence<'f> {
    /// Its family.
    pub family: EvidenceFamily,
    /// Id of the detection.
    pub detection: &'static str,
    /// Worth, before dependence.
    pub db: f64,
    /// Why, in words.
    pub why: &'f str,
    /// In which context.
    pub context: ContextId,
    /// Time of its first event.
    pub time: Time,
    /// Whether the owner's familiar ways lower it.
    pub excusable: bool,
    /// Indexes of the findings that say so.
    pub findings: Vec<usize>,
}

/// What speaks for the owner in one context, in negative decibans.
#[derive(Clone, Debug)]
pub struct Excuse {
    /// In which context.
    pub context: ContextId,
    /// Worth, below 0.
    pub db: f64,
    /// Why, in words.
    pub why: &'static str,
}

/// One addend of a score.
#[derive(Clone, Debug)]
pub struct Term {
    /// Family, or `prior`, `chain`, `owner`, `other-lanes`, `limit`.
    pub family: &'static str,
    /// Id of the detection, where there is one.
    pub detection: &'static str,
    /// What it adds, as counted.
    pub db: f64,
    /// Why, in words.
    pub why: String,
    /// Indexes of the findings that it rests on.
    pub findings: Vec<usize>,
}

/// A score with its terms; their sum is the score.
#[derive(Clone, Debug, Default)]
pub struct Score {
    /// Sum of all terms.
    pub db: f64,
    /// Every addend, the prior first; empty where only the sum was asked for.
    pub terms: Vec<Term>,
    /// Families that count for something.
    pub families: usize,
}

impl Score {
    /// The probability that the score stands for.
    pub fn probability(&self) -> f64 {
        1.0 / (1.0 + 10f64.powf(-self.db / 10.0))
    }

    /// True if the score says compromised: the band is reached and two families speak.
    pub fn is_compromised(&self) -> bool {
        self.db >= COMPROMISED_DB && self.families >= 2
    }

    /// Adds a term.
    pub fn add(&mut self, term: Term) {
        self.db = round(self.db + term.db);
        self.terms.push(term);
    }

    /// The sum without the prior: what the lane itself says.
    pub fn evidence_db(&self) -> f64 {
        self.db - PRIOR_DB
    }
}

/// To a hundredth of a deciban, so that sums are exact whatever their order.
fn round(db: f64) -> f64 {
    (db * 100.0).round() / 100.0
}

/// A family's share in the score, term by term.
struct Share<'a> {
    family: EvidenceFamily,
    parts: Vec<(&'a Evidence<'a>, f64)>,
}

impl Share<'_> {
    fn sum(&self) -> f64 {
        self.parts.iter().map(|(_, db)| db).sum()
    }
}

/// Shares of the families: sorted by size, the first whole, each next half of the one before, capped.
fn shares<'a>(evidence: &'a [Evidence<'a>]) -> Vec<Share<'a>> {
    let mut shares = Vec::new();
    for family in EvidenceFamily::ALL {
        let mut parts: Vec<&Evidence<'_>> = evidence.iter().filter(|one| one.family == family && one.db > 0.0).collect();
        parts.sort_by(|a, b| b.db.total_cmp(&a.db).then_with(|| a.detection.cmp(b.detection)));
        let (mut weight, mut room) = (1.0, FAMILY_CAP_DB);
        let parts: Vec<(&Evidence<'_>, f64)> = parts
            .into_iter()
            .map(|one| {
                let db = round((one.db * weight).min(room));
                weight /= 2.0;
                room -= db;
                (one, db)
            })
            .filter(|(_, db)| *db > 0.0)
            .collect();
        if !parts.is_empty() {
            shares.push(Share { family, parts });
        }
    }
    shares
}

/// A score under way.
struct Sum {
    score: Score,
    with_terms: bool,
}

impl Sum {
    /// Adds a term, whose words are made only where they are wanted.
    fn add(&mut self, family: &'static str, db: f64, words: impl FnOnce() -> String) {
        self.add_evidence(db, || Term { family, detection: "", db, why: words(), findings: Vec::new() });
    }

    fn add_evidence(&mut self, db: f64, term: impl FnOnce() -> Term) {
        if self.with_terms {
            self.score.add(term());
        } else {
            self.score.db = round(self.score.db + db);
        }
    }
}

/// The score of one lane.
pub fn score(evidence: &[Evidence<'_>], excuses: &[Excuse]) -> Score {
    sum(evidence, excuses, true)
}

/// The score of one lane without its terms: the same sum, much cheaper.
pub fn bare_score(evidence: &[Evidence<'_>], excuses: &[Excuse]) -> Score {
    sum(evidence, excuses, false)
}

fn sum(evidence: &[Evidence<'_>], excuses: &[Excuse], with_terms: bool) -> Score {
    let mut sum = Sum { score: Score::default(), with_terms };
    sum.add("prior", PRIOR_DB, || "1 in 100 accounts of an export".to_owned());
    let shares = shares(evidence);
    for share in &shares {
        for (one, db) in &share.parts {
            sum.add_evidence(*db, || Term {
                family: share.family.name(),
                detection: one.detection,
                db: *db,
                why: one.why.to_owned(),
                findings: one.findings.clone(),
            });
        }
    }
    let excused = excuse(&mut sum, &shares, excuses);
    sum.score.families = shares
        .iter()
        .filter(|share| share.sum() - excused.iter().filter(|(family, _)| *family == share.family).map(|(_, db)| db).sum::<f64>() > 0.05)
        .count();
    chain(&mut sum, &shares, &excused);
    if sum.score.families < 2 && sum.score.db > ONE_FAMILY_CAP_DB {
        let db = round(ONE_FAMILY_CAP_DB - sum.score.db);
        sum.add("limit", db, || "one kind of evidence alone is not enough".to_owned());
    }
    sum.score
}

/// Takes the owner's excuses from the terms of their contexts; the strongest counts whole, the second
/// half, and no context falls below zero. Returns what each family lost.
fn excuse(sum: &mut Sum, shares: &[Share<'_>], excuses: &[Excuse]) -> Vec<(EvidenceFamily, f64)> {
    let mut lost = Vec::new();
    let mut contexts: Vec<ContextId> = excuses.iter().map(|excuse| excuse.context).collect();
    contexts.sort_unstable();
    contexts.dedup();
    for context in contexts {
        let mut own: Vec<&Excuse> = excuses.iter().filter(|excuse| excuse.context == context).collect();
        own.sort_by(|a, b| a.db.total_cmp(&b.db).then_with(|| a.why.cmp(b.why)));
        let mut left: f64 =
            shares.iter().flat_map(|share| &share.parts).filter(|(one, _)| one.context == context && one.excusable).map(|(_, db)| db).sum();
        let total = left;
        for (excuse, weight) in own.into_iter().zip([1.0, 0.5]) {
            let db = round((-excuse.db * weight).min(left));
            if db > 0.0 {
                left -= db;
                sum.add("owner", -db, || excuse.why.to_owned());
            }
        }
        if total > 0.0 {
            let part = (total - left) / total;
            for share in shares {
                let own: f64 = share.parts.iter().filter(|(one, _)| one.context == context && one.excusable).map(|(_, db)| db).sum();
                lost.push((share.family, own * part));
            }
        }
    }
    lost
}

/// Links between acts of different families within 24 hours, in their order in time.
fn chain(total: &mut Sum, shares: &[Share<'_>], excused: &[(EvidenceFamily, f64)]) {
    let worth =
        |share: &Share<'_>| share.sum() - excused.iter().filter(|(family, _)| *family == share.family).map(|(_, db)| db).sum::<f64>();
    let mut acts: Vec<(Time, EvidenceFamily, f64)> = shares
        .iter()
        .filter(|share| share.family != EvidenceFamily::Company && worth(share) > 0.05)
        .flat_map(|share| share.parts.iter().map(|(one, _)| (one.time, share.family, worth(share))).collect::<Vec<_>>())
        .filter(|(time, ..)| time.is_known())
        .collect();
    acts.sort_by_key(|(time, family, _)| (*time, *family));
    // It goes on to what was not there before; to come in again is no further step.
    let begun = [Some(EvidenceFamily::Access), acts.first().map(|(_, family, _)| *family)];
    let mut linked: Vec<EvidenceFamily> = Vec::new();
    let mut sum = 0.0;
    for pair in acts.windows(2) {
        let [(from, family, db), (to, next, next_db)] = pair else { continue };
        if family == next || linked.contains(next) || begun.contains(&Some(*next)) || to.since(*from) > CHAIN_SECONDS {
            continue;
        }
        linked.push(*next);
        sum += if *db >= STRONG_FAMILY_DB || *next_db >= STRONG_FAMILY_DB { LINK_DB.1 } else { LINK_DB.0 };
    }
    let db = sum.min(CHAIN_CAP_DB);
    if db > 0.0 {
        total.add("chain", db, || {
            let names: Vec<&str> = linked.iter().map(|family| family.name()).collect();
            format!("acts of different kinds followed each other within a day ({})", names.join(", "))
        });
    }
}

#[cfg(test)]
mod tests;
