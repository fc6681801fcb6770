//! Historical search, report type `MessageTrace` ("Enhanced summary"): one row a message, with all its
//! recipients in one cell.
//!
//! Source: record dumps in public readers of the format; the portal's documentation.

use super::Format;
use super::delivery::{Delivery, Standing, Way};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;
use std::borrow::Cow;

/// Start-HistoricalSearch, summary report.
pub struct TraceSummary;

impl Format for TraceSummary {
    fn id(&self) -> &'static str {
        "mail.historical-summary"
    }

    fn title(&self) -> &'static str {
        "Historical message trace, summary (Start-HistoricalSearch, Enhanced summary)"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["origin_timestamp_utc", "sender_address", "recipient_status"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["event_id"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let dated = record.has("origin_timestamp_utc") || record.has("origin_timestamp");
        if dated && record.has("sender_address") && record.has("recipient_status") && !record.has("event_id") { 3 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let time = record.text_any(&["origin_timestamp_utc", "origin_timestamp"]);
        let (sender, network_id) = (record.text("sender_address"), record.text("network_message_id"));
        let (message_id, subject) = (record.text("message_id"), record.text("message_subject"));
        let (ip, way) = (record.text("original_client_ip"), record.text("directionality"));
        let cell = record.text("recipient_status").unwrap_or_default();
        let summary = Summary::of(&cell);
        let mut flags = Flags::default();
        if summary.unclear {
            flags.set(Flags::PARTIAL);
            out.notice("recipient-status-unclear", "some recipient_status cells hold no status: those recipients are kept as written");
        }
        let delivery = Delivery {
            time: time.as_deref(),
            utc: true,
            sender: sender.as_deref(),
            network_id: network_id.as_deref(),
            message_id: message_id.as_deref(),
            subject: subject.as_deref(),
            status: Some(&*summary.status).filter(|status| !status.is_empty()),
            standing: summary.standing,
            ip: ip.as_deref(),
            way: Way::of(way.as_deref()),
            flags,
            ..Delivery::default()
        };
        delivery.emit(record, items(&cell).map(|(address, _)| address), out);
    }
}

/// The items of a `recipient_status` cell: address, and statuses where there are any.
///
/// Items end at `;` outside double quotes (a quoted local part may hold one; quotes that do not pair
/// mean nothing), statuses follow the last `##`.
fn items(cell: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let (mut quoted, paired) = (false, cell.bytes().filter(|byte| *byte == b'"').count() % 2 == 0);
    let pieces = cell.split(move |letter| {
        quoted ^= paired && letter == '"';
        letter == ';' && !quoted
    });
    pieces.map(str::trim).filter(|item| !item.is_empty()).map(|item| match item.rsplit_once("##") {
        Some((address, statuses)) => (address, Some(statuses)),
        None => (item, None),
    })
}

/// What the statuses of all recipients come to.
struct Summary<'a> {
    status: Cow<'a, str>,
    standing: Standing,
    unclear: bool,
}

impl<'a> Summary<'a> {
    /// Delivered if anybody got it; failed or held back only if that is so for all.
    fn of(cell: &'a str) -> Summary<'a> {
        let mut summary = Summary { status: Cow::Borrowed(""), standing: Standing::Open, unclear: false };
        let (mut first, mut kinds) = (true, 0);
        for (_, statuses) in items(cell) {
            let Some(statuses) = statuses else {
                summary.unclear = true;
                continue;
            };
            let standing = Standing::of_list(statuses);
            if first {
                (summary.status, summary.standing, first) = (Cow::Borrowed(statuses), standing, false);
                continue;
            }
            summary.standing = better(summary.standing, standing);
            // A few kinds say it all; a hostile cell must not make them many.
            if kinds < 4 && !summary.status.split("; ").any(|known| known == statuses) {
                summary.status = Cow::Owned(format!("{}; {statuses}", summary.status));
                kinds += 1;
            }
        }
        summary
    }
}

fn better(one: Standing, other: Standing) -> Standing {
    let rank = |standing| match standing {
        Standing::Delivered => 3,
        Standing::Open => 2,
        Standing::Elsewhere => 1,
        Standing::Failed => 0,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Outcome};
    use crate::formats::testkit::read_csv;

    const HEADER: &str = "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,original_client_ip,directionality,connector_id,delivery_priority\n";

    fn read(rows: &str) -> Batch {
        read_csv(&TraceSummary, &format!("{HEADER}{rows}"))
    }

    #[test]
    fn a_row_is_one_event_with_a_key_for_each_recipient() {
        let out = read(
            "2021-03-23T10:00:09.3284899Z,a@example.com,\"b@example.com##Receive, Deliver;C@example.org##Receive, Send;b@example.com##Receive, Deliver\",Hi,1,<m@x>,ee8254e9d33041ceae02b858cb0e0ae7,192.0.2.9,Originating,,Normal\n",
        );
        let event = out.events[0];
        assert_eq!((event.count, out.keys.len(), event.outcome), (2, 2, Outcome::Success));
        assert_eq!(out.ips.get(event.ip), "192.0.2.9");
        let Detail::Mail(mail) = &out.details[0] else { panic!("no mail detail") };
        let names: Vec<&str> = mail.recipients.iter().map(|name| out.names.get(*name)).collect();
        assert_eq!(names, ["b@example.com", "c@example.org"]);
        assert_eq!(out.text.get(mail.status), "Receive, Deliver; Receive, Send");
        assert_eq!(event.time.rfc3339(event.digits), "2021-03-23T10:00:09.3284899Z");
    }

    #[test]
    fn the_relay_of_inbound_mail_is_nobodys_address() {
        let out = read(
            "2023-01-30T01:02:33Z,news@example.org,\"b@example.com##Receive, Deliver\",N,1,<m@x>,ee8254e9d33041ceae02b858cb0e0ae7,198.51.100.2,Incoming,,Normal\n",
        );
        assert!(out.events[0].ip.is_none());
        assert!(out.events[0].flags.has(Flags::INBOUND));
        assert!(out.details.is_empty());
    }

    #[test]
    fn broken_cells_are_kept_and_said() {
        let out = read(
            "2023-01-30T01:02:33Z,a@example.com,\"\"\"F L<f;l\"\"@example.com##Receive, Fail\",N,1,<m@x>,ee8254e9d33041ceae02b858cb0e0ae7,,Originating,,\n\
             2023-01-30T01:02:34Z,a@example.com,b@example.com,N,1,<n@x>,ee8254e9d33041ceae02b858cb0e0ae8,,Originating,,\n",
        );
        assert_eq!(out.events[0].outcome, Outcome::Failure);
        assert!(out.events[0].flags.has(Flags::NOT_DELIVERED));
        assert_eq!(out.names.get(out.events[1].target), "b@example.com");
        assert!(out.events[1].flags.has(Flags::PARTIAL));
        assert_eq!(out.notices.len(), 1);
    }
}
