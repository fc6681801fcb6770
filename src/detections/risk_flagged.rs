//! `risk-flagged`: Microsoft saw a risk.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Action, Detail, Event, Outcome, Risk};
use crate::habits::ContextId;

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
        for (index, event) in case.in_order() {
            let (level, account, kind) = match case.store.detail(event) {
                Some(Detail::Alert { level, kind, state, .. }) if !DISMISSED.contains(&case.store.text(*state)) => {
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
                let id = about(case, event).unwrap_or(case.context_of(index).0);
                out.add(case.store, account, id, vec![index], db, format!("Microsoft rated it {} ({kind})", level.name()));
            }
        }
    }
}

/// The context of the sign-in that a risk detection is about.
fn about(case: &Case<'_>, alert: &Event) -> Option<ContextId> {
    let Some(Detail::Alert { about, .. }) = case.store.detail(alert) else { return None };
    let (index, _) = case.in_order().find(|(_, event)| *about != 0 && event.action == Action::SignIn && event.token == *about)?;
    Some(case.context_of(index).0).filter(|id| id.is_some())
}
