//! An inbox rule as found in a snapshot, under the names of Get-InboxRule and of the tools that narrow
//! it.
//!
//! Source: the cmdlet's documentation and a live record. `RuleIdentity` is an unsigned 64-bit number: it
//! fits neither a signed one nor a float.

use super::address_list::addresses;
use super::snapshot::{elements, is_guid, is_lost, joined, link_identifiers, truth};
use crate::events::{Batch, Principal, Rule, RuleChange, State, StateKind, Time};
use crate::evidence::Record;
use std::borrow::Cow;

/// Conditions of Get-InboxRule; each has an `ExceptIf` twin.
const CONDITIONS: [&str; 23] = [
    "From",
    "FromAddressContainsWords",
    "SubjectContainsWords",
    "SubjectOrBodyContainsWords",
    "BodyContainsWords",
    "HeaderContainsWords",
    "RecipientAddressContainsWords",
    "SentTo",
    "SentOnlyToMe",
    "MyNameInToBox",
    "MyNameInCcBox",
    "MyNameInToOrCcBox",
    "MyNameNotInToBox",
    "HasAttachment",
    "HasClassification",
    "MessageTypeMatches",
    "FlaggedForAction",
    "ReceivedAfterDate",
    "ReceivedBeforeDate",
    "WithImportance",
    "WithSensitivity",
    "WithinSizeRangeMinimum",
    "WithinSizeRangeMaximum",
];

/// Where the owner of a rule is named, best first. The last two may be a GUID or a name.
const OWNERS: [&str; 8] = ["username", "userprincipalname", "upn", "mailbox", "user", "owner", "primarysmtpaddress", "mailboxownerid"];

/// The record is a rule as it was found.
pub fn state(record: &Record<'_>, changed: Time, rule: Rule, out: &mut Batch) {
    let owner = owner(record, out);
    out.state(State { at: record.at, owner, changed, kind: StateKind::Rule(Box::new(rule)) });
}

/// Whose rule it is: a column of a tool, else the mailbox id, else what stands before `\` in the
/// identity. Where a row has a name and the mailbox's GUID, they are one account.
pub fn owner(record: &Record<'_>, out: &mut Batch) -> Principal {
    let identity = record.text("identity");
    let mailbox = identity.as_deref().and_then(|identity| identity.rsplit_once('\\')).map(|(mailbox, _)| mailbox);
    let named = OWNERS.iter().flat_map(|name| elements(record, name)).find(|name| !is_lost(name));
    let owner = out.opt_principal(named.as_deref().or(mailbox));
    if let Some(mailbox) = mailbox.filter(|mailbox| is_guid(mailbox)) {
        let mailbox = out.principal(mailbox);
        out.same_account(owner, mailbox);
    }
    if record.text("mailboxownerid").is_some_and(|id| is_guid(&id)) {
        link_identifiers(record, owner, &["mailboxownerid"], out);
    }
    owner
}

/// Reads a rule under the names of Get-InboxRule.
pub fn rule(record: &Record<'_>, out: &mut Batch) -> Rule {
    let mut rule = Rule::new(RuleChange::Present);
    rule.name = record.text_any(&["name", "rulename"]).map(Cow::into_owned).unwrap_or_default();
    rule.id = identity(record, out);
    rule.enabled = truth(record, "enabled").unwrap_or(true);
    rule.move_to = text(record, "movetofolder", &mut rule.lost);
    rule.copy_to = text(record, "copytofolder", &mut rule.lost);
    rule.forward_to = targets(record, &["forwardto", "forwardasattachmentto"], &mut rule.lost);
    rule.redirect_to = targets(record, &["redirectto"], &mut rule.lost);
    rule.deletes = ["deletemessage", "softdeletemessage", "permanentdelete"].iter().any(|name| truth(record, name) == Some(true));
    rule.marks_read = truth(record, "markasread") == Some(true);
    rule.stops = truth(record, "stopprocessingrules") == Some(true);
    for name in CONDITIONS {
        for name in [Cow::Borrowed(name), Cow::Owned(format!("ExceptIf{name}"))] {
            if let Some(value) = condition(record, &name.to_ascii_lowercase(), &mut rule.lost) {
                rule.conditions.push((name.into_owned(), value));
            }
        }
    }
    let described = record.text_any(&["description", "ruledescription"]);
    rule.lost |= !has_body(record);
    if rule.lost
        && let Some(described) = described
    {
        rule.conditions.push(("Description".to_owned(), described.into_owned()));
    }
    rule
}

/// True if the row has any column that says what the rule does.
fn has_body(record: &Record<'_>) -> bool {
    ["movetofolder", "forwardto", "redirectto", "forwardasattachmentto", "deletemessage"].iter().any(|name| record.has(name))
}

/// The rule's number, from `RuleIdentity` or from the end of `Identity`.
fn identity(record: &Record<'_>, out: &mut Batch) -> Option<u64> {
    let number = |text: &str| {
        let text = text.trim();
        text.parse().ok().or_else(|| text.parse().ok().map(i64::cast_unsigned)).filter(|id| *id != 0)
    };
    let own = record.text("ruleidentity");
    if own.as_deref().is_some_and(|text| text.contains("E+") || text.contains("e+")) {
        out.notice("spreadsheet-damage", "rule ids are rounded (1.5E+19): a spreadsheet has rewritten the file");
    }
    let from_identity = || record.text("identity").as_deref().and_then(|text| text.rsplit_once('\\')).and_then(|(_, id)| number(id));
    own.as_deref().and_then(number).or_else(from_identity)
}

fn text(record: &Record<'_>, name: &str, lost: &mut bool) -> Option<String> {
    let text = joined(record, name)?;
    *lost |= is_lost(&text);
    Some(text.into_owned())
}

fn targets(record: &Record<'_>, names: &[&str], lost: &mut bool) -> Vec<String> {
    let mut found = Vec::new();
    for element in names.iter().flat_map(|name| elements(record, name)) {
        *lost |= is_lost(&element);
        for target in addresses(&element) {
            if !found.contains(&target) {
                found.push(target);
            }
        }
    }
    found
}

/// A condition that is set. `False` and an empty list are conditions that are not.
fn condition(record: &Record<'_>, name: &str, lost: &mut bool) -> Option<String> {
    let value = joined(record, name)?;
    if value.eq_ignore_ascii_case("false") || value == "{}" {
        return None;
    }
    *lost |= is_lost(&value);
    Some(value.into_owned())
}
