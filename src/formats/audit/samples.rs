//! Counts and stories of public samples, read off them by other means before (see their README). These
//! tests need the samples beside the repository and say so where they are missing.

use super::*;
use crate::events::{Batch, Detail, Flags, TimeRules};
use crate::evidence::{Cells, Doc, Fields, Header, Record};
use crate::formats::{FORMATS, Format};
use std::collections::BTreeSet;
use std::path::PathBuf;

#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
/// A sample's text, or `None` (with a message) where the samples are not there.
fn sample(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: no sample {}", path.display());
    }
    text
}

/// The format with the strongest claim.
fn best(record: &Record<'_>) -> &'static dyn Format {
    let claim = FORMATS.iter().enumerate().map(|(at, format)| (format.claim(record), std::cmp::Reverse(at))).max().unwrap();
    assert!(claim.0 > 0, "no format claims the record");
    FORMATS[claim.1.0]
}

fn at(number: usize) -> RecordAt {
    RecordAt { number: u32::try_from(number).unwrap(), ..RecordAt::default() }
}

fn read_csv(text: &str, id: &str) -> Batch {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let header = Header::new(&rows[0].iter().collect::<Vec<_>>());
    let mut cells = Cells::default();
    let format = best(&Record { at: at(1), fields: Fields::Row(&header, &cells), damaged: false });
    assert_eq!(format.id(), id);
    let mut out = Batch::new(TimeRules::default());
    for (number, row) in rows.iter().enumerate().skip(1) {
        cells.clear();
        row.iter().for_each(|cell| cells.push(cell));
        format.read(&Record { at: at(number), fields: Fields::Row(&header, &cells), damaged: false }, &mut out);
    }
    assert_eq!(out.fates.len(), rows.len() - 1);
    out
}

fn read_lines(text: &str) -> Batch {
    let mut out = Batch::new(TimeRules::default());
    for (number, line) in text.lines().enumerate() {
        let mut doc = Doc::new();
        doc.parse(line).unwrap();
        let record = Record { at: at(number + 1), fields: Fields::Object(doc.root()), damaged: false };
        best(&record).read(&record, &mut out);
    }
    out
}

fn keys(out: &Batch) -> usize {
    out.keys.iter().map(|(key, _)| key.0).collect::<BTreeSet<_>>().len()
}

fn count(out: &Batch, wanted: &dyn Fn(&Event) -> bool) -> usize {
    out.events.iter().filter(|event| wanted(event)).count()
}

#[test]
fn invictus() {
    let Some(text) = sample("invictus-ual-2021/1121AuditRecords.csv") else { return };
    let out = read_csv(&text, "ual.search");
    assert_eq!((out.events.len(), keys(&out)), (1478, 1475));
    assert!(out.events.iter().all(|event| event.time.is_known() && !event.flags.has(Flags::PARTIAL)));
    let system = |event: &Event| out.names.get(event.actor).starts_with("nt authority\\");
    assert_eq!(count(&out, &system), 709);
    assert!(out.events.iter().filter(|event| system(event)).all(|event| event.flags.has(Flags::SERVICE)));
    assert_eq!(count(&out, &|event| event.action == Action::MailRead), 92);
    assert_eq!(count(&out, &|event| event.action == Action::MailRead && event.flags.has(Flags::BACKGROUND)), 63);
    let roles = |event: &Event| event.action == Action::RoleChange && out.names.get(event.actor).starts_with("a.thulile@");
    assert!(count(&out, &roles) >= 24);
    let rule =
        out.events.iter().find(|event| event.action == Action::MailboxRule && out.names.get(event.actor).starts_with("a.thulile")).unwrap();
    assert_eq!((rule.time.rfc3339(0).as_str(), out.ips.get(rule.ip)), ("2021-04-16T12:07:14Z", "62.149.20.10"));
    assert_eq!(out.votes, [8, 0], "dates are month first");
    let spray = |event: &Event| out.ips.get(event.ip) == "178.85.138.132" && event.code == 50126;
    assert_eq!(out.events.iter().filter(|event| spray(event)).map(|event| event.actor).collect::<BTreeSet<_>>().len(), 6);
}

#[test]
fn huntress() {
    let Some(text) = sample("huntress-ctf-2023/purview.csv") else { return };
    let out = read_csv(&text, "ual.purview");
    assert_eq!((out.events.len(), keys(&out)), (219, 219));
    let mut rules: Vec<&Event> = out.events.iter().filter(|event| event.action == Action::MailboxRule).collect();
    rules.sort_by_key(|event| event.time);
    let spelled: String = rules.iter().map(|event| out.text.get(event.object)).collect();
    assert_eq!(spelled, "flag{24c4230fa7d50eef392b2c850f74b0f6}");
    let sign_in =
        out.events.iter().find(|event| event.action == Action::SignIn && event.time.rfc3339(0) == "2023-09-26T01:52:34Z").unwrap();
    assert!(rules.iter().all(|rule| rule.token == sign_in.token && rule.session == sign_in.session && rule.ip == sign_in.ip));
    assert!(
        rules.iter().all(
            |event| matches!(&out.details[event.detail as usize - 1], Detail::Rule(rule) if rule.marks_read && rule.move_to.is_some())
        )
    );
    // Five prefetched files of the home page, and a thumbnail.
    assert_eq!(count(&out, &|event| event.flags.has(Flags::BACKGROUND) && event.action == Action::FileRead), 6);
    assert_eq!(count(&out, &|event| event.action == Action::Credential), 68);
}

#[test]
fn old_portal() {
    let Some(text) = sample("portal-legacy-4col/sampleauditlog.csv") else { return };
    let out = read_csv(&text, "ual.portal");
    let mailbox: Vec<&Event> = out.events.iter().filter(|event| event.action != Action::SignIn).collect();
    assert_eq!((out.events.len(), mailbox.len()), (5, 4));
    assert!(mailbox.iter().all(|event| event.flags.has(Flags::DELEGATE) && out.names.get(event.target) == "owner@mail.dom"));
    assert!(out.events.iter().all(|event| out.names.get(event.actor) == "viewer@mail.dom"));
}

#[test]
fn sentinel() {
    let Some(text) = sample("sentinel-training-lab/office_activity.csv") else { return };
    let out = read_csv(&text, "ual.office-activity");
    assert_eq!((out.events.len(), keys(&out), out.pending.len()), (266, 266, 266));
    let by = |start: &str| count(&out, &|event| out.names.get(event.actor).starts_with(start));
    assert_eq!((by("adelev@"), by("johns@"), by("admin@")), (151, 80, 4));
    let times = out.pending.iter().filter_map(|date| date.readings.month_first);
    assert_eq!(times.clone().min().unwrap().rfc3339(0), "2021-04-28T04:43:51Z");
    assert_eq!(times.max().unwrap().rfc3339(0), "2021-04-28T15:05:26Z");
    let rule = out.events.iter().find(|event| event.action == Action::MailboxRule).unwrap();
    assert!(matches!(&out.details[rule.detail as usize - 1], Detail::Rule(rule) if rule.name == "junk" && rule.conditions[0].1 == "legal"));
    let Some(text) = sample("sentinel-training-lab/office_activity_inbox_rule.csv") else { return };
    let out = read_csv(&text, "ual.office-activity");
    assert_eq!(out.events.iter().map(|event| out.text.get(event.object)).collect::<Vec<_>>(), ["rule2", "my_rule1"]);
    assert_eq!(out.pending[0].readings.month_first.unwrap().rfc3339(0), "2021-04-26T07:17:10Z");
}

#[test]
fn sekoia_and_otrf() {
    let Some(text) = sample("sekoia-intake/o365-management-activity.ndjson") else { return };
    let out = read_lines(&text);
    assert_eq!((out.fates.len(), out.events.len()), (73, 73));
    assert_eq!(count(&out, &|event| event.action == Action::MailboxRule), 4);
    // One SoftDelete is there three times.
    let repeated = out.keys.iter().filter(|(key, _)| out.keys.iter().filter(|(other, _)| other == key).count() == 3).count();
    assert_eq!(repeated, 3);
    let Some(text) = sample("otrf-simuland/Microsoft365DefenderEvents.json") else { return };
    let defender = read_lines(&text);
    let Some(text) = sample("otrf-simuland/OfficeActivityEvents.json") else { return };
    let sentinel = read_lines(&text);
    assert!(defender.keys.iter().any(|(key, _)| *key == sentinel.keys[0].0));
    assert_eq!(sentinel.events[0].count, 7);
}
