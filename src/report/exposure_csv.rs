//! What was seen and taken as tables for spreadsheets, in full: `mails-read.csv`, `mails-sent.csv`,
//! `files.csv`, `counterparties.csv`.

use super::output::Output;
use super::sanitize;
use std::io::{self, Write};

/// One of the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Table {
    /// Mails accessed, one a row; records that only count items, and synchronised folders, have a row each.
    MailsRead,
    /// Mails sent, a row for each recipient.
    MailsSent,
    /// Files, a row for each thing that was done with one.
    Files,
    /// People to notify, a row for each.
    Counterparties,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 4] = [Table::MailsRead, Table::MailsSent, Table::Files, Table::Counterparties];

    /// The name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Table::MailsRead => "mails-read.csv",
            Table::MailsSent => "mails-sent.csv",
            Table::Files => "files.csv",
            Table::Counterparties => "counterparties.csv",
        }
    }

    /// Names of its columns, in their order.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Table::MailsRead => &[
                "time",
                "account",
                "mailbox",
                "access",
                "folder",
                "subject",
                "sender",
                "recipients",
                "recipients_total",
                "attachments",
                "items",
                "records",
                "whose",
                "evidence",
            ],
            Table::MailsSent => {
                &["time", "account", "sent_as", "subject", "recipient", "side", "delivery", "attachments", "whose", "evidence"]
            }
            Table::Files => &["time", "account", "file", "handling", "shared_with", "records", "whose", "evidence"],
            Table::Counterparties => &[
                "incident",
                "account",
                "side",
                "mails_got_at_least",
                "mails_got_at_most",
                "first_at",
                "mails_read_at_least",
                "mails_read_at_most",
                "through",
            ],
        }
    }
}

/// A table under way. Times are in UTC; a byte order mark lets Excel read it as UTF-8, and a `'` stands
/// before texts that a spreadsheet would run.
pub struct Sheet {
    writer: csv::Writer<Output>,
}

impl Sheet {
    /// Begins a table with its columns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(table: Table, mut output: Output) -> io::Result<Sheet> {
        output.write_all("\u{feff}".as_bytes())?;
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(table.columns())?;
        Ok(Sheet { writer })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        for cell in cells {
            self.writer.write_field(sanitize::cell(cell).as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Completes the table.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(self) -> io::Result<()> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?.commit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_their_columns_and_no_text_runs_as_a_formula() {
        let folder = tempfile::tempdir().unwrap();
        for table in Table::ALL {
            let path = folder.path().join(table.file_name());
            let mut sheet = Sheet::begin(table, Output::file(&path).unwrap()).unwrap();
            sheet.row(table.columns().iter().map(|_| "=cmd|' /C calc'!A0")).unwrap();
            sheet.end().unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap());
            assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), table.columns());
            let row = reader.records().next().unwrap().unwrap();
            assert!(row.iter().all(|cell| cell == "'=cmd|' /C calc'!A0"));
        }
    }
}
