//! Reads every input: opens, recognises, parses in parallel, merges in order.
//!
//! One thread reads and splits a file; workers parse its blocks into batches; batches are merged in
//! the order of their blocks. Results are the same for any number of threads.

use super::recognise::{best_claim, best_table, own_result, recognise, usual_claim};
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
    /// Bytes that the user wants to spend, of which the buffers of reading take their share.
    pub memory: Option<u64>,
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

/// What may be held of a file while it is read: blocks that are not merged yet. Changes nothing but speed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Buffers {
    /// Encoded bytes of a block.
    block: usize,
    /// Blocks under way at a time.
    blocks: usize,
}

impl Buffers {
    const LARGEST: usize = 1 << 20;
    const SMALLEST: usize = 1 << 16;
    /// Part of the memory that buffers may take: most of it is for what was read.
    const SHARE: u64 = 4;
    /// Bytes in memory for a byte of a block: its text, the places of its records, what is read of them.
    const COST: usize = 4;

    /// As many blocks as keep every thread busy, smaller ones and then fewer where memory is short.
    fn of(memory: Option<u64>, threads: usize) -> Buffers {
        let most = threads.saturating_mul(4);
        let budget = memory.map_or(usize::MAX, |bytes| usize::try_from(bytes / Buffers::SHARE).unwrap_or(usize::MAX)) / Buffers::COST;
        let block = (budget / most.max(1)).clamp(Buffers::SMALLEST, Buffers::LARGEST);
        Buffers { block, blocks: (budget / block).clamp(2, most.max(2)) }
    }
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
    #[error("there is no input i{input}: of {inputs} recognised, numbered from i0")]
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
    let knows = Arc::new(move |header: &Header| forced.is_some() || best_table(header).is_some() || own_result(header.folded()).is_some());
    let chunk = Buffers::of(options.memory, options.threads).block;
    OpenOptions { encoding: options.encoding, knows, spent, chunk }
}

/// A candidate that some format claims.
struct Claimed {
    blocks: Blocks,
    /// Blocks that were read to tell what it is.
    first: Vec<Block>,
    /// The formats of its first records, or the one that the user named.
    formats: Vec<u8>,
}

/// Opens a candidate and looks at its beginning; refuses what no format claims.
fn open_input(
    candidate: &Candidate,
    number: u32,
    forced: Option<u8>,
    options: &LoadOptions<'_>,
    open: &OpenOptions,
) -> Result<Claimed, Refusal> {
    let refuse = |reason: String, damaged| Refusal { path: candidate.path.clone(), member: candidate.member.clone(), reason, damaged };
    let mut blocks = match Blocks::open(candidate, &options.limits, open)? {
        Opened::Blocks(blocks) => *blocks,
        Opened::Parquet(_) => {
            return Err(refuse("a Parquet file, such as a bectrace events file: give the exports that it was made from".to_owned(), false));
        }
    };
    blocks.input = number;
    let (first, formats) = match forced {
        Some(format) => (Vec::new(), vec![format]),
        None => recognise(&mut blocks).map(|found| (found.blocks, found.formats)).map_err(|(reason, damaged)| refuse(reason, damaged))?,
    };
    Ok(Claimed { blocks, first, formats })
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
    let Claimed { mut blocks, first, formats } = open_input(candidate, number, forced, options, &open_options(forced, options, *spent))?;
    let mut ledger = Ledger::default();
    let mut turns = Turns { first: first.into_iter(), blocks: &mut blocks, seen: 0, options };
    let reader = || Reader { forced, usual: &formats, scratch: Scratch::default() };
    let done = if options.threads > 1 {
        read_parallel(&mut turns, &reader, options, store, &mut ledger)
    } else {
        read_inline(&mut turns, reader(), options, store, &mut ledger)
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
        claimed: formats.first().copied(),
        damaged: facts.damaged || facts.changed_while_read,
    }))
}

/// The blocks of an input, one after the other.
struct Turns<'a> {
    first: std::vec::IntoIter<Block>,
    blocks: &'a mut Blocks,
    /// Bytes that progress was told of.
    seen: u64,
    options: &'a LoadOptions<'a>,
}

impl Iterator for Turns<'_> {
    type Item = Block;

    /// The next block; `None` at the end, and when stopped from outside.
    fn next(&mut self) -> Option<Block> {
        if self.options.cancel.load(Ordering::Relaxed) {
            return None;
        }
        let block = self.first.next().or_else(|| self.blocks.next_block());
        let read = self.blocks.bytes_read();
        self.options.progress.advance(read - self.seen);
        self.seen = read;
        block
    }
}

/// Reads on the calling thread. False when stopped from outside.
fn read_inline(turns: &mut Turns<'_>, mut reader: Reader<'_>, options: &LoadOptions<'_>, store: &mut Store, ledger: &mut Ledger) -> bool {
    let mut batch = Batch::new(options.times);
    for block in turns {
        reader.read(&block, &mut batch);
        store.merge(&mut batch, ledger);
    }
    !options.cancel.load(Ordering::Relaxed)
}

/// One reader, `threads - 1` parsers, and the calling thread that merges in order. False when stopped from
/// outside.
fn read_parallel<'a>(
    turns: &mut Turns<'_>,
    reader: &(impl Fn() -> Reader<'a> + Sync),
    options: &LoadOptions<'_>,
    store: &mut Store,
    ledger: &mut Ledger,
) -> bool {
    let most = Buffers::of(options.memory, options.threads).blocks;
    let (to_workers, jobs) = crossbeam_channel::unbounded::<(u64, Block)>();
    let (to_merge, batches) = crossbeam_channel::unbounded::<(u64, Batch)>();
    let (give_back, spare) = crossbeam_channel::unbounded::<Batch>();
    // A block is read once one of those before it is merged: a slow one holds the others back.
    let (merged, leave) = crossbeam_channel::bounded::<()>(most);
    while merged.try_send(()).is_ok() {}
    std::thread::scope(|scope| {
        for _ in 1..options.threads {
            let (jobs, to_merge, spare, times) = (jobs.clone(), to_merge.clone(), spare.clone(), options.times);
            scope.spawn(move || {
                let mut reader = reader();
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
            let mut turn = 0;
            while leave.recv().is_ok()
                && let Some(block) = turns.next()
                && to_workers.send((turn, block)).is_ok()
            {
                turn += 1;
            }
        });
        let mut waiting: BTreeMap<u64, Batch> = BTreeMap::new();
        let mut turn = 0;
        for (at, batch) in batches {
            waiting.insert(at, batch);
            while let Some(mut batch) = waiting.remove(&turn) {
                store.merge(&mut batch, ledger);
                // That nobody takes it only means that all is read.
                let _ = (give_back.send(batch), merged.try_send(()));
                turn += 1;
            }
        }
    });
    !options.cancel.load(Ordering::Relaxed)
}

/// Parses blocks. What it makes of a record depends on the record and on the formats of the file alone,
/// never on the records that it read before: those are others for another number of threads.
struct Reader<'a> {
    forced: Option<u8>,
    /// The formats of the file's first records.
    usual: &'a [u8],
    scratch: Scratch,
}

impl Reader<'_> {
    fn read(&mut self, block: &Block, batch: &mut Batch) {
        let format = self.forced.or_else(|| block.header().and_then(|header| best_table(header)));
        let usual = self.usual;
        block.each(&mut self.scratch, &mut |record| match (record, format) {
            (Err(skipped), _) if skipped.ignored => batch.ignore(skipped.at, Reason(skipped.reason)),
            (Err(skipped), _) => batch.reject(skipped.at, Reason(skipped.reason)),
            (Ok(record), Some(format)) => read_as(format, &record, batch),
            (Ok(record), None) => read_object(usual, &record, batch),
        });
    }
}

fn read_as(format: u8, record: &Record<'_>, batch: &mut Batch) {
    batch.format = format;
    match FORMATS.get(format as usize) {
        Some(reader) => reader.read(record, batch),
        None => batch.reject(record.at, Reason("unrecognised-record")),
    }
}

/// Reads an object by the best claim of the file's usual formats, else by the best of all, else by the
/// record that a carrier wraps.
fn read_object(usual: &[u8], record: &Record<'_>, batch: &mut Batch) {
    if let Some(format) = usual_claim(record, usual).or_else(|| best_claim(record)) {
        return read_as(format, record, batch);
    }
    if let Some(doc) = record.object().and_then(carrier::unwrap) {
        let inner = Record { fields: crate::evidence::Fields::Object(doc.root()), ..*record };
        if let Some(format) = best_claim(&inner) {
            return read_as(format, &inner, batch);
        }
    }
    batch.reject(record.at, Reason("unrecognised-record"));
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

#[cfg(test)]
mod tests {
    use super::Buffers;

    #[test]
    fn blocks_become_smaller_and_then_fewer_with_less_memory() {
        let of = |memory: Option<u64>, threads| (Buffers::of(memory, threads).block, Buffers::of(memory, threads).blocks);
        assert_eq!(of(None, 2), (1 << 20, 8));
        assert_eq!(of(Some(u64::MAX), 2), (1 << 20, 8));
        assert_eq!(of(Some(128 << 20), 2), (1 << 20, 8));
        assert_eq!(of(Some((128 << 20) - 128), 2), ((1 << 20) - 1, 8), "smaller");
        assert_eq!(of(Some(8 << 20), 2), (1 << 16, 8));
        assert_eq!(of(Some((8 << 20) - 1), 2), (1 << 16, 7), "fewer");
        assert_eq!(of(Some(1), 2), (1 << 16, 2), "at least what one file takes");
        assert_eq!(of(Some(1), 1024), (1 << 16, 2));
    }
}
