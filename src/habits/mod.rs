//! Habits: what is usual for an account, its colleagues and the tenant.
//!
//! Learned leave-one-out: a context is compared with all others of its account, never with itself,
//! except that an address used on three different days without anything strong in it is a habit of its
//! own. Contexts of an intruder, and contexts with strong findings, are never learned from.

mod client;
mod contexts;

pub use client::Client;
pub use contexts::{Context, ContextId, Contexts, Tie};

use crate::enrich::AddressBook;
use crate::events::{AccountId, Action, Flags, Ip, Store};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Days on which something must have been seen to be a habit. Source: the scoring text, "three
/// different days".
pub const HABIT_DAYS: usize = 3;
/// Successful acts below which an account's history is thin.
pub const THIN_ACTS: u32 = 20;
/// Colleagues with the same habit that make it one of the tenant.
pub const COLLEAGUES: usize = 3;

/// How well a context fits what its account usually does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Familiarity {
    /// The address is habitual: three days of its own, nothing strong in it.
    pub address: bool,
    /// The /24 (or /48) is habitual.
    pub network: bool,
    /// The autonomous system is habitual.
    pub asn: bool,
    /// The country is habitual, or says nothing.
    pub country: bool,
    /// The country is known in the tenant, or says nothing.
    pub tenant_country: bool,
    /// Every client used in it is habitual (or unknown).
    pub client: bool,
    /// A registered device of the account, known from its usual contexts, is used.
    pub device: bool,
    /// Colleagues who use this very address habitually.
    pub address_colleagues: usize,
    /// Colleagues who use this autonomous system habitually.
    pub asn_colleagues: usize,
    /// Too little history to call anything new.
    pub thin: bool,
    /// The context itself is among what was learned.
    pub learned: bool,
    /// Nothing in the exports shows where anybody in the tenant usually is: what is new to it is unknown.
    pub no_baseline: bool,
}

/// Days on which a value was seen, each with the number of contexts that showed it.
#[derive(Clone, Debug, Default)]
struct Days(BTreeMap<i64, u32>);

impl Days {
    fn add(&mut self, days: &[i64]) {
        for day in days {
            *self.0.entry(*day).or_default() += 1;
        }
    }

    /// Distinct days without those that only `own` contributed (where `own` was added).
    fn without(&self, own: &[i64], added: bool) -> usize {
        let lost = if added { own.iter().filter(|day| self.0.get(day) == Some(&1)).count() } else { 0 };
        self.0.len().saturating_sub(lost)
    }
}

/// What one account does usually.
#[derive(Clone, Debug, Default)]
struct Profile {
    networks: FxHashMap<u128, Days>,
    asns: FxHashMap<u32, Days>,
    recorded: FxHashMap<[u8; 2], Days>,
    looked_up: FxHashMap<[u8; 2], Days>,
    clients: FxHashMap<Client, Days>,
    devices: FxHashMap<crate::events::Str, Days>,
    days: Days,
    acts: u32,
    /// Items handled by kind of act and day.
    pace: FxHashMap<(Action, i64), u32>,
}

/// Everything learned in one round.
#[derive(Default)]
pub struct Habits {
    familiarity: Vec<Familiarity>,
    profiles: FxHashMap<AccountId, Profile>,
}

/// What the sign-in rows of the case recorded as the country of each address (the most frequent).
pub fn recorded_countries(store: &Store) -> Vec<Option<[u8; 2]>> {
    let mut counts: FxHashMap<(Ip, [u8; 2]), u32> = FxHashMap::default();
    for event in store.events() {
        if let Some(facts) = store.sign_in(event)
            && facts.country != [0; 2]
            && event.ip.is_some()
        {
            *counts.entry((event.ip, facts.country)).or_default() += 1;
        }
    }
    let mut best: Vec<Option<([u8; 2], u32)>> = vec![None; store.ips().len()];
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_unstable();
    for ((ip, country), count) in sorted {
        if let Some(entry) = best.get_mut(ip.index())
            && entry.is_none_or(|(_, most)| count > most)
        {
            *entry = Some((country, count));
        }
    }
    best.into_iter().map(|entry| entry.map(|(country, _)| country)).collect()
}

/// Items that a context handles by kind of act and day; background acts do not count.
pub fn pace(store: &Store, context: &Context) -> FxHashMap<(Action, i64), u32> {
    let mut pace: FxHashMap<(Action, i64), u32> = FxHashMap::default();
    for event in context.events.iter().filter_map(|index| store.event(*index)) {
        if event.time.is_known() && event.succeeded() && !event.flags.has_any(Flags::BACKGROUND | Flags::APP_ONLY) {
            *pace.entry((event.action, event.time.day())).or_default() += event.count;
        }
    }
    pace
}

/// What learning needs to know of the case.
pub struct Lesson<'a> {
    /// Events.
    pub store: &'a Store,
    /// Contexts to learn from and to judge.
    pub contexts: &'a Contexts,
    /// Facts of addresses.
    pub book: &'a AddressBook,
    /// Recorded country of each address.
    pub recorded: &'a [Option<[u8; 2]>],
    /// Contexts not to learn from: an intruder's, or with strong findings.
    pub barred: &'a [bool],
    /// Contexts with acts that an intruder would do; they become habits only where much speaks for the
    /// owner.
    pub acted: &'a [bool],
}

impl Lesson<'_> {
    /// True if the context is learned from.
    fn teaches(&self, id: ContextId, context: &Context) -> bool {
        let barred = self.barred.get(id.index()).copied().unwrap_or(false);
        !barred && context.succeeded() && context.app.is_none()
    }

    fn has_acted(&self, id: ContextId) -> bool {
        self.acted.get(id.index()).copied().unwrap_or(false)
    }

    fn recorded(&self, ip: Ip) -> Option<[u8; 2]> {
        self.recorded.get(ip.index()).copied().flatten()
    }
}

impl Habits {
    /// Learns the habits of all accounts and judges every context by them.
    pub fn learn(lesson: &Lesson<'_>) -> Habits {
        let mut habits = Habits::default();
        for (id, context) in lesson.contexts.iter() {
            if lesson.teaches(id, context) {
                habits.profiles.entry(context.account).or_default().add(context, lesson);
            }
        }
        let tenant = Tenant::of(lesson);
        habits.familiarity = vec![Familiarity::default()];
        for (id, context) in lesson.contexts.iter() {
            let profile = habits.profiles.get(&context.account);
            let added = lesson.teaches(id, context);
            habits.familiarity.push(judge(id, context, added, profile, &tenant, lesson));
        }
        habits
    }

    /// How familiar a context is.
    pub fn of(&self, id: ContextId) -> Familiarity {
        self.familiarity.get(id.index()).copied().unwrap_or_default()
    }

    /// True if the account uses this client on at least three days elsewhere than in this context.
    pub fn uses_client(&self, id: ContextId, context: &Context, client: Client) -> bool {
        let learned = self.of(id).learned;
        let days = self.profiles.get(&context.account).and_then(|profile| profile.clients.get(&client));
        days.is_some_and(|days| days.without(&context.days, learned && context.clients.contains(&client)) >= HABIT_DAYS)
    }

    /// Most items that the account handles by such acts in a day, elsewhere than in this context.
    pub fn daily_peak(&self, store: &Store, id: ContextId, context: &Context, action: Action) -> u32 {
        let Some(profile) = self.profiles.get(&context.account) else { return 0 };
        let own = if self.familiarity.get(id.index()).is_some_and(|familiar| familiar.learned) {
            pace(store, context)
        } else {
            FxHashMap::default()
        };
        let rest = profile
            .pace
            .iter()
            .filter(|((kind, _), _)| *kind == action)
            .map(|(key, count)| count.saturating_sub(own.get(key).copied().unwrap_or(0)));
        rest.max().unwrap_or(0)
    }

    /// Days on which the account was active in its usual contexts.
    pub fn active_days(&self, account: AccountId) -> usize {
        self.profiles.get(&account).map_or(0, |profile| profile.days.0.len())
    }
}

impl Profile {
    fn add(&mut self, context: &Context, lesson: &Lesson<'_>) {
        #[expect(clippy::iter_over_hash_type, reason = "adds up: the order does not matter")]
        for (key, count) in pace(lesson.store, context) {
            *self.pace.entry(key).or_default() += count;
        }
        let facts = lesson.book.facts(context.ip);
        self.days.add(&context.days);
        self.acts += context.successes;
        self.networks.entry(facts.network).or_default().add(&context.days);
        if let Some(asn) = facts.asn() {
            self.asns.entry(asn).or_default().add(&context.days);
        }
        if let Some(country) = lesson.recorded(context.ip) {
            self.recorded.entry(country).or_default().add(&context.days);
        }
        if let Some(country) = facts.country() {
            self.looked_up.entry(country).or_default().add(&context.days);
        }
        for client in &context.clients {
            self.clients.entry(*client).or_default().add(&context.days);
        }
        for device in &context.devices {
            self.devices.entry(*device).or_default().add(&context.days);
        }
    }
}

/// Who in the tenant uses which address, system and country, on at least three days.
#[derive(Default)]
struct Tenant {
    addresses: FxHashMap<Ip, FxHashSet<AccountId>>,
    asns: FxHashMap<u32, FxHashSet<AccountId>>,
    recorded: FxHashMap<[u8; 2], FxHashSet<AccountId>>,
    looked_up: FxHashMap<[u8; 2], FxHashSet<AccountId>>,
    /// Country in which most accounts are at home.
    home: Option<[u8; 2]>,
}

impl Tenant {
    fn of(lesson: &Lesson<'_>) -> Tenant {
        let mut addresses: Seen<Ip> = Seen::default();
        let mut asns: Seen<u32> = Seen::default();
        let mut recorded: Seen<[u8; 2]> = Seen::default();
        let mut looked_up: Seen<[u8; 2]> = Seen::default();
        let mut active: FxHashMap<AccountId, FxHashSet<i64>> = FxHashMap::default();
        for (id, context) in lesson.contexts.iter() {
            if !lesson.teaches(id, context) {
                continue;
            }
            let (facts, who) = (lesson.book.facts(context.ip), context.account);
            active.entry(who).or_default().extend(&context.days);
            addresses.entry((context.ip, who)).or_default().extend(&context.days);
            if let Some(asn) = facts.asn() {
                asns.entry((asn, who)).or_default().extend(&context.days);
            }
            if let Some(country) = lesson.recorded(context.ip) {
                recorded.entry((country, who)).or_default().extend(&context.days);
            }
            if let Some(country) = facts.country() {
                looked_up.entry((country, who)).or_default().extend(&context.days);
            }
        }
        let mut tenant = Tenant {
            addresses: habitual(addresses, &active),
            asns: habitual(asns, &active),
            recorded: habitual(recorded, &active),
            looked_up: habitual(looked_up, &active),
            home: None,
        };
        let mut homes: Vec<(usize, [u8; 2])> = tenant.looked_up.iter().map(|(country, users)| (users.len(), *country)).collect();
        homes.sort_unstable();
        tenant.home = homes.last().map(|(_, country)| *country);
        tenant
    }
}

/// Days on which accounts were seen with a value.
type Seen<V> = FxHashMap<(V, AccountId), FxHashSet<i64>>;

/// Who has each value as a habit: on three days, or on every day of a history that is shorter, where
/// that is so for several accounts (an intruder on one account is there on every day, too).
fn habitual<V: std::hash::Hash + Eq + Copy>(
    seen: Seen<V>,
    active: &FxHashMap<AccountId, FxHashSet<i64>>,
) -> FxHashMap<V, FxHashSet<AccountId>> {
    let mut users: FxHashMap<V, FxHashSet<AccountId>> = FxHashMap::default();
    let mut short: FxHashMap<V, FxHashSet<AccountId>> = FxHashMap::default();
    #[expect(clippy::iter_over_hash_type, reason = "fills sets: the order does not matter")]
    for ((value, account), days) in seen {
        if days.len() >= HABIT_DAYS {
            users.entry(value).or_default().insert(account);
        } else if active.get(&account).is_some_and(|all| all.len() < HABIT_DAYS && all.len() == days.len()) {
            short.entry(value).or_default().insert(account);
        }
    }
    #[expect(clippy::iter_over_hash_type, reason = "fills sets: the order does not matter")]
    for (value, accounts) in short.into_iter().filter(|(_, accounts)| accounts.len() > COLLEAGUES) {
        users.entry(value).or_default().extend(accounts);
    }
    users
}

fn others<V: std::hash::Hash + Eq>(users: &FxHashMap<V, FxHashSet<AccountId>>, value: &V, account: AccountId) -> usize {
    users.get(value).map_or(0, |set| set.len() - usize::from(set.contains(&account)))
}

fn judge(id: ContextId, context: &Context, added: bool, profile: Option<&Profile>, tenant: &Tenant, lesson: &Lesson<'_>) -> Familiarity {
    let (facts, account) = (lesson.book.facts(context.ip), context.account);
    let empty = Profile::default();
    let profile = profile.unwrap_or(&empty);
    let habit = |days: Option<&Days>| days.map_or(0, |days| days.without(&context.days, added)) >= HABIT_DAYS;
    let recorded = lesson.recorded(context.ip);
    let looked_up = facts.country();
    // A country is new only if every source that knows it says so, each compared with itself.
    let known = |by_record: &dyn Fn(&[u8; 2]) -> bool, by_lookup: &dyn Fn(&[u8; 2]) -> bool, has_records: bool| {
        let record = recorded.filter(|_| has_records).map(|country| by_record(&country));
        let lookup = looked_up.map(|country| by_lookup(&country));
        !facts.country_means_something() || record.is_none() && lookup.is_none() || record == Some(true) || lookup == Some(true)
    };
    let own_days = profile.days.without(&context.days, added);
    let own_acts = profile.acts.saturating_sub(if added { context.successes } else { 0 });
    let mut familiar = Familiarity {
        address: false,
        network: habit(profile.networks.get(&facts.network)),
        asn: facts.asn().is_some_and(|asn| habit(profile.asns.get(&asn))),
        country: known(&|c| habit(profile.recorded.get(c)), &|c| habit(profile.looked_up.get(c)), !profile.recorded.is_empty()),
        tenant_country: known(
            &|c| others(&tenant.recorded, c, account) > 0 || habit(profile.recorded.get(c)),
            &|c| others(&tenant.looked_up, c, account) > 0 || habit(profile.looked_up.get(c)),
            !tenant.recorded.is_empty(),
        ),
        client: context.clients.iter().all(|client| client.is_unknown() || habit(profile.clients.get(client))),
        device: context.devices.iter().any(|device| profile.devices.get(device).map_or(0, |days| days.without(&context.days, added)) > 0),
        address_colleagues: others(&tenant.addresses, &context.ip, account),
        asn_colleagues: facts.asn().map_or(0, |asn| others(&tenant.asns, &asn, account)),
        thin: own_days < HABIT_DAYS || own_acts < THIN_ACTS,
        learned: added,
        no_baseline: tenant.looked_up.is_empty() && tenant.recorded.is_empty(),
    };
    let for_owner = owner_signs(context, &familiar, profile, tenant, lesson);
    let foreign = !familiar.tenant_country || !familiar.country && !familiar.client;
    let needed = if lesson.has_acted(id) { 3 } else { 2 * usize::from(foreign) };
    if added && context.days.len() >= HABIT_DAYS && for_owner >= needed {
        familiar = Familiarity {
            address: true,
            network: true,
            asn: true,
            country: true,
            tenant_country: true,
            client: true,
            thin: false,
            ..familiar
        };
        familiar.device |= !context.devices.is_empty();
    }
    familiar
}

/// How many of five things say that the owner is at home in a context: his device, the network of
/// colleagues, the country of the tenant, a network of people rather than machines, and that much of
/// his history, from its beginning, is there.
fn owner_signs(context: &Context, familiar: &Familiarity, profile: &Profile, tenant: &Tenant, lesson: &Lesson<'_>) -> usize {
    let facts = lesson.book.facts(context.ip);
    let begin = profile.days.0.keys().next().copied().unwrap_or(i64::MAX);
    let early = context.days.first().is_some_and(|day| *day <= begin + 2);
    let signs = [
        familiar.device || !context.devices.is_empty() && early,
        familiar.asn_colleagues > 0 || familiar.address_colleagues > 0,
        facts.country().is_some() && facts.country() == tenant.home && facts.country_means_something(),
        !facts.is_data_centre(),
        early && context.days.len() * 5 >= profile.days.0.len() * 2,
    ];
    signs.iter().filter(|sign| **sign).count()
}
