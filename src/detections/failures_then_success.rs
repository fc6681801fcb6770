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

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "failures-then-success";

    /// Wrong passwords from an address (an hour before noon), then the right one at noon.
    fn seen(failures: i64, from: &str, first: &str, success: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add_all((0..failures).map(|n| wrong_password("anna", at(20, first).plus_secs(n * 60)).from(from, FIREFOX)));
        scene.add(sign_in("anna", at(21, "12:00")).from(success, FIREFOX));
        scene.look()
    }

    #[test]
    fn five_failures_from_anywhere_and_then_a_success_tell() {
        seen(5, HOSTING, "22:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(4, HOSTING, "22:00", NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn two_failures_from_the_very_address_tell() {
        seen(2, NIGERIA, "22:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(1, NIGERIA, "22:00", NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn failures_of_the_day_before_yesterday_are_another_story() {
        seen(5, HOSTING, "12:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(5, HOSTING, "11:50", NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn an_owner_who_forgot_the_password_is_quiet() {
        seen(9, HOME, "22:00", HOME).quiet(ID, "anna");
    }
}
