//! `rule-burst`: many rule changes at once.

use super::support::{densest, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct RuleBurst;

/// Worth of a finding.
const DB: f64 = 5.0;

impl Detection for RuleBurst {
    fn id(&self) -> &'static str {
        "rule-burst"
    }
    fn title(&self) -> &'static str {
        "Many rule changes at once"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least five rules were made or changed within ten minutes in an unfamiliar context.",
            why: "Rules tried until one works, or deleted and made again.",
            innocent: "Outlook stamps all its rules anew; such records without a body do not count.",
            next: "Read the rules in their order.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "changes", default: 5.0, doc: "rules made or changed within ten minutes" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let enough = case.threshold(self, "changes");
        let mut by_context: BTreeMap<ContextId, Vec<(i64, u32)>> = BTreeMap::new();
        for (index, event, _) in rules_made(case).filter(|(_, event, _)| event.time.is_known()) {
            by_context.entry(case.context_of(index).0).or_default().push((event.time.secs(), index));
        }
        for (id, list) in by_context.into_iter().filter(|(id, _)| case.rarity(*id) > 0.0) {
            let times: Vec<i64> = list.iter().map(|(time, _)| *time).collect();
            let run = densest(&times, 600);
            #[expect(clippy::cast_precision_loss, reason = "a count of changes")]
            if run.len() as f64 >= enough {
                let events: Vec<u32> = list.get(run).unwrap_or_default().iter().map(|(_, index)| *index).collect();
                let account = events.first().map(|index| case.contexts.account_of(*index)).unwrap_or_default();
                let summary = format!("made or changed {} inbox rules within ten minutes", events.len());
                out.add(case.store, account, id, events, DB, summary);
            }
        }
    }
}
