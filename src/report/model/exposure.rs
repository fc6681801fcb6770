//! What an intruder saw, sent, took and changed, and whom to notify.

use super::Unanswerable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number with the bounds that the records support.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// At least so many: what is surely the intruder's, each message, file or person once.
    pub at_least: u64,
    /// At most so many, acts that may be the owner's included; absent where the records set no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// Why the two differ, or why there is no limit.
    pub why: Vec<String>,
    /// Pointers of the first records behind it.
    pub evidence: Vec<String>,
    /// How many records there are behind it.
    pub evidence_total: u64,
}

/// What the intruder saw or took, as far as the records show. A number that is absent is unknown; it is 0
/// only where the source that would show it covers the whole intrusion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    /// The same in one line.
    pub summary: String,
    /// Mails accessed. A synchronised folder leaves it without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_read: Option<Bounds>,
    /// Mails sent in the owner's name, or in another's from the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_sent: Option<Bounds>,
    /// People that those mails went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Bounds>,
    /// Those of them in the organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients_inside: Option<Bounds>,
    /// Those of them outside of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients_outside: Option<Bounds>,
    /// People to whom such mail was refused, as a trace shows, and none was delivered.
    #[serde(default)]
    pub not_delivered: u64,
    /// Items of the mailbox that were deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_deleted: Option<Bounds>,
    /// Items of the mailbox that were moved or copied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_moved: Option<Bounds>,
    /// Items of the mailbox that were made or changed: drafts, mails in Sent Items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mails_changed: Option<Bounds>,
    /// Mails that forwarding or a rule of the intruder's passed on; absent where none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_passed_on: Option<Bounds>,
    /// Files accessed or downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_read: Option<Bounds>,
    /// Those of them that were downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_downloaded: Option<Bounds>,
    /// Files and folders made open to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_shared: Option<Bounds>,
    /// Files made, changed, moved or deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_changed: Option<Bounds>,
    /// Searches made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searches: Option<Bounds>,
    /// What was searched for, in the order of time, as far as recorded; the first of them.
    pub queries: Vec<String>,
    /// Folders in which mails were accessed, in the order of their names.
    pub folders: Vec<String>,
    /// Folders in which items were made or changed, in the order of their names.
    #[serde(default)]
    pub changed_folders: Vec<String>,
    /// Folders that were synchronised: the whole folder may have been taken.
    pub synchronised: Vec<SynchronisedFolder>,
    /// Mailboxes of others that were reached.
    pub mailboxes: Vec<MailboxAccess>,
    /// Applications that were let in, with what they may do and did.
    pub apps: Vec<AppExposure>,
    /// Changes to users, roles, credentials, devices, applications, rights and mail flow.
    pub changes: Vec<Changes>,
    /// People in the organisation who got mail of the intruder's, or whose mail may have been read.
    pub people_inside: u64,
    /// Such people outside.
    pub people_outside: u64,
    /// What stays unknown, and which export would tell.
    pub unknown: Vec<Unanswerable>,
    /// Pointers of the first records behind it.
    pub evidence: Vec<String>,
    /// How many records there are behind it.
    pub evidence_total: u64,
}

/// A folder that was synchronised (`MailItemsAccessed` of the kind Sync).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SynchronisedFolder {
    /// Whose mailbox it is in.
    pub mailbox: String,
    /// Its name, as recorded.
    pub folder: String,
    /// When it was synchronised last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    /// True if it may have been the owner.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub in_doubt: bool,
    /// Pointers of the first records of it.
    pub evidence: Vec<String>,
    /// How many there are.
    pub evidence_total: u64,
}

/// A mailbox of somebody else that was reached by rights on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailboxAccess {
    /// Whose it is.
    pub mailbox: String,
    /// Acts in it.
    pub acts: Bounds,
    /// Mails accessed in it, as far as recorded.
    pub mails_read: Bounds,
}

/// An application that the intruder let in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppExposure {
    /// Its id.
    pub app_id: String,
    /// Its name, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Permissions that it was given, in the order of their names.
    pub scopes: Vec<String>,
    /// True if it may act for everybody, or in its own right.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub tenant_wide: bool,
    /// True if each act that let it in may be the owner's.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub in_doubt: bool,
    /// When it was let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What it did in the accounts concerned: records by kind of act.
    pub acts: Vec<Changes>,
    /// Other accounts in which it acted after that; who had let it in there is open.
    pub elsewhere: Vec<String>,
    /// Pointers of the first records that let it in.
    pub evidence: Vec<String>,
    /// How many there are.
    pub evidence_total: u64,
}

/// Acts of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// What was done.
    #[schemars(schema_with = "super::action_schema")]
    pub action: String,
    /// How many acts.
    pub acts: Bounds,
    /// The first of them in words.
    pub summaries: Vec<String>,
}

/// A number between two bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// At least so many.
    pub at_least: u64,
    /// At most so many, as far as single mails are recorded.
    pub at_most: u64,
}

/// Somebody to notify.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counterparty {
    /// Address, or the identifier that records have.
    pub account: String,
    /// True for people and mailboxes of the organisation.
    pub inside: bool,
    /// Mails of the intruder's that went to this person.
    pub mails_got: Range,
    /// When the first of them was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    /// Mails from or to this person that were accessed (the lower bound), or may have been.
    pub mails_read: Range,
    /// Accounts by which that happened.
    pub accounts: Vec<String>,
}
