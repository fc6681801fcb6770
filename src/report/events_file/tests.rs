//! Events files read back.

use super::*;
use polars::prelude::{ParquetReader, SerReader};

fn row(number: u32, subject: &str) -> EventRow<'_> {
    EventRow {
        pointer: Pointer { input: 3, number },
        path: "ual/a.csv",
        member: "",
        offset: 1000,
        length: 20,
        time: Time(16_443_825_511_234_567),
        digits: 7,
        account: "a@example.com",
        actor: Actor::Intruder,
        certainty: 0.970_000_1,
        family: Family::Audit,
        action: Action::SignIn,
        outcome: Outcome::Success,
        target: "",
        ip: "197.210.0.10",
        country: "NG",
        asn: Some(29465),
        as_org: "MTN",
        network: "mobile",
        user_agent: subject,
        app_id: "",
        app: "",
        session_id: "",
        source_format: "ual.search-csv",
        duplicate_of: (number == 2).then_some(Pointer { input: 0, number: 1 }),
    }
}

fn write(path: &Path, rows: &[EventRow<'_>]) {
    let mut writer = EventWriter::create(path).unwrap();
    for row in rows {
        writer.write(row).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn json_lines_hold_the_columns_and_leave_out_what_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let undated = EventRow { time: Time::NONE, ..row(2, "x\n=1") };
    write(&path, &[row(1, "BAV2ROPC"), undated]);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["pointer"], "i3:1");
    assert_eq!(lines[0]["time"], "2022-02-09T04:55:51.1234567Z");
    assert_eq!(lines[0]["certainty"], 0.97);
    assert!(lines[0].get("target").is_none());
    assert!(lines[1].get("time").is_none());
    assert_eq!(lines[1]["duplicate_of"], "i0:1");
    assert_eq!(lines[1]["user_agent"], "x\n=1", "JSON keeps the exact text");
    for key in lines[0].as_object().unwrap().keys() {
        assert!(COLUMNS.contains(&key.as_str()), "{key}");
    }
}

#[test]
fn csv_has_every_column_and_runs_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.csv");
    write(&path, &[row(1, "=HYPERLINK(\"http://x\")"), row(2, "a,\"b\"\nc")]);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows[0].get(19), Some("'=HYPERLINK(\"http://x\")"));
    assert_eq!(rows[1].get(19), Some("a,\"b\"\nc"));
    assert_eq!(rows[1].get(24), Some("i0:1"));
}

#[test]
fn parquet_has_typed_columns_over_several_row_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let mut writer = EventWriter::create(&path).unwrap();
    let many = 65_536 + 3;
    for number in 1..=many {
        writer.write(&row(number, "BAV2ROPC")).unwrap();
    }
    writer.finish().unwrap();
    let frame = ParquetReader::new(std::fs::File::open(&path).unwrap()).finish().unwrap();
    assert_eq!(frame.shape(), (many as usize, COLUMNS.len()));
    assert_eq!(frame.get_column_names(), COLUMNS);
    assert_eq!(frame.column("time").unwrap().dtype().to_string(), "datetime[μs, UTC]");
    assert_eq!(frame.column("asn").unwrap().u32().unwrap().get(0), Some(29465));
    assert_eq!(frame.column("record").unwrap().u32().unwrap().get(many as usize - 1), Some(many));
    assert_eq!(frame.column("member").unwrap().str().unwrap().get(0), None, "unknown is null");
}

#[test]
fn the_same_rows_give_the_same_bytes_and_no_rows_a_valid_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["e.jsonl", "e.csv", "e.parquet"] {
        let (a, b) = (folder.path().join(format!("a-{name}")), folder.path().join(format!("b-{name}")));
        let rows: Vec<EventRow<'_>> = (1..2000).map(|number| row(number, "agent")).collect();
        write(&a, &rows);
        write(&b, &rows);
        assert!(std::fs::read(&a).unwrap() == std::fs::read(&b).unwrap(), "{name}");
    }
    let empty = folder.path().join("empty.parquet");
    write(&empty, &[]);
    assert_eq!(ParquetReader::new(std::fs::File::open(&empty).unwrap()).finish().unwrap().shape(), (0, COLUMNS.len()));
}

#[test]
fn an_unknown_ending_is_refused_with_the_known_ones() {
    let error = EventWriter::create(Path::new("events.xlsx")).err().unwrap();
    assert!(error.to_string().contains(".jsonl, .csv or .parquet"), "{error}");
}
