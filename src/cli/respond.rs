//! `bectrace respond`.

use super::exit::{Exit, Failure};
use super::global::{self, Global};
use super::interrupt::Interrupt;
use super::outputs::Outputs;
use super::progress::Meter;
use super::replay::Replay;
use super::run::{self, Request};
use super::terminal;
use crate::config::ResponseAction;
use crate::events::Time;
use crate::report::model::Report;
use crate::report::output::Output;
use crate::report::screen;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  bectrace respond exports/
  bectrace respond exports/ --latency 15 --config policy.toml
  bectrace respond exports/ --at 2022-02-09T14:49:07 --account a.archer --action disable-account

The policy stands in the table [response] of the configuration: `bectrace config` prints it.";

/// Say what an automatic response would have changed
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Respond {
    /// Folders with exports, or export files (CSV, JSON, gzip, zip, zstd)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Ask about one moment, in UTC, instead of the policy; with --account and --action
    #[arg(long, value_name = "TIME", value_parser = global::time_from, requires = "actions")]
    at: Option<Time>,

    /// What is done then (may be given several times)
    #[arg(long = "action", value_name = "ACTION", value_parser = action, requires = "at")]
    actions: Vec<ResponseAction>,

    /// Minutes after which a record can be seen, against the configuration
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(..=527_040), conflicts_with = "at")]
    latency: Option<u32>,

    /// Write the response as JSON; - for standard output, and then nothing else goes there
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    reading: run::Reading,
}

fn action(text: &str) -> Result<ResponseAction, String> {
    let names = || ResponseAction::ALL.map(ResponseAction::name).join(", ");
    ResponseAction::from_name(&text.trim().to_lowercase()).ok_or_else(|| format!("expected one of {}", names()))
}

impl Respond {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let outputs = Outputs::plan(self.json.as_deref(), None, None, None, false, &self.paths)?;
        let replay = self.replay(global)?;
        let meter = Meter::start(global.quiet);
        let interrupt = Interrupt::watch(&meter, Some(&outputs));
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        run::analyse(&request, &replay, &meter, &interrupt, |analysis| {
            meter.phase("writing");
            if let Some(path) = &outputs.json {
                write_json(&analysis.report, path).map_err(|error| Failure::write(&path.display().to_string(), &error))?;
            }
            meter.finish();
            if !outputs.take_stdout() {
                terminal::print(&screen::respond(&analysis.report, &terminal::look(global, &self.paths)))?;
            }
            Ok(())
        })?;
        terminal::costs(&stages);
        Ok(Exit::Success)
    }

    fn replay(&self, global: &Global) -> Result<Replay, Failure> {
        let Some(at) = self.at else { return Ok(Replay::Policy { latency: self.latency }) };
        match global.account.as_slice() {
            [account] => Ok(Replay::ByHand { account: account.clone(), at, actions: self.actions.clone() }),
            accounts => {
                let failure = Failure::usage(format!("--at asks about one account, and {} are given", accounts.len()));
                Err(failure.hint("add --account with the name of the account that is acted on"))
            }
        }
    }
}

/// Writes the `response` of a report.
fn write_json(report: &Report, path: &Path) -> io::Result<()> {
    let mut output = Output::open(path)?;
    serde_json::to_writer_pretty(&mut output, &report.response)?;
    output.write_all(b"\n")?;
    output.commit()
}
