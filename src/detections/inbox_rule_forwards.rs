//! `inbox-rule-forwards`: a rule forwards outside.

use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::key::fold_principal;

/// See the text.
pub struct InboxRuleForwards;

/// Worth of a finding.
const DB: f64 = 12.0;
/// Worth of a rule for all mail that was made from an unfamiliar place: it does what forwarding of the mailbox
/// does, and is worth as much.
const ALL_DB: f64 = 20.0;
/// How unfamiliar the place has to be for that.
const UNFAMILIAR: f64 = 0.5;

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
            let db = if rule.conditions.is_empty() && case.rarity(id) >= UNFAMILIAR { ALL_DB } else { DB };
            let summary = format!("made inbox rule {} that forwards to {}, outside", rule_name(rule), fold_principal(to));
            out.add(case.store, case.contexts.account_of(index), id, vec![index], db, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "inbox-rule-forwards";

    fn seen(to: &str, redirect: bool) -> Seen {
        let mut scene = Scene::office();
        let made = rule("anna", at(20, "03:00"), "Copies", |rule| {
            let list = if redirect { &mut rule.redirect_to } else { &mut rule.forward_to };
            list.push(to.to_owned());
        });
        scene.add(made.from(NIGERIA, FIREFOX));
        scene.look()
    }

    #[test]
    fn mail_that_leaves_the_tenant_tells() {
        seen("SMTP:drop@example.net", false).fires(ID, "anna", 20.0);
        seen("\"Drop\" [SMTP:drop@example.net]", true).fires(ID, "anna", 20.0);
    }

    #[test]
    fn all_mail_from_elsewhere_is_forwarding_of_the_mailbox() {
        let all = |ip: &str, condition: &[(&str, &str)]| {
            let made = rule("anna", at(20, "03:00"), "Copies", |rule| {
                rule.forward_to.push("SMTP:drop@example.net".to_owned());
                rule.conditions = condition.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            });
            let mut scene = Scene::office();
            scene.add(made.from(ip, FIREFOX));
            scene.look()
        };
        all(NIGERIA, &[]).fires(ID, "anna", 20.0);
        all(NIGERIA, &[("SubjectContainsWords", "ticket")]).fires(ID, "anna", 12.0);
        all(HOME, &[]).fires(ID, "anna", 12.0);
    }

    #[test]
    fn a_colleague_or_a_name_of_the_directory_is_quiet() {
        seen("SMTP:C1@Example.com", false).quiet(ID, "anna");
        seen("Ticket System", true).quiet(ID, "anna");
    }
}
