//! Mailboxes and their forwarding: Get-Mailbox, Get-EXOMailbox, Get-Recipient, Get-User, and the
//! forwarding lists that tools make of them.
//!
//! Source: documentation of Set-Mailbox; a live record; column lists of Hawk, CRT and
//! O365-InvestigationTooling. Where both a directory object and an SMTP address are set, Exchange uses
//! the object. `WhenChanged` is of the mailbox, not of its forwarding.

use super::Format;
use super::snapshot::{joined, link_identifiers, owner, time_of, truth};
use crate::events::{Batch, Family, Forwarding, Principal, State, StateKind, key};
use crate::evidence::Record;
use std::borrow::Cow;

const OWNERS: [&str; 9] = [
    "userprincipalname",
    "primarysmtpaddress",
    "windowsliveid",
    "windowsemailaddress",
    "mailbox",
    "externaldirectoryobjectid",
    "guid",
    "identity",
    "displayname",
];

/// Identifiers that the directory keeps unique, beside the one that names the row.
const IDENTIFIERS: [&str; 9] = [
    "userprincipalname",
    "primarysmtpaddress",
    "windowsemailaddress",
    "emailaddresses",
    "externaldirectoryobjectid",
    "guid",
    "exchangeguid",
    "exchangeobjectid",
    "legacyexchangedn",
];

const CHANGED: [&str; 2] = ["whenchangedutc", "whenchanged"];

fn whose(record: &Record<'_>, out: &mut Batch) -> Principal {
    let owner = owner(record, &OWNERS, out);
    link_identifiers(record, owner, &IDENTIFIERS, out);
    owner
}

/// `WhenChangedUTC` is UTC; `WhenChanged` is in the zone of the computer.
fn changed(record: &Record<'_>, out: &Batch) -> crate::events::Time {
    time_of(record, &CHANGED, record.text("whenchangedutc").is_some(), out.rules)
}

/// Forwarding as the row has it.
fn forwarding(record: &Record<'_>) -> Forwarding {
    let smtp = joined(record, "forwardingsmtpaddress").map(|text| key::fold_principal(&text).into_owned());
    Forwarding {
        smtp: smtp.filter(|address| !address.is_empty()),
        object: joined(record, "forwardingaddress").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
        keeps_copy: truth(record, "delivertomailboxandforward"),
    }
}

/// Mailbox forwarding, as a list of its own.
pub struct MailboxForwarding;

impl Format for MailboxForwarding {
    fn id(&self) -> &'static str {
        "state.forwarding"
    }

    fn title(&self) -> &'static str {
        "Mailbox forwarding (Get-Mailbox, narrowed)"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["forwardingsmtpaddress", "delivertomailboxandforward"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let marks = ["forwardingsmtpaddress", "forwardingaddress", "delivertomailboxandforward"];
        let marked = marks.iter().filter(|name| record.has(name)).count();
        let audit = ["operation", "operations", "auditdata"].iter().any(|name| record.has(name));
        if marked >= 2 && !audit { marked } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let (owner, changed) = (whose(record, out), changed(record, out));
        out.state(State { at: record.at, owner, changed, kind: StateKind::Forwarding(forwarding(record)) });
    }
}

/// Mailboxes and recipients with their kind. A row that forwards is told as forwarding, any other as an
/// account; either way its identifiers are joined.
pub struct Mailboxes;

impl Format for Mailboxes {
    fn id(&self) -> &'static str {
        "state.mailboxes"
    }

    fn title(&self) -> &'static str {
        "Get-Mailbox, Get-EXOMailbox or Get-Recipient"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["recipienttypedetails", "primarysmtpaddress"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let named = record.has("primarysmtpaddress") || record.has("userprincipalname") || record.has("windowsemailaddress");
        if record.has("recipienttypedetails") && named && !record.has("auditdata") { 4 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let kind = record.text("recipienttypedetails").unwrap_or_default();
        let forwarding = forwarding(record);
        let (owner, changed) = (whose(record, out), changed(record, out));
        let display = record.text("displayname").map(Cow::into_owned).unwrap_or_default();
        let kind = if forwarding.smtp.is_some() || forwarding.object.is_some() {
            StateKind::Forwarding(forwarding)
        } else if is_mailbox(&kind) {
            let department = record.text("department").map(Cow::into_owned).unwrap_or_default();
            StateKind::Account { display, shared: is_shared(&kind), department }
        } else {
            let target = record.text("externalemailaddress").unwrap_or_default();
            StateKind::Other(format!("{kind} {display} {}", key::fold_principal(&target)).trim_end().to_owned())
        };
        out.state(State { at: record.at, owner, changed, kind });
    }
}

/// Kinds of mailbox of a person, by name or by the number that ConvertTo-Json writes.
const PEOPLE: [&str; 10] =
    ["usermailbox", "linkedmailbox", "legacymailbox", "remoteusermailbox", "user", "mailuser", "1", "2", "8", "2147483648"];

fn is_shared(kind: &str) -> bool {
    !PEOPLE.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// Contacts and groups are recipients without a mailbox.
fn is_mailbox(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let number = kind.parse::<u64>().is_ok();
    kind.ends_with("mailbox") || number || matches!(kind.as_str(), "user" | "mailuser")
}

/// Client protocols of mailboxes.
pub struct CasMailboxes;

impl Format for CasMailboxes {
    fn id(&self) -> &'static str {
        "state.cas-mailboxes"
    }

    fn title(&self) -> &'static str {
        "Get-CASMailbox"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["popenabled", "imapenabled"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let marked = ["owaenabled", "ewsenabled", "activesyncenabled"].iter().any(|name| record.has(name));
        if marked && record.has("popenabled") && record.has("imapenabled") { 3 } else { 0 }
    }

    /// POP and IMAP are on by default: exposure, no evidence.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        const PROTOCOLS: [(&str, &str); 6] = [
            ("POP", "popenabled"),
            ("IMAP", "imapenabled"),
            ("MAPI", "mapienabled"),
            ("EWS", "ewsenabled"),
            ("ActiveSync", "activesyncenabled"),
            ("OWA", "owaenabled"),
        ];
        let owner = whose(record, out);
        let mut on: Vec<&str> = PROTOCOLS.iter().filter(|(_, name)| truth(record, name) == Some(true)).map(|(word, _)| *word).collect();
        match truth(record, "smtpclientauthenticationdisabled") {
            Some(false) => on.push("SMTP AUTH"),
            Some(true) => {}
            None => on.push("SMTP AUTH by tenant default"),
        }
        let text = format!("protocols on: {}", on.join(", "));
        out.state(State { at: record.at, owner, changed: changed(record, out), kind: StateKind::Other(text) });
    }
}

/// Phones and tablets that synchronise mail.
pub struct MobileDevices;

impl Format for MobileDevices {
    fn id(&self) -> &'static str {
        "state.mobile-devices"
    }

    fn title(&self) -> &'static str {
        "Get-MobileDevice or Get-MobileDeviceStatistics"
    }

    fn family(&self) -> Family {
        Family::Directories
    }

    fn required(&self) -> &'static [&'static str] {
        &["deviceid", "devicemodel", "firstsynctime"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let model = record.has("deviceuseragent") || record.has("devicemodel");
        let first = record.has("firstsynctime") || record.has("firstsynctime_utc");
        if model && first && record.has("deviceid") { 4 } else { 0 }
    }

    /// `changed` is the first synchronisation: UTC where the column says so.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let identity = record.text("identity");
        let mailbox = identity.as_deref().and_then(|identity| identity.split(['\\', '/']).next());
        let named = record.text_any(&["userprincipalname", "mailbox", "primarysmtpaddress", "userdisplayname"]);
        let owner = out.opt_principal(named.as_deref().or(mailbox));
        let utc = record.has("firstsynctime_utc");
        let changed = time_of(record, &["firstsynctime_utc", "firstsynctime"], utc, out.rules);
        let words = ["friendlyname", "devicemodel", "deviceos", "deviceuseragent", "clienttype", "deviceaccessstate"];
        let mut text: Vec<Cow<'_, str>> = Vec::new();
        for word in words.iter().filter_map(|name| record.text(name)) {
            if !text.contains(&word) {
                text.push(word);
            }
        }
        let id = record.text("deviceid").unwrap_or_default();
        let name = format!("{} (id {id})", text.join(", "));
        out.state(State { at: record.at, owner, changed, kind: StateKind::Device(name) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn forwarding_names_both_ways_and_whether_a_copy_stays() {
        let out = read_csv(
            &MailboxForwarding,
            "DisplayName,UserPrincipalName,PrimarySMTPAddress,ForwardingSMTPAddress,ForwardingAddress,DeliverToMailboxAndForward,WhenChangedUTC\n\
             A,A@example.com,alias@example.com,smtp:Out@Example.org,Contact 1,False,2024-05-01T10:00:00\n\
             B,b@example.com,b@example.com,,,False,\n",
        );
        let StateKind::Forwarding(forwarding) = &out.states[0].kind else { panic!("no forwarding") };
        assert_eq!((forwarding.smtp.as_deref(), forwarding.object.as_deref()), (Some("out@example.org"), Some("Contact 1")));
        assert_eq!(forwarding.keeps_copy, Some(false));
        assert_eq!(out.states[0].changed.rfc3339(0), "2024-05-01T10:00:00Z");
        assert_eq!(out.same.len(), 1, "principal name and address of the row are one account");
        assert!(matches!(&out.states[1].kind, StateKind::Forwarding(f) if f.smtp.is_none()), "no forwarding is a state too");
    }

    #[test]
    fn a_shared_mailbox_is_known_and_its_names_are_joined() {
        let line = r#"{"UserPrincipalName":"info@example.com","PrimarySmtpAddress":"info@example.com","DisplayName":"Info","RecipientTypeDetails":"SharedMailbox","ExternalDirectoryObjectId":"11111111-1111-4111-8111-111111111111","ExchangeGuid":{"value":"22222222-2222-4222-8222-222222222222","Guid":"22222222-2222-4222-8222-222222222222"},"EmailAddresses":["SMTP:info@example.com","smtp:hello@example.com","SPO:SPO_x@SPO_y"],"LegacyExchangeDN":"/o=ExchangeLabs/cn=info","ForwardingSmtpAddress":null}"#;
        let out = read_json(&Mailboxes, line);
        assert!(matches!(&out.states[0].kind, StateKind::Account { shared: true, display, .. } if display == "Info"));
        let joined: Vec<&str> = out.same.iter().map(|(_, name)| out.names.get(*name)).collect();
        assert_eq!(
            joined,
            [
                "hello@example.com",
                "11111111-1111-4111-8111-111111111111",
                "22222222-2222-4222-8222-222222222222",
                "/o=exchangelabs/cn=info"
            ]
        );
    }

    #[test]
    fn people_and_contacts_are_told_apart() {
        let out = read_csv(
            &Mailboxes,
            "RecipientTypeDetails,PrimarySmtpAddress,DisplayName,ExternalEmailAddress\nUserMailbox,a@example.com,A,\n1,b@example.com,B,\nMailContact,c@example.org,C,SMTP:c@example.org\n",
        );
        assert!(matches!(out.states[0].kind, StateKind::Account { shared: false, .. }));
        assert!(matches!(out.states[1].kind, StateKind::Account { shared: false, .. }));
        assert!(matches!(&out.states[2].kind, StateKind::Other(text) if text == "MailContact C c@example.org"));
    }

    #[test]
    fn protocols_and_devices_are_listed_for_their_owner() {
        let cas = read_json(
            &CasMailboxes,
            r#"{"PrimarySmtpAddress":"a@example.com","PopEnabled":false,"ImapEnabled":true,"OWAEnabled":true,"SmtpClientAuthenticationDisabled":false}"#,
        );
        assert!(matches!(&cas.states[0].kind, StateKind::Other(text) if text == "protocols on: IMAP, OWA, SMTP AUTH"));
        let device = read_csv(
            &MobileDevices,
            "DeviceId,DeviceModel,DeviceOS,FirstSyncTime_UTC,UserDisplayName,Identity\nX1,iPhone,iOS 17,2024-05-01 10:00:00,,a@example.com\\MobileDevice\n",
        );
        assert_eq!(device.names.get(device.states[0].owner), "a@example.com");
        assert_eq!(device.states[0].changed.rfc3339(0), "2024-05-01T10:00:00Z");
        assert!(matches!(&device.states[0].kind, StateKind::Device(name) if name == "iPhone, iOS 17 (id X1)"));
    }
}
