//! `mail-burst`: a burst of mail.

use super::sent::{bursts, main_context, main_subject, peak_outside, sent_mail};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};

/// See the text.
pub struct MailBurst;

/// Worth of a burst, and of one to very many.
const DB: f64 = 12.0;
const MANY_DB: f64 = 22.0;
/// Seconds of the window.
const WINDOW_SECONDS: i64 = 900;
/// Share of mails with one subject from which they are alike.
const LIKE_SHARE: f64 = 0.7;

impl Detection for MailBurst {
    fn id(&self) -> &'static str {
        "mail-burst"
    }
    fn title(&self) -> &'static str {
        "Burst of mail"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534", "T1566.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "At least 50 recipients within 15 minutes and at least five times the account's own peak, with like subjects or without any such habit.",
            why: "A taken mailbox is used to phish the next ones.",
            innocent: "Newsletters, mails of human resources to all staff.",
            next: "Read one of the mails; warn its recipients.",
            references: &["https://attack.mitre.org/techniques/T1534/", "https://attack.mitre.org/techniques/T1566/002/"],
            model: "Possible Outbound Email Spam",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "recipients", default: 50.0, doc: "recipients within 15 minutes" },
            Threshold { name: "times_peak", default: 5.0, doc: "times the account's own peak outside the burst" },
            Threshold { name: "many", default: 500.0, doc: "recipients from which it counts in full" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let (least, times, many) = (case.threshold(self, "recipients"), case.threshold(self, "times_peak"), case.threshold(self, "many"));
        for (account, sent) in sent_mail(case) {
            let bursts = bursts(&sent, WINDOW_SECONDS, least);
            let Some(burst) = bursts.first() else { continue };
            let quiet_peak = peak_outside(&sent, burst);
            #[expect(clippy::cast_precision_loss, reason = "counts of recipients")]
            let unusual = burst.recipients as f64 >= times * quiet_peak as f64;
            if !unusual {
                continue;
            }
            for burst in &bursts {
                let events: Vec<u32> = sent.get(burst.range.clone()).unwrap_or_default().iter().map(|mail| mail.event).collect();
                let (subject, share) = main_subject(case, &events);
                #[expect(clippy::cast_precision_loss, reason = "counts of recipients")]
                let db = if burst.recipients as f64 >= many { MANY_DB } else { DB };
                let same = if share >= LIKE_SHARE { format!(", subject \"{subject}\"") } else { String::new() };
                let summary = format!("sent mail to {} recipients in {} min{same}", burst.recipients, (burst.seconds + 59) / 60);
                out.add(case.store, account, main_context(case, &events), events, db, summary);
            }
        }
    }
}
