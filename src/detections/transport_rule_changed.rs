//! `transport-rule-changed`: mail flow was changed.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event, Flags};

/// See the text.
pub struct TransportRuleChanged;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for TransportRuleChanged {
    fn id(&self) -> &'static str {
        "transport-rule-changed"
    }
    fn title(&self) -> &'static str {
        "Mail-flow rule or connector changed"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Tenant
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008", "T1114.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A mail-flow rule or connector was made or changed in an unfamiliar context.",
            why: "It copies, redirects or frees from filtering the mail of everybody.",
            innocent: "Administrators at work.",
            next: "Read the rule; ask the administrators.",
            references: &["https://attack.mitre.org/techniques/T1564/008/", "https://attack.mitre.org/techniques/T1114/003/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::TransportRule]).filter(|(_, event)| event.succeeded() && is_one(event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("made or changed the mail-flow rule \"{}\"", case.store.text(first.object));
            out.add(case.store, account, id, events, DB, summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    event.action == Action::TransportRule && !event.flags.has(Flags::REMOVAL)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "transport-rule-changed";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        Act::new("anna", at(20, "03:00"), Action::TransportRule).about("Copy all")
    }

    #[test]
    fn mail_flow_changed_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 10.0);
    }

    #[test]
    fn the_usual_place_and_taking_it_away_are_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
        seen(act().flag(Flags::REMOVAL), NIGERIA).quiet(ID, "anna");
    }
}
