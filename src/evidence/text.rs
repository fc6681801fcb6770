//! Decoded text that knows where each of its characters stands in the encoded bytes.

/// How a stretch of decoded text lies in the encoded bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// UTF-8: byte for byte.
    Identity,
    /// One byte a character (code pages, and each byte that could not be decoded).
    Single,
    /// Two bytes a character (the double-byte characters of an East Asian code page).
    Double,
    /// Two bytes a UTF-16 unit.
    Utf16,
    /// Four bytes a character.
    Utf32,
}

impl Rule {
    /// Encoded bytes of `text`.
    pub fn encoded_len(self, text: &str) -> u64 {
        let chars = || text.bytes().filter(|byte| byte & 0xc0 != 0x80).count() as u64;
        match self {
            Rule::Identity => text.len() as u64,
            Rule::Single => chars(),
            Rule::Double => 2 * chars(),
            Rule::Utf32 => 4 * chars(),
            // A character beyond the basic plane starts with a byte from 0xf0 on and is two units.
            Rule::Utf16 => 2 * (chars() + text.bytes().filter(|byte| *byte >= 0xf0).count() as u64),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    decoded: u64,
    encoded: u64,
    rule: Rule,
}

/// A window of decoded text. Positions in it are counted from the start of the whole decoded text.
#[derive(Default, Debug)]
pub(super) struct Text {
    window: String,
    base: u64,
    segments: Vec<Segment>,
    damage: Vec<u64>,
}

impl Text {
    /// The text of the window.
    pub fn as_str(&self) -> &str {
        &self.window
    }

    fn end(&self) -> u64 {
        self.base + self.window.len() as u64
    }

    /// Adds text that starts at byte `encoded` of the encoded bytes.
    pub fn push(&mut self, text: &str, encoded: u64, rule: Rule) {
        let fits = self.segments.last().is_some_and(|last| {
            last.rule == rule && (rule != Rule::Identity || encoded.checked_sub(last.encoded) == Some(self.end() - last.decoded))
        });
        if !fits && !text.is_empty() {
            self.segments.push(Segment { decoded: self.end(), encoded, rule });
        }
        self.window.push_str(text);
    }

    /// Starts a new stretch even where the rule stays: encoded bytes were left out before it.
    pub fn gap(&mut self, encoded: u64, rule: Rule) {
        self.segments.push(Segment { decoded: self.end(), encoded, rule });
    }

    /// Marks the end of the window so far as a place that was not decoded faithfully.
    pub fn mark_damage(&mut self) {
        let at = self.end();
        if self.damage.last() != Some(&at) {
            self.damage.push(at);
        }
    }

    /// A walk over the window that turns ascending places of it into encoded offsets.
    pub fn map(&self) -> Map<'_> {
        Map { text: self, segment: 0, at: self.base, encoded: self.segments.first().map_or(0, |first| first.encoded), damage: 0 }
    }

    /// Takes the first `cut` bytes out of the window; what follows stays. `cut` must lie on a character.
    pub fn take(&mut self, cut: usize) -> String {
        let cut = if self.window.is_char_boundary(cut) { cut } else { self.window.len() };
        let mut map = self.map();
        let encoded = map.encoded(cut);
        let segment = map.segment;
        let rest = self.window.get(cut..).unwrap_or_default().to_owned();
        let mut taken = std::mem::replace(&mut self.window, rest);
        taken.truncate(cut);
        self.base += cut as u64;
        self.segments.drain(..segment.min(self.segments.len()));
        if let Some(first) = self.segments.first_mut().filter(|first| first.decoded < self.base) {
            first.decoded = self.base;
            first.encoded = encoded;
        }
        let base = self.base;
        self.damage.retain(|at| *at >= base);
        taken
    }
}

/// See [`Text::map`].
pub(super) struct Map<'t> {
    text: &'t Text,
    segment: usize,
    at: u64,
    encoded: u64,
    damage: usize,
}

impl Map<'_> {
    /// Encoded offset of place `at` of the window; places must not descend.
    pub fn encoded(&mut self, at: usize) -> u64 {
        let goal = self.text.base + at as u64;
        while let Some(segment) = self.text.segments.get(self.segment) {
            if segment.decoded > self.at {
                self.at = segment.decoded;
                self.encoded = segment.encoded;
            }
            let next = self.text.segments.get(self.segment + 1);
            let stop = next.map_or(goal, |next| next.decoded.min(goal));
            if stop > self.at {
                let from = usize::try_from(self.at - self.text.base).unwrap_or(usize::MAX);
                let to = usize::try_from(stop - self.text.base).unwrap_or(usize::MAX);
                self.encoded += segment.rule.encoded_len(self.text.window.get(from..to).unwrap_or_default());
                self.at = stop;
            }
            match next {
                Some(next) if next.decoded <= goal => {
                    self.segment += 1;
                    self.at = next.decoded;
                    self.encoded = next.encoded;
                }
                _ => break,
            }
        }
        self.encoded
    }

    /// True if a place from `from` to before `to` was not decoded faithfully; ranges must not descend.
    pub fn damaged(&mut self, from: usize, to: usize) -> bool {
        let (from, to) = (self.text.base + from as u64, self.text.base + to as u64);
        while self.text.damage.get(self.damage).is_some_and(|at| *at < from) {
            self.damage += 1;
        }
        self.text.damage.get(self.damage).is_some_and(|at| *at < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_through_every_rule_and_every_cut() {
        let mut text = Text::default();
        text.gap(3, Rule::Identity);
        text.push("aé", 3, Rule::Identity);
        text.push("ü😀x", 6, Rule::Utf16);
        text.push("é\u{fffd}", 14, Rule::Single);
        let expected = [(0, 3), (1, 4), (3, 6), (5, 8), (9, 12), (10, 14), (12, 15), (15, 16)];
        for cut in [0, 1, 3, 5, 9, 10, 12, 15] {
            let mut text = Text { window: text.window.clone(), base: 0, segments: text.segments.clone(), damage: Vec::new() };
            text.take(cut);
            let mut map = text.map();
            for (decoded, encoded) in expected.iter().filter(|(decoded, _)| *decoded >= cut) {
                assert_eq!(map.encoded(decoded - cut), *encoded, "cut at {cut}, place {decoded}");
            }
        }
    }
}
