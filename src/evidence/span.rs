//! What a splitter says of the text it was given.

use super::csv::Dialect;
use super::record::Header;
use std::sync::Arc;

/// Codes of rejected and ignored entries. Stable: reports print them.
pub mod code {
    /// A quote that is never closed, or text behind a closing one that cannot be told apart from the next cell.
    pub const UNBALANCED_QUOTE: &str = "unbalanced-quote";
    /// More cells than the header has columns, or next to none.
    pub const FIELD_COUNT: &str = "field-count";
    /// The file ends inside the record.
    pub const TRUNCATED_RECORD: &str = "truncated-record";
    /// The compressed stream ends or breaks here.
    pub const TRUNCATED_STREAM: &str = "truncated-stream";
    /// Not valid JSON (or CliXML), beyond what can be repaired without guessing.
    pub const NOT_JSON: &str = "not-json";
    /// Nested deeper than 128 levels.
    pub const NESTING_TOO_DEEP: &str = "nesting-too-deep";
    /// Longer than the limit on records.
    pub const RECORD_TOO_LONG: &str = "record-too-long";
    /// The page is an error message of the service.
    pub const ERROR_RESPONSE: &str = "error-response";
    /// Nothing but bytes that are no text.
    pub const UNDECODABLE: &str = "undecodable";
    /// A limit on cells or unpacked bytes was reached.
    pub const LIMIT_REACHED: &str = "limit-reached";
    /// Ignored: the header of a table again.
    pub const REPEATED_HEADER: &str = "repeated-header";
    /// Ignored: a page without elements.
    pub const EMPTY_PAGE: &str = "empty-page";
}

/// What a stretch of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A row of a table.
    Row,
    /// The last row, without a line end.
    LastRow,
    /// A row that is cut off inside a quoted cell: its whole cells count, or else this code.
    CutRow(&'static str),
    /// A JSON value; the code is for when it cannot be parsed.
    Json(&'static str),
    /// A JSON value in the text of a string, its quotes escaped; the code is for when it cannot be parsed.
    Escaped(&'static str),
    /// The cells of one row of a table in JSON, under the columns of the block.
    JsonRow,
    /// No record: counted with this code.
    Rejected(&'static str),
    /// No record, and nothing wrong: counted with this code.
    Ignored(&'static str),
    /// Start of a rejected stretch that is too long to hold; its end is told later.
    Opens(&'static str),
    /// End of the stretch that [`Kind::Opens`] began.
    Closes,
}

/// A stretch of the window's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
}

/// What a call of a splitter came to.
#[derive(Default, Debug)]
pub(super) struct Progress {
    pub spans: Vec<Span>,
    /// Text that is done with.
    pub consumed: usize,
    /// The spans belong to this header; what follows has another.
    pub ended: bool,
    /// The columns of the spans.
    pub header: Option<Arc<Header>>,
    /// How rows among the spans are written.
    pub dialect: Dialect,
}

impl Progress {
    pub fn add(&mut self, start: usize, end: usize, kind: Kind) {
        self.spans.push(Span { start, end, kind });
    }
}

/// Remarks on a file, each kind once with a count.
#[derive(Default, Debug)]
pub(super) struct Notices {
    list: Vec<(&'static str, String, usize)>,
}

impl Notices {
    /// Adds a remark; of one kind the first text is kept and the rest are counted.
    pub fn add(&mut self, kind: &'static str, text: impl FnOnce() -> String) {
        match self.list.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, _, count)) => *count += 1,
            None => self.list.push((kind, text(), 1)),
        }
    }

    /// All of them, in the order of their first occurrence.
    pub fn finish(self) -> Vec<(&'static str, String)> {
        let told = |(kind, text, count): (&'static str, String, usize)| match count {
            1 => (kind, text),
            more => (kind, format!("{text} ({more} times)")),
        };
        self.list.into_iter().map(told).collect()
    }
}

/// "Is this the header of a table that some format knows?"
pub type Knows = Arc<dyn Fn(&Header) -> bool + Send + Sync>;
