//! `app-administration`: an application was administered.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Detail, Event};

/// See the text.
pub struct AppAdministration;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for AppAdministration {
    fn id(&self) -> &'static str {
        "app-administration"
    }
    fn title(&self) -> &'static str {
        "Application secrets or owners changed"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.001"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Secrets, certificates, owners or roles of an application were changed in an unfamiliar context.",
            why: "A secret of his own lets the intruder in without any user.",
            innocent: "Developers.",
            next: "Remove the secret; ask the application's owner.",
            references: &["https://attack.mitre.org/techniques/T1098/001/"],
            model: "Azure Application Administration Activities",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.described().filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("changed the application {} ({})", case.store.text(first.object), case.store.text(first.operation));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    matches!(case.store.detail(event), Some(Detail::Change(change)) if matches!(change.aspect, "app-credential" | "owner"))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "app-administration";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::App, "app-credential").about("Exporter")
    }

    #[test]
    fn a_secret_added_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn the_usual_place_is_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
    }

    #[test]
    fn other_changes_of_an_application_are_quiet() {
        seen(change("anna", at(20, "03:00"), Action::App, "service-principal"), NIGERIA).quiet(ID, "anna");
    }
}
