//! Defender's `CloudAppEvents`: hunting results, the streaming API, and the Sentinel copy.
//!
//! For Microsoft 365 rows `RawEventData` is the audit record itself. Rows of other clouds are set aside.
//! Where it is lost, what the columns say is kept; the record's id is the tail of `ReportId`.
//! Source: MicrosoftDocs/defender-docs; OTRF/Security-Datasets; SEKOIA-IO/intake-formats.

use super::Format;
use super::audit::{self, Fallback, present};
use crate::events::{Batch, Family, Flags, Reason};
use crate::evidence::{Doc, Fields, Record, Value};

/// Rows as they are.
pub struct CloudAppEvents;
/// Rows inside the streaming API's `{time, category, properties}`.
pub struct CloudAppEventsStream;

/// A row of another cloud (Google, Salesforce): no record of Microsoft 365.
const OTHER_CLOUD: Reason = Reason("other-cloud-service");
/// A row of another table that shares the columns, with nothing in those of this one.
const NO_EVENT: Reason = Reason("no-cloud-app-event");

impl Format for CloudAppEvents {
    fn id(&self) -> &'static str {
        "ual.cloud-app-events"
    }

    fn title(&self) -> &'static str {
        "CloudAppEvents table of Microsoft Defender XDR"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["actiontype", "raweventdata", "accountobjectid"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let mut inner = Doc::new();
        let raw = match record.fields {
            Fields::Object(row) => row.get("RawEventData").or_else(|| row.get("RawEventData_dynamic")).filter(|raw| raw.is_object()),
            Fields::Row(..) => None,
        };
        let text = record.text_any(&["raweventdata", "raweventdata_string"]);
        let parsed = raw.is_none() && text.is_some_and(|text| audit::parse(&text, &mut inner) != audit::Reading::Nothing);
        let raw = raw.or(parsed.then(|| inner.root()));
        let mut flags = app_only(record, raw);
        flags.set_if(record.damaged, Flags::PARTIAL);
        match raw {
            Some(raw) if raw.has("Operation") && raw.has("Workload") => {
                let time = record.text("timestamp");
                let id = record.text_any(&["reportid", "reportid_string"]);
                let fallback = Fallback { id: id.as_deref().and_then(tail), time: time.as_deref(), flags, ..Fallback::default() };
                audit::read_record(raw, record.at, &fallback, out);
            }
            Some(raw) if raw.entries().next().is_some() => out.ignore(record.at, OTHER_CLOUD),
            _ => read_columns(record, flags, out),
        }
    }
}

impl Format for CloudAppEventsStream {
    fn id(&self) -> &'static str {
        "ual.cloud-app-events-stream"
    }

    fn title(&self) -> &'static str {
        "CloudAppEvents from the Defender XDR streaming API"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["properties", "category", "time"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let inner = record.value("properties").map(|row| Record { fields: Fields::Object(row), ..*record });
        match inner {
            Some(inner) if record.has("category") && inner.has("raweventdata") && inner.has("actiontype") => 6,
            _ => 0,
        }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        match record.value("properties") {
            Some(row) => CloudAppEvents.read(&Record { fields: Fields::Object(row), ..*record }, out),
            None => out.ignore(record.at, NO_EVENT),
        }
    }
}

/// An application acted in its own right: the table says so, or the account is the application.
fn app_only(record: &Record<'_>, raw: Option<Value<'_>>) -> Flags {
    let account = record.text_any(&["accountobjectid", "accountid"]);
    let client = record.text("oauthappid");
    let client = client.as_deref().or_else(|| raw.and_then(|raw| raw.str_of("ClientAppId")));
    let is_client = account.zip(client).is_some_and(|(account, client)| account.eq_ignore_ascii_case(client));
    let said = record.text("accounttype").is_some_and(|kind| kind.eq_ignore_ascii_case("application"));
    let mut flags = Flags::default();
    flags.set_if(is_client || said, Flags::APP_ONLY);
    flags
}

/// The record id at the end of `<number>_<application>_<record id>`.
fn tail(report: &str) -> Option<&str> {
    report.rsplit('_').next().filter(|id| id.len() == 36)
}

/// The workload of an application of Microsoft 365, by the name that the table gives it; empty for others.
fn workload(application: &str) -> &'static str {
    match application {
        "Office 365" | "Microsoft 365" | "Microsoft Azure" | "Microsoft Entra ID" => "AzureActiveDirectory",
        "Microsoft Teams" => "MicrosoftTeams",
        name if name.starts_with("Microsoft Exchange") => "Exchange",
        name if name.starts_with("Microsoft SharePoint") => "SharePoint",
        name if name.starts_with("Microsoft OneDrive") => "OneDrive",
        _ => "",
    }
}

/// The actor among the objects of a row.
fn actor(objects: Value<'_>) -> Option<&str> {
    let mut actors = objects.items_or_self().filter(|object| object.str_of("Role") == Some("Actor"));
    actors.find_map(|object| object.str_of("Id"))
}

/// An event of what the columns say, where the record is lost.
fn read_columns(record: &Record<'_>, mut flags: Flags, out: &mut Batch) {
    let columns = [
        ("Operation", &["actiontype"][..]),
        ("UserId", &["userid", "accountobjectid", "accountid", "accountdisplayname"]),
        ("ClientIP", &["ipaddress"]),
        ("UserAgent", &["useragent", "useragent_string"]),
        ("ObjectId", &["objectname"]),
    ];
    let mut doc = Doc::new();
    let mark = doc.open_object();
    let mut found = 0;
    let workload = record.text("application").map_or("", |name| workload(&name));
    doc.push_text("Workload");
    doc.push_text(workload);
    for (field, names) in columns {
        if let Some(text) = record.text_any(names)
            && let Some(text) = present(&text)
        {
            doc.push_text(field);
            doc.push_text(text);
            found += 1;
        }
    }
    if let Some(actor) = record.value("activityobjects").and_then(actor) {
        doc.push_text("UserId_");
        doc.push_text(actor);
    }
    doc.close(mark);
    let time = record.text("timestamp");
    let id = record.text_any(&["reportid", "reportid_string"]);
    // Of the acts of Microsoft 365 the report tells the record's id.
    let told = found >= 3 || id.as_deref().and_then(tail).is_some();
    if workload.is_empty() || !record.has("actiontype") || !told {
        return out.ignore(record.at, NO_EVENT);
    }
    flags.set(Flags::PARTIAL);
    let fallback = Fallback { id: id.as_deref().and_then(tail), time: time.as_deref(), flags, ..Fallback::default() };
    audit::read_record(doc.root(), record.at, &fallback, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Key, KeyKind};
    use crate::formats::testkit::{read_csv, read_json};

    const RAW: &str = r#"{"CreationTime":"2021-08-02T13:32:07.0000000Z","Id":"699e0b10-1c53-403e-976f-ce0847a92b44","Operation":"MailItemsAccessed","RecordType":50,"Workload":"Exchange","UserType":0,"UserId":"a@example.com","MailboxOwnerUPN":"a@example.com","ClientAppId":"5a95e683-08ad-424e-a441-1d1aec52c02c","OperationProperties":["@{Value=Bind; Name=MailAccessType}"],"Folders":["@{Id=x; Path=\\Inbox; FolderItems=System.Object[]}"]}"#;

    #[test]
    fn the_raw_record_has_the_audit_logs_identity_and_the_table_tells_who_acted() {
        let row = format!(
            r#"{{"Timestamp":"2021-08-02T13:32:07Z","ActionType":"MailItemsAccessed","AccountObjectId":"5a95e683-08ad-424e-a441-1d1aec52c02c","RawEventData":{RAW}}}"#
        );
        let stream = format!(r#"{{"time":"2021-08-02T14:00:00Z","category":"AdvancedHunting-CloudAppEvents","properties":{row}}}"#);
        let csv = format!(
            "Timestamp,ActionType,AccountObjectId,RawEventData\n\"Aug 2, 2021 1:32:07 PM\",MailItemsAccessed,5a95e683-08ad-424e-a441-1d1aec52c02c,\"{}\"",
            RAW.replace('"', "\"\"")
        );
        for out in [read_json(&CloudAppEvents, &row), read_json(&CloudAppEventsStream, &stream), read_csv(&CloudAppEvents, &csv)] {
            let event = out.events[0];
            assert_eq!(out.keys[0].0, Key::of_parts(KeyKind::Audit, &["699e0b10-1c53-403e-976f-ce0847a92b44", "mailitemsaccessed"]));
            assert_eq!(
                (out.names.get(event.actor), out.names.get(event.target)),
                ("5a95e683-08ad-424e-a441-1d1aec52c02c", "a@example.com")
            );
            assert!(event.flags.has(Flags::APP_ONLY | Flags::PARTIAL));
            assert_eq!(event.time.rfc3339(0), "2021-08-02T13:32:07Z");
        }
    }

    #[test]
    fn rows_of_other_clouds_and_of_other_tables_are_set_aside() {
        let out = read_json(
            &CloudAppEvents,
            "{\"ActionType\":\"login\",\"AccountObjectId\":\"\",\"RawEventData\":{\"kind\":\"admin#reports#activity\"}}\n{\"ActionType\":\"LdapSearch\",\"AccountObjectId\":\"\",\"RawEventData\":null}",
        );
        assert_eq!((out.events.len(), out.fates.len()), (0, 2));
    }

    #[test]
    fn a_directory_act_without_its_record_keeps_actor_and_id() {
        let out = read_json(
            &CloudAppEvents,
            r#"{"Timestamp":"2021-08-02T13:27:20Z","ActionType":"Add delegated permission grant.","Application":"Office 365","AccountObjectId":"","RawEventData":null,"ReportId":"106830890_11161_e417c1fd-ae0b-4efa-891b-bb6b0ea7d35e","ActivityObjects":[{"Type":"User","Role":"Actor","Id":"aead923d-498b-4f64-a66c-2af91447a8b6"}]}"#,
        );
        assert_eq!((out.events[0].action, out.names.get(out.events[0].actor)), (Action::Consent, "aead923d-498b-4f64-a66c-2af91447a8b6"));
    }

    #[test]
    fn a_lost_record_is_kept_as_far_as_the_columns_go() {
        let out = read_csv(
            &CloudAppEvents,
            "Timestamp,ActionType,Application,AccountObjectId,IPAddress,ReportId,RawEventData\n2021-08-02T13:32:07Z,FileDownloaded,Microsoft SharePoint Online,22222222-0000-4000-8000-000000000001,1.2.3.4,1_2_699e0b10-1c53-403e-976f-ce0847a92b44,",
        );
        assert_eq!(out.keys[0].0, Key::of_parts(KeyKind::Audit, &["699e0b10-1c53-403e-976f-ce0847a92b44", "filedownloaded"]));
        assert!(out.events[0].flags.has(Flags::PARTIAL));
    }
}
