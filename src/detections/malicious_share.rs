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
            let summary = summary(case, first, &events);
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    // Rights on sites and lists are written beside a share, and when a site is made: they share no file.
    event.action == Action::FileShared && !event.flags.has_any(Flags::REMOVAL | Flags::BACKGROUND | Flags::NO_FILE)
}

/// A link for anybody is the gravest share, and is told where there is one; else the first file.
fn summary(case: &Case<'_>, first: &Event, events: &[u32]) -> String {
    let shares = || events.iter().filter_map(|index| case.event(*index));
    let for_anybody = |event: &&Event| {
        let operation = case.store.text(event.operation).to_ascii_lowercase();
        operation.starts_with("anonymouslink") && operation.ends_with("created")
    };
    match shares().find(for_anybody) {
        Some(link) => format!("made a link to {} that anybody can use", case.store.text(link.object)),
        None => format!("shared {}", case.store.text(first.object)),
    }
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
    fn a_link_for_anybody_is_named() {
        let mut scene = Scene::office();
        for operation in ["SharingSet", "AnonymousLinkCreated"] {
            let act = Act::new("anna", at(20, "03:00"), Action::FileShared).about("Accounts.docx").operation(operation);
            scene.add(act.from(NIGERIA, FIREFOX));
        }
        let seen = scene.look();
        seen.says("malicious-share", "anna", "made a link to Accounts.docx that anybody can use");
    }

    #[test]
    fn rights_on_sites_and_lists_share_no_file() {
        seen(NIGERIA, Flags::NO_FILE).quiet("malicious-share", "anna");
    }

    #[test]
    fn the_usual_place_and_an_end_of_sharing_are_quiet() {
        seen(HOME, Flags::default()).quiet("malicious-share", "anna");
        seen(NIGERIA, Flags::REMOVAL).quiet("malicious-share", "anna");
    }
}
