//! `mailbox-permission-granted`: a right on a mailbox was given.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event, Flags};

/// See the text.
pub struct MailboxPermissionGranted;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for MailboxPermissionGranted {
    fn id(&self) -> &'static str {
        "mailbox-permission-granted"
    }
    fn title(&self) -> &'static str {
        "Mailbox right granted"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Full access, send-as or a folder right was given to somebody in an unfamiliar context.",
            why: "A second account keeps reading after the first is cleaned.",
            innocent: "Assistants, shared mailboxes, administrators.",
            next: "Ask the administrator; remove the right.",
            references: &["https://attack.mitre.org/techniques/T1098/002/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::Permission]).filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("gave rights on the mailbox {}", case.store.name(first.target));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    event.action == Action::Permission && !event.flags.has(Flags::REMOVAL) && case.store.detail(event).is_some()
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Flags;

    const ID: &str = "mailbox-permission-granted";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        permission("anna", at(20, "03:00"), "c1", "c2")
    }

    #[test]
    fn a_right_granted_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn the_usual_place_and_taking_it_away_are_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
        seen(act().flag(Flags::REMOVAL), NIGERIA).quiet(ID, "anna");
    }
}
