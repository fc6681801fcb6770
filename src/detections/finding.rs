//! Findings: what a detection saw, where, and what it is worth there.

use super::Scope;
use crate::events::{AccountId, Store, Time};
use crate::habits::{Changes, ContextId};

/// Events that a finding lists at most; the rest is counted.
pub const LISTED_EVENTS: usize = 2_000;

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
    pub events: Vec<u32>,
    /// How many events it rests on, listed or not.
    pub total: usize,
    /// Time of the first of them.
    pub time: Time,
    /// Time of the last of them.
    pub end: Time,
    /// Worth in decibans, rarity included.
    pub db: f64,
    /// One sentence with names and numbers; it becomes the finding's `summary`.
    pub summary: String,
    /// Owners' familiar ways lower it (negative evidence of its context). False for consents and company.
    pub excusable: bool,
    /// What it was worth, and how long its summary was, before it was found to be common.
    uncapped: Option<(f64, usize)>,
}

/// Collects findings while detections run.
#[derive(Default)]
pub struct Findings {
    current: usize,
    list: Vec<Finding>,
}

impl Findings {
    pub(super) fn start(&mut self, detection: usize) {
        self.current = detection;
    }

    /// Adds a finding on events of one context (or of none). Findings without events or without an
    /// account are not findings.
    pub fn add(&mut self, store: &Store, account: AccountId, context: ContextId, mut events: Vec<u32>, db: f64, summary: String) {
        if events.is_empty() || !account.is_some() {
            return;
        }
        let times = || events.iter().filter_map(|event| store.event(*event)).map(|event| event.time).filter(|time| time.is_known());
        let (time, end) = (times().min().unwrap_or(Time::NONE), times().max().unwrap_or(Time::NONE));
        let total = events.len();
        events.truncate(LISTED_EVENTS);
        let family = super::DETECTIONS.get(self.current).map(|detection| detection.family());
        let excusable = !matches!(family, Some(super::EvidenceFamily::Apps | super::EvidenceFamily::Company));
        self.list.push(Finding {
            detection: self.current,
            account,
            context,
            events,
            total,
            time,
            end,
            db,
            summary,
            excusable,
            uncapped: None,
        });
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
    /// Lowers what it is worth to `db`, with the reason behind its summary.
    pub(super) fn cap(&mut self, db: f64, why: &str) {
        self.uncapped = Some((self.db, self.summary.len()));
        self.db = db;
        self.summary.push_str(why);
    }

    /// True if it is worth less than the detection said.
    pub(super) fn is_capped(&self) -> bool {
        self.uncapped.is_some()
    }

    /// With what it was worth before it was found to be common.
    pub(super) fn uncapped(mut self) -> Finding {
        if let Some((db, length)) = self.uncapped.take() {
            self.db = db;
            self.summary.truncate(length);
        }
        self
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
