//! What every fuzz target does with its bytes; `tests/fuzz_replay.rs` does the same on stable Rust.

use bectrace::evidence::{Blocks, Candidate, Header, Limits, OpenOptions, Opened, RecordAt, Scratch, discover, raw_record};
use std::sync::Arc;

/// Small limits, so that the ways around them are tried too.
fn limits() -> Limits {
    Limits { element: 1 << 14, cell: 1 << 12, line: 1 << 14, columns: 64, decompressed_file: 1 << 22, ..Limits::default() }
}

fn options(chunk: usize) -> OpenOptions {
    OpenOptions { chunk, knows: Arc::new(|header: &Header| header.column("id").is_some()), ..OpenOptions::default() }
}

/// Reads a candidate; every entry with what came of it.
fn entries(candidate: &Candidate, chunk: usize) -> Vec<(RecordAt, Option<&'static str>)> {
    let Ok(Opened::Blocks(mut blocks)) = Blocks::open(candidate, &limits(), &options(chunk)) else { return Vec::new() };
    let mut scratch = Scratch::default();
    let mut seen = Vec::new();
    while let Some(block) = blocks.next_block() {
        block.each(&mut scratch, &mut |entry| {
            seen.push(match entry {
                Ok(record) => (record.at, None),
                Err(rejected) => (rejected.at, Some(rejected.reason)),
            });
        });
    }
    blocks.finish();
    seen
}

/// Reads `bytes` as a file of the kind that `reader` is for, and checks what holds for any content:
/// numbers without gaps, places in order, and bytes behind the last pointer.
pub fn run(reader: &str, bytes: &[u8]) {
    let head: &[u8] = match reader {
        "csv" => b"Id,Name,Data\r\n1,a,\"b\"\r\n",
        "json" => b"[{\"Id\":1},",
        "clixml" => b"<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">",
        "zip" => b"PK\x03\x04",
        _ => b"",
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("input");
    let whole = if bytes.starts_with(head) { bytes.to_vec() } else { [head, bytes].concat() };
    std::fs::write(&path, whole).expect("a temporary file");
    let found = discover(&[path], &limits()).expect("the file is there");
    for candidate in &found.candidates {
        let seen = entries(candidate, 1 << 20);
        let mut end = 0;
        for (index, (at, _)) in seen.iter().enumerate() {
            assert_eq!(at.number as usize, index + 1);
            assert!(at.offset >= end, "records overlap");
            end = at.offset + u64::from(at.length);
        }
        if let Some((last, _)) = seen.last() {
            let raw = raw_record(candidate, last.number, &limits(), &options(1 << 20)).expect("the record is there");
            assert_eq!(raw.bytes.len(), last.length as usize);
        }
    }
}
