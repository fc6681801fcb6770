//! One JSON value (or CliXML object) as a flat, reusable tree.
//!
//! Reading an export means parsing millions of small documents whose keys are mostly known. A [`Doc`]
//! is one vector of nodes and one text buffer; both are reused for the next record, so that the reading
//! path allocates nothing. Sound text is read by [`quick`]; whatever else there is goes to `serde_json`. Lookups ignore the case of keys, because
//! producers differ in it, and where a key is repeated the last one wins.
//!
//! Numbers keep 64 bits exactly (rule identities do not fit a float); nesting deeper than 128 is an
//! error, never a stack overflow.

mod quick;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Levels of JSON inside JSON strings that [`Value::expand`] follows.
pub const EMBEDDED_LEVELS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Node {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    /// Bytes of `text`.
    Text {
        start: u32,
        len: u32,
    },
    /// Children follow; `end` is the node after the last of them.
    Array {
        end: u32,
    },
    /// Key and value alternate until `end`.
    Object {
        end: u32,
    },
}

/// A parsed value. Reuse one for many records.
#[derive(Default, Debug)]
pub struct Doc {
    nodes: Vec<Node>,
    text: String,
}

/// Why a text is not a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocError {
    /// Not JSON, with `serde_json`'s words.
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// The text ends inside a value.
    #[error("the JSON text is cut off")]
    Cut,
    /// Deeper than 128 levels.
    #[error("nested deeper than 128 levels")]
    TooDeep,
}

impl Doc {
    /// An empty document (a single null).
    pub fn new() -> Doc {
        Doc::default()
    }

    /// Parses exactly one JSON value, replacing what was held before.
    ///
    /// # Errors
    /// [`DocError`] when the text is not one complete JSON value; the document is then empty.
    pub fn parse(&mut self, json: &str) -> Result<(), DocError> {
        self.clear();
        if quick::read::<false>(json, &mut self.nodes, &mut self.text) { Ok(()) } else { self.strictly(json) }
    }

    /// Parses one JSON value whose quotes all stand twice, as in a quoted cell of a table. False, with an
    /// empty document, where it is not plainly sound: then [`Doc::parse`] the unquoted text.
    pub fn parse_doubled(&mut self, json: &str) -> bool {
        self.clear();
        let read = quick::read::<true>(json, &mut self.nodes, &mut self.text);
        if !read {
            self.clear();
        }
        read
    }

    /// [`Doc::parse`] by `serde_json`, which says what is wrong with a text.
    fn strictly(&mut self, json: &str) -> Result<(), DocError> {
        self.clear();
        let mut reader = serde_json::Deserializer::from_str(json);
        let result = Tree { doc: self }.deserialize(&mut reader).and_then(|()| reader.end());
        result.map_err(|error| {
            self.nodes.clear();
            let words = error.to_string();
            if error.is_eof() {
                DocError::Cut
            } else if words.starts_with("recursion limit") {
                DocError::TooDeep
            } else {
                DocError::Syntax(words)
            }
        })
    }

    /// The whole value.
    pub fn root(&self) -> Value<'_> {
        Value { doc: self, at: 0 }
    }

    /// Starts a document built by hand (CliXML, table rows): see the `push_*` functions.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.text.clear();
    }

    /// Adds a text node (a value, or a key inside an object).
    pub fn push_text(&mut self, text: &str) {
        let start = u32_of(self.text.len());
        self.text.push_str(text);
        self.nodes.push(Node::Text { start, len: u32_of(text.len()) });
    }

    /// Adds a null.
    pub fn push_null(&mut self) {
        self.nodes.push(Node::Null);
    }

    /// Adds a truth value.
    pub fn push_bool(&mut self, value: bool) {
        self.nodes.push(Node::Bool(value));
    }

    /// Opens an object; give the returned mark to [`Doc::close`] after its keys and values.
    pub fn open_object(&mut self) -> usize {
        self.nodes.push(Node::Object { end: 0 });
        self.nodes.len() - 1
    }

    /// Opens an array; give the returned mark to [`Doc::close`] after its elements.
    pub fn open_array(&mut self) -> usize {
        self.nodes.push(Node::Array { end: 0 });
        self.nodes.len() - 1
    }

    /// Ends the object or array opened at `mark`.
    pub fn close(&mut self, mark: usize) {
        let after = u32_of(self.nodes.len());
        if let Some(Node::Object { end } | Node::Array { end }) = self.nodes.get_mut(mark) {
            *end = after;
        }
    }

    /// Copies a value of another document to the end of this one.
    pub fn push_value(&mut self, value: Value<'_>) {
        match value.node() {
            Node::Text { .. } => self.push_text(value.str().unwrap_or_default()),
            Node::Object { .. } => {
                let mark = self.open_object();
                for (key, inner) in value.entries() {
                    self.push_text(key);
                    self.push_value(inner);
                }
                self.close(mark);
            }
            Node::Array { .. } => {
                let mark = self.open_array();
                for inner in value.items() {
                    self.push_value(inner);
                }
                self.close(mark);
            }
            plain => self.nodes.push(plain),
        }
    }
}

/// The text of a number below 100, as types of records, users and sessions are: nothing needs to be allocated.
fn small(value: u64) -> Option<&'static str> {
    const UNITS: &str = "0123456789";
    const TENS: &str = "101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354\
                        555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    let value = usize::try_from(value).ok()?;
    match value.checked_sub(10) {
        None => UNITS.get(value..=value),
        Some(above) => TENS.get(2 * above..2 * above + 2),
    }
}

fn u32_of(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// One value inside a [`Doc`].
#[derive(Clone, Copy)]
pub struct Value<'d> {
    doc: &'d Doc,
    at: u32,
}

impl<'d> Value<'d> {
    fn node(self) -> Node {
        self.doc.nodes.get(self.at as usize).copied().unwrap_or(Node::Null)
    }

    /// The node after this value and all that it holds.
    fn after(self) -> u32 {
        match self.node() {
            Node::Array { end } | Node::Object { end } => end.max(self.at + 1),
            _ => self.at + 1,
        }
    }

    fn at(self, at: u32) -> Value<'d> {
        Value { doc: self.doc, at }
    }

    /// The text, if this is a text.
    pub fn str(self) -> Option<&'d str> {
        match self.node() {
            Node::Text { start, len } => self.doc.text.get(start as usize..(start + len) as usize),
            _ => None,
        }
    }

    /// Text of a text, number or truth value; `None` for null, arrays and objects.
    pub fn text(self) -> Option<Cow<'d, str>> {
        match self.node() {
            Node::Text { .. } => self.str().map(Cow::Borrowed),
            Node::Bool(value) => Some(Cow::Borrowed(if value { "True" } else { "False" })),
            Node::Unsigned(value) => Some(small(value).map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)),
            Node::Signed(value) => Some(Cow::Owned(value.to_string())),
            Node::Float(value) => Some(Cow::Owned(value.to_string())),
            Node::Null | Node::Array { .. } | Node::Object { .. } => None,
        }
    }

    /// A whole number, also where it is written as text.
    pub fn int(self) -> Option<i64> {
        match self.node() {
            Node::Unsigned(value) => i64::try_from(value).ok(),
            Node::Signed(value) => Some(value),
            Node::Text { .. } => self.str()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth value, also where it is written as text or as 0 and 1.
    pub fn bool(self) -> Option<bool> {
        match self.node() {
            Node::Bool(value) => Some(value),
            Node::Unsigned(0) => Some(false),
            Node::Unsigned(1) => Some(true),
            Node::Text { .. } => match self.str()?.trim() {
                text if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
                text if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// True for null and for a value that is not there.
    pub fn is_null(self) -> bool {
        matches!(self.node(), Node::Null)
    }

    /// True for an object.
    pub fn is_object(self) -> bool {
        matches!(self.node(), Node::Object { .. })
    }

    /// True for an array.
    pub fn is_array(self) -> bool {
        matches!(self.node(), Node::Array { .. })
    }

    /// The value of `key`, whatever the case of its letters; the last one where it is repeated.
    /// `None` where the key is missing, or its value is null.
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        let mut found = None;
        for (name, value) in self.entries() {
            if name.len() == key.len() && name.eq_ignore_ascii_case(key) {
                found = Some(value);
            }
        }
        found.filter(|value| !value.is_null())
    }

    /// True if the object has `key`, null or not.
    pub fn has(self, key: &str) -> bool {
        self.entries().any(|(name, _)| name.eq_ignore_ascii_case(key))
    }

    /// The value at a path of keys: `path(&["status", "errorCode"])`.
    pub fn path(self, keys: &[&str]) -> Option<Value<'d>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Text at a key; `None` where it is missing, null, or not a plain value.
    pub fn text_of(self, key: &str) -> Option<Cow<'d, str>> {
        self.get(key)?.text()
    }

    /// Borrowed text at a key; `None` where it is not a text, or is empty after trimming.
    pub fn str_of(self, key: &str) -> Option<&'d str> {
        self.get(key)?.str().map(super::record::trimmed).filter(|text| !text.is_empty())
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'d>> {
        let (mut next, end) = match self.node() {
            Node::Array { end } => (self.at + 1, end),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let value = self.at(next);
                next = value.after();
                value
            })
        })
    }

    /// The elements of an array, or the value itself where a producer dropped the array of one.
    pub fn items_or_self(self) -> impl Iterator<Item = Value<'d>> {
        let single = (!self.is_array() && !self.is_null()).then_some(self);
        self.items().chain(single)
    }

    /// The keys and values of an object, in file order; nothing for anything else.
    pub fn entries(self) -> impl Iterator<Item = (&'d str, Value<'d>)> {
        let (mut next, end) = match self.node() {
            Node::Object { end } => (self.at + 1, end),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let key = self.at(next).str().unwrap_or_default();
                let value = self.at(next + 1);
                next = value.after();
                (key, value)
            })
        })
    }

    /// The document inside a text that holds JSON, up to three levels deep; `None` where the text is
    /// no JSON object or array. Allocates: for rare records only.
    pub fn expand(self) -> Option<Doc> {
        let mut text = Cow::Borrowed(self.str()?);
        for _ in 0..EMBEDDED_LEVELS {
            let trimmed = text.trim_start();
            if !trimmed.starts_with(['{', '[', '"']) {
                return None;
            }
            let mut doc = Doc::new();
            doc.parse(&text).ok()?;
            match doc.root().str() {
                Some(inner) => text = Cow::Owned(inner.to_owned()),
                None => return Some(doc),
            }
        }
        None
    }

    /// Sees through the wrappers that PowerShell puts around plain values: `{"value":X,"DateTime":…}`,
    /// `{"value":[…],"Count":n}`, `{"IsPresent":true}`.
    #[must_use]
    pub fn unwrapped(self) -> Value<'d> {
        if self.is_object() {
            let beside = ["DateTime", "DisplayHint", "Guid", "Count", "Value"];
            if let Some(inner) = self.get("value")
                && self.entries().all(|(key, _)| key.eq_ignore_ascii_case("value") || beside.contains(&key))
            {
                return inner;
            }
            if let Some(inner) = self.get("IsPresent") {
                return inner;
            }
        }
        self
    }
}

/// Builds nodes while `serde_json` walks the text.
struct Tree<'a> {
    doc: &'a mut Doc,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.doc.nodes.push(Node::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.doc.nodes.push(Node::Bool(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.doc.nodes.push(Node::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.doc.nodes.push(Node::Signed(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.doc.nodes.push(Node::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.doc.push_text(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mark = self.doc.open_array();
        while seq.next_element_seed(Tree { doc: self.doc })?.is_some() {}
        self.doc.close(mark);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mark = self.doc.open_object();
        while map.next_key_seed(Tree { doc: self.doc })?.is_some() {
            map.next_value_seed(Tree { doc: self.doc })?;
        }
        self.doc.close(mark);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(json: &str) -> Doc {
        let mut doc = Doc::new();
        doc.parse(json).unwrap();
        doc
    }

    #[test]
    fn values_are_found_by_key_and_path_in_any_case() {
        let d = doc(r#"{"Status":{"errorCode":"50126"},"items":[1,"2",{"a":null}],"big":15394007230974001153}"#);
        let root = d.root();
        assert_eq!(root.path(&["status", "ErrorCode"]).and_then(Value::int), Some(50126));
        assert_eq!(root.get("items").map(|v| v.items().count()), Some(3));
        assert_eq!(root.text_of("big").as_deref(), Some("15394007230974001153"));
        assert!(root.get("missing").is_none());
    }

    #[test]
    fn numbers_of_any_size_have_their_text() {
        for number in (0..250).chain([u64::MAX]) {
            assert_eq!(doc(&number.to_string()).root().text().as_deref(), Some(number.to_string().as_str()));
        }
    }

    #[test]
    fn the_last_of_a_repeated_key_wins() {
        assert_eq!(doc(r#"{"a":1,"A":2}"#).root().get("a").and_then(Value::int), Some(2));
    }

    #[test]
    fn nesting_beyond_the_limit_is_an_error_and_not_a_crash() {
        let deep = "[".repeat(2_000_000);
        assert_eq!(Doc::new().parse(&deep), Err(DocError::TooDeep));
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(Doc::new().parse(r#"{"a": "b"#), Err(DocError::Cut));
    }

    #[test]
    fn json_in_text_is_expanded_through_two_quotings() {
        let d = doc(r#"{"x":"\"{\\\"a\\\":1}\""}"#);
        let inner = d.root().get("x").and_then(Value::expand).unwrap();
        assert_eq!(inner.root().get("a").and_then(Value::int), Some(1));
    }

    #[test]
    fn powershell_wrappers_are_seen_through() {
        let d = doc(r#"{"a":{"value":"x","DisplayHint":2,"DateTime":"d"},"b":{"IsPresent":false}}"#);
        assert_eq!(d.root().get("a").unwrap().unwrapped().str(), Some("x"));
        assert_eq!(d.root().get("b").unwrap().unwrapped().bool(), Some(false));
    }
}
