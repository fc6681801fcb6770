//! Who acted, on whom, and which names a record proves to be one account's.

use super::fields::{Audit, Field, present};
use super::{Reader, is_guid};
use crate::events::{Flags, Principal, is_service_name};
use crate::evidence::Value;

/// Who an entry of an Entra `Actor` or `Target` list is.
///
/// Source: `IdentityTypeValuePair` of the Management Activity API schema; checked on public exports.
#[derive(Clone, Copy, Default)]
pub struct Party<'d> {
    /// User principal name (type 5).
    pub upn: Option<&'d str>,
    /// Object id of a user: the `User_…` entry, or type 0 of a sign-in.
    pub user_id: Option<&'d str>,
    /// PUID (type 3).
    pub puid: Option<&'d str>,
    /// Display name (type 1).
    pub name: Option<&'d str>,
    /// Service principal name (type 4): the application id, possibly with others behind it.
    pub spn: Option<&'d str>,
    /// Object id of anything, without its class (`ServicePrincipal_…`).
    pub object: Option<&'d str>,
    /// Class of the object: `ServicePrincipal`, `User`, `Application`.
    pub class: Option<&'d str>,
}

impl<'d> Party<'d> {
    /// From a list of `{ID, Type}`.
    pub fn of(list: Option<Value<'d>>) -> Party<'d> {
        let mut party = Party::default();
        let Some(list) = list else { return party };
        for entry in list.items() {
            let (Some(id), Some(kind)) = (entry.str_of("ID").and_then(present), entry.get("Type").and_then(Value::int)) else { continue };
            match kind {
                5 => party.upn = Some(id),
                3 => party.puid = Some(id),
                1 => party.name = Some(id),
                4 => party.spn = Some(id.split(';').next().unwrap_or(id)),
                0 if is_guid(id) => party.user_id = Some(id),
                _ => match id.split_once('_') {
                    Some((class, guid)) if is_guid(guid) => {
                        party.class = Some(class);
                        party.object = Some(guid);
                        if class == "User" {
                            party.user_id = Some(guid);
                        }
                    }
                    _ => {}
                },
            }
        }
        party
    }
}

impl<'d> Reader<'_, 'd> {
    /// Settles who acted.
    pub(super) fn identify(&mut self) {
        let audit = self.audit;
        let user = audit.str(Field::UserId).or(self.fallback.user);
        let user_type = UserType::of(audit);
        let app = audit.str(Field::ClientAppId).or_else(|| audit.str(Field::AppId));
        self.event.actor = self.out.opt_principal(user);
        let name = self.out.names.get(self.event.actor);
        let service = is_service_name(name) || matches!(user_type, UserType::Service);
        let key_is_app = audit.str(Field::UserKey).is_some_and(|key| is_guid(key) && app.is_some_and(|app| app.eq_ignore_ascii_case(key)));
        if service {
            self.event.flags.set(Flags::SERVICE);
        } else if user_type == UserType::App || key_is_app && name.contains('@') {
            self.event.flags.set(Flags::APP_ONLY);
        }
        if self.event.flags.has(Flags::APP_ONLY) && !service {
            // The mailbox owner stands in UserId; the application is in the other fields.
            self.event.target = self.event.actor;
            let key = audit.str(Field::UserKey).filter(|key| is_guid(key));
            if let Some(app) = app.filter(|app| is_guid(app)).or(key) {
                self.event.actor = self.out.principal(app);
            }
        }
    }

    /// Links the names of a party of an Entra list, and returns the one to use.
    pub(super) fn party(&mut self, party: &Party<'d>) -> Principal {
        let upn = self.out.opt_principal(party.upn);
        for other in [party.user_id.filter(|id| is_guid(id)), party.puid.filter(|puid| is_puid(puid))] {
            let other = self.out.opt_principal(other);
            self.out.same_account(upn, other);
        }
        match party.user_id {
            Some(id) if upn.is_none() => self.out.principal(id),
            _ => upn,
        }
    }

    /// Settles whose mailbox it is, and links the names of its owner.
    pub(super) fn mailbox_owner(&mut self) {
        let audit = self.audit;
        let owner = self.out.opt_principal(audit.str(Field::MailboxOwnerUpn));
        let sid = audit.str(Field::MailboxOwnerSid).filter(|sid| is_account_sid(sid));
        let guid = audit.str(Field::MailboxGuid).filter(|guid| is_guid(guid));
        for other in [sid, guid] {
            let other = self.out.opt_principal(other);
            if owner.is_some() {
                self.out.same_account(owner, other);
            } else if self.event.target.is_none() {
                self.event.target = other;
            }
        }
        self.event.target = owner.some().unwrap_or(self.event.target);
        let logon = audit.text(Field::LogonType);
        let not_owner = logon.as_deref().is_some_and(|kind| !matches!(kind, "0" | "Owner" | "3" | "Transport" | "4" | "SystemService"));
        let other_sid = match (audit.str(Field::LogonUserSid), audit.str(Field::MailboxOwnerSid)) {
            (Some(user), Some(owner)) => is_account_sid(user) && is_account_sid(owner) && user != owner,
            _ => false,
        };
        if !self.event.flags.has_any(Flags::APP_ONLY | Flags::SERVICE) {
            self.event.flags.set_if(not_owner || other_sid, Flags::DELEGATE);
        }
    }

    /// Whom a mailbox identity of a cmdlet means: an address, a GUID, a legacy DN, a canonical path, or
    /// an alias, which is the actor's own where it equals the first part of his name. What stands
    /// behind a backslash (a rule, a folder) is left out.
    pub(super) fn mailbox_named(&mut self, text: &str) -> Principal {
        let last = if text.starts_with("/o=") { text } else { text.rsplit('/').next().unwrap_or(text) };
        let mailbox = last.split('\\').next().unwrap_or(last).trim();
        // `mailbox:\folder`
        let mailbox = mailbox.strip_suffix(':').unwrap_or(mailbox);
        let actor = self.out.names.get(self.event.actor);
        let own = actor.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(mailbox));
        if own { self.event.actor } else { self.out.principal(mailbox) }
    }
}

/// What kind of actor a record claims.
#[derive(Clone, Copy, PartialEq, Eq)]
enum UserType {
    /// A person, as far as the type tells.
    Person,
    /// The system or a data-centre administrator.
    Service,
    /// An application in its own right.
    App,
}

impl UserType {
    fn of(audit: &Audit<'_>) -> UserType {
        match audit.text(Field::UserType).as_deref() {
            Some("3" | "4" | "7" | "8" | "DcAdmin" | "System" | "CustomPolicy" | "SystemPolicy") => UserType::Service,
            Some("5" | "6" | "Application" | "ServicePrincipal") => UserType::App,
            _ => UserType::Person,
        }
    }
}

/// True for the SID of an account (and not of Everyone or a service).
fn is_account_sid(sid: &str) -> bool {
    sid.starts_with("S-1-5-21-") && sid.len() > 20
}

/// True for a PUID: sixteen hexadecimal digits, beginning with 100.
fn is_puid(text: &str) -> bool {
    text.len() == 16 && text.starts_with("100") && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
