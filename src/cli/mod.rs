//! The command line: arguments, one file a command, and how a run ends.

mod analyze;
mod completions;
mod config;
mod detections;
mod events;
mod evidence;
mod exit;
mod global;
mod inspect;
mod interrupt;
mod ip;
mod licenses;
mod man;
mod outputs;
mod progress;
mod replay;
mod respond;
mod run;
mod schema;
mod sources;
mod terminal;

pub use exit::{Exit, Failure};
pub use global::Global;

use clap::{Parser, Subcommand};
use std::ffi::OsString;

const ABOUT: &str = "Reads Microsoft 365 exports offline and answers who was taken over, since when, how, from where, and who next";

const EXAMPLES: &str = "\
Examples:
  bectrace analyze exports/                       who, since when, how, from where, who next
  bectrace analyze exports/ -o report/            the same as files: report, timeline, events
  bectrace analyze exports/ --json - | jq .       the report as JSON, and nothing else

Exit status: 0 done; 1 an account is compromised or suspicious (with --exit-code); 2 wrong usage;
3 no usable evidence; 4 some input was damaged, refused or unreadable (with --strict); 130 Ctrl-C.";

/// Everything that can be said on the command line.
#[derive(Parser, Debug)]
#[command(name = "bectrace", version, about = ABOUT, after_long_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Analyze(analyze::Analyze),
    Inspect(inspect::Inspect),
    Events(events::Events),
    Evidence(evidence::Evidence),
    Detections(detections::Detections),
    Ip(ip::Ip),
    Respond(respond::Respond),
    /// Print the effective configuration as TOML, with comments
    Config,
    /// Print the JSON Schema of the report
    Schema,
    Completions(completions::Completions),
    /// Print the manual page
    Man,
    /// Print the licences of bectrace, its data and what it is built from
    Licenses,
}

/// Runs the program with these arguments, the first of which is its name.
pub fn main<I, A>(arguments: I) -> Exit
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match dispatch(&cli) {
        Ok(exit) => exit,
        Err(failure) => {
            terminal::say(&failure.to_string());
            failure.exit
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Analyze(command) => command.run(&cli.global),
        Command::Inspect(command) => command.run(&cli.global),
        Command::Events(command) => command.run(&cli.global),
        Command::Evidence(command) => command.run(&cli.global),
        Command::Detections(command) => command.run(&cli.global),
        Command::Ip(command) => command.run(&cli.global),
        Command::Respond(command) => command.run(&cli.global),
        Command::Config => config::run(&cli.global),
        Command::Schema => schema::run(),
        Command::Completions(command) => command.run(),
        Command::Man => man::run(),
        Command::Licenses => licenses::run(),
    }
}

/// Help and version are results; anything else that the parser says is wrong usage, in our form.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        return match terminal::print(&error.render().to_string()) {
            Ok(()) => Exit::Success,
            Err(failure) => failure.exit,
        };
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").map_or_else(|| text.clone(), |rest| format!("bectrace: {rest}"));
    terminal::say(&text);
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn short_help_fits_one_screen_and_long_help_has_examples() {
        let mut command = Cli::command().term_width(100);
        command.build();
        let short = command.render_help().to_string();
        assert!(short.lines().count() <= 40, "{short}");
        assert!(command.render_long_help().to_string().contains("bectrace analyze exports/"));
        for inner in command.get_subcommands_mut() {
            let help = inner.render_help().to_string();
            assert!(help.lines().count() <= 48, "{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        }
    }
}
