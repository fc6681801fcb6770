//! The events file: one row an event, as JSON lines, CSV or Parquet.
//!
//! Columns are those of the report contract. In CSV a `'` stands before texts that a spreadsheet would
//! run; JSON lines and Parquet keep texts exactly. Rows are written as they come and held only in
//! chunks, so memory stays bounded whatever their number.

mod parquet;

use super::model::Actor;
use super::output::Output;
use super::sanitize;
use crate::events::{Action, Family, Outcome, Time};
use crate::evidence::Pointer;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

/// Names of the columns, in their order.
pub const COLUMNS: [&str; 25] = [
    "pointer",
    "path",
    "member",
    "record",
    "offset",
    "length",
    "time",
    "account",
    "actor",
    "certainty",
    "family",
    "action",
    "outcome",
    "target",
    "ip",
    "country",
    "asn",
    "as_org",
    "network",
    "user_agent",
    "app_id",
    "app",
    "session_id",
    "source_format",
    "duplicate_of",
];

/// One event. Empty texts are unknown.
#[derive(Clone, Debug)]
pub struct EventRow<'a> {
    /// Its record.
    pub pointer: Pointer,
    /// Path of the input.
    pub path: &'a str,
    /// Member of the archive.
    pub member: &'a str,
    /// Offset of the record in the unpacked, still encoded bytes.
    pub offset: u64,
    /// Length of the record there.
    pub length: u32,
    /// When, in UTC; [`Time::NONE`] for an undated act.
    pub time: Time,
    /// Fractional digits that the record's time has.
    pub digits: u8,
    /// Who acts.
    pub account: &'a str,
    /// Whose hand it was.
    pub actor: Actor,
    /// How sure that is, 0 to 1.
    pub certainty: f64,
    /// Kind of log.
    pub family: Family,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Whom or what it was done to.
    pub target: &'a str,
    /// From which address.
    pub ip: &'a str,
    /// Country of the address, two letters.
    pub country: &'a str,
    /// Autonomous system of the address.
    pub asn: Option<u32>,
    /// Who runs it.
    pub as_org: &'a str,
    /// Kind of network.
    pub network: &'a str,
    /// Client, as recorded.
    pub user_agent: &'a str,
    /// Application id.
    pub app_id: &'a str,
    /// Application name.
    pub app: &'a str,
    /// Session id, as recorded.
    pub session_id: &'a str,
    /// Id of the format that the record was read as.
    pub source_format: &'a str,
    /// The event that this record repeats.
    pub duplicate_of: Option<Pointer>,
}

/// One row as JSON: what is unknown is absent.
#[derive(Serialize)]
struct JsonRow<'a> {
    pointer: String,
    path: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    member: &'a str,
    record: u32,
    offset: u64,
    length: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    time: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    account: &'a str,
    actor: Actor,
    certainty: f64,
    family: &'a str,
    action: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    target: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    ip: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    country: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asn: Option<u32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    as_org: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    network: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    user_agent: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    app: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    session_id: &'a str,
    source_format: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
}

impl EventRow<'_> {
    /// Certainty as it is written: to three decimals, so that files do not differ in noise.
    fn certainty(&self) -> f64 {
        (self.certainty.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
    }

    fn json(&self) -> JsonRow<'_> {
        JsonRow {
            pointer: self.pointer.to_string(),
            path: self.path,
            member: self.member,
            record: self.pointer.number,
            offset: self.offset,
            length: self.length,
            time: self.time.rfc3339(self.digits),
            account: self.account,
            actor: self.actor,
            certainty: self.certainty(),
            family: self.family.name(),
            action: self.action.name(),
            outcome: self.outcome.name(),
            target: self.target,
            ip: self.ip,
            country: self.country,
            asn: self.asn,
            as_org: self.as_org,
            network: self.network,
            user_agent: self.user_agent,
            app_id: self.app_id,
            app: self.app,
            session_id: self.session_id,
            source_format: self.source_format,
            duplicate_of: self.duplicate_of.map(|pointer| pointer.to_string()),
        }
    }

    /// The texts of the row's columns, as the evidence has them.
    fn texts(&self) -> [Cow<'_, str>; 25] {
        let number = |n: u64| Cow::Owned(n.to_string());
        [
            Cow::Owned(self.pointer.to_string()),
            Cow::Borrowed(self.path),
            Cow::Borrowed(self.member),
            number(u64::from(self.pointer.number)),
            number(self.offset),
            number(u64::from(self.length)),
            Cow::Owned(self.time.rfc3339(self.digits)),
            Cow::Borrowed(self.account),
            Cow::Borrowed(self.actor.name()),
            Cow::Owned(self.certainty().to_string()),
            Cow::Borrowed(self.family.name()),
            Cow::Borrowed(self.action.name()),
            Cow::Borrowed(self.outcome.name()),
            Cow::Borrowed(self.target),
            Cow::Borrowed(self.ip),
            Cow::Borrowed(self.country),
            self.asn.map_or(Cow::Borrowed(""), |asn| number(u64::from(asn))),
            Cow::Borrowed(self.as_org),
            Cow::Borrowed(self.network),
            Cow::Borrowed(self.user_agent),
            Cow::Borrowed(self.app_id),
            Cow::Borrowed(self.app),
            Cow::Borrowed(self.session_id),
            Cow::Borrowed(self.source_format),
            self.duplicate_of.map_or(Cow::Borrowed(""), |pointer| Cow::Owned(pointer.to_string())),
        ]
    }
}

/// How an events file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventFormat {
    /// One JSON object a line.
    JsonLines,
    /// A table for spreadsheets.
    Csv,
    /// Columns, for `DuckDB`, Spark, polars.
    Parquet,
}

impl EventFormat {
    /// From the ending of a file name; JSON lines for `-`. `None` for any other ending.
    pub fn of(path: &Path) -> Option<EventFormat> {
        if path.as_os_str() == "-" {
            return Some(EventFormat::JsonLines);
        }
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(EventFormat::JsonLines),
            "csv" => Some(EventFormat::Csv),
            "parquet" => Some(EventFormat::Parquet),
            _ => None,
        }
    }
}

/// Writes an events file row by row.
pub struct EventWriter {
    sink: Sink,
}

enum Sink {
    JsonLines(Output),
    Csv(Box<csv::Writer<Output>>),
    Parquet(Box<parquet::ParquetSink>),
}

impl EventWriter {
    /// Begins the file. The ending of its name says how it is written: `.jsonl`, `.csv`, `.parquet`;
    /// `-` is JSON lines on standard output.
    ///
    /// # Errors
    /// For an unknown ending, or where the file cannot be made.
    pub fn create(path: &Path) -> io::Result<EventWriter> {
        let format = EventFormat::of(path)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "its name must end in .jsonl, .csv or .parquet"))?;
        let output = Output::open(path)?;
        let sink = match format {
            EventFormat::JsonLines => Sink::JsonLines(output),
            EventFormat::Csv => {
                let mut writer = csv::Writer::from_writer(output);
                writer.write_record(COLUMNS)?;
                Sink::Csv(Box::new(writer))
            }
            EventFormat::Parquet => Sink::Parquet(Box::new(parquet::ParquetSink::new(output)?)),
        };
        Ok(EventWriter { sink })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, row: &EventRow<'_>) -> io::Result<()> {
        match &mut self.sink {
            Sink::JsonLines(output) => {
                serde_json::to_writer(&mut *output, &row.json())?;
                output.write_all(b"\n")
            }
            Sink::Csv(writer) => {
                for text in row.texts() {
                    writer.write_field(sanitize::cell(&text).as_bytes())?;
                }
                writer.write_record(None::<&[u8]>)?;
                Ok(())
            }
            Sink::Parquet(sink) => sink.write(row),
        }
    }

    /// Completes the file; only now does it appear under its name.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(self) -> io::Result<()> {
        match self.sink {
            Sink::JsonLines(output) => output.commit(),
            Sink::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error)?.commit(),
            Sink::Parquet(sink) => sink.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
