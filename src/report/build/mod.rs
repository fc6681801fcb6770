//! From the analysis to the report: names, times and pointers instead of numbers.

mod accounts;
mod activity;
mod coverage;
mod exposure;
mod exposure_rows;
mod incidents;
mod remaining;
mod response;
mod rows;

pub use exposure_rows::ExposureRows;
pub use rows::EventRows;

use super::model::{Finding, GeoSource, Report, Severity, Tool, Undated, Verdict};
use super::narrative;
use super::summary::{self, Names};
use crate::attribution::{Attribution, Judgement};
use crate::cascade::Incident;
use crate::detections::Case;
use crate::enrich::{Geo, app_name, error_words};
use crate::events::{AccountId, Party, Principal, Str, Time};
use crate::exposure::Exposures;
use crate::formats::load::Loaded;
use crate::response::Response;
use crate::stages::Stages;
use std::borrow::Cow;

/// Pointers that a list shows; the rest is counted.
const LISTED: usize = 50;

/// Everything that a report is made of.
pub struct Material<'a> {
    /// What was read.
    pub loaded: &'a Loaded,
    /// The case with the final habits.
    pub case: &'a Case<'a>,
    /// Who did what.
    pub attribution: &'a Attribution,
    /// Incidents.
    pub incidents: &'a [Incident],
    /// What was seen and taken.
    pub exposures: &'a Exposures,
    /// Address databases.
    pub geo: &'a Geo,
    /// Only this account, where one was asked for.
    pub only: Option<AccountId>,
    /// What a response would have changed, where that was replayed.
    pub response: Option<&'a Response>,
}

/// The words that event summaries look up.
pub struct CaseNames<'a>(pub &'a Case<'a>);

impl Names for CaseNames<'_> {
    fn text(&self, id: Str) -> &str {
        self.0.store.text(id)
    }
    fn name(&self, id: Principal) -> &str {
        let accounts = self.0.store.accounts();
        let name = accounts.name(accounts.of(id));
        if name.is_empty() { self.0.store.name(id) } else { name }
    }
    fn app_name(&self, id: &str) -> Option<Cow<'_, str>> {
        let store = self.0.store;
        app_name(id).or_else(|| store.app_name(id)).or_else(|| store.principal_name(id)).map(Cow::Borrowed)
    }
    fn agent_words(&self, agent: &str) -> Option<Cow<'_, str>> {
        let known = self.0.store.texts().find(agent).map(|id| self.0.agents.of(id))?;
        Some(Cow::Owned(crate::enrich::agent_words(agent, &known)))
    }
    fn error_words(&self, code: u32) -> Option<Cow<'_, str>> {
        Some(error_words(code)).filter(|words| !words.is_empty()).map(Cow::Owned)
    }
    fn is_outside(&self, address: &str) -> bool {
        address.contains('@') && !self.0.store.accounts().is_own_address(address)
    }
}

impl<'a> Material<'a> {
    fn name(&self, account: AccountId) -> String {
        self.case.name(account).to_owned()
    }

    /// The time of an event with the digits that its record has.
    fn time_of(&self, index: u32) -> Option<String> {
        let event = self.case.event(index)?;
        event.time.is_known().then(|| event.time.rfc3339(event.digits))
    }

    /// A time that is that of one of the events, with the digits of its record.
    fn time_among(&self, time: Time, events: &[u32]) -> Option<String> {
        let digits =
            events.iter().filter_map(|index| self.case.event(*index)).find(|event| event.time == time).map_or(0, |event| event.digits);
        time.is_known().then(|| time.rfc3339(digits))
    }

    fn pointers(&self, events: &[u32]) -> Vec<String> {
        let mut list = Vec::with_capacity(events.len().min(LISTED));
        list.extend(events.iter().take(LISTED).filter_map(|index| self.case.store.pointer(*index)).map(|pointer| pointer.to_string()));
        list
    }

    fn judgement(&self, account: AccountId) -> Option<&'a Judgement> {
        self.attribution.judgements.get(&account)
    }

    fn wanted(&self, account: AccountId) -> bool {
        self.only.is_none_or(|only| only == account)
    }
}

/// Builds the report.
pub fn report(material: &Material<'_>, stages: &Stages) -> Report {
    let numbers = Numbers::new(material);
    let left = stages.run("remaining", || remaining::Left::of(material));
    let mut report = Report {
        accounts: stages.run("accounts", || accounts::accounts(material, &numbers, &left)),
        undated: undated(material),
        findings: stages.run("findings", || findings(material, &numbers)),
        incidents: stages.run("incidents", || incidents::incidents(material)),
        timeline: stages.run("timeline", || rows::timeline(material)),
        remaining: left.of_tenant(),
        response: material.response.map(|of| stages.run("response", || response::response(material, of))),
        ..inventory(material.loaded, material.geo)
    };
    stages.run("narrative", || narrative::tell(&mut report));
    report
}

/// A report without an analysis: inputs, refused files, coverage and the number of accounts.
pub fn inventory(loaded: &Loaded, geo: &Geo) -> Report {
    let people = loaded.store.accounts().iter().filter(|(_, account)| matches!(account.party, Party::Person | Party::Guest));
    Report {
        schema_version: super::model::SCHEMA_VERSION.to_owned(),
        tool: Tool::this(),
        narrowed: None,
        inputs: coverage::inputs(loaded),
        refused: coverage::refused(loaded),
        geoip: geo
            .sources()
            .map(|source| GeoSource {
                source: source.name.clone(),
                build_date: Some(source.build_date.clone()),
                kind: source.database_type.clone(),
            })
            .collect(),
        coverage: coverage::coverage(loaded),
        accounts: Vec::new(),
        accounts_total: people.count() as u64,
        undated: Vec::new(),
        findings: Vec::new(),
        incidents: Vec::new(),
        timeline: Vec::new(),
        remaining: Vec::new(),
        response: None,
    }
}

/// A time that is known, to the second.
fn known_time(time: Time) -> Option<String> {
    time.is_known().then(|| time.rfc3339(0))
}

/// The verdict of the analysis, as the report has it.
fn verdict(of: crate::attribution::Verdict) -> Verdict {
    match of {
        crate::attribution::Verdict::Compromised => Verdict::Compromised,
        crate::attribution::Verdict::Suspicious => Verdict::Suspicious,
        crate::attribution::Verdict::Targeted => Verdict::Targeted,
        crate::attribution::Verdict::Clear => Verdict::Clear,
    }
}

/// Findings that the report has, and the number of each in it.
struct Numbers {
    /// Indexes of the findings, in the order of the report.
    kept: Vec<usize>,
    /// Number of each finding, from 1; 0 where the report does not have it.
    of: Vec<u32>,
}

impl Numbers {
    /// Numbers the findings of accounts that are judged, in time order.
    fn new(material: &Material<'_>) -> Numbers {
        let all = &material.attribution.findings;
        let mut kept: Vec<usize> = (0..all.len())
            .filter(|at| all.get(*at).is_some_and(|finding| material.case.is_judged(finding.account) && material.wanted(finding.account)))
            .collect();
        kept.sort_by_key(|at| all.get(*at).map(|finding| (finding.time, finding.detection, finding.account)));
        let mut of = vec![0; all.len()];
        for (at, number) in kept.iter().zip(1u32..) {
            if let Some(entry) = of.get_mut(*at) {
                *entry = number;
            }
        }
        Numbers { kept, of }
    }

    /// The numbers of some findings, of those that the report has.
    fn numbers<'n>(&'n self, findings: &'n [usize]) -> impl Iterator<Item = u32> + use<'n> {
        findings.iter().filter_map(|at| self.of.get(*at)).copied().filter(|number| *number > 0)
    }

    fn id(number: u32) -> String {
        format!("f{number}")
    }
}

fn findings(material: &Material<'_>, numbers: &Numbers) -> Vec<Finding> {
    let mut list = Vec::with_capacity(numbers.kept.len());
    list.extend(numbers.kept.iter().zip(1u32..).filter_map(|(at, number)| one_finding(material, *at, number)));
    list
}

fn one_finding(material: &Material<'_>, at: usize, number: u32) -> Option<Finding> {
    let finding = material.attribution.findings.get(at)?;
    let detection = finding.detection()?;
    let taken = material.judgement(finding.account).is_some_and(|one| one.verdict == crate::attribution::Verdict::Compromised);
    let severity = severity(detection.severity());
    Some(Finding {
        id: Numbers::id(number),
        detection: detection.id().into(),
        title: detection.title().into(),
        severity: if taken { severity } else { severity.min(Severity::Medium) },
        account: Some(material.name(finding.account)),
        time: material.time_among(finding.time, &finding.events),
        end_time: material.time_among(finding.end, &finding.events).filter(|_| finding.end != finding.time),
        summary: finding.summary.clone(),
        mitre: detection.mitre().iter().map(|&id| id.into()).collect(),
        evidence: material.pointers(&finding.events),
        evidence_total: finding.total as u64,
    })
}

fn severity(of: crate::detections::Severity) -> Severity {
    match of {
        crate::detections::Severity::Info => Severity::Info,
        crate::detections::Severity::Low => Severity::Low,
        crate::detections::Severity::Medium => Severity::Medium,
        crate::detections::Severity::High => Severity::High,
        crate::detections::Severity::Critical => Severity::Critical,
    }
}

/// Acts without a usable time.
fn undated(material: &Material<'_>) -> Vec<Undated> {
    let names = CaseNames(material.case);
    let events = material.case.store.events().iter().filter(|event| !event.time.is_known());
    events
        .map(|event| {
            let account = material.name(material.case.store.accounts().of(event.actor));
            Undated {
                account: Some(account).filter(|name| !name.is_empty()),
                action: event.action.name().to_owned(),
                summary: summary::summary(event, material.case.store.detail(event), &names),
                ip: Some(material.case.store.ip(event.ip).to_owned()).filter(|ip| !ip.is_empty()),
                evidence: vec![event.at.pointer().to_string()],
            }
        })
        .collect()
}
