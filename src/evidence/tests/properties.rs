//! What holds for any content.

use super::*;
use proptest::prelude::*;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 ,;\"\r\n\té😀{}:\\\\]{0,12}".prop_map(|text| text.replace('\0', "")),
        "[a-z]{0,80}",
        Just("{\"k\":\"v\",\"w\":[1,2]}".to_owned()),
    ]
}

fn quoted(cell: &str, force: bool) -> String {
    if force || cell.contains([',', '"', '\r', '\n']) || cell.starts_with(['\u{feff}', ' ']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Rows of three cells whose first is a number (so that no row can be blank or a header).
fn table() -> impl Strategy<Value = (Vec<[String; 3]>, String)> {
    let rows = proptest::collection::vec((any::<u16>(), cell(), cell(), any::<bool>(), any::<bool>()), 1..40);
    rows.prop_map(|rows| {
        let mut text = "Id,Name,Data\r\n".to_owned();
        let mut cells = Vec::new();
        for (id, name, data, force, crlf) in rows {
            text += &[id.to_string(), quoted(&name, force), quoted(&data, !force)].join(",");
            text += if crlf { "\r\n" } else { "\n" };
            cells.push([id.to_string(), name, data]);
        }
        (cells, text)
    })
}

fn cells_of(read: &Read) -> Vec<[String; 3]> {
    read.seen
        .iter()
        .map(|seen| {
            let value = seen.what.as_ref().unwrap();
            ["Id", "Name", "Data"].map(|name| value[name].as_str().unwrap().to_owned())
        })
        .collect()
}

/// `text` with other text in place of the character at (or after) byte `at`.
fn broken(text: &str, at: usize, add: &str) -> String {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let (head, tail) = text.split_at(at);
    let mut rest = tail.chars();
    rest.next();
    [head, add, rest.as_str()].concat()
}

/// Every byte lies in a record or between records, and there only what separates them.
fn spans_cover(read: &Read, text: &str, separators: &[char]) {
    let mut at = 0;
    for seen in &read.seen {
        let start = seen.at.offset as usize;
        assert!(start >= at, "spans overlap");
        if at > 0 {
            let between = text.get(at..start).unwrap();
            assert!(between.trim_matches(separators).is_empty(), "lost between records: {between:?}");
        }
        at = start + seen.at.length as usize;
    }
    let tail = text.get(at..).unwrap();
    assert!(tail.trim_matches(separators).is_empty(), "lost at the end: {tail:?}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sound_tables_read_as_by_the_csv_crate((cells, text) in table(), chunk in 256usize..700) {
        let read = read_with(text.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let expected: Vec<[String; 3]> = reader.records().map(|row| { let row = row.unwrap(); [0, 1, 2].map(|at| row[at].to_owned()) }).collect();
        prop_assert_eq!(&expected, &cells);
        prop_assert_eq!(cells_of(&read), cells);
        spans_cover(&read, &text, &['\r', '\n']);
    }

    #[test]
    fn a_table_is_the_same_in_utf16((cells, text) in table(), chunk in 256usize..700) {
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let read = read_with(&wide, &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        prop_assert_eq!(cells_of(&read), cells);
        for seen in &read.seen {
            let raw = wide.get(seen.at.offset as usize..).unwrap().get(..seen.at.length as usize).unwrap();
            let units: Vec<u16> = raw.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            let id = seen.what.as_ref().unwrap()["Id"].as_str().unwrap();
            let text = String::from_utf16(&units).unwrap();
            prop_assert_eq!(text.split(',').next(), Some(id));
        }
    }

    #[test]
    fn broken_tables_lose_no_bytes_and_do_not_depend_on_chunks((_, text) in table(), cut in any::<proptest::sample::Index>(), add in "[\",\n\r]{0,2}") {
        let broken = broken(&text, cut.index(text.len()).max(14), &add);
        let whole = read(&broken);
        for chunk in [256, 300, 777] {
            let small = read_with(broken.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
            prop_assert_eq!(&small.seen, &whole.seen);
        }
        spans_cover(&whole, &broken, &['\r', '\n', ' ', '\t', '\u{feff}']);
    }

    #[test]
    fn broken_json_loses_no_bytes_and_does_not_depend_on_chunks(
        values in proptest::collection::vec("[a-z{}\\[\\]\"\\\\,é]{0,9}", 1..30), pretty: bool, lines: bool,
        cut in any::<proptest::sample::Index>(), add in "[\"{}\\[\\],\n]{0,2}",
    ) {
        let records: Vec<_> = values.iter().enumerate().map(|(id, value)| serde_json::json!({ "Id": id, "v": value, "w": { "x": [value] } })).collect();
        let text = if lines {
            records.iter().map(|record| record.to_string() + "\n").collect::<String>()
        } else if pretty { serde_json::to_string_pretty(&records).unwrap() } else { serde_json::to_string(&records).unwrap() };
        let clean = read(&text);
        prop_assert_eq!(clean.field("Id"), (0..values.len()).map(|id| id.to_string()).collect::<Vec<_>>());
        // What makes it JSON at first sight stays.
        let broken = broken(&text, cut.index(text.len()).max(12), &add);
        let whole = read(&broken);
        for chunk in [256, 300, 777] {
            let small = read_with(broken.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
            prop_assert_eq!(&small.seen, &whole.seen);
        }
        spans_cover(&whole, &broken, &['\r', '\n', ' ', '\t', ',', '[', ']', '}']);
    }

    #[test]
    fn records_inside_strings_read_as_by_themselves(
        values in proptest::collection::vec("[a-z{}\\[\\]\"\\\\,é😀\n]{0,9}", 1..20), pretty: bool, way in 0usize..6, chunk in 256usize..700,
    ) {
        let records: Vec<_> = values.iter().enumerate().map(|(id, value)| serde_json::json!({ "Id": id, "v": value, "w": [value] })).collect();
        let array = if pretty { serde_json::to_string_pretty(&records).unwrap() } else { serde_json::to_string(&records).unwrap() };
        let strings: Vec<String> = records.iter().map(|record| serde_json::to_string(&record.to_string()).unwrap()).collect();
        let text = match way {
            0 => format!("[{}]", strings.join(",\n")),
            1 => strings.join("\n"),
            2 => format!("{{\"value\":[{}],\"Count\":1}}", strings.join(",")),
            3 => format!("{{\"n\":1,\"AuditData\":[{}]}}", strings.join(",")),
            4 => serde_json::to_string(&array).unwrap(),
            _ => format!("[{}]", serde_json::to_string(&array).unwrap()),
        };
        let read = read_with(text.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        prop_assert_eq!(read.field("Id"), (0..values.len()).map(|id| id.to_string()).collect::<Vec<_>>());
        for (seen, record) in read.seen.iter().zip(&records) {
            let raw = text.get(seen.at.offset as usize..).unwrap().get(..seen.at.length as usize).unwrap();
            let literal = if raw.starts_with('"') { raw.to_owned() } else { format!("\"{raw}\"") };
            let inner: String = serde_json::from_str(&literal).unwrap();
            prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&inner).unwrap(), record);
        }
    }

    #[test]
    fn quotes_behind_backslashes_read_as_doubled_ones((cells, _) in table(), chunk in 256usize..700) {
        let escaped = |cell: &str| format!("\"{}\"", cell.replace('\\', "\\\\").replace('"', "\\\""));
        let first = ["0".to_owned(), String::new(), "{\"k\":\"a \\\"b\\\", c\",\"w\":2}".to_owned()];
        let cells: Vec<[String; 3]> = std::iter::once(first).chain(cells).collect();
        let rows: Vec<String> = cells.iter().map(|row| row.each_ref().map(|cell| escaped(cell)).join(",") + "\r\n").collect();
        let text = format!("Id,Name,Data\r\n{}", rows.concat());
        let read = read_with(text.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        prop_assert!(read.notice("backslash-quotes"));
        prop_assert_eq!(cells_of(&read), cells);
        for (seen, row) in read.seen.iter().zip(&rows) {
            let raw = text.get(seen.at.offset as usize..).unwrap().get(..seen.at.length as usize).unwrap();
            prop_assert_eq!(raw, row.trim_end_matches("\r\n"));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_the_same_way_in_any_chunks(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0u8), Just(b'"'), Just(b'\n'), Just(b','), 0x20u8..0x7f], 0..900), head in 0usize..5) {
        let heads: [&[u8]; 5] = [b"", b"Id,Name,Data\n", b"[{\"Id\":1},", b"\xff\xfeI\0d\0,\0N\0\n\0", b"<Objs Version=\"1.1.0.1\"><Obj RefId=\"0\">"];
        let bytes = [heads[head].to_vec(), bytes].concat();
        let whole = read_with(&bytes, &Limits::default(), &options());
        for chunk in [256, 301] {
            let small = read_with(&bytes, &Limits::default(), &OpenOptions { chunk, ..options() });
            match (&whole, &small) {
                (Ok(whole), Ok(small)) => prop_assert_eq!(&whole.seen, &small.seen),
                (whole, small) => prop_assert_eq!(whole.is_ok(), small.is_ok()),
            }
        }
    }
}
