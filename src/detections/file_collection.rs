//! `file-collection`: files were read.

use super::support::{by_context, counted};
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text, Threshold};
use crate::events::{Action, Flags};
use crate::habits::{ContextId, Tie};
use std::collections::BTreeSet;

/// See the text.
pub struct FileCollection;

/// Worth of several files, and of many.
const DB: f64 = 6.0;
const MANY_DB: f64 = 10.0;

impl Detection for FileCollection {
    fn id(&self) -> &'static str {
        "file-collection"
    }
    fn title(&self) -> &'static str {
        "Files read from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Collection
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1530", "T1213.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Several files were read or downloaded in an unfamiliar context.",
            why: "Documents tell the intruder whom to ask for money, and are taken.",
            innocent: "A new device synchronises.",
            next: "List the files.",
            references: &["https://attack.mitre.org/techniques/T1530/", "https://attack.mitre.org/techniques/T1213/002/"],
            model: "unusual file access (January 2023)",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "files", default: 5.0, doc: "different files read in the context" },
            Threshold { name: "many", default: 25.0, doc: "different files from which it counts more" },
        ]
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let (least, many) = (case.threshold(self, "files"), case.threshold(self, "many"));
        let reads = case.acts(&[Action::FileRead]).filter(|(index, event)| {
            event.succeeded() && !event.flags.has_any(Flags::BACKGROUND | Flags::APP_ONLY) && case.context_of(*index).1 <= Tie::Session
        });
        let unusual = |id: ContextId| {
            let context = case.contexts.get(id).filter(|context| case.is_judged(context.account));
            context.is_some() && case.is_out_of_habit(id, &[Action::FileRead])
        };
        for ((account, id), events) in by_context(case, reads, unusual) {
            let files: BTreeSet<_> = events.iter().filter_map(|index| case.event(*index)).map(|event| event.object).collect();
            #[expect(clippy::cast_precision_loss, reason = "a count of files")]
            let count = files.len() as f64;
            if count >= least {
                let summary = format!("read {}", counted(files.len(), "file", "files"));
                let db = if count >= many { MANY_DB } else { DB };
                out.add(case.store, account, id, events, db * case.rarity(id), summary);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "file-collection";

    fn seen(files: usize, reads: usize, ip: &str) -> Seen {
        let mut scene = Scene::office();
        let read = |n: usize| Act::new("anna", at(20, "03:00"), Action::FileRead).about(&format!("plan {}.xlsx", n % files));
        scene.add_all((0..reads).map(|n| read(n).from(ip, FIREFOX)));
        scene.look()
    }

    #[test]
    fn five_files_read_from_elsewhere_tell() {
        seen(4, 4, NIGERIA).quiet(ID, "anna");
        seen(5, 5, NIGERIA).fires(ID, "anna", 6.0);
        seen(6, 6, NIGERIA).fires(ID, "anna", 6.0);
    }

    #[test]
    fn many_files_count_more() {
        seen(24, 24, NIGERIA).fires(ID, "anna", 6.0);
        seen(25, 25, NIGERIA).fires(ID, "anna", 10.0);
        seen(26, 26, NIGERIA).fires(ID, "anna", 10.0);
    }

    #[test]
    fn one_file_read_again_and_the_usual_place_are_quiet() {
        seen(1, 50, NIGERIA).quiet(ID, "anna");
        seen(50, 50, HOME).quiet(ID, "anna");
    }
}
