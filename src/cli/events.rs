//! `bectrace events`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::interrupt::Interrupt;
use super::outputs::Outputs;
use super::progress::Meter;
use super::run::{self, Request};
use super::terminal;
use clap::Args;
use std::path::PathBuf;

/// Bring every export into one shape and write it as a table, without any detection
#[derive(Args, Debug)]
pub(super) struct Events {
    /// Folders with exports, or export files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The table: .jsonl, .csv or .parquet; - for JSON lines on standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    reading: run::Reading,
}

impl Events {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let outputs = Outputs::plan(None, Some(&self.output), None, false, &self.paths)?;
        let meter = Meter::start(global.quiet);
        let interrupt = Interrupt::watch(&meter, Some(&outputs));
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        run::normalise(&request, &self.output, &meter, &interrupt)?;
        drop(meter);
        terminal::costs(&stages);
        Ok(Exit::Success)
    }
}
