//! `legacy-protocol-enabled`: a legacy protocol was switched on.

use super::support::{is_given, parameters, unusual_acts};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event};

/// See the text.
pub struct LegacyProtocolEnabled;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for LegacyProtocolEnabled {
    fn id(&self) -> &'static str {
        "legacy-protocol-enabled"
    }
    fn title(&self) -> &'static str {
        "Legacy protocol switched on"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1562"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "IMAP, POP, authenticated SMTP or basic authentication was switched on for a mailbox or policy, from an unfamiliar context.",
            why: "These protocols ask for the password only: MFA is passed by.",
            innocent: "Printers and old programs that send mail.",
            next: "Switch it off; look for sign-ins by such clients after it.",
            references: &["https://attack.mitre.org/techniques/T1562/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let acts = case.acts(&[Action::PolicyChange, Action::AccountChange, Action::TransportRule, Action::Other]);
        let made = acts.filter(|(_, event)| event.succeeded() && switches_on(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("switched a legacy mail protocol on ({})", case.store.text(first.operation));
            out.add(case.store, account, id, events, DB, summary);
        }
    }
}

/// Source: the parameters of Set-CASMailbox, Set-TransportConfig and Set-AuthenticationPolicy.
fn switches_on(case: &Case<'_>, event: &Event) -> bool {
    let given = parameters(case, event);
    let is = |name: &str, value: &str| is_given(given, name, value);
    // One parameter for each protocol: AllowBasicAuthImap, AllowBasicAuthPop, ...
    let allows = || {
        let basic = |key: &str| key.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("AllowBasicAuth"));
        given.iter().any(|(key, text)| basic(key) && text.trim().eq_ignore_ascii_case("true"))
    };
    match case.store.text(event.operation) {
        "Set-CASMailbox" | "Set-CASMailboxPlan" => {
            is("ImapEnabled", "True") || is("PopEnabled", "True") || is("SmtpClientAuthenticationDisabled", "False")
        }
        "Set-TransportConfig" => is("SmtpClientAuthenticationDisabled", "False"),
        "Set-AuthenticationPolicy" | "New-AuthenticationPolicy" => allows(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "legacy-protocol-enabled";

    fn seen(operation: &str, parameter: (&str, &str), ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(setting("anna", at(20, "03:00"), operation, parameter).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn each_protocol_switched_on_tells() {
        seen("Set-CASMailbox", ("ImapEnabled", "True"), NIGERIA).fires(ID, "anna", 6.0);
        seen("Set-CASMailbox", ("PopEnabled", "True"), NIGERIA).fires(ID, "anna", 6.0);
        seen("Set-CASMailbox", ("SmtpClientAuthenticationDisabled", "False"), NIGERIA).fires(ID, "anna", 6.0);
        seen("Set-TransportConfig", ("SmtpClientAuthenticationDisabled", "False"), NIGERIA).fires(ID, "anna", 6.0);
        seen("Set-AuthenticationPolicy", ("AllowBasicAuthImap", "True"), NIGERIA).fires(ID, "anna", 6.0);
    }

    #[test]
    fn switching_off_other_settings_and_the_usual_place_are_quiet() {
        seen("Set-CASMailbox", ("ImapEnabled", "False"), NIGERIA).quiet(ID, "anna");
        seen("Set-CASMailbox", ("SmtpClientAuthenticationDisabled", "True"), NIGERIA).quiet(ID, "anna");
        seen("Set-CASMailbox", ("OWAEnabled", "True"), NIGERIA).quiet(ID, "anna");
        seen("Set-CASMailbox", ("ImapEnabled", "True"), HOME).quiet(ID, "anna");
    }
}
