//! Message trace detail: what happened to a message, one row an event of its way.
//!
//! Source: the documentation of Get-MessageTraceDetail and V2 and of Graph's `getDetailsByRecipient`;
//! public reports on their repeated rows.

use super::Format;
use super::delivery::Standing;
use crate::events::{Action, Batch, Event, Family, Flags, Key, KeyKind, Outcome, message_link};
use crate::evidence::Record;

/// Get-MessageTraceDetail and Get-MessageTraceDetailV2.
pub struct TraceDetail;

impl Format for TraceDetail {
    fn id(&self) -> &'static str {
        "mail.message-trace-detail"
    }

    fn title(&self) -> &'static str {
        "Get-MessageTraceDetail or Get-MessageTraceDetailV2"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["date", "event", "detail"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["received"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let all = self.required().iter().all(|name| record.has(name)) && !record.has("received");
        if all && (record.has("messagetraceid") || record.has("action")) { 4 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, ["messagetraceid", "date", "detail"], out);
    }
}

/// Graph `exchangeMessageTraceDetail`.
pub struct GraphTraceDetail;

impl Format for GraphTraceDetail {
    fn id(&self) -> &'static str {
        "mail.message-trace-detail-graph"
    }

    fn title(&self) -> &'static str {
        "Graph message trace detail (getDetailsByRecipient)"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["id", "datetime", "event", "description", "messageid"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, ["id", "datetime", "description"], out);
    }
}

/// A row is an event of transport, no mail of its own: numbers of mails come from the trace.
fn read(record: &Record<'_>, [id, date, detail]: [&str; 3], out: &mut Batch) {
    let (id, time, name) = (record.text(id), record.text(date), record.text("event"));
    let (detail, recipient) = (record.text(detail), record.text("recipientaddress"));
    let message_id = record.text("messageid");
    let mut event = Event::new(record.at, Action::Other);
    event.family = Family::MessageTrace;
    event.actor = out.opt_principal(record.text("senderaddress"));
    event.target = out.opt_principal(recipient.as_deref());
    event.operation = out.opt(name.as_deref());
    event.object = out.opt(detail.as_deref());
    event.link = message_id.as_deref().map_or(0, message_link);
    event.flags.set_if(record.damaged, Flags::PARTIAL);
    event.outcome = match name.as_deref().map(Standing::of) {
        Some(Standing::Failed) => Outcome::Failure,
        Some(Standing::Delivered | Standing::Elsewhere) => Outcome::Success,
        _ => Outcome::Unknown,
    };
    let message = id.as_deref().or(message_id.as_deref());
    if message.is_none() {
        out.notice("detail-without-message", "trace details without message id: they cannot be joined to a message");
    }
    let key = message.map(|message| {
        let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
        let recipient = out.names.get(event.target);
        Key::of_parts(KeyKind::Transport, &["detail", message, recipient, &text(&time), &text(&name), &text(&detail)])
    });
    if let Some(time) = &time {
        out.set_time(&mut event, time, true);
    }
    out.event(event, key.as_slice());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn rows_that_the_shell_repeats_share_a_key() {
        let csv = "MessageTraceId,MessageId,Date,Event,Action,Detail,Data\n\
                   11111111-1111-4111-8111-111111111111,<m@x>,2024-05-01T10:00:00,Deliver,,\"Delivered, Inbox\",\"<root><MEP Name=\"\"a\"\" String=\"\"b\nc\"\"/></root>\"\n\
                   11111111-1111-4111-8111-111111111111,<m@x>,2024-05-01T10:00:00,Deliver,,\"Delivered, Inbox\",\n\
                   11111111-1111-4111-8111-111111111111,<m@x>,2024-05-01T10:00:00,Fail,,Bounced,\n";
        let out = read_csv(&TraceDetail, csv);
        assert_eq!(out.keys[0].0, out.keys[1].0);
        assert_ne!(out.keys[0].0, out.keys[2].0);
        assert_eq!(out.events[2].outcome, Outcome::Failure);
        assert_eq!(out.events[0].action, Action::Other, "a detail is no mail of its own");
        assert_eq!(out.text.get(out.events[0].operation), "Deliver");
    }

    #[test]
    fn rows_without_a_message_stay_apart_and_say_so() {
        let csv = "Date,Event,Action,Detail\n2024-05-01T10:00:00,Receive,,x\n2024-05-01T10:00:00,Receive,,x\n";
        let out = read_csv(&TraceDetail, csv);
        assert_eq!((out.keys.len(), out.notices.len()), (0, 1));
    }

    #[test]
    fn graph_details_are_read() {
        let line = r#"{"id":"11111111-1111-4111-8111-111111111111","messageId":"<m@x>","dateTime":"2024-05-01T10:00:00Z","event":"Send","action":"","description":"sent","data":"<root/>"}"#;
        let out = read_json(&GraphTraceDetail, line);
        assert_eq!(out.events[0].time.rfc3339(0), "2024-05-01T10:00:00Z");
    }
}
