//! Rebuilds an audit record from columns: what Power Query, Hawk, Splunk and Sentinel make of it.
//!
//! Names seen: `AuditData.UserId`; `Param_Name`; `ExtendedProperties_0_Name`; `ExtendedProperties{}.Name`
//! with one value a line; `AppAccessContext.AADSessionId`; `TimeGenerated [UTC]`. Cells may hold JSON.
//! `System.Object[]` means that values were lost.

use crate::evidence::{Doc, Fields, Record};
use std::collections::BTreeMap;

/// A rebuilt record.
pub struct Flat {
    /// The record.
    pub doc: Doc,
    /// Nested values were lost at export.
    pub lost: bool,
}

/// Fields whose members may stand in columns of their own.
const NESTED: [&str; 6] = ["item", "appaccesscontext", "folder", "destfolder", "parentfolder", "participantinfo"];

/// Lists of names and values under construction: list, index, member, value.
type Lists<'a> = BTreeMap<&'a str, BTreeMap<usize, Vec<(&'a str, &'a str)>>>;

/// Rebuilds the audit record of a row or of an object with flat keys.
pub fn rebuild(record: &Record<'_>) -> Flat {
    let mut flat = Flat { doc: Doc::new(), lost: false };
    let mut lists: Lists<'_> = BTreeMap::new();
    let mut nested: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let mark = flat.doc.open_object();
    match record.fields {
        Fields::Row(header, cells) => {
            for (at, name) in header.names().iter().enumerate() {
                flat.add(name, cells.get(at), &mut lists, &mut nested);
            }
        }
        Fields::Object(value) => {
            for (key, inner) in value.entries() {
                if let Some(text) = inner.str() {
                    flat.add(key, text, &mut lists, &mut nested);
                } else {
                    flat.doc.push_text(column(key));
                    flat.doc.push_value(inner);
                }
            }
        }
    }
    flat.add_lists(&lists);
    for (name, members) in &nested {
        flat.doc.push_text(name);
        let inner = flat.doc.open_object();
        for (member, value) in members {
            flat.doc.push_text(member);
            flat.doc.push_text(value);
        }
        flat.doc.close(inner);
    }
    flat.doc.close(mark);
    flat
}

/// The field that a column stands for.
fn column(name: &str) -> &str {
    let name = name.trim_matches(|c: char| c == '\u{feff}' || c == '"' || c.is_whitespace());
    let name = name.strip_suffix(" [UTC]").unwrap_or(name);
    match name.split_once('.') {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("auditdata") => rest,
        _ => name,
    }
}

impl Flat {
    fn add<'a>(&mut self, name: &'a str, cell: &'a str, lists: &mut Lists<'a>, nested: &mut BTreeMap<&'a str, Vec<(&'a str, &'a str)>>) {
        let (name, cell) = (column(name), cell.trim());
        if cell.is_empty() {
            return;
        }
        if cell == "System.Object[]" || cell.starts_with("System.Collections.") {
            self.lost = true;
            return;
        }
        if let Some(parameter) = name.strip_prefix("Param_") {
            let list = lists.entry("Parameters").or_default();
            list.insert(list.len(), vec![("Name", parameter), ("Value", cell)]);
        } else if let Some((list, member)) = name.split_once("{}.") {
            for (at, value) in cell.lines().enumerate() {
                lists.entry(list).or_default().entry(at).or_default().push((member, value));
            }
        } else if let Some((list, at, member)) = indexed(name) {
            lists.entry(list).or_default().entry(at).or_default().push((member, cell));
        } else if let Some((field, member)) =
            name.split_once(['.', '_']).filter(|(field, _)| NESTED.contains(&field.to_ascii_lowercase().as_str()))
        {
            nested.entry(field).or_default().push((member, cell));
        } else {
            self.doc.push_text(name);
            self.push_cell(cell);
        }
    }

    /// A cell: JSON where it is JSON, else its text.
    fn push_cell(&mut self, cell: &str) {
        if cell.starts_with(['[', '{']) {
            let mut inner = Doc::new();
            if inner.parse(cell).is_ok() {
                self.doc.push_value(inner.root());
                return;
            }
        }
        if cell.starts_with("@{") {
            // One element of a list that PowerShell printed.
            let mark = self.doc.open_array();
            self.doc.push_text(cell);
            self.doc.close(mark);
            return;
        }
        self.doc.push_text(cell);
    }

    fn add_lists(&mut self, lists: &Lists<'_>) {
        for (name, entries) in lists {
            self.doc.push_text(name);
            let mark = self.doc.open_array();
            for members in entries.values() {
                let entry = self.doc.open_object();
                for (member, value) in members {
                    self.doc.push_text(member);
                    self.doc.push_text(value);
                }
                self.doc.close(entry);
            }
            self.doc.close(mark);
        }
    }
}

/// `ExtendedProperties_0_Name` as list, index and member.
fn indexed(name: &str) -> Option<(&str, usize, &str)> {
    let (list, rest) = name.split_once('_')?;
    let (at, member) = rest.split_once('_')?;
    Some((list, at.parse().ok().filter(|at| *at < 10_000)?, member))
}
