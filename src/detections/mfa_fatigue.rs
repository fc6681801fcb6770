//! `mfa-fatigue`: prompts refused until one is accepted.

use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{Action, Mfa, Outcome};

/// See the text.
pub struct MfaFatigue;

/// Worth of a finding.
const DB: f64 = 16.0;
/// Entra's code for "the MFA challenge failed".
const CHALLENGE_FAILED: u32 = 500_121;

impl Detection for MfaFatigue {
    fn id(&self) -> &'static str {
        "mfa-fatigue"
    }
    fn title(&self) -> &'static str {
        "MFA prompts refused, then accepted"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1621"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least two MFA prompts were refused or not answered within an hour, and one was accepted within a day, from an unfamiliar network.",
            why: "Somebody who has the password sends prompts until the owner gives in.",
            innocent: "Fumbling with a new phone.",
            next: "Ask the owner whether he saw prompts that he did not cause.",
            references: &["https://attack.mitre.org/techniques/T1621/"],
            model: "Suspicious Login Attempt",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "refused", default: 2.0, doc: "prompts refused or timed out within the hour" },
            Threshold { name: "hours", default: 24.0, doc: "hours until one is accepted" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let accounts: std::collections::BTreeSet<_> = case.contexts.iter().map(|(_, context)| context.account).collect();
        for account in accounts.into_iter().filter(|account| case.is_judged(*account)) {
            let mut refused: Vec<u32> = Vec::new();
            let mut accepted: Vec<u32> = Vec::new();
            for context in case.contexts.of_account(account).iter().filter_map(|id| case.contexts.get(*id)) {
                for (index, event) in case.events_of(context).filter(|(_, event)| event.action == Action::SignIn) {
                    let mfa = case.store.sign_in(event).map_or(Mfa::Unknown, |facts| facts.mfa);
                    if matches!(mfa, Mfa::Denied | Mfa::TimedOut) || event.code == CHALLENGE_FAILED {
                        refused.push(index);
                    } else if event.outcome == Outcome::Success && !matches!(mfa, Mfa::NotRequired | Mfa::ByClaim | Mfa::Resistant) {
                        accepted.push(index);
                    }
                }
            }
            if let Some((id, events, place)) = self.accepted_after(case, &refused, accepted) {
                let summary = format!(
                    "{} refused or unanswered, then one accepted from {place}",
                    counted(events.len() - 1, "MFA prompt", "MFA prompts")
                );
                out.add(case.store, account, id, events, DB, summary);
            }
        }
    }
}

impl MfaFatigue {
    /// The first accepted prompt, from an unfamiliar network, that follows enough refused ones.
    fn accepted_after(
        &self,
        case: &Case<'_>,
        refused: &[u32],
        mut accepted: Vec<u32>,
    ) -> Option<(crate::habits::ContextId, Vec<u32>, String)> {
        let time = |index: &u32| case.event(*index).map_or(crate::events::Time::NONE, |event| event.time);
        accepted.sort_by_key(time);
        for success in accepted {
            let (id, _) = case.context_of(success);
            if !case.is_unfamiliar(id) {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, reason = "hours of a day")]
            let window = (case.threshold(self, "hours") * 3600.0) as i64;
            let mut before: Vec<u32> =
                refused.iter().copied().filter(|index| (0..=window).contains(&time(&success).since(time(index)))).collect();
            before.sort_by_key(time);
            let times: Vec<i64> = before.iter().map(|index| time(index).secs()).collect();
            #[expect(clippy::cast_precision_loss, reason = "a count of prompts")]
            if super::support::densest(&times, 3600).len() as f64 >= case.threshold(self, "refused") {
                let place = case.contexts.get(id).map(|context| case.place_words(context.ip)).unwrap_or_default();
                let mut events = vec![success];
                events.extend(before);
                return Some((id, events, place));
            }
        }
        None
    }
}
