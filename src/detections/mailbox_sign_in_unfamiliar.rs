//! `mailbox-sign-in-unfamiliar`: the mailbox is used from an unfamiliar place.

use super::support::unusual_contexts;
use super::unfamiliar_sign_in::newness_db;
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Scope, Severity, Text, Words};
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
    fn is_of_place(&self) -> bool {
        true
    }
    fn scope(&self) -> Scope {
        Scope::Context
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
            out.add(case.store, context.account, id, events, db, Words::Later(sentence));
        }
    }
}

fn sentence(case: &Case<'_>, finding: &Finding) -> String {
    let place = case.contexts.get(finding.context).map(|context| case.place_words(context.ip)).unwrap_or_default();
    format!("used from {place} without a sign-in in these exports")
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Flags;

    const ID: &str = "mailbox-sign-in-unfamiliar";

    #[test]
    fn a_mailbox_used_from_elsewhere_without_a_sign_in_tells() {
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "03:00"), 1).from(NIGERIA, FIREFOX));
        scene.look().fires(ID, "anna", 6.0);
    }

    #[test]
    fn with_a_sign_in_the_sign_in_tells() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "02:50")).from(NIGERIA, FIREFOX));
        scene.add(read_mail("anna", at(20, "03:00"), 1).from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn prefetching_and_the_owners_place_are_quiet() {
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "03:00"), 1).from(NIGERIA, FIREFOX).flag(Flags::BACKGROUND));
        scene.add(read_mail("anna", at(20, "03:00"), 1).from(HOME, FIREFOX));
        scene.look().quiet(ID, "anna");
    }
}
