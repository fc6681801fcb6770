//! Audit records in tables that Splunk exports: the record is the text of the `_raw` column.
//!
//! `_raw` may be cut at the index's limit (10,000 bytes by default). JSON exports of Splunk are carriers
//! (see [`carrier`](super::carrier)). Source: invictus-ir/o365_dataset.

use super::Format;
use super::audit::{self, Fallback, envelope, flat};
use crate::events::{Batch, Family, Flags};
use crate::evidence::{Doc, Record};

/// See the module.
pub struct UalSplunk;

impl Format for UalSplunk {
    fn id(&self) -> &'static str {
        "ual.splunk"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, exported from Splunk as CSV"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["_raw", "_time"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let table = record.object().is_none();
        if table && record.has("_raw") && record.has("_time") && !record.has("auditdata") {
            // The extracted columns alone would be a flattened record, without its lists.
            2 + 10 * usize::from(record.has("operation"))
        } else {
            0
        }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let raw = record.text("_raw").unwrap_or_default();
        let time = record.text_any(&["creationtime", "_time"]);
        let mut fallback = Fallback { time: time.as_deref(), ..Fallback::default() };
        fallback.flags.set_if(record.damaged, Flags::PARTIAL);
        let mut doc = Doc::new();
        match audit::parse(&raw, &mut doc) {
            audit::Reading::Whole if doc.root().has("Operation") => audit::read_record(doc.root(), record.at, &fallback, out),
            audit::Reading::Partial if doc.root().has("Operation") => {
                fallback.flags.set(Flags::PARTIAL);
                audit::read_record(doc.root(), record.at, &fallback, out);
            }
            _ if record.text("operation").is_some() => {
                fallback.flags.set(Flags::PARTIAL);
                audit::read_record(flat::rebuild(record).doc.root(), record.at, &fallback, out);
            }
            _ => out.reject(record.at, envelope::UNREADABLE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::read_csv;

    #[test]
    fn the_raw_record_counts_and_a_cut_one_is_kept_in_part() {
        let raw = r#"{""CreationTime"":""2024-01-02T03:04:05"",""Id"":""54a3be03-f8ea-4835-774d-08db088e6c01"",""Operation"":""Send"",""Workload"":""Exchange"",""UserId"":""a@example.com"""#;
        let out =
            read_csv(&UalSplunk, &format!("_raw,_time\n\"{raw}}}\",1704164645\n\"{raw},\"\"Item\"\":{{\",1704164645\nnothing,1704164645"));
        assert_eq!((out.events.len(), out.fates.len()), (2, 3));
        assert_eq!((out.keys[0].0, out.events[0].time), (out.keys[1].0, out.events[1].time));
        assert!(!out.events[0].flags.has(Flags::PARTIAL) && out.events[1].flags.has(Flags::PARTIAL));
    }
}
