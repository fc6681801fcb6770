//! The unified audit log: `Search-UnifiedAuditLog` CSV, Purview CSV, Management Activity API.

use super::{bare, quoted, row};
use crate::simulation::clock::{iso7, month_first};
use crate::simulation::world::AuditRecord;

/// The columns of `Search-UnifiedAuditLog | Export-Csv` (Exchange Online module v3).
pub const SEARCH_COLUMNS: [&str; 10] = [
    "RecordType",
    "CreationDate",
    "UserIds",
    "Operations",
    "AuditData",
    "ResultIndex",
    "ResultCount",
    "Identity",
    "IsValid",
    "ObjectState",
];

/// The records, newest first, as the cmdlet and the portals list them.
pub fn newest_first(records: &[AuditRecord]) -> Vec<&AuditRecord> {
    let mut records: Vec<&AuditRecord> = records.iter().collect();
    records.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.id.cmp(&right.id)));
    records
}

/// `Search-UnifiedAuditLog` piped to `Export-Csv`, in the order given.
pub fn search_csv(records: &[&AuditRecord]) -> String {
    let mut text = row(&SEARCH_COLUMNS, quoted);
    for (index, record) in records.iter().enumerate() {
        text.push_str(&search_row(record, index + 1, records.len()));
    }
    text
}

/// One row of it: `index` of `count` results.
pub fn search_row(record: &AuditRecord, index: usize, count: usize) -> String {
    let cells = [
        record_type_name(record.record_type),
        &month_first(record.time),
        &record.user,
        &record.operation,
        &record.data,
        &index.to_string(),
        &count.to_string(),
        &record.id,
        "True",
        "Unchanged",
    ];
    row(&cells, quoted)
}

/// The Purview portal's CSV: eight columns, record types as numbers, seven fraction digits and `Z`.
pub fn purview_csv(records: &[&AuditRecord]) -> String {
    let header =
        ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData", "AssociatedAdminUnits", "AssociatedAdminUnitsNames"];
    let mut text = row(&header, bare);
    for record in records {
        let time = format!("{}Z", iso7(record.time));
        let number = record.record_type.to_string();
        let cells = [&record.id, &time, &number, &record.operation, &record.user, &record.data, "", ""];
        text.push_str(&row(&cells, bare));
    }
    text
}

/// The records of one content type of the Management Activity API, oldest first.
pub fn of_content<'a>(records: &'a [AuditRecord], content_type: &str) -> Vec<&'a AuditRecord> {
    let wanted = |record: &&AuditRecord| {
        content_type
            == match record.workload {
                "AzureActiveDirectory" => "Audit.AzureActiveDirectory",
                "Exchange" => "Audit.Exchange",
                "SharePoint" | "OneDrive" => "Audit.SharePoint",
                _ => "Audit.General",
            }
    };
    let mut records: Vec<&AuditRecord> = records.iter().filter(wanted).collect();
    records.sort_by(|left, right| left.time.cmp(&right.time).then_with(|| left.id.cmp(&right.id)));
    records
}

/// A content blob of the Management Activity API: one record a line, in the order given.
pub fn management(records: &[&AuditRecord]) -> String {
    records.iter().flat_map(|record| [record.data.as_str(), "\n"]).collect()
}

fn record_type_name(number: u16) -> &'static str {
    match number {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        14 => "SharePointSharingOperation",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        15 => "AzureActiveDirectoryStsLogon",
        25 => "MicrosoftTeams",
        50 => "ExchangeItemAggregated",
        _ => "Unknown",
    }
}
