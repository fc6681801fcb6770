//! Audit records flattened into columns: Power Query, Hawk's "simple" tables, the Extractor Suite with
//! `-AuditDataOnly`, Splunk's extracted fields.
//!
//! Best effort: lists are rebuilt where their members stand in columns, and an event whose values were
//! lost (`System.Object[]`) is marked as partial. Without `CreationTime` the outer `CreationDate` counts.
//! Source: T0pCyber/hawk; invictus-ir/Microsoft-Extractor-Suite.

use super::Format;
use super::audit::{self, Fallback, flat};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// See the module.
pub struct UalFlat;

/// A column by its own name or under Power Query's prefix.
fn has(record: &Record<'_>, name: &str, prefixed: &str) -> bool {
    record.has(name) || record.has(prefixed)
}

impl Format for UalFlat {
    fn id(&self) -> &'static str {
        "ual.flat"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, flattened into columns"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["creationtime", "operation", "userid", "workload"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let named = has(record, "operation", "auditdata.operation")
            && has(record, "userid", "auditdata.userid")
            && (has(record, "creationtime", "auditdata.creationtime") || record.has("creationdate"));
        if !named || record.has("auditdata") || record.has("officeworkload") {
            return 0;
        }
        let others = ["workload", "recordtype", "id", "organizationid", "clientip", "objectid", "userkey"];
        let found = others.into_iter().filter(|name| record.has(name) || record.has(&format!("auditdata.{name}"))).count();
        if found < 2 {
            return 0;
        }
        match record.object() {
            None => 3 + found,
            // An object with flattened keys; without any it is a plain record.
            Some(object) => {
                let flattened =
                    |key: &str| key.contains("{}.") || key.starts_with("Param_") || key.contains("_0_") || key == "ParameterString";
                if object.entries().any(|(key, _)| flattened(key)) { 8 + found } else { 0 }
            }
        }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let flat = flat::rebuild(record);
        let time = record.text("creationdate");
        let id = record.text_any(&["recordid", "identity"]);
        let mut fallback = Fallback { time: time.as_deref(), id: id.as_deref(), ..Fallback::default() };
        fallback.flags.set_if(flat.lost || record.damaged, Flags::PARTIAL);
        audit::read_record(flat.doc.root(), record.at, &fallback, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Detail};
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn hawk_parameters_become_a_rule_again() {
        let out = read_csv(
            &UalFlat,
            "CreationTime,Workload,RecordType,Operation,ResultStatus,ClientIP,UserId,Id,OrganizationId,UserType,ObjectId,ParameterString,Param_Name,Param_DeleteMessage,ExtendedProperties_0_Name,ExtendedProperties_0_Value\n2024-01-02T03:04:05,Exchange,1,New-InboxRule,True,1.2.3.4:5,a@example.com,54a3be03-f8ea-4835-774d-08db088e6c01,x,2,y,z,.,True,UserAgent,Mozilla",
        );
        let Detail::Rule(rule) = &out.details[0] else { panic!() };
        assert!(rule.name == "." && rule.deletes);
    }

    #[test]
    fn power_query_columns_are_read_and_losses_are_told() {
        let out = read_csv(
            &UalFlat,
            "CreationDate,AuditData.CreationTime,AuditData.Id,AuditData.Operation,AuditData.UserId,AuditData.Workload,AuditData.RecordType,AuditData.Folders,AuditData.AppAccessContext.AADSessionId\n2/1/2024,2024-01-02T03:04:05,54a3be03-f8ea-4835-774d-08db088e6c01,MailItemsAccessed,a@example.com,Exchange,50,System.Object[],S-1",
        );
        let event = out.events[0];
        assert_eq!(
            (event.action, event.time.rfc3339(0).as_str(), out.text.get(event.session)),
            (Action::MailRead, "2024-01-02T03:04:05Z", "s-1")
        );
        assert!(event.flags.has(Flags::PARTIAL));
    }

    #[test]
    fn splunk_fields_are_put_together_by_position() {
        let out = read_json(
            &UalFlat,
            r#"{"CreationTime":"2024-01-02T03:04:05","Id":"54a3be03-f8ea-4835-774d-08db088e6c01","Operation":"UserLoggedIn","RecordType":"15","UserId":"a@example.com","Workload":"AzureActiveDirectory","ExtendedProperties{}.Name":"RequestType\nUserAgent","ExtendedProperties{}.Value":"OAuth2:Token\nMozilla/5.0"}"#,
        );
        assert_eq!(out.text.get(out.events[0].agent), "Mozilla/5.0");
    }
}
