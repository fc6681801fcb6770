//! Cuts CliXML into the objects below `<Objs>`.

use super::super::block::Entry;
use super::super::limits::Limits;
use super::super::span::{Kind, Notices, Progress, code};
use super::convert::{Convert, NoObject};

/// Elements inside each other in one object.
const MAX_DEPTH: usize = 128;

/// Splits the text of one file, and turns each object into JSON.
pub(crate) struct XmlSplitter {
    convert: Convert,
    json: String,
    /// Where the JSON of each span of the last call lies.
    ranges: Vec<(u32, u32)>,
    limit: usize,
    skipping: bool,
}

/// What starts at a `<`.
enum Element {
    /// It ends before this place.
    End(usize, bool),
    /// The text does not show its end.
    More,
}

impl XmlSplitter {
    pub fn new(limits: &Limits) -> XmlSplitter {
        XmlSplitter { convert: Convert::default(), json: String::new(), ranges: Vec::new(), limit: limits.element, skipping: false }
    }

    /// Splits as much of `text` as is certain; with `eof` all of it.
    pub fn split(&mut self, text: &str, eof: bool, _: &mut Notices) -> Progress {
        let mut out = Progress::default();
        while out.consumed < text.len() {
            let from = out.consumed;
            if self.skipping {
                if !self.skip(text, eof, &mut out) {
                    break;
                }
                continue;
            }
            let Some(at) = memchr::memchr(b'<', text.as_bytes().get(from..).unwrap_or_default()).map(|at| from + at) else {
                out.consumed = text.len();
                break;
            };
            out.consumed = at;
            let rest = text.get(at..).unwrap_or_default();
            if rest.len() < 10 && !eof {
                break;
            }
            match head_end(rest) {
                Some(0) => {}
                Some(end) => {
                    if rest.starts_with("<Objs") {
                        self.convert.forget();
                    }
                    out.consumed = at + end;
                    continue;
                }
                None if eof => {
                    out.consumed = text.len();
                    break;
                }
                None => break,
            }
            match element_end(rest.as_bytes()) {
                Element::End(end, deep) => {
                    self.object(rest.get(..end).unwrap_or_default(), at, deep, &mut out);
                    out.consumed = at + end;
                }
                Element::More if eof => {
                    self.add(at, at + rest.trim_end().len(), Kind::Rejected(code::TRUNCATED_RECORD), "", &mut out);
                    out.consumed = text.len();
                }
                Element::More if rest.len() > self.limit => {
                    out.add(at, at, Kind::Opens(code::RECORD_TOO_LONG));
                    self.skipping = true;
                    out.consumed = at + 1;
                }
                Element::More => break,
            }
        }
        out
    }

    /// Passes over an object that is too long, up to what looks like the next one; false for more text.
    fn skip(&mut self, text: &str, eof: bool, out: &mut Progress) -> bool {
        let from = out.consumed;
        let tail = text.get(from..).unwrap_or_default();
        if let Some(at) = tail.find("\n  <Obj ") {
            out.consumed = from + at + 3;
            self.add(out.consumed, out.consumed, Kind::Closes, "", out);
            self.skipping = false;
            return true;
        }
        let mut keep = if eof { text.len() } else { text.len().saturating_sub(16).max(from) };
        while !text.is_char_boundary(keep) {
            keep += 1;
        }
        out.consumed = keep;
        if eof {
            self.add(keep, keep, Kind::Closes, "", out);
            self.skipping = false;
        }
        false
    }

    fn object(&mut self, xml: &str, at: usize, deep: bool, out: &mut Progress) {
        let end = at + xml.len();
        if deep {
            self.add(at, end, Kind::Rejected(code::NESTING_TOO_DEEP), "", out);
            return;
        }
        match self.convert.object(xml, self.limit) {
            Ok(json) => self.add(at, end, Kind::Json(code::NOT_JSON), &json, out),
            Err(NoObject::Broken) => self.add(at, end, Kind::Rejected(code::NOT_JSON), "", out),
            Err(NoObject::TooLong) => self.add(at, end, Kind::Rejected(code::RECORD_TOO_LONG), "", out),
        }
    }

    fn add(&mut self, start: usize, end: usize, kind: Kind, json: &str, out: &mut Progress) {
        let from = self.json.len();
        self.json.push_str(json);
        let range = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.ranges.push((range(from), range(self.json.len())));
        out.add(start, end, kind);
    }

    /// The JSON of the last call's objects; `entries` are made to point into it.
    pub fn take_json(&mut self, entries: &mut [Entry]) -> String {
        for (entry, (start, end)) in entries.iter_mut().zip(self.ranges.drain(..)) {
            entry.start = start;
            entry.end = end;
        }
        std::mem::take(&mut self.json)
    }
}

/// Length of what stands around objects at the start of `text` (0 for an object); `None` if cut.
fn head_end(text: &str) -> Option<usize> {
    let until = |mark: &str| text.find(mark).map(|at| at + mark.len());
    if text.starts_with("<?") {
        return until("?>");
    }
    if text.starts_with("<!--") {
        return until("-->");
    }
    if text.starts_with("<Objs") || text.starts_with("</") || text.starts_with("<!") {
        return until(">");
    }
    Some(0)
}

/// Walks the element that `bytes` starts with.
fn element_end(bytes: &[u8]) -> Element {
    let (mut at, mut depth, mut deep) = (0, 0usize, false);
    let find =
        |from: usize, mark: &[u8]| memchr::memmem::find(bytes.get(from..).unwrap_or_default(), mark).map(|len| from + len + mark.len());
    loop {
        let Some(open) = find(at, b"<") else { return Element::More };
        let tail = bytes.get(open - 1..).unwrap_or_default();
        let special = [(b"<!--".as_slice(), b"-->".as_slice()), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];
        if let Some((_, end)) = special.iter().find(|(start, _)| tail.starts_with(start)) {
            match find(open, end) {
                Some(after) => at = after,
                None => return Element::More,
            }
            continue;
        }
        let Some(after) = tag_end(bytes, open) else { return Element::More };
        at = after;
        if bytes.get(open) == Some(&b'/') {
            depth = depth.saturating_sub(1);
        } else if bytes.get(after - 2) != Some(&b'/') {
            depth += 1;
            deep |= depth > MAX_DEPTH;
        }
        if depth == 0 {
            return Element::End(at, deep);
        }
    }
}

/// The place behind the `>` of a tag; `>` inside quoted attributes does not count.
fn tag_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        match bytes.get(at) {
            Some(b'>') => return Some(at + 1),
            Some(quote) => at += memchr::memchr(*quote, bytes.get(at + 1..)?)? + 2,
            None => return None,
        }
    }
}
