//! Findings: what a detection saw, where, and what it is worth there.

use super::{Case, Scope};
use crate::events::{AccountId, Store, Time};
use crate::habits::{Changes, ContextId, Few};

/// Events that a finding lists at most; the rest is counted.
pub const LISTED_EVENTS: usize = 2_000;

/// Makes the sentence of a finding.
pub type Sentence = fn(&Case<'_>, &Finding) -> String;

/// The sentence of a finding: made already, or made when the last round is over. Most findings of the
/// rounds before are never read by anybody.
pub enum Words {
    /// Made.
    Said(String),
    /// To be made, from the finding's account, context and events.
    Later(Sentence),
}

impl From<String> for Words {
    fn from(text: String) -> Words {
        Words::Said(text)
    }
}

/// One thing that a detection saw.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Index of the detection in the catalogue.
    pub detection: usize,
    /// Whom it concerns.
    pub account: AccountId,
    /// In which context; none for what belongs to no one context.
    pub context: ContextId,
    /// The events it rests on (indexes into the store), the telling one first.
    pub events: Few<u32>,
    /// How many events it rests on, listed or not.
    pub total: usize,
    /// Time of the first of them.
    pub time: Time,
    /// Time of the last of them.
    pub end: Time,
    /// Worth in decibans, rarity included.
    pub db: f64,
    /// One sentence with names and numbers; it becomes the finding's `summary`. Complete when all rounds are
    /// over.
    pub summary: String,
    /// Owners' familiar ways lower it (negative evidence of its context). False for consents and company.
    pub excusable: bool,
    /// Makes the sentence, where that is not done yet.
    sentence: Option<Sentence>,
    /// How common it was found to be, if it was.
    common: Option<Box<Common>>,
}

/// Why a finding counts less than its detection said.
#[derive(Clone, Copy, Debug)]
struct Common {
    /// What it was worth.
    db: f64,
    share: f64,
    /// Of what it is that share, in words.
    whose: &'static str,
}

/// Collects findings while detections run.
#[derive(Default)]
pub struct Findings<'c> {
    current: usize,
    /// Since when the findings that are here already hold; of these none is added again.
    changes: Option<&'c Changes>,
    list: Vec<Finding>,
}

impl<'c> Findings<'c> {
    /// Findings that hold after these changes, to which new ones are added.
    pub(super) fn after(changes: &'c Changes, list: Vec<Finding>) -> Findings<'c> {
        Findings { current: 0, changes: Some(changes), list }
    }

    pub(super) fn start(&mut self, detection: usize) {
        self.current = detection;
    }

    /// Adds a finding on events of one context (or of none). Findings without events or without an
    /// account are not findings.
    pub fn add(&mut self, store: &Store, account: AccountId, context: ContextId, mut events: Vec<u32>, db: f64, words: impl Into<Words>) {
        if events.is_empty() || !account.is_some() {
            return;
        }
        let times = events.iter().filter_map(|event| store.event(*event)).map(|event| event.time).filter(|time| time.is_known());
        let span = times.map(|time| (time, time)).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let (time, end) = span.unwrap_or((Time::NONE, Time::NONE));
        let total = events.len();
        events.truncate(LISTED_EVENTS);
        let events = Few::of(&events);
        let family = super::DETECTIONS.get(self.current).map(|detection| detection.family());
        let excusable = !matches!(family, Some(super::EvidenceFamily::Apps | super::EvidenceFamily::Company));
        let (summary, sentence) = match words.into() {
            Words::Said(summary) => (summary, None),
            Words::Later(sentence) => (String::new(), Some(sentence)),
        };
        let detection = self.current;
        let finding = Finding { detection, account, context, events, total, time, end, db, summary, excusable, sentence, common: None };
        if !self.changes.is_some_and(|changes| finding.outlasts(changes)) {
            self.list.push(finding);
        }
    }

    /// Adds a composite, completed by `act` at `time`: worth nothing of its own.
    pub(super) fn add_composite(&mut self, store: &Store, act: &Finding, time: Time, events: Vec<u32>, summary: String) {
        let before = self.list.len();
        self.add(store, act.account, act.context, events, 0.0, summary);
        for composite in self.list.iter_mut().skip(before) {
            (composite.time, composite.end) = (time, time);
        }
    }

    pub(super) fn finish(mut self) -> Vec<Finding> {
        sort(&mut self.list);
        self.list
    }
}

/// Puts findings in the order of the catalogue, then of time.
pub(super) fn sort(findings: &mut [Finding]) {
    fn key(finding: &Finding) -> (usize, Time, &[u32], AccountId, ContextId) {
        (finding.detection, finding.time, &finding.events, finding.account, finding.context)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
}

impl Finding {
    /// Lowers what it is worth to `db`, because so large a share of what `whose` names has the like.
    pub(super) fn cap(&mut self, db: f64, share: f64, whose: &'static str) {
        self.common = Some(Box::new(Common { db: self.db, share, whose }));
        self.db = db;
    }

    /// True if it is worth less than the detection said.
    pub(super) fn is_capped(&self) -> bool {
        self.common.is_some()
    }

    /// Takes back that it was found to be common.
    pub(super) fn uncap(&mut self) {
        if let Some(common) = self.common.take() {
            self.db = common.db;
        }
    }

    /// Completes the sentence.
    pub(crate) fn say(&mut self, case: &Case<'_>) {
        if let Some(sentence) = self.sentence.take() {
            self.summary = sentence(case, self);
        }
        if let Some(common) = self.common.take() {
            self.summary.push_str(&format!("; counts little, since {:.0} % of {} the like", common.share * 100.0, common.whose));
        }
    }

    /// True if it still holds after these changes.
    pub(super) fn outlasts(&self, changes: &Changes) -> bool {
        match self.detection().map(super::Detection::scope) {
            Some(Scope::Context) => !changes.has_context(self.context),
            Some(Scope::Account) => !changes.has_account(self.account),
            Some(Scope::Tenant) | None => false,
        }
    }

    /// The detection that saw it.
    pub fn detection(&self) -> Option<&'static dyn super::Detection> {
        super::DETECTIONS.get(self.detection).copied()
    }
}
