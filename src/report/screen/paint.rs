//! Styled text, wrapped to a width: the brush of the terminal view.
//!
//! Every text that enters a [`Line`] is escaped for the terminal first, so that nothing from the
//! evidence can act on it.

use super::Look;
use crate::report::sanitize;
use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

/// Longest single text from the evidence that is shown, in characters.
const LONGEST: usize = 400;

/// What a piece of text means; colours only repeat what the words say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// A heading or a name.
    Strong,
    /// Beside the point.
    Dim,
    /// Compromised, intruder, damaged.
    Bad,
    /// Suspicious, uncertain, incomplete.
    Warn,
    /// Nothing found.
    Good,
    /// A command or pointer to copy.
    Code,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Bad => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Tone::Warn => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Code => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        }
    }

    /// The text with this tone's escape sequences around it.
    fn paint(self, text: &str) -> String {
        let style = self.style();
        if self == Tone::Plain || text.is_empty() { text.to_owned() } else { format!("{style}{text}{style:#}") }
    }
}

/// One paragraph: pieces of text, each with its tone.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pieces: Vec<(Tone, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Line {
        Line::default()
    }

    /// Adds text in a tone.
    #[must_use]
    pub fn add(mut self, tone: Tone, text: impl AsRef<str>) -> Line {
        self.push(tone, text);
        self
    }

    /// Adds ordinary text.
    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Line {
        self.add(Tone::Plain, text)
    }

    /// Adds text in a tone, in place.
    pub fn push(&mut self, tone: Tone, text: impl AsRef<str>) {
        let clipped = sanitize::clip(text.as_ref(), LONGEST);
        self.pieces.push((tone, sanitize::terminal(&clipped, false).into_owned()));
    }

    /// Adds the pieces of another line.
    pub fn extend(&mut self, other: &Line) {
        self.pieces.extend_from_slice(&other.pieces);
    }

    /// True if nothing was added.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|(_, text)| text.is_empty())
    }

    /// Columns that it takes on one line.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text.width()).sum()
    }
}

/// A page under way: lines of escaped text, at most `look.width` columns wide.
pub struct Page<'l> {
    look: &'l Look,
    text: String,
}

/// A word: pieces that touch, with the blanks before them.
#[derive(Default)]
struct Word<'t> {
    parts: Vec<(Tone, &'t str)>,
    gap: usize,
}

impl Word<'_> {
    fn width(&self) -> usize {
        self.parts.iter().map(|(_, text)| text.width()).sum()
    }
}

impl<'l> Page<'l> {
    /// An empty page.
    pub fn new(look: &'l Look) -> Page<'l> {
        Page { look, text: String::new() }
    }

    /// The page, with the drawing characters that the terminal can show.
    pub fn finish(self) -> String {
        if self.look.unicode { self.text } else { to_ascii(&self.text) }
    }

    /// An empty line, unless the page is empty or ends with one.
    pub fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Text that is laid out already (a table).
    pub fn raw(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A paragraph: `first` before its first line, `rest` before the others. Both are drawing, not evidence.
    pub fn wrap(&mut self, first: &str, rest: &str, line: &Line) {
        let width = self.look.width;
        let room = width.saturating_sub(rest.width()).max(8);
        let (mut prefix, mut used) = (first, first.width());
        let mut row = Row::default();
        let mut at_start = true;
        for word in words(line) {
            let mut gap = if at_start { 0 } else { word.gap };
            if !at_start && used + gap + word.width() > width {
                self.row(prefix, &mut row);
                (prefix, used, gap) = (rest, rest.width(), 0);
            }
            row.blanks(gap);
            used += gap;
            let whole = word.width() <= room;
            for (tone, text) in word.parts {
                for (number, part) in if whole { vec![text] } else { split_to(text, room) }.into_iter().enumerate() {
                    if number > 0 {
                        self.row(prefix, &mut row);
                        (prefix, used) = (rest, rest.width());
                    }
                    row.add(tone, part);
                    used += part.width();
                }
            }
            at_start = false;
        }
        self.row(prefix, &mut row);
    }

    /// Writes a row and empties it.
    fn row(&mut self, prefix: &str, row: &mut Row) {
        let start = self.text.len();
        let drawn = if self.look.color && !prefix.trim().is_empty() { Tone::Dim.paint(prefix) } else { prefix.to_owned() };
        self.text.push_str(&drawn);
        for (tone, text) in row.pieces.drain(..) {
            self.text.push_str(&if self.look.color { tone.paint(&text) } else { text });
        }
        let end = self.text.trim_end_matches(' ').len().max(start);
        self.text.truncate(end);
        self.text.push('\n');
    }
}

/// A row under way: runs of text in one tone.
#[derive(Default)]
struct Row {
    pieces: Vec<(Tone, String)>,
}

impl Row {
    fn add(&mut self, tone: Tone, text: &str) {
        match self.pieces.last_mut() {
            Some((last, run)) if *last == tone => run.push_str(text),
            _ => self.pieces.push((tone, text.to_owned())),
        }
    }

    /// Blanks look the same in every tone, so they prolong the run before them.
    fn blanks(&mut self, n: usize) {
        if let Some((_, run)) = self.pieces.last_mut() {
            run.extend(std::iter::repeat_n(' ', n));
        }
    }
}

/// The words of a line, in order. Pieces that touch are one word: only blanks separate.
fn words(line: &Line) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut open = Word::default();
    for (tone, text) in &line.pieces {
        for (number, part) in text.split(' ').enumerate() {
            if number > 0 {
                if open.parts.is_empty() {
                    open.gap += 1;
                } else {
                    words.push(std::mem::replace(&mut open, Word { gap: 1, ..Word::default() }));
                }
            }
            if !part.is_empty() {
                open.parts.push((*tone, part));
            }
        }
    }
    if !open.parts.is_empty() {
        words.push(open);
    }
    words
}

/// A word in parts of at most `most` columns: one part, unless it is longer than a whole line.
fn split_to(word: &str, most: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while rest.width() > most {
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let next = at + c.len_utf8();
            if end > 0 && rest.get(..next).unwrap_or_default().width() > most {
                break;
            }
            end = next;
        }
        let Some((head, tail)) = rest.split_at_checked(end) else { break };
        parts.push(head);
        rest = tail;
    }
    parts.push(rest);
    parts
}

/// Our own drawing in ASCII, and whatever else is not ASCII by its number.
pub fn to_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '├' | '│' => out.push('|'),
            '└' => out.push('`'),
            '─' | '–' | '·' => out.push('-'),
            '…' => out.push_str("..."),
            '≥' => out.push_str(">="),
            // The page is escaped already; escape sequences and line ends are our own.
            c if c.is_ascii() => out.push(c),
            c => out.push_str(&sanitize::terminal(c.encode_utf8(&mut [0; 4]), true)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize, line: &Line) -> String {
        let look = Look { width, ..Look::plain() };
        let mut page = Page::new(&look);
        page.wrap("- ", "  ", line);
        page.finish()
    }

    #[test]
    fn text_wraps_at_blanks_under_its_own_start() {
        let line = Line::new().plain("one two three").add(Tone::Bad, " four").plain(", five");
        assert_eq!(shown(12, &line), "- one two\n  three\n  four, five\n");
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken_and_never_lost() {
        assert_eq!(shown(12, &Line::new().plain("x abcdefghijklmnopqrstu")), "- x\n  abcdefghij\n  klmnopqrst\n  u\n");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(shown(12, &Line::new().plain("請求書請求書")), "- 請求書請求\n  書\n");
    }

    #[test]
    fn evidence_is_escaped_and_our_colours_are_not() {
        let look = Look { color: true, ..Look::plain() };
        let mut page = Page::new(&look);
        page.wrap("", "", &Line::new().add(Tone::Bad, "a\u{1b}[2J"));
        assert_eq!(page.finish(), "\u{1b}[1m\u{1b}[31ma\\u{1b}[2J\u{1b}[0m\n");
    }
}
