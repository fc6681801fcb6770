//! Scoring: what the findings of one lane are worth together, with every term kept.
//!
//! Score = prior + terms, in decibans: ten times the decimal logarithm of how much more often a finding
//! is seen in accounts that were taken than in untouched ones. Dependent evidence shares a family, in
//! which each further term counts half as much as the one before; those of access do so by the question that
//! they answer.

use crate::detections::{EvidenceFamily, Question};
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
/// Evidence from here on is an intruder's kind of act. Reading, filing, and consents to unknown applications
/// stand below.
pub const TELLING_DB: f64 = 8.0;
/// Most that the chain counts.
const CHAIN_CAP_DB: f64 = 12.0;
/// Seconds within which acts of different families chain.
const CHAIN_SECONDS: i64 = 24 * 3600;

/// The best finding of one detection in a lane.
#[derive(Clone, Debug)]
pub struct Evidence<'f> {
    /// Its family.
    pub family: EvidenceFamily,
    /// Which question of access it answers.
    pub question: Question,
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
    /// Times at which the intruder came in again, of evidence of access: his acts follow on the nearest.
    pub again: Vec<Time>,
    /// It is the verdict by itself, whatever else is known.
    pub decides: bool,
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
    /// A finding of it is the verdict by itself.
    pub decided: bool,
}

impl Score {
    /// The probability that the score stands for.
    pub fn probability(&self) -> f64 {
        1.0 / (1.0 + 10f64.powf(-self.db / 10.0))
    }

    /// True if the score says compromised: the band is reached, and two families speak or a finding decides.
    pub fn is_compromised(&self) -> bool {
        self.db >= COMPROMISED_DB && (self.families >= 2 || self.decided)
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

    /// What makes acts that follow on it odd. That somebody is elsewhere does not: he reads his mail there,
    /// as he does anywhere. It does as far as something else in the access says the same.
    fn strength(&self) -> f64 {
        if self.family != EvidenceFamily::Access {
            return self.sum();
        }
        let place: f64 = self.parts.iter().filter(|(one, _)| one.question == Question::Where).map(|(_, db)| db).sum();
        let rest = self.sum() - place;
        rest + place.min(rest)
    }
}

/// Shares of the families: sorted by size, the first whole, each next of the same question half of the one
/// before, capped.
fn shares<'a>(evidence: &'a [Evidence<'a>]) -> Vec<Share<'a>> {
    let mut shares = Vec::new();
    for family in EvidenceFamily::ALL {
        let mut parts: Vec<&Evidence<'_>> = evidence.iter().filter(|one| one.family == family && one.db > 0.0).collect();
        parts.sort_by(|a, b| b.db.total_cmp(&a.db).then_with(|| a.detection.cmp(b.detection)));
        let (mut weights, mut room) = ([1.0; Question::COUNT], FAMILY_CAP_DB);
        let parts: Vec<(&Evidence<'_>, f64)> = parts
            .into_iter()
            .map(|one| {
                let weight = weights.get_mut(one.question as usize).map_or(1.0, |weight| std::mem::replace(weight, *weight / 2.0));
                let db = if one.decides { one.db } else { round((one.db * weight).min(room)) };
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
    sum.score.decided = evidence.iter().any(|one| one.decides);
    if sum.score.families < 2 && !sum.score.decided && sum.score.db > ONE_FAMILY_CAP_DB {
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

/// One act as the chain sees it.
struct Step {
    time: Time,
    family: EvidenceFamily,
    /// What makes acts that follow on it odd.
    strength: f64,
    /// It is an intruder's kind of act, which owners do at home if at all.
    tells: bool,
}

/// Every act of the families that count for something, in order, and what the access is worth.
fn steps(shares: &[Share<'_>], excused: &[(EvidenceFamily, f64)]) -> (Vec<Step>, f64) {
    let mut steps = Vec::new();
    let mut access = 0.0;
    for share in shares.iter().filter(|share| share.family != EvidenceFamily::Company) {
        let worth = share.sum() - excused.iter().filter(|(family, _)| *family == share.family).map(|(_, db)| db).sum::<f64>();
        if worth <= 0.05 {
            continue;
        }
        if share.family == EvidenceFamily::Access {
            access = worth;
        }
        let (family, strength) = (share.family, worth.min(share.strength()));
        for (one, _) in &share.parts {
            let times = std::iter::once(one.time).chain(one.again.iter().copied()).filter(|time| time.is_known());
            steps.extend(times.map(|time| Step { time, family, strength, tells: one.db >= TELLING_DB }));
        }
    }
    steps.sort_by_key(|step| (step.time, step.family));
    (steps, access)
}

/// Links between acts of different families within 24 hours, in their order in time.
fn chain(total: &mut Sum, shares: &[Share<'_>], excused: &[(EvidenceFamily, f64)]) {
    let (steps, access) = steps(shares, excused);
    // It goes on to what was not there before; to come in again is no further step.
    let begun = [Some(EvidenceFamily::Access), steps.first().map(|step| step.family)];
    let mut linked: Vec<EvidenceFamily> = Vec::new();
    let mut entered = Time::NONE;
    let mut sum = 0.0;
    for pair in steps.windows(2) {
        let [from, to] = pair else { continue };
        if from.family == EvidenceFamily::Access {
            entered = from.time;
        }
        let next = to.family;
        if from.family == next || linked.contains(&next) || begun.contains(&Some(next)) || to.time.since(from.time) > CHAIN_SECONDS {
            continue;
        }
        linked.push(next);
        let from_afar = to.tells && access >= STRONG_FAMILY_DB && entered.is_known() && to.time.since(entered) <= CHAIN_SECONDS;
        let strong = from_afar || from.strength.max(to.strength) >= STRONG_FAMILY_DB;
        sum += if strong { LINK_DB.1 } else { LINK_DB.0 };
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
