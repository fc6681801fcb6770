//! The stage of an attack: the intruder's means, the acts, and what is noted down as the truth.

use chrono::Timelike;

use crate::atlas::{Atlas, Use};
use crate::company::Company;
use crate::honest::{owner_session, server_client};
use crate::lands::{FAR, LANDS, Land, SERVERS, land};
use crate::simulation::acts::{Draft, File};
use crate::simulation::chance::{Chance, Guid};
use crate::simulation::clock::{Moment, after, after_ms};
use crate::simulation::directory::ThirdParty;
use crate::simulation::tenant::{App, Client, Place, Role, apps};
use crate::simulation::words::{FILES, PARTNERS};
use crate::simulation::world::{Attempt, Delivery, Factor, Hand, Rule, Session, World};

/// One account that fell.
pub struct Fall {
    /// Which person.
    pub who: usize,
    /// Which incident.
    pub incident: usize,
    /// Other moments that are right as the moment of compromise too.
    pub also: Vec<Moment>,
}

/// Who fell because of whom.
pub struct Step {
    /// From whom.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// By what way, in the words of the report.
    pub path: &'static str,
}

/// What really happened.
#[derive(Default)]
pub struct Drama {
    /// Accounts that fell, in the order of the plan; the first of each incident is its patient zero.
    pub falls: Vec<Fall>,
    /// Steps from account to account.
    pub steps: Vec<Step>,
    /// Addresses that may be ascribed either way: of phishing proxies, of applications.
    pub either: Vec<String>,
    /// Mailboxes that were only used by rights on them, with the account that used them.
    pub lent: Vec<(usize, usize)>,
}

/// What one intruder works with.
#[derive(Clone)]
pub struct Kit {
    /// Which incident it is.
    pub incident: usize,
    /// Where he comes from.
    pub place: Place,
    /// With what.
    pub client: Client,
    /// The rule that he makes.
    pub rule: Rule,
    /// The application that he likes.
    pub app: ThirdParty,
    /// The server of that application.
    pub server: Place,
    /// Subject of his mails.
    pub lure: &'static str,
    /// Where mail is forwarded to.
    pub drop: &'static str,
}

/// An act of an intruder inside an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Opens mails.
    Read,
    /// Searches the mailbox.
    Search,
    /// Makes a rule that hides mail.
    Hide,
    /// Makes a rule that forwards outside.
    RuleForward,
    /// Forwards the mailbox.
    Forward,
    /// Registers a second factor.
    Method,
    /// Registers a device.
    Device,
    /// Consents to an application, which copies the mailbox.
    Consent,
    /// Writes to customers in their threads.
    Hijack,
    /// Mails colleagues and strangers by the hundred.
    Burst,
    /// Deletes traces.
    Tidy,
    /// Downloads files.
    Download,
    /// Changes the password.
    Password,
}

const LURES: &[&str] = &[
    "Shared document: revised proposal",
    "You have a new voice message",
    "Remittance advice attached",
    "Action required: mailbox storage",
    "Signature needed: contract renewal",
    "Payroll adjustment notice",
];
const DROPS: &[&str] = &["j.winter77@freemail.example", "accounts.copy@mailbox.example", "backup-0@post.example"];
const HIDING: &[&str] = &["RSS Feeds", "Conversation History", "RSS Subscriptions", "Archive", "Deleted Items"];
const WORDS: &[&[&str]] = &[&["invoice", "payment", "bank"], &["phish", "hack", "spam", "virus"], &["wire", "transfer", "iban"], &[]];

const BULK: &[ThirdParty; 3] = &[
    ThirdParty {
        app: App { id: "ff8d92dc-3d82-41d6-bcbd-b9174d163620", name: "PERFECTDATA SOFTWARE" },
        address: "https://perfectdata.example/oauth",
        scopes: "EWS.AccessAsUser.All offline_access openid profile User.Read email",
    },
    ThirdParty {
        app: App { id: "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", name: "eM Client" },
        address: "https://emclient.example/redirect",
        scopes: "EWS.AccessAsUser.All offline_access openid profile User.Read",
    },
    ThirdParty {
        app: App { id: "3c9f6d2b-7a51-4f0e-8d2a-b41f5e6c7d80", name: "Mail Sync Helper" },
        address: "https://mailsync.example/cb",
        scopes: "Mail.ReadWrite Mail.Send Contacts.Read offline_access openid profile User.Read",
    },
];

/// The stage.
pub struct Stage<'a> {
    /// The company as logged.
    pub world: World,
    /// What it is.
    pub company: &'a Company,
    /// Addresses.
    pub atlas: &'a Atlas,
    /// Chance of the attack.
    pub chance: Chance,
    /// The truth.
    pub drama: Drama,
    ordinary: Vec<usize>,
    incidents: usize,
}

impl<'a> Stage<'a> {
    /// The stage of a company whose life is logged already.
    pub fn new(world: World, company: &'a Company, atlas: &'a Atlas, seed: u64) -> Stage<'a> {
        let mut chance = Chance::new(seed, "attack");
        let mut ordinary = company.ordinary.clone();
        for at in (1..ordinary.len()).rev() {
            ordinary.swap(at, chance.index(at + 1));
        }
        Stage { world, company, atlas, chance, drama: Drama::default(), ordinary, incidents: 0 }
    }

    /// Somebody who has not been used yet, rather one for whom that is true.
    pub fn person(&mut self, rather: impl Fn(&World, usize) -> bool) -> usize {
        let at = self.ordinary.iter().position(|who| rather(&self.world, *who)).or(self.ordinary.len().checked_sub(1));
        at.map_or(0, |at| self.ordinary.remove(at))
    }

    /// Anybody who has not been used yet.
    pub fn anybody(&mut self) -> usize {
        self.person(|_, _| true)
    }

    /// People left.
    pub fn left(&self) -> usize {
        self.ordinary.len()
    }

    /// A moment in that part of the time, in hundredths.
    pub fn moment(&mut self, from: i64, to: i64) -> Moment {
        let length = self.company.days.1.signed_duration_since(self.company.days.0).num_days() + 1;
        let share = self.chance.between(from, to);
        let seconds = length * 864 * share + self.chance.between(0, 43_200);
        let start = self.company.days.0.and_time(chrono::NaiveTime::MIN);
        after(start, seconds.min(length * 86_400 - 7200))
    }

    /// The same moment moved to the working hours of the company that follow.
    pub fn at_work(&mut self, moment: Moment) -> Moment {
        let hour = (i64::from(moment.hour()) + self.company.land.utc_offset).rem_euclid(24);
        let wait = if (8..18).contains(&hour) { 0 } else { (32 - hour).rem_euclid(24) * 3600 };
        after(moment, wait)
    }

    /// The last moment of the logs.
    pub fn end(&self) -> Moment {
        after(self.company.days.1.and_time(chrono::NaiveTime::MIN), 86_399)
    }

    /// A new intruder, who comes from such a network of such a country.
    pub fn intruder(&mut self, base: &'static Land, kind: Use) -> Kit {
        let place = self.atlas.place(&mut self.chance, base, kind);
        let client = self.browser();
        let server = self.atlas.place(&mut self.chance, land("US"), Use::Hosting);
        let chance = &mut self.chance;
        let words = chance.pick(WORDS);
        let rule = Rule {
            name: chance.pick(&[".", "..", "s", "aa", "Update", "RSS", "Inbox"]),
            words,
            folder: chance.pick(HIDING),
            mark_read: words.is_empty() || chance.percent(60),
            stop: chance.percent(70),
            silent: chance.percent(60),
            ..Rule::default()
        };
        let incident = self.incidents;
        self.incidents += 1;
        let app = self.chance.pick_one(BULK);
        let (lure, drop) = (self.chance.pick(LURES), self.chance.pick(DROPS));
        Kit { incident, place, client, rule, app, server, lure, drop }
    }

    /// A new intruder from anywhere: a far country, rented servers, or a VPN.
    pub fn stranger(&mut self) -> Kit {
        let far = land(self.chance.pick(FAR));
        let servers = land(self.chance.pick(SERVERS));
        let kind = if self.chance.percent(30) { Use::Mobile } else { Use::Home };
        let mut kit = match self.chance.below(10) {
            0..=3 => self.intruder(far, kind),
            4..=7 => self.intruder(servers, Use::Hosting),
            _ => self.intruder(servers, Use::Vpn),
        };
        if kit.place.ip.is_empty() {
            kit.place = self.atlas.place(&mut self.chance, land("US"), Use::Hosting);
        }
        kit
    }

    /// Another address of the same intruder: of his network, or of another one.
    pub fn moves(&mut self, kit: &Kit) -> Kit {
        let base = LANDS.iter().find(|land| land.code == kit.place.country).unwrap_or_else(|| land("US"));
        let mut moved = kit.clone();
        if self.chance.percent(50) {
            let prefix: Vec<&str> = kit.place.ip.split('.').take(3).collect();
            moved.place.ip = format!("{}.{}", prefix.join("."), self.chance.between(2, 250));
        } else {
            moved.place = self.atlas.place(&mut self.chance, base, Use::Hosting);
        }
        if moved.place.ip.is_empty() { kit.clone() } else { moved }
    }

    /// A browser or program that intruders use.
    pub fn browser(&mut self) -> Client {
        let version = self.world.tenant.agents.browser - u32::try_from(self.chance.below(4)).unwrap_or(0);
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        let chrome = format!("AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36");
        match self.chance.below(10) {
            0..=4 => Client::browser(&format!("{windows} {chrome}"), "Windows 10", &format!("Chrome {version}.0.0")),
            5 => Client::browser(&format!("{windows} {chrome} Edg/{version}.0.0.0"), "Windows 10", &format!("Edge {version}.0.0")),
            6 => Client::browser(
                &format!("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {chrome}"),
                "MacOs",
                &format!("Chrome {version}.0.0"),
            ),
            7 => Client::browser(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0",
                "Windows 10",
                "Firefox 115.0",
            ),
            8 => Client::browser("axios/1.6.2", "", ""),
            _ => Client::browser(&format!("Mozilla/5.0 (X11; Linux x86_64) {chrome}"), "Linux", &format!("Chrome {version}.0.0")),
        }
    }

    /// Does something by somebody's hand.
    pub fn by<T>(&mut self, hand: Hand, act: impl FnOnce(&mut World) -> T) -> T {
        let before = std::mem::replace(&mut self.world.hand, hand);
        let result = act(&mut self.world);
        self.world.hand = before;
        result
    }

    /// Notes that an account fell.
    pub fn fell(&mut self, kit: &Kit, who: usize) {
        if !self.drama.falls.iter().any(|fall| fall.who == who) {
            self.drama.falls.push(Fall { who, incident: kit.incident, also: Vec::new() });
        }
    }

    /// Notes that another moment is right too.
    pub fn also(&mut self, who: usize, moment: Moment) {
        self.drama.falls.iter_mut().filter(|fall| fall.who == who).for_each(|fall| fall.also.push(moment));
    }

    /// Notes a step from account to account.
    pub fn step(&mut self, from: usize, to: usize, path: &'static str) {
        self.drama.steps.push(Step { from, to, path });
    }

    /// A sign-in of the intruder's.
    pub fn attempt(&mut self, kit: &Kit, who: usize, time: Moment, session: Option<Guid>, code: u32, factor: Factor) -> Session {
        let (place, client) = (kit.place.clone(), kit.client.clone());
        let interactive = client.protocol != "ropc";
        self.by(Hand::Intruder(kit.incident), |world| {
            world.sign_in(&Attempt { time, who, place: &place, client: &client, session, code, interactive, factor })
        })
    }

    /// Signs in with the password: past the second factor, where there is one, by a phishing proxy.
    pub fn enter(&mut self, kit: &Kit, who: usize, time: Moment) -> Session {
        self.fell(kit, who);
        if self.world.person(who).mfa {
            return self.by_proxy(kit, who, time);
        }
        let session = Some(self.world.chance.guid());
        let session = self.attempt(kit, who, time, session, 0, Factor::NotAsked);
        self.tokens(kit, &session, time);
        session
    }

    /// The owner signs in at a phishing proxy, whose session the intruder takes over.
    pub fn by_proxy(&mut self, kit: &Kit, who: usize, time: Moment) -> Session {
        self.fell(kit, who);
        let servers = land(self.chance.pick(SERVERS));
        let proxy = self.atlas.place(&mut self.chance, servers, Use::Hosting);
        let own = self.chance.percent(40);
        let place = if own || proxy.ip.is_empty() { kit.place.clone() } else { proxy };
        let hand = if own { Hand::Intruder(kit.incident) } else { Hand::Either };
        let factor = if self.world.person(who).mfa { Factor::Passed } else { Factor::NotAsked };
        let browser = Client { device: None, ..self.world.person(who).laptop.clone() };
        let client = if self.chance.percent(50) { browser } else { kit.client.clone() };
        let (session, caught) = (Some(self.world.chance.guid()), after(time, -self.chance.between(20, 150)));
        self.by(hand, |world| {
            world.sign_in(&Attempt { time: caught, who, place: &place, client: &client, session, code: 0, interactive: true, factor })
        });
        if !own {
            self.drama.either.push(place.ip);
            self.also(who, caught);
        }
        let claim = if factor == Factor::Passed { Factor::Claim } else { Factor::NotAsked };
        let session = self.attempt(kit, who, time, session, 0, claim);
        self.tokens(kit, &session, time);
        session
    }

    /// Tokens for other applications in the same session.
    pub fn tokens(&mut self, kit: &Kit, session: &Session, time: Moment) {
        let claim = if self.world.person(session.who).mfa { Factor::Claim } else { Factor::NotAsked };
        for number in 1..=self.chance.between(0, 3) {
            let client = session.client.using(self.chance.pick(&[apps::OWA, apps::SHAREPOINT, apps::TEAMS]));
            let place = session.place.clone();
            let (who, id) = (session.who, session.id);
            let time = after(time, number * 4);
            self.by(Hand::Intruder(kit.incident), |world| {
                world.sign_in(&Attempt {
                    time,
                    who,
                    place: &place,
                    client: &client,
                    session: id,
                    code: 0,
                    interactive: false,
                    factor: claim,
                })
            });
        }
    }

    /// Does these acts, one after the other with pauses; returns when the last was done.
    pub fn work(&mut self, kit: &Kit, session: &Session, start: Moment, acts: &[Act]) -> Moment {
        let mut time = start;
        for act in acts {
            time = after(time, self.chance.between(60, 1500));
            if time > self.end() {
                break;
            }
            time = self.act(kit, session, time, *act);
        }
        time
    }

    fn act(&mut self, kit: &Kit, session: &Session, time: Moment, act: Act) -> Moment {
        let hand = Hand::Intruder(kit.incident);
        let web = Session { client: session.client.using(apps::OWA), ..session.clone() };
        let who = session.who;
        let count = 2 + self.chance.index(14);
        match act {
            Act::Read => {
                let messages = self.world.newest(who, time, count);
                self.by(hand, |world| world.read_mail(session, time, &messages));
            }
            Act::Search => {
                let words = self.chance.pick(&["invoice", "payment", "iban", "password"]);
                self.by(hand, |world| world.search_mail(&web, time, words));
            }
            Act::Hide => self.by(hand, |world| world.make_rule(&web, time, kit.rule.clone())),
            Act::RuleForward => {
                let rule = Rule { folder: "", words: &[], delete: false, forward: kit.drop, ..kit.rule.clone() };
                self.by(hand, |world| world.make_rule(&web, time, rule));
            }
            Act::Forward => self.by(hand, |world| world.forward_mailbox(&web, time, kit.drop)),
            Act::Method => self.by(hand, |world| world.register_method(session, time)),
            Act::Device => self.by(hand, |world| world.register_device(session, time)),
            Act::Password => self.by(hand, |world| world.change_password(session, time)),
            Act::Consent => return self.consent(kit, session, time),
            Act::Hijack => return self.hijack(kit, &web, time),
            Act::Burst => return self.burst(kit, &web, time, &[]),
            Act::Tidy => {
                let messages = self.world.newest(who, time, count);
                self.by(hand, |world| world.remove_mail(&web, time, "SoftDelete", "\\Sent Items", &messages));
            }
            Act::Download => return self.download(kit, session, time),
        }
        time
    }

    fn consent(&mut self, kit: &Kit, session: &Session, time: Moment) -> Moment {
        let hand = Hand::Intruder(kit.incident);
        self.by(hand, |world| world.connect(session, time, &kit.app));
        self.application(kit, session.who, session.id, after(time, self.chance.clone().between(30, 3000)), 4)
    }

    /// The application copies folders and mails from its own server.
    pub fn application(&mut self, kit: &Kit, who: usize, session: Option<Guid>, start: Moment, folders: i64) -> Moment {
        let client = server_client(kit.app.app);
        self.drama.either.push(kit.server.ip.clone());
        let place = kit.server.clone();
        let mut time = start;
        for _ in 0..folders {
            let messages = self.world.newest(who, time, 25);
            self.by(Hand::Intruder(kit.incident), |world| {
                let attempt =
                    Attempt { time, who, place: &place, client: &client, session, code: 0, interactive: false, factor: Factor::NotAsked };
                let token = world.sign_in(&attempt);
                world.read_mail(&token, after(time, 3), &messages);
            });
            time = after(time, self.chance.between(20, 400));
        }
        time
    }

    fn hijack(&mut self, kit: &Kit, session: &Session, start: Moment) -> Moment {
        let mut time = start;
        for _ in 0..self.chance.between(1, 5) {
            let (domain, people) = self.chance.pick(PARTNERS);
            let to = vec![Delivery { address: format!("{}@{domain}", self.chance.pick(people)), status: "Delivered" }];
            let draft = Draft { to, subject: "Re: Invoice query".to_owned(), size: 31_000, attachment: "Bank details.pdf (88121b)" };
            self.by(Hand::Intruder(kit.incident), |world| world.send(session, time, draft));
            time = after(time, self.chance.between(120, 2000));
        }
        time
    }

    /// Mails of one text to these colleagues, to others, and to strangers; returns when the last went out.
    pub fn burst(&mut self, kit: &Kit, session: &Session, start: Moment, aims: &[usize]) -> Moment {
        let count = self.chance.pick(&[25, 60, 150, 320]);
        let pause = self.chance.between(900, 9000);
        let mut colleagues: Vec<usize> = aims.to_vec();
        let more = (0..self.world.tenant.people.len()).filter(|who| *who != session.who && !aims.contains(who));
        colleagues.extend(more.take(self.chance.index(25)));
        let mut time = start;
        for number in 0..count {
            let address = if let Some(who) = colleagues.get(number) {
                self.world.person(*who).upn.clone()
            } else {
                let (domain, people) = self.chance.pick(PARTNERS);
                format!("{}{number}@{domain}", self.chance.pick(people))
            };
            let status = if number > colleagues.len() && self.chance.percent(5) { "Failed" } else { "Delivered" };
            self.lure(kit, session, time, Delivery { address, status });
            time = after_ms(time, pause);
        }
        time
    }

    /// One mail of the intruder's text.
    pub fn lure(&mut self, kit: &Kit, session: &Session, time: Moment, to: Delivery) {
        let draft = Draft { to: vec![to], subject: kit.lure.to_owned(), size: 18_000, attachment: "" };
        self.by(Hand::Intruder(kit.incident), |world| world.send(session, time, draft));
    }

    fn download(&mut self, kit: &Kit, session: &Session, start: Moment) -> Moment {
        let files = Session { client: session.client.using(apps::SHAREPOINT), ..session.clone() };
        let mut time = start;
        for number in 0..self.chance.between(8, 50) {
            let (name, extension, site) = self.chance.pick(FILES);
            let file = File { name: format!("{name} {number}.{extension}"), site };
            self.by(Hand::Intruder(kit.incident), |world| world.touch_file(&files, time, "FileDownloaded", &file));
            time = after(time, self.chance.between(1, 20));
        }
        time
    }

    /// The owner opens the newest mails at the own computer, the lure among them.
    pub fn opens(&mut self, who: usize, time: Moment) {
        if let Some(own) = owner_session(&self.world, who, time) {
            let web = Session { client: own.client.using(apps::OWA), ..own };
            let messages = self.world.newest(who, time, 3);
            self.by(Hand::Owner, |world| world.read_mail(&web, time, &messages));
        }
    }

    /// Some acts of a kind that shows: at least one that an owner would not do so.
    pub fn menu(&mut self) -> Vec<Act> {
        let mut acts = vec![Act::Read];
        let showy = [Act::Hide, Act::Hide, Act::Forward, Act::RuleForward, Act::Consent, Act::Burst, Act::Hijack];
        acts.push(self.chance.pick_one(&showy));
        let more = [Act::Search, Act::Method, Act::Tidy, Act::Download, Act::Hijack, Act::Hide, Act::Read, Act::Password, Act::Device];
        for _ in 0..self.chance.below(4) {
            let act = self.chance.pick_one(&more);
            if !acts.contains(&act) || act == Act::Read {
                acts.push(act);
            }
        }
        acts
    }

    /// An administrator of the company.
    pub fn admin(&self) -> usize {
        self.world.tenant.people.iter().position(|person| person.role == Role::Admin).unwrap_or(0)
    }
}
