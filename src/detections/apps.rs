//! Consents as detections of the apps family see them: the records of one consent as one thing.

use super::Case;
use crate::events::{AccountId, Action, Detail, Flags, Str, Time};
use crate::habits::ContextId;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds within which records of one application are one consent: it is logged as several.
const ONE_CONSENT_SECONDS: i64 = 600;

/// A consent of one account to one application.
pub struct Consent {
    /// Who consented.
    pub account: AccountId,
    /// In which context.
    pub context: ContextId,
    /// Application id, or its name where the records have no id.
    pub app: String,
    /// Name of the application; empty where no record has it.
    pub name: String,
    /// Scopes, joined with commas.
    pub scopes: String,
    /// It reaches mail, files, contacts, or stays offline.
    pub reaches_data: bool,
    /// Colleagues who consented to the same application.
    pub colleagues: usize,
    /// Its records.
    pub events: Vec<u32>,
}

impl Consent {
    /// The name to show.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.app } else { &self.name }
    }
}

/// All consents of people, in time order.
pub fn consents(case: &Case<'_>) -> Vec<Consent> {
    let mut found: Vec<(Time, Consent)> = Vec::new();
    let mut last: BTreeMap<(AccountId, Str), usize> = BTreeMap::new();
    let mut users: BTreeMap<Str, BTreeSet<AccountId>> = BTreeMap::new();
    for (index, event) in case.in_order() {
        if event.action != Action::Consent || !event.succeeded() || event.flags.has(Flags::REMOVAL) {
            continue;
        }
        let account = case.contexts.account_of(index);
        let Some(Detail::Consent(detail)) = case.store.detail(event) else { continue };
        if !case.is_judged(account) {
            continue;
        }
        let key = event.app.some().unwrap_or(event.object);
        users.entry(key).or_default().insert(account);
        let scopes = detail.scopes.join(", ");
        let reaches_data = detail.scopes.iter().any(|scope| reaches_data(scope));
        let known = last.get(&(account, key)).copied().filter(|at| found.get(*at).is_some_and(|(time, _)| event.time.since(*time) <= ONE_CONSENT_SECONDS));
        if let Some((_, consent)) = known.and_then(|at| found.get_mut(at)) {
            consent.events.push(index);
            consent.reaches_data |= reaches_data;
            if consent.scopes.len() < scopes.len() {
                consent.scopes = scopes;
            }
            continue;
        }
        last.insert((account, key), found.len());
        let name = if detail.app_name.is_empty() { case.store.text(event.object).to_owned() } else { detail.app_name.clone() };
        let app = case.store.text(key).to_owned();
        let (context, _) = case.context_of(index);
        found.push((event.time, Consent { account, context, app, name, scopes, reaches_data, colleagues: 0, events: vec![index] }));
    }
    for (_, consent) in &mut found {
        let key = case.store.texts().find(&consent.app).unwrap_or(Str::NONE);
        consent.colleagues = users.get(&key).map_or(0, |set| set.len().saturating_sub(1));
    }
    found.into_iter().map(|(_, consent)| consent).collect()
}

/// True for scopes that reach mail, files or contacts, or that keep access while the user is away.
fn reaches_data(scope: &str) -> bool {
    let scope = scope.to_ascii_lowercase();
    ["mail.", "mailboxsettings", "ews.", "imap.", "pop.", "smtp.", "files.", "sites.", "contacts.", "offline_access", "full_access_as_app", "notes."]
        .iter()
        .any(|part| scope.contains(part))
}
