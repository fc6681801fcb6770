//! Exports of Threat Explorer. Source: column names read by two public tools; no real file was seen.

use super::Format;
use super::defender_mail::{counts, outcome};
use super::delivery::{Delivery, Way};
use super::zoned_column::{dated_column, zoned_time};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// Export of Threat Explorer. Its header words vary, and its zone is in the name of the date column.
pub struct ThreatExplorer;

const DATES: [&str; 4] = ["email date", "date submitted", "date", "received"];

impl Format for ThreatExplorer {
    fn id(&self) -> &'static str {
        "defender.threat-explorer"
    }

    fn title(&self) -> &'static str {
        "Threat Explorer export"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["email date (utc)", "recipients", "sender address"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let marks = ["delivery action", "latest delivery location", "original delivery location", "directionality", "threats"];
        let marked = marks.iter().any(|name| record.has(name));
        let named = record.has("sender address") && (record.has("recipients") || record.has("recipient"));
        if named && marked && dated_column(record, &DATES).is_some() { 5 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let (time, utc) = zoned_time(record, &DATES).map_or((None, false), |(time, utc)| (Some(time), utc));
        let (envelope, shown) = (record.text("sender mail from address"), record.text("sender address"));
        let (message_id, network_id) = (record.text("internet message id"), record.text("network message id"));
        let (subject, recipients) = (record.text("subject"), record.text_any(&["recipients", "recipient"]).unwrap_or_default());
        let (action, threats, ip) = (record.text("delivery action"), record.text("threats"), record.text("sender ip"));
        let place = record.text_any(&["latest delivery location", "original delivery location", "delivery location"]);
        let (standing, status) = outcome(action.as_deref(), place.as_deref());
        let mut flags = Flags::default();
        flags.set_if(counts(record, "url count"), Flags::HAS_LINK);
        flags.set_if(counts(record, "attachment count"), Flags::HAS_ATTACHMENT);
        let delivery = Delivery {
            time: time.as_deref(),
            utc,
            sender: envelope.as_deref().or(shown.as_deref()),
            sender_shown: shown.as_deref(),
            network_id: network_id.as_deref(),
            message_id: message_id.as_deref(),
            subject: subject.as_deref(),
            status: status.as_deref(),
            standing,
            ip: ip.as_deref(),
            way: Way::of(record.text("directionality").as_deref()),
            flags,
            threats: threats.as_deref().filter(|threats| !threats.eq_ignore_ascii_case("none")),
            attachment: None,
        };
        delivery.emit(record, recipients.split([';', ',']).map(str::trim).filter(|name| !name.is_empty()), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::read_csv;

    #[test]
    fn the_offset_of_the_header_dates_the_rows() {
        let out = read_csv(
            &ThreatExplorer,
            "Date submitted (UTC-07:00),Recipients,Subject,Sender address,Delivery action,Latest delivery location,Internet message ID,Threats,Url Count\n\
             2026-05-01 09:00:00,a@example.com;b@example.com,Hi,x@example.org,Blocked,Quarantine,<m@x>,Phish,1\n",
        );
        let event = out.events[0];
        assert_eq!(event.time.rfc3339(0), "2026-05-01T16:00:00Z");
        assert_eq!((event.count, out.keys.len()), (2, 2));
        assert!(event.flags.has(Flags::NOT_DELIVERED | Flags::HAS_LINK));
    }
}
