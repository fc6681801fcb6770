//! `rule-burst`: many rule changes at once.

use super::support::densest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{Action, Detail, Event, RuleChange};
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct RuleBurst;

/// Worth of a finding.
const DB: f64 = 5.0;

impl Detection for RuleBurst {
    fn id(&self) -> &'static str {
        "rule-burst"
    }
    fn title(&self) -> &'static str {
        "Many rule changes at once"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least five rules were made, changed or removed within ten minutes in an unfamiliar context, and some of them made.",
            why: "Rules tried until one works, or deleted and made again.",
            innocent: "Outlook stamps all its rules anew; such records without a body do not count.",
            next: "Read the rules in their order.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "changes", default: 5.0, doc: "rules made, changed or removed within ten minutes" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let enough = case.threshold(self, "changes");
        let mut by_context: BTreeMap<ContextId, Vec<(i64, u32, bool)>> = BTreeMap::new();
        for (index, event) in case.acts(&[Action::MailboxRule]).filter(|(_, event)| event.time.is_known()) {
            if let Some(makes) = changes_rule(case, event) {
                by_context.entry(case.context_of(index).0).or_default().push((event.time.secs(), index, makes));
            }
        }
        for (id, list) in by_context.into_iter().filter(|(id, _)| case.rarity(*id) > 0.0) {
            let times: Vec<i64> = list.iter().map(|(time, ..)| *time).collect();
            let run = list.get(densest(&times, 600)).unwrap_or_default();
            // Somebody who only takes rules away tidies up.
            let makes = run.iter().any(|(_, _, makes)| *makes);
            #[expect(clippy::cast_precision_loss, reason = "a count of changes")]
            if makes && run.len() as f64 >= enough {
                let events: Vec<u32> = run.iter().map(|(_, index, _)| *index).collect();
                let account = events.first().map(|index| case.contexts.account_of(*index)).unwrap_or_default();
                let summary = format!("made, changed or removed {} inbox rules within ten minutes", events.len());
                out.add(case.store, account, id, events, DB, summary);
            }
        }
    }
}

/// Whether an event makes or changes a rule (true) or removes one (false); `None` for any other event, and
/// for records without a body.
fn changes_rule(case: &Case<'_>, event: &Event) -> Option<bool> {
    match case.store.detail(event) {
        Some(Detail::Rule(rule)) if event.action == Action::MailboxRule && event.succeeded() && !rule.lost => match rule.change {
            RuleChange::New | RuleChange::Set | RuleChange::Enable => Some(true),
            RuleChange::Remove => Some(false),
            RuleChange::Disable | RuleChange::Present => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::RuleChange;

    const ID: &str = "rule-burst";

    /// Rules made and removed in turn from an address, so many seconds apart.
    fn seen(changes: &[RuleChange], apart: i64, ip: &str, lost: bool) -> Seen {
        let mut scene = Scene::office();
        for (n, change) in (0i64..).zip(changes) {
            let time = at(20, "03:00").plus_secs(n * apart);
            scene.add(rule("anna", time, "Work", |rule| (rule.change, rule.lost) = (*change, lost)).from(ip, FIREFOX));
        }
        scene.look()
    }

    #[test]
    fn five_changes_in_ten_minutes_tell() {
        seen(&[RuleChange::New; 5], 150, NIGERIA, false).fires(ID, "anna", 5.0);
        seen(&[RuleChange::New; 6], 150, NIGERIA, false).fires(ID, "anna", 5.0);
        seen(&[RuleChange::New; 4], 150, NIGERIA, false).quiet(ID, "anna");
        seen(&[RuleChange::New; 5], 151, NIGERIA, false).quiet(ID, "anna");
    }

    #[test]
    fn a_rule_deleted_and_made_again_counts_each_time() {
        use RuleChange::{New, Remove};
        seen(&[New, Remove, New, Remove, New], 60, NIGERIA, false).fires(ID, "anna", 5.0);
        seen(&[Remove; 5], 60, NIGERIA, false).quiet(ID, "anna");
    }

    #[test]
    fn outlook_that_stamps_its_rules_anew_and_the_owner_are_quiet() {
        seen(&[RuleChange::Set; 200], 0, NIGERIA, true).quiet(ID, "anna");
        seen(&[RuleChange::New; 5], 60, HOME, false).quiet(ID, "anna");
    }
}
