//! `inbox-rule-forwards`: a rule forwards outside.

use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::key::fold_principal;

/// See the text.
pub struct InboxRuleForwards;

/// Worth of a finding.
const DB: f64 = 12.0;

impl Detection for InboxRuleForwards {
    fn id(&self) -> &'static str {
        "inbox-rule-forwards"
    }
    fn title(&self) -> &'static str {
        "Inbox rule forwards outside"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An inbox rule forwards or redirects mail to an address outside the tenant.",
            why: "Mail leaves even after the password was changed.",
            innocent: "The owner's second mailbox, a ticket system.",
            next: "Remove the rule; ask whose address it is.",
            references: &["https://attack.mitre.org/techniques/T1114/003/"],
            model: "New Email Rule",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, _, rule) in rules_made(case) {
            let outside = |address: &&String| address.contains('@') && !case.store.accounts().is_own_address(&fold_principal(address));
            let Some(to) = rule.forward_to.iter().chain(&rule.redirect_to).find(outside) else { continue };
            let (id, _) = case.context_of(index);
            let summary = format!("made inbox rule {} that forwards to {}, outside", rule_name(rule), fold_principal(to));
            out.add(case.store, case.contexts.account_of(index), id, vec![index], DB, summary);
        }
    }
}
