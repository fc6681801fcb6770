//! The table that the Exchange admin centre exports from the screen: no ids, five columns or so.
//!
//! Source: the portal's documentation of the columns; the header of an exported file was not seen, so
//! synonyms are accepted. Times are in the zone chosen for the query, which only the header can tell.

use super::Format;
use super::delivery::{Delivery, Standing};
use super::zoned_column::{dated_column, zoned_time};
use crate::events::{Batch, Family};
use crate::evidence::Record;

/// Summary of a message trace, exported from the screen.
pub struct PortalTrace;

const DATES: [&str; 3] = ["date", "received", "date received"];
const SENDERS: [&str; 2] = ["sender", "sender address"];
const RECIPIENTS: [&str; 2] = ["recipient", "recipient address"];

impl Format for PortalTrace {
    fn id(&self) -> &'static str {
        "mail.portal-trace"
    }

    fn title(&self) -> &'static str {
        "Message trace exported from the admin centre's screen"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["date", "sender", "recipient", "subject", "status"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let any = |names: &[&str]| names.iter().any(|name| record.has(name));
        let named = any(&SENDERS) && any(&RECIPIENTS) && record.has("subject") && record.has("status");
        let ids = any(&["messagetraceid", "networkmessageid", "network message id", "delivery action"]);
        if named && !ids && dated_column(record, &DATES).is_some() { 5 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        out.notice("no-message-ids", "the rows carry no message ids: the same mail in another export cannot be recognised");
        let (time, utc) = zoned_time(record, &DATES).map_or((None, false), |(time, utc)| (Some(time), utc));
        if !utc {
            out.notice("zone-of-the-query", "times are in the zone that was chosen for the query: give it with --assume-tz");
        }
        let (sender, recipient) = (record.text_any(&SENDERS), record.text_any(&RECIPIENTS));
        let (subject, status) = (record.text("subject"), record.text("status"));
        let delivery = Delivery {
            time: time.as_deref(),
            utc,
            sender: sender.as_deref(),
            subject: subject.as_deref(),
            standing: status.as_deref().map_or(Standing::Open, Standing::of),
            status: status.as_deref(),
            ..Delivery::default()
        };
        delivery.emit(record, recipient.as_deref().into_iter(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Flags;
    use crate::formats::testkit::read_csv;

    #[test]
    fn times_count_only_where_the_header_states_the_zone() {
        let bare = read_csv(
            &PortalTrace,
            "Date,Sender,Recipient,Subject,Status\n2024-05-01 10:00:00,a@example.com,b@example.com,Hi,Filtered as spam\n",
        );
        assert!(!bare.events[0].time.is_known());
        assert!(bare.events[0].flags.has(Flags::NOT_DELIVERED));
        let zoned = read_csv(
            &PortalTrace,
            "Date (UTC+02:00),Sender address,Recipient address,Subject,Status\n2024-05-01 10:00:00,a@example.com,b@example.com,Hi,Delivered\n",
        );
        assert_eq!(zoned.events[0].time.rfc3339(0), "2024-05-01T08:00:00Z");
        assert!(zoned.keys.is_empty());
    }
}
