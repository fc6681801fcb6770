//! Rows: the timeline of the incident accounts, and the events file.

mod likeness;
mod row;

pub(super) use row::Row;

use super::{CaseNames, Material};
use crate::attribution::{Actor, Attributed, Attribution, Verdict};
use crate::detections::{Case, DETECTIONS};
use crate::enrich::{NetworkClass, app_name};
use crate::events::{AccountId, Action, Detail, Event, Family, Flags, Ip, Str};
use crate::formats::FORMATS;
use crate::formats::load::Loaded;
use crate::report::events_file::EventRow;
use crate::report::model::{self, AscribedAddress, TimelineRow};
use crate::report::summary::run_summary;
use likeness::Likeness;
use rustc_hash::{FxHashMap, FxHashSet};

/// Seconds between two like events of one row.
const ROW_GAP_SECONDS: i64 = 1800;

/// No row.
const NOWHERE: u32 = u32::MAX;

pub(super) fn timeline(material: &Material<'_>) -> Vec<TimelineRow> {
    rows(material, &|_| Some(0)).iter().map(|row| finish(material, row)).collect()
}

/// The rows of the timeline, in the order in which they begin. Acts of different parts are never one row, and
/// acts of none are left out.
pub(super) fn rows(material: &Material<'_>, part_of: &dyn Fn(u32) -> Option<usize>) -> Vec<Row> {
    let traced = traced_mails(material);
    let mut open: FxHashMap<Likeness, u32> = FxHashMap::default();
    let mut rows: Vec<Row> = Vec::new();
    let mut row_of = vec![NOWHERE; material.case.store.events().len()];
    for (index, event) in material.case.in_order().filter(|(index, _)| material.attribution.actors.is_intruders(*index)) {
        let account = material.case.contexts.account_of(index);
        if !event.time.is_known() || !material.wanted(account) || !is_shown(material, event, account, &traced) {
            continue;
        }
        let Some(part) = part_of(index) else { continue };
        let likeness = Likeness::of(material.case, account, index, event, part);
        let last_of = |at: u32| rows.get(at as usize).and_then(|row| material.case.event(row.last)).map(|last| last.time);
        let near = open.get(&likeness).copied().filter(|at| last_of(*at).is_some_and(|last| event.time.since(last) <= ROW_GAP_SECONDS));
        let at = near.unwrap_or_else(|| {
            let at = u32::try_from(rows.len()).unwrap_or(NOWHERE);
            open.insert(likeness, at);
            rows.push(Row::new(account, index));
            at
        });
        if let (Some(row), Some(entry)) = (rows.get_mut(at as usize), row_of.get_mut(index as usize)) {
            row.add(material, index, event);
            *entry = at;
        }
    }
    name_detections(material, &mut rows, &row_of);
    rows
}

/// Tells each row of which detections its events are.
fn name_detections(material: &Material<'_>, rows: &mut [Row], row_of: &[u32]) {
    for finding in &material.attribution.findings {
        for event in &finding.events {
            let row = row_of.get(*event as usize).and_then(|at| rows.get_mut(*at as usize));
            if let Some(row) = row.filter(|row| !row.detections.contains(&finding.detection)) {
                row.detections.push(finding.detection);
            }
        }
    }
}

/// An intruder's acts are shown on accounts that he took.
fn is_shown(material: &Material<'_>, event: &Event, account: AccountId, traced: &FxHashSet<u64>) -> bool {
    let taken = material.judgement(account).is_some_and(|judgement| judgement.verdict == Verdict::Compromised);
    let told = is_told_by_trace(event, traced);
    // Rights on sites and lists are written beside a share, and when a site is made: they share no file.
    let plumbing = event.action == Action::FileShared && event.flags.has(Flags::NO_FILE);
    taken && !told && !plumbing
}

/// A mail is told once: by its trace rows where there are some, else by its `Send` record.
pub(super) fn is_told_by_trace(event: &Event, traced: &FxHashSet<u64>) -> bool {
    event.action == Action::MailSent && event.family != Family::MessageTrace && traced.contains(&event.link)
}

/// Mails whose `Send` record is an intruder's and of which a trace tells too.
pub(super) fn traced_mails(material: &Material<'_>) -> FxHashSet<u64> {
    let mails = || material.case.acts(&[Action::MailSent]).filter(|(_, event)| event.link != 0);
    let is_trace = |event: &Event| event.family == Family::MessageTrace;
    let his = mails().filter(|(index, event)| !is_trace(event) && material.attribution.actors.is_intruders(*index));
    let his: FxHashSet<u64> = his.map(|(_, event)| event.link).collect();
    if his.is_empty() {
        return his;
    }
    mails().filter(|(_, event)| is_trace(event) && his.contains(&event.link)).map(|(_, event)| event.link).collect()
}

pub(super) fn finish(material: &Material<'_>, row: &Row) -> TimelineRow {
    let case = material.case;
    let fallback = Event::new(crate::evidence::RecordAt::default(), Action::Other);
    let first = case.event(row.first).unwrap_or(&fallback);
    let last = case.event(row.last).unwrap_or(first);
    let spokesman = case.event(row.spokesman).unwrap_or(first);
    let (id, _) = case.context_of(row.first);
    // An intruder's mail that he sent by rights on the mailbox lies among the owner's acts, not where those are from.
    let judgement = material.judgement(case.contexts.account_of(row.first));
    let owners = material.attribution.actors.is_intruders(row.first) && judgement.is_some_and(|one| !one.contexts.contains_key(&id));
    let ascribed = case.contexts.get(id).filter(|_| !owners).map_or(Ip::NONE, |context| context.ip);
    let mut recorded = place(case, first.ip);
    let ascribed = Some(ascribed).filter(|ip| ip.is_some() && *ip != first.ip).map(|ip| place(case, ip));
    if ascribed.is_some() && case.facts(first.ip).class == NetworkClass::CloudMicrosoft {
        // A server that acted for somebody elsewhere: where it stands says nothing.
        recorded.country = None;
    }
    let run = row.run(last.time.since(first.time));
    let mut named: Vec<&str> = row.detections.iter().filter_map(|number| DETECTIONS.get(*number)).map(|detection| detection.id()).collect();
    named.sort_unstable();
    let text = |id: Str| Some(case.store.text(id).to_owned()).filter(|text| !text.is_empty());
    TimelineRow {
        time: material.time_of(row.first).unwrap_or_default(),
        end_time: material.time_of(row.last).filter(|_| last.time != first.time),
        count: row.events,
        account: material.name(row.account),
        actor: model::Actor::Intruder,
        certainty: (f64::from(row.certainty) * 100.0).round() / 100.0,
        action: first.action.name().to_owned(),
        outcome: first.outcome.name().to_owned(),
        summary: run_summary(spokesman, case.store.detail(spokesman), &CaseNames(case), &run),
        subject: text(first.object).filter(|_| run.alike && first.action == Action::MailSent),
        operation: text(spokesman.operation),
        ip: Some(recorded.ip).filter(|ip| !ip.is_empty()),
        country: recorded.country,
        asn: recorded.asn,
        as_org: recorded.as_org,
        ascribed_address: ascribed,
        user_agent: text(first.agent),
        app: app_shown(case, first),
        detections: named.into_iter().map(str::to_owned).collect(),
        evidence: material.pointers(&row.listed),
        evidence_total: row.events,
    }
}

/// An address with what is known of it. Where Microsoft 365's own servers are says nothing.
fn place(case: &Case<'_>, ip: Ip) -> AscribedAddress {
    let facts = case.facts(ip);
    let country = case.recorded.get(ip.index()).copied().flatten().or(facts.country()).filter(|_| !facts.is_microsoft_service());
    AscribedAddress {
        ip: case.store.ip(ip).to_owned(),
        country: country.map(|letters| String::from_utf8_lossy(&letters).into_owned()),
        asn: facts.asn(),
        as_org: facts.org().map(str::to_owned),
    }
}

/// The name of the application of an event: from the table, else from the record.
fn app_shown(case: &Case<'_>, event: &Event) -> Option<String> {
    let id = case.store.text(event.app);
    let recorded = case.store.sign_in(event).map(|facts| case.store.text(facts.app_name)).filter(|name| !name.is_empty());
    let consented = match case.store.detail(event) {
        Some(Detail::Consent(consent)) => Some(consent.app_name.as_str()).filter(|name| !name.is_empty()),
        _ => None,
    };
    app_name(id)
        .or(recorded)
        .or(consented)
        .or_else(|| case.store.app_name(id))
        .map(str::to_owned)
        .or_else(|| Some(id.to_owned()).filter(|id| !id.is_empty()))
}

/// Rows of the events file: every event in the order of its record, then every duplicate.
pub struct EventRows<'a> {
    /// What was read.
    pub loaded: &'a Loaded,
    /// The case, where the events were analysed.
    pub case: &'a Case<'a>,
    /// Who did what; `None` where the events were only read.
    pub attribution: Option<&'a Attribution>,
}

impl<'a> EventRows<'a> {
    /// Gives every row to `write`, which may end it early with an error.
    ///
    /// # Errors
    /// The first error of `write`.
    pub fn each(&self, mut write: impl FnMut(&EventRow<'a>) -> std::io::Result<()>) -> std::io::Result<()> {
        let store = self.case.store;
        for (index, event) in (0u32..).zip(store.events()) {
            write(&self.row(index, event, event.at, event.format, None))?;
        }
        for duplicate in store.duplicates() {
            let Some(of) = duplicate.of else { continue };
            if let Some(event) = store.event(of) {
                write(&self.row(of, event, duplicate.at, duplicate.format, store.pointer(of)))?;
            }
        }
        Ok(())
    }

    fn row(
        &self,
        index: u32,
        event: &'a Event,
        at: crate::evidence::RecordAt,
        format: u8,
        duplicate_of: Option<crate::evidence::Pointer>,
    ) -> EventRow<'a> {
        let store = self.case.store;
        let input = self.loaded.inputs.get(at.input as usize);
        let who = self.attribution.map_or_else(Attributed::default, |attribution| attribution.actors.of(index));
        let facts = self.case.facts(event.ip);
        let accounts = store.accounts();
        let shown = |name| {
            let account = accounts.name(accounts.of(name));
            if account.is_empty() { store.name(name) } else { account }
        };
        let app_id = store.text(event.app);
        EventRow {
            pointer: at.pointer(),
            path: input.map_or("", |input| &input.path),
            member: input.and_then(|input| input.member.as_deref()).unwrap_or_default(),
            offset: at.offset,
            length: at.length,
            time: event.time,
            digits: event.digits,
            account: shown(event.actor),
            actor: match who.actor {
                Actor::Intruder => model::Actor::Intruder,
                Actor::Owner => model::Actor::Owner,
                Actor::System => model::Actor::System,
                Actor::Unknown => model::Actor::Unknown,
            },
            certainty: f64::from(who.certainty),
            family: event.family,
            action: event.action,
            outcome: event.outcome,
            target: if event.target.is_some() { shown(event.target) } else { store.text(event.object) },
            ip: store.ip(event.ip),
            country: self.country(event.ip),
            asn: facts.asn(),
            as_org: facts.org().unwrap_or_default(),
            network: if event.ip.is_some() { facts.class.name() } else { "" },
            user_agent: store.text(event.agent),
            app_id,
            app: app_name(app_id).unwrap_or_default(),
            session_id: store.text(event.session),
            source_format: FORMATS.get(format as usize).map_or("", |format| format.id()),
            duplicate_of,
        }
    }

    fn country(&self, ip: Ip) -> &'a str {
        let letters = self.case.recorded.get(ip.index()).and_then(Option::as_ref).or(self.case.facts(ip).place.country.as_ref());
        letters.and_then(|letters| std::str::from_utf8(letters).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
