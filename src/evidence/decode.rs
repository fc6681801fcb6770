//! Bytes to text: which encoding it is, also where it changes inside the file.
//!
//! PowerShell appends to files in another encoding than they have (`Out-File -Append`, `>>`), so that one
//! file may be UTF-8 first and UTF-16 later (PowerShell-Docs, `about_Character_Encoding`).

use super::text::{Rule, Text};
use encoding_rs::Encoding;

/// Zeros alternating with characters over this many pairs are UTF-16.
const WIDE_RUN: usize = 8;
/// Plain text over this many bytes inside UTF-16 is no UTF-16: as UTF-16 it would be 32 rare ideographs in a row.
const NARROW_RUN: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// UTF-8, and Windows-1252 for each byte that is none.
    Narrow,
    Utf16 {
        big: bool,
    },
    Utf32 {
        big: bool,
    },
    /// A code page that the user named.
    Page(&'static Encoding),
}

/// Turns encoded bytes into [`Text`].
#[derive(Debug)]
pub(super) struct Decoder {
    mode: Mode,
    /// Bytes taken so far.
    at: u64,
    /// The encoding was named by the user: nothing is guessed.
    fixed: bool,
    started: bool,
    /// The last byte was a zero that was marked as damage.
    in_zeros: bool,
    seen: Seen,
}

#[derive(Default, Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "a set of encodings that were met")]
struct Seen {
    mark: bool,
    ascii: bool,
    utf8: bool,
    single: bool,
    utf16le: bool,
    utf16be: bool,
    utf32: bool,
    undecodable: bool,
}

/// An encoding by the name a user gives.
///
/// # Errors
/// When the name is unknown, or the encoding keeps state over characters.
pub fn encoding_named(name: &str) -> Result<&'static Encoding, String> {
    let found = Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
        format!("unknown encoding {name:?}: try utf-8, utf-16le, windows-1250, windows-1251, windows-1252, shift_jis, gbk")
    })?;
    let stateful = [encoding_rs::ISO_2022_JP, encoding_rs::REPLACEMENT, encoding_rs::EUC_JP, encoding_rs::GB18030];
    if stateful.contains(&found) {
        return Err(format!("encoding {name:?} is not supported: convert the file to UTF-8 first"));
    }
    Ok(found)
}

impl Decoder {
    /// For a file that starts with `head`; `named` overrides the guess.
    pub fn new(head: &[u8], named: Option<&'static Encoding>) -> Decoder {
        let mode = match named {
            Some(encoding) if encoding == encoding_rs::UTF_8 => Mode::Narrow,
            Some(encoding) if encoding == encoding_rs::UTF_16LE => Mode::Utf16 { big: false },
            Some(encoding) if encoding == encoding_rs::UTF_16BE => Mode::Utf16 { big: true },
            Some(encoding) => Mode::Page(encoding),
            None => guess(head),
        };
        Decoder { mode, at: 0, fixed: named.is_some(), started: false, in_zeros: false, seen: Seen::default() }
    }

    /// Decodes `bytes` into `out` and returns how many it took; the rest must be given again with more
    /// behind it. With `last` it takes all.
    pub fn feed(&mut self, bytes: &[u8], last: bool, out: &mut Text) -> usize {
        let mut done = 0;
        if !self.started {
            if bytes.len() < 4 && !last {
                return 0;
            }
            self.started = true;
            let mark = self.mark_len(bytes);
            self.seen.mark = mark > 0;
            done = mark;
            self.at += mark as u64;
        }
        loop {
            let rest = bytes.get(done..).unwrap_or_default();
            if rest.is_empty() {
                return done;
            }
            let taken = match self.mode {
                Mode::Narrow => self.narrow(rest, last, out),
                Mode::Utf16 { big } => self.utf16(rest, last, big, out),
                Mode::Utf32 { big } => self.utf32(rest, last, big, out),
                Mode::Page(page) => self.page(rest, last, page, out),
            };
            done += taken.0;
            if !taken.1 {
                return done;
            }
        }
    }

    /// Length of the byte order mark of the present mode.
    fn mark_len(&self, bytes: &[u8]) -> usize {
        let mark: &[u8] = match self.mode {
            Mode::Narrow => b"\xef\xbb\xbf",
            Mode::Utf16 { big: false } => b"\xff\xfe",
            Mode::Utf16 { big: true } => b"\xfe\xff",
            Mode::Utf32 { big: false } => b"\xff\xfe\0\0",
            Mode::Utf32 { big: true } => b"\0\0\xfe\xff",
            Mode::Page(_) => b"",
        };
        if bytes.starts_with(mark) { mark.len() } else { 0 }
    }

    fn emit(&mut self, text: &str, rule: Rule, bytes: usize, out: &mut Text) {
        out.push(text, self.at, rule);
        self.at += bytes as u64;
    }

    fn undecodable(&mut self, bytes: usize, rule: Rule, out: &mut Text) {
        self.seen.undecodable = true;
        out.mark_damage();
        self.emit("\u{fffd}", rule, bytes, out);
    }

    /// UTF-8 up to the first byte that is none. Returns bytes taken, and whether to go on.
    fn narrow(&mut self, bytes: &[u8], last: bool, out: &mut Text) -> (usize, bool) {
        let (valid, broken) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).and_then(|part| std::str::from_utf8(part).ok());
                (valid.unwrap_or_default(), Some(error.error_len()))
            }
        };
        if !self.fixed
            && let Some(zero) = memchr::memchr(0, valid.as_bytes())
        {
            return self.zeros(valid, bytes, zero, last, out);
        }
        // The last character waits: a zero behind it would make it the first of UTF-16.
        let hold = usize::from(!last && broken.is_none() && valid.is_char_boundary(valid.len().saturating_sub(1)));
        let done = valid.len().saturating_sub(hold);
        self.narrow_text(valid.get(..done).unwrap_or_default(), out);
        let rest = bytes.get(done..).unwrap_or_default();
        match broken {
            None => (done, false),
            Some(None) if !last => (done, false),
            Some(_) if !last && rest.len() < 2 + 2 * WIDE_RUN => (done, false),
            Some(_) => (done + self.invalid(rest, out), true),
        }
    }

    /// Adds valid UTF-8.
    fn narrow_text(&mut self, text: &str, out: &mut Text) {
        if text.is_empty() {
            return;
        }
        self.in_zeros = false;
        let ascii = text.is_ascii();
        self.seen.ascii = true;
        self.seen.utf8 |= !ascii;
        // ASCII inside a file of single bytes keeps that rule: no new stretch for every accent.
        let rule = if ascii && self.seen.single && !self.seen.utf8 { Rule::Single } else { Rule::Identity };
        self.emit(text, rule, text.len(), out);
    }

    /// A byte that is no UTF-8, at the start of `rest`: a mark of UTF-16, or Windows-1252.
    fn invalid(&mut self, rest: &[u8], out: &mut Text) -> usize {
        if !self.fixed && (rest.starts_with(b"\xff\xfe") || rest.starts_with(b"\xfe\xff")) {
            let big = rest.starts_with(b"\xfe\xff");
            if wide_pairs(rest.get(2..).unwrap_or_default(), big) >= 2 {
                self.mode = Mode::Utf16 { big };
                self.at += 2;
                out.gap(self.at, Rule::Utf16);
                return 2;
            }
        }
        let byte = rest.first().copied().unwrap_or_default();
        self.in_zeros = false;
        if self.fixed || matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d) {
            self.undecodable(1, Rule::Single, out);
            return 1;
        }
        self.seen.single = true;
        // In a file that has shown real UTF-8, a stray byte is a guess that the record must carry.
        if self.seen.utf8 {
            out.mark_damage();
        }
        let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(rest.get(..1).unwrap_or_default()).0;
        self.emit(&text, Rule::Single, 1, out);
        1
    }

    /// Text with a zero byte at `zero`: UTF-16 from there on, or damage.
    fn zeros(&mut self, valid: &str, bytes: &[u8], zero: usize, last: bool, out: &mut Text) -> (usize, bool) {
        // In little-endian text the first zero follows the first character.
        let little_from = if self.in_zeros && zero == 0 { None } else { zero.checked_sub(1) };
        let enough = last || bytes.len() >= zero + 2 * WIDE_RUN + 2;
        let before = valid.get(..little_from.unwrap_or(zero)).unwrap_or_default();
        if !enough {
            self.narrow_text(before, out);
            return (before.len(), false);
        }
        let line_start = |at: usize| at == 0 || bytes.get(at - 1).is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
        let runs = |from: usize, big: bool| wide_pairs(bytes.get(from..).unwrap_or_default(), big) >= WIDE_RUN;
        let little = little_from.filter(|from| runs(*from, false));
        let big =
            Some(zero).filter(|from| runs(*from, true) && (little.is_none() || (line_start(*from) && !little.is_some_and(line_start))));
        if let Some(from) = big.or(little) {
            self.narrow_text(valid.get(..from).unwrap_or_default(), out);
            self.mode = Mode::Utf16 { big: big.is_some() };
            out.gap(self.at, Rule::Utf16);
            return (from, true);
        }
        // Zeros that are no UTF-16: kept as they are, and the place marked once for each run.
        let upto = bytes.iter().skip(zero).take_while(|byte| **byte == 0).count() + zero;
        self.narrow_text(valid.get(..zero).unwrap_or_default(), out);
        if !self.in_zeros {
            out.mark_damage();
        }
        self.emit(valid.get(zero..upto).unwrap_or_default(), Rule::Identity, upto - zero, out);
        self.in_zeros = true;
        (upto, true)
    }

    /// UTF-16 up to where it ceases. Returns bytes taken, and whether to go on.
    fn utf16(&mut self, bytes: &[u8], last: bool, big: bool, out: &mut Text) -> (usize, bool) {
        self.seen.utf16be |= big;
        self.seen.utf16le |= !big;
        let mut done = 0;
        let mut buffer = Buffer::default();
        while let Some(unit) = unit_at(bytes, done, big) {
            if unit < 0x80 {
                buffer.push(char::from(unit.to_le_bytes()[0]));
                done += 2;
            } else {
                let suspect = !self.fixed && !big && plain_pair(unit);
                if suspect || (unit == 0xbbef && !self.fixed) {
                    if bytes.len() - done < NARROW_RUN && !last {
                        break;
                    }
                    if let Some(skip) = narrow_from(bytes.get(done..).unwrap_or_default()) {
                        self.flush(&mut buffer, out);
                        self.mode = Mode::Narrow;
                        self.at += skip as u64;
                        out.gap(self.at, Rule::Identity);
                        return (done + skip, true);
                    }
                }
                match wide_char(bytes, done, unit, big, last) {
                    None => break,
                    Some((Some(c), size)) => {
                        buffer.push(c);
                        done += size;
                    }
                    Some((None, size)) => {
                        self.flush(&mut buffer, out);
                        self.undecodable(size, Rule::Utf16, out);
                        done += size;
                    }
                }
            }
            if buffer.full() {
                self.flush(&mut buffer, out);
            }
        }
        self.flush(&mut buffer, out);
        if last && bytes.len() - done == 1 {
            self.undecodable(1, Rule::Single, out);
            done += 1;
        }
        (done, false)
    }

    fn flush(&mut self, buffer: &mut Buffer, out: &mut Text) {
        if !buffer.text.is_empty() {
            let bytes = Rule::Utf16.encoded_len(&buffer.text);
            out.push(&buffer.text, self.at, Rule::Utf16);
            self.at += bytes;
            buffer.text.clear();
        }
    }

    fn utf32(&mut self, bytes: &[u8], last: bool, big: bool, out: &mut Text) -> (usize, bool) {
        self.seen.utf32 = true;
        let mut done = 0;
        let mut text = String::new();
        for four in bytes.as_chunks::<4>().0 {
            let code = if big { u32::from_be_bytes(*four) } else { u32::from_le_bytes(*four) };
            if let Some(c) = char::from_u32(code) {
                text.push(c);
            } else {
                self.emit(&text, Rule::Utf32, 4 * text.chars().count(), out);
                text.clear();
                self.undecodable(4, Rule::Utf32, out);
            }
            done += 4;
        }
        self.emit(&text, Rule::Utf32, 4 * text.chars().count(), out);
        while last && done < bytes.len() {
            self.undecodable(1, Rule::Single, out);
            done += 1;
        }
        (done, false)
    }

    /// A code page: one byte a character, or pairs for East Asian ones.
    fn page(&mut self, bytes: &[u8], last: bool, page: &'static Encoding, out: &mut Text) -> (usize, bool) {
        let mut done = 0;
        while let Some(byte) = bytes.get(done) {
            let plain = bytes.get(done..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii()).count();
            if plain > 0 {
                let text = std::str::from_utf8(bytes.get(done..done + plain).unwrap_or_default()).unwrap_or_default();
                self.emit(text, Rule::Single, plain, out);
                done += plain;
                continue;
            }
            let decode = |part: &[u8]| {
                page.decode_without_bom_handling_and_without_replacement(part).filter(|text| text.chars().count() == 1).map(String::from)
            };
            if let Some(text) = decode(&[*byte]) {
                self.emit(&text, Rule::Single, 1, out);
                done += 1;
                continue;
            }
            let pair = bytes.get(done..done + 2);
            if pair.is_none() && !last {
                break;
            }
            if let Some(text) = pair.filter(|_| !page.is_single_byte()).and_then(decode) {
                self.emit(&text, Rule::Double, 2, out);
                done += 2;
            } else {
                self.undecodable(1, Rule::Single, out);
                done += 1;
            }
        }
        (done, false)
    }

    /// Name of the encoding, or `mixed` where it changes.
    pub fn name(&self) -> &'static str {
        if let Mode::Page(page) = self.mode {
            return page.name();
        }
        let seen = self.seen;
        let narrow = seen.ascii || seen.utf8 || seen.single;
        let kinds = [narrow, seen.utf16le, seen.utf16be, seen.utf32].iter().filter(|kind| **kind).count();
        match () {
            () if kinds > 1 || (seen.utf8 && seen.single) => "mixed",
            () if seen.utf16le => "utf-16le",
            () if seen.utf16be => "utf-16be",
            () if seen.utf32 => "utf-32",
            () if seen.single => "windows-1252",
            () if seen.mark => "utf-8-bom",
            () => "utf-8",
        }
    }

    /// True if some bytes became U+FFFD.
    pub fn undecodable_seen(&self) -> bool {
        self.seen.undecodable
    }
}

#[derive(Default)]
struct Buffer {
    text: String,
}

impl Buffer {
    fn push(&mut self, c: char) {
        self.text.push(c);
    }

    fn full(&self) -> bool {
        self.text.len() >= 4096
    }
}

/// The character that starts with `unit`; `None` inside for a lone surrogate, outside for more bytes.
fn wide_char(bytes: &[u8], at: usize, unit: u16, big: bool, last: bool) -> Option<(Option<char>, usize)> {
    if !(0xd800..0xe000).contains(&unit) {
        return Some((char::from_u32(u32::from(unit)), 2));
    }
    if unit >= 0xdc00 {
        return Some((None, 2));
    }
    match unit_at(bytes, at + 2, big) {
        None if !last => None,
        Some(low) if (0xdc00..0xe000).contains(&low) => {
            let code = 0x1_0000 + ((u32::from(unit) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
            Some((char::from_u32(code), 4))
        }
        _ => Some((None, 2)),
    }
}

fn unit_at(bytes: &[u8], at: usize, big: bool) -> Option<u16> {
    match bytes.get(at..at + 2) {
        Some(&[a, b]) => Some(if big { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) }),
        _ => None,
    }
}

fn plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e)
}

/// A little-endian unit that two plain characters would make.
fn plain_pair(unit: u16) -> bool {
    unit.to_le_bytes().iter().all(|byte| plain(*byte))
}

/// Whether narrow text starts here, and how many bytes of mark to skip before it.
fn narrow_from(bytes: &[u8]) -> Option<usize> {
    let skip = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let head = bytes.get(skip..).unwrap_or_default();
    let head = head.get(..NARROW_RUN - 4).unwrap_or(head);
    let least = if skip > 0 { 1 } else { 16 };
    (head.len() >= least && head.iter().all(|byte| plain(*byte))).then_some(skip)
}

/// Pairs of a character and a zero at the start of `bytes`, up to [`WIDE_RUN`].
fn wide_pairs(bytes: &[u8], big: bool) -> usize {
    let is_pair = |pair: &[u8; 2]| {
        let [character, zero] = if big { [pair[1], pair[0]] } else { *pair };
        zero == 0 && (plain(character) || character >= 0xa0)
    };
    bytes.as_chunks::<2>().0.iter().take(WIDE_RUN).take_while(|pair| is_pair(pair)).count()
}

fn guess(head: &[u8]) -> Mode {
    match head {
        [0xff, 0xfe, 0, 0, ..] => return Mode::Utf32 { big: false },
        [0, 0, 0xfe, 0xff, ..] => return Mode::Utf32 { big: true },
        [0xff, 0xfe, ..] => return Mode::Utf16 { big: false },
        [0xfe, 0xff, ..] => return Mode::Utf16 { big: true },
        _ => {}
    }
    let head = head.get(..4096).unwrap_or(head);
    let pairs = head.as_chunks::<2>().0;
    let (mut even, mut odd) = (0, 0);
    for pair in pairs {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let most = |zeros: usize, others: usize| pairs.len() >= 2 && zeros * 10 > pairs.len() * 6 && others * 10 < pairs.len();
    // UTF-16 that was appended to something else begins later.
    let first = |side: usize| pairs.iter().take(2).all(|pair| pair.get(side) == Some(&0));
    if most(odd, even) && first(1) {
        Mode::Utf16 { big: false }
    } else if most(even, odd) && first(0) {
        Mode::Utf16 { big: true }
    } else {
        Mode::Narrow
    }
}
