//! A company from a seed: how large, where, since when, who works there and how, and what honest but
//! notable things happen.

use chrono::{Days, NaiveDate};

use crate::atlas::{Atlas, Use};
use crate::honest::{self, Odd};
use crate::lands::{LANDS, Land, land};
use crate::names::{COMPANIES, people};
use crate::simulation::chance::Chance;
use crate::simulation::life::Extra;
use crate::simulation::tenant::{Client, Country, Place, Plan, Pool, Role, Tenant};
use crate::simulation::words::{Agents, WINTER_2022, WINTER_2023};

/// Days of people that a tenant has in logs at most: what bounds the time that it takes.
const PERSON_DAYS: i64 = 1500;

/// Seasons: versions of programs, and the first day.
const SEASONS: &[(Agents, (i32, u32, u32))] = &[
    (WINTER_2022, (2022, 1, 5)),
    (WINTER_2023, (2022, 12, 1)),
    (Agents { browser: 121, outlook: "16.0.17231.20236", ios: "17_2", exchange: "15.20.7202.031" }, (2024, 1, 8)),
    (Agents { browser: 131, outlook: "16.0.18227.20152", ios: "18_1", exchange: "15.20.8207.014" }, (2024, 11, 11)),
];

/// What a generated company is.
pub struct Company {
    /// Where it is.
    pub land: &'static Land,
    /// First and last day of its logs.
    pub days: (NaiveDate, NaiveDate),
    /// Applications of third parties that work in mailboxes, from that moment on.
    pub odd: Vec<Odd>,
    /// Legacy protocols are still open.
    pub legacy: bool,
    /// People who are at work through the whole time and have nothing odd about them.
    pub ordinary: Vec<usize>,
}

/// What happens on single days: when, to whom, what.
pub type Extras = Vec<(NaiveDate, usize, Extra)>;

/// Draws of the company as a whole.
struct Style {
    managed_percent: u64,
    mfa_percent: u64,
    changing_lines: bool,
    mac_percent: u64,
    night_percent: u64,
    traveller_percent: u64,
    gateway: Option<Place>,
}

impl Company {
    /// The company of a seed, with its people and what happens to them.
    pub fn of(seed: u64, atlas: &Atlas) -> (Company, Tenant, Extras) {
        let mut chance = Chance::new(seed, "company");
        let homes: Vec<&'static Land> = LANDS.iter().filter(|land| !land.region.is_empty() && atlas.has(land, Use::Home)).collect();
        let land = homes.get(chance.index(homes.len())).copied().unwrap_or_else(|| land("GB"));
        let (agents, (year, month, day)) = SEASONS.get(chance.index(SEASONS.len())).copied().unwrap_or((WINTER_2022, (2022, 1, 5)));
        let length = chance.pick(&[3, 5, 7, 10, 14, 14, 21, 21, 30, 30, 45, 60]);
        let most = (PERSON_DAYS / length).clamp(10, 300);
        let size = usize::try_from(chance.between(8, most).min(chance.between(8, most))).unwrap_or(8);
        let first = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default() + Days::new(chance.below(20));
        let last = first + Days::new(u64::try_from(length - 1).unwrap_or(0));
        let style = style(&mut chance, atlas, land);
        let mut tenant = tenant(seed, &mut chance, atlas, land, agents, size);
        let legacy = agents.browser < 110;
        for who in 0..tenant.people.len() {
            furnish(&mut chance, atlas, land, &mut tenant, who, &style, (first, last));
        }
        roles(&mut chance, atlas, &mut tenant, legacy, (first, last));
        merger(&mut chance, atlas, land, &mut tenant, (first, last));
        let extras = honest::extras(&mut chance, &tenant, (first, last));
        let odd = honest::apps(&mut chance, atlas, &tenant, (first, last));
        let ordinary = ordinary(&tenant);
        (Company { land, days: (first, last), odd, legacy, ordinary }, tenant, extras)
    }
}

fn ordinary(tenant: &Tenant) -> Vec<usize> {
    let plain = tenant.people.iter().enumerate().filter(|(_, person)| {
        person.role == Role::Staff && person.ways.employed == (None, None) && person.ways.trip.is_none() && person.ways.has_phone
    });
    plain.map(|(who, _)| who).collect()
}

fn style(chance: &mut Chance, atlas: &Atlas, land: &'static Land) -> Style {
    Style {
        managed_percent: chance.pick(&[0, 0, 60, 95, 100]),
        mfa_percent: chance.pick(&[0, 40, 80, 100]),
        changing_lines: chance.percent(40),
        mac_percent: chance.pick(&[0, 15, 60]),
        night_percent: chance.pick(&[0, 0, 25]),
        traveller_percent: chance.pick(&[0, 5, 15, 30]),
        gateway: chance.percent(15).then(|| atlas.place(chance, land, Use::Hosting)),
    }
}

fn tenant(seed: u64, chance: &mut Chance, atlas: &Atlas, land: &'static Land, agents: Agents, size: usize) -> Tenant {
    let (company, domain, prefix) = chance.pick(COMPANIES);
    let office = atlas.place(chance, land, Use::Home);
    let names: Vec<(String, Role)> = people(chance, size).into_iter().map(|name| (name, Role::Staff)).collect();
    let phones = if atlas.has(land, Use::Mobile) { Use::Mobile } else { Use::Home };
    let home: Vec<Pool> = (0..4).flat_map(|_| atlas.operator(chance, land, Use::Home, 12)).collect();
    let mobile: Vec<Pool> = atlas.operator(chance, land, phones, 8);
    Tenant::new(Plan {
        seed,
        company,
        domain,
        prefix,
        people: names,
        mfa_percent: 0,
        without_mfa: &[],
        country: Country { utc_offset: land.utc_offset, office, home, mobile, abroad: Place::default(), region: land.region },
        agents,
    })
}

/// Lines, phones, devices and habits of one person.
fn furnish(
    chance: &mut Chance,
    atlas: &Atlas,
    land: &'static Land,
    tenant: &mut Tenant,
    who: usize,
    style: &Style,
    days: (NaiveDate, NaiveDate),
) {
    let version = tenant.agents.browser;
    let Some(person) = tenant.people.get_mut(who) else { return };
    person.mfa = chance.percent(style.mfa_percent);
    let phones = if atlas.has(land, Use::Mobile) { Use::Mobile } else { Use::Home };
    person.mobile = atlas.operator(chance, land, phones, 6);
    if chance.percent(style.mac_percent) {
        mac(&mut person.laptop, version);
    }
    if !chance.percent(style.managed_percent) {
        person.laptop.device = None;
    }
    if style.changing_lines && chance.percent(60) {
        person.ways.home_changes = tenant.country.home.iter().filter(|pool| pool.asn == person.home.asn).copied().collect();
    }
    if chance.percent(style.night_percent) {
        person.ways.start_hour = chance.pick(&[14, 21, 22]);
    }
    person.ways.busy_percent = chance.pick(&[95, 95, 90, 60]);
    person.ways.has_phone = chance.percent(85);
    if let (Some(gateway), true) = (&style.gateway, chance.percent(60)) {
        person.ways.tunnel = (vec![gateway.clone()], 70);
    } else if chance.percent(7) {
        let far = land_near(chance, land);
        let exits = (0..3).map(|number| atlas.place(chance, if number == 0 { land } else { far }, Use::Vpn));
        person.ways.tunnel = (exits.filter(|place| !place.ip.is_empty()).collect(), chance.pick(&[10, 30, 80]));
    }
    if chance.percent(style.traveller_percent) {
        let goal = land_near(chance, land);
        let places = (0..3).map(|number| atlas.place(chance, goal, if number == 2 { Use::Mobile } else { Use::Home }));
        let places: Vec<Place> = places.filter(|place| !place.ip.is_empty()).collect();
        let length = days.1.signed_duration_since(days.0).num_days();
        let start = days.0 + Days::new(chance.below(u64::try_from(length).unwrap_or(1).max(1)));
        person.ways.trip = (!places.is_empty()).then(|| (start, start + Days::new(chance.below(9)), places));
    }
    if chance.percent(5) {
        let length = days.1.signed_duration_since(days.0).num_days();
        let middle = days.0 + Days::new(u64::try_from(length).unwrap_or(0) / 2 + chance.below(3));
        person.ways.employed = if chance.percent(60) { (Some(middle), None) } else { (None, Some(middle)) };
    }
}

fn land_near(chance: &mut Chance, home: &'static Land) -> &'static Land {
    land(chance.pick(home.near))
}

fn mac(laptop: &mut Client, version: u32) {
    laptop.os = "MacOs";
    laptop.agent = format!(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    );
    laptop.browser = format!("Chrome {version}.0.0");
}

/// Gives some of the people a part to play.
fn roles(chance: &mut Chance, atlas: &Atlas, tenant: &mut Tenant, legacy: bool, days: (NaiveDate, NaiveDate)) {
    let count = tenant.people.len();
    let mut cast: Vec<(usize, Role)> = vec![(2, Role::Admin)];
    if chance.percent(50) {
        cast.push((1, Role::Assistant));
    }
    let likely = [(Role::Newsletter, 50), (Role::Scanner, 50), (Role::AllStaff, 50), (Role::Service, 35), (Role::Unused, 60)];
    let mut next = count;
    for (role, percent) in likely {
        if chance.percent(percent) && next > 7 {
            next -= 1;
            cast.push((next, role));
        }
    }
    for who in 3..next {
        if legacy && chance.percent(6) {
            cast.push((who, Role::ImapPhone));
        } else if count > 12 && chance.percent(4) {
            contractor(chance, atlas, tenant, who, days);
        }
    }
    for (who, role) in cast {
        let server = atlas.place(chance, land("US"), Use::Cloud);
        let Some(person) = tenant.people.get_mut(who) else { continue };
        person.role = role;
        if matches!(role, Role::Scanner | Role::Service | Role::Unused) {
            (person.mfa, person.ways) = (false, crate::simulation::tenant::Ways::default());
        }
        if role == Role::Service {
            person.home = server;
        }
        if role == Role::Admin {
            person.ways.employed = (None, None);
        }
    }
}

/// Works from another country on some days, with an own computer.
fn contractor(chance: &mut Chance, atlas: &Atlas, tenant: &mut Tenant, who: usize, days: (NaiveDate, NaiveDate)) {
    let goal = land(chance.pick(&["IN", "PH", "RO", "UA", "PL", "PT", "ZA", "BR"]));
    let place = atlas.place(chance, goal, Use::Home);
    let Some(person) = tenant.people.get_mut(who).filter(|_| !place.ip.is_empty()) else { return };
    person.home = place.clone();
    person.home_days = 31;
    person.laptop.device = None;
    person.ways = crate::simulation::tenant::Ways { office: Some(place), busy_percent: 60, has_phone: false, ..Default::default() };
    if chance.percent(40) {
        let length = u64::try_from(days.1.signed_duration_since(days.0).num_days()).unwrap_or(0);
        person.ways.employed = (Some(days.0 + Days::new(length / 3)), None);
    }
}

/// Some companies take over another one: its people come in the middle, from their own office.
fn merger(chance: &mut Chance, atlas: &Atlas, land: &'static Land, tenant: &mut Tenant, days: (NaiveDate, NaiveDate)) {
    let count = tenant.people.len();
    if count < 16 || !chance.percent(15) {
        return;
    }
    let home = if chance.percent(50) { land } else { land_near(chance, land) };
    let office = atlas.place(chance, home, Use::Home);
    let length = u64::try_from(days.1.signed_duration_since(days.0).num_days()).unwrap_or(0);
    let joined = days.0 + Days::new(length / 2);
    for who in count / 2..count * 3 / 4 {
        let line = atlas.place(chance, home, Use::Home);
        let Some(person) = tenant.people.get_mut(who).filter(|person| person.role == Role::Staff) else { continue };
        person.ways.office = Some(office.clone());
        person.ways.employed = (Some(joined), None);
        person.ways.trip = None;
        person.home = line;
    }
}
