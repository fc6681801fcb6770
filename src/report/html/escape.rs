//! Text from evidence made safe for a page: markup is text, and what would not be seen is shown.

use crate::report::sanitize;
use askama::filters::Escaper;
use std::fmt::{self, Write};

/// The escaper of every template of the page (`askama.toml`): characters that are markup become
/// references, and those that a reader would not see, or that turn other text around, are written visibly.
#[derive(Clone, Copy, Debug)]
pub struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        for c in sanitize::terminal(text, false).chars() {
            match c {
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '&' => out.write_str("&amp;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                c => out.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// The text for an element or a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    // Writing to a String cannot fail.
    let _ = Visible.write_escaped_str(&mut out, text);
    out
}

/// JSON for a `<script type="application/json">`: nothing in it can end the element or begin a comment,
/// and it stays the same JSON.
pub(super) fn script_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text_and_hidden_characters_become_visible() {
        assert_eq!(
            html("</script><img src=x onerror='a(\"&\")'>"),
            "&lt;/script&gt;&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;"
        );
        assert_eq!(html("gpj.\u{202e}exe\u{0}\n\u{200b}"), "gpj.\\u{202e}exe\\u{0}\\n\\u{200b}");
        assert_eq!(html("Überweisung – 振込"), "Überweisung – 振込");
    }

    #[test]
    fn json_in_a_script_element_cannot_leave_it_and_means_the_same() {
        let hostile = "</script><!--<script>&\u{2028}\u{2029}";
        let safe = script_json(&serde_json::to_string(hostile).unwrap());
        assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), hostile);
    }
}
