//! What honest people do now and then that looks like an intruder's act, and applications that they let
//! into their mailboxes.

use chrono::{Days, NaiveDate};

use crate::atlas::{Atlas, Use};
use crate::lands::{SERVERS, land};
use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after};
use crate::simulation::directory::ThirdParty;
use crate::simulation::life::Extra;
use crate::simulation::tenant::{App, Client, Place, Role, Tenant, apps};
use crate::simulation::world::{Attempt, Factor, Rule, Session, World};

/// An honest application at work in a mailbox.
pub struct Odd {
    /// Whose mailbox.
    pub who: usize,
    /// The day of the consent.
    pub from: NaiveDate,
    /// Which application.
    pub app: ThirdParty,
    /// Its server.
    pub server: Place,
    /// It also sends now and then.
    pub sends: bool,
}

/// Honest applications. Invented, but for two that intruders like too.
const APPS: &[ThirdParty] = &[
    ThirdParty {
        app: App { id: "6d3f0c52-1b7e-4c0a-9a55-0f2c7d9be114", name: "Slotwell Scheduling" },
        address: "https://app.slotwell.example/signin",
        scopes: "Calendars.ReadWrite offline_access openid profile User.Read",
    },
    ThirdParty {
        app: App { id: "0b8f5a70-6a0e-4d5c-8c57-54c2c3f0a1d9", name: "Deskhand CRM" },
        address: "https://login.deskhand.example/ms",
        scopes: "Mail.Read Mail.Send Contacts.Read offline_access openid profile User.Read",
    },
    ThirdParty {
        app: App { id: "d1c0cf4e-4f0f-4e5f-9d7e-2f4a0f6b7c21", name: "Papertrail Expenses" },
        address: "https://papertrail.example/oauth",
        scopes: "Mail.Read Files.Read offline_access openid profile User.Read",
    },
    ThirdParty {
        app: App { id: "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", name: "eM Client" },
        address: "https://emclient.example/redirect",
        scopes: "EWS.AccessAsUser.All offline_access openid profile User.Read",
    },
];

/// Honest rules: some with names and folders that intruders choose too.
fn rules() -> [Rule; 6] {
    [
        Rule { name: "Newsletters", words: &["newsletter", "digest"], folder: "Reading", ..Rule::default() },
        Rule { name: ".", words: &["parcel"], folder: "Orders", ..Rule::default() },
        Rule { name: "x", words: &["newsletter"], delete: true, ..Rule::default() },
        Rule { name: "Orders", words: &["order", "delivery"], folder: "Archive", mark_read: true, stop: true, ..Rule::default() },
        Rule { name: "1", words: &["rota"], folder: "RSS Feeds", stop: true, ..Rule::default() },
        Rule { name: "To the ticket system", words: &["ticket"], forward: "desk@lattice-software.example", ..Rule::default() },
    ]
}

fn a_day(chance: &mut Chance, days: (NaiveDate, NaiveDate)) -> NaiveDate {
    let length = u64::try_from(days.1.signed_duration_since(days.0).num_days()).unwrap_or(0);
    days.0 + Days::new(chance.below(length + 1))
}

/// What happens on single days: about one thing for every eight people and week.
pub fn extras(chance: &mut Chance, tenant: &Tenant, days: (NaiveDate, NaiveDate)) -> Vec<(NaiveDate, usize, Extra)> {
    let count = tenant.people.len();
    let length = u64::try_from(days.1.signed_duration_since(days.0).num_days()).unwrap_or(0) + 1;
    let events = (count as u64 * length / 56).clamp(3, 60);
    let mut extras = Vec::new();
    for _ in 0..events {
        let (day, who) = (a_day(chance, days), chance.index(count));
        let other = chance.index(count);
        let extra = match chance.below(16) {
            0 | 1 => Extra::Rule(rules().get(chance.index(6)).cloned().unwrap_or_default()),
            2 => Extra::NewPhone,
            3 | 4 => Extra::Mistakes(chance.between(2, 9)),
            5 => Extra::AwayUntil(day + Days::new(2 + chance.below(8))),
            6 => Extra::Tidy(20 + chance.index(60)),
            7 => Extra::Download(chance.between(15, 60)),
            8 => Extra::NewLaptop,
            9 => Extra::Announce(20 + chance.index(70)),
            10 => Extra::Screen,
            11 => Extra::Search(chance.pick(&["invoice", "holiday", "password", "contract"])),
            12 => Extra::NewPassword,
            13 | 14 if other != who => Extra::Chat(other),
            15 if other != who => Extra::Share(other),
            _ => Extra::Mistakes(1),
        };
        extras.push((day, who, extra));
    }
    if chance.percent(35) {
        extras.push((a_day(chance, days), chance.index(count), Extra::Forward("own.mailbox@freemail.example")));
    }
    extras
}

/// Applications that somebody consents to, and that then read (and some send) from their own servers.
pub fn apps(chance: &mut Chance, atlas: &Atlas, tenant: &Tenant, days: (NaiveDate, NaiveDate)) -> Vec<Odd> {
    let mut list = Vec::new();
    for app in APPS {
        let staff = |who: &usize| tenant.people.get(*who).is_some_and(|person| person.role == Role::Staff);
        for _ in 0..chance.below(3) {
            let who = chance.index(tenant.people.len());
            let kind = if chance.percent(60) { Use::Cloud } else { Use::Hosting };
            let base = land(chance.pick(SERVERS));
            let server = atlas.place(chance, base, kind);
            if staff(&who) && !list.iter().any(|odd: &Odd| odd.who == who) && !server.ip.is_empty() {
                list.push(Odd { who, from: a_day(chance, days), app: *app, server, sends: chance.percent(25) });
            }
        }
    }
    list
}

/// The client of an application that acts from its own server.
pub fn server_client(app: App) -> Client {
    Client {
        app,
        agent: String::new(),
        browser: String::new(),
        kind: "Mobile Apps and Desktop clients",
        protocol: "oAuth2",
        mailbox_agent: "Client=REST;Client=RESTSystem;;".to_owned(),
        ..Client::default()
    }
}

/// The days after the consent: tokens and reads at all hours, and for some a mail merge.
pub fn work(world: &mut World, chance: &mut Chance, odd: &Odd, last: NaiveDate) {
    let at = |date: NaiveDate, seconds: i64| after(date.and_time(chrono::NaiveTime::MIN), seconds);
    let Some(own) = owner_session(world, odd.who, at(odd.from, 86_400)) else { return };
    let consent = after(own.issued, 300 + chance.between(600, 5000));
    let web = Session { client: own.client.using(apps::OFFICE_HOME), ..own };
    world.connect(&web, consent, &odd.app);
    let session = Some(world.chance.guid());
    let mut date = odd.from;
    while date <= last {
        for hour in [3, 11, 18] {
            let time = at(date, hour * 3600 + chance.between(0, 3000));
            if time <= consent || chance.percent(30) {
                continue;
            }
            let token = visit(world, odd, session, time);
            let count = 1 + chance.index(8);
            let messages = world.newest(odd.who, time, count);
            world.read_mail(&token, after(time, 4), &messages);
            if odd.sends && hour == 11 && chance.percent(20) {
                merge(world, chance, &token, after(time, 60));
            }
        }
        date = date + Days::new(1);
    }
}

fn visit(world: &mut World, odd: &Odd, session: Option<crate::simulation::chance::Guid>, time: Moment) -> Session {
    let client = server_client(odd.app.app);
    world.sign_in(&Attempt {
        time,
        who: odd.who,
        place: &odd.server,
        client: &client,
        session,
        code: 0,
        interactive: false,
        factor: Factor::NotAsked,
    })
}

/// A mail merge: one text to a handful of customers.
fn merge(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) {
    use crate::simulation::acts::Draft;
    use crate::simulation::world::Delivery;
    for number in 0..chance.between(5, 30) {
        let to = vec![Delivery { address: world.outsider(), status: "Delivered" }];
        let draft = Draft { to, subject: "Your quarterly statement".to_owned(), size: 12_000, attachment: "" };
        world.send(session, after(time, number * 3), draft);
    }
}

/// The last session of somebody's own computer at a moment, if it is at most a week old.
pub fn owner_session(world: &World, who: usize, time: Moment) -> Option<Session> {
    use crate::simulation::world::Hand;
    let from = after(time, -7 * 86_400);
    let mine = world.sign_ins.iter().filter(|entry| {
        let device = entry.client.os != "Ios" && entry.client.os != "Android" && entry.session.is_some();
        entry.who == who && entry.hand == Hand::Owner && entry.code == 0 && entry.time < time && entry.time > from && device
    });
    let entry = mine.max_by(|a, b| a.time.cmp(&b.time).then(a.id.0.cmp(&b.id.0)))?;
    Some(Session {
        who,
        place: entry.place.clone(),
        client: entry.client.clone(),
        id: entry.session,
        token: entry.id,
        issued: after(entry.time, -300),
    })
}
