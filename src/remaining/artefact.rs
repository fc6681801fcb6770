//! What an intruder leaves behind: the kinds of it, by what one is known again, and how it stands.

use crate::events::{AccountId, Rule, Time, named};
use crate::evidence::Pointer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

named! {
    /// Kind of thing that outlives a new password.
    Kind {
        /// An inbox rule.
        InboxRule = "inbox-rule",
        /// Forwarding of a whole mailbox.
        Forwarding = "forwarding",
        /// A right on a mailbox or on one of its folders.
        Permission = "permission",
        /// A consent to an application, with the service principal that it brought along.
        AppGrant = "app-grant",
        /// An application or service principal, made without a consent.
        App = "app",
        /// A secret or certificate of an application.
        AppCredential = "app-credential",
        /// An owner of an application.
        AppOwner = "app-owner",
        /// A method of multi-factor authentication.
        MfaMethod = "mfa-method",
        /// A device that was registered or joined.
        Device = "device",
        /// A mail-flow rule, a connector or a journal rule.
        TransportRule = "transport-rule",
        /// A role in the directory or in Exchange.
        Role = "role",
        /// A user that was made, invited or switched on.
        User = "user",
        /// A password that the intruder set, and so knows.
        Password = "password",
        /// Auditing that was switched off or bypassed.
        Auditing = "auditing",
        /// A mail protocol that asks for no second factor, switched on.
        LegacyProtocol = "legacy-protocol",
        /// A policy that was changed.
        Policy = "policy",
        /// Sessions and refresh tokens.
        Session = "session",
    }
}

impl Kind {
    /// The export that would tell whether a thing of this kind is still there.
    pub fn settled_by(self) -> &'static str {
        match self {
            Kind::InboxRule => "Get-InboxRule -IncludeHidden of the mailbox",
            Kind::Forwarding => "Get-Mailbox with ForwardingSmtpAddress and ForwardingAddress",
            Kind::Permission => "Get-MailboxPermission, Get-RecipientPermission and Get-MailboxFolderPermission of the mailbox",
            Kind::AppGrant => "the list of OAuth grants (oauth2PermissionGrants)",
            Kind::App => "the list of service principals and app registrations",
            Kind::AppCredential => "keyCredentials and passwordCredentials of the application and its service principal",
            Kind::AppOwner => "the owners of the application and its service principal",
            Kind::MfaMethod => "the authentication methods of the user (numbers, dates)",
            Kind::Device => "the list of devices with their owners",
            Kind::TransportRule => "Get-TransportRule, the connectors and the journal rules",
            Kind::Role => "the members of the role",
            Kind::User => "the list of users with accountEnabled",
            Kind::Password => "the directory audit up to today",
            Kind::Auditing => "Get-AdminAuditLogConfig, Get-OrganizationConfig and Get-MailboxAuditBypassAssociation",
            Kind::LegacyProtocol => "Get-CASMailbox, Get-TransportConfig and the authentication policies",
            Kind::Policy => "the policy as it is now",
            Kind::Session => "the directory audit up to today, and signInSessionsValidFromDateTime of the user",
        }
    }
}

named! {
    /// How a thing stands, as far as the exports tell.
    Status {
        /// A snapshot shows it.
        InPlace = "in-place",
        /// A record or a snapshot shows that it ended.
        Removed = "removed",
        /// Nothing later speaks of it.
        Unknown = "unknown",
    }
}

named! {
    /// How sure it is that it is the intruder's.
    Origin {
        /// His act made it.
        Intruder = "intruder",
        /// An act made it of which it is in doubt whose it was: on a suspicious account, or less than 60 % sure.
        ToBeChecked = "to-be-checked",
        /// A snapshot has it, no record says who made it, and it is like what intruders make.
        NotInTheseExports = "not-in-these-exports",
    }
}

named! {
    /// Who ended it.
    By {
        /// The account's usual user.
        Owner = "owner",
        /// Somebody else of the tenant: an administrator, the help desk.
        Admin = "admin",
        /// The intruder himself.
        Intruder = "intruder",
        /// A service.
        System = "system",
        /// The records do not tell.
        Unknown = "unknown",
    }
}

/// By what a thing is known again, with names exactly as in the records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Identity {
    /// Mailbox or user that has it; absent for what belongs to the whole tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Its name: of a rule, an application, a device, a role, a method, a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its id: of a rule (64 bits, unsigned, decimal) or a device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// Object id in this tenant: of the application's service principal, or of the group or application that got
    /// a role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// Where mail goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Who has a right, or a role that went to no user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trustee: Option<String>,
    /// What has a role, where it is no user, as recorded: `Group`, `ServicePrincipal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trustee_class: Option<String>,
    /// What kind of right: `full-access`, `send-as`, `send-on-behalf`, `folder`, `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
    /// Rights as recorded, and the folder where it is one folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// The operation that made it, as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Scopes that were granted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Parameters of the command that made it, as recorded, with their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
}

impl Identity {
    /// Takes from another record of the same thing what this one does not know.
    pub(super) fn fill_from(&mut self, other: &Identity) {
        let Identity { of, name, id, app_id, object_id, address, trustee, trustee_class, right, rights, operation, scopes, parameters } =
            other;
        for (mine, theirs) in [
            (&mut self.of, of),
            (&mut self.name, name),
            (&mut self.id, id),
            (&mut self.app_id, app_id),
            (&mut self.object_id, object_id),
            (&mut self.address, address),
            (&mut self.trustee, trustee),
            (&mut self.trustee_class, trustee_class),
            (&mut self.right, right),
            (&mut self.rights, rights),
            (&mut self.operation, operation),
        ] {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        for scope in scopes {
            if !self.scopes.contains(scope) {
                self.scopes.push(scope.clone());
            }
        }
        for parameter in parameters {
            if !self.parameters.contains(parameter) {
                self.parameters.push(parameter.clone());
            }
        }
    }
}

/// How a thing ended.
#[derive(Clone, Copy, Debug)]
pub struct End {
    /// The record that shows it; of a snapshot, a row that stands where the thing would.
    pub at: Pointer,
    /// When; unknown where a snapshot shows it.
    pub time: Time,
    /// Digits that the record's time has.
    pub digits: u8,
    /// Who.
    pub by: By,
    /// The account that did it; none where a snapshot shows it.
    pub account: AccountId,
    /// How, in words that can follow "it was".
    pub how: &'static str,
}

/// One thing that an intruder left, or seems to have left.
#[derive(Clone, Debug)]
pub struct Artefact<'a> {
    /// What kind.
    pub kind: Kind,
    /// The account whose intruder made it; of what no record explains, the account that has it.
    pub account: AccountId,
    /// Mailbox or user that has it; none for what belongs to the tenant.
    pub of: AccountId,
    /// How sure it is that it is the intruder's.
    pub origin: Origin,
    /// By what it is known.
    pub identity: Identity,
    /// The rule, where it is one.
    pub rule: Option<&'a Rule>,
    /// Events that made or changed it, in time order.
    pub made: Vec<u32>,
    /// When it was made.
    pub since: Time,
    /// Correlations of its records; never 0.
    pub(super) links: Vec<u64>,
    /// When its last record was written.
    pub(super) touched: Time,
    /// Rows of snapshots that show it.
    pub found: Vec<Pointer>,
    /// How it stands.
    pub status: Status,
    /// On what that rests, in words.
    pub basis: &'static str,
    /// How it ended.
    pub end: Option<End>,
    /// A record that ended it or another of its kind, and the id of what it ended.
    pub(super) doubtful_end: Option<(End, Option<String>)>,
}
