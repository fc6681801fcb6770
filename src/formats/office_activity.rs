//! Sentinel's and Log Analytics' `OfficeActivity`: the audit record under other names.
//!
//! `TimeGenerated` is the record's `CreationTime`; `Start_Time` and `ElevationTime` are times of the
//! pipeline, minutes later, and serve only where there is no other. Lists are JSON in texts. Only
//! Exchange, `SharePoint` and Teams arrive there: no sign-ins and no directory changes.
//! Source: OTRF/Security-Datasets; exports of the portal in public training material.

use super::Format;
use super::audit::{self, Fallback, flat};
use crate::events::{Batch, Family, Flags};
use crate::evidence::{Fields, Record};

/// See the module.
pub struct OfficeActivity;

impl Format for OfficeActivity {
    fn id(&self) -> &'static str {
        "ual.office-activity"
    }

    fn title(&self) -> &'static str {
        "OfficeActivity table of Sentinel or Log Analytics"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["officeworkload", "operation", "officeid"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        if !record.has("officeworkload") || !record.has("operation") {
            return 0;
        }
        let others = ["officeid", "officeobjectid", "sourcerecordid", "userid", "recordtype", "officetenantid", "start_time"];
        2 + others.into_iter().filter(|name| record.has(name)).count()
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let pipeline = record.text_any(&["start_time [utc]", "elevationtime [utc]", "start_time", "elevationtime"]);
        let local = record.text_any(&["timegenerated [local time]", "start_time [local time]"]);
        let mut fallback = Fallback { time: pipeline.as_deref().or(local.as_deref()), ..Fallback::default() };
        fallback.local_time = pipeline.is_none() && local.is_some();
        fallback.flags.set_if(record.damaged, Flags::PARTIAL);
        match record.fields {
            Fields::Object(value) => audit::read_record(value, record.at, &fallback, out),
            Fields::Row(..) => {
                let flat = flat::rebuild(record);
                fallback.flags.set_if(flat.lost, Flags::PARTIAL);
                audit::read_record(flat.doc.root(), record.at, &fallback, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Detail, Key, KeyKind, Time};
    use crate::formats::testkit::{read_csv, read_json};

    const ID: &str = "699e0b10-1c53-403e-976f-ce0847a92b44";

    #[test]
    fn renamed_keys_and_lists_in_texts_are_read() {
        let out = read_json(
            &OfficeActivity,
            r#"{"RecordType":"50","TimeGenerated":"2021-08-02T13:32:07Z","Start_Time":"2021-08-02T13:41:16Z","Operation":"MailItemsAccessed","OfficeWorkload":"Exchange","UserType":"Regular","UserId":"a@example.com","Logon_Type":"Owner","Client_IPAddress":"1.2.3.4","OfficeId":"699e0b10-1c53-403e-976f-ce0847a92b44","Folders":"[{\"FolderItems\":[{\"InternetMessageId\":\"\u003ca@b\u003e\"}],\"Path\":\"\\\\Inbox\"}]","OperationProperties":"[{\"Name\":\"MailAccessType\",\"Value\":\"Bind\"}]"}"#,
        );
        let event = out.events[0];
        assert_eq!(
            (event.action, event.time.rfc3339(0).as_str(), out.ips.get(event.ip)),
            (Action::MailRead, "2021-08-02T13:32:07Z", "1.2.3.4")
        );
        assert_eq!(out.keys[0].0, Key::of_parts(KeyKind::Audit, &[ID, "mailitemsaccessed"]));
        assert!(matches!(&out.details[0], Detail::Items(items) if items.len == 1));
        assert!(!event.flags.has_any(Flags::PARTIAL | Flags::DELEGATE));
    }

    #[test]
    fn portal_rows_without_their_time_take_the_pipelines_and_say_so() {
        let header = "RecordType,Operation,OfficeWorkload,UserId,OfficeId,Parameters,TimeGenerated [UTC],Start_Time [UTC]\n";
        let rule = "\"[\n {\"\"Name\"\":\"\"Name\"\",\"\"Value\"\":\"\"rule2\"\"}\n]\"";
        let row = |time: &str| {
            format!("{header}ExchangeAdmin,New-InboxRule,Exchange,a@example.com,{ID},{rule},{time},\"4/26/2021, 7:17:10.000 AM\"")
        };
        let out = read_csv(&OfficeActivity, &row("\"4/26/2021, 7:08:01.000 AM\""));
        assert_eq!(out.pending[0].readings.month_first.map(|time| time.rfc3339(0)).as_deref(), Some("2021-04-26T07:08:01Z"));
        assert!(!out.events[0].flags.has(Flags::PARTIAL));
        assert!(matches!(&out.details[0], Detail::Rule(rule) if rule.name == "rule2"));
        for damaged in ["", "12:36 PM"] {
            let out = read_csv(&OfficeActivity, &row(damaged));
            assert_eq!(out.pending[0].readings.month_first.map(|time| time.rfc3339(0)).as_deref(), Some("2021-04-26T07:17:10Z"));
            assert!(out.events[0].flags.has(Flags::PARTIAL) && out.events[0].time == Time::NONE);
        }
    }

    #[test]
    fn local_time_of_a_browser_is_not_taken_as_utc() {
        let out = read_csv(
            &OfficeActivity,
            "RecordType,Operation,OfficeWorkload,UserId,OfficeId,TimeGenerated [Local Time]\n6,FileAccessed,OneDrive,a@example.com,x,\"4/26/2021, 7:08:01.000 AM\"",
        );
        assert_eq!(out.pending[0].readings.month_first, None);
    }
}
