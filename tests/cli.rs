//! The program as its users meet it: help, results, errors and exit statuses.

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
