//! `risk-flagged`: Microsoft saw a risk.

use super::{Case, Detection, EvidenceFamily, Findings, Question, Severity, Text};
use crate::events::{Action, Detail, Event, Outcome, Risk};
use crate::habits::ContextId;
use rustc_hash::FxHashMap;

/// See the text.
pub struct RiskFlagged;

/// States in which Microsoft or an administrator took the risk back.
const DISMISSED: [&str; 3] = ["dismissed", "confirmedSafe", "remediated"];

impl Detection for RiskFlagged {
    fn id(&self) -> &'static str {
        "risk-flagged"
    }
    fn title(&self) -> &'static str {
        "Flagged by Microsoft's own risk detection"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn question(&self, _db: f64) -> Question {
        Question::Where
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The exports carry Microsoft's own risk detection, or a risky sign-in, for the account.",
            why: "It rests on data that no export has.",
            innocent: "False positives are known; a level that is hidden for want of a licence says nothing.",
            next: "Compare with what else was done in that sign-in.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let meant = contexts_meant(case);
        for (index, event) in case.described() {
            let mut id = case.context_of(index).0;
            let (level, account, kind) = match case.store.detail(event) {
                Some(Detail::Alert { level, kind, state, about }) if !DISMISSED.contains(&case.store.text(*state)) => {
                    id = meant.get(about).copied().unwrap_or(id);
                    let who = if event.target.is_some() { event.target } else { event.actor };
                    (*level, case.store.accounts().of(who), case.store.text(*kind))
                }
                Some(Detail::SignIn(facts)) if event.outcome == Outcome::Success => {
                    (facts.risk, case.contexts.account_of(index), "risk of the sign-in")
                }
                _ => continue,
            };
            let db = match level {
                Risk::High => 10.0,
                Risk::Medium => 6.0,
                Risk::Low => 4.0,
                Risk::None | Risk::Unknown => continue,
            };
            if case.is_judged(account) {
                out.add(case.store, account, id, vec![index], db, format!("Microsoft rated it {} ({kind})", level.name()));
            }
        }
    }
}

/// The contexts of the sign-ins that risk detections are about, by token.
fn contexts_meant(case: &Case<'_>) -> FxHashMap<u64, ContextId> {
    let about = |event: &Event| match case.store.detail(event) {
        Some(Detail::Alert { about, .. }) if *about != 0 => Some((*about, None)),
        _ => None,
    };
    let mut meant: FxHashMap<u64, Option<ContextId>> = case.described().filter_map(|(_, event)| about(event)).collect();
    if !meant.is_empty() {
        for (index, event) in case.acts(&[Action::SignIn]) {
            if let Some(first) = meant.get_mut(&event.token) {
                first.get_or_insert(case.context_of(index).0);
            }
        }
    }
    meant.into_iter().filter_map(|(token, id)| id.filter(|id| id.is_some()).map(|id| (token, id))).collect()
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Detail, Risk};

    const ID: &str = "risk-flagged";

    fn alert(level: Risk, state: &'static str) -> Act {
        Act::new("anna", at(20, "04:00"), Action::Alert).on("anna").with(move |batch| Detail::Alert {
            level,
            kind: batch.str("anonymizedIPAddress"),
            state: batch.str(state),
            about: 0,
        })
    }

    #[test]
    fn the_level_settles_the_worth() {
        for (risk, db) in [(Risk::High, 10.0), (Risk::Medium, 6.0), (Risk::Low, 4.0)] {
            let mut scene = Scene::office();
            scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, FIREFOX).facts(|facts| facts.risk = risk));
            scene.look().fires(ID, "anna", db);
        }
    }

    #[test]
    fn hidden_or_no_risk_says_nothing() {
        for risk in [Risk::Unknown, Risk::None] {
            let mut scene = Scene::office();
            scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, FIREFOX).facts(|facts| facts.risk = risk));
            scene.look().quiet(ID, "anna");
        }
    }

    #[test]
    fn an_alert_counts_until_it_is_taken_back() {
        let mut scene = Scene::office();
        scene.add(alert(Risk::High, "atRisk"));
        scene.look().fires(ID, "anna", 10.0);
        let mut scene = Scene::office();
        scene.add(alert(Risk::High, "dismissed"));
        scene.look().quiet(ID, "anna");
    }
}
