//! Times of a story in the zone of a view.

use crate::report::model::Sentence;
use crate::report::screen::Clock;
use chrono_tz::Tz;

/// The sentence with its times in the zone of the clock.
///
/// Stories are written once, in UTC, so that every view says the same; the times are found again by the list that
/// the sentence has of them, in its order.
pub fn in_zone(sentence: &Sentence, clock: &Clock) -> String {
    let utc = clock.in_zone(Tz::UTC);
    if clock.zone() == utc.zone() {
        return sentence.text.clone();
    }
    let (mut out, mut rest) = (String::with_capacity(sentence.text.len()), sentence.text.as_str());
    let mut before: Option<&str> = None;
    for time in &sentence.times {
        let short = utc.time_of_day(time);
        let Some((head, tail)) = rest.split_once(&short) else { continue };
        // With its year, with its date, or the time alone: in the form that stands there.
        let (full, dated) = (utc.full(time), utc.day_and_time(time));
        let form =
            |whole: &str| whole.strip_suffix(short.as_str()).filter(|date| !date.is_empty()).and_then(|date| head.strip_suffix(date));
        let shown = match (form(&full), form(&dated), before) {
            (Some(head), ..) => (head, clock.full(time)),
            (_, Some(head), _) => (head, clock.day_and_time(time)),
            (_, _, Some(before)) => (head, clock.moment_beside(time, before)),
            _ => (head, clock.time_of_day(time)),
        };
        out.push_str(shown.0);
        out.push_str(&shown.1);
        rest = tail;
        if let Some(after) = rest.strip_prefix(" UTC") {
            out.push_str(&format!(" {}", clock.zone()));
            rest = after;
        }
        before = Some(time);
    }
    out.push_str(rest);
    out
}
