//! `suspicious-activity-and-mail`: an unusual sign-in, then a burst of mail or a sensitive change.

use super::composites::{HOURS, UNUSUAL_SIGN_IN, follow};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};

/// See the text.
pub struct SuspiciousActivityAndMail;

/// The acts that complete it.
const ACTS: &[&str] = &[
    "mail-burst",
    "internal-phish",
    "mfa-method-added",
    "password-changed-unfamiliar",
    "device-registered",
    "mailbox-permission-granted",
    "role-granted",
    "transport-rule-changed",
    "audit-disabled",
    "app-administration",
];

impl Detection for SuspiciousActivityAndMail {
    fn id(&self) -> &'static str {
        "suspicious-activity-and-mail"
    }
    fn title(&self) -> &'static str {
        "Trigger: suspicious activity and mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004", "T1534"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An unusual sign-in was followed within a day by a burst of mail or a sensitive change (security info, password, device, rights, role, mail flow, auditing, application), by the same party.",
            why: "The moment at which an automatic response would have disabled the account.",
            innocent: "A newsletter sent while travelling; a new phone set up abroad.",
            next: "Disable the account; undo the change; warn the recipients.",
            references: &["https://attack.mitre.org/techniques/T1078/004/", "https://attack.mitre.org/techniques/T1534/"],
            model: "Suspicious SaaS and Email Activity Block",
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
    use crate::events::Action;

    const ID: &str = "suspicious-activity-and-mail";

    #[test]
    fn a_burst_fires_and_one_mail_less_does_not() {
        let seen = |mails| Scene::entered(NIGERIA, like_mails("anna", at(20, "12:00"), mails)).judge();
        seen(49).quiet(ID, "anna");
        seen(50).fires(ID, "anna", 0.0);
        assert_eq!(seen(51).when(ID, "anna"), [at(20, "12:00:49")]);
    }

    #[test]
    fn a_sensitive_change_fires_within_a_day() {
        let seen = |time| Scene::entered(NIGERIA, [change("anna", time, Action::Credential, "password")]).judge();
        seen(at(21, "02:59:59")).fires(ID, "anna", 0.0);
        seen(at(21, "03:00")).fires(ID, "anna", 0.0);
        seen(at(21, "03:00:01")).quiet(ID, "anna");
    }

    #[test]
    fn at_home_it_is_quiet() {
        Scene::entered(HOME, like_mails("anna", at(20, "12:00"), 60)).judge().quiet(ID, "anna");
    }
}
