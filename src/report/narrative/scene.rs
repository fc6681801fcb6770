//! What the rules look things up in.

use super::draft::{Draft, list, who};
use crate::report::model::{Account, Finding, Incident, IntruderAddress, Report, TimelineRow};
use crate::report::phrases;
use crate::report::screen::{Clock, ShortNames, count};
use chrono_tz::Tz;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Acts of one kind that a sentence tells in words; the rest is counted.
const TOLD: usize = 3;

/// The report, ready to be looked up in.
pub(super) struct Scene<'r> {
    pub(super) report: &'r Report,
    pub(super) clock: Clock,
    pub(super) names: ShortNames,
    rows: BTreeMap<&'r str, Vec<&'r TimelineRow>>,
    by_id: FxHashMap<&'r str, &'r Finding>,
    /// Findings by account and record, of accounts that have a story.
    by_record: BTreeMap<(&'r str, &'r str), Vec<&'r Finding>>,
}

impl<'r> Scene<'r> {
    pub(super) fn new(report: &'r Report) -> Scene<'r> {
        let mut rows: BTreeMap<&str, Vec<&TimelineRow>> = BTreeMap::new();
        for row in &report.timeline {
            rows.entry(&row.account).or_default().push(row);
        }
        let told: BTreeSet<&str> = rows.keys().copied().collect();
        let mut by_record: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            let Some(account) = finding.account.as_deref().filter(|account| told.contains(account)) else { continue };
            for pointer in &finding.evidence {
                by_record.entry((account, pointer)).or_default().push(finding);
            }
        }
        let by_id = report.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
        Scene { report, clock: Clock::new(report, Tz::UTC), names: ShortNames::new(report), rows, by_id, by_record }
    }

    /// The findings with these ids.
    pub(super) fn findings<'s>(&'s self, ids: &'s [String]) -> impl Iterator<Item = &'r Finding> + use<'s, 'r> {
        ids.iter().filter_map(|id| self.by_id.get(id.as_str()).copied())
    }

    /// Rows of the intruder's acts on the account, in the order in which they begin.
    pub(super) fn rows(&self, account: &str) -> impl Iterator<Item = &'r TimelineRow> + use<'_, 'r> {
        self.rows.get(account).into_iter().flatten().copied()
    }

    /// Those of one action that did not fail.
    pub(super) fn done(&self, account: &Account, action: &str) -> Vec<&'r TimelineRow> {
        self.rows(&account.account).filter(|row| row.action == action && succeeded(row)).collect()
    }

    /// The findings on records of a row.
    pub(super) fn findings_on(&self, row: &'r TimelineRow) -> impl Iterator<Item = &'r Finding> + use<'_, 'r> {
        let of_record = |pointer: &'r String| self.by_record.get(&(row.account.as_str(), pointer.as_str()));
        row.evidence.iter().filter_map(of_record).flatten().copied()
    }

    pub(super) fn account(&self, name: &str) -> Option<&'r Account> {
        self.report.account(name)
    }

    pub(super) fn incident_of(&self, account: &Account) -> Option<&'r Incident> {
        let id = account.incident.as_ref()?;
        self.report.incidents.iter().find(|incident| incident.id == *id)
    }

    /// A sentence on rows of one kind: the act itself where it is one; else their number with the first of them.
    pub(super) fn acts(&self, weight: u8, rows: &[&TimelineRow], several: impl Fn(u64) -> String) -> Option<Draft> {
        let (first, last) = (rows.first()?, end_of(rows)?);
        let draft = if rows.len() == 1 {
            let span = Draft::new(weight, "").span(&self.clock, &first.time, &first.time);
            span.say(&format!("{} {}", who(rows), first.summary))
        } else {
            let number = rows.iter().map(|row| row.count).sum();
            let mut told: Vec<&str> = Vec::new();
            for row in rows {
                let words = once(row);
                if !told.contains(&words) {
                    told.push(words);
                }
            }
            let more = told.len().saturating_sub(TOLD);
            told.truncate(TOLD);
            let rest = if more == 0 { String::new() } else { format!("; and {}", count(more as u64, "more like it", "more like these")) };
            let span = Draft::new(weight, "").span(&self.clock, &first.time, last);
            span.say(&format!("{} {}: {}{rest}", who(rows), several(number), told.join("; ")))
        };
        Some(draft.on_rows(self, rows))
    }

    /// `, from 197.210.0.10, Nigeria, AS29465 MTN (mobile)`; nothing where no address is known.
    pub(super) fn from(account: &Account, row: &TimelineRow) -> String {
        let Some(ip) = &row.ip else { return String::new() };
        let known = account.intruder_addresses.iter().find(|address| address.ip == *ip);
        known.map_or_else(|| format!(", from {ip}"), |address| format!(", from {ip}, {}", phrases::place(address)))
    }
}

/// True for an act that was done, or of which the record does not say how it ended.
pub(super) fn succeeded(row: &TimelineRow) -> bool {
    !matches!(row.outcome.as_str(), "failure" | "interrupted")
}

/// When the last of some rows ended.
pub(super) fn end_of<'r>(rows: &[&'r TimelineRow]) -> Option<&'r str> {
    let ends = rows.iter().map(|row| row.end_time.as_deref().unwrap_or(&row.time));
    ends.max_by_key(|time| crate::report::screen::read(time))
}

/// The words of a row without how often: records of one act in two logs are no two acts.
pub(super) fn once(row: &TimelineRow) -> &str {
    let times = format!(", {}", count(row.count, "time", "times"));
    row.summary.rsplit_once(&times).map_or(row.summary.as_str(), |(words, _)| words)
}

/// Addresses with their countries: `193.27.14.88 (Germany) and 37.19.198.50 (United States)`.
pub(super) fn places(addresses: &[&IntruderAddress], most: usize) -> String {
    let one = |address: &&IntruderAddress| match &address.country {
        Some(code) => format!("{} ({})", address.ip, phrases::country(code)),
        None => address.ip.clone(),
    };
    let shown: Vec<String> = addresses.iter().take(most).map(one).collect();
    match addresses.len().saturating_sub(most) {
        0 => list(&shown.iter().map(String::as_str).collect::<Vec<_>>()),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
