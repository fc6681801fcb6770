//! The way from paths to a report: the one place where commands meet the analysis.

use super::exit::Failure;
use super::global::Global;
use super::interrupt::Interrupt;
use super::progress::Meter;
use super::replay::Replay;
use super::sources::Sources;
use crate::analysis::{self, Basis, final_case};
use crate::events::{Account, Accounts, Party, TimeRules};
use crate::evidence::{Limits, Pointer, RawRecord, Refusal, encoding_named, raw_record};
use crate::exposure;
use crate::formats::load::{self, LoadError, LoadOptions, Loaded};
use crate::habits::Habits;
use crate::report::build::{self, EventRows, ExposureRows, Material};
use crate::report::events_file::{EventRow, EventWriter};
use crate::report::exposure_csv::Table;
use crate::report::model::Report;
use crate::report::output::Output;
use crate::report::scope::Scope;
use crate::response::Scene;
use crate::stages::Stages;
use clap::Args;
use encoding_rs::Encoding;
use std::io;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// How inputs are to be read against what they look like.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Reading {
    /// Encoding of all text, against what the files look like: windows-1252, utf-16le
    #[arg(long, value_name = "LABEL", value_parser = encoding_named, hide_short_help = true)]
    pub(super) encoding: Option<&'static Encoding>,

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
    /// Records what each stage costs.
    pub(super) stages: &'a Stages,
}

/// What came of it.
pub(super) struct Analysis<'a> {
    /// The report, in the scope that was asked for.
    pub(super) report: Report,
    /// Writes every event of that scope.
    pub(super) write_events: &'a dyn Fn(&mut EventWriter) -> io::Result<()>,
    /// Writes a table of what was seen and taken in that scope.
    pub(super) write_table: &'a dyn Fn(Table, Output) -> io::Result<()>,
}

impl load::Progress for Meter {
    fn total(&self, bytes: u64) {
        Meter::total(self, bytes);
    }

    fn advance(&self, bytes: u64) {
        Meter::advance(self, bytes);
    }
}

/// Reads and analyses, replays a response, and hands the result to `then`.
///
/// # Errors
/// For a missing path, nothing recognised, wrong options, or Ctrl-C; and whatever `then` fails with.
pub(super) fn analyse<T>(
    request: &Request<'_>,
    replay: &Replay,
    meter: &Meter,
    interrupt: &Interrupt,
    then: impl FnOnce(&Analysis<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let stages = request.stages;
    let asked = replay.scope(request.global)?;
    let mut sources = Sources::open(request.global, request.reading)?;
    replay.adjust(&mut sources.config);
    // The process ends after this. Taking millions of small blocks apart before would only take time.
    let loaded = ManuallyDrop::new(stages.run("reading", || read(request, &sources, meter, interrupt))?);
    // People who are only written to have no verdict: whoever asks for one would take silence for an all-clear.
    let scope = resolved(&asked, loaded.store.accounts(), |one| one.party != Party::Outsider)?;
    meter.phase("analysing");
    let networks = sources.networks();
    let basis = ManuallyDrop::new(Basis::new(&loaded.store, &networks, stages));
    let ground = basis.ground(&loaded.store, &sources.config);
    let mut outcome = ManuallyDrop::new(analysis::analyse(&ground, stages));
    outcome.attribution.habits.forget_lessons();
    let case = final_case(&ground, &outcome.attribution);
    let scene = Scene { case: &case, attribution: &outcome.attribution, incidents: &outcome.incidents };
    let response = replay.run(&scene, &ground, stages)?;
    let seen = exposure::Ground { case: &case, attribution: &outcome.attribution, incidents: &outcome.incidents, inputs: &loaded.inputs };
    let exposures = stages.run("exposure", || exposure::measure(&seen));
    let material = Material {
        loaded: &loaded,
        case: &case,
        attribution: &outcome.attribution,
        incidents: &outcome.incidents,
        exposures: &exposures,
        geo: &sources.geo,
        only: None,
        response: response.as_ref(),
    };
    let mut report = stages.run("report", || build::report(&material, stages));
    scope.narrow(&mut report);
    let rows = EventRows { loaded: &loaded, case: &case, attribution: Some(&outcome.attribution) };
    let write_events = |writer: &mut EventWriter| rows.each(|row| write_row(row, &scope, writer, interrupt));
    let tables = ExposureRows { material: &material, scope: &scope };
    let write_table = |table, output| tables.write(table, output);
    interrupt.begin_writing();
    let analysis = ManuallyDrop::new(Analysis { report, write_events: &write_events, write_table: &write_table });
    let result = stages.run("writing", || then(&analysis));
    if interrupt.asked() { Err(Failure::interrupted(true)) } else { result }
}

/// Reads without analysing: a report with inputs, refused files and coverage, and no account.
///
/// # Errors
/// As of [`analyse`].
pub(super) fn inspect(request: &Request<'_>, meter: &Meter, interrupt: &Interrupt) -> Result<Report, Failure> {
    let sources = Sources::open(request.global, request.reading)?;
    let loaded = request.stages.run("reading", || read(request, &sources, meter, interrupt))?;
    meter.phase("counting");
    Ok(request.stages.run("counting", || build::inventory(&loaded, &sources.geo)))
}

/// Reads without analysing and writes every event to a file.
///
/// # Errors
/// As of [`analyse`], and when the file cannot be written.
pub(super) fn normalise(request: &Request<'_>, output: &Path, meter: &Meter, interrupt: &Interrupt) -> Result<(), Failure> {
    let asked = request.global.scope()?;
    let sources = Sources::open(request.global, request.reading)?;
    let loaded = request.stages.run("reading", || read(request, &sources, meter, interrupt))?;
    let scope = resolved(&asked, loaded.store.accounts(), |_| true)?;
    meter.phase("writing");
    let networks = sources.networks();
    let basis = Basis::new(&loaded.store, &networks, request.stages);
    let ground = basis.ground(&loaded.store, &sources.config);
    let habits = Habits::default();
    let case = ground.case(&habits, &[]);
    let rows = EventRows { loaded: &loaded, case: &case, attribution: None };
    let failed = |error: io::Error| Failure::write(&output.display().to_string(), &error);
    interrupt.begin_writing();
    let mut writer = EventWriter::create(output).map_err(failed)?;
    let written = rows.each(|row| write_row(row, &scope, &mut writer, interrupt)).and_then(|()| writer.finish());
    if interrupt.asked() { Err(Failure::interrupted(true)) } else { written.map_err(failed) }
}

/// Accounts that an error names.
const NAMED: usize = 3;

/// The scope with its names resolved to accounts of the evidence.
fn resolved(asked: &Scope, accounts: &Accounts, may_be: fn(&Account) -> bool) -> Result<Scope, Failure> {
    if asked.accounts.is_empty() {
        return Ok(asked.clone());
    }
    let known: Vec<&Account> = accounts.iter().map(|(_, one)| one).filter(|one| !one.name.is_empty() && may_be(one)).collect();
    asked.resolved(&known).map_err(|name| {
        let failure = Failure::usage(format!("--account {name:?}: there is no such account in these exports"));
        failure.hint(like(known.iter().map(|one| one.name.as_str()), &name))
    })
}

/// Accounts whose names are somewhat like one that is not there.
pub(super) fn like<'n>(names: impl Iterator<Item = &'n str>, wanted: &str) -> String {
    let start: String = wanted.trim().to_lowercase().chars().take_while(|c| *c != '@').take(3).collect();
    let like: Vec<&str> = names.filter(|name| !start.is_empty() && name.starts_with(&start)).take(NAMED).collect();
    if like.is_empty() {
        "give the user principal name, as the report shows it".to_owned()
    } else {
        format!("did you mean {}?", like.join(", "))
    }
}

/// Writes a row that is in the scope; an error once Ctrl-C was pressed.
fn write_row(row: &EventRow<'_>, scope: &Scope, writer: &mut EventWriter, interrupt: &Interrupt) -> io::Result<()> {
    if interrupt.asked() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    if scope.has_row(row) { writer.write(row) } else { Ok(()) }
}

/// A record of the evidence, with the path and archive member that it is in.
pub(super) struct Found {
    /// Path as shown in reports.
    pub(super) path: String,
    /// Member of the archive.
    pub(super) member: Option<String>,
    /// The record.
    pub(super) record: RawRecord,
}

/// Finds the record behind a pointer.
///
/// # Errors
/// For a missing path, and where there is no such input or record.
pub(super) fn record(request: &Request<'_>, pointer: Pointer, meter: &Meter, interrupt: &Interrupt) -> Result<Found, Failure> {
    let sources = Sources::open(request.global, request.reading)?;
    check_paths(request.paths)?;
    let options = options(request, &sources, meter, interrupt);
    let (candidate, open) = load::locate(request.paths, &options, pointer.input).map_err(failure)?;
    let record = raw_record(&candidate, pointer.number, &options.limits, &open)
        .map_err(|error| Failure::no_evidence(error.to_string()).hint("give the same paths as to the analysis that printed the pointer"))?;
    Ok(Found { path: candidate.path, member: candidate.member, record })
}

fn check_paths(paths: &[PathBuf]) -> Result<(), Failure> {
    match paths.iter().find(|path| !path.exists()) {
        None => Ok(()),
        Some(missing) => {
            let failure = Failure::no_evidence(format!("{}: no such file or folder", missing.display()));
            Err(failure.hint("give a folder with exports, or export files"))
        }
    }
}

/// Reads all evidence.
fn read(request: &Request<'_>, sources: &Sources, meter: &Meter, interrupt: &Interrupt) -> Result<Loaded, Failure> {
    check_paths(request.paths)?;
    let options = options(request, sources, meter, interrupt);
    let loaded = load::load(request.paths, &options).map_err(failure)?;
    if loaded.inputs.is_empty() { Err(nothing_usable(&loaded.refused)) } else { Ok(loaded) }
}

fn options<'a>(request: &Request<'_>, sources: &Sources, meter: &'a Meter, interrupt: &'a Interrupt) -> LoadOptions<'a> {
    LoadOptions {
        limits: Limits::default(),
        threads: request.global.threads(),
        memory: request.global.memory,
        times: TimeRules { zone: request.global.assume_tz, order: request.global.date_order.map_or_else(Default::default, Into::into) },
        encoding: request.reading.encoding,
        format: request.reading.format.clone(),
        own_domains: sources.config.own_domains.clone(),
        progress: meter,
        cancel: interrupt.flag(),
    }
}

fn failure(error: LoadError) -> Failure {
    match error {
        LoadError::Cancelled => Failure::interrupted(false),
        LoadError::UnknownFormat(_) => Failure::usage(error.to_string()),
        LoadError::NoInput { .. } => {
            Failure::no_evidence(error.to_string()).hint("give the same paths as to the analysis that printed the pointer")
        }
        LoadError::Evidence(error) => Failure::no_evidence(error.to_string()).hint("give a folder with exports, or export files"),
    }
}

/// Says why none of the files could be used.
fn nothing_usable(refused: &[Refusal]) -> Failure {
    let named: Vec<String> = refused.iter().take(3).map(|file| format!("{} ({})", file.path, file.reason)).collect();
    let message = match refused.len() {
        0 => "no usable evidence: there is no file".to_owned(),
        1 => format!("no usable evidence: {}", named.join("; ")),
        n => format!("no usable evidence: none of {n} files is an export that bectrace reads: {}", named.join("; ")),
    };
    Failure::no_evidence(message).hint("give exports of Microsoft 365 logs: unified audit log, sign-ins, message traces, inbox rules")
}
