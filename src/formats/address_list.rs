//! Lists of addresses and directory names as Exchange writes them in rules and permissions.
//!
//! Forms: `"Doe, John" [SMTP:a@b.example]`, `"Name" [EX:/o=ExchangeLabs/…/cn=…]`, `a@b.example`,
//! `/o=…`, and lists of these joined by `, `, `;` or blanks. Display names contain commas, so brackets
//! end an entry, not commas.

use crate::events::key;

/// The entries of a list: addresses in their compared form, legacy DNs and names as written.
pub fn addresses(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text.trim().trim_start_matches('{').trim_end_matches('}');
    while let Some((before, inner, after)) = bracketed(rest) {
        // What stands before the display name of this entry may be bare addresses.
        for piece in pieces(before) {
            push(&mut found, bare(piece));
        }
        push(&mut found, Some(typed(inner)));
        rest = after;
    }
    let tail = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
    if tail.contains('@') || tail.contains("/o=") || tail.contains(';') {
        for piece in pieces(tail) {
            let entry = bare(piece).or_else(|| (!piece.is_empty() && found.is_empty()).then(|| piece.to_owned()));
            push(&mut found, entry);
        }
    } else if !tail.is_empty() {
        push(&mut found, Some(unquoted(tail).to_owned()));
    }
    found
}

fn push(found: &mut Vec<String>, entry: Option<String>) {
    if let Some(entry) = entry.filter(|entry| !entry.is_empty() && !found.contains(entry)) {
        found.push(entry);
    }
}

/// Text before, inside and after the first `[TYPE:value]`.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (inner, after) = rest.split_once(']')?;
    inner.contains(':').then_some((before, inner, after))
}

/// `SMTP:a@b.example` is an address; `EX:/o=…` an object of the directory.
fn typed(inner: &str) -> String {
    match inner.split_once(':') {
        Some((kind, value)) if kind.eq_ignore_ascii_case("smtp") => key::fold_principal(value).into_owned(),
        Some((_, value)) => value.trim().to_owned(),
        None => inner.trim().to_owned(),
    }
}

/// Splits at `;` and `,` outside quotes, and at blanks where every part is an address.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let blanks = !text.contains(['<', '"', '/']) && text.split_whitespace().all(|part| part.contains('@'));
    let mut quoted = false;
    let split = text.split(move |letter: char| {
        quoted ^= letter == '"';
        !quoted && (matches!(letter, ';' | ',') || blanks && letter.is_whitespace())
    });
    split.map(str::trim).filter(|piece| !piece.is_empty())
}

/// An address or legacy DN without brackets around it, also as `Name <a@b.example>`.
fn bare(piece: &str) -> Option<String> {
    if piece.starts_with("/o=") || piece.starts_with("/O=") {
        return Some(piece.to_owned());
    }
    let inner = piece.rsplit_once('<').map_or(piece, |(_, address)| address);
    let address = key::fold_principal(inner);
    (address.contains('@') && !address.contains(char::is_whitespace)).then(|| address.into_owned())
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(|c: char| c == '"' || c == '\'' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_written_form_of_a_target_is_found() {
        for (text, expected) in [
            ("\"Doe, John\" [SMTP:John@Example.com]", &["john@example.com"][..]),
            (
                "\"Doe, John\" [SMTP:a@x.example], \"B\" [EX:/o=ExchangeLabs/cn=Recipients/cn=ab-b]",
                &["a@x.example", "/o=ExchangeLabs/cn=Recipients/cn=ab-b"],
            ),
            ("Doe, John [SMTP:a@x.example]", &["a@x.example"]),
            ("[SMTP:a@x.example]", &["a@x.example"]),
            ("a@x.example, \"B\" [SMTP:b@x.example]", &["a@x.example", "b@x.example"]),
            ("a@x.example; smtp:B@x.example", &["a@x.example", "b@x.example"]),
            ("a@x.example b@x.example", &["a@x.example", "b@x.example"]),
            ("Name <a@x.example>", &["a@x.example"]),
            ("/o=ExchangeLabs/ou=g/cn=r", &["/o=ExchangeLabs/ou=g/cn=r"]),
            ("Doe, John", &["Doe, John"]),
            ("{a@x.example, b@x.example}", &["a@x.example", "b@x.example"]),
            ("a@x.example;a@X.example", &["a@x.example"]),
            ("", &[]),
        ] {
            assert_eq!(addresses(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_brackets_end() {
        assert_eq!(addresses(&"[".repeat(1000)).len(), 1);
        assert_eq!(addresses("[a:b][c:d"), ["b", "[c:d"]);
    }
}
