//! Stories as a reader meets them: in order, with bounds, guarded where it is in doubt, safe to show.

use super::*;
use crate::report::model::{Bounds, Exposure, TimelineRow, Unanswerable};
use crate::report::sanitize::is_unsafe;
use crate::report::screen::{Clock, Look, render};
use crate::report::{html, samples};
use chrono_tz::Tz;

const A: &str = "a.adams@example.com";
const B: &str = "b.brown@example.com";

fn story(report: &Report, account: &str) -> String {
    report.account(account).and_then(|account| account.narrative.clone()).unwrap_or_default()
}

/// The sample after a change, told again.
fn told(change: impl FnOnce(&mut Report)) -> Report {
    let mut report = samples::cascade();
    change(&mut report);
    tell(&mut report);
    report
}

fn rows_of<'r>(report: &'r mut Report, action: &str) -> impl Iterator<Item = &'r mut TimelineRow> {
    report.timeline.iter_mut().filter(move |row| row.action == action)
}

/// The texts stand in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing, or out of order, in: {text}")).1;
    }
}

#[test]
fn an_account_is_told_in_the_order_of_time_with_times_numbers_and_names() {
    let text = story(&samples::cascade(), A);
    in_order(
        &text,
        &[
            "At 09 Feb 04:55:51 UTC the intruder signed in with BAV2ROPC",
            "skips MFA (the second proof at sign-in)",
            "from 197.210.0.10, Nigeria",
            "At 09 Feb 14:16:48 the intruder made an inbox rule (which acts on mail by itself): \".\" that moves mail to RSS Feeds.",
            "At 09 Feb 14:45:07 the intruder gave app Spike access to mail",
            "14:48:10 and 15:03:25 the intruder sent 794 to 801 mails to 786 to 790 people (12 inside, 774 to 778 outside)",
            "From 09 Feb 14:49:00 on the intruder most likely went on from here to b.brown (by mail, 91 %) and c.clark (by mail, 86 %).",
            "Recorded as clean-up: password reset at 10 Feb 07:58:00 by admin",
            "later 3 acts of the intruder are recorded",
        ],
    );
}

#[test]
fn an_account_that_fell_through_another_says_through_whom_and_how_sure_that_is() {
    let text = story(&samples::cascade(), B);
    assert!(
        text.contains("The way in was most likely (91 %) a mail from a.adams at 09 Feb 14:49:00, 27 min before: same address."),
        "{text}"
    );
}

#[test]
fn no_number_is_larger_than_what_is_surely_shown_without_its_bounds() {
    let report = told(|report| {
        let exposure = report.accounts[0].exposure.as_mut().unwrap();
        exposure.mails_sent = Some(Bounds { at_least: 0, at_most: Some(5), ..Bounds::default() });
        exposure.mails_read = Some(Bounds { at_least: 0, at_most: Some(6), ..Bounds::default() });
        exposure.synchronised.clear();
    });
    let text = story(&report, A);
    assert!(text.contains("up to 5 mails may have been sent by the intruder"), "{text}");
    assert!(text.to_lowercase().contains("up to 6 mails in archive, inbox may have been accessed by the intruder"), "{text}");
    assert!(!text.contains("intruder sent") && !text.contains("intruder accessed") && !text.contains("794"), "{text}");
}

#[test]
fn an_act_in_doubt_says_how_sure_it_is() {
    let report = told(|report| rows_of(report, "consent").for_each(|row| row.certainty = 0.68));
    assert!(story(&report, A).contains("the intruder (68 % sure) gave app Spike"), "{}", story(&report, A));
}

#[test]
fn nothing_exposed_and_nothing_done_makes_no_sentence() {
    let none = Some(Bounds { at_least: 0, at_most: Some(0), ..Bounds::default() });
    for exposure in
        [Exposure::default(), Exposure { mails_read: none.clone(), mails_sent: none.clone(), files_read: none, ..Exposure::default() }]
    {
        let report = told(|report| {
            report.accounts[0].exposure = Some(exposure);
            report.timeline.retain(|row| row.account != A || row.action == "sign-in");
        });
        let text = story(&report, A);
        for word in ["sent", "accessed", "mails", "files", "rule", "app "] {
            let told = text
                .split(". ")
                .filter(|sentence| !sentence.starts_with("Still") && !sentence.starts_with("From"))
                .any(|s| s.contains(word));
            assert!(!told, "{word}: {text}");
        }
    }
}

#[test]
fn one_and_many_read_well() {
    let rules = |n: u64, alike: bool| {
        let report = told(|report| {
            let model = rows_of(report, "mailbox-rule").next().unwrap().clone();
            report.timeline.retain(|row| row.action != "mailbox-rule");
            for at in 0..n {
                let name = if alike { 1 } else { at + 1 };
                let summary = format!("made inbox rule \"{name}\" that deletes mail");
                report.timeline.push(TimelineRow { time: format!("2022-02-09T14:{:02}:00Z", 16 + at), summary, ..model.clone() });
            }
        });
        story(&report, A)
    };
    assert!(rules(1, true).contains("At 09 Feb 14:16:00 the intruder made an inbox rule (which acts on mail by itself): \"1\""));
    let many = rules(3, false);
    assert!(
        many.contains(
            "Between 09 Feb 14:16:00 and 14:18:00 the intruder made 3 inbox rules (which act on mail by themselves), the first \"1\""
        ),
        "{many}"
    );
    assert!(rules(3, true).contains("made the same inbox rule (which acts on mail by itself) 3 times: \"1\""));
}

#[test]
fn the_subject_of_mails_is_told_where_all_have_it_whatever_it_says() {
    let sent = |subjects: &[Option<&str>]| {
        let report = told(|report| {
            let model = rows_of(report, "mail-sent").next().unwrap().clone();
            report.timeline.retain(|row| row.action != "mail-sent");
            report.timeline.extend(subjects.iter().map(|one| TimelineRow { subject: one.map(str::to_owned), ..model.clone() }));
        });
        story(&report, A)
    };
    let hostile = "x, subject \"y\" of z";
    let words = |subject: &str| format!("the intruder sent 794 to 801 mails (\"{subject}\") to 786 to 790 people");
    assert!(sent(&[Some(hostile)]).contains(&words(hostile)), "{}", sent(&[Some(hostile)]));
    assert!(sent(&[Some("Fees"), Some("Fees")]).contains(&words("Fees")));
    for subjects in [[Some("Fees"), Some("Bills")], [Some("Fees"), None], [None, None]] {
        assert!(sent(&subjects).contains("the intruder sent 794 to 801 mails to 786 to 790 people"), "{}", sent(&subjects));
    }
}

#[test]
fn a_suspicious_account_is_never_told_as_fact() {
    let report = samples::cascade();
    let text = story(&report, "d.dean@example.com");
    assert!(text.starts_with("Suspicious (56 %), not shown to be taken over: this may be the owner's doing."), "{text}");
    for claim in ["intruder", "compromised", "attacker", "took"] {
        assert!(!text.contains(claim), "{claim}: {text}");
    }
    assert_eq!(report.account("e.evans@example.com").unwrap().narrative, None, "an attack that nothing shows to have succeeded");
}

#[test]
fn the_board_reads_what_whom_when_how_and_what_is_open() {
    let report = told(|report| {
        let point = |time: &str, account: &str, kind: &str| crate::report::model::Milestone {
            time: time.to_owned(),
            account: account.to_owned(),
            kind: kind.to_owned(),
            summary: kind.to_owned(),
            evidence: vec!["i0:3".to_owned()],
        };
        report.incidents[0].milestones =
            vec![point("2022-02-09T04:55:51Z", A, "first-access"), point("2022-02-10T14:39:00Z", "c.clark@example.com", "last-activity")];
    });
    let incident = &report.incidents[0];
    in_order(
        incident.narrative.as_deref().unwrap(),
        &[
            "From 09 Feb 2022 04:55:51 UTC on an intruder took over 3 accounts within 32 h 12 min: a.adams, b.brown and c.clark.",
            "It began with a.adams (93 % sure) from 197.210.0.10",
            "not in these exports",
            "It most likely went on from a.adams by mail to b.brown and c.clark.",
            "794 to 801 mails sent",
            "2 people got such mail",
            "The last act of the intruder that succeeded is of 10 Feb 14:39:00 on c.clark: 33 h 43 min after the first.",
            "Still in place when exported: 1 inbox rule; not known to be gone: 1 app grant",
            "Not answerable from these exports: Who else opened the link",
        ],
    );
    let kinds: Vec<&str> = incident.milestones.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["first-access", "first-noticeable", "last-activity"], "the moment at which it could be noticed is a turning point");
}

#[test]
fn what_is_unknown_is_said_once_with_what_would_tell() {
    let report = told(|report| {
        let exposure = report.incidents[0].exposure.as_mut().unwrap();
        (exposure.mails_read, exposure.mails_sent) = (None, None);
        let open = |question: &str| Unanswerable { question: question.to_owned(), missing: "the logs".to_owned() };
        exposure.unknown = vec![open("which files were read"), open("which mails were read"), open("which mails were sent")];
    });
    let text = report.incidents[0].narrative.clone().unwrap();
    assert_eq!((text.matches("which mails were read").count(), text.matches("unknown").count()), (1, 0), "{text}");
    in_order(
        &text,
        &[
            "Not answerable",
            "which mails were read (would tell: the logs); which mails were sent",
            "Who else opened the link",
            "which files",
        ],
    );
}

#[test]
fn every_sentence_leads_to_findings_and_records_of_the_report() {
    let report = samples::cascade();
    let stories = report.accounts.iter().map(|one| &one.story).chain(report.incidents.iter().map(|one| &one.story));
    for sentence in stories.flatten() {
        assert!(sentence.findings.iter().all(|id| report.findings.iter().any(|finding| finding.id == *id)), "{sentence:?}");
        assert!(sentence.evidence_total >= sentence.evidence.len() as u64, "{sentence:?}");
        assert!(sentence.text.ends_with('.'), "{sentence:?}");
    }
    let account = report.account(A).unwrap();
    let rule = account.story.iter().find(|sentence| sentence.text.contains("inbox rule (")).unwrap();
    assert_eq!((rule.evidence.as_slice(), rule.findings.len()), (["i0:17".to_owned()].as_slice(), 2));
    assert!(account.story.len() <= SENTENCES && account.story.len() >= 3);
    let whole: Vec<&str> = account.story.iter().map(|sentence| sentence.text.as_str()).collect();
    assert_eq!(account.narrative.as_deref(), Some(whole.join(" ").as_str()));
}

#[test]
fn what_does_not_fit_is_said_to_be_on_the_timeline() {
    let report = told(|report| {
        let model = report.timeline[0].clone();
        for (minute, action) in (20..).zip(["forwarding", "role-change", "file-read", "mail-changed", "sign-in"]) {
            report.timeline.push(TimelineRow { time: format!("2022-02-09T14:{minute}:00Z"), action: action.to_owned(), ..model.clone() });
        }
    });
    let account = report.account(A).unwrap();
    assert_eq!(account.story.len(), SENTENCES);
    assert!(account.story.last().unwrap().text.ends_with("The timeline has the rest."), "{account:#?}");
}

#[test]
fn a_view_shows_the_times_in_its_zone() {
    let report = samples::cascade();
    let clock = Clock::new(&report, Tz::Asia__Tokyo);
    let shown = |account: &str, at: usize| in_zone(&report.account(account).unwrap().story[at], &clock);
    assert!(shown(A, 0).starts_with("At 09 Feb 13:55:51 Asia/Tokyo the intruder"), "{}", shown(A, 0));
    let sent = report.account(A).unwrap().story.iter().find(|sentence| sentence.text.contains("sent")).unwrap();
    assert!(in_zone(sent, &clock).starts_with("Between 09 Feb 23:48:10 and 10 Feb 00:03:25 the intruder"), "{}", in_zone(sent, &clock));
    let utc = Clock::new(&report, Tz::UTC);
    assert_eq!(in_zone(sent, &utc), sent.text);
}

#[test]
fn hostile_names_stay_in_their_place_on_every_sink() {
    for bad in ["\u{1b}[2J\u{202e}\u{200b}\r\n", "<script>alert(1)</script>", "\" MFA 09 Feb 04:55:51 UTC \""] {
        let mut report = samples::hostile(bad);
        tell(&mut report);
        let text = render(&report, &Look { verbose: true, width: 100, ..Look::plain() });
        assert_eq!(text.chars().find(|c| is_unsafe(*c) && *c != '\n'), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        html::write(&report, Tz::UTC, crate::report::output::Output::file(&path).unwrap()).unwrap();
        let page = std::fs::read_to_string(&path).unwrap();
        assert_eq!(page.matches("<script").count(), 3, "{bad}");
        assert!(page.contains("class=\"told\""));
    }
}

#[test]
fn a_case_without_incident_has_no_story() {
    for mut report in [samples::clean(), Report::empty()] {
        tell(&mut report);
        assert!(report.accounts.iter().all(|account| account.narrative.is_none()) && report.incidents.is_empty());
    }
}
