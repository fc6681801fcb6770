//! Consents as detections of the apps family see them: the records of one consent as one thing.

use super::Case;
use crate::events::{AccountId, Action, Detail, Flags, Str, Time};
use crate::habits::ContextId;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Seconds within which records of one application are one consent: it is logged as several.
const ONE_CONSENT_SECONDS: i64 = 600;

/// A consent of one account to one application.
#[derive(Clone)]
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
    fn add(&mut self, index: u32, detail: &crate::events::Consent) {
        self.events.push(index);
        self.reaches_data |= detail.scopes.iter().any(|scope| reaches_data(scope));
        let scopes = detail.scopes.join(", ");
        if self.scopes.len() < scopes.len() {
            self.scopes = scopes;
        }
        if self.name.is_empty() {
            self.name.clone_from(&detail.app_name);
        }
    }

    /// The name to show.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { &self.app } else { &self.name }
    }
}

/// All consents of people, in time order.
pub fn consents(case: &Case<'_>) -> Rc<Vec<Consent>> {
    case.once(gather)
}

fn gather(case: &Case<'_>) -> Vec<Consent> {
    let mut found: Vec<(Time, Consent)> = Vec::new();
    let mut last: BTreeMap<(AccountId, Str), usize> = BTreeMap::new();
    let mut correlated: BTreeMap<(AccountId, u64), usize> = BTreeMap::new();
    let mut users: BTreeMap<Str, BTreeSet<AccountId>> = BTreeMap::new();
    for (index, event) in case.acts(&[Action::Consent]) {
        if event.action != Action::Consent || !event.succeeded() || event.flags.has(Flags::REMOVAL) {
            continue;
        }
        let account = case.contexts.account_of(index);
        let Some(Detail::Consent(detail)) = case.store.detail(event) else { continue };
        if !case.is_judged(account) {
            continue;
        }
        let key = event.app.some().unwrap_or(event.object);
        // The records of one consent share their correlation; only one of them names the application.
        if let Some(at) = correlated.get(&(account, event.link)).filter(|_| event.link != 0)
            && let Some((_, consent)) = found.get_mut(*at)
        {
            consent.add(index, detail);
            if let Some(app) = event.app.some().filter(|_| detail.app_id.len() == 36) {
                case.store.text(app).clone_into(&mut consent.app);
                users.entry(app).or_default().insert(account);
            }
            continue;
        }
        users.entry(key).or_default().insert(account);
        let known = last
            .get(&(account, key))
            .copied()
            .filter(|at| found.get(*at).is_some_and(|(time, _)| event.time.since(*time) <= ONE_CONSENT_SECONDS));
        if let Some((_, consent)) = known.and_then(|at| found.get_mut(at)) {
            consent.add(index, detail);
            continue;
        }
        last.insert((account, key), found.len());
        correlated.insert((account, event.link), found.len());
        let (context, _) = case.context_of(index);
        let mut consent = Consent {
            account,
            context,
            app: case.store.text(key).to_owned(),
            name: String::new(),
            scopes: String::new(),
            reaches_data: false,
            colleagues: 0,
            events: Vec::new(),
        };
        consent.add(index, detail);
        found.push((event.time, consent));
    }
    for (_, consent) in &mut found {
        if consent.name.is_empty() {
            case.store.app_name(&consent.app).unwrap_or_default().clone_into(&mut consent.name);
        }
        let key = case.store.texts().find(&consent.app).unwrap_or(Str::NONE);
        consent.colleagues = users.get(&key).map_or(0, |set| set.len().saturating_sub(1));
    }
    found.into_iter().map(|(_, consent)| consent).collect()
}

/// True for scopes that reach mail, files or contacts, or that keep access while the user is away.
fn reaches_data(scope: &str) -> bool {
    let scope = scope.to_ascii_lowercase();
    [
        "mail.",
        "mailboxsettings",
        "ews.",
        "imap.",
        "pop.",
        "smtp.",
        "files.",
        "sites.",
        "contacts.",
        "offline_access",
        "full_access_as_app",
        "notes.",
    ]
    .iter()
    .any(|part| scope.contains(part))
}
