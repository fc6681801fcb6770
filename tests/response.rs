//! `bectrace respond`: what the published incident of February 2022 says of it, scenarios by hand, errors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{command, finish, root, run, text};
use serde_json::Value;

const CASE: &str = "examples/account-a-b-c";
const A: &str = "a.archer@harbourlight.example";
const B: &str = "b.bell@harbourlight.example";
const C: &str = "c.carver@harbourlight.example";

/// The `response` of a run with these arguments.
fn respond(more: &[&str]) -> Value {
    let result = run(&[&["respond", CASE, "-q", "--json", "-"], more].concat());
    assert_eq!((result.code, result.err.as_str()), (0, ""));
    serde_json::from_str(&result.out).expect("one JSON document")
}

fn scenario<'r>(response: &'r Value, mode: &str) -> &'r Value {
    let mut all = response["scenarios"].as_array().unwrap().iter();
    all.find(|one| one["mode"] == mode).unwrap_or_else(|| panic!("no scenario {mode}"))
}

/// When an account is first acted on with an action.
fn acted<'r>(scenario: &'r Value, account: &str, action: &str) -> Option<&'r str> {
    let mut all = scenario["interventions"].as_array().unwrap().iter();
    all.find(|one| one["account"] == account && one["action"] == action).and_then(|one| one["at"].as_str())
}

/// Results of an account's acts of a kind, with their numbers, in the order of time.
fn results<'r>(scenario: &'r Value, account: &str, action: &str) -> Vec<(&'r str, u64)> {
    let acts = scenario["acts"].as_array().unwrap().iter().filter(|act| act["account"] == account && act["action"] == action);
    acts.map(|act| (act["result"].as_str().unwrap(), act["count"].as_u64().unwrap())).collect()
}

/// Spared accounts with their probabilities and conditions.
fn spared(scenario: &Value) -> Vec<(&str, f64, Option<&str>)> {
    let all = scenario["spared"].as_array().unwrap().iter();
    all.map(|one| (one["account"].as_str().unwrap(), one["probability"].as_f64().unwrap(), one["condition"].as_str())).collect()
}

/// Confidence of the edge to an account, from the report.
fn confidence(to: &str) -> f64 {
    let result = run(&["analyze", CASE, "-q", "--json", "-"]);
    let report: Value = serde_json::from_str(&result.out).unwrap();
    let edge = report["incidents"][0]["edges"].as_array().unwrap().iter().find(|edge| edge["to"] == to).unwrap().clone();
    edge["confidence"].as_f64().unwrap()
}

/// Whether any act of a scenario came out otherwise than "not prevented".
fn changes_nothing(scenario: &Value) -> bool {
    scenario["acts"].as_array().unwrap().iter().all(|act| act["result"] == "not-prevented") && spared(scenario).is_empty()
}

#[test]
fn the_published_triggers_fire_without_hindsight_at_their_records() {
    let response = respond(&[]);
    let of = |account: &str, trigger: &str| {
        let mut all = response["triggers"].as_array().unwrap().iter();
        all.find(|one| one["account"] == account && one["trigger"] == trigger).unwrap_or_else(|| panic!("{trigger} on {account}"))
    };
    for (account, trigger, time) in [
        (A, "suspicious-activity", "2022-02-09T04:55:51Z"),
        (A, "significant-compliance", "2022-02-09T14:16:48Z"),
        (B, "significant-compliance", "2022-02-09T15:18:21Z"),
        (C, "suspicious-activity", "2022-02-10T13:08:14Z"),
    ] {
        assert_eq!((of(account, trigger)["time"].as_str().unwrap(), &of(account, trigger)["basis"]), (time, &Value::from("replayed")));
    }
    // The fiftieth mail of the burst, before the ones to B and C.
    let burst = of(A, "suspicious-activity-and-mail")["time"].as_str().unwrap();
    assert!(("2022-02-09T14:49:00"..="2022-02-09T14:49:15").contains(&&burst[..19]), "{burst}");
    assert_eq!(response["watch"]["days"], response["watch"]["days_replayed"]);
}

#[test]
fn a_is_stopped_at_the_first_sign_in_where_it_disables_the_account() {
    let response = respond(&[]);
    let at_once = scenario(&response, "disable-at-once");
    assert_eq!(acted(at_once, A, "disable-account"), Some("2022-02-09T04:55:52Z"));
    let sign_ins = results(at_once, A, "sign-in");
    assert_eq!(sign_ins[0], ("before", 1));
    assert!(sign_ins[1..].iter().all(|(result, _)| *result == "prevented"), "{sign_ins:?}");
    assert_eq!(results(at_once, A, "mail-sent"), [("prevented", 794)]);
    assert_eq!(results(at_once, A, "mailbox-rule"), [("prevented", 1)]);
    let accounts: Vec<_> = spared(at_once).iter().map(|(account, _, condition)| (*account, *condition)).collect();
    assert_eq!(accounts, [(B, None), (C, None)]);
}

#[test]
fn signing_out_does_not_stop_a_legacy_client_and_the_rule_disables_the_account() {
    let response = respond(&[]);
    let autonomous = scenario(&response, "autonomous");
    assert_eq!(acted(autonomous, A, "sign-out"), Some("2022-02-09T04:55:52Z"));
    assert_eq!(acted(autonomous, A, "disable-account"), Some("2022-02-09T14:16:49Z"));
    assert_eq!(results(autonomous, A, "mailbox-rule"), [("not-prevented", 1)], "signing out was of no use");
    assert!(results(autonomous, A, "consent").iter().all(|(result, _)| *result == "prevented"));
    let mails = results(autonomous, A, "mail-sent");
    assert!(mails.iter().all(|(result, _)| result.starts_with("prevented")), "{mails:?}");
    let left = autonomous["left_in_place"].as_array().unwrap();
    assert!(left.iter().any(|one| one["account"] == A && one["summary"].as_str().unwrap().contains("inbox rule")), "{left:?}");
}

#[test]
fn a_person_who_does_not_confirm_changes_nothing() {
    let response = respond(&[]);
    assert!(changes_nothing(scenario(&response, "detect-only")));
    let never = tempfile::tempdir().unwrap();
    let config = never.path().join("never.toml");
    std::fs::write(&config, "[response]\nconfirm_minutes = 527040\nconfirm_minutes_off_hours = 527040\n").unwrap();
    let late = respond(&["--config", text(&config)]);
    let human = scenario(&late, "human-confirmation");
    assert!(human["acts"].as_array().unwrap().iter().all(|act| act["result"] == "before"), "too late is as good as never");
    assert!(spared(human).is_empty());
}

#[test]
fn disabling_a_at_the_burst_spares_b_and_c_with_the_confidence_of_their_edges() {
    let burst = "2022-02-09T14:49:08";
    let response = respond(&["--at", burst, "--account", A, "--action", "disable-account"]);
    let by_hand = scenario(&response, "by-hand");
    assert_eq!(acted(by_hand, A, "disable-account"), Some("2022-02-09T14:49:08Z"));
    let spared = spared(by_hand);
    assert_eq!(spared.iter().map(|(account, ..)| *account).collect::<Vec<_>>(), [B, C]);
    for (account, probability, condition) in spared {
        assert!((probability - confidence(account)).abs() < 1e-9, "{account}: {probability}");
        assert!(condition.unwrap().contains("access token"), "the open session is said");
    }
    let mails = results(by_hand, A, "mail-sent");
    assert_eq!(mails, [("before", 50), ("prevented-if", 744)]);
    assert!(changes_nothing(scenario(&response, "detect-only")));
    let late = respond(&["--at", "2022-02-09T15:03:26", "--account", A, "--action", "disable-account"]);
    assert!(spared_none(&late), "after the last mail nobody is spared");
}

fn spared_none(response: &Value) -> bool {
    spared(scenario(response, "by-hand")).is_empty()
}

#[test]
fn nobody_else_would_have_been_acted_on_and_the_owner_pays() {
    let response = respond(&[]);
    for mode in ["autonomous", "disable-at-once", "human-confirmation"] {
        assert_eq!(scenario(&response, mode)["innocents"], Value::Array(Vec::new()), "{mode}");
    }
    let blocked = |mode: &str| {
        scenario(&response, mode)["owners"].as_array().unwrap().iter().map(|one| one["acts_blocked"].as_u64().unwrap()).sum::<u64>()
    };
    assert!(blocked("disable-at-once") > 0 && blocked("detect-only") == 0);
}

#[test]
fn the_report_has_the_same_response() {
    let result = run(&["analyze", CASE, "-q", "--json", "-"]);
    let report: Value = serde_json::from_str(&result.out).unwrap();
    assert_eq!(report["response"], respond(&[]));
    let scoped: Value = serde_json::from_str(&run(&["analyze", CASE, "-q", "--json", "-", "--account", B]).out).unwrap();
    let acts = scoped["response"]["scenarios"][0]["acts"].as_array().unwrap();
    assert!(!acts.is_empty() && acts.iter().all(|act| act["account"] == B));
}

#[test]
fn latency_moves_every_intervention() {
    let response = respond(&["--latency", "30"]);
    assert_eq!(acted(scenario(&response, "autonomous"), A, "sign-out"), Some("2022-02-09T05:25:52Z"));
    assert_eq!(response["policy"]["latency_minutes"], 30);
}

#[test]
fn wrong_questions_are_status_2_and_say_what_to_do() {
    for (arguments, needed) in [
        (&["--at", "2022-02-09T14:49", "--account", "nobody", "--action", "sign-out"][..], "there is no account"),
        (&["--at", "2022-02-09T14:49", "--account", "a.arch", "--action", "sign-out"][..], "did you mean a.archer@"),
        (&["--at", "yesterday", "--account", A, "--action", "sign-out"][..], "2022-02-09T14:00:00Z"),
        (&["--at", "2022-02-09T14:49", "--account", A, "--action", "shout"][..], "disable-account"),
        (&["--at", "2022-02-09T14:49", "--account", A][..], "--action"),
        (&["--action", "sign-out"][..], "--at"),
        (&["--at", "2022-02-09T14:49", "--action", "sign-out"][..], "--account"),
        (&["--at", "2022-02-09T14:49", "--action", "sign-out", "--account", A, "--account", B][..], "one account"),
        (&["--latency", "often"][..], "latency"),
        (&["--json", "no/such/folder/r.json"][..], "its folder does not exist"),
    ] {
        let result = run(&[&["respond", CASE], arguments].concat());
        assert_eq!((result.code, result.out.as_str()), (2, ""), "{arguments:?}: {}", result.err);
        assert!(result.err.starts_with("bectrace: ") && result.err.contains(needed), "{arguments:?}: {}", result.err);
    }
    assert_eq!(run(&["respond", "no/such/folder"]).code, 3);
}

/// The screens stand in `testdata/golden`; `BLESS=1` writes them anew.
#[test]
fn the_screen_reads_well_at_80_and_140_columns() {
    for columns in ["80", "140"] {
        let result = finish(command(&["respond", CASE, "-q"]).env("COLUMNS", columns));
        assert_eq!((result.code, result.err.as_str()), (0, ""));
        let path = root().join(format!("testdata/golden/respond-account-a-b-c-{columns}.txt"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &result.out).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(golden == result.out, "the screen has changed; if that is meant: BLESS=1. It is now:\n{}", result.out);
        let width: usize = columns.parse().unwrap();
        assert!(golden.lines().all(|line| line.chars().count() <= width), "wider than the terminal");
    }
}
