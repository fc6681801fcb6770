//! `bectrace events`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::outputs::Outputs;
use super::progress::Meter;
use super::run::{self, Request};
use super::{interrupt, terminal};
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
        let _checked = Outputs::plan(None, Some(&self.output), None, false, &self.paths)?;
        let cancel = interrupt::watch();
        let meter = Meter::start(global.quiet);
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        run::normalise(&request, &self.output, &meter, &cancel)?;
        drop(meter);
        terminal::costs(&stages);
        Ok(Exit::Success)
    }
}
