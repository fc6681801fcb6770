//! Inbox rules from Exchange cmdlets: Get-InboxRule, and the tools that rename or narrow its output.

use super::Format;
use super::inbox_rule;
use crate::events::{Batch, Family, Rule, RuleChange, Time};
use crate::evidence::Record;
use std::borrow::Cow;

/// Columns of records that are audit events about rules, not rules.
const AUDIT: [&str; 4] = ["operation", "operations", "auditdata", "creationdate"];

fn is_audit(record: &Record<'_>) -> bool {
    AUDIT.iter().any(|name| record.has(name))
}

/// Get-InboxRule, whole.
pub struct InboxRules;

impl Format for InboxRules {
    fn id(&self) -> &'static str {
        "state.inbox-rules"
    }

    fn title(&self) -> &'static str {
        "Get-InboxRule"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["ruleidentity", "movetofolder", "deletemessage"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let marks = ["forwardto", "movetofolder", "deletemessage", "stopprocessingrules", "subjectcontainswords"];
        let marked = marks.iter().filter(|name| record.has(name)).count();
        if record.has("ruleidentity") && marked >= 2 && !is_audit(record) { 1 + marked } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let rule = inbox_rule::rule(record, out);
        inbox_rule::state(record, Time::NONE, rule, out);
    }
}

/// Mailbox rules of the Extractor Suite: no hidden rules, no exceptions.
pub struct ExtractorRules;

impl Format for ExtractorRules {
    fn id(&self) -> &'static str {
        "state.inbox-rules-extractor"
    }

    fn title(&self) -> &'static str {
        "Inbox rules of the Microsoft Extractor Suite"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["username", "rulename", "ruleidentity", "softdeletemessage", "movetofolder", "forwardto", "deletemessage"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["mailboxownerid"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        out.notice("hidden-rules-not-listed", "this tool lists no hidden rules and no exceptions of rules");
        let rule = inbox_rule::rule(record, out);
        inbox_rule::state(record, Time::NONE, rule, out);
    }
}

/// Rules of which only some columns were kept.
pub struct NarrowedRules;

impl Format for NarrowedRules {
    fn id(&self) -> &'static str {
        "state.inbox-rules-narrowed"
    }

    fn title(&self) -> &'static str {
        "Inbox rules with some columns only"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["name", "forwardto"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let named = record.has("name") || record.has("rulename");
        let targets = ["forwardto", "redirectto", "forwardasattachmentto"].iter().filter(|name| record.has(name)).count();
        let described = record.has("rulename") && record.has("ruledescription") && record.has("mailbox");
        match (named && !is_audit(record), targets) {
            (true, 1..) => 1 + targets,
            (true, 0) if described => 3,
            _ => 0,
        }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let rule = inbox_rule::rule(record, out);
        inbox_rule::state(record, Time::NONE, rule, out);
    }
}

/// Rules read from the mailbox itself over EWS: also hidden and corrupted ones, in words.
pub struct EwsRules;

impl Format for EwsRules {
    fn id(&self) -> &'static str {
        "state.inbox-rules-ews"
    }

    fn title(&self) -> &'static str {
        "Inbox rules read over EWS (O365-InvestigationTooling)"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["user", "rulename", "itemclass", "action", "condition", "ispotentiallymalicious"]
    }

    /// Conditions and actions are words: they are kept under `Condition` and `Action`.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let mut rule = Rule::new(RuleChange::Present);
        rule.name = record.text("rulename").map(Cow::into_owned).unwrap_or_default();
        rule.lost = true;
        rule.enabled = !record.text("state").is_some_and(|state| state.eq_ignore_ascii_case("disabled"));
        let kind = record.text("actiontype").unwrap_or_default().to_lowercase();
        let action = record.text_any(&["actioncommand", "action"]).unwrap_or_default();
        let targets: Vec<String> = super::address_list::addresses(&action).into_iter().filter(|target| target.contains('@')).collect();
        if kind.contains("redirect") {
            rule.redirect_to = targets;
        } else if kind.contains("forward") {
            rule.forward_to = targets;
        }
        rule.deletes = kind.contains("delete");
        for (word, name) in
            [("Condition", "condition"), ("Action", "action"), ("ActionType", "actiontype"), ("ActionCommand", "actioncommand")]
        {
            if let Some(text) = record.text(name) {
                rule.conditions.push((word.to_owned(), text.into_owned()));
            }
        }
        let changed = super::snapshot::time_of(record, &["datecreated"], false, out.rules);
        inbox_rule::state(record, changed, rule, out);
    }
}

/// Sweep rules: they delete or move the mail of one sender.
pub struct SweepRules;

impl Format for SweepRules {
    fn id(&self) -> &'static str {
        "state.sweep-rules"
    }

    fn title(&self) -> &'static str {
        "Get-SweepRule"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["sender", "keeplatest", "keepfordays"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let all = self.required().iter().all(|name| record.has(name));
        if all && (record.has("provider") || record.has("systemcategory")) { 4 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let mut rule = inbox_rule::rule(record, out);
        rule.lost = false;
        rule.move_to = record.text("destinationfolder").map(Cow::into_owned);
        if let Some(sender) = super::snapshot::joined(record, "sender") {
            rule.conditions.push(("From".to_owned(), sender.into_owned()));
        }
        inbox_rule::state(record, Time::NONE, rule, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::StateKind;
    use crate::formats::testkit::{read_csv, read_json};

    fn only(out: &Batch) -> &Rule {
        match &out.states[0].kind {
            StateKind::Rule(rule) => rule,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_intruders_rule_is_read_whole() {
        let line = r#"{"Name":".","Enabled":true,"Priority":1,"RuleIdentity":15394007230974001153,"Identity":"8aec0398-7c34-4319-8532-7219b1d1539d\\15394007230974001153","From":[],"SubjectOrBodyContainsWords":["invoice","wire"],"ExceptIfFrom":["\"Boss\" [SMTP:boss@example.com]"],"HasAttachment":false,"DeleteMessage":false,"MarkAsRead":true,"StopProcessingRules":true,"MoveToFolder":"RSS Feeds","ForwardTo":["\"Doe, J\" [SMTP:Out@Example.org]","\"B\" [EX:/o=ExchangeLabs/cn=b]"],"ForwardAsAttachmentTo":null,"RedirectTo":null,"MailboxOwnerId":"8aec0398-7c34-4319-8532-7219b1d1539d"}"#;
        let out = read_json(&InboxRules, line);
        let rule = only(&out);
        assert_eq!(rule.id, Some(15_394_007_230_974_001_153));
        assert_eq!(rule.forward_to, ["out@example.org", "/o=ExchangeLabs/cn=b"]);
        assert_eq!(rule.conditions[0], ("ExceptIfFrom".to_owned(), "\"Boss\" [SMTP:boss@example.com]".to_owned()));
        assert_eq!(rule.conditions[1], ("SubjectOrBodyContainsWords".to_owned(), "invoice, wire".to_owned()));
        assert!(rule.marks_read && rule.stops && rule.enabled && !rule.deletes && !rule.lost);
        assert_eq!(rule.conditions.len(), 2);
        assert_eq!(out.names.get(out.states[0].owner), "8aec0398-7c34-4319-8532-7219b1d1539d");
    }

    #[test]
    fn a_table_row_is_the_same_rule() {
        let out = read_csv(
            &InboxRules,
            "Description,Enabled,Identity,Name,RuleIdentity,SubjectContainsWords,DeleteMessage,ForwardTo,MoveToFolder,StopProcessingRules\n\
             \"If the message:\r\n\tx\r\n\",False,alias\\-3052737,ok,-3052737,\"weekly, digest\",True,,,False\n",
        );
        let rule = only(&out);
        assert_eq!(rule.id, Some((-3_052_737_i64).cast_unsigned()));
        assert!(rule.deletes && !rule.enabled && rule.forward_to.is_empty());
        assert_eq!(rule.conditions, [("SubjectContainsWords".to_owned(), "weekly, digest".to_owned())]);
        assert_eq!(out.names.get(out.states[0].owner), "alias");
    }

    #[test]
    fn lost_lists_are_said_to_be_lost_and_the_description_helps() {
        let out = read_csv(&NarrowedRules, "Name,Description,Enabled,ForwardTo,RedirectTo\n.,forward to x,True,System.Object[],\n");
        let rule = only(&out);
        assert!(rule.lost);
        assert_eq!(rule.conditions, [("Description".to_owned(), "forward to x".to_owned())]);
        assert!(out.states[0].owner.is_none(), "this tool names no owner");
        let short = read_csv(&NarrowedRules, "Mailbox,Rulename,Rulepriority,Ruledescription\na@example.com,.,1,delete all\n");
        assert!(only(&short).lost);
    }

    #[test]
    fn the_extractors_user_names_are_trimmed_and_named() {
        let out = read_csv(
            &ExtractorRules,
            "UserName,RuleName,Enabled,RuleIdentity,MoveToFolder,RedirectTo,ForwardTo,DeleteMessage,SoftDeleteMessage\n A@example.com,x,True,0,,r@example.org,,False,True\n",
        );
        assert_eq!(out.names.get(out.states[0].owner), "a@example.com");
        assert_eq!(only(&out).id, None);
        assert!(only(&out).deletes);
        assert_eq!(only(&out).redirect_to, ["r@example.org"]);
    }

    #[test]
    fn an_audit_row_about_rules_is_no_rule() {
        let header = crate::evidence::Header::new(&["Operation", "RuleIdentity", "Name", "ForwardTo", "MoveToFolder"]);
        let cells = crate::evidence::Cells::default();
        let record =
            Record { at: crate::evidence::RecordAt::default(), fields: crate::evidence::Fields::Row(&header, &cells), damaged: false };
        assert_eq!((InboxRules.claim(&record), NarrowedRules.claim(&record)), (0, 0));
    }

    #[test]
    fn rules_in_words_keep_their_words() {
        let out = read_csv(
            &EwsRules,
            "User,RuleName,IsPotentiallyMalicious,ActionType,ActionCommand,Action,Condition,State,DateCreated,ItemClass\n\
             a@example.com,x,True,OP_FORWARD,out@example.org,Forward,Always,Enabled,2024-05-01T10:00:00Z,IPM.Rule\n",
        );
        assert_eq!(only(&out).forward_to, ["out@example.org"]);
        assert_eq!(out.states[0].changed.rfc3339(0), "2024-05-01T10:00:00Z");
    }

    #[test]
    fn a_sweep_rule_names_its_sender() {
        let line = r#"{"Name":"s","Provider":"Exchange16","Sender":["x@example.org"],"KeepLatest":1,"KeepForDays":null,"DestinationFolder":"Archive","Enabled":true,"MailboxOwnerId":"a"}"#;
        let out = read_json(&SweepRules, line);
        assert_eq!(only(&out).move_to.as_deref(), Some("Archive"));
        assert_eq!(only(&out).conditions, [("From".to_owned(), "x@example.org".to_owned())]);
    }
}
