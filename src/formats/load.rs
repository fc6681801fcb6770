//! Reads every input: opens, recognises, parses in parallel, merges in order.
//!
//! One thread reads and splits a file; workers parse its blocks into batches; batches are merged in
//! the order of their blocks. Results are the same for any number of threads.

use super::{FORMATS, Format, carrier};
use crate::events::{Batch, Family, Ledger, Reason, Store, TimeRules};
use crate::evidence::{Block, Blocks, Candidate, EvidenceError, Header, Limits, OpenOptions, Opened, Record, Refusal, Scratch, discover};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Told of progress while reading. Called from several threads.
pub trait Progress: Sync {
    /// Reading starts; this many bytes lie ahead (as on disk).
    fn total(&self, _bytes: u64) {}
    /// So many more bytes (as on disk) have been read.
    fn advance(&self, _bytes: u64) {}
}

/// Tells nobody.
pub struct Silent;
impl Progress for Silent {}

/// How to read.
pub struct LoadOptions<'a> {
    /// Bounds against hostile input.
    pub limits: Limits,
    /// Number of threads; at least 1.
    pub threads: usize,
    /// Zone and date order given by the user.
    pub times: TimeRules,
    /// Encoding given by the user (see [`encoding_named`](crate::evidence::encoding_named)).
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Id of a format that every input is taken as, given by the user.
    pub format: Option<String>,
    /// Domains of the tenant, given by the user.
    pub own_domains: Vec<String>,
    /// Told of progress.
    pub progress: &'a dyn Progress,
    /// Set from outside to stop early.
    pub cancel: &'a AtomicBool,
}

/// One input that was read.
pub struct Input {
    /// Path as shown in reports.
    pub path: String,
    /// Member of an archive.
    pub member: Option<String>,
    /// SHA-256 of the file, or of the member's unpacked bytes.
    pub sha256: [u8; 32],
    /// Size of what was hashed.
    pub bytes: u64,
    /// Text encoding.
    pub encoding: &'static str,
    /// Compression.
    pub compression: &'static str,
    /// What became of its records.
    pub ledger: Ledger,
    /// Number of the format that claimed its first records.
    claimed: Option<u8>,
    /// Parts of it were damaged.
    pub damaged: bool,
}

impl Input {
    /// The format that read most of its records, or the one that claimed it where none could be read.
    pub fn format(&self) -> Option<&'static dyn Format> {
        let most = self.ledger.formats.iter().max_by_key(|(index, count)| (**count, std::cmp::Reverse(**index)));
        let index = most.map(|(index, _)| *index).or(self.claimed)?;
        FORMATS.get(index as usize).copied()
    }

    /// The kind of log it is.
    pub fn family(&self) -> Family {
        self.format().map_or(Family::Audit, Format::family)
    }
}

/// Everything that was read.
pub struct Loaded {
    /// Events and states.
    pub store: Store,
    /// Inputs, in the order of their numbers.
    pub inputs: Vec<Input>,
    /// Files that are no export, with why.
    pub refused: Vec<Refusal>,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Paths could not be read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// `--as` names no format.
    #[error("there is no format {0:?}; `bectrace inspect` shows the id of the format of each file")]
    UnknownFormat(String),
    /// A pointer into an input that is not there.
    #[error("there is no input i{input}: {inputs} inputs were recognised, numbered from i0")]
    NoInput {
        /// The number asked for.
        input: u32,
        /// How many there are.
        inputs: u32,
    },
    /// Stopped from outside (Ctrl-C).
    #[error("interrupted")]
    Cancelled,
}

/// Reads all evidence below the paths.
///
/// # Errors
/// [`LoadError`] for a missing path, an unknown `--as`, or when stopped from outside. A file that cannot
/// be read is not an error: it is in `refused`.
pub fn load(paths: &[PathBuf], options: &LoadOptions<'_>) -> Result<Loaded, LoadError> {
    let forced = forced_format(options)?;
    let found = discover(paths, &options.limits)?;
    options.progress.total(found.total_bytes);
    let mut loaded = Loaded { store: Store::default(), inputs: Vec::new(), refused: found.refused };
    let mut spent = 0;
    for candidate in &found.candidates {
        if options.cancel.load(Ordering::Relaxed) {
            return Err(LoadError::Cancelled);
        }
        let number = u32::try_from(loaded.inputs.len()).unwrap_or(u32::MAX);
        match read_input(candidate, number, forced, options, &mut spent, &mut loaded.store) {
            Ok(Some(input)) => loaded.inputs.push(input),
            Ok(None) => return Err(LoadError::Cancelled),
            Err(refusal) => loaded.refused.push(refusal),
        }
    }
    loaded.refused.sort_by(|a, b| (&a.path, &a.member).cmp(&(&b.path, &b.member)));
    loaded.store.finish(&options.own_domains);
    let mut ledgers: Vec<Ledger> = loaded.inputs.iter_mut().map(|input| std::mem::take(&mut input.ledger)).collect();
    loaded.store.count(&mut ledgers);
    for (input, ledger) in loaded.inputs.iter_mut().zip(ledgers) {
        input.ledger = ledger;
    }
    note_inputs(&mut loaded.inputs);
    Ok(loaded)
}

/// The format with this id, and its number.
fn format_by_id(id: &str) -> Option<u8> {
    FORMATS.iter().position(|format| format.id() == id).and_then(|at| u8::try_from(at).ok())
}

/// The input with this number, and how it is opened; inputs before it are not read to their end.
///
/// # Errors
/// As of [`load`], and [`LoadError::NoInput`] where there are not so many.
pub fn locate(paths: &[PathBuf], options: &LoadOptions<'_>, input: u32) -> Result<(Candidate, OpenOptions), LoadError> {
    let forced = forced_format(options)?;
    let mut number = 0;
    for candidate in discover(paths, &options.limits)?.candidates {
        let open = open_options(forced, options, 0);
        if open_input(&candidate, number, forced, options, &open).is_err() {
            continue;
        }
        if number == input {
            return Ok((candidate, open));
        }
        number += 1;
    }
    Err(LoadError::NoInput { input, inputs: number })
}

/// Number of the format that the user named.
fn forced_format(options: &LoadOptions<'_>) -> Result<Option<u8>, LoadError> {
    match &options.format {
        Some(id) => format_by_id(id).map(Some).ok_or_else(|| LoadError::UnknownFormat(id.clone())),
        None => Ok(None),
    }
}

fn open_options(forced: Option<u8>, options: &LoadOptions<'_>, spent: u64) -> OpenOptions {
    let knows = Arc::new(move |header: &Header| forced.is_some() || best_table(header).is_some());
    OpenOptions { encoding: options.encoding, knows, spent, ..OpenOptions::default() }
}

/// Opens a candidate and reads its first block; refuses what no format claims.
fn open_input(
    candidate: &Candidate,
    number: u32,
    forced: Option<u8>,
    options: &LoadOptions<'_>,
    open: &OpenOptions,
) -> Result<(Blocks, Option<Block>, Option<u8>), Refusal> {
    let refuse = |reason: String, damaged| Refusal { path: candidate.path.clone(), member: candidate.member.clone(), reason, damaged };
    let mut blocks = match Blocks::open(candidate, &options.limits, open)? {
        Opened::Blocks(blocks) => *blocks,
        Opened::Parquet(_) => {
            return Err(refuse(
                "a Parquet file, such as bectrace writes of its events: give the exports that it was made from".to_owned(),
                false,
            ));
        }
    };
    blocks.input = number;
    let first = blocks.next_block();
    let claimed = match forced {
        Some(_) => forced,
        None if first.is_none() && blocks.header().and_then(best_table).is_some() => blocks.header().and_then(best_table),
        None => recognise(first.as_ref()).map_err(|reason| refuse(reason, false))?,
    };
    Ok((blocks, first, claimed))
}

/// Reads one candidate to its end. `Ok(None)` when stopped from outside.
fn read_input(
    candidate: &Candidate,
    number: u32,
    forced: Option<u8>,
    options: &LoadOptions<'_>,
    spent: &mut u64,
    store: &mut Store,
) -> Result<Option<Input>, Refusal> {
    let (mut blocks, first, claimed) = open_input(candidate, number, forced, options, &open_options(forced, options, *spent))?;
    let mut ledger = Ledger::default();
    let done = if options.threads > 1 {
        read_parallel(&mut blocks, first, forced, options, store, &mut ledger)
    } else {
        read_inline(&mut blocks, first, forced, options, store, &mut ledger)
    };
    if !done {
        return Ok(None);
    }
    store.end_input(options.times.order, &mut ledger);
    if ledger.records == 0 {
        ledger.notice("no-records", "a header and no records: nothing was found, or nothing was exported");
    }
    let facts = blocks.finish();
    *spent = spent.saturating_add(facts.unpacked);
    for (code, text) in &facts.notices {
        ledger.notice(code, text);
    }
    Ok(Some(Input {
        path: candidate.path.clone(),
        member: candidate.member.clone(),
        sha256: facts.sha256,
        bytes: facts.bytes,
        encoding: facts.encoding,
        compression: facts.compression,
        ledger,
        claimed,
        damaged: facts.damaged || facts.changed_while_read,
    }))
}

fn read_inline(
    blocks: &mut Blocks,
    first: Option<Block>,
    forced: Option<u8>,
    options: &LoadOptions<'_>,
    store: &mut Store,
    ledger: &mut Ledger,
) -> bool {
    let mut batch = Batch::new(options.times);
    let mut reader = Reader::new(forced);
    let mut next = first;
    let mut seen = 0;
    while let Some(block) = next {
        reader.read(&block, &mut batch);
        store.merge(&mut batch, ledger);
        options.progress.advance(blocks.bytes_read() - seen);
        seen = blocks.bytes_read();
        if options.cancel.load(Ordering::Relaxed) {
            return false;
        }
        next = blocks.next_block();
    }
    true
}

/// One reader, `threads - 1` parsers, and the calling thread that merges in order.
fn read_parallel(
    blocks: &mut Blocks,
    first: Option<Block>,
    forced: Option<u8>,
    options: &LoadOptions<'_>,
    store: &mut Store,
    ledger: &mut Ledger,
) -> bool {
    let workers = options.threads - 1;
    let (to_workers, jobs) = crossbeam_channel::bounded::<(u64, Block)>(workers * 2);
    let (to_merge, batches) = crossbeam_channel::bounded::<(u64, Batch)>(workers * 2);
    let (give_back, spare) = crossbeam_channel::unbounded::<Batch>();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (jobs, to_merge, spare, times) = (jobs.clone(), to_merge.clone(), spare.clone(), options.times);
            scope.spawn(move || {
                let mut reader = Reader::new(forced);
                for (turn, block) in jobs {
                    let mut batch = spare.try_recv().unwrap_or_else(|_| Batch::new(times));
                    reader.read(&block, &mut batch);
                    if to_merge.send((turn, batch)).is_err() {
                        break;
                    }
                }
            });
        }
        drop((jobs, to_merge));
        scope.spawn(move || {
            let mut next = first;
            let (mut turn, mut seen) = (0, 0);
            while let Some(block) = next {
                options.progress.advance(blocks.bytes_read() - seen);
                seen = blocks.bytes_read();
                if options.cancel.load(Ordering::Relaxed) || to_workers.send((turn, block)).is_err() {
                    break;
                }
                turn += 1;
                next = blocks.next_block();
            }
        });
        let mut waiting: BTreeMap<u64, Batch> = BTreeMap::new();
        let mut turn = 0;
        for (at, batch) in batches {
            waiting.insert(at, batch);
            while let Some(mut batch) = waiting.remove(&turn) {
                store.merge(&mut batch, ledger);
                // A full channel only means that nobody needs it again.
                let _ = give_back.send(batch);
                turn += 1;
            }
        }
    });
    !options.cancel.load(Ordering::Relaxed)
}

/// Parses blocks, remembering which format read the record before.
struct Reader {
    forced: Option<u8>,
    last: Option<u8>,
    scratch: Scratch,
}

impl Reader {
    fn new(forced: Option<u8>) -> Reader {
        Reader { forced, last: None, scratch: Scratch::default() }
    }

    fn read(&mut self, block: &Block, batch: &mut Batch) {
        let table = block.header().and_then(|header| best_table(header));
        let (forced, mut last) = (self.forced, self.last);
        block.each(&mut self.scratch, &mut |record| match record {
            Err(skipped) if skipped.ignored => batch.ignore(skipped.at, Reason(skipped.reason)),
            Err(skipped) => batch.reject(skipped.at, Reason(skipped.reason)),
            Ok(record) => match forced.or(table) {
                Some(format) => read_as(format, &record, batch),
                None => last = read_object(last, &record, batch),
            },
        });
        self.last = last;
    }
}

fn read_as(format: u8, record: &Record<'_>, batch: &mut Batch) {
    batch.format = format;
    match FORMATS.get(format as usize) {
        Some(reader) => reader.read(record, batch),
        None => batch.reject(record.at, Reason("unrecognised-record")),
    }
}

/// Reads an object by the format of the one before if that claims it, else by the best claim, else by
/// the record that a carrier wraps. Returns the format for next time.
fn read_object(last: Option<u8>, record: &Record<'_>, batch: &mut Batch) -> Option<u8> {
    let still = last.filter(|at| FORMATS.get(*at as usize).is_some_and(|format| format.claim(record) > 0));
    if let Some(format) = still.or_else(|| best_claim(record)) {
        read_as(format, record, batch);
        return Some(format);
    }
    if let Some(doc) = record.object().and_then(carrier::unwrap) {
        let inner = Record { fields: crate::evidence::Fields::Object(doc.root()), ..*record };
        if let Some(format) = best_claim(&inner) {
            read_as(format, &inner, batch);
            return last;
        }
    }
    batch.reject(record.at, Reason("unrecognised-record"));
    last
}

/// The strongest claim on a record; of equal ones the first in the registry.
fn best_claim(record: &Record<'_>) -> Option<u8> {
    let claims = FORMATS.iter().enumerate().map(|(at, format)| (format.claim(record), std::cmp::Reverse(at)));
    let (strength, std::cmp::Reverse(at)) = claims.max()?;
    (strength > 0).then(|| u8::try_from(at).ok()).flatten()
}

/// The format of a table.
fn best_table(header: &Header) -> Option<u8> {
    let cells = crate::evidence::Cells::default();
    let record = Record { at: crate::evidence::RecordAt::default(), fields: crate::evidence::Fields::Row(header, &cells), damaged: false };
    best_claim(&record)
}

/// Whether a file is an export, and of which format: its first block must hold at least one record that
/// a format claims.
fn recognise(first: Option<&Block>) -> Result<Option<u8>, String> {
    let Some(block) = first else { return Err(NO_RECORDS.to_owned()) };
    if let Some(header) = block.header() {
        return best_table(header).map(Some).ok_or_else(|| nearest(header.folded()));
    }
    let mut scratch = Scratch::default();
    let (mut known, mut seen, mut keys, mut empty) = (None, 0, None, true);
    block.each(&mut scratch, &mut |record| {
        empty &= record.as_ref().is_err_and(|skipped| skipped.ignored);
        let Ok(record) = record else { return };
        if known.is_some() || seen > 200 {
            return;
        }
        seen += 1;
        let Some(object) = record.object() else { return };
        known = best_claim(&record).or_else(|| {
            let doc = carrier::unwrap(object)?;
            best_claim(&Record { fields: crate::evidence::Fields::Object(doc.root()), ..record })
        });
        keys.get_or_insert_with(|| object.entries().map(|(key, _)| key.to_lowercase()).collect::<Vec<_>>());
    });
    match (known, keys) {
        (Some(format), _) => Ok(Some(format)),
        (None, Some(keys)) => Err(nearest(&keys)),
        (None, None) if empty => Err(NO_RECORDS.to_owned()),
        (None, None) => Err("neither a table nor JSON records that bectrace knows".to_owned()),
    }
}

/// Why a file without any record is no export: it may be one, but nothing shows of what.
const NO_RECORDS: &str = "no records in it: nothing was found, or nothing was exported";

/// Says which format is nearest, and what it lacks.
fn nearest(names: &[String]) -> String {
    let scored = FORMATS.iter().map(|format| {
        let missing: Vec<&str> = format.required().iter().copied().filter(|needed| !names.iter().any(|name| name == needed)).collect();
        (format.required().len() - missing.len(), missing, format.title())
    });
    match scored.filter(|(hits, ..)| *hits >= 2).max_by_key(|(hits, missing, _)| (*hits, std::cmp::Reverse(missing.len()))) {
        Some((_, missing, title)) if !missing.is_empty() => {
            format!("no export that bectrace reads; nearest is \"{title}\", but without: {}", missing.join(", "))
        }
        _ => "no export that bectrace reads".to_owned(),
    }
}

/// Row counts at which exporters cut: a file with exactly so many is probably incomplete.
///
/// Source: documented limits of the cmdlets and portals.
const CAPS: [u64; 8] = [5_000, 10_000, 20_000, 30_000, 50_000, 100_000, 250_000, 500_000];

/// Notices that need the whole file or the other files.
fn note_inputs(inputs: &mut [Input]) {
    let mut seen: BTreeMap<[u8; 32], usize> = BTreeMap::new();
    for (at, input) in inputs.iter_mut().enumerate() {
        if CAPS.contains(&input.ledger.records) {
            let text = format!("exactly {} records: the export was probably cut at a limit", input.ledger.records);
            input.ledger.notice("cap-reached", &text);
        }
        if let Some(first) = seen.get(&input.sha256) {
            let text = format!("same content as i{first}");
            input.ledger.notice("same-content", &text);
        }
        seen.entry(input.sha256).or_insert(at);
    }
}
