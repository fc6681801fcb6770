//! `internal-phish`: like mails to colleagues.

use super::sent::{Sent, all_recipients, bursts, main_context, main_subject, sent_mail};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::Flags;

/// See the text.
pub struct InternalPhish;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for InternalPhish {
    fn id(&self) -> &'static str {
        "internal-phish"
    }
    fn title(&self) -> &'static str {
        "Like mails to colleagues from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Like mails went to several colleagues within 15 minutes from an unfamiliar context.",
            why: "Colleagues trust a colleague's mail: so it goes from account to account.",
            innocent: "Mail to all staff.",
            next: "See which recipients opened it; look at their sign-ins after it.",
            references: &["https://attack.mitre.org/techniques/T1534/"],
            model: "Suspicious Internal Exchange Activity",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "recipients", default: 8.0, doc: "colleagues within 15 minutes" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "recipients");
        for (account, sent) in sent_mail(case) {
            let inside: Vec<Sent> = sent
                .into_iter()
                .filter(|mail| {
                    case.event(mail.event).is_some_and(|event| event.flags.has(Flags::INTERNAL) || reaches_colleagues(case, mail.event))
                })
                .collect();
            for burst in bursts(&inside, 900, least) {
                let events: Vec<u32> = inside.get(burst.range.clone()).unwrap_or_default().iter().map(|mail| mail.event).collect();
                let id = main_context(case, &events);
                let (subject, share) = main_subject(case, &events);
                if case.rarity(id) >= 0.5 && share >= 0.5 {
                    let summary = format!("sent like mails to {} colleagues, subject \"{subject}\"", burst.recipients);
                    out.add(case.store, account, id, events, DB, summary);
                }
            }
        }
    }
}

/// True if a colleague is among the recipients of a mail.
pub(super) fn reaches_colleagues(case: &Case<'_>, index: u32) -> bool {
    all_recipients(case, index).any(|account| case.store.accounts().is_own(account))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "internal-phish";

    fn seen(colleagues: usize, ip: &str, subject: impl Fn(usize) -> String) -> Seen {
        let mut scene = Scene::office_of(10);
        for n in 0..colleagues {
            let to = format!("c{}", n + 1);
            scene.add(send("anna", at(20, "14:00"), &[&to], &subject(n)).from(ip, FIREFOX));
        }
        scene.look()
    }

    #[test]
    fn like_mails_to_eight_colleagues_from_elsewhere_tell() {
        seen(8, NIGERIA, |_| "Invoice".to_owned()).fires(ID, "anna", 6.0);
        seen(9, NIGERIA, |_| "Invoice".to_owned()).fires(ID, "anna", 6.0);
        seen(7, NIGERIA, |_| "Invoice".to_owned()).quiet(ID, "anna");
    }

    #[test]
    fn mail_to_all_staff_and_mails_of_different_subjects_are_quiet() {
        seen(9, HOME, |_| "Party".to_owned()).quiet(ID, "anna");
        seen(9, NIGERIA, |n| format!("About {n}")).quiet(ID, "anna");
    }

    #[test]
    fn mails_to_outsiders_are_not_internal() {
        let mut scene = Scene::office();
        scene.add_all((0..20).map(|n| send("anna", at(20, "14:00").plus_secs(n), &["x@example.org"], "Invoice").from(NIGERIA, FIREFOX)));
        scene.look().quiet(ID, "anna");
    }
}
