//! `failures-then-success`: wrong passwords, then the right one.

use super::support::{counted, unusual_contexts};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::ErrorClass;
use crate::events::Action;

/// See the text.
pub struct FailuresThenSuccess;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for FailuresThenSuccess {
    fn id(&self) -> &'static str {
        "failures-then-success"
    }
    fn title(&self) -> &'static str {
        "Wrong passwords, then success"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1110"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Wrong passwords were followed within a day by a success from an unfamiliar address.",
            why: "Guessing, or a phished password typed in wrongly first.",
            innocent: "A forgotten password, an old phone after a reset.",
            next: "See whether the failures come from the address that succeeds.",
            references: &["https://attack.mitre.org/techniques/T1110/"],
            model: "Suspicious Login Attempt; Login From Rare Following Suspicious Login Attempt(s)",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "failures", default: 5.0, doc: "wrong passwords on the account within the window" },
            Threshold { name: "same_address", default: 2.0, doc: "wrong passwords from the very address that then succeeds" },
            Threshold { name: "hours", default: 24.0, doc: "hours before the success that count" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let window = case.threshold(self, "hours") * 3600.0;
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            let Some((success, at)) = case.sign_ins(context).next().map(|(index, event)| (index, event.time)) else { continue };
            let mut here = Vec::new();
            let mut all = Vec::new();
            for other in case.contexts.of_account(context.account) {
                let Some(theirs) = case.contexts.get(*other) else { continue };
                for (index, event) in case.events_of(theirs) {
                    let before = super::case::seconds_between(event.time, at);
                    #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
                    let in_window = before >= 0 && before as f64 <= window;
                    if in_window && event.action == Action::SignIn && case.error_class(event) == ErrorClass::BadPassword {
                        all.push(index);
                        if *other == id {
                            here.push(index);
                        }
                    }
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
            let enough = all.len() as f64 >= case.threshold(self, "failures") || here.len() as f64 >= case.threshold(self, "same_address");
            if enough {
                let summary = format!(
                    "{} ({} from the same address), then a success from {}",
                    counted(all.len(), "wrong password", "wrong passwords"),
                    here.len(),
                    case.place_words(context.ip)
                );
                let mut events = vec![success];
                events.extend(all);
                out.add(case.store, context.account, id, events, DB, summary);
            }
        }
    }
}
