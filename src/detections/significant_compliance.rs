//! `significant-compliance`: an unusual sign-in, then a way to hide or to stay.

use super::composites::{HOURS, UNUSUAL_SIGN_IN, follow};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};

/// See the text.
pub struct SignificantCompliance;

/// The acts that complete it.
const ACTS: &[&str] =
    &["inbox-rule-hides-mail", "inbox-rule-forwards", "external-forwarding", "oauth-consent", "abused-app", "service-principal-added"];

impl Detection for SignificantCompliance {
    fn id(&self) -> &'static str {
        "significant-compliance"
    }
    fn title(&self) -> &'static str {
        "Trigger: significant compliance activity"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004", "T1564.008", "T1098"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An unusual sign-in was followed within a day by a hiding or forwarding rule, forwarding, a consent or a service principal, by the same party.",
            why: "The moment at which an automatic response would have disabled the account.",
            innocent: "A traveller who tries an application.",
            next: "Disable the account; undo the change.",
            references: &[
                "https://attack.mitre.org/techniques/T1078/004/",
                "https://attack.mitre.org/techniques/T1564/008/",
                "https://attack.mitre.org/techniques/T1098/",
            ],
            model: "Significant Compliance Activity Block",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        HOURS
    }
    fn combine(&self, case: &Case<'_>, lane: &[&Finding], out: &mut Findings) {
        follow(self, case, lane, (UNUSUAL_SIGN_IN, ACTS), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "significant-compliance";

    fn seen(ip: &str, act: Act) -> Seen {
        Scene::entered(ip, [act]).judge()
    }

    #[test]
    fn a_hiding_rule_and_forwarding_fire() {
        seen(NIGERIA, hiding_rule("anna", at(20, "12:00"))).fires(ID, "anna", 0.0);
        let seen = seen(NIGERIA, forwarding("anna", at(20, "13:00"), "x@example.org"));
        seen.fires(ID, "anna", 0.0);
        assert_eq!(seen.when(ID, "anna"), [at(20, "13:00")]);
    }

    #[test]
    fn after_a_day_it_is_quiet() {
        seen(NIGERIA, hiding_rule("anna", at(21, "02:59:59"))).fires(ID, "anna", 0.0);
        seen(NIGERIA, hiding_rule("anna", at(21, "03:00"))).fires(ID, "anna", 0.0);
        seen(NIGERIA, hiding_rule("anna", at(21, "03:00:01"))).quiet(ID, "anna");
    }

    #[test]
    fn an_ordinary_rule_and_the_usual_place_are_quiet() {
        seen(NIGERIA, rule("anna", at(20, "12:00"), "Newsletters", |_| ())).quiet(ID, "anna");
        seen(HOME, hiding_rule("anna", at(20, "12:00"))).quiet(ID, "anna");
    }
}
