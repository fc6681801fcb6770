//! What stands above the rows of a table: marks of producers, titles, and the header itself.
//!
//! `#TYPE` is PowerShell 5's default (PowerShell-Docs 5.1 Export-Csv.md); `sep=` is Excel's; the block of
//! `#Software`, `#Version`, `#Log-Type`, `#Date`, `#Fields` is Exchange's.

use super::super::record::{Cells, Header};
use super::dialect::Dialect;
use super::row::{self, End};
use std::sync::Arc;

/// Lines searched for a known header.
const TITLE_LINES: usize = 20;
/// Rows whose cell counts decide on the delimiter where no header is known.
const SAMPLE_ROWS: usize = 50;
pub(super) const DELIMITERS: [u8; 4] = *b",;\t|";

/// How a table is laid out.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub header: Arc<Header>,
    pub dialect: Dialect,
    /// Where the rows start.
    pub body: usize,
    /// The header came from an Exchange `#Fields` line.
    pub exchange: bool,
    /// Lines above the header that are neither header nor mark.
    pub titles: usize,
    /// Text of the header row.
    pub raw: String,
}

/// A line that stands above or between rows without being one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark<'t> {
    Sep(u8),
    Type(&'t str),
    Fields(&'t str),
    Exchange,
}

fn strip_no_case<'t>(line: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, tail) = line.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

pub(super) fn mark(line: &str) -> Option<Mark<'_>> {
    let line = line.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let bare = line.trim_matches('"');
    if let Some(rest) = strip_no_case(bare, "sep=")
        && let &[delimiter] = rest.as_bytes()
        && !delimiter.is_ascii_alphanumeric()
    {
        return Some(Mark::Sep(delimiter));
    }
    if strip_no_case(bare, "sep=").is_some_and(str::is_empty) && line.len() == 4 {
        // The tab went with the blanks.
        return Some(Mark::Sep(b'\t'));
    }
    if let Some(rest) = strip_no_case(bare, "#TYPE ") {
        return Some(Mark::Type(rest.trim()));
    }
    if let Some(rest) = strip_no_case(line, "#Fields:") {
        return Some(Mark::Fields(rest.trim()));
    }
    let exchange = ["#Software:", "#Version:", "#Log-Type:", "#Date:"];
    exchange.iter().any(|prefix| strip_no_case(line, prefix).is_some()).then_some(Mark::Exchange)
}

/// End of the physical line at `at`, and the start of the next.
fn line_end(text: &str, at: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    match memchr::memchr2(b'\n', b'\r', bytes.get(at..).unwrap_or_default()) {
        None => (bytes.len(), bytes.len()),
        Some(len) => {
            let end = at + len;
            let crlf = bytes.get(end..end + 2) == Some(b"\r\n");
            (end, end + 1 + usize::from(crlf))
        }
    }
}

/// The row at `at`: its end and the start of the next; `None` where the text does not hold all of it.
pub(super) fn row_end(text: &str, at: usize, dialect: Dialect, eof: bool) -> Option<(usize, usize)> {
    match row::walk(text.as_bytes(), at, dialect, usize::MAX) {
        End::Row { end, next, .. } => Some((end, next)),
        End::Unfinished if eof && at < text.len() => Some((text.len(), text.len())),
        _ => None,
    }
}

pub(super) fn header_of(row: &str, dialect: Dialect) -> Header {
    let mut cells = Cells::default();
    row::read(row.trim_start_matches('\u{feff}'), dialect, &mut cells);
    let names: Vec<&str> = (0..cells.len()).map(|at| cells.get(at)).collect();
    Header::new(&names)
}

/// Finds the layout of the table that `text` (the start of a file) holds; `eof` says that it is the whole
/// file. `None` if it is no table.
pub(crate) fn find(text: &str, eof: bool, knows: &dyn Fn(&Header) -> bool) -> Option<Head> {
    let mut at = 0;
    let mut delimiters = DELIMITERS.to_vec();
    let mut type_name = None;
    loop {
        let (end, next) = line_end(text, at);
        let line = text.get(at..end).unwrap_or_default();
        match mark(line) {
            Some(Mark::Sep(delimiter)) => delimiters = vec![delimiter],
            Some(Mark::Type(name)) => type_name = Some(name.to_owned()),
            Some(Mark::Fields(fields)) => {
                let dialect = Dialect::plain(if fields.contains(',') { b',' } else { b' ' });
                let header = Arc::new(header_of(fields, dialect));
                return Some(Head { header, dialect, body: next, exchange: true, titles: 0, raw: fields.to_owned() });
            }
            None if !line.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).is_empty() => break,
            Some(Mark::Exchange) | None => {}
        }
        if next == at || next >= text.len() {
            return None;
        }
        at = next;
    }
    let head = known(text, at, eof, &delimiters, knows).or_else(|| constant(text, at, eof, &delimiters));
    head.map(|mut head| {
        Arc::make_mut(&mut head.header).type_name = type_name;
        head.dialect = head.dialect.of_rows(text, head.body, head.header.names().len(), eof);
        head
    })
}

/// The first line whose cells are a known header.
fn known(text: &str, mut at: usize, eof: bool, delimiters: &[u8], knows: &dyn Fn(&Header) -> bool) -> Option<Head> {
    for titles in 0..TITLE_LINES {
        for dialect in delimiters.iter().copied().map(Dialect::plain) {
            let Some((end, next)) = row_end(text, at, dialect, eof) else { continue };
            let raw = text.get(at..end).unwrap_or_default();
            let header = header_of(raw, dialect);
            if header.names().len() > 1 && knows(&header) {
                let header = Arc::new(header);
                return Some(Head { header, dialect, body: next, exchange: false, titles, raw: raw.to_owned() });
            }
        }
        let next = line_end(text, at).1;
        if next == at || next >= text.len() {
            return None;
        }
        at = next;
    }
    None
}

/// The delimiter that gives all, or nearly all, of the first rows as many cells as the first one.
fn constant(text: &str, start: usize, eof: bool, delimiters: &[u8]) -> Option<Head> {
    let mut best: Option<((bool, usize), Head)> = None;
    for dialect in delimiters.iter().copied().map(Dialect::plain) {
        let Some((end, body)) = row_end(text, start, dialect, eof) else { continue };
        let raw = text.get(start..end).unwrap_or_default();
        let header = header_of(raw, dialect);
        let columns = header.names().len();
        let (mut rows, mut equal, mut at) = (0, 0, body);
        let mut cells = Cells::default();
        while rows < SAMPLE_ROWS {
            let Some((end, next)) = row_end(text, at, dialect, eof) else { break };
            let row = text.get(at..end).unwrap_or_default();
            at = next;
            if row.trim().is_empty() {
                continue;
            }
            row::read(row, dialect, &mut cells);
            rows += 1;
            equal += usize::from(cells.len() == columns);
        }
        let rank = (equal == rows, columns);
        if columns > 1 && rows > 0 && equal * 5 >= rows * 4 && best.as_ref().is_none_or(|(other, _)| rank > *other) {
            let head = Head { header: Arc::new(header), dialect, body, exchange: false, titles: 0, raw: raw.to_owned() };
            best = Some((rank, head));
        }
    }
    best.map(|(_, head)| head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Option<(Vec<String>, char)> {
        let knows = |header: &Header| header.column("creationdate").is_some() && header.column("auditdata").is_some();
        find(text, true, &knows).map(|head| (head.header.folded().to_vec(), char::from(head.dialect.delimiter)))
    }

    #[test]
    fn the_header_is_found_below_marks_and_titles() {
        let expected = Some((vec!["creationdate".to_owned(), "auditdata".to_owned()], ','));
        for above in ["", "\u{feff}", "sep=,\r\n", "#TYPE Selected.X\r\n", "\r\n", "Audit report, June\r\nMade for: X\r\n\r\n"] {
            assert_eq!(names(&format!("{above}\"CreationDate\",AuditData\r\n1,2\r\n")), expected, "{above:?}");
        }
    }

    #[test]
    fn the_delimiter_is_the_one_whose_header_is_known() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = format!("CreationDate{delimiter}AuditData\na,b;c|d\n");
            assert_eq!(names(&text).map(|found| found.1), Some(delimiter));
        }
    }

    #[test]
    fn prose_is_no_table() {
        assert_eq!(names("Evidence collected by IT.\nPlease keep, if you can, the folder together.\n"), None);
        assert_eq!(names("Hello, world"), None);
    }

    #[test]
    fn the_type_that_powershell_names_is_kept() {
        let head = find("#TYPE Deserialized.Rule\n\"a\",\"b\"\n1,2\n", true, &|_| false).unwrap();
        assert_eq!(head.header.type_name.as_deref(), Some("Deserialized.Rule"));
    }
}
