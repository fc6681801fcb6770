//! The published incidents: what was found then is found from the logs alone, and looks as it should.
//!
//! The screens stand in `testdata/golden`; after a change that is meant, `BLESS=1 cargo test --release
//! --test golden` writes them anew, and the difference is read before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{command, finish, root, text};
use serde_json::Value;

/// One of the examples, analysed.
struct Example {
    report: Value,
    screen: String,
}

fn example(folder: &str, geoip: bool) -> Example {
    let path = format!("examples/{folder}");
    let out = tempfile::tempdir().unwrap();
    let json = out.path().join("report.json");
    let mut arguments = vec!["analyze", &path, "-q", "--json", text(&json)];
    if geoip {
        arguments.extend(["--geoip", "examples/perfectdata/networks.mmdb"]);
    }
    let run = finish(command(&arguments).env("COLUMNS", "80"));
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    common::balanced(&report);
    Example { report, screen: run.out }
}

impl Example {
    fn list<'e>(&'e self, key: &str) -> impl Iterator<Item = &'e Value> {
        self.report[key].as_array().into_iter().flatten()
    }

    /// The compromised accounts, each with its beginning; everybody else must be at most targeted.
    fn compromised(&self) -> Vec<(&str, &str)> {
        assert!(self.list("accounts").all(|account| ["compromised", "targeted"].contains(&account["verdict"].as_str().unwrap())));
        let taken = self.list("accounts").filter(|account| account["verdict"] == "compromised");
        let mut taken: Vec<_> =
            taken.map(|account| (account["account"].as_str().unwrap(), &account["compromised_at"].as_str().unwrap()[..19])).collect();
        taken.sort_by_key(|(_, since)| *since);
        taken
    }

    /// The only incident, checked for its patient zero.
    fn incident(&self, zero: &str) -> &Value {
        let incidents: Vec<_> = self.list("incidents").collect();
        assert_eq!(incidents.len(), 1);
        assert_eq!(incidents[0]["patient_zero"]["account"], zero);
        assert!(incidents[0]["patient_zero"]["confidence"].as_f64().unwrap() >= 0.5);
        incidents[0]
    }

    /// Whether a row of the timeline is of the intruder on `account`, does `action`, and covers `time`
    /// to the second.
    fn shows(&self, account: &str, action: &str, time: &str) {
        let covers = |row: &&Value| {
            let from = row["time"].as_str().unwrap();
            let to = row["end_time"].as_str().unwrap_or(from);
            near(from, time) || near(to, time) || (from <= time && time <= to)
        };
        let mut own = self.list("timeline").filter(|row| row["account"] == account && row["actor"] == "intruder");
        let found = own.any(|row| row["action"] == action && covers(&row));
        assert!(found, "no row of {account}: {action} at {time} in {:#}", self.report["timeline"]);
    }

    /// Whether a detection points at something that `account` suffered.
    fn detects(&self, account: &str, detections: &[&str]) {
        for wanted in detections {
            let found = self.list("findings").any(|finding| finding["account"] == account && finding["detection"] == *wanted);
            assert!(found, "no finding {wanted} on {account}");
        }
    }

    /// What stands at an account: kind, standing and name, sorted.
    fn left(&self, account: &str) -> Vec<(&str, &str, &str)> {
        let account = self.list("accounts").find(|one| one["account"] == account).unwrap();
        let mut left: Vec<_> = account["remaining"].as_array().unwrap().iter().map(kind_status_name).collect();
        left.sort_unstable();
        left
    }

    fn addresses(&self, account: &str) -> Vec<&str> {
        let account = self.list("accounts").find(|one| one["account"] == account).unwrap();
        let mut all: Vec<_> = account["intruder_addresses"].as_array().unwrap().iter().map(|one| one["ip"].as_str().unwrap()).collect();
        all.sort_unstable();
        all
    }

    /// Innocent accounts have no finding above medium.
    fn accuses_only(&self, accounts: &[&str]) {
        for finding in self.list("findings").filter(|finding| !accounts.contains(&finding["account"].as_str().unwrap_or_default())) {
            assert!(["info", "low", "medium"].contains(&finding["severity"].as_str().unwrap()), "{finding}");
        }
    }

    /// The narrative of an account, or of the incident with this id.
    fn narrative(&self, of: &str) -> &str {
        let mut all = self.list("accounts").chain(self.list("incidents"));
        let one = all.find(|one| one["account"] == of || one["id"] == of).unwrap_or_else(|| panic!("no {of}"));
        let story = one["story"].as_array().unwrap();
        let whole: Vec<&str> = story.iter().map(|sentence| sentence["text"].as_str().unwrap()).collect();
        assert_eq!(one["narrative"], whole.join(" "));
        let findings: Vec<&Value> = self.list("findings").map(|finding| &finding["id"]).collect();
        assert!(story.iter().flat_map(|sentence| sentence["findings"].as_array().unwrap()).all(|id| findings.contains(&id)));
        one["narrative"].as_str().unwrap()
    }

    /// The narrative says these things in this order.
    fn tells(&self, of: &str, parts: &[&str]) {
        let whole = self.narrative(of);
        let mut rest = whole;
        for part in parts {
            rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing, or out of order, in: {whole}")).1;
        }
    }

    fn looks_like(&self, name: &str) {
        let path = root().join("testdata/golden").join(format!("example-{name}-80.txt"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &self.screen).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(golden == self.screen, "the screen of {name} has changed; if that is meant: BLESS=1. It is now:\n{}", self.screen);
        assert!(golden.lines().all(|line| line.chars().count() <= 80), "wider than the terminal");
    }
}

fn kind_status_name(item: &Value) -> (&str, &str, &str) {
    (item["kind"].as_str().unwrap(), item["status"].as_str().unwrap(), item["identity"]["name"].as_str().unwrap_or_default())
}

/// At most one second apart (publications round).
fn near(a: &str, b: &str) -> bool {
    let seconds = |time: &str| -> Option<i64> {
        let (day, clock) = time.split_once('T')?;
        let mut parts = clock.get(..8)?.split(':').map(|part| part.parse::<i64>().ok());
        Some(((day.get(8..)?.parse::<i64>().ok()? * 24 + parts.next()??) * 60 + parts.next()??) * 60 + parts.next()??)
    };
    a.get(..7) == b.get(..7) && seconds(a).zip(seconds(b)).is_some_and(|(a, b)| (a - b).abs() <= 1)
}

const A: &str = "a.archer@harbourlight.example";
const B: &str = "b.bell@harbourlight.example";
const C: &str = "c.carver@harbourlight.example";

#[test]
fn february_2022_three_accounts_one_after_the_other() {
    let case = example("account-a-b-c", false);
    assert_eq!(case.compromised(), [(A, "2022-02-09T04:55:51"), (B, "2022-02-09T15:16:12"), (C, "2022-02-10T13:08:14")]);
    let incident = case.incident(A);
    let edges = incident["edges"].as_array().unwrap();
    let mut paths: Vec<_> =
        edges.iter().map(|edge| (edge["from"].as_str().unwrap(), edge["to"].as_str().unwrap(), edge["path"].as_str().unwrap())).collect();
    paths.sort_unstable();
    assert_eq!(paths, [(A, B, "internal-phishing"), (A, C, "internal-phishing")]);
    assert!(edges.iter().all(|edge| edge["confidence"].as_f64().unwrap() >= 0.5));
    case.looks_like("account-a-b-c");
}

#[test]
fn february_2022_every_published_time_is_on_the_timeline() {
    let case = example("account-a-b-c", false);
    case.shows(A, "sign-in", "2022-02-09T04:55:51Z");
    case.shows(A, "mailbox-rule", "2022-02-09T14:16:48Z");
    case.shows(A, "app", "2022-02-09T14:45:06Z");
    case.shows(A, "consent", "2022-02-09T14:45:07Z");
    case.shows(A, "sign-in", "2022-02-09T14:45:08Z");
    case.shows(A, "mail-sent", "2022-02-09T15:03:25Z");
    case.shows(B, "sign-in", "2022-02-09T15:16:12Z");
    case.shows(B, "mailbox-rule", "2022-02-09T15:18:21Z");
    case.shows(C, "sign-in", "2022-02-10T13:08:14Z");
    case.shows(C, "sign-in", "2022-02-10T13:08:57Z");
    case.shows(C, "consent", "2022-02-10T14:25:20Z");
    case.shows(C, "mailbox-rule", "2022-02-10T14:38:09Z");
    let burst = case.list("timeline").find(|row| row["action"] == "mail-sent").unwrap();
    assert_eq!(burst["count"], 794);
    case.detects(
        A,
        &[
            "legacy-auth-sign-in",
            "unfamiliar-sign-in",
            "inbox-rule-hides-mail",
            "inbox-rule-odd-name",
            "oauth-consent",
            "mail-burst",
            "internal-phish",
        ],
    );
    case.detects(B, &["failures-then-success", "inbox-rule-hides-mail"]);
    case.detects(C, &["legacy-auth-sign-in", "scripted-agent-sign-in", "oauth-consent", "inbox-rule-hides-mail"]);
    case.accuses_only(&[A, B, C]);
}

#[test]
fn february_2022_what_was_seen_and_taken() {
    let case = example("account-a-b-c", false);
    let bounds = |account: &str, what: &str| {
        let account = case.list("accounts").find(|one| one["account"] == account).unwrap();
        let count = &account["exposure"][what];
        assert!(count["evidence"].as_array().unwrap().len() as u64 <= count["evidence_total"].as_u64().unwrap(), "{count}");
        (count["at_least"].as_u64(), count["at_most"].as_u64())
    };
    // The two records of reading list seventeen items, five of them twice; 32 of the 794 mails could not be delivered.
    assert_eq!(bounds(A, "mails_read"), (Some(12), Some(12)));
    assert_eq!(bounds(A, "mails_sent"), (Some(794), Some(794)));
    assert_eq!(bounds(A, "recipients"), (Some(762), Some(762)));
    assert_eq!(bounds(A, "recipients_inside"), (Some(14), Some(14)));
    assert_eq!(bounds(B, "mails_read"), (Some(0), Some(0)), "reading is recorded there, and none is the intruder's");
    assert_eq!(bounds(C, "mails_read"), (Some(4), Some(4)));
    let incident = case.incident(A);
    assert_eq!(incident["exposure"]["mails_sent"]["at_least"], 794);
    let told = incident["counterparties"].as_array().unwrap();
    assert_eq!(told.iter().filter(|one| one["mails_got"]["at_least"] == 1).count(), 762);
    let (b, first) = (told.iter().find(|one| one["account"] == B).unwrap(), "2022-02-09T14:49:");
    assert!(b["inside"] == true && b["first_at"].as_str().unwrap().starts_with(first), "{b}");
}

#[test]
fn february_2022_three_rules_and_two_consents_are_still_there() {
    let case = example("account-a-b-c", false);
    let (rule, app, sessions) = (("inbox-rule", "in-place", "."), ("app-grant", "in-place", "Spike"), ("session", "unknown", ""));
    assert_eq!(case.left(A), [app, rule, sessions]);
    assert_eq!(case.left(B), [rule, sessions]);
    assert_eq!(case.left(C), [app, rule, sessions]);
    assert_eq!(case.list("remaining").count(), 0, "nothing of the tenant's, and nothing at innocent accounts");
}

#[test]
fn march_2023_a_new_password_removes_neither_rule_nor_consents() {
    let case = example("perfectdata/mass-mailing", true);
    let victim = "m.iglesias@almazara-traders.example";
    let in_place = |kind, name| (kind, "in-place", name);
    assert_eq!(
        case.left(victim),
        [
            in_place("app-grant", "Newsletter Software Supermailer"),
            in_place("app-grant", "PERFECTDATA SOFTWARE"),
            in_place("inbox-rule", "s"),
            ("session", "removed", ""),
        ]
    );
    let clean_up = &case.list("accounts").find(|one| one["account"] == victim).unwrap()["clean_up"];
    let acts: Vec<_> =
        clean_up["acts"].as_array().unwrap().iter().map(|act| (act["how"].as_str().unwrap(), act["by"].as_str().unwrap())).collect();
    assert_eq!(acts, [("password reset", "admin"), ("sessions revoked", "admin")]);
    assert_eq!((clean_up["survived"].as_u64(), clean_up["returned"].as_u64()), (Some(3), Some(0)));
}

#[test]
fn march_2023_an_application_copies_the_mailbox_and_thousands_are_written_to() {
    let case = example("perfectdata/mass-mailing", true);
    let victim = "m.iglesias@almazara-traders.example";
    assert_eq!(case.compromised(), [(victim, "2023-03-14T09:22:40")]);
    assert_eq!(case.incident(victim)["edges"].as_array().map(Vec::len), Some(0));
    for (action, time) in [
        ("sign-in", "2023-03-14T09:22:40Z"),
        ("consent", "2023-03-14T09:31:12Z"),
        ("app", "2023-03-14T09:31:12Z"),
        ("mail-read", "2023-03-14T09:46:17Z"),
        ("sign-in", "2023-03-16T18:05:33Z"),
        ("sign-in", "2023-03-20T10:12:26Z"),
        ("mailbox-rule", "2023-03-20T10:15:30Z"),
        ("consent", "2023-03-20T10:24:02Z"),
        ("mail-sent", "2023-03-20T10:41:00Z"),
    ] {
        case.shows(victim, action, time);
    }
    for ip in ["160.152.10.215", "169.159.92.36", "5.62.60.202"] {
        assert!(case.addresses(victim).contains(&ip), "{ip}");
    }
    case.detects(
        victim,
        &[
            "unfamiliar-sign-in",
            "anonymised-sign-in",
            "abused-app",
            "service-principal-added",
            "inbox-rule-hides-mail",
            "mail-burst",
            "mail-collection",
        ],
    );
    case.accuses_only(&[victim]);
    case.looks_like("perfectdata-mass-mailing");
}

#[test]
fn march_2023_a_consent_and_no_more() {
    let case = example("perfectdata/consent-only", true);
    let victim = "f.mead@kestrelbay.example";
    assert_eq!(case.compromised(), [(victim, "2023-03-21T19:08:37")]);
    assert_eq!(case.incident(victim)["edges"].as_array().map(Vec::len), Some(0));
    for (action, time) in [
        ("sign-in", "2023-03-21T19:02:11Z"),
        ("sign-in", "2023-03-21T19:08:37Z"),
        ("sign-in", "2023-03-21T19:40:05Z"),
        ("sign-in", "2023-03-21T19:41:18Z"),
        ("consent", "2023-03-21T19:46:27Z"),
    ] {
        case.shows(victim, action, time);
    }
    assert_eq!(case.addresses(victim), ["107.179.20.214", "45.62.170.31"]);
    case.detects(victim, &["failures-then-success", "unfamiliar-sign-in", "abused-app"]);
    case.accuses_only(&[victim]);
    case.looks_like("perfectdata-consent-only");
}

#[test]
fn january_2023_prompts_until_one_is_accepted() {
    let case = example("mfa-fatigue", false);
    let victim = "l.brennan@wattlecreek.example";
    assert_eq!(case.compromised(), [(victim, "2023-01-05T02:26:48")]);
    assert_eq!(case.incident(victim)["patient_zero"]["vector"], "mfa-fatigue");
    for (action, time) in [
        ("sign-in", "2023-01-05T02:14:31Z"),
        ("sign-in", "2023-01-05T02:19:05Z"),
        ("sign-in", "2023-01-05T02:26:48Z"),
        ("sign-in", "2023-01-07T11:03:20Z"),
        ("file-read", "2023-01-07T11:07:00Z"),
        ("mail-changed", "2023-01-07T11:20:00Z"),
        ("sign-in", "2023-01-08T09:47:02Z"),
        ("file-read", "2023-01-08T09:51:00Z"),
        ("sign-in", "2023-01-13T01:40:55Z"),
        ("mailbox-rule", "2023-01-13T02:04:38Z"),
        ("mail-changed", "2023-01-13T02:11:26Z"),
    ] {
        case.shows(victim, action, time);
    }
    case.detects(
        victim,
        &["mfa-fatigue", "unfamiliar-sign-in", "file-collection", "folder-tampering", "inbox-rule-hides-mail", "inbox-rule-odd-name"],
    );
    case.accuses_only(&[victim]);
    case.looks_like("mfa-fatigue");
}

#[test]
fn february_2022_is_told_in_plain_english() {
    let case = example("account-a-b-c", false);
    case.tells(
        A,
        &[
            "At 09 Feb 04:55:51 UTC the intruder signed in",
            "BAV2ROPC, a legacy client that skips MFA",
            "197.210.84.37, Nigeria",
            "How the password was lost is not in these exports.",
            "At 09 Feb 14:16:48 the intruder made an inbox rule",
            "\".\" that moves mail to RSS Feeds",
            "At 09 Feb 14:45:06 the intruder (82 % sure) gave app Spike access to mail and contacts",
            "At 09 Feb 14:48:11 the intruder sent 794 mails in 15 min 15 s",
            "one subject (\"Harbourlight",
            "to 762 people (14 inside, 748 outside; not delivered to 32 more)",
            "b.bell (by mail, 97 %) and c.carver (by mail, 94 %)",
            "at 09 Feb 15:03:26, 10 h 7 min after the first",
            "Still in place when exported: 1 app grant, 1 inbox rule.",
        ],
    );
    case.tells(
        B,
        &[
            "failed to sign in 3 times",
            "At 09 Feb 15:16:12 the intruder signed in",
            "The way in was most likely (97 %) a mail from a.archer at 09 Feb 14:49:20, 26 min before",
            "15:18:21",
        ],
    );
    case.tells(C, &["10 Feb 13:08:14", "a mail from a.archer at 09 Feb 14:52:24, 22 h 15 min before", "4 mails", "Spike", "14:38:09"]);
    assert!(!case.narrative(B).contains("sent") && !case.narrative(C).contains("sent"), "neither sent anything");
    case.tells(
        "c1",
        &[
            "From 09 Feb 2022 04:55:51 UTC on an intruder took over 3 accounts within 32 h 12 min: a.archer, b.bell and c.carver.",
            "It began with a.archer",
            "It most likely went on from a.archer by mail to b.bell and c.carver.",
            "794 mails sent to 762 people",
            "773 people",
            "it could have been noticed from 09 Feb 04:55:51",
            "33 h 42 min after the first",
            "2 app grants, 3 inbox rules",
            "who clicked a link in a mail (would tell: Defender's UrlClickEvents)",
        ],
    );
}

#[test]
fn the_other_published_incidents_are_told_too() {
    let fatigue = example("mfa-fatigue", false);
    let victim = "l.brennan@wattlecreek.example";
    fatigue.tells(
        victim,
        &["05 Jan 2023 02:26:48", "one accepted", "8 mails", "now also from 193.27.14.88 (Germany)", "5 files", "13 Jan 2023 02:04:38"],
    );
    assert!(!fatigue.narrative(victim).contains("intruder sent"), "no mail was sent");
    let mailing = example("perfectdata/mass-mailing", true);
    mailing.tells(
        "m.iglesias@almazara-traders.example",
        &["14 Mar 09:22:40", "PERFECTDATA SOFTWARE", "sent 300 mails (\"Credit Transfer Copy\") to 1,500 people", "password reset"],
    );
    let consent = example("perfectdata/consent-only", true);
    let text = consent.narrative("f.mead@kestrelbay.example");
    assert!(text.contains("the intruder accessed 6 mails in Inbox"), "both addresses are one intruder's, an hour apart: {text}");
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let screen = std::fs::read_to_string(root.join("testdata/golden/example-account-a-b-c-80.txt")).unwrap();
    let shown =
        readme.split("screen:begin").nth(1).and_then(|rest| rest.split("```text\n").nth(1)).and_then(|rest| rest.split("\n```").next());
    let shown = shown.expect("a screen in the README");
    assert!(shown.lines().count() > 10 && screen.contains(shown), "the README's screen is not the program's: take it from\n{screen}");
}

#[test]
fn the_use_of_each_account_is_counted_by_whose_it_was() {
    let example = example("account-a-b-c", false);
    let archer = example.list("accounts").find(|account| account["account"] == A).unwrap();
    let activity = &archer["activity"];
    let of = |list: &str, actor: &str, key: &str| {
        let entries = activity[list].as_array().unwrap().iter().filter(|entry| entry["actor"] == actor);
        entries.map(|entry| entry[key].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(activity["slot_seconds"], 3600);
    assert!(of("slots", "owner", "events") > 0 && of("slots", "intruder", "events") > 0, "{activity}");
    let mails: Vec<u64> = activity["mails_by_minute"].as_array().unwrap().iter().map(|one| one["mails"].as_u64().unwrap()).collect();
    assert_eq!(mails.iter().sum::<u64>(), 794, "as many as the incident's summary says");
    assert!((15..=17).contains(&mails.len()), "about 15 minutes: {mails:?}");
    assert!(of("sign_ins", "owner", "succeeded") > 0);
    let his: Vec<_> = activity["sign_ins"].as_array().unwrap().iter().filter(|one| one["actor"] == "intruder").collect();
    assert!(!his.is_empty() && his.iter().all(|one| one["country"] == "NG"), "{his:?}");
}
