//! Rows: the timeline of the incident accounts, and the events file.

use super::{CaseNames, LISTED, Material};
use crate::attribution::{Actor, Attributed, Attribution, Verdict};
use crate::detections::{Case, DETECTIONS};
use crate::enrich::app_name;
use crate::events::{AccountId, Action, Detail, Event, Family, Flags, Ip, Outcome, Str};
use crate::formats::FORMATS;
use crate::formats::load::Loaded;
use crate::report::events_file::EventRow;
use crate::report::model::{self, TimelineRow};
use crate::report::summary::{Run, run_summary};
use rustc_hash::{FxHashMap, FxHashSet};

/// Seconds between two like events of one row.
const ROW_GAP_SECONDS: i64 = 1800;

/// A row under way.
pub(super) struct Row {
    account: AccountId,
    first: u32,
    last: u32,
    /// Its first events, as many as a report lists.
    listed: Vec<u32>,
    events: u64,
    acts: u64,
    certainty: f32,
    /// All are about the same.
    alike: bool,
    detections: Vec<usize>,
}

impl Row {
    /// The first event of the row.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// How many things its events are about: recipients, items.
    pub(super) fn items(&self) -> u64 {
        self.acts.max(self.events)
    }

    fn new(account: AccountId, index: u32) -> Row {
        Row {
            account,
            first: index,
            last: index,
            listed: Vec::new(),
            events: 0,
            acts: 0,
            certainty: 1.0,
            alike: true,
            detections: Vec::new(),
        }
    }

    fn add(&mut self, material: &Material<'_>, index: u32, event: &Event) {
        self.last = index;
        if self.listed.len() < LISTED {
            self.listed.push(index);
        }
        self.events += 1;
        self.acts += u64::from(event.count);
        self.certainty = self.certainty.min(material.attribution.actors.of(index).certainty);
        self.alike &= material.case.event(self.first).is_some_and(|first| first.object == event.object);
    }
}

/// No row.
const NOWHERE: u32 = u32::MAX;

/// What makes two events one row.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Likeness {
    account: AccountId,
    action: Action,
    outcome: Outcome,
    place: Ip,
    agent: Str,
    object: Str,
    removal: bool,
    /// Which part it is of, where a view divides the acts.
    part: usize,
}

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
        let likeness = Likeness { part, ..likeness(material.case, account, index, event) };
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
    taken && !is_told_by_trace(event, traced)
}

/// True for the `Send` record of a mail that a trace tells of: a mail counts once, by its trace rows where
/// there are some.
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

fn likeness(case: &Case<'_>, account: AccountId, index: u32, event: &Event) -> Likeness {
    let many = matches!(
        event.action,
        Action::MailRead
            | Action::MailSent
            | Action::MailDeleted
            | Action::MailMoved
            | Action::MailChanged
            | Action::FileRead
            | Action::FileChanged
    );
    let (id, _) = case.context_of(index);
    let place = case.contexts.get(id).map_or(event.ip, |context| context.ip);
    let by_subject = event.action == Action::MailSent;
    Likeness {
        account,
        action: event.action,
        outcome: if by_subject { Outcome::Unknown } else { event.outcome },
        place,
        agent: if event.action == Action::SignIn { event.agent } else { Str::NONE },
        object: if many && !by_subject || event.action == Action::SignIn { Str::NONE } else { event.object },
        removal: event.flags.has(Flags::REMOVAL),
        part: 0,
    }
}

pub(super) fn finish(material: &Material<'_>, row: &Row) -> TimelineRow {
    let case = material.case;
    let fallback = Event::new(crate::evidence::RecordAt::default(), Action::Other);
    let first = case.event(row.first).unwrap_or(&fallback);
    let last = case.event(row.last).unwrap_or(first);
    let (id, _) = case.context_of(row.first);
    let ip = case.contexts.get(id).map_or(first.ip, |context| context.ip);
    let facts = case.facts(ip);
    let run = Run { acts: row.items(), seconds: last.time.since(first.time), alike: row.alike };
    let mut named: Vec<&str> = row.detections.iter().filter_map(|number| DETECTIONS.get(*number)).map(|detection| detection.id()).collect();
    named.sort_unstable();
    let text = |id: Str| Some(case.store.text(id).to_owned()).filter(|text| !text.is_empty());
    let country = case.recorded.get(ip.index()).copied().flatten().or(facts.country());
    TimelineRow {
        time: material.time_of(row.first).unwrap_or_default(),
        end_time: material.time_of(row.last).filter(|_| last.time != first.time),
        count: row.events,
        account: material.name(row.account),
        actor: model::Actor::Intruder,
        certainty: (f64::from(row.certainty) * 100.0).round() / 100.0,
        action: first.action.name().to_owned(),
        outcome: first.outcome.name().to_owned(),
        summary: run_summary(first, case.store.detail(first), &CaseNames(case), run),
        ip: Some(case.store.ip(ip).to_owned()).filter(|ip| !ip.is_empty()),
        country: country.map(|letters| String::from_utf8_lossy(&letters).into_owned()),
        asn: facts.asn(),
        as_org: facts.org().map(str::to_owned),
        user_agent: text(first.agent),
        app: app_shown(case, first),
        detections: named.into_iter().map(str::to_owned).collect(),
        evidence: material.pointers(&row.listed),
        evidence_total: row.events,
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
