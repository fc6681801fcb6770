//! January 2023: an Australian account whose owner at last accepts a prompt. Days and acts as published;
//! people, company, addresses, hours and texts invented.

use super::{SCHEDULING, day, days, somewhere};
use crate::simulation::acts::File;
use crate::simulation::chance::Guid;
use crate::simulation::clock::{Moment, after, at};
use crate::simulation::export::{Exported, audit, sign_in};
use crate::simulation::life::{Extra, Life};
use crate::simulation::tenant::{Client, Country, Place, Plan, Pool, Role, Tenant, apps, staff};
use crate::simulation::words::WINTER_2023;
use crate::simulation::world::{Attempt, Factor, Rule, Session, World};

const SEED: u64 = 20_230_105;
const VICTIM: usize = 0;
const COLLEAGUE: usize = 1;

/// The files that were opened on two days.
const FILES: &[(&str, &str)] = &[
    ("Supplier bank details.xlsx", "Finance"),
    ("Payment run January.xlsx", "Finance"),
    ("Progress claims 2022.xlsx", "Projects"),
    ("Client contacts.xlsx", "Sales"),
    ("Letterhead.docx", "Sales"),
];

/// The files of the folder.
pub fn files() -> Vec<Exported> {
    let world = world();
    let management = |content_type| audit::management(&audit::of_content(&world.audit, content_type));
    vec![
        Exported::new("audit/Audit.AzureActiveDirectory.json.gz", management("Audit.AzureActiveDirectory")),
        Exported::new("audit/Audit.Exchange.json.gz", management("Audit.Exchange")),
        Exported::new("audit/Audit.SharePoint.json.gz", management("Audit.SharePoint")),
        Exported::new("audit/Audit.General.json.gz", management("Audit.General")),
        Exported::new("entra/SignInLogs.json.gz", diagnostic(&world, true)),
        Exported::new("entra/NonInteractiveUserSignInLogs.json.gz", diagnostic(&world, false)),
        Exported::new("entra/directoryAudits.json", sign_in::directory_audits(&sign_in::newest_audits(&world.directory))),
    ]
}

fn diagnostic(world: &World, interactive: bool) -> String {
    let mut entries = sign_in::newest_first(&world.sign_ins, interactive);
    entries.reverse();
    sign_in::diagnostic(world, &entries, interactive)
}

fn world() -> World {
    let mut world = World::new(tenant(), SEED);
    let mut extras = vec![
        (day(2022, 12, 20), 5, Extra::Rule(Rule { name: "Suppliers", words: &["order"], folder: "Suppliers", ..Rule::default() })),
        (day(2023, 1, 4), 6, Extra::Consent(SCHEDULING)),
        (day(2023, 1, 10), 7, Extra::NewPhone),
        (day(2023, 1, 11), 8, Extra::Mistakes(4)),
    ];
    // The office is closed over the holidays.
    for who in 0..world.tenant.people.len() {
        extras.push((day(2022, 12, 24), who, Extra::AwayUntil(day(2023, 1, 3))));
    }
    let mut life = Life::new(&world, SEED, (day(2023, 1, 9), day(2023, 1, 11)), extras);
    for date in days(day(2022, 12, 15), day(2023, 1, 14)) {
        life.day(&mut world, date);
    }
    fifth(&mut world);
    world
}

fn client() -> Client {
    let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.0.0 Safari/537.36";
    Client::browser(agent, "MacOs", "Chrome 107.0.0")
}

fn enter(world: &mut World, time: Moment, place: &Place, session: Option<Guid>, code: u32, factor: Factor) -> Session {
    let client = client();
    world.sign_in(&Attempt { time, who: VICTIM, place, client: &client, session, code, interactive: true, factor })
}

/// 5 January: two prompts refused, the third accepted. The later days follow from its session.
fn fifth(world: &mut World) {
    let moment = |hour, minute, second| at((2023, 1, 5), (hour, minute, second));
    let place = somewhere("149.88.18.71", 212_238, "New York", "US", (4071, -7401));
    let session = Some(world.chance.guid());
    enter(world, moment(2, 14, 31), &place, session, 500_121, Factor::Declined);
    enter(world, moment(2, 19, 5), &place, session, 500_121, Factor::TimedOut);
    let web = enter(world, moment(2, 26, 48), &place, session, 0, Factor::Passed);
    let read = world.newest(VICTIM, web.issued, 8);
    world.read_mail(&web, moment(2, 31, 12), &read);
    let germany = somewhere("193.27.14.88", 9009, "Frankfurt am Main", "DE", (5011, 868));
    visit(world, at((2023, 1, 7), (11, 3, 20)), &germany, session);
    let netherlands = somewhere("213.152.161.44", 49_453, "Amsterdam", "NL", (5237, 490));
    visit(world, at((2023, 1, 8), (9, 47, 2)), &netherlands, session);
    thirteenth(world, session);
}

/// The same files opened, and items changed in three folders.
fn visit(world: &mut World, time: Moment, place: &Place, session: Option<Guid>) {
    let web = enter(world, time, place, session, 0, Factor::Claim);
    let files = Session { client: web.client.using(apps::SHAREPOINT), ..web.clone() };
    for (number, (name, site)) in (0..).zip(FILES) {
        let operation = if number % 2 == 0 { "FileAccessed" } else { "FileDownloaded" };
        world.touch_file(&files, after(time, 190 + number * 47), operation, &File { name: (*name).to_owned(), site });
    }
    update(world, &web, after(time, 900), &["\\Sent Items", "\\Deleted Items", "\\WIISE"]);
}

fn update(world: &mut World, session: &Session, time: Moment, folders: &[&str]) {
    let letters = world.newest(VICTIM, time, 8);
    for (number, folder) in (0..).zip(folders) {
        for (step, message) in (0..).zip(letters.iter().skip(number).take(2)) {
            let delay = i64::try_from(number).unwrap_or(0) * 95 + step * 21;
            world.update_item(session, after(time, delay), folder, message, "");
        }
    }
}

/// 13 January: from yet another network, updates, a rule on one colleague's mails, an attachment changed.
fn thirteenth(world: &mut World, session: Option<Guid>) {
    let moment = |hour, minute, second| at((2023, 1, 13), (hour, minute, second));
    let place = somewhere("37.19.198.50", 212_238, "Los Angeles", "US", (3405, -11_824));
    let web = enter(world, moment(1, 40, 55), &place, session, 0, Factor::Claim);
    update(world, &web, moment(1, 52, 10), &["\\Sent Items", "\\WIISE"]);
    let from = vec![world.person(COLLEAGUE).upn.clone()];
    let rule = Rule { name: ".", from, folder: "Archive", mark_read: true, stop: true, silent: true, ..Rule::default() };
    world.make_rule(&web, moment(2, 4, 38), rule);
    if let Some(letter) = world.newest(VICTIM, moment(2, 10, 0), 1).first() {
        world.update_item(&web, moment(2, 11, 26), "\\Drafts", letter, "Progress claim 14.pdf (96114b)");
    }
}

fn tenant() -> Tenant {
    let people = staff(&[
        ("Leah Brennan", Role::Staff),
        ("Craig Doyle", Role::Staff),
        ("Mei Tanaka", Role::Staff),
        ("Scott Pryor", Role::Admin),
        ("Anjali Desai", Role::Traveller),
        ("Rhys Calder", Role::Staff),
        ("Kirra Boyd", Role::Staff),
        ("Liam Sutton", Role::Staff),
        ("Zoe Papadakis", Role::Staff),
        ("Noah Ferris", Role::Newsletter),
        ("Grace Ong", Role::Staff),
        ("Toby Marchetti", Role::Staff),
        ("Plotter", Role::Scanner),
    ]);
    let office = Place {
        ip: "203.45.10.18".to_owned(),
        asn: 1221,
        city: "Sydney",
        state: "New South Wales",
        country: "AU",
        coordinates: (-3387, 15_121),
    };
    let home =
        vec![Pool { prefix: "101.160.", asn: 1221 }, Pool { prefix: "124.170.", asn: 7545 }, Pool { prefix: "58.96.10.", asn: 10_143 }];
    Tenant::new(Plan {
        seed: SEED,
        company: "Wattle Creek Engineering",
        domain: "wattlecreek.example",
        prefix: "wattlecreek",
        people,
        mfa_percent: 100,
        without_mfa: &[],
        country: Country {
            utc_offset: 11,
            office,
            home,
            mobile: vec![Pool { prefix: "1.128.100.", asn: 1221 }, Pool { prefix: "49.180.10.", asn: 4804 }],
            abroad: somewhere("122.58.10.36", 4771, "Auckland", "NZ", (-3685, 17_476)),
            region: "AUSP282",
        },
        agents: WINTER_2023,
    })
}
