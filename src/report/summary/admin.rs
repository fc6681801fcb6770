//! Changes to accounts, apps, rights and settings, in words.

use super::run::{Run, listed};
use super::{Names, address, mail, operation, people, quoted};
use crate::events::{Action, Change, Consent, Detail, Event, Flags, Permission, Right};
use crate::report::sanitize::clip;
use crate::report::screen::count;

pub(super) fn words(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    match (event.action, detail) {
        (Action::Consent, Some(Detail::Consent(consent))) => consent_words(event, consent, names),
        (Action::Permission, Some(Detail::Permission(permission))) => permission_words(event, permission, names),
        (Action::Credential, Some(Detail::Change(change))) if change.aspect == "password" => password(event, change, names),
        (Action::Mfa, Some(Detail::Change(change))) if change.aspect == "mfa-method" => {
            let verb = if event.flags.has(Flags::REMOVAL) { "removed" } else { "registered or changed" };
            format!("{verb} an MFA method{}{}", of_other(event, names), method(event, names))
        }
        (Action::RoleChange, _) => {
            let role = names.text(event.object);
            let role = if role.is_empty() { "a role".to_owned() } else { format!("role {}", quoted(role)) };
            role_words(event, detail, names, &role)
        }
        (Action::Teams, _) => format!("{}{}", teams_words(event, names), teams_tail(event, detail, names)),
        (Action::TransportRule, Some(Detail::Parameters(given))) => mail_flow(event, given, names).unwrap_or_else(|| plain(event, names)),
        (Action::Other, Some(Detail::Click { url, through })) => {
            let went = if *through { "" } else { " (blocked)" };
            format!("clicked {}{went}", quoted(names.text(*url)))
        }
        _ => match (site_words(event, names), names.text(event.object)) {
            (None, _) => plain(event, names),
            // The id of a list tells nothing.
            (Some(words), object) if object.is_empty() || crate::events::key::guid(object).is_some() => words.to_owned(),
            (Some(words), object) => format!("{words} ({})", quoted(object)),
        },
    }
}

/// `: "User registered Authenticator App"`: which method, where the record says it in words.
fn method(event: &Event, names: &dyn Names) -> String {
    let says = names.text(event.operation).to_ascii_lowercase().contains("security info");
    match names.text(event.object) {
        object if says && !object.is_empty() && !object.contains('@') => format!(": {}", quoted(object)),
        _ => String::new(),
    }
}

/// `gave role "Global Administrator" to somebody`, or took it; without an end where nobody is named.
fn role_words(event: &Event, detail: Option<&Detail>, names: &dyn Names, role: &str) -> String {
    match (event.flags.has(Flags::REMOVAL), to_whom(event, detail, names).as_str()) {
        (false, "") => format!("gave {role}"),
        (true, "") => format!("took {role} away"),
        (false, to) => format!("gave {role} to {to}"),
        (true, to) => format!("took {role} from {to}"),
    }
}

/// Who gets or loses a role; empty where the record does not say.
pub(super) fn to_whom(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    match (names.name(event.target), detail) {
        ("", Some(Detail::Change(change))) => {
            change.holder.as_ref().map_or_else(String::new, |holder| holder_words(&holder.class, &holder.name, &holder.id))
        }
        ("", _) => String::new(),
        (to, _) => address(to, names),
    }
}

/// As of [`super::holder_words`].
pub(super) fn holder_words(class: &str, name: &str, id: &str) -> String {
    let class = match class.to_ascii_lowercase().as_str() {
        "group" => "the group",
        "serviceprincipal" | "application" => "the app",
        _ => "the object",
    };
    format!("{class} {}", quoted(if name.is_empty() { id } else { name }))
}

/// `gave 8 roles ("Global Administrator", "Teams Administrator" and 6 more) to somebody in 2 s`.
pub(super) fn roles_words(event: &Event, detail: Option<&Detail>, names: &dyn Names, run: &Run<'_>, span: &str) -> String {
    let mut all: Vec<&str> = run.names.iter().map(|id| names.text(*id)).collect();
    // The most powerful are named first. The sort is stable: the others stay in the order of time.
    let powerful = ["global administrator", "company administrator", "privileged", "organization management"];
    all.sort_by_key(|role| !powerful.iter().any(|word| role.to_ascii_lowercase().contains(word)));
    let roles = format!("{} ({})", count(all.len() as u64, "role", "roles"), listed(&all, 3));
    format!("{}{span}", role_words(event, detail, names, &roles))
}

/// Acts in Teams that need words, by the beginning of their operation in lower case.
///
/// Source: Teams activities of Microsoft's audit log activity list.
static TEAMS: [(&str, &str); 7] = [
    ("messagecreated", "sent a Teams message"),
    ("messagesent", "sent a Teams message"),
    ("messageedited", "changed a Teams message"),
    ("messageupdated", "changed a Teams message"),
    ("messagedeleted", "deleted a Teams message"),
    ("chatcreated", "began a Teams chat"),
    ("teamssessionstarted", "began to use Teams"),
];

/// An act in Teams without the people whom it reaches.
pub(super) fn teams_words(event: &Event, names: &dyn Names) -> String {
    let lower = names.text(event.operation).to_ascii_lowercase();
    match TEAMS.iter().find(|(start, _)| lower.starts_with(start)) {
        Some((_, words)) if event.flags.has(Flags::HAS_LINK) => format!("{words} with a link"),
        Some((_, words)) => (*words).to_owned(),
        None => match names.text(event.object) {
            // The id of a chat tells nothing.
            "" => operation(event, names),
            id if id.starts_with("19:") => operation(event, names),
            object => format!("{} {}", operation(event, names), quoted(object)),
        },
    }
}

/// Whom an act in Teams reaches, with a blank before.
fn teams_tail(event: &Event, detail: Option<&Detail>, names: &dyn Names) -> String {
    let whom = match detail {
        Some(Detail::Share(with)) => people(with, names),
        _ => people(&[event.target], names),
    };
    with_whom(event, names, &whom)
}

fn with_whom(event: &Event, names: &dyn Names, whom: &str) -> String {
    let sent = names.text(event.operation).to_ascii_lowercase().starts_with("messagecreated")
        || names.text(event.operation).eq_ignore_ascii_case("messagesent");
    match whom {
        "" => String::new(),
        whom if sent => format!(" to {whom}"),
        whom => format!(" with {whom}"),
    }
}

/// `sent a Teams message with a link to gokafor@… and 4 more, 5 times in 3 min 3 s`.
pub(super) fn messages_words(event: &Event, names: &dyn Names, run: &Run<'_>, span: &str) -> String {
    let whom = with_whom(event, names, &people(run.people, names));
    format!("{}{whom}, {}{span}", teams_words(event, names), count(run.records, "time", "times"))
}

/// What a parameter of a mail-flow command makes of mail, in lower case; a value that is not an address stands
/// with the words that need it.
///
/// Source: parameters of `New-TransportRule`, `New-JournalRule` and the connectors.
static MAIL_FLOW: [(&str, &str); 10] = [
    ("blindcopyto", "copies mail in secret to"),
    ("copyto", "copies mail to"),
    ("addtorecipients", "adds to the recipients"),
    ("redirectmessageto", "redirects mail to"),
    ("journalemailaddress", "copies mail to"),
    ("moderatemessagebyuser", "holds mail back for"),
    ("routemessageoutboundconnector", "sends mail through"),
    ("smarthosts", "sends mail through"),
    ("deletemessage", "deletes mail"),
    ("quarantine", "puts mail in quarantine"),
];

/// `made mail-flow rule "." that copies mail in secret to x@example.net (outside), for mail with "invoice"`;
/// nothing for commands without words.
fn mail_flow(event: &Event, given: &[(String, String)], names: &dyn Names) -> Option<String> {
    const NOUNS: [(&str, &str); 4] = [
        ("transportrule", "mail-flow rule"),
        ("journalrule", "journal rule"),
        ("inboundconnector", "inbound connector"),
        ("outboundconnector", "outbound connector"),
    ];
    let lower = names.text(event.operation).to_ascii_lowercase();
    let (verb, noun) = lower.split_once('-')?;
    let verb = match verb {
        "new" => "made",
        "set" => "changed",
        "enable" => "switched on",
        "disable" => "switched off",
        "remove" => "removed",
        _ => return None,
    };
    let (_, noun) = NOUNS.iter().find(|(known, _)| *known == noun)?;
    let mut words = format!("{verb} {noun}");
    let object = names.text(event.object);
    if !object.is_empty() {
        words.push_str(&format!(" {}", quoted(object)));
    }
    let does: Vec<String> = given.iter().filter_map(|(name, value)| effect(&name.to_ascii_lowercase(), value, names)).collect();
    if !does.is_empty() {
        words.push_str(&format!(" that {}", mail::join_and(&does)));
    }
    let is_condition = |name: &str, value: &str| {
        const STARTS: [&str; 8] = ["subject", "from", "sentto", "anyof", "recipient", "senderdomain", "attachment", "exceptif"];
        let name = name.to_ascii_lowercase();
        !value.trim().is_empty() && !value.eq_ignore_ascii_case("false") && STARTS.iter().any(|start| name.starts_with(start))
    };
    let asked: Vec<(&str, &str)> =
        given.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, value)| is_condition(name, value)).collect();
    words.push_str(&mail::conditions(&asked, names));
    Some(words)
}

/// What one parameter makes of mail.
fn effect(name: &str, value: &str, names: &dyn Names) -> Option<String> {
    if name == "setscl" && value.trim() == "-1" {
        return Some("lets mail past the spam filter".to_owned());
    }
    let (_, does) = MAIL_FLOW.iter().find(|(known, _)| *known == name)?;
    let on = value.trim().eq_ignore_ascii_case("true");
    match name {
        "deletemessage" | "quarantine" => on.then(|| (*does).to_owned()),
        _ => {
            let whom: Vec<String> = value.split([';', ',']).map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
            (!whom.is_empty()).then(|| format!("{does} {}", mail::addresses(&whom, names)))
        }
    }
}

/// Acts on the pages and the make-up of a site, which come in crowds and tell little one by one.
pub(super) fn site_words(event: &Event, names: &dyn Names) -> Option<&'static str> {
    const LOOKED: [&str; 5] = ["pageviewed", "pageprefetched", "listviewed", "listitemviewed", "clientviewsignaled"];
    const MADE: [&str; 8] =
        ["listcreated", "listupdated", "listcolumn", "sitecolumn", "listcontenttype", "sitecontenttype", "groupadded", "groupupdated"];
    if event.action != Action::Other {
        return None;
    }
    let lower = names.text(event.operation).to_ascii_lowercase();
    let among = |all: &[&str]| all.iter().any(|start| lower.starts_with(start));
    match () {
        () if among(&LOOKED) => Some("looked at pages and lists of a site"),
        () if among(&MADE) => Some("changed lists, columns or groups of a site"),
        () => None,
    }
}

/// Operations of the directory that need words, by the beginning of their name in lower case; what
/// follows in the line is the object and whose it is.
///
/// Source: names in the Entra audit log and in the audit log's directory records, which end in a dot.
static OPERATIONS: [(&str, &str); 29] = [
    ("add service principal credential", "added a credential to app"),
    ("add service principal", "added app"),
    ("remove service principal", "removed app"),
    ("update service principal", "changed app"),
    ("add app role assignment", "assigned app"),
    ("remove app role assignment", "took the assignment of app"),
    ("add delegated permission grant", "granted delegated permissions to app"),
    ("remove delegated permission grant", "took delegated permissions from app"),
    ("add oauth2permissiongrant", "granted delegated permissions to app"),
    ("consent to application", "consented to app"),
    ("add application", "registered app"),
    ("update application - certificates and secrets", "changed the secrets or certificates of app"),
    ("update application", "changed the registration of app"),
    ("delete application", "deleted the registration of app"),
    ("add registered owner to device", "became owner of device"),
    ("add registered users to device", "became user of device"),
    ("add device", "added device"),
    ("register device", "registered device"),
    ("delete device", "deleted device"),
    ("update device", "changed device"),
    ("disable account", "disabled the account"),
    ("enable account", "enabled the account"),
    ("add group", "created group"),
    ("delete group", "deleted group"),
    ("miplabel", "sent or received a mail with a sensitivity label"),
    ("add user", "created user"),
    ("delete user", "deleted user"),
    ("update user", "changed user"),
    ("update stsrefreshtoken", "revoked the sessions"),
];

/// The operation in words where the table has it, else as recorded, and what it was done to.
fn plain(event: &Event, names: &dyn Names) -> String {
    let recorded = operation(event, names).trim_end_matches('.').to_owned();
    // Exports write the dash in several ways.
    let lower = recorded.to_ascii_lowercase().replace(['\u{2013}', '\u{2014}', '?'], "-");
    let known = OPERATIONS.iter().find(|(start, _)| lower.starts_with(start));
    let mut words = known.map_or(recorded, |(_, words)| (*words).to_owned());
    let object = names.text(event.object);
    // The id of a message tells nothing.
    let is_message = object.starts_with('<') && object.ends_with('>') && object.contains('@');
    if !object.is_empty() && object != words && !is_message {
        words.push_str(&format!(" {}", quoted(object)));
    }
    words.push_str(&of_other(event, names));
    words
}

/// ` of somebody`, where the act is done to somebody else than its actor.
fn of_other(event: &Event, names: &dyn Names) -> String {
    match names.name(event.target) {
        "" => String::new(),
        _ if event.target == event.actor => String::new(),
        target => format!(" of {}", clip(target, 80)),
    }
}

fn password(event: &Event, change: &Change, names: &dyn Names) -> String {
    let own = change.by_self || event.target == event.actor || event.target.is_none();
    if own { "changed the password".to_owned() } else { format!("reset the password{}", of_other(event, names)) }
}

/// `gave app Spike access to mail (Mail.ReadWrite, offline_access)`.
fn consent_words(event: &Event, consent: &Consent, names: &dyn Names) -> String {
    // The object of a delegated grant is the resource, not the application that may use it.
    let resource = names.text(event.object);
    let app = match (consent.app_name.as_str(), consent.app_id.as_str()) {
        ("", "") => String::new(),
        ("", id) => names.app_name(id).map_or_else(|| id.to_owned(), std::borrow::Cow::into_owned),
        (name, _) => name.to_owned(),
    };
    let app = match (clip(&app, 80), resource) {
        (app, _) if !app.is_empty() => format!("app {app}"),
        (_, "") => "an app".to_owned(),
        (_, resource) => format!("an app that the record does not name, for {},", clip(resource, 80)),
    };
    let mut kinds: Vec<&str> = Vec::new();
    for scope in &consent.scopes {
        let scope = scope.to_ascii_lowercase();
        let kind = match scope.as_str() {
            s if s.starts_with("mail.") || s.contains("imap.") || s.contains("smtp.") || s.starts_with("ews.") || s.starts_with("eas.") => {
                "mail"
            }
            s if s.starts_with("files.") || s.starts_with("sites.") => "files",
            s if s.starts_with("contacts.") || s.starts_with("people.") => "contacts",
            "full_access_as_app" => "all mailboxes",
            _ => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let access = if kinds.is_empty() { "access".to_owned() } else { format!("access to {}", kinds.join(" and ")) };
    let scopes = match consent.scopes.len() {
        0 => String::new(),
        n => {
            let shown: Vec<&str> = consent.scopes.iter().take(4).map(String::as_str).collect();
            let more = if n > 4 { format!(" and {} more", n - 4) } else { String::new() };
            format!(" ({}{more})", clip(&shown.join(", "), 120))
        }
    };
    let tenant = if consent.tenant_wide { " for the whole organisation" } else { "" };
    if event.flags.has(Flags::REMOVAL) {
        return format!("took {access} from {app}{scopes}{tenant}");
    }
    format!("gave {app} {access}{scopes}{tenant}")
}

fn permission_words(event: &Event, permission: &Permission, names: &dyn Names) -> String {
    let right = match permission.right {
        Right::FullAccess => "full access".to_owned(),
        Right::SendAs => "the right to send as the owner".to_owned(),
        Right::SendOnBehalf => "the right to send on behalf of the owner".to_owned(),
        Right::Folder | Right::Other => format!("{} rights", clip(&permission.text, 80)),
    };
    let who = match names.name(permission.trustee) {
        "" => "somebody".to_owned(),
        name => address(name, names),
    };
    let mailbox = match names.name(event.target) {
        "" => String::new(),
        target => format!(" on the mailbox of {}", clip(target, 80)),
    };
    if event.flags.has(Flags::REMOVAL) { format!("took {right}{mailbox} from {who}") } else { format!("gave {who} {right}{mailbox}") }
}
