//! `device-registered`: a device was registered.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event, Flags};

/// See the text.
pub struct DeviceRegistered;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for DeviceRegistered {
    fn id(&self) -> &'static str {
        "device-registered"
    }
    fn title(&self) -> &'static str {
        "Device registered from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.005"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A device was joined or registered in an unfamiliar context.",
            why: "A registered device gets long-lived tokens and passes device rules.",
            innocent: "A new laptop.",
            next: "Remove the device; ask the owner.",
            references: &["https://attack.mitre.org/techniques/T1098/005/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::Device]).filter(|(_, event)| event.succeeded() && is_one(event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("registered the device {}", case.store.text(first.object));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    event.action == Action::Device && !event.flags.has(Flags::REMOVAL)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "device-registered";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        Act::new("anna", at(20, "03:00"), Action::Device).about("LAPTOP-1")
    }

    #[test]
    fn a_device_registered_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 8.0);
    }

    #[test]
    fn the_usual_place_and_taking_it_away_are_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
        seen(act().flag(Flags::REMOVAL), NIGERIA).quiet(ID, "anna");
    }
}
