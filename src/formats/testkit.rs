//! Reads fixtures in unit tests of formats, without files: CSV text or JSON lines to a batch.

use super::Format;
use crate::events::{Batch, TimeRules};
use crate::evidence::{Cells, Doc, Fields, Header, Record, RecordAt};

fn at(number: usize) -> RecordAt {
    RecordAt { input: 0, number: u32::try_from(number).unwrap(), offset: 0, length: 0 }
}

/// Reads a CSV text (comma, header first) by one format, which must claim it.
///
/// # Panics
/// Where it does not.
pub fn read_csv(format: &dyn Format, text: &str) -> Batch {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let names: Vec<&str> = rows[0].iter().collect();
    let header = Header::new(&names);
    let mut out = Batch::new(TimeRules::default());
    let mut cells = Cells::default();
    let empty = Record { at: at(1), fields: Fields::Row(&header, &cells), damaged: false };
    assert!(format.claim(&empty) > 0, "{} does not claim the header", format.id());
    for (number, row) in rows.iter().enumerate().skip(1) {
        cells.clear();
        for cell in row {
            cells.push(cell);
        }
        format.read(&Record { at: at(number), fields: Fields::Row(&header, &cells), damaged: false }, &mut out);
        assert_eq!(out.fates.len(), number, "record {number} has no fate");
    }
    out
}

/// Reads JSON values, one a line, by one format, which must claim each.
///
/// # Panics
/// Where it does not.
pub fn read_json(format: &dyn Format, lines: &str) -> Batch {
    let mut out = Batch::new(TimeRules::default());
    for (number, line) in lines.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let mut doc = Doc::new();
        doc.parse(line).unwrap();
        let record = Record { at: at(number + 1), fields: Fields::Object(doc.root()), damaged: false };
        assert!(format.claim(&record) > 0, "{} does not claim record {}", format.id(), number + 1);
        format.read(&record, &mut out);
        assert_eq!(out.fates.len(), number + 1, "record {} has no fate", number + 1);
    }
    out
}
