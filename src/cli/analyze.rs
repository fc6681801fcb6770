//! `bectrace analyze`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::interrupt::Interrupt;
use super::outputs::Outputs;
use super::progress::Meter;
use super::replay::Replay;
use super::run::{self, Analysis, Request};
use super::terminal;
use crate::plan::{self, Plan};
use crate::report::events_file::EventWriter;
use crate::report::exposure_csv::Table;
use crate::report::model::{Report, Verdict};
use crate::report::output::Output;
use crate::report::{html, screen, timeline_csv};
use chrono_tz::Tz;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  bectrace analyze exports/
  bectrace analyze ual.csv signIns.json --from 2022-02-01 --display-tz Europe/Berlin
  bectrace analyze exports/ -o report/ --geoip GeoLite2-City.mmdb --geoip GeoLite2-ASN.mmdb
  bectrace analyze exports/ --json - --quiet | jq '.accounts[].account'";

/// Say who was taken over, since when, how, from where, and who next
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Analyze {
    /// Folders with exports, or export files (CSV, JSON, gzip, zip, zstd)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write the report as JSON; - for standard output, and then nothing else goes there
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the report as one page for a browser, which needs no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write every event, whose act it was and where its record is: .jsonl, .csv or .parquet
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// Write report, page, events, timeline and plan into this folder, which must be new or empty
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Replace earlier results in the folder
    #[arg(long, requires = "folder")]
    force: bool,

    /// End with status 1 if an account is compromised or suspicious
    #[arg(long)]
    exit_code: bool,

    /// End with status 4 if some input was damaged, refused or unreadable
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    reading: run::Reading,
}

impl Analyze {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let (json, html, events) = (self.json.as_deref(), self.html.as_deref(), self.events.as_deref());
        let outputs = Outputs::plan(json, html, events, self.folder.as_deref(), self.force, &self.paths)?;
        let meter = Meter::start(global.quiet);
        let interrupt = Interrupt::watch(&meter, Some(&outputs));
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        let replay = if outputs.hold_report() { Replay::Incidents } else { Replay::Nothing };
        let exit = run::analyse(&request, &replay, &meter, &interrupt, |analysis| {
            meter.phase("writing");
            self.write(&outputs, analysis, global.zone())?;
            meter.finish();
            if !outputs.take_stdout() {
                terminal::print(&screen::render(&analysis.report, &terminal::look(global, &self.paths)))?;
            }
            Ok(self.outcome(&analysis.report))
        })?;
        terminal::costs(&stages);
        Ok(exit)
    }

    #[allow(clippy::unused_self, reason = "what is written is the command's")]
    fn write(&self, outputs: &Outputs, analysis: &Analysis<'_>, zone: Tz) -> Result<(), Failure> {
        let report = &analysis.report;
        let mut failed = None;
        let mut attempt = |path: &Path, write: &dyn Fn(&Path) -> io::Result<()>| {
            if failed.is_none() {
                failed = write(path).err().map(|error| Failure::write(&path.display().to_string(), &error));
            }
        };
        let json = |path: &Path| write_json(report, path);
        let page = |path: &Path| html::write(report, zone, Output::open(path)?);
        let events = |path: &Path| {
            let mut writer = EventWriter::create(path)?;
            (analysis.write_events)(&mut writer)?;
            writer.finish()
        };
        let timeline = |path: &Path| timeline_csv::write(report, Output::file(path)?);
        let plan = outputs.folder.as_ref().map(|_| Plan::of(report)).unwrap_or_default();
        let steps = |path: &Path| write_text(&plan::markdown(&plan), path);
        let script = |path: &Path| write_text(&plan::script(&plan), path);
        if let Some(path) = &outputs.json {
            attempt(path, &json);
        }
        if let Some(path) = &outputs.html {
            attempt(path, &page);
        }
        if let Some(path) = &outputs.events {
            attempt(path, &events);
        }
        for path in outputs.files_in_folder() {
            match path.extension().and_then(|ending| ending.to_str()) {
                Some("json") => attempt(&path, &json),
                Some("html") => attempt(&path, &page),
                Some("parquet") => attempt(&path, &events),
                Some("md") => attempt(&path, &steps),
                Some("ps1") => attempt(&path, &script),
                _ => match Table::ALL.into_iter().find(|table| path.ends_with(table.file_name())) {
                    Some(table) => attempt(&path, &|path: &Path| (analysis.write_table)(table, Output::file(path)?)),
                    None => attempt(&path, &timeline),
                },
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// The exit status: of those that apply and were asked for, the highest.
    fn outcome(&self, report: &Report) -> Exit {
        let found = report.accounts.iter().any(|account| matches!(account.verdict, Verdict::Compromised | Verdict::Suspicious));
        let incomplete = !report.refused.is_empty() || report.inputs.iter().any(|input| input.damaged || !input.rejected.is_empty());
        let mut exit = Exit::Success;
        if self.exit_code && found {
            exit = exit.max(Exit::Found);
        }
        if self.strict && incomplete {
            exit = exit.max(Exit::Incomplete);
        }
        exit
    }
}

fn write_text(text: &str, path: &Path) -> io::Result<()> {
    let mut output = Output::open(path)?;
    output.write_all(text.as_bytes())?;
    output.commit()
}

fn write_json(report: &Report, path: &Path) -> io::Result<()> {
    let mut output = Output::open(path)?;
    report.write_json(&mut output)?;
    output.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn command(exit_code: bool, strict: bool) -> Analyze {
        Analyze {
            paths: Vec::new(),
            json: None,
            html: None,
            events: None,
            folder: None,
            force: false,
            exit_code,
            strict,
            reading: run::Reading::default(),
        }
    }

    #[test]
    fn the_exit_status_says_only_what_was_asked_for() {
        let (found, clean) = (samples::cascade(), samples::clean());
        assert_eq!(command(false, false).outcome(&found), Exit::Success);
        assert_eq!(command(true, false).outcome(&found), Exit::Found);
        assert_eq!(command(false, true).outcome(&found), Exit::Incomplete);
        assert_eq!(command(true, true).outcome(&found), Exit::Incomplete, "the higher one");
        assert_eq!(command(true, true).outcome(&clean), Exit::Success);
    }

    #[test]
    fn a_targeted_account_is_no_finding() {
        let mut report = samples::cascade();
        report.accounts.retain(|account| account.verdict == Verdict::Targeted);
        assert_eq!(command(true, false).outcome(&report), Exit::Success);
    }

    #[test]
    fn the_folder_gets_report_page_events_and_timeline() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("case");
        let write_table: &dyn Fn(Table, Output) -> io::Result<()> = &|_, output| output.commit();
        let analysis = Analysis { report: samples::cascade(), write_events: &|_| Ok(()), write_table };
        let outputs = Outputs::plan(None, None, None, Some(&folder), false, &[]).unwrap();
        command(false, false).write(&outputs, &analysis, Tz::UTC).unwrap();
        drop(outputs);
        let mut names: Vec<String> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        let expected = [
            "counterparties.csv",
            "events.parquet",
            "files.csv",
            "mails-read.csv",
            "mails-sent.csv",
            "plan.md",
            "plan.ps1",
            "report.html",
            "report.json",
            "timeline.csv",
        ];
        assert_eq!(names, expected);
        let back: Report = serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap();
        assert_eq!(back, analysis.report);
    }
}
