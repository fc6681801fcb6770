//! One line of plain English for an event: what the actor did, in the past tense, without the actor.
//!
//! The words say what the record says and no more. Names and texts of the evidence stand in quotes
//! where they were chosen freely; whoever shows the line escapes it.

mod admin;
mod mail;
mod run;

pub use run::{Run, like_words, run_summary};

use super::sanitize::clip;
use crate::events::{Action, Detail, Event, Flags, Mfa, Outcome, Principal, Protocol, Rule, SignIn, Str};
use std::borrow::Cow;

/// Characters of a free text (subject, rule name) that a line shows.
const LONGEST: usize = 80;

/// What a summary needs to look up.
pub trait Names {
    /// An interned text.
    fn text(&self, id: Str) -> &str;
    /// The name to show of somebody.
    fn name(&self, id: Principal) -> &str;
    /// The name of an application, by its id.
    fn app_name(&self, _id: &str) -> Option<Cow<'_, str>> {
        None
    }
    /// A client in words ("BAV2ROPC, a legacy client that skips MFA"), where it says something.
    fn agent_words(&self, _agent: &str) -> Option<Cow<'_, str>> {
        None
    }
    /// The meaning of an Entra error code.
    fn error_words(&self, _code: u32) -> Option<Cow<'_, str>> {
        None
    }
    /// True for an address outside the organisation.
    fn is_outside(&self, _address: &str) -> bool {
        false
    }
}

/// What stands behind "inbox rule": its name and what it does, with a blank before; empty where the record
/// tells neither.
pub fn rule_tail(rule: &Rule, names: &dyn Names) -> String {
    mail::rule_tail(rule, names)
}

/// An application of which neither the records nor the built-in list have a name.
pub fn unnamed_app(id: &str) -> String {
    format!("{id} (unknown to the built-in list)")
}

/// `the group "Exchange Security"`: something of the directory that is no user, by its class as recorded, its name,
/// and its id where it has no name.
pub fn holder_words(class: &str, name: &str, id: &str) -> String {
    admin::holder_words(class, name, id)
}

/// The event in words.
pub fn summary(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    let mut words = match event.action {
        Action::SignIn => sign_in(event, detail, names),
        Action::Alert => alert(event, detail, names),
        Action::MailboxRule
        | Action::Forwarding
        | Action::MailSent
        | Action::MailReceived
        | Action::MailRead
        | Action::MailDeleted
        | Action::MailMoved
        | Action::MailChanged => mail::words(event, detail, names),
        Action::Search => about(event, names, "searched"),
        Action::FileRead => about(event, names, "opened file"),
        Action::FileChanged => about(event, names, "changed file"),
        Action::FileShared => shared(event, detail, names),
        _ => admin::words(event, detail, names),
    };
    if event.outcome == Outcome::Failure && event.action != Action::SignIn {
        words = format!("tried and failed: {words}");
    }
    words
}

/// A free text in quotes, cut to a length that a line can hold.
fn quoted(text: &str) -> String {
    format!("\"{}\"", clip(text, LONGEST))
}

/// A verb with the object of the event, if it has one.
fn about(event: &Event, names: &dyn Names, verb: &str) -> String {
    match names.text(event.object) {
        "" => match verb.split_once(' ') {
            Some((verb, noun)) => format!("{verb} a {noun}"),
            None => format!("{verb} ({})", operation(event, names)),
        },
        object => format!("{verb} {}", quoted(object)),
    }
}

/// The operation as recorded, or the action where the record names none.
fn operation(event: &Event, names: &dyn Names) -> String {
    match names.text(event.operation) {
        "" => format!("did an act of kind {}", event.action.name()),
        operation => clip(operation, LONGEST).into_owned(),
    }
}

/// An address, marked where it is outside the organisation.
fn address(text: &str, names: &dyn Names) -> String {
    let outside = if names.is_outside(text) { " (outside)" } else { "" };
    format!("{}{outside}", clip(text, LONGEST))
}

/// Name of the application of an event, from its table or as recorded.
fn app_of<'n>(event: &Event, names: &'n dyn Names) -> Option<Cow<'n, str>> {
    let id = names.text(event.app);
    names.app_name(id).or_else(|| (!id.is_empty() && crate::events::key::guid(id).is_none()).then_some(Cow::Borrowed(id)))
}

fn sign_in(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    let unknown = SignIn::default();
    let facts = match detail {
        Some(Detail::SignIn(facts)) => facts,
        _ => &unknown,
    };
    let app = match names.text(facts.app_name) {
        "" => app_of(event, names),
        name => Some(Cow::Borrowed(name)),
    };
    let to = app.map_or_else(String::new, |app| format!(" to {}", clip(&app, LONGEST)));
    match event.outcome {
        Outcome::Failure => format!("failed to sign in{to}{}", failure(event, facts, names)),
        Outcome::Interrupted => format!("began to sign in{to}{}", failure(event, facts, names)),
        Outcome::Success | Outcome::Unknown if event.flags.has(Flags::NON_INTERACTIVE) => {
            format!("got a new token{to}{}", client(event, facts, names))
        }
        Outcome::Success | Outcome::Unknown => {
            let mfa = match facts.mfa {
                Mfa::Completed => ", gave a second factor",
                Mfa::Resistant => ", gave a phishing-resistant factor",
                Mfa::ByClaim => ", MFA met by the token",
                Mfa::NotRequired => ", without MFA",
                Mfa::Unknown | Mfa::Denied | Mfa::TimedOut | Mfa::Pending => "",
            };
            let words = client(event, facts, names);
            let mfa = if words.contains("MFA") { "" } else { mfa };
            format!("signed in{to}{words}{mfa}")
        }
    }
}

fn client(event: &Event, facts: &SignIn, names: &dyn Names) -> String {
    let agent = names.text(event.agent);
    let words = names.agent_words(agent).or_else(|| {
        // A plain legacy or script client is short; a browser's string would fill the line.
        let short = !agent.is_empty() && agent.len() <= 24;
        short.then_some(Cow::Borrowed(agent)).or_else(|| Some(names.text(facts.browser)).filter(|text| !text.is_empty()).map(Cow::Borrowed))
    });
    let with = words.map_or_else(String::new, |words| format!(" with {}", clip(&words, LONGEST)));
    let how = if facts.protocol == Protocol::DeviceCode { " by device code" } else { "" };
    format!("{how}{with}")
}

fn failure(event: &Event, facts: &SignIn, names: &dyn Names) -> String {
    match facts.mfa {
        Mfa::Denied => return ": MFA was refused".to_owned(),
        Mfa::TimedOut => return ": MFA was not answered".to_owned(),
        _ => {}
    }
    match (names.error_words(event.code), names.text(facts.reason), event.code) {
        (Some(words), ..) => format!(": {words}"),
        (None, "", 0) => String::new(),
        (None, "", code) => format!(": error {code}"),
        (None, reason, _) => format!(": {}", clip(reason, LONGEST)),
    }
}

fn alert(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    match detail {
        Some(Detail::Alert { level, kind, .. }) => {
            use crate::events::Risk;
            let kind = match names.text(*kind) {
                "" => names.text(event.object),
                kind => kind,
            };
            let level = match level {
                Risk::Low | Risk::Medium | Risk::High => format!(" ({} risk)", level.name()),
                Risk::Unknown | Risk::None => String::new(),
            };
            format!("Microsoft raised {}{level}", quoted(kind))
        }
        _ => about(event, names, "Microsoft raised"),
    }
}

/// Who can use a link, by the beginning of the operation in lower case.
///
/// Source: sharing activities of Microsoft's audit log activity list.
static LINKS: [(&str, &str); 3] = [
    ("anonymouslink", "that anybody can use"),
    ("companylink", "that everybody in the organisation can use"),
    ("securelink", "that only named people can use"),
];

/// How much one record of a share tells of it: several are written, of which one names the link or the people.
pub fn share_rank(event: &Event, names: &dyn Names) -> u8 {
    let lower = names.text(event.operation).to_ascii_lowercase();
    match LINKS.iter().position(|(start, _)| lower.starts_with(start)) {
        Some(at) if lower.ends_with("created") => 9 - u8::try_from(at).unwrap_or(2),
        Some(_) => 6,
        None if event.target.is_some() => 5,
        None if lower.contains("inheritance") => 0,
        None => 1,
    }
}

fn shared(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    let with = match detail {
        Some(Detail::Share(with)) => people(with, names),
        _ => people(&[event.target], names),
    };
    let ends = event.flags.has(Flags::REMOVAL);
    let file = match names.text(event.object) {
        "" => "a file".to_owned(),
        name => format!("file {}", quoted(name)),
    };
    let lower = names.text(event.operation).to_ascii_lowercase();
    if let Some((_, whom)) = LINKS.iter().find(|(start, _)| lower.starts_with(start)) {
        let verb = match ends {
            true => "took back the link to",
            false if lower.ends_with("created") => "made a link to",
            false => "changed the link to",
        };
        let to = if with.is_empty() { String::new() } else { format!(": {with}") };
        return format!("{verb} {file} {whom}{to}");
    }
    if event.flags.has(Flags::NO_FILE) || lower.contains("inheritance") {
        // Rights on a site, a list or a field; or what is written beside a share.
        let recorded = operation(event, names);
        return admin::known_words(&recorded)
            .map_or_else(|| format!("changed rights: {recorded}"), |words| words.trim_end_matches(':').to_owned());
    }
    let words = format!("{} {file}", if ends { "stopped sharing" } else { "shared" });
    if with.is_empty() { words } else { format!("{words} with {with}") }
}

/// The first two of several people, and how many more.
fn people(all: &[Principal], names: &dyn Names) -> String {
    let known: Vec<&str> = all.iter().map(|id| names.name(*id)).filter(|name| !name.is_empty()).collect();
    let shown: Vec<String> = known.iter().take(2).map(|name| address(name, names)).collect();
    let more = known.len().saturating_sub(2);
    match more {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
