//! What the terminal is like: width, colours, characters.

use super::exit::Failure;
use super::global::{ColorChoice, Global};
use crate::report::screen::Look;
use crate::stages::Stages;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

/// Columns of a view that goes into a pipe or file.
const PIPE_WIDTH: usize = 160;
/// Columns of a terminal that does not tell.
const TERMINAL_WIDTH: usize = 80;
/// Longest text of paths that commands repeat; longer ones become an ellipsis.
const LONGEST_PATHS: usize = 40;

/// What decides how the view looks, apart from options.
pub struct Surroundings<'e> {
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Its columns, where it tells.
    pub columns: Option<usize>,
    /// Environment variables.
    pub variable: &'e dyn Fn(&str) -> Option<String>,
}

impl Surroundings<'_> {
    fn set(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn dumb(&self) -> bool {
        self.set("TERM").is_some_and(|term| term == "dumb")
    }

    /// Columns: `COLUMNS`, else what the terminal says, else 80; wide in a pipe.
    fn width(&self) -> usize {
        let stated = self.set("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        let width = stated.or(self.columns.filter(|_| self.terminal)).unwrap_or(if self.terminal { TERMINAL_WIDTH } else { PIPE_WIDTH });
        width.clamp(20, 1000)
    }

    /// Colours: the option, else `NO_COLOR`, else `CLICOLOR_FORCE`, else on terminals that can.
    fn color(&self, choice: ColorChoice) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.set("NO_COLOR").is_some() => false,
            ColorChoice::Auto if self.set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => self.terminal && !self.dumb(),
        }
    }

    /// Characters outside ASCII: unless the locale names another encoding than UTF-8.
    fn unicode(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| self.set(name));
        let other = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !locale.contains("utf-8") && !locale.contains("utf8")
        });
        !other && !self.dumb()
    }

    /// How the view is to look.
    pub fn look(&self, global: &Global, paths: &[PathBuf]) -> Look {
        Look {
            width: self.width(),
            color: self.color(global.color),
            unicode: self.unicode(),
            verbose: global.verbose > 0,
            zone: global.zone(),
            paths: shown_paths(paths),
        }
    }
}

/// How the view is to look on this standard output.
pub fn look(global: &Global, paths: &[PathBuf]) -> Look {
    let terminal = io::stdout().is_terminal();
    let columns = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    Surroundings { terminal, columns, variable: &|name| std::env::var(name).ok() }.look(global, paths)
}

/// Paths as a shell takes them, for commands to copy.
fn shown_paths(paths: &[PathBuf]) -> String {
    let quoted: Vec<String> = paths.iter().map(|path| quote(&path.to_string_lossy())).collect();
    let joined = quoted.join(" ");
    if joined.is_empty() || joined.chars().count() > LONGEST_PATHS { "…".to_owned() } else { joined }
}

fn quote(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/\\._-:+@,~".contains(c);
    if !path.is_empty() && path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Shows what the stages of a run cost, on standard error; nothing where that was not asked for. That it
/// cannot be shown is no failure of the run.
pub fn costs(stages: &Stages) {
    let mut stderr = io::stderr().lock();
    for line in stages.lines() {
        let _ = writeln!(stderr, "{line}");
    }
}

/// Prints a result that may hold escape sequences for colour.
///
/// # Errors
/// When standard output cannot be written to; a closed pipe is success.
pub fn print(text: &str) -> Result<(), Failure> {
    // The text already holds colours only where they are wanted; this translates them for old consoles.
    let mut out = anstream::AutoStream::always(io::stdout());
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::write("to standard output", &error))
}

/// Says something on standard error; where that is closed, nobody is there to hear.
pub fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_with(terminal: bool, columns: Option<usize>, variables: &[(&str, &str)], color: ColorChoice) -> Look {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Surroundings { terminal, columns, variable: &variable }.look(&Global { color, ..Global::default() }, &[])
    }

    #[test]
    fn columns_beat_the_probe_and_pipes_are_wide() {
        let width = |terminal, columns, variables: &[(&str, &str)]| look_with(terminal, columns, variables, ColorChoice::Auto).width;
        assert_eq!(width(true, Some(120), &[("COLUMNS", "100")]), 100);
        assert_eq!(width(true, Some(120), &[("COLUMNS", "zero")]), 120);
        assert_eq!(width(true, None, &[]), 80);
        assert_eq!(width(false, None, &[]), 160);
    }

    #[test]
    fn no_color_wins_over_force_and_the_option_over_both() {
        let color = |terminal, variables: &[(&str, &str)], choice| look_with(terminal, None, variables, choice).color;
        assert!(color(true, &[], ColorChoice::Auto));
        assert!(!color(false, &[], ColorChoice::Auto));
        assert!(color(false, &[("CLICOLOR_FORCE", "1")], ColorChoice::Auto));
        assert!(!color(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], ColorChoice::Auto));
        assert!(color(true, &[("NO_COLOR", "")], ColorChoice::Auto));
        assert!(color(false, &[("NO_COLOR", "1")], ColorChoice::Always));
        assert!(!color(true, &[("TERM", "dumb")], ColorChoice::Auto));
    }

    #[test]
    fn locales_without_utf8_get_ascii() {
        let unicode = |variables: &[(&str, &str)]| look_with(true, None, variables, ColorChoice::Auto).unicode;
        assert!(unicode(&[]));
        assert!(unicode(&[("LANG", "de_DE.UTF-8")]));
        assert!(!unicode(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!unicode(&[("TERM", "dumb"), ("LANG", "C.utf8")]));
    }

    #[test]
    fn paths_to_copy_are_quoted_where_a_shell_needs_it() {
        assert_eq!(shown_paths(&[PathBuf::from("exports"), PathBuf::from("my case")]), "exports 'my case'");
        assert_eq!(shown_paths(&[PathBuf::from("it's")]), "'it'\\''s'");
        assert_eq!(shown_paths(&[PathBuf::from("x".repeat(60))]), "…");
    }
}
