//! `inbox-rule-silent-flags`: silencing switches.

use super::inbox_rule_hides_mail::hides;
use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};

/// See the text.
pub struct InboxRuleSilentFlags;

/// Worth of a finding.
const DB: f64 = 2.0;

impl Detection for InboxRuleSilentFlags {
    fn id(&self) -> &'static str {
        "inbox-rule-silent-flags"
    }
    fn title(&self) -> &'static str {
        "Inbox rule made with silencing switches"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::Info
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A rule that hides, forwards or has an odd name was made with Force, AlwaysDeleteOutlookRulesBlob or StopProcessingRules.",
            why: "The switches suppress prompts and stop the owner's own rules.",
            innocent: "Outlook on the web sets them too.",
            next: "Read it with the other findings on the rule.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "New Email Rule",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, _, rule) in rules_made(case).filter(|(_, _, rule)| rule.silent_flags || rule.stops) {
            if hides(rule).is_some() || !rule.forward_to.is_empty() || !rule.redirect_to.is_empty() {
                let summary = format!("made rule {} with switches that silence prompts and other rules", rule_name(rule));
                out.add(case.store, case.contexts.account_of(index), case.context_of(index).0, vec![index], DB, summary);
            }
        }
    }
}
