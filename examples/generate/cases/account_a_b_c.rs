//! February 2022: three accounts, one after the other. Times and acts as published; people, company,
//! addresses and texts invented (the published account names no address).

use super::{SCHEDULING, day, days, somewhere};
use crate::simulation::acts::Draft;
use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after_ms, at};
use crate::simulation::directory::ThirdParty;
use crate::simulation::export::{Exported, audit, mail, sign_in, state};
use crate::simulation::life::{Extra, Life};
use crate::simulation::tenant::{App, Client, Country, Place, Plan, Pool, Role, Tenant, staff};
use crate::simulation::words::{PARTNERS, WINTER_2022};
use crate::simulation::world::{Attempt, Delivery, Factor, Rule, Session, World};

const SEED: u64 = 20_220_209;
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;

const PEOPLE: &[(&str, Role)] = &[
    ("Alice Archer", Role::Staff),
    ("Ben Bell", Role::Staff),
    ("Clara Carver", Role::Staff),
    ("Tom Whitlock", Role::Admin),
    ("Priya Nair", Role::Traveller),
    ("Gareth Pugh", Role::Newsletter),
    ("Hannah Stokes", Role::ImapPhone),
    ("Olu Adeyemi", Role::Staff),
    ("Megan Frost", Role::Staff),
    ("Daniel Quill", Role::Staff),
    ("Ruth Lindqvist", Role::Staff),
    ("Sam Okafor", Role::Staff),
    ("Jo Tremaine", Role::Staff),
    ("Ewan Baird", Role::Staff),
    ("Copier", Role::Scanner),
];

/// A mail client that is honest in most places (source: huntresslabs/rogueapps and others, docs/formats.md).
const SPIKE: ThirdParty = ThirdParty {
    app: App { id: "946c777c-bc85-489e-b034-392389ae23d6", name: "Spike" },
    address: "https://spikenow.example/oauth/office365",
    scopes: "Mail.ReadWrite Mail.Send Contacts.Read offline_access openid profile User.Read EWS.AccessAsUser.All",
};

const PHISH: &str = "Harbourlight Surveyors shared \"Fee Proposal 0209\" with you";

fn tenant() -> Tenant {
    let office =
        Place { ip: "81.136.200.14".to_owned(), asn: 2856, city: "Bristol", state: "Bristol", country: "GB", coordinates: (5145, -259) };
    Tenant::new(Plan {
        seed: SEED,
        company: "Harbourlight Surveyors",
        domain: "harbourlight.example",
        prefix: "harbourlight",
        people: staff(PEOPLE),
        mfa_percent: 60,
        without_mfa: &[A, B, C],
        country: Country {
            utc_offset: 0,
            office,
            home: vec![Pool { prefix: "86.140.", asn: 2856 }, Pool { prefix: "90.200.", asn: 5607 }, Pool { prefix: "82.10.", asn: 5089 }],
            mobile: vec![Pool { prefix: "82.132.230.", asn: 35228 }, Pool { prefix: "92.40.170.", asn: 206_067 }],
            abroad: somewhere("88.10.44.161", 3352, "Madrid", "ES", (4042, -370)),
            region: "GBRP265",
        },
        agents: WINTER_2022,
    })
}

/// The files of the folder.
pub fn files() -> Vec<Exported> {
    let world = world();
    vec![
        Exported::new("audit/AuditRecords.csv.gz", audit::search_csv(&audit::newest_first(&world.audit))),
        Exported::new("entra/signIns_interactive.json", sign_in::graph(&world, &sign_in::newest_first(&world.sign_ins, true))),
        Exported::new("entra/signIns_noninteractive.json.gz", sign_in::graph(&world, &sign_in::newest_first(&world.sign_ins, false))),
        Exported::new("mail/MessageTraceV2.csv.gz", mail::trace_csv(&world, &mail::newest_first(&world.mail))),
        Exported::new("state/InboxRules.csv", state::rules_csv(&world)),
        Exported::new("state/oauth2PermissionGrants.json", state::grants_json(&world)),
    ]
}

fn world() -> World {
    let mut world = World::new(tenant(), SEED);
    let extras = vec![
        (
            day(2022, 1, 26),
            8,
            Extra::Rule(Rule { name: "Trade press", words: &["newsletter", "digest"], folder: "Reading", ..Rule::default() }),
        ),
        (day(2022, 1, 27), 9, Extra::Consent(SCHEDULING)),
        (day(2022, 1, 31), 11, Extra::AwayUntil(day(2022, 2, 7))),
        (day(2022, 2, 3), 12, Extra::Mistakes(6)),
        (day(2022, 2, 8), 10, Extra::NewPhone),
    ];
    let mut life = Life::new(&world, SEED, (day(2022, 2, 1), day(2022, 2, 3)), extras);
    for date in days(day(2022, 1, 24), day(2022, 2, 11)) {
        life.day(&mut world, date);
        if date == day(2022, 2, 9) {
            ninth(&mut world, &life);
        }
        if date == day(2022, 2, 10) {
            tenth(&mut world);
        }
    }
    // The exports were taken on the 11th at noon.
    let taken = at((2022, 2, 11), (12, 0, 0));
    world.audit.retain(|record| record.time < taken);
    world.sign_ins.retain(|entry| entry.time < taken);
    world.mail.retain(|mail| mail.time < taken);
    world
}

fn address() -> Place {
    somewhere("197.210.84.37", 29465, "Lagos", "NG", (645, 339))
}

fn browser() -> Client {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.110 Safari/537.36";
    Client::browser(agent, "Windows 10", "Chrome 96.0.4664")
}

fn enter(world: &mut World, time: Moment, who: usize, client: &Client, code: u32) -> Session {
    let session = if client.protocol == "ropc" { None } else { Some(world.chance.guid()) };
    let place = address();
    world.sign_in(&Attempt { time, who, place: &place, client, session, code, interactive: true, factor: Factor::NotAsked })
}

fn on(hour: u32, minute: u32, second: u32) -> Moment {
    at((2022, 2, 9), (hour, minute, second))
}

/// 9 February: account A from the first sign-in to the mass mail, then account B.
fn ninth(world: &mut World, life: &Life) {
    let imap = enter(world, on(4, 55, 51), A, &Client::legacy("IMAP4"), 0);
    let read = world.newest(A, on(4, 56, 0), 5);
    world.read_mail(&imap, on(4, 56, 14), &read);
    let web = enter(world, on(14, 11, 37), A, &browser(), 0);
    let read = world.newest(A, on(14, 12, 0), 12);
    world.read_mail(&web, on(14, 13, 5), &read);
    let hide = Rule {
        name: ".",
        words: &["phish", "hack", "scam", "spam", "virus", "link", "password"],
        folder: "RSS Feeds",
        stop: true,
        silent: true,
        ..Rule::default()
    };
    world.make_rule(&web, on(14, 16, 48), hide.clone());
    world.connect(&web, on(14, 45, 6), &SPIKE);
    burst(world, &web);
    let letters: Vec<_> = world.newest(B, on(14, 55, 0), 3);
    if let Some(own) = life.laptop(B) {
        world.read_mail(own, on(14, 58, 22), &letters);
    }
    for time in [on(15, 12, 40), on(15, 13, 21), on(15, 14, 55)] {
        enter(world, time, B, &browser(), 50126);
    }
    let web = enter(world, on(15, 16, 12), B, &browser(), 0);
    let from = vec![world.person(A).upn.clone()];
    world.make_rule(&web, on(15, 18, 21), Rule { from, mark_read: true, ..hide });
}

/// 10 February: account C.
fn tenth(world: &mut World) {
    let moment = |hour, minute, second| at((2022, 2, 10), (hour, minute, second));
    let imap = enter(world, moment(13, 8, 14), C, &Client::legacy("IMAP4"), 0);
    let read = world.newest(C, moment(13, 8, 20), 4);
    world.read_mail(&imap, moment(13, 8, 41), &read);
    let bare = Client::browser("Mozilla/5.0", "", "");
    let web = enter(world, moment(13, 8, 57), C, &bare, 0);
    world.connect(&web, moment(14, 25, 19), &SPIKE);
    let rule = Rule {
        name: ".",
        words: &["phish", "hack", "scam", "spam", "virus", "link", "password"],
        folder: "RSS Feeds",
        stop: true,
        silent: true,
        ..Rule::default()
    };
    world.make_rule(&web, moment(14, 38, 9), rule);
}

/// 794 mails with one subject in 15 minutes and 15 seconds, to colleagues and outsiders.
fn burst(world: &mut World, session: &Session) {
    const COUNT: i64 = 794;
    let mut chance = Chance::new(SEED, "burst");
    let colleagues: Vec<String> = world.tenant.people.iter().skip(1).map(|person| person.upn.clone()).collect();
    let (start, length) = (on(14, 48, 10), 915_000);
    let sender = Session { client: session.client.clone(), ..session.clone() };
    let mut waiting = colleagues.into_iter();
    for number in 0..COUNT {
        let time = after_ms(start, length * number / (COUNT - 1));
        // B's copy goes out at 14:49 and C's at 14:52, the other colleagues' in between and after.
        let colleague = matches!(number, 60 | 220) || (number > 220 && number % 40 == 0);
        let to = match (colleague, waiting.as_slice().is_empty()) {
            (true, false) => waiting.next().unwrap_or_default(),
            _ => stranger(&mut chance, number),
        };
        let bounced = !to.ends_with(world.tenant.domain) && chance.percent(4);
        let draft = Draft {
            to: vec![Delivery { address: to, status: if bounced { "Failed" } else { "Delivered" } }],
            subject: PHISH.to_owned(),
            size: 18_402,
            attachment: "",
        };
        world.send(&sender, time, draft);
    }
}

/// Somebody of the address book.
fn stranger(chance: &mut Chance, number: i64) -> String {
    let (domain, people) = chance.pick(PARTNERS);
    format!("{}{number}@{domain}", chance.pick(people))
}
