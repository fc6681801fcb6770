//! Moments, always UTC, and the ways in which exports write them.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// A moment in UTC.
pub type Moment = NaiveDateTime;

/// The moment of a date and a time of day; the epoch where there is no such moment.
pub fn at(date: (i32, u32, u32), time: (u32, u32, u32)) -> Moment {
    let day = NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap_or_default();
    day.and_time(NaiveTime::from_hms_opt(time.0, time.1, time.2).unwrap_or_default())
}

/// That many seconds later.
pub fn after(moment: Moment, seconds: i64) -> Moment {
    moment + Duration::seconds(seconds)
}

/// That many milliseconds later.
pub fn after_ms(moment: Moment, milliseconds: i64) -> Moment {
    moment + Duration::milliseconds(milliseconds)
}

/// `2022-02-09T04:55:51`, as in audit records.
pub fn iso(moment: Moment) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2022-02-09T04:55:51Z`, as in Graph.
pub fn iso_z(moment: Moment) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2022-02-09T04:55:51.1234567`, seven digits without zone.
pub fn iso7(moment: Moment) -> String {
    format!("{}.{:07}", iso(moment), moment.nanosecond() / 100)
}

/// `2/9/2022 4:55:51 AM`, the culture of a workstation in the United States.
pub fn month_first(moment: Moment) -> String {
    moment.format("%-m/%-d/%Y %-I:%M:%S %p").to_string()
}

/// .NET ticks (100 ns since the year 1): the upper 48 bits end the ids of mailbox and file records.
pub fn ticks(moment: Moment) -> u64 {
    const EPOCH: u64 = 621_355_968_000_000_000;
    let seconds = u64::try_from(moment.and_utc().timestamp()).unwrap_or(0);
    EPOCH + seconds * 10_000_000 + u64::from(moment.nanosecond() / 100)
}
