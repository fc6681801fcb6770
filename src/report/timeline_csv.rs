//! The timeline as a table for spreadsheets: `timeline.csv`.

use super::model::{Report, TimelineRow};
use super::output::Output;
use super::sanitize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Names of the columns, in their order.
pub const COLUMNS: [&str; 20] = [
    "time",
    "end_time",
    "account",
    "actor",
    "certainty",
    "action",
    "outcome",
    "summary",
    "count",
    "ip",
    "country",
    "asn",
    "as_org",
    "user_agent",
    "app",
    "detections",
    "evidence",
    "evidence_total",
    "incident",
    "ascribed_ip",
];

/// Writes every row of the timeline, in UTC, with a byte order mark so that Excel reads it as UTF-8,
/// and with a `'` before texts that a spreadsheet would run. Completes the output.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, mut output: Output) -> io::Result<()> {
    output.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::Writer::from_writer(output);
    writer.write_record(COLUMNS)?;
    let incidents: BTreeMap<&str, &str> =
        report.accounts.iter().filter_map(|account| Some((account.account.as_str(), account.incident.as_deref()?))).collect();
    for row in &report.timeline {
        for text in texts(&incidents, row) {
            writer.write_field(sanitize::cell(&text).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)?.commit()
}

fn texts<'r>(incidents: &BTreeMap<&'r str, &'r str>, row: &'r TimelineRow) -> [Cow<'r, str>; 20] {
    let optional = |text: &'r Option<String>| Cow::Borrowed(text.as_deref().unwrap_or_default());
    let incident = incidents.get(row.account.as_str()).copied();
    [
        Cow::Borrowed(row.time.as_str()),
        optional(&row.end_time),
        Cow::Borrowed(&row.account),
        Cow::Borrowed(row.actor.name()),
        Cow::Owned(row.certainty.to_string()),
        Cow::Borrowed(&row.action),
        Cow::Borrowed(&row.outcome),
        Cow::Borrowed(&row.summary),
        Cow::Owned(row.count.to_string()),
        optional(&row.ip),
        optional(&row.country),
        row.asn.map_or(Cow::Borrowed(""), |asn| Cow::Owned(asn.to_string())),
        optional(&row.as_org),
        optional(&row.user_agent),
        optional(&row.app),
        Cow::Owned(row.detections.join(" ")),
        Cow::Owned(row.evidence.join(" ")),
        Cow::Owned(row.evidence_total.to_string()),
        Cow::Borrowed(incident.unwrap_or_default()),
        row.ascribed_address.as_ref().map_or(Cow::Borrowed(""), |of| Cow::Borrowed(&of.ip)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_row_is_there_and_no_text_runs_as_a_formula() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timeline.csv");
        let mut report = samples::cascade();
        report.timeline[0].summary = "=cmd|' /C calc'!A0".to_owned();
        write(&report, Output::file(&path).unwrap()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbftime,"));
        let mut reader = csv::Reader::from_reader(&bytes[3..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), report.timeline.len());
        assert_eq!(rows[0].get(7), Some("'=cmd|' /C calc'!A0"));
        assert_eq!(rows[0].get(18), Some("c1"));
    }
}
