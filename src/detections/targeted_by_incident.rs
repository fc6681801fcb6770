//! `targeted-by-incident`: the account got the intruder's mail.

use super::sent::{recipients, sent_mail};
use super::support::counted;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::AccountId;
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct TargetedByIncident;

impl Detection for TargetedByIncident {
    fn id(&self) -> &'static str {
        "targeted-by-incident"
    }
    fn title(&self) -> &'static str {
        "Got the intruder's mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Company
    }
    fn severity(&self) -> Severity {
        Severity::Info
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The account received mail that an intruder sent from a colleague's account; nothing shows that it was taken.",
            why: "It is the next to fall.",
            innocent: "Most recipients do nothing.",
            next: "Ask the recipient; look at his sign-ins after the mail.",
            references: &["https://attack.mitre.org/techniques/T1534/"],
            model: "",
        }
    }
    fn is_attack(&self) -> bool {
        true
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let mut got: BTreeMap<AccountId, Vec<u32>> = BTreeMap::new();
        for (account, sent) in sent_mail(case) {
            for mail in sent.iter().filter(|mail| case.is_confirmed(case.context_of(mail.event).0)) {
                for to in recipients(case, mail.event).into_iter().filter(|to| *to != account && case.is_judged(*to)) {
                    got.entry(to).or_default().push(mail.event);
                }
            }
        }
        for (account, events) in got {
            let summary = format!("received {} of the intruder's", counted(events.len(), "mail", "mails"));
            out.add(case.store, account, ContextId::NONE, events, 0.0, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::attribution::Verdict;
    use crate::detections::testkit::*;

    const ID: &str = "targeted-by-incident";

    #[test]
    fn recipients_of_the_intruders_mail_are_listed_and_nothing_more() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(send("anna", at(20, "04:00"), &["c1"], "Invoice").from(OTHER_HOSTING, FIREFOX));
        scene.add(send("anna", at(20, "09:00"), &["c2"], "Lunch").from(HOME, CHROME));
        let seen = scene.judge();
        seen.fires(ID, "c1", 0.0);
        seen.quiet(ID, "c2");
        seen.comes_out("c1", Verdict::Targeted, -20.0);
    }
}
