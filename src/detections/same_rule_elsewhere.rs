//! `same-rule-elsewhere`: the same rule as another account's intruder.

use super::support::rules_made;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Rule};
use std::collections::BTreeMap;

/// See the text.
pub struct SameRuleElsewhere;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for SameRuleElsewhere {
    fn id(&self) -> &'static str {
        "same-rule-elsewhere"
    }
    fn title(&self) -> &'static str {
        "Same rule as another account's intruder"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Company
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A rule with the same wording was made by an intruder on another account.",
            why: "Intruders use the same rule everywhere.",
            innocent: "A rule that the tenant's help desk gives out.",
            next: "Treat the accounts as one incident.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let mut wordings: BTreeMap<String, BTreeMap<AccountId, Vec<u32>>> = BTreeMap::new();
        for (index, _, rule) in rules_made(case) {
            wordings.entry(wording(rule)).or_default().entry(case.contexts.account_of(index)).or_default().push(index);
        }
        for accounts in wordings.values().filter(|accounts| accounts.len() > 1) {
            let confirmed = accounts.iter().find(|(_, events)| events.iter().any(|index| case.is_confirmed(case.context_of(*index).0)));
            let Some((source, _)) = confirmed else { continue };
            for (account, events) in accounts.iter().filter(|(account, _)| *account != source) {
                let id = events.first().map(|index| case.context_of(*index).0).unwrap_or_default();
                if case.rarity(id) > 0.0 {
                    let summary = format!("made the same rule as the intruder on {}", case.name(*source));
                    out.add(case.store, *account, id, events.clone(), DB, summary);
                }
            }
        }
    }
}

/// The wording of a rule: what two rules of one maker share.
pub fn wording(rule: &Rule) -> String {
    let mut conditions: Vec<String> = rule.conditions.iter().map(|(name, _)| name.to_lowercase()).collect();
    conditions.sort();
    let folder = rule.move_to.as_deref().unwrap_or_default().to_lowercase();
    format!("{}|{folder}|{}|{}|{}", rule.name.to_lowercase(), rule.deletes, rule.marks_read, conditions.join(","))
}
