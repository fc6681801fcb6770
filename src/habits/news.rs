//! What of the tenant's habits changed from one lesson to the next.
//!
//! Whose account learned nothing new, and who is nowhere where the tenant's habits changed, is as familiar there
//! as before: most contexts need not be judged again.

use super::{Lesson, Tenant};
use crate::events::Ip;
use rustc_hash::{FxHashMap, FxHashSet};

/// What of the tenant's habits came out otherwise than before.
pub(super) struct News {
    addresses: FxHashSet<Ip>,
    asns: FxHashSet<u32>,
    recorded: FxHashSet<[u8; 2]>,
    looked_up: FxHashSet<[u8; 2]>,
    /// What concerns every context.
    general: bool,
}

impl Tenant {
    /// What is otherwise than in the lesson before.
    pub(super) fn news(&self, before: &Tenant) -> News {
        let general = (self.home, self.home_is_sure, self.begin) != (before.home, before.home_is_sure, before.begin)
            || self.recorded.is_empty() != before.recorded.is_empty()
            || self.looked_up.is_empty() != before.looked_up.is_empty();
        News {
            addresses: differing(&self.addresses, &before.addresses),
            asns: differing(&self.asns, &before.asns),
            recorded: differing(&self.recorded, &before.recorded),
            looked_up: differing(&self.looked_up, &before.looked_up),
            general,
        }
    }
}

impl News {
    /// True if contexts at this address may be familiar otherwise than before for it.
    pub(super) fn concern(&self, ip: Ip, lesson: &Lesson<'_>) -> bool {
        let facts = lesson.book.facts(ip);
        self.general
            || self.addresses.contains(&ip)
            || facts.asn().is_some_and(|asn| self.asns.contains(&asn))
            || facts.country().is_some_and(|country| self.looked_up.contains(&country))
            || lesson.recorded(ip).is_some_and(|country| self.recorded.contains(&country))
    }
}

/// The values that are not in as many habits as before.
fn differing<K: Copy + std::hash::Hash + Eq>(now: &FxHashMap<K, usize>, before: &FxHashMap<K, usize>) -> FxHashSet<K> {
    let other = |than: &FxHashMap<K, usize>, (value, users): (&K, &usize)| (than.get(value) != Some(users)).then_some(*value);
    now.iter().filter_map(|one| other(before, one)).chain(before.iter().filter_map(|one| other(now, one))).collect()
}
