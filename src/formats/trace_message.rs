//! Message traces with one row a recipient: Get-MessageTrace and V2, the reporting web service, Graph.
//!
//! Source: the cmdlets' documentation, real records of the reporting web service and of a live tenant.
//! `StartDate`, `EndDate` and `Index` are the window of the query and say nothing of the message.

use super::Format;
use super::delivery::{Delivery, Standing};
use crate::events::{Batch, Family, Flags, Reason};
use crate::evidence::Record;

/// Get-MessageTrace and Get-MessageTraceV2 (CSV, JSON), and the same rows from the reporting web
/// service (`OData` 2 and 3).
pub struct MessageTrace;

impl Format for MessageTrace {
    fn id(&self) -> &'static str {
        "mail.message-trace"
    }

    fn title(&self) -> &'static str {
        "Get-MessageTrace, Get-MessageTraceV2 or the reporting web service"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["messagetraceid", "senderaddress", "recipientaddress", "received"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["event"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, "messagetraceid", "received", out);
    }
}

/// Rows of Get-MessageTrace of which only some columns were kept, without the trace id.
pub struct NarrowedTrace;

impl Format for NarrowedTrace {
    fn id(&self) -> &'static str {
        "mail.message-trace-narrowed"
    }

    fn title(&self) -> &'static str {
        "Get-MessageTrace without its ids (Select-Object)"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["received", "senderaddress", "recipientaddress"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["event", "foldername", "messagetraceid"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let has = |names: &[&str]| names.iter().all(|name| record.has(name));
        let narrowed = has(self.required()) && !self.forbidden().iter().any(|name| record.has(name));
        if narrowed && (record.has("subject") || record.has("status")) { 4 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        out.notice("no-message-ids", "the rows carry no message ids: the same mail in another export cannot be recognised");
        read(record, "messagetraceid", "received", out);
    }
}

/// Graph `exchangeMessageTrace`.
pub struct GraphTrace;

impl Format for GraphTrace {
    fn id(&self) -> &'static str {
        "mail.message-trace-graph"
    }

    fn title(&self) -> &'static str {
        "Graph message trace (admin/exchange/tracing/messageTraces)"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["id", "receiveddatetime", "senderaddress", "recipientaddress", "status"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["internetmessageheaders", "torecipients"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, "id", "receiveddatetime", out);
    }
}

/// Reads a row. `Received` is UTC in all of them; a row states no direction, so its addresses are
/// those of relays or clients alike and are left in the evidence.
fn read(record: &Record<'_>, id: &str, received: &str, out: &mut Batch) {
    let status = record.text("status");
    if status.as_deref().is_some_and(|status| status.starts_with("Failed to retrieve message trace")) {
        out.reject(record.at, Reason("failed-query"));
        return;
    }
    let time = record.text(received);
    if time.as_deref().is_some_and(|time| time.contains("/Date(")) && !record.has("__metadata") {
        out.notice(
            "date-form-shift",
            "times are written as /Date(…)/: Windows PowerShell may have shifted them by the collecting computer's offset",
        );
    }
    let (network_id, message_id, sender) = (record.text(id), record.text("messageid"), record.text("senderaddress"));
    let (subject, recipient) = (record.text("subject"), record.text("recipientaddress"));
    let delivery = Delivery {
        time: time.as_deref(),
        utc: true,
        sender: sender.as_deref(),
        network_id: network_id.as_deref(),
        message_id: message_id.as_deref(),
        subject: subject.as_deref(),
        standing: status.as_deref().map_or(Standing::Open, Standing::of),
        status: status.as_deref(),
        flags: Flags::default(),
        ..Delivery::default()
    };
    delivery.emit(record, recipient.as_deref().into_iter(), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Outcome};
    use crate::formats::testkit::{read_csv, read_json};

    const ODATA: &str = r#"{"__metadata":{"type":"TenantReporting.MessageTrace"},"Organization":"example.onmicrosoft.com","MessageId":"<3a27@mx.example.com>","Received":"/Date(1658751973240)/","SenderAddress":"noreply@example.org","RecipientAddress":"Foo.Bar@example.com","Subject":"Role","Status":"GettingStatus","ToIP":null,"FromIP":"198.51.100.7","Size":87680,"MessageTraceId":"3b4fc661-180d-4c2f-60c9-08da6e38dd10","StartDate":"/Date(1658579297628)/","EndDate":"/Date(1658752097628)/","Index":0}"#;

    #[test]
    fn a_row_of_the_reporting_service_is_a_dated_delivery() {
        let out = read_json(&MessageTrace, ODATA);
        let event = out.events[0];
        assert_eq!(event.time.rfc3339(event.digits), "2022-07-25T12:26:13.240Z");
        assert_eq!(out.names.get(event.actor), "noreply@example.org");
        assert_eq!(out.names.get(event.target), "foo.bar@example.com");
        assert_eq!((event.outcome, event.ip.is_some()), (Outcome::Unknown, false));
        assert!(out.notices.is_empty(), "the service writes true UTC");
    }

    #[test]
    fn csv_json_and_graph_rows_of_a_delivery_share_its_key() {
        let csv = "Received,SenderAddress,RecipientAddress,Subject,Status,FromIP,Size,MessageId,MessageTraceId\n\
                   2023-10-22T23:00:54.1234567,a@example.com,B@Example.com,Hi,Delivered,,1,<m@x>,FB4CB0C4D7D44C488F3AD72450567F5A\n";
        let graph = r#"{"id":"fb4cb0c4-d7d4-4c48-8f3a-d72450567f5a","messageId":"<m@x>","receivedDateTime":"2023-10-22T23:00:54Z","senderAddress":"a@example.com","recipientAddress":"b@example.com","subject":"Hi","status":"filteredAsSpam"}"#;
        let (csv, graph) = (read_csv(&MessageTrace, csv), read_json(&GraphTrace, graph));
        assert_eq!(csv.keys[0].0, graph.keys[0].0);
        assert_eq!(csv.events[0].link, graph.events[0].link);
        assert!(csv.details.is_empty(), "an ordinary delivery costs no detail");
        assert!(graph.events[0].flags.has(Flags::NOT_DELIVERED));
        let Detail::Mail(mail) = &graph.details[0] else { panic!("no mail detail") };
        assert_eq!(graph.text.get(mail.status), "filteredAsSpam");
    }

    #[test]
    fn dates_in_the_computers_style_wait_for_the_whole_file() {
        let csv = "Received,SenderAddress,RecipientAddress,Subject,Status,MessageTraceId\n\
                   3/12/2023 12:08:31 PM,a@example.com,b@example.com,Hi,Delivered,590ef74c-0994-4b56-bfe4-4d539b7d8907\n";
        let out = read_csv(&MessageTrace, csv);
        assert_eq!(out.pending.len(), 1);
        assert!(!out.events[0].time.is_known());
    }

    #[test]
    fn rows_without_ids_never_merge() {
        let csv = "Received,SenderAddress,RecipientAddress,Subject\n\
                   2023-10-22T23:00:54,a@example.com,b@example.com,Hi\n2023-10-22T23:00:54,<>,b@example.com,Undeliverable\n";
        let out = read_csv(&NarrowedTrace, csv);
        assert_eq!((out.events.len(), out.keys.len()), (2, 0));
        assert!(out.events[1].actor.is_none(), "a bounce has no sender");
    }

    #[test]
    fn a_failed_query_is_no_mail() {
        let line = r#"{"MessageTraceId":"","SenderAddress":"","RecipientAddress":"","Received":"","Status":"Failed to retrieve message trace: throttled"}"#;
        let out = read_json(&MessageTrace, line);
        assert!(out.events.is_empty());
    }
}
