//! `bectrace evidence`: the bytes behind a pointer, whatever they are packed and encoded in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Evidence, HEADER, array, command, gzip, record, row, text, utf16, zip};

/// The bytes behind a pointer.
fn raw(evidence: &Evidence, pointer: &str) -> Vec<u8> {
    let output = command(&["evidence", pointer, text(&evidence.path()), "--raw"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{pointer}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A row whose quoted cell goes over several lines.
fn broken_row(n: u32) -> String {
    row(n).replace(",\"\"UserType\"\"", ",\r\n\n\"\"UserType\"\"").replace("a@example.com,Mail", "\"ä \"\"ö\"\" 😀@example.com\",Mail")
}

fn rows() -> Vec<String> {
    (1..=40).map(|n| if n % 3 == 0 { broken_row(n) } else { row(n) }).collect()
}

#[test]
fn rows_of_a_table_come_back_byte_for_byte() {
    let evidence = Evidence::new();
    let all = format!("{HEADER}{}\r\n", rows().join("\r\n"));
    evidence.put("a.csv", &all).put("b.csv.gz", gzip(all.as_bytes())).put("c.csv", utf16(&all)).put("d.csv", format!("\u{feff}{all}"));
    evidence.put("e.zip", zip(&[("x/a.csv", all.as_bytes()), ("x/b.csv.gz", &gzip(all.as_bytes()))]));
    for (n, expected) in (1..).zip(rows()).filter(|(n, _)| [1, 2, 3, 39, 40].contains(n)) {
        let wide: Vec<u8> = utf16(&expected).split_off(2);
        for input in [0, 1, 3, 4, 5] {
            assert_eq!(String::from_utf8(raw(&evidence, &format!("i{input}:{n}"))).unwrap(), expected, "i{input}:{n}");
        }
        assert!(raw(&evidence, &format!("i2:{n}")) == wide, "i2:{n}");
    }
}

#[test]
fn elements_and_lines_of_json_come_back_byte_for_byte() {
    let evidence = Evidence::new();
    let lines: Vec<String> = (1..=20).map(record).collect();
    let page = format!("{{\"@odata.context\": \"x\", \"value\": {}}}", array(20));
    evidence.put("a.json", array(20)).put("b.ndjson", lines.join("\n")).put("c.json", utf16(&array(20))).put("d.json", &page);
    evidence.put("e.json.gz", gzip(page.as_bytes()));
    for (n, expected) in (1..).zip(&lines).filter(|(n, _)| [1, 7, 20].contains(n)) {
        for input in [0, 1, 3, 4] {
            assert_eq!(&String::from_utf8(raw(&evidence, &format!("i{input}:{n}"))).unwrap(), expected, "i{input}:{n}");
        }
        assert!(raw(&evidence, &format!("i2:{n}")) == utf16(expected).split_off(2), "i2:{n}");
    }
}

#[test]
fn offset_length_and_hash_are_those_of_the_raw_file() {
    let evidence = Evidence::new();
    let all = utf16(&format!("{HEADER}{}\r\n", rows().join("\r\n")));
    evidence.put("a.csv", &all);
    let folder = evidence.path();
    let shown = command(&["evidence", "i0:30", text(&folder)]).output().unwrap().stdout;
    let head: String = shown.iter().take(400).map(|byte| char::from(*byte)).collect();
    let fact =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {head}")).trim().to_owned();
    let (offset, length): (usize, usize) = (fact("offset").parse().unwrap(), fact("length").parse().unwrap());
    let bytes = &all[offset..offset + length];
    assert!(bytes == utf16(&rows()[29]).split_off(2));
    let digest = <sha2::Sha256 as sha2::Digest>::digest(bytes);
    let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(fact("sha256"), hash);
}

#[test]
fn records_that_cannot_be_read_have_pointers_too() {
    let evidence = Evidence::new();
    let broken = r#"{"CreationTime":"2023-01-02T09:00:00","Id":oops}"#;
    evidence.put("a.ndjson", format!("{}\n{broken}\n{}\n", record(1), record(2)));
    assert_eq!(raw(&evidence, "i0:2"), broken.as_bytes());
    assert_eq!(raw(&evidence, "i0:3"), record(2).as_bytes());
    let folder = evidence.path();
    let run = common::run(&["evidence", "i0:4", text(&folder)]);
    assert_eq!(run.code, 3);
    assert!(run.err.contains("its last one is 3"), "{}", run.err);
}

/// The JSON values in text, whatever strings they are wrapped in.
fn unwrapped(text: &str) -> serde_json::Value {
    let mut text = text.to_owned();
    for _ in 0..4 {
        let quoted = if text.starts_with("{\\") { format!("\"{text}\"") } else { text.clone() };
        match serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {quoted}")) {
            serde_json::Value::String(inner) => text = inner,
            value => return value,
        }
    }
    panic!("no record: {text}")
}

#[test]
fn records_that_were_converted_once_more_are_read_and_come_back() {
    let folder = common::root().join("testdata");
    let plain = std::fs::read_to_string(folder.join("json/lines-of-strings.json")).unwrap();
    let expected: Vec<_> = plain.lines().map(unwrapped).collect();
    for name in ["array-of-strings", "lines-of-strings", "value-of-strings", "column-of-strings", "string-of-array"] {
        let evidence = Evidence::new();
        let name = format!("{name}.json");
        let file = std::fs::read(folder.join("json").join(&name)).unwrap();
        evidence.put(&name, &file);
        let (_, report) = evidence.analyse(&[]);
        assert_eq!(common::input(&report, &name)["events"], 3, "{report}");
        for (n, expected) in (1..).zip(&expected) {
            let bytes = raw(&evidence, &format!("i0:{n}"));
            assert!(memchr::memmem::find(&file, &bytes).is_some(), "{name}: not the file's own bytes");
            let text = if name == "string-of-array.json" {
                String::from_utf16(&bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>()).unwrap()
            } else {
                String::from_utf8(bytes).unwrap()
            };
            assert_eq!(&unwrapped(&text), expected, "{name}");
        }
    }
}

#[test]
fn tables_with_quotes_behind_backslashes_and_of_joined_parts_are_read_whole() {
    let folder = common::root().join("testdata/csv");
    for name in [
        "backslash-quotes.csv",
        "backslash-quotes-in-quotes.csv",
        "string-cells.csv",
        "bare-string-cells.csv",
        "bare-string-cells.tsv",
        "parts-of-three-delimiters.csv",
    ] {
        let evidence = Evidence::new();
        let file = std::fs::read_to_string(folder.join(name)).unwrap();
        evidence.put(name, &file);
        let events = evidence.beside("events.jsonl");
        let (_, report) = evidence.analyse(&["--events", text(&events)]);
        let input = common::input(&report, name);
        assert_eq!((&input["events"], input["rejected"].as_array().map_or(0, Vec::len)), (&3.into(), 0), "{report}");
        let events = std::fs::read_to_string(events).unwrap();
        assert!(events.contains("192.0.2.1") && events.lines().count() == 3, "the record itself was read: {events}");
        let lines: Vec<&str> = file.lines().filter(|line| line.starts_with("2023")).collect();
        for event in events.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            let bytes = raw(&evidence, event["pointer"].as_str().unwrap());
            assert!(lines.contains(&std::str::from_utf8(&bytes).unwrap()), "{name}: {}", String::from_utf8_lossy(&bytes));
        }
    }
}
