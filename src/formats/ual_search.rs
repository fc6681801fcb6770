//! `Search-UnifiedAuditLog`, exported by `Export-Csv`, `ConvertTo-Json` or an extractor.
//!
//! Columns `RecordType, CreationDate, UserIds, Operations, AuditData, ResultIndex, ResultCount, Identity,
//! IsValid, ObjectState` (three more from the time of remote PowerShell), or any choice of them with
//! `AuditData`. `CreationDate` is in the culture of the exporting machine, and UTC.
//! Source: public exports; MicrosoftDocs/office-docs-powershell.

use super::Format;
use super::audit::envelope::{self, Names};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// See the module.
pub struct UalSearch;

const NAMES: Names = Names {
    record: &["auditdata"],
    id: &["identity"],
    time: &["creationdate"],
    user: &["userids", "userid"],
    operation: &["operations", "operation"],
    record_type: &["recordtype"],
};

impl Format for UalSearch {
    fn id(&self) -> &'static str {
        "ual.search"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, from Search-UnifiedAuditLog"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["auditdata"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        if !record.has("auditdata") {
            return 0;
        }
        let others = ["recordtype", "creationdate", "userids", "operations", "resultindex", "resultcount", "identity"];
        1 + others.into_iter().filter(|name| record.has(name)).count()
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        envelope::read(record, &NAMES, Flags::default(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Time};
    use crate::formats::testkit::{read_csv, read_json};

    const HEADER: &str =
        r#""RecordType","CreationDate","UserIds","Operations","AuditData","ResultIndex","ResultCount","Identity","IsValid","ObjectState""#;
    const AUDIT: &str = r#"{""CreationTime"":""2023-02-06T22:06:39"",""Id"":""54a3be03-f8ea-4835-774d-08db088e6c01"",""Operation"":""Send"",""RecordType"":2,""UserId"":""a@example.com"",""Workload"":""Exchange""}"#;
    const ID: &str = "54a3be03-f8ea-4835-774d-08db088e6c01";

    fn row(date: &str, audit: &str) -> String {
        format!("\n\"ExchangeItem\",\"{date}\",\"a@example.com\",\"Send\",\"{audit}\",\"1\",\"2\",\"{ID}\",\"True\",\"Unchanged\"")
    }

    #[test]
    fn rows_of_both_generations_and_narrowed_ones_are_read() {
        let out = read_csv(&UalSearch, &format!("{HEADER}{}", row("2/6/2023 10:06:39 PM", AUDIT)));
        assert_eq!((out.events[0].action, out.events[0].time.rfc3339(0).as_str()), (Action::MailSent, "2023-02-06T22:06:39Z"));
        assert_eq!(read_csv(&UalSearch, &format!("AuditData\n\"{AUDIT}\"")).events[0].time, out.events[0].time);
        assert_eq!(read_csv(&UalSearch, &format!("CreationDate,UserIds,RecordType,AuditData\nx,y,z,\"{AUDIT}\"")).events.len(), 1);
    }

    #[test]
    fn a_cut_row_keeps_what_stands_beside_it() {
        let cut = AUDIT.get(..60).unwrap();
        let out = read_csv(&UalSearch, &format!("{HEADER}{}{}", row("2/6/2023 10:06:39 PM", cut), row("2/6/2023 10:06:39 PM", "")));
        assert!(out.events.iter().all(|event| event.flags.has(Flags::PARTIAL) && event.action == Action::MailSent));
        // The first still has its own time; the second waits for the order of the file's dates.
        assert_eq!((out.events[0].time.rfc3339(0).as_str(), out.events[1].time), ("2023-02-06T22:06:39Z", Time::NONE));
        assert_eq!(out.pending[0].event, 1);
        assert_eq!(out.keys[0].0, out.keys[1].0);
    }

    #[test]
    fn sound_rows_tell_the_date_order_of_cut_ones() {
        let out = read_csv(&UalSearch, &format!("{HEADER}{}", row("6/2/2023 10:06:39 PM", AUDIT)));
        assert_eq!(out.votes, [0, 1]);
    }

    #[test]
    fn converted_objects_are_read_with_the_record_as_text_or_as_an_object() {
        let audit = AUDIT.replace("\"\"", "\"");
        let text = serde_json::to_string(&audit).unwrap();
        let lines = format!(
            "{{\"RecordType\":\"ExchangeItem\",\"CreationDate\":\"\\/Date(1675721199000)\\/\",\"UserIds\":\"a@example.com\",\"Operations\":\"Send\",\"AuditData\":{text}}}\n{{\"Identity\":\"{ID}\",\"AuditData\":{audit}}}"
        );
        let out = read_json(&UalSearch, &lines);
        assert_eq!(out.events[0].time, out.events[1].time);
        assert_eq!(out.keys[0].0, out.keys[1].0);
    }

    #[test]
    fn enumerations_by_name_and_line_breaks_in_cells_are_read() {
        let out =
            read_csv(&UalSearch, &format!("{HEADER}{}", row("x", &AUDIT.replace("2,\"\"UserId", "\"\"ExchangeItem\"\",\n  \"\"UserId"))));
        assert_eq!(out.events[0].action, Action::MailSent);
    }

    #[test]
    fn a_row_of_which_nothing_is_left_is_rejected() {
        let out = read_csv(&UalSearch, "AuditData,CreationDate\n\"{\"\"Crea\",x");
        assert_eq!((out.events.len(), out.fates.len()), (0, 1));
    }
}
