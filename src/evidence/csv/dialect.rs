//! How the rows of a table are written: what separates cells, and how a quote stands in a quoted cell.

use super::super::record::Cells;
use super::{head, row};

/// Rows that decide how quotes are written.
const SAMPLE_ROWS: usize = 50;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Dialect {
    /// The byte between cells.
    pub delimiter: u8,
    /// A quote in a quoted cell stands behind a backslash, not twice.
    pub backslashes: bool,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect::plain(b',')
    }
}

impl Dialect {
    /// As RFC 4180 has it, with this delimiter.
    pub fn plain(delimiter: u8) -> Dialect {
        Dialect { delimiter, backslashes: false }
    }

    /// The first quote in the text of a quoted cell that is not escaped.
    pub fn quote(self, bytes: &[u8]) -> Option<usize> {
        if !self.backslashes {
            return memchr::memchr(b'"', bytes);
        }
        let mut at = 0;
        loop {
            at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
            match bytes.get(at..)? {
                [b'"', ..] => return Some(at),
                [_, b'"' | b'\\', ..] => at += 2,
                _ => at += 1,
            }
        }
    }

    /// The dialect of the rows from `body` on. A backslash is an escape only where a doubled quote never
    /// occurs, and where the rows are sound by it and not without it: in the JSON of an ordinary table
    /// `\""` is a backslash and one quote.
    pub fn of_rows(self, text: &str, body: usize, columns: usize, eof: bool) -> Dialect {
        let rows = text.get(body..).unwrap_or_default();
        if memchr::memmem::find(rows.as_bytes(), b"\\\"").is_none() || self.doubles(rows.as_bytes()) {
            return self;
        }
        let escaping = Dialect { backslashes: true, ..self };
        let (sound, all) = escaping.sound_rows(rows, columns, eof);
        let (plainly, _) = self.sound_rows(rows, columns, eof);
        if all > 0 && sound == all && plainly < all { escaping } else { self }
    }

    /// True if a quote stands twice inside a cell, and no backslash before it leaves it open which of the two
    /// is meant. At the edges of a cell it may be an empty one, or a JSON string in quotes of its own.
    fn doubles(self, rows: &[u8]) -> bool {
        let edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == self.delimiter || matches!(byte, b'\n' | b'\r'));
        let mut at = 0;
        while let Some(found) = rows.get(at..).and_then(|rest| memchr::memmem::find(rest, b"\"\"")) {
            let start = at + found;
            let end = start + rows.iter().skip(start).take_while(|byte| **byte == b'"').count();
            let before = start.checked_sub(1).and_then(|before| rows.get(before));
            if !edge(before) && before != Some(&b'\\') && !edge(rows.get(end)) {
                return true;
            }
            at = end;
        }
        false
    }

    /// How many of the first rows have sound quoting and as many cells as there are columns, and of how many.
    fn sound_rows(self, rows: &str, columns: usize, eof: bool) -> (usize, usize) {
        let (mut sound, mut all, mut at) = (0, 0, 0);
        let mut cells = Cells::default();
        while all < SAMPLE_ROWS {
            let Some((end, next)) = head::row_end(rows, at, self, eof) else { break };
            let row = rows.get(at..end).unwrap_or_default();
            at = next;
            if !row.trim().is_empty() {
                all += 1;
                sound += usize::from(row::stands_alone(row, self, columns, &mut cells));
            }
        }
        (sound, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backslashes(rows: &str, columns: usize) -> bool {
        Dialect::plain(b',').of_rows(rows, 0, columns, true).backslashes
    }

    #[test]
    fn backslashes_escape_only_where_the_rows_say_so() {
        assert!(backslashes("1,\"{\\\"a\\\":1,\\\"b\\\":\\\"c, d\\\"}\",x\n", 3));
        assert!(backslashes("1,\"\"\"{\\\"a\\\":1,\\\"b\\\":2}\"\"\",x\n", 3));
        assert!(backslashes("1,\"\",x\n2,\"{\\\"a\\\":\\\"\\\"}\",\"\"\n", 3));
        // The JSON of an ordinary table; a JSON text in a cell; a backslash before a closing quote.
        assert!(!backslashes("1,\"{\"\"a\"\":\"\"say \\\"\"hi\\\"\"\"\"}\",x\n", 3));
        assert!(!backslashes("1,\"{\\\"\"a\\\"\":1,\\\"\"b\\\"\":2}\",x\n", 3));
        assert!(!backslashes("1,\"C:\\\",x\n2,\"C:\\\",\"y\"\n", 3));
    }
}
