//! Evidence: files and archive members as exact bytes, split into records with pointers.
//!
//! This part knows nothing of Microsoft. It finds files, unpacks and decodes them, hashes what it
//! reads in the same pass, splits it into CSV rows, JSON values or CliXML objects, and bounds what a
//! hostile file can cost.

mod doc;
mod record;

pub use doc::{Doc, DocError, Value};
pub use record::{Cells, Fields, Header, Pointer, Record, RecordAt, fold_name};
mod standin;
pub use standin::*;
