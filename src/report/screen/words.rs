//! Numbers, times and names as a person reads them.

use crate::events::{Time, time};
use crate::report::model::Report;
use chrono::{Datelike, TimeZone};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};

/// A count with its noun: `1 account`, `48,213 records`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// A number with commas between its thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A probability in percent; never 0 or 100, because no evidence gives that.
pub fn percent(p: f64) -> String {
    let hundred = p * 100.0;
    if !hundred.is_finite() {
        "unknown".to_owned()
    } else if hundred > 99.9 {
        "> 99.9 %".to_owned()
    } else if hundred >= 99.0 {
        format!("{hundred:.1} %")
    } else if hundred < 1.0 {
        "< 1 %".to_owned()
    } else {
        format!("{hundred:.0} %")
    }
}

/// A span of seconds in its two largest units: `27 min`, `32 h 12 min`, `3 d 4 h`.
pub fn duration(seconds: i64) -> String {
    let s = seconds.max(0);
    let (days, hours, minutes) = (s / 86_400, s / 3600, s / 60);
    let pair = |large: i64, unit: &str, small: i64, small_unit: &str| {
        if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {small_unit}") }
    };
    if days >= 3 {
        pair(days, "d", hours % 24, "h")
    } else if hours >= 1 {
        pair(hours, "h", minutes % 60, "min")
    } else if minutes >= 20 {
        format!("{minutes} min")
    } else if minutes >= 1 {
        pair(minutes, "min", s % 60, "s")
    } else {
        format!("{s} s")
    }
}

/// Writes times in the zone of the view.
pub struct Clock {
    zone: Tz,
    with_year: bool,
}

impl Clock {
    /// A clock for this report: it writes years only where what it tells, or the evidence, crosses one.
    pub fn new(report: &Report, zone: Tz) -> Clock {
        let mut clock = Clock { zone, with_year: false };
        let left = report.accounts.iter().flat_map(|account| &account.remaining).chain(&report.remaining);
        let years: BTreeSet<i32> = report
            .timeline
            .iter()
            .map(|row| row.time.as_str())
            .chain(report.accounts.iter().filter_map(|account| account.compromised_at.as_deref()))
            .chain(report.findings.iter().filter_map(|finding| finding.time.as_deref()))
            .chain(report.inputs.iter().flat_map(|input| [&input.first_event_at, &input.last_event_at]).filter_map(Option::as_deref))
            .chain(left.filter_map(|item| item.since.as_deref()))
            .filter_map(|text| clock.local(text).map(|at| at.year()))
            .collect();
        clock.with_year = years.len() > 1;
        clock
    }

    fn local(&self, text: &str) -> Option<chrono::DateTime<Tz>> {
        read(text)?.naive().map(|at| self.zone.from_utc_datetime(&at))
    }

    fn format(&self, text: &str, pattern: &str) -> String {
        self.local(text).map_or_else(|| text.to_owned(), |at| at.format(pattern).to_string())
    }

    /// `09 Feb 04:55:51`.
    pub fn moment(&self, text: &str) -> String {
        self.format(text, if self.with_year { "%d %b %Y %H:%M:%S" } else { "%d %b %H:%M:%S" })
    }

    /// `09 Feb 04:55`.
    pub fn minute(&self, text: &str) -> String {
        self.format(text, if self.with_year { "%d %b %Y %H:%M" } else { "%d %b %H:%M" })
    }

    /// `14:49`, or with its date where it is not the day of `beside`.
    pub fn minute_beside(&self, text: &str, beside: &str) -> String {
        let day = |text: &str| self.local(text).map(|at| at.date_naive());
        if day(text) == day(beside) { self.format(text, "%H:%M") } else { self.minute(text) }
    }

    /// `04:55:51`, or with its date where it is not the day of `beside`.
    pub fn moment_beside(&self, text: &str, beside: &str) -> String {
        let day = |text: &str| self.local(text).map(|at| at.date_naive());
        if day(text) == day(beside) { self.format(text, "%H:%M:%S") } else { self.moment(text) }
    }

    /// `09 Feb 2022 04:55:51`.
    pub fn full(&self, text: &str) -> String {
        self.format(text, "%d %b %Y %H:%M:%S")
    }

    /// `09 Feb 04:55:51`, whatever years the timeline crosses.
    pub fn day_and_time(&self, text: &str) -> String {
        self.format(text, "%d %b %H:%M:%S")
    }

    /// `04:55:51`.
    pub fn time_of_day(&self, text: &str) -> String {
        self.format(text, "%H:%M:%S")
    }

    /// The same clock in another zone.
    #[must_use]
    pub fn in_zone(&self, zone: Tz) -> Clock {
        Clock { zone, ..*self }
    }

    /// `24 Jan 2022`.
    pub fn date(&self, text: &str) -> String {
        self.format(text, "%d %b %Y")
    }

    /// `24 Jan – 11 Feb 2022`, or one day where both are the same.
    pub fn dates(&self, from: &str, to: &str) -> String {
        match (self.local(from), self.local(to)) {
            (Some(a), Some(b)) if a.date_naive() == b.date_naive() => self.date(to),
            (Some(a), Some(b)) if (a.year(), a.month()) == (b.year(), b.month()) => format!("{} – {}", a.format("%d"), self.date(to)),
            (Some(a), Some(b)) if a.year() == b.year() => format!("{} – {}", a.format("%d %b"), self.date(to)),
            _ => format!("{} – {}", self.date(from), self.date(to)),
        }
    }

    /// `09 Feb 04:55 – 13:20`, or one minute where both are the same.
    pub fn minutes(&self, from: &str, to: &str) -> String {
        let (start, end) = (self.minute(from), self.minute_beside(to, from));
        if self.minute(from) == self.minute(to) { start } else { format!("{start} – {end}") }
    }

    /// Name of the zone: `UTC`, `Europe/Berlin`.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }
}

/// The moment that a text of the report says.
pub fn read(text: &str) -> Option<Time> {
    time::parse_utc(text).map(|stamp| stamp.time)
}

/// Seconds from one moment to another.
pub fn seconds_between(from: &str, to: &str) -> Option<i64> {
    Some(read(to)?.since(read(from)?))
}

/// Short names of accounts: the part before the `@` where no other account of the report shares it.
pub struct ShortNames {
    owners: BTreeMap<String, BTreeSet<String>>,
}

impl ShortNames {
    /// The names of all accounts that the report speaks of.
    pub fn new(report: &Report) -> ShortNames {
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let listed = report.accounts.iter().map(|account| account.account.as_str());
        let acting = report.timeline.iter().map(|row| row.account.as_str());
        let undated = report.undated.iter().filter_map(|act| act.account.as_deref());
        for account in listed.chain(acting).chain(undated) {
            owners.entry(local_part(account).to_owned()).or_default().insert(account.to_owned());
        }
        ShortNames { owners }
    }

    /// The short name of an account, or its whole name where that would be ambiguous.
    pub fn of<'a>(&self, account: &'a str) -> &'a str {
        let local = local_part(account);
        if self.owners.get(local).is_some_and(|owners| owners.len() > 1) { account } else { local }
    }

    /// The short name with the sign of possession: `a.adams'`, `debra's`.
    pub fn possessive(&self, account: &str) -> String {
        let name = self.of(account);
        if name.ends_with('s') { format!("{name}'") } else { format!("{name}'s") }
    }
}

fn local_part(account: &str) -> &str {
    account.split_once('@').map_or(account, |(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(48_213), "48,213");
        assert_eq!(thousands(999), "999");
        assert_eq!(count(1, "account", "accounts"), "1 account");
        assert_eq!(duration(115_930), "32 h 12 min");
        assert_eq!(duration(27 * 60), "27 min");
        assert_eq!(duration(14 * 86_400), "14 d");
        assert_eq!(duration(59), "59 s");
    }

    #[test]
    fn no_evidence_is_certain() {
        assert_eq!(percent(1.0), "> 99.9 %");
        assert_eq!(percent(0.9951), "99.5 %");
        assert_eq!(percent(0.93), "93 %");
        assert_eq!(percent(0.0), "< 1 %");
    }

    #[test]
    fn times_are_shown_in_the_zone_of_the_view() {
        let clock = Clock::new(&Report::empty(), chrono_tz::Europe::Berlin);
        assert_eq!(clock.moment("2022-02-09T23:55:51.123Z"), "10 Feb 00:55:51");
        assert_eq!(clock.minutes("2022-02-09T04:55:51Z", "2022-02-09T12:20:00Z"), "09 Feb 05:55 – 13:20");
        assert_eq!(clock.moment("no time"), "no time");
    }

    #[test]
    fn years_are_written_where_the_evidence_spans_some() {
        let mut report = crate::report::samples::cascade();
        assert_eq!(Clock::new(&report, Tz::UTC).minute("2022-02-09T04:55:51Z"), "09 Feb 04:55");
        report.inputs[0].first_event_at = Some("2019-11-18T00:00:00Z".to_owned());
        assert_eq!(Clock::new(&report, Tz::UTC).minute("2022-02-09T04:55:51Z"), "09 Feb 2022 04:55");
    }
}
