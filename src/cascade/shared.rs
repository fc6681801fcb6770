//! Which of the fallen share what, found by what they share: pairs that share nothing cost nothing.

use super::{Fallen, SAME_ADDRESS_DB, SAME_APP_DB, SAME_RULE_DB, SAME_SYSTEM_DB, SHARED_EXIT_DB, is_exit};
use crate::detections::Case;
use crate::events::{Ip, Str};
use crate::habits::Client;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// One thing that an intruder left.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Trait<'f> {
    Address(Ip),
    System(u32, Client),
    Rule(&'f str),
    App(Str),
}

/// Kinds of things that two accounts share, one bit each.
#[derive(Clone, Copy, Default)]
struct Kinds(u8);

impl Kinds {
    const ADDRESS: Kinds = Kinds(1);
    const EXIT: Kinds = Kinds(1 << 1);
    const SYSTEM: Kinds = Kinds(1 << 2);
    const RULE: Kinds = Kinds(1 << 3);
    const APP: Kinds = Kinds(1 << 4);

    fn has(self, kind: Kinds) -> bool {
        self.0 & kind.0 != 0
    }

    /// Worth in decibans, as of [`super::same_actor`].
    fn db(self) -> f64 {
        let place = if self.has(Kinds::ADDRESS) {
            SAME_ADDRESS_DB
        } else if self.has(Kinds::EXIT) {
            SHARED_EXIT_DB
        } else if self.has(Kinds::SYSTEM) {
            SAME_SYSTEM_DB
        } else {
            0.0
        };
        place + if self.has(Kinds::RULE) { SAME_RULE_DB } else { 0.0 } + if self.has(Kinds::APP) { SAME_APP_DB } else { 0.0 }
    }
}

/// Things with the accounts (places among the fallen) on which they were left so far.
pub(super) struct Shared<'f, 'c> {
    case: &'c Case<'c>,
    left_on: FxHashMap<Trait<'f>, Vec<usize>>,
    kinds: Vec<Kinds>,
}

impl<'f, 'c> Shared<'f, 'c> {
    pub(super) fn of(case: &'c Case<'c>, fallen: &[Fallen<'_>]) -> Shared<'f, 'c> {
        Shared { case, left_on: FxHashMap::default(), kinds: vec![Kinds::default(); fallen.len()] }
    }

    /// Same-actor evidence between an account and those that fell earlier, by their places, where there is
    /// any. Accounts must be asked for in the order in which they fell.
    pub(super) fn with_earlier(&mut self, at: usize, one: &'f Fallen<'_>) -> BTreeMap<usize, f64> {
        let mut met: Vec<usize> = Vec::new();
        for left in traits_of(one) {
            let kind = match left {
                Trait::Address(ip) if is_exit(self.case, ip) => Kinds::EXIT,
                Trait::Address(_) => Kinds::ADDRESS,
                Trait::System(..) => Kinds::SYSTEM,
                Trait::Rule(_) => Kinds::RULE,
                Trait::App(_) => Kinds::APP,
            };
            for earlier in self.left_on.get(&left).into_iter().flatten() {
                let Some(kinds) = self.kinds.get_mut(*earlier) else { continue };
                if kinds.0 == 0 {
                    met.push(*earlier);
                }
                kinds.0 |= kind.0;
            }
            self.left_on.entry(left).or_default().push(at);
        }
        let worth = |earlier: usize| Some((earlier, std::mem::take(self.kinds.get_mut(earlier)?).db()));
        met.into_iter().filter_map(worth).collect()
    }
}

fn traits_of<'f>(one: &'f Fallen<'_>) -> impl Iterator<Item = Trait<'f>> {
    let traits = &one.traits;
    let addresses = traits.addresses.iter().map(|ip| Trait::Address(*ip));
    let systems = traits.systems.iter().map(|(asn, client)| Trait::System(*asn, *client));
    let rules = traits.rules.iter().map(|wording| Trait::Rule(wording));
    addresses.chain(systems).chain(rules).chain(traits.apps.iter().map(|app| Trait::App(*app)))
}
