//! The normalised event: one act, whatever export told of it.

use super::intern::{Ip, Principal, Str};
use super::time::Time;
use crate::evidence::RecordAt;

/// Which kind of log a record comes from. Habits and travel compare a family with itself, and each
/// family has its own span and gaps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Family {
    /// The unified audit log and what wraps it.
    #[default]
    Audit,
    /// Entra sign-ins.
    SignIn,
    /// Entra directory audits.
    Directory,
    /// Message traces and mail tables.
    MessageTrace,
    /// Microsoft's own risk detections and alerts.
    Risk,
    /// Inbox rules and transport rules as they were found.
    Rules,
    /// Mailbox settings and permissions as they were found.
    Mailboxes,
    /// Consents and applications as they were found.
    Grants,
    /// Users, devices and MFA methods as they were found.
    Directories,
}

impl Family {
    /// Every family, in report order.
    pub const ALL: [Family; 9] = [
        Family::Audit,
        Family::SignIn,
        Family::Directory,
        Family::MessageTrace,
        Family::Risk,
        Family::Rules,
        Family::Mailboxes,
        Family::Grants,
        Family::Directories,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Family::Audit => "audit",
            Family::SignIn => "sign-in",
            Family::Directory => "directory-audit",
            Family::MessageTrace => "message-trace",
            Family::Risk => "risk",
            Family::Rules => "rules",
            Family::Mailboxes => "mailboxes",
            Family::Grants => "grants",
            Family::Directories => "directory",
        }
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }
        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
            /// The name in reports.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
            /// From the name in reports.
            pub fn from_name(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// What was done: the closed list of the report contract.
    Action {
        /// A sign-in or an attempt at one.
        SignIn = "sign-in",
        /// An MFA prompt or method.
        Mfa = "mfa",
        /// An inbox rule made, changed or removed.
        MailboxRule = "mailbox-rule",
        /// Mailbox forwarding set or removed.
        Forwarding = "forwarding",
        /// A right on a mailbox, folder or recipient.
        Permission = "permission",
        /// A consent to an application.
        Consent = "consent",
        /// An application or service principal made or changed.
        App = "app",
        /// Mail sent by an account of the tenant.
        MailSent = "mail-sent",
        /// Mail received by an account of the tenant.
        MailReceived = "mail-received",
        /// Mail opened or synchronised.
        MailRead = "mail-read",
        /// Mail deleted.
        MailDeleted = "mail-deleted",
        /// Mail moved.
        MailMoved = "mail-moved",
        /// An item of a mailbox made or changed.
        MailChanged = "mail-changed",
        /// A search in mail or files.
        Search = "search",
        /// A file viewed or downloaded.
        FileRead = "file-read",
        /// A file or link shared.
        FileShared = "file-shared",
        /// A file made, changed or deleted.
        FileChanged = "file-changed",
        /// Anything in Teams.
        Teams = "teams",
        /// A password or other credential set or reset.
        Credential = "credential",
        /// A user made, changed, disabled.
        AccountChange = "account-change",
        /// A directory role granted or removed.
        RoleChange = "role-change",
        /// A policy or audit setting changed.
        PolicyChange = "policy-change",
        /// A mail-flow rule or connector.
        TransportRule = "transport-rule",
        /// A device joined, registered or changed.
        Device = "device",
        /// Microsoft's own alert or risk detection.
        Alert = "alert",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// How it ended.
    Outcome {
        /// It was done.
        Success = "success",
        /// It was refused or failed.
        Failure = "failure",
        /// A step of a sign-in that is neither: an interrupt.
        Interrupted = "interrupted",
        /// The record does not say.
        Unknown = "unknown",
    }
}

/// Facts about an event that are true or false.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flags(u32);

impl Flags {
    /// An application acted in its own right, not for a user.
    pub const APP_ONLY: Flags = Flags(1);
    /// A service of Microsoft's acted: never raised, never learned.
    pub const SERVICE: Flags = Flags(1 << 1);
    /// A background read, preview or prefetch: no act of a person.
    pub const BACKGROUND: Flags = Flags(1 << 2);
    /// The actor is not the owner of the mailbox (delegate or administrator).
    pub const DELEGATE: Flags = Flags(1 << 3);
    /// The actor comes from outside the organisation.
    pub const EXTERNAL: Flags = Flags(1 << 4);
    /// Parts of the record are missing (cut, damaged, values lost at export).
    pub const PARTIAL: Flags = Flags(1 << 5);
    /// The mail or message has a link.
    pub const HAS_LINK: Flags = Flags(1 << 6);
    /// The mail has an attachment.
    pub const HAS_ATTACHMENT: Flags = Flags(1 << 7);
    /// A sign-in without a person at the keyboard (token refresh).
    pub const NON_INTERACTIVE: Flags = Flags(1 << 8);
    /// A sign-in with a person at the keyboard.
    pub const INTERACTIVE: Flags = Flags(1 << 9);
    /// The zone of the time is the rule of its export, not stated in the record.
    pub const ZONE_ASSUMED: Flags = Flags(1 << 10);
    /// Something was taken away rather than set (rule removed, forwarding ended, role removed).
    pub const REMOVAL: Flags = Flags(1 << 11);
    /// A mail within the organisation.
    pub const INTERNAL: Flags = Flags(1 << 12);
    /// A mail from outside to the organisation.
    pub const INBOUND: Flags = Flags(1 << 13);
    /// A delivery that did not reach a mailbox (quarantined, failed, expanded to members).
    pub const NOT_DELIVERED: Flags = Flags(1 << 14);
    /// Logged mailbox access was throttled: there was more than is recorded.
    pub const THROTTLED: Flags = Flags(1 << 15);
    /// A whole folder was synchronised (`MailItemsAccessed` Sync).
    pub const SYNC: Flags = Flags(1 << 16);
    /// What a record of a file act is about is no file or folder but a site, a list or a field.
    pub const NO_FILE: Flags = Flags(1 << 17);

    /// True if every flag of `other` is set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if any flag of `other` is set.
    pub fn has_any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Sets flags.
    pub fn set(&mut self, other: Flags) {
        self.0 |= other.0;
    }

    /// Sets flags if `on`.
    pub fn set_if(&mut self, on: bool, other: Flags) {
        if on {
            self.set(other);
        }
    }
}

impl std::ops::BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// One act with its place in the evidence. Small and plain: text is interned, rarer facts are in the
/// [`Detail`](super::Detail) beside it.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// When, in UTC; [`Time::NONE`] for an undated act.
    pub time: Time,
    /// Its record.
    pub at: RecordAt,
    /// Who acts.
    pub actor: Principal,
    /// Whom or whose it is done to: mailbox owner, recipient, user; none where nobody is.
    pub target: Principal,
    /// From which address.
    pub ip: Ip,
    /// With which client (user agent or client string), as recorded.
    pub agent: Str,
    /// Application id (lower case GUID) or, where there is none, its name.
    pub app: Str,
    /// Session id, as recorded.
    pub session: Str,
    /// Name of the operation, as recorded (trimmed).
    pub operation: Str,
    /// What it is about: subject, rule name, file name, application name, role, device.
    pub object: Str,
    /// For a sign-in the id of the token it issued; for any other act the token by which it was done:
    /// a hash of the 16 bytes of the GUID. For a mail of a trace, a link in it and a click on that, the
    /// network message id in the same form. 0 where unknown.
    pub token: u64,
    /// What it correlates with: for mail a hash of the Message-ID; for sign-ins and directory changes a
    /// hash of the correlation id; for files a hash of the address. 0 where unknown.
    pub link: u64,
    /// Entra error code of a sign-in.
    pub code: u32,
    /// How many things the act covers: recipients, items. At least 1.
    pub count: u32,
    /// Index of the detail, plus 1; 0 for none.
    pub detail: u32,
    /// Facts that are true or false.
    pub flags: Flags,
    /// Which kind of log.
    pub family: Family,
    /// What was done.
    pub action: Action,
    /// How it ended.
    pub outcome: Outcome,
    /// Fractional digits that the record's time has, 0 to 7.
    pub digits: u8,
    /// Index of the format in the registry.
    pub format: u8,
}

impl Event {
    /// An act of which only the kind and the record are known yet.
    pub fn new(at: RecordAt, action: Action) -> Event {
        Event {
            time: Time::NONE,
            at,
            actor: Principal::NONE,
            target: Principal::NONE,
            ip: Ip::NONE,
            agent: Str::NONE,
            app: Str::NONE,
            session: Str::NONE,
            operation: Str::NONE,
            object: Str::NONE,
            token: 0,
            link: 0,
            code: 0,
            count: 1,
            detail: 0,
            flags: Flags::default(),
            family: Family::default(),
            action,
            outcome: Outcome::Unknown,
            digits: 0,
            format: 0,
        }
    }

    /// True unless the record says that the act was refused or was only a step.
    pub fn succeeded(&self) -> bool {
        matches!(self.outcome, Outcome::Success | Outcome::Unknown)
    }
}
