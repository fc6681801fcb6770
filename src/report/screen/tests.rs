//! The view at several widths, against golden files, and with hostile text.

use super::{Look, inspect, render};
use crate::report::golden;
use crate::report::model::{Incident, Report, Verdict};
use crate::report::samples;
use crate::report::sanitize::is_unsafe;
use unicode_width::UnicodeWidthStr;

fn look(width: usize) -> Look {
    Look { width, paths: "exports".to_owned(), ..Look::plain() }
}

#[test]
fn the_cascade_reads_well_at_80_and_140_columns() {
    golden::check("screen-cascade-80.txt", &render(&samples::cascade(), &look(80)));
    golden::check("screen-cascade-140.txt", &render(&samples::cascade(), &look(140)));
}

#[test]
fn a_clean_tenant_and_an_empty_result_read_well() {
    golden::check("screen-clean-80.txt", &render(&samples::clean(), &look(80)));
    golden::check("screen-empty-80.txt", &render(&Report::empty(), &look(80)));
}

#[test]
fn the_ledger_of_every_input_is_shown() {
    golden::check("inspect-80.txt", &inspect(&samples::cascade(), &look(80)));
}

#[test]
fn without_unicode_the_view_is_ascii() {
    let text = render(&samples::cascade(), &Look { unicode: false, ..look(100) });
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("|- b.brown") || text.contains("|-- b.brown"), "{text}");
}

#[test]
fn colour_adds_only_escape_sequences() {
    let plain = render(&samples::cascade(), &look(100));
    let coloured = render(&samples::cascade(), &Look { color: true, ..look(100) });
    assert_ne!(plain, coloured);
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&stripped), trimmed(&plain));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_nothing_is_cut() {
    for width in [40, 64, 80, 100, 118, 140, 200] {
        let text = render(&samples::cascade(), &look(width));
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {} columns: {line}", line.width());
        }
        // Wrapped text is the same text: what matters is there, whatever blanks stand between.
        let squeezed: String = text.split_whitespace().collect();
        for needed in ["197.210.0.10", "AS29465", "i0:17", "i2:1+793", "patientzero(93%)", "794mails", "Nigeria"] {
            assert!(squeezed.contains(needed), "{width}: {needed} is missing\n{text}");
        }
    }
}

#[test]
fn hostile_text_in_every_field_is_escaped() {
    let bad = "\u{1b}[2J\u{1b}]0;x\u{7}\r\n\t\u{9b}31m\u{202e}\u{200b}\u{2028}\u{0}\u{7f}";
    for width in [40, 80, 140] {
        for verbose in [false, true] {
            let report = samples::hostile(bad);
            let look = Look { verbose, ..look(width) };
            let text = render(&report, &look) + &inspect(&report, &look);
            let found = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
            assert_eq!(found, None, "{width}: {text:?}");
            assert!(!text.lines().any(|line| line.starts_with("\\t")), "a line break of the evidence broke a line");
        }
    }
}

#[test]
fn every_account_of_a_large_incident_is_counted() {
    let mut report = Report::empty();
    let names: Vec<String> = (0..70).map(|n| format!("user{n:02}@example.com")).collect();
    let model = samples::cascade().accounts.into_iter().next().unwrap();
    report.accounts = names.iter().map(|name| crate::report::model::Account { account: name.clone(), ..model.clone() }).collect();
    report.incidents = vec![Incident {
        id: "c1".to_owned(),
        accounts: names,
        patient_zero: None,
        edges: Vec::new(),
        links: Vec::new(),
        milestones: Vec::new(),
        summary: String::new(),
        narrative: None,
        story: Vec::new(),
        exposure: None,
        counterparties: Vec::new(),
    }];
    let text = render(&report, &look(100));
    assert!(text.contains("70 accounts compromised"), "{text}");
    assert!(text.contains("40 more accounts"), "{text}");
}

#[test]
fn an_unbalanced_ledger_is_said_in_the_first_line() {
    let mut report = samples::clean();
    report.inputs[0].events -= 5;
    let text = render(&report, &look(120));
    assert!(text.lines().next().unwrap().contains("5 NOT accounted for"), "{text}");
}

#[test]
fn only_suspicious_accounts_make_no_claim_of_compromise() {
    let mut report = samples::cascade();
    report.accounts.retain(|account| account.verdict == Verdict::Suspicious);
    report.incidents.clear();
    report.timeline.clear();
    let text = render(&report, &look(100));
    assert!(!text.contains("compromised"), "{text}");
    assert!(text.contains("1 suspicious, of 412"), "{text}");
    assert!(text.contains("d.dean@example.com (56 %)"), "{text}");
}
