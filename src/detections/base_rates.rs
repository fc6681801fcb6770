//! Base rates: what is seen on everybody's ordinary days is no evidence.
//!
//! Weights say how much more often a finding is seen on taken accounts than on untouched ones. A tenant
//! behind a gateway that changes its addresses, an export with randomised ones, or an account that is
//! never twice in one place makes findings of habit by the hundred. So the share of days on which a
//! detection fires is measured, on the other accounts of the tenant and on the account itself, and so is
//! the share of other accounts on which it ever fires; a finding is worth at most what the largest share
//! leaves: 10·log10(1/share). New places are measured by days only: anybody is somewhere new now and then.
//!
//! An intrusion must not discount itself: a share counts only where it is reached in every quarter of
//! the time, so that a campaign, which has a beginning, does not count, and among *other* accounts.

use super::case::is_judged;
use super::{Case, EvidenceFamily, Finding};
use crate::events::{AccountId, Store};
use crate::habits::Contexts;
use std::collections::BTreeMap;

/// Share of other accounts' days from which a finding counts less.
const COMMON: f64 = 0.05;
/// Share of the account's own days from which a finding counts less.
const OWN_COMMON: f64 = 1.0 / 3.0;
/// Other accounts, and days of theirs in each quarter, without which no share is measured.
const OTHERS: u32 = 20;
const OTHER_DAYS: u32 = 50;
/// Days of the account in each quarter without which no share of its own is measured.
const OWN_DAYS: u32 = 3;
/// Worth below which a capped finding is none.
const NOTHING_DB: f64 = 1.0;
/// Decibans from which findings of one detection are compared only with others at least as strong.
const LEVELS: [f64; 3] = [0.0, 6.0, 12.0];

/// Days by quarter of the time.
type Quarters = [u32; 4];

/// Caps the worth of findings that are seen all the time, and takes out those that are then worth nothing.
pub(super) fn apply(case: &Case<'_>, findings: &mut Vec<Finding>) -> Vec<Finding> {
    for same in findings.chunk_by_mut(|a, b| a.detection == b.detection) {
        let Some(detection) = same.first().and_then(Finding::detection) else { continue };
        if detection.family() != EvidenceFamily::Company {
            cap(case, same, !detection.is_of_place());
        }
    }
    findings.extract_if(.., |finding| finding.is_capped() && finding.db <= 0.0).collect()
}

/// Days on which each account is active, by quarter of the tenant's time and of its own.
#[derive(Default)]
pub struct ActiveDays {
    accounts: BTreeMap<AccountId, (Quarters, Quarters, (i64, i64))>,
    total: Quarters,
    /// How many accounts are active in each quarter.
    people: Quarters,
    span: (i64, i64),
}

impl ActiveDays {
    /// Of every account that is judged.
    pub fn build(store: &Store, contexts: &Contexts) -> ActiveDays {
        let mut days: Vec<(AccountId, i64)> = Vec::new();
        for (_, context) in contexts.iter() {
            if context.succeeded() && context.app.is_none() && is_judged(store, context.account) {
                days.extend(context.days.iter().map(|day| (context.account, i64::from(*day))));
            }
        }
        days.sort_unstable();
        days.dedup();
        let span = (days.iter().map(|(_, day)| *day).min().unwrap_or(0), days.iter().map(|(_, day)| *day).max().unwrap_or(0));
        let mut active = ActiveDays { span, ..ActiveDays::default() };
        for own in days.chunk_by(|a, b| a.0 == b.0) {
            let (Some((account, first)), Some((_, last))) = (own.first(), own.last()) else { continue };
            let (mut of_tenant, mut of_account) = ([0; 4], [0; 4]);
            for (_, day) in own {
                count(&mut of_tenant, *day, span);
                count(&mut active.total, *day, span);
                count(&mut of_account, *day, (*first, *last));
            }
            add(&mut active.people, &of_tenant.map(|days| u32::from(days > 0)));
            active.accounts.insert(*account, (of_tenant, of_account, (*first, *last)));
        }
        active
    }
}

/// Counts a day in its quarter of the span.
fn count(quarters: &mut Quarters, day: i64, (first, last): (i64, i64)) {
    let length = (last - first + 1).max(1);
    let quarter = usize::try_from((day - first) * 4 / length).unwrap_or(0);
    if let Some(entry) = quarters.get_mut(quarter.min(3)) {
        *entry += 1;
    }
}

/// The smallest share of any quarter; 0 where a quarter has fewer than `least` days.
fn share(fired: &Quarters, active: &Quarters, least: u32) -> f64 {
    let shares = fired.iter().zip(active).map(|(fired, active)| if *active < least { 0.0 } else { f64::from(*fired) / f64::from(*active) });
    shares.fold(1.0, f64::min)
}

fn add(all: &mut Quarters, more: &Quarters) {
    for (sum, more) in all.iter_mut().zip(more) {
        *sum += more;
    }
}

fn less(all: &Quarters, own: &Quarters) -> Quarters {
    let mut rest = *all;
    for (rest, own) in rest.iter_mut().zip(own) {
        *rest = rest.saturating_sub(*own);
    }
    rest
}

fn level(db: f64) -> usize {
    LEVELS.iter().rposition(|least| db >= *least).unwrap_or(0)
}

/// Days on which a detection fired, at each level and above.
#[derive(Default)]
struct Fired {
    of_tenant: [Quarters; LEVELS.len()],
    of_account: [Quarters; LEVELS.len()],
}

/// Account, day and level of what fired, in eight bytes that sort in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fire(u64);

impl Fire {
    const LEVEL_BITS: u32 = 8;
    const DAY_BITS: u32 = 24;
    /// Added to days, so that none is negative.
    const BEGIN: i64 = 1 << (Fire::DAY_BITS - 1);

    fn new(account: AccountId, day: i64, level: usize) -> Fire {
        let day = (day + Fire::BEGIN).clamp(0, (1 << Fire::DAY_BITS) - 1).unsigned_abs();
        Fire((u64::from(account.0) << Fire::DAY_BITS | day) << Fire::LEVEL_BITS | level as u64)
    }

    fn is_day_of(self, other: Fire) -> bool {
        self.0 >> Fire::LEVEL_BITS == other.0 >> Fire::LEVEL_BITS
    }

    fn parts(self) -> (AccountId, i64, usize) {
        let bits = |shift: u32, bits: u32| u32::try_from(self.0 >> shift & ((1 << bits) - 1)).unwrap_or(0);
        let day = i64::from(bits(Fire::LEVEL_BITS, Fire::DAY_BITS)) - Fire::BEGIN;
        (AccountId(bits(Fire::LEVEL_BITS + Fire::DAY_BITS, u32::BITS)), day, bits(0, Fire::LEVEL_BITS) as usize)
    }
}

/// Caps the findings of one detection, by days and, where asked for, by accounts.
fn cap(case: &Case<'_>, findings: &mut [Finding], by_accounts: bool) {
    let active = case.active;
    let mut days: Vec<Fire> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.db > 0.0) {
        // The time of a finding's only event is at hand.
        let only = Some(finding.time).filter(|_| finding.events.len() == 1);
        let events = finding.events.iter().filter(|_| only.is_none());
        let times = only.into_iter().chain(events.filter_map(|index| case.event(*index)).map(|event| event.time));
        for time in times.filter(|time| time.is_known()) {
            let day = Fire::new(finding.account, time.day(), level(finding.db));
            // Events come in time order for the most part: those of one day need to be counted once.
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
    }
    days.sort_unstable();
    let mut all = [[0; 4]; LEVELS.len()];
    let mut by_account: BTreeMap<AccountId, Fired> = BTreeMap::new();
    for of_day in days.chunk_by(|a, b| a.is_day_of(*b)) {
        // The strongest of the day comes last.
        let Some((account, day, strongest)) = of_day.last().map(|last| last.parts()) else { continue };
        let Some((_, _, span)) = active.accounts.get(&account) else { continue };
        let fired = by_account.entry(account).or_default();
        for level in 0..=strongest {
            if let (Some(all), Some(of_tenant), Some(of_account)) =
                (all.get_mut(level), fired.of_tenant.get_mut(level), fired.of_account.get_mut(level))
            {
                count(all, day, active.span);
                count(of_tenant, day, active.span);
                count(of_account, day, *span);
            }
        }
    }
    let mut people = [[0; 4]; LEVELS.len()];
    for fired in by_account.values() {
        for (all, own) in people.iter_mut().zip(&fired.of_tenant) {
            add(all, &own.map(|days| u32::from(days > 0)));
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.db > 0.0) {
        let at = level(finding.db);
        let (Some(fired), Some((of_tenant, of_account, _)), Some(all)) =
            (by_account.get(&finding.account), active.accounts.get(&finding.account), all.get(at))
        else {
            continue;
        };
        let others = match fired.of_tenant.get(at) {
            Some(own) if active.accounts.len() > OTHERS as usize => share(&less(all, own), &less(&active.total, of_tenant), OTHER_DAYS),
            _ => 0.0,
        };
        let own = fired.of_account.get(at).map_or(0.0, |fired| share(fired, of_account, OWN_DAYS));
        let accounts = match (fired.of_tenant.get(at), people.get(at)) {
            (Some(own), Some(all)) if by_accounts => {
                let [own, here] = [own, of_tenant].map(|quarters| quarters.map(|days| u32::from(days > 0)));
                share(&less(all, &own), &less(&active.people, &here), OTHERS)
            }
            _ => 0.0,
        };
        let own = if own >= OWN_COMMON { own } else { 0.0 };
        let shares = [(own, "the account's own days have"), (others, "other accounts' days have"), (accounts, "other accounts have")];
        let Some((common, whose)) = shares.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        let most = -10.0 * common.log10();
        if common >= COMMON && most < finding.db {
            if most < NOTHING_DB {
                finding.cap(0.0, common, whose);
                continue;
            }
            finding.cap((most * 10.0).round() / 10.0, common, whose);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "unfamiliar-sign-in";

    /// A place of the world for a person and a day.
    fn somewhere(person: usize, day: i64) -> String {
        let net = [41, 102, 154, 196, 197, 105, 160, 187, 200, 120].get(usize::try_from(day).unwrap() % 10).unwrap();
        format!("{net}.{}.{day}.9", 3 * person + 1)
    }

    /// An office in which each person is somewhere else on every `every`-th day.
    fn roaming(people: usize, every: i64) -> Scene {
        let mut scene = Scene::office_of(people);
        for person in 1..people {
            for day in (0..ORDINARY_DAYS).filter(|day| day % every == i64::try_from(person).unwrap() % every) {
                scene.add(sign_in(&format!("c{person}"), at(day, "13:00")).from(&somewhere(person, day), FIREFOX));
            }
        }
        scene
    }

    #[test]
    fn what_everybody_does_all_the_time_counts_little() {
        let seen = roaming(30, 2).look();
        assert!(seen.best(ID, "c7") > 0.0 && seen.best(ID, "c7") < 9.0, "{}", seen.best(ID, "c7"));
    }

    #[test]
    fn the_cap_needs_twenty_others() {
        let nigeria = |mut scene: Scene| {
            scene.add(sign_in("anna", at(15, "03:00")).from(NIGERIA, FIREFOX));
            scene.look().best(ID, "anna")
        };
        assert!(nigeria(roaming(22, 2)) < 10.0, "{}", nigeria(roaming(22, 2)));
        assert!(nigeria(roaming(20, 2)) > 10.0, "{}", nigeria(roaming(20, 2)));
    }

    #[test]
    fn what_few_do_counts_whole() {
        let mut scene = Scene::office_of(30);
        scene.add(sign_in("anna", at(15, "03:00")).from(NIGERIA, FIREFOX));
        scene.look().fires(ID, "anna", 16.0);
    }

    #[test]
    fn a_campaign_has_a_beginning_and_does_not_discount_itself() {
        let mut scene = Scene::office_of(30);
        for person in 1..30 {
            for day in 15..20 {
                scene.add(sign_in(&format!("c{person}"), at(day, "03:00")).from(&somewhere(person, day), FIREFOX));
            }
        }
        assert!(scene.look().best(ID, "c7") >= 11.0);
    }

    #[test]
    fn a_rule_that_people_make_in_every_quarter_counts_little() {
        let rules = |people: usize| {
            let mut scene = Scene::office_of(41);
            for person in 1..=people {
                for quarter in 0..4 {
                    let day = quarter * 5 + i64::try_from(person).unwrap() % 5;
                    scene.add(hiding_rule(&format!("c{person}"), at(day, "13:00")).from(HOSTING, FIREFOX));
                }
            }
            scene.look().best("inbox-rule-hides-mail", "c1")
        };
        assert!(rules(21) < 3.2, "{}", rules(21));
        assert!(rules(2) > 11.9, "{}", rules(2));
    }

    #[test]
    fn an_account_that_is_never_twice_in_one_place_is_its_own_measure() {
        let mut scene = Scene::office();
        for day in 0..ORDINARY_DAYS {
            scene.add(sign_in("anna", at(day, "13:00")).from(&somewhere(0, day), FIREFOX));
        }
        let best = scene.look().best(ID, "anna");
        assert!(best < 5.0, "{best}");
        // Only of late: nothing is usual about it.
        let mut scene = Scene::office();
        for day in 10..ORDINARY_DAYS {
            scene.add(sign_in("anna", at(day, "13:00")).from(&somewhere(0, day), FIREFOX));
        }
        assert!(scene.look().best(ID, "anna") >= 11.0);
    }
}
