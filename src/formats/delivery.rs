//! One message and the recipients that a trace record tells of, whichever trace it is.
//!
//! A trace record becomes one event: actor the sender, target the first recipient. Which way the mail
//! went is settled by the store, when the domains of the tenant are known. Deliveries are the same
//! where network message id and recipient agree; the internet Message-ID is written by the sender and
//! shared by copies, so it is a key only where an export has nothing better.

use crate::events::{Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, Mail, Outcome, Principal, Reason, key, link, message_link};
use crate::evidence::Record;
use rustc_hash::FxHashSet;

/// How a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Standing {
    /// Under way, or the export does not say.
    #[default]
    Open,
    /// It reached a mailbox or the other side's server.
    Delivered,
    /// It reached no mailbox: held back, filtered, expanded to members, redirected.
    Elsewhere,
    /// It was refused.
    Failed,
}

impl Standing {
    /// Reads one status word in the spelling of any trace: `FilteredAsSpam`, `filteredAsSpam`,
    /// `Filtered as spam`, `Deliver`, `Delivered`.
    ///
    /// A row that is expanded or resolved has its real recipients in rows of their own.
    pub fn of(status: &str) -> Standing {
        const WORDS: [(&str, Standing); 18] = [
            ("delivered", Standing::Delivered),
            ("deliver", Standing::Delivered),
            ("send", Standing::Delivered),
            ("junked", Standing::Delivered),
            ("replaced", Standing::Delivered),
            ("failed", Standing::Failed),
            ("fail", Standing::Failed),
            ("expanded", Standing::Elsewhere),
            ("expand", Standing::Elsewhere),
            ("quarantined", Standing::Elsewhere),
            ("quarantine", Standing::Elsewhere),
            ("filteredasspam", Standing::Elsewhere),
            ("blocked", Standing::Elsewhere),
            ("dropped", Standing::Elsewhere),
            ("resolved", Standing::Elsewhere),
            ("resolve", Standing::Elsewhere),
            ("redirect", Standing::Elsewhere),
            ("none", Standing::Elsewhere),
        ];
        WORDS.iter().find(|(word, _)| same_word(status, word)).map_or(Standing::Open, |(_, standing)| *standing)
    }

    /// Reads a list of status words about one recipient, in any order: being held back or filtered
    /// decides over being delivered, that over having failed.
    pub fn of_list(statuses: &str) -> Standing {
        let (mut delivered, mut failed, mut elsewhere) = (false, false, false);
        for status in statuses.split(',').map(str::trim) {
            match Standing::of(status) {
                Standing::Elsewhere if same_word(status, "quarantined") || same_word(status, "filteredasspam") => {
                    return Standing::Elsewhere;
                }
                Standing::Elsewhere => elsewhere = true,
                Standing::Delivered => delivered = true,
                Standing::Failed => failed = true,
                Standing::Open => {}
            }
        }
        match (delivered, failed, elsewhere) {
            (true, ..) => Standing::Delivered,
            (_, true, _) => Standing::Failed,
            (_, _, true) => Standing::Elsewhere,
            _ => Standing::Open,
        }
    }
}

/// Compares without regard to case and blanks. `word` is lower case.
fn same_word(text: &str, word: &str) -> bool {
    let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| byte.to_ascii_lowercase());
    letters.eq(word.bytes())
}

/// Which way a mail went, where the export itself says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Way {
    /// Not stated.
    #[default]
    Unknown,
    /// From outside.
    Inbound,
    /// It started in the organisation; whether it left it is not stated.
    Originating,
    /// From and to the organisation.
    Internal,
}

impl Way {
    /// Reads `directionality` (`Incoming`, `Originating`; `1`, `2` in the portal) or `EmailDirection`
    /// (`Inbound`, `Outbound`, `Intra-org`).
    pub fn of(text: Option<&str>) -> Way {
        let is = |word: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(word));
        if is("incoming") || is("inbound") || is("1") {
            Way::Inbound
        } else if is("originating") || is("outbound") || is("2") {
            Way::Originating
        } else if is("intra-org") || is("intraorg") {
            Way::Internal
        } else {
            Way::Unknown
        }
    }
}

/// What a trace record says of a message, borrowed from the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery<'a> {
    /// Time as written.
    pub time: Option<&'a str>,
    /// The export documents UTC for that time.
    pub utc: bool,
    /// Sender on the envelope.
    pub sender: Option<&'a str>,
    /// Sender that the reader sees.
    pub sender_shown: Option<&'a str>,
    /// Network message id.
    pub network_id: Option<&'a str>,
    /// Internet Message-ID.
    pub message_id: Option<&'a str>,
    /// Subject.
    pub subject: Option<&'a str>,
    /// Status as written, where it says more than [`Delivery::standing`].
    pub status: Option<&'a str>,
    /// How the delivery stands.
    pub standing: Standing,
    /// Address of the submitting client or relay. Kept only for mail that started in the
    /// organisation: for any other it is a relay and nobody's address.
    pub ip: Option<&'a str>,
    /// Which way it went.
    pub way: Way,
    /// Has links or attachments, is incomplete: added to the event's flags.
    pub flags: Flags,
    /// Threats that were found.
    pub threats: Option<&'a str>,
    /// Name of an attachment.
    pub attachment: Option<&'a str>,
}

impl Delivery<'_> {
    /// Makes the record this delivery to these recipients; rejects it where it names no one.
    pub fn emit<'r>(&self, record: &Record<'_>, recipients: impl Iterator<Item = &'r str>, out: &mut Batch) {
        let mut event = Event::new(record.at, Action::MailSent);
        event.family = Family::MessageTrace;
        event.actor = out.opt_principal(self.sender);
        let several = address(&mut event, recipients, out);
        if event.actor.is_none() && event.target.is_none() && self.network_id.is_none() {
            out.reject(record.at, Reason("no-sender-or-recipient"));
            return;
        }
        event.object = out.opt(self.subject);
        event.link = self.message_id.map_or(0, message_link);
        event.token = self.network_id.map_or(0, link);
        event.flags = self.flags;
        event.flags.set_if(record.damaged, Flags::PARTIAL);
        event.flags.set_if(self.way == Way::Inbound, Flags::INBOUND);
        event.flags.set_if(self.way == Way::Internal, Flags::INTERNAL);
        event.flags.set_if(matches!(self.standing, Standing::Elsewhere | Standing::Failed), Flags::NOT_DELIVERED);
        event.outcome = match self.standing {
            Standing::Open => Outcome::Unknown,
            Standing::Delivered | Standing::Elsewhere => Outcome::Success,
            Standing::Failed => Outcome::Failure,
        };
        if matches!(self.way, Way::Originating | Way::Internal) {
            event.ip = out.opt_ip(self.ip);
        }
        let keys: Vec<Key> = several.iter().filter_map(|name| self.key(out.names.get(*name))).collect();
        let single = if several.is_empty() { self.key(out.names.get(event.target)) } else { None };
        if let Some(mail) = self.detail(several, out) {
            out.detail(&mut event, Detail::Mail(Box::new(mail)));
        }
        if let Some(time) = self.time {
            out.set_time(&mut event, time, self.utc);
        }
        out.event(event, single.as_ref().map_or(&keys, std::slice::from_ref));
    }

    /// The identity of the delivery to one recipient (in compared form).
    fn key(&self, recipient: &str) -> Option<Key> {
        match (self.network_id, self.message_id) {
            (Some(id), _) => Some(Key::of_parts(KeyKind::Delivery, &[id, recipient])),
            (None, Some(id)) if !recipient.is_empty() => {
                Some(Key::of_parts(KeyKind::Delivery, &["message-id", &key::message_id_text(id), recipient]))
            }
            _ => None,
        }
    }

    /// The detail, where the record says more than that one recipient got the mail: traces run to
    /// millions of rows, and the ordinary one needs none.
    fn detail(&self, recipients: Vec<Principal>, out: &mut Batch) -> Option<Mail> {
        let ordinary = self.status.is_none() || self.standing == Standing::Delivered && self.status.is_some_and(is_plain_delivery);
        let shown = self.sender_shown.filter(|shown| !self.sender.is_some_and(|sender| sender.eq_ignore_ascii_case(shown)));
        if ordinary && recipients.is_empty() && shown.is_none() && self.threats.is_none() && self.attachment.is_none() {
            return None;
        }
        Some(Mail {
            recipients,
            status: out.opt(self.status),
            sent_as: Principal::NONE,
            sender_shown: out.opt_principal(shown),
            threats: out.opt(self.threats),
            attachments: self.attachment.map(str::to_owned).into_iter().collect(),
        })
    }
}

/// Sets the target, and gives the recipients where there are several.
fn address<'r>(event: &mut Event, recipients: impl Iterator<Item = &'r str>, out: &mut Batch) -> Vec<Principal> {
    let mut several = Vec::new();
    for name in recipients {
        let name = out.principal(name);
        if name.is_none() || name == event.target {
            continue;
        }
        if event.target.is_none() {
            event.target = name;
        } else {
            if several.is_empty() {
                several.push(event.target);
            }
            several.push(name);
        }
    }
    if several.len() > 2 {
        let mut seen = FxHashSet::default();
        several.retain(|name| seen.insert(*name));
    }
    event.count = u32::try_from(several.len()).unwrap_or(u32::MAX).max(1);
    several
}

fn is_plain_delivery(status: &str) -> bool {
    ["delivered", "deliver", "receive, deliver", "receive, send"].iter().any(|plain| status.eq_ignore_ascii_case(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_read_in_every_spelling() {
        for status in ["FilteredAsSpam", "filteredAsSpam", "Filtered as spam", "Quarantined", "Expanded"] {
            assert_eq!(Standing::of(status), Standing::Elsewhere, "{status}");
        }
        assert_eq!(Standing::of("GettingStatus"), Standing::Open);
        assert_eq!(Standing::of("Something new"), Standing::Open);
    }

    #[test]
    fn delivered_and_then_quarantined_is_not_delivered() {
        assert_eq!(Standing::of_list("Receive, Deliver, Quarantined"), Standing::Elsewhere);
        assert_eq!(Standing::of_list("FilteredAsSpam, Deliver, Receive"), Standing::Elsewhere);
        assert_eq!(Standing::of_list("Receive, Deliver"), Standing::Delivered);
        assert_eq!(Standing::of_list("Receive, Expand, Deliver"), Standing::Delivered);
        assert_eq!(Standing::of_list("Receive, Fail"), Standing::Failed);
        assert_eq!(Standing::of_list("Receive"), Standing::Open);
    }
}
