//! `unusual-login-and-mail-burst`: an unusual sign-in, then a burst of mail.

use super::composites::{HOURS, UNUSUAL_SIGN_IN, follow};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};

/// See the text.
pub struct UnusualLoginAndMailBurst;

/// The acts that complete it.
const ACTS: &[&str] = &["mail-burst"];

impl Detection for UnusualLoginAndMailBurst {
    fn id(&self) -> &'static str {
        "unusual-login-and-mail-burst"
    }
    fn title(&self) -> &'static str {
        "Unusual sign-in, then a burst of mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An unusual sign-in succeeded, and within a day a burst of mail was sent by the same party.",
            why: "The mailbox is being used to phish the next ones.",
            innocent: "A newsletter sent while travelling.",
            next: "Stop the account from sending; warn the recipients.",
            references: &["https://attack.mitre.org/techniques/T1534/"],
            model: "Unusual Login and Outbound Email Spam; Suspicious Login and Suspicious Outbound Email(s)",
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

    const ID: &str = "unusual-login-and-mail-burst";

    fn seen(ip: &str, mails: i64, from: Time) -> Seen {
        Scene::entered(ip, like_mails("anna", from, mails)).judge()
    }

    #[test]
    fn the_mail_that_makes_it_a_burst_completes_it() {
        let seen = seen(NIGERIA, 60, at(20, "12:00"));
        seen.fires(ID, "anna", 0.0);
        assert_eq!(seen.when(ID, "anna"), [at(20, "12:00:49")]);
    }

    #[test]
    fn without_a_burst_and_at_home_it_is_quiet() {
        seen(NIGERIA, 49, at(20, "12:00")).quiet(ID, "anna");
        seen(NIGERIA, 50, at(20, "12:00")).fires(ID, "anna", 0.0);
        seen(HOME, 60, at(20, "12:00")).quiet(ID, "anna");
    }

    #[test]
    fn the_day_from_the_sign_in_ends_with_the_mail_that_completes_it() {
        seen(NIGERIA, 50, at(21, "02:59:10")).fires(ID, "anna", 0.0);
        seen(NIGERIA, 50, at(21, "02:59:11")).fires(ID, "anna", 0.0);
        seen(NIGERIA, 50, at(21, "02:59:12")).quiet(ID, "anna");
    }
}
