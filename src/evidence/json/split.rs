//! Cuts decoded text into JSON values, whatever envelope they come in, and goes on behind damage.

use super::super::limits::Limits;
use super::super::record::Header;
use super::super::span::{Kind, Notices, Progress, Span, code};
use super::inner;
use super::look::{self, Continued, Key, Look, Page};
use super::scan::{self, Close};
use memchr::memmem::{self, Finder};
use std::sync::Arc;

/// An element longer than this is read strictly, to see whether it is still JSON.
const SUSPECT: usize = 1 << 18;
/// An element that goes beyond this is read strictly so far before the rest is walked: one that lost a
/// quote would be walked to the end of the text, and so would each of its fellows.
const NEAR: usize = 1 << 16;
/// Beginnings of elements that are remembered.
const SIGNATURES: usize = 4;
/// Blanks before an element that belong to how it begins; more of them tell nothing.
const INDENT: usize = 128;
/// Arrays and pages inside each other that are seen through.
const ENVELOPES: usize = 4;

/// An open array whose elements are records (or rows, or tables).
struct Envelope {
    /// Objects to close behind its `]`.
    rest: usize,
    page: bool,
    tables: bool,
    columns: Option<Arc<Header>>,
}

/// How elements begin: the blanks of their line, their brace and their first key.
struct Signature {
    text: String,
    finder: Finder<'static>,
    /// Place of the brace in it.
    brace: usize,
}

impl Signature {
    /// The brace of the first such beginning in `bytes`.
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        self.finder.find(bytes).map(|at| at + self.brace)
    }
}

/// Whether a step came to an end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Done up to this place.
    To(usize),
    /// The text does not show enough.
    More,
}

/// Splits the text of one file.
pub(crate) struct JsonSplitter {
    stack: Vec<Envelope>,
    /// Objects of a page that are open behind its array.
    rest: usize,
    more: Continued,
    signatures: Vec<Signature>,
    limit: usize,
    skipping: bool,
    searched: usize,
    /// The text is that of a string of another JSON text.
    inside: bool,
}

impl JsonSplitter {
    pub fn new(limits: &Limits) -> JsonSplitter {
        JsonSplitter {
            stack: Vec::new(),
            rest: 0,
            more: Continued::default(),
            signatures: Vec::new(),
            limit: limits.element,
            skipping: false,
            searched: 0,
            inside: false,
        }
    }

    /// For the text of a string of another JSON text; strings in it are not looked into again.
    pub(super) fn inside(element: usize) -> JsonSplitter {
        JsonSplitter { inside: true, ..JsonSplitter::new(&Limits { element, ..Limits::default() }) }
    }

    /// Splits as much of `text` as is certain; with `eof` all of it.
    pub fn split(&mut self, text: &str, eof: bool, notices: &mut Notices) -> Progress {
        let mut out = Progress::default();
        while !out.ended && out.consumed < text.len() {
            let step = if self.skipping {
                self.skip(text, eof, &mut out)
            } else if self.rest > 0 {
                self.behind_page(text, out.consumed, eof)
            } else {
                let at = separators(text.as_bytes(), out.consumed);
                if at >= text.len() {
                    // A mark may be cut in two.
                    out.consumed = at;
                    break;
                }
                self.value(text, at, eof, &mut out, notices)
            };
            match step {
                Step::To(at) => out.consumed = at,
                Step::More if eof => out.consumed = text.len(),
                Step::More => break,
            }
        }
        if !eof {
            out.consumed = self.line_of(text, out.consumed);
        } else if out.consumed >= text.len() {
            self.notes(notices);
        }
        out
    }

    /// Start of the line that `at` stands in, its end before it, where there are but blanks between and nothing
    /// is open: the next text has to show how its first element begins, wherever this one was cut.
    fn line_of(&self, text: &str, at: usize) -> usize {
        if self.skipping || self.rest > 0 { at } else { line_end_before(text.as_bytes(), at).unwrap_or(at) }
    }

    fn notes(&mut self, notices: &mut Notices) {
        if self.more.link {
            notices.add("incomplete-export", || {
                "the last page names a next one that is not here: more records existed and were not collected".to_owned()
            });
        }
        if self.more.warnings {
            notices.add("incomplete-export", || "the service warned that the result is not complete".to_owned());
        }
        self.more = Continued::default();
    }

    /// A value, or the start or end of an envelope, at `at`.
    fn value(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress, notices: &mut Notices) -> Step {
        let bytes = text.as_bytes();
        match bytes.get(at) {
            Some(b']') => self.end_array(at, out),
            Some(b'[') => self.array(text, at, eof, out),
            Some(b'{') => self.object(text, at, eof, out),
            Some(b'"') => self.string(text, at, eof, out, notices),
            Some(b'}') => Step::To(at + 1),
            _ => self.bare(text, at, eof, out),
        }
    }

    fn end_array(&mut self, at: usize, out: &mut Progress) -> Step {
        if let Some(envelope) = self.stack.pop() {
            self.rest = envelope.rest;
            out.ended = envelope.columns.is_some();
        }
        Step::To(at + 1)
    }

    fn array(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress) -> Step {
        let bytes = text.as_bytes();
        if let Some(columns) = self.stack.last().and_then(|envelope| envelope.columns.clone()) {
            let Close::End { end, deep } = scan::close_of(bytes.get(at..).unwrap_or_default()) else {
                return self.record(text, at, eof, out);
            };
            out.header = Some(columns);
            out.add(at, at + end, if deep { Kind::Rejected(code::NESTING_TOO_DEEP) } else { Kind::JsonRow });
            return Step::To(at + end);
        }
        let first = bytes.get(look::blanks(bytes, at + 1));
        let nested = match self.stack.len() {
            0 => true,
            1 => match first {
                None if !eof => return Step::More,
                first => matches!(first, Some(b'{' | b']')) && self.stack.iter().all(|envelope| !envelope.page),
            },
            _ => false,
        };
        if nested {
            self.stack.push(Envelope { rest: 0, page: false, tables: false, columns: None });
            return Step::To(at + 1);
        }
        self.record(text, at, eof, out)
    }

    fn object(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress) -> Step {
        let inside = self.stack.last().is_some_and(|envelope| envelope.page && !envelope.tables);
        if self.stack.len() < ENVELOPES && !inside {
            match look::look(text, at) {
                Look::More if !eof && text.len() - at < self.limit => return Step::More,
                Look::Page { array, rest, kind, more } => return self.page(text, at, array, rest, kind, more, eof, out),
                Look::Record | Look::More => {}
            }
        }
        self.record(text, at, eof, out)
    }

    /// Enters the page whose object starts at `at` and whose array starts at `array`.
    #[expect(clippy::too_many_arguments, reason = "the parts of one Look::Page")]
    fn page(
        &mut self,
        text: &str,
        at: usize,
        array: usize,
        rest: usize,
        kind: Page,
        more: Continued,
        eof: bool,
        out: &mut Progress,
    ) -> Step {
        let bytes = text.as_bytes();
        let empty = bytes.get(look::blanks(bytes, array + 1)) == Some(&b']');
        if empty && kind == Page::Records {
            match scan::close_of(bytes.get(at..).unwrap_or_default()) {
                Close::End { end, .. } => {
                    self.more = look::notes_of(text, at);
                    out.add(at, at + end, Kind::Ignored(code::EMPTY_PAGE));
                    return Step::To(at + end);
                }
                Close::More { .. } if !eof => return Step::More,
                _ => {}
            }
        }
        self.more = more;
        let (tables, columns) = match kind {
            Page::Records => (false, None),
            Page::Tables => (true, None),
            Page::Rows(names) => (false, Some(Arc::new(Header::new(&names)))),
        };
        if columns.is_some() && !out.spans.is_empty() {
            out.ended = true;
            return Step::To(at);
        }
        self.stack.push(Envelope { rest, page: true, tables, columns });
        Step::To(array + 1)
    }

    /// Keys of a page behind its array, up to the end of its object.
    fn behind_page(&mut self, text: &str, from: usize, eof: bool) -> Step {
        let bytes = text.as_bytes();
        let mut at = from;
        while bytes.get(at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b',') {
            at += 1;
        }
        match bytes.get(at) {
            None => Step::To(at),
            Some(b'}') => {
                self.rest -= 1;
                Step::To(at + 1)
            }
            Some(_) => match look::key(text, at) {
                Key::Is(name, value) => match look::value_end(text, value) {
                    Some(end) => {
                        look::note(name, text.get(value..end).unwrap_or_default(), &mut self.more);
                        Step::To(end)
                    }
                    None if !eof && text.len() - at < self.limit => Step::More,
                    None => self.leave_page(at),
                },
                Key::More if !eof && text.len() - at < self.limit => Step::More,
                Key::More | Key::None => self.leave_page(at),
            },
        }
    }

    /// What follows the array is no rest of a page: read on as if it had ended.
    fn leave_page(&mut self, at: usize) -> Step {
        self.rest = 0;
        Step::To(at)
    }

    /// An object or array that is one record.
    fn record(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress) -> Step {
        let bytes = text.as_bytes().get(at..).unwrap_or_default();
        if let Some(near) = bytes.get(..NEAR)
            && scan::close_of(near) == (Close::More { deep: false })
            && let Some(place) = scan::first_error(near)
        {
            return self.recover(text, at, at + place, eof, out);
        }
        match scan::close_of(bytes) {
            Close::End { end, deep } => {
                let next = look::blanks(bytes, end);
                if next >= bytes.len() && !eof && !self.stack.is_empty() && next - end < 1 << 16 {
                    return Step::More;
                }
                let fits = self.stack.is_empty() || matches!(bytes.get(next), None | Some(b',' | b']' | b'{' | b'[' | 0 | 0xef));
                if !fits || self.swallows(bytes.get(..end).unwrap_or_default()) {
                    return self.recover(text, at, at + end, eof, out);
                }
                self.learn(text, at);
                let element = text.get(at..at + end).unwrap_or_default();
                if !deep
                    && end <= self.limit
                    && let Some(list) = inner::in_column(element)
                {
                    for (start, end) in list {
                        out.add(at + start, at + end, Kind::Json(code::NOT_JSON));
                    }
                    return Step::To(at + end);
                }
                let kind = match deep {
                    _ if end > self.limit => Kind::Rejected(code::RECORD_TOO_LONG),
                    true => Kind::Rejected(code::NESTING_TOO_DEEP),
                    false => Kind::Json(code::NOT_JSON),
                };
                self.finish(at, at + end, kind, out)
            }
            Close::Damage { at: place } => self.recover(text, at, at + place, eof, out),
            Close::More { deep } => {
                let size = bytes.len();
                if eof || size > SUSPECT.max(2 * self.searched) {
                    self.searched = size;
                    if !deep && let Some(place) = scan::first_error(bytes) {
                        return self.recover(text, at, at + place, eof, out);
                    }
                }
                if eof {
                    let code = if deep { code::NESTING_TOO_DEEP } else { code::TRUNCATED_RECORD };
                    return self.finish(at, trimmed(text, at, text.len()), Kind::Rejected(code), out);
                }
                self.more_or_skip(text, at, out)
            }
        }
    }

    fn finish(&mut self, start: usize, end: usize, kind: Kind, out: &mut Progress) -> Step {
        self.searched = 0;
        out.add(start, end, kind);
        Step::To(end)
    }

    fn more_or_skip(&mut self, text: &str, at: usize, out: &mut Progress) -> Step {
        if text.len() - at <= self.limit {
            return Step::More;
        }
        out.add(at, at, Kind::Opens(code::RECORD_TOO_LONG));
        self.skipping = true;
        Step::To(at + 1)
    }

    /// The record at `start` is no JSON from `place` on: it ends where the next one seems to begin.
    fn recover(&mut self, text: &str, start: usize, place: usize, eof: bool, out: &mut Progress) -> Step {
        let next = self.next_start(text, start + 1, place);
        // Raw line ends inside strings are damage, but perhaps the only one.
        let part = text.as_bytes().get(start..next.unwrap_or(text.len())).unwrap_or_default();
        if let Close::End { end, .. } = scan::close_of_lines(part) {
            return self.finish(start, start + end, Kind::Json(code::NOT_JSON), out);
        }
        match next {
            Some(next) => {
                self.finish(start, trimmed(text, start, next), Kind::Json(code::NOT_JSON), out);
                Step::To(next)
            }
            None if eof => self.finish(start, trimmed(text, start, text.len()), Kind::Json(code::NOT_JSON), out),
            None => self.more_or_skip(text, start, out),
        }
    }

    /// Where an element seems to begin: as earlier ones did, or at a line start outside of arrays, or
    /// (with no earlier one to compare) behind `},` after `place`.
    fn next_start(&self, text: &str, from: usize, place: usize) -> Option<usize> {
        let tail = text.get(from..).unwrap_or_default();
        let line = if self.stack.is_empty() { memmem::find(tail.as_bytes(), b"\n{").map(|at| at + 1) } else { None };
        let known = self.known_start(tail, line.unwrap_or(tail.len()));
        let found = [known, line].into_iter().flatten().min().map(|at| from + at);
        found.or_else(|| if self.signatures.is_empty() && !self.stack.is_empty() { behind_comma(text.as_bytes(), place) } else { None })
    }

    /// The brace of the first known beginning in `text`, if it starts before `limit`. Searched in growing
    /// steps: of several beginnings one may be near and another nowhere.
    fn known_start(&self, text: &str, limit: usize) -> Option<usize> {
        let mut upto = 1 << 12;
        loop {
            let part = text.as_bytes().get(..limit.min(upto).saturating_add(256)).unwrap_or(text.as_bytes());
            let found = self.signatures.iter().filter_map(|signature| signature.find(part)).min();
            if found.is_some_and(|at| at < limit.min(upto)) {
                return found;
            }
            if upto >= limit {
                return None;
            }
            upto *= 8;
        }
    }

    /// Remembers how an element begins: its line's blanks, its brace and its first key.
    fn learn(&mut self, text: &str, at: usize) {
        if self.signatures.len() >= SIGNATURES {
            return;
        }
        let bytes = text.as_bytes();
        let Key::Is(name, _) = look::key(text, look::blanks(bytes, at + 1)) else { return };
        let key_at = look::blanks(bytes, at + 1);
        let start = line_end_before(bytes, at).unwrap_or(at);
        let signature = text.get(start..key_at + name.len() + 2).unwrap_or_default();
        if name.len() < 64 && signature.len() < 256 && !self.signatures.iter().any(|known| known.text == signature) {
            let finder = Finder::new(signature.as_bytes()).into_owned();
            self.signatures.push(Signature { text: signature.to_owned(), finder, brace: at - start });
        }
    }

    /// True if another element begins inside this one, and it is no JSON: two lost quotes cancel out.
    fn swallows(&self, element: &[u8]) -> bool {
        let inside = element.get(1..).unwrap_or_default();
        self.signatures.iter().any(|signature| signature.find(inside).is_some()) && scan::first_error(element).is_some()
    }

    fn skip(&mut self, text: &str, eof: bool, out: &mut Progress) -> Step {
        let from = out.consumed;
        match self.next_start(text, from, from) {
            Some(next) => {
                out.add(next, next, Kind::Closes);
                self.skipping = false;
                Step::To(next)
            }
            None if eof => {
                out.add(text.len(), text.len(), Kind::Closes);
                self.skipping = false;
                Step::To(text.len())
            }
            None => {
                // A beginning may be cut in two.
                let mut keep = text.len().saturating_sub(512).max(from);
                while !text.is_char_boundary(keep) {
                    keep += 1;
                }
                if keep > from { Step::To(keep) } else { Step::More }
            }
        }
    }

    fn string(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress, notices: &mut Notices) -> Step {
        let bytes = text.as_bytes().get(at..).unwrap_or_default();
        let line = memchr::memchr(b'\n', bytes);
        match scan::string_end(bytes) {
            Some(end) if line.is_none_or(|line| end <= line) => {
                let literal = text.get(at..at + end).unwrap_or_default();
                let spans = if self.inside { None } else { inner::in_string(literal, self.limit, notices) };
                match spans {
                    Some(spans) => {
                        out.spans.extend(spans.iter().map(|span| Span { start: at + span.start, end: at + span.end, ..*span }));
                        Step::To(at + end)
                    }
                    None => self.finish(at, at + end, Kind::Json(code::NOT_JSON), out),
                }
            }
            _ => match line {
                Some(line) => self.finish(at, trimmed(text, at, at + line), Kind::Json(code::NOT_JSON), out),
                None if eof => self.finish(at, trimmed(text, at, text.len()), Kind::Rejected(code::TRUNCATED_RECORD), out),
                None => self.more_or_skip(text, at, out),
            },
        }
    }

    /// A number, a word, or a line that is no JSON.
    fn bare(&mut self, text: &str, at: usize, eof: bool, out: &mut Progress) -> Step {
        let bytes = text.as_bytes().get(at..).unwrap_or_default();
        let in_array = !self.stack.is_empty();
        let ends = |byte: &u8| *byte == b'\n' || (in_array && matches!(byte, b',' | b']'));
        match bytes.iter().position(ends) {
            Some(len) => self.finish(at, trimmed(text, at, at + len), Kind::Json(code::NOT_JSON), out),
            None if eof => self.finish(at, trimmed(text, at, text.len()), Kind::Json(code::NOT_JSON), out),
            None => self.more_or_skip(text, at, out),
        }
    }
}

/// Steps over what may stand between values: blanks, commas, byte order marks, zeros.
fn separators(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(byte) if byte.is_ascii_whitespace() || matches!(byte, b',' | 0) => at += 1,
            Some(0xef) if bytes.get(at..at + 3) == Some("\u{feff}".as_bytes()) => at += 3,
            _ => return at,
        }
    }
}

/// The line end before `at`, where at most [`INDENT`] blanks stand between.
fn line_end_before(bytes: &[u8], at: usize) -> Option<usize> {
    let blanks = bytes.get(..at)?.iter().rev().take(INDENT + 1).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let end = at.checked_sub(blanks + 1)?;
    (blanks <= INDENT && bytes.get(end) == Some(&b'\n')).then_some(end)
}

/// `end` without what [`separators`] steps over before it.
fn trimmed(text: &str, start: usize, end: usize) -> usize {
    let part = text.get(start..end).unwrap_or_default();
    start + part.trim_end_matches(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | '\0' | '\u{feff}')).len()
}

/// The `{` of the first `},{` (with blanks between) from `from` on.
fn behind_comma(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'}', bytes.get(at..)?)? + 1;
        let comma = look::blanks(bytes, at);
        if bytes.get(comma) == Some(&b',') {
            let brace = look::blanks(bytes, comma + 1);
            if bytes.get(brace) == Some(&b'{') {
                return Some(brace);
            }
        }
    }
}
