//! `file-collection`: files were read.

use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{AccountId, Action, Flags};
use crate::habits::{ContextId, Tie};
use std::collections::{BTreeMap, BTreeSet};

/// See the text.
pub struct FileCollection;

/// Worth of a finding.
const DB: f64 = 6.0;

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
        &[Threshold { name: "files", default: 5.0, doc: "different files read in the context" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "files");
        let mut reads: BTreeMap<(AccountId, ContextId), Vec<u32>> = BTreeMap::new();
        for (index, event) in case.acts(&[Action::FileRead]) {
            let (id, tie) = case.context_of(index);
            if event.action == Action::FileRead
                && event.succeeded()
                && !event.flags.has_any(Flags::BACKGROUND | Flags::APP_ONLY)
                && tie <= Tie::Session
            {
                reads.entry((case.contexts.account_of(index), id)).or_default().push(index);
            }
        }
        for ((account, id), events) in
            reads.into_iter().filter(|((account, id), _)| case.is_judged(*account) && case.is_out_of_habit(*id, &[Action::FileRead]))
        {
            let files: BTreeSet<_> = events.iter().filter_map(|index| case.event(*index)).map(|event| event.object).collect();
            #[expect(clippy::cast_precision_loss, reason = "a count of files")]
            if files.len() as f64 >= least {
                let summary = format!("read {}", counted(files.len(), "file", "files"));
                out.add(case.store, account, id, events, DB * case.rarity(id), summary);
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
        seen(5, 5, NIGERIA).fires(ID, "anna", 6.0);
        seen(4, 4, NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn one_file_read_again_and_the_usual_place_are_quiet() {
        seen(1, 50, NIGERIA).quiet(ID, "anna");
        seen(50, 50, HOME).quiet(ID, "anna");
    }
}
