//! `mfa-method-added`: an MFA method was added.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Detail, Event, Flags};
use crate::habits::ContextId;
use std::collections::BTreeMap;

/// See the text.
pub struct MfaMethodAdded;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for MfaMethodAdded {
    fn id(&self) -> &'static str {
        "mfa-method-added"
    }
    fn title(&self) -> &'static str {
        "MFA method added from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.005", "T1556.006"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Security information was registered or changed in an unfamiliar context.",
            why: "With his own method the intruder passes MFA from then on.",
            innocent: "A new phone.",
            next: "Remove the method; ask the owner.",
            references: &["https://attack.mitre.org/techniques/T1098/005/", "https://attack.mitre.org/techniques/T1556/006/"],
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
            let summary = format!("registered an MFA method ({})", case.store.text(first.operation));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    matches!(case.store.detail(event), Some(Detail::Change(change)) if change.aspect == "mfa-method") && !event.flags.has(Flags::REMOVAL)
}
