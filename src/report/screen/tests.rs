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

/// A timeline with more rows of one account than the table has room for: rules, a minute apart.
fn long_timeline() -> Report {
    let mut report = samples::cascade();
    let model = report.timeline[0].clone();
    report.timeline = (0..60)
        .map(|n| crate::report::model::TimelineRow {
            time: format!("2022-02-09T{:02}:{:02}:00Z", 5 + n / 60, n % 60),
            action: "mailbox-rule".to_owned(),
            summary: format!("made inbox rule \"{n}\""),
            detections: vec!["inbox-rule-hides-mail".to_owned()],
            ..model.clone()
        })
        .collect();
    report
}

#[test]
fn the_first_success_is_shown_however_little_it_tells() {
    let mut report = long_timeline();
    for (at, outcome, words) in [(0, "interrupted", "began to sign in"), (1, "success", "signed in somehow")] {
        let row = &mut report.timeline[at];
        (row.action, row.outcome, row.summary) = ("sign-in".to_owned(), outcome.to_owned(), words.to_owned());
        row.detections.clear();
    }
    let text = render(&report, &look(140));
    assert!(text.contains("signed in somehow") && text.contains("more rows"), "{text}");
}

#[test]
fn each_kind_of_act_is_shown_before_more_of_the_same() {
    let mut report = long_timeline();
    for (at, action, words) in [(50, "account-change", "created user \"eve\""), (55, "mail-read", "synchronised 4 folders whole")] {
        let row = &mut report.timeline[at];
        (row.action, row.summary) = (action.to_owned(), words.to_owned());
        row.detections.clear();
    }
    let text = render(&report, &look(140));
    assert!(text.contains("created user") && text.contains("synchronised 4 folders"), "{text}");
}

#[test]
fn a_short_timeline_is_shown_whole() {
    let mut report = long_timeline();
    report.timeline.truncate(40);
    let text = render(&report, &look(140));
    assert!(!text.contains("more rows"), "{text}");
    assert!((0..40).all(|n| text.contains(&format!("made inbox rule \"{n}\""))), "{text}");
}

#[test]
fn a_pointer_and_how_many_more_there_are_stay_on_one_line() {
    for width in 60..118 {
        let mut report = samples::cascade();
        for row in &mut report.timeline {
            (row.evidence, row.evidence_total) = (vec!["i0:1012".to_owned()], 2);
        }
        let text = render(&report, &look(width));
        assert!(!text.lines().any(|line| line.trim() == "+1"), "{width}: {text}");
        assert!(!text.contains('\u{a0}'));
    }
}

#[test]
fn an_address_that_is_not_in_the_record_stands_in_brackets() {
    let mut report = samples::cascade();
    let row = &mut report.timeline[0];
    let of = crate::report::model::AscribedAddress { ip: "203.0.113.9".to_owned(), ..Default::default() };
    (row.ip, row.country, row.as_org, row.ascribed_address) = (None, None, None, Some(of));
    let text = render(&report, &look(140));
    assert!(text.contains("(203.0.113.9)") && text.contains("(address) = not in the record"), "{text}");
    assert!(!render(&samples::cascade(), &look(140)).contains("(address)"));
}

#[test]
fn a_finding_that_another_on_its_record_says_in_more_words_is_not_told_twice() {
    let mut report = samples::clean();
    let finding = |record: &str, summary: &str| crate::report::model::Finding {
        account: Some("x@example.com".to_owned()),
        severity: crate::report::model::Severity::Medium,
        summary: summary.to_owned(),
        evidence: vec![record.to_owned()],
        ..samples::cascade().findings[0].clone()
    };
    report.findings = vec![
        finding("i0:9", "signed in from afar"),
        finding("i0:9", "signed in from afar; then made a rule"),
        finding("i0:10", "signed in from"),
    ];
    let text = render(&report, &look(100));
    assert_eq!(text.matches("signed in from afar").count(), 1, "{text}");
    assert!(text.contains("signed in from afar; then made a rule  i0:9") && text.contains("signed in from  i0:10"), "{text}");
}

#[test]
fn rules_that_read_alike_are_one_line_and_all_are_counted() {
    let mut report = samples::cascade();
    let rule = |record: &str, time: &str| crate::report::model::Remaining {
        status: "unknown".to_owned(),
        basis: crate::remaining::NOTHING_LATER.to_owned(),
        since: Some(time.to_owned()),
        evidence: vec![record.to_owned()],
        found: Vec::new(),
        ..samples::cascade().accounts[0].remaining[0].clone()
    };
    report.accounts[0].remaining =
        vec![rule("i0:31", "2022-02-09T14:16:48Z"), rule("i0:32", "2022-02-09T14:17:48Z"), rule("i0:33", "2022-02-09T14:18:48Z")];
    let text = render(&report, &look(140));
    assert!(text.contains("Not known to be gone: 3 inbox rules"), "{text}");
    let line = "inbox rule \".\" that moves mail to RSS Feeds, 3 of this name, since 09 Feb 14:16  i0:31 +2";
    assert_eq!((text.matches("inbox rule \".\" that").count(), text.contains(line)), (2, true), "the reason and the line: {text}");
}

#[test]
fn of_many_things_that_remain_one_of_each_kind_is_told_first() {
    let mut report = samples::cascade();
    let model = report.accounts[0].remaining[1].clone();
    let one =
        |kind: &str, n: usize| crate::report::model::Remaining { kind: kind.to_owned(), summary: format!("thing {n}"), ..model.clone() };
    report.accounts[0].remaining = (1..=9).map(|n| one("role", n)).collect();
    report.remaining = vec![one("transport-rule", 10)];
    let text = render(&report, &look(140));
    assert!(text.contains("mail-flow rule thing 10") && text.contains("role thing 5"), "{text}");
    assert!(!text.contains("role thing 6") && text.contains("… 4 more: -v shows them"), "{text}");
}

#[test]
fn of_many_exports_that_would_tell_some_are_named_and_the_rest_is_counted() {
    let mut report = samples::cascade();
    let model = report.accounts[0].remaining[1].clone();
    let one = |n: usize| crate::report::model::Remaining { settled_by: Some(format!("export {n}")), ..model.clone() };
    report.accounts[0].remaining = (1..=6).map(one).collect();
    let told = |verbose: bool| render(&report, &Look { verbose, ..look(140) });
    assert!(told(false).contains("would tell: export 1; export 2; export 3; export 4; and 2 more: -v names them"), "{}", told(false));
    assert!(told(true).contains("export 5; export 6") && !told(true).contains("names them"));
}

#[test]
fn a_finding_of_an_account_without_a_verdict_is_not_lost() {
    let mut report = samples::clean();
    let model = samples::cascade().findings[0].clone();
    let finding = |account: &str, detection: &str, severity, summary: &str| crate::report::model::Finding {
        account: Some(account.to_owned()),
        detection: detection.to_owned().into(),
        severity,
        summary: summary.to_owned(),
        ..model.clone()
    };
    report.findings = vec![
        finding("x@example.com", "unfamiliar-sign-in", crate::report::model::Severity::Medium, "signed in from afar"),
        finding("y@example.com", "unfamiliar-sign-in", crate::report::model::Severity::Medium, "signed in from afar"),
        finding("z@example.com", "unfamiliar-sign-in", crate::report::model::Severity::Medium, "signed in from afar"),
        finding("z@example.com", "inbox-rule-forwards", crate::report::model::Severity::Medium, "made a rule that forwards outside"),
        finding("w@example.com", "inbox-rule-created", crate::report::model::Severity::Low, "made a rule"),
    ];
    let text = render(&report, &look(100));
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    assert!(at("Seen, and not called an attack") < at("z@example.com  09 Feb 2022 14:48  made a rule that forwards outside  i0:17"));
    assert!(at("forwards outside") < at("x@example.com") && !text.contains("made a rule  "), "the rare one first, no low one");
    assert!(text.contains("… 1 more: -v shows them"), "{text}");
    let whole = render(&report, &Look { verbose: true, ..look(100) });
    assert!(whole.contains("y@example.com") && whole.contains("x@example.com"), "{whole}");
    report.accounts.push(crate::report::model::Account { account: "z@example.com".to_owned(), ..samples::cascade().accounts[0].clone() });
    assert!(!render(&report, &look(100)).contains("forwards outside"), "accounts with a verdict are told above");
}

#[test]
fn accounts_are_told_in_one_order() {
    let mut report = samples::cascade();
    report.accounts[1].exposure = report.accounts[0].exposure.clone();
    report.accounts.reverse();
    let text = render(&report, &look(140));
    let taken = text.split("Seen and taken").nth(1).unwrap();
    let place = |name: &str| taken.find(&format!("\n  {name}")).unwrap_or(usize::MAX);
    assert!(place("a.adams") < place("b.brown"), "{taken}");
}

#[test]
fn asked_for_all_reasons_none_is_cut() {
    let mut report = samples::cascade();
    let model = report.accounts[0].terms[0].clone();
    let reason = |n: usize| format!("reason {n} {}", "with many words ".repeat(8));
    report.accounts[0].terms = (0..9).map(|n| crate::report::model::Term { why: reason(n), db: 5.0, ..model.clone() }).collect();
    let text = render(&report, &Look { verbose: true, ..look(100) });
    assert!((0..9).all(|n| text.contains(&format!("reason {n} with"))) && !text.contains("more characters"), "{text}");
}

#[test]
fn where_it_may_have_begun_earlier_both_times_are_told() {
    let mut report = samples::cascade();
    report.accounts[0].earlier = Some(crate::report::model::Earlier {
        time: "2022-01-25T12:40:30Z".to_owned(),
        summary: "added the service principal rnicrosoft".to_owned(),
        findings: Vec::new(),
        evidence: vec!["i0:7".to_owned()],
    });
    let text = render(&report, &look(140)).replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("since 09 Feb 04:55:51"), "{text}");
    assert!(
        text.contains("odd acts already from 25 Jan 12:40 on, whose they are is open: added the service principal rnicrosoft i0:7"),
        "{text}"
    );
}
