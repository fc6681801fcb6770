//! Domains made to be taken for another: `partner.example` and `partmer.example`.

use crate::config::letter_changes;

/// Letters of a name from which one change, and two changes, are no accident.
const ONE_CHANGE: usize = 5;
const TWO_CHANGES: usize = 10;
/// Endings of two parts: what stands before them is the name.
const SECOND_LEVELS: [&str; 8] = ["ac", "co", "com", "edu", "gov", "net", "or", "org"];
/// What is read as something else.
const CONFUSED: [(&str, &str); 8] = [("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("5", "s"), ("i", "l"), ("-", "")];

/// True if one domain may be taken for the other at a glance: another ending, letters that look alike, or
/// one letter changed (two in a long name). False for one domain and its subdomains.
pub fn is_look_alike(domain: &str, of: &str) -> bool {
    let ((name, ending), (other, other_ending)) = (registered(domain), registered(of));
    if name == other {
        return ending != other_ending && !name.is_empty();
    }
    if glance(name) == glance(other) {
        return true;
    }
    let allowed = match name.chars().count().min(other.chars().count()) {
        TWO_CHANGES.. => 2,
        ONE_CHANGE.. => 1,
        _ => 0,
    };
    letter_changes(name, other) <= allowed
}

/// The part of a domain that somebody registered, as name and ending: `partner` and `co.uk`.
fn registered(domain: &str) -> (&str, &str) {
    let Some((rest, top)) = domain.rsplit_once('.') else { return (domain, "") };
    let rest = match rest.rsplit_once('.') {
        Some((before, second)) if top.len() == 2 && SECOND_LEVELS.contains(&second) => before,
        _ => rest,
    };
    (rest.rsplit_once('.').map_or(rest, |(_, name)| name), domain.get(rest.len() + 1..).unwrap_or_default())
}

/// A name as the eye takes it.
fn glance(name: &str) -> String {
    CONFUSED.iter().fold(name.to_owned(), |text, (seen, read)| text.replace(seen, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_for_another_is_found() {
        let pairs = [
            ("partner.net", "partner.com"),
            ("partner.co", "partner.co.uk"),
            ("partmer.com", "partner.com"),
            ("modernworks.com", "rnodernworks.com"),
            ("big-bank.com", "bigbank.com"),
            ("g00d.com", "good.com"),
            ("mail.partnner.com", "partner.com"),
            ("longpartnernames.com", "lngpartnername.com"),
        ];
        for (domain, of) in pairs {
            assert!(is_look_alike(domain, of) && is_look_alike(of, domain), "{domain} {of}");
        }
    }

    #[test]
    fn one_domain_and_its_subdomains_and_other_names_are_not() {
        let pairs = [
            ("partner.com", "partner.com"),
            ("mail.partner.co.uk", "partner.co.uk"),
            ("acme.com", "acne.com"),
            ("partner.com", "portmer.com"),
            ("longpartners.com", "lungpertnars.com"),
            ("", ""),
        ];
        for (domain, of) in pairs {
            assert!(!is_look_alike(domain, of) && !is_look_alike(of, domain), "{domain} {of}");
        }
    }
}
