//! `suspicious-activity`: an unusual sign-in that is also suspicious in itself.

use super::composites::{HOURS, follow};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};

/// See the text.
pub struct SuspiciousActivity;

/// The acts that complete it.
const ACTS: &[&str] = &["legacy-auth-sign-in", "scripted-agent-sign-in", "anonymised-sign-in", "failures-then-success", "mfa-fatigue"];
/// The sign-ins from where the account never was.
const UNFAMILIAR: &[&str] = &["unfamiliar-sign-in", "impossible-travel", "mailbox-sign-in-unfamiliar"];

impl Detection for SuspiciousActivity {
    fn id(&self) -> &'static str {
        "suspicious-activity"
    }
    fn title(&self) -> &'static str {
        "Trigger: suspicious activity"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An unusual sign-in was also suspicious by its agent, by failures before it, or by a hosting network.",
            why: "The first moment at which an automatic response would have ended the sessions.",
            innocent: "A traveller behind a VPN; an old phone set up abroad.",
            next: "End the sessions; ask the owner.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Suspicious SaaS Activity Block",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        HOURS
    }
    fn combine(&self, case: &Case<'_>, lane: &[&Finding], out: &mut Findings) {
        follow(self, case, lane, (UNFAMILIAR, ACTS), out);
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "suspicious-activity";

    fn seen(ip: &str, agent: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, agent));
        scene.judge()
    }

    #[test]
    fn an_unfamiliar_place_and_a_legacy_agent_or_hosting_fire() {
        seen(NIGERIA, LEGACY).fires(ID, "anna", 0.0);
        seen(HOSTING, FIREFOX).fires(ID, "anna", 0.0);
        assert_eq!(seen(NIGERIA, LEGACY).when(ID, "anna"), [at(20, "03:00")]);
    }

    #[test]
    fn the_suspicious_sign_in_comes_within_a_day() {
        // A mailbox used from elsewhere; then a legacy client in the network at home, which alone is not new.
        let later = |day, clock| {
            let mut scene = Scene::office();
            scene.add(read_mail("anna", at(20, "03:00"), 9).from(NIGERIA, FIREFOX));
            scene.add(sign_in("anna", at(day, clock)).from("84.160.10.99", LEGACY));
            scene.look_at_all_together()
        };
        later(21, "02:59:59").fires(ID, "anna", 0.0);
        later(21, "03:00").fires(ID, "anna", 0.0);
        later(21, "03:00:01").quiet(ID, "anna");
    }

    #[test]
    fn either_alone_is_quiet() {
        seen(NIGERIA, FIREFOX).quiet(ID, "anna");
        seen(HOME, LEGACY).quiet(ID, "anna");
    }
}
