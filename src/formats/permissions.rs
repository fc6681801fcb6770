//! Rights on mailboxes, recipients and folders.
//!
//! What every mailbox has is set aside with a reason: the owner's own entry, inherited entries, groups
//! of Exchange, denials.
//!
//! Source: live records; the cmdlets' documentation; scripts of the Extractor Suite.

use super::Format;
use super::snapshot::{elements, is_lost, joined, truth};
use crate::events::{Batch, Family, Permission, Principal, Reason, Right, State, StateKind, Time};
use crate::evidence::{Record, Value};
use std::borrow::Cow;

const DEFAULT: Reason = Reason("default-permission");
const INHERITED: Reason = Reason("inherited-permission");
const DENY: Reason = Reason("deny-entry");

const OWNERS: [&str; 6] = ["mailbox", "userprincipalname", "upn", "username", "primarysmtpaddress", "identity"];

fn owner(record: &Record<'_>, out: &mut Batch) -> Principal {
    out.opt_principal(record.text_any(&OWNERS))
}

fn keep(record: &Record<'_>, trustee: &str, right: Right, text: String, out: &mut Batch) {
    let (owner, trustee) = (owner(record, out), out.principal(trustee));
    let kind = StateKind::Permission(Box::new(Permission { trustee, right, text }));
    out.state(State { at: record.at, owner, changed: Time::NONE, kind });
}

/// Entries that Exchange itself puts on every mailbox.
fn is_system(trustee: &str) -> bool {
    const GROUPS: [&str; 16] = [
        "discovery management",
        "organization management",
        "exchange servers",
        "exchange domain servers",
        "exchange trusted subsystem",
        "exchange services",
        "exchange enterprise servers",
        "managed availability servers",
        "public folder management",
        "delegated setup",
        "domain admins",
        "enterprise admins",
        "administrators",
        "administrator",
        "view-only organization management",
        "security reader",
    ];
    let trustee = trustee.trim().to_lowercase();
    let bare = trustee.rsplit_once('\\').map_or(trustee.as_str(), |(_, name)| name);
    let builtin = trustee.contains('\\') || trustee == "discovery management";
    trustee.starts_with("nt authority\\") || trustee == "s-1-5-10" || trustee == "s-1-5-18" || builtin && GROUPS.contains(&bare)
}

/// Get-MailboxPermission, Get-EXOMailboxPermission.
pub struct MailboxPermissions;

impl Format for MailboxPermissions {
    fn id(&self) -> &'static str {
        "state.mailbox-permissions"
    }

    fn title(&self) -> &'static str {
        "Get-MailboxPermission"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["user", "accessrights", "deny", "isinherited"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["trustee", "foldername"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let trustee = joined(record, "user").unwrap_or_default();
        let rights = joined(record, "accessrights").unwrap_or_default();
        if trustee.is_empty() {
            out.reject(record.at, Reason("no-trustee"));
        } else if is_system(&trustee) {
            out.ignore(record.at, DEFAULT);
        } else if truth(record, "isinherited") == Some(true) {
            out.ignore(record.at, INHERITED);
        } else if truth(record, "deny") == Some(true) {
            out.ignore(record.at, DENY);
        } else {
            let right = if rights.to_ascii_lowercase().contains("fullaccess") { Right::FullAccess } else { Right::Other };
            keep(record, &trustee, right, rights.into_owned(), out);
        }
    }
}

/// Get-RecipientPermission: send as.
pub struct RecipientPermissions;

impl Format for RecipientPermissions {
    fn id(&self) -> &'static str {
        "state.recipient-permissions"
    }

    fn title(&self) -> &'static str {
        "Get-RecipientPermission"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["trustee", "accessrights", "accesscontroltype"]
    }

    /// Numbers are the enums of ConvertTo-Json: right 1 is `SendAs`, control type 1 is Deny.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let trustee = joined(record, "trustee").unwrap_or_default();
        let rights = joined(record, "accessrights").unwrap_or_default();
        let control = joined(record, "accesscontroltype").unwrap_or_default();
        if trustee.is_empty() {
            out.reject(record.at, Reason("no-trustee"));
        } else if is_system(&trustee) {
            out.ignore(record.at, DEFAULT);
        } else if truth(record, "isinherited") == Some(true) {
            out.ignore(record.at, INHERITED);
        } else if control.eq_ignore_ascii_case("deny") || control == "1" {
            out.ignore(record.at, DENY);
        } else {
            let text = if rights == "1" { Cow::Borrowed("SendAs") } else { rights };
            let right = if text.to_ascii_lowercase().contains("sendas") { Right::SendAs } else { Right::Other };
            keep(record, &trustee, right, text.into_owned(), out);
        }
    }
}

/// Get-MailboxFolderPermission.
pub struct FolderPermissions;

impl Format for FolderPermissions {
    fn id(&self) -> &'static str {
        "state.folder-permissions"
    }

    fn title(&self) -> &'static str {
        "Get-MailboxFolderPermission"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["foldername", "user", "accessrights"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["deny"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let trustee = folder_user(record).unwrap_or_default();
        let rights = joined(record, "accessrights").unwrap_or_default();
        let idle = ["", "none", "availabilityonly"].iter().any(|idle| rights.eq_ignore_ascii_case(idle));
        if trustee.is_empty() {
            out.reject(record.at, Reason("no-trustee"));
            return;
        }
        if idle && !is_lost(&rights) {
            out.ignore(record.at, DEFAULT);
            return;
        }
        let folder = record.text("foldername").unwrap_or_default();
        let sharing = joined(record, "sharingpermissionflags").filter(|flags| !flags.eq_ignore_ascii_case("none"));
        let text = match sharing {
            Some(flags) => format!("{folder}: {rights} ({flags})"),
            None => format!("{folder}: {rights}"),
        };
        // `mailbox:\Calendar` names the mailbox before the colon.
        let identity = record.text("identity");
        let mailbox = identity.as_deref().and_then(|identity| identity.split_once(":\\")).map(|(mailbox, _)| mailbox);
        let owner = match record.text_any(&["mailbox", "userprincipalname", "upn", "username"]) {
            Some(named) => out.principal(&named),
            None => out.opt_principal(mailbox.or(identity.as_deref())),
        };
        let trustee = out.principal(&trustee);
        let kind = StateKind::Permission(Box::new(Permission { trustee, right: Right::Folder, text }));
        out.state(State { at: record.at, owner, changed: Time::NONE, kind });
    }
}

/// The user of a folder entry: a name in tables, a nested object in JSON.
fn folder_user<'a>(record: &Record<'a>) -> Option<Cow<'a, str>> {
    let Some(user) = record.value("user").filter(|user| user.is_object()) else { return joined(record, "user") };
    let inner = ["RecipientPrincipal", "ADRecipient"].iter().find_map(|name| user.get(name)).filter(|inner| inner.is_object());
    let address = |value: Value<'a>| {
        ["PrimarySmtpAddress", "UserPrincipalName", "SmtpAddress", "Address"].iter().find_map(|name| value.text_of(name))
    };
    inner.and_then(address).or_else(|| address(user)).or_else(|| user.text_of("DisplayName")).or_else(|| user.unwrapped().text())
}

/// Delegated permissions of the Extractor Suite: one row a mailbox, all rights in four cells.
pub struct DelegatedPermissions;

impl Format for DelegatedPermissions {
    fn id(&self) -> &'static str {
        "state.delegated-permissions"
    }

    fn title(&self) -> &'static str {
        "Delegated permissions of the Microsoft Extractor Suite"
    }

    fn family(&self) -> Family {
        Family::Mailboxes
    }

    fn required(&self) -> &'static [&'static str] {
        &["fullaccessusers", "sendasusers", "sendonbehalfusers", "calendarusers"]
    }

    /// One right is told as such; several, which one row cannot be, in words.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        const CELLS: [(&str, &str, Right); 4] = [
            ("FullAccess", "fullaccessusers", Right::FullAccess),
            ("SendAs", "sendasusers", Right::SendAs),
            ("SendOnBehalf", "sendonbehalfusers", Right::SendOnBehalf),
            ("Calendar", "calendarusers", Right::Folder),
        ];
        let mut found: Vec<(&str, Right, String)> = Vec::new();
        for (word, name, right) in CELLS {
            for trustee in elements(record, name).iter().flat_map(|cell| trustees(cell)) {
                if !is_system(&trustee) && !trustee.eq_ignore_ascii_case("none") {
                    found.push((word, right, trustee));
                }
            }
        }
        match found.as_slice() {
            [] => out.ignore(record.at, DEFAULT),
            [(word, right, trustee)] => keep(record, trustee, *right, (*word).to_owned(), out),
            several => {
                let words: Vec<String> = several.iter().map(|(word, _, trustee)| format!("{word}: {trustee}")).collect();
                let owner = owner(record, out);
                out.state(State {
                    at: record.at,
                    owner,
                    changed: Time::NONE,
                    kind: StateKind::Other(format!("permissions: {}", words.join("; "))),
                });
            }
        }
    }
}

/// `Name (addr); Name (addr)`, or `Name (addr) - Rights: … | Name (addr) - Rights: …`.
fn trustees(cell: &str) -> Vec<String> {
    let entries = if cell.contains(" - Rights:") { cell.split(" | ").collect::<Vec<_>>() } else { cell.split([';', '|']).collect() };
    let name = |entry: &str| {
        let who = entry.split(" - Rights:").next().unwrap_or_default().trim();
        let inner = who.strip_suffix(')').and_then(|who| who.rsplit_once('(')).map(|(_, address)| address.trim());
        inner.filter(|address| address.contains('@')).unwrap_or(who).to_owned()
    };
    entries.into_iter().map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Fate;
    use crate::formats::testkit::{read_csv, read_json};

    fn only(out: &Batch) -> &Permission {
        match &out.states[0].kind {
            StateKind::Permission(permission) => permission,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_somebody_gave_is_kept() {
        let lines = r#"{"Identity":"info@example.com","User":"NT AUTHORITY\\SELF","AccessRights":["FullAccess","ReadPermission"],"IsInherited":false,"Deny":{"IsPresent":false}}
{"Identity":"info@example.com","User":"EURPRD\\Exchange Servers","AccessRights":["FullAccess"],"IsInherited":true,"Deny":false}
{"Identity":"info@example.com","User":"x@example.com","AccessRights":["FullAccess"],"IsInherited":true,"Deny":false}
{"Identity":"info@example.com","User":"x@example.com","AccessRights":["FullAccess"],"IsInherited":false,"Deny":{"IsPresent":true}}
{"Identity":"info@example.com","User":"A@example.com","AccessRights":["FullAccess, ReadPermission"],"IsInherited":false,"Deny":{"IsPresent":false}}"#;
        let out = read_json(&MailboxPermissions, lines);
        let reasons: Vec<Fate> = out.fates.iter().map(|(_, fate)| *fate).collect();
        assert_eq!(
            reasons,
            [Fate::Ignored(DEFAULT), Fate::Ignored(DEFAULT), Fate::Ignored(INHERITED), Fate::Ignored(DENY), Fate::State(0)]
        );
        assert_eq!((only(&out).right, only(&out).text.as_str()), (Right::FullAccess, "FullAccess, ReadPermission"));
        assert_eq!((out.names.get(out.states[0].owner), out.names.get(only(&out).trustee)), ("info@example.com", "a@example.com"));
    }

    #[test]
    fn a_number_for_send_as_is_understood() {
        let out = read_json(
            &RecipientPermissions,
            r#"{"Identity":"info@example.com","Trustee":"a@example.com","AccessRights":[1],"AccessControlType":0,"IsInherited":false}"#,
        );
        assert_eq!((only(&out).right, only(&out).text.as_str()), (Right::SendAs, "SendAs"));
    }

    #[test]
    fn everybodys_right_on_a_folder_is_kept_if_it_shows_more_than_busy_times() {
        let out = read_csv(
            &FolderPermissions,
            "Identity,FolderName,User,AccessRights,SharingPermissionFlags\n\
             boss@example.com:\\Calendar,Calendar,Default,AvailabilityOnly,\n\
             boss@example.com:\\Inbox,Inbox,Anonymous,Reviewer,\n\
             boss@example.com:\\Calendar,Calendar,A,Editor,Delegate\n",
        );
        assert_eq!(out.states.len(), 2);
        assert_eq!((out.names.get(only(&out).trustee), only(&out).text.as_str()), ("anonymous", "Inbox: Reviewer"));
        assert_eq!(out.names.get(out.states[0].owner), "boss@example.com");
        assert!(matches!(&out.states[1].kind, StateKind::Permission(p) if p.text == "Calendar: Editor (Delegate)"));
    }

    #[test]
    fn nested_folder_users_give_their_address() {
        let line = r#"{"Identity":"boss@example.com:\\Inbox","FolderName":"Inbox","User":{"DisplayName":"A","RecipientPrincipal":{"PrimarySmtpAddress":"A@example.com"}},"AccessRights":["Owner"]}"#;
        let out = read_json(&FolderPermissions, line);
        assert_eq!(out.names.get(only(&out).trustee), "a@example.com");
    }

    #[test]
    fn a_rolled_up_row_lists_everybody() {
        let header = "UserPrincipalName,FullAccessUsers,SendAsUsers,SendOnBehalfUsers,CalendarUsers\n";
        let one = read_csv(
            &DelegatedPermissions,
            &format!("{header}i@example.com,\"Doe, J (j@example.com) - Rights: FullAccess, Deny: False, Inheritance: All\",,,\n"),
        );
        assert_eq!((only(&one).right, one.names.get(only(&one).trustee)), (Right::FullAccess, "j@example.com"));
        let many = read_csv(&DelegatedPermissions, &format!("{header}i@example.com,,J (j@example.com); K (k@example.com),,\n,,,,\n"));
        assert!(
            matches!(&many.states[0].kind, StateKind::Other(text) if text == "permissions: SendAs: j@example.com; SendAs: k@example.com")
        );
        assert_eq!(many.fates[1].1, Fate::Ignored(DEFAULT));
    }
}
