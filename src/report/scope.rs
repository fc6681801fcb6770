//! What of a report was asked for: a span of time, some accounts.
//!
//! A scope narrows what is shown and written, never what is learned: habits and verdicts rest on all
//! of the evidence, or a narrow span would make everything look new.

use super::events_file::EventRow;
use super::model::{Narrowed, Report, Response, Verdict};
use crate::events::{self, Time, time};

/// A span of time and a choice of accounts; empty means everything.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// From this time on.
    pub from: Option<Time>,
    /// Up to this time, included.
    pub to: Option<Time>,
    /// Only these accounts: addresses, aliases or the part before the `@`, in any case.
    pub accounts: Vec<String>,
}

impl Scope {
    /// The scope with its names resolved to these accounts: by name, alias, object id or local part.
    ///
    /// # Errors
    /// The first name that none of them has.
    pub fn resolved(&self, known: &[&events::Account]) -> Result<Scope, String> {
        let mut accounts: Vec<String> = Vec::new();
        for asked in &self.accounts {
            let name = asked.trim().to_lowercase();
            let is_meant = |one: &&events::Account| {
                let local = one.name.split_once('@').map(|(local, _)| local);
                let other = || one.aliases.contains(&name) || one.object_id.as_ref() == Some(&name);
                one.name == name || local == Some(name.as_str()) || other()
            };
            let before = accounts.len();
            accounts.extend(known.iter().copied().filter(is_meant).map(|one| one.name.clone()));
            if accounts.len() == before {
                return Err(asked.clone());
            }
        }
        accounts.sort_unstable();
        accounts.dedup();
        Ok(Scope { accounts, ..self.clone() })
    }

    /// Takes from the report what is outside a resolved scope, and says so in it. The ledger and the totals stay whole.
    pub fn narrow(&self, report: &mut Report) {
        report.narrowed = self.narrowed(report);
        if report.narrowed.is_none() {
            return;
        }
        report.timeline.retain(|row| self.has_account(&row.account) && self.has_span(&row.time, row.end_time.as_deref()));
        report.findings.retain(|finding| {
            let in_time = finding.time.as_ref().is_none_or(|time| self.has_span(time, finding.end_time.as_deref()));
            in_time && finding.account.as_ref().is_none_or(|account| self.has_account(account))
        });
        report.undated.retain(|act| act.account.as_ref().is_none_or(|account| self.has_account(account)));
        report.accounts.retain(|account| self.has_account(&account.account));
        report.remaining.retain(|left| left.made_by.as_ref().or(left.identity.of.as_ref()).is_none_or(|account| self.has_account(account)));
        report.incidents.retain(|incident| incident.accounts.iter().any(|account| self.has_account(account)));
        if let Some(response) = &mut report.response {
            self.narrow_response(response);
        }
        let kept: std::collections::BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        for account in &mut report.accounts {
            account.findings.retain(|id| kept.contains(id.as_str()));
            for term in &mut account.terms {
                term.findings.retain(|id| kept.contains(id.as_str()));
            }
        }
    }

    /// What the report is narrowed to, if it is.
    fn narrowed(&self, report: &Report) -> Option<Narrowed> {
        let span = self.from.is_some() || self.to.is_some();
        if !span && self.accounts.is_empty() {
            return None;
        }
        let taken = |verdict| matches!(verdict, Verdict::Compromised | Verdict::Suspicious);
        let hidden = report.accounts.iter().filter(|one| taken(one.verdict) && !self.has_account(&one.account)).count();
        let reaches = report
            .inputs
            .iter()
            .any(|input| input.first_event_at.as_deref().is_some_and(|first| self.has_span(first, input.last_event_at.as_deref())));
        let text = |time: Option<Time>| time.map(|time| time.rfc3339(0));
        let accounts = self.accounts.clone();
        Some(Narrowed { from: text(self.from), to: text(self.to), accounts, hidden: hidden as u64, outside: span && !reaches })
    }

    /// Totals, the curve and who is spared stay whole.
    fn narrow_response(&self, response: &mut Response) {
        response.triggers.retain(|one| self.has_account(&one.account) && self.has_span(&one.time, None));
        response.latest_useful.retain(|one| self.has_account(&one.account));
        for scenario in &mut response.scenarios {
            scenario.interventions.retain(|one| self.has_account(&one.account) && self.has_span(&one.at, None));
            scenario.acts.retain(|act| self.has_account(&act.account) && self.has_span(&act.time, act.end_time.as_deref()));
            scenario.left_in_place.retain(|one| self.has_account(&one.account) && self.has_span(&one.time, None));
            scenario.owners.retain(|one| self.has_account(&one.account));
            scenario.innocents.retain(|one| self.has_account(&one.account) && self.has_span(&one.at, None));
        }
    }

    /// True if the row is inside a resolved scope: undated acts are in every span.
    pub fn has_row(&self, row: &EventRow<'_>) -> bool {
        let in_time = !row.time.is_known() || self.from.is_none_or(|from| row.time >= from) && self.to.is_none_or(|to| row.time <= to);
        in_time && (self.has_account(row.account) || self.has_account(row.target))
    }

    /// True if the account is in a resolved scope.
    pub fn has_account(&self, account: &str) -> bool {
        let local = account.split_once('@').map_or(account, |(local, _)| local);
        self.accounts.is_empty() || self.accounts.iter().any(|name| name == account || name == local)
    }

    /// True if something from `start` to `end` (RFC 3339) reaches into the span.
    pub fn has_span(&self, start: &str, end: Option<&str>) -> bool {
        let read = |text: &str| time::parse_utc(text).map(|stamp| stamp.time);
        let (start, end) = (read(start), read(end.unwrap_or(start)));
        self.from.is_none_or(|from| end.is_none_or(|end| end >= from)) && self.to.is_none_or(|to| start.is_none_or(|start| start <= to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn one_account_is_reported_alone_and_the_ledger_stays_whole() {
        let mut report = samples::cascade();
        let whole = report.clone();
        let known = [person("a.adams@example.com", None), person("b.brown@example.com", Some("bb@old.example"))];
        let scope =
            Scope { accounts: vec!["BB@old.example".to_owned()], ..Scope::default() }.resolved(&known.iter().collect::<Vec<_>>()).unwrap();
        scope.narrow(&mut report);
        assert_eq!(report.accounts.len(), 1);
        assert!(report.timeline.iter().all(|row| row.account == "b.brown@example.com") && !report.timeline.is_empty());
        assert_eq!((report.inputs, report.accounts_total), (whole.inputs, whole.accounts_total));
        let narrowed = report.narrowed.unwrap();
        assert_eq!((narrowed.accounts, narrowed.outside), (vec!["b.brown@example.com".to_owned()], false));
        let taken = |one: &&crate::report::model::Account| matches!(one.verdict, Verdict::Compromised | Verdict::Suspicious);
        assert_eq!(narrowed.hidden, whole.accounts.iter().filter(taken).count() as u64 - 1, "whoever else was taken is not forgotten");
    }

    fn person(name: &str, alias: Option<&str>) -> events::Account {
        let aliases = alias.into_iter().map(str::to_owned).collect();
        events::Account { name: name.to_owned(), aliases, object_id: Some(format!("id of {name}")), ..events::Account::default() }
    }

    #[test]
    fn a_name_that_nobody_has_is_refused_and_a_part_of_one_is_not_enough() {
        let known = [person("debrab@one.example", None), person("debrab@two.example", None)];
        let asked = |name: &str| {
            Scope { accounts: vec![name.to_owned()], ..Scope::default() }
                .resolved(&known.iter().collect::<Vec<_>>())
                .map(|one| one.accounts)
        };
        assert_eq!(asked("debra"), Err("debra".to_owned()));
        assert_eq!(asked("debrab@tow.example"), Err("debrab@tow.example".to_owned()));
        assert_eq!(asked(" DebraB").map(|all| all.len()), Ok(2), "both of the name");
        assert_eq!(asked("id of debrab@one.example"), Ok(vec!["debrab@one.example".to_owned()]));
    }

    #[test]
    fn a_span_outside_the_evidence_is_told_from_one_inside() {
        let at = |text: &str| time::parse_utc(text).map(|stamp| stamp.time);
        let outside = |from: &str| {
            let mut report = samples::cascade();
            Scope { from: at(from), ..Scope::default() }.narrow(&mut report);
            report.narrowed.is_some_and(|narrowed| narrowed.outside)
        };
        assert!(outside("2030-01-01T00:00:00Z") && !outside("2022-02-09T00:00:00Z"));
    }

    #[test]
    fn a_run_of_acts_that_reaches_into_the_span_is_shown() {
        let mut report = samples::cascade();
        let at = |text: &str| time::parse_utc(text).map(|stamp| stamp.time);
        let scope = Scope { from: at("2022-02-09T15:00:00Z"), to: at("2022-02-09T15:10:00Z"), accounts: Vec::new() };
        scope.narrow(&mut report);
        let rows: Vec<&str> = report.timeline.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(rows, ["mail-sent"], "the burst from 14:48 to 15:03");
        assert_eq!(report.accounts.len(), 5, "verdicts do not depend on the span");
    }

    #[test]
    fn no_scope_changes_nothing() {
        let mut report = samples::cascade();
        let whole = report.clone();
        Scope::default().narrow(&mut report);
        assert_eq!((&report.timeline, &report.narrowed), (&whole.timeline, &None));
        assert_eq!(report.findings, whole.findings);
    }
}
