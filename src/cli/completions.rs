//! `bectrace completions`.

use super::Cli;
use super::exit::{Exit, Failure};
use super::terminal;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print the completions of a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "bectrace", &mut text);
        terminal::print(&String::from_utf8_lossy(&text)).map(|()| Exit::Success)
    }
}
