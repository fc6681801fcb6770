//! `bectrace schema`.

use super::exit::{Exit, Failure};
use super::terminal;
use crate::report::model;

/// Prints the JSON Schema of the report.
pub(super) fn run() -> Result<Exit, Failure> {
    let text = model::schema().map_err(|error| Failure::usage(format!("cannot write the schema: {error}")))?;
    terminal::print(&text).map(|()| Exit::Success)
}
