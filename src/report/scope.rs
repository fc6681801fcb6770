//! What of a report was asked for: a span of time, some accounts.
//!
//! A scope narrows what is shown and written, never what is learned: habits and verdicts rest on all
//! of the evidence, or a narrow span would make everything look new.

use super::events_file::EventRow;
use super::model::{Report, Response};
use crate::events::{Time, time};

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
    /// The scope with its names resolved to accounts of the report, aliases included.
    #[must_use]
    pub fn resolved(&self, report: &Report) -> Scope {
        let mut accounts: Vec<String> = self.accounts.iter().map(|name| name.trim().to_lowercase()).collect();
        for account in &report.accounts {
            if account.aliases.iter().any(|alias| accounts.contains(alias)) {
                accounts.push(account.account.clone());
            }
        }
        Scope { accounts, ..self.clone() }
    }

    /// Takes from the report what is outside a resolved scope. The ledger and the totals stay whole.
    pub fn narrow(&self, report: &mut Report) {
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
        report.accounts[1].aliases = vec!["bb@old.example".to_owned()];
        let scope = Scope { accounts: vec!["BB@old.example".to_owned()], ..Scope::default() }.resolved(&report);
        scope.narrow(&mut report);
        assert_eq!(report.accounts.len(), 1);
        assert!(report.timeline.iter().all(|row| row.account == "b.brown@example.com") && !report.timeline.is_empty());
        assert_eq!((report.inputs, report.accounts_total), (whole.inputs, whole.accounts_total));
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
        assert_eq!(report.timeline, whole.timeline);
        assert_eq!(report.findings, whole.findings);
    }
}
