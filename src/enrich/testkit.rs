//! Writes small MaxMind DB files for tests: any schema, any record size.

use crate::config::Cidr;

/// A value of a record.
#[derive(Clone)]
pub(super) enum V {
    Text(&'static str),
    U32(u32),
    Bool(bool),
    Double(f64),
    List(Vec<V>),
    Map(Vec<(&'static str, V)>),
}

/// A map.
#[allow(clippy::needless_pass_by_value, reason = "reads well at the place of use")]
pub(super) fn map<const N: usize>(entries: [(&'static str, V); N]) -> V {
    V::Map(entries.to_vec())
}

fn control(out: &mut Vec<u8>, kind: u8, size: usize) {
    let (short, more) = match size {
        0..=28 => (u8::try_from(size).unwrap(), vec![]),
        29..=284 => (29, vec![u8::try_from(size - 29).unwrap()]),
        _ => (30, u16::try_from(size - 285).unwrap().to_be_bytes().to_vec()),
    };
    if kind > 7 {
        out.extend([short, kind - 7]);
    } else {
        out.push(kind << 5 | short);
    }
    out.extend(more);
}

fn unsigned(out: &mut Vec<u8>, kind: u8, number: u64) {
    let bytes = number.to_be_bytes();
    let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    control(out, kind, digits.len());
    out.extend(digits);
}

fn text(out: &mut Vec<u8>, words: &str) {
    control(out, 2, words.len());
    out.extend(words.bytes());
}

fn write(out: &mut Vec<u8>, value: &V) {
    match value {
        V::Text(words) => text(out, words),
        V::U32(number) => unsigned(out, 6, u64::from(*number)),
        V::Bool(set) => control(out, 14, usize::from(*set)),
        V::Double(number) => {
            control(out, 3, 8);
            out.extend(number.to_be_bytes());
        }
        V::List(items) => {
            control(out, 11, items.len());
            for item in items {
                write(out, item);
            }
        }
        V::Map(entries) => {
            control(out, 7, entries.len());
            for (name, value) in entries {
                text(out, name);
                write(out, value);
            }
        }
    }
}

/// What a side of a node holds.
#[derive(Clone, Copy)]
enum Side {
    Empty,
    Node(usize),
    Record(usize),
}

/// The tree and the data of networks that do not overlap.
struct Tree {
    nodes: Vec<[Side; 2]>,
    data: Vec<u8>,
}

impl Tree {
    fn insert(&mut self, base: u128, bits: u8, record: usize) {
        let mut node = 0;
        for depth in 0..bits {
            let bit = usize::from(base >> (127 - u32::from(depth)) & 1 == 1);
            if depth + 1 == bits {
                self.nodes[node][bit] = Side::Record(record);
            } else if let Side::Node(next) = self.nodes[node][bit] {
                node = next;
            } else {
                self.nodes.push([Side::Empty; 2]);
                let next = self.nodes.len() - 1;
                self.nodes[node][bit] = Side::Node(next);
                node = next;
            }
        }
    }

    fn write(&self, record_size: u32) -> Vec<u8> {
        let count = self.nodes.len();
        let number = |side: Side| match side {
            Side::Empty => count,
            Side::Node(node) => node,
            Side::Record(offset) => count + 16 + offset,
        };
        let mut out = Vec::new();
        for [left, right] in &self.nodes {
            let (left, right) = (u32::try_from(number(*left)).unwrap(), u32::try_from(number(*right)).unwrap());
            let (left, right) = (left.to_be_bytes(), right.to_be_bytes());
            match record_size {
                24 => out.extend([&left[1..], &right[1..]].concat()),
                28 => out.extend([&left[1..], &[left[0] << 4 | right[0]], &right[1..]].concat()),
                _ => out.extend([left, right].concat()),
            }
        }
        out
    }
}

/// A MaxMind DB file. IPv4 networks lie at `::/96` of an IPv6 tree, as in the vendors' files.
pub(super) fn mmdb(database_type: &str, ip_version: u16, record_size: u32, networks: &[(&str, V)]) -> Vec<u8> {
    let mut tree = Tree { nodes: vec![[Side::Empty; 2]], data: Vec::new() };
    for (network, value) in networks {
        let cidr = Cidr::parse(network).unwrap();
        let offset = tree.data.len();
        write(&mut tree.data, value);
        let four = network.contains('.');
        let (base, bits) = match (four, ip_version) {
            (true, 4) => (cidr.base() << 96, cidr.bits() - 96),
            (true, _) => (cidr.base() & 0xFFFF_FFFF, cidr.bits()),
            (false, _) => (cidr.base(), cidr.bits()),
        };
        tree.insert(base, bits, offset);
    }
    let mut file = tree.write(record_size);
    file.extend([0; 16]);
    file.extend(&tree.data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    control(&mut file, 7, 9);
    let numbers: [(&str, u8, u64); 6] = [
        ("binary_format_major_version", 5, 2),
        ("binary_format_minor_version", 5, 0),
        ("build_epoch", 9, 1_675_209_600), // 2023-02-01
        ("ip_version", 5, u64::from(ip_version)),
        ("node_count", 6, u64::try_from(tree.nodes.len()).unwrap()),
        ("record_size", 5, u64::from(record_size)),
    ];
    for (name, kind, number) in numbers {
        text(&mut file, name);
        unsigned(&mut file, kind, number);
    }
    text(&mut file, "database_type");
    text(&mut file, database_type);
    text(&mut file, "description");
    write(&mut file, &map([("en", V::Text("test"))]));
    text(&mut file, "languages");
    write(&mut file, &V::List(vec![V::Text("en")]));
    file
}
