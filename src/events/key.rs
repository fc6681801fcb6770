//! Identities: of records (for duplicates and joins), of people, of addresses.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::borrow::Cow;
use std::hash::Hasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a key identifies. Keys of different kinds never meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum KeyKind {
    /// A record of the unified audit log, by `Id`.
    Audit = 1,
    /// A sign-in, by request id (the audit log's `UserLoggedIn` has it as `Id`).
    SignIn = 2,
    /// A directory audit, by `id`.
    Directory = 3,
    /// A delivery: network message id and recipient.
    Delivery = 4,
    /// A transport event of a message.
    Transport = 5,
    /// A risk detection, by `id`.
    Risk = 6,
    /// A row of a snapshot, by its content.
    State = 7,
    /// Anything else, by its content.
    Other = 8,
}

/// The identity of a record within its kind, as 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(pub u128);

impl Key {
    /// From an identifier. GUIDs compare without regard to case, braces and hyphens; other text as
    /// lower case.
    pub fn of(kind: KeyKind, id: &str) -> Key {
        Key::of_parts(kind, &[id])
    }

    /// From several parts, all of which must agree.
    pub fn of_parts(kind: KeyKind, parts: &[&str]) -> Key {
        let mut hasher = SipHasher13::new();
        hasher.write_u8(kind as u8);
        for part in parts {
            match guid(part) {
                Some(bits) => hasher.write_u128(bits),
                None => write_lower(&mut hasher, part.trim()),
            }
            hasher.write_u8(0xFF);
        }
        Key(hasher.finish128().as_u128())
    }
}

fn write_lower(hasher: &mut SipHasher13, text: &str) {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        // The hash is of the stream, however it is cut.
        for part in text.as_bytes().chunks(64) {
            let mut lower = [0; 64];
            let lower = lower.get_mut(..part.len()).unwrap_or_default();
            lower.copy_from_slice(part);
            lower.make_ascii_lowercase();
            hasher.write(lower);
        }
    } else {
        hasher.write(text.as_bytes());
    }
}

/// The 128 bits of a GUID in its written order, with or without hyphens and braces.
pub fn guid(text: &str) -> Option<u128> {
    let bytes = match text.as_bytes() {
        // Nothing to trim: the common case.
        bare @ [b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z', .., b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'] => bare,
        _ => text.trim().trim_start_matches('{').trim_end_matches('}').as_bytes(),
    };
    let parts: [&[u8]; 5] = match bytes.len() {
        32 => [bytes, b"", b"", b"", b""],
        36 => {
            let hyphens = [8, 13, 18, 23].iter().all(|at| bytes.get(*at) == Some(&b'-'));
            hyphens.then_some(())?;
            [bytes.get(..8)?, bytes.get(9..13)?, bytes.get(14..18)?, bytes.get(19..23)?, bytes.get(24..)?]
        }
        _ => return None,
    };
    let (mut bits, mut bad) = (0u128, 0u8);
    for part in parts {
        let mut value = 0u64;
        let (long, short) = part.split_at(part.len().saturating_sub(16));
        for half in [long, short] {
            for byte in half {
                let digit = HEX.get(usize::from(*byte)).copied().unwrap_or(NO_DIGIT);
                bad |= digit;
                value = value << 4 | u64::from(digit & 0xF);
            }
            bits = bits << (4 * half.len()) | u128::from(value);
            value = 0;
        }
    }
    (bad < NO_DIGIT).then_some(bits)
}

/// In [`HEX`], what is no hexadecimal digit.
const NO_DIGIT: u8 = 0x80;

/// The value of each byte as a hexadecimal digit.
const HEX: [u8; 256] = {
    let mut table = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        let (lower, upper) = (b"0123456789abcdef".split_at(digit).1, b"0123456789ABCDEF".split_at(digit).1);
        if let (Some(lower), Some(upper)) = (lower.first(), upper.first()) {
            #[allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "runs at compile time, on numbers below 256")]
            {
                table[*lower as usize] = digit as u8;
                table[*upper as usize] = digit as u8;
            }
        }
        digit += 1;
    }
    table
};

/// A 64-bit form of a GUID or other identifier, for joins inside one case; never 0.
pub fn link(id: &str) -> u64 {
    match guid(id) {
        Some(bits) => fold64(bits),
        None => fold64(Key::of(KeyKind::Other, id).0),
    }
}

fn fold64(bits: u128) -> u64 {
    let mixed = bits ^ (bits >> 64);
    u64::try_from(mixed & u128::from(u64::MAX)).unwrap_or(1).max(1)
}

/// The join of an internet Message-ID: unescaped, trimmed, without its angle brackets, case kept.
pub fn message_link(message_id: &str) -> u64 {
    let plain = message_id_text(message_id);
    let mut hasher = SipHasher13::new();
    hasher.write(plain.as_bytes());
    fold64(hasher.finish128().as_u128())
}

/// A Message-ID in its compared form. Some producers escape the brackets twice.
pub fn message_id_text(message_id: &str) -> Cow<'_, str> {
    let text = message_id.trim();
    let text = if text.contains("\\u003") {
        Cow::Owned(text.replace("\\u003c", "<").replace("\\u003C", "<").replace("\\u003e", ">").replace("\\u003E", ">"))
    } else {
        Cow::Borrowed(text)
    };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(strip_brackets(text)),
        Cow::Owned(text) => Cow::Owned(strip_brackets(&text).to_owned()),
    }
}

fn strip_brackets(text: &str) -> &str {
    text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text)
}

/// The 128 bits of the request id that a unique token identifier stands for: 22 characters of
/// base64url for its 16 bytes in .NET byte order, 48 characters of base64 for its text, or the GUID
/// itself. `None` for placeholders.
///
/// Source: the joins in Microsoft's "linkable identifiers"; byte order checked on real records.
pub fn token_guid(text: &str) -> Option<u128> {
    let text = text.trim();
    let bits = match text.len() {
        22 => {
            // .NET keeps the first three parts of a GUID with their bytes in reverse.
            let (decoded, length) = base64(text)?;
            let mut bytes: [u8; 16] = decoded.get(..length)?.try_into().ok()?;
            let (first, rest) = bytes.split_at_mut(4);
            let (second, rest) = rest.split_at_mut(2);
            let (third, _) = rest.split_at_mut(2);
            first.reverse();
            second.reverse();
            third.reverse();
            u128::from_be_bytes(bytes)
        }
        48 => {
            let (decoded, length) = base64(text)?;
            guid(std::str::from_utf8(decoded.get(..length)?).ok()?)?
        }
        _ => guid(text)?,
    };
    (bits != 0).then_some(bits)
}

/// The token join of a unique token identifier in any form that [`token_guid`] reads.
pub fn token_link(text: &str) -> Option<u64> {
    token_guid(text).map(fold64)
}

/// The bytes of a base64 text of at most 48 characters, and how many they are.
fn base64(text: &str) -> Option<([u8; 36], usize)> {
    let (mut bits, mut held) = (0u32, 0);
    let (mut bytes, mut length) = ([0; 36], 0);
    for symbol in text.bytes() {
        let six = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            *bytes.get_mut(length)? = u8::try_from(bits >> held & 0xFF).ok()?;
            length += 1;
        }
    }
    Some((bytes, length))
}

/// The compared form of a name of somebody: lower case, without `smtp:`, claim prefixes, brackets
/// and display names; a guest's `user_domain#EXT#@tenant` becomes his home address.
///
/// Objects of a legacy DN, SIDs, GUIDs and service names stay what they are, in lower case.
pub fn fold_principal(name: &str) -> Cow<'_, str> {
    let mut text = name.trim();
    if text.is_empty() || text == "<null>" || text == "-" {
        return Cow::Borrowed("");
    }
    if text.contains('[')
        && let Some(at) = text.find("[SMTP:").or_else(|| text.find("[smtp:"))
        && let Some(inner) = text.get(at + 6..)
    {
        text = inner.trim_end_matches(']');
    }
    for prefix in ["smtp:", "mailto:", "urn:spo:guest#", "sip:"] {
        if text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            text = text.get(prefix.len()..).unwrap_or_default();
        }
    }
    if text.starts_with("i:0")
        && let Some((_, rest)) = text.rsplit_once('|')
    {
        text = rest;
    }
    text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '{' | '}')).trim_end_matches('.');
    if text.contains('#')
        && let Some(at) = text.to_ascii_lowercase().find("#ext#@")
        && let Some(home) = text.get(..at).and_then(|local| local.rsplit_once('_'))
    {
        return Cow::Owned(format!("{}@{}", home.0, home.1).to_lowercase());
    }
    let lower = if text.is_ascii() { !text.bytes().any(|byte| byte.is_ascii_uppercase()) } else { !text.chars().any(char::is_uppercase) };
    if lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// An address in any of the text forms of exports: bare, with port, in brackets, IPv4 inside IPv6,
/// with zone id. `None` for what is no single usable address: empty, `0.0.0.0`, loopback, host names,
/// leading zeros.
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let text = text.split([',', ';']).next()?.trim();
    let bare = if let Some(rest) = text.strip_prefix('[') {
        rest.split(']').next()?
    } else if text.matches(':').count() == 1 {
        text.split(':').next()?
    } else {
        text
    };
    let bare = bare.split('%').next()?;
    let address = match bare.parse::<IpAddr>().ok()? {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4),
        four @ IpAddr::V4(_) => four,
    };
    let usable = match address {
        IpAddr::V4(four) => four != Ipv4Addr::UNSPECIFIED && four != Ipv4Addr::BROADCAST && !four.is_loopback(),
        IpAddr::V6(six) => six != Ipv6Addr::UNSPECIFIED && !six.is_loopback(),
    };
    usable.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_compare_without_case_hyphens_and_braces() {
        let a = Key::of(KeyKind::Audit, "699E0B10-1C53-403E-976F-CE0847A92B44");
        assert_eq!(a, Key::of(KeyKind::Audit, "{699e0b101c53403e976fce0847a92b44}"));
        assert_ne!(a, Key::of(KeyKind::SignIn, "699e0b10-1c53-403e-976f-ce0847a92b44"));
        let bits = 0x699e_0b10_1c53_403e_976f_ce08_47a9_2b44;
        for text in ["699e0b10-1c53-403e-976f-ce0847a92b44", " 699E0B101C53403E976FCE0847A92B44 ", "{699e0b10-1c53-403e-976f-ce0847a92b44}"]
        {
            assert_eq!(guid(text), Some(bits), "{text}");
        }
        let wrong = [
            "",
            "x",
            "699e0b10-1c53-403e-976f-ce0847a92b4",
            "699e0b10-1c53-403e-976f-ce0847a92b4g",
            "699e0b1011c531403e1976f1ce0847a92b44",
        ];
        for text in wrong {
            assert_eq!(guid(text), None, "{text}");
        }
    }

    #[test]
    fn token_identifiers_decode_to_the_request_id() {
        let request = link("445945de-2d4f-4816-a71e-d3c0eff10500");
        assert_eq!(token_link("3kVZRE8tFkinHtPA7_EFAA"), Some(request));
        assert_eq!(token_link("445945de-2d4f-4816-a71e-d3c0eff10500"), Some(request));
        assert_eq!(token_link("NDQ1OTQ1ZGUtMmQ0Zi00ODE2LWE3MWUtZDNjMGVmZjEwNTAw"), Some(request));
        assert_eq!(token_link("AAAAAAAAAAAAAAAAAAAAAA"), None);
    }

    #[test]
    fn people_are_compared_by_their_address() {
        for (raw, folded) in [
            ("DebraB@M365B132131.OnMicrosoft.com", "debrab@m365b132131.onmicrosoft.com"),
            ("smtp:User@Example.com", "user@example.com"),
            ("\"Doe, John\" [SMTP:john@example.com]", "john@example.com"),
            ("jo_home.example#EXT#@tenant.onmicrosoft.com", "jo@home.example"),
            ("i:0#.f|membership|a@example.com", "a@example.com"),
            ("urn:spo:guest#b@example.org", "b@example.org"),
            ("NT AUTHORITY\\SYSTEM (x)", "nt authority\\system (x)"),
            ("<null>", ""),
        ] {
            assert_eq!(fold_principal(raw), folded, "{raw}");
        }
    }

    #[test]
    fn addresses_are_read_in_all_their_forms() {
        for (raw, plain) in [
            ("185.73.124.135:19823", "185.73.124.135"),
            ("[2a01:111:f100:9001::1761:914f]:46145", "2a01:111:f100:9001::1761:914f"),
            ("[1.2.3.4]:5", "1.2.3.4"),
            ("::ffff:1.2.3.4", "1.2.3.4"),
            ("fe80::1%eth0", "fe80::1"),
            ("2A01:111::1", "2a01:111::1"),
        ] {
            assert_eq!(parse_ip(raw).map(|ip| ip.to_string()).as_deref(), Some(plain), "{raw}");
        }
        for raw in ["", "<null>", "0.0.0.0", "::1", "localhost:80", "1.2", "01.2.3.4", "::", "SERVER (10.9.0.1)"] {
            assert_eq!(parse_ip(raw), None, "{raw}");
        }
    }

    #[test]
    fn message_ids_lose_brackets_and_escapes() {
        assert_eq!(message_link("<a@b>"), message_link("a@b"));
        assert_eq!(message_link("\\u003ca@b\\u003e"), message_link("a@b"));
        assert_ne!(message_link("<A@b>"), message_link("<a@b>"));
    }
}
