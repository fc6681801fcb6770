//! `device-code-sign-in`: a sign-in by a code typed in elsewhere.

use super::support::{by_context, is_unusual};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Action, Outcome, Protocol, Time};
use crate::habits::Context;

/// See the text.
pub struct DeviceCodeSignIn;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for DeviceCodeSignIn {
    fn id(&self) -> &'static str {
        "device-code-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in by device code"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1528"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in by device code or authentication transfer succeeded from an unfamiliar network.",
            why: "A phisher starts the flow and has the victim type in the code: the victim passes MFA, the phisher gets the token.",
            innocent: "Televisions, meeting rooms, command-line tools: not raised where the account was at work in that network before.",
            next: "Ask the owner whether he typed in a code, and where it came from.",
            references: &["https://attack.mitre.org/techniques/T1528/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let by_code = case.described().filter(|(_, event)| {
            let facts = case.store.sign_in(event).filter(|_| event.action == Action::SignIn && event.outcome == Outcome::Success);
            facts.is_some_and(|facts| facts.protocol == Protocol::DeviceCode)
        });
        let unusual = |id| case.contexts.get(id).is_some_and(|context| is_unusual(case, id, context));
        for ((account, id), events) in by_context(case, by_code, unusual) {
            let Some(context) = case.contexts.get(id) else { continue };
            let first = events.first().and_then(|index| case.event(*index)).map_or(Time::NONE, |event| event.time);
            if was_in(case, account, context, first) {
                continue;
            }
            let summary = format!("signed in by a code that was typed in elsewhere, from {}", case.place_words(context.ip));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

/// True if the account was at work in this network before the code was typed in: whoever is in needs none.
fn was_in(case: &Case<'_>, account: AccountId, context: &Context, code: Time) -> bool {
    let own = case.contexts.of_account(account).iter().filter_map(|id| case.contexts.get(*id));
    own.filter(|one| one.network == context.network && one.succeeded()).any(|one| one.first < code)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Protocol;

    fn seen(ip: &str, protocol: Protocol) -> Seen {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, FIREFOX).facts(|facts| facts.protocol = protocol));
        scene.look()
    }

    #[test]
    fn a_code_typed_in_for_somebody_elsewhere_tells() {
        seen(HOSTING, Protocol::DeviceCode).fires("device-code-sign-in", "anna", 10.0);
    }

    #[test]
    fn whoever_is_in_needs_no_code() {
        let seen = |before: &str| {
            let mut scene = Scene::office();
            scene.add(sign_in("anna", at(20, before)).from(HOSTING, CHROME));
            scene.add(sign_in("anna", at(20, "03:00")).from(HOSTING, FIREFOX).facts(|facts| facts.protocol = Protocol::DeviceCode));
            scene.look()
        };
        seen("02:59:59").quiet("device-code-sign-in", "anna");
        seen("03:00").fires("device-code-sign-in", "anna", 10.0);
        seen("04:00").fires("device-code-sign-in", "anna", 10.0);
    }

    #[test]
    fn a_tool_at_the_owners_place_and_other_ways_in_are_quiet() {
        seen(HOME, Protocol::DeviceCode).quiet("device-code-sign-in", "anna");
        seen(HOSTING, Protocol::OAuth).quiet("device-code-sign-in", "anna");
    }
}
