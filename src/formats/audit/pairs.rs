//! Lists of names and values, in all the ways that audit records write them.
//!
//! Shapes: an array of `{Name, Value}` (`Key` in Teams; `NewValue` in directory records), an object
//! (Elastic), `@{Name=…; Value=…}` texts (a ConvertTo-Json that was cut by depth), and the text of a
//! command line `-Name "x" -Force "True"` (compliance cmdlets). JSON in a text is opened before.

use super::fields::{Audit, Field, present};
use crate::evidence::{Value, trimmed};

/// Calls `f` with each name and value of a list. Names without a value come with an empty one.
pub fn each<'d>(list: Option<Value<'d>>, f: &mut dyn FnMut(&'d str, &'d str)) {
    let Some(list) = list else { return };
    if list.is_object() {
        for (name, value) in list.entries() {
            f(name, value.str().unwrap_or_else(|| truth(value)));
        }
        return;
    }
    if let Some(text) = list.str() {
        command_line(text, f);
        return;
    }
    for item in list.items() {
        if let Some(text) = item.str() {
            if let Some((name, value)) = powershell_pair(text) {
                f(name, value);
            }
            continue;
        }
        let (mut name, mut value) = (None, None);
        for (key, inner) in item.entries() {
            match key {
                "Name" | "name" | "Key" | "key" => name = inner.str(),
                "Value" | "value" | "NewValue" | "newValue" => value = Some(inner.str().unwrap_or_else(|| truth(inner))),
                _ => {}
            }
        }
        if let Some(name) = name {
            f(trimmed(name), trimmed(value.unwrap_or_default()));
        }
    }
}

/// The words of a value that is not a text.
fn truth(value: Value<'_>) -> &'static str {
    match value.bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "",
    }
}

/// `@{Value=Bind; Name=MailAccessType}`, in either order.
fn powershell_pair(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim().strip_prefix("@{")?.strip_suffix('}')?;
    let (mut name, mut value) = (None, "");
    for part in inner.split(';') {
        let (key, given) = part.split_once('=')?;
        match key.trim() {
            "Name" => name = Some(given.trim()),
            "Value" => value = given.trim(),
            _ => {}
        }
    }
    Some((name?, value))
}

/// `-Name "Default policy" -Force "True" -Where ("ALL")`.
fn command_line<'d>(text: &'d str, f: &mut dyn FnMut(&'d str, &'d str)) {
    let mut rest = text.trim();
    while let Some(after) = rest.strip_prefix('-') {
        let Some((name, tail)) = after.split_once([' ', ':']) else {
            f(after.trim(), "");
            return;
        };
        let tail = tail.trim_start();
        // A value ends where the next parameter begins.
        let (value, next) = match tail.find(" -").filter(|_| !tail.starts_with('-')) {
            Some(_) => split_value(tail),
            None if tail.starts_with('-') => ("", tail),
            None => (tail, ""),
        };
        f(name, value.trim().trim_matches(['"', '(', ')', '\'']));
        rest = next;
    }
}

/// Splits a value from the parameters after it: a quoted value may itself hold ` -`.
fn split_value(text: &str) -> (&str, &str) {
    let quoted = text.starts_with('"') || text.starts_with("(\"");
    let end = if quoted { text.find("\" -").or_else(|| text.find("\") -")) } else { text.find(" -") };
    match end
        .and_then(|at| text.get(at..).and_then(|tail| tail.find(" -")).map(|blank| at + blank))
        .and_then(|at| text.split_at_checked(at))
    {
        Some((value, next)) => (value, next.trim_start()),
        None => (text, ""),
    }
}

/// The value of one name in a list, if it is not empty.
pub fn get<'d>(list: Option<Value<'d>>, wanted: &str) -> Option<&'d str> {
    let mut found = None;
    each(list, &mut |name, value| {
        if name.eq_ignore_ascii_case(wanted) {
            found = present(value);
        }
    });
    found
}

impl<'d> Audit<'d> {
    /// The value of one name in the list that a field holds.
    pub fn pair(&self, field: Field, name: &str) -> Option<&'d str> {
        get(self.value(field), name)
    }

    /// All names and values of the list that a field holds.
    pub fn pairs(&self, field: Field) -> Vec<(&'d str, &'d str)> {
        let mut pairs = Vec::new();
        each(self.value(field), &mut |name, value| pairs.push((name, value)));
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Doc;

    fn read(json: &str) -> Vec<(String, String)> {
        let mut doc = Doc::new();
        doc.parse(json).unwrap();
        let mut pairs = Vec::new();
        each(Some(doc.root()), &mut |name, value| pairs.push((name.to_owned(), value.to_owned())));
        pairs
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn lists_are_read_in_all_their_shapes() {
        let expected = pairs(&[("Name", "."), ("Force", "True")]);
        assert_eq!(read(r#"[{"Name":"Name","Value":"."},{"Value":true,"Name":"Force"}]"#), expected);
        assert_eq!(read(r#"[{"Key":"Name","Value":"."},{"Key":"Force","Value":"True"}]"#), expected);
        assert_eq!(read(r#"{"Name":".","Force":"True"}"#), expected);
        assert_eq!(read(r#"["@{Value=.; Name=Name}","@{Name=Force; Value=True}"]"#), expected);
        assert_eq!(read(r#""-Name \".\" -Force \"True\"""#), expected);
        assert_eq!(read(r#"[{"Name":"RuleName"}]"#), pairs(&[("RuleName", "")]));
    }

    #[test]
    fn values_of_command_lines_may_hold_dashes() {
        let read = read(r#""-Name \"Quarterly - all\" -Exchange (\"ALL\") -Force -Comment \"x\"""#);
        assert_eq!(read, pairs(&[("Name", "Quarterly - all"), ("Exchange", "ALL"), ("Force", ""), ("Comment", "x")]));
    }
}
