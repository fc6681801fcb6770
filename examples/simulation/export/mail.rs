//! Message traces: `Get-MessageTraceV2` CSV and the historical search's summary.

use super::{bare, quoted, row, utf16};
use crate::simulation::clock::{iso7, month_first};
use crate::simulation::world::{Mail, World};

/// The mails, newest first, as traces list them.
pub fn newest_first(mails: &[Mail]) -> Vec<&Mail> {
    let mut mails: Vec<&Mail> = mails.iter().collect();
    mails.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.message_id.cmp(&right.message_id)));
    mails
}

/// `Get-MessageTraceV2 | Export-Csv`: one row for each recipient. `Received` is UTC in the culture of
/// the workstation; `FromIP` is blank for mail that leaves.
pub fn trace_csv(world: &World, mails: &[&Mail]) -> String {
    let header =
        ["MessageTraceId", "MessageId", "Received", "SenderAddress", "RecipientAddress", "FromIP", "ToIP", "Subject", "Status", "Size"];
    let mut text = row(&header, quoted);
    for mail in mails {
        for delivery in &mail.deliveries {
            let inside = delivery.address.ends_with(world.tenant.domain);
            let from = if mail.originating { "" } else { mail.client_ip.as_str() };
            let to = if inside { "" } else { "40.107.10.88" };
            let cells = [
                &mail.network_id.to_string(),
                &mail.message_id,
                &month_first(mail.time),
                &mail.sender,
                &delivery.address,
                from,
                to,
                &mail.subject,
                delivery.status,
                &mail.size.to_string(),
            ];
            text.push_str(&row(&cells, quoted));
        }
    }
    text
}

/// `Get-MessageTrace | Export-Csv`, the cmdlet before V2: one row for each recipient, with the window of
/// the query in each.
pub fn first_trace_csv(world: &World, mails: &[&Mail]) -> String {
    let header = [
        "Organization",
        "MessageId",
        "Received",
        "SenderAddress",
        "RecipientAddress",
        "Subject",
        "Status",
        "ToIP",
        "FromIP",
        "Size",
        "MessageTraceId",
        "StartDate",
        "EndDate",
        "Index",
    ];
    let mut text = row(&header, quoted);
    let span = mails.last().zip(mails.first()).map(|(first, last)| (month_first(first.time), month_first(last.time)));
    let (start, end) = span.unwrap_or_default();
    let organization = format!("{}.onmicrosoft.com", world.tenant.prefix);
    let deliveries = mails.iter().flat_map(|mail| mail.deliveries.iter().map(move |delivery| (mail, delivery)));
    for (index, (mail, delivery)) in deliveries.enumerate() {
        let cells = [
            organization.as_str(),
            &mail.message_id,
            &month_first(mail.time),
            &mail.sender,
            &delivery.address,
            &mail.subject,
            delivery.status,
            "",
            if mail.originating { "" } else { mail.client_ip.as_str() },
            &mail.size.to_string(),
            &mail.network_id.to_string(),
            &start,
            &end,
            &index.to_string(),
        ];
        text.push_str(&row(&cells, quoted));
    }
    text
}

/// The summary of `Start-HistoricalSearch`: one row for each message, UTF-16LE.
pub fn historical(world: &World, mails: &[&Mail]) -> Vec<u8> {
    let header = [
        "origin_timestamp_utc",
        "sender_address",
        "recipient_status",
        "message_subject",
        "total_bytes",
        "message_id",
        "network_message_id",
        "original_client_ip",
        "directionality",
        "connector_id",
        "delivery_priority",
    ];
    let mut text = row(&header, bare);
    for mail in mails {
        let recipients: Vec<String> = mail
            .deliveries
            .iter()
            .map(|delivery| {
                let inside = delivery.address.ends_with(world.tenant.domain);
                let status = match delivery.status {
                    "Delivered" if inside => "Receive, Deliver",
                    "Delivered" => "Receive, Send",
                    "FilteredAsSpam" => "Receive, Deliver, FilteredAsSpam",
                    _ => "Receive, Fail",
                };
                format!("{}##{status}", delivery.address)
            })
            .collect();
        let time = format!("{}Z", iso7(mail.time));
        let cells = [
            time.as_str(),
            &mail.sender,
            &recipients.join(";"),
            &mail.subject,
            &mail.size.to_string(),
            &mail.message_id,
            &mail.network_id.plain(),
            &mail.client_ip,
            if mail.originating { "Originating" } else { "Incoming" },
            "",
            "Normal",
        ];
        text.push_str(&row(&cells, bare));
    }
    utf16(&text)
}
