//! `scripted-agent-sign-in`: a sign-in by a program library or phishing kit.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Question, Scope, Severity, Text};
use crate::enrich::AgentFamily;
use crate::events::{Flags, Protocol};

/// See the text.
pub struct ScriptedAgentSignIn;

/// Worth of a library's or kit's agent.
const LIBRARY_DB: f64 = 9.0;
/// Worth of a bare `Mozilla/5.0`.
const BARE_DB: f64 = 3.0;

impl Detection for ScriptedAgentSignIn {
    fn id(&self) -> &'static str {
        "scripted-agent-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in by a script or kit"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn question(&self, _db: f64) -> Question {
        Question::With
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in succeeded with the user agent of a program library or kit (axios, python-requests, go-http-client, node), or with a bare Mozilla/5.0.",
            why: "People use browsers and mail clients. Phishing proxies and spraying tools use libraries.",
            innocent: "The account's own scripts, backup and migration tools.",
            next: "Ask what program signs in from that address; look for a second network in the same session.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Suspicious Login User-Agent",
        }
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case) {
            let (mut library, mut bare) = (Vec::new(), Vec::new());
            for (index, event) in case.sign_ins(context) {
                let agent = case.agent(event);
                let ropc = case.store.sign_in(event).is_some_and(|facts| facts.protocol == Protocol::Ropc);
                if agent.scripted || agent.attack_tool {
                    library.push(index);
                } else if agent.family == AgentFamily::BareMozilla && (ropc || event.flags.has(Flags::INTERACTIVE)) {
                    bare.push(index);
                }
            }
            let (events, db) = if library.is_empty() { (bare, BARE_DB) } else { (library, LIBRARY_DB) };
            let Some(first) = events.first().and_then(|index| case.event(*index)) else { continue };
            let summary = format!("signed in with the agent \"{}\", which no browser or mail client has", case.store.text(first.agent));
            out.add(case.store, context.account, id, events, db * case.rarity(id), summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "scripted-agent-sign-in";

    fn seen(agent: &str, flags: Flags) -> Seen {
        let mut scene = Scene::office();
        let mut act = sign_in("anna", at(20, "03:00")).from(HOSTING, agent);
        if flags == Flags::NON_INTERACTIVE {
            act = Act::new("anna", at(20, "03:00"), Action::SignIn).from(HOSTING, agent).flag(flags);
        }
        scene.add(act);
        scene.look()
    }

    #[test]
    fn libraries_and_kits_tell() {
        for agent in ["axios/1.6.2", "python-requests/2.28.1", "Go-http-client/1.1"] {
            seen(agent, Flags::INTERACTIVE).fires(ID, "anna", 9.0);
        }
    }

    #[test]
    fn a_bare_mozilla_tells_a_little_and_only_with_somebody_at_the_keyboard() {
        seen("Mozilla/5.0", Flags::INTERACTIVE).fires(ID, "anna", 3.0);
        seen("Mozilla/5.0", Flags::NON_INTERACTIVE).quiet(ID, "anna");
    }

    #[test]
    fn browsers_and_the_accounts_own_script_are_quiet() {
        seen(FIREFOX, Flags::INTERACTIVE).quiet(ID, "anna");
        let mut scene = Scene::office();
        scene.live("anna", 0..20, HOME, "python-requests/2.28.1");
        scene.look().quiet(ID, "anna");
    }
}
