//! `mail-deletion-burst`: a burst of deletions.

use super::support::heaviest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::Action;
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct MailDeletionBurst;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for MailDeletionBurst {
    fn id(&self) -> &'static str {
        "mail-deletion-burst"
    }
    fn title(&self) -> &'static str {
        "Burst of deletions"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1070.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least 20 mails were deleted within ten minutes in an unfamiliar context.",
            why: "Replies, bounces and the copies of a burst are removed before the owner sees them.",
            innocent: "Spring cleaning.",
            next: "Look in Recoverable Items.",
            references: &["https://attack.mitre.org/techniques/T1070/008/"],
            model: "updates to Sent/Deleted Items (January 2023)",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "items", default: 20.0, doc: "mails deleted within ten minutes" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "items");
        let mut deleted: BTreeMap<ContextId, Vec<(i64, u32, usize)>> = BTreeMap::new();
        for (index, event) in case.acts(&[Action::MailDeleted]) {
            let (id, _) = case.context_of(index);
            if event.action == Action::MailDeleted && event.time.is_known() && event.succeeded() && id.is_some() {
                deleted.entry(id).or_default().push((event.time.secs(), index, event.count as usize));
            }
        }
        for (id, list) in deleted.into_iter().filter(|(id, _)| case.is_out_of_habit(*id, &[Action::MailDeleted])) {
            let run = list.get(heaviest(list.iter().map(|(time, _, count)| (*time, *count)), 600)).unwrap_or_default();
            let items: usize = run.iter().map(|(.., count)| *count).sum();
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            if items as f64 >= least {
                let events: Vec<u32> = run.iter().map(|(_, index, _)| *index).collect();
                let account = events.first().map(|index| case.contexts.account_of(*index)).unwrap_or_default();
                out.add(case.store, account, id, events, DB, format!("deleted {items} mails within ten minutes"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Time};

    const ID: &str = "mail-deletion-burst";

    fn deleted(time: Time, items: u32, ip: &str) -> Act {
        Act::new("anna", time, Action::MailDeleted).on("anna").times(items).from(ip, FIREFOX)
    }

    fn seen(count: i64, apart: i64, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add_all((0..count).map(|n| deleted(at(20, "03:00").plus_secs(n * apart), 1, ip)));
        scene.look()
    }

    #[test]
    fn twenty_deletions_in_ten_minutes_tell() {
        seen(20, 30, NIGERIA).fires(ID, "anna", 8.0);
        seen(19, 30, NIGERIA).quiet(ID, "anna");
        seen(20, 32, NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn items_count_and_not_records() {
        let mut scene = Scene::office();
        scene.add_all((0..5).map(|n| deleted(at(20, "03:00").plus_secs(n), 1, NIGERIA)));
        scene.add(deleted(at(20, "05:00"), 40, NIGERIA));
        scene.look().fires(ID, "anna", 8.0);
    }

    #[test]
    fn spring_cleaning_at_home_is_quiet() {
        seen(200, 1, HOME).quiet(ID, "anna");
    }
}
