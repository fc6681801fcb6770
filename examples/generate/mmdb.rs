//! A small `MaxMind` DB, so that an example can carry the networks as they were published.
//! Format: <https://maxmind.github.io/MaxMind-DB/>, IPv4 only, 24-bit records.

use std::net::Ipv4Addr;

/// A network and what is known of it.
pub struct Network {
    /// First address.
    pub address: Ipv4Addr,
    /// Prefix length, 1 to 32.
    pub length: u32,
    /// Two-letter country.
    pub country: &'static str,
    /// Autonomous system.
    pub asn: u32,
    /// Its organisation.
    pub organization: &'static str,
}

/// A record of the tree: nothing, another node, or the network with that position.
#[derive(Clone, Copy)]
enum Slot {
    Empty,
    Node(usize),
    Network(usize),
}

/// The bytes of a database of these networks, which must not overlap. `epoch` is its date in seconds.
pub fn database(networks: &[Network], epoch: u32) -> Vec<u8> {
    let nodes = tree(networks);
    let mut data = Vec::new();
    let mut offsets = Vec::new();
    for network in networks {
        offsets.push(data.len());
        write_network(&mut data, network);
    }
    let mut bytes = Vec::new();
    for node in &nodes {
        for slot in node {
            let value = match slot {
                Slot::Empty => nodes.len(),
                Slot::Node(index) => *index,
                Slot::Network(index) => nodes.len() + 16 + offsets.get(*index).copied().unwrap_or(0),
            };
            let [_, high, middle, low] = u32::try_from(value).unwrap_or(0).to_be_bytes();
            bytes.extend([high, middle, low]);
        }
    }
    bytes.extend([0; 16]);
    bytes.extend(data);
    bytes.extend(b"\xab\xcd\xefMaxMind.com");
    write_metadata(&mut bytes, u32::try_from(nodes.len()).unwrap_or(0), epoch);
    bytes
}

fn tree(networks: &[Network]) -> Vec<[Slot; 2]> {
    let mut nodes = vec![[Slot::Empty; 2]];
    for (index, network) in networks.iter().enumerate() {
        let bits = network.address.to_bits();
        let mut at = 0;
        for depth in 0..network.length {
            let right = bits >> (31 - depth) & 1 == 1;
            let last = depth + 1 == network.length;
            let next = nodes.len();
            let Some([left_slot, right_slot]) = nodes.get_mut(at) else { break };
            let slot = if right { right_slot } else { left_slot };
            if last {
                *slot = Slot::Network(index);
            } else if let Slot::Node(child) = *slot {
                at = child;
            } else {
                *slot = Slot::Node(next);
                nodes.push([Slot::Empty; 2]);
                at = next;
            }
        }
    }
    nodes
}

fn write_network(out: &mut Vec<u8>, network: &Network) {
    map(out, 3);
    text(out, "country");
    map(out, 1);
    text(out, "iso_code");
    text(out, network.country);
    text(out, "autonomous_system_number");
    number(out, 6, u64::from(network.asn));
    text(out, "autonomous_system_organization");
    text(out, network.organization);
}

fn write_metadata(out: &mut Vec<u8>, nodes: u32, epoch: u32) {
    map(out, 9);
    text(out, "binary_format_major_version");
    number(out, 5, 2);
    text(out, "binary_format_minor_version");
    number(out, 5, 0);
    text(out, "build_epoch");
    number(out, 9, u64::from(epoch));
    text(out, "database_type");
    text(out, "Published-Networks-2023");
    text(out, "description");
    map(out, 1);
    text(out, "en");
    text(out, "Networks of the published PerfectData incidents as they were named in 2023");
    text(out, "ip_version");
    number(out, 5, 4);
    text(out, "languages");
    control(out, 11, 1);
    text(out, "en");
    text(out, "node_count");
    number(out, 6, u64::from(nodes));
    text(out, "record_size");
    number(out, 5, 24);
}

/// The control byte (or bytes) of a field: type and size.
fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (stored, more) = if size < 29 { (size, None) } else { (29, Some(size - 29)) };
    let size = u8::try_from(stored).unwrap_or(0);
    if kind < 8 {
        out.push(kind << 5 | size);
    } else {
        out.push(size);
        out.push(kind - 7);
    }
    if let Some(more) = more {
        out.push(u8::try_from(more).unwrap_or(u8::MAX));
    }
}

fn map(out: &mut Vec<u8>, pairs: usize) {
    control(out, 7, pairs);
}

fn text(out: &mut Vec<u8>, value: &str) {
    control(out, 2, value.len());
    out.extend(value.as_bytes());
}

/// An unsigned number of the type 5 (16 bits), 6 (32 bits) or 9 (64 bits), without leading zeros.
fn number(out: &mut Vec<u8>, kind: u8, value: u64) {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    control(out, kind, bytes.len());
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_database_answers_for_its_networks_and_for_nothing_else() {
        let network = Network { address: Ipv4Addr::new(192, 0, 2, 0), length: 24, country: "KW", asn: 64500, organization: "Example" };
        let reader = maxminddb::Reader::from_source(database(&[network], 1_680_000_000)).expect("a database");
        let found = reader.lookup("192.0.2.77".parse().expect("an address")).expect("a lookup");
        let record: serde_json::Value = found.decode().expect("a record").expect("a hit");
        assert_eq!(record["autonomous_system_number"], 64500);
        assert_eq!(record["country"]["iso_code"], "KW");
        let missed = reader.lookup("192.0.3.1".parse().expect("an address")).expect("a lookup");
        assert!(!missed.has_data());
    }
}
