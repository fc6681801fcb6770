//! One CliXML object to JSON text.
//!
//! Elements as in the PowerShell serialization format (MS-PSRP 2.2.5): `Obj` with its type names (`TN`),
//! text (`ToString`), members (`Props`, `MS`), or container (`LST`, `IE`, `STK`, `QUE`, `DCT`); scalars such
//! as `S`, `I32`, `DT`; `Ref` to an object seen before.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Objects that later ones may refer to.
const REFS: usize = 100_000;
/// Bytes of JSON kept for them, in all and for one.
const REF_BYTES: usize = 64 << 20;
const REF_BYTES_EACH: usize = 1 << 16;

/// Why an object has no JSON.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NoObject {
    Broken,
    TooLong,
}

/// Converts the objects of one file.
#[derive(Default)]
pub(super) struct Convert {
    refs: HashMap<String, String>,
    ref_bytes: usize,
    written: usize,
    limit: usize,
}

/// Parts of an `Obj` that were read.
#[derive(Default)]
struct Parts {
    text: Option<String>,
    members: Vec<(String, String)>,
    has_members: bool,
    container: Option<String>,
    scalar: Option<String>,
}

type Xml<'x> = Reader<&'x [u8]>;

impl Convert {
    /// Starts a new document: references do not reach over its border.
    pub fn forget(&mut self) {
        self.refs.clear();
        self.ref_bytes = 0;
    }

    /// Converts one element.
    ///
    /// # Errors
    /// When it is no well-formed CliXML, or its references blow it up beyond `limit` bytes.
    pub fn object(&mut self, xml: &str, limit: usize) -> Result<String, NoObject> {
        (self.written, self.limit) = (0, limit);
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event().map_err(|_| NoObject::Broken)? {
                Event::Start(tag) => return self.value(&tag, &mut reader, true),
                Event::Empty(tag) => return self.empty(&tag),
                Event::Eof => return Err(NoObject::Broken),
                _ => {}
            }
        }
    }

    fn count(&mut self, json: &str) -> Result<(), NoObject> {
        self.written += json.len();
        if self.written > self.limit { Err(NoObject::TooLong) } else { Ok(()) }
    }

    /// An element without content.
    fn empty(&mut self, tag: &BytesStart<'_>) -> Result<String, NoObject> {
        let json = match tag.local_name().as_ref() {
            b"Ref" => {
                let known = attribute(tag, b"RefId").and_then(|id| self.refs.get(&id));
                known.cloned().unwrap_or_else(|| "null".to_owned())
            }
            b"S" | b"C" | b"SS" | b"XD" | b"URI" | b"SBK" => "\"\"".to_owned(),
            b"LST" | b"IE" | b"STK" | b"QUE" => "[]".to_owned(),
            b"DCT" | b"Props" | b"MS" => "{}".to_owned(),
            _ => "null".to_owned(),
        };
        self.count(&json)?;
        Ok(json)
    }

    /// The value of an element whose start was read.
    fn value(&mut self, tag: &BytesStart<'_>, reader: &mut Xml<'_>, top: bool) -> Result<String, NoObject> {
        let name = tag.local_name();
        match name.as_ref() {
            b"Obj" => {
                let id = attribute(tag, b"RefId");
                let json = self.obj(reader, top)?;
                if let Some(id) = id
                    && self.refs.len() < REFS
                    && json.len() <= REF_BYTES_EACH
                    && self.ref_bytes + json.len() <= REF_BYTES
                {
                    self.ref_bytes += json.len();
                    self.refs.insert(id, json.clone());
                }
                Ok(json)
            }
            b"LST" | b"IE" | b"STK" | b"QUE" => self.list(reader),
            b"DCT" => self.dictionary(reader),
            scalar => {
                let json = scalar_json(scalar, &text_of(reader)?);
                self.count(&json)?;
                Ok(json)
            }
        }
    }

    fn obj(&mut self, reader: &mut Xml<'_>, top: bool) -> Result<String, NoObject> {
        let mut parts = Parts::default();
        loop {
            match reader.read_event().map_err(|_| NoObject::Broken)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"TN" => skip(reader)?,
                    b"ToString" => parts.text = Some(unescaped(&text_of(reader)?)),
                    b"Props" | b"MS" => {
                        parts.has_members = true;
                        self.members(reader, &mut parts.members)?;
                    }
                    b"LST" | b"IE" | b"STK" | b"QUE" | b"DCT" => parts.container = Some(self.value(&tag, reader, false)?),
                    _ => parts.scalar = Some(self.value(&tag, reader, false)?),
                },
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    b"TNRef" | b"TN" => {}
                    b"ToString" => parts.text = Some(String::new()),
                    b"Props" | b"MS" => parts.has_members = true,
                    b"LST" | b"IE" | b"STK" | b"QUE" | b"DCT" => parts.container = Some(self.empty(&tag)?),
                    _ => parts.scalar = Some(self.empty(&tag)?),
                },
                Event::End(_) => return Ok(parts.json(top)),
                Event::Eof => return Err(NoObject::Broken),
                _ => {}
            }
        }
    }

    /// Named values up to the end of the element.
    fn members(&mut self, reader: &mut Xml<'_>, members: &mut Vec<(String, String)>) -> Result<(), NoObject> {
        loop {
            let (name, json) = match reader.read_event().map_err(|_| NoObject::Broken)? {
                Event::Start(tag) => (attribute(&tag, b"N"), self.value(&tag, reader, false)?),
                Event::Empty(tag) => (attribute(&tag, b"N"), self.empty(&tag)?),
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(NoObject::Broken),
                _ => continue,
            };
            if let Some(name) = name {
                members.push((name, json));
            }
        }
    }

    fn list(&mut self, reader: &mut Xml<'_>) -> Result<String, NoObject> {
        let mut members = Vec::new();
        loop {
            match reader.read_event().map_err(|_| NoObject::Broken)? {
                Event::Start(tag) => members.push(self.value(&tag, reader, false)?),
                Event::Empty(tag) => members.push(self.empty(&tag)?),
                Event::End(_) => return Ok(format!("[{}]", members.join(","))),
                Event::Eof => return Err(NoObject::Broken),
                _ => {}
            }
        }
    }

    /// `<En><S N="Key">k</S><S N="Value">v</S></En>…`
    fn dictionary(&mut self, reader: &mut Xml<'_>) -> Result<String, NoObject> {
        let mut pairs = Vec::new();
        loop {
            match reader.read_event().map_err(|_| NoObject::Broken)? {
                Event::Start(tag) if tag.local_name().as_ref() == b"En" => {
                    let mut entry = Vec::new();
                    self.members(reader, &mut entry)?;
                    let part = |name: &str| entry.iter().find(|(known, _)| known == name).map(|(_, json)| json.clone());
                    if let (Some(key), Some(value)) = (part("Key"), part("Value")) {
                        let key = if key.starts_with('"') { key } else { quoted(&key) };
                        pairs.push(format!("{key}:{value}"));
                    }
                }
                Event::Start(_) => skip(reader)?,
                Event::End(_) => return Ok(format!("{{{}}}", pairs.join(","))),
                Event::Eof => return Err(NoObject::Broken),
                _ => {}
            }
        }
    }
}

impl Parts {
    fn json(self, top: bool) -> String {
        // An object inside another whose text says what it is (an address, an identity, an enumeration)
        // is that text, as in a CSV export; `@{…}` is no more than its members again.
        let telling = self.text.filter(|text| !text.is_empty() && !text.starts_with("@{") && !text.starts_with("System."));
        match (self.container, self.scalar) {
            (Some(container), _) => container,
            (None, Some(scalar)) => telling.map_or(scalar, |text| quoted(&text)),
            (None, None) if self.has_members && (top || telling.is_none()) => {
                let pairs: Vec<String> = self.members.iter().map(|(name, json)| format!("{}:{json}", quoted(name))).collect();
                format!("{{{}}}", pairs.join(","))
            }
            (None, None) => telling.map_or_else(|| "null".to_owned(), |text| quoted(&text)),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn scalar_json(name: &[u8], text: &str) -> String {
    let bare = text.trim();
    match name {
        b"Nil" => "null".to_owned(),
        b"B" => (if bare.eq_ignore_ascii_case("true") { "true" } else { "false" }).to_owned(),
        b"I16" | b"I32" | b"I64" | b"SB" if bare.parse::<i64>().is_ok() => bare.to_owned(),
        b"U16" | b"U32" | b"U64" | b"By" if bare.parse::<u64>().is_ok() => bare.to_owned(),
        b"Db" | b"Sg" if serde_json::from_str::<f64>(bare).is_ok() => bare.to_owned(),
        _ => quoted(&unescaped(text)),
    }
}

fn attribute(tag: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name)?;
    let text = std::str::from_utf8(&found.value).ok()?;
    Some(unescaped(&quick_xml::escape::unescape(text).ok()?))
}

/// Reads to the end of the element whose start was read.
fn skip(reader: &mut Xml<'_>) -> Result<(), NoObject> {
    text_of(reader).map(|_| ())
}

/// The text inside the element whose start was read.
fn text_of(reader: &mut Xml<'_>) -> Result<String, NoObject> {
    let mut text = String::new();
    let mut depth = 0;
    loop {
        match reader.read_event().map_err(|_| NoObject::Broken)? {
            Event::Text(part) => text.push_str(std::str::from_utf8(&part).map_err(|_| NoObject::Broken)?),
            Event::CData(part) => text.push_str(std::str::from_utf8(&part).map_err(|_| NoObject::Broken)?),
            Event::GeneralRef(reference) => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    text.push(c);
                } else {
                    // Only the five names of XML itself: documents cannot define others here.
                    let name: &[u8] = reference.as_ref();
                    text.push(match name {
                        b"lt" => '<',
                        b"gt" => '>',
                        b"amp" => '&',
                        b"quot" => '"',
                        b"apos" => '\'',
                        _ => '\u{fffd}',
                    });
                }
            }
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => return Ok(text),
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(NoObject::Broken),
            _ => {}
        }
    }
}

/// Undoes `_x000A_`, in which PowerShell writes characters that XML cannot hold.
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        units.extend(before.encode_utf16());
        let unit = tail.get(2..6).filter(|_| tail.get(6..7) == Some("_")).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        let used = if unit.is_some() { 7 } else { 2 };
        match unit {
            Some(unit) => units.push(unit),
            None => units.extend("_x".encode_utf16()),
        }
        rest = tail.get(used..).unwrap_or_default();
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(xml: &str) -> Result<String, NoObject> {
        Convert::default().object(xml, 1 << 20)
    }

    #[test]
    fn an_object_reads_like_its_json_export() {
        let xml = r#"<Obj RefId="0"><TN RefId="0"><T>Deserialized.X</T></TN><ToString>r1</ToString><Props>
            <S N="Name">a_x000A_b &amp; c</S><Nil N="From" /><B N="Enabled">true</B><U64 N="RuleIdentity">15394007230974001153</U64>
            <Obj N="Kind" RefId="1"><TN RefId="1"><T>E</T></TN><ToString>Message</ToString><I32>2</I32></Obj>
            <Obj N="To" RefId="2"><TN RefId="2"><T>L</T></TN><LST><S>x@example.com</S><S>y@example.com</S></LST></Obj>
            <Ref N="Again" RefId="2" /></Props></Obj>"#;
        let expected = r#"{"Name":"a\nb & c","From":null,"Enabled":true,"RuleIdentity":15394007230974001153,"Kind":"Message","To":["x@example.com","y@example.com"],"Again":["x@example.com","y@example.com"]}"#;
        assert_eq!(json(xml).as_deref(), Ok(expected));
    }

    #[test]
    fn references_cannot_blow_up() {
        let mut xml = String::from(r#"<Obj RefId="t"><LST><Obj RefId="0"><LST><S>0123456789</S></LST></Obj>"#);
        for level in 1..60 {
            let one = format!(r#"<Ref RefId="{}" />"#, level - 1);
            xml += &[&format!(r#"<Obj RefId="{level}"><LST>"#), one.repeat(10).as_str(), "</LST></Obj>"].concat();
        }
        xml.push_str("</LST></Obj>");
        assert_eq!(json(&xml), Err(NoObject::TooLong));
    }
}
