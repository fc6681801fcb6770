//! Bare audit records: blobs of the Management Activity API, and what Goose, DFIR-O365RC and the
//! Extractor Suite (`-AuditDataOnly`) write. Arrays, one a line, or run together.
//!
//! Source: Microsoft's Office 365 Management Activity API schema; records in SEKOIA-IO/intake-formats.

use super::Format;
use super::audit::{self, Fallback};
use crate::events::{Batch, Family, Flags, Reason};
use crate::evidence::Record;

/// An audit record as it is.
pub struct UalRecords;
/// An entry of the API's list of blobs, which is no audit record.
pub struct UalListing;

impl Format for UalRecords {
    fn id(&self) -> &'static str {
        "ual.records"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, bare records (Management Activity API and collectors)"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["creationtime", "operation", "workload", "recordtype"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let Some(object) = record.object() else { return 0 };
        // One pass, because every record is asked.
        let (mut needed, mut others) = (0, 0);
        for (key, _) in object.entries() {
            let is = |name: &str| key.len() == name.len() && key.eq_ignore_ascii_case(name);
            match key.len() {
                12 => needed += usize::from(is("CreationTime")),
                10 => others += usize::from(is("RecordType")),
                9 if is("Operation") => needed += 1,
                9 if is("AuditData") => return 0,
                8 => others += usize::from(is("Workload")),
                14 => others += usize::from(is("OrganizationId")),
                2 => others += usize::from(is("Id")),
                _ => {}
            }
        }
        if needed >= 2 && others >= 2 { 2 + others.min(4) } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let Some(object) = record.object() else { return out.reject(record.at, audit::envelope::UNREADABLE) };
        let mut fallback = Fallback::default();
        fallback.flags.set_if(record.damaged, Flags::PARTIAL);
        audit::read_record(object, record.at, &fallback, out);
    }
}

impl Format for UalListing {
    fn id(&self) -> &'static str {
        "ual.content-listing"
    }

    fn title(&self) -> &'static str {
        "Management Activity API, list of content blobs (no audit records)"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["contenturi", "contentid", "contenttype", "contentcreated"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        out.notice(
            "content-listing",
            "this file lists where the audit records could be fetched, and has none of them: export the contents of the blobs",
        );
        out.ignore(record.at, Reason("content-listing"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::read_json;

    #[test]
    fn records_are_read_as_they_are_and_listings_are_set_aside_with_advice() {
        let out = read_json(
            &UalRecords,
            r#"{"CreationTime":"2024-01-02T03:04:05","Id":"54a3be03-f8ea-4835-774d-08db088e6c01","Operation":"FileAccessed","RecordType":6,"UserId":"a@example.com","Workload":"OneDrive"}"#,
        );
        assert_eq!(out.events[0].time.rfc3339(0), "2024-01-02T03:04:05Z");
        let out = read_json(
            &UalListing,
            r#"{"contentUri":"https://manage.example/x","contentId":"1","contentType":"Audit.Exchange","contentCreated":"2024-01-02T03:04:05Z","contentExpiration":"x"}"#,
        );
        assert_eq!((out.events.len(), out.notices.len()), (0, 1));
    }
}
