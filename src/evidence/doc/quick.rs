//! Reads sound JSON fast, and leaves everything else to the strict reader.
//!
//! The text is copied once, as a whole, and the nodes point into the copy; only strings with escapes
//! are written anew behind it. JSON in a cell of a table has each of its quotes twice; it is read as it
//! stands there, so that the cell need not be unquoted first.
//!
//! Whatever is not plainly sound (an error, an odd number, deep nesting) ends the reading without a
//! result: what such a text means, and what is wrong with it, is the strict reader's to say. Both must
//! agree on everything that this one takes, which a property test holds.

use super::super::mask;
use super::{Node, u32_of};

/// Levels that are read here; the strict reader knows the real limit.
const DEPTH: usize = 100;
/// No container is open.
const NONE: u32 = u32::MAX;

/// Reads one value into empty `nodes` and `text`; false where it is not plainly sound. With `DOUBLED`
/// each quote stands twice.
pub(super) fn read<const DOUBLED: bool>(json: &str, nodes: &mut Vec<Node>, text: &mut String) -> bool {
    if u32::try_from(json.len()).is_err() {
        return false;
    }
    text.push_str(json);
    let mut reader = Reader::<DOUBLED> { json, at: 0, nodes, text, open: NONE, depth: 0 };
    reader.run().is_some()
}

struct Reader<'a, const DOUBLED: bool> {
    json: &'a str,
    at: usize,
    nodes: &'a mut Vec<Node>,
    text: &'a mut String,
    /// Innermost open container. Until it is closed its `end` is the one around it.
    open: u32,
    depth: usize,
}

impl<const DOUBLED: bool> Reader<'_, DOUBLED> {
    fn run(&mut self) -> Option<()> {
        loop {
            // A value is due.
            match self.next()? {
                b'{' => {
                    self.enter(Node::Object { end: self.open })?;
                    if self.next()? != b'}' {
                        self.key()?;
                        continue;
                    }
                    self.leave();
                }
                b'[' => {
                    self.enter(Node::Array { end: self.open })?;
                    if self.next()? != b']' {
                        continue;
                    }
                    self.leave();
                }
                b'"' => self.string()?,
                b't' => self.word("true", Node::Bool(true))?,
                b'f' => self.word("false", Node::Bool(false))?,
                b'n' => self.word("null", Node::Null)?,
                _ => self.number()?,
            }
            // A value has ended.
            loop {
                let object = match self.nodes.get(self.open as usize) {
                    Some(Node::Object { .. }) => true,
                    Some(_) => false,
                    None => return self.next().is_none().then_some(()),
                };
                match self.next()? {
                    b',' => {
                        self.at += 1;
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if object => self.leave(),
                    b']' if !object => self.leave(),
                    _ => return None,
                }
            }
        }
    }

    /// The next byte that is no blank, without taking it.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            match self.json.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn enter(&mut self, node: Node) -> Option<()> {
        self.at += 1;
        self.depth += 1;
        self.open = u32_of(self.nodes.len());
        self.nodes.push(node);
        (self.depth <= DEPTH).then_some(())
    }

    fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
        let after = u32_of(self.nodes.len());
        if let Some(Node::Object { end } | Node::Array { end }) = self.nodes.get_mut(self.open as usize) {
            self.open = std::mem::replace(end, after);
        }
    }

    fn key(&mut self) -> Option<()> {
        self.next().filter(|byte| *byte == b'"')?;
        self.string()?;
        self.next().filter(|byte| *byte == b':')?;
        self.at += 1;
        Some(())
    }

    fn word(&mut self, word: &str, node: Node) -> Option<()> {
        self.json.as_bytes().get(self.at..)?.starts_with(word.as_bytes()).then_some(())?;
        self.at += word.len();
        self.nodes.push(node);
        Some(())
    }

    /// True if `at` is at a quote, which is taken.
    #[inline]
    fn quote(&mut self) -> bool {
        let bytes = self.json.as_bytes();
        let found = bytes.get(self.at) == Some(&b'"') && (!DOUBLED || bytes.get(self.at + 1) == Some(&b'"'));
        self.at += if DOUBLED { 2 } else { 1 };
        found
    }

    #[inline]
    fn string(&mut self) -> Option<()> {
        self.quote().then_some(())?;
        let start = self.at;
        self.at = special(self.json.as_bytes(), start)?;
        if self.json.as_bytes().get(self.at) == Some(&b'\\') {
            return self.escaped(start);
        }
        let len = u32_of(self.at - start);
        self.quote().then_some(())?;
        self.nodes.push(Node::Text { start: u32_of(start), len });
        Some(())
    }

    /// A string whose first escape is at `at`.
    #[cold]
    fn escaped(&mut self, mut from: usize) -> Option<()> {
        let start = self.text.len();
        loop {
            self.text.push_str(self.json.get(from..self.at)?);
            if self.json.as_bytes().get(self.at) != Some(&b'\\') {
                self.quote().then_some(())?;
                break;
            }
            self.at += 1;
            let meant = self.escape()?;
            self.text.push(meant);
            from = self.at;
            self.at = special(self.json.as_bytes(), from)?;
        }
        u32::try_from(self.text.len()).ok()?;
        self.nodes.push(Node::Text { start: u32_of(start), len: u32_of(self.text.len() - start) });
        Some(())
    }

    /// The character that an escape means; `at` is behind its backslash.
    fn escape(&mut self) -> Option<char> {
        let byte = *self.json.as_bytes().get(self.at)?;
        if byte == b'"' {
            return self.quote().then_some('"');
        }
        self.at += 1;
        Some(match byte {
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => match self.unit()? {
                high @ 0xD800..0xDC00 => {
                    self.json.as_bytes().get(self.at..)?.starts_with(b"\\u").then_some(())?;
                    self.at += 2;
                    let low = self.unit().filter(|low| (0xDC00..0xE000).contains(low))?;
                    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?
                }
                unit => char::from_u32(unit)?,
            },
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.json.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.bytes().try_fold(0, |unit, digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    }

    fn number(&mut self) -> Option<()> {
        let bytes = self.json.as_bytes();
        let start = self.at;
        let negative = bytes.get(start) == Some(&b'-');
        let digits = start + usize::from(negative);
        let mut value = 0u64;
        self.at = digits;
        while let Some(digit) = bytes.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            self.at += 1;
        }
        let length = self.at - digits;
        let odd = length == 0 || length > 1 && bytes.get(digits) == Some(&b'0') || negative && value == 0;
        if matches!(bytes.get(self.at), Some(b'.' | b'e' | b'E')) {
            return self.float(start);
        }
        if odd {
            return None;
        }
        let node = if negative { Node::Signed(0i64.checked_sub_unsigned(value)?) } else { Node::Unsigned(value) };
        self.nodes.push(node);
        Some(())
    }

    /// A number with a fraction or an exponent, as the strict reader reads it.
    fn float(&mut self, start: usize) -> Option<()> {
        let rest = self.json.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')).count();
        let value: f64 = serde_json::from_str(self.json.get(start..self.at)?).ok()?;
        self.nodes.push(Node::Float(value));
        Some(())
    }
}

/// The first quote, backslash or control character at or after `at`.
#[inline]
fn special(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut rest = bytes.get(at..)?;
    while let Some((block, behind)) = rest.split_first_chunk::<16>() {
        let found = mask::special(block);
        at += found as usize;
        if found < 16 {
            return Some(at);
        }
        rest = behind;
    }
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::super::{Doc, Value};
    use proptest::prelude::*;

    /// A value in a form in which two documents can be compared.
    fn shown(value: Value<'_>) -> String {
        if value.is_object() {
            let members: Vec<String> = value.entries().map(|(key, inner)| format!("{key:?}:{}", shown(inner))).collect();
            return format!("{{{}}}", members.join(","));
        }
        if value.is_array() {
            return format!("[{}]", value.items().map(shown).collect::<Vec<_>>().join(","));
        }
        format!("{:?}", value.node())
            .split("Text")
            .next()
            .filter(|plain| !plain.is_empty())
            .map_or_else(|| format!("{:?}", value.str()), str::to_owned)
    }

    fn strict(json: &str) -> Option<String> {
        let mut doc = Doc::new();
        doc.strictly(json).is_ok().then(|| shown(doc.root()))
    }

    fn quick<const DOUBLED: bool>(json: &str) -> Option<String> {
        let mut doc = Doc::new();
        super::read::<DOUBLED>(json, &mut doc.nodes, &mut doc.text).then(|| shown(doc.root()))
    }

    #[test]
    fn sound_records_are_taken_and_read_the_same() {
        for json in [
            "{}",
            " [ ] ",
            "null",
            r#""""#,
            "[1,-2,0,18446744073709551615,-9223372036854775808,true,false,null]",
            r#"{"a":"b","c":{"d":[{"e":"f\\g\n\"h\" \u00e4\ud83d\ude00"}]},"":"x","long":"0123456789abcdef0123456789abcdefä"}"#,
            "{\n  \"latitude\" : 6.45 ,\r\n\t\"exponent\": -1.5e-7\n}",
        ] {
            assert_eq!(quick::<false>(json), strict(json), "{json}");
            assert!(quick::<false>(json).is_some(), "{json}");
            assert_eq!(quick::<true>(&json.replace('"', "\"\"")), strict(json), "{json}");
        }
    }

    #[test]
    fn what_is_not_sound_is_left_to_the_strict_reader() {
        for json in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "01",
            "-",
            "tru",
            "\"a",
            "\"\u{1}\"",
            r#""\ud800""#,
            r#""\x""#,
            "{} {}",
            "[1 2]",
            "{\"a\":1,}",
            "1.",
            "-0",
        ] {
            assert_eq!(quick::<false>(json), None, "{json}");
        }
        let deep = "[".repeat(2_000_000);
        assert_eq!(quick::<false>(&deep), None);
        assert_eq!(quick::<true>(r#"{""a"":""b"c"}"#), None, "the cell ends inside the string");
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<bool>().prop_map(|value| value.to_string()),
            any::<i64>().prop_map(|value| value.to_string()),
            any::<f64>().prop_filter("JSON has only finite numbers", |value| value.is_finite()).prop_map(|value| format!("{value:?}")),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap_or_default()),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
                proptest::collection::vec((any::<String>(), inner), 0..5).prop_map(|members| {
                    let member = |(key, value): &(String, String)| format!("{}: {value}", serde_json::to_string(key).unwrap_or_default());
                    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(" ,\n"))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn both_readers_agree_on_sound_text(json in json()) {
            prop_assert_eq!(quick::<true>(&json.replace('"', "\"\"")), quick::<false>(&json));
            if let Some(taken) = quick::<false>(&json) {
                prop_assert_eq!(Some(taken), strict(&json));
            }
        }

        #[test]
        fn nothing_is_taken_that_the_strict_reader_refuses(json in json(), at in any::<prop::sample::Index>(), with in r#"["\\{}\[\],:0-9eEtfnu \n\x01.+-]"#) {
            let mut broken: Vec<char> = json.chars().collect();
            let place = at.index(broken.len().max(1));
            if place < broken.len() {
                broken[place] = with.chars().next().unwrap_or('"');
            }
            let broken: String = broken.into_iter().collect();
            if let Some(taken) = quick::<false>(&broken) {
                prop_assert_eq!(Some(taken), strict(&broken), "{}", broken);
            }
        }
    }
}
