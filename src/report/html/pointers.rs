//! Pointers of records: as text for a cell, as links to the input that the record is in.

use super::escape::html;
use std::collections::BTreeSet;

/// Pointers that are shown; `bectrace evidence` and `report.json` have more.
const SHOWN: usize = 3;

/// The first few pointers, and how many more records there are: `i0:1 i0:2 i0:3 +791`.
pub(super) fn pointers(evidence: &[String], total: u64) -> String {
    let first: Vec<&str> = evidence.iter().take(SHOWN).map(String::as_str).collect();
    let more = total.max(evidence.len() as u64) - first.len() as u64;
    if more == 0 { first.join(" ") } else { format!("{} +{more}", first.join(" ")) }
}

/// The same as HTML, each pointer leading to its input; what is no pointer stays text.
pub(super) fn links(text: &str, inputs: &BTreeSet<&str>) -> String {
    let link = |word: &str| match word.split_once(':') {
        Some((input, record)) if inputs.contains(input) && is_number(record) => {
            format!("<a class=\"pointer\" href=\"#{}\">{}</a>", html(input), html(word))
        }
        _ => html(word),
    };
    text.split(' ').map(link).collect::<Vec<_>>().join(" ")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_shown_up_to_three_and_counted() {
        let list = |n: usize| (1..=n).map(|n| format!("i0:{n}")).collect::<Vec<_>>();
        assert_eq!(pointers(&list(3), 3), "i0:1 i0:2 i0:3");
        assert_eq!(pointers(&list(4), 794), "i0:1 i0:2 i0:3 +791");
        assert_eq!(pointers(&[], 0), "");
    }

    #[test]
    fn only_pointers_of_inputs_are_links() {
        let inputs = BTreeSet::from(["i0"]);
        assert_eq!(links("i0:17 +2", &inputs), "<a class=\"pointer\" href=\"#i0\">i0:17</a> +2");
        for no_pointer in ["i1:17", "i0:", "i0:1x", "javascript:1"] {
            assert_eq!(links(no_pointer, &inputs), no_pointer);
        }
        assert_eq!(links("i0:<b>", &inputs), "i0:&lt;b&gt;");
    }
}
