//! Cuts decoded text into the rows of a table, and recovers where quoting breaks down.

use super::super::limits::Limits;
use super::super::record::{Cells, Header};
use super::super::span::{Kind, Knows, Notices, Progress, code};
use super::dialect::Dialect;
use super::head::{self, DELIMITERS, Head, Mark};
use super::row::{self, End};
use super::scan;
use std::sync::Arc;

/// A quoted cell longer than this is searched for rows that it may have swallowed.
const SUSPECT: usize = 1 << 20;

const JOINED: (&str, &str) = ("joined-files", "the header occurs again between the rows: several exports were joined");

/// Cheap: only lines that start so are looked at closely.
fn may_be_mark(row: &[u8]) -> bool {
    matches!(row, [b'#' | b's' | b'S', ..] | [b'"', b'#' | b's' | b'S', ..])
}

/// Splits the text of one table.
pub(crate) struct CsvSplitter {
    header: Arc<Header>,
    raw_header: String,
    dialect: Dialect,
    exchange: bool,
    knows: Knows,
    cell: usize,
    line: usize,
    ends: Vec<usize>,
    cells: Cells,
    /// The type that a `#TYPE` line between rows named: the next row is a header.
    pending_type: Option<String>,
    /// Inside a stretch too long to hold; true while in the middle of a line.
    skipping: Option<bool>,
    /// Bytes of the present row that were searched for swallowed rows.
    searched: usize,
}

impl CsvSplitter {
    pub fn new(head: &Head, knows: Knows, limits: &Limits) -> CsvSplitter {
        CsvSplitter {
            header: Arc::clone(&head.header),
            raw_header: head.raw.clone(),
            dialect: head.dialect,
            exchange: head.exchange,
            knows,
            cell: limits.cell,
            line: limits.line,
            ends: Vec::new(),
            cells: Cells::default(),
            pending_type: None,
            skipping: None,
            searched: 0,
        }
    }

    /// The columns of the rows to come.
    pub fn header(&self) -> &Arc<Header> {
        &self.header
    }

    /// Splits as much of `text` as is certain; with `eof` all of it.
    pub fn split(&mut self, text: &str, eof: bool, notices: &mut Notices) -> Progress {
        let mut out = Progress { header: Some(Arc::clone(&self.header)), dialect: self.dialect, ..Progress::default() };
        while !out.ended && out.consumed < text.len() {
            if self.skipping.is_some() {
                self.skip(text, eof, &mut out);
                if self.skipping.is_some() {
                    break;
                }
                continue;
            }
            let from = out.consumed;
            let bytes = text.as_bytes().get(from..).unwrap_or_default();
            let mut ends = std::mem::take(&mut self.ends);
            let unsound = scan::row_ends(bytes, self.dialect, &mut ends);
            for end in &ends {
                let next = from + end + 1;
                let end = from + end - usize::from(*end > 0 && bytes.get(end - 1) == Some(&b'\r'));
                self.row(text, out.consumed, end.max(out.consumed), Kind::Row, &mut out, notices);
                out.consumed = next;
                if out.ended {
                    break;
                }
            }
            self.ends = ends;
            if out.ended || out.consumed >= text.len() {
                break;
            }
            if (unsound.is_none() && !eof && text.len() - out.consumed <= SUSPECT) || !self.careful(text, eof, &mut out, notices) {
                break;
            }
        }
        out
    }

    /// Handles one row whose quoting is not sound, or that the text does not end. False if it takes more
    /// text to tell.
    fn careful(&mut self, text: &str, eof: bool, out: &mut Progress, notices: &mut Notices) -> bool {
        let from = out.consumed;
        let bytes = text.as_bytes();
        match row::walk(bytes, from, self.dialect, self.cell) {
            // A CR at the very end may be half of a line end.
            End::Row { next, .. } if next == bytes.len() && bytes.last() == Some(&b'\r') && !eof => return false,
            End::Row { end, next, broken } => {
                self.row(text, from, end, Kind::Row, out, notices);
                out.consumed = next;
                // The header of a part with another delimiter seems broken, too.
                if broken && !out.ended {
                    notices
                        .add("broken-quoting", || "quotes inside quoted cells are not doubled: such rows are marked as damaged".to_owned());
                }
            }
            End::Torn { next } => {
                let next = self.swallowed(text, from, next).unwrap_or(next);
                self.cut(text, from, next, code::UNBALANCED_QUOTE, out);
            }
            End::Open if eof => match self.swallowed(text, from, bytes.len()) {
                Some(next) => self.cut(text, from, next, code::UNBALANCED_QUOTE, out),
                None => self.cut(text, from, bytes.len(), code::TRUNCATED_RECORD, out),
            },
            End::Unfinished if eof => {
                self.row(text, from, bytes.len(), Kind::LastRow, out, notices);
                out.consumed = bytes.len();
            }
            End::Long { cell } => match self.swallowed(text, from, (cell + self.cell).min(bytes.len())) {
                Some(next) => self.cut(text, from, next, code::UNBALANCED_QUOTE, out),
                None => self.start_skipping(from, out),
            },
            End::Open if bytes.len() - from > SUSPECT.max(self.searched * 2) => {
                if let Some(next) = self.swallowed(text, from, bytes.len()) {
                    self.cut(text, from, next, code::UNBALANCED_QUOTE, out);
                    return true;
                }
                self.searched = bytes.len() - from;
                return self.too_long(text, from, out);
            }
            End::Open | End::Unfinished => return self.too_long(text, from, out),
        }
        self.searched = 0;
        true
    }

    fn too_long(&mut self, text: &str, from: usize, out: &mut Progress) -> bool {
        if text.len() - from > self.line {
            self.start_skipping(from, out);
            return true;
        }
        false
    }

    /// A row that ends before `next`, cut off inside a quoted cell.
    fn cut(&mut self, text: &str, from: usize, next: usize, code: &'static str, out: &mut Progress) {
        let row = text.get(from..next).unwrap_or_default();
        out.add(from, from + row.trim_end_matches(['\r', '\n']).len(), Kind::CutRow(code));
        out.consumed = next;
        self.searched = 0;
    }

    /// The first line after the one at `from`, and before `upto`, that is a whole row by itself.
    fn swallowed(&mut self, text: &str, from: usize, upto: usize) -> Option<usize> {
        let region = text.get(from..upto)?;
        let mut at = 0;
        for line in region.split_inclusive(['\n']) {
            if at > 0 && self.alone(line) {
                return Some(from + at);
            }
            at += line.len();
        }
        None
    }

    fn alone(&mut self, line: &str) -> bool {
        // A line without its end may go on.
        let Some(line) = line.strip_suffix('\n') else { return false };
        row::stands_alone(line.strip_suffix('\r').unwrap_or(line), self.dialect, self.header.names().len(), &mut self.cells)
    }

    fn start_skipping(&mut self, from: usize, out: &mut Progress) {
        out.add(from, from, Kind::Opens(code::RECORD_TOO_LONG));
        // The line that the row starts with is no candidate for a row of its own.
        self.skipping = Some(true);
        self.searched = 0;
    }

    /// Passes over lines until one is a whole row by itself.
    fn skip(&mut self, text: &str, eof: bool, out: &mut Progress) {
        let mut mid_line = self.skipping == Some(true);
        for line in text.get(out.consumed..).unwrap_or_default().split_inclusive('\n') {
            let whole = line.ends_with('\n');
            if !mid_line && self.alone(line) {
                out.add(out.consumed, out.consumed, Kind::Closes);
                self.skipping = None;
                return;
            }
            if !whole && !mid_line && !eof && line.len() <= self.line {
                break;
            }
            mid_line = !whole;
            out.consumed += line.len();
        }
        self.skipping = Some(mid_line);
        if eof {
            out.add(text.len(), text.len(), Kind::Closes);
            out.consumed = text.len();
        }
    }

    /// Adds a row, or takes it for what else it may be.
    fn row(&mut self, text: &str, start: usize, end: usize, kind: Kind, out: &mut Progress, notices: &mut Notices) {
        let row = text.get(start..end).unwrap_or_default();
        let bare = row.trim_start_matches('\u{feff}');
        let start = end - bare.len();
        match bare.as_bytes().first() {
            None => return,
            Some(byte) if *byte <= b' ' && bare.bytes().all(|byte| byte <= b' ') => {
                if bare.contains('\0') {
                    out.add(start, end, Kind::Rejected(code::UNDECODABLE));
                }
                return;
            }
            _ if may_be_mark(bare.as_bytes()) && self.mark(bare, out) => return,
            _ => {}
        }
        if self.pending_type.is_some() || bare == self.raw_header || self.looks_like_header(bare) {
            let mut header = head::header_of(bare, self.dialect);
            let same = header.folded() == self.header.folded();
            if same || self.pending_type.is_some() || (self.knows)(&header) {
                out.add(start, end, Kind::Ignored(code::REPEATED_HEADER));
                header.type_name = self.pending_type.take().or_else(|| self.header.type_name.clone());
                if !same || header.type_name != self.header.type_name {
                    self.header = Arc::new(header);
                    bare.clone_into(&mut self.raw_header);
                    out.ended = true;
                }
                notices.add(JOINED.0, || JOINED.1.to_owned());
                return;
            }
        }
        if let Some((header, dialect)) = self.other_delimiter(bare) {
            out.add(start, end, Kind::Ignored(code::REPEATED_HEADER));
            self.header = Arc::new(header);
            self.dialect = dialect;
            bare.clone_into(&mut self.raw_header);
            out.ended = true;
            notices.add(JOINED.0, || JOINED.1.to_owned());
            return;
        }
        out.add(start, end, kind);
    }

    /// The header of a part whose cells are separated otherwise than those of the rows so far. Cheap: hardly
    /// a row is without any delimiter.
    fn other_delimiter(&self, row: &str) -> Option<(Header, Dialect)> {
        if memchr::memchr(self.dialect.delimiter, row.as_bytes()).is_some() {
            return None;
        }
        let others = DELIMITERS.iter().filter(|delimiter| **delimiter != self.dialect.delimiter);
        let mut found = others.map(|delimiter| Dialect::plain(*delimiter)).map(|dialect| (head::header_of(row, dialect), dialect));
        found.find(|(header, _)| header.names().len() > 1 && (self.knows)(header))
    }

    /// Lines between rows that set something.
    fn mark(&mut self, line: &str, out: &mut Progress) -> bool {
        match head::mark(line) {
            Some(Mark::Type(name)) => self.pending_type = Some(name.to_owned()),
            Some(Mark::Sep(_)) => {}
            Some(Mark::Exchange) if self.exchange => {}
            Some(Mark::Fields(fields)) if self.exchange => {
                if fields != self.raw_header {
                    self.header = Arc::new(head::header_of(fields, self.dialect));
                    fields.clone_into(&mut self.raw_header);
                    out.ended = true;
                }
            }
            _ => return false,
        }
        true
    }

    /// Cheap: a row of data nearly always has a digit among its first three cells, a header hardly ever.
    fn looks_like_header(&self, row: &str) -> bool {
        let mut cells = 0;
        for byte in row.bytes() {
            if byte.is_ascii_digit() {
                return false;
            }
            if byte == self.dialect.delimiter {
                cells += 1;
                if cells == 3 {
                    return true;
                }
            }
        }
        cells > 0
    }
}
