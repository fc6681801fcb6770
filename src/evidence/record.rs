//! A record of evidence: where its bytes are, and its fields.

use super::doc::Value;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

/// Where a record's bytes lie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct RecordAt {
    /// Index of the input (`i3` is 3).
    pub input: u32,
    /// Number of the record in its input, from 1.
    pub number: u32,
    /// Offset of its first byte in the unpacked, still encoded bytes of the input.
    pub offset: u64,
    /// Its length there, in bytes.
    pub length: u32,
}

impl RecordAt {
    /// The short form that reports print: `i3:17`.
    pub fn pointer(self) -> Pointer {
        Pointer { input: self.input, number: self.number }
    }
}

/// `i3:17`: record 17 of input `i3`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pointer {
    /// Index of the input.
    pub input: u32,
    /// Number of the record, from 1.
    pub number: u32,
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "i{}:{}", self.input, self.number)
    }
}

impl std::str::FromStr for Pointer {
    type Err = String;

    fn from_str(text: &str) -> Result<Pointer, String> {
        let parsed = text
            .strip_prefix('i')
            .and_then(|rest| rest.split_once(':'))
            .and_then(|(input, number)| Some(Pointer { input: input.parse().ok()?, number: number.parse().ok().filter(|n| *n > 0)? }));
        parsed.ok_or_else(|| format!("{text:?} is no pointer: expected i<input>:<record>, such as i3:17"))
    }
}

/// [`str::trim`], quick where there is nothing to trim.
#[inline]
pub fn trimmed(text: &str) -> &str {
    let sound = |byte: u8| byte > b' ' && byte < 0x7f;
    match text.as_bytes() {
        [first, .., last] if sound(*first) && sound(*last) => text,
        _ => text.trim(),
    }
}

/// The header of a table: its columns, findable by folded name.
#[derive(Debug, Default, Clone)]
pub struct Header {
    names: Vec<String>,
    folded: Vec<String>,
    columns: FxHashMap<String, usize>,
    /// The .NET type that PowerShell's `#TYPE` line named, where there was one.
    pub type_name: Option<String>,
}

/// The form in which names of columns and keys are compared: trimmed, lower case, runs of blanks as
/// one, without byte order mark and quotes.
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for word in name.trim_matches(|c: char| c == '\u{feff}' || c == '"' || c.is_whitespace()).split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

impl Header {
    /// From the cells of a header line. Of columns with one name the first is found by it.
    pub fn new<S: AsRef<str>>(names: &[S]) -> Header {
        let mut header = Header::default();
        for (at, name) in names.iter().enumerate() {
            let folded = fold_name(name.as_ref());
            header.names.push(name.as_ref().to_owned());
            header.columns.entry(folded.clone()).or_insert(at);
            header.folded.push(folded);
        }
        header
    }

    /// Names as the file has them.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Folded names, in file order.
    pub fn folded(&self) -> &[String] {
        &self.folded
    }

    /// The first column with this (already folded) name.
    pub fn column(&self, folded: &str) -> Option<usize> {
        self.columns.get(folded).copied()
    }

    /// The column at or after `from` with this (already folded) name: for names that occur twice.
    pub fn column_after(&self, folded: &str, from: usize) -> Option<usize> {
        (from..self.folded.len()).find(|at| self.folded.get(*at).is_some_and(|name| name == folded))
    }
}

/// The cells of one row, unquoted. Reused from row to row.
///
/// One cell with JSON may be held as it stands, each quote twice: a document is read from it without
/// unquoting ([`Record::doubled`]); whoever wants its text gets it unquoted all the same.
#[derive(Debug, Default)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
    held: Option<usize>,
    doubled: String,
    unquoted: OnceCell<String>,
}

impl Cells {
    /// Forgets the cells of the row before.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.held = None;
        self.unquoted = OnceCell::new();
    }

    /// Makes the cell under way one whose quotes all stand twice. False if the row has one already.
    pub fn hold(&mut self, doubled: &str) -> bool {
        let first = self.held.is_none();
        if first {
            self.held = Some(self.ends.len());
            self.doubled.clear();
            self.doubled.push_str(doubled);
        }
        first
    }

    /// The text of cell number `at` with each quote twice, if it is held so.
    pub fn doubled(&self, at: usize) -> Option<&str> {
        (self.held == Some(at)).then_some(self.doubled.as_str())
    }

    /// Adds a whole cell.
    pub fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.end_cell();
    }

    /// Adds text to the cell under way.
    pub fn push_part(&mut self, part: &str) {
        self.text.push_str(part);
    }

    /// Ends the cell under way.
    pub fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if there is no cell.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Cell number `at`, or an empty text where the row is shorter.
    pub fn get(&self, at: usize) -> &str {
        if self.held == Some(at) {
            return self.unquoted.get_or_init(|| self.doubled.replace("\"\"", "\""));
        }
        let end = self.ends.get(at).copied().unwrap_or(0);
        let start = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(0) };
        self.text.get(start..end).unwrap_or_default()
    }
}

/// The fields of a record: a row of a table, or an object.
#[derive(Clone, Copy)]
pub enum Fields<'a> {
    /// A row under its header.
    Row(&'a Header, &'a Cells),
    /// A JSON value or CliXML object.
    Object(Value<'a>),
}

/// One record, as a format sees it.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Where its bytes are.
    pub at: RecordAt,
    /// What it holds.
    pub fields: Fields<'a>,
    /// Bytes of it could not be decoded, or its end is cut off.
    pub damaged: bool,
}

impl<'a> Record<'a> {
    /// The trimmed text of a field, by its folded name (lower case; see [`fold_name`]). `None` where
    /// it is missing, null, empty, or not a plain value.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.fields {
            Fields::Row(header, cells) => {
                let cell = trimmed(cells.get(header.column(name)?));
                (!cell.is_empty()).then_some(Cow::Borrowed(cell))
            }
            Fields::Object(value) => match value.get(name)?.unwrapped().text()? {
                Cow::Borrowed(text) => Some(trimmed(text)).filter(|text| !text.is_empty()).map(Cow::Borrowed),
                owned @ Cow::Owned(_) => Some(owned),
            },
        }
    }

    /// The first of several names that has a text.
    pub fn text_any(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        names.iter().find_map(|name| self.text(name))
    }

    /// The text of a field as it stands in a quoted cell, each quote twice, where the row holds it so.
    pub fn doubled(&self, name: &str) -> Option<&'a str> {
        match self.fields {
            Fields::Row(header, cells) => cells.doubled(header.column(name)?),
            Fields::Object(_) => None,
        }
    }

    /// True if the record has this field, empty or not.
    pub fn has(&self, name: &str) -> bool {
        match self.fields {
            Fields::Row(header, _) => header.column(name).is_some(),
            Fields::Object(value) => value.has(name),
        }
    }

    /// The value of a field, if the record is an object.
    pub fn value(&self, name: &str) -> Option<Value<'a>> {
        match self.fields {
            Fields::Row(..) => None,
            Fields::Object(value) => value.get(name),
        }
    }

    /// The object, if the record is one.
    pub fn object(&self) -> Option<Value<'a>> {
        match self.fields {
            Fields::Row(..) => None,
            Fields::Object(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_read_back_what_they_print() {
        let pointer = Pointer { input: 3, number: 17 };
        assert_eq!(pointer.to_string().parse(), Ok(pointer));
        for bad in ["", "3:17", "i3", "i3:0", "i-1:2", "ix:1"] {
            assert!(bad.parse::<Pointer>().is_err(), "{bad}");
        }
    }

    #[test]
    fn columns_are_found_by_folded_name() {
        let header = Header::new(&[
            "\u{feff}\"Date (UTC)\"",
            "Application ID ",
            "Autonomous system  number",
            "Incoming token type",
            "Incoming token type",
        ]);
        assert_eq!(header.column("date (utc)"), Some(0));
        assert_eq!(header.column("application id"), Some(1));
        assert_eq!(header.column("autonomous system number"), Some(2));
        assert_eq!(header.column_after("incoming token type", 4), Some(4));
    }
}
