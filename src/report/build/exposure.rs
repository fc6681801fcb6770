//! What was seen and taken, with names, times and pointers.

use super::{CaseNames, LISTED, Material};
use crate::attribution::Actor;
use crate::enrich::app_name;
use crate::events::{AccountId, Action, Str};
use crate::exposure::{self, AppUse, Count, Evidence, Hold, MailboxReached, People, Standing, Synchronised};
use crate::remaining::is_sure;
use crate::report::exposure_words;
use crate::report::model::{AppExposure, Bounds, Changes, Counterparty, Exposure, MailboxAccess, Range, SynchronisedFolder, Unanswerable};
use crate::report::summary;
use std::collections::BTreeSet;

/// Acts of one kind that are told in words.
const TOLD: usize = 5;

pub(super) fn exposure(material: &Material<'_>, of: &exposure::Exposure) -> Exposure {
    let bounds = |count: &Option<Count>| count.as_ref().map(|count| bounds(material, count));
    let [all, inside, outside] = match &of.recipients {
        Some(counts) => counts.each_ref().map(|count| Some(self::bounds(material, count))),
        None => [None, None, None],
    };
    let (people_inside, people_outside) = sides(material, &of.people);
    let mut exposure = Exposure {
        summary: String::new(),
        mails_read: bounds(&of.mails_read),
        mails_sent: bounds(&of.mails_sent),
        recipients: all,
        recipients_inside: inside,
        recipients_outside: outside,
        not_delivered: not_delivered(of),
        mails_deleted: bounds(&of.mails_deleted),
        mails_moved: bounds(&of.mails_moved),
        mails_changed: bounds(&of.mails_changed),
        mails_passed_on: bounds(&of.mails_passed_on),
        files_read: bounds(&of.files_read),
        files_downloaded: bounds(&of.files_downloaded),
        files_shared: bounds(&of.files_shared),
        files_changed: bounds(&of.files_changed),
        searches: bounds(&of.searches),
        queries: queries(material, of),
        folders: of.folders.clone(),
        changed_folders: of.changed_folders.clone(),
        synchronised: of.synchronised.iter().map(|folder| synchronised(material, folder)).collect(),
        mailboxes: of.mailboxes.iter().map(|mailbox| reached(material, mailbox)).collect(),
        apps: of.apps.iter().map(|app| app_use(material, app)).collect(),
        changes: of.changes.iter().map(|(action, count)| changes(material, *action, count)).collect(),
        people_inside,
        people_outside,
        unknown: unknown(of),
        evidence: material.pointers(&of.evidence.events),
        evidence_total: of.evidence.total,
    };
    exposure.summary = exposure_words::parts(&exposure).join("; ");
    exposure
}

fn bounds(material: &Material<'_>, count: &Count) -> Bounds {
    Bounds {
        at_least: count.at_least,
        at_most: count.at_most,
        why: count.why.iter().map(|why| why.words()).collect(),
        evidence: material.pointers(&count.evidence.events),
        evidence_total: count.evidence.total,
    }
}

fn unknown(of: &exposure::Exposure) -> Vec<Unanswerable> {
    of.unknown.iter().map(|(question, gap)| Unanswerable { question: (*question).to_owned(), missing: gap.missing() }).collect()
}

/// People to whom no mail was delivered, of those to whom one was sent.
fn not_delivered(of: &exposure::Exposure) -> u64 {
    let copies = || of.letters.iter().flat_map(|letter| &letter.copies);
    let reached: BTreeSet<AccountId> = copies().filter(|copy| copy.standing != Standing::Failed).map(|copy| copy.to).collect();
    let failed: BTreeSet<AccountId> = copies().filter(|copy| copy.standing == Standing::Failed).map(|copy| copy.to).collect();
    failed.difference(&reached).count() as u64
}

/// What was searched for: each text once.
fn queries(material: &Material<'_>, of: &exposure::Exposure) -> Vec<String> {
    let Some(searches) = &of.searches else { return Vec::new() };
    let mut seen: Vec<Str> = Vec::new();
    for event in searches.evidence.events.iter().filter_map(|index| material.case.event(*index)) {
        if event.object.is_some() && !seen.contains(&event.object) {
            seen.push(event.object);
        }
    }
    seen.into_iter().map(|text| material.case.store.text(text).to_owned()).collect()
}

fn synchronised(material: &Material<'_>, folder: &Synchronised) -> SynchronisedFolder {
    SynchronisedFolder {
        mailbox: material.name(folder.mailbox),
        folder: material.case.store.text(folder.folder).to_owned(),
        last_at: material.time_of(folder.last),
        in_doubt: folder.hold == Hold::InDoubt,
        evidence: material.pointers(&folder.evidence.events),
        evidence_total: folder.evidence.total,
    }
}

fn reached(material: &Material<'_>, mailbox: &MailboxReached) -> MailboxAccess {
    MailboxAccess {
        mailbox: material.name(mailbox.mailbox),
        acts: bounds(material, &mailbox.acts),
        mails_read: bounds(material, &mailbox.mails_read),
    }
}

fn app_use(material: &Material<'_>, app: &AppUse) -> AppExposure {
    let id = material.case.store.text(app.app);
    let recorded = || Some(app.name.as_str()).filter(|name| !name.is_empty());
    let name = app_name(id).or_else(|| material.case.store.app_name(id)).or_else(recorded);
    AppExposure {
        app_id: id.to_owned(),
        name: name.map(str::to_owned),
        scopes: app.scopes.clone(),
        tenant_wide: app.tenant_wide,
        in_doubt: !app.consents.events.iter().any(|event| is_his(material, *event)),
        since: app.consents.events.first().and_then(|event| material.time_of(*event)),
        acts: app.acts.iter().map(|(action, count)| changes(material, *action, count)).collect(),
        elsewhere: app.elsewhere.iter().take(LISTED).map(|(account, _)| material.name(*account)).collect(),
        evidence: material.pointers(&app.consents.events),
        evidence_total: app.consents.total,
    }
}

/// True for an act whose traces count as the intruder's too.
fn is_his(material: &Material<'_>, event: u32) -> bool {
    let who = material.attribution.actors.of(event);
    who.actor == Actor::Intruder && is_sure(who.certainty)
}

fn changes(material: &Material<'_>, action: Action, count: &Count) -> Changes {
    let Evidence { events, .. } = &count.evidence;
    let names = CaseNames(material.case);
    let words = |index: &u32| {
        let event = material.case.event(*index)?;
        Some(summary::summary(event, material.case.store.detail(event), &names))
    };
    let mut summaries: Vec<String> = Vec::new();
    for text in events.iter().filter_map(words) {
        if summaries.len() < TOLD && !summaries.contains(&text) {
            summaries.push(text);
        }
    }
    Changes { action: action.name().to_owned(), acts: bounds(material, count), summaries }
}

/// How many people to notify are inside and outside the organisation.
fn sides(material: &Material<'_>, people: &People) -> (u64, u64) {
    let inside = people.0.keys().filter(|who| exposure::is_inside(material.case, **who)).count() as u64;
    (inside, people.0.len() as u64 - inside)
}

/// Whom to notify: first those outside, then those inside, in the order of their names.
pub(super) fn counterparties(material: &Material<'_>, people: &People) -> Vec<Counterparty> {
    let mut list: Vec<Counterparty> = people.0.iter().map(|(who, person)| counterparty(material, *who, person)).collect();
    list.sort_by(|a, b| (a.inside, &a.account).cmp(&(b.inside, &b.account)));
    list
}

fn counterparty(material: &Material<'_>, who: AccountId, person: &exposure::Person) -> Counterparty {
    let range = |range: exposure::Range| Range { at_least: range.at_least, at_most: range.at_most };
    let mut accounts: Vec<String> = person.through.iter().map(|account| material.name(*account)).collect();
    accounts.sort_unstable();
    Counterparty {
        account: material.name(who),
        inside: exposure::is_inside(material.case, who),
        mails_got: range(person.got),
        first_at: person.first.and_then(|event| material.time_of(event)),
        mails_read: range(person.read),
        accounts,
    }
}
