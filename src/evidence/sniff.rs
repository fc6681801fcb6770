//! What kind of content a file has, by its first bytes and its first text.

use super::json::holds_json;

/// Names a format that is no log, from its first bytes (magic numbers as in the `file` utility's database).
pub(super) fn magic(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 25] = [
        (b"PK\x03\x04", "a zip archive inside another file: unpack it first"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "an old Office or Outlook file (.xls, .doc, .msg): save the sheet as CSV (UTF-8), or use the original export",
        ),
        (b"%PDF-", "a PDF document, no log"),
        (b"!BDN", "an Outlook mailbox (.pst or .ost): mailbox contents are not read, export the logs instead"),
        (b"SQLite format 3\0", "an SQLite database: export its tables as CSV"),
        (b"ElfFile\0", "a Windows event log (.evtx): not a Microsoft 365 export"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it and give the folder"),
        (b"Rar!\x1a\x07", "a rar archive: unpack it and give the folder"),
        (b"\xfd7zXZ\0", "an xz file: unpack it first"),
        (b"BZh", "a bzip2 file: unpack it first"),
        (b"\x04\x22\x4d\x18", "an lz4 file: unpack it first"),
        (b"\x1f\x8b", "gzip inside another archive: unpack it first"),
        (b"\x28\xb5\x2f\xfd", "zstd inside another archive: unpack it first"),
        (b"\x89PNG\r\n", "an image"),
        (b"\xff\xd8\xff", "an image"),
        (b"GIF8", "an image"),
        (b"\x7fELF", "a program"),
        (b"MZ\x90\0", "a Windows program"),
        (b"{\\rtf", "a rich text document, no log"),
        (b"-----BEGIN ", "a key or certificate, no log"),
        (b"Obj\x01", "an Avro file: export as CSV or JSON"),
        (b"ORC", "an ORC file: export as CSV or JSON"),
        (b"MSCF", "a Windows cabinet (.cab): unpack it and give the folder"),
        (b"regf", "a Windows registry hive, no log"),
        (b"hsqs", "a file system image, no log"),
    ];
    MAGIC.iter().find(|(start, _)| head.starts_with(start)).map(|(_, what)| *what)
}

/// What a text is, from its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Empty,
    Json,
    CliXml,
    /// Perhaps a table.
    Text,
    /// Known, and not read.
    Other(&'static str),
}

const HTML: &str = "a web page: its tables are not read, use the original export (CSV or JSON)";

/// Looks at the start of the decoded text.
pub(super) fn shape(head: &str) -> Shape {
    let text = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let after = |text: &str| text.get(1..).and_then(|rest| rest.trim_start().chars().next());
    match text.chars().next() {
        None => Shape::Empty,
        Some('{') if matches!(after(text), Some('"' | '}') | None) => Shape::Json,
        Some('[') if matches!(after(text), Some('{' | '[' | ']' | '"') | None) => Shape::Json,
        Some('"') if holds_json(text.as_bytes()) => Shape::Json,
        Some('<') => markup(text),
        Some('#') if text.starts_with("#< CLIXML") => Shape::CliXml,
        Some(_) if control_share(text) => Shape::Other("binary data, no log"),
        Some(_) if list_view(text) => Shape::Other(
            "list output of PowerShell (Format-List), cut to the width of a screen: export again with Export-Csv or ConvertTo-Json",
        ),
        Some(_) => Shape::Text,
    }
}

fn markup(text: &str) -> Shape {
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    if head.contains("<objs") {
        Shape::CliXml
    } else if head.contains("<html") || head.contains("<!doctype html") || head.contains("<table") {
        Shape::Other(HTML)
    } else {
        Shape::Other("XML that is no PowerShell export (CliXML)")
    }
}

/// More than one in twenty of the first characters is a control character or was not decodable (zeros
/// apart: they pad files that were cut off by a crash).
fn control_share(text: &str) -> bool {
    let (mut all, mut bad) = (0usize, 0usize);
    for c in text.chars().take(4096).filter(|c| *c != '\0') {
        all += 1;
        bad += usize::from((c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}')) || c == '\u{fffd}');
    }
    bad > 2 && bad * 20 > all
}

/// `Name : value` on most of the first lines.
fn list_view(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let pairs = lines.iter().filter(|line| {
        line.split_once(" : ").or_else(|| line.trim_end().strip_suffix(" :").map(|name| (name, ""))).is_some_and(|(name, _)| {
            let name = name.trim_end();
            !name.is_empty() && name.len() < 64 && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
    });
    lines.len() >= 2 && pairs.count() * 2 > lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart() {
        for (text, expected) in [
            ("\u{feff} [ {\"a\":1}]", Shape::Json),
            ("{\"a\":1}", Shape::Json),
            ("\"{\\\"a\\\":1}\"", Shape::Json),
            ("\"CreationDate\",\"AuditData\"\r\n", Shape::Text),
            ("[2023-01-01 10:00] service started\n", Shape::Text),
            ("<?xml version=\"1.0\"?><Objs Version=\"1.1.0.1\">", Shape::CliXml),
            ("<!DOCTYPE html><html>", Shape::Other(HTML)),
            (" \r\n", Shape::Empty),
        ] {
            assert_eq!(shape(text), expected, "{text:?}");
        }
        assert!(matches!(shape("Name    : x\r\nEnabled : True\r\n"), Shape::Other(_)));
        assert!(matches!(shape("a\u{1}\u{2}\u{3}b"), Shape::Other(_)));
        let holed = format!("CreationDate,AuditData\n2023-01-01,x\n{}\n2023-01-02,y\n", "\0".repeat(3000));
        assert_eq!(shape(&holed), Shape::Text);
    }
}
