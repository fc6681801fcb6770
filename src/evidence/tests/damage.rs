//! Broken files: what is sound survives, what is not is counted, and nothing takes the rest with it.

use super::*;

const HEAD: &str = "Id,Name,Data\r\n";

fn ok(text: &str) -> Vec<String> {
    read_any(text).field("Id")
}

#[test]
fn a_quote_that_never_closes_costs_one_row() {
    let read = read_any(format!("{HEAD}1,a,\"x\r\n2,b,\"y\"\"z\"\r\n3,c,w\r\n"));
    assert_eq!(read.field("Id"), ["1", "2", "3"]);
    assert_eq!(read.seen.iter().map(|seen| seen.damaged).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn rows_without_quotes_behind_an_open_quote_survive() {
    assert_eq!(ok(&format!("{HEAD}1,a,\"x\n2,b,y\n3,c,z\n4,d,w\n")), ["1", "2", "3", "4"]);
    assert_eq!(ok(&format!("{HEAD}1,a,\"x\n2,b,y\n3,c,\"z\"\n4,d,w\n")), ["1", "2", "3", "4"]);
}

#[test]
fn quotes_that_are_not_doubled_keep_their_row_if_its_cells_can_be_told() {
    let read = read_any(format!("{HEAD}1,\"say \"hi\" now\",x\n2,\"a \"b, c\" d\",y\n3,e,z\n"));
    assert_eq!(read.field("Id"), ["1", "!unbalanced-quote", "3"]);
    assert!(read.seen[0].damaged && read.notice("broken-quoting"));
}

#[test]
fn a_quote_inside_an_unquoted_cell_is_text() {
    let read = read_any(format!("{HEAD}1,5\" disk,x\n2,\"b\",y\n"));
    assert_eq!(read.field("Name"), ["5\" disk", "b"]);
    assert!(!read.seen[0].damaged);
}

#[test]
fn cells_are_never_shifted_to_fit() {
    let read = read_any(format!("{HEAD}1,a,x,,\n2,b,y,extra\n3,c\n4\n5,e,z\n"));
    assert_eq!(read.field("Id"), ["1", "!field-count", "3", "!field-count", "5"]);
    assert_eq!(read.seen[2].what.as_ref().unwrap()["Data"], "");
    assert!(read.seen[2].damaged && !read.seen[0].damaged);
}

#[test]
fn a_file_cut_in_its_last_row_keeps_what_the_row_still_says() {
    let read = read_any(format!("{HEAD}1,a,x\n2,b,\"{{\"\"k\"\":\"\"v"));
    assert_eq!(read.field("Data"), ["x", "{\"k\":\"v"]);
    assert!(read.seen[1].damaged);
    assert_eq!(read_any(format!("{HEAD}1,a,x\n2")).codes(), [None, Some("truncated-record")]);
    assert_eq!(read_any(format!("{HEAD}1,a,x\n\"2")).codes(), [None, Some("truncated-record")]);
}

#[test]
fn joined_files_bring_their_header_again() {
    let read = read_any(format!("{HEAD}1,a,x\r\n\u{feff}{HEAD}2,b,y\r\n#TYPE Other\r\n\"Id\",\"When\"\r\n3,today\r\n"));
    assert_eq!(read.codes(), [None, Some("repeated-header"), None, Some("repeated-header"), None]);
    assert_eq!(read.seen[4].what, Ok(serde_json::json!({"Id": "3", "When": "today"})));
    assert!(read.seen[1].ignored && read.notice("joined-files"));
}

#[test]
fn another_known_header_between_rows_starts_another_table() {
    let read = read_any(format!("{HEAD}1,a,x\nWhen,Id\ntoday 1,2\n"));
    assert_eq!(read.codes(), [None, Some("repeated-header"), None]);
    assert_eq!(read.seen[2].what, Ok(serde_json::json!({"When": "today 1", "Id": "2"})));
}

#[test]
fn a_part_with_another_delimiter_is_read_with_it() {
    for (delimiter, mark) in [(';', ""), ('\t', "sep=\t\r\n"), ('|', "\u{feff}")] {
        for quote in ["", "\""] {
            let rows = |delimiter: &str, rows: [[&str; 3]; 3]| {
                rows.map(|row| row.map(|cell| format!("{quote}{cell}{quote}")).join(delimiter) + "\r\n").concat()
            };
            let first = rows(",", [["Id", "Name", "Data"], ["1", "a", "x"], ["2", "b", "y"]]);
            let second = rows(&delimiter.to_string(), [["Id", "Name", "Data"], ["3", "c", "u, v"], ["4", "d", "w"]]);
            let read = read_any(format!("{first}{mark}{second}{first}"));
            assert_eq!(read.field("Id"), ["1", "2", "!repeated-header", "3", "4", "!repeated-header", "1", "2"], "{second}");
            assert_eq!(read.field("Data")[3], "u, v");
            assert!(read.notice("joined-files") && !read.notice("broken-quoting"));
            assert!(read.seen.iter().all(|seen| !seen.damaged));
        }
    }
}

#[test]
fn blank_lines_and_all_line_ends_are_no_records() {
    assert_eq!(ok("Id,Name\r1,a\r\r2,b\r"), ["1", "2"]);
    assert_eq!(ok("Id,Name\r\r\n1,a\r\r\n2,b\r\r\n"), ["1", "2"]);
    assert_eq!(ok("Id,Name\n\n1,\"a\nb\"\n  \n2,b\n"), ["1", "2"]);
}

#[test]
fn exchange_logs_take_their_columns_from_the_fields_line() {
    let read = read_any("#Software: X\r\n#Version: 1\r\n#Fields: Id,b\r\n1,x\r\n#Software: X\r\n#Fields: Id,c\r\n2,y\r\n");
    assert_eq!(
        read.seen.iter().map(|seen| seen.what.clone().unwrap()).collect::<Vec<_>>(),
        [serde_json::json!({"Id": "1", "b": "x"}), serde_json::json!({"Id": "2", "c": "y"})]
    );
}

#[test]
fn zeros_at_the_end_of_a_table_are_counted_as_no_text() {
    let read = read_any(format!("{HEAD}1,a,x\n{}", "\0".repeat(5000)));
    assert_eq!(read.codes(), [None, Some("undecodable")]);
}

#[test]
fn a_cell_beyond_the_limit_ends_at_the_next_sound_row() {
    let limits = Limits { cell: 10_000, line: 40_000, ..Limits::default() };
    let text = format!("{HEAD}1,a,x\n2,b,\"{}\n3,c,z\n4,d,w\n", "long ".repeat(20_000));
    for chunk in [256, 1 << 16] {
        let read = read_with(text.as_bytes(), &limits, &OpenOptions { chunk, ..options() }).unwrap();
        assert_eq!(read.field("Id").first().map(String::as_str), Some("1"));
        assert_eq!(read.field("Id").last().map(String::as_str), Some("4"));
        assert_eq!(read.seen.len(), 4);
    }
}

#[test]
fn where_the_text_was_cut_does_not_change_how_elements_begin() {
    let records: Vec<_> = (0..12).map(|id| serde_json::json!({ "Id": id, "v": "long enough for several chunks" })).collect();
    let text = serde_json::to_string_pretty(&records).unwrap().replace("},\n  {\n    \"Id\": 9", "},{  {\n    \"Id\": 9");
    let whole = read(&text);
    assert_eq!(whole.codes().iter().flatten().count(), 1, "{:?}", whole.codes());
    for chunk in 256..360 {
        let small = read_with(text.as_bytes(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        assert_eq!(small.seen, whole.seen, "chunks of {chunk}");
    }
}

#[test]
fn a_bad_line_of_ndjson_is_rejected_alone() {
    for bad in [r#"{"Id":"x}"#, r#"{"Id":{"x":1}"#, "garbage", r#"{"Id":1,}x"#, r#"{"Id" 1}"#, "{"] {
        let read = read_any(format!("{{\"Id\":1}}\n{bad}\n{{\"Id\":3}}\n"));
        assert_eq!(read.field("Id").first().map(String::as_str), Some("1"), "{bad}");
        assert_eq!(read.field("Id").last().map(String::as_str), Some("3"), "{bad}");
        assert!(read.codes().contains(&Some("not-json")), "{bad}: {:?}", read.codes());
    }
}

#[test]
fn an_array_goes_on_behind_a_damaged_element() {
    for (open, comma, close) in [("[", ",", "]"), ("[\n  ", ",\n  ", "\n]"), ("{\"value\":[", ",", "]}")] {
        for bad in [r#"{"Id":"2,"b":"x"}"#, r#"{"Id":2,"b":{"c":1}"#, r#"{"Id":2,"b":[1}"#, "{\"Id\":2,\"b\":\"x\ny}"] {
            let text = format!("{open}{{\"Id\":1,\"b\":0}}{comma}{bad}{comma}{{\"Id\":3}}{comma}{{\"Id\":4}}{close}");
            let read = read_any(&text);
            assert_eq!(read.field("Id"), ["1", "!not-json", "3", "4"], "{text}");
        }
    }
}

#[test]
fn what_producers_get_wrong_in_one_way_only_is_read() {
    let read = read_any("[{\"Id\":NaN,\"t\":\"a\tb\nc\",},{\"Id\":\"\\ud800\"},]");
    assert_eq!(read.field("Id"), ["null", "\u{fffd}"]);
    assert_eq!(read.field("t")[0], "a\tb\nc");
    assert!(read.seen[1].damaged);
}

#[test]
fn a_json_file_cut_off_loses_its_last_element_only() {
    for text in [r#"[{"Id":1},{"Id":2"#, r#"{"value":[{"Id":1},{"Id":"#, "{\"Id\":1}\n{\"Id\":\"x", "[\n{\"Id\":1},\n{\"b\":[{"] {
        let read = read_any(text);
        assert_eq!(read.codes(), [None, Some("truncated-record")], "{text}");
        assert_eq!(read.seen[1].at.offset + u64::from(read.seen[1].at.length), text.len() as u64);
    }
    assert_eq!(read_any(r#"[{"Id":1},{"Id":2}"#).field("Id"), ["1", "2"]);
    assert_eq!(read_any("[{\"Id\":1}]\0\0\0").field("Id"), ["1"]);
}

#[test]
fn bottomless_nesting_is_rejected_quickly() {
    for text in ["[".repeat(2_000_000), format!("{{\"a\":{}", "[".repeat(2_000_000)), "{\"a\":".repeat(500_000)] {
        let read = read(&text);
        assert_eq!(read.codes().last(), Some(&Some("nesting-too-deep")));
        assert!(read.seen.len() <= 2);
    }
    let closed = format!("[{{\"Id\":1}},{}{},{{\"Id\":3}}]", "[".repeat(200), "]".repeat(200));
    assert_eq!(read_any(closed).field("Id"), ["1", "!nesting-too-deep", "3"]);
}

#[test]
fn an_element_beyond_the_limit_is_passed_over() {
    let limits = Limits { element: 100_000, ..Limits::default() };
    let long = "y".repeat(1_000_000);
    let text = format!("{{\"Id\":1}}\n{{\"Id\":\"{long}\"}}\n{{\"Id\":3}}\n");
    for chunk in [4096, 1 << 18] {
        let read = read_with(text.as_bytes(), &limits, &OpenOptions { chunk, ..options() }).unwrap();
        assert_eq!(read.field("Id"), ["1", "!record-too-long", "3"]);
        assert_eq!(read.seen[1].at.length as usize, long.len() + 10);
    }
}

#[test]
fn a_file_that_is_no_log_is_refused_by_what_it_is() {
    for (bytes, word) in [
        (b"%PDF-1.7".as_slice(), "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxxxxxx", "Outlook"),
        (b"!BDN....", "mailbox"),
        (b"SQLite format 3\0", "SQLite"),
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"Please keep the folder together.\n", "plain text"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08", "binary"),
        (b"<html><body>", "web page"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Objs>&a;</Objs>", "document type"),
    ] {
        let refusal = read_with(bytes, &Limits::default(), &options()).unwrap_err();
        assert!(refusal.reason.contains(word), "{}", refusal.reason);
    }
}

#[test]
fn many_damaged_elements_cost_no_more_than_sound_ones() {
    // Each would be walked, and searched behind, to the end of the text.
    let start = std::time::Instant::now();
    let lines = format!("{{\"Id\":1}}\n{}", "{\"x\":\"never closed\n".repeat(50_000));
    assert_eq!(read(&lines).seen.len(), 50_001);
    let array = format!("[{{\"Id\":1}}{}]", ",{\"Id\":\"2,\"b\":\"x\"},{\"Id\":3}".repeat(20_000));
    assert_eq!(read(&array).seen.len(), 40_001);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
