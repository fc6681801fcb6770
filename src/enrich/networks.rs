//! Kinds of network: by autonomous system, Microsoft 365's own networks, Tor exits.

use crate::config::Cidr;
use crate::events::named;
use std::net::IpAddr;
use std::path::Path;

named! {
    /// What kind of network an address is in. A class is context, not a verdict.
    #[derive(Default)]
    NetworkClass {
        /// Nothing is known of it.
        #[default]
        Unknown = "unknown",
        /// A network of the organisation (from the configuration).
        Internal = "internal",
        /// An exit of the organisation's own VPN or gateway (from the configuration).
        KnownVpn = "known-vpn",
        /// Microsoft 365's own servers: mostly a service that acts for the user.
        Microsoft365 = "microsoft-365",
        /// Rented servers.
        Hosting = "hosting",
        /// A VPN service.
        Vpn = "vpn",
        /// Tor and other networks of anonymity.
        Anonymiser = "anonymiser",
        /// Home connections rented out as proxies, and their sellers.
        ResidentialProxy = "residential-proxy",
        /// A mobile carrier.
        Mobile = "mobile",
        /// A satellite link.
        Satellite = "satellite",
        /// Home and business connections.
        ResidentialIsp = "residential-isp",
        /// Universities and research networks.
        Education = "education",
        /// Azure and other Microsoft networks, rented servers included.
        CloudMicrosoft = "cloud-microsoft",
        /// Other clouds.
        CloudOther = "cloud-other",
        /// Privacy relays of browsers and systems (Private Relay, WARP).
        PrivacyRelay = "privacy-relay",
        /// Secure web gateways that companies send their people through.
        SecureWebGateway = "secure-web-gateway",
        /// Mail gateways, sandboxes, scanners.
        SecurityScanner = "security-scanner",
        /// A private address: a hop inside some network.
        Private = "private",
        /// A carrier's shared address space (100.64.0.0/10).
        CarrierNat = "carrier-nat",
        /// The machine itself.
        Loopback = "loopback",
        /// One cable.
        LinkLocal = "link-local",
        /// For documentation: never in real traffic.
        Documentation = "documentation",
        /// Multicast.
        Multicast = "multicast",
        /// Reserved for other uses.
        Reserved = "reserved",
    }
}

impl NetworkClass {
    /// What it is, for people.
    pub fn words(self) -> &'static str {
        match self {
            NetworkClass::Unknown => "kind of network not known",
            NetworkClass::Internal => "own network",
            NetworkClass::KnownVpn => "own VPN exit",
            NetworkClass::Microsoft365 => "Microsoft 365 service",
            NetworkClass::Hosting => "hosting",
            NetworkClass::Vpn => "VPN service",
            NetworkClass::Anonymiser => "anonymiser (Tor)",
            NetworkClass::ResidentialProxy => "residential proxy seller",
            NetworkClass::Mobile => "mobile",
            NetworkClass::Satellite => "satellite",
            NetworkClass::ResidentialIsp => "home or business line",
            NetworkClass::Education => "education",
            NetworkClass::CloudMicrosoft => "Microsoft cloud",
            NetworkClass::CloudOther => "cloud",
            NetworkClass::PrivacyRelay => "privacy relay",
            NetworkClass::SecureWebGateway => "secure web gateway",
            NetworkClass::SecurityScanner => "security scanner",
            NetworkClass::Private => "private address",
            NetworkClass::CarrierNat => "carrier's shared address",
            NetworkClass::Loopback => "the machine itself",
            NetworkClass::LinkLocal => "link-local address",
            NetworkClass::Documentation => "documentation address",
            NetworkClass::Multicast => "multicast address",
            NetworkClass::Reserved => "reserved address",
        }
    }

    /// False where the country of the network says nothing of where somebody is: VPN, relays, gateways,
    /// satellites, clouds. Hosting stands where it stands; and what stands for another address, in exports that
    /// were masked, has the country that was recorded with it.
    pub fn country_means_something(self) -> bool {
        !matches!(
            self,
            NetworkClass::Vpn
                | NetworkClass::KnownVpn
                | NetworkClass::Anonymiser
                | NetworkClass::PrivacyRelay
                | NetworkClass::SecureWebGateway
                | NetworkClass::ResidentialProxy
                | NetworkClass::Satellite
                | NetworkClass::CloudMicrosoft
                | NetworkClass::CloudOther
                | NetworkClass::Microsoft365
        ) && (!self.is_special() || self == NetworkClass::Documentation)
    }

    /// True for addresses outside the public Internet.
    pub fn is_special(self) -> bool {
        matches!(
            self,
            NetworkClass::Private
                | NetworkClass::CarrierNat
                | NetworkClass::Loopback
                | NetworkClass::LinkLocal
                | NetworkClass::Documentation
                | NetworkClass::Multicast
                | NetworkClass::Reserved
        )
    }

    /// True where strangers share one address as a matter of course, so that a shared address joins
    /// accounts only weakly.
    pub fn is_shared(self) -> bool {
        matches!(
            self,
            NetworkClass::Vpn
                | NetworkClass::KnownVpn
                | NetworkClass::Anonymiser
                | NetworkClass::PrivacyRelay
                | NetworkClass::SecureWebGateway
                | NetworkClass::Mobile
                | NetworkClass::Satellite
                | NetworkClass::CarrierNat
                | NetworkClass::Internal
        )
    }
}

/// Class and name of an autonomous system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClassifiedSystem {
    /// What kind of network it is.
    pub class: NetworkClass,
    /// Its name in the table.
    pub label: String,
}

/// The shipped tables: autonomous systems by number, Microsoft 365's networks.
#[derive(Clone, Debug)]
pub struct NetworkTables {
    systems: Vec<(u32, ClassifiedSystem)>,
    services: Vec<(Cidr, String)>,
}

impl NetworkTables {
    /// Reads the shipped tables; they are checked by tests, a row that does not read is left out.
    pub fn shipped() -> NetworkTables {
        let rows = |text: &'static str| {
            csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes()).into_records().filter_map(Result::ok)
        };
        let mut systems: Vec<(u32, ClassifiedSystem)> = rows(include_str!("../../data/network-classes.csv"))
            .filter_map(|row| {
                let class = NetworkClass::from_name(row.get(1)?)?;
                Some((row.get(0)?.parse().ok()?, ClassifiedSystem { class, label: row.get(2)?.to_owned() }))
            })
            .collect();
        systems.sort_by_key(|(asn, _)| *asn);
        let mut services: Vec<(Cidr, String)> = rows(include_str!("../../data/m365-networks.csv"))
            .filter_map(|row| Some((Cidr::parse(row.get(0)?)?, row.get(1)?.to_owned())))
            .collect();
        services.sort_by_key(|(network, _)| std::cmp::Reverse(network.bits()));
        NetworkTables { systems, services }
    }

    /// Class of an autonomous system, if it is in the table.
    pub fn system(&self, asn: u32) -> Option<&ClassifiedSystem> {
        let at = self.systems.binary_search_by_key(&asn, |(number, _)| *number).ok()?;
        self.systems.get(at).map(|(_, system)| system)
    }

    /// The Microsoft 365 service that an address belongs to (`exchange-online`, `entra-id`, ...); of
    /// several networks the longest prefix decides.
    pub fn service(&self, address: IpAddr) -> Option<&str> {
        self.services.iter().find(|(network, _)| network.contains(address)).map(|(_, service)| service.as_str())
    }
}

/// Exits of the Tor network, of the day of the events.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TorExits {
    addresses: Vec<IpAddr>,
    newest: Option<String>,
}

/// Why a list of Tor exits cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TorExitsError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file, as given.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is none of what such lists have.
    #[error("line {line}: expected an address or an ExitAddress line")]
    Line {
        /// Which, from 1.
        line: usize,
    },
}

/// Other keywords of `CollecTor`'s exit lists, which say nothing that we need.
const EXIT_LIST_KEYWORDS: [&str; 4] = ["ExitNode", "Published", "LastStatus", "@type"];

impl TorExits {
    /// Reads a list: one address a line, `#` comments, or the form `ExitAddress A.B.C.D date time` of
    /// `CollecTor`'s exit lists.
    ///
    /// # Errors
    /// [`TorExitsError`] where the file cannot be read, or a line is neither.
    pub fn open(path: &Path) -> Result<TorExits, TorExitsError> {
        let bytes = std::fs::read(path).map_err(|source| TorExitsError::Io { path: path.display().to_string(), source })?;
        TorExits::parse(&String::from_utf8_lossy(&bytes))
    }

    /// Reads the text of a list.
    ///
    /// # Errors
    /// [`TorExitsError::Line`] where a line is no address.
    pub fn parse(text: &str) -> Result<TorExits, TorExitsError> {
        let mut exits = TorExits::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim().trim_start_matches('\u{feff}');
            let mut words = line.split_whitespace();
            let (first, date) = match words.next() {
                None => continue,
                Some(word) if word.starts_with('#') || EXIT_LIST_KEYWORDS.contains(&word) => continue,
                Some("ExitAddress") => (words.next().unwrap_or_default(), words.next()),
                Some(word) => (word, None),
            };
            let address: IpAddr = first.parse().map_err(|_| TorExitsError::Line { line: number + 1 })?;
            exits.addresses.push(address);
            if let Some(date) = date
                && exits.newest.as_deref().is_none_or(|newest| newest < date)
            {
                exits.newest = Some(date.to_owned());
            }
        }
        exits.addresses.sort_unstable();
        exits.addresses.dedup();
        Ok(exits)
    }

    /// True if the address is an exit.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.addresses.binary_search(&address).is_ok()
    }

    /// The newest date in the list, if it has dates.
    pub fn date(&self) -> Option<&str> {
        self.newest.as_deref()
    }

    /// How many exits there are.
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_shipped_tables_reads() {
        let tables = NetworkTables::shipped();
        let lines = |text: &str| text.lines().count() - 1;
        assert_eq!(tables.systems.len(), lines(include_str!("../../data/network-classes.csv")));
        assert_eq!(tables.services.len(), lines(include_str!("../../data/m365-networks.csv")));
        assert!(tables.systems.is_sorted_by(|a, b| a.0 < b.0), "one class for each system");
    }

    #[test]
    fn the_longest_prefix_names_the_service() {
        let tables = NetworkTables::shipped();
        let service = |text: &str| tables.service(text.parse().unwrap()).map(str::to_owned);
        assert_eq!(service("40.107.0.1").as_deref(), Some("exchange-mail-flow"));
        assert_eq!(service("20.190.128.1").as_deref(), Some("entra-id"));
        assert_eq!(service("2603:1026:3000::1").as_deref(), Some("entra-id"));
        assert_eq!(service("2603:1026:200::1").as_deref(), Some("exchange-online"));
        assert_eq!(service("2603:10a6:208::1").as_deref(), Some("exchange-online"));
        assert_eq!(service("20.82.0.1"), None, "a rented machine in Azure is no service");
    }

    #[test]
    fn both_forms_of_exit_lists_are_read_and_others_refused() {
        let text = "# comment\n192.0.2.1\n2001:db8::1\nExitNode 0011\nPublished 2023-03-02 01:00:00\nExitAddress 198.51.100.9 2023-03-02 06:10:11\n\nExitAddress 198.51.100.9 2023-03-01 00:00:00\n";
        let exits = TorExits::parse(text).unwrap();
        assert_eq!((exits.len(), exits.date()), (3, Some("2023-03-02")));
        assert!(exits.contains("198.51.100.9".parse().unwrap()));
        assert!(!exits.contains("198.51.100.10".parse().unwrap()));
        assert_eq!(TorExits::parse("192.0.2.1\n<html>").unwrap_err().to_string(), "line 2: expected an address or an ExitAddress line");
    }
}
