//! The time axis of a picture: which moment is where, and which moments are named.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// A stretch of time laid along a line. Seconds are those since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    /// Its first second.
    pub(super) from: i64,
    /// Its last second, later than the first.
    pub(super) to: i64,
    /// Where it begins in the picture.
    pub(super) left: f64,
    /// How long it is there.
    pub(super) width: f64,
}

/// A named moment on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// Where it is.
    pub(super) x: f64,
    /// Its name: `09 Feb`, `14:00`.
    pub(super) label: String,
    /// It begins a day.
    pub(super) is_day: bool,
}

/// Distances between ticks, in seconds.
const STEPS: [i64; 15] = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];

impl Axis {
    /// An axis over this time.
    pub(super) fn new(from: i64, to: i64, (left, width): (f64, f64)) -> Axis {
        Axis { from, to: to.max(from + 1), left, width }
    }

    /// Where a moment is; outside the axis at its nearer end.
    pub(super) fn x(&self, second: i64) -> f64 {
        let share = fraction(second.clamp(self.from, self.to) - self.from, self.to - self.from);
        self.left + share * self.width
    }

    /// True if the moment is on the axis.
    pub(super) fn has(&self, second: i64) -> bool {
        (self.from..=self.to).contains(&second)
    }

    /// About `most` named moments, at most one more, at full minutes, hours or days of the zone.
    pub(super) fn ticks(&self, zone: Tz, most: i64) -> Vec<Tick> {
        let length = self.to - self.from;
        let step = STEPS.into_iter().find(|step| length / step < most.max(2)).unwrap_or(31_536_000);
        let offset =
            DateTime::from_timestamp(self.from, 0).map_or(0, |at| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc());
        let first = (self.from + i64::from(offset)).div_euclid(step) * step - i64::from(offset);
        let moments = (0..=length / step + 1).map(|n| first + n * step).filter(|at| self.has(*at));
        moments
            .filter_map(|at| Some((at, zone.from_utc_datetime(&DateTime::from_timestamp(at, 0)?.naive_utc()))))
            .map(|(at, local)| {
                let clock = local.format("%H:%M").to_string();
                let is_day = clock == "00:00";
                Tick { x: self.x(at), label: if is_day || step >= 86_400 { local.format("%d %b").to_string() } else { clock }, is_day }
            })
            .collect()
    }
}

/// One number as a share of another.
pub(super) fn fraction(part: i64, whole: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "shares of a picture")]
    let share = part as f64 / whole as f64;
    if share.is_finite() { share } else { 0.0 }
}

/// One count as a share of another.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    fraction(i64::try_from(part).unwrap_or(i64::MAX), i64::try_from(whole).unwrap_or(i64::MAX))
}

/// A number of things as a length.
pub(super) fn times(n: usize, length: f64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX)) * length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp()
    }

    #[test]
    fn moments_lie_in_proportion_and_never_outside() {
        let axis = Axis::new(1000, 2000, (100.0, 500.0));
        assert_eq!((axis.x(1000), axis.x(1500), axis.x(2000)), (100.0, 350.0, 600.0));
        assert_eq!((axis.x(0), axis.x(9999)), (100.0, 600.0));
        assert!(Axis::new(5, 5, (0.0, 10.0)).x(5).abs() < 1e-9, "one moment is a stretch of a second");
    }

    #[test]
    fn ticks_stand_at_full_hours_of_the_zone_and_days_are_named() {
        let axis = Axis::new(at("2022-02-09T10:20:00Z"), at("2022-02-10T16:00:00Z"), (0.0, 1000.0));
        let labels = |zone: Tz| axis.ticks(zone, 6).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(Tz::UTC), ["12:00", "18:00", "10 Feb", "06:00", "12:00"]);
        assert_eq!(labels(chrono_tz::Asia::Kolkata), ["18:00", "10 Feb", "06:00", "12:00", "18:00"]);
        assert!(axis.ticks(Tz::UTC, 6).iter().filter(|tick| tick.is_day).count() == 1);
    }

    #[test]
    fn there_are_never_too_many_ticks() {
        for days in [1, 3, 40, 400, 4000] {
            let ticks = Axis::new(0, days * 86_400, (0.0, 1.0)).ticks(Tz::UTC, 12);
            assert!((2..=13).contains(&ticks.len()), "{days}: {}", ticks.len());
        }
    }
}
