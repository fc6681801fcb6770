//! Findings: what a detection saw, where, and what it is worth there.

use crate::events::{AccountId, Store, Time};
use crate::habits::ContextId;

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
        self.list.push(Finding { detection: self.current, account, context, events, total, time, end, db, summary, excusable });
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
        self.list.sort_by(|a, b| (a.detection, a.time, &a.events).cmp(&(b.detection, b.time, &b.events)));
        self.list
    }
}

impl Finding {
    /// The detection that saw it.
    pub fn detection(&self) -> Option<&'static dyn super::Detection> {
        super::DETECTIONS.get(self.detection).copied()
    }
}
