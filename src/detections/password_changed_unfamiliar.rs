//! `password-changed-unfamiliar`: the password was changed.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Detail, Event};

/// See the text.
pub struct PasswordChangedUnfamiliar;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for PasswordChangedUnfamiliar {
    fn id(&self) -> &'static str {
        "password-changed-unfamiliar"
    }
    fn title(&self) -> &'static str {
        "Password changed from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The account's password was changed or reset by itself from an unfamiliar context.",
            why: "It locks the owner out.",
            innocent: "After a call to the help desk.",
            next: "Ask the owner.",
            references: &["https://attack.mitre.org/techniques/T1098/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.described().filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("changed the password ({})", case.store.text(first.operation));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    matches!(case.store.detail(event), Some(Detail::Change(change)) if change.aspect == "password" && (change.by_self || event.actor == event.target))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "password-changed-unfamiliar";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::Credential, "password")
    }

    #[test]
    fn a_password_changed_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 6.0);
    }

    #[test]
    fn the_usual_place_is_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
    }

    #[test]
    fn an_administrators_reset_is_quiet() {
        seen(act().on("c1"), NIGERIA).quiet(ID, "anna");
    }
}
