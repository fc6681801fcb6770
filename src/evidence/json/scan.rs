//! Finds where a JSON value ends, 64 bytes at a time, and notices most damage on the way.

use super::super::mask::{blocks, equals, prefix_xor};

/// Levels that a record may nest; deeper ones are still walked to their end.
pub(super) const MAX_DEPTH: usize = 128;

/// Where a value ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Close {
    /// It ends before `end`.
    End { end: usize, deep: bool },
    /// The text ends inside it.
    More { deep: bool },
    /// It cannot be JSON: at `at` stands what must not stand there.
    Damage { at: usize },
}

/// What is open, innermost last: a bit a level, set for an object.
struct Levels {
    bits: u128,
    depth: usize,
}

impl Levels {
    fn open(&mut self, object: bool) {
        if self.depth < MAX_DEPTH {
            self.bits = self.bits << 1 | u128::from(object);
        }
        self.depth += 1;
    }

    /// False if the bracket does not fit what is open.
    fn close(&mut self, object: bool) -> bool {
        self.depth = self.depth.saturating_sub(1);
        if self.depth >= MAX_DEPTH {
            return true;
        }
        let fits = (self.bits & 1 == 1) == object;
        self.bits >>= 1;
        fits
    }

    fn in_object(&self) -> Option<bool> {
        (self.depth > 0 && self.depth <= MAX_DEPTH).then_some(self.bits & 1 == 1)
    }
}

/// The last byte before `at` that is no blank.
fn before(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(..at)?.iter().rev().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// Walks the object or array that `bytes` starts with.
pub(super) fn close_of(bytes: &[u8]) -> Close {
    walk(bytes, true)
}

/// As [`close_of`], where strings may hold raw line ends.
pub(super) fn close_of_lines(bytes: &[u8]) -> Close {
    walk(bytes, false)
}

fn walk(bytes: &[u8], strict: bool) -> Close {
    let mut levels = Levels { bits: 0, depth: 0 };
    let (mut inside, mut escaped) = (0u64, 0u64);
    let mut result = None;
    let mut deep = false;
    blocks(bytes, |at, block| {
        let slashes = equals(block, b'\\');
        let mut quotes = equals(block, b'"');
        if slashes | escaped != 0 {
            quotes &= !escapes(slashes, &mut escaped);
        }
        let strings = prefix_xor(quotes) ^ inside;
        inside = 0u64.wrapping_sub(strings >> 63);
        // '{' 7b and '[' 5b, '}' 7d and ']' 5d: one bit apart.
        let folded = block.map(|byte| byte | 0x20);
        let opens = equals(&folded, 0x7b) & !strings;
        let closes = equals(&folded, 0x7d) & !strings;
        // A line end inside a string is damage, but only one to look into: the string may have lost its end.
        let broken = if strict { equals(block, b'\n') & strings } else { 0 };
        let mut marks = opens | closes | broken;
        while marks != 0 {
            let bit = marks.trailing_zeros();
            marks &= marks - 1;
            let place = at + bit as usize;
            let sound = if broken >> bit & 1 == 1 {
                false
            } else {
                let object = bytes.get(place).is_some_and(|byte| byte & 0x20 != 0);
                if opens >> bit & 1 == 1 { open(bytes, place, object, &mut levels) } else { levels.close(object) }
            };
            deep |= levels.depth > MAX_DEPTH;
            if !sound {
                result = Some(Close::Damage { at: place });
                return false;
            }
            if levels.depth == 0 {
                result = Some(Close::End { end: place + 1, deep });
                return false;
            }
        }
        true
    });
    result.unwrap_or(Close::More { deep })
}

/// Opens a level; false where JSON allows no value.
fn open(bytes: &[u8], at: usize, object: bool, levels: &mut Levels) -> bool {
    let fits = match levels.in_object() {
        None => true,
        Some(true) => before(bytes, at) == Some(b':'),
        Some(false) => matches!(before(bytes, at), Some(b',' | b'[')),
    };
    levels.open(object);
    fits
}

/// Bits of the characters behind an odd run of backslashes (the method of simdjson); `carry` is 1 if the
/// block before ended in such a run.
#[inline]
fn escapes(slashes: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let slashes = slashes & !*carry;
    let follows = slashes << 1 | *carry;
    let odd_starts = slashes & !EVEN & !follows;
    let (sequences, over) = odd_starts.overflowing_add(slashes);
    *carry = u64::from(over);
    (EVEN ^ (sequences << 1)) & follows
}

/// End of the string that `bytes` starts with (one past its quote).
pub(super) fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// First place at which `bytes` is not the beginning of a JSON value, read strictly; `None` if all of it may be.
pub(super) fn first_error(bytes: &[u8]) -> Option<usize> {
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<serde::de::IgnoredAny>();
    match stream.next() {
        Some(Err(error)) if !error.is_eof() => {
            let line_start = nth_line(bytes, error.line());
            Some((line_start + error.column()).min(bytes.len()))
        }
        _ => None,
    }
}

fn nth_line(bytes: &[u8], line: usize) -> usize {
    match line {
        0 | 1 => 0,
        more => memchr::memchr_iter(b'\n', bytes).nth(more - 2).map_or(0, |at| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        let text = br#"{"a":"}]\"}","b":[{"c":"\\"}],"d":"[{"} tail"#;
        assert_eq!(close_of(text), Close::End { end: text.len() - 5, deep: false });
    }

    #[test]
    fn damage_is_noticed_where_it_shows() {
        for (text, at) in [("{\"a\":{\"b\":1}\n{\"c\":2}\n", 13), ("{\"a\":\"x\n", 7), ("{\"a\":[1}", 7), ("[1,2,3 {\"a\":1}]", 7)] {
            assert_eq!(close_of(text.as_bytes()), Close::Damage { at }, "{text}");
        }
    }

    #[test]
    fn depth_is_walked_without_recursion() {
        let deep = "[".repeat(2_000_000);
        assert_eq!(close_of(deep.as_bytes()), Close::More { deep: true });
        let closed = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(close_of(closed.as_bytes()), Close::End { end: 1000, deep: true });
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn valid_values_end_where_serde_json_ends(
            keys in proptest::collection::vec("[a-z\\\\\"{}\\[\\]é]{0,70}", 1..6), pad in 0usize..70, pretty: bool,
        ) {
            let inner: Vec<_> = keys.iter().map(|key| serde_json::json!({ key.as_str(): [key, { "x": key }], "n": 1.5 })).collect();
            let value = serde_json::json!({ "pad": " ".repeat(pad), "items": inner });
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(close_of(format!("{text}}}]").as_bytes()), Close::End { end: text.len(), deep: false });
        }
    }
}
