//! `bectrace man`.

use super::Cli;
use super::exit::{Exit, Failure};
use super::terminal;
use clap::CommandFactory;

/// Prints the manual page, in roff: of the program, then of each command.
pub(super) fn run() -> Result<Exit, Failure> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    command.build();
    let pages = std::iter::once(command.clone()).chain(command.get_subcommands().cloned());
    for page in pages {
        let written = clap_mangen::Man::new(page).render(&mut text);
        written.map_err(|error| Failure::write("the manual page", &error))?;
    }
    terminal::print(&String::from_utf8_lossy(&text)).map(|()| Exit::Success)
}
