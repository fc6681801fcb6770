//! Why a number has room, or is not known: the reasons, and which export would settle it.

use crate::events::Family;

/// A kind of record that shows an intruder's doings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    /// `MailItemsAccessed`: mail that was opened or synchronised.
    Read,
    /// `Send`, `SendAs`, `SendOnBehalf`.
    Send,
    /// Rows of a message trace.
    Trace,
    /// Any record of mailbox auditing; deletions are among its defaults.
    Mailbox,
    /// Moves between folders, which auditing leaves out unless it is told to.
    Move,
    /// Records of `SharePoint` and `OneDrive`.
    File,
    /// Searches, which are recorded only where that was switched on.
    Search,
    /// Changes in the directory.
    Directory,
}

impl Source {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Source; 8] =
        [Source::Read, Source::Send, Source::Trace, Source::Mailbox, Source::Move, Source::File, Source::Search, Source::Directory];

    /// What the records are called.
    pub fn records(self) -> &'static str {
        match self {
            Source::Read => "MailItemsAccessed records",
            Source::Send => "Send records",
            Source::Trace => "message trace",
            Source::Mailbox => "records of mailbox auditing",
            Source::Move => "Move records",
            Source::File => "records of SharePoint or OneDrive",
            Source::Search => "records of searches",
            Source::Directory => "records of directory changes",
        }
    }

    /// The export that has them.
    fn export(self) -> &'static str {
        match self {
            Source::Read => "MailItemsAccessed records of the audit log",
            Source::Send => "Send records of the audit log",
            Source::Trace => "a message trace",
            Source::Mailbox => "mailbox records of the audit log",
            Source::Move => "Move records of the audit log, which not every mailbox keeps",
            Source::File => "SharePoint and OneDrive records of the audit log",
            Source::Search => "search records of the audit log, where they were switched on",
            Source::Directory => "directory records of the audit log, or the Entra audit log",
        }
    }

    /// The log that they are in.
    pub(super) fn family(self) -> Family {
        if self == Source::Trace { Family::MessageTrace } else { Family::Audit }
    }
}

/// What keeps a source from showing all that happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Gap {
    /// The exports have no such record at all.
    None(Source),
    /// They have such records, but none of this account.
    NotOfAccount(Source),
    /// Such records do not reach over the whole time of the intrusion.
    NotAllTime(Source),
    /// So many inputs of this log are damaged or stop at a limit of the portal.
    Cut(Family, u64),
    /// So many records of this log cannot be read.
    Unreadable(Family, u64),
    /// The intruder's acts have no time, so that nothing can be said of what covers them.
    Undated,
}

/// Why a number has a lower and an upper bound that differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Why {
    /// So many acts may be the owner's.
    InDoubt(u64),
    /// Records count so many items without naming them: they may be the same as others.
    Unnamed(u64),
    /// A whole folder was synchronised.
    Synchronised,
    /// Exchange stopped recording reads for a day.
    Throttled,
    /// So many mails are recorded without all of their recipients.
    NoRecipients(u64),
    /// So many copies of mails were held back, filtered or passed on.
    HeldBack(u64),
    /// So many mails are known to have come in while a rule or setting passed mail on.
    MayBePassedOn(u64),
    /// A source does not show everything.
    Gap(Gap),
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn log(family: Family) -> &'static str {
    if family == Family::MessageTrace { "message trace" } else { "audit log" }
}

impl Gap {
    /// What is the matter, in words that can stand alone.
    pub fn words(self) -> String {
        match self {
            Gap::None(source) => format!("no {} in these exports", source.records()),
            Gap::NotOfAccount(source) => format!("no {} of this account in these exports", source.records()),
            Gap::NotAllTime(source) => format!("the time of the intrusion is not wholly covered by {}", source.records()),
            Gap::Cut(family, n) => format!("the {} is incomplete: {} damaged or cut off", log(family), counted(n, "file", "files")),
            Gap::Unreadable(family, n) => format!("the {} has {} that cannot be read", log(family), counted(n, "record", "records")),
            Gap::Undated => "the intruder's acts have no usable time".to_owned(),
        }
    }

    /// Which export would tell.
    pub fn missing(self) -> String {
        match self {
            Gap::None(source) | Gap::NotOfAccount(source) => source.export().to_owned(),
            Gap::NotAllTime(source) => format!("{} from the first to the last act of the intruder", source.export()),
            Gap::Cut(family, _) => format!("the {} exported again, in shorter spans", log(family)),
            Gap::Unreadable(family, _) => format!("the {} exported again", log(family)),
            Gap::Undated => "exports with the times of these acts".to_owned(),
        }
    }
}

impl Why {
    /// The reason, in words that can stand alone.
    pub fn words(self) -> String {
        match self {
            Why::InDoubt(n) => format!("{} may be the owner's", counted(n, "act", "acts")),
            Why::Unnamed(n) => format!("{} without an id may be the same as others", counted(n, "item", "items")),
            Why::Synchronised => "a folder was synchronised: the whole folder may have been taken".to_owned(),
            Why::Throttled => "Exchange stopped logging reads for a day (throttling)".to_owned(),
            Why::NoRecipients(n) => {
                format!("{} recorded without all recipients: a message trace would name them", counted(n, "mail is", "mails are"))
            }
            Why::HeldBack(n) => format!("{} held back, filtered or passed on", counted(n, "copy was", "copies were")),
            Why::MayBePassedOn(n) => format!("{} came in while mail was passed on", counted(n, "mail", "mails")),
            Why::Gap(gap) => gap.words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_well_for_one_and_for_many() {
        assert_eq!(Why::InDoubt(1).words(), "1 act may be the owner's");
        assert_eq!(Why::NoRecipients(2).words(), "2 mails are recorded without all recipients: a message trace would name them");
        assert_eq!(Gap::Cut(Family::Audit, 2).words(), "the audit log is incomplete: 2 files damaged or cut off");
        assert_eq!(Gap::None(Source::Read).words(), "no MailItemsAccessed records in these exports");
    }
}
