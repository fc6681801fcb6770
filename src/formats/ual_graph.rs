//! Records of Microsoft Graph's `security/auditLog/queries`: JSON, and the CSV that extractors make.
//!
//! Names are crossed there: the outer `userPrincipalName` is the record's `UserId`, the outer `userId` its
//! `UserKey`; the outer `clientIp` is empty. So everything is read from `auditData`, and the outer keys
//! serve only where that is damaged.
//! Source: live rows in rknightion/graph2otel; invictus-ir/Microsoft-Extractor-Suite.

use super::Format;
use super::audit::envelope::{self, Names};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// See the module.
pub struct UalGraph;

const NAMES: Names = Names {
    record: &["auditdata"],
    id: &["id"],
    time: &["createddatetime"],
    user: &["userprincipalname"],
    operation: &["operation"],
    record_type: &["auditlogrecordtype"],
};

impl Format for UalGraph {
    fn id(&self) -> &'static str {
        "ual.graph"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, from a Microsoft Graph audit query"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["auditlogrecordtype", "auditdata", "createddatetime"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        envelope::read(record, &NAMES, Flags::default(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    const AUDIT: &str = r##"{"@odata.type":"#microsoft.graph.security.defaultAuditData","RecordType@odata.type":"#Int64","RecordType":50,"CreationTime":"2026-07-17T01:02:03Z","Id":"54a3be03-f8ea-4835-774d-08db088e6c01","Operation":"MailItemsAccessed","UserId":"a@example.com","UserKey":"1003200126677019","Workload":"Exchange","ClientIPAddress":"1.2.3.4"}"##;

    #[test]
    fn the_inner_record_is_what_counts() {
        let json = read_json(
            &UalGraph,
            &format!(
                r#"{{"id":"54a3be03-f8ea-4835-774d-08db088e6c01","createdDateTime":"2026-07-17T01:02:03Z","auditLogRecordType":"ExchangeItemAggregated","operation":"MailItemsAccessed","userId":"1003200126677019","userPrincipalName":"a@example.com","clientIp":null,"auditData":{AUDIT}}}"#
            ),
        );
        let csv = read_csv(
            &UalGraph,
            &format!(
                "id,createdDateTime,auditLogRecordType,userId,userPrincipalName,auditData\nx,y,z,1003200126677019,b,\"{}\"",
                AUDIT.replace('"', "\"\"").replace(",\"\"Id", ",\n  \"\"Id")
            ),
        );
        for out in [&json, &csv] {
            assert_eq!((out.names.get(out.events[0].actor), out.ips.get(out.events[0].ip)), ("a@example.com", "1.2.3.4"));
            assert!(!out.events[0].flags.has(Flags::ZONE_ASSUMED), "the record says Z");
        }
        assert_eq!(json.keys[0].0, csv.keys[0].0);
    }
}
