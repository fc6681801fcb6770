//! Words for people: clients, applications, places.

use super::address::AddressFacts;
use super::agents::{Agent, AgentFamily, Os};
use super::apps::{abused_app, app_name};
use super::countries::country_words;
use super::networks::NetworkClass;

/// Longest part of a recorded text that words quote.
const QUOTED_CHARS: usize = 60;

fn quoted(text: &str) -> String {
    let mut short: String = text.trim().chars().take(QUOTED_CHARS).collect();
    if text.trim().chars().nth(QUOTED_CHARS).is_some() {
        short.push('…');
    }
    short
}

fn family_words(family: AgentFamily) -> &'static str {
    match family {
        AgentFamily::Unknown => "a client that is not known",
        AgentFamily::Chrome => "Chrome",
        AgentFamily::Edge => "Edge",
        AgentFamily::Firefox => "Firefox",
        AgentFamily::Safari => "Safari",
        AgentFamily::Opera => "Opera",
        AgentFamily::InternetExplorer => "Internet Explorer",
        AgentFamily::OutlookDesktop => "Outlook",
        AgentFamily::OutlookMobile => "Outlook mobile",
        AgentFamily::Owa => "Outlook on the web",
        AgentFamily::Teams => "Teams",
        AgentFamily::OneDrive => "OneDrive",
        AgentFamily::Office => "Office",
        AgentFamily::RichClient => "a program that is no browser",
        AgentFamily::ActiveSync => "the mail program of a phone",
        AgentFamily::WebServices => "a program over Exchange Web Services",
        AgentFamily::Rest => "a program over the mail interface of Graph",
        AgentFamily::LegacyMail => "a legacy mail client",
        AgentFamily::MailClient => "a mail program",
        AgentFamily::EmClient => "eM Client",
        AgentFamily::Script => "a script",
        AgentFamily::PowerShell => "PowerShell",
        AgentFamily::AdminTool => "an administrator's tool",
        AgentFamily::Broker => "the sign-in broker of the system",
        AgentFamily::BareMozilla => "a client that names only Mozilla/5.0",
        AgentFamily::Kit => "a kit for taking over sign-ins",
        AgentFamily::AttackTool => "an attack tool",
        AgentFamily::Service => "a service of Microsoft's",
    }
}

/// The name of an operating system.
pub fn os_words(os: Os) -> Option<&'static str> {
    Some(match os {
        Os::Unknown => return None,
        Os::Windows => "Windows",
        Os::Mac => "macOS",
        Os::Ios => "iOS",
        Os::Android => "Android",
        Os::Linux => "Linux",
        Os::ChromeOs => "ChromeOS",
    })
}

/// A client, for a sentence: "Edge 120 on Windows", "BAV2ROPC, a legacy client that skips MFA",
/// "axios/1.6.2, a script". `recorded` is the user agent or client string (it may be empty), quoted in
/// part where its name is telling; it is raw text from the log, to be escaped by whoever prints it.
pub fn agent_words(recorded: &str, agent: &Agent) -> String {
    let name = quoted(recorded.rsplit_once("Client=").map_or(recorded, |(_, rest)| rest).trim_end_matches(';'));
    let telling = !name.is_empty();
    if agent.legacy {
        return if telling { format!("{name}, a legacy client that skips MFA") } else { "a legacy client that skips MFA".into() };
    }
    if (agent.scripted || agent.family == AgentFamily::Unknown) && telling {
        return match agent.family {
            AgentFamily::Unknown => name,
            family => format!("{name}, {}", family_words(family)),
        };
    }
    let mut words = family_words(agent.family).to_owned();
    if agent.is_browser() && agent.major > 0 {
        words.push_str(&format!(" {}", agent.major));
    }
    if let Some(os) = os_words(agent.os) {
        words.push_str(" on ");
        words.push_str(os);
    }
    words
}

/// An application, for a sentence: its name in the tables or as recorded, else its id. `id` and `name`
/// may be empty. The recorded name is raw text from the log.
pub fn app_words(id: &str, name: &str) -> String {
    let known = app_name(id).or_else(|| app_name(name));
    match (known, name.trim(), id.trim()) {
        (Some(known), ..) => known.to_owned(),
        (None, "", "") => "an application that is not named".to_owned(),
        (None, "", id) => quoted(id),
        (None, name, _) => quoted(name),
    }
}

/// What intruders use an application for, as a clause: "seen in compromises: exports mailboxes".
pub fn abused_app_words(id: &str, name: &str) -> Option<String> {
    abused_app(id, name).map(|app| format!("seen in compromises: {}", app.purpose))
}

/// A place, for a sentence: "Nigeria, AS29465 MTN NIGERIA Communication limited (mobile)", or as much of
/// it as is known. `country` is the one to show, whatever source it has; where the network makes it mean
/// nothing it comes last and says so: "AS9009 M247 (VPN service, Czechia by registry only)". Where the log
/// names another country than the address databases, both are told.
pub fn place_words(country: Option<[u8; 2]>, facts: &AddressFacts) -> String {
    let class = facts.class;
    if class.is_special() {
        return class.words().to_owned();
    }
    if let Some(service) = &facts.service {
        return format!("Microsoft 365 ({service})");
    }
    let means_something = facts.country_means_something();
    let otherwise = facts.country().filter(|known| country.is_some_and(|told| told != *known));
    let said = |code: [u8; 2]| match otherwise {
        Some(known) => format!("{} as the log says ({} by registry)", country_words(code), country_words(known)),
        None => country_words(code),
    };
    let mut parts: Vec<String> = country.filter(|_| means_something).map(said).into_iter().collect();
    match (facts.asn(), facts.org()) {
        (Some(asn), Some(org)) => parts.push(format!("AS{asn} {org}")),
        (Some(asn), None) => parts.push(format!("AS{asn}")),
        (None, Some(org)) => parts.push(org.to_owned()),
        (None, None) => {}
    }
    let kind = (class != NetworkClass::Unknown).then(|| class.words().to_owned());
    let doubted = country.filter(|_| !means_something).map(|code| format!("{} by registry only", country_words(code)));
    let aside: Vec<String> = kind.into_iter().chain(doubted).collect();
    match (parts.is_empty(), aside.is_empty()) {
        (true, true) => "a place that is not known".to_owned(),
        (true, false) => aside.join(", "),
        (false, true) => parts.join(", "),
        (false, false) => format!("{} ({})", parts.join(", "), aside.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    fn words(text: &str) -> String {
        agent_words(text, &Agent::classify(text))
    }

    #[test]
    fn clients_read_as_part_of_a_sentence() {
        assert_eq!(words("BAV2ROPC"), "BAV2ROPC, a legacy client that skips MFA");
        assert_eq!(words("axios/1.6.2"), "axios/1.6.2, a script");
        assert_eq!(words("Mozilla/5.0"), "a client that names only Mozilla/5.0");
        assert_eq!(words("Client=OWA;Action=ViaProxy"), "Outlook on the web");
        assert_eq!(words("Client=MSExchangeRPC"), "Outlook on Windows");
        assert_eq!(words(""), "a client that is not known");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.1620.50";
        assert_eq!(words(edge), "Edge 120 on Windows");
        assert!(words(&"x".repeat(500)).chars().count() <= 61);
    }

    #[test]
    fn applications_go_by_name_where_one_is_known() {
        assert_eq!(app_words("4765445b-32c6-49b0-83e6-1d93765276ca", ""), "OfficeHome");
        assert_eq!(app_words("11111111-2222-3333-4444-555555555555", "Contoso CRM"), "Contoso CRM");
        assert_eq!(app_words("11111111-2222-3333-4444-555555555555", ""), "11111111-2222-3333-4444-555555555555");
        assert_eq!(abused_app_words("", "PERFECTDATA SOFTWARE").as_deref(), Some("seen in compromises: exports mailboxes"));
    }

    #[test]
    fn places_say_what_is_known_and_doubt_what_means_nothing() {
        let facts = |class, asn, org: Option<&str>| AddressFacts {
            class,
            place: Place { asn, org: org.map(Into::into), ..Place::default() },
            ..AddressFacts::default()
        };
        let mobile = facts(NetworkClass::Mobile, Some(29465), Some("MTN"));
        assert_eq!(place_words(Some(*b"NG"), &mobile), "Nigeria, AS29465 MTN (mobile)");
        let vpn = facts(NetworkClass::Vpn, Some(9009), Some("M247"));
        assert_eq!(place_words(Some(*b"CZ"), &vpn), "AS9009 M247 (VPN service, Czechia by registry only)");
        let elsewhere = AddressFacts { place: Place { country: Some(*b"KP"), ..Place::default() }, ..AddressFacts::default() };
        assert_eq!(place_words(Some(*b"IL"), &elsewhere), "Israel as the log says (North Korea by registry)");
        assert_eq!(place_words(Some(*b"KP"), &elsewhere), "North Korea");
        assert_eq!(place_words(None, &facts(NetworkClass::Private, None, None)), "private address");
        assert_eq!(place_words(None, &AddressFacts::default()), "a place that is not known");
    }
}
