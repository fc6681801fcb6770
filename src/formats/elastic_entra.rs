//! Elastic documents of the Azure integration: sign-ins, directory audits and risk.
//!
//! `event.original` may hold the whole diagnostic record, which is preferred. Without it the fields are
//! there in `snake_case`, some under other names; `event.outcome` calls every interrupt a failure and is
//! not used.
//!
//! Source: elastic/integrations `packages/azure/data_stream/signinlogs/sample_event.json`, `fields.yml`.

use super::directory_audit::{self, Audit, Part};
use super::fields::{Cell, fill};
use super::sign_in::{self, Facts};
use super::{Format, diagnostic};
use crate::events::{Batch, Family, Reason};
use crate::evidence::{Record, Value};

/// Elastic documents with an `azure` object.
pub struct Elastic;

impl Format for Elastic {
    fn id(&self) -> &'static str {
        "entra.elastic"
    }

    fn title(&self) -> &'static str {
        "Entra logs exported from Elastic (azure.signinlogs, azure.auditlogs)"
    }

    fn family(&self) -> Family {
        Family::SignIn
    }

    fn required(&self) -> &'static [&'static str] {
        &["azure"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let azure =
            record.value("azure").filter(|azure| ["signinlogs", "auditlogs", "identityprotection"].iter().any(|name| azure.has(name)));
        if azure.is_some() { 7 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let Some(document) = record.object() else {
            out.reject(record.at, Reason("unrecognised-record"));
            return;
        };
        if let Some(original) = document.path(&["event", "original"]).and_then(Value::expand)
            && original.root().has("properties")
        {
            diagnostic::read(original.root(), record, out);
        } else if let Some(sign_in) = document.path(&["azure", "signinlogs"]) {
            read_sign_in(document, sign_in, record, out);
        } else if let Some(audit) = document.path(&["azure", "auditlogs"]) {
            read_audit(document, audit, record, out);
        } else {
            out.ignore(record.at, Reason("risk-without-original"));
        }
    }
}

fn at<'a>(document: Value<'a>, path: &[&str]) -> Cell<'a> {
    document.path(path).map_or(Cell::Text(""), Cell::Value)
}

fn read_sign_in<'a>(document: Value<'a>, logs: Value<'a>, record: &Record<'a>, out: &mut Batch) {
    let mut facts = logs.get("properties").map(Facts::of_object).unwrap_or_default();
    facts.take("category", at(logs, &["category"]));
    fill(&mut facts.published, at(document, &["@timestamp"]));
    fill(&mut facts.ip, at(document, &["source", "ip"]));
    fill(&mut facts.agent, at(document, &["user_agent", "original"]));
    fill(&mut facts.correlation, at(document, &["azure", "correlation_id"]));
    fill(&mut facts.reason, at(logs, &["result_description"]));
    if facts.code.is_none() {
        facts.take("result_type", at(logs, &["result_type"]));
    }
    // The place that Entra recorded became `geo`; `source.geo` is Elastic's own look-up.
    if let Some(place) = document.get("geo") {
        facts.part(sign_in::Part::Place, place);
    }
    sign_in::finish(facts, record, out);
}

fn read_audit<'a>(document: Value<'a>, logs: Value<'a>, record: &Record<'a>, out: &mut Batch) {
    let mut audit = Audit::default();
    if let Some(properties) = logs.get("properties") {
        audit = Audit::of_object(properties);
        fill(&mut audit.activity, at(properties, &["activity_display_name"]));
        fill(&mut audit.time, at(properties, &["activity_datetime"]));
        fill(&mut audit.reason, at(properties, &["result_reason"]));
        if let Some(initiator) = properties.get("initiated_by") {
            audit.part(Part::Initiator, initiator);
        }
    }
    fill(&mut audit.activity, at(logs, &["operation_name"]));
    fill(&mut audit.published, at(document, &["@timestamp"]));
    fill(&mut audit.correlation, at(document, &["azure", "correlation_id"]));
    fill(&mut audit.ip, at(document, &["source", "ip"]));
    // Targets are renamed beyond use here: what was changed is lost.
    audit.cut = true;
    directory_audit::finish(audit, record, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Outcome};
    use crate::formats::testkit::read_json;

    #[test]
    fn the_original_record_is_preferred() {
        let original = r#"{\"category\":\"SignInLogs\",\"operationName\":\"Sign-in activity\",\"properties\":{\"id\":\"0c532507-b101-4090-b2f1-4d768e2f3500\",\"createdDateTime\":\"2024-12-13T16:28:23Z\",\"userPrincipalName\":\"ana@example.com\",\"status\":{\"errorCode\":50140}}}"#;
        let out = read_json(
            &Elastic,
            &format!(
                r#"{{"@timestamp":"2024-12-13T16:34:03Z","azure":{{"signinlogs":{{}}}},"event":{{"outcome":"failure","original":"{original}"}}}}"#
            ),
        );
        assert_eq!((out.events[0].outcome, out.events[0].time.rfc3339(0).as_str()), (Outcome::Interrupted, "2024-12-13T16:28:23Z"));
    }

    #[test]
    fn renamed_fields_are_found() {
        let out = read_json(
            &Elastic,
            r#"{"@timestamp":"2019-10-18T09:45:48.072Z","azure":{"correlation_id":"c0ffee00-0000-4000-8000-000000000001","signinlogs":{"category":"SignInLogs","result_type":"50126","properties":{"app_display_name":"Office 365","app_id":"00000002-0000-0ff1-ce00-000000000000","client_app_used":"IMAP4","created_at":"2019-10-18T04:45:48.0729893-05:00","id":"0c532507-b101-4090-b2f1-4d768e2f3500","status":{"error_code":50126},"user_principal_name":"ana@example.com","device_detail":{"operating_system":"Ios 12"}}}},"geo":{"country_iso_code":"US","city_name":"Chicago"},"source":{"ip":"198.51.100.7"},"user_agent":{"original":"BAV2ROPC"}}"#,
        );
        let (event, Detail::SignIn(facts)) = (&out.events[0], &out.details[0]) else { panic!() };
        assert_eq!(
            (event.code, out.names.get(event.actor), event.time.rfc3339(0).as_str()),
            (50126, "ana@example.com", "2019-10-18T09:45:48Z")
        );
        assert_eq!((facts.country, out.text.get(facts.os), out.text.get(event.agent)), (*b"US", "Ios 12", "BAV2ROPC"));
    }
}
