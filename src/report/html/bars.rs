//! Mails sent by minute, as bars: one picture for each run of mails.

use super::axis::{Axis, share};
use super::drawing::Drawing;
use super::lanes::seconds;
use crate::report::model::MailMinute;
use crate::report::screen::{Clock, count, thousands};
use chrono_tz::Tz;

/// Seconds without a mail that end a run.
const PAUSE: i64 = 3_600;
/// Runs that are drawn: the largest.
const RUNS: usize = 4;
/// Bars that a picture has at most; more minutes are counted together.
const BARS: i64 = 180;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 24.0;

/// A run of mails.
pub(super) struct Run {
    /// Mails in it, each recipient counted.
    pub(super) mails: u64,
    /// When: `09 Feb 14:48 – 15:03`.
    pub(super) when: String,
    /// Minutes that one bar stands for.
    minutes: i64,
    /// The bars.
    pub(super) picture: String,
}

impl Run {
    /// What a bar stands for, in words.
    pub(super) fn unit(&self) -> String {
        if self.minutes == 1 { "a bar is a minute".to_owned() } else { format!("a bar is {} minutes", self.minutes) }
    }
}

/// The largest runs of mails of an account in order of time, and how many mails are in the others.
pub(super) fn runs(minutes: &[MailMinute], clock: &Clock, zone: Tz) -> (Vec<Run>, u64) {
    let counted: Vec<(i64, u64)> = minutes.iter().filter_map(|one| Some((seconds(&one.minute)?, one.mails))).collect();
    let mut runs: Vec<&[(i64, u64)]> = counted.chunk_by(|a, b| b.0 - a.0 <= PAUSE).collect();
    let mails = |run: &[(i64, u64)]| run.iter().map(|(_, mails)| *mails).sum::<u64>();
    runs.sort_by_key(|run| std::cmp::Reverse(mails(run)));
    let rest = runs.get(RUNS..).unwrap_or_default().iter().map(|run| mails(run)).sum();
    runs.truncate(RUNS);
    runs.sort_by_key(|run| run.first().map(|(at, _)| *at));
    (runs.into_iter().filter_map(|run| one(run, mails(run), clock, zone)).collect(), rest)
}

fn one(run: &[(i64, u64)], mails: u64, clock: &Clock, zone: Tz) -> Option<Run> {
    let (first, last) = (run.first()?.0, run.last()?.0);
    let minutes = ((last - first) / 60 / BARS + 1).max(1);
    let length = minutes * 60;
    let mut bars: Vec<(i64, u64)> = Vec::new();
    for (at, mails) in run {
        let begin = first + (at - first) / length * length;
        match bars.last_mut().filter(|(known, _)| *known == begin) {
            Some((_, sum)) => *sum += mails,
            None => bars.push((begin, *mails)),
        }
    }
    let stamp = |second: i64| crate::events::Time::from_secs(second).rfc3339(0);
    // At least ten bars wide, so that one minute is no wall.
    let axis = Axis::new(first - length, (last + 2 * length).max(first + 9 * length), (LEFT, WIDTH - LEFT - 24.0));
    Some(Run { mails, when: clock.minutes(&stamp(first), &stamp(last)), minutes, picture: draw(&bars, length, axis, clock, zone) })
}

fn draw(bars: &[(i64, u64)], length: i64, axis: Axis, clock: &Clock, zone: Tz) -> String {
    let most = bars.iter().map(|(_, mails)| *mails).max().unwrap_or(1);
    let label = format!("Mails sent over time, at most {most} at once");
    let mut drawing = Drawing::new("bars", (WIDTH, HEIGHT), &label);
    let floor = HEIGHT - BOTTOM;
    let y = |mails: u64| floor - share(mails, most) * (floor - TOP);
    for mark in [most, most / 2] {
        drawing.line("grid", (LEFT, y(mark)), (WIDTH, y(mark)));
        drawing
            .tag("text")
            .attr("class", "small")
            .num("x", LEFT - 6.0)
            .num("y", y(mark) + 4.0)
            .attr("text-anchor", "end")
            .text(&thousands(mark));
    }
    for tick in axis.ticks(zone, 8) {
        drawing.line("grid", (tick.x, floor), (tick.x, floor + 4.0));
        drawing.tag("text").attr("class", "small tick").num("x", tick.x).num("y", HEIGHT - 6.0).text(&tick.label);
    }
    drawing.line("rule", (LEFT, floor), (WIDTH, floor));
    for (at, mails) in bars {
        let (left, right) = (axis.x(*at), axis.x(at + length));
        let bar = drawing.rect("sent", (left, y(*mails)), ((right - left - 0.5).max(1.0), floor - y(*mails)));
        let when = clock.minute(&crate::events::Time::from_secs(*at).rfc3339(0));
        bar.hint(&format!("{when}: {}", count(*mails, "mail", "mails")));
    }
    drawing.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Report;

    fn minute(minute: &str, mails: u64) -> MailMinute {
        MailMinute { minute: minute.to_owned(), mails }
    }

    fn drawn(minutes: &[MailMinute]) -> (Vec<Run>, u64) {
        runs(minutes, &Clock::new(&Report::empty(), Tz::UTC), Tz::UTC)
    }

    #[test]
    fn each_minute_with_mails_is_a_bar() {
        let (runs, rest) = drawn(&[minute("2022-02-09T14:48:00Z", 10), minute("2022-02-09T14:50:00Z", 40)]);
        assert_eq!((runs.len(), rest), (1, 0));
        assert_eq!((runs[0].mails, runs[0].when.as_str(), runs[0].minutes), (50, "09 Feb 14:48 – 14:50", 1));
        assert!(runs[0].picture.contains("<title>09 Feb 14:50: 40 mails</title>"), "{}", runs[0].picture);
        assert_eq!(runs[0].picture.matches("class=\"sent\"").count(), 2);
    }

    #[test]
    fn a_pause_of_more_than_an_hour_begins_a_new_run() {
        for (second, expected) in [("2022-02-09T14:59:00Z", 1), ("2022-02-09T15:00:00Z", 1), ("2022-02-09T15:01:00Z", 2)] {
            assert_eq!(drawn(&[minute("2022-02-09T14:00:00Z", 1), minute(second, 1)]).0.len(), expected, "{second}");
        }
    }

    #[test]
    fn the_largest_runs_are_drawn_in_order_of_time_and_the_rest_is_counted() {
        let minutes: Vec<MailMinute> = (1..=6).map(|day| minute(&format!("2022-02-0{day}T10:00:00Z"), day)).collect();
        let (runs, rest) = drawn(&minutes);
        assert_eq!(runs.iter().map(|run| run.mails).collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(rest, 3);
    }

    #[test]
    fn a_long_run_has_bars_of_several_minutes_and_loses_no_mail() {
        let minutes: Vec<MailMinute> =
            (0..1000).map(|n| minute(&crate::events::Time::from_secs(1_644_000_000 + n * 60).rfc3339(0), 2)).collect();
        let (runs, _) = drawn(&minutes);
        assert_eq!((runs.len(), runs[0].mails, runs[0].minutes), (1, 2000, 6));
        assert!(runs[0].picture.matches("class=\"sent\"").count() <= 180);
    }
}
