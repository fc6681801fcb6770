//! Addresses that no database is to be asked about, and IPv4 addresses that travel inside IPv6.

use super::networks::NetworkClass;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How an IPv4 address is carried in an IPv6 address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Carrier {
    /// `64:ff9b::/96`: a network without IPv4 of its own.
    Nat64,
    /// `2002::/16`.
    SixToFour,
    /// `2001::/32`; the address is the client's, as its Teredo server saw it.
    Teredo,
}

impl Carrier {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Carrier::Nat64 => "NAT64",
            Carrier::SixToFour => "6to4",
            Carrier::Teredo => "Teredo",
        }
    }
}

/// The IPv4 address inside an IPv6 address, and how it is carried there; `None` for all others. Mapped
/// addresses (`::ffff:a.b.c.d`) are IPv4 already when they come here.
pub fn unwrap(address: IpAddr) -> Option<(IpAddr, Carrier)> {
    let IpAddr::V6(six) = address else { return None };
    let bits = six.to_bits();
    let low = |shift: u32| Ipv4Addr::from_bits(u32::try_from(bits >> shift & 0xFFFF_FFFF).unwrap_or(0));
    let (four, carrier) = match six.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => (low(0), Carrier::Nat64),
        [0x2002, ..] => (low(80), Carrier::SixToFour),
        [0x2001, 0, ..] => (Ipv4Addr::from_bits(!low(0).to_bits()), Carrier::Teredo),
        _ => return None,
    };
    Some((IpAddr::V4(four), carrier))
}

/// The class of an address that has no place in the public Internet; `None` for public addresses.
/// Source: the IANA special-purpose address registries.
pub fn special(address: IpAddr) -> Option<NetworkClass> {
    match address {
        IpAddr::V4(four) => special_v4(four),
        IpAddr::V6(six) => special_v6(six),
    }
}

fn special_v4(four: Ipv4Addr) -> Option<NetworkClass> {
    Some(match four.octets() {
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => NetworkClass::Private,
        [100, 64..=127, ..] => NetworkClass::CarrierNat,
        [127, ..] => NetworkClass::Loopback,
        [169, 254, ..] => NetworkClass::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => NetworkClass::Documentation,
        [224..=239, ..] => NetworkClass::Multicast,
        [0 | 240..=255, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => NetworkClass::Reserved,
        _ => return None,
    })
}

fn special_v6(six: Ipv6Addr) -> Option<NetworkClass> {
    if six.is_unspecified() {
        return Some(NetworkClass::Reserved);
    }
    if six.is_loopback() {
        return Some(NetworkClass::Loopback);
    }
    Some(match six.segments() {
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => NetworkClass::Documentation,
        [0xfc00..=0xfdff, ..] | [0x64, 0xff9b, 1, ..] => NetworkClass::Private,
        [0xfe80..=0xfebf, ..] => NetworkClass::LinkLocal,
        [0xff00..=0xffff, ..] => NetworkClass::Multicast,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_a_place_are_known_before_any_lookup() {
        for (text, class) in [
            ("10.1.2.3", NetworkClass::Private),
            ("172.31.255.255", NetworkClass::Private),
            ("192.168.0.1", NetworkClass::Private),
            ("fd00::1", NetworkClass::Private),
            ("64:ff9b:1::1", NetworkClass::Private),
            ("100.64.0.1", NetworkClass::CarrierNat),
            ("127.0.0.1", NetworkClass::Loopback),
            ("::1", NetworkClass::Loopback),
            ("169.254.1.1", NetworkClass::LinkLocal),
            ("fe80::1", NetworkClass::LinkLocal),
            ("192.0.2.1", NetworkClass::Documentation),
            ("2001:db8::1", NetworkClass::Documentation),
            ("3fff:fff::1", NetworkClass::Documentation),
            ("198.18.0.1", NetworkClass::Reserved),
            ("240.0.0.1", NetworkClass::Reserved),
            ("0.1.2.3", NetworkClass::Reserved),
            ("::", NetworkClass::Reserved),
            ("224.0.0.1", NetworkClass::Multicast),
            ("ff02::1", NetworkClass::Multicast),
        ] {
            assert_eq!(special(text.parse().unwrap()), Some(class), "{text}");
        }
        for public in ["172.32.0.1", "100.128.0.1", "198.20.0.1", "8.8.8.8", "2603:1036::1", "3fff:1000::1"] {
            assert_eq!(special(public.parse().unwrap()), None, "{public}");
        }
    }

    #[test]
    fn the_address_inside_is_found() {
        let inside = |text: &str| unwrap(text.parse().unwrap()).map(|(address, carrier)| (address.to_string(), carrier.name()));
        assert_eq!(inside("64:ff9b::8.8.8.8"), Some(("8.8.8.8".into(), "NAT64")));
        assert_eq!(inside("2002:808:808::1"), Some(("8.8.8.8".into(), "6to4")));
        assert_eq!(inside("2001:0:4136:e378:8000:63bf:3fff:fdd2"), Some(("192.0.2.45".into(), "Teredo")));
        assert_eq!(inside("2001:4860:4860::8888"), None);
        assert_eq!(inside("64:ff9b:1::808:808"), None);
    }
}
