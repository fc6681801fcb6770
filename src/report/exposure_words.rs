//! What was seen and taken, in words that claim no more than the records show.

use super::model::{AppExposure, Bounds, Exposure};
use super::screen::{count, thousands};
use super::summary::unnamed_app;

/// Names that a part lists; the rest is counted.
const NAMED: usize = 3;

/// A number between bounds with its noun: `17 mails`, `12 to 17 mails`, `up to 5 mails`, `at least 3 mails`.
pub fn bounds(bounds: &Bounds, one: &str, many: &str) -> String {
    match (bounds.at_least, bounds.at_most) {
        (least, Some(most)) if least == most => count(least, one, many),
        (0, Some(most)) => format!("up to {}", count(most, one, many)),
        (least, Some(most)) => format!("{} to {}", thousands(least), count(most, one, many)),
        (0, None) => format!("an unknown number of {many}"),
        (least, None) => format!("at least {}", count(least, one, many)),
    }
}

/// True where the records show none and would show any.
pub(super) fn is_none(bounds: &Bounds) -> bool {
    bounds.at_most == Some(0)
}

/// What an account's (or an incident's) intruder saw and took, part by part: mail first.
pub fn parts(exposure: &Exposure) -> Vec<String> {
    let mut parts = mail(exposure);
    let mut add = |bounds: &Option<Bounds>, one: &str, many: &str, verb: &str| {
        if let Some(bounds) = bounds.as_ref().filter(|bounds| !is_none(bounds)) {
            parts.push(format!("{} {verb}", self::bounds(bounds, one, many)));
        }
    };
    add(&exposure.mails_deleted, "mail", "mails", "deleted");
    add(&exposure.mails_moved, "mail", "mails", "moved");
    let place = places(&exposure.changed_folders);
    add(&exposure.mails_changed, "item of the mailbox", "items of the mailbox", &format!("changed{place}"));
    add(&exposure.files_read, "file", "files", "accessed or downloaded");
    add(&exposure.files_shared, "file", "files", "shared");
    add(&exposure.files_changed, "file", "files", "changed");
    add(&exposure.searches, "search", "searches", "made");
    if !exposure.mailboxes.is_empty() {
        let names: Vec<&str> = exposure.mailboxes.iter().map(|one| one.mailbox.as_str()).collect();
        parts.push(format!("{} of others reached ({})", counted(names.len(), "mailbox", "mailboxes"), listed(&names)));
    }
    parts.extend(exposure.apps.iter().map(app));
    if !exposure.changes.is_empty() {
        let kinds: Vec<String> =
            exposure.changes.iter().map(|one| format!("{} ({})", subject(&one.action), bounds(&one.acts, "act", "acts"))).collect();
        parts.push(format!("changed {}", kinds.join(", ")));
    }
    parts
}

/// Why numbers have room, each reason once; one that counts acts with the numbers that it is about: `34 acts may
/// be the owner's (mails sent, recipients)`. That of a synchronised folder stands with the folder.
pub fn reasons(exposure: &Exposure) -> Vec<String> {
    let counts = [
        ("mails accessed", &exposure.mails_read),
        ("mails sent", &exposure.mails_sent),
        ("recipients", &exposure.recipients),
        ("mails deleted", &exposure.mails_deleted),
        ("mails moved", &exposure.mails_moved),
        ("items changed", &exposure.mails_changed),
        ("mails passed on", &exposure.mails_passed_on),
        ("files accessed", &exposure.files_read),
        ("files shared", &exposure.files_shared),
        ("files changed", &exposure.files_changed),
        ("searches", &exposure.searches),
    ];
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    let all = counts.into_iter().filter_map(|(what, bounds)| Some((what, bounds.as_ref()?)));
    for (what, reason) in all.flat_map(|(what, bounds)| bounds.why.iter().map(move |why| (what, why.as_str()))) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, about)) => about.push(what),
            None if reason.contains("synchronised") => {}
            None => reasons.push((reason, vec![what])),
        }
    }
    let counts_acts = |reason: &str| reason.starts_with(|c: char| c.is_ascii_digit());
    let words = |(reason, about): (&str, Vec<&str>)| {
        if counts_acts(reason) { format!("{reason} ({})", about.join(", ")) } else { reason.to_owned() }
    };
    reasons.into_iter().map(words).collect()
}

/// The mails that an intruder sent and how many people they went to: `794 mails sent to 762 people`; none
/// where the records show none, or would not show any.
pub fn sent(exposure: &Exposure) -> Option<String> {
    let sent = exposure.mails_sent.as_ref().filter(|sent| !is_none(sent))?;
    let all = exposure.recipients.as_ref().filter(|all| all.at_least > 0 || all.at_most.is_some());
    let to = all.map_or_else(String::new, |all| format!(" to {}", bounds(all, "person", "people")));
    Some(format!("{} sent{to}", bounds(sent, "mail", "mails")))
}

/// What a change of a kind is to, in words.
pub(super) fn subject(action: &str) -> &str {
    match action {
        "account-change" => "users",
        "role-change" => "roles",
        "credential" => "credentials",
        "mfa" => "MFA methods",
        "device" => "devices",
        "app" => "applications",
        "permission" => "rights",
        "transport-rule" => "mail flow",
        "policy-change" => "policies",
        other => other,
    }
}

fn mail(exposure: &Exposure) -> Vec<String> {
    let mut parts = Vec::new();
    let only_synchronised = |read: &Bounds| read.at_least == 0 && read.at_most.is_none() && !exposure.synchronised.is_empty();
    match &exposure.mails_read {
        None => parts.push(unknown(exposure, "mails accessed", "which mails were read")),
        Some(read) if is_none(read) => parts.push("no mail accessed".to_owned()),
        Some(read) if only_synchronised(read) => {}
        Some(read) => {
            parts.push(format!("{} accessed{}", bounds(read, "mail", "mails"), places(&exposure.folders)));
        }
    }
    if !exposure.synchronised.is_empty() {
        let names: Vec<&str> = exposure.synchronised.iter().map(|one| one.folder.trim_start_matches('\\')).collect();
        let whole = if names.len() == 1 { "the whole folder" } else { "the whole folders" };
        parts.push(format!("{} synchronised: {whole} may have been taken", listed(&names)));
    }
    match &exposure.mails_sent {
        None => parts.push(unknown(exposure, "mails sent", "which mails were sent")),
        Some(sent) if is_none(sent) => parts.push("no mail sent".to_owned()),
        Some(sent) => parts.push(format!("{} sent{}", bounds(sent, "mail", "mails"), to_whom(exposure))),
    }
    if let Some(passed) = &exposure.mails_passed_on {
        parts.push(format!("{} passed on by forwarding", bounds(passed, "mail", "mails")));
    }
    parts
}

/// ` in Inbox, Sent Items`; empty without a folder.
fn places(folders: &[String]) -> String {
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    if folders.is_empty() { String::new() } else { format!(" in {}", listed(&folders)) }
}

/// `mails accessed: unknown (it takes MailItemsAccessed records of the audit log)`.
fn unknown(exposure: &Exposure, what: &str, question: &str) -> String {
    let missing = exposure.unknown.iter().find(|one| one.question == question);
    let missing = missing.map_or_else(String::new, |one| format!(" (it takes {})", one.missing));
    format!("{what}: unknown{missing}")
}

/// ` to 790 people (12 inside, 778 outside)`.
pub(super) fn to_whom(exposure: &Exposure) -> String {
    let Some(all) = exposure.recipients.as_ref().filter(|all| all.at_least > 0 || all.at_most.is_some()) else { return String::new() };
    let side = |one: &Option<Bounds>, word: &str| one.as_ref().filter(|one| !is_none(one)).map(|one| format!("{} {word}", short(one)));
    let sides = [side(&exposure.recipients_inside, "inside"), side(&exposure.recipients_outside, "outside")];
    let sides: Vec<String> = sides.into_iter().flatten().collect();
    let failed = (exposure.not_delivered > 0).then(|| format!("not delivered to {} more", thousands(exposure.not_delivered)));
    let aside: Vec<String> = (!sides.is_empty()).then(|| sides.join(", ")).into_iter().chain(failed).collect();
    let aside = if aside.is_empty() { String::new() } else { format!(" ({})", aside.join("; ")) };
    format!(" to {}{aside}", bounds(all, "person", "people"))
}

/// A number between bounds without a noun: `12`, `12-17`, `12 or more`.
fn short(bounds: &Bounds) -> String {
    match (bounds.at_least, bounds.at_most) {
        (least, Some(most)) if least == most => thousands(least),
        (least, Some(most)) => format!("{} to {}", thousands(least), thousands(most)),
        (least, None) => format!("{} or more", thousands(least)),
    }
}

/// `app Spike let in, 233 records by it`; `app Spike let in, in an act that may be the owner's`.
fn app(app: &AppExposure) -> String {
    let name = app.name.clone().unwrap_or_else(|| unnamed_app(&app.app_id));
    let acts: u64 = app.acts.iter().map(|one| one.acts.evidence_total).sum();
    let did = if acts == 0 { String::new() } else { format!(", {} by it", count(acts, "record", "records")) };
    let doubt = if app.in_doubt { ", in an act that may be the owner's" } else { "" };
    format!("app {name} let in{doubt}{did}")
}

/// The name of an app, or its id where none is known.
pub(super) fn app_name(app: &AppExposure) -> &str {
    app.name.as_deref().unwrap_or(&app.app_id)
}

fn counted(n: usize, one: &str, many: &str) -> String {
    count(n as u64, one, many)
}

/// `Inbox, Archive, Sent Items and 2 more`.
pub(super) fn listed(names: &[&str]) -> String {
    let mut words: String = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        words.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{SynchronisedFolder, Unanswerable};

    fn between(at_least: u64, at_most: Option<u64>) -> Bounds {
        Bounds { at_least, at_most, ..Bounds::default() }
    }

    #[test]
    fn bounds_say_what_is_known_and_no_more() {
        let words = |least, most| bounds(&between(least, most), "mail", "mails");
        assert_eq!(words(1, Some(1)), "1 mail");
        assert_eq!(words(12, Some(1_700)), "12 to 1,700 mails");
        assert_eq!(words(0, Some(5)), "up to 5 mails");
        assert_eq!(words(3, None), "at least 3 mails");
        assert_eq!(words(0, None), "an unknown number of mails");
    }

    #[test]
    fn unknown_is_not_none() {
        assert_eq!(parts(&Exposure::default()), ["mails accessed: unknown", "mails sent: unknown"]);
        let open = Unanswerable { question: "which mails were read".to_owned(), missing: "the records".to_owned() };
        let exposure = Exposure { unknown: vec![open], ..Exposure::default() };
        assert_eq!(parts(&exposure)[0], "mails accessed: unknown (it takes the records)");
        let none = Some(between(0, Some(0)));
        let mut exposure = Exposure { mails_read: none.clone(), mails_sent: none.clone(), files_read: none.clone(), ..Exposure::default() };
        exposure.mails_changed = none;
        assert_eq!(parts(&exposure), ["no mail accessed", "no mail sent"]);
        exposure.mails_changed = Some(between(2, None));
        exposure.changed_folders = vec!["Drafts".to_owned(), "Sent Items".to_owned()];
        assert_eq!(parts(&exposure)[2], "at least 2 items of the mailbox changed in Drafts, Sent Items");
    }

    #[test]
    fn a_synchronised_folder_is_not_called_read() {
        let folder = SynchronisedFolder { folder: "\\Inbox".to_owned(), ..SynchronisedFolder::default() };
        let mut exposure = Exposure { mails_read: Some(between(0, None)), synchronised: vec![folder], ..Exposure::default() };
        let words = parts(&exposure);
        assert_eq!(words[0], "Inbox synchronised: the whole folder may have been taken");
        exposure.mails_read = Some(between(2, None));
        exposure.folders = vec!["Inbox".to_owned()];
        assert_eq!(parts(&exposure)[0], "at least 2 mails accessed in Inbox");
    }

    #[test]
    fn people_are_told_by_side_and_reasons_once() {
        let sent = Bounds { at_least: 2, at_most: Some(3), why: vec!["1 act may be the owner's".to_owned()], ..Bounds::default() };
        let exposure = Exposure {
            mails_read: Some(between(0, Some(0))),
            mails_sent: Some(sent),
            recipients: Some(Bounds { why: vec!["1 act may be the owner's".to_owned()], ..between(4, Some(5)) }),
            recipients_inside: Some(between(0, Some(0))),
            recipients_outside: Some(between(4, Some(5))),
            ..Exposure::default()
        };
        assert_eq!(parts(&exposure)[1], "2 to 3 mails sent to 4 to 5 people (4 to 5 outside)");
        assert_eq!(reasons(&exposure), ["1 act may be the owner's (mails sent, recipients)"]);
        let bounced = Exposure { not_delivered: 32, ..exposure.clone() };
        assert_eq!(parts(&bounced)[1], "2 to 3 mails sent to 4 to 5 people (4 to 5 outside; not delivered to 32 more)");
        assert_eq!(self::sent(&exposure).as_deref(), Some("2 to 3 mails sent to 4 to 5 people"), "as the part says");
        assert_eq!(self::sent(&Exposure::default()), None);
    }
}
