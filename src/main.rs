//! The `bectrace` program: reads the arguments, runs, and ends with the exit status of the outcome.

use std::process::ExitCode;

fn main() -> ExitCode {
    bectrace::cli::main(std::env::args_os()).into()
}
