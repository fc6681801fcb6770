//! Tells an envelope of many records from a record.
//!
//! An envelope is taken as such only if every key before its array is known to describe a page: a record
//! that happens to hold an array under `data` stays a record.

use super::inner;
use super::scan::{self, Close};

/// What an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Record,
    /// Elements follow the `[` at `array`; `rest` objects close after its `]`.
    Page {
        array: usize,
        rest: usize,
        kind: Page,
        more: Continued,
    },
    /// It takes more text to tell.
    More,
}

/// What the elements of a page are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    Records,
    /// Tables of a Log Analytics answer.
    Tables,
    /// Rows under these columns.
    Rows(Vec<String>),
}

/// Signs that a page was not the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Continued {
    pub link: bool,
    pub warnings: bool,
}

const ARRAYS: [&str; 7] = ["value", "results", "records", "data", "hits", "d", "auditdata"];
const INSIDE: [&str; 4] = ["d", "data", "hits", "result"];
const BESIDE: [&str; 19] = [
    "schema",
    "$schema",
    "stats",
    "statistics",
    "count",
    "total",
    "totalcount",
    "resultcount",
    "took",
    "timed_out",
    "_shards",
    "max_score",
    "nextlink",
    "__next",
    "__count",
    "__metadata",
    "executiontime",
    "render",
    "dataset",
];
/// An envelope tells itself within this many bytes.
const FAR: usize = 1 << 18;

fn is(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(key))
}

fn describes(key: &str) -> bool {
    key.starts_with('@') || key.contains("@odata.") || key.starts_with("odata.") || is(key, &BESIDE)
}

/// Steps over blanks.
pub(super) fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// A key at `at`: the key, and where its value starts.
pub(super) enum Key<'t> {
    Is(&'t str, usize),
    More,
    None,
}

pub(super) fn key(text: &str, at: usize) -> Key<'_> {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        Some(b'"') => {}
        Some(_) => return Key::None,
        None => return Key::More,
    }
    let Some(end) = scan::string_end(bytes.get(at..).unwrap_or_default()).map(|len| at + len) else { return Key::More };
    let name = text.get(at + 1..end - 1).unwrap_or_default();
    let colon = blanks(bytes, end);
    match bytes.get(colon) {
        None => Key::More,
        Some(b':') => match blanks(bytes, colon + 1) {
            value if value < bytes.len() => Key::Is(name, value),
            _ => Key::More,
        },
        Some(_) => Key::None,
    }
}

/// End of the value at `at`; `None` if the text does not show it.
pub(super) fn value_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?;
    match rest.first()? {
        b'{' | b'[' => match scan::close_of(rest) {
            Close::End { end, .. } => Some(at + end),
            _ => None,
        },
        b'"' => scan::string_end(rest).map(|end| at + end),
        _ => rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()).map(|end| at + end),
    }
}

/// Notes whether a key says that more pages exist.
pub(super) fn note(key: &str, value: &str, more: &mut Continued) {
    let bare = key.rsplit(['.', '@']).next().unwrap_or(key);
    let said = !matches!(value.trim(), "null" | "\"\"" | "[]" | "{}" | "false" | "");
    if bare.eq_ignore_ascii_case("nextlink") || bare == "__next" {
        more.link |= said;
    }
    if key.eq_ignore_ascii_case("@adminapi.warnings") {
        more.warnings |= said;
    }
}

/// Looks at the object at `start`.
pub(super) fn look(text: &str, start: usize) -> Look {
    look_inside(text, start, 1, &mut Continued::default())
}

fn look_inside(text: &str, start: usize, level: usize, more: &mut Continued) -> Look {
    let bytes = text.as_bytes();
    let mut at = blanks(bytes, start + 1);
    let mut columns = None;
    // Tables have names, pages have not.
    let mut named = false;
    loop {
        if at - start > FAR {
            return Look::Record;
        }
        let (name, value) = match key(text, at) {
            Key::Is(name, value) => (name, value),
            Key::More => return Look::More,
            Key::None => return Look::Record,
        };
        match bytes.get(value) {
            Some(b'[') if is(name, &ARRAYS) && !named => return page(bytes, value, level, *more),
            Some(b'[') if is(name, &["tables"]) => return Look::Page { array: value, rest: level, kind: Page::Tables, more: *more },
            Some(b'[') if is(name, &["rows"]) && columns.is_some() => {
                let kind = Page::Rows(columns.unwrap_or_default());
                return Look::Page { array: value, rest: level, kind, more: *more };
            }
            Some(b'{') if is(name, &INSIDE) && level < 3 => return look_inside(text, value, level + 1, more),
            Some(_) if is(name, &["name", "tablename"]) => named = true,
            Some(_) if describes(name) || is(name, &["columns"]) => {}
            Some(_) => return Look::Record,
            None => return Look::More,
        }
        let Some(end) = value_end(text, value) else { return if text.len() - start > FAR { Look::Record } else { Look::More } };
        let value = text.get(value..end).unwrap_or_default();
        note(name, value, more);
        if is(name, &["columns"]) {
            columns = column_names(value);
        }
        at = blanks(bytes, end);
        match bytes.get(at) {
            Some(b',') => at = blanks(bytes, at + 1),
            Some(_) => return Look::Record,
            None => return Look::More,
        }
    }
}

/// An array under a name that pages use: one of objects, or of strings that hold them, or an empty one.
fn page(bytes: &[u8], array: usize, level: usize, more: Continued) -> Look {
    let first = bytes.get(blanks(bytes, array + 1)..).unwrap_or_default();
    match first {
        [b'{' | b']', ..] => Look::Page { array, rest: level, kind: Page::Records, more },
        [] => Look::More,
        [b'"', ..] if first.len() < inner::START && scan::string_end(first).is_none() => Look::More,
        _ if inner::holds_json(first) => Look::Page { array, rest: level, kind: Page::Records, more },
        _ => Look::Record,
    }
}

/// What the keys of a whole object, which starts at `start`, say of further pages.
pub(super) fn notes_of(text: &str, start: usize) -> Continued {
    let mut more = Continued::default();
    let mut at = blanks(text.as_bytes(), start + 1);
    while let Key::Is(name, value) = key(text, at) {
        let Some(end) = value_end(text, value) else { break };
        note(name, text.get(value..end).unwrap_or_default(), &mut more);
        at = blanks(text.as_bytes(), end);
        if text.as_bytes().get(at) == Some(&b',') {
            at = blanks(text.as_bytes(), at + 1);
        }
    }
    more
}

/// Names in `"columns":[{"name":"TimeGenerated","type":"datetime"}, …]`.
fn column_names(json: &str) -> Option<Vec<String>> {
    let parsed: serde_json::Value = serde_json::from_str(json).ok()?;
    let name =
        |column: &serde_json::Value| ["name", "ColumnName", "Name"].iter().find_map(|key| column.get(key)?.as_str().map(str::to_owned));
    let names: Vec<String> = parsed.as_array()?.iter().filter_map(name).collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array_of(text: &str) -> Option<(&str, usize)> {
        match look(text, 0) {
            Look::Page { array, rest, .. } => text.get(array..).map(|tail| (tail, rest)),
            _ => None,
        }
    }

    #[test]
    fn envelopes_are_seen_through() {
        for (head, rest) in [
            (r#"{"value":"#, 1),
            (r#"{"@odata.context":"https://x/$metadata","@odata.nextLink":"https://x","value":"#, 1),
            (r#"{"d":{"results":"#, 2),
            (r#"{"took":3,"_shards":{"total":1},"hits":{"total":{"value":2},"max_score":null,"hits":"#, 2),
            (r#"{ "schema": [ {"name":"Timestamp"} ], "results": "#, 1),
        ] {
            let text = format!(r#"{head}[{{"a":1}}]}}"#);
            assert_eq!(array_of(&text), Some((r#"[{"a":1}]}"#, rest)), "{head}");
        }
    }

    #[test]
    fn records_with_arrays_stay_records() {
        for text in [
            r#"{"Id":"1","data":[{"a":1}]}"#,
            r#"{"value":["a","b"],"Id":1}"#,
            r#"{"CreationTime":"x","Records":[{"a":1}]}"#,
            r#"{"rows":[[1]]}"#,
        ] {
            assert_eq!(look(text, 0), Look::Record, "{text}");
        }
    }

    #[test]
    fn a_next_link_before_the_array_is_noted() {
        let found = look(r#"{"@odata.nextLink":"https://x?$skiptoken=1","value":[]}"#, 0);
        assert!(matches!(found, Look::Page { more: Continued { link: true, .. }, .. }));
    }
}
