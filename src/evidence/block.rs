//! A run of whole records, ready for a worker.

use super::csv::{Dialect, row};
use super::doc::{Doc, DocError, Value};
use super::json::repair;
use super::record::{Cells, Fields, Header, Record, RecordAt};
use super::span::{Kind, code};
use std::sync::Arc;

/// An entry that is no record: rejected, or ignored with a reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rejected {
    /// Where its bytes are.
    pub at: RecordAt,
    /// One of the stable codes in [`code`](super::code).
    pub reason: &'static str,
    /// Nothing is wrong with it: it is counted as ignored.
    pub ignored: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub start: u32,
    pub end: u32,
    pub offset: u64,
    pub length: u32,
    pub kind: Kind,
    pub damaged: bool,
}

/// A run of whole records of one input.
#[derive(Debug)]
pub struct Block {
    pub(super) input: u32,
    pub(super) first: u32,
    pub(super) text: String,
    pub(super) entries: Vec<Entry>,
    pub(super) header: Option<Arc<Header>>,
    pub(super) dialect: Dialect,
    pub(super) cell: usize,
}

/// Buffers of a worker, reused from block to block.
#[derive(Default, Debug)]
pub struct Scratch {
    cells: Cells,
    doc: Doc,
    spare: Doc,
    repaired: Vec<u8>,
}

/// Takes what [`Block::each`] finds.
type Sink<'f> = &'f mut dyn FnMut(Result<Record<'_>, Rejected>);

impl Block {
    /// Number of entries: records, and the rejected and ignored.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of the first entry in its input, from 1.
    pub fn first_number(&self) -> u32 {
        self.first
    }

    /// The header of its rows, if it is of a table.
    pub fn header(&self) -> Option<&Arc<Header>> {
        self.header.as_ref()
    }

    /// Calls `f` with each entry, in order.
    pub fn each(&self, scratch: &mut Scratch, f: Sink<'_>) {
        let none = Header::default();
        let header = self.header.as_deref().unwrap_or(&none);
        let mut number = self.first;
        for entry in &self.entries {
            let at = RecordAt { input: self.input, number, offset: entry.offset, length: entry.length };
            number = number.saturating_add(1);
            let text = self.text.get(entry.start as usize..entry.end as usize).unwrap_or_default();
            let reject = |reason| Err(Rejected { at, reason, ignored: false });
            match entry.kind {
                Kind::Row | Kind::LastRow | Kind::CutRow(_) => match self.row(text, entry.kind, header, &mut scratch.cells) {
                    Ok(damaged) => {
                        let fields = Fields::Row(header, &scratch.cells);
                        f(Ok(Record { at, fields, damaged: damaged || entry.damaged }));
                    }
                    Err(reason) => f(reject(reason)),
                },
                Kind::Json(fallback) => json(text, at, entry.damaged, fallback, scratch, f),
                Kind::Escaped(fallback) => match unescaped(text, &mut scratch.spare) {
                    Some(text) => json(&text, at, entry.damaged, fallback, scratch, f),
                    None => f(reject(fallback)),
                },
                Kind::JsonRow => match scratch.spare.parse(text) {
                    Ok(()) => {
                        object_of(header, scratch.spare.root(), &mut scratch.doc);
                        f(Ok(Record { at, fields: Fields::Object(scratch.doc.root()), damaged: entry.damaged }));
                    }
                    Err(_) => f(reject(code::NOT_JSON)),
                },
                Kind::Ignored(reason) => f(Err(Rejected { at, reason, ignored: true })),
                Kind::Rejected(reason) | Kind::Opens(reason) => f(reject(reason)),
                Kind::Closes => f(reject(code::RECORD_TOO_LONG)),
            }
        }
    }

    /// Reads a row; true if it is damaged, an error with its code if it is no row.
    fn row(&self, text: &str, kind: Kind, header: &Header, cells: &mut Cells) -> Result<bool, &'static str> {
        let quoting = row::read(text, self.dialect, cells);
        let (have, want) = (cells.len(), header.names().len());
        if let Kind::CutRow(reason) = kind {
            return if have >= 2 && have <= want { Ok(true) } else { Err(reason) };
        }
        if text.len() > self.cell && (0..have).any(|at| cells.get(at).len() > self.cell) {
            return Err(code::LIMIT_REACHED);
        }
        let too_many = (want..have).any(|at| !cells.get(at).is_empty());
        match have {
            _ if too_many => Err(if quoting.broken { code::UNBALANCED_QUOTE } else { code::FIELD_COUNT }),
            1 if want > 2 => Err(if kind == Kind::LastRow { code::TRUNCATED_RECORD } else { code::FIELD_COUNT }),
            _ if have < want && quoting.broken => Err(code::UNBALANCED_QUOTE),
            _ => Ok(have < want || quoting.broken || quoting.open),
        }
    }
}

/// The text that part of a string literal stands for.
fn unescaped(part: &str, doc: &mut Doc) -> Option<String> {
    doc.parse(&format!("\"{part}\"")).ok()?;
    doc.root().str().map(str::to_owned)
}

/// Parses a JSON value, repairing it where there is one way to.
fn json(text: &str, at: RecordAt, damaged: bool, fallback: &'static str, scratch: &mut Scratch, f: Sink<'_>) {
    let mut damaged = damaged;
    if let Err(first) = scratch.doc.parse(text) {
        damaged |= repair::repaired(text, &mut scratch.repaired);
        if let Err(second) = parse_bytes(&mut scratch.doc, &scratch.repaired) {
            let deep = first == DocError::TooDeep || second == DocError::TooDeep;
            let reason = if deep { code::NESTING_TOO_DEEP } else { fallback };
            f(Err(Rejected { at, reason, ignored: false }));
            return;
        }
    }
    let root = scratch.doc.root();
    if is_error(root) {
        f(Err(Rejected { at, reason: code::ERROR_RESPONSE, ignored: false }));
        return;
    }
    if root.str().is_some()
        && let Some(inner) = root.expand()
    {
        f(Ok(Record { at, fields: Fields::Object(inner.root()), damaged }));
        return;
    }
    // What a search index hands out has the record in an envelope of its own.
    let source = root.get("_source").filter(|source| source.is_object() && root.has("_index"));
    f(Ok(Record { at, fields: Fields::Object(source.unwrap_or(root)), damaged }));
}

/// Parses text that was put together byte by byte.
fn parse_bytes(doc: &mut Doc, json: &[u8]) -> Result<(), DocError> {
    match std::str::from_utf8(json) {
        Ok(json) => doc.parse(json),
        Err(error) => Err(DocError::Syntax(error.to_string())),
    }
}

/// `{"error":{"code":…,"message":…}}`, as services answer instead of a page.
fn is_error(root: Value<'_>) -> bool {
    root.entries().count() <= 2
        && root.get("error").or_else(|| root.get("odata.error")).is_some_and(|error| error.has("code") && error.has("message"))
}

/// An object of the cells of `row` under the names of `header`.
fn object_of(header: &Header, row: Value<'_>, doc: &mut Doc) {
    doc.clear();
    let mark = doc.open_object();
    for (name, value) in header.names().iter().zip(row.items()) {
        doc.push_text(name);
        doc.push_value(value);
    }
    doc.close(mark);
}
