//! Makes JSON of text that is nearly JSON, where there is only one way to read it.

/// A copy of `text` with what producers get wrong put right: trailing commas dropped, `NaN` and
/// `Infinity` as null, raw control characters in strings escaped, half surrogates replaced. True beside
/// it if a character was lost by that.
pub(crate) fn repaired(text: &str, out: &mut Vec<u8>) -> bool {
    out.clear();
    let bytes = text.as_bytes();
    let mut lost = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b'"' => string(bytes, at, out, &mut lost),
            b',' => {
                let next = super::look::blanks(bytes, at + 1);
                if !matches!(bytes.get(next), Some(b'}' | b']')) {
                    out.push(b',');
                }
                at + 1
            }
            b'N' | b'I' | b'-' => number_word(bytes, at, out),
            0 => at + 1,
            _ => {
                out.push(*byte);
                at + 1
            }
        };
    }
    lost
}

fn number_word(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    for word in [b"NaN".as_slice(), b"Infinity", b"-Infinity", b"-NaN"] {
        if rest.starts_with(word) {
            out.extend_from_slice(b"null");
            return at + word.len();
        }
    }
    out.extend(rest.first());
    at + 1
}

fn string(bytes: &[u8], start: usize, out: &mut Vec<u8>, lost: &mut bool) -> usize {
    out.push(b'"');
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                out.push(b'"');
                return at + 1;
            }
            b'\\' => at = escape(bytes, at, out, lost),
            byte if *byte < 0x20 => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                at += 1;
            }
            byte => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    at
}

fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

fn escape(bytes: &[u8], at: usize, out: &mut Vec<u8>, lost: &mut bool) -> usize {
    match bytes.get(at + 1) {
        Some(b'u') => {}
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            out.extend(bytes.get(at..at + 2).unwrap_or_default());
            return at + 2;
        }
        // A backslash that escapes nothing stands for itself.
        _ => {
            out.extend_from_slice(b"\\\\");
            *lost = true;
            return at + 1;
        }
    }
    let low = |at: usize| unit(bytes, at).filter(|unit| (0xdc00..0xe000).contains(unit));
    match unit(bytes, at) {
        Some(0xd800..0xdc00) if low(at + 6).is_some() => {
            out.extend(bytes.get(at..at + 12).unwrap_or_default());
            at + 12
        }
        Some(0xd800..0xe000) => {
            out.extend_from_slice("\u{fffd}".as_bytes());
            *lost = true;
            at + 6
        }
        Some(_) => {
            out.extend(bytes.get(at..at + 6).unwrap_or_default());
            at + 6
        }
        None => {
            out.extend_from_slice(b"\\\\");
            *lost = true;
            at + 1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(text: &str) -> (String, bool) {
        let mut out = Vec::new();
        let lost = repaired(text, &mut out);
        (String::from_utf8(out).unwrap(), lost)
    }

    #[test]
    fn what_has_one_reading_is_put_right() {
        assert_eq!(repair(r#"{"a":[1,2,],"b":NaN,}"#), (r#"{"a":[1,2],"b":null}"#.to_owned(), false));
        assert_eq!(repair("{\"a\":\"x\ny, }\"}"), ("{\"a\":\"x\\u000ay, }\"}".to_owned(), false));
    }

    #[test]
    fn half_surrogates_are_lost_and_said_to_be() {
        assert_eq!(repair(r#""a\ud83d""#), ("\"a\u{fffd}\"".to_owned(), true));
        assert_eq!(repair(r#""\ud83d\ude00""#), (r#""\ud83d\ude00""#.to_owned(), false));
    }
}
