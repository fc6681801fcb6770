//! What is known of each address of a case.

use super::geo::{Finder, Geo};
use super::networks::{NetworkClass, NetworkTables, TorExits};
use super::place::{Place, PlaceFlags};
use super::special::{Carrier, special, unwrap};
use crate::config::{Cidr, Config};
use crate::events::{Ip, Store};
use rustc_hash::FxHashSet;
use std::net::IpAddr;
use std::sync::Arc;

/// The network around an address that habits back off to: its /24 (IPv4) or /48 (IPv6), as a number
/// that is equal for all addresses of it.
pub fn network_key(address: IpAddr) -> u128 {
    Cidr::of(address, if address.is_ipv4() { 24 } else { 48 }).base()
}

/// What is known of one address.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AddressFacts {
    /// The address; none for "no address".
    pub address: Option<IpAddr>,
    /// What kind of network it is in.
    pub class: NetworkClass,
    /// Its /24 or /48 (see [`network_key`]).
    pub network: u128,
    /// The IPv4 address inside an IPv6 address, about which everything here is.
    pub inside: Option<(IpAddr, Carrier)>,
    /// Service of Microsoft 365 that it belongs to.
    pub service: Option<Arc<str>>,
    /// What the databases say.
    pub place: Place,
}

impl AddressFacts {
    /// Number of the autonomous system.
    pub fn asn(&self) -> Option<u32> {
        self.place.asn
    }

    /// Organisation that runs the autonomous system.
    pub fn org(&self) -> Option<&str> {
        self.place.org.as_deref()
    }

    /// Country by the databases, two capital letters. It may mean little: see
    /// [`country_means_something`](AddressFacts::country_means_something).
    pub fn country(&self) -> Option<[u8; 2]> {
        self.place.country
    }

    /// False where a country, from whatever source, says nothing of where somebody is.
    pub fn country_means_something(&self) -> bool {
        self.class.country_means_something() && !self.place.flags.has(PlaceFlags::ANYCAST)
    }

    /// True for Microsoft 365's own servers: never a person's, never an intruder's, address.
    pub fn is_microsoft_service(&self) -> bool {
        self.class == NetworkClass::Microsoft365
    }

    /// True for networks of machines: hosting, clouds, VPN services, sellers of proxies.
    pub fn is_data_centre(&self) -> bool {
        matches!(
            self.class,
            NetworkClass::Hosting
                | NetworkClass::CloudOther
                | NetworkClass::CloudMicrosoft
                | NetworkClass::Vpn
                | NetworkClass::Anonymiser
                | NetworkClass::ResidentialProxy
        )
    }

    /// True for exits that many share and whose place says nothing: VPN, relay, gateway, Tor.
    pub fn hides_place(&self) -> bool {
        matches!(
            self.class,
            NetworkClass::Vpn
                | NetworkClass::KnownVpn
                | NetworkClass::Anonymiser
                | NetworkClass::PrivacyRelay
                | NetworkClass::SecureWebGateway
        )
    }

    /// True if a person can be at it: an address that is there, public (or the organisation's own), and
    /// not one of Microsoft 365's servers. Documentation addresses count, for examples' sake.
    pub fn is_personal(&self) -> bool {
        let class = self.class;
        self.address.is_some() && !self.is_microsoft_service() && (!class.is_special() || class == NetworkClass::Documentation)
    }
}

/// Everything that settles what is known of an address: databases, tables, Tor exits, configuration.
pub struct Networks<'a> {
    geo: &'a Geo,
    config: &'a Config,
    tor: &'a TorExits,
    tables: NetworkTables,
}

impl<'a> Networks<'a> {
    /// With the shipped tables.
    pub fn new(geo: &'a Geo, config: &'a Config, tor: &'a TorExits) -> Networks<'a> {
        Networks { geo, config, tor, tables: NetworkTables::shipped() }
    }

    /// The shipped tables.
    pub fn tables(&self) -> &NetworkTables {
        &self.tables
    }

    /// The databases.
    pub fn geo(&self) -> &'a Geo {
        self.geo
    }

    /// The Tor exits.
    pub fn tor(&self) -> &'a TorExits {
        self.tor
    }

    /// What is known of an address.
    pub fn facts(&self, address: IpAddr) -> AddressFacts {
        self.settle(address, &mut Finder::new(self.geo))
    }

    fn settle(&self, given: IpAddr, finder: &mut Finder<'_>) -> AddressFacts {
        let inside = unwrap(given);
        let address = inside.map_or(given, |(address, _)| address);
        let special = special(address);
        let place = if special.is_some() { Place::default() } else { finder.find(address) };
        let service = self.tables.service(address);
        let class = if self.config.is_own_network(given) || self.config.is_own_network(address) {
            NetworkClass::Internal
        } else if self.config.is_vpn_exit(given) || self.config.is_vpn_exit(address) {
            NetworkClass::KnownVpn
        } else if let Some(class) = special {
            class
        } else if service.is_some() {
            NetworkClass::Microsoft365
        } else if self.tor.contains(address) {
            NetworkClass::Anonymiser
        } else {
            self.by_network(&place)
        };
        AddressFacts { address: Some(given), class, network: network_key(given), inside, service: service.map(Arc::from), place }
    }

    /// Class by the flags of databases and by the autonomous system. What a database says of the very
    /// address comes before what holds for its whole system, except that gateways and relays, which
    /// such databases take for VPN or hosting, stay what they are.
    fn by_network(&self, place: &Place) -> NetworkClass {
        let system = place.asn.and_then(|asn| self.tables.system(asn)).map_or(NetworkClass::Unknown, |system| system.class);
        let keeps = [NetworkClass::SecureWebGateway, NetworkClass::SecurityScanner, NetworkClass::PrivacyRelay];
        let first = |table: &[(PlaceFlags, NetworkClass)]| table.iter().find(|(flag, _)| place.flags.has(*flag)).map(|(_, class)| *class);
        let strong = [
            (PlaceFlags::TOR, NetworkClass::Anonymiser),
            (PlaceFlags::RESIDENTIAL_PROXY, NetworkClass::ResidentialProxy),
            (PlaceFlags::RELAY, NetworkClass::PrivacyRelay),
            (PlaceFlags::VPN, NetworkClass::Vpn),
            (PlaceFlags::PROXY, NetworkClass::Anonymiser),
        ];
        let weak = [
            (PlaceFlags::SATELLITE, NetworkClass::Satellite),
            (PlaceFlags::HOSTING, NetworkClass::Hosting),
            (PlaceFlags::MOBILE, NetworkClass::Mobile),
        ];
        match (keeps.contains(&system), first(&strong), system) {
            (false, Some(class), _) => class,
            (false, None, NetworkClass::Unknown) => first(&weak).unwrap_or_default(),
            (false, None, NetworkClass::ResidentialIsp) if place.flags.has(PlaceFlags::MOBILE) => NetworkClass::Mobile,
            _ => system,
        }
    }
}

/// Facts of every address of a store, each found once.
pub struct AddressBook {
    facts: Vec<AddressFacts>,
}

impl AddressBook {
    /// Looks up every address of the store: some microseconds each.
    pub fn build(store: &Store, networks: &Networks<'_>) -> AddressBook {
        let mut finder = Finder::new(networks.geo);
        let mut names: FxHashSet<Arc<str>> = FxHashSet::default();
        let mut facts = vec![AddressFacts::default()];
        for (_, text) in store.ips().iter() {
            let mut found = text.parse().map_or_else(|_| AddressFacts::default(), |address| networks.settle(address, &mut finder));
            // Few services, many addresses: each name is kept once.
            if let Some(service) = found.service.take() {
                let shared = names.get(&service).cloned().unwrap_or(service);
                names.insert(Arc::clone(&shared));
                found.service = Some(shared);
            }
            facts.push(found);
        }
        AddressBook { facts }
    }

    /// Facts of an address; of "no address" there are none.
    pub fn facts(&self, ip: Ip) -> &AddressFacts {
        static NONE: AddressFacts =
            AddressFacts { address: None, class: NetworkClass::Unknown, network: 0, inside: None, service: None, place: Place::NONE };
        self.facts.get(ip.index()).unwrap_or(&NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(config: &str, exits: &str, ask: impl Fn(&Networks<'_>) -> T) -> T {
        let geo = Geo::new(&[] as &[&str]).unwrap();
        let (config, tor) = (Config::parse(config).unwrap(), TorExits::parse(exits).unwrap());
        ask(&Networks::new(&geo, &config, &tor))
    }

    fn class(networks: &Networks<'_>, address: &str) -> &'static str {
        networks.facts(address.parse().unwrap()).class.name()
    }

    #[test]
    fn well_known_addresses_have_their_class() {
        with("", "", |networks| {
            for (address, expected) in [
                ("40.107.0.1", "microsoft-365"),
                ("2603:1036::1", "microsoft-365"),
                ("20.82.0.1", "cloud-microsoft"),
                ("45.62.170.237", "hosting"),
                ("129.56.36.26", "mobile"),
                ("185.220.101.1", "anonymiser"),
                ("165.225.0.1", "secure-web-gateway"),
                ("104.28.0.1", "privacy-relay"),
                ("102.89.0.1", "mobile"),
                ("10.0.0.8", "private"),
                ("64:ff9b::a00:8", "private"),
            ] {
                assert_eq!(class(networks, address), expected, "{address}");
            }
        });
    }

    #[test]
    fn what_the_user_says_of_a_network_comes_first() {
        let config = "[tenant]\nown_networks = [\"10.0.0.0/8\", \"45.62.170.0/24\"]\nvpn_exits = [\"92.38.180.49\"]";
        with(config, "ExitAddress 102.89.0.1 2023-01-01 00:00:00", |networks| {
            assert_eq!(class(networks, "10.0.0.8"), "internal");
            assert_eq!(class(networks, "45.62.170.237"), "internal");
            assert_eq!(class(networks, "92.38.180.49"), "known-vpn");
            assert_eq!(class(networks, "102.89.0.1"), "anonymiser");
            assert!(networks.facts("10.0.0.8".parse().unwrap()).is_personal());
            assert!(!networks.facts("92.38.180.49".parse().unwrap()).country_means_something());
        });
    }

    #[test]
    fn people_are_never_at_microsofts_servers_and_no_country_is_read_from_a_gateway() {
        with("", "", |networks| {
            let facts = |address: &str| networks.facts(address.parse().unwrap());
            assert!(!facts("2603:10a6:208::1").is_personal());
            assert!(!facts("192.168.1.1").is_personal());
            assert!(facts("20.82.0.1").is_personal(), "rented machines in Azure attack too");
            assert!(facts("203.0.113.9").is_personal());
            assert!(!facts("165.225.0.1").country_means_something());
            assert!(facts("45.62.170.237").country_means_something(), "hosting stands where it stands");
            assert!(!AddressFacts::default().is_personal());
        });
    }

    #[test]
    fn an_address_inside_another_is_the_one_that_is_judged() {
        with("", "", |networks| {
            let facts = networks.facts("64:ff9b::8138:241a".parse().unwrap());
            assert_eq!(facts.asn(), Some(327_952));
            assert_eq!(
                facts.inside.map(|(address, carrier)| (address.to_string(), carrier)),
                Some(("129.56.36.26".into(), Carrier::Nat64))
            );
        });
    }

    #[test]
    fn networks_are_24_or_48_bits() {
        let key = |text: &str| network_key(text.parse().unwrap());
        assert_eq!(key("203.0.113.1"), key("203.0.113.250"));
        assert_ne!(key("203.0.113.1"), key("203.0.114.1"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:ffff::1"));
        assert_ne!(key("2001:db8:1::1"), key("2001:db8:2::1"));
    }
}
