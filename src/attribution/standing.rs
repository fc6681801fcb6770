//! Lanes that still stand: those of accounts for which nothing changed since the round before.
//!
//! A lane rests on the habits of its account and on the account's findings. Where both are the same, drawing
//! and scoring it again gives the same: only the numbers of its findings may have moved.

use super::lanes::{Lane, Lanes};
use crate::detections::{Finding, Scope};
use crate::events::{AccountId, Time};
use crate::habits::{Changes, ContextId, Few};
use std::collections::BTreeMap;

/// The lanes of a round, with the findings that they were drawn from.
#[derive(Default)]
pub(super) struct Standing {
    lanes: Lanes,
    marks: BTreeMap<AccountId, Vec<Mark>>,
}

/// By what a finding is known again.
struct Mark {
    number: usize,
    detection: usize,
    context: ContextId,
    db: f64,
    time: Time,
    /// Its events, of a detection that looks at the whole tenant every time. Findings of all others are the
    /// same as long as their account does not change.
    events: Option<Few<u32>>,
}

impl Mark {
    fn of(number: usize, finding: &Finding) -> Mark {
        let whole_tenant = finding.detection().is_none_or(|detection| detection.scope() == Scope::Tenant);
        let events = whole_tenant.then(|| finding.events.clone());
        Mark { number, detection: finding.detection, context: finding.context, db: finding.db, time: finding.time, events }
    }

    fn is_of(&self, finding: &Finding) -> bool {
        (self.detection, self.context, self.time) == (finding.detection, finding.context, finding.time)
            && self.db.to_bits() == finding.db.to_bits()
            && self.events.as_ref().is_none_or(|events| *events == finding.events)
    }
}

impl Standing {
    pub(super) fn of(lanes: Lanes, findings: &[Finding]) -> Standing {
        let mut marks: BTreeMap<AccountId, Vec<Mark>> = BTreeMap::new();
        for (number, finding) in findings.iter().enumerate() {
            marks.entry(finding.account).or_default().push(Mark::of(number, finding));
        }
        Standing { lanes, marks }
    }

    /// All lanes, for a round in which nothing changed at all.
    pub(super) fn into_lanes(self) -> Lanes {
        self.lanes
    }

    /// The lanes of an account, if they still stand with these of its findings now (by number, ascending).
    pub(super) fn take(&mut self, account: AccountId, numbers: &[usize], findings: &[Finding], changes: &Changes) -> Option<Vec<Lane>> {
        let marks = self.marks.remove(&account).filter(|marks| !changes.has_account(account) && marks.len() == numbers.len())?;
        let is_same = |(mark, number): (&Mark, &usize)| findings.get(*number).is_some_and(|finding| mark.is_of(finding));
        if !marks.iter().zip(numbers).all(is_same) {
            return None;
        }
        let mut lanes = self.lanes.remove(&account)?;
        for number in lanes.iter_mut().flat_map(|lane| &mut lane.findings) {
            let at = marks.binary_search_by_key(number, |mark| mark.number).ok()?;
            *number = *numbers.get(at)?;
        }
        Some(lanes)
    }
}
