//! `same-rule-elsewhere`: the same rule as another account's intruder.

use super::support::rules_made;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Rule};
use std::collections::BTreeMap;

/// See the text.
pub struct SameRuleElsewhere;

/// Worth of a finding.
const DB: f64 = 10.0;
/// Accounts with one wording that are too few to call it common.
const FEW: usize = 20;

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
        let people = case.store.accounts().iter().filter(|(account, _)| case.is_judged(*account)).count();
        for accounts in wordings.values().filter(|accounts| accounts.len() > 1) {
            let confirmed = accounts.iter().find(|(_, events)| events.iter().any(|index| case.is_confirmed(case.context_of(*index).0)));
            let Some((source, _)) = confirmed else { continue };
            let db = worth(accounts.len(), people);
            for (account, events) in accounts.iter().filter(|(account, _)| *account != source) {
                let id = events.first().map(|index| case.context_of(*index).0).unwrap_or_default();
                if case.rarity(id) > 0.0 {
                    let summary = format!("made the same rule as the intruder on {}", case.name(*source));
                    out.add(case.store, *account, id, events.clone(), db, summary);
                }
            }
        }
    }
}

/// What a wording is worth that so many of the tenant's people have: a rule that is everybody's own (made
/// by a guide, or a tool) joins nobody. Few people are too few to tell.
fn worth(with_it: usize, people: usize) -> f64 {
    if with_it <= FEW {
        return DB;
    }
    #[allow(clippy::cast_precision_loss, reason = "numbers of people")]
    let share = with_it as f64 / people.max(1) as f64;
    (-10.0 * share.log10()).clamp(0.0, DB)
}

/// The wording of a rule: what two rules of one maker share.
pub fn wording(rule: &Rule) -> String {
    let mut conditions: Vec<String> = rule.conditions.iter().map(|(name, _)| name.to_lowercase()).collect();
    conditions.sort();
    let folder = rule.move_to.as_deref().unwrap_or_default().to_lowercase();
    format!("{}|{folder}|{}|{}|{}", rule.name.to_lowercase(), rule.deletes, rule.marks_read, conditions.join(","))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "same-rule-elsewhere";

    #[test]
    fn the_intruders_rule_on_another_account_tells() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(hiding_rule("c1", at(21, "03:00")).from(HOSTING, FIREFOX));
        let seen = scene.judge();
        seen.fires(ID, "c1", 10.0);
        seen.quiet(ID, "anna");
    }

    #[test]
    fn a_wording_that_many_people_have_joins_nobody() {
        for (with_it, people, db) in [(20, 30, 10.0), (21, 210, 10.0), (21, 42, 3.0), (300, 300, 0.0)] {
            let got = super::worth(with_it, people);
            assert!((got - db).abs() < 0.02, "{with_it} of {people}: {got}");
        }
    }

    #[test]
    fn another_rule_and_one_made_in_the_usual_place_are_quiet() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(rule("c1", at(21, "03:00"), "Newsletters", |rule| rule.move_to = Some("News".to_owned())).from(HOSTING, FIREFOX));
        scene.add(hiding_rule("c2", at(21, "03:00")).from("79.240.2.10", CHROME));
        let seen = scene.judge();
        seen.quiet(ID, "c1");
        seen.quiet(ID, "c2");
    }
}
