//! A tenant: its people, their devices and the places they work from.

use chrono::NaiveDate;

use crate::simulation::chance::{Chance, Guid};
use crate::simulation::words::Agents;

/// A network access point: an address and where Entra places it.
#[derive(Clone, Default)]
pub struct Place {
    /// The address.
    pub ip: String,
    /// Autonomous system.
    pub asn: u32,
    /// City.
    pub city: &'static str,
    /// State or region.
    pub state: &'static str,
    /// Two-letter country.
    pub country: &'static str,
    /// Latitude and longitude in hundredths of a degree.
    pub coordinates: (i32, i32),
}

impl Place {
    /// The same spot with another address.
    pub fn with_ip(&self, ip: &str, asn: u32) -> Place {
        Place { ip: ip.to_owned(), asn, ..self.clone() }
    }
}

/// A pool of addresses of one carrier: the first two or three groups of them.
#[derive(Clone, Copy, Default)]
pub struct Pool {
    /// First groups, with the dot at the end: `86.140.`.
    pub prefix: &'static str,
    /// Autonomous system.
    pub asn: u32,
}

impl Pool {
    /// An address of the pool.
    pub fn address(&self, chance: &mut Chance) -> String {
        let groups = self.prefix.matches('.').count();
        let mut ip = self.prefix.to_owned();
        for group in groups..4 {
            ip.push_str(&chance.between(2, 250).to_string());
            if group < 3 {
                ip.push('.');
            }
        }
        ip
    }
}

/// Where a tenant lives.
pub struct Country {
    /// Hours that its clock is ahead of UTC in the time of the case.
    pub utc_offset: i64,
    /// The office line.
    pub office: Place,
    /// Lines at home.
    pub home: Vec<Pool>,
    /// Mobile networks.
    pub mobile: Vec<Pool>,
    /// Where the traveller goes.
    pub abroad: Place,
    /// Exchange Online region, as in server names.
    pub region: &'static str,
}

/// A client application.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// First-party applications (source: merill/microsoft-info `_info/MicrosoftApps.csv`).
pub mod apps {
    use super::App;

    /// Desktop Outlook and Office.
    pub const OFFICE: App = App { id: "d3590ed6-52b3-4102-aeff-aad2292ab01c", name: "Microsoft Office" };
    /// Outlook on the web.
    pub const OWA: App = App { id: "9199bf20-a13f-4107-85dc-02114787ef48", name: "One Outlook Web" };
    /// Outlook on phones.
    pub const OUTLOOK_MOBILE: App = App { id: "27922004-5251-4030-b22d-91ecd9a37ea4", name: "Outlook Mobile" };
    /// Teams.
    pub const TEAMS: App = App { id: "1fec8e78-bce4-4aaf-ab1b-5451cc387264", name: "Microsoft Teams" };
    /// Files on the web.
    pub const SHAREPOINT: App = App { id: "00000003-0000-0ff1-ce00-000000000000", name: "Office 365 SharePoint Online" };
    /// The start page.
    pub const OFFICE_HOME: App = App { id: "4765445b-32c6-49b0-83e6-1d93765276ca", name: "OfficeHome" };
    /// The portal of administrators.
    pub const AZURE_PORTAL: App = App { id: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", name: "Azure Portal" };
    /// Exchange Online: client of legacy protocols, resource of all mail.
    pub const EXCHANGE: App = App { id: "00000002-0000-0ff1-ce00-000000000000", name: "Office 365 Exchange Online" };
    /// Microsoft Graph.
    pub const GRAPH: App = App { id: "00000003-0000-0000-c000-000000000000", name: "Microsoft Graph" };
}

/// What a sign-in or act is done with.
#[derive(Clone, Default)]
pub struct Client {
    /// The application.
    pub app: App,
    /// User agent.
    pub agent: String,
    /// Operating system as Entra names it.
    pub os: &'static str,
    /// Browser as Entra names it.
    pub browser: String,
    /// `clientAppUsed`.
    pub kind: &'static str,
    /// `authenticationProtocol`.
    pub protocol: &'static str,
    /// Registered device: id and name.
    pub device: Option<(Guid, String)>,
    /// `ClientInfoString` of mailbox acts.
    pub mailbox_agent: String,
}

impl Client {
    /// The same device with another application.
    pub fn using(&self, app: App) -> Client {
        Client { app, ..self.clone() }
    }

    /// A password sign-in by a legacy mail protocol, which Entra turns into a password grant.
    pub fn legacy(kind: &'static str) -> Client {
        Client {
            app: apps::EXCHANGE,
            agent: "BAV2ROPC".to_owned(),
            kind,
            protocol: "ropc",
            mailbox_agent: format!("Client=POP3/IMAP4;Protocol={kind}"),
            ..Client::default()
        }
    }

    /// A browser that is no registered device.
    pub fn browser(agent: &str, os: &'static str, name: &str) -> Client {
        Client {
            app: apps::OWA,
            agent: agent.to_owned(),
            os,
            browser: name.to_owned(),
            kind: "Browser",
            protocol: "none",
            device: None,
            mailbox_agent: "Client=OWA;Action=ViaProxy".to_owned(),
        }
    }
}

/// What sets a person apart.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Nothing.
    #[default]
    Staff,
    /// Travels abroad for three days with the own laptop.
    Traveller,
    /// Sends the company's newsletter each week.
    Newsletter,
    /// Administers the tenant.
    Admin,
    /// Reads mail with the phone's own mail program over IMAP.
    ImapPhone,
    /// A scanner that mails its scans: no person.
    Scanner,
    /// Sends a mail with an attachment to everybody now and then.
    AllStaff,
    /// Opens the mailbox of the person before in the list, by rights on it.
    Assistant,
    /// A script that reads a mailbox all day: no person.
    Service,
    /// Nobody uses it.
    Unused,
}

/// How a person's work differs from a working day at one's desk.
#[derive(Clone)]
pub struct Ways {
    /// Hour at which the working day begins.
    pub start_hour: i64,
    /// Pools of a line at home that has another address every day; empty for a fixed one.
    pub home_changes: Vec<Pool>,
    /// Exits of a VPN that the laptop goes through on some days, and on how many of a hundred.
    pub tunnel: (Vec<Place>, u64),
    /// First and last day of a trip, and the places to be at on it.
    pub trip: Option<(NaiveDate, NaiveDate, Vec<Place>)>,
    /// Another office than the company's first.
    pub office: Option<Place>,
    /// First and last day on which the account is used.
    pub employed: (Option<NaiveDate>, Option<NaiveDate>),
    /// Working days in a hundred.
    pub busy_percent: u64,
    /// Has a phone with mail on it.
    pub has_phone: bool,
}

impl Default for Ways {
    fn default() -> Ways {
        Ways {
            start_hour: 8,
            home_changes: Vec::new(),
            tunnel: (Vec::new(), 0),
            trip: None,
            office: None,
            employed: (None, None),
            busy_percent: 95,
            has_phone: true,
        }
    }
}

impl Ways {
    /// True on days on which the account is in use.
    pub fn employed_on(&self, date: NaiveDate) -> bool {
        self.employed.0.is_none_or(|first| date >= first) && self.employed.1.is_none_or(|last| date <= last)
    }
}

/// One account.
pub struct Person {
    /// First and last name.
    pub name: String,
    /// User principal name.
    pub upn: String,
    /// Object id.
    pub object_id: Guid,
    /// Passport id.
    pub puid: String,
    /// Mailbox.
    pub mailbox: Guid,
    /// Security identifier.
    pub sid: String,
    /// The line at home.
    pub home: Place,
    /// Mobile network: pools of one carrier.
    pub mobile: Vec<Pool>,
    /// The company laptop.
    pub laptop: Client,
    /// The phone.
    pub phone: Client,
    /// Reads mail on the web rather than in desktop Outlook.
    pub web_mail: bool,
    /// A second factor is asked for.
    pub mfa: bool,
    /// Days of the week at home: bit 0 for Monday.
    pub home_days: u8,
    /// What sets the person apart.
    pub role: Role,
    /// Where and when the person works, where it is not as usual.
    pub ways: Ways,
}

/// A company in Microsoft 365.
pub struct Tenant {
    /// Company name.
    pub company: &'static str,
    /// Mail domain.
    pub domain: &'static str,
    /// First label of the onmicrosoft.com domain.
    pub prefix: &'static str,
    /// Directory id.
    pub id: Guid,
    /// Where it lives.
    pub country: Country,
    /// Versions of the season.
    pub agents: Agents,
    /// Everybody.
    pub people: Vec<Person>,
}

/// Names and roles as a plan wants them.
pub fn staff(people: &[(&str, Role)]) -> Vec<(String, Role)> {
    people.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect()
}

/// How a tenant is asked for: names are `First Last`, roles and factors by position.
pub struct Plan {
    /// Seed of everything.
    pub seed: u64,
    /// Company name.
    pub company: &'static str,
    /// Mail domain.
    pub domain: &'static str,
    /// First label of the onmicrosoft.com domain.
    pub prefix: &'static str,
    /// Names and roles.
    pub people: Vec<(String, Role)>,
    /// Percentage of people of whom a second factor is asked, and those of whom it never is.
    pub mfa_percent: u64,
    /// People (positions) of whom it is never asked.
    pub without_mfa: &'static [usize],
    /// Where it lives.
    pub country: Country,
    /// Versions of the season.
    pub agents: Agents,
}

impl Tenant {
    /// Makes the tenant of a plan.
    pub fn new(plan: Plan) -> Tenant {
        let mut chance = Chance::new(plan.seed, "tenant");
        let id = chance.guid();
        let sid = format!("S-1-5-21-{}-{}-{}", chance.below(1 << 31), chance.below(1 << 31), chance.below(1 << 31));
        let mut people = Vec::new();
        for (index, (name, role)) in plan.people.iter().enumerate() {
            let mut own = Chance::new(plan.seed, name);
            let mfa = !plan.without_mfa.contains(&index) && *role != Role::Scanner && own.percent(plan.mfa_percent);
            people.push(person(&plan, name, *role, mfa, &sid, &mut own));
        }
        Tenant { company: plan.company, domain: plan.domain, prefix: plan.prefix, id, country: plan.country, agents: plan.agents, people }
    }
}

fn person(plan: &Plan, name: &str, role: Role, mfa: bool, sid: &str, chance: &mut Chance) -> Person {
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let local = match first.chars().next() {
        Some(initial) if !last.is_empty() => format!("{initial}.{last}").to_lowercase(),
        _ => name.to_lowercase(),
    };
    let line = chance.pick(&plan.country.home);
    let home_ip = line.address(chance);
    Person {
        name: name.to_owned(),
        upn: format!("{local}@{}", plan.domain),
        object_id: chance.guid(),
        puid: format!("10032{}", chance.hex(11)),
        mailbox: chance.guid(),
        sid: format!("{sid}-{}", chance.between(1_000_000, 29_999_999)),
        home: plan.country.office.with_ip(&home_ip, line.asn),
        mobile: vec![chance.pick(&plan.country.mobile)],
        laptop: laptop(plan.agents, chance),
        phone: phone(plan.agents, chance),
        web_mail: chance.percent(40),
        mfa,
        home_days: u8::try_from(chance.below(32) & chance.below(32)).unwrap_or(0),
        role,
        ways: Ways::default(),
    }
}

fn laptop(agents: Agents, chance: &mut Chance) -> Client {
    let version = agents.browser;
    let mut agent =
        format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36");
    let mut browser = format!("Chrome {version}.0.0");
    if chance.percent(60) {
        let build = format!("{version}.0.{}", 1054 + 12 * (version - 97));
        agent = format!("{agent} Edg/{build}.{}", chance.between(26, 60));
        browser = format!("Edge {build}");
    }
    Client {
        app: apps::OFFICE_HOME,
        agent,
        os: "Windows 10",
        browser,
        kind: "Browser",
        protocol: "none",
        device: Some((chance.guid(), format!("LAP-{}", chance.hex(5)))),
        mailbox_agent: "Client=OWA;Action=ViaProxy".to_owned(),
    }
}

fn phone(agents: Agents, chance: &mut Chance) -> Client {
    let ios = chance.percent(55);
    let agent = if ios {
        format!("Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", agents.ios)
    } else {
        let model = chance.pick(&["Pixel 6", "SM-G991B", "SM-A525F"]);
        format!(
            "Mozilla/5.0 (Linux; Android 12; {model}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36",
            agents.browser
        )
    };
    Client {
        app: apps::OUTLOOK_MOBILE,
        agent,
        os: if ios { "Ios" } else { "Android" },
        browser: "Rich Client 4.46.0.0".to_owned(),
        kind: "Mobile Apps and Desktop clients",
        protocol: "oAuth2",
        device: None,
        mailbox_agent: format!("Client=OutlookService;Outlook-{}/2.0;", if ios { "iOS" } else { "Android" }),
    }
}
