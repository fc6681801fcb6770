//! `failures-then-success`: wrong passwords, then the right one.

use super::support::{WrongPasswords, counted, unusual_contexts};
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text, Threshold};
use crate::enrich::ErrorClass;
use crate::events::{AccountId, Time};
use crate::habits::ContextId;
use std::collections::BTreeMap;

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
    fn scope(&self) -> Scope {
        Scope::Account
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let window = case.seconds_of_hours(self, "hours");
        let failures = case.once(Failures::of);
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            let Some(list) = failures.0.get(&context.account) else { continue };
            let Some((success, at)) = case.sign_ins(context).next().map(|(index, event)| (index, event.time)) else { continue };
            let from = list.partition_point(|(time, ..)| at.since(*time) > window);
            let to = list.partition_point(|(time, ..)| *time <= at);
            let before = list.get(from..to).unwrap_or_default();
            let here = before.iter().filter(|(_, _, context)| *context == id).count();
            #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
            let enough = before.len() as f64 >= case.threshold(self, "failures") || here as f64 >= case.threshold(self, "same_address");
            if enough {
                let from_here = match here {
                    0 => "none from the same address".to_owned(),
                    all if all == before.len() => "from the same address".to_owned(),
                    some => format!("{some} from the same address"),
                };
                let summary = format!(
                    "{} ({from_here}), then a success from {}",
                    counted(before.len(), "wrong password", "wrong passwords"),
                    case.place_words(context.ip)
                );
                let mut events = vec![success];
                events.extend(before.iter().map(|(_, index, _)| *index));
                out.add(case.store, context.account, id, events, DB, summary);
            }
        }
    }
}

/// Wrong passwords of each account in time order, with their contexts.
struct Failures(BTreeMap<AccountId, Vec<(Time, u32, ContextId)>>);

impl Failures {
    fn of(case: &Case<'_>) -> Failures {
        let mut failures: BTreeMap<AccountId, Vec<(Time, u32, ContextId)>> = BTreeMap::new();
        WrongPasswords::each(case, |index, event| {
            if case.error_class(event) == ErrorClass::BadPassword {
                failures.entry(case.contexts.account_of(index)).or_default().push((event.time, index, case.context_of(index).0));
            }
        });
        Failures(failures)
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "failures-then-success";

    /// Wrong passwords from an address on day 20, then the right one at noon of day 21.
    fn seen(failures: i64, from: &str, first: &str, success: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add_all((0..failures).map(|n| wrong_password("anna", at(20, first).plus_secs(n * 60)).from(from, FIREFOX)));
        scene.add(sign_in("anna", at(21, "12:00")).from(success, FIREFOX));
        scene.look()
    }

    #[test]
    fn five_failures_from_anywhere_and_then_a_success_tell() {
        seen(4, HOSTING, "22:00", NIGERIA).quiet(ID, "anna");
        seen(5, HOSTING, "22:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(6, HOSTING, "22:00", NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn two_failures_from_the_very_address_tell() {
        seen(1, NIGERIA, "22:00", NIGERIA).quiet(ID, "anna");
        seen(2, NIGERIA, "22:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(3, NIGERIA, "22:00", NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn failures_of_the_day_before_yesterday_are_another_story() {
        seen(5, HOSTING, "12:00:01", NIGERIA).fires(ID, "anna", 8.0);
        seen(5, HOSTING, "12:00", NIGERIA).fires(ID, "anna", 8.0);
        seen(5, HOSTING, "11:59:59", NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn an_owner_who_forgot_the_password_is_quiet() {
        seen(9, HOME, "22:00", HOME).quiet(ID, "anna");
    }
}
