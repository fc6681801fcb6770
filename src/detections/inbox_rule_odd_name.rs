//! `inbox-rule-odd-name`: a name of signs.

use super::support::{rule_name, rules_made};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};

/// See the text.
pub struct InboxRuleOddName;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for InboxRuleOddName {
    fn id(&self) -> &'static str {
        "inbox-rule-odd-name"
    }
    fn title(&self) -> &'static str {
        "Inbox rule with a name of signs"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Hiding
    }
    fn severity(&self) -> Severity {
        Severity::Low
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1564.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An inbox rule has a name of at most two characters, of punctuation only, or of one repeated character.",
            why: "A name that is not seen is not found.",
            innocent: "Lazy names.",
            next: "Read the rule.",
            references: &["https://attack.mitre.org/techniques/T1564/008/"],
            model: "New Email Rule",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, _, rule) in rules_made(case).filter(|(_, _, rule)| is_odd(&rule.name)) {
            let summary = format!("named an inbox rule {}", rule_name(rule));
            out.add(case.store, case.contexts.account_of(index), case.context_of(index).0, vec![index], DB, summary);
        }
    }
}

/// True for names of at most two characters, of punctuation only, or of one repeated character. `?`
/// alone is no sign: an ASCII export makes it of any other script.
fn is_odd(name: &str) -> bool {
    let name = name.trim();
    let count = name.chars().count();
    if count == 0 || name.chars().all(|letter| letter == '?') {
        return false;
    }
    let first = name.chars().next();
    count <= 2 || !name.chars().any(char::is_alphanumeric) || name.chars().all(|letter| Some(letter) == first)
}

#[cfg(test)]
mod tests {
    use super::is_odd;

    #[test]
    fn names_of_signs_are_odd_and_words_are_not() {
        for odd in [".", "..", "a", "s", "...;", "aaaa", "=-"] {
            assert!(is_odd(odd), "{odd}");
        }
        for plain in ["", "Ads", "Inbox cleanup", "???", "R&D"] {
            assert!(!is_odd(plain), "{plain}");
        }
    }
}
