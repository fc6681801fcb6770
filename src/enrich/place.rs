//! What databases say of an address, whatever their schema.

use super::value::Value;
use std::ops::BitOr;
use std::sync::Arc;

/// Kinds of network that a database marks an address with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct PlaceFlags(u16);

impl PlaceFlags {
    /// Exit of a VPN service.
    pub const VPN: PlaceFlags = PlaceFlags(1);
    /// Public proxy.
    pub const PROXY: PlaceFlags = PlaceFlags(1 << 1);
    /// Exit of the Tor network.
    pub const TOR: PlaceFlags = PlaceFlags(1 << 2);
    /// Hosting or data centre.
    pub const HOSTING: PlaceFlags = PlaceFlags(1 << 3);
    /// Privacy relay of a browser or system.
    pub const RELAY: PlaceFlags = PlaceFlags(1 << 4);
    /// Mobile carrier.
    pub const MOBILE: PlaceFlags = PlaceFlags(1 << 5);
    /// Satellite link.
    pub const SATELLITE: PlaceFlags = PlaceFlags(1 << 6);
    /// One address at many places.
    pub const ANYCAST: PlaceFlags = PlaceFlags(1 << 7);
    /// A home connection rented out as a proxy.
    pub const RESIDENTIAL_PROXY: PlaceFlags = PlaceFlags(1 << 8);
    /// Hides who uses it, by whatever means.
    pub const ANONYMOUS: PlaceFlags = PlaceFlags(1 << 9);

    const NAMES: [(PlaceFlags, &'static str); 10] = [
        (PlaceFlags::VPN, "vpn"),
        (PlaceFlags::PROXY, "proxy"),
        (PlaceFlags::TOR, "tor"),
        (PlaceFlags::HOSTING, "hosting"),
        (PlaceFlags::RELAY, "relay"),
        (PlaceFlags::MOBILE, "mobile"),
        (PlaceFlags::SATELLITE, "satellite"),
        (PlaceFlags::ANYCAST, "anycast"),
        (PlaceFlags::RESIDENTIAL_PROXY, "residential-proxy"),
        (PlaceFlags::ANONYMOUS, "anonymous"),
    ];

    /// True if every flag of `other` is set.
    pub fn has(self, other: PlaceFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// True if any flag is set.
    pub fn any(self) -> bool {
        self.0 != 0
    }

    /// Names of the flags that are set, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| *name)
    }

    fn without(self, other: PlaceFlags) -> PlaceFlags {
        PlaceFlags(self.0 & !other.0)
    }
}

impl BitOr for PlaceFlags {
    type Output = PlaceFlags;

    fn bitor(self, other: PlaceFlags) -> PlaceFlags {
        PlaceFlags(self.0 | other.0)
    }
}

/// What the databases say of an address; of several, the first that answers a field has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// Country, two capital letters.
    pub country: Option<[u8; 2]>,
    /// The country is only where the block is registered.
    pub registered_country_only: bool,
    /// Number of the autonomous system.
    pub asn: Option<u32>,
    /// Organisation that runs it.
    pub org: Option<Arc<str>>,
    /// City, in English.
    pub city: Option<Arc<str>>,
    /// Name of the VPN, proxy or relay service.
    pub service: Option<Arc<str>>,
    /// Kinds of network that a database marks it with.
    pub flags: PlaceFlags,
    /// Date of the ASN, where it is older than its database ("2025-04-11").
    pub as_of: Option<Arc<str>>,
    /// Which database the country is from (index into [`Geo::sources`](super::Geo::sources)).
    pub country_source: Option<usize>,
    /// Which database the autonomous system is from.
    pub asn_source: Option<usize>,
}

impl Place {
    /// Nothing known.
    pub const NONE: Place = Place {
        country: None,
        registered_country_only: false,
        asn: None,
        org: None,
        city: None,
        service: None,
        flags: PlaceFlags(0),
        as_of: None,
        country_source: None,
        asn_source: None,
    };
}

/// What one database says, and which flags it speaks of at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    place: Place,
    spoken: PlaceFlags,
}

impl Answer {
    /// True if the record answers nothing that we ask.
    pub(super) fn is_empty(&self) -> bool {
        self.place == Place::default() && !self.spoken.any()
    }

    /// Reads a record of any schema. Source of the names: files of MaxMind, `IPinfo`, DB-IP, `IPLocate` and
    /// ip-location-db, and their documentation, as of mid-2026.
    pub(super) fn of(record: &Value) -> Answer {
        let mut place = Place::default();
        let code = |path: &[&str]| record.at(path).and_then(Value::text).and_then(country_code);
        place.country = code(&["country", "iso_code"]).or_else(|| code(&["country_code"])).or_else(|| code(&["country"]));
        if place.country.is_none() {
            place.country = code(&["registered_country", "iso_code"]);
            place.registered_country_only = place.country.is_some();
        }
        place.asn = ["autonomous_system_number", "asn"]
            .iter()
            .find_map(|name| record.get(name).and_then(asn))
            .or_else(|| record.at(&["traits", "autonomous_system_number"]).and_then(asn));
        let text = |paths: &[&[&str]]| paths.iter().find_map(|path| record.at(path).and_then(Value::text)).map(Arc::from);
        place.org = text(&[
            &["autonomous_system_organization"],
            &["traits", "autonomous_system_organization"],
            &["traits", "organization"],
            &["traits", "isp"],
            &["as_name"],
            &["org"],
            &["name"],
            &["isp"],
        ]);
        place.city = text(&[&["city", "names", "en"], &["city"]]);
        place.service = text(&[&["privacy_name"], &["provider_name"], &["service"]]);
        place.as_of = text(&[&["as_of"]]);
        let mut answer = Answer { place, spoken: PlaceFlags::default() };
        answer.read_flags(record);
        answer
    }

    fn read_flags(&mut self, record: &Value) {
        for (names, flag) in FLAG_KEYS {
            let value = names.iter().find_map(|name| record.get(name).or_else(|| record.at(&["traits", name])));
            if let Some(set) = value.and_then(truth) {
                self.spoken = self.spoken | *flag;
                if set {
                    self.place.flags = self.place.flags | *flag;
                }
            }
        }
        for name in ["connection_type", "user_type"] {
            let value = record.get(name).or_else(|| record.at(&["traits", name])).and_then(Value::text);
            let flag = value.and_then(|text| KINDS.iter().find(|(kind, _)| text.eq_ignore_ascii_case(kind))).map(|(_, flag)| *flag);
            if value.is_some() {
                self.spoken = self.spoken | PlaceFlags::MOBILE;
            }
            if let Some(flag) = flag {
                self.place.flags = self.place.flags | flag;
                self.spoken = self.spoken | flag;
            }
        }
        // Lists of residential proxies carry no flag: to be in one is the mark.
        let listed = record.get("percent_days_seen").is_some() || record.at(&["residential_proxy"]).is_some();
        let provider_only = record.get("network_last_seen").is_some() && record.get("is_anonymous").is_none();
        if listed || provider_only {
            self.place.flags = self.place.flags | PlaceFlags::RESIDENTIAL_PROXY;
            self.spoken = self.spoken | PlaceFlags::RESIDENTIAL_PROXY;
        }
    }
}

/// Names of flags in the families of databases. A key that is only there when true counts as spoken of
/// only then.
const FLAG_KEYS: &[(&[&str], PlaceFlags)] = &[
    (&["is_anonymous_vpn", "is_vpn", "vpn"], PlaceFlags::VPN),
    (&["is_public_proxy", "is_proxy", "proxy"], PlaceFlags::PROXY),
    (&["is_tor_exit_node", "is_tor", "tor"], PlaceFlags::TOR),
    (&["is_hosting_provider", "is_hosting", "hosting"], PlaceFlags::HOSTING),
    (&["is_relay", "relay"], PlaceFlags::RELAY),
    (&["is_mobile"], PlaceFlags::MOBILE),
    (&["is_satellite"], PlaceFlags::SATELLITE),
    (&["is_anycast"], PlaceFlags::ANYCAST),
    (&["is_residential_proxy"], PlaceFlags::RESIDENTIAL_PROXY),
    (&["is_anonymous"], PlaceFlags::ANONYMOUS),
];

/// Connection and user types that say what kind of network it is.
const KINDS: &[(&str, PlaceFlags)] = &[
    ("Cellular", PlaceFlags::MOBILE),
    ("Satellite", PlaceFlags::SATELLITE),
    ("hosting", PlaceFlags::HOSTING),
    ("consumer_privacy_network", PlaceFlags::RELAY),
];

fn country_code(text: &str) -> Option<[u8; 2]> {
    match text.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some([*a, *b]),
        _ => None,
    }
}

fn asn(value: &Value) -> Option<u32> {
    let number = match value {
        Value::Number(number) => u32::try_from(*number).ok(),
        Value::Text(text) => {
            let text = text.trim();
            let digits = text.strip_prefix("AS").or_else(|| text.strip_prefix("as")).unwrap_or(text);
            digits.parse().ok()
        }
        _ => None,
    };
    number.filter(|number| *number != 0)
}

/// Booleans come as such, or as the texts "true" and "" (older files).
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(set) => Some(*set),
        Value::Number(number) => Some(*number != 0),
        Value::Text(text) => match text.trim() {
            "true" | "True" | "1" => Some(true),
            "" | "false" | "False" | "0" => Some(false),
            _ => None,
        },
        Value::Other | Value::Map(_) => None,
    }
}

/// Puts answers together, in the order of their databases.
#[derive(Default)]
pub(super) struct Merger {
    place: Place,
    spoken: PlaceFlags,
}

impl Merger {
    /// Adds what database number `source` says.
    pub(super) fn add(&mut self, answer: &Answer, source: usize) {
        let (place, new) = (&mut self.place, &answer.place);
        if place.country.is_none() && new.country.is_some() {
            place.country = new.country;
            place.registered_country_only = new.registered_country_only;
            place.country_source = Some(source);
        }
        if place.asn.is_none() && new.asn.is_some() {
            place.asn = new.asn;
            place.as_of.clone_from(&new.as_of);
            place.asn_source = Some(source);
        }
        // A name goes with its number: never one file's number under another's name.
        if place.org.is_none() && (new.asn.is_none() || new.asn == place.asn) {
            place.org.clone_from(&new.org);
        }
        if place.city.is_none() && (new.country.is_none() || new.country == place.country) {
            place.city.clone_from(&new.city);
        }
        if place.service.is_none() {
            place.service.clone_from(&new.service);
        }
        place.flags = place.flags | new.flags.without(self.spoken);
        self.spoken = self.spoken | answer.spoken;
    }

    /// All of it.
    pub(super) fn finish(self) -> Place {
        self.place
    }
}
