//! Points in time, and every way in which an export writes one.
//!
//! A [`Time`] is a count of 100-nanosecond ticks since 1970-01-01T00:00:00Z, always UTC. Text becomes
//! a time only when its zone is known: from the value itself, from the column, from the documented
//! rule of the export, or from `--assume-tz`. The machine's own zone is never used.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Timelike};
use std::fmt;

/// Ticks in one second.
pub const TICKS: i64 = 10_000_000;

/// A moment in UTC, in ticks of 100 ns since 1970, or [`Time::NONE`] where an act has no usable time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(pub i64);

impl Default for Time {
    /// [`Time::NONE`].
    fn default() -> Time {
        Time::NONE
    }
}

impl Time {
    /// "No usable time": sorts after every real time, so that undated events come last.
    pub const NONE: Time = Time(i64::MAX);

    /// True where the act has a time.
    pub fn is_known(self) -> bool {
        self != Time::NONE
    }

    /// From whole seconds since 1970.
    pub const fn from_secs(seconds: i64) -> Time {
        Time(seconds.saturating_mul(TICKS))
    }

    /// From a calendar date and clock time in UTC.
    pub fn from_naive(at: NaiveDateTime) -> Time {
        let at = at.and_utc();
        Time(at.timestamp().saturating_mul(TICKS) + i64::from(at.timestamp_subsec_nanos() / 100))
    }

    /// Whole seconds since 1970, rounded down.
    pub fn secs(self) -> i64 {
        self.0.div_euclid(TICKS)
    }

    /// `self` moved by a number of seconds; an unknown time stays unknown.
    #[must_use]
    pub fn plus_secs(self, seconds: i64) -> Time {
        if self.is_known() { Time(self.0.saturating_add(seconds.saturating_mul(TICKS))) } else { self }
    }

    /// Seconds from `earlier` to `self`, negative if `earlier` is later.
    pub fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(TICKS)
    }

    /// Hour of the day in UTC, 0 to 23.
    pub fn hour(self) -> u8 {
        u8::try_from(self.secs().rem_euclid(86_400) / 3600).unwrap_or(0)
    }

    /// Days since 1970.
    pub fn day(self) -> i64 {
        self.secs().div_euclid(86_400)
    }

    /// The calendar form in UTC; `None` where the time is unknown.
    pub fn naive(self) -> Option<NaiveDateTime> {
        if !self.is_known() {
            return None;
        }
        let nanos = u32::try_from(self.0.rem_euclid(TICKS) * 100).unwrap_or(0);
        DateTime::from_timestamp(self.secs(), nanos).map(|at| at.naive_utc())
    }

    /// RFC 3339 in UTC with `Z` and the given number of fractional digits (0 to 7).
    pub fn rfc3339(self, digits: u8) -> String {
        let Some(at) = self.naive() else { return String::new() };
        let mut text = String::with_capacity(28);
        match u32::try_from(at.year()).ok().filter(|year| *year <= 9999) {
            // Reports have a hundred thousand of these: a fifth of what a format string takes.
            Some(year) => {
                let parts = [('-', at.month()), ('-', at.day()), ('T', at.hour()), (':', at.minute()), (':', at.second())];
                push_digits(&mut text, year, 4);
                for (mark, number) in parts {
                    text.push(mark);
                    push_digits(&mut text, number, 2);
                }
            }
            None => text.push_str(&at.format("%Y-%m-%dT%H:%M:%S").to_string()),
        }
        if digits > 0 {
            let fraction = u32::try_from(self.0.rem_euclid(TICKS)).unwrap_or(0);
            text.push('.');
            push_digits(&mut text, fraction / 10u32.pow(7 - u32::from(digits.min(7))), u32::from(digits.min(7)));
        }
        text.push('Z');
        text
    }
}

/// Adds a number with so many digits.
fn push_digits(text: &mut String, number: u32, digits: u32) {
    for place in (0..digits).rev() {
        text.push(char::from_digit(number / 10u32.pow(place) % 10, 10).unwrap_or('0'));
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339(0))
    }
}

/// How sure the text is of its zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// The text says `Z` or an offset, which is applied already.
    Stated,
    /// The text says nothing: the caller decides by the rule of its export.
    Unstated,
}

/// A time read from text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// The instant; if the zone is unstated, the clock reading taken as UTC.
    pub time: Time,
    /// Fractional digits in the text, at most 7.
    pub digits: u8,
    /// Whether the text states its zone.
    pub zone: Zone,
}

/// A time whose day and month could be either way round; decided once for a whole column of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ambiguous {
    /// Read as month/day/year.
    pub month_first: Option<Time>,
    /// Read as day/month/year.
    pub day_first: Option<Time>,
    /// Fractional digits in the text.
    pub digits: u8,
    /// Whether the text states its zone.
    pub zone: Zone,
}

/// What a piece of text turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parsed {
    /// One instant.
    Known(Stamp),
    /// Numbers separated by `/`, `.` or `-` with the year last: the order is a property of the file.
    DayMonth(Ambiguous),
    /// One of the ways to write "no time": empty, `null`, `0001-01-01`, `1601-01-01`.
    Absent,
    /// Not a time that we know.
    Unknown,
}

/// Which of day and month comes first in a file's dates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DateOrder {
    /// Nothing in the file decides it.
    #[default]
    Undecided,
    /// `31/12/2023`.
    DayFirst,
    /// `12/31/2023`.
    MonthFirst,
}

/// Reads a time in any of the forms seen in exports.
///
/// Known forms: ISO 8601 with `T` or blank and 0 to 9 fractional digits, with `Z`, an offset or
/// nothing; `/Date(ms)/`; numeric dates with the year last and a 12- or 24-hour clock, optionally
/// with a comma, fraction, offset. Years outside 2000 to 2100 are [`Parsed::Absent`] where they are
/// .NET's or Windows' "empty" date and [`Parsed::Unknown`] otherwise.
pub fn parse(text: &str) -> Parsed {
    // The common case first: nothing around a time that all the world writes so.
    if let Some(stamp) = iso(text) {
        return in_range(stamp);
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '"');
    if text.is_empty() || text == "-" || text.eq_ignore_ascii_case("null") || text == "N/A" || text == "$null" {
        return Parsed::Absent;
    }
    if let Some(stamp) = iso(text) {
        return in_range(stamp);
    }
    if let Some(millis) = dot_net_date(text) {
        let stamp = Stamp { time: Time(millis.saturating_mul(10_000)), digits: 3, zone: Zone::Stated };
        return if millis < 0 { Parsed::Absent } else { in_range(stamp) };
    }
    numeric(text).map_or(Parsed::Unknown, Parsed::DayMonth)
}

/// Reads text that must be an ISO time; an unstated zone is taken as UTC.
///
/// For columns whose export documents UTC (the audit record's `CreationTime`, for one).
pub fn parse_utc(text: &str) -> Option<Stamp> {
    iso(text.trim()).filter(|stamp| matches!(in_range(*stamp), Parsed::Known(_)))
}

fn in_range(stamp: Stamp) -> Parsed {
    let year = stamp.time.naive().map_or(0, |at| at.year());
    match year {
        2000..=2100 => Parsed::Known(stamp),
        0 | 1 | 1601 | 1970 => Parsed::Absent,
        _ => Parsed::Unknown,
    }
}

/// A cursor over the bytes of a short text.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn bump(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        if hit {
            self.bump();
        }
        hit
    }

    /// A number of `min` to `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        let mut value = 0u32;
        let mut count = 0;
        while count < max {
            let Some(digit) = self.peek().filter(u8::is_ascii_digit) else { break };
            value = value * 10 + u32::from(digit - b'0');
            self.bump();
            count += 1;
        }
        (count >= min).then_some(value)
    }

    /// Fractional digits: ticks and how many digits there were (7 at most count).
    fn fraction(&mut self) -> (i64, u8) {
        let (mut ticks, mut unit, mut digits) = (0i64, TICKS / 10, 0u8);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if digits < 7 {
                ticks += i64::from(digit - b'0') * unit;
                unit /= 10;
                digits += 1;
            }
            self.bump();
        }
        (ticks, digits)
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b',' => self.bump(),
                // U+00A0 and U+202F, which some cultures put before AM and PM.
                0xC2 if self.rest.get(1) == Some(&0xA0) => self.rest = self.rest.get(2..).unwrap_or_default(),
                0xE2 if self.rest.get(1..3) == Some(&[0x80, 0xAF]) => self.rest = self.rest.get(3..).unwrap_or_default(),
                _ => break,
            }
        }
    }

    /// `Z`, `+01:00`, `-0800`, ` UTC` or nothing: seconds east of UTC where stated; `None` for any other text.
    #[allow(clippy::option_option, reason = "unreadable, unstated and stated are three answers")]
    fn zone(&mut self) -> Option<Option<i64>> {
        self.skip_blanks();
        match self.peek() {
            None => Some(None),
            Some(b'Z' | b'z') => {
                self.bump();
                self.rest.is_empty().then_some(Some(0))
            }
            Some(sign @ (b'+' | b'-')) => {
                self.bump();
                let hours = self.number(2, 2)?;
                self.eat(b':');
                let minutes = self.number(2, 2)?;
                if hours > 15 || minutes > 59 || !self.rest.is_empty() {
                    return None;
                }
                let seconds = i64::from(hours * 3600 + minutes * 60);
                Some(Some(if sign == b'+' { seconds } else { -seconds }))
            }
            Some(_) => matches!(self.rest, b"UTC" | b"GMT").then_some(Some(0)),
        }
    }
}

/// The instant of a clock reading. A leap second counts as the end of its minute.
fn instant(year: u32, month: u32, day: u32, clock: (u32, u32, u32), ticks: i64) -> Option<Time> {
    let (hour, minute, second) = clock;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let (second, ticks) = if second == 60 { (59, TICKS - 1) } else { (second, ticks) };
    let at = date.and_hms_opt(hour, minute, second)?;
    Some(Time(Time::from_naive(at).0 + ticks))
}

fn iso(text: &str) -> Option<Stamp> {
    let mut cursor = Cursor { rest: text.as_bytes() };
    let year = cursor.number(4, 4)?;
    if !cursor.eat(b'-') {
        return None;
    }
    let month = cursor.number(2, 2)?;
    if !cursor.eat(b'-') {
        return None;
    }
    let day = cursor.number(2, 2)?;
    if !(cursor.eat(b'T') || cursor.eat(b' ') || cursor.eat(b't')) {
        return None;
    }
    cursor.skip_blanks();
    let hour = cursor.number(1, 2)?;
    if !cursor.eat(b':') {
        return None;
    }
    let minute = cursor.number(2, 2)?;
    let second = if cursor.eat(b':') { cursor.number(2, 2)? } else { 0 };
    let (ticks, digits) = if cursor.eat(b'.') || cursor.eat(b',') { cursor.fraction() } else { (0, 0) };
    let offset = cursor.zone()?;
    let time = instant(year, month, day, (hour, minute, second), ticks)?;
    Some(Stamp { time: time.plus_secs(-offset.unwrap_or(0)), digits, zone: if offset.is_some() { Zone::Stated } else { Zone::Unstated } })
}

/// `/Date(1621372413000)/` and `\/Date(1621372413000+0100)\/`: milliseconds since 1970, UTC; the
/// suffix is for display only.
fn dot_net_date(text: &str) -> Option<i64> {
    let inner = text.trim_start_matches(['\\', '/']).strip_prefix("Date(")?;
    let inner = inner.trim_end_matches(['\\', '/']).strip_suffix(')')?;
    let end = inner.bytes().skip(1).position(|b| b == b'+' || b == b'-').map_or(inner.len(), |at| at + 1);
    inner.get(..end)?.parse().ok()
}

/// Day, month and year as numbers with the year last, then a clock.
fn numeric(text: &str) -> Option<Ambiguous> {
    let mut cursor = Cursor { rest: text.as_bytes() };
    let first = cursor.number(1, 2)?;
    let separator = cursor.peek().filter(|b| matches!(b, b'/' | b'.' | b'-'))?;
    cursor.bump();
    let second = cursor.number(1, 2)?;
    if !cursor.eat(separator) {
        return None;
    }
    let year = cursor.number(4, 4)?;
    cursor.skip_blanks();
    let hour = cursor.number(1, 2)?;
    if !(cursor.eat(b':') || cursor.eat(b'.')) {
        return None;
    }
    let minute = cursor.number(2, 2)?;
    let seconds = if cursor.eat(b':') || cursor.eat(b'.') { cursor.number(2, 2)? } else { 0 };
    let (ticks, digits) = if cursor.eat(b'.') || cursor.eat(b',') { cursor.fraction() } else { (0, 0) };
    cursor.skip_blanks();
    let hour = half_day(&mut cursor, hour)?;
    let offset = cursor.zone()?;
    if !(2000..=2100).contains(&year) {
        return None;
    }
    let clock = (hour, minute, seconds);
    let shift = -offset.unwrap_or(0);
    // A dot between the numbers is only written by cultures that put the day first.
    let month_first = if separator == b'.' { None } else { instant(year, first, second, clock, ticks) };
    let day_first = instant(year, second, first, clock, ticks);
    if month_first.is_none() && day_first.is_none() {
        return None;
    }
    Some(Ambiguous {
        month_first: month_first.map(|time| time.plus_secs(shift)),
        day_first: day_first.map(|time| time.plus_secs(shift)),
        digits,
        zone: if offset.is_some() { Zone::Stated } else { Zone::Unstated },
    })
}

/// Applies AM or PM where it follows. `None` for a marker that we do not know.
fn half_day(cursor: &mut Cursor<'_>, hour: u32) -> Option<u32> {
    let letter = match cursor.peek() {
        Some(letter @ (b'a' | b'A' | b'p' | b'P')) => letter.to_ascii_lowercase(),
        _ => return Some(hour),
    };
    cursor.bump();
    while matches!(cursor.peek(), Some(b'.' | b' ' | b'm' | b'M')) {
        cursor.bump();
    }
    if !(1..=12).contains(&hour) {
        return None;
    }
    Some(match (letter, hour) {
        (b'a', 12) => 0,
        (b'a', hour) => hour,
        (_, 12) => 12,
        (_, hour) => hour + 12,
    })
}

/// Takes a clock reading (held as if it were UTC) as local time in `zone`.
///
/// `None` where that reading does not exist (a gap of summer time); the earlier of two readings
/// where it occurs twice.
pub fn in_zone(reading: Time, zone: chrono_tz::Tz) -> Option<Time> {
    let naive = reading.naive()?;
    let local = zone.from_local_datetime(&naive).earliest()?;
    let fraction = i64::from(local.nanosecond() / 100);
    Some(Time(local.timestamp().saturating_mul(TICKS) + fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> String {
        match parse(text) {
            Parsed::Known(stamp) => stamp.time.rfc3339(stamp.digits),
            other => format!("{other:?}"),
        }
    }

    fn both(text: &str) -> (Option<String>, Option<String>) {
        match parse(text) {
            Parsed::DayMonth(a) => (a.month_first.map(|t| t.rfc3339(a.digits)), a.day_first.map(|t| t.rfc3339(a.digits))),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn iso_forms_keep_their_fraction() {
        assert_eq!(known("2022-02-09T04:55:51Z"), "2022-02-09T04:55:51Z");
        assert_eq!(known("2026-01-24T06:54:24.0000000Z "), "2026-01-24T06:54:24.0000000Z");
        assert_eq!(known("2025-11-12T14:06:02.123456+01:00"), "2025-11-12T13:06:02.123456Z");
        assert_eq!(known("2022-12-12 17:28:35"), "2022-12-12T17:28:35Z");
        assert_eq!(known("2023-10-26T5:32:08.107Z"), "2023-10-26T05:32:08.107Z");
        assert_eq!(known("2022-12-12 17:28:35.123456789Z"), "2022-12-12T17:28:35.1234567Z");
    }

    #[test]
    fn dot_net_dates_are_utc_whatever_the_suffix() {
        assert_eq!(known("/Date(1658751973240)/"), "2022-07-25T12:26:13.240Z");
        assert_eq!(known("\\/Date(1621372413000+0100)\\/"), "2021-05-19T21:13:33.000Z".replace("19", "18"));
        assert_eq!(parse("/Date(-62135596800000)/"), Parsed::Absent);
    }

    #[test]
    fn numeric_dates_keep_both_readings() {
        assert_eq!(both("4/16/2021 12:07:14 PM"), (Some("2021-04-16T12:07:14Z".into()), None));
        assert_eq!(both("3/12/2025 7:31:34 AM"), (Some("2025-03-12T07:31:34Z".into()), Some("2025-12-03T07:31:34Z".into())));
        assert_eq!(both("4/28/2021, 2:08:45.221 PM").0, Some("2021-04-28T14:08:45.221Z".into()));
        assert_eq!(both("02.05.2025 09:19:09"), (None, Some("2025-05-02T09:19:09Z".into())));
        assert_eq!(both("1/1/2024 12:00:00\u{202f}AM").0, Some("2024-01-01T00:00:00Z".into()));
    }

    #[test]
    fn what_is_no_time_is_not_guessed() {
        for text in ["", " ", "null", "0001-01-01T00:00:00Z", "1601-01-01 00:00:00"] {
            assert_eq!(parse(text), Parsed::Absent, "{text:?}");
        }
        for text in ["yesterday", "13/13/2021 1:00", "1/2/21 10:00", "2021-02-30T00:00:00Z", "1/2/2021 13:00 PM"] {
            assert_eq!(parse(text), Parsed::Unknown, "{text:?}");
        }
    }
}
