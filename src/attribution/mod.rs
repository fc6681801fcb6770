//! Attribution: which accounts were taken, and who did each event.
//!
//! Habits are learned, lanes drawn, and habits learned again without what looks like an intruder's,
//! until nothing changes.

mod actors;
mod excuses;
mod lanes;
mod standing;

pub use actors::{Actor, Actors, Attributed};
pub use lanes::{Lane, Lanes};

use crate::config::Config;
use crate::detections::{self, ActiveDays, Case, Due, EvidenceFamily, Finding, Found, PlaceWords, Prepared, SentMail, SharedSessions};
use crate::enrich::{AddressBook, AgentBook};
use crate::events::{AccountId, Action, Event, Ip, Store, Str, Time};
use crate::habits::{Acts, Changes, Context, ContextId, Contexts, Habits, Lesson, Tie};
use crate::scoring::{SUSPICIOUS_DB, Score, TELLING_DB, Term};
use crate::stages::Stages;
use excuses::OwnerSigns;
use standing::Standing;
use std::collections::{BTreeMap, BTreeSet};

/// Rounds of learning and drawing lanes at most. Source: the method's text.
const ROUNDS: usize = 5;
/// A lane worth this much over the prior is not learned from.
const STRONG_LANE_DB: f64 = 15.0;
/// Most that the other lanes of an account add.
const OTHER_LANES_CAP_DB: f64 = 10.0;
/// Evidence of a lane from which on it is named as what may have come before the intrusion: one odd act alone,
/// such as a consent (6), is not.
const EARLIER_DB: f64 = 10.0;
/// Evidence of a lane below which it adds nothing to another: odd things happen to everybody, and a year
/// of them must not add up to an accusation.
const OTHER_LANE_DB: f64 = 6.0;
/// Score from which on another lane of a compromised account is taken as the same intruder's: an owner who
/// travels and mistypes his password comes to even odds.
const SAME_INTRUDER_DB: f64 = 6.0;
/// Seconds around the intrusion within which further unfamiliar contexts are taken as the intruder's.
const GROWTH_SECONDS: i64 = 7 * 86_400;

/// What does not change while lanes are drawn.
pub struct Ground<'a> {
    /// Events, states, names.
    pub store: &'a Store,
    /// Facts of every address.
    pub book: &'a AddressBook,
    /// Every user agent, classified.
    pub agents: &'a AgentBook,
    /// Thresholds and what the user told us.
    pub config: &'a Config,
    /// Which context each event is of.
    pub contexts: &'a Contexts,
    /// Events by kind of act.
    pub acts: &'a Acts,
    /// Mails sent by each account.
    pub sent: &'a SentMail,
    /// Sessions that are used in more than one context.
    pub sessions: &'a SharedSessions,
    /// Days on which each account is active.
    pub active: &'a ActiveDays,
    /// Places of addresses in words.
    pub words: &'a PlaceWords,
    /// What detections worked out once for these events.
    pub prepared: &'a Prepared,
    /// Recorded country of each address.
    pub recorded: &'a [Option<[u8; 2]>],
}

impl<'a> Ground<'a> {
    /// The case as detections see it, with the habits of a round.
    pub fn case<'b>(&'b self, habits: &'b Habits, confirmed: &'b [bool]) -> Case<'b>
    where
        'a: 'b,
    {
        Case {
            store: self.store,
            book: self.book,
            agents: self.agents,
            config: self.config,
            contexts: self.contexts,
            acts: self.acts,
            sent: self.sent,
            sessions: self.sessions,
            active: self.active,
            words: self.words,
            prepared: self.prepared,
            habits,
            recorded: self.recorded,
            confirmed,
            due: Due::Everything,
        }
    }
}

/// What is said of an account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Taken over.
    Compromised,
    /// At least even odds.
    Suspicious,
    /// Attacked; nothing shows that it succeeded.
    Targeted,
    /// Nothing to say.
    Clear,
}

impl Verdict {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Compromised => "compromised",
            Verdict::Suspicious => "suspicious",
            Verdict::Targeted => "targeted",
            Verdict::Clear => "clear",
        }
    }
}

/// The judgement of one account.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What is said.
    pub verdict: Verdict,
    /// The score of its best lane, with the addend of the others.
    pub score: Score,
    /// Contexts ascribed to the intruder (on a suspicious account: in doubt), with certainty.
    pub contexts: BTreeMap<ContextId, f64>,
    /// Applications that the intruder had consented to.
    pub apps: Vec<Str>,
    /// Findings of the lanes.
    pub findings: Vec<usize>,
    /// First act of the intruder that succeeded.
    pub compromised_at: Option<Time>,
    /// Odd acts before that which no lane ties to it.
    pub earlier: Option<Earlier>,
    /// Last act of the intruder.
    pub last_at: Option<Time>,
}

/// Odd acts of an account before the intrusion, in other lanes: it is open whose they are.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Earlier {
    /// The earliest.
    pub at: Time,
    /// The finding that tells of it.
    pub finding: usize,
    /// The finding of its lane that tells most of what was done, where that is another one.
    pub telling: Option<usize>,
    /// How likely its lane alone makes it that somebody else acted, 0 to 1.
    pub probability: f64,
}

/// Who did what, and who was taken.
pub struct Attribution {
    /// Habits without the intruders' acts.
    pub habits: Habits,
    /// What the detections saw.
    pub findings: Vec<Finding>,
    /// Lanes of every account with findings.
    pub lanes: Lanes,
    /// Judgements of every account with findings.
    pub judgements: BTreeMap<AccountId, Judgement>,
    /// Contexts of intruders on accounts compromised by their own evidence.
    pub confirmed: Vec<bool>,
    /// Actor and certainty of every event.
    pub actors: Actors,
    /// Rounds that it took; above the limit where it did not settle.
    pub rounds: usize,
}

/// Accounts on which an address is a confirmed intruder's.
type Confirmed = BTreeMap<Ip, BTreeSet<AccountId>>;

/// Learns habits on top of those of the round before.
type Learn = fn(Habits, &Lesson<'_>) -> (Habits, Changes);

/// What one round sees.
struct Round {
    habits: Habits,
    found: Found,
    lanes: Lanes,
}

/// Draws lanes until they are stable, then judges every account and event.
pub fn attribute(ground: &Ground<'_>, stages: &Stages) -> Attribution {
    settle(ground, stages, Habits::learn_again, true)
}

/// [`attribute`] without using anything of a round in the next one.
#[cfg(test)]
fn attribute_anew(ground: &Ground<'_>) -> Attribution {
    settle(ground, &Stages::default(), |_, lesson| Habits::learn_anew(lesson), false)
}

/// [`attribute`]; without `keep` each round is worked out anew, with the same result.
fn settle(ground: &Ground<'_>, stages: &Stages, learn: Learn, keep: bool) -> Attribution {
    let size = ground.contexts.len();
    let (mut barred, mut acted, mut confirmed) = (vec![false; size], vec![false; size], vec![false; size]);
    let signs = stages.run("signs of owners", || OwnerSigns::of(ground));
    let (mut rounds, mut learned, mut found) = (0, Habits::default(), Found::default());
    let (mut standing, mut is_settled) = (Standing::default(), false);
    let mut round = loop {
        rounds += 1;
        let round = stages.run(&format!("round {rounds}"), || {
            let lesson = Lesson { contexts: ground.contexts, book: ground.book, recorded: ground.recorded, barred: &barred, acted: &acted };
            let (habits, changes) = stages.run("habits", || learn(learned, &lesson));
            // The same habits and intruders would show the same once more.
            if is_settled && changes.is_empty() {
                return Round { habits, found, lanes: standing.into_lanes() };
            }
            let case = ground.case(&habits, &confirmed);
            let found = stages.run("detections", || detections::run(&case, &changes, found, stages));
            let lanes = stages.run("lanes", || lanes::build(&case, &found.findings, &signs, &changes, standing));
            Round { habits, found, lanes }
        });
        let (next_barred, next_acted, next_confirmed) = outcome(ground, &round, &acted);
        let same_intruders = next_confirmed == confirmed;
        if rounds >= ROUNDS || same_intruders && next_barred == barred && next_acted == acted {
            break round;
        }
        if keep {
            standing = Standing::of(round.lanes, &round.found.findings);
            (learned, found, is_settled) = (round.habits, round.found, same_intruders);
        } else {
            (learned, found, standing) = Default::default();
        }
        (barred, acted, confirmed) = (next_barred, next_acted, next_confirmed);
    };
    stages.run("words", || {
        let case = ground.case(&round.habits, &confirmed);
        round.found.findings.iter_mut().for_each(|finding| finding.say(&case));
    });
    let (mut judgements, actors) = stages.run("judging", || conclude(&ground.case(&round.habits, &confirmed), &round, &signs));
    let mut findings = round.found.findings;
    let lanes = round.lanes.values().flatten().map(|lane| lane.findings.as_slice());
    let composites = stages.run("composites", || detections::combine(&ground.case(&round.habits, &confirmed), &findings, lanes));
    for (composite, number) in composites.iter().zip(findings.len()..) {
        if let Some(judgement) = judgements.get_mut(&composite.account) {
            judgement.findings.push(number);
        }
    }
    findings.extend(composites);
    Attribution { habits: round.habits, findings, lanes: round.lanes, judgements, confirmed, actors, rounds }
}

/// Judges every account with findings, and every event.
fn conclude(case: &Case<'_>, round: &Round, signs: &OwnerSigns) -> (BTreeMap<AccountId, Judgement>, Actors) {
    let mut elsewhere = Confirmed::new();
    for (_, context) in case.contexts.iter().filter(|(id, _)| case.is_confirmed(*id)) {
        elsewhere.entry(context.ip).or_default().insert(context.account);
    }
    let judgements: BTreeMap<AccountId, Judgement> = round
        .lanes
        .iter()
        .filter(|(account, _)| case.is_judged(**account))
        .map(|(account, lanes)| {
            let score = lanes.first().map(|best| lanes::whole_score(case, &round.found.findings, best, signs)).unwrap_or_default();
            (*account, judge(case, *account, lanes, score, &round.found.findings, &elsewhere))
        })
        .collect();
    let actors = Actors::attribute(case, &judgements, &round.found.findings);
    (judgements, actors)
}

/// From a round: contexts not to learn from, contexts with telling acts, contexts of confirmed intruders.
fn outcome(ground: &Ground<'_>, round: &Round, acted: &[bool]) -> (Vec<bool>, Vec<bool>, Vec<bool>) {
    let size = ground.contexts.len();
    let (mut barred, mut acted, mut confirmed) = (vec![false; size], acted.to_vec(), vec![false; size]);
    let mark = |list: &mut Vec<bool>, id: ContextId| {
        if let Some(entry) = list.get_mut(id.index()) {
            *entry = true;
        }
    };
    for finding in &round.found.findings {
        let telling = finding.detection().is_some_and(|detection| {
            let by_worth = finding.db >= TELLING_DB && !matches!(detection.family(), EvidenceFamily::Access | EvidenceFamily::Company);
            by_worth || detection.is_telling_anywhere()
        });
        if telling && finding.context.is_some() {
            mark(&mut acted, finding.context);
        }
    }
    for lane in round.lanes.values().flatten() {
        for id in &lane.contexts {
            if round.habits.of(*id).address {
                continue;
            }
            if lane.score.evidence_db() >= STRONG_LANE_DB {
                mark(&mut barred, *id);
            }
            if lane.own_score.is_compromised() {
                mark(&mut confirmed, *id);
            }
        }
    }
    (barred, acted, confirmed)
}

/// Judges an account by its lanes, best first, and the score of the best with its terms.
fn judge(case: &Case<'_>, account: AccountId, lanes: &[Lane], mut score: Score, findings: &[Finding], confirmed: &Confirmed) -> Judgement {
    let best_is_compromised = score.is_compromised();
    let others: Vec<&Lane> = lanes.iter().skip(1).filter(|lane| lane.score.evidence_db() >= OTHER_LANE_DB).collect();
    let rest: f64 = others.iter().map(|lane| lane.score.evidence_db() / 4.0).sum();
    let rest = (rest.min(OTHER_LANES_CAP_DB) * 100.0).round() / 100.0;
    if rest > 0.0 {
        let why = match others.len() {
            1 => "other odd acts on this account, whose they are is open".to_owned(),
            count => format!("{count} other groups of odd acts on this account, whose they are is open"),
        };
        let findings = others.iter().flat_map(|lane| lane.findings.iter().copied()).collect();
        score.add(Term { family: "other-lanes", detection: "", db: rest, why, findings });
    }
    let attacked = || {
        let own = lanes.iter().flat_map(|lane| &lane.findings).filter_map(|number| findings.get(*number));
        own.filter_map(Finding::detection).any(detections::Detection::is_attack)
    };
    let verdict = if score.is_compromised() || best_is_compromised {
        Verdict::Compromised
    } else if score.db >= SUSPICIOUS_DB {
        Verdict::Suspicious
    } else if attacked() {
        Verdict::Targeted
    } else {
        Verdict::Clear
    };
    let mut judgement = Judgement {
        verdict,
        score,
        contexts: BTreeMap::new(),
        apps: Vec::new(),
        findings: lanes.iter().flat_map(|lane| lane.findings.iter().copied()).collect(),
        compromised_at: None,
        earlier: None,
        last_at: None,
    };
    if matches!(verdict, Verdict::Compromised | Verdict::Suspicious)
        && let Some(best) = lanes.first()
    {
        // Those of another account too, whose intruder used its rights on this mailbox.
        let of_findings = best.findings.iter().filter_map(|number| findings.get(*number)).map(|finding| finding.context);
        let contexts = best.contexts.iter().copied().chain(of_findings.filter(|id| id.is_some()));
        judgement.contexts.extend(contexts.map(|id| (id, 0.97)));
        judgement.apps.clone_from(&best.apps);
        span(case, account, &mut judgement, best, findings);
        grow(case, account, &mut judgement, lanes, confirmed);
        span(case, account, &mut judgement, best, findings);
        judgement.earlier = earlier(&judgement, &others, findings);
    }
    judgement
}

/// The earliest finding before the intrusion, of lanes that are not the intruder's.
fn earlier(judgement: &Judgement, others: &[&Lane], findings: &[Finding]) -> Option<Earlier> {
    let since = judgement.compromised_at?;
    let is_open = |lane: &&&Lane| !lane.contexts.iter().any(|id| judgement.contexts.contains_key(id));
    let open = others.iter().filter(is_open).filter(|lane| lane.score.evidence_db() >= EARLIER_DB);
    let before = |lane: &Lane| {
        let own = lane.findings.iter().filter_map(|number| Some((*number, findings.get(*number)?)));
        own.filter(|(_, one)| one.db > 0.0 && one.time.is_known() && one.time < since).collect::<Vec<_>>()
    };
    let begin = |lane: &Lane| before(lane).into_iter().min_by_key(|(number, one)| (one.time, *number));
    let (lane, (finding, first)) =
        open.filter_map(|lane| Some((*lane, begin(lane)?))).min_by_key(|(_, (number, one))| (one.time, *number))?;
    let acts = before(lane).into_iter().filter(|(_, one)| one.detection().is_some_and(|one| one.family() != EvidenceFamily::Access));
    let telling = acts.max_by(|(a, one), (b, other)| one.db.total_cmp(&other.db).then(b.cmp(a))).map(|(number, _)| number);
    let telling = telling.filter(|number| *number != finding);
    Some(Earlier { at: first.time, finding, telling, probability: lane.score.probability() })
}

/// First success and last act of the intruder.
fn span(case: &Case<'_>, account: AccountId, judgement: &mut Judgement, best: &Lane, findings: &[Finding]) {
    let mut span = Span::default();
    let own = |context: &&Context| context.account == account;
    for context in judgement.contexts.keys().filter_map(|id| case.contexts.get(*id)).filter(own) {
        for (index, event) in case.events_of(context) {
            if case.context_of(index).1 <= Tie::AppSignIn {
                span.add(event);
            }
        }
    }
    // Where nothing ties the findings to a context, they are all there is.
    if !span.succeeded {
        let own = best.findings.iter().filter_map(|number| findings.get(*number)).flat_map(|finding| &finding.events);
        own.filter_map(|index| case.event(*index)).for_each(|event| span.add(event));
    }
    (judgement.compromised_at, judgement.last_at) = (span.first, span.last);
}

/// What a walk over an intruder's acts finds.
#[derive(Default)]
struct Span {
    succeeded: bool,
    /// First that succeeded, of those with a time.
    first: Option<Time>,
    /// Last of those with a time.
    last: Option<Time>,
}

impl Span {
    fn add(&mut self, event: &Event) {
        self.succeeded |= event.succeeded();
        if event.time.is_known() {
            self.last = self.last.max(Some(event.time));
            if event.succeeded() && self.first.is_none_or(|first| event.time < first) {
                self.first = Some(event.time);
            }
        }
    }
}

/// Takes further unfamiliar contexts of the account as the same intruder's, with falling certainty.
fn grow(case: &Case<'_>, account: AccountId, judgement: &mut Judgement, lanes: &[Lane], confirmed: &Confirmed) {
    let known: BTreeSet<_> = judgement.contexts.keys().filter_map(|id| case.contexts.get(*id)).map(|context| context.ip).collect();
    let (from, to) = (judgement.compromised_at.unwrap_or(Time::NONE), judgement.last_at.unwrap_or(Time::NONE));
    let strong: BTreeSet<ContextId> =
        lanes.iter().skip(1).filter(|lane| lane.score.db >= SAME_INTRUDER_DB).flat_map(|lane| lane.contexts.iter().copied()).collect();
    for id in case.contexts.of_account(account) {
        let Some(context) = case.contexts.get(*id) else { continue };
        let familiar = case.familiarity(*id);
        if judgement.contexts.contains_key(id) || familiar.address {
            continue;
        }
        let near = context.last.since(from) >= -GROWTH_SECONDS && context.first.since(to) <= GROWTH_SECONDS;
        let elsewhere = || confirmed.get(&context.ip).is_some_and(|accounts| accounts.iter().any(|other| *other != account));
        let odd = lanes::is_alien(case, *id, context);
        let certainty = if context.app.is_some() {
            judgement.apps.contains(&context.app).then_some(0.9)
        } else if known.contains(&context.ip) {
            Some(0.97)
        } else if strong.contains(id) {
            Some(0.88)
        } else if !familiar.network && elsewhere() {
            Some(0.85)
        } else {
            (odd && near).then_some(0.75)
        };
        if let Some(certainty) = certainty {
            judgement.contexts.insert(*id, certainty);
        }
    }
}

/// True for acts that an app did which the intruder had consented to.
pub(crate) fn is_intruder_app(judgement: &Judgement, event: &Event) -> bool {
    event.app.is_some()
        && judgement.apps.contains(&event.app)
        && event.action != Action::Consent
        && judgement.compromised_at.is_some_and(|from| event.time >= from)
}

#[cfg(test)]
mod standing_tests;
#[cfg(test)]
mod tests;
