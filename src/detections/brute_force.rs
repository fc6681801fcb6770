//! `brute-force`: guessing at one account.

use super::support::{WrongPasswords, densest};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::ErrorClass;
use crate::events::AccountId;
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
        WrongPasswords::each(case, |index, event| {
            if case.error_class(event) == ErrorClass::BadPassword {
                failures.entry(case.store.accounts().of(event.actor)).or_default().push((event.time.secs(), index));
            }
        });
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

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    fn seen(failures: i64, apart: i64) -> Seen {
        let mut scene = Scene::office();
        scene.add_all((0..failures).map(|n| wrong_password("anna", at(20, "03:00").plus_secs(n * apart)).from(NIGERIA, FIREFOX)));
        scene.look()
    }

    #[test]
    fn thirty_wrong_passwords_in_an_hour_are_guessing_that_counts_nothing_alone() {
        seen(30, 120).fires("brute-force", "anna", 0.0);
        seen(31, 120).fires("brute-force", "anna", 0.0);
        seen(29, 120).quiet("brute-force", "anna");
    }

    #[test]
    fn a_stale_phone_that_tries_now_and_then_is_quiet() {
        seen(30, 125).quiet("brute-force", "anna");
        seen(300, 600).quiet("brute-force", "anna");
    }
}
