//! `brute-force`: guessing at one account.

use super::support::densest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::ErrorClass;
use crate::events::{AccountId, Action};
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct BruteForce;

impl Detection for BruteForce {
    fn id(&self) -> &'static str {
        "brute-force"
    }
    fn title(&self) -> &'static str {
        "Many wrong passwords on one account"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Low
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1110.001"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least 30 wrong passwords on one account within an hour.",
            why: "Guessing at one account.",
            innocent: "A stale phone or mail client with an old password.",
            next: "Look where the failures come from, and whether one became a success.",
            references: &["https://attack.mitre.org/techniques/T1110/001/"],
            model: "Suspicious Login Attempt",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "failures", default: 30.0, doc: "wrong passwords within an hour" }]
    }
    fn is_attack(&self) -> bool {
        true
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let enough = case.threshold(self, "failures");
        let mut failures: BTreeMap<AccountId, Vec<(i64, u32)>> = BTreeMap::new();
        for (index, event) in case.in_order() {
            if event.action == Action::SignIn && event.time.is_known() && case.error_class(event) == ErrorClass::BadPassword {
                failures.entry(case.store.accounts().of(event.actor)).or_default().push((event.time.secs(), index));
            }
        }
        for (account, list) in failures.into_iter().filter(|(account, _)| case.is_judged(*account)) {
            let times: Vec<i64> = list.iter().map(|(time, _)| *time).collect();
            let run = densest(&times, 3600);
            #[expect(clippy::cast_precision_loss, reason = "a count of failures")]
            if run.len() as f64 >= enough {
                let events: Vec<u32> = list.get(run).unwrap_or_default().iter().map(|(_, index)| *index).collect();
                let summary = format!("{} wrong passwords within an hour", events.len());
                out.add(case.store, account, ContextId::NONE, events, 0.0, summary);
            }
        }
    }
}
