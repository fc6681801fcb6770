//! Inbox rules: cmdlets (`New-InboxRule`, …) and what Outlook and EWS write (`UpdateInboxRules`).
//!
//! Source: parameter and property names seen in public exports; the EWS layout is documented only.

use super::fields::{Field, present};
use super::{Reader, is_guid};
use crate::events::{Action, Detail, Flags, Rule, RuleChange};
use crate::evidence::{Doc, Value};

/// Parameters that are neither condition nor action of a rule.
const NOT_CONDITIONS: [&str; 9] =
    ["name", "identity", "mailbox", "priority", "enabled", "confirm", "whatif", "domaincontroller", "ruleidentity"];

impl Reader<'_, '_> {
    /// A record about an inbox rule.
    pub(super) fn rules(&mut self) {
        self.event.action = Action::MailboxRule;
        let rule = if self.operation == "updateinboxrules" {
            self.mailbox_owner();
            self.rule_of_client()
        } else {
            self.rule_of_cmdlet()
        };
        self.event.object = self.out.str(&rule.name);
        self.event.flags.set_if(matches!(rule.change, RuleChange::Remove), Flags::REMOVAL);
        self.out.detail(&mut self.event, Detail::Rule(Box::new(rule)));
    }

    fn rule_of_cmdlet(&mut self) -> Rule {
        let mut rule = Rule::new(match self.operation.split('-').next() {
            Some("new") => RuleChange::New,
            Some("enable") => RuleChange::Enable,
            Some("disable") => RuleChange::Disable,
            Some("remove") => RuleChange::Remove,
            _ => RuleChange::Set,
        });
        let audit = self.audit;
        let parameters = audit.pairs(Field::Parameters);
        let (mut mailbox, mut identity) = (None, None);
        for (name, value) in &parameters {
            rule.parameters.push((*name).to_owned());
            let folded = name.to_ascii_lowercase();
            match folded.as_str() {
                "mailbox" => mailbox = present(value),
                "identity" => identity = present(value),
                "name" => (*value).clone_into(&mut rule.name),
                "enabled" => rule.enabled = is_true(value),
                _ => parameter(&mut rule, &folded, name, value),
            }
        }
        rule.enabled &= rule.change != RuleChange::Disable;
        rule.lost = self.event.flags.has(Flags::PARTIAL) || parameters.is_empty();
        let object = audit.str(Field::ObjectId);
        for named in [identity, object].into_iter().flatten() {
            name_rule(&mut rule, named);
        }
        self.event.target = match (mailbox, identity.filter(|id| id.contains('\\')), object) {
            (Some(mailbox), ..) => self.mailbox_named(mailbox),
            (None, Some(identity), _) if rule.change != RuleChange::New => self.mailbox_named(identity),
            (None, _, Some(object)) => self.mailbox_of_object(object),
            _ => self.event.actor,
        };
        rule
    }

    /// Without a `Mailbox` parameter a rule is of the actor's own mailbox, which `ObjectId` may name by
    /// alias or display name; a GUID there may be joined to an account by other records.
    fn mailbox_of_object(&mut self, object: &str) -> crate::events::Principal {
        let mailbox = object.rsplit('/').next().unwrap_or(object);
        let mailbox = mailbox.split('\\').next().unwrap_or(mailbox);
        if is_guid(mailbox) || mailbox.contains('@') { self.out.principal(mailbox) } else { self.event.actor }
    }

    fn rule_of_client(&mut self) -> Rule {
        let mut rule = Rule::new(RuleChange::Set);
        let mut told = false;
        for (name, value) in self.audit.pairs(Field::OperationProperties) {
            rule.parameters.push(name.to_owned());
            match name {
                "RuleOperation" => rule.change = rule_operation(value).unwrap_or(rule.change),
                "IsNew" if is_true(value) => rule.change = RuleChange::New,
                "RuleId" => rule.id = rule_id(value),
                "RuleName" | "Name" => value.clone_into(&mut rule.name),
                "RuleState" => {
                    rule.stops = value.contains("ExitAfterExecution");
                    rule.enabled = value.is_empty() || value.contains("Enabled");
                }
                "RuleCondition" | "Conditions" => told |= condition(&mut rule, name, value),
                "RuleActions" | "Actions" | "ServerRule" => told |= actions(&mut rule, value),
                "RemoveOutlookRuleBlob" => rule.silent_flags |= is_true(value),
                _ => {}
            }
        }
        rule.lost = !told && rule.change != RuleChange::Remove;
        if rule.name.is_empty()
            && let Some(name) = self.audit.value(Field::Item).and_then(|item| item.str_of("Subject"))
        {
            name.clone_into(&mut rule.name);
        }
        rule
    }
}

/// `mailbox\rule`: the rule is its number or its name. A name may be a number too: what the command itself calls the
/// name is no identity.
fn name_rule(rule: &mut Rule, named: &str) {
    let last = named.rsplit('/').next().unwrap_or(named);
    let Some((_, tail)) = last.split_once('\\') else { return };
    match rule_id(tail) {
        Some(id) if rule.name.trim() != tail.trim() => rule.id = rule.id.or(Some(id)),
        None if rule.name.is_empty() && tail != "0" => tail.trim().clone_into(&mut rule.name),
        Some(_) | None => {}
    }
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true") || value.trim() == "$true"
}

/// A rule identity as 64 bits: sources write it with or without a sign. 0 is no identity.
fn rule_id(text: &str) -> Option<u64> {
    let text = text.trim();
    let id = text.parse::<u64>().ok().or_else(|| text.parse::<i64>().ok().map(i64::cast_unsigned))?;
    (id != 0).then_some(id)
}

fn rule_operation(value: &str) -> Option<RuleChange> {
    match value.trim() {
        "AddMailboxRule" | "Create" | "Add" => Some(RuleChange::New),
        "ModifyMailboxRule" | "Update" | "Modify" | "Set" => Some(RuleChange::Set),
        "RemoveMailboxRule" | "Delete" | "Remove" => Some(RuleChange::Remove),
        _ => None,
    }
}

/// Addresses joined by `;`, or by `,` where no name stands before them.
fn addresses(value: &str) -> impl Iterator<Item = String> + '_ {
    let separators: &[char] = if value.contains('"') { &[';'] } else { &[';', ','] };
    value.split(separators).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// A parameter of a cmdlet that is a condition, an exception or an action.
fn parameter(rule: &mut Rule, folded: &str, name: &str, value: &str) {
    match folded {
        "movetofolder" => rule.move_to = present(value).map(str::to_owned),
        "copytofolder" => rule.copy_to = present(value).map(str::to_owned),
        "forwardto" | "forwardasattachmentto" | "sendtextmessagenotificationto" => rule.forward_to.extend(addresses(value)),
        "redirectto" => rule.redirect_to.extend(addresses(value)),
        "deletemessage" | "softdeletemessage" | "permanentdelete" => rule.deletes |= is_true(value),
        "markasread" => rule.marks_read = is_true(value),
        "stopprocessingrules" => rule.stops = is_true(value),
        "force" | "alwaysdeleteoutlookrulesblob" => rule.silent_flags = true,
        "pinmessage" | "applycategory" | "applysystemcategory" | "markimportance" | "deletesystemcategory" => {}
        other if NOT_CONDITIONS.contains(&other) => {}
        _ => {
            // `HasAttachment False` asks for nothing.
            if let Some(value) = present(value).filter(|value| !value.eq_ignore_ascii_case("false")) {
                rule.conditions.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// The condition of a client's rule: kept as text, with the words and senders that it names.
fn condition(rule: &mut Rule, name: &str, value: &str) -> bool {
    let Some(value) = present(value).filter(|value| !matches!(*value, "{}" | "[]")) else { return false };
    let words = |marker: &str| -> Vec<String> {
        let parts = value.split(marker).skip(1);
        parts.filter_map(|rest| rest.split([')', '}']).next()).map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    for (marker, condition) in [
        ("(SubjectProperty)=", "SubjectContainsWords"),
        ("(Body)=", "BodyContainsWords"),
        ("(BodyProperty)=", "BodyContainsWords"),
        ("SenderSearchKey Equal SMTP:", "From"),
    ] {
        let found = words(marker);
        if !found.is_empty() {
            rule.conditions.push((condition.to_owned(), found.join(";")));
        }
    }
    rule.conditions.push((name.to_owned(), value.to_owned()));
    true
}

/// Actions in JSON text: `[{"ActionType":"Forward","Recipients":[…]}]` of Outlook, or the nested form
/// of EWS. True if there is any.
fn actions(rule: &mut Rule, text: &str) -> bool {
    let mut doc = Doc::new();
    if doc.parse(text).is_err() {
        let mut any = false;
        for word in text.split([',', ';', ' ']).map(str::trim).filter(|word| !word.is_empty()) {
            any |= action(rule, word, None);
        }
        return any;
    }
    let root = doc.root();
    let list = root.get("Actions").unwrap_or(root);
    let mut any = false;
    for entry in list.items_or_self() {
        let kind = entry.str().or_else(|| entry.str_of("ActionType")).or_else(|| entry.str_of("Type")).or_else(|| entry.str_of("Name"));
        if let Some(kind) = kind {
            any |= action(rule, kind, Some(entry));
        }
    }
    any
}

fn action(rule: &mut Rule, kind: &str, entry: Option<Value<'_>>) -> bool {
    let kind = kind.trim_start_matches("OP_").to_ascii_lowercase();
    let people = || entry.map(recipients).unwrap_or_default();
    let folder = || {
        let named = ["DestinationFolderName", "FolderName", "DestinationFolder", "DestinationFolderId", "FolderId"];
        entry.and_then(|entry| named.iter().find_map(|key| entry.str_of(key))).unwrap_or("a folder known only by its id").to_owned()
    };
    match kind.as_str() {
        kind if kind.starts_with("forward") => rule.forward_to.extend(people()),
        kind if kind.starts_with("redirect") || kind == "delegate" => rule.redirect_to.extend(people()),
        kind if kind.starts_with("move") => rule.move_to = Some(folder()),
        kind if kind.starts_with("copy") => rule.copy_to = Some(folder()),
        kind if kind.contains("delete") => rule.deletes = true,
        kind if kind.starts_with("markasread") => rule.marks_read = true,
        kind if kind.starts_with("stopprocessing") => rule.stops = true,
        "deferaction" | "tag" | "assigncategories" | "bounce" | "reply" | "oofreply" => {}
        _ => return false,
    }
    true
}

/// Recipients of an action: texts, objects with an address, or `Values` below `Recipients`.
fn recipients(entry: Value<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for recipient in entry.get("Recipients").into_iter().flat_map(Value::items_or_self) {
        if let Some(text) = recipient.str().and_then(present) {
            found.push(text.to_owned());
            continue;
        }
        let plain = ["Address", "SmtpAddress", "EmailAddress"].iter().find_map(|key| recipient.str_of(key));
        found.extend(plain.map(str::to_owned));
        for value in recipient.get("Values").into_iter().flat_map(Value::items_or_self) {
            let text = value.str().or_else(|| value.str_of("Value"));
            found.extend(text.filter(|text| text.contains('@')).map(str::to_owned));
        }
    }
    found
}
