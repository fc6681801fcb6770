//! Runs of like acts in words: `sent 794 mails in 15 min 15 s, one subject`.

use super::{Names, admin, failure, mail, quoted, sign_in, summary};
use crate::events::{Action, Detail, Event, Flags, Outcome, Principal, Str};
use crate::report::screen::{count, duration};

/// Seconds within which two records that read alike tell of one consent: it is written down as a consent and as
/// a grant.
const ONE_CONSENT: i64 = 5;

/// A run of like events that stand in one row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run<'r> {
    /// How many events it has.
    pub records: u64,
    /// How many recipients or items they count, one as often as it is counted; never less than the events.
    pub acts: u64,
    /// How many different mails, items, files or folders they are about.
    pub things: u64,
    /// How many of its deliveries reached no mailbox.
    pub undelivered: u64,
    /// Seconds from the first to the last.
    pub seconds: i64,
    /// All have the subject (or object) of the first.
    pub alike: bool,
    /// What they are about (roles, rules), once each.
    pub names: &'r [Str],
    /// Whom they reach, once each.
    pub people: &'r [Principal],
}

impl Run<'_> {
    fn span(&self) -> String {
        if self.seconds > 0 { format!(" in {}", duration(self.seconds)) } else { String::new() }
    }
}

/// Words that two acts must have in common to stand in one row, where they are told one by one: those of the
/// act, without what a row lists (the names of rules and roles, the receivers of messages).
pub fn like_words(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    match (event.action, detail) {
        (Action::MailboxRule, Some(Detail::Rule(rule))) if !rule.name.is_empty() => mail::rules_alike(rule, names),
        (Action::RoleChange, _) => admin::to_whom(event, detail, names),
        (Action::Teams, _) => admin::teams_words(event, names),
        _ => match admin::site_words(event, names) {
            Some(words) => words.to_owned(),
            None => summary(event, detail, names),
        },
    }
}

/// A run of like events in words.
pub fn run_summary(first: &Event, detail: Option<&Detail>, names: &dyn Names, run: &Run<'_>) -> String {
    if run.records < 2 {
        return summary(first, detail, names);
    }
    let words = run_words(first, detail, names, run);
    if first.outcome == Outcome::Failure && !matches!(first.action, Action::SignIn | Action::MailSent) && !words.starts_with("tried") {
        format!("tried and failed: {words}")
    } else {
        words
    }
}

fn run_words(first: &Event, detail: Option<&Detail>, names: &dyn Names, run: &Run<'_>) -> String {
    let span = run.span();
    match (first.action, detail) {
        (Action::SignIn, _) => sign_ins(first, detail, names, run),
        (Action::MailSent | Action::MailReceived, _) => mails(first, run),
        (Action::MailRead | Action::MailDeleted | Action::MailMoved | Action::MailChanged | Action::FileRead | Action::FileChanged, _) => {
            format!("{}{span}", things(first, detail, names, run.things))
        }
        // One share writes several records, all of one file; one consent writes two.
        (Action::FileShared, _) => summary(first, detail, names),
        (Action::Consent, _) if run.seconds <= ONE_CONSENT => summary(first, detail, names),
        (Action::MailboxRule, Some(Detail::Rule(rule))) if run.names.len() > 1 => mail::rules_words(rule, names, run, &span),
        (Action::RoleChange, _) if run.names.len() > 1 => admin::roles_words(first, detail, names, run, &span),
        (Action::Teams, _) => admin::messages_words(first, names, run, &span),
        _ => match admin::site_words(first, names) {
            Some(words) => format!("{words}, {}{span}", count(run.records, "time", "times")),
            None => format!("{}, {}{span}", summary(first, detail, names), count(run.records, "time", "times")),
        },
    }
}

fn sign_ins(first: &Event, detail: Option<&Detail>, names: &dyn Names, run: &Run<'_>) -> String {
    let (times, span) = (count(run.records, "time", "times"), run.span());
    if first.outcome != Outcome::Failure {
        return format!("{}, {times}{span}", sign_in(first, detail, names));
    }
    let reason = match detail {
        Some(Detail::SignIn(facts)) => failure(first, facts, names),
        _ => String::new(),
    };
    let reason = if reason.is_empty() { reason } else { format!(", first{reason}") };
    format!("failed to sign in {times}{span}{reason}")
}

/// `sent 300 mails to 1,500 recipients in 43 min, one subject, 12 not delivered`.
fn mails(first: &Event, run: &Run<'_>) -> String {
    let verb = if first.action == Action::MailSent { "sent" } else { "received" };
    let to = if run.acts > run.things { format!(" to {}", count(run.acts, "recipient", "recipients")) } else { String::new() };
    let subject = if run.alike && first.object.is_some() { ", one subject" } else { "" };
    let lost = match run.undelivered {
        0 => String::new(),
        n => format!(", {} not delivered", crate::report::screen::thousands(n)),
    };
    format!("{verb} {}{to}{}{subject}{lost}", count(run.things, "mail", "mails"), run.span())
}

/// `opened 24 mails`.
fn things(first: &Event, detail: Option<&Detail>, names: &dyn Names, n: u64) -> String {
    let n = n.max(1);
    match first.action {
        Action::MailRead if first.flags.has(Flags::SYNC) => format!("synchronised {} whole", count(n, "folder", "folders")),
        Action::MailRead => format!("opened {}", count(n, "mail", "mails")),
        Action::MailDeleted => format!("deleted {}", count(n, "mail", "mails")),
        Action::MailMoved => format!("moved {}", count(n, "mail", "mails")),
        Action::FileRead => format!("opened {}", count(n, "file", "files")),
        Action::FileChanged => format!("changed {}", count(n, "file", "files")),
        _ => mail::changed(n, detail, names),
    }
}

/// The first of several names in quotes, and how many more.
pub(super) fn listed(all: &[&str], most: usize) -> String {
    let shown: Vec<String> = all.iter().take(most).map(|name| quoted(name)).collect();
    match all.len().saturating_sub(shown.len()) {
        0 => match shown.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => shown.join(""),
        },
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
