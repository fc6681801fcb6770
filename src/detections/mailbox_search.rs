//! `mailbox-search`: telling searches.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::telling_word;
use crate::events::{AccountId, Action, Event};
use crate::habits::ContextId;
use std::collections::BTreeMap;

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
        let mut groups: BTreeMap<(AccountId, ContextId), Vec<u32>> = BTreeMap::new();
        for (index, _) in case.in_order().filter(|(_, event)| event.succeeded() && is_one(case, event)) {
            let account = case.contexts.account_of(index);
            if case.is_judged(account) {
                groups.entry((account, case.context_of(index).0)).or_default().push(index);
            }
        }
        for ((account, id), events) in groups.into_iter().filter(|((_, id), _)| case.rarity(*id) > 0.0) {
            let Some(first) = events.first().and_then(|index| case.event(*index)) else { continue };
            let summary = format!("searched for \"{}\"", case.store.text(first.object));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    event.action == Action::Search && telling_word(case.store.text(event.object)).is_some()
}
