//! `password-known`: the password is in somebody else's hands.

use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text};
use crate::enrich::ErrorClass;
use crate::events::{Action, Event, Flags};
use crate::habits::{Context, ContextId};

/// See the text.
pub struct PasswordKnown;

/// Worth of a finding.
const DB: f64 = 3.0;

impl Detection for PasswordKnown {
    fn id(&self) -> &'static str {
        "password-known"
    }
    fn title(&self) -> &'static str {
        "Right password, stopped later"
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
            what: "The password was right, but the sign-in was stopped by MFA or policy, from an unfamiliar network, and nothing from there succeeded.",
            why: "Somebody else has the password.",
            innocent: "The owner with a forgotten phone, abroad.",
            next: "Reset the password; look for prompts that the owner refused.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Suspicious Login Attempt",
        }
    }
    fn is_attack(&self) -> bool {
        true
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let failed = |id: ContextId, context: &Context| !context.succeeded() && case.is_judged(context.account) && case.is_unfamiliar(id);
        for (id, context) in case.contexts.iter().filter(|(id, context)| case.is_due(*id, context.account) && failed(*id, context)) {
            let known = |event: &Event| {
                let facts = case.store.sign_in(event);
                let passed = matches!(case.error_class(event), ErrorClass::PasswordOk | ErrorClass::PasswordOkBlocked);
                passed
                    && !event.flags.has(Flags::NON_INTERACTIVE)
                    && facts.is_none_or(|facts| !facts.by_token && facts.password != Some(false))
            };
            let events: Vec<u32> = case
                .events_of(context)
                .filter(|(_, event)| event.action == Action::SignIn && known(event))
                .map(|(index, _)| index)
                .collect();
            if events.is_empty() {
                continue;
            }
            let summary = format!(
                "the password is known: it was right from {}, and the sign-in was stopped only later",
                case.place_words(context.ip)
            );
            out.add(case.store, context.account, id, events, DB, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "password-known";
    /// Password right, MFA asked for and not passed.
    const STOPPED: u32 = 50_074;

    #[test]
    fn a_right_password_that_mfa_stopped_is_known_to_somebody() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, FIREFOX).failed(STOPPED));
        scene.look().fires(ID, "anna", 3.0);
    }

    #[test]
    fn wrong_passwords_tokens_and_the_owners_forgotten_phone_are_quiet() {
        let mut scene = Scene::office();
        scene.add(wrong_password("anna", at(20, "03:00")).from(NIGERIA, FIREFOX));
        scene.add(sign_in("anna", at(20, "04:00")).from(HOME, FIREFOX).failed(STOPPED));
        scene.add(sign_in("anna", at(20, "05:00")).from(HOSTING, FIREFOX).failed(STOPPED).facts(|facts| facts.by_token = true));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn where_the_same_address_got_in_others_tell() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, FIREFOX).failed(STOPPED));
        scene.add(sign_in("anna", at(20, "03:10")).from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
    }
}
