//! Networks in prefix notation.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A network: `203.0.113.0/24`, `2001:db8::/32`, or one address. IPv4 lies at `::ffff:0:0/96`, so that
/// both families compare in one way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cidr {
    base: u128,
    bits: u8,
}

/// Prefix length of the IPv4 space inside IPv6.
const V4_BITS: u8 = 96;

/// An address as a number; IPv4 as IPv4-mapped IPv6.
pub fn address_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

fn mask(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits.min(128))).unwrap_or(0)
}

impl Cidr {
    /// The network of so many leading bits (of the address's own family) that the address lies in.
    pub fn of(address: IpAddr, bits: u8) -> Cidr {
        let bits = if address.is_ipv4() { V4_BITS + bits.min(32) } else { bits.min(128) };
        Cidr { base: address_bits(address) & mask(bits), bits }
    }

    /// Reads `address/bits` or a bare address; `None` for anything else. Bits beyond the prefix are dropped.
    pub fn parse(text: &str) -> Option<Cidr> {
        let text = text.trim();
        let Some((address, bits)) = text.split_once('/') else {
            return text.parse().ok().map(|address| Cidr::of(address, 128));
        };
        let address: IpAddr = address.parse().ok()?;
        let bits: u8 = bits.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (bits <= longest).then(|| Cidr::of(address, bits))
    }

    /// True if the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        address_bits(address) & mask(self.bits) == self.base
    }

    /// Length of the prefix, counted in IPv6: longer is more specific.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// First address, as a number: what [`Cidr::of`] makes equal within one network.
    pub fn base(&self) -> u128 {
        self.base
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let six = Ipv6Addr::from_bits(self.base);
        match six.to_ipv4_mapped().filter(|_| self.bits >= V4_BITS) {
            Some(four) => write!(f, "{four}/{}", self.bits - V4_BITS),
            None => write!(f, "{six}/{}", self.bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        let office = Cidr::parse("203.0.113.64/26").unwrap();
        assert!(office.contains("203.0.113.65".parse().unwrap()));
        assert!(!office.contains("203.0.113.1".parse().unwrap()));
        assert!(!office.contains("2001:db8::cb00:7141".parse().unwrap()));
        let one = Cidr::parse("198.51.100.7").unwrap();
        assert_eq!(one.to_string(), "198.51.100.7/32");
        assert!(Cidr::parse("2001:db8::/32").unwrap().contains("2001:db8:1::1".parse().unwrap()));
        assert!(Cidr::parse("0.0.0.0/0").unwrap().contains("192.0.2.1".parse().unwrap()));
        assert!(!Cidr::parse("0.0.0.0/0").unwrap().contains("2001:db8::1".parse().unwrap()));
        for wrong in ["203.0.113.0/33", "2001:db8::/129", "203.0.113.0/-1", "office", "", "/8"] {
            assert_eq!(Cidr::parse(wrong), None, "{wrong}");
        }
    }
}
