//! Writing SVG: elements, attributes, text. Everything that goes in is escaped here.

use super::escape::html;
use std::fmt::Write;

/// A picture under way.
pub(super) struct Drawing {
    out: String,
}

/// An element whose attributes are being written.
pub(super) struct Tag<'d> {
    out: &'d mut String,
    name: &'static str,
}

impl Drawing {
    /// An empty picture of this size, with a name for those who cannot see it.
    pub(super) fn new(class: &str, (width, height): (f64, f64), label: &str) -> Drawing {
        let mut drawing = Drawing { out: String::new() };
        let view = format!("0 0 {} {}", number(width), number(height));
        drawing.tag("svg").attr("class", class).attr("viewBox", &view).attr("role", "img").attr("aria-label", label).open();
        drawing
    }

    /// Begins an element.
    pub(super) fn tag(&mut self, name: &'static str) -> Tag<'_> {
        self.out.push('<');
        self.out.push_str(name);
        Tag { out: &mut self.out, name }
    }

    /// Ends an element that was left open.
    pub(super) fn close(&mut self, name: &str) {
        let _ = write!(self.out, "</{name}>");
    }

    /// A line of text with its left end on a point.
    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.tag("text").attr("class", class).num("x", x).num("y", y).text(text);
    }

    /// A rectangle.
    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64)) -> Tag<'_> {
        self.tag("rect").attr("class", class).num("x", x).num("y", y).num("width", width).num("height", height)
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.tag("line").attr("class", class).num("x1", x1).num("y1", y1).num("x2", x2).num("y2", y2).empty();
    }

    /// The finished picture.
    pub(super) fn finish(mut self) -> String {
        self.close("svg");
        self.out
    }
}

impl Tag<'_> {
    /// An attribute with a text.
    pub(super) fn attr(self, key: &str, value: &str) -> Self {
        let _ = write!(self.out, " {key}=\"{}\"", html(value));
        self
    }

    /// An attribute with a number.
    pub(super) fn num(self, key: &str, value: f64) -> Self {
        let _ = write!(self.out, " {key}=\"{}\"", number(value));
        self
    }

    /// Ends the element without content.
    pub(super) fn empty(self) {
        self.out.push_str("/>");
    }

    /// Leaves the element open for others.
    pub(super) fn open(self) {
        self.out.push('>');
    }

    /// Ends the element with a text in it.
    pub(super) fn text(self, text: &str) {
        let _ = write!(self.out, ">{}</{}>", html(text), self.name);
    }

    /// Ends the element with a text that is shown where a pointer rests on it.
    pub(super) fn hint(self, text: &str) {
        let _ = write!(self.out, "><title>{}</title></{}>", html(text), self.name);
    }
}

/// A coordinate with at most one decimal.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_drawn_can_be_markup() {
        let mut drawing = Drawing::new("x", (10.0, 5.25), "\"><script>");
        drawing.text("t", 1.0, -0.04, "<b>&\u{202e}");
        drawing.rect("r", (0.0, 0.0), (1.0, 1.0)).hint("</title><script>");
        let text = drawing.finish();
        assert!(!text.contains("<script") && !text.contains("<b>") && text.matches("</title>").count() == 1, "{text}");
        assert!(text.contains(r#"viewBox="0 0 10 5.2""#) && text.contains(r#"y="0">&lt;b&gt;&amp;\u{202e}</text>"#), "{text}");
    }
}
