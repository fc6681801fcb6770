//! `role-granted`: a role was granted.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event, Flags};

/// See the text.
pub struct RoleGranted;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for RoleGranted {
    fn id(&self) -> &'static str {
        "role-granted"
    }
    fn title(&self) -> &'static str {
        "Directory role granted"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Tenant
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A directory role was given to an account or application in an unfamiliar context.",
            why: "Rights for everything.",
            innocent: "Onboarding.",
            next: "Ask the administrators; remove the role.",
            references: &["https://attack.mitre.org/techniques/T1098/003/"],
            model: "Azure Application Administration Activities",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::RoleChange]).filter(|(_, event)| event.succeeded() && is_one(event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let (role, whom) = (case.store.text(first.object), case.store.name(first.target));
            let role = if role.is_empty() { String::new() } else { format!(" ({role})") };
            let whom = if whom.is_empty() { "somebody whom the record does not name" } else { whom };
            let summary = format!("gave a directory role{role} to {whom}");
            out.add(case.store, account, id, events, DB, summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    event.action == Action::RoleChange && !event.flags.has(Flags::REMOVAL)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "role-granted";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::RoleChange, "role").about("Global Administrator").on("c1")
    }

    #[test]
    fn a_role_granted_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 10.0);
    }

    #[test]
    fn the_usual_place_and_taking_it_away_are_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
        seen(act().flag(Flags::REMOVAL), NIGERIA).quiet(ID, "anna");
    }
}
