//! Elastic's `logs-o365.audit` and filebeat's `o365` module; SOF-ELK's layout of the same.
//!
//! `event.original` is the untouched record, where it was kept. Otherwise the record is put together: its
//! common fields have moved to ECS names, the rest is below `o365.audit`, numbers are texts and lists of
//! names and values have become objects.
//! Source: elastic/integrations packages/o365; philhagen/sof-elk.

use super::Format;
use super::audit::{self, Fallback};
use crate::events::{Batch, Family, Flags};
use crate::evidence::{Doc, Record, Value};

/// See the module.
pub struct UalElastic;

/// ECS names of fields of the record: path, or dotted key.
const MOVED: [(&str, &str); 9] = [
    ("event.id", "Id"),
    ("event.action", "Operation"),
    ("event.provider", "Workload"),
    ("event.code", "RecordType"),
    ("organization.id", "OrganizationId"),
    ("user.id", "UserId"),
    ("user_agent.original", "UserAgent"),
    ("client.address", "ClientIP"),
    ("@timestamp", "CreationTime"),
];

/// A value by its path, whether its keys are nested or dotted.
fn at<'d>(root: Value<'d>, path: &str) -> Option<Value<'d>> {
    if let Some(value) = root.get(path) {
        return Some(value);
    }
    let mut value = root;
    for key in path.split('.') {
        value = value.get(key)?;
    }
    Some(value)
}

impl Format for UalElastic {
    fn id(&self) -> &'static str {
        "ual.elastic"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, out of Elasticsearch (o365.audit)"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["o365", "event", "@timestamp"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let Some(object) = record.object() else { return 0 };
        let nested = object.path(&["o365", "audit"]).is_some_and(Value::is_object);
        let dotted = || object.entries().any(|(key, _)| key.starts_with("o365.audit."));
        if nested || dotted() { 7 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let Some(object) = record.object() else { return out.reject(record.at, audit::envelope::UNREADABLE) };
        let mut fallback = Fallback::default();
        fallback.flags.set_if(record.damaged, Flags::PARTIAL);
        let mut doc = Doc::new();
        let original = at(object, "event.original").and_then(Value::str);
        if !original.is_some_and(|text| audit::parse(text, &mut doc) == audit::Reading::Whole) {
            doc = put_together(object);
        }
        audit::read_record(doc.root(), record.at, &fallback, out);
    }
}

/// The record, from ECS names and what is below `o365.audit` (which counts where both say something).
fn put_together(object: Value<'_>) -> Doc {
    let mut doc = Doc::new();
    let mark = doc.open_object();
    for (path, field) in MOVED {
        if let Some(value) = at(object, path) {
            doc.push_text(field);
            doc.push_value(value);
        }
    }
    if let Some(below) = object.path(&["o365", "audit"]) {
        for (key, value) in below.entries() {
            doc.push_text(key);
            doc.push_value(value);
        }
    }
    for (key, value) in object.entries() {
        if let Some(field) = key.strip_prefix("o365.audit.") {
            doc.push_text(field);
            doc.push_value(value);
        }
    }
    doc.close(mark);
    doc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Key, KeyKind};
    use crate::formats::testkit::read_json;

    #[test]
    fn the_original_is_used_where_it_was_kept_and_else_put_together() {
        let original = r#"{\"CreationTime\":\"2024-01-02T03:04:05\",\"Id\":\"54a3be03-f8ea-4835-774d-08db088e6c01\",\"Operation\":\"UserLoggedIn\",\"RecordType\":15,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"a@example.com\",\"ClientIP\":\"1.2.3.4\",\"ExtendedProperties\":[{\"Name\":\"UserAgent\",\"Value\":\"Mozilla\"}]}"#;
        let lines = [
            format!(r#"{{"@timestamp":"2024-01-02T03:04:05.000Z","event":{{"original":"{original}"}},"o365":{{"audit":{{"UserKey":"x"}}}}}}"#),
            r#"{"@timestamp":"2024-01-02T03:04:05.000Z","event":{"id":"54a3be03-f8ea-4835-774d-08db088e6c01","action":"UserLoggedIn","provider":"AzureActiveDirectory","code":"AzureActiveDirectoryStsLogon"},"user":{"id":"a@example.com"},"client":{"address":"1.2.3.4"},"user_agent":{"original":"Mozilla"},"o365":{"audit":{"RecordType":"15","ExtendedProperties":{"RequestType":"OAuth2:Token"}}}}"#.to_owned(),
            r#"{"@timestamp":"2024-01-02T03:04:05.000Z","event.id":"54a3be03-f8ea-4835-774d-08db088e6c01","event.action":"UserLoggedIn","event.provider":"AzureActiveDirectory","user.id":"a@example.com","client.address":"1.2.3.4","user_agent.original":"Mozilla","o365.audit.RecordType":"15"}"#.to_owned(),
        ];
        for line in lines {
            let out = read_json(&UalElastic, &line);
            let event = out.events[0];
            assert_eq!(event.action, Action::SignIn, "{line}");
            assert_eq!(out.keys[0].0, Key::of(KeyKind::SignIn, "54a3be03-f8ea-4835-774d-08db088e6c01"));
            assert_eq!(
                (out.text.get(event.agent), out.ips.get(event.ip), out.names.get(event.actor)),
                ("Mozilla", "1.2.3.4", "a@example.com")
            );
            assert_eq!(event.time.rfc3339(0), "2024-01-02T03:04:05Z");
        }
    }
}
