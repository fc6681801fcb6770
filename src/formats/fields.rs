//! Fields of a record in one pass, alike for a table row and an object.
//!
//! The schemas of Entra have many names for one thing (`camelCase`, `PascalCase`, column titles). Their
//! readers walk the fields of a record once and match on the folded name.

use crate::evidence::{Doc, Fields, Record, Value};

/// Longest key of an object that any schema knows, in bytes; longer ones are passed by.
const LONGEST_KEY: usize = 64;

/// The value of one field.
#[derive(Clone, Copy)]
pub enum Cell<'a> {
    /// A cell of a table.
    Text(&'a str),
    /// A value of an object.
    Value(Value<'a>),
}

impl<'a> Cell<'a> {
    /// The trimmed text; empty for null, for what is no text, and for the placeholders of exports.
    pub fn str(self) -> &'a str {
        let text = match self {
            Cell::Text(text) => text.trim(),
            Cell::Value(value) => value.str().unwrap_or_default().trim(),
        };
        if matches!(text, "<null>" | "null" | "-") { "" } else { text }
    }

    /// A whole number, also where it is written as text.
    pub fn int(self) -> Option<i64> {
        match self {
            Cell::Text(text) => text.trim().parse().ok(),
            Cell::Value(value) => value.int(),
        }
    }

    /// A truth value, also where it is written as text or as 0 and 1.
    pub fn flag(self) -> Option<bool> {
        match self {
            Cell::Text(text) => truth(text),
            Cell::Value(value) => value.bool(),
        }
    }

    /// The object or array, where the field is one.
    pub fn nested(self) -> Option<Value<'a>> {
        match self {
            Cell::Text(_) => None,
            Cell::Value(value) => (value.is_object() || value.is_array()).then_some(value),
        }
    }

    /// The text, where it holds an object or array of JSON.
    pub fn embedded(self) -> Option<&'a str> {
        Some(self.str()).filter(|text| text.starts_with(['{', '[']))
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.trim() {
        yes if yes == "1" || yes.eq_ignore_ascii_case("true") => Some(true),
        no if no == "0" || no.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Calls `take` with the folded name and the value of every field, in the order of the record.
pub fn each_field<'a>(record: &Record<'a>, mut take: impl FnMut(&str, Cell<'a>)) {
    match record.fields {
        Fields::Row(header, cells) => {
            for (at, name) in header.folded().iter().enumerate() {
                take(name, Cell::Text(cells.get(at)));
            }
        }
        Fields::Object(value) => each_entry(value, take),
    }
}

/// Calls `take` with the key in lower case and the value of every entry of an object.
pub fn each_entry<'a>(object: Value<'a>, mut take: impl FnMut(&str, Cell<'a>)) {
    let mut buffer = [0u8; LONGEST_KEY];
    for (key, value) in object.entries() {
        let Some(space) = buffer.get_mut(..key.len()) else { continue };
        space.copy_from_slice(key.as_bytes());
        space.make_ascii_lowercase();
        if let Ok(name) = std::str::from_utf8(space) {
            take(name, Cell::Value(value));
        }
    }
}

/// The document inside a text, or an empty one where it is no JSON.
pub fn parse(text: &str) -> Doc {
    let mut doc = Doc::new();
    // A cut or damaged text tells nothing; the record around it is still read.
    if doc.parse(text).is_err() {
        doc.clear();
    }
    doc
}

/// Sets `slot` if it is empty still.
pub fn fill<'a>(slot: &mut &'a str, cell: Cell<'a>) {
    if slot.is_empty() {
        *slot = cell.str();
    }
}

/// An identifier, or nothing where it is a GUID of zeros.
pub fn real_id(id: &str) -> Option<&str> {
    let id = id.trim();
    (!id.is_empty() && crate::events::guid(id) != Some(0)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::RecordAt;

    #[test]
    fn keys_of_any_case_come_folded_and_placeholders_come_empty() {
        let doc = parse(r#"{"UserId":"<null>","appId":" a ","Überlang":1}"#);
        let record = Record { at: RecordAt::default(), fields: Fields::Object(doc.root()), damaged: false };
        let mut seen = Vec::new();
        each_field(&record, |name, cell| seen.push((name.to_owned(), cell.str())));
        assert_eq!(seen[0], ("userid".to_owned(), ""));
        assert_eq!(seen[1], ("appid".to_owned(), "a"));
    }

    #[test]
    fn a_guid_of_zeros_is_no_identity() {
        assert_eq!(real_id("00000000-0000-0000-0000-000000000000"), None);
        assert_eq!(real_id(" x "), Some("x"));
    }
}
