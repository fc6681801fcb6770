//! When each account was used, by whom, from where.

use super::{Material, known_time};
use crate::attribution::{self, Verdict};
use crate::events::{AccountId, Action, Event, Time};
use crate::report::model::{Activity, ActivitySlot, Actor, MailMinute, SignInPlace};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Days before an incident of which the use of its accounts is counted.
const DAYS_BEFORE: i64 = 7;
/// Days after it.
const DAYS_AFTER: i64 = 1;
/// Most slots that the time around an incident is cut into.
const SLOTS: i64 = 500;
/// Lengths of a slot, in seconds: an hour, six hours, a day.
const SLOT_LENGTHS: [u32; 3] = [3_600, 21_600, 86_400];
/// Networks that are listed.
const PLACES: usize = 40;
/// Pointers that a network shows.
const POINTERS: usize = 3;

/// Counts the use of an account that is suspicious or worse; `incident` is the first and the last act of
/// the incident that it belongs to.
pub(super) fn activity(material: &Material<'_>, account: AccountId, verdict: Verdict, incident: Option<(Time, Time)>) -> Option<Activity> {
    if !matches!(verdict, Verdict::Compromised | Verdict::Suspicious) {
        return None;
    }
    let mut activity = Activity::default();
    if let Some((first, last)) = incident {
        (activity.slot_seconds, activity.slots) = slots(material, account, first, last);
        activity.mails_by_minute = mails_by_minute(material, account);
    }
    (activity.sign_ins, activity.sign_ins_total) = sign_ins(material, account);
    Some(activity)
}

/// Every dated event of an account's contexts.
fn events<'a>(material: &Material<'a>, account: AccountId) -> impl Iterator<Item = (u32, &'a Event)> + use<'a> {
    let case = material.case;
    let contexts = case.contexts.of_account(account).iter().filter_map(|id| case.contexts.get(*id));
    contexts.flat_map(|context| case.events_of(context)).filter(|(_, event)| event.time.is_known())
}

fn hand(material: &Material<'_>, index: u32) -> Actor {
    match material.attribution.actors.of(index).actor {
        attribution::Actor::Intruder => Actor::Intruder,
        attribution::Actor::Owner => Actor::Owner,
        attribution::Actor::System => Actor::System,
        attribution::Actor::Unknown => Actor::Unknown,
    }
}

fn slots(material: &Material<'_>, account: AccountId, first: Time, last: Time) -> (u32, Vec<ActivitySlot>) {
    let (from, to) = (first.plus_secs(-DAYS_BEFORE * 86_400), last.plus_secs(DAYS_AFTER * 86_400));
    let fits = |length: &u32| to.since(from) / i64::from(*length) <= SLOTS;
    let length = SLOT_LENGTHS.into_iter().find(fits).unwrap_or(86_400);
    let mut counts: BTreeMap<(Time, Actor), u64> = BTreeMap::new();
    for (index, event) in events(material, account).filter(|(_, event)| event.time >= from && event.time <= to) {
        *counts.entry((begin(event.time, length), hand(material, index))).or_default() += 1;
    }
    let slot = |((from, actor), events): ((Time, Actor), u64)| ActivitySlot { from: from.rfc3339(0), actor, events };
    (length, counts.into_iter().map(slot).collect())
}

/// The begin of the slot that a time is in; slots are counted from midnight UTC.
fn begin(time: Time, length: u32) -> Time {
    let into = time.secs().rem_euclid(i64::from(length));
    Time::from_secs(time.secs() - into)
}

fn mails_by_minute(material: &Material<'_>, account: AccountId) -> Vec<MailMinute> {
    let mut minutes: BTreeMap<Time, u64> = BTreeMap::new();
    for mail in material.case.sent.of(material.case.store, account) {
        if material.attribution.actors.is_intruders(mail.event) {
            *minutes.entry(begin(mail.time, 60)).or_default() += mail.recipients as u64;
        }
    }
    minutes.into_iter().map(|(minute, mails)| MailMinute { minute: minute.rfc3339(0), mails }).collect()
}

/// What makes sign-ins one group.
type Place = (Actor, Option<[u8; 2]>, Option<u32>, &'static str);

/// Sign-ins of one group under way.
struct Group {
    org: Option<String>,
    succeeded: u64,
    failed: u64,
    span: (Time, Time),
    records: Vec<u32>,
}

fn sign_ins(material: &Material<'_>, account: AccountId) -> (Vec<SignInPlace>, u64) {
    let mut groups: FxHashMap<Place, Group> = FxHashMap::default();
    let mut attempts: Vec<(u32, &Event)> = events(material, account).filter(|(_, event)| event.action == Action::SignIn).collect();
    attempts.sort_by_key(|(index, event)| (event.time, *index));
    for (index, event) in attempts {
        let facts = material.case.facts(event.ip);
        let country = material.case.recorded.get(event.ip.index()).copied().flatten().or(facts.country());
        let place = (hand(material, index), country, facts.asn(), facts.class.name());
        let group = groups.entry(place).or_insert_with(|| Group {
            org: facts.org().map(str::to_owned),
            succeeded: 0,
            failed: 0,
            span: (event.time, event.time),
            records: Vec::new(),
        });
        if event.succeeded() {
            group.succeeded += 1;
        } else {
            group.failed += 1;
        }
        group.span.1 = event.time;
        if group.records.len() < POINTERS {
            group.records.push(index);
        }
    }
    let mut list: Vec<(Place, Group)> = groups.into_iter().collect();
    list.sort_by_key(|(place, group)| (std::cmp::Reverse(group.succeeded + group.failed), *place));
    let total = list.len() as u64;
    list.truncate(PLACES);
    (list.into_iter().map(|(place, group)| sign_in_place(material, place, group)).collect(), total)
}

fn sign_in_place(material: &Material<'_>, (actor, country, asn, network): Place, group: Group) -> SignInPlace {
    SignInPlace {
        actor,
        country: country.map(|letters| String::from_utf8_lossy(&letters).into_owned()),
        asn,
        as_org: group.org,
        network: network.to_owned(),
        succeeded: group.succeeded,
        failed: group.failed,
        first_at: known_time(group.span.0),
        last_at: known_time(group.span.1),
        evidence: material.pointers(&group.records),
    }
}
