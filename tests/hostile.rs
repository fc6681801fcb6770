//! Damaged and hostile evidence: said clearly, nothing lost, no panic, the other files still read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Evidence, HEADER, array, gzip, input, nasty, noticed, record, refusal, rejected, row, run, table, text, utf16, zip};
use serde_json::Value;

/// A folder with one good file of ten records: whatever else is in it, these must come out.
fn with_good() -> Evidence {
    let evidence = Evidence::new();
    evidence.put("good.json", array(10));
    evidence
}

fn good_is_read(report: &Value) {
    assert_eq!(input(report, "good.json")["records"], 10, "{}", report["refused"]);
}

#[test]
fn nothing_to_read_is_status_3_and_says_why() {
    let empty = Evidence::new();
    let prose = Evidence::new();
    prose.put("notes/readme.txt", "hello\n");
    let zero = Evidence::new();
    zero.put("audit.csv", "");
    let deep = Evidence::new();
    deep.put("deep.json", "[".repeat(2_000_000));
    for (evidence, needed) in [
        (&empty, "there is no file"),
        (&prose, "notes/readme.txt (plain text"),
        (&zero, "audit.csv (an empty file: nothing was exported)"),
        (&deep, "deep.json (JSON nested deeper than 128 levels"),
    ] {
        let folder = evidence.path();
        for command in ["analyze", "inspect"] {
            let run = run(&[command, text(&folder)]);
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{command}: {}", run.err);
            assert!(run.err.contains(needed) && run.err.contains("\nhint: "), "{command}: {}", run.err);
        }
    }
    let run = run(&["events", text(&empty.beside("gone")), "-o", text(&empty.beside("e.jsonl"))]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("gone: ") && !empty.beside("e.jsonl").exists(), "{}", run.err);
}

#[test]
fn an_export_without_records_is_an_input_that_says_so() {
    let evidence = with_good();
    evidence.put("none.csv", "CreationDate,UserIds,Operations,AuditData\n");
    evidence.put("list.json", "[]");
    evidence.put("page.json", r#"{"value":[]}"#);
    let report = evidence.analyse(&[]).1;
    good_is_read(&report);
    let none = input(&report, "none.csv");
    assert_eq!((&none["records"], &none["events"], &none["notices"][0]["code"]), (&0.into(), &0.into(), &"no-records".into()), "{none}");
    for name in ["list.json", "page.json"] {
        let refused = report["refused"].as_array().unwrap().iter().find(|file| file["path"] == name);
        let reason = refused.unwrap()["reason"].as_str().unwrap();
        assert!(reason.starts_with("no records in it"), "{name}: {reason}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let evidence = with_good();
    evidence.put("locked.json", array(3));
    let locked = evidence.path().join("locked.json");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&locked).is_ok() {
        return; // The super-user may read everything.
    }
    let (run, report) = evidence.analyse(&["--strict"]);
    assert_eq!(run.code, 4);
    assert!(refusal(&report, "locked.json").contains("cannot be read"), "{report}");
    assert!(run.out.contains("locked.json"), "{}", run.out);
    good_is_read(&report);
}

#[test]
fn a_table_cut_anywhere_in_its_last_cell_keeps_its_rows_and_says_that_it_is_cut() {
    let whole = table(10);
    // Inside a word, behind a doubled quote, and between the halves of one.
    let halved = whole.rfind("\"\"Bind").unwrap() + 1;
    for cut in [whole.len() - 60, halved + 1, halved] {
        let evidence = Evidence::new();
        evidence.put("audit.csv", &whole[..cut]);
        let (run, report) = evidence.analyse(&["--strict"]);
        let input = input(&report, "audit.csv");
        assert_eq!(input["records"], 10, "{cut}");
        assert!(noticed(input, "cut-off"), "{cut}: {input}");
        assert_eq!(run.code, 4, "it is damaged");
        assert!(run.out.contains("ends inside a record"), "{}", run.out);
        assert_eq!(evidence.analyse(&[]).0.code, 0, "without --strict it is analysed all the same");
    }
    let evidence = Evidence::new();
    evidence.put("audit.csv", whole.trim_end());
    assert_eq!(evidence.analyse(&["--strict"]).0.code, 0, "only the last line end is missing");
}

#[test]
fn json_cut_in_the_middle_keeps_the_whole_records() {
    let evidence = Evidence::new();
    let whole = array(10);
    evidence.put("audit.json", &whole[..whole.len() - 100]);
    let (run, report) = evidence.analyse(&["--strict"]);
    let input = input(&report, "audit.json");
    assert_eq!((input["records"].as_u64(), input["events"].as_u64(), rejected(input, "truncated-record")), (Some(10), Some(9), 1));
    assert!(noticed(input, "cut-off"), "{input}");
    assert_eq!(run.code, 4);
    assert!(run.out.contains("audit.json"), "{}", run.out);
}

#[test]
fn a_file_of_which_nothing_can_be_read_says_why() {
    let evidence = with_good();
    evidence.put("error.json", r#"{"error":{"code":"InvalidAuthenticationToken","message":"expired"}}"#);
    evidence.put("cut.json", &record(1)[..100]);
    evidence.put("zeros.csv", vec![0; 70_000]);
    evidence.put("part2.csv", format!("{}\r\n{}\r\n", row(1), row(2)));
    let (run, report) = evidence.analyse(&[]);
    good_is_read(&report);
    for (name, words) in [
        ("error.json", "an error message of the service"),
        ("cut.json", "cut off inside its first record"),
        ("zeros.csv", "nothing but blanks or zero bytes"),
        ("part2.csv", "a table without a header line, such as a later part"),
    ] {
        assert!(refusal(&report, name).contains(words), "{name}: {}", refusal(&report, name));
        assert!(run.out.contains(name), "{name}: {}", run.out);
    }
}

#[test]
fn a_format_that_takes_what_others_leave_does_not_swallow_the_rest_of_a_file() {
    let evidence = Evidence::new();
    let logon = |n: u32| {
        format!(
            r#"{{"time":"2024-10-03T11:2{n}:00Z","category":"AdvancedHunting-IdentityLogonEvents","properties":{{"Timestamp":"2024-10-03T11:2{n}:00Z","ActionType":"LogonSuccess","LogonType":"OAuth2:Token","Protocol":"","AccountUpn":"a@example.com","IPAddress":"192.0.2.{n}","Application":"Microsoft 365","ReportId":"r{n}","TargetAccountUpn":""}}}}"#
        )
    };
    let device = r#"{"time":"2024-10-03T11:00:00Z","category":"AdvancedHunting-DeviceEvents","properties":{"ActionType":"x","InitiatingProcessFileName":"y.exe"}}"#;
    evidence.put("stream.ndjson", format!("{device}\n{}\n{}\n{device}\n", logon(1), logon(2)));
    let (_, report) = evidence.analyse(&[]);
    let input = input(&report, "stream.ndjson");
    assert_eq!((&input["records"], &input["events"]), (&4.into(), &2.into()), "{input}");
}

#[test]
fn a_table_of_which_no_row_can_be_read_still_says_what_it_is() {
    let evidence = with_good();
    evidence.put("audit.csv", format!("{HEADER}{}", ",,,,\r\n".repeat(5)));
    let (_, report) = evidence.analyse(&[]);
    let input = input(&report, "audit.csv");
    assert_eq!((input["format"].as_str(), rejected(input, "audit-data-unreadable")), (Some("ual.search"), 5), "{input}");
}

#[test]
fn a_packed_file_cut_off_gives_what_comes_before() {
    let evidence = Evidence::new();
    let records: Vec<String> = (1..=3000).map(record).collect();
    let packed = gzip(records.join("\n").as_bytes());
    evidence.put("audit.json.gz", &packed[..packed.len() / 2]);
    let (run, report) = evidence.analyse(&["--strict"]);
    let input = input(&report, "audit.json.gz");
    assert!(input["events"].as_u64().is_some_and(|events| events > 100), "{input}");
    assert_eq!(rejected(input, "truncated-stream"), 1, "{input}");
    assert_eq!(run.code, 4);
}

#[test]
fn garbage_under_the_name_of_an_export_is_refused() {
    let evidence = with_good();
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(300_000)
    .collect();
    evidence
        .put("audit.csv", &noise)
        .put("packed.gz", [&[0x1f, 0x8b, 8, 0][..], &noise[..]].concat())
        .put("broken.zip", b"PK\x03\x04 no zip");
    let (run, report) = evidence.analyse(&["--strict"]);
    good_is_read(&report);
    for name in ["audit.csv", "packed.gz", "broken.zip"] {
        assert!(!refusal(&report, name).is_empty() && run.out.contains(name), "{name}: {}", run.out);
    }
    assert_eq!(run.code, 4);
}

#[test]
fn results_of_an_earlier_run_are_no_evidence() {
    let earlier = nasty("=1+1", "=2+2", "x");
    let (results, csv, lines) = (earlier.beside("results"), earlier.beside("results/events.csv"), earlier.beside("events.jsonl"));
    assert_eq!(earlier.analyse(&["-o", text(&results), "--events", text(&lines)]).0.code, 0);
    assert_eq!(earlier.analyse(&["--events", text(&csv)]).0.code, 0);
    std::fs::rename(&lines, results.join("events.jsonl")).unwrap();
    let evidence = with_good();
    for file in std::fs::read_dir(&results).unwrap().map(|file| file.unwrap()) {
        let name = file.file_name().into_string().unwrap();
        evidence.put(&name, std::fs::read(file.path()).unwrap());
    }
    evidence.put("utf16/events.csv", utf16(&std::fs::read_to_string(&csv).unwrap()));
    evidence.put("none/timeline.csv", std::fs::read_to_string(results.join("timeline.csv")).unwrap().lines().next().unwrap());
    let (run, report) = evidence.analyse(&[]);
    good_is_read(&report);
    assert_eq!(common::paths(&report), ["good.json"]);
    for (name, what) in [
        ("events.csv", "a bectrace events file, a result"),
        ("utf16/events.csv", "a bectrace events file, a result"),
        ("events.jsonl", "a bectrace events file, a result"),
        ("events.parquet", "such as a bectrace events file"),
        ("report.json", "a bectrace report, a result"),
        ("timeline.csv", "a bectrace timeline, a result"),
        ("none/timeline.csv", "a bectrace timeline, a result"),
        ("mails-read.csv", "a bectrace table of what was seen and taken, a result"),
        ("mails-sent.csv", "a bectrace table of what was seen and taken, a result"),
        ("files.csv", "a bectrace table of what was seen and taken, a result"),
        ("counterparties.csv", "a bectrace list of people to notify, a result"),
    ] {
        let reason = refusal(&report, name);
        assert!(reason.contains(what) && reason.contains("give the exports that it was made from"), "{name}: {reason}");
    }
    assert!(
        run.out.contains("14 files are no export: counterparties.csv (a bectrace list of people to notify, a result and no evidence"),
        "{}",
        run.out
    );
    let only = common::run(&["analyze", text(&lines.with_file_name("results").join("events.jsonl"))]);
    assert_eq!(only.code, 3);
    assert!(only.err.contains("a bectrace events file"), "{}", only.err);
}

/// Bytes that unpack to `times` times `bytes`: gzip members one behind the other are one stream.
fn bomb(head: &str, bytes: &[u8], times: usize) -> Vec<u8> {
    [gzip(head.as_bytes()), gzip(bytes).repeat(times)].concat()
}

#[test]
fn gzip_bombs_end_at_a_bound_and_say_so() {
    let evidence = with_good();
    let mib = 1 << 20;
    evidence.put("zeros.csv.gz", bomb("", &vec![0; 64 * mib], 16));
    evidence.put("table-of-zeros.csv.gz", bomb(&table(2), &vec![0; 64 * mib], 16));
    evidence.put("lines.csv.gz", bomb(&table(3), &vec![b'\n'; 64 * mib], 16));
    let wide = format!("2023-01-02T09:00:00,a@example.com,Send,2,{}\r\n", " ".repeat(64_000));
    evidence.put("rows.csv.gz", bomb(&table(4), &wide.as_bytes().repeat(16), 1024));
    evidence.put("quote.csv.gz", bomb(&format!("{}2023-01-02T09:00:00,\"", table(5)), &vec![b'x'; 64 * mib], 16));
    evidence.put("brackets.json.gz", bomb(&format!("[{},", record(6)), &vec![b'['; 64 * mib], 16));
    let (run, report) = evidence.analyse(&["--strict"]);
    good_is_read(&report);
    assert!(!refusal(&report, "zeros.csv.gz").is_empty());
    for (name, first) in
        [("table-of-zeros.csv.gz", 2), ("lines.csv.gz", 3), ("rows.csv.gz", 4), ("quote.csv.gz", 5), ("brackets.json.gz", 1)]
    {
        let input = input(&report, name);
        let told = input["events"].as_u64().unwrap() + input["duplicates"].as_u64().unwrap();
        assert!(told >= first, "the records before the bomb: {input}");
        assert_eq!(rejected(input, "limit-reached"), 1, "{input}");
        assert!(noticed(input, "limit-reached"), "{input}");
    }
    assert_eq!(run.code, 4);
    assert!(run.out.contains("lines.csv.gz"), "{}", run.out);
}

#[test]
fn a_record_of_100_megabytes_is_rejected_alone() {
    let evidence = Evidence::new();
    let long = "x".repeat(100_000_000);
    evidence.put("a.csv", format!("{}2023-01-02T09:00:00,{long}\r\n{}\r\n", table(1), row(2)));
    evidence.put("b.json", format!("[{},{{\"CreationTime\":\"{long}\"}},\n{}]", record(1), record(3)));
    evidence.put("c.json", format!("{}\n{{\"CreationTime\":\"{long}\"}}\n{}\n", record(1), record(4)));
    evidence.put("d.csv", &long);
    let (_, report) = evidence.analyse(&[]);
    for name in ["a.csv", "b.json", "c.json"] {
        let input = input(&report, name);
        assert_eq!(input["records"], 3, "{input}");
        assert_eq!(rejected(input, "record-too-long") + rejected(input, "limit-reached"), 1, "{input}");
    }
    assert!(refusal(&report, "d.csv").contains("plain text"), "{report}");
}

#[test]
fn stretches_of_nul_bytes_cost_no_record() {
    let evidence = Evidence::new();
    let hole = "\0".repeat(40_000);
    evidence.put("a.csv", format!("{}{hole}\r\n{}\r\n", table(2), row(3)));
    evidence.put("b.json", format!("{}{hole}", array(4)));
    evidence.put("c.json", array(5).replace("MailItems", "Mail\0Items"));
    evidence.put("d.csv", format!("{HEADER}{hole}\r\n{}\r\n", row(6)));
    let (_, report) = evidence.analyse(&[]);
    for (name, known) in [("a.csv", 3), ("b.json", 4), ("c.json", 5), ("d.csv", 1)] {
        let input = input(&report, name);
        let told = input["events"].as_u64().unwrap() + input["duplicates"].as_u64().unwrap();
        assert_eq!(told, known, "{input}");
    }
    assert_eq!(rejected(input(&report, "a.csv"), "undecodable"), 1);
}

#[test]
fn nesting_two_million_deep_is_rejected_alone() {
    let evidence = with_good();
    let (open, close) = ("{\"a\":".repeat(2_000_000), "}".repeat(2_000_000));
    evidence.put("element.json", format!("[{},\n{open}1{close},\n{}]", record(11), record(12)));
    evidence.put("open.json", format!("[{},\n{}", record(13), "[".repeat(2_000_000)));
    let cell = "{\"\"a\"\":".repeat(200_000);
    evidence.put("cell.csv", format!("{}2023-01-02T09:00:00,a@example.com,Send,2,\"{cell}\"\r\n{}\r\n", table(1), row(14)));
    let (_, report) = evidence.analyse(&[]);
    good_is_read(&report);
    let element = input(&report, "element.json");
    assert_eq!((element["events"].as_u64(), rejected(element, "nesting-too-deep")), (Some(2), 1), "{element}");
    assert_eq!(rejected(input(&report, "open.json"), "nesting-too-deep"), 1, "{report}");
    assert_eq!(input(&report, "cell.csv")["records"], 3);
}

#[test]
fn names_inside_archives_create_nothing_and_command_nothing() {
    let evidence = Evidence::new();
    let one = |n| format!("[{}]", record(n));
    let (a, b, c) = (array(3), one(4), one(5));
    evidence.put(
        "exports.zip",
        zip(&[
            ("../../evil.json", a.as_bytes()),
            ("/evil.json", b.as_bytes()),
            ("C:\\x\u{202e}\u{1b}[2J.json", c.as_bytes()),
            ("../notes.txt", b"hello"),
        ]),
    );
    let (run, report) = evidence.analyse(&[]);
    let members: Vec<_> = report["inputs"].as_array().unwrap().iter().map(|input| input["member"].as_str().unwrap()).collect();
    assert_eq!(members.len(), 3);
    assert_eq!(members[0], "../../evil.json", "{}", run.out);
    assert!(refusal(&report, "exports.zip > ../notes.txt").contains("plain text"));
    assert!(!evidence.beside("evil.json").exists() && !evidence.path().join("evil.json").exists());
    assert_eq!(std::fs::read_dir(evidence.path()).unwrap().count(), 1, "nothing is written beside the evidence");
    let folder = evidence.path();
    let inspected = common::run(&["inspect", text(&folder)]);
    assert!(inspected.out.contains("../../evil.json"), "{}", inspected.out);
}

#[test]
fn what_an_intruder_wrote_is_exact_in_json_and_harmless_elsewhere() {
    let escape = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gpj";
    let (rule, app, subject) = (format!("=1+1{escape}"), "=cmd|' /C calc'!A0", format!("{escape}=2+2"));
    let evidence = nasty(&rule, app, &subject);
    let (csv, json, results) = (evidence.beside("events.csv"), evidence.beside("events.jsonl"), evidence.beside("results"));
    let (run, report) = evidence.analyse(&["--events", text(&csv), "-o", text(&results)]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("\"=1+1\\u{1b}[2J"), "shown by number, not left out: {}", run.out);
    let exact = report.to_string();
    assert!(
        exact.contains(&Value::from(rule.as_str()).to_string().trim_matches('"').replace('"', "\\\"")),
        "the rule's name is exact in JSON"
    );
    assert!(exact.contains("\\u001b[2J"), "and so is the subject");
    let folder = evidence.path();
    assert_eq!(common::run(&["events", text(&folder), "-o", text(&json)]).code, 0);
    let rows = std::fs::read_to_string(&json).unwrap();
    assert!(rows.lines().all(|row| serde_json::from_str::<Value>(row).is_ok()));
    assert!(rows.contains(app), "the application's name is exact in JSON");
    let tables = ["timeline.csv", "mails-read.csv", "mails-sent.csv", "counterparties.csv"].map(|name| results.join(name));
    for file in std::iter::once(csv).chain(tables) {
        let (mut cells, mut disarmed) = (0, 0);
        for line in csv::ReaderBuilder::new().flexible(true).has_headers(false).from_path(&file).unwrap().records() {
            for cell in &line.unwrap() {
                cells += 1;
                disarmed += usize::from(cell.starts_with("'="));
                let first = cell.chars().next().unwrap_or('x');
                assert!(!"=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}".contains(first), "{}: {cell:?}", file.display());
            }
        }
        assert!(cells > 100, "{}", file.display());
        assert!(disarmed > 0 || file.starts_with(&results), "{}", file.display());
    }
    let script = std::fs::read_to_string(results.join("plan.ps1")).unwrap();
    assert!(script.is_ascii() && !script.chars().any(|c| c.is_control() && c != '\n'), "the script is plain text whatever names are in it");
    assert!(script.contains("-ceq ('' + '=1+1' + (-join [char[]](0x1B)) + '[2J'"), "and has the rule's name exactly");
    let page = std::fs::read_to_string(results.join("plan.md")).unwrap();
    assert!(page.contains("\\u{1b}[2J") && !page.contains('\u{1b}') && !page.contains('\u{202e}'));
}

#[test]
fn a_rule_named_like_a_command_is_a_text_in_the_plan() {
    let evidence = nasty("'; Remove-Mailbox victim; '", "$(calc)", "x");
    let results = evidence.beside("results");
    assert_eq!(evidence.analyse(&["-o", text(&results)]).0.code, 0);
    let script = std::fs::read_to_string(results.join("plan.ps1")).unwrap();
    let written = "'''; Remove-Mailbox victim; '''";
    assert!(script.contains(&format!("-ceq {written}")), "{script}");
    assert!(script.contains("$(calc)"), "the application's name is told");
}
