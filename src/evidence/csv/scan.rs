//! Finds the ends of rows, 64 bytes at a time, where quoting is sound.
//!
//! A line end ends a row exactly where the number of quotes before it is even: doubled quotes toggle
//! twice. That holds only where every quote stands where RFC 4180 lets it, so the same pass checks
//! that, and stops at the first place where it does not; the careful reader goes on from there.

use super::super::mask::{blocks, equals, prefix_xor};
use super::dialect::Dialect;

/// Collects the offsets of the line ends that end rows of `bytes`, which starts at a row. Returns the
/// offset of the first byte at which quoting is not sound (the ends before it stand), if there is one.
pub(super) fn row_ends(bytes: &[u8], dialect: Dialect, ends: &mut Vec<usize>) -> Option<usize> {
    ends.clear();
    if dialect.backslashes {
        return Some(0);
    }
    let delimiter = dialect.delimiter;
    // What the byte before the block was: a delimiter or line end; a closing quote; a bare CR.
    let (mut inside, mut after_mark, mut after_close, mut after_cr) = (0u64, 1u64, 0u64, 0u64);
    let mut unsound = None;
    blocks(bytes, |at, block| {
        let live = match bytes.len() - at {
            left if left < 64 => (1u64 << left) - 1,
            _ => !0,
        };
        let quotes = equals(block, b'"');
        let state = prefix_xor(quotes) ^ inside;
        let doubled = (quotes & !state) << 1;
        if inside == !0 && doubled & !quotes & live == 0 && quotes & state & !doubled == 0 {
            // All of it lies in one quoted cell: nothing in it but text and doubled quotes.
            inside = 0u64.wrapping_sub(state >> 63);
            (after_mark, after_close, after_cr) = (0, (quotes & !state) >> 63, 0);
            return true;
        }
        let lines = equals(block, b'\n');
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
