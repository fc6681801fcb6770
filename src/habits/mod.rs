//! Habits: what is usual for an account, its colleagues and the tenant.
//!
//! Learned leave-one-out: a context is compared with all others of its account, never with itself,
//! except that an address used on three different days without anything strong in it is a habit of its
//! own. Contexts of an intruder, and contexts with strong findings, are never learned from.

mod acts;
mod client;
mod contexts;
mod news;
mod profile;

pub use acts::Acts;
pub use client::Client;
pub use contexts::{Context, ContextId, Contexts, Few, Ground, Pace, Tie};

use crate::enrich::AddressBook;
use crate::events::{AccountId, Action, Ip, Store};
use profile::{Profile, Tally, is_early, is_much};
use rustc_hash::FxHashMap;

/// Accounts at home in one country that make it sure that the company is there.
const SURE_HOME: usize = 5;

/// Days on which something must have been seen to be a habit. Source: the scoring text, "three
/// different days".
pub const HABIT_DAYS: usize = 3;
/// Successful acts below which an account's history is thin.
pub const THIN_ACTS: u32 = 20;
/// Colleagues with the same habit that make it one of the tenant.
pub const COLLEAGUES: usize = 3;

/// How many colleagues have a habit, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Colleagues {
    /// Nobody.
    #[default]
    None,
    /// Fewer than [`COLLEAGUES`].
    Few,
    /// So many that the habit is one of the tenant.
    Many,
}

/// How well a context fits what its account usually does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Familiarity {
    /// The address is habitual: three days of its own, nothing strong in it.
    pub address: bool,
    /// The /24 (or /48) is habitual; or it is one more exit of a VPN, on an account that has gone through
    /// such exits all along, with its own client.
    pub network: bool,
    /// The autonomous system is habitual.
    pub asn: bool,
    /// The country is habitual, or says nothing.
    pub country: bool,
    /// The country is known in the tenant, or says nothing.
    pub tenant_country: bool,
    /// Every client used in it is habitual (or unknown), and on a registered device where it always is.
    pub client: bool,
    /// A registered device of the account, known from its usual contexts, is used.
    pub device: bool,
    /// Colleagues who use this very address habitually.
    pub address_colleagues: Colleagues,
    /// Colleagues who use this autonomous system habitually; of rented machines and VPN exits, with a program that
    /// is not the account's, the very address.
    pub asn_colleagues: Colleagues,
    /// Too little history to call anything new.
    pub thin: bool,
    /// The context itself is among what was learned.
    pub learned: bool,
    /// The history is thin, and the account has been there since the logs begin, in the country of the company
    /// (or never was there) and in a network of people, not of rented machines.
    pub from_start: bool,
    /// Nothing in the exports shows where anybody in the tenant usually is: what is new to it is unknown.
    pub no_baseline: bool,
}

/// Everything learned in one round.
#[derive(Default)]
pub struct Habits {
    familiarity: Vec<Familiarity>,
    profiles: FxHashMap<AccountId, Profile>,
    /// Which contexts the profiles were learned from.
    taught: Vec<bool>,
    /// Which contexts had acts of an intruder's kind.
    acted: Vec<bool>,
    tenant: Tenant,
}

/// Whose habits, and how familiar which contexts are, came out otherwise than from the lesson before.
#[derive(Clone, Default)]
pub struct Changes {
    accounts: Vec<bool>,
    contexts: Vec<bool>,
}

impl Changes {
    fn of(lesson: &Lesson<'_>) -> Changes {
        let accounts = lesson.contexts.iter().map(|(_, context)| context.account.index() + 1).max().unwrap_or(0);
        Changes { accounts: vec![false; accounts], contexts: vec![false; lesson.contexts.len()] }
    }

    fn add_account(&mut self, account: AccountId) {
        if let Some(changed) = self.accounts.get_mut(account.index()) {
            *changed = true;
        }
    }

    fn add_context(&mut self, id: ContextId) {
        if let Some(changed) = self.contexts.get_mut(id.index()) {
            *changed = true;
        }
    }

    /// True if anything of the account's habits changed.
    pub fn has_account(&self, account: AccountId) -> bool {
        self.accounts.get(account.index()).copied().unwrap_or(false)
    }

    /// True if a context is familiar otherwise than before, or its account was learned anew.
    pub fn has_context(&self, id: ContextId) -> bool {
        self.contexts.get(id.index()).copied().unwrap_or(false)
    }

    /// True if nothing changed.
    pub fn is_empty(&self) -> bool {
        !self.accounts.contains(&true)
    }

    /// The accounts, in their order.
    fn accounts(&self) -> impl Iterator<Item = AccountId> {
        (0..).zip(&self.accounts).filter(|(_, changed)| **changed).map(|(number, _)| AccountId(number))
    }
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

/// What learning needs to know of the case.
pub struct Lesson<'a> {
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
    /// Learns from another lesson of the same case: only accounts that it teaches from other contexts than
    /// the last one are learned anew. Says for whom anything came out otherwise.
    #[must_use]
    pub fn learn_again(mut self, lesson: &Lesson<'_>) -> (Habits, Changes) {
        self.taught.resize(lesson.contexts.len(), false);
        let mut changes = Changes::of(lesson);
        for ((id, context), taught) in lesson.contexts.iter().zip(self.taught.iter_mut().skip(1)) {
            let teaches = lesson.teaches(id, context);
            if *taught != teaches {
                *taught = teaches;
                changes.add_account(context.account);
            }
        }
        for account in changes.accounts() {
            self.profiles.insert(account, Profile::learn(account, lesson));
        }
        let learned_anew = changes.clone();
        let tenant = Tenant::of(&self, lesson);
        let news = tenant.news(&self.tenant);
        let mut familiarity = Vec::with_capacity(lesson.contexts.len());
        familiarity.push(Familiarity::default());
        let empty = Profile::default();
        for ((id, context), added) in lesson.contexts.iter().zip(self.taught.iter().skip(1)) {
            let before = self.familiarity.get(id.index()).filter(|_| !learned_anew.has_account(context.account));
            let had_acted = self.acted.get(id.index()).copied().unwrap_or(false);
            if let Some(before) = before
                && had_acted == lesson.has_acted(id)
                && !news.concern(context.ip, lesson)
            {
                familiarity.push(*before);
                continue;
            }
            let profile = self.profiles.get(&context.account).unwrap_or(&empty);
            let now = judge(id, context, *added, profile, &tenant, lesson);
            if learned_anew.has_account(context.account) || self.familiarity.get(id.index()) != Some(&now) {
                changes.add_account(context.account);
                changes.add_context(id);
            }
            familiarity.push(now);
        }
        (self.familiarity, self.tenant) = (familiarity, tenant);
        lesson.acted.clone_into(&mut self.acted);
        (self, changes)
    }

    /// What [`Habits::learn_again`] must come to: everybody who teaches where nothing is barred is learned anew,
    /// and every context judged.
    #[cfg(test)]
    pub fn learn_anew(lesson: &Lesson<'_>) -> (Habits, Changes) {
        let (mut habits, _) = Habits::default().learn_again(&Lesson { barred: &[], acted: &[], ..*lesson });
        #[expect(clippy::iter_over_hash_type, reason = "each is learned for itself")]
        for (account, profile) in &mut habits.profiles {
            *profile = Profile::learn(*account, lesson);
        }
        (habits.familiarity, habits.acted, habits.tenant) = Default::default();
        habits.learn_again(lesson)
    }

    /// Forgets what it was learned from, and keeps how familiar every context is: only detections ask for more.
    pub fn forget_lessons(&mut self) {
        *self = Habits { familiarity: std::mem::take(&mut self.familiarity), ..Habits::default() };
    }

    /// How familiar a context is.
    pub fn of(&self, id: ContextId) -> Familiarity {
        self.familiarity.get(id.index()).copied().unwrap_or_default()
    }

    /// True if the account uses this client elsewhere than in this context, too.
    pub fn uses_client(&self, id: ContextId, context: &Context, client: Client) -> bool {
        let learned = self.of(id).learned && context.clients.contains(&client);
        self.profiles.get(&context.account).is_some_and(|profile| profile.is_own_client(client, &context.days, learned))
    }

    /// Most items that the account handles by such acts in a day, elsewhere than in a context, whose own
    /// pace is given.
    pub fn daily_peak(&self, id: ContextId, context: &Context, pace: &[Pace], action: Action) -> u32 {
        let Some(profile) = self.profiles.get(&context.account) else { return 0 };
        let mut own = if self.of(id).learned { Pace::of_action(pace, action) } else { &[] }.iter().peekable();
        let rest = Pace::of_action(&profile.pace, action).iter().map(|usual| {
            while own.next_if(|here| here.key() < usual.key()).is_some() {}
            usual.count.saturating_sub(own.peek().filter(|here| here.key() == usual.key()).map_or(0, |here| here.count))
        });
        rest.max().unwrap_or(0)
    }

    /// Days on which the account was active in its usual contexts.
    pub fn active_days(&self, account: AccountId) -> usize {
        self.profiles.get(&account).map_or(0, |profile| profile.days.len())
    }
}

/// How many accounts of the tenant use an address, system or country on at least three days; or on every
/// day of a history that is shorter, where that is so for more than a few (an intruder on one account is
/// there on every day, too).
#[derive(Default)]
struct Tenant {
    addresses: FxHashMap<Ip, usize>,
    asns: FxHashMap<u32, usize>,
    recorded: FxHashMap<[u8; 2], usize>,
    looked_up: FxHashMap<[u8; 2], usize>,
    /// Country in which most accounts are at home.
    home: Option<[u8; 2]>,
    /// So many accounts are at home there that somebody elsewhere is abroad.
    home_is_sure: bool,
    /// First day of the logs.
    begin: i32,
}

impl Tenant {
    fn of(habits: &Habits, lesson: &Lesson<'_>) -> Tenant {
        let (mut tenant, mut short) = (Tenant::default(), Tenant::default());
        for ((_, context), taught) in lesson.contexts.iter().zip(habits.taught.iter().skip(1)) {
            // An account has one context for each address.
            let days = habits.profiles.get(&context.account).map_or(0, |profile| profile.days.len());
            if *taught && context.days.len() >= HABIT_DAYS {
                *tenant.addresses.entry(context.ip).or_default() += 1;
            } else if *taught && days < HABIT_DAYS && context.days.len() == days {
                *short.addresses.entry(context.ip).or_default() += 1;
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "counts: the order does not matter")]
        for profile in habits.profiles.values() {
            let (tenant, least) =
                if profile.days.len() < HABIT_DAYS { (&mut short, profile.days.len().max(1)) } else { (&mut tenant, HABIT_DAYS) };
            count(&profile.asns, least, &mut tenant.asns);
            count(&profile.recorded, least, &mut tenant.recorded);
            count(&profile.looked_up, least, &mut tenant.looked_up);
        }
        adopt(short.addresses, &mut tenant.addresses);
        adopt(short.asns, &mut tenant.asns);
        adopt(short.recorded, &mut tenant.recorded);
        adopt(short.looked_up, &mut tenant.looked_up);
        tenant.begin = lesson.contexts.iter().filter_map(|(_, context)| context.days.first().copied()).min().unwrap_or(0);
        let home = tenant.looked_up.iter().map(|(country, users)| (*users, *country)).max();
        tenant.home = home.map(|(_, country)| country);
        tenant.home_is_sure = home.is_some_and(|(users, _)| users >= SURE_HOME);
        tenant
    }
}

/// Takes over what more than a few accounts of short history have on all of their days.
fn adopt<K: std::hash::Hash + Eq>(short: FxHashMap<K, usize>, users: &mut FxHashMap<K, usize>) {
    for (value, accounts) in short.into_iter().filter(|(_, accounts)| *accounts > COLLEAGUES) {
        *users.entry(value).or_default() += accounts;
    }
}

/// Counts the account under each value that it was seen with on so many days.
fn count<K: Ord + Copy + std::hash::Hash>(tally: &Tally<K>, least: usize, users: &mut FxHashMap<K, usize>) {
    for (value, days) in tally.iter() {
        if days >= least {
            *users.entry(value).or_default() += 1;
        }
    }
}

/// Accounts with a habit, without the one that asks.
fn others<K: std::hash::Hash + Eq>(users: &FxHashMap<K, usize>, value: &K, own: bool) -> Colleagues {
    match users.get(value).map_or(0, |count| count.saturating_sub(usize::from(own))) {
        0 => Colleagues::None,
        COLLEAGUES.. => Colleagues::Many,
        _ => Colleagues::Few,
    }
}

fn judge(id: ContextId, context: &Context, added: bool, profile: &Profile, tenant: &Tenant, lesson: &Lesson<'_>) -> Familiarity {
    let facts = lesson.book.facts(context.ip);
    let recorded = lesson.recorded(context.ip);
    let looked_up = facts.country();
    let days = context.days.as_slice();
    let by_record = recorded.is_some_and(|country| profile.recorded.is_habit(country, days, added));
    let by_lookup = looked_up.is_some_and(|country| profile.looked_up.is_habit(country, days, added));
    let in_tenant = |users: &FxHashMap<[u8; 2], usize>, own: &Tally<[u8; 2]>, country: Option<[u8; 2]>| {
        country.is_some_and(|country| others(users, &country, own.has_habit(country)) > Colleagues::None)
    };
    // A country is new only if every source that knows it says so, each compared with itself.
    let known = |by_record: bool, by_lookup: bool, has_records: bool| {
        let (record, lookup) = (recorded.filter(|_| has_records).map(|_| by_record), looked_up.map(|_| by_lookup));
        !facts.country_means_something() || record.is_none() && lookup.is_none() || record == Some(true) || lookup == Some(true)
    };
    let own_acts = profile.acts.saturating_sub(if added { context.successes } else { 0 });
    let uses_address = added && days.len() >= HABIT_DAYS;
    let is_own = |client: Client| profile.is_own_client(client, days, added) && !profile.lacks_its_device(client, context, added);
    let client = context.clients.iter().all(|client| client.is_unknown() || is_own(*client));
    let thin = !profile.days.is_habit((), days, added) || own_acts < THIN_ACTS;
    let since_begin = is_early(profile.steady.begin, tenant.begin)
        && days.first() == Some(&profile.steady.begin)
        && is_much(days.len(), profile.steady.days);
    // Of two places from the first day on, that in the country of the company is the owner's. Who never was there,
    // such as a contractor abroad, is at home where he is.
    let never_home = tenant.home_is_sure && tenant.home.is_some_and(|home| profile.steady.countries.binary_search(&home).is_err());
    let is_home = !facts.is_data_centre() && (facts.country() == tenant.home || never_home);
    let own_exit = profile.steady.hidden && client && facts.hides_place();
    // Strangers rent machines and VPN exits where colleagues do: with a program that is not the account's only
    // the very address tells, such as that of the company's own way out.
    let address_colleagues = others(&tenant.addresses, &context.ip, uses_address);
    let asn_colleagues = facts.asn().map_or(Colleagues::None, |asn| others(&tenant.asns, &asn, profile.asns.has_habit(asn)));
    let mut familiar = Familiarity {
        address: false,
        network: own_exit || profile.networks.is_habit(context.network, days, added),
        asn: facts.asn().is_some_and(|asn| profile.asns.is_habit(asn, days, added)),
        country: known(by_record, by_lookup, !profile.recorded.is_empty()),
        tenant_country: known(
            by_record || in_tenant(&tenant.recorded, &profile.recorded, recorded),
            by_lookup || in_tenant(&tenant.looked_up, &profile.looked_up, looked_up),
            !tenant.recorded.is_empty(),
        ),
        client,
        device: context.devices.iter().any(|device| profile.devices.has_beyond(*device, days, added, 1)),
        address_colleagues,
        asn_colleagues: if facts.is_data_centre() && !client { address_colleagues } else { asn_colleagues },
        thin,
        from_start: thin && since_begin && is_home,
        learned: added,
        no_baseline: tenant.looked_up.is_empty() && tenant.recorded.is_empty(),
    };
    let for_owner = owner_signs(context, &familiar, profile, tenant, lesson);
    let foreign = !familiar.tenant_country || !familiar.country && !familiar.client;
    let needed = if lesson.has_acted(id) { 3 } else { 2 * usize::from(foreign) };
    if uses_address && for_owner >= needed {
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

/// How many of six things say that the owner is at home in a context: his device, the network of
/// colleagues, the country of the tenant, a network of people rather than machines, that much of his
/// history, from its beginning, is there, and that nearly all of it is.
fn owner_signs(context: &Context, familiar: &Familiarity, profile: &Profile, tenant: &Tenant, lesson: &Lesson<'_>) -> usize {
    let facts = lesson.book.facts(context.ip);
    let begin = profile.days.first_day().unwrap_or(i32::MAX);
    let early = context.days.first().is_some_and(|day| is_early(*day, begin));
    let signs = [
        familiar.device || !context.devices.is_empty() && early,
        familiar.asn_colleagues > Colleagues::None || familiar.address_colleagues > Colleagues::None,
        facts.country().is_some() && facts.country() == tenant.home && facts.country_means_something(),
        !facts.is_data_centre(),
        early && is_much(context.days.len(), profile.days.len()),
        early && context.days.len() * 5 >= profile.days.len() * 4,
    ];
    signs.iter().filter(|sign| **sign).count()
}
