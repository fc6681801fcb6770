//! Words that tell of money or of alarm: rules that look for them hide fraud or its discovery.
//!
//! Source: published detections of Elastic, Microsoft Sentinel and `M365IRScripts` for the English words;
//! the additions and translations are our own and weigh the same here. The same words stand in honest
//! rules of finance people: they count only together with what the rule does.

use unicode_normalization::UnicodeNormalization;

/// Words and phrases, lower case and composed. Those of five letters and more also match the start of
/// a word (`invoices`), shorter ones only the whole word.
const WORDS: &[&str] = &[
    "phish",
    "phishing",
    "hack",
    "hacked",
    "hacker",
    "hijack",
    "alert",
    "malware",
    "malicious",
    "virus",
    "security",
    "suspicious",
    "suspect",
    "unusual",
    "fatal",
    "fake",
    "fraud",
    "scam",
    "spam",
    "spoof",
    "compromise",
    "protection",
    "login",
    "log in",
    "sign in",
    "password",
    "reset",
    "helpdesk",
    "help desk",
    "do not click",
    "do not open",
    "mfa",
    "invoice",
    "payment",
    "wire",
    "transfer",
    "bank",
    "banking",
    "docusign",
    "w2",
    "ach",
    "routing",
    "venmo",
    "zelle",
    "bitcoin",
    "crypto",
    "iban",
    "swift",
    "remittance",
    "statement",
    "overdue",
    "payroll",
    "sharepoint",
    "rechnung",
    "zahlung",
    "überweisung",
    "facture",
    "virement",
    "factura",
    "pago",
    "pagos",
    "transferencia",
    "fattura",
    "bonifico",
    "fatura",
    "pagamento",
    "factuur",
    "betaling",
    "faktura",
    "betalning",
    "płatność",
    "przelew",
    "lasku",
    "счет",
    "счёт",
    "оплата",
];

/// Shortest word that also matches as the start of a longer one.
const STEM: usize = 5;

/// The first word of the list that stands in the text; `None` where none does. Case, accents' encoding and
/// runs of blanks do not matter.
pub fn telling_word(text: &str) -> Option<&'static str> {
    let folded: String = text.nfc().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let padded = format!(" {} ", folded.split_whitespace().collect::<Vec<_>>().join(" "));
    WORDS.iter().copied().find(|word| stands_in(&padded, word))
}

/// `text` has one blank before, between and after its words.
fn stands_in(text: &str, word: &str) -> bool {
    let stem = word.chars().count() >= STEM;
    text.match_indices(word).any(|(at, hit)| {
        let starts = text.get(..at).is_some_and(|before| before.ends_with(' '));
        starts && (stem || text.get(at + hit.len()..).is_some_and(|after| after.starts_with(' ')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_money_and_alarm_are_found() {
        for (text, word) in [
            ("Invoices, Remittance", "invoice"),
            ("your ACH payment", "payment"),
            ("ach;foo", "ach"),
            ("DO  NOT\tclick", "do not click"),
            ("U\u{308}berweisung", "überweisung"),
            ("Sammelüberweisung, Rechnungsnummer", "rechnung"),
            ("СЧЕТ", "счет"),
            ("re: MFA", "mfa"),
        ] {
            assert_eq!(telling_word(text), Some(word), "{text}");
        }
    }

    #[test]
    fn parts_of_other_words_are_not() {
        for text in ["", "wireless", "teach", "reachable", "pagoda", "embankment", "weekly, digest", "newsletter"] {
            assert_eq!(telling_word(text), None, "{text}");
        }
    }
}
