//! Exposure: what an intruder saw, sent, took and changed, in bounds that the records support.
//!
//! The lower bound counts what is surely the intruder's, each message, file and person once; the upper one
//! adds what may be. Where a source does not show everything (a folder was synchronised, logging was
//! throttled, an export does not reach over the intrusion) there is no upper bound; where nothing was
//! recorded and no source would have shown it, there is no number: unknown is not zero.

mod acts;
mod apps;
mod count;
mod files;
mod mail;
mod messages;
mod passing;
mod people;
mod sources;
mod survey;
mod why;

pub use acts::{Act, Hold, Presence};
pub use apps::{AppUse, Principals, principals};
pub use count::{Count, Evidence, LISTED};
pub use files::{File, Handling};
pub use mail::{Letter, Read, Synchronised};
pub use messages::{Copy, Message, Messages, Standing, is_inside};
pub use people::{People, Person, Range};
pub use why::{Gap, Source, Why};

use crate::attribution::Attribution;
use crate::cascade::Incident;
use crate::detections::Case;
use crate::events::{AccountId, Action};
use crate::formats::load::Input;
use std::collections::BTreeMap;
use survey::Survey;

#[cfg(test)]
mod tests;

/// What exposure is measured from.
pub struct Ground<'a> {
    /// The case with the final habits.
    pub case: &'a Case<'a>,
    /// Who did what.
    pub attribution: &'a Attribution,
    /// Incidents.
    pub incidents: &'a [Incident],
    /// What was read, for what is missing in it.
    pub inputs: &'a [Input],
}

/// What was seen and taken.
#[derive(Default)]
pub struct Exposures {
    /// Of each compromised account.
    pub accounts: BTreeMap<AccountId, Exposure>,
    /// Of each incident, in their order: every message, file and person once.
    pub incidents: Vec<Exposure>,
    /// What is known of the messages.
    pub messages: Messages,
}

/// A mailbox of somebody else that was reached.
#[derive(Clone, Debug)]
pub struct MailboxReached {
    /// Whose it is.
    pub mailbox: AccountId,
    /// Acts in it.
    pub acts: Count,
    /// Mails read in it.
    pub mails_read: Count,
}

/// What was seen and taken by one account, or in one incident. A number that is absent is unknown.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// Mails accessed or synchronised.
    pub mails_read: Option<Count>,
    /// Mails sent.
    pub mails_sent: Option<Count>,
    /// People that these went to: all, inside the organisation, outside of it.
    pub recipients: Option<[Count; 3]>,
    /// Items deleted.
    pub mails_deleted: Option<Count>,
    /// Items moved.
    pub mails_moved: Option<Count>,
    /// Items made or changed: drafts, mails in Sent Items.
    pub mails_changed: Option<Count>,
    /// Mails passed on by forwarding or rules; absent where the intruder set none.
    pub mails_passed_on: Option<Count>,
    /// Files viewed or downloaded.
    pub files_read: Option<Count>,
    /// Files downloaded.
    pub files_downloaded: Option<Count>,
    /// Files shared.
    pub files_shared: Option<Count>,
    /// Files made, changed or deleted.
    pub files_changed: Option<Count>,
    /// Searches made.
    pub searches: Option<Count>,
    /// Folders in which mails were accessed, in the order of their names.
    pub folders: Vec<String>,
    /// Folders in which items were made or changed, in the order of their names.
    pub changed_folders: Vec<String>,
    /// Folders that were synchronised.
    pub synchronised: Vec<Synchronised>,
    /// Mailboxes of others that were reached.
    pub mailboxes: Vec<MailboxReached>,
    /// Applications that were let in.
    pub apps: Vec<AppUse>,
    /// Changes to the directory and to rights, by kind.
    pub changes: Vec<(Action, Count)>,
    /// Questions that stay open, with what keeps them so.
    pub unknown: Vec<(&'static str, Gap)>,
    /// Mails read, one by one.
    pub reads: Vec<Read>,
    /// Mails sent, one by one.
    pub letters: Vec<Letter>,
    /// Files, one by one.
    pub files: Vec<File>,
    /// People to notify.
    pub people: People,
    /// All acts that were counted.
    pub evidence: Evidence,
}

/// Measures what was seen and taken: a few passes over the events.
pub fn measure(ground: &Ground<'_>) -> Exposures {
    let Some(survey) = Survey::of(ground) else { return Exposures::default() };
    let accounts: BTreeMap<AccountId, Exposure> = survey.accounts().map(|account| (account, survey.of_account(account))).collect();
    let incidents = ground.incidents.iter().map(|incident| survey.of_incident(&incident.accounts, &accounts)).collect();
    Exposures { accounts, incidents, messages: survey.messages }
}
