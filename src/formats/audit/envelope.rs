//! What envelopes share: a record inside a column or key, with a few of its facts beside it.

use super::salvage::{Reading, parse};
use super::{Fallback, read_record};
use crate::events::{Batch, Flags, Reason};
use crate::evidence::{Doc, Record};

/// Where an envelope keeps what (folded names; of several the first that is filled counts).
pub struct Names {
    /// The audit record, as JSON text or as an object.
    pub record: &'static [&'static str],
    /// Record id.
    pub id: &'static [&'static str],
    /// Creation date.
    pub time: &'static [&'static str],
    /// Who acted.
    pub user: &'static [&'static str],
    /// What was done.
    pub operation: &'static [&'static str],
    /// Record type.
    pub record_type: &'static [&'static str],
}

/// Why a record without a readable audit record became no event.
pub const UNREADABLE: Reason = Reason("audit-data-unreadable");

/// Reads a record that wraps an audit record. What is cut is read as far as it is sound; where nothing
/// of it is left, the event is made of what stands beside it, and marked as partial.
pub fn read(record: &Record<'_>, names: &Names, more: Flags, out: &mut Batch) {
    let id = record.text_any(names.id);
    let time = record.text_any(names.time);
    let user = record.text_any(names.user);
    let operation = record.text_any(names.operation);
    let record_type = record.text_any(names.record_type);
    let mut fallback = Fallback {
        id: id.as_deref(),
        time: time.as_deref(),
        user: user.as_deref(),
        operation: operation.as_deref(),
        record_type: record_type.as_deref(),
        local_time: false,
        flags: more,
    };
    fallback.flags.set_if(record.damaged, Flags::PARTIAL);
    if let Some(value) = names.record.iter().find_map(|name| record.value(name)).filter(|value| value.is_object()) {
        return read_record(value, record.at, &fallback, out);
    }
    let mut doc = std::mem::take(&mut out.scratch);
    let doubled = names.record.iter().find_map(|name| record.doubled(name));
    if doubled.is_some_and(|json| doc.parse_doubled(json)) {
        read_record(doc.root(), record.at, &fallback, out);
        out.scratch = doc;
        return;
    }
    let json = record.text_any(names.record);
    match json.as_deref().map_or(Reading::Nothing, |json| parse(json, &mut doc)) {
        Reading::Whole => read_record(doc.root(), record.at, &fallback, out),
        reading => {
            fallback.flags.set(Flags::PARTIAL);
            if reading == Reading::Partial {
                read_record(doc.root(), record.at, &fallback, out);
            } else if fallback.operation.is_some() && (fallback.time.is_some() || fallback.user.is_some()) {
                read_record(Doc::new().root(), record.at, &fallback, out);
            } else {
                out.reject(record.at, UNREADABLE);
            }
        }
    }
    out.scratch = doc;
}
