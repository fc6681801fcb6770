//! Snapshots: inbox rules and consents as they stood when the evidence was collected.

use serde_json::{Value, json};

use super::{quoted, row};
use crate::simulation::directory::graph_principal;
use crate::simulation::world::{Rule, World};

const COLUMNS: [&str; 27] = [
    "Description",
    "Enabled",
    "Identity",
    "InError",
    "ErrorType",
    "Name",
    "Priority",
    "RuleIdentity",
    "SupportedByTask",
    "Legacy",
    "BodyContainsWords",
    "From",
    "FromAddressContainsWords",
    "HasAttachment",
    "SubjectContainsWords",
    "SubjectOrBodyContainsWords",
    "CopyToFolder",
    "DeleteMessage",
    "SoftDeleteMessage",
    "ForwardAsAttachmentTo",
    "ForwardTo",
    "MarkAsRead",
    "MoveToFolder",
    "RedirectTo",
    "StopProcessingRules",
    "MailboxOwnerId",
    "IsValid",
];

/// The text in which the cmdlet describes a rule.
fn description(rule: &Rule) -> String {
    let from = format!("\tthe message was received from '{}'\r\n", rule.from.join("' or '"));
    let words = format!("\tthe message includes specific words in the subject or body '{}'\r\n", rule.words.join("' or '"));
    let folder = format!("Take the following actions:\r\n\tmove the message to folder '{}'\r\n", rule.folder);
    let forward = format!("\tforward the message to '{}'\r\n", rule.forward);
    let moves = !rule.folder.is_empty();
    let parts = [
        (!rule.from.is_empty() || !rule.words.is_empty(), "If the message:\r\n"),
        (!rule.from.is_empty(), from.as_str()),
        (!rule.words.is_empty(), words.as_str()),
        (moves, folder.as_str()),
        (!moves, "Take the following actions:\r\n"),
        (rule.delete, "\tdelete the message\r\n"),
        (!rule.forward.is_empty(), forward.as_str()),
        (rule.mark_read, "\tmark the message as Read\r\n"),
        (rule.stop, "\tstop processing more rules on this message\r\n"),
    ];
    parts.into_iter().filter_map(|(holds, text)| holds.then_some(text)).collect()
}

fn senders(world: &World, rule: &Rule) -> String {
    let entries: Vec<String> = rule
        .from
        .iter()
        .map(|address| {
            let known = world.tenant.people.iter().find(|person| person.upn == *address);
            let name = known.map_or(address.as_str(), |person| person.name.as_str());
            format!("\"{name}\" [SMTP:{address}]")
        })
        .collect();
    entries.join(", ")
}

fn flag(on: bool) -> &'static str {
    if on { "True" } else { "False" }
}

/// `Get-InboxRule | Export-Csv -Encoding UTF8` over all mailboxes: a byte-order mark, cells over lines.
pub fn rules_csv(world: &World) -> String {
    let mut text = format!("\u{feff}{}", row(&COLUMNS, quoted));
    for rule in &world.rules {
        let mailbox = world.person(rule.who).mailbox;
        let cells = [
            &description(rule),
            "True",
            &format!("{mailbox}\\{}", rule.identity),
            "False",
            "NotSet",
            rule.name,
            "1",
            &rule.identity.to_string(),
            "True",
            "False",
            "",
            &senders(world, rule),
            "",
            "False",
            "",
            &rule.words.join(", "),
            "",
            flag(rule.delete),
            "False",
            "",
            rule.forward,
            flag(rule.mark_read),
            rule.folder,
            "",
            flag(rule.stop),
            &mailbox.to_string(),
            "True",
        ];
        text.push_str(&row(&cells, quoted));
    }
    text
}

/// The same as JSON with the mailbox beside each rule, as scripts write it.
pub fn rules_json(world: &World) -> String {
    let list = |words: &[&str]| if words.is_empty() { Value::Null } else { json!(words) };
    let rules: Vec<Value> = world
        .rules
        .iter()
        .map(|rule| {
            let person = world.person(rule.who);
            let from = if rule.from.is_empty() { Value::Null } else { json!([senders(world, rule)]) };
            json!({
                "Mailbox": person.upn,
                "Description": description(rule),
                "Enabled": true,
                "Identity": format!("{}\\{}", person.mailbox, rule.identity),
                "InError": false,
                "Name": rule.name,
                "Priority": 1,
                "RuleIdentity": rule.identity,
                "SupportedByTask": true,
                "From": from,
                "SubjectContainsWords": null,
                "SubjectOrBodyContainsWords": list(rule.words),
                "DeleteMessage": rule.delete,
                "ForwardTo": if rule.forward.is_empty() { Value::Null } else { json!([rule.forward]) },
                "MarkAsRead": rule.mark_read,
                "MoveToFolder": rule.folder,
                "RedirectTo": null,
                "StopProcessingRules": rule.stop,
                "MailboxOwnerId": person.mailbox.to_string(),
            })
        })
        .collect();
    pretty(&Value::Array(rules))
}

/// `oauth2PermissionGrants` of Graph.
pub fn grants_json(world: &World) -> String {
    let resource = graph_principal(world.tenant.id).to_string();
    let grants: Vec<Value> = world
        .grants
        .iter()
        .map(|grant| {
            json!({
                "clientId": grant.client.to_string(),
                "consentType": "Principal",
                "id": grant.id,
                "principalId": world.person(grant.who).object_id.to_string(),
                "resourceId": resource,
                "scope": format!(" {}", grant.scopes),
            })
        })
        .collect();
    let context = "https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants";
    pretty(&json!({"@odata.context": context, "value": grants}))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
