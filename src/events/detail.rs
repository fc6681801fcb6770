//! Facts that only some events have, and states: rows of a snapshot without a time of their own.

use super::event::named;
use super::intern::{Principal, Str};
use super::time::Time;
use crate::evidence::RecordAt;

named! {
    /// How multi-factor authentication stood in a sign-in.
    Mfa {
        /// The record does not say.
        Unknown = "unknown",
        /// One factor was enough.
        NotRequired = "not-required",
        /// Satisfied by a claim in the token: nobody was asked.
        ByClaim = "by-claim",
        /// A second factor was given.
        Completed = "completed",
        /// A phishing-resistant factor was given (FIDO2, Windows Hello, certificate).
        Resistant = "phishing-resistant",
        /// The prompt was refused, or a wrong code given.
        Denied = "denied",
        /// The prompt was not answered.
        TimedOut = "timed-out",
        /// Asked for and not (yet) given.
        Pending = "pending",
    }
}

named! {
    /// How the client asked for a token.
    Protocol {
        /// The record does not say.
        Unknown = "unknown",
        /// The ordinary flow in a browser or client.
        OAuth = "oauth2",
        /// User name and password in the request: legacy clients.
        Ropc = "ropc",
        /// A code typed in on another device, or a transfer from one: also later tokens of such a session.
        DeviceCode = "device-code",
        /// SAML or WS-Federation.
        Federated = "federated",
    }
}

named! {
    /// Risk level that Microsoft recorded.
    Risk {
        /// Not recorded, not licensed or hidden.
        Unknown = "unknown",
        /// None seen.
        None = "none",
        /// Low.
        Low = "low",
        /// Medium.
        Medium = "medium",
        /// High.
        High = "high",
    }
}

/// Facts of a sign-in beyond the event's own.
#[derive(Clone, Copy, Debug)]
pub struct SignIn {
    /// Two-letter country that the log recorded, or zeros.
    pub country: [u8; 2],
    /// Autonomous system that the log recorded, 0 if none.
    pub asn: u32,
    /// City that the log recorded.
    pub city: Str,
    /// Operating system, as recorded.
    pub os: Str,
    /// Browser, as recorded.
    pub browser: Str,
    /// Id of a registered device; none where the device is not known to the tenant.
    pub device: Str,
    /// Trust type, as recorded ("Azure AD joined").
    pub trust: Str,
    /// `clientAppUsed`, as recorded ("Browser", "IMAP4").
    pub client: Str,
    /// Name (or id) of the resource that the token is for.
    pub resource: Str,
    /// Application name, where the event's `app` is an id.
    pub app_name: Str,
    /// Failure reason or additional detail, as recorded.
    pub reason: Str,
    /// How the token was asked for.
    pub protocol: Protocol,
    /// How MFA stood.
    pub mfa: Mfa,
    /// Whether the password step is recorded, and how it ended.
    pub password: Option<bool>,
    /// A token, not a person, opened the door: primary refresh token or refresh token.
    pub by_token: bool,
    /// The device is managed or compliant.
    pub managed: bool,
    /// Risk of this sign-in, as recorded.
    pub risk: Risk,
}

impl Default for SignIn {
    fn default() -> Self {
        SignIn {
            country: [0; 2],
            asn: 0,
            city: Str::NONE,
            os: Str::NONE,
            browser: Str::NONE,
            device: Str::NONE,
            trust: Str::NONE,
            client: Str::NONE,
            resource: Str::NONE,
            app_name: Str::NONE,
            reason: Str::NONE,
            protocol: Protocol::Unknown,
            mfa: Mfa::Unknown,
            password: None,
            by_token: false,
            managed: false,
            risk: Risk::Unknown,
        }
    }
}

named! {
    /// What happened to an inbox rule.
    RuleChange {
        /// Made.
        New = "new",
        /// Changed.
        Set = "set",
        /// Switched on.
        Enable = "enable",
        /// Switched off.
        Disable = "disable",
        /// Removed.
        Remove = "remove",
        /// Found in a snapshot.
        Present = "present",
    }
}

/// An inbox rule, from an audit record or a snapshot. Texts are as recorded.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What happened to it.
    pub change: RuleChange,
    /// Its name; empty where the record has none.
    pub name: String,
    /// Rule identity as 64 bits (sources differ in the sign); `None` for 0 and for none.
    pub id: Option<u64>,
    /// Condition (or exception) names in the words of Get-InboxRule, with their values.
    pub conditions: Vec<(String, String)>,
    /// Where it moves mail, as recorded.
    pub move_to: Option<String>,
    /// Where it copies mail, as recorded.
    pub copy_to: Option<String>,
    /// Addresses (or directory names) that it forwards to.
    pub forward_to: Vec<String>,
    /// Addresses (or directory names) that it redirects to.
    pub redirect_to: Vec<String>,
    /// It deletes mail, in whatever way.
    pub deletes: bool,
    /// It marks mail as read.
    pub marks_read: bool,
    /// It stops further rules.
    pub stops: bool,
    /// The command was given `Force` or `AlwaysDeleteOutlookRulesBlob`.
    pub silent_flags: bool,
    /// False where the snapshot says that it is switched off.
    pub enabled: bool,
    /// Values were lost at export (`System.Object[]`), or the record has no body.
    pub lost: bool,
    /// Names of the parameters given, as recorded.
    pub parameters: Vec<String>,
}

impl Rule {
    /// A rule of which only the change is known yet.
    pub fn new(change: RuleChange) -> Rule {
        Rule {
            change,
            name: String::new(),
            id: None,
            conditions: Vec::new(),
            move_to: None,
            copy_to: None,
            forward_to: Vec::new(),
            redirect_to: Vec::new(),
            deletes: false,
            marks_read: false,
            stops: false,
            silent_flags: false,
            enabled: true,
            lost: false,
            parameters: Vec::new(),
        }
    }
}

/// Mailbox forwarding, set, ended or found.
#[derive(Clone, Debug, Default)]
pub struct Forwarding {
    /// SMTP address that mail goes to, lower case, without prefix.
    pub smtp: Option<String>,
    /// Directory object (name, GUID) that mail goes to; it may be a contact outside.
    pub object: Option<String>,
    /// Whether the mailbox keeps a copy.
    pub keeps_copy: Option<bool>,
}

named! {
    /// Kind of right on a mailbox.
    Right {
        /// Full access.
        FullAccess = "full-access",
        /// Send as.
        SendAs = "send-as",
        /// Send on behalf.
        SendOnBehalf = "send-on-behalf",
        /// A right on one folder.
        Folder = "folder",
        /// Any other.
        Other = "other",
    }
}

/// A right that somebody has on a mailbox (the event's target).
#[derive(Clone, Debug)]
pub struct Permission {
    /// Who has it.
    pub trustee: Principal,
    /// What kind.
    pub right: Right,
    /// Rights as recorded, and the folder where it is one folder.
    pub text: String,
}

/// A consent to an application, or the grant as it was found.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    /// Application id, lower case GUID; object id of its service principal where the record has only that.
    pub app_id: String,
    /// Object id of the application's service principal in this tenant, lower case; empty where the
    /// record has none. Grants found in a snapshot join the log by it.
    pub object_id: String,
    /// Name of the application.
    pub app_name: String,
    /// Scopes, as recorded.
    pub scopes: Vec<String>,
    /// For the whole tenant (`AllPrincipals` or admin consent).
    pub tenant_wide: bool,
    /// App-only permissions (app roles).
    pub app_only: bool,
}

/// A group or an application of the directory, which is no account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// Its class, as recorded: `Group`, `ServicePrincipal`; empty where the record has none.
    pub class: String,
    /// Its name; empty where the record has none.
    pub name: String,
    /// Its object id; empty where the record has none.
    pub id: String,
}

/// A change to directory objects.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What kind of object or aspect, in our words: `mfa-method`, `password`, `sessions-revoked`,
    /// `app-credential`, `app-role`, `service-principal`, `role`, `device`, `user`, `group`, `policy`, `owner`.
    pub aspect: &'static str,
    /// Application id where one is meant, lower case.
    pub app_id: String,
    /// Properties with their new values, as recorded.
    pub properties: Vec<(String, String)>,
    /// Done by the user himself (self-service), where the record says so.
    pub by_self: bool,
    /// Who gets or loses a role, where that is no account (the event's target).
    pub holder: Option<Holder>,
}

/// A mail, from a trace or a `Send` record.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Recipients, where there are several or the event's target is not one of them.
    pub recipients: Vec<Principal>,
    /// Delivery status, as recorded.
    pub status: Str,
    /// The mailbox that it was sent as or for, where that is not the actor's.
    pub sent_as: Principal,
    /// Sender shown, where it differs from the envelope's.
    pub sender_shown: Principal,
    /// Threats that Defender found ("Phish"), as recorded.
    pub threats: Str,
    /// Attachment names, as recorded.
    pub attachments: Vec<String>,
}

/// Items that one record of mailbox access covers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Items {
    /// Folder path (first, where there are several).
    pub folder: Str,
    /// Destination folder of a move.
    pub destination: Str,
    /// Subject of the first item that has one.
    pub subject: Str,
    /// Where the list of its items starts in that of its batch or store (see
    /// [`Store::items`](crate::events::Store::items)).
    pub start: u32,
    /// How many there are in the list.
    pub len: u32,
}

/// One item of a mailbox that a record names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Item {
    /// Hash of its Message-ID (see [`message_link`](crate::events::message_link)), else of an id that is its
    /// own wherever it is moved; 0 where it has neither.
    pub link: u64,
    /// Its subject, where recorded.
    pub subject: Str,
}

/// Facts beside an event.
#[derive(Clone, Debug)]
pub enum Detail {
    /// Of a sign-in.
    SignIn(Box<SignIn>),
    /// Of an inbox rule.
    Rule(Box<Rule>),
    /// Of mailbox forwarding.
    Forwarding(Box<Forwarding>),
    /// Of a right on a mailbox.
    Permission(Box<Permission>),
    /// Of a consent.
    Consent(Box<Consent>),
    /// Of a directory change.
    Change(Box<Change>),
    /// Of a mail.
    Mail(Box<Mail>),
    /// Of mailbox access.
    Items(Items),
    /// Of a file or share: people or links it was shared with, as recorded.
    Share(Box<Vec<Principal>>),
    /// Of an alert or risk detection: kind and text; `about` is the key of the record it points at.
    Alert {
        /// Risk level.
        level: Risk,
        /// Kind of detection, as recorded.
        kind: Str,
        /// Its state, as recorded (`atRisk`, `dismissed`).
        state: Str,
        /// Token hash of the sign-in, or link hash of the record, that it is about; 0 if unknown.
        about: u64,
    },
    /// Of a mail-flow rule or policy: parameters, as recorded.
    Parameters(Box<Vec<(String, String)>>),
    /// Of a click on a link.
    Click {
        /// The address of the page.
        url: Str,
        /// Whether the user went on to it.
        through: bool,
    },
}

/// One row of a snapshot: true at an unknown moment of collection.
#[derive(Clone, Debug)]
pub struct State {
    /// Its record.
    pub at: RecordAt,
    /// Whose setting it is: mailbox, user, principal of the grant; none where the row does not say.
    pub owner: Principal,
    /// A time in the row, as what it is (created, changed), never the time of the state.
    pub changed: Time,
    /// What it says.
    pub kind: StateKind,
}

/// What a row of a snapshot says.
#[derive(Clone, Debug)]
pub enum StateKind {
    /// An inbox rule.
    Rule(Box<Rule>),
    /// Mailbox forwarding (or that there is none).
    Forwarding(Forwarding),
    /// A right on a mailbox.
    Permission(Box<Permission>),
    /// A grant to an application.
    Grant(Box<Consent>),
    /// A mail-flow rule, with its name and parameters.
    TransportRule(Box<(String, Vec<(String, String)>)>),
    /// A device, with its name.
    Device(String),
    /// MFA methods of a user, as recorded.
    MfaMethods(String),
    /// A user or mailbox of the tenant; `shared` where the row says shared, room or resource mailbox.
    Account {
        /// Name to show.
        display: String,
        /// Shared, room, equipment or other mailbox without a person.
        shared: bool,
        /// Department, where the row has one.
        department: String,
    },
    /// Microsoft's risk state of a user.
    RiskyUser {
        /// Level.
        level: Risk,
        /// State, as recorded.
        state: String,
    },
    /// Anything else worth listing, in words.
    Other(String),
}
