//! `legacy-auth-sign-in`: a sign-in by a client that cannot do MFA.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Question, Scope, Severity, Text};
use crate::habits::Client;

/// See the text.
pub struct LegacyAuthSignIn;

/// Worth of a finding.
const DB: f64 = 14.0;
/// Part of it that stays where network and client are otherwise familiar.
const FLOOR: f64 = 0.3;

impl Detection for LegacyAuthSignIn {
    fn id(&self) -> &'static str {
        "legacy-auth-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in by a legacy client"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn question(&self, _db: f64) -> Question {
        Question::With
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in succeeded with a legacy mail client (BAV2ROPC, CBAInPROD, IMAP, POP, SMTP and the like) that is not the account's habit.",
            why: "Legacy clients send only user name and password: MFA is never asked for, so a stolen password is enough.",
            innocent: "An old phone or a scanner that was set up anew.",
            next: "Ask the owner for such a device; look for rules, consents and mail sent from the same address.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Suspicious Login User-Agent",
        }
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case) {
            let legacy = case.sign_ins(context).filter(|(_, event)| {
                let agent = case.agent(event);
                agent.legacy && !case.habits.uses_client(id, context, Client::of(&agent))
            });
            let events: Vec<u32> = legacy.map(|(index, _)| index).collect();
            let Some(first) = events.first().and_then(|index| case.event(*index)) else { continue };
            let agent = case.store.text(first.agent);
            let shown = if agent.is_empty() { "a legacy protocol" } else { agent };
            let summary = format!("signed in with {shown}, a legacy client that skips MFA, from {}", case.place_words(context.ip));
            out.add(case.store, context.account, id, events, DB * case.rarity(id).max(FLOOR), summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    #[test]
    fn a_legacy_client_from_elsewhere_tells() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
        scene.look().fires("legacy-auth-sign-in", "anna", 14.0);
    }

    #[test]
    fn an_old_phone_is_a_habit_at_home_and_on_the_road() {
        let mut scene = Scene::office();
        scene.add_all((0..20).map(|day| sign_in("anna", at(day, "07:00")).from(HOME, LEGACY)));
        scene.add(sign_in("anna", at(20, "07:00")).from(OTHER_PROVIDER, LEGACY));
        scene.look().quiet("legacy-auth-sign-in", "anna");
    }

    #[test]
    fn a_new_scanner_in_a_known_network_counts_in_part() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "07:00")).from(OTHER_LINE, LEGACY));
        scene.look().fires("legacy-auth-sign-in", "anna", 4.2);
    }

    #[test]
    fn an_intruders_own_weeks_make_no_habit_of_his_client() {
        let mut scene = Scene::office();
        scene.live("c9", 0..20, "81.140.1.1", CHROME);
        scene.add_all((15..20).map(|day| sign_in("anna", at(day, "03:00")).from(ABROAD, LEGACY)));
        scene.look().fires("legacy-auth-sign-in", "anna", 14.0);
    }

    #[test]
    fn a_failure_is_no_sign_in() {
        let mut scene = Scene::office();
        scene.add(wrong_password("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
        scene.look().quiet("legacy-auth-sign-in", "anna");
    }
}
