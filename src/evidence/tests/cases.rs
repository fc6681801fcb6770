//! The shared cases and samples: counts known from outside.

use super::*;

fn options_of_names() -> OpenOptions {
    let known = ["auditdata", "recipientaddress", "recipient_status", "request id", "ruleidentity", "timegenerated [utc]"];
    OpenOptions { knows: Arc::new(move |header: &Header| known.iter().any(|name| header.column(name).is_some())), ..OpenOptions::default() }
}

#[test]
fn every_input_of_the_cases_has_its_true_number_of_records() {
    let Some(shared) = shared() else { return };
    for case in ["case-01", "case-02", "case-03", "case-04"] {
        let folder = shared.join("cases").join(case);
        let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let found = discover(&[folder.join("exports")], &Limits::default()).unwrap();
        let mut counts = std::collections::BTreeMap::new();
        let mut refused: Vec<String> = found.refused.iter().map(|refusal| refusal.path.clone()).collect();
        for candidate in &found.candidates {
            match read_candidate(candidate, &Limits::default(), &options_of_names()) {
                Ok(read) => {
                    counts.insert((candidate.path.clone(), candidate.member.clone()), read.seen.len());
                }
                Err(refusal) => refused.push(refusal.path),
            }
        }
        for input in truth["inputs"].as_array().unwrap() {
            let key = (input["path"].as_str().unwrap().to_owned(), input["member"].as_str().map(str::to_owned));
            assert_eq!(counts.remove(&key).map(|n| n as u64), input["records"].as_u64(), "{case} {key:?}");
        }
        // A table of something else is for the formats to refuse.
        counts.remove(&("state/assets.csv".to_owned(), None));
        assert_eq!(counts, std::collections::BTreeMap::new(), "{case}");
        assert!(refused.contains(&"README.txt".to_owned()), "{refused:?}");
    }
}

#[test]
fn the_samples_have_the_records_that_strict_parsers_count() {
    let Some(shared) = shared() else { return };
    for (path, count) in [
        ("invictus-ual-2021/1121AuditRecords.csv", 1478),
        ("huntress-ctf-2023/purview.csv", 219),
        ("portal-legacy-4col/sampleauditlog.csv", 5),
        ("sentinel-training-lab/office_activity.csv", 266),
        ("sentinel-training-lab/office_activity_inbox_rule.csv", 2),
        ("sentinel-training-lab/sign-in_adelete.csv", 56),
        ("sentinel-training-lab/AuditLogs_Hunting.csv", 5),
        ("sentinel-training-lab/disable_accounts.csv", 4),
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
        let bytes = std::fs::read(shared.join("samples").join(path)).unwrap();
        let read = read_with(&bytes, &Limits::default(), &options_of_names()).unwrap();
        assert!(read.seen.iter().all(|seen| seen.what.is_ok() && !seen.damaged), "{path}");
        assert_eq!(read.seen.len(), count, "{path}");
    }
}

#[test]
fn rows_cut_inside_their_json_keep_their_other_cells() {
    let Some(shared) = shared() else { return };
    let bytes = std::fs::read(shared.join("samples/invictus-ual-2021/1121AuditRecords-truncated-rows.csv")).unwrap();
    let read = read_with(&bytes, &Limits::default(), &options_of_names()).unwrap();
    assert_eq!(read.field("Operations"), ["Add service principal.", "Update service principal.", "Add user."]);
    assert!(read.seen.iter().all(|seen| seen.damaged && seen.at.length == 10_000));
}
