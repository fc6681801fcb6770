//! Evidence: files and archive members as exact bytes, split into records with pointers.
//!
//! This part knows nothing of Microsoft. It finds files, unpacks and decodes them, hashes what it
//! reads in the same pass, splits it into CSV rows, JSON values or CliXML objects, and bounds what a
//! hostile file can cost.
//!
//! ```text
//! discover ─► source (unpack, hash) ─► decode ─► text ─► csv | json | clixml ─► blocks ─► block::each ─► Record
//! ```
//!
//! Everything up to a [`Block`] runs on one reader thread, [`Block::each`] on workers. On one core of a
//! busy 2-core machine the reader does 350 to 480 MB/s (hash included), a worker 630 to 1000 MB/s of
//! cells, 300 to 500 MB/s of JSON documents (`tests/speed.rs`).

mod archive;
mod block;
mod blocks;
mod clixml;
mod csv;
mod decode;
mod discover;
mod doc;
mod json;
mod limits;
mod mask;
mod raw;
mod record;
mod sniff;
mod source;
mod span;
#[cfg(test)]
mod tests;
mod text;

pub use block::{Block, Rejected, Scratch};
pub use blocks::{Blocks, InputFacts, OpenOptions, Opened};
pub use decode::encoding_named;
pub use discover::{Candidate, Discovery, EvidenceError, Refusal, discover};
pub use doc::{Doc, DocError, Value};
pub use limits::{Limits, RATIO_FREE};
pub use raw::{RawRecord, raw_record};
pub use record::{Cells, Fields, Header, Pointer, Record, RecordAt, fold_name, trimmed};
pub use span::{Knows, code};
