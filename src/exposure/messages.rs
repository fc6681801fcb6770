//! What is known of single messages: subject, sender and recipients, joined by Message-ID from traces,
//! `Send` records and the items of mailbox records.

use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Family, Flags, Outcome, Store, Str};
use rustc_hash::FxHashMap;

/// A copy of a message for one recipient.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Copy {
    /// For whom.
    pub to: AccountId,
    /// How the delivery stands.
    pub standing: Standing,
    /// The event that tells of it.
    pub event: u32,
}

/// How a delivery stands. Ordered from the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// A trace shows that it arrived, or a `Send` record that it was sent.
    Sent,
    /// It was held back, filtered or passed on: it may have been seen.
    HeldBack,
    /// It was refused.
    Failed,
}

impl Standing {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Standing::Sent => "sent",
            Standing::HeldBack => "held-back",
            Standing::Failed => "failed",
        }
    }
}

/// What is known of a message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Its subject.
    pub subject: Str,
    /// Its sender; nobody where no record tells.
    pub sender: AccountId,
    /// Copies, one a recipient, sorted by recipient.
    pub copies: Vec<Copy>,
    /// A record says that it has attachments.
    pub has_attachment: bool,
}

impl Message {
    fn settle(&mut self) {
        self.copies.sort_unstable();
        self.copies.dedup_by_key(|copy| copy.to);
    }
}

/// The messages that are asked for, by the hash of their Message-ID.
#[derive(Default)]
pub struct Messages(FxHashMap<u64, Message>);

impl Messages {
    /// Asks for these messages.
    pub(super) fn asked(links: impl Iterator<Item = u64>) -> Messages {
        Messages(links.filter(|link| *link != 0).map(|link| (link, Message::default())).collect())
    }

    /// What is known of a message; nothing where it was not asked for.
    pub fn get(&self, link: u64) -> Option<&Message> {
        self.0.get(&link)
    }

    /// Takes what a record of a mail tells.
    pub(super) fn see(&mut self, store: &Store, index: u32, event: &Event) {
        let Some(message) = self.0.get_mut(&event.link).filter(|_| event.link != 0) else { return };
        message.subject = message.subject.some().unwrap_or(event.object);
        message.has_attachment |= event.flags.has(Flags::HAS_ATTACHMENT);
        if !message.sender.is_some() {
            message.sender = sender(store, event);
        }
        message.copies.extend(copies(store, index, event));
    }

    /// Takes the subject that a record of mailbox access has for one of its items.
    pub(super) fn name(&mut self, link: u64, subject: Str) {
        if let Some(message) = self.0.get_mut(&link) {
            message.subject = message.subject.some().unwrap_or(subject);
        }
    }

    /// Ends the reading: each recipient has one copy, the one that stands best.
    pub(super) fn settle(&mut self) {
        self.0.values_mut().for_each(Message::settle);
    }
}

/// Who sent a mail.
pub(super) fn sender(store: &Store, event: &Event) -> AccountId {
    let accounts = store.accounts();
    let shown_as = match store.detail(event) {
        Some(Detail::Mail(mail)) => mail.sent_as,
        _ => crate::events::Principal::NONE,
    };
    match (event.action, event.family) {
        (Action::MailReceived, _) => accounts.of(event.target),
        (_, Family::MessageTrace) => accounts.of(event.actor),
        _ => accounts.of(shown_as.some().or(event.target.some()).unwrap_or(event.actor)),
    }
}

/// The copies that a record of a mail tells of.
pub(super) fn copies<'s>(store: &'s Store, index: u32, event: &'s Event) -> impl Iterator<Item = Copy> + use<'s> {
    let listed = match store.detail(event) {
        Some(Detail::Mail(mail)) => mail.recipients.as_slice(),
        _ => &[],
    };
    // In the record of a sending the target is the mailbox; the recipient of a mail from outside acts.
    let other = match (event.action, event.family) {
        (Action::MailReceived, _) => event.actor,
        (_, Family::MessageTrace) => event.target,
        _ => crate::events::Principal::NONE,
    };
    let standing = match event.outcome {
        Outcome::Failure => Standing::Failed,
        _ if event.flags.has(Flags::NOT_DELIVERED) => Standing::HeldBack,
        _ => Standing::Sent,
    };
    let names = listed.iter().copied().chain(other.some().filter(|other| !listed.contains(other)));
    let accounts = store.accounts();
    names.map(move |name| Copy { to: accounts.of(name), standing, event: index }).filter(|copy| copy.to.is_some())
}

/// True for people and mailboxes of the organisation, and any other address in its domains.
pub fn is_inside(case: &Case<'_>, account: AccountId) -> bool {
    let accounts = case.store.accounts();
    accounts.is_own(account) || accounts.is_own_address(accounts.name(account))
}
