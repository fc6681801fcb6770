//! March 2023: two companies whose intruders use the application `PerfectData Software`. Addresses and
//! acts as published; people, companies, hours and texts invented.

use std::net::Ipv4Addr;

use super::{SCHEDULING, day, days, somewhere};
use crate::mmdb::{Network, database};
use crate::simulation::acts::Draft;
use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after, after_ms, at};
use crate::simulation::directory::ThirdParty;
use crate::simulation::export::{Exported, audit, mail, sign_in, state};
use crate::simulation::life::{Extra, Life};
use crate::simulation::tenant::{App, Client, Country, Place, Plan, Pool, Role, Tenant, apps, staff};
use crate::simulation::words::{PARTNERS, RELAYS, SPRING_2023};
use crate::simulation::world::{Attempt, Delivery, Factor, Rule, Session, World};

const MAILING: u64 = 20_230_314;
const CONSENT: u64 = 20_230_321;
const VICTIM: usize = 0;
const ADMIN: usize = 3;

/// Exports whole mailboxes (source: huntresslabs/rogueapps and others, docs/formats.md).
const PERFECT_DATA: ThirdParty = ThirdParty {
    app: App { id: "ff8d92dc-3d82-41d6-bcbd-b9174d163620", name: "PERFECTDATA SOFTWARE" },
    address: "https://perfectdata.example/oauth",
    scopes: "EWS.AccessAsUser.All offline_access openid profile User.Read email",
};

/// Mails in bulk (same sources).
const SUPERMAILER: ThirdParty = ThirdParty {
    app: App { id: "a245e8c0-b53c-4b67-9b45-751d1dff8e6b", name: "Newsletter Software Supermailer" },
    address: "https://supermailer.example/oauth",
    scopes: "SMTP.Send Mail.Send offline_access openid profile User.Read",
};

/// The networks as they were named in 2023: two of them have changed hands since.
pub fn networks() -> Vec<Exported> {
    let network =
        |address: [u8; 4], country, asn, organization| Network { address: Ipv4Addr::from(address), length: 24, country, asn, organization };
    let list = [
        network([5, 62, 60, 0], "KW", 198_605, "AVAST"),
        network([160, 152, 10, 0], "NG", 37_637, "Smile-Nigeria-AS"),
        network([197, 244, 250, 0], "TN", 37_705, "TOPNET"),
        network([169, 159, 92, 0], "NG", 37_122, "SMILE"),
        network([45, 62, 170, 0], "US", 396_073, "MAJESTIC-HOSTING-01"),
        network([92, 38, 180, 0], "TR", 202_422, "GHOST"),
        network([129, 56, 36, 0], "NG", 327_952, "AS-NATCOM"),
        network([107, 179, 20, 0], "US", 397_086, "LAYER-HOST-HOUSTON"),
    ];
    // 1 April 2023.
    vec![Exported::new("networks.mmdb", database(&list, 1_680_307_200))]
}

fn exports(world: &World) -> Vec<Exported> {
    vec![
        Exported::new("audit/PurviewAudit.csv.gz", audit::purview_csv(&audit::newest_first(&world.audit))),
        Exported::new("entra/InteractiveSignIns.csv", sign_in::portal_csv(world, &sign_in::newest_first(&world.sign_ins, true))),
        Exported::new("entra/NonInteractiveSignIns.csv.gz", sign_in::portal_csv(world, &sign_in::newest_first(&world.sign_ins, false))),
        Exported::new("mail/HistoricalSearch.csv.gz", mail::historical(world, &mail::newest_first(&world.mail))),
        Exported::new("state/InboxRules.json", state::rules_json(world)),
        Exported::new("state/oauth2PermissionGrants.json", state::grants_json(world)),
    ]
}

/// The first company: consent, then days later a mass mailing.
pub fn mass_mailing() -> Vec<Exported> {
    let mut world = World::new(olive_traders(), MAILING);
    let extras = vec![
        (day(2023, 3, 8), 6, Extra::Rule(Rule { name: "Boletines", words: &["newsletter"], folder: "Boletines", ..Rule::default() })),
        (day(2023, 3, 9), 7, Extra::Consent(SCHEDULING)),
        (day(2023, 3, 15), 8, Extra::Mistakes(5)),
        (day(2023, 3, 16), 9, Extra::NewPhone),
    ];
    let mut life = Life::new(&world, MAILING, (day(2023, 3, 13), day(2023, 3, 15)), extras);
    knocking(&mut world);
    for date in days(day(2023, 3, 6), day(2023, 3, 24)) {
        if date == day(2023, 3, 21) {
            clean_up(&mut world, &mut life);
        }
        life.day(&mut world, date);
        if date == day(2023, 3, 14) {
            first_visit(&mut world);
        }
        if date == day(2023, 3, 16) {
            let web = enter(&mut world, at((2023, 3, 16), (18, 5, 33)), &nigeria("160.152.10.215", 37_637), 0);
            let read = world.newest(VICTIM, web.issued, 15);
            world.read_mail(&web, at((2023, 3, 16), (18, 9, 2)), &read);
        }
        if date == day(2023, 3, 20) {
            mailing(&mut world);
        }
    }
    exports(&world)
}

/// The second company: failures, successes, consent, and no more.
pub fn consent_only() -> Vec<Exported> {
    let mut world = World::new(bay_hotels(), CONSENT);
    let extras = vec![
        (day(2023, 3, 13), 8, Extra::Rule(Rule { name: "Rota", words: &["rota"], folder: "Rota", ..Rule::default() })),
        (day(2023, 3, 14), 6, Extra::Consent(SCHEDULING)),
        (day(2023, 3, 16), 5, Extra::Mistakes(4)),
    ];
    let mut life = Life::new(&world, CONSENT, (day(2023, 3, 15), day(2023, 3, 16)), extras);
    for date in days(day(2023, 3, 8), day(2023, 3, 23)) {
        life.day(&mut world, date);
    }
    let houston = somewhere("107.179.20.214", 397_086, "Houston", "US", (2976, -9537));
    let moment = |hour, minute, second| at((2023, 3, 21), (hour, minute, second));
    for time in [moment(19, 2, 11), moment(19, 2, 48), moment(19, 3, 30), moment(19, 5, 4), moment(19, 6, 52)] {
        enter(&mut world, time, &houston, 50126);
    }
    let web = enter(&mut world, moment(19, 8, 37), &houston, 0);
    let read = world.newest(VICTIM, web.issued, 6);
    world.read_mail(&web, moment(19, 9, 30), &read);
    let hosting = hosting("45.62.170.31");
    enter(&mut world, moment(19, 40, 5), &hosting, 50126);
    let web = enter(&mut world, moment(19, 41, 18), &hosting, 0);
    world.connect(&web, moment(19, 46, 27), &PERFECT_DATA);
    exports(&world)
}

fn nigeria(ip: &str, asn: u32) -> Place {
    somewhere(ip, asn, "Lagos", "NG", (645, 339))
}

fn hosting(ip: &str) -> Place {
    somewhere(ip, 396_073, "Dallas", "US", (3278, -9680))
}

fn enter(world: &mut World, time: Moment, place: &Place, code: u32) -> Session {
    enter_as(world, time, VICTIM, place, code)
}

fn enter_as(world: &mut World, time: Moment, who: usize, place: &Place, code: u32) -> Session {
    let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101 Firefox/102.0";
    let client = Client::browser(agent, "Windows 10", "Firefox 102.0");
    let session = Some(world.chance.guid());
    world.sign_in(&Attempt { time, who, place, client: &client, session, code, interactive: true, factor: Factor::NotAsked })
}

/// The week before: fake invoices, and wrong passwords from several networks.
fn knocking(world: &mut World) {
    let date = |day, hour, minute| at((2023, 3, day), (hour, minute, 9));
    let relay = RELAYS.first().copied().unwrap_or_default();
    for (who, time) in [(0, date(7, 8, 14)), (2, date(7, 8, 15)), (0, date(9, 10, 40)), (5, date(9, 10, 41)), (0, date(13, 9, 3))] {
        let address = world.person(who).upn.clone();
        let subject = "Overdue invoice 20417, final reminder";
        world.receive(time, "accounts@tallow-lightning.example", relay, Delivery { address, status: "Delivered" }, subject);
    }
    let istanbul = |ip: &str| somewhere(ip, 202_422, "Istanbul", "TR", (4101, 2897));
    let tries = [
        (0, date(8, 3, 20), istanbul("92.38.180.49")),
        (0, date(8, 3, 22), istanbul("92.38.180.49")),
        (2, date(8, 3, 26), istanbul("92.38.180.49")),
        (0, date(9, 22, 51), istanbul("92.38.180.47")),
        (5, date(9, 22, 54), istanbul("92.38.180.47")),
        (0, date(10, 16, 7), nigeria("129.56.36.26", 327_952)),
        (0, date(10, 16, 8), nigeria("129.56.36.26", 327_952)),
        (0, date(12, 20, 30), somewhere("197.244.250.155", 37_705, "Tunis", "TN", (3681, 1017))),
    ];
    for (who, time, place) in tries {
        enter_as(world, time, who, &place, 50126);
    }
}

/// 14 March: through a consumer VPN that calls itself Kuwait; the application copies the mailbox.
fn first_visit(world: &mut World) {
    let moment = |hour, minute, second| at((2023, 3, 14), (hour, minute, second));
    let kuwait = somewhere("5.62.60.202", 198_605, "Kuwait City", "KW", (2938, 4799));
    let web = enter(world, moment(9, 22, 40), &kuwait, 0);
    let read = world.newest(VICTIM, web.issued, 9);
    world.read_mail(&web, moment(9, 25, 3), &read);
    world.connect(&web, moment(9, 31, 12), &PERFECT_DATA);
    let copier = app_session(world, &web, moment(9, 44, 50), PERFECT_DATA.app);
    for (minute, folder) in [(46, "Inbox"), (49, "Sent Items"), (51, "Archive"), (52, "Deleted Items")] {
        world.sync_folder(&copier, moment(9, minute, 17), folder);
    }
}

/// The application's own token, fetched without a person from the hosting network.
fn app_session(world: &mut World, session: &Session, time: Moment, app: App) -> Session {
    let client = Client {
        app,
        agent: String::new(),
        browser: String::new(),
        kind: "Mobile Apps and Desktop clients",
        protocol: "oAuth2",
        mailbox_agent: format!("Client=WebServices;ExchangeServicesClient/0.0.0.0[AppId={}];", app.id),
        ..Client::default()
    };
    let place = hosting("45.62.170.237");
    world.sign_in(&Attempt {
        time,
        who: session.who,
        place: &place,
        client: &client,
        session: session.id,
        code: 0,
        interactive: false,
        factor: Factor::NotAsked,
    })
}

/// 20 March: rule "s", the second application, and 300 mails to five recipients each.
fn mailing(world: &mut World) {
    let moment = |hour, minute, second| at((2023, 3, 20), (hour, minute, second));
    let web = enter(world, moment(10, 12, 26), &nigeria("169.159.92.36", 37_122), 0);
    let rule = Rule { name: "s", folder: "RSS Subscription", mark_read: true, stop: true, silent: true, ..Rule::default() };
    world.make_rule(&web, moment(10, 15, 30), rule);
    world.connect(&web, moment(10, 24, 2), &SUPERMAILER);
    let mailer = app_session(world, &web, moment(10, 38, 44), SUPERMAILER.app);
    let mut chance = Chance::new(MAILING, "mailing");
    let colleagues: Vec<String> = world.tenant.people.iter().skip(1).take(11).map(|person| person.upn.clone()).collect();
    let mut waiting = colleagues.into_iter();
    for number in 0..300 {
        let mut to = Vec::new();
        for place in 0..5 {
            let colleague = if place == 0 && number % 25 == 3 { waiting.next() } else { None };
            let address = colleague.unwrap_or_else(|| {
                let (domain, people) = chance.pick(PARTNERS);
                format!("{}{}@{domain}", chance.pick(people), number * 5 + place)
            });
            let status = if !address.ends_with(world.tenant.domain) && chance.percent(5) { "Failed" } else { "Delivered" };
            to.push(Delivery { address, status });
        }
        let time = after_ms(moment(10, 40, 5), number * 8_730);
        let attachment = "Credit Transfer Copy.html (24188b)";
        world.send(&mailer, time, Draft { to, subject: "Credit Transfer Copy".to_owned(), size: 31_904, attachment });
    }
}

/// 21 March, before the office opens: the administrator resets the password and revokes sessions. The rule
/// and the consents are not seen and stay.
fn clean_up(world: &mut World, life: &mut Life) {
    let person = world.person(ADMIN);
    let (place, client) = (person.home.clone(), person.laptop.using(apps::AZURE_PORTAL));
    let time = at((2023, 3, 21), (4, 50, 31));
    let session = Some(world.chance.guid());
    let portal = world.sign_in(&Attempt {
        time,
        who: ADMIN,
        place: &place,
        client: &client,
        session,
        code: 0,
        interactive: true,
        factor: Factor::Passed,
    });
    world.reset_password(&portal, after(time, 184), VICTIM, true);
    life.sign_out(VICTIM);
}

fn olive_traders() -> Tenant {
    let people = staff(&[
        ("Marta Iglesias", Role::Staff),
        ("Pablo Serrano", Role::Staff),
        ("Elena Quiroga", Role::Staff),
        ("Jorge Valdes", Role::Admin),
        ("Lucia Ferrer", Role::Traveller),
        ("Andres Molina", Role::Newsletter),
        ("Irene Campos", Role::Staff),
        ("Hugo Benitez", Role::Staff),
        ("Sara Pastor", Role::Staff),
        ("Raul Ortega", Role::Staff),
        ("Nuria Soler", Role::Staff),
        ("Diego Lozano", Role::Staff),
        ("Copiadora", Role::Scanner),
    ]);
    let office =
        Place { ip: "213.98.10.22".to_owned(), asn: 3352, city: "Sevilla", state: "Sevilla", country: "ES", coordinates: (3738, -597) };
    let home =
        vec![Pool { prefix: "83.43.", asn: 3352 }, Pool { prefix: "84.125.", asn: 12_430 }, Pool { prefix: "62.36.10.", asn: 12_479 }];
    Tenant::new(Plan {
        seed: MAILING,
        company: "Almazara Traders",
        domain: "almazara-traders.example",
        prefix: "almazaratraders",
        people,
        mfa_percent: 70,
        without_mfa: &[VICTIM],
        country: Country {
            utc_offset: 1,
            office,
            home,
            mobile: vec![Pool { prefix: "31.4.180.", asn: 12_430 }, Pool { prefix: "90.167.10.", asn: 12_479 }],
            abroad: somewhere("79.20.10.143", 3269, "Rome", "IT", (4190, 1250)),
            region: "EURP190",
        },
        agents: SPRING_2023,
    })
}

fn bay_hotels() -> Tenant {
    let people = staff(&[
        ("Fiona Mead", Role::Staff),
        ("Callum Reeve", Role::Staff),
        ("Bethan Lloyd", Role::Staff),
        ("Stuart Nash", Role::Admin),
        ("Amira Haddad", Role::Traveller),
        ("Kieran Walsh", Role::Staff),
        ("Polly Underhill", Role::Staff),
        ("Marcus Bright", Role::Newsletter),
        ("Tess Holloway", Role::Staff),
        ("Vikram Rao", Role::Staff),
        ("Ailsa Grant", Role::Staff),
    ]);
    let office =
        Place { ip: "81.136.202.61".to_owned(), asn: 2856, city: "Swansea", state: "Swansea", country: "GB", coordinates: (5162, -394) };
    Tenant::new(Plan {
        seed: CONSENT,
        company: "Kestrel Bay Hotels",
        domain: "kestrelbay.example",
        prefix: "kestrelbay",
        people,
        mfa_percent: 50,
        without_mfa: &[VICTIM],
        country: Country {
            utc_offset: 0,
            office,
            home: vec![Pool { prefix: "86.140.", asn: 2856 }, Pool { prefix: "82.10.", asn: 5089 }],
            mobile: vec![Pool { prefix: "82.132.230.", asn: 35_228 }],
            abroad: somewhere("88.10.201.17", 3352, "Barcelona", "ES", (4139, 217)),
            region: "GBRP123",
        },
        agents: SPRING_2023,
    })
}
