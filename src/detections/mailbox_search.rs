//! `mailbox-search`: telling searches.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::telling_word;
use crate::events::{Action, Event};

/// See the text.
pub struct MailboxSearch;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for MailboxSearch {
    fn id(&self) -> &'static str {
        "mailbox-search"
    }
    fn title(&self) -> &'static str {
        "Searches for money or passwords"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Collection
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Mail or files were searched for words of money or security in an unfamiliar context.",
            why: "Intruders look for invoices, payments, passwords.",
            innocent: "Finance staff.",
            next: "Read the queries.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::Search]).filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("searched for \"{}\"", case.store.text(first.object));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    event.action == Action::Search && telling_word(case.store.text(event.object)).is_some()
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    fn seen(query: &str, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(Act::new("anna", at(20, "03:00"), Action::Search).about(query).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn searches_for_money_from_elsewhere_tell() {
        seen("invoice overdue", NIGERIA).fires("mailbox-search", "anna", 6.0);
    }

    #[test]
    fn other_words_and_finance_people_at_their_place_are_quiet() {
        seen("summer party", NIGERIA).quiet("mailbox-search", "anna");
        seen("invoice overdue", HOME).quiet("mailbox-search", "anna");
    }
}
