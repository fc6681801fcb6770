//! Records inside other programs' records: collectors and indexers wrap what they carry.
//!
//! Seen: `message`, `input.message`, `_raw`, `result`, `_source`, `properties`, `event.original`,
//! `AuditData`, `RawEventData`, `raw`, as objects, as JSON in a text, or as JSON behind a syslog prefix.
//! Source: Splunk, Elastic, Sekoia and Panther exports in public repositories.

use super::{FORMATS, Format};
use crate::evidence::{Doc, Fields, Record, RecordAt, Value};

/// Where a carrier keeps its record: path of keys, innermost first.
const PLACES: [&[&str]; 14] = [
    &["event.original"],
    &["event", "original"],
    &["AuditData"],
    &["RawEventData"],
    &["_raw"],
    &["result"],
    &["_source"],
    &["input", "message"],
    &["input.message"],
    &["message"],
    &["properties"],
    &["raw"],
    &["record"],
    &["event"],
];

/// Carriers inside carriers that are followed.
const LEVELS: usize = 4;

/// The record that an object carries, if some format reads it.
pub fn unwrap(value: Value<'_>) -> Option<Doc> {
    search(value, LEVELS)
}

fn search(value: Value<'_>, levels: usize) -> Option<Doc> {
    if levels == 0 || !value.is_object() {
        return None;
    }
    for place in PLACES {
        let Some(doc) = value.path(place).and_then(open) else { continue };
        if is_read(doc.root()) {
            return Some(doc);
        }
        if let Some(inner) = search(doc.root(), levels - 1) {
            return Some(inner);
        }
    }
    None
}

/// True if some format claims the object.
fn is_read(value: Value<'_>) -> bool {
    let record = Record { at: RecordAt::default(), fields: Fields::Object(value), damaged: false };
    FORMATS.iter().any(|format: &&dyn Format| format.claim(&record) > 0)
}

/// A document of its own: a copy of an object, or what a text holds.
fn open(value: Value<'_>) -> Option<Doc> {
    if value.is_object() {
        let mut doc = Doc::new();
        doc.push_value(value);
        return Some(doc);
    }
    if let Some(doc) = value.expand() {
        return doc.root().is_object().then_some(doc);
    }
    // `<180>Aug 13 12:00:00 host o365_audit: {…}`: only if the whole rest is one object.
    let text = value.str()?;
    let json = text.get(text.find('{')?..)?;
    let mut doc = Doc::new();
    doc.parse(json.trim_end()).ok().map(|()| doc)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"CreationTime":"2024-01-02T03:04:05","Id":"x","Operation":"Send","RecordType":2,"Workload":"Exchange"}"#;

    fn found(json: &str) -> bool {
        let mut doc = Doc::new();
        doc.parse(json).unwrap();
        unwrap(doc.root()).is_some_and(|doc| doc.root().str_of("Operation") == Some("Send"))
    }

    #[test]
    fn records_are_found_in_carriers_of_every_kind() {
        let text = serde_json::to_string(RECORD).unwrap();
        let syslog = serde_json::to_string(&format!("<180>Aug 13 12:00:00 host o365_audit: {RECORD}")).unwrap();
        for carrier in [
            format!(r#"{{"message":{text}}}"#),
            format!(r#"{{"message":{syslog}}}"#),
            format!(r#"{{"input":{{"message":{text}}}}}"#),
            format!(r#"{{"preview":false,"offset":0,"result":{{"_raw":{text},"_time":"1"}}}}"#),
            format!(r#"{{"_index":"a","_source":{{"message":"free text","event":{{"original":{text}}}}}}}"#),
            format!(r#"{{"_index":"a","_source":{RECORD}}}"#),
        ] {
            assert!(found(&carrier), "{carrier}");
        }
    }

    #[test]
    fn other_objects_carry_nothing_however_deep() {
        assert!(!found(r#"{"message":"hello {world}"}"#));
        assert!(!found(r#"{"properties":{"a":1}}"#));
        let nest = format!("{}1{}", r#"{"event":"#.repeat(60), "}".repeat(60));
        assert!(!found(&nest));
    }
}
