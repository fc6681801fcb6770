//! `mail-collection`: mail was read.

use super::support::{by_context, counted};
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text, Threshold};
use crate::events::{Action, Flags};
use crate::habits::{ContextId, Tie};

/// See the text.
pub struct MailCollection;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for MailCollection {
    fn id(&self) -> &'static str {
        "mail-collection"
    }
    fn title(&self) -> &'static str {
        "Mail read from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Collection
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Mail was opened or a whole folder synchronised in an unfamiliar context.",
            why: "What was read there counts as seen by the intruder.",
            innocent: "A new client synchronises.",
            next: "List the messages; say what was in them.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "Suspicious Internal Exchange Activity",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "items", default: 5.0, doc: "mails opened in the context" }]
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "items");
        let reads = case.acts(&[Action::MailRead]).filter(|(index, event)| {
            let by_person = !event.flags.has_any(Flags::BACKGROUND | Flags::SERVICE | Flags::APP_ONLY);
            by_person && event.succeeded() && case.context_of(*index).1 <= Tie::Session
        });
        let unusual = |id: ContextId| {
            let context = case.contexts.get(id).filter(|context| context.app.is_none() && case.is_judged(context.account));
            context.is_some() && case.is_out_of_habit(id, &[Action::MailRead])
        };
        for ((account, id), events) in by_context(case, reads, unusual) {
            let listed = events.iter().filter_map(|index| case.event(*index));
            let (items, synced) = listed
                .fold((0usize, false), |(items, synced), event| (items + event.count as usize, synced || event.flags.has(Flags::SYNC)));
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            if synced || items as f64 >= least {
                let how =
                    if synced { "synchronised whole folders".to_owned() } else { format!("opened {}", counted(items, "mail", "mails")) };
                out.add(case.store, account, id, events, DB * case.rarity(id), how);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Flags;

    const ID: &str = "mail-collection";

    fn seen(items: u32, ip: &str, agent: &str, flags: Flags) -> Seen {
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "11:00"), items).flag(flags).from(ip, agent));
        scene.look()
    }

    #[test]
    fn five_mails_opened_from_elsewhere_tell() {
        seen(5, NIGERIA, FIREFOX, Flags::default()).fires(ID, "anna", 6.0);
        seen(6, NIGERIA, FIREFOX, Flags::default()).fires(ID, "anna", 6.0);
        seen(4, NIGERIA, FIREFOX, Flags::default()).quiet(ID, "anna");
    }

    #[test]
    fn a_whole_folder_synchronised_tells_whatever_the_count() {
        seen(1, NIGERIA, FIREFOX, Flags::SYNC).fires(ID, "anna", 6.0);
    }

    #[test]
    fn the_own_client_on_the_road_counts_only_above_the_usual_pace() {
        seen(6, OTHER_PROVIDER, CHROME, Flags::default()).quiet(ID, "anna");
        seen(7, OTHER_PROVIDER, CHROME, Flags::default()).fires(ID, "anna", 1.8);
    }

    #[test]
    fn prefetching_and_the_usual_place_are_quiet() {
        seen(500, NIGERIA, FIREFOX, Flags::BACKGROUND).quiet(ID, "anna");
        seen(500, HOME, FIREFOX, Flags::SYNC).quiet(ID, "anna");
    }
}
