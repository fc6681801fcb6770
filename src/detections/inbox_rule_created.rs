//! `inbox-rule-created`: a rule from an unfamiliar place.

use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};

/// See the text.
pub struct InboxRuleCreated;

/// Worth of a finding.
const DB: f64 = 4.0;

impl Detection for InboxRuleCreated {
    fn id(&self) -> &'static str {
        "inbox-rule-created"
    }
    fn title(&self) -> &'static str {
        "Inbox rule made from an unfamiliar place"
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
            what: "An inbox rule was made or changed in an unfamiliar context.",
            why: "Intruders make rules so that the owner does not see replies and warnings.",
            innocent: "Users tidy up.",
            next: "Read the rule: whom does it hide?",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "New Email Rule",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, event, rule) in rules_made(case) {
            let (id, _) = case.context_of(index);
            let db = DB * case.rarity(id);
            if db > 0.0 {
                let summary = format!(
                    "made or changed inbox rule {} from {}",
                    rule_name(rule),
                    case.place_words(case.contexts.get(id).map_or(event.ip, |context| context.ip))
                );
                out.add(case.store, case.contexts.account_of(index), id, vec![index], db, summary);
            }
        }
    }
}
