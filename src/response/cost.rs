//! The other side: what the owners would have been kept from, and who would have been acted on for nothing.

use super::scenario::{Intervention, blocked};
use super::{Scene, Trigger};
use crate::attribution::{Actor, Verdict};
use crate::config::ResponseAction;
use crate::events::{AccountId, Action, Event, Flags, Ip, Time};
use std::collections::{BTreeMap, BTreeSet};

/// An account without an intruder that would have been acted on.
#[derive(Clone, Debug)]
pub struct Innocent {
    /// Which.
    pub account: AccountId,
    /// What is said of it.
    pub verdict: Verdict,
    /// The first trigger, and its last record; none where somebody asks.
    pub trigger: Option<(Trigger, Time)>,
    /// The first action.
    pub at: Time,
    /// What would have been done.
    pub actions: BTreeSet<ResponseAction>,
    /// Acts of its owner that would have been blocked.
    pub blocked: u64,
}

/// What a scenario costs.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    /// Acts of the owner that would have been blocked on accounts that were taken.
    pub owners: BTreeMap<AccountId, u64>,
    /// Accounts without an intruder, in the order of their names.
    pub innocents: Vec<Innocent>,
    /// Acts of others from addresses that are blocked.
    pub at_addresses: u64,
}

/// What interventions cost. A disabled account is given back after the hours of the policy.
pub(super) fn of(scene: &Scene<'_>, interventions: &[Intervention]) -> Cost {
    let mut cost = Cost::default();
    let mut innocents: BTreeMap<AccountId, Innocent> = BTreeMap::new();
    let hours = i64::from(scene.case.config.response.restore_hours);
    let mut kept_out: BTreeMap<AccountId, BTreeSet<u32>> = BTreeMap::new();
    for one in interventions {
        let until = one.at.plus_secs(hours * 3600);
        let verdict = scene.attribution.judgements.get(&one.account).map_or(Verdict::Clear, |judgement| judgement.verdict);
        kept_out.entry(one.account).or_default().extend(owners_acts(scene, one, until));
        if verdict != Verdict::Compromised {
            let entry = innocents.entry(one.account).or_insert_with(|| Innocent {
                account: one.account,
                verdict,
                trigger: one.trigger,
                at: one.at,
                actions: BTreeSet::new(),
                blocked: 0,
            });
            entry.actions.insert(one.action);
        }
        if one.action == ResponseAction::BlockAddress {
            cost.at_addresses += others_at(scene, one.account, &blocked(scene, one), (one.at, until));
        }
    }
    for (account, events) in kept_out {
        let count = events.len() as u64;
        match innocents.get_mut(&account) {
            Some(innocent) => innocent.blocked = count,
            None => {
                cost.owners.insert(account, count);
            }
        }
    }
    cost.innocents = innocents.into_values().collect();
    cost.innocents.sort_by_key(|one| scene.case.name(one.account).to_owned());
    cost
}

/// Acts of an account's owner that an intervention on it blocks.
fn owners_acts(scene: &Scene<'_>, one: &Intervention, until: Time) -> Vec<u32> {
    let blocks = |event: &Event| match one.action {
        ResponseAction::DisableAccount => true,
        ResponseAction::BlockSending => event.action == Action::MailSent,
        ResponseAction::SignOut | ResponseAction::BlockAddress | ResponseAction::RemoveRule | ResponseAction::RevokeConsent => false,
    };
    let case = scene.case;
    let contexts = case.contexts.of_account(one.account).iter().filter_map(|id| case.contexts.get(*id));
    let near = contexts.filter(|context| context.last >= one.at && context.first <= until);
    let events = near.flat_map(|context| case.events_of(context));
    let his = events.filter(|(index, event)| is_owners(scene, *index, event) && (one.at..=until).contains(&event.time) && blocks(event));
    his.map(|(index, _)| index).collect()
}

/// True for an act of an account's usual user; in doubt it is his.
fn is_owners(scene: &Scene<'_>, index: u32, event: &Event) -> bool {
    let actor = scene.attribution.actors.of(index).actor;
    event.succeeded() && matches!(actor, Actor::Owner | Actor::Unknown) && !event.flags.has_any(Flags::BACKGROUND | Flags::APP_ONLY)
}

/// Acts of people other than the intruder from blocked addresses.
fn others_at(scene: &Scene<'_>, account: AccountId, ips: &[Ip], (from, until): (Time, Time)) -> u64 {
    let case = scene.case;
    let there = case.contexts.iter().filter(|(_, context)| context.account != account && ips.contains(&context.ip));
    let events = there.flat_map(|(_, context)| case.events_of(context));
    events.filter(|(index, event)| is_owners(scene, *index, event) && (from..=until).contains(&event.time)).count() as u64
}
