//! Reading the text of an audit record, whole or damaged.
//!
//! Spreadsheets cut cells at 32,767 characters, indexers at 10,000; mail programs curl quotes. What can
//! be read of such a record is kept, and the event is marked as partial.

use crate::evidence::{Doc, DocError};
use std::borrow::Cow;

/// What came of reading a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// The whole record.
    Whole,
    /// Its first fields; the rest is cut off or damaged.
    Partial,
    /// Nothing.
    Nothing,
}

/// Reads the text of a record into `doc`: as it is; out of a JSON string; with doubled or curled quotes
/// mended, or with backslashes before them; else as much of it as is sound.
pub fn parse(text: &str, doc: &mut Doc) -> Reading {
    let text = text.trim().trim_start_matches('\u{feff}');
    let first = doc.parse(text);
    if first.is_ok() {
        return open(doc);
    }
    // A JSON string whose inner quotes lost their backslashes.
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|inner| inner.starts_with('{')).unwrap_or(text);
    if first == Err(DocError::TooDeep) || !text.starts_with('{') {
        return Reading::Nothing;
    }
    let mended = [escaped(text), Some(text.replace("\"\"", "\"")), Some(text.replace(['\u{201c}', '\u{201d}', '\u{201e}'], "\""))];
    for mended in std::iter::once(text).chain(mended.iter().flatten().map(String::as_str)) {
        if doc.parse(mended).is_ok() && doc.root().is_object() {
            return Reading::Whole;
        }
    }
    for candidate in [Cow::Borrowed(text), Cow::Owned(text.replace("\"\"", "\""))] {
        if let Some(closed) = close(&candidate)
            && doc.parse(&closed).is_ok()
            && doc.root().entries().next().is_some()
        {
            return Reading::Partial;
        }
    }
    doc.clear();
    Reading::Nothing
}

/// The text of a JSON string that lost its outer quotes: `{\"Id\":\"x\"}`.
fn escaped(text: &str) -> Option<String> {
    if text.starts_with("{\\\"") { serde_json::from_str(&format!("\"{text}\"")).ok() } else { None }
}

/// Sees through a JSON string that holds the record.
fn open(doc: &mut Doc) -> Reading {
    if doc.root().is_object() {
        return Reading::Whole;
    }
    match doc.root().expand() {
        Some(inner) if inner.root().is_object() => {
            *doc = inner;
            Reading::Whole
        }
        _ => Reading::Nothing,
    }
}

/// The text up to its last complete member, with what is open closed.
fn close(text: &str) -> Option<String> {
    let (mut in_text, mut escaped) = (false, false);
    let mut stack: Vec<u8> = Vec::new();
    let mut sound: Option<(usize, usize)> = None;
    let mut open_at_sound: Vec<u8> = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' => stack.push(b'}'),
            b'[' => stack.push(b']'),
            b'}' | b']' if stack.pop() != Some(byte) => break,
            b',' => {
                sound = Some((at, stack.len()));
                open_at_sound.clear();
                open_at_sound.extend_from_slice(&stack);
            }
            _ => {}
        }
        if stack.len() > 120 {
            break;
        }
    }
    let (end, _) = sound?;
    let mut closed = text.get(..end)?.to_owned();
    closed.extend(open_at_sound.iter().rev().map(|byte| char::from(*byte)));
    Some(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Value;

    #[test]
    fn sound_and_quoted_records_are_read_whole() {
        for text in [
            r#"{"Id":"x","N":1}"#,
            r#""{\"Id\":\"x\",\"N\":1}""#,
            r#"{\"Id\":\"x\",\"N\":1}"#,
            r#""{"Id":"x","N":1}""#,
            r#"{""Id"":""x"",""N"":1}"#,
            "{\u{201c}Id\u{201d}:\u{201c}x\u{201d},\"N\":1}",
        ] {
            let mut doc = Doc::new();
            assert_eq!(parse(text, &mut doc), Reading::Whole, "{text}");
            assert_eq!(doc.root().str_of("Id"), Some("x"), "{text}");
        }
    }

    #[test]
    fn a_cut_record_keeps_its_complete_members() {
        let text = r#"{"Id":"x","Op":"Send","Items":[{"Subject":"a, b"},{"Subject":"c","Body":"half of it"#;
        let mut doc = Doc::new();
        assert_eq!(parse(text, &mut doc), Reading::Partial);
        assert_eq!(doc.root().str_of("Op"), Some("Send"));
        assert_eq!(doc.root().get("Items").map(|items| items.items().count()), Some(2));
        assert_eq!(
            doc.root().get("Items").and_then(|items| items.items().last()).and_then(|item| item.get("Subject")).and_then(Value::str),
            Some("c")
        );
    }

    #[test]
    fn texts_that_are_no_record_give_nothing() {
        for text in ["", "x", "[1,2]", "12", "{", "{\"a", &"{\"a\":".repeat(4000), "System.Object"] {
            assert_eq!(parse(text, &mut Doc::new()), Reading::Nothing, "{text:.20}");
        }
    }
}
