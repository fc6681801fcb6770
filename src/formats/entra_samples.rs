//! Reads the shared samples and cases, where they are, as the driver would: the best claim reads.

use super::FORMATS;
use crate::events::{Action, Batch, Detail, Event, Fate, Outcome, SignIn, TimeRules};
use crate::evidence::{Cells, Doc, Fields, Header, Record, RecordAt};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn shared(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared", "../../shared"].iter().map(|up| root.join(up).join(path)).find(|path| path.exists());
    let Some(found) = found else {
        println!("skipped: no {path} beside the repository");
        return None;
    };
    let bytes = std::fs::read(&found).unwrap();
    let mut text = String::new();
    if found.extension().is_some_and(|end| end == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

fn best(record: &Record<'_>) -> usize {
    let claims = FORMATS.iter().enumerate().map(|(at, format)| (format.claim(record), std::cmp::Reverse(at)));
    let (strength, std::cmp::Reverse(at)) = claims.max().unwrap();
    if strength == 0 { usize::MAX } else { at }
}

struct Reading {
    out: Batch,
    formats: BTreeMap<&'static str, usize>,
    unclaimed: usize,
}

impl Reading {
    fn new() -> Reading {
        Reading { out: Batch::new(TimeRules::default()), formats: BTreeMap::new(), unclaimed: 0 }
    }

    fn take(&mut self, format: usize, record: &Record<'_>) {
        match FORMATS.get(format) {
            Some(format) => {
                *self.formats.entry(format.id()).or_default() += 1;
                format.read(record, &mut self.out);
            }
            None => self.unclaimed += 1,
        }
    }

    fn json(text: &str) -> Reading {
        let mut reading = Reading::new();
        let mut doc = Doc::new();
        let mut number = 0;
        let whole = doc.parse(text).is_ok();
        let lines: Vec<&str> = if whole { vec![text] } else { text.lines().collect() };
        for line in lines {
            doc.parse(line).unwrap();
            let root = doc.root();
            let list = root.get("value").unwrap_or(root);
            for value in list.items_or_self() {
                number += 1;
                let record = Record { at: RecordAt { number, ..RecordAt::default() }, fields: Fields::Object(value), damaged: false };
                reading.take(best(&record), &record);
            }
        }
        reading
    }

    fn csv(text: &str) -> Reading {
        let mut reading = Reading::new();
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
        let mut rows = reader.records().map(Result::unwrap);
        let header = Header::new(&rows.next().unwrap().iter().collect::<Vec<_>>());
        let mut cells = Cells::default();
        let format = best(&Record { at: RecordAt::default(), fields: Fields::Row(&header, &cells), damaged: false });
        for (row, number) in rows.zip(1..) {
            cells.clear();
            row.iter().for_each(|cell| cells.push(cell));
            reading.take(
                format,
                &Record { at: RecordAt { number, ..RecordAt::default() }, fields: Fields::Row(&header, &cells), damaged: false },
            );
        }
        reading
    }
}

/// Reads a file and checks that every record of it was read by one format.
fn read(path: &str, format: &str, records: usize) -> Option<Batch> {
    let text = shared(path)?;
    let reading = if path.contains(".csv") { Reading::csv(&text) } else { Reading::json(&text) };
    assert_eq!((reading.formats, reading.unclaimed), (BTreeMap::from([(format, records)]), 0), "{path}");
    assert_eq!(reading.out.fates.len(), records, "{path}");
    let refused = reading.out.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Rejected(_) | Fate::Ignored(_))).count();
    assert_eq!(refused, 0, "{path}");
    Some(reading.out)
}

fn count(out: &Batch, test: impl Fn(&Event, Option<&SignIn>) -> bool) -> usize {
    let facts = |event: &Event| match (event.detail as usize).checked_sub(1).map(|at| &out.details[at]) {
        Some(Detail::SignIn(facts)) => Some(**facts),
        _ => None,
    };
    out.events.iter().filter(|event| test(event, facts(event).as_ref())).count()
}

#[test]
fn a_portal_download_shows_guessing_and_the_moment_the_password_was_known() {
    let Some(out) = read("samples/entra-portal-signins/signin_logs.csv", "sign-in.portal-csv", 18) else { return };
    assert_eq!(count(&out, |event, facts| event.code == 50_126 && facts.is_some_and(|facts| facts.password == Some(false))), 17);
    assert_eq!(count(&out, |event, facts| event.code == 500_121 && facts.is_some_and(|facts| facts.password == Some(true))), 1);
    assert_eq!(count(&out, |event, facts| event.outcome == Outcome::Success || facts.is_some_and(|facts| facts.country != *b"CA")), 0);
    let times: Vec<String> = [out.events.iter().map(|event| event.time).min(), out.events.iter().map(|event| event.time).max()]
        .into_iter()
        .map(|time| time.unwrap().to_string())
        .collect();
    assert_eq!(times, ["2025-12-30T23:39:20Z", "2025-12-31T00:18:33Z"]);
}

#[test]
fn tables_of_sentinel_keep_interrupts_apart_and_undated_rows() {
    let Some(out) = read("samples/sentinel-training-lab/sign-in_adelete.csv", "sign-in.log-analytics", 56) else { return };
    assert_eq!(
        (count(&out, |event, _| event.outcome == Outcome::Success), count(&out, |event, _| event.outcome == Outcome::Interrupted)),
        (53, 3)
    );
    assert_eq!(out.pending.len(), 56, "dates of a portal table wait for the end of the file");
    let Some(out) = read("samples/sentinel-training-lab/disable_accounts.csv", "sign-in.log-analytics", 4) else { return };
    assert_eq!(
        count(&out, |event, facts| event.code == 50_057 && event.time.is_known() && facts.is_some_and(|facts| facts.country == *b"KP")),
        4
    );
    let Some(out) = read("samples/sentinel-training-lab/AuditLogs_Hunting.csv", "directory.log-analytics", 5) else { return };
    assert_eq!(count(&out, |event, _| !event.time.is_known() && event.action == Action::App && event.ip.is_some()), 5);
    let Some(out) = read("samples/otrf-simuland/AADAuditEvents.json", "directory.log-analytics", 4) else { return };
    assert_eq!(out.keys[0].0, out.keys[2].0, "two rows of one id are one event");
}

#[test]
fn diagnostic_records_of_many_tenants_are_all_dated_events() {
    let Some(out) = read("samples/sekoia-intake/entra-diagnostic-logs.ndjson", "entra.diagnostic", 25) else { return };
    assert_eq!(count(&out, |event, _| event.time.is_known()), 25);
    for (action, records) in [(Action::SignIn, 8), (Action::Alert, 3), (Action::Consent, 1), (Action::Credential, 2)] {
        assert_eq!(count(&out, |event, _| event.action == action), records, "{}", action.name());
    }
}

#[test]
fn what_is_no_log_of_entra_is_not_claimed() {
    for path in [
        "samples/entra-portal-signins/sentinel_alert_queue.csv",
        "samples/sentinel-training-lab/signinLogs.csv",
        "cases/case-01/exports/state/assets.csv",
    ] {
        let Some(text) = shared(path) else { return };
        assert!(Reading::csv(&text).formats.is_empty(), "{path}");
    }
}

#[test]
fn the_cases_are_read_to_the_last_record() {
    let signed_in = |out: &Batch| count(out, |event, _| event.outcome == Outcome::Success && event.token != 0 && event.ip.is_some());
    for (path, format, records, successes) in [
        ("cases/case-01/exports/entra/noninteractive.json.gz", "sign-in.graph", 2100, 2085),
        ("cases/case-01/exports/entra/signIns_page01.json.gz", "sign-in.graph", 251, 154),
        ("cases/case-02/exports/entra/NonInteractiveSignIns_2023-05-22_2023-06-04.csv.gz", "sign-in.portal-csv", 1918, 1913),
        ("cases/case-04/exports/entra/InteractiveSignIns_2023-10-16_2023-10-30.csv.gz", "sign-in.portal-csv", 229, 161),
    ] {
        let Some(out) = read(path, format, records) else { return };
        assert_eq!(signed_in(&out), successes, "{path}");
    }
    let Some(out) = read("cases/case-01/exports/entra/AuditLogs_2023-01-30.json", "directory.graph", 77) else { return };
    let spike = out.details.iter().filter(|detail| matches!(detail, Detail::Consent(consent) if consent.app_name == "Spike" && consent.app_id.starts_with("946c777c") && consent.scopes.len() == 7));
    assert_eq!(spike.count(), 4);
}
