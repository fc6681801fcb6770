//! `unusual-login-and-new-rule`: an unusual sign-in, then an inbox rule.

use super::composites::{HOURS, UNUSUAL_SIGN_IN, follow};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};

/// See the text.
pub struct UnusualLoginAndNewRule;

/// The acts that complete it.
const ACTS: &[&str] = &["inbox-rule-created", "inbox-rule-hides-mail", "inbox-rule-odd-name", "inbox-rule-forwards"];

impl Detection for UnusualLoginAndNewRule {
    fn id(&self) -> &'static str {
        "unusual-login-and-new-rule"
    }
    fn title(&self) -> &'static str {
        "Unusual sign-in, then an inbox rule"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004", "T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An unusual sign-in succeeded, and within a day an inbox rule was made by the same party.",
            why: "Whoever takes a mailbox hides in it first: the two together say more than each.",
            innocent: "A traveller who tidies up his mailbox.",
            next: "Read the rule; remove it; end the sessions.",
            references: &["https://attack.mitre.org/techniques/T1078/004/", "https://attack.mitre.org/techniques/T1564/008/"],
            model: "Unusual Login and New Email Rule",
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
    use crate::events::Time;

    const ID: &str = "unusual-login-and-new-rule";

    fn seen(ip: &str, rule_at: Time) -> Seen {
        Scene::entered(ip, [hiding_rule("anna", rule_at)]).judge()
    }

    #[test]
    fn a_rule_within_a_day_of_an_unusual_sign_in_completes_it() {
        let seen = seen(NIGERIA, at(20, "12:00"));
        seen.fires(ID, "anna", 0.0);
        assert_eq!(seen.when(ID, "anna"), [at(20, "12:00")], "the time of the rule, not of the sign-in");
    }

    #[test]
    fn the_day_ends_after_24_hours() {
        seen(NIGERIA, at(21, "02:59:59")).fires(ID, "anna", 0.0);
        seen(NIGERIA, at(21, "03:00")).fires(ID, "anna", 0.0);
        seen(NIGERIA, at(21, "03:00:01")).quiet(ID, "anna");
    }

    #[test]
    fn a_rule_from_the_usual_place_is_quiet() {
        seen(HOME, at(20, "12:00")).quiet(ID, "anna");
    }

    #[test]
    fn a_rule_at_home_while_somebody_is_elsewhere_is_another_lane() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, FIREFOX));
        scene.add(hiding_rule("anna", at(20, "09:30")).from(HOME, CHROME));
        scene.judge().quiet(ID, "anna");
    }
}
