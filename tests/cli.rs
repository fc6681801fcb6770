//! The program as its users meet it: help, results, errors and exit statuses.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn bectrace(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bectrace"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "TERM"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// Exit status, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = bectrace(arguments);
    (output.status.code().expect("an exit status"), text(&output.stdout), text(&output.stderr))
}

#[test]
fn help_and_version_are_results() {
    let (code, out, err) = run(&["--help"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("bectrace analyze exports/"), "{out}");
    let (code, out, _) = run(&["--version"]);
    assert_eq!((code, out), (0, format!("bectrace {}\n", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_usage_is_status_2_and_says_what_is_wrong() {
    for (arguments, needed) in [
        (&["analyse", "x"][..], "analyze"),
        (&["analyze"][..], "PATH"),
        (&["analyze", "x", "--assume-tz", "Berlin"][..], "Europe/Berlin"),
        (&["analyze", "x", "--from", "yesterday"][..], "2022-02-09"),
        (&["analyze", "x", "--memory", "lots"][..], "512M or 4G"),
        (&["analyze", "x", "--threads", "0"][..], "1..=1024"),
        (&["analyze", "x", "--events", "events.xlsx"][..], ".jsonl, .csv or .parquet"),
        (&["analyze", "x", "-q", "-v"][..], "cannot be used with"),
        (&["analyze", "x", "--force"][..], "--output"),
        (&["analyze", "x", "--json", "no/such/folder/r.json"][..], "its folder does not exist"),
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.starts_with("bectrace: ") && err.contains(needed), "{arguments:?}: {err}");
    }
}

#[test]
fn a_missing_path_is_status_3_with_a_hint() {
    let (code, out, err) = run(&["analyze", "no/such/folder"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.starts_with("bectrace: no/such/folder: ") && err.contains("\nhint: "), "{err}");
}

#[test]
fn evidence_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("audit.json");
    std::fs::write(&input, "[]").unwrap();
    let shown = input.to_str().unwrap();
    let (code, _, err) = run(&["analyze", folder.path().to_str().unwrap(), "--json", shown]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("part of the evidence"), "{err}");
    assert_eq!(std::fs::read_to_string(&input).unwrap(), "[]");
}

#[test]
fn a_failed_run_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    let (code, ..) = run(&["analyze", "no/such/folder", "-o", case.to_str().unwrap()]);
    assert_eq!(code, 3);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn schema_completions_man_and_licences_are_printed() {
    let (code, out, _) = run(&["schema"]);
    assert_eq!(code, 0);
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/report.schema.json");
    assert_eq!(out, std::fs::read_to_string(published).unwrap().replace("\r\n", "\n"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = run(&["completions", shell]);
        assert_eq!(code, 0);
        assert!(out.contains("analyze"), "{shell}");
    }
    let (code, out, _) = run(&["man"]);
    assert_eq!(code, 0);
    assert!(out.contains(".TH bectrace 1") && out.contains("exit\\-code"), "{out}");
    let (code, out, _) = run(&["licenses"]);
    assert_eq!(code, 0);
    assert!(out.contains("serde ") && out.contains("MIT"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_success() {
    let script = format!("{} schema | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_bectrace"));
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!((text(&output.stdout).trim(), text(&output.stderr).as_str()), ("0", ""));
}

/// The February 2022 example, which comes with the program.
fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/account-a-b-c").to_str().unwrap().to_owned()
}

/// A folder with one small audit log of ordinary acts and a file that is no export.
fn quiet_case() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let record = |n: u32| {
        format!(
            r#"{{"CreationTime":"2023-01-{:02}T09:00:00","Id":"00000000-0000-4000-8000-{n:012}","Operation":"MailItemsAccessed","OrganizationId":"11111111-2222-4333-8444-555555555555","RecordType":50,"ResultStatus":"Succeeded","UserKey":"1003","UserType":0,"Version":1,"Workload":"Exchange","UserId":"a@example.com","ClientIPAddress":"192.0.2.1","MailboxOwnerUPN":"a@example.com","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"}}]}}"#,
            1 + n % 20
        )
    };
    let records: Vec<String> = (1..30).map(record).collect();
    std::fs::write(folder.path().join("audit.json"), format!("[{}]", records.join(",\n"))).unwrap();
    folder
}

#[test]
fn json_on_standard_output_is_alone_there() {
    let (code, out, err) = run(&["analyze", &example(), "--json", "-"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let report: serde_json::Value = serde_json::from_str(&out).expect("one JSON document");
    assert_eq!(report["schema_version"], "1.0");
    let first = &report["accounts"][0];
    assert_eq!((first["verdict"].as_str(), first["compromised_at"].as_str()), (Some("compromised"), Some("2022-02-09T04:55:51Z")));
    assert!(!out.contains(env!("CARGO_MANIFEST_DIR")), "a path of the machine is in the report");
}

#[test]
fn exit_statuses_are_given_when_asked_for() {
    let quiet = quiet_case();
    let quiet_path = quiet.path().to_str().unwrap();
    assert_eq!(run(&["analyze", &example()]).0, 0);
    assert_eq!(run(&["analyze", &example(), "--exit-code"]).0, 1);
    assert_eq!(run(&["analyze", &example(), "--exit-code", "--strict"]).0, 4, "its README is no export");
    let (code, out, _) = run(&["analyze", quiet_path, "--exit-code", "--strict"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("No account looks compromised or suspicious"), "{out}");
    std::fs::write(quiet.path().join("notes.docx"), b"PK\x03\x04 no zip at all").unwrap();
    assert_eq!(run(&["analyze", quiet_path, "--exit-code", "--strict"]).0, 4);
    assert_eq!(run(&["analyze", quiet_path, "--exit-code"]).0, 0);
}

#[test]
fn no_usable_evidence_is_status_3_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().to_str().unwrap();
    for command in ["analyze", "inspect"] {
        assert_eq!(run(&[command, shown]).0, 3, "empty folder");
    }
    std::fs::write(folder.path().join("holiday.csv"), "name,days\nx,3\ny,4\n").unwrap();
    let (code, out, err) = run(&["analyze", shown]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("holiday.csv (") && err.contains("\nhint: "), "{err}");
}

#[test]
fn threads_change_no_byte_of_any_output() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = ["1", "4"].map(|threads| {
        let case = folder.path().join(threads);
        let (code, out, err) = run(&["analyze", &example(), "--threads", threads, "-o", case.to_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        let tables = ["mails-read.csv", "mails-sent.csv", "files.csv", "counterparties.csv", "plan.md", "plan.ps1"];
        let files = ["report.json", "events.parquet", "timeline.csv"].into_iter().chain(tables);
        let files: Vec<Vec<u8>> = files.map(|name| std::fs::read(case.join(name)).unwrap()).collect();
        (out, files)
    });
    let [one, four] = outputs;
    assert!(one == four);
}

#[test]
fn a_pointer_of_the_report_leads_to_the_bytes_of_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.jsonl");
    assert_eq!(run(&["events", &example(), "-o", events.to_str().unwrap()]).0, 0);
    let text = std::fs::read_to_string(&events).unwrap();
    let plain = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find(|row| row["path"].as_str().is_some_and(|path| [".gz", ".zip"].iter().all(|packed| !path.ends_with(packed))));
    let row = plain.expect("an event of a file that is not packed");
    let bytes = std::fs::read(Path::new(&example()).join(row["path"].as_str().unwrap())).unwrap();
    let number = |key: &str| usize::try_from(row[key].as_u64().unwrap()).unwrap();
    let expected = &bytes[number("offset")..number("offset") + number("length")];
    let output = bectrace(&["evidence", row["pointer"].as_str().unwrap(), &example(), "--raw"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == expected, "{row}");
    let (code, out, _) = run(&["evidence", row["pointer"].as_str().unwrap(), &example()]);
    assert_eq!(code, 0);
    assert!(out.contains("sha256   ") && out.contains(row["path"].as_str().unwrap()), "{out}");
    let (code, _, err) = run(&["evidence", "i99:1", &example()]);
    assert_eq!(code, 3, "{err}");
    assert_eq!(run(&["evidence", "x:1", &example()]).0, 2);
}

#[test]
fn a_folder_of_results_is_not_replaced_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let quiet = quiet_case();
    let arguments = ["analyze", quiet.path().to_str().unwrap(), "-o", folder.path().to_str().unwrap()];
    assert_eq!(run(&arguments).0, 0);
    let (code, _, err) = run(&arguments);
    assert_eq!(code, 2);
    assert!(err.contains("not empty") && err.contains("--force"), "{err}");
    assert_eq!(run(&[&arguments[..], &["--force"]].concat()).0, 0);
}

#[test]
fn a_scope_narrows_what_is_shown_and_not_the_verdict() {
    let whole: serde_json::Value = serde_json::from_str(&run(&["analyze", &example(), "--json", "-"]).1).unwrap();
    let name = whole["accounts"][1]["account"].as_str().unwrap();
    let one: serde_json::Value =
        serde_json::from_str(&run(&["analyze", &example(), "--json", "-", "--account", name, "--from", "2022-02-09"]).1).unwrap();
    assert_eq!(one["accounts"].as_array().map(Vec::len), Some(1));
    assert_eq!(one["accounts"][0]["score_db"], whole["accounts"][1]["score_db"]);
    assert!(one["timeline"].as_array().unwrap().iter().all(|row| row["account"] == name));
}

#[test]
fn addresses_detections_and_configuration_are_explained() {
    let (code, out, _) = run(&["ip", "197.210.84.37"]);
    assert!(code == 0 && out.contains("Nigeria"), "{out}");
    assert_eq!(run(&["ip", "localhost"]).0, 2);
    let (code, out, _) = run(&["detections"]);
    assert!(code == 0 && out.contains("inbox-rule-hides-mail"), "{out}");
    let (code, out, _) = run(&["detections", "mail-burst"]);
    assert!(code == 0 && out.contains("When it is innocent"), "{out}");
    let (code, _, err) = run(&["detections", "inbox-rule"]);
    assert!(code == 2 && err.contains("did you mean inbox-rule-"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bectrace.toml");
    std::fs::write(&file, run(&["config"]).1).unwrap();
    let (code, out, err) = run(&["config", "--config", file.to_str().unwrap()]);
    assert_eq!((code, err.as_str()), (0, ""), "what it prints can be read back");
    assert!(out.contains("[thresholds.mail-burst]"), "{out}");
    std::fs::write(&file, "[tenant]\nown_domain = []\n").unwrap();
    let (code, _, err) = run(&["config", "--config", file.to_str().unwrap()]);
    assert!(code == 2 && err.contains("own_domain"), "{err}");
}

#[test]
fn a_file_that_is_no_database_is_wrong_usage() {
    let (code, _, err) = run(&["analyze", &example(), "--geoip", &format!("{}/README.md", example())]);
    assert_eq!(code, 2);
    assert!(err.contains("README.md") && err.contains("\nhint: "), "{err}");
}

#[cfg(unix)]
#[test]
fn hostile_names_of_files_do_not_reach_the_terminal() {
    let quiet = quiet_case();
    let odd = "a\u{1b}[2Jb.csv";
    std::fs::write(quiet.path().join(odd), "name,days\nx,3\n").unwrap();
    for command in ["analyze", "inspect"] {
        let (_, out, err) = run(&[command, quiet.path().to_str().unwrap()]);
        assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'), "{command}: {out}{err}");
        assert!(out.contains("a\\u{1b}[2Jb.csv"), "{command}: {out}");
    }
}

/// Accounts that the screen and page may be narrowed to: a name that nobody has is no silent all-clear.
#[test]
fn a_scope_that_fits_nothing_is_wrong_usage_and_one_that_fits_is_said_everywhere() {
    let path = format!("{}/examples/account-a-b-c", env!("CARGO_MANIFEST_DIR"));
    let (code, out, err) = run(&["analyze", &path, "-q", "--exit-code", "--account", "a.arche"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("no such account") && err.contains("did you mean a.archer@"), "{err}");
    let (code, _, err) = run(&["analyze", &path, "-q", "--from", "2022-02-10", "--to", "2022-02-09"]);
    assert_eq!(code, 2);
    assert!(err.contains("is later than --to"), "{err}");
    let (code, out, _) = run(&["analyze", &path, "-q", "--account", "a.archer"]);
    assert_eq!(code, 0);
    assert!(out.contains("Shown: only a.archer@") && out.contains("not shown: leave out --account"), "{out}");
    let (_, out, _) = run(&["analyze", &path, "-q", "--from", "2031-01-01"]);
    assert!(out.contains("No record of these exports lies in that time."), "{out}");
    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("report");
    run(&["analyze", &path, "-q", "--account", "a.archer", "-o", &into.to_string_lossy()]);
    for (file, words) in [
        ("report.json", "\"narrowed\""),
        ("report.html", "Shown: only a.archer@"),
        ("plan.md", "Made with --account"),
        ("plan.ps1", "# Made with --account"),
    ] {
        let written = std::fs::read_to_string(into.join(file)).expect("it is written");
        assert!(written.contains(words), "{file}");
    }
}
