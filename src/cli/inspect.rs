//! `bectrace inspect`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::interrupt::Interrupt;
use super::progress::Meter;
use super::run::{self, Request};
use super::terminal;
use crate::report::screen;
use clap::Args;
use std::path::PathBuf;

/// Say what each file is, what was read, what is missing and which questions stay open
#[derive(Args, Debug)]
pub(super) struct Inspect {
    /// Folders with exports, or export files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    reading: run::Reading,
}

impl Inspect {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let meter = Meter::start(global.quiet);
        let interrupt = Interrupt::watch(&meter, None);
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        let report = run::inspect(&request, &meter, &interrupt)?;
        drop(meter);
        terminal::print(&screen::inspect(&report, &terminal::look(global, &self.paths)))?;
        terminal::costs(&stages);
        Ok(if report.inputs.is_empty() { Exit::NoEvidence } else { Exit::Success })
    }
}
