//! Addresses of real networks, found by looking random addresses up in the built-in database: what the
//! program knows of them is what it will know of them in a generated tenant.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

use bectrace::config::Config;
use bectrace::enrich::{Geo, NetworkClass, Networks, TorExits};

use crate::lands::{LANDS, Land};
use crate::simulation::chance::Chance;
use crate::simulation::tenant::{Place, Pool};

/// Random addresses looked up. Enough for every network of some size in the countries of the table.
const SAMPLES: usize = 700_000;

/// What a network is used for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Use {
    /// Lines of homes and small firms.
    Home,
    /// Networks of which no table says what they are: mostly small providers and firms.
    Local,
    /// Phones.
    Mobile,
    /// Rented servers.
    Hosting,
    /// Exits of VPN services.
    Vpn,
    /// Clouds that services run in.
    Cloud,
}

impl Use {
    fn of(class: NetworkClass) -> Option<Use> {
        match class {
            NetworkClass::ResidentialIsp => Some(Use::Home),
            NetworkClass::Unknown => Some(Use::Local),
            NetworkClass::Mobile => Some(Use::Mobile),
            NetworkClass::Hosting => Some(Use::Hosting),
            NetworkClass::Vpn => Some(Use::Vpn),
            NetworkClass::CloudOther | NetworkClass::CloudMicrosoft => Some(Use::Cloud),
            _ => None,
        }
    }
}

/// The networks found: of each country and use, the pools of each autonomous system.
pub struct Atlas {
    networks: BTreeMap<(&'static str, Use), BTreeMap<u32, Vec<Pool>>>,
}

impl Atlas {
    /// Looks them up.
    ///
    /// # Errors
    /// Where the built-in database cannot be read.
    pub fn draw() -> Result<Atlas, Box<dyn Error>> {
        let (config, tor) = (Config::default(), TorExits::default());
        let geo = Geo::new(&[] as &[&str])?;
        let networks = Networks::new(&geo, &config, &tor);
        let mut chance = Chance::new(0, "atlas");
        let mut found: BTreeMap<(&'static str, Use), BTreeMap<u32, Vec<Pool>>> = BTreeMap::new();
        for _ in 0..SAMPLES {
            let [_, _, _, _, a, b, c, _] = chance.draw().to_be_bytes();
            let facts = networks.facts(IpAddr::V4(Ipv4Addr::new(a, b, c, 77)));
            let (Some(country), Some(asn)) = (facts.country(), facts.asn()) else { continue };
            let land = LANDS.iter().find(|land| land.code.as_bytes() == country);
            let (Some(land), Some(kind)) = (land, Use::of(facts.class)) else { continue };
            // The atlas lives as long as the program.
            let pool = Pool { prefix: format!("{a}.{b}.{c}.").leak(), asn };
            found.entry((land.code, kind)).or_default().entry(asn).or_default().push(pool);
        }
        Ok(Atlas { networks: found })
    }

    /// Pools of one operator, chosen by size, as many as asked for at most.
    pub fn operator(&self, chance: &mut Chance, land: &Land, kind: Use, pools: usize) -> Vec<Pool> {
        let kind = if kind == Use::Home && (!self.has(land, kind) || chance.percent(15)) { Use::Local } else { kind };
        let systems = self.networks.get(&(land.code, kind));
        let all: Vec<&Vec<Pool>> = systems.into_iter().flat_map(BTreeMap::values).collect();
        let total: usize = all.iter().map(|list| list.len()).sum();
        let mut left = chance.index(total);
        let list = all.into_iter().find(|list| {
            let here = left < list.len();
            left = left.saturating_sub(list.len());
            here
        });
        let list = list.map(Vec::as_slice).unwrap_or_default();
        let start = chance.index(list.len());
        list.iter().cycle().skip(start).take(pools.min(list.len())).copied().collect()
    }

    /// True if networks of that use are known in that country.
    pub fn has(&self, land: &Land, kind: Use) -> bool {
        self.networks.contains_key(&(land.code, kind))
    }

    /// A place in a network of that use.
    pub fn place(&self, chance: &mut Chance, land: &'static Land, kind: Use) -> Place {
        let pool = self.operator(chance, land, kind, 1).first().copied().unwrap_or_default();
        land.place(chance, pool)
    }

    /// How many operators and pools of each use there are in each country.
    pub fn describe(&self) -> String {
        let line = |((code, kind), systems): (&(&str, Use), &BTreeMap<u32, Vec<Pool>>)| {
            format!("{code} {kind:?}: {} operators, {} pools\n", systems.len(), systems.values().map(Vec::len).sum::<usize>())
        };
        self.networks.iter().map(line).collect()
    }
}
