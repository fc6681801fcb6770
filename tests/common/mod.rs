//! What the tests of the whole program share: running it, its report, and made-up evidence.
#![allow(dead_code, reason = "each test file uses a part of it")]

use serde_json::Value;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run of the program came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program with these arguments, in a surrounding that decides nothing.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bectrace"));
    for name in ["CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "TERM"] {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1").current_dir(root()).args(arguments).stdin(Stdio::null());
    command
}

/// Runs the program. No input may make it panic, and nothing that it says may command a terminal.
pub fn run(arguments: &[&str]) -> Run {
    finish(&mut command(arguments))
}

/// As [`run`], for a prepared command.
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    for said in [&out, &err] {
        assert!(!said.chars().any(commands_a_terminal), "a character that commands a terminal: {said:?}");
    }
    Run { code: output.status.code().expect("an exit status"), out, err }
}

fn commands_a_terminal(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{200b}')
}

/// The folder of the package.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where the larger shared material lies, if it does.
pub fn shared(part: &str) -> Option<PathBuf> {
    let found = ["../shared", "../../shared"].map(|up| root().join(up).join(part)).into_iter().find(|path| path.is_dir());
    if found.is_none() {
        // Said and not failed: the material is not part of the repository.
        let _ = writeln!(std::io::stderr(), "skipped: there is no folder ../shared/{part}");
    }
    found
}

/// Text of a path.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A folder of evidence under construction.
pub struct Evidence {
    folder: TempDir,
}

impl Evidence {
    /// An empty folder.
    pub fn new() -> Evidence {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("evidence")).expect("a folder");
        Evidence { folder }
    }

    /// The folder that the program is given.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("evidence")
    }

    /// A place beside the evidence, for results.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a file, with its folders.
    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Evidence {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
        self
    }

    /// Analyses it, with more arguments; the report must balance.
    pub fn analyse(&self, more: &[&str]) -> (Run, Value) {
        let json = self.beside("report.json");
        let folder = self.path();
        let run = run(&[&["analyze", text(&folder), "--json", text(&json), "-q"], more].concat());
        let report = std::fs::read(&json).unwrap_or_else(|_| panic!("no report; status {}: {}", run.code, run.err));
        let report = serde_json::from_slice(&report).expect("the report is JSON");
        balanced(&report);
        (run, report)
    }
}

/// Every record of every input has exactly one fate.
pub fn balanced(report: &Value) {
    for input in report["inputs"].as_array().expect("inputs") {
        let count = |key: &str| input[key].as_u64().unwrap_or(0);
        let sum = |key: &str| input[key].as_array().into_iter().flatten().map(|one| one["count"].as_u64().unwrap_or(0)).sum::<u64>();
        let fates = count("events") + count("states") + count("duplicates") + sum("ignored") + sum("rejected");
        assert_eq!(count("records"), fates, "{input}");
    }
}

/// The input with this path.
pub fn input<'r>(report: &'r Value, path: &str) -> &'r Value {
    let inputs = report["inputs"].as_array().expect("inputs");
    inputs
        .iter()
        .find(|input| input["path"] == path)
        .unwrap_or_else(|| panic!("no input {path}: {:?}, {}", paths(report), report["refused"]))
}

/// Paths of the inputs that were read.
pub fn paths(report: &Value) -> Vec<&str> {
    report["inputs"].as_array().into_iter().flatten().filter_map(|input| input["path"].as_str()).collect()
}

/// Why a file was refused.
pub fn refusal<'r>(report: &'r Value, path: &str) -> &'r str {
    let mut refused = report["refused"].as_array().into_iter().flatten();
    refused.find(|one| one["path"] == path).and_then(|one| one["reason"].as_str()).unwrap_or_else(|| panic!("{path} was not refused"))
}

/// How many records of an input were rejected for a reason.
pub fn rejected(input: &Value, reason: &str) -> u64 {
    let mut all = input["rejected"].as_array().into_iter().flatten();
    all.find(|one| one["reason"] == reason).and_then(|one| one["count"].as_u64()).unwrap_or(0)
}

/// Whether an input has a notice.
pub fn noticed(input: &Value, code: &str) -> bool {
    input["notices"].as_array().into_iter().flatten().any(|one| one["code"] == code)
}

/// An audit record of an ordinary act, number `n`.
pub fn record(n: u32) -> String {
    format!(
        r#"{{"CreationTime":"2023-01-{:02}T09:00:00","Id":"00000000-0000-4000-8000-{n:012}","Operation":"MailItemsAccessed","OrganizationId":"11111111-2222-4333-8444-555555555555","RecordType":50,"ResultStatus":"Succeeded","UserKey":"1003","UserType":0,"Version":1,"Workload":"Exchange","UserId":"a@example.com","ClientIPAddress":"192.0.2.1","MailboxOwnerUPN":"a@example.com","OperationProperties":[{{"Name":"MailAccessType","Value":"Bind"}}]}}"#,
        1 + n % 20
    )
}

/// The records from 1 to `last` as one array, an element a line.
pub fn array(last: u32) -> String {
    let records: Vec<String> = (1..=last).map(record).collect();
    format!("[{}]", records.join(",\n"))
}

/// Header of the audit log as the cmdlet exports it.
pub const HEADER: &str = "CreationDate,UserIds,Operations,RecordType,AuditData\r\n";

/// The row of a record under [`HEADER`], without its line end.
pub fn row(n: u32) -> String {
    format!("2023-01-{:02}T09:00:00,a@example.com,MailItemsAccessed,50,\"{}\"", 1 + n % 20, record(n).replace('"', "\"\""))
}

/// The rows from 1 to `last` under [`HEADER`].
pub fn table(last: u32) -> String {
    let rows: Vec<String> = (1..=last).map(|n| row(n) + "\r\n").collect();
    format!("{HEADER}{}", rows.concat())
}

/// Bytes as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("packing");
    encoder.finish().expect("packing")
}

/// A zip archive of these members.
pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, bytes) in members {
        writer.start_file(*name, options).expect("a member");
        writer.write_all(bytes).expect("packing");
    }
    writer.finish().expect("packing").into_inner()
}

/// Text as UTF-16, little endian, with its mark.
pub fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Unpacks a file of an example.
fn unpacked(path: &str) -> String {
    let mut text = String::new();
    let packed = std::fs::read(root().join("examples").join(path)).expect("an example");
    flate2::read::MultiGzDecoder::new(&packed[..]).read_to_string(&mut text).expect("an example");
    text
}

/// The incident of February 2022, had the intruder named his rule, application and mails with intent.
pub fn nasty(rule: &str, app: &str, subject: &str) -> Evidence {
    let evidence = Evidence::new();
    let quoted = |text: &str| Value::from(text).to_string().trim_matches('"').replace('"', "\"\"");
    let audit = unpacked("account-a-b-c/audit/AuditRecords.csv.gz");
    let renamed = audit.replace(r#"""Name"",""Value"":"".""#, &format!(r#"""Name"",""Value"":""{}""#, quoted(rule))).replace("Spike", app);
    assert_ne!(audit, renamed);
    let trace = unpacked("account-a-b-c/mail/MessageTraceV2.csv.gz");
    let mails = trace.replace("Harbourlight Surveyors shared", subject);
    assert_ne!(trace, mails);
    evidence.put("audit.csv", renamed).put("trace.csv", mails);
    evidence
}
