//! A labelled tenant from a seed.

use std::collections::BTreeSet;

use crate::atlas::Atlas;
use crate::attacks::{self, Kind};
use crate::company::Company;
use crate::exports;
use crate::honest;
use crate::simulation::chance::Chance;
use crate::simulation::life::Life;
use crate::simulation::world::World;
use crate::stage::Stage;
use crate::truth::{self, Labelled, Truth};

/// A tenant.
pub struct Case {
    /// What happened to it.
    pub kind: &'static str,
    /// People and days.
    pub size: (usize, i64),
    /// Its exports.
    pub files: Vec<Labelled>,
    /// What really happened.
    pub truth: Truth,
}

impl Case {
    /// The tenant of a seed.
    pub fn of(seed: u64, atlas: &Atlas) -> Case {
        let kind: &'static Kind = attacks::of_seed(seed);
        let (company, tenant, extras) = Company::of(seed, atlas);
        let days = company.days;
        let mut world = World::new(tenant, seed);
        world.inbox_limit = usize::MAX;
        let nobody = chrono::NaiveDate::default();
        let mut life = Life::new(&world, seed, (nobody, nobody), extras);
        for date in days.0.iter_days().take_while(|date| *date <= days.1) {
            life.day(&mut world, date);
        }
        let mut chance = Chance::new(seed, "applications");
        for odd in &company.odd {
            honest::work(&mut world, &mut chance, odd, days.1);
        }
        let mut stage = Stage::new(world, &company, atlas, seed);
        (kind.play)(&mut stage);
        let Stage { mut world, drama, .. } = stage;
        let midnight = chrono::NaiveTime::MIN;
        let span = (days.0.and_time(midnight), crate::simulation::clock::after(days.1.and_time(midnight), 86_399));
        let (files, shown) = exports::files(&mut world, &mut Chance::new(seed, "exports"), span);
        let truth = truth::of(&world, &drama, &files, shown);
        let length = days.1.signed_duration_since(days.0).num_days() + 1;
        Case { kind: kind.name, size: (world.tenant.people.len(), length), files, truth }
    }

    /// Names of the accounts that fell.
    pub fn fallen(&self) -> BTreeSet<&str> {
        self.truth.accounts.iter().map(|account| account.name.as_str()).collect()
    }
}
