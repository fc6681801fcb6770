//! Transport events: one row for each step of a message through the servers.
//!
//! Historical search, report type `MessageTraceDetail` ("Extended"), the message tracking log of Exchange
//! Server, and Get-MessageTrackingLog write the same fields under three spellings. RECEIVE, SEND, DELIVER
//! and FAIL tell of deliveries, which join the rows of the other traces; any other row is an event of
//! transport. One mail has many rows: only deliveries count as mail.
//!
//! Source: Microsoft's description of the message tracking log; record dumps and header lines in public
//! readers. `source_context` and `message_info` are latency text and are left in the evidence.

use super::Format;
use super::delivery::{Delivery, Standing, Way};
use crate::events::{Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, message_link};
use crate::evidence::Record;
use std::borrow::Cow;

/// Historical search, extended report (27 columns).
pub struct HistoricalDetail;

impl Format for HistoricalDetail {
    fn id(&self) -> &'static str {
        "mail.historical-detail"
    }

    fn title(&self) -> &'static str {
        "Historical message trace, detail (Start-HistoricalSearch, Extended)"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["date_time_utc", "event_id", "source", "recipient_address"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, &EXTENDED, out);
    }
}

/// Message tracking log of Exchange Server, 21 to 30 fields by version.
pub struct TrackingLog;

impl Format for TrackingLog {
    fn id(&self) -> &'static str {
        "mail.tracking-log"
    }

    fn title(&self) -> &'static str {
        "Exchange Server message tracking log"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["date-time", "event-id", "source", "message-id", "recipient-address"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, &TRACKING, out);
    }
}

/// Get-MessageTrackingLog. Its `Timestamp` is in the server's local time.
pub struct TrackingCmdlet;

impl Format for TrackingCmdlet {
    fn id(&self) -> &'static str {
        "mail.tracking-cmdlet"
    }

    fn title(&self) -> &'static str {
        "Get-MessageTrackingLog"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["timestamp", "eventid", "source", "sender", "recipients", "messagesubject"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        read(record, &CMDLET, out);
    }
}

/// The names of the fields in one of the three spellings.
struct Names {
    time: &'static str,
    utc: bool,
    event: &'static str,
    message_id: &'static str,
    network_id: &'static str,
    recipients: &'static str,
    related: &'static str,
    subject: &'static str,
    sender: &'static str,
    way: &'static str,
    original_ip: &'static str,
    reference: &'static str,
    server: &'static str,
    custom: &'static str,
}

const EXTENDED: Names = Names {
    time: "date_time_utc",
    utc: true,
    event: "event_id",
    message_id: "message_id",
    network_id: "network_message_id",
    recipients: "recipient_address",
    related: "related_recipient_address",
    subject: "message_subject",
    sender: "sender_address",
    way: "directionality",
    original_ip: "original_client_ip",
    reference: "reference",
    server: "server_hostname",
    custom: "custom_data",
};

const TRACKING: Names = Names {
    time: "date-time",
    utc: true,
    event: "event-id",
    message_id: "message-id",
    network_id: "network-message-id",
    recipients: "recipient-address",
    related: "related-recipient-address",
    subject: "message-subject",
    sender: "sender-address",
    way: "directionality",
    original_ip: "original-client-ip",
    reference: "reference",
    server: "server-hostname",
    custom: "custom-data",
};

const CMDLET: Names = Names {
    time: "timestamp",
    utc: false,
    event: "eventid",
    message_id: "messageid",
    network_id: "networkmessageid",
    recipients: "recipients",
    related: "relatedrecipientaddress",
    subject: "messagesubject",
    sender: "sender",
    way: "directionality",
    original_ip: "originalclientip",
    reference: "reference",
    server: "serverhostname",
    custom: "customdata",
};

fn read(record: &Record<'_>, names: &Names, out: &mut Batch) {
    let step = record.text(names.event).unwrap_or_default();
    let source = record.text("source").unwrap_or_default();
    let by_rule = source.eq_ignore_ascii_case("MAILBOXRULE");
    let standing = ["receive", "send", "deliver", "fail"].iter().find(|known| step.eq_ignore_ascii_case(known)).map(|known| match *known {
        "deliver" => Standing::Delivered,
        "fail" => Standing::Failed,
        _ => Standing::Open,
    });
    match standing {
        Some(standing) if !by_rule => deliver(record, names, standing, &step, out),
        _ => pass(record, names, &step, &source, out),
    }
}

/// The recipients, as one text joined by `;`.
fn recipients<'a>(record: &Record<'a>, name: &str) -> Cow<'a, str> {
    if let Some(list) = record.value(name).map(crate::evidence::Value::unwrapped).filter(|list| list.is_array()) {
        let all: Vec<&str> = list.items().filter_map(crate::evidence::Value::str).collect();
        return Cow::Owned(all.join(";"));
    }
    record.text(name).unwrap_or_default()
}

/// Addresses of a list that is joined by `;`, `,` or blanks. Type names of lost lists name nobody.
fn each(list: &str) -> impl Iterator<Item = &str> {
    let whole = if list.starts_with("System.") { "" } else { list };
    whole.split([';', ',', ' ', '{', '}']).map(str::trim).filter(|address| !address.is_empty())
}

/// A step that tells of deliveries.
fn deliver(record: &Record<'_>, names: &Names, standing: Standing, step: &str, out: &mut Batch) {
    let (time, sender) = (record.text(names.time), record.text(names.sender));
    let (network_id, message_id) = (network_id(record, names), record.text(names.message_id));
    let (subject, ip, way) = (record.text(names.subject), record.text(names.original_ip), record.text(names.way));
    let recipients = recipients(record, names.recipients);
    let mut flags = Flags::default();
    flags.set_if(recipients.starts_with("System."), Flags::PARTIAL);
    let delivery = Delivery {
        time: time.as_deref(),
        utc: names.utc,
        sender: sender.as_deref(),
        network_id: network_id.as_deref(),
        message_id: message_id.as_deref(),
        subject: subject.as_deref(),
        status: (standing != Standing::Open).then_some(step),
        standing,
        ip: ip.as_deref(),
        way: Way::of(way.as_deref()),
        flags,
        ..Delivery::default()
    };
    delivery.emit(record, each(&recipients), out);
}

/// The network message id; versions that have none write nothing or zeros.
fn network_id<'a>(record: &Record<'a>, names: &Names) -> Option<Cow<'a, str>> {
    record.text(names.network_id).filter(|id| id.bytes().any(|byte| byte != b'0' && byte != b'-'))
}

/// A step of transport: expansion, redirection, what an inbox rule or a transport rule did.
fn pass(record: &Record<'_>, names: &Names, step: &str, source: &str, out: &mut Batch) {
    let (time, message_id) = (record.text(names.time), record.text(names.message_id));
    let list = recipients(record, names.recipients);
    let mut event = Event::new(record.at, Action::Other);
    event.family = Family::MessageTrace;
    event.actor = out.opt_principal(record.text(names.sender));
    event.target = out.opt_principal(each(&list).next());
    event.count = u32::try_from(each(&list).count()).unwrap_or(u32::MAX).max(1);
    event.object = out.opt(record.text(names.subject));
    event.operation = if source.is_empty() { out.str(step) } else { out.str(&format!("{step} ({source})")) };
    event.link = message_id.as_deref().map_or(0, message_link);
    event.flags.set_if(record.damaged || list.starts_with("System."), Flags::PARTIAL);
    let facts: Vec<(String, String)> = [("related_recipient_address", names.related), ("reference", names.reference)]
        .into_iter()
        .filter_map(|(word, name)| Some((word.to_owned(), record.text(name)?.into_owned())))
        .chain(record.text(names.custom).as_deref().and_then(transport_rule).map(|rule| ("transport_rule".to_owned(), rule.to_owned())))
        .collect();
    if !facts.is_empty() {
        out.detail(&mut event, Detail::Parameters(Box::new(facts)));
    }
    let message = network_id(record, names).or(message_id);
    let key = message.map(|message| {
        let server = record.text(names.server).unwrap_or_default();
        Key::of_parts(KeyKind::Transport, &[&message, &list, step, source, time.as_deref().unwrap_or_default(), &server])
    });
    if let Some(time) = &time {
        out.set_time(&mut event, time, names.utc);
    }
    out.event(event, key.as_slice());
}

/// The id of the transport rule that acted, from `S:TRA=ETR|ruleId=<guid>|…`.
fn transport_rule(custom: &str) -> Option<&str> {
    let (_, rest) = custom.split_once("ETR|ruleId=")?;
    rest.split(['|', ';']).next().map(str::trim).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Outcome;
    use crate::formats::testkit::{read_csv, read_json};
    use crate::formats::trace_message::MessageTrace;

    const HEADER: &str = "date_time_utc,server_hostname,source,event_id,message_id,network_message_id,recipient_address,related_recipient_address,reference,message_subject,sender_address,directionality,original_client_ip,custom_data\n";
    const ID: &str = "ee8254e9-d330-41ce-ae02-b858cb0e0ae7";

    #[test]
    fn a_delivery_joins_the_row_of_the_plain_trace() {
        let out = read_csv(
            &HistoricalDetail,
            &format!(
                "{HEADER}2021-11-23T19:49:37.6050000Z,H,STOREDRIVER,DELIVER,<m@x>,{ID},b@example.com,,,Hi,a@example.com,Originating,192.0.2.1,\n"
            ),
        );
        let trace = read_csv(
            &MessageTrace,
            &format!(
                "Received,SenderAddress,RecipientAddress,Status,MessageTraceId\n2021-11-23T19:49:30,a@example.com,b@example.com,Delivered,{ID}\n"
            ),
        );
        assert_eq!(out.keys[0].0, trace.keys[0].0);
        assert_eq!((out.events[0].action, out.events[0].outcome), (Action::MailSent, Outcome::Success));
    }

    #[test]
    fn a_mail_made_by_an_inbox_rule_is_told_with_what_triggered_it() {
        let out = read_csv(
            &HistoricalDetail,
            &format!(
                "{HEADER}2021-11-23T19:49:37Z,H,MAILBOXRULE,RECEIVE,<m2@x>,{ID},out@example.org,,4711,FW: Hi,a@example.com,Originating,,\n"
            ),
        );
        assert_eq!(out.text.get(out.events[0].operation), "RECEIVE (MAILBOXRULE)");
        let Detail::Parameters(facts) = &out.details[0] else { panic!("no facts") };
        assert_eq!(facts[0], ("reference".to_owned(), "4711".to_owned()));
    }

    #[test]
    fn steps_on_two_servers_are_two_events() {
        let row = |host: &str| {
            format!(
                "2021-11-23T19:49:37Z,{host},ROUTING,EXPAND,<m@x>,{ID},all@example.com,b@example.com;c@example.com,,Hi,a@example.com,,,S:TRA=ETR|ruleId=5e8b|st=1/2/2021\n"
            )
        };
        let out = read_csv(&HistoricalDetail, &format!("{HEADER}{}{}{}", row("H1"), row("H1"), row("H2")));
        assert_eq!(out.keys[0].0, out.keys[1].0);
        assert_ne!(out.keys[0].0, out.keys[2].0);
        let Detail::Parameters(facts) = &out.details[0] else { panic!("no facts") };
        assert_eq!(facts[1], ("transport_rule".to_owned(), "5e8b".to_owned()));
    }

    #[test]
    fn old_tracking_logs_fall_back_to_the_message_id() {
        let log = "date-time,client-ip,event-id,source,message-id,recipient-address,message-subject,sender-address\n\
                   2014-03-01T10:00:00.123Z,10.0.0.1,DELIVER,STOREDRIVER,<m@x>,b@example.com;c@example.com,\"Hi, all\",a@example.com\n\
                   2014-03-01T10:00:00.123Z,10.0.0.1,HAREDIRECT,SMTP,<m@x>,b@example.com,Hi,a@example.com\n";
        let out = read_csv(&TrackingLog, log);
        assert_eq!((out.keys.len(), out.events[0].count), (3, 2));
        assert_eq!(out.events[1].action, Action::Other, "a shadow copy is no delivery");
    }

    #[test]
    fn local_times_of_the_cmdlet_stay_undated_and_lists_are_read() {
        let line = r#"{"Timestamp":"2024-05-01T10:00:00","EventId":"RECEIVE","Source":"SMTP","Sender":"a@example.com","Recipients":["b@example.com","c@example.com"],"MessageSubject":"Hi","MessageId":"<m@x>"}"#;
        let out = read_json(&TrackingCmdlet, line);
        assert!(!out.events[0].time.is_known());
        assert_eq!(out.events[0].count, 2);
    }
}
