//! `malicious-share`: a file was shared.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Event, Flags};

/// See the text.
pub struct MaliciousShare;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for MaliciousShare {
    fn id(&self) -> &'static str {
        "malicious-share"
    }
    fn title(&self) -> &'static str {
        "File or link shared from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534", "T1080"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A file or link was shared in an unfamiliar context.",
            why: "A link from a colleague is trusted: it spreads the phish.",
            innocent: "Work while travelling.",
            next: "Open the file safely; see who got the link and who used it.",
            references: &["https://attack.mitre.org/techniques/T1534/", "https://attack.mitre.org/techniques/T1080/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::FileShared]).filter(|(_, event)| event.succeeded() && is_one(event));
        let unusual = unusual_acts(case, made).into_iter().filter(|(_, id, ..)| case.is_out_of_habit(*id, &[Action::FileShared]));
        for (account, id, first, events) in unusual {
            let summary = format!("shared {}", case.store.text(first.object));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    event.action == Action::FileShared && !event.flags.has_any(Flags::REMOVAL | Flags::BACKGROUND)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    fn seen(ip: &str, flags: Flags) -> Seen {
        let mut scene = Scene::office();
        scene.add(Act::new("anna", at(20, "03:00"), Action::FileShared).about("Invoice.docx").flag(flags).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn a_file_shared_from_elsewhere_tells() {
        seen(NIGERIA, Flags::default()).fires("malicious-share", "anna", 8.0);
    }

    #[test]
    fn the_usual_place_and_an_end_of_sharing_are_quiet() {
        seen(HOME, Flags::default()).quiet("malicious-share", "anna");
        seen(NIGERIA, Flags::REMOVAL).quiet("malicious-share", "anna");
    }
}
