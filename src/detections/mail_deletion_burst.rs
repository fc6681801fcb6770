//! `mail-deletion-burst`: a burst of deletions.

use super::support::{by_context, heaviest};
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text, Threshold};
use crate::events::Action;

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
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "items");
        let deleted = case.acts(&[Action::MailDeleted]).filter(|(_, event)| event.time.is_known() && event.succeeded());
        for ((account, id), list) in by_context(case, deleted, |id| case.is_out_of_habit(id, &[Action::MailDeleted])) {
            let of = |index: &u32| case.event(*index).map(|event| (event.time.secs(), *index, event.count as usize));
            let list: Vec<(i64, u32, usize)> = list.iter().filter_map(of).collect();
            let run = list.get(heaviest(list.iter().map(|(time, _, count)| (*time, *count)), 600)).unwrap_or_default();
            let items: usize = run.iter().map(|(.., count)| *count).sum();
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            if items as f64 >= least {
                let events: Vec<u32> = run.iter().map(|(_, index, _)| *index).collect();
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
        seen(19, 30, NIGERIA).quiet(ID, "anna");
        seen(20, 30, NIGERIA).fires(ID, "anna", 8.0);
        seen(21, 30, NIGERIA).fires(ID, "anna", 8.0);
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
