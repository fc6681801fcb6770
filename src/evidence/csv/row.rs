//! The cells of one row, and the careful walk to its end where quoting is not sound.

use super::super::mask::{blocks, equals, prefix_xor};
use super::super::record::Cells;
use super::dialect::Dialect;

/// How the quoting of a row turned out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Quoting {
    /// The text ended inside a quoted cell.
    pub open: bool,
    /// Text followed a closing quote.
    pub broken: bool,
}

/// Splits and unquotes one row (without its line end) into `cells`. Where quoting is not sound it reads
/// as the csv crate does: a quote inside an unquoted cell is text, and so is what follows a closing one.
pub(crate) fn read(row: &str, dialect: Dialect, cells: &mut Cells) -> Quoting {
    cells.clear();
    let bytes = row.as_bytes();
    let mut quoting = Quoting::default();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at = quoted(row, at + 1, dialect, cells, &mut quoting);
            if quoting.open {
                break;
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(len) = memchr::memchr(dialect.delimiter, rest) else {
            quoting.broken |= part(row, at, bytes.len(), cells);
            break;
        };
        quoting.broken |= part(row, at, at + len, cells);
        cells.end_cell();
        at += len + 1;
    }
    cells.end_cell();
    quoting
}

/// Adds unquoted text; true if it follows a closing quote.
fn part(row: &str, from: usize, to: usize, cells: &mut Cells) -> bool {
    let text = row.get(from..to).unwrap_or_default();
    cells.push_part(text);
    !text.is_empty() && from > 0 && row.as_bytes().get(from - 1) == Some(&b'"')
}

/// The quote that closes a quoted cell whose text `bytes` starts with: the first that is no half of two.
fn closing(bytes: &[u8]) -> Option<usize> {
    let mut inside = !0u64;
    let mut found = None;
    blocks(bytes, |at, block| {
        let quotes = equals(block, b'"');
        let state = prefix_xor(quotes) ^ inside;
        // Outside behind a quote: it closes, unless the next byte opens again.
        let mut closes = quotes & !state & !(quotes >> 1);
        if closes >> 63 == 1 && bytes.get(at + 64) == Some(&b'"') {
            closes &= !0 >> 1;
        }
        if closes != 0 {
            found = Some(at + closes.trailing_zeros() as usize);
        }
        inside = 0u64.wrapping_sub(state >> 63);
        closes == 0
    });
    found
}

/// Holds a JSON object that is all of a quoted cell as it stands; returns the place after its closing
/// quote, `None` where it is better unquoted.
fn held(row: &str, at: usize, delimiter: u8, cells: &mut Cells) -> Option<usize> {
    let rest = row.as_bytes().get(at..)?;
    rest.starts_with(b"{\"\"").then_some(())?;
    let end = at + closing(rest)?;
    let whole = matches!(row.as_bytes().get(end + 1), None | Some(b'\r' | b'\n')) || row.as_bytes().get(end + 1) == Some(&delimiter);
    (whole && cells.hold(row.get(at..end)?)).then_some(end + 1)
}

/// Adds the text of a quoted cell that starts at `at`; returns the place after its closing quote.
fn quoted(row: &str, mut at: usize, dialect: Dialect, cells: &mut Cells, quoting: &mut Quoting) -> usize {
    if !dialect.backslashes
        && let Some(after) = held(row, at, dialect.delimiter, cells)
    {
        return after;
    }
    let bytes = row.as_bytes();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if dialect.backslashes
            && let Some(slash) = memchr::memchr2(b'"', b'\\', rest).filter(|slash| rest.get(*slash) == Some(&b'\\'))
        {
            // A backslash escapes a quote and itself; before anything else it stands for itself.
            let escapes = matches!(rest.get(slash + 1), Some(b'"' | b'\\'));
            cells.push_part(row.get(at..at + slash).unwrap_or_default());
            let kept = at + slash + usize::from(escapes);
            cells.push_part(row.get(kept..=kept).unwrap_or_default());
            at = kept + 1;
            continue;
        }
        let Some(len) = memchr::memchr(b'"', rest) else {
            cells.push_part(row.get(at..).unwrap_or_default());
            quoting.open = true;
            return bytes.len();
        };
        if bytes.get(at + len + 1) == Some(&b'"') {
            // The first quote of the pair belongs to the text, the second is left out.
            cells.push_part(row.get(at..=at + len).unwrap_or_default());
            at += len + 2;
        } else {
            cells.push_part(row.get(at..at + len).unwrap_or_default());
            return at + len + 1;
        }
    }
}

/// Where a row ends, found byte by byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The row's text ends at `end`, the next row starts at `next`.
    Row { end: usize, next: usize, broken: bool },
    /// A quoted cell that never closes ran into the row that starts at `next`.
    Torn { next: usize },
    /// The text ends inside a quoted cell.
    Open,
    /// The text ends inside an unquoted cell.
    Unfinished,
    /// A quoted cell is longer than allowed; it starts at `cell`.
    Long { cell: usize },
}

/// Walks from the row's start `from` to its end. `most` bounds a quoted cell.
pub(super) fn walk(bytes: &[u8], from: usize, dialect: Dialect, most: usize) -> End {
    let delimiter = dialect.delimiter;
    let mut at = from;
    let mut broken = false;
    loop {
        // At the start of a cell.
        if bytes.get(at) == Some(&b'"') {
            let cell = at;
            at += 1;
            loop {
                let Some(len) = dialect.quote(bytes.get(at..).unwrap_or_default()) else {
                    return if bytes.len() - cell > most { End::Long { cell } } else { End::Open };
                };
                at += len + 1;
                if at - cell > most {
                    return End::Long { cell };
                }
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            match bytes.get(at) {
                // At the end of the text nothing tells a closing quote from the first of two.
                None => return End::Unfinished,
                Some(byte) if *byte == delimiter || matches!(byte, b'\r' | b'\n') => {}
                Some(_) => {
                    if let Some(next) = torn(bytes, from, cell, at - 1, delimiter) {
                        return End::Torn { next };
                    }
                    broken = true;
                }
            }
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(len) = memchr::memchr3(delimiter, b'\n', b'\r', rest) else { return End::Unfinished };
        at += len;
        match bytes.get(at) {
            Some(b'\n') => return End::Row { end: at, next: at + 1, broken },
            Some(b'\r') => {
                let next = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'\n'));
                return End::Row { end: at, next, broken };
            }
            _ => at += 1,
        }
    }
}

/// A quote at `quote` closed the cell that opened at `cell`, yet text follows. If it stands where an
/// opening quote may stand, on a later line, then it opens a cell of another row, which starts at the
/// returned place.
fn torn(bytes: &[u8], from: usize, cell: usize, quote: usize, delimiter: u8) -> Option<usize> {
    let before = bytes.get(cell + 1..quote)?;
    let opens = before.last().is_some_and(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r'));
    let line = memchr::memrchr2(b'\n', b'\r', before)?;
    let next = cell + 1 + line + 1;
    (opens && next > from).then_some(next)
}

/// True if `line` is by itself a whole row of `count` cells with sound quoting.
pub(super) fn stands_alone(line: &str, dialect: Dialect, count: usize, cells: &mut Cells) -> bool {
    let quoting = read(line, dialect, cells);
    count > 1 && cells.len() == count && !quoting.open && !quoting.broken
}
