//! Reads one candidate from start to end, as blocks of whole records.

use super::block::{Block, Entry};
use super::clixml::XmlSplitter;
use super::csv::{self, CsvSplitter, Dialect};
use super::decode::Decoder;
use super::discover::{Candidate, Refusal};
use super::json::JsonSplitter;
use super::limits::Limits;
use super::record::{Cells, Header};
use super::sniff::{self, Shape};
use super::source::{Source, Stop};
use super::span::{Kind, Knows, Notices, Progress, code};
use super::text::Text;
use encoding_rs::Encoding;
use std::sync::Arc;

/// Encoded bytes read at a time, and about the size of a block.
const CHUNK: usize = 1 << 20;
/// Bytes that decide what a file is.
const HEAD: usize = 1 << 18;

/// What the reader cannot know by itself.
#[derive(Clone)]
pub struct OpenOptions {
    /// The encoding that the user named.
    pub encoding: Option<&'static Encoding>,
    /// "Is this the header of a table that some format knows?"
    pub knows: Knows,
    /// Unpacked bytes of earlier inputs of the run ([`InputFacts::unpacked`] added up).
    pub spent: u64,
    /// Bytes read at a time; changes nothing but speed.
    pub chunk: usize,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions { encoding: None, knows: Arc::new(|_: &Header| false), spent: 0, chunk: CHUNK }
    }
}

/// What a candidate turned out to be.
pub enum Opened {
    /// Text with records.
    Blocks(Box<Blocks>),
    /// A Parquet file: perhaps events that bectrace wrote itself.
    Parquet(Candidate),
}

enum Splitter {
    Csv(Box<CsvSplitter>),
    Json(Box<JsonSplitter>),
    Xml(Box<XmlSplitter>),
}

/// What is known of an input once it was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFacts {
    /// SHA-256 of the file as it lies on disk, or of an archive member's unpacked bytes.
    pub sha256: [u8; 32],
    /// Length of the same bytes.
    pub bytes: u64,
    /// Bytes that were unpacked for it; 0 if it is not compressed.
    pub unpacked: u64,
    /// `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `utf-32`, `windows-1252`, `mixed`, or as named.
    pub encoding: &'static str,
    /// `none`, `gzip`, `zstd`, `zip`, `zip+gzip`, `zip+zstd`.
    pub compression: &'static str,
    /// Remarks: code and text.
    pub notices: Vec<(&'static str, String)>,
    /// The file changed while it was read: what was read may be of no single state of it.
    pub changed_while_read: bool,
    /// It could not be read to its end, ends inside a record, or fails its checksum.
    pub damaged: bool,
}

/// One candidate being read.
pub struct Blocks {
    /// Index of the input, for [`RecordAt`](super::RecordAt); set it before the first block.
    pub input: u32,
    source: Source,
    decoder: Decoder,
    splitter: Splitter,
    text: Text,
    raw: Vec<u8>,
    /// Bytes at the start of `raw` that are not decoded yet.
    held: usize,
    chunk: usize,
    /// Text that the splitter wants to see before it goes on.
    want: usize,
    cell: usize,
    read_all: bool,
    done: bool,
    number: u32,
    /// Encoded start of a rejected stretch that is not over.
    open: Option<(u64, &'static str)>,
    /// The last record is cut off.
    cut: bool,
    notices: Notices,
}

fn refusal(candidate: &Candidate, reason: impl Into<String>, damaged: bool) -> Refusal {
    Refusal { path: candidate.path.clone(), member: candidate.member.clone(), reason: reason.into(), damaged }
}

impl Blocks {
    /// Opens a candidate and finds out what it holds.
    ///
    /// # Errors
    /// A [`Refusal`] if it cannot be read or holds no records.
    pub fn open(candidate: &Candidate, limits: &Limits, options: &OpenOptions) -> Result<Opened, Refusal> {
        let mut source =
            Source::open(candidate, limits, options.spent).map_err(|error| refusal(candidate, format!("cannot be read: {error}"), true))?;
        let mut raw = vec![0; HEAD];
        let filled = source.fill(&mut raw);
        let head = raw.get(..filled).unwrap_or_default();
        if filled == 0 {
            return Err(match source.finish().stop {
                Some((_, error)) => refusal(candidate, format!("cannot be read: {error}"), true),
                None => refusal(candidate, "an empty file: nothing was exported", false),
            });
        }
        if head.starts_with(b"PAR1") {
            return Ok(Opened::Parquet(candidate.clone()));
        }
        if let Some(what) = sniff::magic(head) {
            return Err(refusal(candidate, what, false));
        }
        let whole = filled < HEAD;
        let mut decoder = Decoder::new(head, options.encoding);
        let mut text = Text::default();
        let taken = decoder.feed(head, whole, &mut text);
        let mut notices = Notices::default();
        let splitter = splitter(text.as_str(), whole && source.stop().is_none(), candidate, limits, options, &mut notices)?;
        if let Splitter::Csv(_) = &splitter {
            let body = body_of(&text, whole, options);
            text.take(body);
        }
        raw.copy_within(taken..filled, 0);
        Ok(Opened::Blocks(Box::new(Blocks {
            input: 0,
            source,
            decoder,
            splitter,
            text,
            raw,
            held: filled - taken,
            chunk: options.chunk.max(256),
            want: options.chunk.max(256),
            cell: limits.cell,
            read_all: whole,
            done: false,
            number: 0,
            open: None,
            cut: false,
            notices,
        })))
    }

    /// The columns, if it is a table: known also where no row follows.
    pub fn header(&self) -> Option<&Header> {
        match &self.splitter {
            Splitter::Csv(csv) => Some(csv.header()),
            Splitter::Json(_) | Splitter::Xml(_) => None,
        }
    }

    /// Raw bytes of the file or member taken so far, for progress.
    pub fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    /// Reads and decodes until `want` bytes of text are there, or all.
    fn fill(&mut self) {
        while !self.read_all && self.text.as_str().len() < self.want {
            let need = self.held + self.chunk;
            if self.raw.len() != need {
                self.raw.resize(need, 0);
            }
            let got = self.raw.get_mut(self.held..).map_or(0, |free| self.source.fill(free));
            self.read_all = got < self.chunk;
            let bytes = self.raw.get(..self.held + got).unwrap_or_default();
            let taken = self.decoder.feed(bytes, self.read_all, &mut self.text);
            let left = bytes.len() - taken;
            self.raw.copy_within(taken..taken + left, 0);
            self.held = left;
        }
    }

    /// The next run of whole records; `None` at the end.
    pub fn next_block(&mut self) -> Option<Block> {
        while !self.done {
            self.fill();
            let text = self.text.as_str();
            // The start of a file is there in one piece, however small the blocks are to be.
            let text = text.get(..text.ceil_char_boundary(self.want)).unwrap_or(text);
            let (length, last) = (text.len(), self.read_all && text.len() == self.text.as_str().len());
            let progress = match &mut self.splitter {
                Splitter::Csv(csv) => csv.split(text, last, &mut self.notices),
                Splitter::Json(json) => json.split(text, last, &mut self.notices),
                Splitter::Xml(xml) => xml.split(text, last, &mut self.notices),
            };
            let end = last && !progress.ended && progress.consumed >= length;
            // Long records are waited for in doubling steps, so that their text is not gone over too often.
            self.want = match progress.consumed {
                0 => (2 * length).max(length + self.chunk),
                consumed => length - consumed + self.chunk,
            };
            let mut block = self.block(progress);
            if end {
                self.done = true;
                self.last_entry(&mut block);
            }
            if !block.entries.is_empty() {
                return Some(block);
            }
        }
        None
    }

    /// Moves the text that is done with into a block, with the places of its records.
    fn block(&mut self, progress: Progress) -> Block {
        let dialect = progress.dialect;
        let mut entries = Vec::with_capacity(progress.spans.len());
        let mut map = self.text.map();
        for span in &progress.spans {
            let offset = map.encoded(span.start);
            match span.kind {
                Kind::Opens(code) => self.open = Some((offset, code)),
                Kind::Closes => entries.extend(close(&mut self.open, offset)),
                kind => {
                    let damaged = map.damaged(span.start, span.end);
                    let row = self.text.as_str().get(span.start..span.end).unwrap_or_default();
                    let columns = progress.header.as_ref().map_or(0, |header| header.names().len());
                    let cut = matches!(kind, Kind::CutRow(code::TRUNCATED_RECORD) | Kind::Rejected(code::TRUNCATED_RECORD));
                    // Where reading ended early, that is said instead.
                    let whole = self.source.stop().is_none();
                    if whole && (cut || kind == Kind::LastRow && looks_cut(row, dialect, columns)) {
                        self.cut = true;
                        self.notices.add("cut-off", || "it ends inside a record: the rest of the export is not there".to_owned());
                    }
                    let length = u32::try_from(map.encoded(span.end) - offset).unwrap_or(u32::MAX);
                    let (start, end) = (span.start.try_into().unwrap_or(u32::MAX), span.end.try_into().unwrap_or(u32::MAX));
                    entries.push(Entry { start, end, offset, length, kind, damaged });
                }
            }
        }
        let text = self.text.take(progress.consumed);
        let text = match &mut self.splitter {
            Splitter::Xml(xml) => xml.take_json(&mut entries),
            _ => text,
        };
        let first = self.number.saturating_add(1);
        self.number = self.number.saturating_add(u32::try_from(entries.len()).unwrap_or(u32::MAX));
        Block { input: self.input, first, text, entries, header: progress.header, dialect, cell: self.cell }
    }

    /// Where reading ended early, the entry that says so: the cut record, or one without length.
    fn last_entry(&mut self, block: &mut Block) {
        let code = match self.source.stop() {
            None => return,
            Some(_) if self.source.only_trailing() => return,
            Some(Stop::Limit) => code::LIMIT_REACHED,
            Some(Stop::Stream | Stop::Io) => code::TRUNCATED_STREAM,
        };
        let offset = self.text.map().encoded(0);
        match block.entries.last_mut() {
            Some(last)
                if matches!(last.kind, Kind::LastRow | Kind::CutRow(code::TRUNCATED_RECORD) | Kind::Rejected(code::TRUNCATED_RECORD)) =>
            {
                last.kind = Kind::Rejected(code);
            }
            _ => {
                block.entries.push(Entry { start: 0, end: 0, offset, length: 0, kind: Kind::Rejected(code), damaged: false });
                self.number = self.number.saturating_add(1);
            }
        }
    }

    /// Reads what is left, so that the hash is of all bytes, and sums up.
    pub fn finish(self) -> InputFacts {
        let mut notices = self.notices;
        let encoding = self.decoder.name();
        match encoding {
            "windows-1252" => notices.add("guessed-encoding", || "no UTF-8: read as Windows-1252; name another with --encoding".to_owned()),
            "mixed" => notices.add("mixed-encoding", || "the encoding changes inside the file: each part was read in its own".to_owned()),
            _ => {}
        }
        if self.decoder.undecodable_seen() {
            notices.add("undecodable", || "some bytes are no text in any encoding tried: their records are marked as damaged".to_owned());
        }
        let facts = self.source.finish();
        if facts.trailing {
            notices.add("trailing-bytes", || "bytes that are no gzip follow the compressed data: they were not read".to_owned());
        }
        if let Some((stop, error)) = &facts.stop {
            let kind = match stop {
                Stop::Limit => "limit-reached",
                Stop::Stream => "truncated-stream",
                Stop::Io => "unreadable",
            };
            notices.add(kind, || format!("not read to its end: {error}"));
        } else if facts.crc_mismatch {
            notices.add("checksum", || "the member's bytes do not have the checksum or length that its archive gives".to_owned());
        }
        if facts.changed {
            notices.add("changed-while-read", || "the file changed while it was read: read it again from a copy at rest".to_owned());
        }
        InputFacts {
            sha256: facts.sha256,
            bytes: facts.bytes,
            unpacked: facts.unpacked,
            encoding,
            compression: facts.compression,
            notices: notices.finish(),
            changed_while_read: facts.changed,
            damaged: facts.stop.is_some() || facts.crc_mismatch || self.cut,
        }
    }
}

/// The entry of a rejected stretch that ends before `offset`.
fn close(open: &mut Option<(u64, &'static str)>, offset: u64) -> Option<Entry> {
    let (start, code) = open.take()?;
    let length = u32::try_from(offset - start).unwrap_or(u32::MAX);
    Some(Entry { start: 0, end: 0, offset: start, length, kind: Kind::Rejected(code), damaged: false })
}

/// Whether a last row without a line end misses columns, or the end of the JSON in its last cell: a cut
/// between the two halves of a doubled quote leaves no open cell behind.
fn looks_cut(row: &str, dialect: Dialect, columns: usize) -> bool {
    let mut cells = Cells::default();
    csv::row::read(row, dialect, &mut cells);
    let last = cells.get(cells.len().saturating_sub(1)).trim();
    cells.len() < columns || (last.starts_with('{') && !last.ends_with('}'))
}

fn body_of(text: &Text, whole: bool, options: &OpenOptions) -> usize {
    csv::find(text.as_str(), whole, &*options.knows).map_or(0, |head| head.body)
}

/// The splitter for a text that starts like `head`.
fn splitter(
    head: &str,
    whole: bool,
    candidate: &Candidate,
    limits: &Limits,
    options: &OpenOptions,
    notices: &mut Notices,
) -> Result<Splitter, Refusal> {
    match sniff::shape(head) {
        Shape::Empty if whole && !head.contains('\0') => Err(refusal(candidate, "an empty file: nothing was exported", false)),
        Shape::Empty => Err(refusal(candidate, "nothing but blanks or zero bytes: there is no text in it", false)),
        Shape::Other(what) => Err(refusal(candidate, what, false)),
        Shape::Json => Ok(Splitter::Json(Box::new(JsonSplitter::new(limits)))),
        Shape::CliXml if head.to_ascii_uppercase().contains("<!DOCTYPE") || head.to_ascii_uppercase().contains("<!ENTITY") => {
            Err(refusal(candidate, "XML with a document type: no PowerShell export has one, it is not read", true))
        }
        Shape::CliXml => Ok(Splitter::Xml(Box::new(XmlSplitter::new(limits)))),
        Shape::Text => {
            let Some(found) = csv::find(head, whole, &*options.knows) else {
                return Err(refusal(candidate, "plain text, no table of comma-separated values and no JSON", false));
            };
            if found.header.names().len() > limits.columns {
                return Err(refusal(candidate, format!("a table with more than {} columns", limits.columns), true));
            }
            if found.dialect.backslashes {
                notices.add("backslash-quotes", || "quotes inside cells stand behind backslashes, not twice: read so".to_owned());
            }
            if found.titles > 0 {
                notices.add("title-lines", || format!("{} lines above the header were passed over", found.titles));
            }
            Ok(Splitter::Csv(Box::new(CsvSplitter::new(&found, Arc::clone(&options.knows), limits))))
        }
    }
}
