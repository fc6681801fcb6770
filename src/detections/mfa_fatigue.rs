//! `mfa-fatigue`: prompts refused until one is accepted.

use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{AccountId, Action, Event, Mfa, Outcome};
use std::collections::BTreeSet;

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
        for account in refusing_accounts(case).into_iter().filter(|account| case.is_judged(*account)) {
            let mut refused: Vec<u32> = Vec::new();
            let mut accepted: Vec<u32> = Vec::new();
            for context in case.contexts.of_account(account).iter().filter_map(|id| case.contexts.get(*id)) {
                for (index, event) in case.events_of(context).filter(|(_, event)| event.action == Action::SignIn) {
                    let mfa = case.store.sign_in(event).map_or(Mfa::Unknown, |facts| facts.mfa);
                    if is_refused(event, mfa) {
                        refused.push(index);
                    } else if event.outcome == Outcome::Success && !matches!(mfa, Mfa::NotRequired | Mfa::ByClaim | Mfa::Resistant) {
                        accepted.push(index);
                    }
                }
            }
            if let Some((id, events, place)) = self.accepted_after(case, refused, accepted) {
                let summary = format!(
                    "{} refused or unanswered, then one accepted from {place}",
                    counted(events.len() - 1, "MFA prompt", "MFA prompts")
                );
                out.add(case.store, account, id, events, DB, summary);
            }
        }
    }
}

fn is_refused(event: &Event, mfa: Mfa) -> bool {
    matches!(mfa, Mfa::Denied | Mfa::TimedOut) || event.code == CHALLENGE_FAILED
}

/// Accounts that refused a prompt or let it time out.
fn refusing_accounts(case: &Case<'_>) -> BTreeSet<AccountId> {
    let mut accounts = BTreeSet::new();
    let mut add = |index| {
        if case.context_of(index).0.is_some() {
            accounts.insert(case.contexts.account_of(index));
        }
    };
    let mfa = |event: &Event| case.store.sign_in(event).map_or(Mfa::Unknown, |facts| facts.mfa);
    case.described().filter(|(_, event)| event.action == Action::SignIn && is_refused(event, mfa(event))).for_each(|(index, _)| add(index));
    case.acts(&[Action::SignIn]).filter(|(_, event)| event.code == CHALLENGE_FAILED).for_each(|(index, _)| add(index));
    accounts
}

impl MfaFatigue {
    /// The first accepted prompt, from an unfamiliar network, that follows enough refused ones.
    fn accepted_after(
        &self,
        case: &Case<'_>,
        mut refused: Vec<u32>,
        mut accepted: Vec<u32>,
    ) -> Option<(crate::habits::ContextId, Vec<u32>, String)> {
        let time = |index: &u32| case.event(*index).map_or(crate::events::Time::NONE, |event| event.time);
        accepted.sort_by_key(time);
        refused.sort_by_key(time);
        let window = case.seconds_of_hours(self, "hours");
        let enough = case.threshold(self, "refused");
        for success in accepted {
            let (id, _) = case.context_of(success);
            if !case.is_unfamiliar(id) {
                continue;
            }
            let since = |index: &u32| time(&success).since(time(index));
            let from = refused.partition_point(|index| since(index) > window);
            let to = refused.partition_point(|index| since(index) >= 0);
            let before = refused.get(from..to).unwrap_or_default();
            let times: Vec<i64> = before.iter().map(|index| time(index).secs()).collect();
            #[expect(clippy::cast_precision_loss, reason = "a count of prompts")]
            if super::support::densest(&times, 3600).len() as f64 >= enough {
                let place = case.contexts.get(id).map(|context| case.place_words(context.ip)).unwrap_or_default();
                let mut events = vec![success];
                events.extend(before);
                return Some((id, events, place));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Mfa;

    const ID: &str = "mfa-fatigue";

    /// Prompts refused from Nigeria at these times of day 20, then one accepted.
    fn seen(refused: &[&str], place: &str, accepted: Act) -> Seen {
        let mut scene = Scene::office();
        scene.add_all(refused.iter().map(|clock| refused_prompt("anna", at(20, clock)).from(place, FIREFOX)));
        scene.add(accepted);
        scene.look()
    }

    fn accepted(day: i64, clock: &str, place: &str, mfa: Mfa) -> Act {
        sign_in("anna", at(day, clock)).from(place, FIREFOX).facts(move |facts| facts.mfa = mfa)
    }

    #[test]
    fn two_refused_prompts_and_an_accepted_one_tell() {
        let yes = || accepted(20, "10:30", NIGERIA, Mfa::Completed);
        seen(&["10:00", "10:05"], NIGERIA, yes()).fires(ID, "anna", 16.0);
        seen(&["10:00", "10:05", "10:10"], NIGERIA, yes()).fires(ID, "anna", 16.0);
        seen(&["10:00"], NIGERIA, yes()).quiet(ID, "anna");
        assert_eq!(seen(&["10:00", "10:05"], NIGERIA, yes()).total(ID, "anna"), 3);
    }

    #[test]
    fn the_refused_ones_come_within_an_hour_and_the_accepted_one_within_a_day() {
        seen(&["08:00", "09:00"], NIGERIA, accepted(20, "10:30", NIGERIA, Mfa::Completed)).fires(ID, "anna", 16.0);
        seen(&["08:00", "09:01"], NIGERIA, accepted(20, "10:30", NIGERIA, Mfa::Completed)).quiet(ID, "anna");
        seen(&["10:00", "10:05"], NIGERIA, accepted(21, "09:59:59", NIGERIA, Mfa::Completed)).fires(ID, "anna", 16.0);
        seen(&["10:00", "10:05"], NIGERIA, accepted(21, "10:00", NIGERIA, Mfa::Completed)).fires(ID, "anna", 16.0);
        seen(&["10:00", "10:05"], NIGERIA, accepted(21, "10:00:01", NIGERIA, Mfa::Completed)).quiet(ID, "anna");
    }

    #[test]
    fn a_new_phone_at_home_is_quiet() {
        seen(&["10:00", "10:05"], HOME, accepted(20, "10:10", HOME, Mfa::Completed)).quiet(ID, "anna");
    }

    #[test]
    fn without_a_prompt_accepted_there_is_no_giving_in() {
        for mfa in [Mfa::ByClaim, Mfa::NotRequired, Mfa::Resistant] {
            seen(&["10:00", "10:05"], NIGERIA, accepted(20, "10:30", NIGERIA, mfa)).quiet(ID, "anna");
        }
    }
}
