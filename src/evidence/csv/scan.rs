//! Finds the ends of rows, 64 bytes at a time, where quoting is sound.
//!
//! A line end ends a row exactly where the number of quotes before it is even: doubled quotes toggle
//! twice. That holds only where every quote stands where RFC 4180 lets it, so the same pass checks
//! that, and stops at the first place where it does not; the careful reader goes on from there.

/// One bit for each of 64 bytes: set where it equals `byte`.
#[inline]
pub(crate) fn equals(block: &[u8; 64], byte: u8) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let pattern = u64::from(byte) * 0x0101_0101_0101_0101;
    let mut mask = 0u64;
    for (at, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let x = u64::from_le_bytes(*word) ^ pattern;
        // The top bit of each byte that is zero, and of no other.
        let zero = !(((x & LOW) + LOW) | x | LOW);
        // Gathers the eight top bits into one byte.
        mask |= (zero.wrapping_mul(0x0002_0408_1020_4081) >> 56) << (8 * at);
    }
    mask
}

/// For each bit the parity of the bits up to and with it.
#[inline]
pub(crate) fn prefix_xor(mut x: u64) -> u64 {
    x ^= x << 1;
    x ^= x << 2;
    x ^= x << 4;
    x ^= x << 8;
    x ^= x << 16;
    x ^ (x << 32)
}

/// Calls `f` with each 64 bytes of `bytes` and where they start; the last are filled up with zeros.
#[inline]
pub(crate) fn blocks(bytes: &[u8], mut f: impl FnMut(usize, &[u8; 64]) -> bool) {
    let (whole, rest) = bytes.as_chunks::<64>();
    let mut at = 0;
    for block in whole {
        if !f(at, block) {
            return;
        }
        at += 64;
    }
    if !rest.is_empty() {
        let mut last = [0u8; 64];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        f(at, &last);
    }
}

/// Collects the offsets of the line ends that end rows of `bytes`, which starts at a row. Returns the
/// offset of the first byte at which quoting is not sound (the ends before it stand), if there is one.
pub(super) fn row_ends(bytes: &[u8], delimiter: u8, ends: &mut Vec<usize>) -> Option<usize> {
    ends.clear();
    // What the byte before the block was: a delimiter or line end; a closing quote; a bare CR.
    let (mut inside, mut after_mark, mut after_close, mut after_cr) = (0u64, 1u64, 0u64, 0u64);
    let mut unsound = None;
    blocks(bytes, |at, block| {
        let live = match bytes.len() - at {
            left if left < 64 => (1u64 << left) - 1,
            _ => !0,
        };
        let quotes = equals(block, b'"');
        let lines = equals(block, b'\n');
        let state = prefix_xor(quotes) ^ inside;
        let marks = (equals(block, delimiter) | lines) & !state;
        let returns = equals(block, b'\r') & !state;
        let closes = quotes & !state;
        let behind_close = closes << 1 | after_close;
        let misplaced_open = quotes & state & !(marks << 1 | after_mark | behind_close);
        let misplaced_text = behind_close & !(quotes | marks | returns) & live;
        let bare_return = (returns << 1 | after_cr) & !lines & live;
        let bad = misplaced_open | misplaced_text | bare_return;
        inside = 0u64.wrapping_sub(state >> 63);
        (after_mark, after_close, after_cr) = (marks >> 63, closes >> 63, returns >> 63);
        let mut found = lines & !state;
        if bad != 0 {
            let first = bad.trailing_zeros();
            unsound = Some(at + first as usize);
            found &= (1u64 << first) - 1;
        }
        while found != 0 {
            ends.push(at + found.trailing_zeros() as usize);
            found &= found - 1;
        }
        bad == 0
    });
    unsound
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_bit_stands_for_its_byte() {
        for at in 0..64 {
            for byte in [0u8, 1, 0x22, 0x7f, 0x80, 0xff] {
                let mut block = [0x21u8; 64];
                block[at] = byte;
                assert_eq!(equals(&block, byte), 1 << at, "byte {byte} at {at}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn masks_agree_with_a_loop(bytes in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b'#'), any::<u8>()], 64)) {
            let block: [u8; 64] = bytes.try_into().unwrap();
            let expected = (0..64).filter(|at| block[*at] == b'"').fold(0u64, |mask, at| mask | 1 << at);
            prop_assert_eq!(equals(&block, b'"'), expected);
            let parity = (0..64).fold(0u64, |mask, at| mask | u64::from((expected << (63 - at)).count_ones() & 1) << at);
            prop_assert_eq!(prefix_xor(expected), parity);
        }
    }
}
