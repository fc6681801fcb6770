//! Ordinary life: what people of a small firm do on a day, and what the logs make of it.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::simulation::acts::{Draft, File};
use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after};
use crate::simulation::directory::ThirdParty;
use crate::simulation::odd_days::{all_staff, assist, oddity, serve};
use crate::simulation::tenant::{App, Client, Place, Pool, Role, apps};
use crate::simulation::words::{BULLETINS, FILES, PARTNERS, RELAYS, SUBJECTS};
use crate::simulation::world::{Attempt, Delivery, Factor, Rule, Session, World};

/// Something honest but notable that one person does on one day.
pub enum Extra {
    /// Makes an inbox rule.
    Rule(Rule),
    /// Consents to an application.
    Consent(ThirdParty),
    /// Gets a new phone and registers it for the second factor.
    NewPhone,
    /// Forgets the password: that many wrong ones.
    Mistakes(i64),
    /// Is away until that day, which is the first day back.
    AwayUntil(NaiveDate),
    /// Forwards the mailbox to an address outside.
    Forward(&'static str),
    /// Deletes that many mails in a few minutes.
    Tidy(usize),
    /// Downloads that many files.
    Download(i64),
    /// Gets a new laptop, which is registered.
    NewLaptop,
    /// Tells that many people outside the same thing.
    Announce(usize),
    /// Signs in a screen in a meeting room by a code.
    Screen,
    /// Searches the mailbox.
    Search(&'static str),
    /// Sets a new password.
    NewPassword,
    /// Shares a file with a colleague.
    Share(usize),
    /// Writes to a colleague in Teams.
    Chat(usize),
}

/// The state that one day hands to the next.
pub struct Life {
    seed: u64,
    laptops: Vec<Option<Session>>,
    phones: Vec<Option<Session>>,
    /// Days that a laptop's session still lasts.
    lasts: Vec<i64>,
    away: Vec<Option<NaiveDate>>,
    trip: (NaiveDate, NaiveDate),
    extras: Vec<(NaiveDate, usize, Extra)>,
}

/// A pause between working acts.
const HOUR: i64 = 3600;

impl Life {
    /// The life of a tenant; `trip` is the first and last day abroad of its traveller.
    pub fn new(world: &World, seed: u64, trip: (NaiveDate, NaiveDate), extras: Vec<(NaiveDate, usize, Extra)>) -> Life {
        let count = world.tenant.people.len();
        Life { seed, laptops: vec![None; count], phones: vec![None; count], lasts: vec![0; count], away: vec![None; count], trip, extras }
    }

    /// The last session of somebody's laptop.
    pub fn laptop(&self, who: usize) -> Option<&Session> {
        self.laptops.get(who).and_then(Option::as_ref)
    }

    /// Ends every session of somebody, as a reset of the password with revocation does.
    pub fn sign_out(&mut self, who: usize) {
        for slots in [&mut self.laptops, &mut self.phones] {
            if let Some(slot) = slots.get_mut(who) {
                *slot = None;
            }
        }
    }

    /// One day of everybody.
    pub fn day(&mut self, world: &mut World, date: NaiveDate) {
        let people: Vec<(String, Role)> = world.tenant.people.iter().map(|person| (person.upn.clone(), person.role)).collect();
        for (who, (upn, role)) in people.iter().enumerate() {
            let mut chance = Chance::new(self.seed, &format!("{upn} {date}"));
            if *role == Role::Unused || !world.person(who).ways.employed_on(date) {
                continue;
            }
            if *role == Role::Scanner {
                scan(world, &mut chance, who, date);
                continue;
            }
            if *role == Role::Service {
                serve(world, &mut chance, who, date);
                continue;
            }
            post(world, &mut chance, upn, date);
            self.person(world, &mut chance, who, date);
        }
    }

    fn person(&mut self, world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate) {
        let back = self.away.get(who).copied().flatten();
        let away = back.is_some_and(|back| date < back) || self.leaves(who, date);
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let role = world.person(who).role;
        if !weekend && !away && chance.percent(world.person(who).ways.busy_percent) {
            self.work(world, chance, who, date);
        }
        if role == Role::ImapPhone {
            imap(world, chance, who, date);
        } else if world.person(who).ways.has_phone {
            let times = if weekend || away || chance.percent(60) { 1 } else { 2 };
            self.phone(world, chance, who, date, times);
        }
    }

    fn leaves(&mut self, who: usize, date: NaiveDate) -> bool {
        let until = self.extras.iter().find_map(|(day, person, extra)| match extra {
            Extra::AwayUntil(until) if *day == date && *person == who => Some(*until),
            _ => None,
        });
        if let (Some(until), Some(slot)) = (until, self.away.get_mut(who)) {
            *slot = Some(until);
        }
        until.is_some()
    }

    fn travels(&self, world: &World, who: usize, date: NaiveDate) -> bool {
        world.person(who).role == Role::Traveller && date >= self.trip.0 && date <= self.trip.1
            || world.person(who).ways.trip.as_ref().is_some_and(|(first, last, _)| date >= *first && date <= *last)
    }

    /// Where a traveller is.
    fn abroad(world: &World, who: usize, part: &str, date: NaiveDate) -> Place {
        let person = world.person(who);
        match &person.ways.trip {
            Some((_, _, places)) => Chance::of(person.object_id, &format!("{part} {date}")).pick(places),
            None => world.tenant.country.abroad.clone(),
        }
    }

    /// The line at home, which some carriers give another address every day.
    fn home(world: &World, who: usize, date: NaiveDate) -> Place {
        let person = world.person(who);
        let mut chance = Chance::of(person.object_id, &format!("line {date}"));
        match chance.pick(&person.ways.home_changes) {
            Pool { prefix: "", .. } => person.home.clone(),
            pool => person.home.with_ip(&pool.address(&mut chance), pool.asn),
        }
    }

    /// The exit of a VPN, on days on which the person goes through one.
    fn tunnel(world: &World, who: usize, date: NaiveDate) -> Option<Place> {
        let person = world.person(who);
        let (exits, percent) = &person.ways.tunnel;
        let mut chance = Chance::of(person.object_id, &format!("tunnel {date}"));
        chance.percent(*percent).then(|| chance.pick(exits)).filter(|place| !place.ip.is_empty())
    }

    fn place(&self, world: &World, who: usize, date: NaiveDate) -> Place {
        let person = world.person(who);
        let day = date.weekday().num_days_from_monday();
        if let Some(exit) = Self::tunnel(world, who, date) {
            exit
        } else if self.travels(world, who, date) {
            Self::abroad(world, who, "desk", date)
        } else if person.home_days >> day & 1 == 1 {
            Self::home(world, who, date)
        } else {
            person.ways.office.clone().unwrap_or_else(|| world.tenant.country.office.clone())
        }
    }

    /// A working day at the laptop.
    fn work(&mut self, world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate) {
        let place = self.place(world, who, date);
        let start = after(midnight(world, date), world.person(who).ways.start_hour * HOUR + chance.between(0, 4200));
        let wrong = self.extras.iter().find_map(|(day, person, extra)| match extra {
            Extra::Mistakes(count) if *day == date && *person == who => Some(*count),
            _ => None,
        });
        let left = self.lasts.get(who).copied().unwrap_or(0);
        if left <= 0 || wrong.is_some() || self.laptop(who).is_none() {
            let wrong = wrong.unwrap_or(i64::from(chance.percent(9)));
            let session = open_laptop(world, chance, who, &place, start, wrong);
            self.keep(who, session, chance.between(4, 7));
        } else if let Some(slot) = self.lasts.get_mut(who) {
            *slot -= 1;
        }
        let Some(mut session) = self.laptop(who).cloned() else { return };
        session.place = place;
        for part in 0..2 {
            let from = after(start, 900 + part * 4 * HOUR);
            session = refresh(world, chance, &session, from);
            acts(world, chance, &session, from);
        }
        self.extra(world, chance, &session, after(start, 2 * HOUR), date);
        match world.person(who).role {
            Role::Newsletter if date.weekday() == Weekday::Tue => newsletter(world, &session, after(start, 9000)),
            Role::Admin if chance.percent(45) => administer(world, chance, &session, after(start, 3 * HOUR)),
            Role::AllStaff if chance.percent(20) => all_staff(world, chance, &session, after(start, 8000)),
            Role::Assistant => assist(world, chance, &session, after(start, 5000)),
            _ => {}
        }
        let lasts = self.lasts.get(who).copied().unwrap_or(0);
        self.keep(who, session, lasts);
    }

    fn keep(&mut self, who: usize, session: Session, days: i64) {
        if let (Some(slot), Some(lasts)) = (self.laptops.get_mut(who), self.lasts.get_mut(who)) {
            *slot = Some(session);
            *lasts = days;
        }
    }

    fn extra(&mut self, world: &mut World, chance: &mut Chance, session: &Session, time: Moment, date: NaiveDate) {
        for (_, _, extra) in self.extras.iter().filter(|(day, who, _)| *day == date && *who == session.who) {
            let time = after(time, chance.between(0, 3000));
            match extra {
                Extra::Rule(rule) => {
                    let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
                    world.make_rule(&web, time, rule.clone());
                }
                Extra::Consent(app) => world.connect(session, time, app),
                Extra::NewPhone => new_phone(world, session, time),
                Extra::Mistakes(_) | Extra::AwayUntil(_) => {}
                other => oddity(world, chance, session, time, other),
            }
        }
    }

    /// The phone fetches mail, on the road or at home in the evening.
    fn phone(&mut self, world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate, times: i64) {
        let person = world.person(who);
        let (client, mobile, home) = (person.phone.clone(), person.mobile.clone(), Self::home(world, who, date));
        let office = world.tenant.country.office.clone();
        let old = self.phones.get(who).cloned().flatten();
        let id = old.and_then(|session| session.id).or_else(|| Some(chance.guid()));
        for part in 0..times {
            let on_the_road = chance.percent(55);
            let place = match (self.travels(world, who, date), on_the_road) {
                (true, _) => Self::abroad(world, who, "phone", date),
                (false, true) => carrier_address(&office, &mobile, chance),
                (false, false) => home.clone(),
            };
            let hour = if part == 0 { chance.between(17, 22) } else { chance.between(6, 7) };
            let time = after(midnight(world, date), hour * HOUR + chance.between(0, 3599));
            let session = world.sign_in(&Attempt {
                time,
                who,
                place: &place,
                client: &client,
                session: id,
                code: 0,
                interactive: false,
                factor: if world.person(who).mfa { Factor::Claim } else { Factor::NotAsked },
            });
            let count = chance.index(3) + 1;
            let messages = world.newest(who, time, count);
            world.read_mail(&session, after(time, chance.between(5, 90)), &messages);
            if let Some(slot) = self.phones.get_mut(who) {
                *slot = Some(session);
            }
        }
    }
}

/// An address of a mobile carrier.
fn carrier_address(near: &Place, mobile: &[Pool], chance: &mut Chance) -> Place {
    let pool = match mobile {
        [only] => *only,
        several => chance.pick(several),
    };
    near.with_ip(&pool.address(chance), pool.asn)
}

/// Midnight of the tenant's clock, in UTC.
pub fn midnight(world: &World, date: NaiveDate) -> Moment {
    after(date.and_time(chrono::NaiveTime::MIN), -world.tenant.country.utc_offset * HOUR)
}

/// Signs in at the laptop with a password (and a second factor), after some wrong ones.
fn open_laptop(world: &mut World, chance: &mut Chance, who: usize, place: &Place, time: Moment, wrong: i64) -> Session {
    let person = world.person(who);
    let (client, mfa) = (person.laptop.clone(), person.mfa);
    let session = Some(chance.guid());
    let attempt = Attempt {
        time,
        who,
        place,
        client: &client,
        session,
        code: 0,
        interactive: true,
        factor: if mfa { Factor::Passed } else { Factor::NotAsked },
    };
    for try_number in 0..wrong {
        let time = after(time, -25 * (wrong - try_number) - chance.between(0, 9));
        world.sign_in(&Attempt { time, code: 50126, factor: Factor::NotAsked, ..attempt });
    }
    if mfa {
        world.sign_in(&Attempt { time: after(time, -18), code: 50074, factor: Factor::NotAsked, ..attempt });
    }
    world.sign_in(&attempt)
}

/// A prompt goes to the old phone and is not answered; the new one is registered and answers.
fn new_phone(world: &mut World, session: &Session, time: Moment) {
    let attempt = Attempt {
        time: after(time, -95),
        who: session.who,
        place: &session.place,
        client: &session.client,
        session: session.id,
        code: 500_121,
        interactive: true,
        factor: Factor::TimedOut,
    };
    if world.person(session.who).mfa {
        world.sign_in(&attempt);
        world.sign_in(&Attempt { time: after(time, 80), code: 0, factor: Factor::Passed, ..attempt });
    }
    world.register_method(session, time);
}

/// A new token for one of the laptop's applications, in the same session.
fn refresh(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) -> Session {
    let person = world.person(session.who);
    let mail = if person.web_mail { apps::OWA } else { apps::OFFICE };
    let laptop = person.laptop.clone();
    let factor = if person.mfa { Factor::Claim } else { Factor::NotAsked };
    let app = chance.pick(&[mail, mail, apps::TEAMS, apps::SHAREPOINT]);
    let client = application(world, &laptop, app);
    let attempt = Attempt {
        time,
        who: session.who,
        place: &session.place,
        client: &client,
        session: session.id,
        code: 0,
        interactive: false,
        factor,
    };
    let mut token = world.sign_in(&attempt);
    if app != mail {
        let client = application(world, &laptop, mail);
        token = world.sign_in(&Attempt { time: after(time, 3), client: &client, ..attempt });
    }
    token.client = laptop;
    token
}

/// The laptop seen through one application: browsers keep their agent, desktop programs have their own.
fn application(world: &World, laptop: &Client, app: App) -> Client {
    let mut client = laptop.using(app);
    if app == apps::OFFICE {
        let version = world.tenant.agents.outlook;
        client.agent = format!("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook {version}; Pro)");
        "Rich Client 4.46.0.0".clone_into(&mut client.browser);
        client.kind = "Mobile Apps and Desktop clients";
        client.protocol = "oAuth2";
        "Client=MSExchangeRPC".clone_into(&mut client.mailbox_agent);
    }
    client
}

/// What is done at the laptop in half a day.
fn acts(world: &mut World, chance: &mut Chance, session: &Session, from: Moment) {
    let person = world.person(session.who);
    let mail = if person.web_mail { apps::OWA } else { apps::OFFICE };
    let laptop = person.laptop.clone();
    let mail = Session { client: application(world, &laptop, mail), ..session.clone() };
    let web = Session { client: laptop.using(apps::SHAREPOINT), ..session.clone() };
    let moment = |chance: &mut Chance| after(from, chance.between(60, 3 * HOUR + 1800));
    let time = moment(chance);
    if mail.client.app == apps::OFFICE {
        world.sync_folder(&mail, time, "Inbox");
    } else {
        let count = chance.index(4) + 1;
        let messages = world.newest(session.who, time, count);
        world.read_mail(&mail, time, &messages);
    }
    for _ in 0..chance.between(0, 2) {
        let time = moment(chance);
        letter(world, chance, &mail, time);
    }
    for _ in 0..chance.between(0, 2) {
        let time = moment(chance);
        let (name, extension, site) = chance.pick(FILES);
        let year = 2018 + chance.below(4);
        let file = File { name: format!("{name} {year}.{extension}"), site };
        let operation = chance.pick(&["FileAccessed", "FileAccessed", "FileModified", "FileDownloaded", "FilePreviewed"]);
        world.touch_file(&web, time, operation, &file);
    }
    if chance.percent(18) {
        let time = moment(chance);
        let messages = world.newest(session.who, time, 1 + chance.index(2));
        if !messages.is_empty() {
            world.remove_mail(&mail, time, chance.pick(&["MoveToDeletedItems", "SoftDelete"]), "\\Inbox", &messages);
        }
    }
    if chance.percent(15) {
        let time = moment(chance);
        world.open_teams(&Session { client: laptop.using(apps::TEAMS), ..session.clone() }, time);
    }
}

/// One mail to a colleague or to somebody outside.
fn letter(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) {
    let people = world.tenant.people.len();
    let to = if chance.percent(50) { world.person(chance.index(people)).upn.clone() } else { world.outsider() };
    if to == world.person(session.who).upn || world.tenant.people.iter().any(|p| p.upn == to && p.role == Role::Scanner) {
        return;
    }
    let subject = chance.pick(SUBJECTS);
    let reply = chance.percent(40);
    let draft = Draft {
        to: vec![Delivery { address: to, status: "Delivered" }],
        subject: if reply { format!("Re: {subject}") } else { subject.to_owned() },
        size: chance.between(3_000, 60_000),
        attachment: if chance.percent(12) { "Site plan.pdf (214031b)" } else { "" },
    };
    world.send(session, time, draft);
}

/// The day's mail from outside.
fn post(world: &mut World, chance: &mut Chance, upn: &str, date: NaiveDate) {
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let count = if weekend { chance.between(0, 1) } else { chance.between(2, 4) };
    for _ in 0..count {
        let time = after(midnight(world, date), 7 * HOUR + chance.between(0, 11 * HOUR));
        let (sender, subject) = if chance.percent(25) {
            (chance.pick(BULLETINS).to_owned(), format!("Newsletter {}", 100 + chance.below(800)))
        } else {
            let (domain, people) = chance.pick(PARTNERS);
            (format!("{}@{domain}", chance.pick(people)), chance.pick(SUBJECTS).to_owned())
        };
        let relay = chance.pick(RELAYS);
        let spam = chance.percent(4);
        let status = if spam { "FilteredAsSpam" } else { "Delivered" };
        world.receive(time, &sender, relay, Delivery { address: upn.to_owned(), status }, &subject);
    }
}

/// The company's newsletter: one mail to many, every week, from the same desk.
fn newsletter(world: &mut World, session: &Session, time: Moment) {
    let readers = (0..90).map(|number| {
        let (domain, _) = PARTNERS.get(number % PARTNERS.len()).copied().unwrap_or_default();
        Delivery { address: format!("reader{number:02}@{domain}"), status: "Delivered" }
    });
    let to: Vec<Delivery> = readers.collect();
    let subject = format!("{} news, issue {}", world.tenant.company, time.iso_week().week());
    let client = session.client.using(apps::OWA);
    let session = Session { client, ..session.clone() };
    world.send(&session, time, Draft { to, subject, size: 48_210, attachment: "" });
}

/// The administrator's portal, and something done there.
fn administer(world: &mut World, chance: &mut Chance, session: &Session, time: Moment) {
    let client = session.client.using(apps::AZURE_PORTAL);
    let factor = if world.person(session.who).mfa { Factor::Claim } else { Factor::NotAsked };
    let portal = world.sign_in(&Attempt {
        time,
        who: session.who,
        place: &session.place,
        client: &client,
        session: session.id,
        code: 0,
        interactive: true,
        factor,
    });
    let whose = chance.index(world.tenant.people.len());
    if chance.percent(25) && whose != session.who {
        world.reset_password(&portal, after(time, 240), whose, false);
    } else {
        let office = chance.pick(&["First floor", "Second floor", "Workshop"]);
        world.update_user(&portal, after(time, 300), whose, "PhysicalDeliveryOfficeName", office);
    }
}

/// The scanner mails scans through SMTP with its password, from the office, at a steady pace.
fn scan(world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate) {
    if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        return;
    }
    let mut client = Client::legacy("Authenticated SMTP");
    "Client=SMTP;Protocol=SMTP".clone_into(&mut client.mailbox_agent);
    let place = world.tenant.country.office.clone();
    for run in 0..2 {
        let time = after(midnight(world, date), 9 * HOUR + run * 4 * HOUR + chance.between(0, 1200));
        let session = world.sign_in(&Attempt {
            time,
            who,
            place: &place,
            client: &client,
            session: None,
            code: 0,
            interactive: true,
            factor: Factor::NotAsked,
        });
        let to = world.person(chance.index(world.tenant.people.len().saturating_sub(1))).upn.clone();
        let draft = Draft {
            to: vec![Delivery { address: to, status: "Delivered" }],
            subject: "Scan from the copier".to_owned(),
            size: chance.between(80_000, 400_000),
            attachment: "scan.pdf (180224b)",
        };
        world.send(&session, after(time, 4), draft);
    }
}

/// A phone's own mail program over IMAP: a legacy client by habit, from home and on the road.
fn imap(world: &mut World, chance: &mut Chance, who: usize, date: NaiveDate) {
    let client = Client::legacy("IMAP4");
    let person = world.person(who);
    let (mobile, home) = (person.mobile.clone(), Life::home(world, who, date));
    for hour in [7, 19] {
        let place = if hour == 7 && chance.percent(50) { carrier_address(&home, &mobile, chance) } else { home.clone() };
        let time = after(midnight(world, date), hour * HOUR + chance.between(0, 3000));
        let session = world.sign_in(&Attempt {
            time,
            who,
            place: &place,
            client: &client,
            session: None,
            code: 0,
            interactive: true,
            factor: Factor::NotAsked,
        });
        let messages = world.newest(who, time, 2);
        world.read_mail(&session, after(time, 3), &messages);
    }
}
