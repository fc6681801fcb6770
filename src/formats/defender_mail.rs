//! Mail tables of Defender advanced hunting: `EmailEvents`, `EmailAttachmentInfo`, `EmailUrlInfo`,
//! `EmailPostDeliveryEvents`, `UrlClickEvents`.
//!
//! The same rows come as portal CSV, hunting API JSON, Log Analytics copies, or wrapped by the streaming
//! API as `{time, tenantId, operationName, category, properties}`. The keys of the row decide what it
//! is: there are rows under the wrong category. `time` of the wrapper is when it was published.
//!
//! Source: Microsoft's table reference; real streaming records.

use super::Format;
use super::delivery::{Delivery, Standing, Way};
use crate::events::{Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, Mail, Outcome, key, link, message_link};
use crate::evidence::{Fields, Record};
use std::borrow::Cow;

/// The row inside the wrapper of the streaming API, or the record itself.
pub fn row<'a>(record: &Record<'a>) -> Record<'a> {
    match record.value("properties").filter(|body| body.is_object() && record.has("category")) {
        Some(body) => Record { fields: Fields::Object(body), ..*record },
        None => *record,
    }
}

/// The claim of a hunting table: all names are in the row.
pub fn claim_row(record: &Record<'_>, required: &[&str]) -> usize {
    let row = row(record);
    if required.iter().all(|name| row.has(name)) { required.len() + 1 } else { 0 }
}

/// Reads the time of a row into the event. Times are UTC, except where a Log Analytics export says
/// "Local Time": the browser's zone, which nobody recorded.
fn set_time(event: &mut Event, row: &Record<'_>, out: &mut Batch) {
    if let Some((time, utc)) = time(row) {
        out.set_time(event, &time, utc);
    }
}

fn time<'a>(row: &Record<'a>) -> Option<(Cow<'a, str>, bool)> {
    const UTC: [&str; 4] = ["timestamp", "timestamp [utc]", "timegenerated", "timegenerated [utc]"];
    const LOCAL: [&str; 2] = ["timestamp [local time]", "timegenerated [local time]"];
    row.text_any(&UTC).map(|time| (time, true)).or_else(|| row.text_any(&LOCAL).map(|time| (time, false)))
}

/// `EmailEvents`: one row a recipient, after groups are expanded.
pub struct EmailEvents;

impl Format for EmailEvents {
    fn id(&self) -> &'static str {
        "defender.email-events"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table EmailEvents"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["networkmessageid", "senderfromaddress", "recipientemailaddress", "emaildirection"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let row = row(record);
        let named = ["networkmessageid", "senderfromaddress", "recipientemailaddress"].iter().all(|name| row.has(name));
        if named && (row.has("emaildirection") || row.has("deliveryaction")) { 5 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let (time, utc) = time(&row).map_or((None, true), |(time, utc)| (Some(time), utc));
        let (envelope, shown) = (row.text("sendermailfromaddress"), row.text("senderfromaddress"));
        let (network_id, message_id) = (row.text("networkmessageid"), row.text("internetmessageid"));
        let (subject, recipient) = (row.text("subject"), row.text("recipientemailaddress"));
        let (action, place) = (row.text("deliveryaction"), row.text("deliverylocation"));
        let (ip, threats) = (row.text_any(&["senderipv4", "senderipv6"]), row.text("threattypes"));
        let way = Way::of(row.text("emaildirection").as_deref());
        let (standing, status) = outcome(action.as_deref(), place.as_deref());
        let mut flags = Flags::default();
        flags.set_if(counts(&row, "urlcount"), Flags::HAS_LINK);
        flags.set_if(counts(&row, "attachmentcount"), Flags::HAS_ATTACHMENT);
        same_account(out, recipient.as_deref(), row.text("recipientobjectid").as_deref());
        if way != Way::Inbound {
            same_account(out, shown.as_deref(), row.text("senderobjectid").as_deref());
        }
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
            way,
            flags,
            threats: threats.as_deref(),
            attachment: None,
        };
        delivery.emit(&row, recipient.as_deref().into_iter(), out);
    }
}

/// What action and place come to: a mail that was let through may still lie in quarantine.
pub fn outcome<'a>(action: Option<&'a str>, place: Option<&'a str>) -> (Standing, Option<Cow<'a, str>>) {
    let held = place.is_some_and(|place| Standing::of(place) == Standing::Elsewhere);
    let failed = place.is_some_and(|place| place.eq_ignore_ascii_case("failed"));
    let standing = match action.map(Standing::of) {
        _ if held => Standing::Elsewhere,
        _ if failed => Standing::Failed,
        known => known.unwrap_or_default(),
    };
    let status = match (action, place) {
        (Some(action), Some(place)) if !action.eq_ignore_ascii_case("delivered") || !place.to_ascii_lowercase().starts_with("inbox") => {
            Some(Cow::Owned(format!("{action}, {place}")))
        }
        (action, place) => action.or(place).map(Cow::Borrowed),
    };
    (standing, status)
}

/// True if the column holds a number above 0.
pub fn counts(row: &Record<'_>, name: &str) -> bool {
    row.text(name).is_some_and(|count| count.parse::<u32>().is_ok_and(|count| count > 0))
}

/// Joins an address with the object id that the row gives for it.
fn same_account(out: &mut Batch, address: Option<&str>, object: Option<&str>) {
    if let (Some(address), Some(object)) = (address, object.filter(|object| key::guid(object).is_some_and(|bits| bits != 0))) {
        let (address, object) = (out.principal(address), out.principal(object));
        out.same_account(address, object);
    }
}

/// `EmailAttachmentInfo`: one row an attachment and recipient. It tells of the same delivery.
pub struct EmailAttachments;

impl Format for EmailAttachments {
    fn id(&self) -> &'static str {
        "defender.email-attachments"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table EmailAttachmentInfo"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["networkmessageid", "senderfromaddress", "recipientemailaddress", "filename", "filetype"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        claim_row(record, self.required())
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let (time, utc) = time(&row).map_or((None, true), |(time, utc)| (Some(time), utc));
        let (sender, recipient) = (row.text("senderfromaddress"), row.text("recipientemailaddress"));
        let (network_id, file, threats) = (row.text("networkmessageid"), row.text("filename"), row.text("threattypes"));
        let delivery = Delivery {
            time: time.as_deref(),
            utc,
            sender: sender.as_deref(),
            network_id: network_id.as_deref(),
            flags: Flags::HAS_ATTACHMENT,
            threats: threats.as_deref(),
            attachment: file.as_deref(),
            ..Delivery::default()
        };
        delivery.emit(&row, recipient.as_deref().into_iter(), out);
    }
}

/// `EmailUrlInfo`: one row a link of a message. It names no recipient.
pub struct EmailUrls;

impl Format for EmailUrls {
    fn id(&self) -> &'static str {
        "defender.email-urls"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table EmailUrlInfo"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["networkmessageid", "url", "urldomain"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        claim_row(record, self.required())
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let (message, url) = (row.text("networkmessageid"), row.text("url"));
        let mut event = Event::new(row.at, Action::Other);
        event.family = Family::MessageTrace;
        event.operation = out.str("EmailUrlInfo");
        event.object = out.opt(url.as_deref());
        event.token = message.as_deref().map_or(0, link);
        event.flags.set(Flags::HAS_LINK);
        event.flags.set_if(record.damaged, Flags::PARTIAL);
        let key = message.zip(url).map(|(message, url)| Key::of_parts(KeyKind::Other, &["email-url", &message, &url]));
        set_time(&mut event, &row, out);
        out.event(event, key.as_slice());
    }
}

/// `EmailPostDeliveryEvents`: what was done to a mail after it had been delivered.
pub struct PostDelivery;

impl Format for PostDelivery {
    fn id(&self) -> &'static str {
        "defender.post-delivery"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table EmailPostDeliveryEvents"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["networkmessageid", "recipientemailaddress", "action", "actiontype", "actiontrigger"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        claim_row(record, self.required())
    }

    /// The filter or an administrator acts, never the owner: the event has no actor.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let (done, kind) = (row.text("action").unwrap_or_default(), row.text("actiontype").unwrap_or_default());
        let message_id = row.text("internetmessageid");
        let action = if done.to_ascii_lowercase().contains("delete") { Action::MailDeleted } else { Action::MailMoved };
        let mut event = Event::new(row.at, action);
        event.family = Family::MessageTrace;
        event.target = out.opt_principal(row.text("recipientemailaddress"));
        event.operation = out.str(&kind);
        event.object = out.str(&done);
        event.link = message_id.as_deref().map_or(0, message_link);
        event.flags.set_if(!kind.to_ascii_lowercase().contains("manual"), Flags::SERVICE);
        event.flags.set_if(record.damaged, Flags::PARTIAL);
        event.outcome = match row.text("actionresult").as_deref() {
            Some(result) if result.eq_ignore_ascii_case("success") => Outcome::Success,
            Some(result) if result.to_ascii_lowercase().starts_with("fail") => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let mail = Mail { status: out.opt(row.text("deliverylocation")), threats: out.opt(row.text("threattypes")), ..Mail::default() };
        out.detail(&mut event, Detail::Mail(Box::new(mail)));
        let key = row.text("networkmessageid").map(|message| {
            let at = time(&row).map(|(time, _)| time).unwrap_or_default();
            Key::of_parts(KeyKind::Other, &["post-delivery", &message, out.names.get(event.target), &kind, &done, &at])
        });
        set_time(&mut event, &row, out);
        out.event(event, key.as_slice());
    }
}

/// `UrlClickEvents`: a person clicked a protected link.
pub struct UrlClicks;

impl Format for UrlClicks {
    fn id(&self) -> &'static str {
        "defender.url-clicks"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table UrlClickEvents"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["url", "actiontype", "accountupn", "workload", "isclickedthrough"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        claim_row(record, self.required())
    }

    /// `object` is the threat where one was found, else the link; the link is always in the detail.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let (url, user) = (row.text("url").unwrap_or_default(), row.text("accountupn"));
        let mut event = Event::new(row.at, Action::Other);
        event.family = Family::MessageTrace;
        event.actor = out.opt_principal(user.as_deref());
        event.ip = out.opt_ip(row.text("ipaddress"));
        event.operation = out.opt(row.text("actiontype"));
        event.app = out.opt(row.text("workload"));
        event.object = out.str(row.text("threattypes").as_deref().unwrap_or(&url));
        event.token = row.text("networkmessageid").as_deref().map_or(0, link);
        event.flags.set_if(record.damaged, Flags::PARTIAL);
        let through = row.text("isclickedthrough").is_some_and(|through| through == "1" || through.eq_ignore_ascii_case("true"));
        event.outcome = match row.text("actiontype").as_deref() {
            Some("ClickAllowed") => Outcome::Success,
            Some(kind) if kind.starts_with("ClickBlocked") => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let click = Detail::Click { url: out.str(&url), through };
        out.detail(&mut event, click);
        let at = time(&row).map(|(time, _)| time).unwrap_or_default();
        let key = Key::of_parts(KeyKind::Other, &["url-click", user.as_deref().unwrap_or_default(), &url, &at]);
        set_time(&mut event, &row, out);
        out.event(event, &[key]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};
    use crate::formats::trace_message::MessageTrace;

    const EVENT: &str = r#"{"time":"2024-10-28T14:31:34Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-EmailEvents","properties":{"NetworkMessageId":"ee8254e9-d330-41ce-ae02-b858cb0e0ae7","InternetMessageId":"\\u003cm@x\\u003e","Timestamp":"2024-10-28T14:18:40Z","SenderIPv4":"198.51.100.1","SenderMailFromAddress":"bounce@example.org","SenderFromAddress":"boss@example.com","RecipientEmailAddress":"a@example.com","RecipientObjectId":"11111111-1111-4111-8111-111111111111","Subject":"Pay","EmailDirection":"Inbound","DeliveryAction":"Delivered","DeliveryLocation":"Quarantine","AttachmentCount":0,"UrlCount":2,"ThreatTypes":"Phish"}}"#;

    #[test]
    fn an_inbound_mail_keeps_who_was_shown_and_no_address() {
        let out = read_json(&EmailEvents, EVENT);
        let event = out.events[0];
        assert_eq!(event.time.rfc3339(0), "2024-10-28T14:18:40Z", "the wrapper's time is that of publishing");
        assert_eq!(event.link, message_link("<m@x>"), "brackets were escaped twice");
        assert!(event.flags.has(Flags::INBOUND | Flags::HAS_LINK | Flags::NOT_DELIVERED));
        assert!(event.ip.is_none() && !event.flags.has(Flags::HAS_ATTACHMENT));
        assert_eq!(out.same.len(), 1);
        let Detail::Mail(mail) = &out.details[0] else { panic!("no mail detail") };
        assert_eq!(out.names.get(mail.sender_shown), "boss@example.com");
        assert_eq!((out.text.get(mail.threats), out.text.get(mail.status)), ("Phish", "Delivered, Quarantine"));
    }

    #[test]
    fn attachments_and_traces_join_the_mail_event() {
        let mail = read_json(&EmailEvents, EVENT);
        let file = r#"{"NetworkMessageId":"ee8254e9-d330-41ce-ae02-b858cb0e0ae7","Timestamp":"2024-10-28T14:18:40Z","SenderFromAddress":"boss@example.com","RecipientEmailAddress":"A@example.com","FileName":"pay.html","FileType":"html","SHA256":"00"}"#;
        let file = read_json(&EmailAttachments, file);
        let trace = read_csv(
            &MessageTrace,
            "Received,SenderAddress,RecipientAddress,Status,MessageTraceId\n2024-10-28T14:18:40,bounce@example.org,a@example.com,Quarantined,ee8254e9d33041ceae02b858cb0e0ae7\n",
        );
        assert_eq!(mail.keys[0].0, file.keys[0].0);
        assert_eq!(mail.keys[0].0, trace.keys[0].0);
        assert!(file.events[0].flags.has(Flags::HAS_ATTACHMENT));
    }

    #[test]
    fn local_browser_times_are_not_dated() {
        let out = read_csv(
            &EmailEvents,
            "Timestamp [Local Time],NetworkMessageId,SenderFromAddress,RecipientEmailAddress,EmailDirection\n\"10/25/2023, 9:43:21.990 AM\",ee8254e9d33041ceae02b858cb0e0ae7,a@example.com,b@example.com,Intra-org\n",
        );
        let dated = out.pending.iter().any(|date| date.readings.month_first.is_some() || date.readings.day_first.is_some());
        assert!(!dated && !out.events[0].time.is_known());
        assert!(out.events[0].flags.has(Flags::INTERNAL));
    }

    #[test]
    fn what_the_filter_did_later_is_not_the_owners_act() {
        let line = r#"{"NetworkMessageId":"ee8254e9-d330-41ce-ae02-b858cb0e0ae7","RecipientEmailAddress":"a@example.com","ActionType":"Spam ZAP","ActionResult":"Success","Action":"Moved to quarantine","DeliveryLocation":"Quarantine","ActionTrigger":"SpecialAction","InternetMessageId":"<m@x>","ThreatTypes":"Spam"}"#;
        let out = read_json(&PostDelivery, line);
        assert_eq!((out.events[0].action, out.events[0].outcome), (Action::MailMoved, Outcome::Success));
        assert!(out.events[0].flags.has(Flags::SERVICE) && out.events[0].actor.is_none());
        assert!(!out.events[0].time.is_known(), "no time in the row: undated");
    }

    #[test]
    fn a_click_is_the_act_of_its_user() {
        let line = r#"{"Timestamp":"2024-10-28T15:00:00Z","Url":"https://phish.example/","ActionType":"ClickAllowed","AccountUpn":"A@example.com","Workload":"Email","NetworkMessageId":"","ThreatTypes":"Phish","IPAddress":"192.0.2.7","IsClickedThrough":1}"#;
        let out = read_json(&UrlClicks, line);
        let event = out.events[0];
        assert_eq!((out.names.get(event.actor), out.ips.get(event.ip)), ("a@example.com", "192.0.2.7"));
        assert!(matches!(out.details[0], Detail::Click { through: true, .. }));
        assert_eq!(out.text.get(event.object), "Phish");
    }

    #[test]
    fn links_of_a_mail_are_listed_once_each() {
        let line = r#"{"NetworkMessageId":"ee8254e9-d330-41ce-ae02-b858cb0e0ae7","Timestamp":"2024-10-04T16:35:56Z","Url":"https://example.com/x","UrlDomain":"example.com","UrlLocation":"Body"}"#;
        let out = read_json(&EmailUrls, &format!("{line}\n{line}"));
        assert_eq!(out.keys[0].0, out.keys[1].0);
        assert_eq!(out.text.get(out.events[0].object), "https://example.com/x");
    }
}
