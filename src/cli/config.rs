//! `bectrace config`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::{sources, terminal};

/// Prints the effective configuration as TOML, with comments: a file to start from.
pub(super) fn run(global: &Global) -> Result<Exit, Failure> {
    let config = sources::config(global)?;
    terminal::print(&config.render(&sources::threshold_docs())).map(|()| Exit::Success)
}
