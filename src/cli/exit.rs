//! How a run ends: the exit status, and for a failure what is said.

use crate::report::sanitize;
use std::fmt;
use std::io;
use std::process::ExitCode;

/// Exit statuses; where two apply, the higher.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done. For an analysis without `--exit-code` whatever it found.
    Success = 0,
    /// At least one account is compromised or suspicious, and `--exit-code` was given.
    Found = 1,
    /// Wrong usage, or a result could not be written.
    Usage = 2,
    /// No usable evidence.
    NoEvidence = 3,
    /// Some input was damaged, refused or unreadable, and `--strict` was given.
    Incomplete = 4,
    /// Stopped by Ctrl-C.
    Interrupted = 130,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command could not do its work: one line for what went wrong and where, one for what to do.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), hint: None }
    }

    /// No usable evidence.
    pub fn no_evidence(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::NoEvidence, message: message.into(), hint: None }
    }

    /// Stopped by the user, perhaps while results were written.
    pub fn interrupted(writing: bool) -> Failure {
        let left = if writing { "results that were complete by then are kept" } else { "nothing was written" };
        Failure { exit: Exit::Interrupted, message: format!("interrupted; {left}"), hint: None }
    }

    /// A result could not be written. Where the reader of a pipe has gone, that is success.
    pub fn write(what: &str, error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure { exit: Exit::Success, message: String::new(), hint: None };
        }
        Failure::usage(format!("cannot write {what}: {error}"))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            return Ok(());
        }
        writeln!(f, "bectrace: {}", sanitize::terminal(&self.message, false))?;
        match &self.hint {
            Some(hint) => writeln!(f, "hint: {}", sanitize::terminal(hint, false)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_statuses_are_those_of_the_contract() {
        let codes: Vec<u8> =
            [Exit::Success, Exit::Found, Exit::Usage, Exit::NoEvidence, Exit::Incomplete, Exit::Interrupted].map(Exit::code).to_vec();
        assert_eq!(codes, [0, 1, 2, 3, 4, 130]);
        assert_eq!(Exit::Found.max(Exit::Incomplete), Exit::Incomplete);
    }

    #[test]
    fn a_failure_is_one_line_and_a_hint() {
        let failure = Failure::no_evidence("a\nb: no such file").hint("give a folder");
        assert_eq!(failure.to_string(), "bectrace: a\\nb: no such file\nhint: give a folder\n");
    }

    #[test]
    fn a_closed_pipe_is_success_and_silent() {
        let failure = Failure::write("the report", &io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((failure.exit, failure.to_string()), (Exit::Success, String::new()));
        assert_eq!(Failure::write("the report", &io::Error::from(io::ErrorKind::StorageFull)).exit, Exit::Usage);
    }
}
