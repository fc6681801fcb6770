//! Runs the program over generated tenants and prints the marks.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use bectrace::analysis::{self, Basis, final_case};
use bectrace::config::Config;
use bectrace::enrich::{Geo, Networks, TorExits};
use bectrace::events::TimeRules;
use bectrace::evidence::Limits;
use bectrace::exposure;
use bectrace::formats::load::{LoadOptions, Silent, load};
use bectrace::report::build::{self, EventRows, Material};
use bectrace::report::model::Report;
use bectrace::stages::Stages;

use crate::atlas::Atlas;
use crate::attacks;
use crate::case::Case;
use crate::marking::{Marks, Row, Tally, mark, share};

/// What to run.
pub struct Request {
    /// Seeds, the last one included.
    pub seeds: (u64, u64),
    /// Only this kind; empty for all.
    pub kind: String,
    /// Names each fault.
    pub faults: bool,
}

/// Writes the files of a case.
///
/// # Errors
/// Whatever the file system reports.
pub fn write(case: &Case, folder: &Path) -> Result<(), Box<dyn Error>> {
    for file in &case.files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &file.bytes)?;
    }
    Ok(())
}

/// Analyses a folder as the program does.
fn analyse(folder: &Path) -> Result<(Report, Vec<Row>), Box<dyn Error>> {
    let (config, tor, geo) = (Config::default(), TorExits::default(), Geo::new(&[] as &[&str])?);
    let (cancel, stages) = (AtomicBool::new(false), Stages::default());
    let options = LoadOptions {
        limits: Limits::default(),
        threads: 1,
        memory: None,
        times: TimeRules::default(),
        encoding: None,
        format: None,
        own_domains: Vec::new(),
        progress: &Silent,
        cancel: &cancel,
    };
    let loaded = load(&[folder.to_owned()], &options)?;
    let networks = Networks::new(&geo, &config, &tor);
    let basis = Basis::new(&loaded.store, &networks, &stages);
    let ground = basis.ground(&loaded.store, &config);
    let outcome = analysis::analyse(&ground, &stages);
    let case = final_case(&ground, &outcome.attribution);
    let (attribution, incidents) = (&outcome.attribution, outcome.incidents.as_slice());
    let exposures = exposure::measure(&exposure::Ground { case: &case, attribution, incidents, inputs: &loaded.inputs });
    let (exposures, geo) = (&exposures, &geo);
    let material = Material { loaded: &loaded, case: &case, attribution, incidents, exposures, geo, only: None, response: None };
    let report = build::report(&material, &stages);
    let mut rows = Vec::new();
    EventRows { loaded: &loaded, case: &case, attribution: Some(attribution) }.each(|row| {
        rows.push(Row {
            pointer: (row.pointer.input, row.pointer.number),
            path: row.path.replace('\\', "/"),
            number: row.pointer.number,
            actor: row.actor,
            repeats: row.duplicate_of.map(|of| (of.input, of.number)),
        });
        Ok(())
    })?;
    Ok((report, rows))
}

/// Runs the tenants of the request and prints tables.
///
/// # Errors
/// Where a folder cannot be written or read.
pub fn run(request: &Request) -> Result<String, Box<dyn Error>> {
    let atlas = Atlas::draw()?;
    let mut by_kind: BTreeMap<&'static str, Marks> = BTreeMap::new();
    let mut faults = String::new();
    for seed in request.seeds.0..=request.seeds.1 {
        if !request.kind.is_empty() && attacks::of_seed(seed).name != request.kind {
            continue;
        }
        let case = Case::of(seed, &atlas);
        let folder = tempfile::tempdir()?;
        write(&case, folder.path())?;
        let (report, rows) = analyse(folder.path())?;
        let marks = mark(&case, &report, &rows);
        by_kind.entry(case.kind).or_default().add(&marks);
        if !marks.faults.is_empty() {
            let files: Vec<&str> = case.files.iter().map(|file| file.path.as_str()).collect();
            let head = format!("seed {seed} {} ({} people, {} days) {}\n", case.kind, case.size.0, case.size.1, files.join(" "));
            faults.push_str(&head);
            faults.extend(marks.faults.iter().map(|fault| format!("    {fault}\n")));
        }
    }
    let mut total = Marks::default();
    let mut text = String::from(HEAD);
    for (kind, marks) in &by_kind {
        total.add(marks);
        text.push_str(&line(kind, marks));
    }
    text.push_str(&line("total", &total));
    let rates = |name: &str, tally: Tally| {
        format!("{name}: precision {} recall {} F1 {}\n", cell(tally.precision()), cell(tally.recall()), cell(tally.f1()))
    };
    for (name, tally) in
        [("accounts", total.accounts), ("edges", total.edges), ("addresses", total.addresses), ("event lanes", total.lanes)]
    {
        text.push_str(&rates(name, tally));
    }
    if request.faults { Ok(format!("{faults}\n{text}")) } else { Ok(text) }
}

const HEAD: &str = "kind               tenants  account F1  accused  in clean  suspicious  edge F1  patient 0  time 60 s  address F1  lane F1  incidents\n";

fn cell(value: Option<f64>) -> String {
    value.map_or("-".to_owned(), |value| format!("{value:.3}"))
}

fn line(kind: &str, marks: &Marks) -> String {
    format!(
        "{kind:<18} {:>7}  {:>10}  {:>7}  {:>8}  {:>10}  {:>7}  {:>9}  {:>9}  {:>10}  {:>7}  {:>9}\n",
        marks.tenants,
        cell(marks.accounts.f1()),
        marks.accounts.wrong,
        marks.clean_accused,
        marks.suspicious,
        cell(marks.edges.f1()),
        cell(share(marks.zero.0, marks.zero.1)),
        cell(share(marks.times.0, marks.times.1)),
        cell(marks.addresses.f1()),
        cell(marks.lanes.f1()),
        cell(marks.pairs.f1()),
    )
}
