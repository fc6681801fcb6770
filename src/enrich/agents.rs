//! User agents and Exchange client strings: what kind of program, on which system.

use super::agent_tables::{
    ATTACK_TOOLS, BACKGROUND, BROWSERS, CLIENT_APPS, EXCHANGE_CLIENTS, KITS, LEGACY, PROGRAMS, RECORDED_BROWSERS, SCRIPTS, SYSTEMS,
};
use crate::events::{Store, Str, named};
use rustc_hash::FxHashMap;

named! {
    /// Kind of program, as coarse as people's habits are.
    #[derive(Default)]
    AgentFamily {
        /// Not known.
        #[default]
        Unknown = "unknown",
        /// Google Chrome and what calls itself so.
        Chrome = "chrome",
        /// Microsoft Edge.
        Edge = "edge",
        /// Mozilla Firefox.
        Firefox = "firefox",
        /// Safari, and pages shown inside iOS programs.
        Safari = "safari",
        /// Opera.
        Opera = "opera",
        /// Internet Explorer, and windows inside older Windows programs.
        InternetExplorer = "internet-explorer",
        /// Outlook for Windows or Mac.
        OutlookDesktop = "outlook-desktop",
        /// Outlook for iOS or Android.
        OutlookMobile = "outlook-mobile",
        /// Outlook on the web, where its browser is not recorded.
        Owa = "owa",
        /// Microsoft Teams.
        Teams = "teams",
        /// The OneDrive synchroniser.
        OneDrive = "onedrive",
        /// Word, Excel and the other Office programs.
        Office = "office",
        /// A program that is no browser, by Entra's word ("Rich Client").
        RichClient = "rich-client",
        /// The mail program of a phone, over `ActiveSync`.
        ActiveSync = "activesync",
        /// A program that uses Exchange Web Services.
        WebServices = "web-services",
        /// A program that uses the mail interfaces of Graph.
        Rest = "rest",
        /// Legacy mail: IMAP, POP, SMTP, or any client with user name and password in the request.
        LegacyMail = "legacy-mail",
        /// Apple Mail, Thunderbird and other mail programs.
        MailClient = "mail-client",
        /// eM Client.
        EmClient = "em-client",
        /// A library of a programming language.
        Script = "script",
        /// PowerShell.
        PowerShell = "powershell",
        /// Command line tools of administrators.
        AdminTool = "admin-tool",
        /// The sign-in broker of the operating system.
        Broker = "broker",
        /// `Mozilla/5.0` and nothing else.
        BareMozilla = "bare-mozilla",
        /// A kit for phishing or taking over sign-ins.
        Kit = "kit",
        /// A tool of attackers and testers.
        AttackTool = "attack-tool",
        /// A service of Microsoft's in the background.
        Service = "service",
    }
}

named! {
    /// Operating system.
    #[derive(Default)]
    Os {
        /// Not known.
        #[default]
        Unknown = "unknown",
        /// Windows.
        Windows = "windows",
        /// macOS.
        Mac = "macos",
        /// iOS and iPadOS.
        Ios = "ios",
        /// Android.
        Android = "android",
        /// Linux.
        Linux = "linux",
        /// `ChromeOS`.
        ChromeOs = "chromeos",
    }
}

/// A classified client.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Agent {
    /// Kind of program.
    pub family: AgentFamily,
    /// Operating system.
    pub os: Os,
    /// Major version of the program, 0 where not known.
    pub major: u16,
    /// User name and password in the request: no second factor can be asked for.
    pub legacy: bool,
    /// A library, kit or tool rather than a program for people. PowerShell and administrators' tools
    /// are not among them.
    pub scripted: bool,
    /// Known as a tool of attackers.
    pub attack_tool: bool,
}

impl Agent {
    fn of_family(family: AgentFamily) -> Agent {
        let attack_tool = matches!(family, AgentFamily::AttackTool | AgentFamily::Kit);
        Agent {
            family,
            legacy: family == AgentFamily::LegacyMail,
            scripted: attack_tool || family == AgentFamily::Script,
            attack_tool,
            ..Agent::default()
        }
    }

    /// True if it is a browser.
    pub fn is_browser(&self) -> bool {
        matches!(
            self.family,
            AgentFamily::Chrome
                | AgentFamily::Edge
                | AgentFamily::Firefox
                | AgentFamily::Safari
                | AgentFamily::Opera
                | AgentFamily::InternetExplorer
        )
    }

    /// Classifies a user agent or an Exchange `ClientInfoString`, whichever it is.
    pub fn classify(text: &str) -> Agent {
        // JSON inside CSV is sometimes unescaped only once: "Mozilla\/5.0".
        let folded = text.trim().to_ascii_lowercase().replace("\\/", "/");
        match folded.strip_prefix("client=") {
            Some(rest) => exchange(rest),
            None => user_agent(&folded),
        }
    }

    /// Classifies a sign-in by its user agent, and by what Entra made of it where the agent says less:
    /// operating system, browser, `clientAppUsed`, all as recorded.
    pub fn of_sign_in(agent: &str, os: &str, browser: &str, client: &str) -> Agent {
        let mut found = Agent::classify(agent);
        if found.family == AgentFamily::Unknown {
            let recorded = browser_recorded(browser);
            let by_client = app_used(client).map(Agent::of_family);
            found = Agent { os: found.os, ..by_client.or(recorded).unwrap_or(found) };
        }
        if app_used(client) == Some(AgentFamily::LegacyMail) {
            found.legacy = true;
        }
        if found.os == Os::Unknown {
            found.os = system_recorded(&os.trim().to_ascii_lowercase());
        }
        found
    }
}

fn starting<T: Copy>(text: &str, table: &[(&'static str, T)]) -> Option<(&'static str, T)> {
    table.iter().find(|(start, _)| text.starts_with(start)).map(|(start, value)| (*start, *value))
}

fn within<T: Copy>(text: &str, table: &[(&'static str, T)]) -> Option<(&'static str, T)> {
    table.iter().find(|(part, _)| text.contains(part)).map(|(part, value)| (*part, *value))
}

/// The number that follows a mark, as "120" in "chrome/120.0".
fn major_after(text: &str, mark: &str) -> u16 {
    let digits = text.split_once(mark).map_or("", |(_, rest)| rest.trim_start_matches(['/', ' ']));
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn system(folded: &str) -> Os {
    within(folded, SYSTEMS).map_or(Os::Unknown, |(_, os)| os)
}

/// Entra's field for the operating system: "Windows10", "Ios 16", "`MacOs`". "ios" is looked for only here,
/// because "axios" has it too.
fn system_recorded(folded: &str) -> Os {
    if folded.starts_with("ios") || folded.starts_with("ipados") { Os::Ios } else { system(folded) }
}

/// `folded` is in lower case.
fn user_agent(folded: &str) -> Agent {
    if folded.is_empty() {
        return Agent::default();
    }
    let os = system(folded);
    let of = |family, mark: &str| Agent { os, major: major_after(folded, mark), ..Agent::of_family(family) };
    if ATTACK_TOOLS.iter().any(|mark| folded.contains(mark)) {
        return of(AgentFamily::AttackTool, "/");
    }
    if KITS.iter().any(|marks| marks.iter().all(|mark| folded.contains(mark))) {
        return of(AgentFamily::Kit, "/");
    }
    if LEGACY.iter().any(|mark| folded.contains(mark)) {
        return of(AgentFamily::LegacyMail, "/");
    }
    if folded == "mozilla/5.0" {
        return of(AgentFamily::BareMozilla, "/");
    }
    if folded == "node" || folded == "undici" {
        return Agent::of_family(AgentFamily::Script);
    }
    if let Some(mark) = SCRIPTS.iter().find(|mark| folded.contains(*mark)) {
        return of(AgentFamily::Script, mark);
    }
    if BACKGROUND.iter().any(|start| folded.starts_with(start)) {
        return Agent::of_family(AgentFamily::Service);
    }
    if let Some((mark, family)) = within(folded, PROGRAMS).or_else(|| within(folded, BROWSERS)) {
        return of(family, mark);
    }
    // A page inside an iOS program has no "Safari" in its name.
    if os == Os::Ios && folded.contains("applewebkit/") {
        return Agent { os, ..Agent::of_family(AgentFamily::Safari) };
    }
    Agent { os, ..Agent::default() }
}

/// The part of a `ClientInfoString` after `Client=`, in lower case. Forms: `OWA;Mozilla/5.0 ...;`,
/// `OWA;Action=ViaProxy`, `REST;Client=RESTSystem;;`, `MSExchangeRPC`, `POP3/IMAP4;Protocol=IMAP4`,
/// `ActiveSync;UserAgent=Apple-iPhone13C3/2002.33; Action=...`, `OutlookService;Outlook-iOS/2.0;`.
fn exchange(rest: &str) -> Agent {
    let (kind, details) = rest.split_once(';').unwrap_or((rest, ""));
    if details.contains("client=restsystem") {
        return Agent::of_family(AgentFamily::Service);
    }
    let details = details.trim().trim_end_matches(';');
    let agent = details.strip_prefix("useragent=").unwrap_or(details);
    let named = if agent.starts_with("action=") || agent.starts_with("protocol=") { Agent::default() } else { user_agent(agent) };
    let by_kind = starting(kind.trim(), EXCHANGE_CLIENTS).map(|(_, family)| family);
    match by_kind {
        Some(family @ (AgentFamily::LegacyMail | AgentFamily::Service)) => Agent { os: named.os, ..Agent::of_family(family) },
        // Only Outlook for Windows speaks MAPI.
        Some(AgentFamily::OutlookDesktop) => Agent { os: Os::Windows, ..Agent::of_family(AgentFamily::OutlookDesktop) },
        _ if named.family != AgentFamily::Unknown => named,
        Some(family) => Agent { os: named.os, ..Agent::of_family(family) },
        None => named,
    }
}

/// Entra's own reading of the browser: "Edge 120.0.1620", "Mobile Safari 16.3", "Rich Client 4.54.0.0".
fn browser_recorded(browser: &str) -> Option<Agent> {
    let folded = browser.trim().to_ascii_lowercase();
    let (mark, family) = starting(&folded, RECORDED_BROWSERS)?;
    Some(Agent { major: major_after(&folded, mark), ..Agent::of_family(family) })
}

/// The kind of program that `clientAppUsed` names; `None` for browsers and modern clients in general.
fn app_used(client: &str) -> Option<AgentFamily> {
    let client = client.trim();
    CLIENT_APPS.iter().find(|(name, _)| client.eq_ignore_ascii_case(name)).map(|(_, family)| *family)
}

/// Every client of a store, each classified once.
#[derive(Default)]
pub struct AgentBook {
    agents: FxHashMap<Str, Agent>,
    sign_ins: FxHashMap<[Str; 4], Agent>,
}

impl AgentBook {
    /// Classifies all clients of the store's events.
    pub fn build(store: &Store) -> AgentBook {
        let mut book = AgentBook::default();
        for event in store.events() {
            if event.agent.is_some() {
                book.agents.entry(event.agent).or_insert_with(|| Agent::classify(store.text(event.agent)));
            }
            if let Some(facts) = store.sign_in(event) {
                let [agent, os, browser, client] = [event.agent, facts.os, facts.browser, facts.client];
                book.sign_ins
                    .entry([agent, os, browser, client])
                    .or_insert_with(|| Agent::of_sign_in(store.text(agent), store.text(os), store.text(browser), store.text(client)));
            }
        }
        book
    }

    /// The client of an act, by its user agent or client string.
    pub fn of(&self, agent: Str) -> Agent {
        self.agents.get(&agent).copied().unwrap_or_default()
    }

    /// The client of a sign-in (see [`Agent::of_sign_in`]).
    pub fn of_sign_in(&self, agent: Str, os: Str, browser: Str, client: Str) -> Agent {
        self.sign_ins.get(&[agent, os, browser, client]).copied().unwrap_or_else(|| self.of(agent))
    }
}

#[cfg(test)]
#[path = "agents_tests.rs"]
mod tests;
