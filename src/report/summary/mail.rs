//! Acts in a mailbox, in words: rules, forwarding, mail sent, read, moved and deleted.

use super::run::{Run, listed};
use super::{Names, address, people, quoted};
use crate::events::{Action, Detail, Event, Flags, Forwarding, Items, Rule, RuleChange};
use crate::report::sanitize::clip;
use crate::report::screen::count;

pub(super) fn words(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    match (event.action, detail) {
        (Action::MailboxRule, Some(Detail::Rule(rule))) => rule_words(rule, names),
        (Action::MailboxRule, _) => match names.text(event.object) {
            "" => "changed inbox rules".to_owned(),
            name => format!("changed inbox rule {}", quoted(name)),
        },
        (Action::Forwarding, Some(Detail::Forwarding(forwarding))) => forwarding_words(event, forwarding, names),
        (Action::Forwarding, _) if event.flags.has(Flags::REMOVAL) => "ended mailbox forwarding".to_owned(),
        (Action::Forwarding, _) => "changed mailbox forwarding".to_owned(),
        (Action::MailSent, detail) => sent(event, detail, names),
        (Action::MailReceived, _) => received(event, names),
        (action, Some(Detail::Items(items))) => item_words(action, event, items, names),
        (action, _) => item_words(action, event, &Items::default(), names),
    }
}

/// `made inbox rule "." that moves mail to RSS Feeds and marks it read, for mail with ...`.
pub(super) fn rule_words(rule: &Rule, names: &dyn Names) -> String {
    format!("{} inbox rule{}", verb(rule), rule_tail(rule, names))
}

fn verb(rule: &Rule) -> &'static str {
    match rule.change {
        RuleChange::New => "made",
        RuleChange::Set => "changed",
        RuleChange::Enable => "switched on",
        RuleChange::Disable => "switched off",
        RuleChange::Remove => "removed",
        RuleChange::Present => "has",
    }
}

/// What two rules must have in common to stand in one row: all but their names.
pub(super) fn rules_alike(rule: &Rule, names: &dyn Names) -> String {
    rule_words(&Rule { name: String::new(), ..rule.clone() }, names)
}

/// `made 36 inbox rules in 15 min 55 s ("f", "l", "a" and 16 more names), each: moves mail to ...`.
pub(super) fn rules_words(rule: &Rule, names: &dyn Names, run: &Run<'_>, span: &str) -> String {
    let all: Vec<&str> = run.names.iter().map(|id| names.text(*id)).collect();
    let tail = rule_tail(&Rule { name: String::new(), ..rule.clone() }, names);
    let each = match tail.strip_prefix(" that ") {
        Some(does) => format!(": each {does}"),
        None => tail,
    };
    let named = if (all.len() as u64) < run.records { format!("{} names, ", all.len()) } else { String::new() };
    format!("{} {}{span} ({named}{}){each}", verb(rule), count(run.records, "inbox rule", "inbox rules"), listed(&all, 4))
}

/// As of [`super::rule_tail`].
pub(super) fn rule_tail(rule: &Rule, names: &dyn Names) -> String {
    let mut words = String::new();
    if !rule.name.is_empty() {
        words.push(' ');
        words.push_str(&quoted(&rule.name));
    }
    let mut does: Vec<String> = Vec::new();
    does.extend(rule.move_to.as_ref().map(|folder| format!("moves mail to {}", folder_words(folder))));
    does.extend(rule.copy_to.as_ref().map(|folder| format!("copies mail to {}", folder_words(folder))));
    if !rule.forward_to.is_empty() {
        does.push(format!("forwards to {}", addresses(&rule.forward_to, names)));
    }
    if !rule.redirect_to.is_empty() {
        does.push(format!("redirects to {}", addresses(&rule.redirect_to, names)));
    }
    if rule.deletes {
        does.push("deletes mail".to_owned());
    }
    if rule.marks_read {
        does.push("marks it read".to_owned());
    }
    if !does.is_empty() {
        words.push_str(" that ");
        words.push_str(&join_and(&does));
    }
    let told: Vec<(&str, &str)> = rule.conditions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    words.push_str(&conditions(&told, names));
    if told.is_empty() && !does.is_empty() && is_whole(rule) {
        words.push_str(", for all mail");
    }
    if rule.lost {
        words.push_str(" (its content was lost at export)");
    }
    words
}

/// True where the record has all that the rule was made with, so that it has no condition where none is told:
/// for a new rule of a cmdlet.
fn is_whole(rule: &Rule) -> bool {
    const DOES: [&str; 9] = [
        "movetofolder",
        "copytofolder",
        "forwardto",
        "forwardasattachmentto",
        "redirectto",
        "deletemessage",
        "softdeletemessage",
        "permanentdelete",
        "markasread",
    ];
    let of_cmdlet = || rule.parameters.iter().any(|name| DOES.iter().any(|known| name.eq_ignore_ascii_case(known)));
    rule.change == RuleChange::New && !rule.lost && of_cmdlet()
}

/// `, for mail from x@example.net and more conditions`: the first condition of a rule, by name and value; empty
/// without any.
pub(super) fn conditions(all: &[(&str, &str)], names: &dyn Names) -> String {
    // What a client writes as one text is left out where its parts are told.
    let raw = |name: &str| matches!(name, "RuleCondition" | "Conditions");
    let parts: Vec<&(&str, &str)> = all.iter().filter(|(name, _)| !raw(name)).collect();
    let (first, number) = match parts.first() {
        Some(first) => (**first, parts.len()),
        None => match all.first() {
            Some(first) => (*first, all.len()),
            None => return String::new(),
        },
    };
    let more = if number > 1 { " and more conditions" } else { "" };
    let (name, value) = first;
    let lower = name.to_ascii_lowercase();
    match lower.strip_prefix("exceptif") {
        Some(rest) => format!(", except for mail {}{more}", condition(name.get(8..).unwrap_or(name), rest, value, names)),
        None => format!(", for mail {}{more}", condition(name, &lower, value, names)),
    }
}

/// One condition, by its name, the same in lower case, and its value.
///
/// Source: parameters of `New-InboxRule` and `New-TransportRule`.
fn condition(name: &str, lower: &str, value: &str, names: &dyn Names) -> String {
    // Words are listed with semicolons and no blanks: with blanks a line can break between them.
    let list: Vec<&str> = value.split(';').map(str::trim).collect();
    let text = quoted(&list.join("; "));
    let people = || addresses(&list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(), names);
    let holds = value.trim().eq_ignore_ascii_case("true") || value.trim() == "$true";
    match lower {
        "from" | "fromaddresscontainswords" | "fromaddressmatchespatterns" | "senderdomainis" => format!("from {}", people()),
        "sentto" | "anyoftoheader" | "anyoftoccheader" | "recipientaddresscontainswords" | "recipientdomainis" => {
            format!("to {}", people())
        }
        "sentonlytome" if holds => "to the owner alone".to_owned(),
        "mynamenotintobox" if holds => "not to the owner".to_owned(),
        "mynameintobox" | "mynameintoorccbox" if holds => "to the owner".to_owned(),
        "mynameinccbox" if holds => "with the owner in copy".to_owned(),
        "hasattachment" if holds => "with an attachment".to_owned(),
        _ if holds => format!("where {} holds", clip(name, 60)),
        "rulecondition" | "conditions" => format!("with {text}"),
        known if ["words", "patterns", "subject", "body"].iter().any(|word| known.contains(word)) => format!("with {text}"),
        _ => format!("where {} is {text}", clip(name, 60)),
    }
}

/// The parts as `a, b and c`.
pub(super) fn join_and(parts: &[String]) -> String {
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.join(""),
    }
}

/// The last part of a folder path: `RSS Feeds` of `:\RSS Feeds`.
fn folder_words(path: &str) -> String {
    let name = path.rsplit(['\\', '/']).find(|part| !part.trim().is_empty()).unwrap_or(path);
    clip(name.trim_start_matches(':'), 60).into_owned()
}

pub(super) fn addresses(all: &[String], names: &dyn Names) -> String {
    let shown: Vec<String> = all.iter().take(2).map(|text| address(text, names)).collect();
    match all.len().saturating_sub(2) {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn forwarding_words(event: &Event, forwarding: &Forwarding, names: &dyn Names) -> String {
    let to = forwarding.smtp.as_deref().or(forwarding.object.as_deref()).filter(|to| !to.is_empty());
    match to {
        Some(to) if !event.flags.has(Flags::REMOVAL) => {
            let copy = if forwarding.keeps_copy == Some(false) { ", keeping no copy" } else { "" };
            format!("set forwarding to {}{copy}", address(to, names))
        }
        _ => "ended mailbox forwarding".to_owned(),
    }
}

fn sent(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    let subject = names.text(event.object);
    let mut words = if subject.is_empty() { "sent a mail".to_owned() } else { format!("sent mail {}", quoted(subject)) };
    let mail = match detail {
        Some(Detail::Mail(mail)) => Some(mail),
        _ => None,
    };
    let to = match mail {
        Some(mail) if !mail.recipients.is_empty() => people(&mail.recipients, names),
        _ if event.count > 1 => count(u64::from(event.count), "recipient", "recipients"),
        _ => people(&[event.target], names),
    };
    if !to.is_empty() {
        words.push_str(&format!(" to {to}"));
    }
    if let Some(mail) = mail.filter(|mail| mail.sent_as.is_some()) {
        words.push_str(&format!(" as {}", clip(names.name(mail.sent_as), 80)));
    }
    if event.flags.has(Flags::NOT_DELIVERED) {
        words.push_str(" (not delivered)");
    }
    words
}

fn received(event: &Event, names: &dyn Names) -> String {
    let subject = names.text(event.object);
    let words = if subject.is_empty() { "received a mail".to_owned() } else { format!("received mail {}", quoted(subject)) };
    let from = names.name(event.actor);
    if from.is_empty() { words } else { format!("{words} from {}", address(from, names)) }
}

/// `changed 3 items in Sent Items`, `changed 2 drafts`.
pub(super) fn changed(n: u64, detail: Option<&Detail>, names: &dyn Names) -> String {
    let folder = match detail {
        Some(Detail::Items(items)) => folder_words(names.text(items.folder)),
        _ => String::new(),
    };
    match folder.as_str() {
        "" => format!("changed {}", count(n, "item", "items")),
        "Drafts" => format!("changed {}", count(n, "draft", "drafts")),
        folder => format!("changed {} in {folder}", count(n, "item", "items")),
    }
}

/// `changed a draft, "Re: Insurance", with an attachment`.
fn changed_one(event: &Event, items: &Items, names: &dyn Names) -> String {
    let draft = folder_words(names.text(items.folder)) == "Drafts";
    let one = if draft { "a draft" } else { "1 item" };
    let verb = if names.text(event.operation).eq_ignore_ascii_case("create") { "made" } else { "changed" };
    let place = match names.text(items.folder) {
        "" => String::new(),
        _ if draft => String::new(),
        folder => format!(" in {}", folder_words(folder)),
    };
    let subject = match names.text(items.subject) {
        "" => String::new(),
        subject => format!(", {}", quoted(subject)),
    };
    let attached = if event.flags.has(Flags::HAS_ATTACHMENT) { ", with an attachment" } else { "" };
    format!("{verb} {one}{place}{subject}{attached}")
}

fn item_words(action: Action, event: &Event, items: &Items, names: &dyn Names) -> String {
    let folder = match names.text(items.folder) {
        "" => String::new(),
        folder => format!(" in {}", folder_words(folder)),
    };
    if event.flags.has(Flags::SYNC) {
        return format!("synchronised a whole folder{folder}");
    }
    let n = u64::from(event.count);
    if action == Action::MailChanged && n == 1 {
        return changed_one(event, items, names);
    }
    let (verb, one, many) = match action {
        Action::MailRead => ("opened", "mail", "mails"),
        Action::MailDeleted => ("deleted", "mail", "mails"),
        Action::MailMoved => ("moved", "mail", "mails"),
        _ => ("changed", "item", "items"),
    };
    let mut words = format!("{verb} {}{folder}", count(n, one, many));
    if action == Action::MailMoved && items.destination.is_some() {
        words.push_str(&format!(" to {}", folder_words(names.text(items.destination))));
    }
    let subject = names.text(items.subject.some().unwrap_or(event.object));
    if n == 1 && !subject.is_empty() {
        words.push_str(&format!(", {}", quoted(subject)));
    }
    if event.flags.has(Flags::THROTTLED) {
        words.push_str(" and more that is not recorded");
    }
    words
}
