//! The long tables of the page: acts and findings.

use super::lanes::seconds;
use super::pointers::pointers;
use super::table::{Column, Kind, Row, Table};
use crate::report::model::{Report, Severity};
use crate::report::screen::{Clock, ShortNames, percent};

fn columns(of: &[(&'static str, Kind)]) -> Vec<Column> {
    of.iter().map(|(title, kind)| Column { title, kind: *kind }).collect()
}

fn span(time: Option<&str>, end: Option<&str>) -> Option<(i64, i64)> {
    let from = seconds(time?)?;
    Some((from, end.and_then(seconds).unwrap_or(from)))
}

/// The acts of all incidents.
pub(super) fn acts(report: &Report, clock: &Clock, names: &ShortNames) -> Table {
    let row = |row: &crate::report::model::TimelineRow| {
        let until = row.end_time.as_deref().map_or_else(String::new, |end| format!(" – {}", clock.moment_beside(end, &row.time)));
        let asn = row.asn.map(|asn| format!("AS{asn}"));
        let from = [row.ip.as_deref(), row.country.as_deref(), asn.as_deref(), row.as_org.as_deref()];
        let from = from.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let ascribed = row.ascribed_address.as_ref().map(|of| {
            let parts = [Some(of.ip.as_str()), of.country.as_deref(), of.as_org.as_deref()];
            format!("not in the record, ascribed to {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
        });
        let with = [Some(from.as_str()), ascribed.as_deref(), row.app.as_deref(), row.user_agent.as_deref()];
        let with: Vec<&str> = with.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        Row {
            span: span(Some(&row.time), row.end_time.as_deref()),
            cells: vec![
                format!("{}{until}", clock.moment(&row.time)),
                names.of(&row.account).to_owned(),
                format!("{} ({})", row.actor.name(), percent(row.certainty)),
                row.action.replace('-', " "),
                row.summary.clone(),
                row.outcome.clone(),
                with.join("; "),
                row.detections.join(" "),
                pointers(&row.evidence, row.evidence_total),
            ],
        }
    };
    Table {
        id: "acts",
        noun: "acts",
        columns: columns(&[
            ("Time", Kind::Time),
            ("Account", Kind::Choice),
            ("Who", Kind::Short),
            ("Act", Kind::Choice),
            ("What", Kind::Main),
            ("Outcome", Kind::Choice),
            ("From, with", Kind::Words),
            ("Detections", Kind::Words),
            ("Records", Kind::Pointers),
        ]),
        rows: report.timeline.iter().map(row).collect(),
        key: None,
    }
}

/// The findings, the gravest first, then by time.
pub(super) fn findings(report: &Report, clock: &Clock, names: &ShortNames) -> Table {
    let mut sorted: Vec<_> = report.findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let row = |finding: &&crate::report::model::Finding| Row {
        span: span(finding.time.as_deref(), finding.end_time.as_deref()),
        cells: vec![
            finding.id.clone(),
            severity(finding.severity).to_owned(),
            finding.time.as_deref().map_or_else(|| "undated".to_owned(), |time| clock.moment(time)),
            finding.account.as_deref().map_or_else(|| "the tenant".to_owned(), |account| names.of(account).to_owned()),
            finding.title.clone().into_owned(),
            finding.summary.clone(),
            finding.mitre.join(" "),
            pointers(&finding.evidence, finding.evidence_total),
        ],
    };
    Table {
        id: "found",
        noun: "findings",
        columns: columns(&[
            ("Id", Kind::Short),
            ("Severity", Kind::Choice),
            ("Time", Kind::Time),
            ("Account", Kind::Choice),
            ("Finding", Kind::Choice),
            ("What", Kind::Main),
            ("ATT&CK", Kind::Words),
            ("Records", Kind::Pointers),
        ]),
        rows: sorted.iter().map(row).collect(),
        key: Some(0),
    }
}

fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}
