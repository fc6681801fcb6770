//! `mailbox-sign-in-unfamiliar`: the mailbox is used from an unfamiliar place.

use super::support::unusual_contexts;
use super::unfamiliar_sign_in::newness_db;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Event, Family, Flags};

/// See the text.
pub struct MailboxSignInUnfamiliar;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for MailboxSignInUnfamiliar {
    fn id(&self) -> &'static str {
        "mailbox-sign-in-unfamiliar"
    }
    fn title(&self) -> &'static str {
        "Mailbox used from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Acts in the mailbox come from an unfamiliar address for which no sign-in is in the exports.",
            why: "The way in was not recorded here, or the sign-in export is short.",
            innocent: "Gaps in the sign-in export.",
            next: "Export the sign-ins of that day.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "Unusual Location for SaaS and Email Activity",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            if case.sign_ins(context).next().is_some() {
                continue;
            }
            let telling = |event: &Event| {
                event.family == Family::Audit
                    && event.succeeded()
                    && !event.flags.has_any(Flags::BACKGROUND | Flags::DELEGATE | Flags::EXTERNAL)
            };
            let events: Vec<u32> = case.events_of(context).filter(|(_, event)| telling(event)).map(|(index, _)| index).collect();
            let db = newness_db(case, id).min(DB).max(DB * case.rarity(id));
            let summary = format!("used from {} without a sign-in in these exports", case.place_words(context.ip));
            out.add(case.store, context.account, id, events, db, summary);
        }
    }
}
