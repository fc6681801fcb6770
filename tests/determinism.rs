//! The same evidence gives the same bytes: whatever the threads, the memory, and the folder's history.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Evidence, command, finish, gzip, record, root, text, zip};
use std::path::{Path, PathBuf};

/// Files below a folder, with their bytes, in the order of their paths.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.push((name, std::fs::read(entry).unwrap()));
        }
    }
    found.sort();
    found
}

/// Two examples, and what lies around in folders of responders: copies, a cut file, an archive, notes.
fn mixed() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for example in ["account-a-b-c", "mfa-fatigue"] {
        let folder = root().join("examples").join(example);
        all.extend(files(&folder).into_iter().map(|(name, bytes)| (format!("{example}/{name}"), bytes)));
    }
    let named = |end: &str| all.iter().find(|(name, _)| name.ends_with(end)).map(|(_, bytes)| bytes.clone()).unwrap();
    let (audit, sign_ins, rules) = (named("AuditRecords.csv.gz"), named("signIns_interactive.json"), named("InboxRules.csv"));
    all.push(("copies/audit again.csv.gz".to_owned(), audit.clone()));
    all.push(("copies/cut.csv.gz".to_owned(), audit[..audit.len() / 3].to_vec()));
    all.push(("copies/cut.json".to_owned(), sign_ins[..sign_ins.len() / 2].to_vec()));
    all.push((
        "copies/packed.zip".to_owned(),
        zip(&[("b/rules.csv", &rules), ("a/signIns.json.gz", &gzip(&sign_ins)), ("notes.txt", b"hello")]),
    ));
    all.push(("notes.docx".to_owned(), b"PK\x03\x04 broken".to_vec()));
    all
}

/// Everything that a run says and writes: the screen, and each file.
fn results(parent: &Path, more: &[&str]) -> Vec<(String, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let (folder, events) = (out.path().join("results"), out.path().join("events.jsonl"));
    let arguments = ["analyze", "evidence", "-q", "-o", text(&folder), "--events", text(&events)];
    let run = finish(command(&[&arguments, more].concat()).current_dir(parent));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let mut all = files(out.path());
    assert_eq!(all.len(), 11, "report, page, events twice, timeline, four tables of what was taken, plan twice");
    all.push(("the screen".to_owned(), run.out.into_bytes()));
    all
}

fn same(one: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)], what: &str) {
    for ((name, a), (_, b)) in one.iter().zip(other) {
        let lines = a.split(|byte| *byte == b'\n').zip(b.split(|byte| *byte == b'\n'));
        let first = lines.into_iter().find(|(a, b)| a != b).map(|(a, b)| (String::from_utf8_lossy(a), String::from_utf8_lossy(b)));
        assert!(a == b, "{name} differs {what}: {first:?}");
    }
}

fn place(files: &[(String, Vec<u8>)]) -> (Evidence, PathBuf) {
    let evidence = Evidence::new();
    for (name, bytes) in files {
        evidence.put(name, bytes);
    }
    let parent = evidence.path().parent().unwrap().to_owned();
    (evidence, parent)
}

fn holds(mut files: Vec<(String, Vec<u8>)>) {
    let (first, parent) = place(&files);
    let expected = results(&parent, &["--threads", "1"]);
    for more in [&["--threads", "2"][..], &["--threads", "7"], &["--threads", "3", "--memory", "1M"], &["--memory", "8G"], &[]] {
        same(&expected, &results(&parent, more), &format!("with {more:?}"));
    }
    drop(first);
    files.reverse();
    let (_second, parent) = place(&files);
    same(&expected, &results(&parent, &["--threads", "7"]), "elsewhere, with the files made in another order");
}

#[test]
fn an_example_gives_the_same_bytes_each_time() {
    holds(files(&root().join("examples/account-a-b-c")));
}

/// Records of three formats in one file, in stretches and in turn, over several blocks of any size.
#[test]
fn a_file_of_several_formats_gives_the_same_bytes_each_time() {
    let wrapped = |n: u32| {
        let audit = serde_json::to_string(&record(n)).unwrap();
        format!("{{\"RecordType\":50,\"CreationDate\":\"2023-01-02T09:00:00\",\"UserIds\":\"a@example.com\",\"AuditData\":{audit}}}")
    };
    let sign_in = |n: u32| {
        format!(
            "{{\"id\":\"00000000-0000-4000-9000-{n:012}\",\"createdDateTime\":\"2023-01-03T10:{:02}:00Z\",\"userPrincipalName\":\"a@example.com\",\
             \"userId\":\"11111111-0000-4000-8000-000000000001\",\"appDisplayName\":\"Office\",\"correlationId\":\"x\",\"appId\":\"x\",\"ipAddress\":\"192.0.2.7\",\
             \"clientAppUsed\":\"Browser\",\"conditionalAccessStatus\":\"success\",\"isInteractive\":true,\"status\":{{\"errorCode\":0}}}}",
            n % 60
        )
    };
    let line = |n: u32| match (n / 1000 % 2, n % 4) {
        (0, 0) | (1, 1) => wrapped(n),
        (0, 1) | (1, 3) => sign_in(n),
        (_, 2) => format!("{{\"message\":{}}}", serde_json::to_string(&record(n)).unwrap()),
        _ => record(n),
    };
    let text = (0..4000).map(|n| line(n) + "\n").collect::<String>();
    assert!(text.len() > 3 << 19, "{}", text.len());
    holds(vec![("mixed.ndjson".to_owned(), text.into_bytes())]);
}

#[test]
fn a_mixed_folder_gives_the_same_bytes_each_time() {
    holds(mixed());
}
