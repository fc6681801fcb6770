//! Bytes as masks: 64 bytes become one bit each, so that quotes and marks are found without a branch.

/// One bit for each of 64 bytes: set where it equals `byte`.
#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code, reason = "every byte of evidence passes here: 0.3 instructions a byte instead of 1.3 (callgrind)")]
pub(crate) fn equals(block: &[u8; 64], byte: u8) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
    let mut mask = 0u64;
    for (at, half) in block.as_chunks::<16>().0.iter().enumerate() {
        let [low, high] = [half.first_chunk::<8>(), half.last_chunk::<8>()].map(|half| half.copied().map_or(0, i64::from_le_bytes));
        // SAFETY: these need nothing but SSE2, which is part of x86-64 itself; they touch no memory.
        let equal = unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_set_epi64x(high, low), _mm_set1_epi8(byte.cast_signed()))) };
        mask |= u64::from(equal.cast_unsigned()) << (16 * at);
    }
    mask
}

/// One bit for each of 64 bytes: set where it equals `byte`.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(crate) fn equals(block: &[u8; 64], byte: u8) -> u64 {
    portable_equals(block, byte)
}

/// [`equals`] for any processor, eight bytes at a time.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn portable_equals(block: &[u8; 64], byte: u8) -> u64 {
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

/// Where the first quote, backslash or control character of 16 bytes is; 16 where there is none.
#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code, reason = "every string of every record passes here")]
pub(crate) fn special(block: &[u8; 16]) -> u32 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8};
    let [low, high] = [block.first_chunk::<8>(), block.last_chunk::<8>()].map(|half| half.copied().map_or(0, i64::from_le_bytes));
    // SAFETY: these need nothing but SSE2, which is part of x86-64 itself; they touch no memory.
    let mask = unsafe {
        let bytes = _mm_set_epi64x(high, low);
        let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x22));
        let slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5c));
        _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, slash)))
    };
    (mask | 0x1_0000).trailing_zeros()
}

/// Where the first quote, backslash or control character of 16 bytes is; 16 where there is none.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(crate) fn special(block: &[u8; 16]) -> u32 {
    portable_special(block)
}

/// [`special`] for any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn portable_special(block: &[u8; 16]) -> u32 {
    let found = block.iter().zip(0u32..).find(|(byte, _)| matches!(byte, b'"' | b'\\' | 0..0x20));
    found.map_or(16, |(_, at)| at)
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

    #[test]
    fn each_special_byte_is_found() {
        for byte in 0..=255u8 {
            for at in 0..16 {
                let mut block = [b'x'; 16];
                block[at] = byte;
                assert_eq!(special(&block), portable_special(&block), "byte {byte} at {at}");
                assert_eq!(special(&block) < 16, matches!(byte, 0x22 | 0x5c | 0..0x20), "byte {byte}");
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
            prop_assert_eq!(portable_equals(&block, b'"'), expected);
            let parity = (0..64).fold(0u64, |mask, at| mask | u64::from((expected << (63 - at)).count_ones() & 1) << at);
            prop_assert_eq!(prefix_xor(expected), parity);
        }
    }
}
