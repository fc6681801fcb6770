//! Text from evidence made safe for where it is shown.
//!
//! Whatever stands in a log (subjects, rule names, user agents) was chosen by somebody else, maybe by
//! the intruder. It must not move the cursor, change colours, hide or reverse other text on a terminal,
//! nor run as a formula in a spreadsheet. JSON and Parquet keep the exact text.

use std::borrow::Cow;
use std::fmt::Write;

/// True for what a terminal would obey, or what a reader would not see: control characters (C0, C1,
/// DEL), bidirectional marks, zero-width characters, line and paragraph separators, tags.
///
/// Variation selectors are left alone: they only choose between two looks of the character before.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The text for one line of a terminal: what [`is_unsafe`] names is written visibly, as `\n`, `\t`,
/// `\r` or `\u{1b}`. With `ascii`, so is every character outside ASCII.
pub fn terminal(text: &str, ascii: bool) -> Cow<'_, str> {
    let bad = |c: char| is_unsafe(c) || (ascii && !c.is_ascii());
    if !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if bad(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Characters that are never cut off: to say how many are missing takes about as much room.
const SHORT_REST: usize = 40;

/// The text cut to `most` characters, saying how many more there are; for texts that an attacker may
/// have made endless. A short rest is left: of at most 40 characters, or of a fifth of `most`.
pub fn clip(text: &str, most: usize) -> Cow<'_, str> {
    if text.char_indices().nth(most + SHORT_REST.min(most / 5)).is_none() {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((at, _)) => {
            let kept = text.get(..at).unwrap_or_default();
            let more = text.chars().count().saturating_sub(most);
            Cow::Owned(format!("{kept}… ({more} more characters)"))
        }
    }
}

/// The text as a spreadsheet cell: with a `'` in front where a spreadsheet would take it for a formula
/// (`=`, `+`, `-`, `@`, their full-width forms, tab, line breaks).
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];
    if text.starts_with(formula) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_survives() {
        let hostile = "a\u{1b}[31mred\u{7}\u{9b}2J\u{7f}\u{202e}evil\u{200b}\u{2028}\u{2066}\u{feff}\r\n\t\u{e0041}";
        let shown = terminal(hostile, false);
        assert!(!shown.chars().any(is_unsafe), "{shown:?}");
        assert_eq!(shown, "a\\u{1b}[31mred\\u{7}\\u{9b}2J\\u{7f}\\u{202e}evil\\u{200b}\\u{2028}\\u{2066}\\u{feff}\\r\\n\\t\\u{e0041}");
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["Rechnung Nr. 5", "Überweisung – 振込", "Счёт", "✉️ new", "c:\\temp"] {
            assert!(matches!(terminal(text, false), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn without_unicode_every_other_character_is_named() {
        assert_eq!(terminal("é–x", true), "\\u{e9}\\u{2013}x");
    }

    #[test]
    fn formulas_become_text_and_nothing_else_changes() {
        for formula in ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for plain in ["", "a=1", "'x", " =1", "2022-02-09T04:55:51Z"] {
            assert_eq!(cell(plain), plain);
        }
    }

    #[test]
    fn endless_text_is_cut_and_says_so() {
        assert_eq!(clip("ééé", 3), "ééé");
        assert_eq!(clip("éééé", 3), "ééé… (1 more characters)");
        let long = |n: usize| "é".repeat(n);
        assert_eq!(clip(&long(440), 400), long(440), "what is missing would take more room than it needs");
        assert_eq!(clip(&long(441), 400), format!("{}… (41 more characters)", long(400)));
        assert_eq!((clip(&long(72), 60), clip(&long(73), 60)), (long(72).into(), format!("{}… (13 more characters)", long(60)).into()));
    }
}
