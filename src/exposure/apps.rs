//! Applications that were let in, and what they did.

use super::acts::Act;
use super::count::{Count, Evidence, Things};
use super::mail::of_kind;
use super::people::Range;
use crate::attribution::Judgement;
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Flags, Str, Time};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// An application that the intruder let in.
#[derive(Clone, Debug)]
pub struct AppUse {
    /// Its id.
    pub app: Str,
    /// Its name, as the consent has it; empty where it has none.
    pub name: String,
    /// Permissions, sorted.
    pub scopes: Vec<String>,
    /// It may act for everybody, or in its own right.
    pub tenant_wide: bool,
    /// The consents and grants.
    pub consents: Evidence,
    /// What it did in the accounts concerned: records of each kind of act.
    pub acts: Vec<(Action, Count)>,
    /// Records of what it did in other accounts and mailboxes after it was let in.
    pub elsewhere: Vec<(AccountId, Range)>,
}

/// Applications and their names, by the object id of their service principal.
pub type Principals = FxHashMap<String, (Str, String)>;

/// What is known of applications over all accounts.
#[derive(Default)]
pub(super) struct Elsewhere {
    /// Acts of applications in accounts that are not compromised, by application.
    acts: FxHashMap<Str, BTreeMap<AccountId, (Time, u64)>>,
    /// The application and its name, by the object id of its service principal: a grant may name no more.
    known: Principals,
}

impl Elsewhere {
    /// Of the applications that intruders let in: one pass, where there are any.
    pub(super) fn of<'j>(case: &Case<'_>, judgements: impl Iterator<Item = &'j Judgement>, accounts: &[AccountId]) -> Elsewhere {
        let apps: FxHashSet<Str> = judgements.flat_map(|judgement| judgement.apps.iter().copied()).collect();
        let own: FxHashSet<AccountId> = accounts.iter().copied().collect();
        let mut elsewhere = Elsewhere { known: principals(case), ..Elsewhere::default() };
        if apps.is_empty() {
            return elsewhere;
        }
        for (event, index) in case.store.events().iter().zip(0u32..) {
            if !apps.contains(&event.app) || !is_deed(event) || !event.succeeded() || !event.time.is_known() {
                continue;
            }
            let account = case.contexts.account_of(index);
            if account.is_some() && !own.contains(&account) {
                let entry = elsewhere.acts.entry(event.app).or_default().entry(account).or_insert((event.time, 0));
                *entry = (entry.0.max(event.time), entry.1 + 1);
            }
        }
        elsewhere
    }
}

/// Applications and their names by the object id of their service principal, as consents that have both ids tell.
pub fn principals(case: &Case<'_>) -> Principals {
    let mut known = Principals::default();
    for (_, event) in case.acts(&[Action::Consent]).filter(|(_, event)| event.app.is_some()) {
        if let Some(Detail::Consent(consent)) = case.store.detail(event)
            && !consent.object_id.is_empty()
            && consent.object_id != consent.app_id
        {
            known.entry(consent.object_id.clone()).or_insert_with(|| (event.app, consent.app_name.clone()));
        }
    }
    known
}

/// True for acts that take or change something: letting in and signing in do not.
fn is_deed(event: &Event) -> bool {
    !matches!(event.action, Action::Consent | Action::App | Action::SignIn | Action::Alert) && !event.flags.has(Flags::BACKGROUND)
}

/// The applications that were let in by these acts, by name of their ids.
pub(super) fn apps(case: &Case<'_>, acts: &[Act], elsewhere: &Elsewhere) -> Vec<AppUse> {
    let mut found: BTreeMap<&str, AppUse> = BTreeMap::new();
    let mut since: FxHashMap<Str, Time> = FxHashMap::default();
    for (act, event) in of_kind(case, acts, &[Action::Consent]).filter(|(_, event)| event.app.is_some()) {
        let Some(Detail::Consent(consent)) = case.store.detail(event) else { continue };
        let (id, name) = elsewhere.known.get(case.store.text(event.app)).cloned().unwrap_or_default();
        let id = if id.is_some() { id } else { event.app };
        let entry = found.entry(case.store.text(id)).or_insert_with(|| AppUse {
            app: id,
            name,
            scopes: Vec::new(),
            tenant_wide: false,
            consents: Evidence::default(),
            acts: Vec::new(),
            elsewhere: Vec::new(),
        });
        entry.consents.add(act.event);
        if entry.name.is_empty() {
            entry.name.clone_from(&consent.app_name);
        }
        entry.tenant_wide |= consent.tenant_wide || consent.app_only;
        let known: BTreeSet<String> = entry.scopes.drain(..).chain(consent.scopes.iter().cloned()).collect();
        entry.scopes = known.into_iter().collect();
        since.entry(id).or_insert(event.time);
    }
    let mut apps: Vec<AppUse> = found.into_values().collect();
    for app in &mut apps {
        app.acts = did(case, acts, app.app);
        let from = since.get(&app.app).copied().unwrap_or(Time::NONE);
        let others = elsewhere.acts.get(&app.app).into_iter().flatten().filter(|(_, (last, _))| app.tenant_wide && *last >= from);
        app.elsewhere = others.map(|(account, (_, acts))| (*account, Range { at_least: 0, at_most: *acts })).collect();
    }
    apps
}

/// What an application did, by kind of act.
fn did(case: &Case<'_>, acts: &[Act], app: Str) -> Vec<(Action, Count)> {
    let mut kinds: BTreeMap<Action, Things<u32>> = BTreeMap::new();
    for act in acts {
        if let Some(event) = case.event(act.event).filter(|event| event.app == app && is_deed(event)) {
            kinds.entry(event.action).or_default().add(*act, [act.event]);
        }
    }
    kinds.into_iter().map(|(action, things)| (action, things.count())).collect()
}
