//! `mailbox-used-by-intruder`: another account's intruder used this mailbox by the rights that the account has.

use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Action, Event, Flags};
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct MailboxUsedByIntruder;

/// Worth where he sent, forwarded or made rules: what the mailbox does is what the intruder wants.
const ACTED_DB: f64 = 45.0;
/// Worth where he looked into it.
const SEEN_DB: f64 = 25.0;
/// Acts by which a mailbox serves whoever does them.
const ACTS: [Action; 3] = [Action::MailSent, Action::MailboxRule, Action::Forwarding];
/// Acts of somebody who looks around.
const LOOKS: [Action; 4] = [Action::MailRead, Action::MailMoved, Action::MailDeleted, Action::MailChanged];

impl Detection for MailboxUsedByIntruder {
    fn id(&self) -> &'static str {
        "mailbox-used-by-intruder"
    }
    fn title(&self) -> &'static str {
        "Mailbox used by another account's intruder"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Company
    }
    fn decides(&self, db: f64) -> bool {
        db >= ACTED_DB
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004", "T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The intruder of a compromised account used its rights on this mailbox. Where he sent, forwarded or made rules the mailbox is compromised, where he looked into it suspicious.",
            why: "Rights on a mailbox need neither its password nor its second factor.",
            innocent: "A program that keeps a colleague's mailbox in step while the intruder is signed in.",
            next: "Take the rights away; look at what was read and sent; clean the account that has the rights first.",
            references: &["https://attack.mitre.org/techniques/T1078/004/", "https://attack.mitre.org/techniques/T1114/002/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let mut used: BTreeMap<(AccountId, AccountId), Vec<u32>> = BTreeMap::new();
        for (index, event) in case.acts(&[&ACTS[..], &LOOKS[..]].concat()) {
            let (by, mailbox) = (case.contexts.account_of(index), case.store.accounts().of(event.target));
            if case.is_confirmed(case.context_of(index).0) && is_by_rights(event) && mailbox != by && case.is_judged(mailbox) {
                used.entry((mailbox, by)).or_default().push(index);
            }
        }
        for ((mailbox, by), events) in used {
            let done = |actions: &[Action]| -> usize {
                events.iter().filter_map(|index| case.event(*index)).filter(|event| actions.contains(&event.action)).count()
            };
            let db = if done(&ACTS) > 0 { ACTED_DB } else { SEEN_DB };
            let kinds = [
                (done(&[Action::MailSent]), "mail sent", "mails sent"),
                (done(&ACTS[1..]), "rule or forwarding made", "rules and forwardings made"),
                (done(&LOOKS), "other act", "other acts"),
            ];
            let told: Vec<String> = kinds.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| counted(*n, one, many)).collect();
            let summary = format!(
                "the intruder on {} used its rights on this mailbox ({}); its own password and sessions are not shown lost",
                case.name(by),
                told.join(", ")
            );
            let first = events.first().map_or(ContextId::NONE, |index| case.context_of(*index).0);
            out.add(case.store, mailbox, first, events, db, summary);
        }
    }
}

/// True for an act on a mailbox of somebody who is not its owner.
fn is_by_rights(event: &Event) -> bool {
    event.succeeded()
        && !event.flags.has_any(Flags::SERVICE | Flags::BACKGROUND)
        && (event.flags.has(Flags::DELEGATE) || matches!(event.action, Action::MailboxRule | Action::Forwarding))
}

#[cfg(test)]
mod tests {
    use crate::attribution::{Actor, Verdict};
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "mailbox-used-by-intruder";

    fn seen(act: Act) -> Seen {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(act.on("c1"));
        scene.judge()
    }

    fn reading() -> Act {
        read_mail("anna", at(20, "04:00"), 3).flag(Flags::DELEGATE)
    }

    #[test]
    fn a_mailbox_that_the_intruder_looked_into_is_suspicious() {
        seen(reading().from(OTHER_HOSTING, FIREFOX)).comes_out("c1", Verdict::Suspicious, 5.0);
    }

    #[test]
    fn a_mailbox_that_the_intruder_sent_from_is_compromised_by_those_rights() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(reading().on("c1").from(OTHER_HOSTING, FIREFOX));
        scene.add(send("anna", at(20, "04:30"), &["c2"], "Invoice").on("c1").flag(Flags::DELEGATE).from(OTHER_HOSTING, FIREFOX));
        let seen = scene.judge();
        seen.comes_out("c1", Verdict::Compromised, 25.0);
        assert_eq!(seen.fell_at("c1"), Some(at(20, "04:00")));
        assert_eq!(seen.incidents(), [["anna@example.com", "c1@example.com"]]);
        let edge = &seen.outcome().incidents[0].edges[0];
        assert_eq!(edge.path.name(), "delegate-access");
        assert!(edge.confidence > 0.9, "{}", edge.confidence);
        assert!(seen.verdict("c2") > Verdict::Suspicious, "who got the mail is not taken");
    }

    #[test]
    fn the_trace_names_the_mailbox_and_the_mail_is_still_the_intruders() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        let sent = |link: u64, by: &str, time: &str| send(by, at(20, time), &["c2"], "Invoice").linked(link);
        scene.add(sent(77, "anna", "04:30").on("c1").flag(Flags::DELEGATE).from(OTHER_HOSTING, FIREFOX));
        scene.add(sent(77, "c1", "04:30").traced());
        let seen = scene.judge();
        assert_eq!(seen.actors("c1", Action::MailSent, 20), [Actor::Intruder].into());
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(sent(77, "anna", "04:30").on("c1").flag(Flags::DELEGATE).from(OTHER_HOSTING, FIREFOX));
        scene.add(sent(78, "c1", "09:30").traced());
        let seen = scene.judge();
        assert_ne!(seen.actors("c1", Action::MailSent, 20), [Actor::Intruder].into(), "a mail of the owner's");
    }

    #[test]
    fn so_is_one_in_which_he_made_a_rule() {
        seen(hiding_rule("anna", at(20, "04:00")).from(OTHER_HOSTING, FIREFOX)).comes_out("c1", Verdict::Compromised, 25.0);
    }

    #[test]
    fn owners_services_and_untaken_accounts_are_quiet() {
        seen(reading().from(HOME, CHROME)).quiet(ID, "c1");
        seen(reading().flag(Flags::BACKGROUND).from(OTHER_HOSTING, FIREFOX)).quiet(ID, "c1");
        seen(read_mail("anna", at(20, "04:00"), 3).from(OTHER_HOSTING, FIREFOX)).quiet(ID, "c1");
        let mut scene = Scene::office();
        scene.add(reading().on("c1").from(OTHER_HOSTING, FIREFOX));
        scene.judge().quiet(ID, "c1");
    }
}
