//! Small cases for the tests of detections and attribution: an office whose people have their habits,
//! then single acts.
//!
//! Addresses are real public ones, because the built-in tables must know their networks: documentation
//! addresses have no autonomous system and no country.

use super::{Case, Finding, Found};
use crate::analysis::{Basis, Outcome, analyse, final_case};
use crate::attribution::{Actor, Attribution, Ground, Judgement, Verdict};
use crate::config::Config;
use crate::enrich::{Geo, Networks, TorExits};
use crate::events::{
    AccountId, Action, Batch, Change, Consent, Detail, Event, Family, Flags, Forwarding, Ledger, Mail, Mfa, Outcome as Ended, Permission,
    Right, Rule, RuleChange, SignIn, State, StateKind, Store, Time, TimeRules,
};
use crate::evidence::RecordAt;
use crate::habits::{Habits, Lesson};
use crate::stages::Stages;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Anna's line at home: Deutsche Telekom.
pub const HOME: &str = "84.160.10.10";
/// Another line in the system of Anna and her colleagues.
pub const OTHER_LINE: &str = "93.240.77.9";
/// A line of another provider in the same country.
pub const OTHER_PROVIDER: &str = "77.180.1.1";
/// A line in a country where nobody of the office is.
pub const ABROAD: &str = "86.10.10.10";
/// A carrier in Nigeria.
pub const NIGERIA: &str = "197.210.70.1";
/// Rented servers, in France and in Türkiye.
pub const HOSTING: &str = "51.77.10.10";
pub const OTHER_HOSTING: &str = "92.38.180.49";
/// Exits of two VPN services.
pub const VPN: &str = "5.62.60.202";
pub const OTHER_VPN: &str = "193.138.216.163";

/// What everybody in the office uses.
pub const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0.4758.80 Safari/537.36";
/// What nobody there uses.
pub const FIREFOX: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:96.0) Gecko/20100101 Firefox/96.0";
/// A legacy client.
pub const LEGACY: &str = "BAV2ROPC";

/// Days of ordinary work before the acts of a test: it happens on day 20 and later.
pub const ORDINARY_DAYS: i64 = 20;

/// A time in UTC: day 0 is 1 February 2022.
pub fn at(day: i64, clock: &str) -> Time {
    let (hour, minute) = clock.split_once(':').unwrap();
    let (minute, second) = minute.split_once(':').unwrap_or((minute, "0"));
    let [hour, minute, second] = [hour, minute, second].map(|part| part.parse::<i64>().unwrap());
    Time::from_secs(1_643_673_600 + day * 86_400 + hour * 3600 + minute * 60 + second)
}

/// The address of a person: short names are of the office.
pub fn address(who: &str) -> String {
    if who.contains('@') { who.to_owned() } else { format!("{who}@example.com") }
}

type Make = Box<dyn FnOnce(&mut Batch) -> Detail>;

/// One act, to be made more precise and then given to [`Scene::add`].
pub struct Act {
    event: Event,
    who: String,
    target: String,
    ip: String,
    agent: String,
    texts: [String; 4],
    sign_in: SignIn,
    device: String,
    detail: Option<Make>,
}

impl Act {
    /// Any act of an audit record; from no address yet.
    pub fn new(who: &str, time: Time, action: Action) -> Act {
        let mut event = Event::new(RecordAt::default(), action);
        event.time = time;
        event.outcome = Ended::Success;
        Act {
            event,
            who: address(who),
            target: String::new(),
            ip: String::new(),
            agent: String::new(),
            texts: [String::new(), String::new(), String::new(), action.name().to_owned()],
            sign_in: SignIn::default(),
            device: String::new(),
            detail: None,
        }
    }

    /// From this address, with this client.
    pub fn from(mut self, ip: &str, agent: &str) -> Act {
        (self.ip, self.agent) = (ip.to_owned(), agent.to_owned());
        self
    }

    /// By this application.
    pub fn app(mut self, id: &str) -> Act {
        id.clone_into(&mut self.texts[0]);
        self
    }

    /// In this session.
    pub fn session(mut self, id: &str) -> Act {
        id.clone_into(&mut self.texts[1]);
        self
    }

    /// About this: subject, file, query.
    pub fn about(mut self, object: &str) -> Act {
        object.clone_into(&mut self.texts[2]);
        self
    }

    /// As this operation.
    pub fn operation(mut self, name: &str) -> Act {
        name.clone_into(&mut self.texts[3]);
        self
    }

    /// To this person or mailbox.
    pub fn on(mut self, whom: &str) -> Act {
        self.target = address(whom);
        self
    }

    /// Covering so many items or recipients.
    pub fn times(mut self, count: u32) -> Act {
        self.event.count = count;
        self
    }

    /// With these flags.
    pub fn flag(mut self, flags: Flags) -> Act {
        self.event.flags.set(flags);
        self
    }

    /// With this detail.
    pub fn with(mut self, make: impl FnOnce(&mut Batch) -> Detail + 'static) -> Act {
        self.detail = Some(Box::new(make));
        self
    }

    /// A sign-in that ended with this error.
    pub fn failed(mut self, code: u32) -> Act {
        (self.event.code, self.event.outcome) = (code, Ended::Failure);
        self
    }

    /// An act that ended so.
    pub fn ended(mut self, outcome: Ended) -> Act {
        self.event.outcome = outcome;
        self
    }

    /// A sign-in with these facts.
    pub fn facts(mut self, set: impl FnOnce(&mut SignIn)) -> Act {
        set(&mut self.sign_in);
        self
    }

    /// A sign-in from a registered device.
    pub fn device(mut self, id: &str) -> Act {
        id.clone_into(&mut self.device);
        self
    }

    /// A mail with this Message-ID (hashed).
    pub fn linked(mut self, link: u64) -> Act {
        self.event.link = link;
        self
    }

    /// With this token, or network message id of a mail (hashed).
    pub fn token(mut self, token: u64) -> Act {
        self.event.token = token;
        self
    }

    /// As a message trace tells of it.
    pub fn traced(mut self) -> Act {
        self.event.family = Family::MessageTrace;
        self
    }

    fn record(self, number: u32, batch: &mut Batch) {
        let mut event = self.event;
        event.at.number = number;
        event.actor = batch.principal(&self.who);
        event.target = batch.principal(&self.target);
        event.ip = batch.ip(&self.ip);
        event.agent = batch.str(&self.agent);
        let [app, session, object, operation] = &self.texts;
        (event.app, event.session) = (batch.id(app), batch.str(session));
        (event.object, event.operation) = (batch.str(object), batch.str(operation));
        let mut facts = self.sign_in;
        facts.device = batch.str(&self.device);
        let detail = match self.detail {
            Some(make) => Some(make(batch)),
            None => (event.action == Action::SignIn).then_some(Detail::SignIn(Box::new(facts))),
        };
        if let Some(detail) = detail {
            batch.detail(&mut event, detail);
        }
        batch.event(event, &[]);
    }
}

/// A sign-in that succeeded, with a person at the keyboard.
pub fn sign_in(who: &str, time: Time) -> Act {
    let mut act = Act::new(who, time, Action::SignIn).flag(Flags::INTERACTIVE);
    act.event.family = Family::SignIn;
    act
}

/// A wrong password.
pub fn wrong_password(who: &str, time: Time) -> Act {
    sign_in(who, time).failed(50_126)
}

/// An MFA prompt that was refused.
pub fn refused_prompt(who: &str, time: Time) -> Act {
    sign_in(who, time).failed(500_121).facts(|facts| facts.mfa = Mfa::Denied)
}

/// An inbox rule as a record of the audit log has it.
pub fn rule(who: &str, time: Time, name: &str, set: impl FnOnce(&mut Rule)) -> Act {
    let mut rule = Rule::new(RuleChange::New);
    name.clone_into(&mut rule.name);
    set(&mut rule);
    Act::new(who, time, Action::MailboxRule).on(who).about(name).with(move |_| Detail::Rule(Box::new(rule)))
}

/// The rule of the published incidents: named ".", it hides mail.
pub fn hiding_rule(who: &str, time: Time) -> Act {
    rule(who, time, ".", |rule| {
        rule.move_to = Some("RSS Feeds".to_owned());
        rule.conditions = vec![("SubjectOrBodyContainsWords".to_owned(), "invoice".to_owned())];
        (rule.silent_flags, rule.stops) = (true, true);
    })
}

/// Mailbox forwarding to an address.
pub fn forwarding(who: &str, time: Time, to: &str) -> Act {
    let to = Forwarding { smtp: Some(to.to_owned()), ..Forwarding::default() };
    Act::new(who, time, Action::Forwarding).on(who).with(move |_| Detail::Forwarding(Box::new(to)))
}

/// A consent to an application that reads mail.
pub fn consent(who: &str, time: Time, app_id: &str, name: &str) -> Act {
    let consent =
        Consent { app_id: app_id.to_owned(), app_name: name.to_owned(), scopes: vec!["Mail.Read".to_owned()], ..Consent::default() };
    Act::new(who, time, Action::Consent).app(app_id).about(name).with(move |_| Detail::Consent(Box::new(consent)))
}

/// A `Send` record: one mail to these people.
pub fn send(who: &str, time: Time, to: &[&str], subject: &str) -> Act {
    let names: Vec<String> = to.iter().map(|name| address(name)).collect();
    let count = u32::try_from(names.len()).unwrap();
    Act::new(who, time, Action::MailSent).about(subject).times(count).with(move |batch| {
        let recipients = names.iter().map(|name| batch.principal(name)).collect();
        Detail::Mail(Box::new(Mail { recipients, ..Mail::default() }))
    })
}

/// A click on a link that led to its page.
pub fn click(who: &str, time: Time, url: &str) -> Act {
    let page = url.to_owned();
    Act::new(who, time, Action::Other).about(url).with(move |batch| Detail::Click { url: batch.str(&page), through: false })
}

/// So many mails to an outsider, alike and a second apart.
pub fn like_mails(who: &str, from: Time, count: i64) -> impl Iterator<Item = Act> {
    (0..count).map(move |n| send(who, from.plus_secs(n), &["x@example.org"], "Invoice"))
}

/// Mail that was opened.
pub fn read_mail(who: &str, time: Time, items: u32) -> Act {
    Act::new(who, time, Action::MailRead).on(who).times(items)
}

/// A right on a mailbox for a trustee.
pub fn permission(who: &str, time: Time, mailbox: &str, trustee: &str) -> Act {
    let trustee = address(trustee);
    Act::new(who, time, Action::Permission).on(mailbox).with(move |batch| {
        let trustee = batch.principal(&trustee);
        Detail::Permission(Box::new(Permission { trustee, right: Right::FullAccess, text: "FullAccess".to_owned() }))
    })
}

/// A cmdlet that changes a setting, with one parameter.
pub fn setting(who: &str, time: Time, operation: &str, (name, value): (&str, &str)) -> Act {
    let list = vec![(name.to_owned(), value.to_owned())];
    Act::new(who, time, Action::PolicyChange).operation(operation).with(move |_| Detail::Parameters(Box::new(list)))
}

/// A change to a directory object.
pub fn change(who: &str, time: Time, action: Action, aspect: &'static str) -> Act {
    let change = Change { aspect, ..Change::default() };
    Act::new(who, time, action).on(who).with(move |_| Detail::Change(Box::new(change)))
}

/// A case under construction.
pub struct Scene {
    batch: Batch,
    config: Config,
    number: u32,
}

impl Scene {
    /// Anna and four colleagues, with their habits.
    pub fn office() -> Scene {
        Scene::office_of(5)
    }

    /// Anna and so many people in all (`c1`, `c2`, ...), with the habits of twenty days.
    pub fn office_of(people: usize) -> Scene {
        let mut scene = Scene { batch: Batch::new(TimeRules::default()), config: Config::default(), number: 0 };
        for person in 0..people {
            let name = if person == 0 { "anna".to_owned() } else { format!("c{person}") };
            let home = if person == 0 { HOME.to_owned() } else { format!("79.240.{person}.10") };
            scene.live(&name, 0..ORDINARY_DAYS, &home, CHROME);
        }
        scene
    }

    /// Nobody and nothing.
    pub fn empty() -> Scene {
        Scene::office_of(0)
    }

    /// Ordinary days of a person at a place: signs in, reads four mails, writes one.
    pub fn live(&mut self, who: &str, days: std::ops::Range<i64>, ip: &str, agent: &str) {
        for day in days {
            self.add(sign_in(who, at(day, "08:00")).from(ip, agent));
            self.add(read_mail(who, at(day, "09:00"), 4).from(ip, agent));
            self.add(send(who, at(day, "10:00"), &["partner@example.org"], &format!("notes of day {day}")).from(ip, agent));
        }
    }

    /// The office in which Anna's account is taken over from an address: a legacy client, forwarding, then a
    /// rule that hides mail.
    pub fn taken(ip: &str) -> Scene {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, LEGACY));
        scene.add(forwarding("anna", at(20, "03:20"), "drop@example.net").from(ip, FIREFOX));
        scene.add(hiding_rule("anna", at(20, "03:30")).from(ip, FIREFOX));
        scene
    }

    /// The office in which somebody signs in as Anna from an address, at three in the morning of day 20, and
    /// acts from there.
    pub fn entered(ip: &str, acts: impl IntoIterator<Item = Act>) -> Scene {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, FIREFOX));
        scene.add_all(acts.into_iter().map(|act| act.from(ip, FIREFOX)));
        scene
    }

    /// With this configuration.
    pub fn configured(mut self, toml: &str) -> Scene {
        self.config = Config::parse(toml).unwrap();
        self
    }

    /// One act more.
    pub fn add(&mut self, act: Act) {
        self.number += 1;
        act.record(self.number, &mut self.batch);
    }

    /// Several acts more.
    pub fn add_all(&mut self, acts: impl IntoIterator<Item = Act>) {
        acts.into_iter().for_each(|act| self.add(act));
    }

    /// A row of a snapshot, in input number `input` (acts are in input 0).
    pub fn found(&mut self, input: u32, whose: &str, changed: Time, kind: StateKind) {
        self.number += 1;
        let owner = self.batch.principal(&address(whose));
        let at = RecordAt { input, number: self.number, ..RecordAt::default() };
        self.batch.state(State { at, owner, changed, kind });
    }

    /// Looks at the case with what the whole analysis says of it.
    pub fn judged<T>(mut self, look: impl FnOnce(&Case<'_>, &Attribution) -> T) -> T {
        let store = self.store();
        let tor = TorExits::default();
        let basis = Basis::new(&store, &Networks::new(geo(), &self.config, &tor), &Stages::default());
        let ground = basis.ground(&store, &self.config);
        let outcome = analyse(&ground, &Stages::default());
        look(&final_case(&ground, &outcome.attribution), &outcome.attribution)
    }

    /// All that was added, as a store.
    pub fn store(&mut self) -> Store {
        let (mut store, mut ledger) = (Store::default(), Ledger::default());
        store.merge(&mut self.batch, &mut ledger);
        store.finish(&[]);
        store
    }

    /// What the detections see when nothing is known of any intruder yet.
    pub fn look(self) -> Seen {
        self.first_round(false)
    }

    /// The same, with the composites of each account, as if all that is found on it were one lane.
    pub fn look_at_all_together(self) -> Seen {
        self.first_round(true)
    }

    fn first_round(mut self, together: bool) -> Seen {
        let store = self.store();
        let tor = TorExits::default();
        let basis = Basis::new(&store, &Networks::new(geo(), &self.config, &tor), &Stages::default());
        let ground = basis.ground(&store, &self.config);
        let nothing = vec![false; ground.contexts.len()];
        let (habits, everybody) = Habits::default().learn_again(&Lesson {
            contexts: ground.contexts,
            book: ground.book,
            recorded: ground.recorded,
            barred: &nothing,
            acted: &nothing,
        });
        let case = ground.case(&habits, &nothing);
        let mut findings = super::run(&case, &everybody, Found::default(), &Stages::default()).findings;
        if together {
            let mut lanes: BTreeMap<AccountId, Vec<usize>> = BTreeMap::new();
            for (number, finding) in findings.iter().enumerate() {
                lanes.entry(finding.account).or_default().push(number);
            }
            let composites = super::combine(&case, &findings, lanes.values().map(Vec::as_slice));
            findings.extend(composites);
        }
        for finding in &mut findings {
            finding.say(&case);
        }
        Seen { findings, store, outcome: None }
    }

    /// Analyses the whole and asks the response simulator.
    pub fn replay<T>(mut self, ask: impl FnOnce(&crate::response::Scene<'_>, &crate::attribution::Ground<'_>) -> T) -> T {
        let store = self.store();
        let tor = TorExits::default();
        let basis = Basis::new(&store, &Networks::new(geo(), &self.config, &tor), &Stages::default());
        let ground = basis.ground(&store, &self.config);
        let outcome = analyse(&ground, &Stages::default());
        let case = crate::analysis::final_case(&ground, &outcome.attribution);
        ask(&crate::response::Scene { case: &case, attribution: &outcome.attribution, incidents: &outcome.incidents }, &ground)
    }

    /// What the whole analysis says.
    pub fn judge(mut self) -> Seen {
        let store = self.store();
        let tor = TorExits::default();
        let basis = Basis::new(&store, &Networks::new(geo(), &self.config, &tor), &Stages::default());
        let ground = basis.ground(&store, &self.config);
        let outcome = analyse(&ground, &Stages::default());
        finds_the_same_from_nothing(&ground, &outcome);
        Seen { findings: outcome.attribution.findings.clone(), store, outcome: Some(outcome) }
    }
}

/// Detections that look only at accounts whose habits changed, round after round, must have found what they
/// find when they look at everybody once.
fn finds_the_same_from_nothing(ground: &Ground<'_>, outcome: &Outcome) {
    let (_, everybody) = Habits::default().learn_again(&Lesson {
        contexts: ground.contexts,
        book: ground.book,
        recorded: ground.recorded,
        barred: &[],
        acted: &[],
    });
    let case = final_case(ground, &outcome.attribution);
    let mut fresh = super::run(&case, &everybody, Found::default(), &Stages::default());
    fresh.findings.iter_mut().for_each(|finding| finding.say(&case));
    let shown = |finding: &Finding| format!("{finding:?}");
    let attributed: Vec<String> = outcome.attribution.findings.iter().take(fresh.findings.len()).map(shown).collect();
    assert_eq!(attributed, fresh.findings.iter().map(shown).collect::<Vec<_>>());
}

/// The built-in databases, read once for all tests.
pub fn geo() -> &'static Geo {
    static GEO: OnceLock<Geo> = OnceLock::new();
    GEO.get_or_init(|| Geo::new(&[] as &[&str]).unwrap())
}

/// What was seen in a case.
pub struct Seen {
    findings: Vec<Finding>,
    store: Store,
    outcome: Option<Outcome>,
}

impl Seen {
    fn findings<'s>(&'s self, id: &'s str, who: &str) -> impl Iterator<Item = &'s Finding> {
        let who = address(who);
        assert!(super::by_id(id).is_some(), "no detection {id}");
        self.findings.iter().filter(move |finding| {
            finding.detection().is_some_and(|detection| detection.id() == id) && self.store.accounts().name(finding.account) == who
        })
    }

    fn listing(&self) -> String {
        let line = |finding: &Finding| {
            let id = finding.detection().map_or("?", |detection| detection.id());
            format!("{} {id} {} dB: {}\n", self.store.accounts().name(finding.account), finding.db, finding.summary)
        };
        self.findings.iter().map(line).collect()
    }

    /// Worth of the account's strongest finding of this kind; the least number there is where it has none.
    pub fn best(&self, id: &str, who: &str) -> f64 {
        self.findings(id, who).map(|finding| finding.db).fold(f64::MIN, f64::max)
    }

    /// The account has such a finding, the best of them worth this many decibans.
    #[track_caller]
    pub fn fires(&self, id: &str, who: &str, db: f64) {
        let best = self.best(id, who);
        assert!((best - db).abs() < 0.051, "{id} on {who} is worth {best} for {db}:\n{}", self.listing());
    }

    /// One of the account's findings of this kind says this.
    #[track_caller]
    pub fn says(&self, id: &str, who: &str, summary: &str) {
        assert!(self.findings(id, who).any(|finding| finding.summary == summary), "{id} on {who}:\n{}", self.listing());
    }

    /// The account has no such finding.
    #[track_caller]
    pub fn quiet(&self, id: &str, who: &str) {
        assert_eq!(self.findings(id, who).count(), 0, "{id} fires on {who}:\n{}", self.listing());
    }

    /// Events that the account's findings of this kind rest on.
    pub fn total(&self, id: &str, who: &str) -> usize {
        self.findings(id, who).map(|finding| finding.total).sum()
    }

    /// Times of the account's findings of this kind.
    pub fn when(&self, id: &str, who: &str) -> Vec<Time> {
        self.findings(id, who).map(|finding| finding.time).collect()
    }

    /// The outcome of the whole analysis.
    pub fn outcome(&self) -> &Outcome {
        self.outcome.as_ref().unwrap()
    }

    fn judgement(&self, who: &str) -> Option<&Judgement> {
        let names = self.store.accounts();
        let (account, _) = names.iter().find(|(id, _)| names.name(*id) == address(who)).unwrap();
        self.outcome().attribution.judgements.get(&account)
    }

    /// What is said of an account.
    pub fn verdict(&self, who: &str) -> Verdict {
        self.judgement(who).map_or(Verdict::Clear, |judgement| judgement.verdict)
    }

    /// The verdict, and the score to within a deciban.
    #[track_caller]
    pub fn comes_out(&self, who: &str, verdict: Verdict, db: f64) {
        let score = self.judgement(who).map(|judgement| &judgement.score);
        let got = score.map_or(crate::scoring::PRIOR_DB, |score| score.db);
        assert_eq!(self.verdict(who), verdict, "{got} dB: {score:#?}");
        assert!((got - db).abs() <= 1.0, "{got} dB for {db}: {score:#?}");
    }

    /// When the account fell.
    pub fn fell_at(&self, who: &str) -> Option<Time> {
        self.judgement(who)?.compromised_at
    }

    /// Who did the account's acts of this kind from this day on.
    pub fn actors(&self, who: &str, action: Action, from_day: i64) -> BTreeSet<Actor> {
        let name = address(who);
        let events = self.store.events().iter().zip(0u32..);
        let chosen = events
            .filter(|(event, _)| event.action == action && event.time >= at(from_day, "00:00") && self.store.name(event.actor) == name);
        chosen.map(|(_, index)| self.outcome().attribution.actors.of(index).actor).collect()
    }

    /// The accounts of each incident, by name.
    pub fn incidents(&self) -> Vec<Vec<&str>> {
        let names = self.store.accounts();
        let of = |incident: &crate::cascade::Incident| incident.accounts.iter().map(|account| names.name(*account)).collect();
        self.outcome().incidents.iter().map(of).collect()
    }
}
