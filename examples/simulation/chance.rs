//! Chance that is the same on every machine: a small generator of numbers and the identifiers made from it.

use std::fmt;

/// Pseudo-random numbers (`SplitMix64`). Each purpose forks its own by a label, so that a change in one
/// place does not ripple through the whole tenant.
#[derive(Clone)]
pub struct Chance(u64);

impl Chance {
    /// The generator of a seed and a label.
    pub fn new(seed: u64, label: &str) -> Chance {
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut chance = Chance(seed ^ hash);
        chance.draw();
        chance
    }

    /// The generator that always belongs to a thing and an aspect of it.
    pub fn of(thing: Guid, aspect: &str) -> Chance {
        let folded = (thing.0 ^ (thing.0 >> 64)) & u128::from(u64::MAX);
        Chance::new(u64::try_from(folded).unwrap_or(0), aspect)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or(0)
    }

    /// True in `percent` of 100 cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index into something of that length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// One of them; the default where there is none.
    pub fn pick<T: Clone + Default>(&mut self, items: &[T]) -> T {
        let index = self.index(items.len());
        items.get(index).cloned().unwrap_or_default()
    }

    /// One of at least one item.
    pub fn pick_one<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        let [first, ..] = items.as_slice() else { unreachable!("no items to choose from") };
        *items.get(self.index(N)).unwrap_or(first)
    }

    /// A random identifier.
    pub fn guid(&mut self) -> Guid {
        let bits = (u128::from(self.draw()) << 64) | u128::from(self.draw());
        Guid((bits & !(0xf << 76) & !(0x3 << 62)) | (4 << 76) | (2 << 62))
    }

    /// An identifier of an Entra request: its last byte is zero.
    pub fn request(&mut self) -> Guid {
        Guid(self.guid().0 & !0xff)
    }

    /// Upper-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let words = digits.div_ceil(16);
        let mut text: String = (0..words).map(|_| format!("{:016X}", self.draw())).collect::<Vec<_>>().concat();
        text.truncate(digits);
        text
    }

    /// Letters and digits as in mailbox item ids.
    pub fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count).map(|_| char::from(self.pick(ALPHABET))).collect()
    }
}

/// A 128-bit identifier in the order of its text.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Guid(pub u128);

impl Guid {
    /// The form in tokens: base64url without padding of the bytes in .NET's little-endian field order
    /// (source: the join of audit records to sign-ins by `UniqueTokenId`, docs/formats.md).
    pub fn token(self) -> String {
        let mut bytes = self.0.to_be_bytes();
        let (fields, _) = bytes.split_at_mut(8);
        let (first, others) = fields.split_at_mut(4);
        first.reverse();
        others.chunks_mut(2).for_each(<[u8]>::reverse);
        base64url(&bytes)
    }

    /// Without hyphens, as in historical searches.
    pub fn plain(self) -> String {
        format!("{:032x}", self.0)
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        let group = |shift: u32, mask: u128| (bits >> shift) & mask;
        let last = bits & 0xffff_ffff_ffff;
        write!(
            out,
            "{:08x}-{:04x}-{:04x}-{:04x}-{last:012x}",
            group(96, 0xffff_ffff),
            group(80, 0xffff),
            group(64, 0xffff),
            group(48, 0xffff)
        )
    }
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().fold(0_u32, |value, byte| (value << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            let index = (value >> (18 - 6 * position)) & 63;
            let letter = usize::try_from(index).ok().and_then(|index| ALPHABET.get(index));
            text.push(char::from(letter.copied().unwrap_or(b'A')));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_encodes_the_request_id_as_entra_does() {
        // The published pair of docs/formats.md.
        assert_eq!(Guid(0x0c53_2507_b101_4090_b2f1_4d76_8e2f_3500).token(), "ByVTDAGxkECy8U12ji81AA");
    }

    #[test]
    fn equal_seeds_give_equal_numbers_and_labels_part_them() {
        let first: Vec<u64> = std::iter::repeat_with({
            let mut c = Chance::new(7, "x");
            move || c.draw()
        })
        .take(3)
        .collect();
        let second: Vec<u64> = std::iter::repeat_with({
            let mut c = Chance::new(7, "x");
            move || c.draw()
        })
        .take(3)
        .collect();
        assert_eq!(first, second);
        assert_ne!(Chance::new(7, "x").draw(), Chance::new(7, "y").draw());
    }
}
