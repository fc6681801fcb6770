//! Records that lie inside another value: exports that were converted to JSON once more.
//!
//! `ConvertTo-Json` of text gives a string that holds the JSON of a whole export (OfficeDev/O365-InvestigationTooling,
//! O365InvestigationDataAcquisition.ps1); of a list of audit records as text, a list of such strings, at times
//! under the name of the column that they were taken from.

use super::super::span::{Kind, Notices, Span, code};
use super::JsonSplitter;
use super::look;
use memchr::memmem;

/// The column whose list of records is seen through.
const COLUMN: &[u8] = b"\"AuditData\"";

/// Bytes of a string literal that tell whether it holds JSON.
pub(super) const START: usize = 64;

/// True if the string literal that `bytes` starts with (its quote first) seems to hold JSON.
pub(in super::super) fn holds_json(bytes: &[u8]) -> bool {
    let start = bytes.get(..START).unwrap_or(bytes);
    let Some(start) = start.strip_prefix(b"\"").map(escaped_blanks) else { return false };
    let next = start.get(1..).map(escaped_blanks).unwrap_or_default();
    match start.first() {
        Some(b'{') => next.starts_with(b"\\\"") || next.starts_with(b"}"),
        Some(b'[') => next.starts_with(b"\\\"") || matches!(next.first(), Some(b'{' | b'[' | b']')),
        _ => false,
    }
}

/// What follows the blanks, plain or escaped.
fn escaped_blanks(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = match bytes {
            // Blanks and the byte order mark.
            [b' ', rest @ ..] | [b'\\', b'r' | b'n' | b't', rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] => rest,
            _ => return bytes,
        };
    }
}

/// The records of the JSON in a string literal, at their places in the literal. `None` where the literal
/// is one record by itself, or holds something else: a piece of damaged JSON may look like it.
pub(super) fn in_string(literal: &str, limit: usize, notices: &mut Notices) -> Option<Vec<Span>> {
    if !holds_json(literal.as_bytes()) {
        return None;
    }
    let text: String = serde_json::from_str(literal).ok()?;
    let mut said = Notices::default();
    let found = JsonSplitter::inside(limit).split(&text, true, &mut said);
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let single = found.spans.len() == 1 && !start.starts_with('[');
    let is_record = |span: &Span| {
        let start = text.as_bytes().get(span.start..).unwrap_or_default();
        matches!(span.kind, Kind::Ignored(_)) || matches!(span.kind, Kind::Json(_)) && (start.starts_with(b"{") || holds_json(start))
    };
    let records = found.spans.is_empty() || found.spans.iter().any(is_record);
    if single || found.ended || found.header.is_some() || !records {
        return None;
    }
    if found.spans.is_empty() {
        return Some(vec![Span { start: 0, end: literal.len(), kind: Kind::Ignored(code::EMPTY_PAGE) }]);
    }
    let mut places = Places::new(literal);
    let mut spans = Vec::with_capacity(found.spans.len());
    for span in found.spans {
        let kind = match span.kind {
            Kind::Json(fallback) => Kind::Escaped(fallback),
            kind @ (Kind::Rejected(_) | Kind::Ignored(_)) => kind,
            _ => return None,
        };
        spans.push(Span { start: places.of(span.start), end: places.of(span.end), kind });
    }
    for (code, words) in said.finish() {
        notices.add(code, || words);
    }
    Some(spans)
}

/// Turns ascending places of the text that a literal holds into places of the literal.
struct Places<'l> {
    literal: &'l [u8],
    at: usize,
    text: usize,
}

impl Places<'_> {
    fn new(literal: &str) -> Places<'_> {
        Places { literal: literal.as_bytes(), at: 1, text: 0 }
    }

    fn of(&mut self, text: usize) -> usize {
        while self.text < text {
            let (literal, plain) = step(self.literal.get(self.at..).unwrap_or_default());
            self.at += literal;
            self.text += plain;
        }
        self.at
    }
}

/// Bytes of one step of a literal, and of the text that they stand for.
fn step(bytes: &[u8]) -> (usize, usize) {
    match bytes {
        [b'\\', b'u', a, b, c, d, ..] => {
            match std::str::from_utf8(&[*a, *b, *c, *d]).ok().and_then(|hex| u32::from_str_radix(hex, 16).ok()) {
                // The first half of a character beyond the basic plane: the other half follows.
                Some(0xd800..0xdc00) => (12, 4),
                Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
                None => (6, 1),
            }
        }
        [b'\\', ..] => (2, 1),
        _ => (1, 1),
    }
}

/// The records of an object that has a list of them in a column, at their places in `object`; `None` where
/// it has none.
pub(super) fn in_column(object: &str) -> Option<Vec<(usize, usize)>> {
    let bytes = object.as_bytes();
    let colon = look::blanks(bytes, memmem::find(bytes, COLUMN)? + COLUMN.len());
    let list = look::blanks(bytes, colon + 1);
    if bytes.get(colon) != Some(&b':') || bytes.get(list) != Some(&b'[') {
        return None;
    }
    let mut found = Vec::new();
    let mut at = look::blanks(bytes, list + 1);
    loop {
        let record = bytes.get(at..)?;
        if record.first() != Some(&b'{') && !holds_json(record) {
            return None;
        }
        let end = look::value_end(object, at)?;
        found.push((at, end));
        let next = look::blanks(bytes, end);
        match bytes.get(next)? {
            b',' => at = look::blanks(bytes, next + 1),
            b']' => return Some(found),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_with_json_are_told_from_others() {
        for yes in [r#""{\"a\":1}""#, r#""[{\"a\":1}]""#, r#""[\r\n  {\r\n  \"a\":1}]""#, r#""{}""#, r#"" [\"{}\"]""#] {
            assert!(holds_json(yes.as_bytes()), "{yes}");
        }
        for no in [r#""""#, r#""a""#, r#""{a}""#, r#""[a]""#, r#""{"#, "{\"a\":1}", ""] {
            assert!(!holds_json(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn places_lead_through_escapes_of_every_length() {
        let text = "[{\"a\":\"é\u{1}😀\\\"\"},{\"b\":2}]";
        for literal in [
            serde_json::to_string(text).unwrap(),
            serde_json::to_string(text).unwrap().replace('é', "\\u00e9").replace('😀', "\\ud83d\\ude00"),
        ] {
            let spans = in_string(&literal, 1 << 20, &mut Notices::default()).unwrap();
            let raw: Vec<&str> = spans.iter().map(|span| literal.get(span.start..span.end).unwrap()).collect();
            let plain: Vec<String> = raw.iter().map(|raw| serde_json::from_str(&format!("\"{raw}\"")).unwrap()).collect();
            assert_eq!(plain, ["{\"a\":\"é\u{1}😀\\\"\"}", "{\"b\":2}"]);
        }
    }

    #[test]
    fn one_record_in_a_string_is_the_string() {
        assert!(in_string(r#""{\"a\":1}""#, 1 << 20, &mut Notices::default()).is_none());
        assert_eq!(in_string(r#""[{\"a\":1}]""#, 1 << 20, &mut Notices::default()).map(|spans| spans.len()), Some(1));
    }

    #[test]
    fn an_empty_list_is_told_and_a_piece_of_one_is_no_list() {
        let kinds = |literal: &str| {
            let spans = in_string(literal, 1 << 20, &mut Notices::default());
            spans.map(|spans| spans.iter().map(|span| (span.start, span.end, span.kind)).collect::<Vec<_>>())
        };
        assert_eq!(kinds(r#""[ ]""#), Some(vec![(0, 5, Kind::Ignored(code::EMPTY_PAGE))]));
        for no in [r#""[{""#, r#""[]\"[a\"""#] {
            assert_eq!(kinds(no), None, "{no}");
        }
    }

    #[test]
    fn lists_in_a_column_are_seen_through_if_all_of_it_is_records() {
        let count = |json: &str| in_column(json).map(|found| found.len());
        assert_eq!(count(r#"{"RecordType":2,"AuditData" : ["{\"a\":1}", {"b":2}],"x":1}"#), Some(2));
        for no in [r#"{"AuditData":"{\"a\":1}"}"#, r#"{"AuditData":["x"]}"#, r#"{"AuditData":["{\"a\":1}",2]}"#, r#"{"x":["{}"]}"#] {
            assert_eq!(count(no), None, "{no}");
        }
    }
}
