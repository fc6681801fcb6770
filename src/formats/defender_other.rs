//! Hunting tables beside the mail tables: `IdentityLogonEvents`, and what is set aside.

use super::Format;
use super::defender_mail::{claim_row, row};
use crate::events::{Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, Outcome, Reason, SignIn};
use crate::evidence::{Record, Value};
use std::borrow::Cow;

/// `IdentityLogonEvents`: sign-ins as Defender saw them. Those of Entra carry the request id and are the
/// same act as the sign-in log's; those of a domain controller are no cloud sign-ins.
pub struct IdentityLogons;

impl Format for IdentityLogons {
    fn id(&self) -> &'static str {
        "defender.identity-logons"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table IdentityLogonEvents"
    }

    fn family(&self) -> Family {
        Family::SignIn
    }

    fn required(&self) -> &'static [&'static str] {
        &["actiontype", "logontype", "accountupn", "ipaddress", "application"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        claim_row(record, self.required())
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let row = row(record);
        let on_premises = ["kerberos", "ntlm", "ldap", "smb"];
        if row.text("protocol").is_some_and(|protocol| on_premises.iter().any(|known| protocol.to_ascii_lowercase().starts_with(known))) {
            out.ignore(row.at, Reason("on-premises-logon"));
            return;
        }
        let mut event = Event::new(row.at, Action::SignIn);
        event.family = Family::SignIn;
        event.actor = out.opt_principal(row.text("accountupn"));
        if event.actor.is_none() {
            event.actor = out.opt_principal(row.text("accountobjectid"));
        } else {
            let object = out.opt_principal(row.text("accountobjectid").filter(|id| crate::events::key::guid(id).is_some()));
            out.same_account(event.actor, object);
        }
        event.ip = out.opt_ip(row.text("ipaddress"));
        event.app = out.opt(row.text("application"));
        event.operation = out.opt(row.text("actiontype"));
        event.object = out.opt(row.text("logontype"));
        event.flags.set_if(record.damaged, Flags::PARTIAL);
        event.outcome = match row.text("actiontype").as_deref() {
            Some("LogonSuccess") => Outcome::Success,
            Some("LogonFailed") => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let facts = SignIn {
            country: country(row.text("location").as_deref()),
            os: out.opt(row.text("osplatform")),
            reason: out.opt(row.text("failurereason")),
            ..SignIn::default()
        };
        out.detail(&mut event, Detail::SignIn(Box::new(facts)));
        let key = request_id(&row).map(|id| Key::of(KeyKind::SignIn, &id));
        if let Some(time) = row.text_any(&["timestamp", "timestamp [utc]"]) {
            out.set_time(&mut event, &time, true);
        }
        out.event(event, key.as_slice());
    }
}

fn country(text: Option<&str>) -> [u8; 2] {
    match text.map(str::as_bytes) {
        Some([a, b]) if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => [a.to_ascii_uppercase(), b.to_ascii_uppercase()],
        _ => [0; 2],
    }
}

/// `Request ID` of the additional fields, which may be an object or JSON in a text.
fn request_id(row: &Record<'_>) -> Option<String> {
    let text = |value: Value<'_>| value.str_of("Request ID").map(str::to_owned);
    if let Some(fields) = row.value("additionalfields") {
        return text(fields).or_else(|| fields.expand().and_then(|doc| text(doc.root())));
    }
    let cell = row.text("additionalfields").map(Cow::into_owned)?;
    let mut doc = crate::evidence::Doc::new();
    doc.parse(&cell).ok()?;
    text(doc.root())
}

/// Rows of other hunting tables, which say nothing of mail or sign-ins.
pub struct OtherTables;

impl Format for OtherTables {
    fn id(&self) -> &'static str {
        "defender.other"
    }

    fn title(&self) -> &'static str {
        "Defender hunting table without mail or sign-ins"
    }

    fn family(&self) -> Family {
        Family::MessageTrace
    }

    fn required(&self) -> &'static [&'static str] {
        &["timestamp", "actiontype", "deviceid", "initiatingprocessfilename"]
    }

    /// Weak: anything that knows the table comes first. The streaming wrapper is known by its category;
    /// rows that carry an audit record (`CloudAppEvents`) are not claimed, whatever their columns.
    fn claim(&self, record: &Record<'_>) -> usize {
        let row = row(record);
        let device = ["actiontype", "initiatingprocessfilename"].iter().all(|name| row.has(name));
        let identity = ["timestamp", "reportid", "actiontype"].iter().all(|name| row.has(name))
            && ["logontype", "targetaccountupn"].iter().any(|name| row.has(name));
        let wrapped = record.text("category").is_some_and(|category| category.starts_with("AdvancedHunting-")) && record.has("properties");
        let audit = row.value("raweventdata").is_some() || row.object().is_none() && row.has("raweventdata");
        usize::from(!audit && (device || identity || wrapped))
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let device = row(record).has("initiatingprocessfilename");
        out.ignore(record.at, Reason(if device { "device-event" } else { "not-a-mail-table" }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Fate;
    use crate::formats::defender_mail::EmailEvents;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn a_cloud_logon_is_the_sign_in_with_its_request_id() {
        let line = r#"{"category":"AdvancedHunting-IdentityLogonEvents","properties":{"ActionType":"LogonSuccess","LogonType":"OAuth2:Authorize","Protocol":null,"AccountUpn":"a@example.com","AccountObjectId":"11111111-1111-4111-8111-111111111111","IPAddress":"192.0.2.1","Location":"FR","OSPlatform":"Windows 10","AdditionalFields":{"Request ID":"22222222-2222-4222-8222-222222222222"},"Timestamp":"2024-10-03T11:23:16.963Z","Application":"Microsoft 365"}}"#;
        let out = read_json(&IdentityLogons, line);
        assert_eq!(out.keys[0].0, Key::of(KeyKind::SignIn, "22222222-2222-4222-8222-222222222222"));
        let Detail::SignIn(facts) = &out.details[0] else { panic!("no sign-in") };
        assert_eq!((facts.country, out.same.len(), out.events[0].outcome), (*b"FR", 1, Outcome::Success));
    }

    #[test]
    fn the_id_is_also_found_in_a_csv_cell() {
        let out = read_csv(
            &IdentityLogons,
            "Timestamp,ActionType,LogonType,AccountUpn,IPAddress,Application,AdditionalFields\n\
             2024-10-03T11:23:16Z,LogonFailed,x,a@example.com,192.0.2.1,M,\"{\"\"Request ID\"\":\"\"22222222-2222-4222-8222-222222222222\"\"}\"\n",
        );
        assert_eq!(out.keys.len(), 1);
    }

    #[test]
    fn logons_at_a_domain_controller_are_set_aside() {
        let line = r#"{"ActionType":"LogonFailed","LogonType":"x","Protocol":"Kerberos","AccountUpn":"a@example.com","IPAddress":"192.0.2.1","Application":"Active Directory"}"#;
        let out = read_json(&IdentityLogons, line);
        assert_eq!(out.fates[0].1, Fate::Ignored(Reason("on-premises-logon")));
    }

    #[test]
    fn a_device_event_under_a_mail_category_is_no_mail() {
        let line = r#"{"category":"AdvancedHunting-EmailEvents","properties":{"ActionType":"NtAllocateVirtualMemoryApiCall","InitiatingProcessFileName":"x.exe","LocalIP":"192.0.2.1"}}"#;
        let mut doc = crate::evidence::Doc::new();
        doc.parse(line).unwrap();
        let record =
            Record { at: crate::evidence::RecordAt::default(), fields: crate::evidence::Fields::Object(doc.root()), damaged: false };
        assert_eq!(EmailEvents.claim(&record), 0);
        let out = read_json(&OtherTables, line);
        assert_eq!(out.fates[0].1, Fate::Ignored(Reason("device-event")));
    }

    #[test]
    fn rows_with_an_audit_record_are_left_to_its_reader() {
        let line = r#"{"Timestamp":"2021-08-02T13:11:39Z","ReportId":"1","ActionType":"MailItemsAccessed","LogonType":null,"RawEventData":{"Operation":"MailItemsAccessed"}}"#;
        let mut doc = crate::evidence::Doc::new();
        doc.parse(line).unwrap();
        let record =
            Record { at: crate::evidence::RecordAt::default(), fields: crate::evidence::Fields::Object(doc.root()), damaged: false };
        assert_eq!(OtherTables.claim(&record), 0);
    }
}
