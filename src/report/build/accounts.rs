//! Accounts with a verdict, most severe first.

use super::activity::activity;
use super::remaining::Left;
use super::rows::{is_told_by_trace, traced_mails};
use super::{Material, Numbers, exposure, known_time, verdict};
use crate::attribution::{self, Judgement, Verdict};
use crate::events::{AccountId, Ip, Time};
use crate::report::model::{Account, Earlier, IntruderAddress, Term};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// What is known of an intruder's address on one account.
#[derive(Clone, Copy, Default)]
struct Use {
    first: Option<Time>,
    last: Option<Time>,
    events: u64,
    succeeded: bool,
}

pub(super) fn accounts(material: &Material<'_>, numbers: &Numbers, left: &Left<'_>) -> Vec<Account> {
    let judged = material
        .attribution
        .judgements
        .iter()
        .filter(|(account, judgement)| judgement.verdict != Verdict::Clear && material.wanted(**account));
    let incidents: BTreeMap<AccountId, usize> = (1..)
        .zip(material.incidents)
        .flat_map(|(number, incident)| incident.accounts.iter().map(move |account| (*account, number)))
        .collect();
    let traced = traced_mails(material);
    let look = Look { material, numbers, left, traced: &traced };
    let mut list: Vec<Account> = judged.map(|(account, judgement)| one(&look, *account, judgement, incidents.get(account))).collect();
    list.sort_by(|a, b| a.verdict.cmp(&b.verdict).then_with(|| b.score_db.total_cmp(&a.score_db)).then_with(|| a.account.cmp(&b.account)));
    list
}

/// What every account is told from.
struct Look<'l> {
    material: &'l Material<'l>,
    numbers: &'l Numbers,
    left: &'l Left<'l>,
    /// Mails that a trace tells of.
    traced: &'l FxHashSet<u64>,
}

fn one(look: &Look<'_>, id: AccountId, judgement: &Judgement, incident: Option<&usize>) -> Account {
    let Look { material, numbers, left, .. } = *look;
    let account = material.case.store.accounts().get(id).cloned().unwrap_or_default();
    let named = |findings: &[usize]| numbers.numbers(findings).map(Numbers::id).collect::<Vec<_>>();
    let taken = judgement.verdict == Verdict::Compromised;
    let shown = matches!(judgement.verdict, Verdict::Compromised | Verdict::Suspicious);
    let mut findings: Vec<u32> = numbers.numbers(&judgement.findings).collect();
    findings.sort_unstable();
    Account {
        account: account.name,
        aliases: account.aliases,
        object_id: account.object_id,
        verdict: verdict(judgement.verdict),
        probability: (judgement.score.probability() * 10_000.0).round() / 10_000.0,
        score_db: judgement.score.db,
        terms: judgement
            .score
            .terms
            .iter()
            .map(|term| Term {
                family: term.family.to_owned(),
                detection: term.detection.to_owned(),
                db: term.db,
                why: term.why.clone(),
                findings: named(&term.findings),
            })
            .collect(),
        compromised_at: judgement.compromised_at.filter(|_| taken).map(|time| first_time(material, id, time)),
        earlier: judgement.earlier.filter(|_| taken).and_then(|one| earlier(material, numbers, &one)),
        last_intruder_at: judgement.last_at.filter(|_| taken).and_then(known_time),
        incident: incident.map(|number| format!("c{number}")),
        intruder_addresses: if shown { addresses(look, judgement) } else { Vec::new() },
        activity: activity(
            material,
            id,
            judgement.verdict,
            incident.and_then(|number| material.incidents.get(*number - 1)).map(|one| one.span),
        ),
        narrative: None,
        story: Vec::new(),
        findings: findings.into_iter().map(Numbers::id).collect(),
        exposure: material.exposures.accounts.get(&id).map(|one| exposure::exposure(material, one)),
        remaining: left.of_account(id),
        clean_up: left.clean_up(id),
    }
}

/// The first of the odd acts before the intrusion.
fn earlier(material: &Material<'_>, numbers: &Numbers, of: &attribution::Earlier) -> Option<Earlier> {
    let finding = material.attribution.findings.get(of.finding)?;
    let telling = of.telling.and_then(|number| material.attribution.findings.get(number));
    let then = telling.map_or_else(String::new, |telling| format!("; {}", telling.summary));
    let all: Vec<usize> = std::iter::once(of.finding).chain(of.telling).collect();
    Some(Earlier {
        time: material.time_among(finding.time, &finding.events)?,
        summary: format!("{}{then}", finding.summary),
        findings: numbers.numbers(&all).map(Numbers::id).collect(),
        evidence: telling.into_iter().chain([finding]).flat_map(|one| material.pointers(&one.events)).take(super::LISTED).collect(),
    })
}

/// The time of the first act, with the digits of its record.
fn first_time(material: &Material<'_>, account: AccountId, time: Time) -> String {
    let contexts = material.case.contexts.of_account(account).iter().filter_map(|id| material.case.contexts.get(*id));
    let event = contexts.flat_map(|context| material.case.events_of(context)).map(|(_, event)| event).find(|event| event.time == time);
    time.rfc3339(event.map_or(0, |event| event.digits))
}

/// The intruder's addresses: those of his contexts that got in. An application's servers are not his.
fn addresses(look: &Look<'_>, judgement: &Judgement) -> Vec<IntruderAddress> {
    let material = look.material;
    let mut uses: BTreeMap<Ip, Use> = BTreeMap::new();
    let doubtful = judgement.verdict != Verdict::Compromised;
    for context in judgement.contexts.keys().filter_map(|id| material.case.contexts.get(*id)).filter(|context| context.app.is_none()) {
        let entry = uses.entry(context.ip).or_default();
        entry.succeeded |= context.succeeded();
        for (index, event) in material.case.events_of(context) {
            let his = material.attribution.actors.is_intruders(index);
            if (his || doubtful) && event.time.is_known() && !is_told_by_trace(event, look.traced) {
                entry.first = Some(entry.first.map_or(event.time, |time| time.min(event.time)));
                entry.last = Some(entry.last.map_or(event.time, |time| time.max(event.time)));
                entry.events += 1;
            }
        }
    }
    let mut list: Vec<(Ip, Use)> = uses.into_iter().filter(|(_, one)| one.succeeded).collect();
    list.sort_by_key(|(ip, one)| (one.first, material.case.store.ip(*ip).to_owned()));
    list.into_iter().map(|(ip, one)| address(material, ip, &one)).collect()
}

fn address(material: &Material<'_>, ip: Ip, one: &Use) -> IntruderAddress {
    let facts = material.case.facts(ip);
    let country = material.case.recorded.get(ip.index()).copied().flatten().or(facts.country());
    IntruderAddress {
        ip: material.case.store.ip(ip).to_owned(),
        place: material.case.place_words(ip),
        country: country.map(|letters| String::from_utf8_lossy(&letters).into_owned()),
        asn: facts.asn(),
        as_org: facts.org().map(str::to_owned),
        network: Some(facts.class.name().to_owned()),
        first_at: one.first.and_then(known_time),
        last_at: one.last.and_then(known_time),
        events: one.events,
    }
}
