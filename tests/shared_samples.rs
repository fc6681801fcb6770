//! Public sample exports and labelled tenants, where they lie beside the repository: skipped otherwise.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{balanced, command, finish, paths, shared, text};
use serde_json::Value;
use std::path::Path;

fn analyse(folder: &Path) -> Value {
    let run = finish(&mut command(&["analyze", text(folder), "-q", "--json", "-"]));
    assert_eq!(run.code, 0, "{}: {}", folder.display(), run.err);
    let report = serde_json::from_str(&run.out).unwrap();
    balanced(&report);
    report
}

fn records(report: &Value, path: &str) -> Option<u64> {
    report["inputs"].as_array()?.iter().find(|input| input["path"] == path)?["records"].as_u64()
}

fn compromised(report: &Value) -> Vec<&str> {
    let accounts = report["accounts"].as_array().into_iter().flatten();
    accounts.filter(|account| account["verdict"] == "compromised").filter_map(|account| account["account"].as_str()).collect()
}

#[test]
fn every_sample_has_the_records_that_were_counted_in_it() {
    let Some(samples) = shared("samples") else { return };
    let report = analyse(&samples);
    for (path, expected) in [
        ("invictus-ual-2021/1121AuditRecords.csv", 1478),
        ("invictus-ual-2021/1121AuditRecords-truncated-rows.csv", 3),
        ("huntress-ctf-2023/purview.csv", 219),
        ("portal-legacy-4col/sampleauditlog.csv", 5),
        ("sentinel-training-lab/office_activity.csv", 266),
        ("sentinel-training-lab/office_activity_inbox_rule.csv", 2),
        ("sentinel-training-lab/sign-in_adelete.csv", 56),
        ("sentinel-training-lab/disable_accounts.csv", 4),
        ("sentinel-training-lab/AuditLogs_Hunting.csv", 5),
        ("entra-portal-signins/signin_logs.csv", 18),
        ("otrf-simuland/OfficeActivityEvents.json", 1),
        ("otrf-simuland/AADAuditEvents.json", 4),
        ("otrf-simuland/Microsoft365DefenderEvents.json", 9),
        ("sekoia-intake/o365-management-activity.ndjson", 73),
        ("sekoia-intake/entra-diagnostic-logs.ndjson", 25),
        ("sekoia-intake/entra-graph-audit-and-signin.ndjson", 42),
        ("sekoia-intake/m365-defender-streaming.ndjson", 16),
        ("sekoia-intake/message-trace-reporting-odata.ndjson", 2),
    ] {
        assert_eq!(records(&report, path), Some(expected), "{path}: {}", report["refused"]);
    }
    let aggregated = "sentinel-training-lab/signinLogs.csv";
    assert!(!paths(&report).contains(&aggregated), "a query result is no log");
}

#[test]
fn nobody_is_accused_in_samples_of_ordinary_or_failed_acts() {
    let Some(samples) = shared("samples") else { return };
    for folder in ["sekoia-intake", "otrf-simuland", "entra-portal-signins", "portal-legacy-4col"] {
        assert_eq!(compromised(&analyse(&samples.join(folder))), [""; 0], "{folder}");
    }
}

#[test]
fn the_victims_of_the_samples_are_named() {
    let Some(samples) = shared("samples") else { return };
    for (folder, victim) in [("huntress-ctf-2023", "debrab@"), ("invictus-ual-2021", "a.thulile@"), ("sentinel-training-lab", "adelev@")] {
        let report = analyse(&samples.join(folder));
        assert!(compromised(&report).iter().any(|account| account.starts_with(victim)), "{victim}: {:?}", compromised(&report));
    }
}

/// What an intruder surely left at an account, or at the tenant where the account is empty: kind, standing and name.
fn left<'r>(report: &'r Value, account: &str) -> Vec<(&'r str, &'r str, &'r str)> {
    let mut accounts = report["accounts"].as_array().unwrap().iter();
    let list = match account {
        "" => &report["remaining"],
        _ => &accounts.find(|one| one["account"].as_str().unwrap().starts_with(account)).unwrap()["remaining"],
    };
    let one = |item: &'r Value| {
        (item["kind"].as_str().unwrap(), item["status"].as_str().unwrap(), item["identity"]["name"].as_str().unwrap_or_default())
    };
    list.as_array().unwrap().iter().filter(|item| item["origin"] == "intruder").map(one).collect()
}

#[test]
fn what_the_intruders_of_the_samples_left_is_listed() {
    let Some(samples) = shared("samples") else { return };
    let debra = analyse(&samples.join("huntress-ctf-2023"));
    let rules: String = left(&debra, "debrab@").iter().filter(|(kind, ..)| *kind == "inbox-rule").map(|(.., name)| *name).collect();
    assert_eq!(
        rules, "flag{24c4230fa7d50eef392b2c850f74b0f6}",
        "one rule a letter, also of one name, in the order in which they were made"
    );
    let thulile = analyse(&samples.join("invictus-ual-2021"));
    let own = left(&thulile, "a.thulile@");
    assert!(own.contains(&("inbox-rule", "unknown", ".")), "{own:?}");
    assert_eq!(own.iter().filter(|(kind, ..)| *kind == "role").count(), 8, "of the user that the intruder made");
    assert!(own.iter().any(|(kind, ..)| *kind == "user"));
    assert_eq!(own.iter().filter(|(kind, ..)| *kind == "permission").count(), 5);
    assert!(left(&thulile, "").contains(&("transport-rule", "unknown", ".")), "copies mail of the whole tenant to the intruder");
    let adele = analyse(&samples.join("sentinel-training-lab"));
    assert!(left(&adele, "adelev@").contains(&("inbox-rule", "unknown", "junk")));
}

#[test]
fn every_record_of_the_labelled_tenants_is_accounted_for() {
    let Some(cases) = shared("cases") else { return };
    for case in ["case-01", "case-02", "case-03", "case-04"] {
        let truth: Value = serde_json::from_slice(&std::fs::read(cases.join(case).join("truth.json")).unwrap()).unwrap();
        let report = analyse(&cases.join(case).join("exports"));
        let place = |input: &Value| (input["path"].as_str().unwrap().to_owned(), input["member"].as_str().map(str::to_owned));
        let list = |of: &Value| -> Vec<_> {
            let mut all: Vec<_> =
                of["inputs"].as_array().unwrap().iter().map(|input| (place(input), input["records"].as_u64().unwrap())).collect();
            all.sort();
            all
        };
        assert_eq!(list(&report), list(&truth), "{case}");
        let mut refused: Vec<_> = report["refused"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        refused.sort_unstable();
        let mut expected: Vec<_> = truth["refused"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        expected.sort_unstable();
        assert_eq!(refused, expected, "{case}");
    }
}
