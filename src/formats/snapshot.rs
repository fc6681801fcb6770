//! What readers of snapshots share: lists and truth values in tables and objects, times, owners.

use crate::events::time::{self, DateOrder, Parsed, Zone};
use crate::events::{Batch, Principal, Time, TimeRules, key};
use crate::evidence::{Record, Value};
use std::borrow::Cow;

/// True for the type name that an exporter wrote in place of a list: the values are lost.
pub fn is_lost(text: &str) -> bool {
    ["System.Object[]", "System.String[]", "System.Collections.", "Microsoft.Exchange.Data.MultiValued"]
        .iter()
        .any(|name| text.starts_with(name))
        || text.starts_with("System.") && text.ends_with("[]")
}

/// The elements of a field, each as text: a cell is one element, an object gives its address or name.
pub fn elements<'a>(record: &Record<'a>, name: &str) -> Vec<Cow<'a, str>> {
    let Some(value) = record.value(name).map(Value::unwrapped) else {
        return record.text(name).into_iter().collect();
    };
    value.items_or_self().filter_map(|item| element(item.unwrapped())).filter(|text| !text.trim().is_empty()).collect()
}

/// Text of a plain value, or the address (else the name) of an object that stands for somebody.
fn element(value: Value<'_>) -> Option<Cow<'_, str>> {
    const NAMES: [&str; 8] =
        ["address", "smtpaddress", "primarysmtpaddress", "identity", "userprincipalname", "name", "displayname", "value"];
    if !value.is_object() {
        return value.text();
    }
    let inner =
        ["emailaddress", "recipientprincipal", "adrecipient"].iter().find_map(|name| value.get(name).filter(|inner| inner.is_object()));
    inner.and_then(|inner| NAMES.iter().find_map(|name| inner.text_of(name))).or_else(|| NAMES.iter().find_map(|name| value.text_of(name)))
}

/// The elements of a field as one text, joined by `, `.
pub fn joined<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    let mut elements = elements(record, name);
    match elements.len() {
        0 => None,
        1 => elements.pop(),
        _ => Some(Cow::Owned(elements.join(", "))),
    }
}

/// A truth value; `None` where the field is missing or says neither.
pub fn truth(record: &Record<'_>, name: &str) -> Option<bool> {
    let text = record.text(name)?;
    if text.eq_ignore_ascii_case("true") || text == "1" {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") || text == "0" {
        Some(false)
    } else {
        None
    }
}

/// The first of these fields as a time, under the rules of the run; [`Time::NONE`] where day and month
/// cannot be told apart: a row of a snapshot is not worth a guess.
pub fn time_of(record: &Record<'_>, names: &[&str], utc: bool, rules: TimeRules) -> Time {
    let Some(text) = record.text_any(names) else { return Time::NONE };
    let (reading, zone) = match time::parse(&text) {
        Parsed::Known(stamp) => (Some(stamp.time), stamp.zone),
        Parsed::DayMonth(both) => {
            let reading = match (rules.order, both.month_first, both.day_first) {
                (DateOrder::MonthFirst, month, _) => month,
                (DateOrder::DayFirst, _, day) => day,
                (_, Some(only), None) | (_, None, Some(only)) => Some(only),
                (_, month, day) => month.filter(|month| day == Some(*month)),
            };
            (reading, both.zone)
        }
        Parsed::Absent | Parsed::Unknown => (None, Zone::Unstated),
    };
    let Some(reading) = reading else { return Time::NONE };
    match (zone, utc, rules.zone) {
        (Zone::Stated, ..) | (_, true, _) => reading,
        (_, _, Some(zone)) => time::in_zone(reading, zone).unwrap_or(Time::NONE),
        _ => Time::NONE,
    }
}

/// Whose row it is: the first of these fields that names somebody.
pub fn owner(record: &Record<'_>, names: &[&str], out: &mut Batch) -> Principal {
    out.opt_principal(record.text_any(names))
}

/// True for a GUID that is not all zeros.
pub fn is_guid(text: &str) -> bool {
    key::guid(text).is_some_and(|bits| bits != 0)
}

/// Says that the address and these identifiers of the same row are one account. Only identifiers that a
/// directory keeps unique are joined, never display names.
pub fn link_identifiers(record: &Record<'_>, owner: Principal, names: &[&str], out: &mut Batch) {
    for name in names {
        for text in elements(record, name) {
            link(owner, &text, out);
        }
    }
}

fn link(owner: Principal, text: &str, out: &mut Batch) {
    // EmailAddresses is one cell in a table: `SMTP:a@b smtp:c@d x500:/o=…`, also with commas.
    let legacy = |part: &str| part.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("x500:"));
    if text.starts_with('/') || legacy(text) {
        let dn = out.principal(text.get(if legacy(text) { 5.. } else { 0.. }).unwrap_or_default());
        out.same_account(owner, dn);
        return;
    }
    for part in text.split([' ', ',', ';', '|']).map(|part| part.trim_matches(['{', '}'])) {
        let other_kind = part.split_once(':').is_some_and(|(kind, _)| !kind.eq_ignore_ascii_case("smtp"));
        if !other_kind && (part.contains('@') || is_guid(part)) {
            let name = out.principal(part);
            out.same_account(owner, name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Cells, Doc, Fields, Header, RecordAt};

    fn doc(json: &str) -> Doc {
        let mut doc = Doc::new();
        doc.parse(json).unwrap();
        doc
    }

    fn object(doc: &Doc) -> Record<'_> {
        Record { at: RecordAt::default(), fields: Fields::Object(doc.root()), damaged: false }
    }

    #[test]
    fn lists_are_read_from_every_wrapper() {
        let doc = doc(
            r#"{"a":["x","y"],"b":"x","c":{"value":["x","y"],"Count":2},"d":[{"emailAddress":{"name":"N","address":"a@example.com"}}],"e":[]}"#,
        );
        let record = object(&doc);
        assert_eq!(joined(&record, "a").as_deref(), Some("x, y"));
        assert_eq!(joined(&record, "b").as_deref(), Some("x"));
        assert_eq!(joined(&record, "c").as_deref(), Some("x, y"));
        assert_eq!(joined(&record, "d").as_deref(), Some("a@example.com"));
        assert_eq!(joined(&record, "e"), None);
    }

    #[test]
    fn lost_lists_are_not_empty_lists() {
        assert!(is_lost("System.Object[]") && is_lost("System.Collections.ArrayList") && is_lost("System.Byte[]"));
        assert!(!is_lost("System alerts"));
    }

    #[test]
    fn times_of_rows_are_never_guessed() {
        let doc = doc(r#"{"a":"2023-01-30T10:00:00","b":"3/12/2023 10:00:00","c":"13/12/2023 10:00:00"}"#);
        let record = object(&doc);
        let rules = TimeRules::default();
        assert_eq!(time_of(&record, &["a"], true, rules).rfc3339(0), "2023-01-30T10:00:00Z");
        assert_eq!(time_of(&record, &["a"], false, rules), Time::NONE);
        assert_eq!(time_of(&record, &["b"], true, rules), Time::NONE);
        assert_eq!(time_of(&record, &["c"], true, rules).rfc3339(0), "2023-12-13T10:00:00Z");
    }

    #[test]
    fn addresses_and_legacy_names_of_a_row_are_one_account() {
        let header = Header::new(&["EmailAddresses", "LegacyExchangeDN"]);
        let mut cells = Cells::default();
        cells.push("SMTP:a@example.com smtp:b@example.com SIP:a@example.com SPO:SPO_1@SPO_2");
        cells.push("/o=ExchangeLabs/cn=Doe, John");
        let record = Record { at: RecordAt::default(), fields: Fields::Row(&header, &cells), damaged: false };
        let mut out = Batch::new(TimeRules::default());
        let owner = out.principal("a@example.com");
        link_identifiers(&record, owner, &["emailaddresses", "legacyexchangedn"], &mut out);
        let names: Vec<&str> = out.same.iter().map(|(_, name)| out.names.get(*name)).collect();
        assert_eq!(names, ["b@example.com", "/o=exchangelabs/cn=doe, john"]);
    }
}
