//! Options that every command takes, and their values.

use super::exit::Failure;
use crate::events::time::{DateOrder, Time, parse_utc};
use crate::report::scope::Scope;
use crate::stages::{Grain, Stages};
use chrono_tz::Tz;
use clap::{ArgAction, Args, ValueEnum};
use std::path::PathBuf;

const SCOPE: &str = "Scope and reading";
const GENERAL: &str = "General";

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also in pipes.
    Always,
    /// Never.
    Never,
}

/// Order of day and month in dates such as 3/12/2025.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum OrderChoice {
    /// Day first.
    Dmy,
    /// Month first.
    Mdy,
}

impl From<OrderChoice> for DateOrder {
    fn from(choice: OrderChoice) -> DateOrder {
        match choice {
            OrderChoice::Dmy => DateOrder::DayFirst,
            OrderChoice::Mdy => DateOrder::MonthFirst,
        }
    }
}

/// Options that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Global {
    /// Show only acts from this time on, in UTC (2022-02-09T14:00); habits still rest on all
    #[arg(long, global = true, value_name = "TIME", value_parser = time_from, help_heading = SCOPE)]
    pub from: Option<Time>,

    /// Show only acts up to this time, in UTC; a date means its end
    #[arg(long, global = true, value_name = "TIME", value_parser = time_to, help_heading = SCOPE)]
    pub to: Option<Time>,

    /// Show only this account (may be given several times)
    #[arg(long, global = true, value_name = "NAME", help_heading = SCOPE)]
    pub account: Vec<String>,

    /// Look addresses up in this MMDB file first (may be given several times)
    #[arg(long, global = true, value_name = "FILE", help_heading = SCOPE)]
    pub geoip: Vec<PathBuf>,

    /// Read thresholds, own networks, VIPs and exceptions from this TOML file
    #[arg(long, global = true, value_name = "FILE", help_heading = SCOPE)]
    pub config: Option<PathBuf>,

    /// Order of day and month where a file leaves it open
    #[arg(long, global = true, value_name = "ORDER", hide_short_help = true, help_heading = SCOPE)]
    pub date_order: Option<OrderChoice>,

    /// Zone of times that state none and whose export documents none: UTC, Europe/Berlin
    #[arg(long, global = true, value_name = "ZONE", value_parser = zone, hide_short_help = true, help_heading = SCOPE)]
    pub assume_tz: Option<Tz>,

    /// Show times on the screen in this zone; files always have UTC
    #[arg(long, global = true, value_name = "ZONE", value_parser = zone, help_heading = GENERAL)]
    pub display_tz: Option<Tz>,

    /// Threads to use [default: all]; results never depend on it
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), hide_short_help = true, help_heading = GENERAL)]
    pub threads: Option<u16>,

    /// Hold at most about a quarter of this in buffers while reading (512M); events come on top
    ///
    /// Blocks of evidence that are under way become smaller, then fewer; a single record may be larger. What
    /// was read stays in memory whatever is said here. Results never depend on it.
    #[arg(long, global = true, value_name = "SIZE", value_parser = size, hide_short_help = true, help_heading = GENERAL)]
    pub memory: Option<u64>,

    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = GENERAL)]
    pub quiet: bool,

    /// Show every row and reason, and what each stage costs; twice: what each detection costs
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = GENERAL)]
    pub verbose: u8,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_short_help = true, help_heading = GENERAL)]
    pub color: ColorChoice,
}

impl Global {
    /// Number of threads: as given, else as many as the machine has.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// The span and accounts that were asked for.
    ///
    /// # Errors
    /// For a span that ends before it begins.
    pub fn scope(&self) -> Result<Scope, Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::usage(format!("--from {} is later than --to {}", from.rfc3339(0), to.rfc3339(0))));
        }
        Ok(Scope { from: self.from, to: self.to, accounts: self.account.clone() })
    }

    /// A recorder of what the stages of the run cost, as finely as was asked for.
    pub fn stages(&self) -> Stages {
        Stages::new(match self.verbose {
            0 => Grain::Off,
            1 => Grain::Stages,
            _ => Grain::Detections,
        })
    }

    /// The display zone: as given, else UTC.
    pub fn zone(&self) -> Tz {
        self.display_tz.unwrap_or(Tz::UTC)
    }
}

fn point(text: &str, end: bool) -> Result<Time, String> {
    let whole = match text.len() {
        10 if end => format!("{text}T23:59:59.9999999Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    parse_utc(&whole).map(|stamp| stamp.time).ok_or_else(|| "expected a date or time such as 2022-02-09 or 2022-02-09T14:00:00Z".to_owned())
}

pub(super) fn time_from(text: &str) -> Result<Time, String> {
    point(text, false)
}

fn time_to(text: &str) -> Result<Time, String> {
    point(text, true)
}

fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "expected the name of a zone such as UTC, Europe/Berlin or America/New_York".to_owned())
}

/// Bytes of a size such as `512M`, `4G`, `4GiB` or a plain number.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 512M or 4G".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_unit() {
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("4GiB"), Ok(4 << 30));
        assert_eq!(size("1000"), Ok(1000));
        for bad in ["", "G", "0", "-1", "4X", "99999999999G"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_means_its_whole_day() {
        assert_eq!(time_from("2022-02-09").map(|t| t.rfc3339(0)), Ok("2022-02-09T00:00:00Z".to_owned()));
        assert_eq!(time_to("2022-02-09").map(|t| t.rfc3339(7)), Ok("2022-02-09T23:59:59.9999999Z".to_owned()));
        assert_eq!(time_from("2022-02-09T14:00").map(|t| t.rfc3339(0)), Ok("2022-02-09T14:00:00Z".to_owned()));
        assert!(time_from("yesterday").is_err());
    }
}
