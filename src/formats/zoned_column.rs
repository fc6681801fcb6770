//! Time columns whose name states the zone of their values.

use crate::evidence::{Fields, Record, Value};
use std::borrow::Cow;

/// The first column whose name is one of these words, with or without a zone behind.
pub fn dated_column<'a>(record: &Record<'a>, words: &[&str]) -> Option<&'a str> {
    let is_date = |name: &str| {
        let bare = name.split(['(', '[']).next().unwrap_or_default().trim();
        words.iter().any(|word| bare.eq_ignore_ascii_case(word))
    };
    match record.fields {
        Fields::Row(header, _) => header.folded().iter().map(String::as_str).find(|name| is_date(name)),
        Fields::Object(object) => object.entries().map(|(name, _)| name).find(|name| is_date(name)),
    }
}

/// The time of such a column, in the zone that its name states; `false` where it states none.
pub fn zoned_time<'a>(record: &Record<'a>, words: &[&str]) -> Option<(Cow<'a, str>, bool)> {
    let name = dated_column(record, words)?;
    let zone = header_zone(name);
    let text = match record.fields {
        Fields::Row(..) => record.text(name)?,
        Fields::Object(object) => object.get(name).and_then(Value::str).map(Cow::Borrowed)?,
    };
    let text = match text {
        Cow::Borrowed(text) => in_header_zone(text, zone),
        Cow::Owned(text) => Cow::Owned(in_header_zone(&text, zone).into_owned()),
    };
    Some((text, zone.is_some()))
}

/// The zone that a column name states, as text to put behind its values: `Date (UTC)`,
/// `Timestamp [UTC]`, `Date submitted (UTC-07:00)`.
fn header_zone(name: &str) -> Option<&str> {
    let (_, rest) = name.rsplit_once(['(', '['])?;
    let zone = rest.trim_end_matches([')', ']']).trim();
    let offset = zone.strip_prefix("utc").or_else(|| zone.strip_prefix("UTC"))?.trim();
    if offset.is_empty() {
        return Some("Z");
    }
    offset.starts_with(['+', '-']).then_some(offset)
}

/// A time with the zone of its column behind it, unless it states its own.
fn in_header_zone<'a>(time: &'a str, zone: Option<&str>) -> Cow<'a, str> {
    let states = time.ends_with(['Z', 'z']) || time.starts_with('/') || time.get(10..).is_some_and(|clock| clock.contains(['+', '-']));
    match zone {
        Some(zone) if !states => Cow::Owned(format!("{time} {zone}")),
        _ => Cow::Borrowed(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_state_their_zone() {
        assert_eq!(header_zone("email date (utc)"), Some("Z"));
        assert_eq!(header_zone("timegenerated [utc]"), Some("Z"));
        assert_eq!(header_zone("date submitted (utc-07:00)"), Some("-07:00"));
        assert_eq!(header_zone("timestamp [local time]"), None);
        assert_eq!(header_zone("date"), None);
        assert_eq!(in_header_zone("2026-05-01 09:00:00", Some("-07:00")), "2026-05-01 09:00:00 -07:00");
        assert_eq!(in_header_zone("2026-05-01T09:00:00Z", Some("-07:00")), "2026-05-01T09:00:00Z");
    }
}
