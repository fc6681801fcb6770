//! `service-principal-added`: a service principal was added.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Detail, Event};

/// See the text.
pub struct ServicePrincipalAdded;

/// Worth of a finding.
const DB: f64 = 7.0;

impl Detection for ServicePrincipalAdded {
    fn id(&self) -> &'static str {
        "service-principal-added"
    }
    fn title(&self) -> &'static str {
        "Service principal or application added"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.001"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A service principal or application came into the tenant from a user's unfamiliar context.",
            why: "It is the first trace of a consent, and a place for secrets.",
            innocent: "Developers.",
            next: "Look for the consent beside it.",
            references: &["https://attack.mitre.org/techniques/T1098/001/"],
            model: "New Application Service Principal",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::App]).filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("added the service principal {}", case.store.text(first.object));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    event.action == Action::App && matches!(case.store.detail(event), Some(Detail::Change(change)) if change.aspect == "service-principal")
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "service-principal-added";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::App, "service-principal").about("Exporter")
    }

    #[test]
    fn an_application_added_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 7.0);
    }

    #[test]
    fn the_usual_place_is_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
    }
}
