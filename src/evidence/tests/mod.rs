//! Whole files through discovery, unpacking, decoding and splitting.

#![allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "test files are small")]

mod cases;
mod damage;
mod encodings;
mod envelopes;
mod packed;
mod properties;
mod speed;

use super::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An entry as a test looks at it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    pub at: RecordAt,
    /// JSON of the fields, or the code of a rejected entry.
    pub what: Result<serde_json::Value, &'static str>,
    pub damaged: bool,
    pub ignored: bool,
}

/// A file as read.
#[derive(Debug)]
pub(super) struct Read {
    pub seen: Vec<Seen>,
    pub facts: InputFacts,
}

impl Read {
    /// Codes of rejected and ignored entries, `None` for records.
    pub fn codes(&self) -> Vec<Option<&'static str>> {
        self.seen.iter().map(|seen| seen.what.as_ref().err().copied()).collect()
    }

    /// The text of a field of each record.
    pub fn field(&self, name: &str) -> Vec<String> {
        let text = |value: &serde_json::Value| {
            value.get(name).map_or("-".to_owned(), |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        self.seen.iter().map(|seen| seen.what.as_ref().map_or_else(|code| format!("!{code}"), text)).collect()
    }

    pub fn notice(&self, code: &str) -> bool {
        self.facts.notices.iter().any(|(kind, _)| *kind == code)
    }
}

fn json_of(value: Value<'_>) -> serde_json::Value {
    if value.is_object() {
        value.entries().map(|(key, value)| (key.to_owned(), json_of(value))).collect::<serde_json::Map<_, _>>().into()
    } else if value.is_array() {
        value.items().map(json_of).collect::<Vec<_>>().into()
    } else if value.is_null() {
        serde_json::Value::Null
    } else {
        value.text().unwrap_or_default().into_owned().into()
    }
}

fn fields_of(record: &Record<'_>) -> serde_json::Value {
    match record.fields {
        Fields::Row(header, cells) => {
            let cell = |(at, name): (usize, &String)| (name.clone(), cells.get(at).into());
            header.names().iter().enumerate().map(cell).collect::<serde_json::Map<_, _>>().into()
        }
        Fields::Object(value) => json_of(value),
    }
}

/// Options that know a table by one of its columns being called `Id`.
pub(super) fn options() -> OpenOptions {
    OpenOptions { knows: Arc::new(|header: &Header| header.column("id").is_some()), ..OpenOptions::default() }
}

pub(super) fn read_candidate(candidate: &Candidate, limits: &Limits, options: &OpenOptions) -> std::result::Result<Read, Refusal> {
    let mut blocks = match Blocks::open(candidate, limits, options)? {
        Opened::Blocks(blocks) => blocks,
        Opened::Parquet(_) => panic!("a Parquet file"),
    };
    let mut scratch = Scratch::default();
    let mut seen = Vec::new();
    while let Some(block) = blocks.next_block() {
        assert_eq!(block.first_number() as usize, seen.len() + 1);
        let before = seen.len();
        block.each(&mut scratch, &mut |entry| {
            seen.push(match entry {
                Ok(record) => Seen { at: record.at, what: Ok(fields_of(&record)), damaged: record.damaged, ignored: false },
                Err(rejected) => Seen { at: rejected.at, what: Err(rejected.reason), damaged: false, ignored: rejected.ignored },
            });
        });
        assert_eq!(seen.len() - before, block.len());
    }
    for (index, one) in seen.iter().enumerate() {
        assert_eq!(one.at.number as usize, index + 1);
    }
    Ok(Read { seen, facts: blocks.finish() })
}

/// Writes bytes to a file and reads it.
pub(super) fn read_with(bytes: &[u8], limits: &Limits, options: &OpenOptions) -> std::result::Result<Read, Refusal> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, bytes).unwrap();
    let found = discover(&[path], limits).unwrap();
    match found.candidates.first() {
        Some(candidate) => read_candidate(candidate, limits, options),
        None => Err(found.refused[0].clone()),
    }
}

pub(super) fn read(bytes: impl AsRef<[u8]>) -> Read {
    read_with(bytes.as_ref(), &Limits::default(), &options()).unwrap()
}

/// Reads in chunks of several sizes, which must make no difference.
pub(super) fn read_any(bytes: impl AsRef<[u8]>) -> Read {
    let whole = read(bytes.as_ref());
    for chunk in [256, 263, 4096] {
        let small = read_with(bytes.as_ref(), &Limits::default(), &OpenOptions { chunk, ..options() }).unwrap();
        assert_eq!(small.seen, whole.seen, "chunks of {chunk}");
    }
    whole
}

/// The folder of shared samples, where there is one.
fn shared() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"].iter().map(|up| here.join(up)).find(|path| path.is_dir());
    if found.is_none() {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no ../shared beside the repository\n");
    }
    found
}
