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
        None => {
            let words = known_words(&lower).map_or_else(|| operation(event, names), str::to_owned);
            match names.text(event.object) {
                // The id of a chat tells nothing.
                object if object.is_empty() || object.starts_with("19:") => words,
                object => format!("{words} {}", quoted(object)),
            }
        }
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
    let lower = names.text(event.operation).to_ascii_lowercase();
    let sent = lower.starts_with("messagecreated") || lower == "messagesent";
    match whom {
        "" => String::new(),
        whom if sent => format!(" to {whom}"),
        whom if lower.starts_with("member") => format!(": {whom}"),
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

/// Operations that need words, by their name in lower case; `*` stands for whatever follows. `{what}` is what it was
/// done to, `{who}` to whom; without a place for either, both follow.
///
/// Source: names in the Entra audit log and in the audit log's directory records, which end in a dot; Microsoft's
/// audit log activity list for `SharePoint` and Teams; names of Exchange and compliance commands.
static OPERATIONS: [(&str, &str); 98] = [
    ("accessrequestcreated", "asked for access to"),
    ("add app role assignment*", "assigned app"),
    ("add application*", "registered app"),
    ("add conditional access policy", "made Conditional Access policy"),
    ("add delegated permission grant*", "granted delegated permissions to app"),
    ("add device*", "added device"),
    ("add group*", "created group"),
    ("add member to group", "added {who} to group {what}"),
    ("add oauth2permissiongrant*", "granted delegated permissions to app"),
    ("add owner to application", "made {who} owner of app {what}"),
    ("add owner to group", "made {who} owner of group {what}"),
    ("add owner to service principal", "made {who} owner of app {what}"),
    ("add policy", "made policy"),
    ("add registered owner to device*", "became owner of device"),
    ("add registered users to device*", "became user of device"),
    ("add service principal credential*", "added a credential to app"),
    ("add service principal*", "added app"),
    ("add unverified domain", "added unverified domain"),
    ("add user*", "created user"),
    ("add verified domain", "added verified domain"),
    ("addedtogroup", "added somebody to a group of a site:"),
    ("change user license", "changed the licences of user"),
    ("channeladded", "made a channel in team"),
    ("channeldeleted", "deleted a channel of team"),
    ("consent to application*", "consented to app"),
    ("delete application*", "deleted the registration of app"),
    ("delete conditional access policy", "deleted Conditional Access policy"),
    ("delete device*", "deleted device"),
    ("delete group*", "deleted group"),
    ("delete policy", "deleted policy"),
    ("delete user*", "deleted user"),
    ("disable account*", "disabled the account"),
    ("disable strong authentication", "switched off MFA for user"),
    ("enable account*", "enabled the account"),
    ("enable strong authentication", "switched on MFA for user"),
    ("get-compliancetag", "looked at the retention labels"),
    ("get-dlpcompliancepolicy", "looked at the policies of data loss prevention"),
    ("get-dlpsidetectionsreport", "looked at the report of sensitive information that was found"),
    ("get-retentioncompliancepolicy", "looked at the retention policies"),
    ("managedsyncclientallowed", "began to synchronise files of a site to a computer:"),
    ("memberadded", "added members to team"),
    ("memberremoved", "removed members from team"),
    ("memberrolechanged", "changed the roles of members of team"),
    ("miplabel*", "sent or received a mail with a sensitivity label"),
    ("new-app", "installed Outlook add-in"),
    ("new-dlpcompliancepolicy", "made policy of data loss prevention"),
    ("new-dlpcompliancerule", "made rule of data loss prevention"),
    ("new-mailbox", "made mailbox"),
    ("permissionleveladded", "added a permission level of a site"),
    ("recover device local administrator password", "read the local administrator password of device"),
    ("register device*", "registered device"),
    ("remove app role assignment*", "took the assignment of app"),
    ("remove delegated permission grant*", "took delegated permissions from app"),
    ("remove member from group", "removed {who} from group {what}"),
    ("remove owner from application", "removed {who} as owner of app {what}"),
    ("remove owner from group", "removed {who} as owner of group {what}"),
    ("remove owner from service principal", "removed {who} as owner of app {what}"),
    ("remove service principal*", "removed app"),
    ("remove unverified domain", "removed unverified domain"),
    ("remove verified domain", "removed verified domain"),
    ("remove-unifiedgroup", "deleted group"),
    ("set company information", "changed the company information of tenant"),
    ("set directory feature on tenant", "changed a directory feature of tenant"),
    ("set domain authentication", "changed how users sign in to domain"),
    ("set federation settings on domain", "changed the federation settings of domain"),
    ("set force change user password", "demanded a new password at the next sign-in from user"),
    ("set user manager", "changed the manager of user"),
    ("set-adminauditlogconfig", "changed the settings of the audit log"),
    ("set-casmailbox", "changed the mail protocols of mailbox"),
    ("set-mailboxautoreplyconfiguration", "changed the automatic replies of mailbox"),
    ("set-mailboxplan", "changed mailbox plan"),
    ("set-mailbox", "changed settings of mailbox"),
    ("set-organizationconfig", "changed the settings of the organisation in Exchange"),
    ("set-owamailboxpolicy", "changed Outlook on the web policy"),
    ("set-transportconfig", "changed the mail transport settings"),
    ("set-user", "changed user"),
    ("sharinginheritancebroken", "gave an item rights of its own:"),
    ("sharinginheritancereset", "gave an item the rights of what holds it again:"),
    ("sharingpolicychanged", "changed the SharePoint sharing policy of"),
    ("sitecollectionadminadded", "made {who} administrator of site {what}"),
    ("sitecollectionadminremoved", "removed {who} as administrator of site {what}"),
    ("sitecollectioncreated", "made site"),
    ("sitedeleted", "deleted site"),
    ("tabadded", "added a tab in team"),
    ("teamcreated", "made team"),
    ("teamdeleted", "deleted team"),
    ("teamsettingchanged", "changed a setting of team"),
    ("update application - certificates and secrets*", "changed the secrets or certificates of app"),
    ("update application*", "changed the registration of app"),
    ("update conditional access policy", "changed Conditional Access policy"),
    ("update device*", "changed device"),
    ("update group", "changed group"),
    ("update policy", "changed policy"),
    ("update service principal*", "changed app"),
    ("update stsrefreshtoken*", "revoked the sessions"),
    ("update user*", "changed user"),
    ("verify domain", "verified domain"),
    ("viewreport", "looked at a Power BI report:"),
];

/// The words of the table for an operation.
pub(super) fn known_words(recorded: &str) -> Option<&'static str> {
    // Exports write the dash in several ways.
    let lower = recorded.to_ascii_lowercase().replace(['\u{2013}', '\u{2014}', '?'], "-");
    let name = lower.trim_end_matches('.');
    let is = |known: &str| known.strip_suffix('*').map_or(known == name, |start| name.starts_with(start));
    OPERATIONS.iter().find(|(known, _)| is(known)).map(|(_, words)| *words)
}

/// The operation in words where the table has it, else as recorded, and what it was done to.
fn plain(event: &Event, names: &dyn Names) -> String {
    let recorded = operation(event, names).trim_end_matches('.').to_owned();
    let known = known_words(&recorded);
    let object = names.text(event.object);
    // The id of a message tells nothing.
    let is_message = object.starts_with('<') && object.ends_with('>') && object.contains('@');
    let what = if object.is_empty() || object == recorded || is_message { String::new() } else { quoted(object) };
    if let Some(words) = known.filter(|words| words.contains('{')) {
        let who = people(&[event.target], names);
        return filled(words, or(&what, "without a name"), or(&who, "somebody"));
    }
    let mut words = known.map_or(recorded, str::to_owned);
    if what.is_empty() {
        words.truncate(words.trim_end_matches(':').len());
    } else {
        words.push_str(&format!(" {what}"));
    }
    words.push_str(&of_other(event, names));
    words
}

fn or<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.is_empty() { other } else { text }
}

/// Words of the table with what and who in their places; what stands there is not looked at again.
fn filled(words: &str, what: &str, who: &str) -> String {
    let mut line = String::new();
    let mut rest = words;
    while let Some((before, (place, after))) = rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        line.push_str(before);
        line.push_str(if place == "who" { who } else { what });
        rest = after;
    }
    line + rest
}

/// ` of somebody`, where the act is done to somebody else than its actor, whom its object does not name already.
fn of_other(event: &Event, names: &dyn Names) -> String {
    match names.name(event.target) {
        "" => String::new(),
        _ if event.target == event.actor => String::new(),
        target if names.text(event.object).eq_ignore_ascii_case(target) => String::new(),
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
        ("", id) => names.app_name(id).map_or_else(|| super::unnamed_app(id), std::borrow::Cow::into_owned),
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
        // `None on \Calendar`: no right is left.
        Right::Folder if permission.text.starts_with("None on ") => {
            format!("all rights{}", clip(permission.text.trim_start_matches("None"), 80))
        }
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

#[cfg(test)]
mod tests {
    use super::OPERATIONS;

    #[test]
    fn no_operation_stands_behind_one_that_covers_it() {
        for (at, (name, _)) in OPERATIONS.iter().enumerate() {
            let covers = |known: &str| known.strip_suffix('*').map_or(known == *name, |start| name.starts_with(start));
            assert!(!OPERATIONS[..at].iter().any(|(known, _)| covers(known)), "{name}");
            assert_eq!(name.to_ascii_lowercase(), *name);
        }
    }
}
