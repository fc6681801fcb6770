//! What every fuzz target does with its bytes; `tests/fuzz_replay.rs` does the same on stable Rust.

use bectrace::events::{Batch, Ledger, Store, TimeRules};
use bectrace::evidence::{
    Blocks, Candidate, Cells, Doc, Fields, Header, Limits, OpenOptions, Opened, Pointer, Record, RecordAt, Scratch, discover, raw_record,
};
use bectrace::formats::FORMATS;
use std::sync::Arc;

/// Every target, and the bytes that its inputs begin with (put there where they do not).
pub const TARGETS: [(&str, &[u8]); 8] = [
    ("csv", b"Id,Name,Data\r\n1,a,\"b\"\r\n"),
    ("json", b"[{\"Id\":1},"),
    ("clixml", b"<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">"),
    ("decode", b""),
    ("packed", b""),
    ("archive", b"PK\x03\x04"),
    ("pointers", b"i0:"),
    ("formats", b""),
];

/// Does with `bytes` what the target is for.
pub fn run(target: &str, bytes: &[u8]) {
    let head = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of this name").1;
    let whole = if bytes.starts_with(head) { bytes.to_vec() } else { [head, bytes].concat() };
    match target {
        "formats" => formats(&String::from_utf8_lossy(&whole)),
        "pointers" => pointers(&whole),
        _ => reader(&whole),
    }
}

/// Small limits, so that the ways around them are tried too.
fn limits() -> Limits {
    Limits { element: 1 << 14, cell: 1 << 12, line: 1 << 14, columns: 64, decompressed_file: 1 << 22, ..Limits::default() }
}

fn options() -> OpenOptions {
    OpenOptions { knows: Arc::new(|header: &Header| header.column("id").is_some()), ..OpenOptions::default() }
}

/// Calls `check` with every file or archive member that `bytes` are.
fn each_candidate(bytes: &[u8], check: impl Fn(&Candidate)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("input");
    std::fs::write(&path, bytes).expect("a temporary file");
    discover(&[path], &limits()).expect("the file is there").candidates.iter().for_each(check);
}

/// Places of the entries of a candidate, and whether it lies in the file as it is.
fn entries(candidate: &Candidate) -> (Vec<RecordAt>, bool) {
    let Ok(Opened::Blocks(mut blocks)) = Blocks::open(candidate, &limits(), &options()) else { return (Vec::new(), false) };
    let mut scratch = Scratch::default();
    let mut seen = Vec::new();
    while let Some(block) = blocks.next_block() {
        block.each(&mut scratch, &mut |entry| seen.push(entry.map_or_else(|rejected| rejected.at, |record| record.at)));
    }
    (seen, blocks.finish().compression == "none")
}

/// What holds for any content: numbers without gaps, places in order, and the file's own bytes behind the
/// last pointer.
fn reader(bytes: &[u8]) {
    each_candidate(bytes, |candidate| {
        let (seen, plain) = entries(candidate);
        let mut end = 0;
        for (index, at) in seen.iter().enumerate() {
            assert_eq!(at.number as usize, index + 1);
            assert!(at.offset >= end, "records overlap");
            end = at.offset + u64::from(at.length);
        }
        if let Some(last) = seen.last() {
            let raw = raw_record(candidate, last.number, &limits(), &options()).expect("the record is there");
            assert_eq!(raw.bytes.len(), last.length as usize);
            let start = usize::try_from(last.offset).expect("a small file");
            assert!(!plain || bytes.get(start..start + raw.bytes.len()) == Some(raw.bytes.as_slice()));
        }
    });
}

/// A pointer on the first line, and a file behind it: the pointer leads to the record that reading the file
/// gives that number, or to none.
fn pointers(bytes: &[u8]) {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (pointer, file) = bytes.split_at(line);
    let Ok(pointer) = String::from_utf8_lossy(pointer).parse::<Pointer>() else { return };
    assert_eq!(pointer.to_string().parse(), Ok(pointer));
    each_candidate(file.get(1..).unwrap_or_default(), |candidate| {
        let (seen, _) = entries(candidate);
        let expected = seen.get(pointer.number as usize - 1).copied();
        assert_eq!(raw_record(candidate, pointer.number, &limits(), &options()).ok().map(|raw| raw.at), expected);
    });
}

/// Lines of `name=value` are fields, other lines the values of the fields that each format asks for. Every
/// format, as `--as` allows, gets them as a row and as an object, and makes each one thing.
fn formats(text: &str) {
    let (named, plain): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains('='));
    for (number, format) in (0..).zip(FORMATS) {
        let mut values = plain.iter().copied().cycle();
        let mut fields: Vec<(&str, &str)> = format.required().iter().map(|name| (*name, values.next().unwrap_or_default())).collect();
        fields.extend(named.iter().filter_map(|line| line.split_once('=')));
        let mut batch = Batch::new(TimeRules::default());
        batch.format = number;
        let header = Header::new(&fields.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let mut cells = Cells::default();
        for (_, value) in &fields {
            cells.push(value);
        }
        let doc = object(&fields);
        for (number, fields) in (1..).zip([Fields::Row(&header, &cells), Fields::Object(doc.root())]) {
            let record = Record { at: RecordAt { number, ..RecordAt::default() }, fields, damaged: false };
            format.claim(&record);
            format.read(&record, &mut batch);
            assert_eq!(batch.fates.len(), number as usize, "{}: one fate a record", format.id());
        }
        balanced(batch, format.id());
    }
}

/// An object of these fields; what is JSON becomes a value, anything else a text.
fn object(fields: &[(&str, &str)]) -> Doc {
    let (mut doc, mut inner) = (Doc::new(), Doc::new());
    let mark = doc.open_object();
    for (name, value) in fields {
        doc.push_text(name);
        match inner.parse(value) {
            Ok(()) => doc.push_value(inner.root()),
            Err(_) => doc.push_text(value),
        }
    }
    doc.close(mark);
    doc
}

/// Merges what was read as a run does; the ledger must balance.
fn balanced(mut batch: Batch, id: &str) {
    let (mut store, mut ledger) = (Store::default(), Ledger::default());
    store.merge(&mut batch, &mut ledger);
    store.end_input(TimeRules::default().order, &mut ledger);
    store.finish(&[]);
    let mut ledgers = [ledger];
    store.count(&mut ledgers);
    assert!(ledgers.iter().all(Ledger::balances), "{id}: {ledgers:?}");
}
