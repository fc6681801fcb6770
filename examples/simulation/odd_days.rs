//! Honest acts out of the ordinary, and people whose work looks odd in logs.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::simulation::acts::{Draft, File};
use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after};
use crate::simulation::life::{Extra, midnight};
use crate::simulation::tenant::{Client, apps};
use crate::simulation::words::{FILES, PARTNERS};
use crate::simulation::world::{Attempt, Delivery, Factor, Session, World};

/// Does one of the notable things that a person does on one day.
pub fn oddity(world: &mut World, chance: &mut Chance, session: &Session, time: Moment, extra: &Extra) {
    let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
    match extra {
        Extra::Forward(address) => world.forward_mailbox(&web, time, address),
        Extra::Tidy(count) => tidy(world, &web, time, *count),
        Extra::Download(count) => download(world, chance, session, time, *count),
        Extra::Announce(count) => announce(world, &web, time, *count),
        Extra::Search(words) => world.search_mail(&web, time, words),
        Extra::Screen => screen(world, session, time),
        Extra::NewPassword => world.change_password(session, time),
        Extra::NewLaptop => world.register_device(session, time),
        Extra::Share(with) => {
            let (name, extension, _) = chance.pick(FILES);
            let file = File { name: format!("{name}.{extension}"), site: "Projects" };
            world.share(&Session { client: session.client.using(apps::SHAREPOINT), ..session.clone() }, time, &file, *with);
        }
        Extra::Chat(with) => {
            let url = if chance.percent(30) { "https://maps.example/route" } else { "" };
            world.chat(&Session { client: session.client.using(apps::TEAMS), ..session.clone() }, time, *with, url);
        }
        _ => {}
    }
}

fn tidy(world: &mut World, session: &Session, time: Moment, count: usize) {
    let messages = world.newest(session.who, time, count);
    for (number, part) in (0..).zip(messages.chunks(7)) {
        world.remove_mail(session, after(time, number * 19), "SoftDelete", "\\Inbox", part);
    }
}

fn download(world: &mut World, chance: &mut Chance, session: &Session, time: Moment, count: i64) {
    let files = Session { client: session.client.using(apps::SHAREPOINT), ..session.clone() };
    for number in 0..count {
        let (name, extension, site) = chance.pick(FILES);
        let file = File { name: format!("{name} {number}.{extension}"), site };
        world.touch_file(&files, after(time, number * 4), "FileDownloaded", &file);
    }
}

fn announce(world: &mut World, session: &Session, time: Moment, count: usize) {
    for number in 0..count {
        let (domain, people) = PARTNERS.get(number % PARTNERS.len()).copied().unwrap_or_default();
        let address = format!("{}{number}@{domain}", people.first().copied().unwrap_or_default());
        let delivery = Delivery { address, status: "Delivered" };
        let draft = Draft { to: vec![delivery], subject: "We are moving: our new address".to_owned(), size: 21_000, attachment: "" };
        world.send(session, after(time, i64::try_from(number).unwrap_or(0) * 6), draft);
    }
}

/// A code shown on a screen is typed in at the laptop.
fn screen(world: &mut World, session: &Session, time: Moment) {
    let client = Client {
        app: apps::TEAMS,
        agent: "Mozilla/5.0 (Linux; Android 10; RoomPanel) AppleWebKit/537.36".to_owned(),
        os: "Android",
        browser: "Mobile Safari".to_owned(),
        kind: "Mobile Apps and Desktop clients",
        protocol: "deviceCode",
        ..Client::default()
    };
    let factor = if world.person(session.who).mfa { Factor::Claim } else { Factor::NotAsked };
    let id = Some(world.chance.guid());
    world.sign_in(&Attempt {
        time,
        who: session.who,
        place: &session.place,
        client: &client,
        session: id,
        code: 0,
        interactive: true,
        factor,
    });
}

/// One mail with an attachment to everybody in the company.
pub fn all_staff(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) {
    let own = world.person(session.who).upn.clone();
    let colleagues = world.tenant.people.iter().map(|person| person.upn.clone()).filter(|upn| *upn != own);
    let to: Vec<Delivery> = colleagues.map(|address| Delivery { address, status: "Delivered" }).collect();
    let subject = chance.pick(&["Holiday rota", "Canteen this week", "Fire drill", "Company picnic", "Payslips are ready"]);
    let session = Session { client: session.client.using(apps::OWA), ..session.clone() };
    world.send(&session, time, Draft { to, subject: subject.to_owned(), size: 44_000, attachment: "Notice.pdf (39120b)" });
}

/// An assistant works in the mailbox of the person before in the list.
pub fn assist(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) {
    let Some(boss) = session.who.checked_sub(1) else { return };
    let count = 2 + chance.index(4);
    let messages = world.newest(boss, time, count);
    let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
    world.read_for(&web, boss, time, &messages);
}

/// A script reads a mailbox every few hours from one server, with a token of its own.
pub fn serve(world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate) {
    if date.weekday() == Weekday::Sun {
        return;
    }
    let place = world.person(who).home.clone();
    let client = Client {
        app: apps::OFFICE,
        agent: "python-requests/2.28.1".to_owned(),
        kind: "Mobile Apps and Desktop clients",
        protocol: "ropc",
        mailbox_agent: "Client=WebServices;ExchangeServicesClient/15.00;".to_owned(),
        ..Client::default()
    };
    for hour in [1, 7, 13, 19] {
        let time = after(midnight(world, date), hour * 3600 + chance.between(0, 120));
        let session = world.sign_in(&Attempt {
            time,
            who,
            place: &place,
            client: &client,
            session: None,
            code: 0,
            interactive: false,
            factor: Factor::NotAsked,
        });
        let messages = world.newest(who, time, 6);
        world.read_mail(&session, after(time, 2), &messages);
    }
}
