//! Inbox rules from Graph `messageRules`. Hidden rules are not listed; the id is not Exchange's.
//!
//! Source: Graph reference of messageRule, its actions and predicates.

use super::Format;
use super::inbox_rule;
use crate::events::{Batch, Family, Rule, RuleChange, State, StateKind, Time};
use crate::evidence::{Record, Value};
use std::borrow::Cow;

/// Predicates, and what Get-InboxRule calls them.
const CONDITIONS: [(&str, &str); 10] = [
    ("subjectContains", "SubjectContainsWords"),
    ("bodyContains", "BodyContainsWords"),
    ("bodyOrSubjectContains", "SubjectOrBodyContainsWords"),
    ("senderContains", "FromAddressContainsWords"),
    ("fromAddresses", "From"),
    ("headerContains", "HeaderContainsWords"),
    ("recipientContains", "RecipientAddressContainsWords"),
    ("sentToAddresses", "SentTo"),
    ("hasAttachments", "HasAttachment"),
    ("importance", "WithImportance"),
];

/// Graph messageRules.
pub struct GraphRules;

impl Format for GraphRules {
    fn id(&self) -> &'static str {
        "state.inbox-rules-graph"
    }

    fn title(&self) -> &'static str {
        "Graph messageRules"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["displayname", "sequence", "isenabled", "actions"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        out.notice("hidden-rules-not-listed", "Graph lists no hidden rules");
        let mut rule = Rule::new(RuleChange::Present);
        rule.name = record.text("displayname").map(Cow::into_owned).unwrap_or_default();
        rule.enabled = super::snapshot::truth(record, "isenabled").unwrap_or(true);
        match record.value("actions").filter(|actions| actions.is_object()) {
            Some(actions) => act(&mut rule, actions),
            None => rule.lost = true,
        }
        for (field, prefix) in [("conditions", ""), ("exceptions", "ExceptIf")] {
            if let Some(tests) = record.value(field) {
                rule.lost |= !tests.is_object();
                rule.conditions.extend(tests.entries().filter_map(|(name, value)| predicate(prefix, name, value)));
            }
        }
        let mut owner = inbox_rule::owner(record, out);
        if owner.is_none() {
            owner = out.opt_principal(record.text("@odata.context").as_deref().and_then(user_of_context));
        }
        out.state(State { at: record.at, owner, changed: Time::NONE, kind: StateKind::Rule(Box::new(rule)) });
    }
}

fn act(rule: &mut Rule, actions: Value<'_>) {
    let on = |name: &str| actions.get(name).and_then(Value::bool) == Some(true);
    rule.deletes = on("delete") || on("permanentDelete");
    rule.marks_read = on("markAsRead");
    rule.stops = on("stopProcessingRules");
    rule.move_to = actions.text_of("moveToFolder").map(Cow::into_owned);
    rule.copy_to = actions.text_of("copyToFolder").map(Cow::into_owned);
    rule.forward_to = ["forwardTo", "forwardAsAttachmentTo"].iter().flat_map(|name| people(actions.get(name))).collect();
    rule.redirect_to = people(actions.get("redirectTo"));
}

/// Addresses of `{emailAddress:{name,address}}`, one or several.
fn people(list: Option<Value<'_>>) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    let address = |person: Value<'_>| {
        let inner = person.get("emailAddress").unwrap_or(person);
        inner.text_of("address").or_else(|| inner.text_of("name")).map(|text| crate::events::key::fold_principal(&text).into_owned())
    };
    list.items_or_self().filter_map(address).filter(|address| !address.is_empty()).collect()
}

/// A predicate that is set, in the words of Get-InboxRule where it has them.
fn predicate(prefix: &str, name: &str, value: Value<'_>) -> Option<(String, String)> {
    if value.is_null() || value.bool() == Some(false) {
        return None;
    }
    let word = CONDITIONS.iter().find(|(graph, _)| graph.eq_ignore_ascii_case(name)).map_or(name, |(_, word)| word);
    let texts: Vec<String> = if name.to_ascii_lowercase().ends_with("addresses") {
        people(Some(value))
    } else if value.is_object() {
        value.entries().filter_map(|(key, inner)| Some(format!("{key} {}", inner.text()?))).collect()
    } else {
        value.items_or_self().filter_map(|item| item.text().map(Cow::into_owned)).collect()
    };
    (!texts.is_empty()).then(|| (format!("{prefix}{word}"), texts.join(", ")))
}

/// The user in `…/$metadata#users('a%40example.com')/mailFolders('inbox')/messageRules`.
fn user_of_context(context: &str) -> Option<String> {
    let (_, rest) = context.split_once("users('")?;
    let (user, _) = rest.split_once('\'')?;
    Some(user.replace("%40", "@"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::read_json;

    #[test]
    fn graph_rules_are_told_in_the_words_of_exchange() {
        let line = r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('A%40example.com')/mailFolders('inbox')/messageRules","id":"AQAAAJ5dZqA=","displayName":"..","sequence":1,"isEnabled":true,"conditions":{"subjectContains":["invoice"],"fromAddresses":[{"emailAddress":{"name":"B","address":"B@example.com"}}],"sentToMe":false,"withinSizeRange":{"minimumSize":1,"maximumSize":9}},"exceptions":null,"actions":{"permanentDelete":true,"redirectTo":{"emailAddress":{"address":"Out@Example.org"}},"stopProcessingRules":true}}"#;
        let out = read_json(&GraphRules, line);
        let StateKind::Rule(rule) = &out.states[0].kind else { panic!("no rule") };
        assert_eq!(out.names.get(out.states[0].owner), "a@example.com");
        assert_eq!(rule.redirect_to, ["out@example.org"]);
        assert!(rule.deletes && rule.stops && rule.id.is_none() && !rule.lost);
        let words: Vec<(&str, &str)> = rule.conditions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            words,
            [("SubjectContainsWords", "invoice"), ("From", "b@example.com"), ("withinSizeRange", "minimumSize 1, maximumSize 9")]
        );
    }
}
