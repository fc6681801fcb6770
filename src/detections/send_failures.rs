//! `send-failures`: many mails of an account could not be delivered.

use super::sent::main_context;
use super::support::densest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{AccountId, Action, Detail, Event, Family, Outcome};
use std::collections::BTreeMap;

/// See the text.
pub struct SendFailures;

/// Worth of a finding.
const DB: f64 = 6.0;
/// Seconds of the window.
const WINDOW_SECONDS: i64 = 3600;

impl Detection for SendFailures {
    fn id(&self) -> &'static str {
        "send-failures"
    }
    fn title(&self) -> &'static str {
        "Many bounces, or blocked from sending"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least 20 mails of the account could not be delivered within an hour, or Microsoft reported that it hit the sending limit or was blocked from sending.",
            why: "Lists of victims are old: phishing to them bounces, and Microsoft stops the sender.",
            innocent: "A newsletter to an old list.",
            next: "Read one of the mails; see who did get it.",
            references: &["https://attack.mitre.org/techniques/T1534/"],
            model: "Possible Outbound Email Spam",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "bounces", default: 20.0, doc: "mails that could not be delivered within an hour" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "bounces");
        let mut failed: BTreeMap<AccountId, Vec<(i64, u32)>> = BTreeMap::new();
        for (index, event) in case.acts(&[Action::MailSent]).filter(|(_, event)| bounced(event)) {
            failed.entry(case.contexts.account_of(index)).or_default().push((event.time.secs(), index));
        }
        for (account, list) in failed.into_iter().filter(|(account, _)| case.is_judged(*account)) {
            let times: Vec<i64> = list.iter().map(|(time, _)| *time).collect();
            let events: Vec<u32> = list.get(densest(&times, WINDOW_SECONDS)).unwrap_or_default().iter().map(|(_, index)| *index).collect();
            #[expect(clippy::cast_precision_loss, reason = "a count of mails")]
            if events.len() as f64 >= least {
                let summary = format!("{} mails could not be delivered within an hour", events.len());
                out.add(case.store, account, main_context(case, &events), events, DB, summary);
            }
        }
        for (index, event) in case.acts(&[Action::Alert]).filter(|(_, event)| says_blocked(case, event)) {
            let accounts = case.store.accounts();
            let account = event.target.some().or(event.actor.some()).map(|name| accounts.of(name)).unwrap_or_default();
            if case.is_judged(account) {
                let summary = "Microsoft reported that the account hit the sending limit or was blocked from sending".to_owned();
                out.add(case.store, account, case.context_of(index).0, vec![index], DB, summary);
            }
        }
    }
}

/// Only a trace tells what became of a mail.
fn bounced(event: &Event) -> bool {
    event.family == Family::MessageTrace && event.outcome == Outcome::Failure && event.time.is_known()
}

/// Source: the names of the alert policies "User restricted from sending email" and "Email sending limit
/// exceeded".
fn says_blocked(case: &Case<'_>, event: &Event) -> bool {
    let Some(Detail::Alert { kind, .. }) = case.store.detail(event) else { return false };
    let kind = case.store.text(*kind).to_lowercase();
    ["restricted from sending", "sending limit exceeded"].iter().any(|words| kind.contains(words))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Detail, Outcome, Risk};

    const ID: &str = "send-failures";

    fn seen(bounces: i64, apart: i64, fail: bool) -> Seen {
        let mut scene = Scene::office();
        for n in 0..bounces {
            let mail = send("anna", at(20, "14:00").plus_secs(n * apart), &["x@example.org"], "Invoice").traced();
            scene.add(if fail { mail.ended(Outcome::Failure) } else { mail });
        }
        scene.look()
    }

    #[test]
    fn twenty_bounces_within_an_hour_tell() {
        seen(19, 1, true).quiet(ID, "anna");
        seen(20, 1, true).fires(ID, "anna", 6.0);
        seen(21, 1, true).fires(ID, "anna", 6.0);
        seen(20, 189, true).fires(ID, "anna", 6.0);
        seen(20, 190, true).quiet(ID, "anna");
    }

    #[test]
    fn delivered_mail_is_quiet() {
        seen(40, 1, false).quiet(ID, "anna");
    }

    #[test]
    fn an_alert_that_sending_was_blocked_tells_and_another_does_not() {
        for (title, fires) in [("User restricted from sending email", true), ("Creation of forwarding rule", false)] {
            let mut scene = Scene::office();
            scene.add(Act::new("anna", at(20, "14:00"), Action::Alert).with(move |batch| Detail::Alert {
                level: Risk::High,
                kind: batch.str(title),
                state: batch.str("Active"),
                about: 0,
            }));
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 6.0) } else { seen.quiet(ID, "anna") }
        }
    }
}
