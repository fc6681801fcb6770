//! The acts of the intruders, with what a response needs to know of each: who decides on it, by whose hand.

use super::Scene;
use crate::attribution::{Attribution, Verdict};
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Flags, Ip, Mfa, Protocol, Str, Time};
use crate::habits::ContextId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Where it is decided whether an act may be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// In the directory, anew each time: a sign-in, a consent.
    Directory,
    /// In a service, by an access token that was issued before.
    Service,
}

/// By whose hand an act is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hand {
    /// A client that signed in to the account.
    Session,
    /// An application that acts for the account.
    App(Str),
    /// An application in its own right.
    AppOnly(Str),
}

/// How the intruder gets into an account, by his own sign-ins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// With the password, and no second factor was asked for.
    PasswordAlone,
    /// A second factor was given each time.
    SecondFactor,
    /// Only by tokens that were there already.
    SessionOnly,
    /// The records do not tell.
    Unknown,
}

/// One act of an intruder that succeeded.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Its event.
    pub event: u32,
    /// On which account.
    pub account: AccountId,
    /// When.
    pub time: Time,
    /// What was done.
    pub action: Action,
    /// Who decides on it.
    pub door: Door,
    /// By whose hand.
    pub hand: Hand,
    /// From which address, its context's where the record has none.
    pub ip: Ip,
    /// Things that it covers: recipients, items.
    pub amount: u64,
    /// False for a record that tells of a mail or a consent a second time.
    pub counted: bool,
    /// Place in the list of the first sign-in of its context: where that was prevented, no token of it was open.
    pub signed_in: Option<usize>,
}

/// Seconds within which two records about one application tell of one consent: it is written down as a consent, as
/// grants, and in two logs.
const ONE_CONSENT_SECONDS: i64 = 5;

/// By what a record of a consent is known to tell of one that another told of.
struct Given {
    account: AccountId,
    time: Time,
    link: u64,
    /// Id of the application and object id of its service principal; empty where the record has none.
    ids: [String; 2],
}

impl Given {
    fn of(case: &Case<'_>, act: &Act, event: &Event) -> Given {
        let ids = match case.store.detail(event) {
            Some(Detail::Consent(consent)) => [consent.app_id.clone(), consent.object_id.clone()],
            _ => [case.store.text(event.app).to_owned(), String::new()],
        };
        Given { account: act.account, time: act.time, link: event.link, ids }
    }

    /// True where both tell of one consent: one correlation, or one application at one time.
    fn is(&self, other: &Given) -> bool {
        let correlated = self.link != 0 && self.link == other.link;
        let one_app = self.ids.iter().any(|id| !id.is_empty() && other.ids.contains(id));
        let at_once = self.time.since(other.time).abs() <= ONE_CONSENT_SECONDS;
        self.account == other.account && (correlated || one_app && at_once)
    }
}

/// The acts of all intruders, in time order.
#[derive(Default)]
pub struct Acts {
    /// The acts.
    pub list: Vec<Act>,
    entries: BTreeMap<AccountId, Entry>,
    /// Place of the first consent to each application.
    consents: BTreeMap<(AccountId, Str), usize>,
}

impl Acts {
    /// Gathers the acts that succeeded and have a time. Attempts that failed are not among them: there is
    /// nothing to prevent.
    pub fn of(scene: &Scene<'_>) -> Acts {
        let (case, attribution) = (scene.case, scene.attribution);
        let told: FxHashSet<u32> =
            taken(attribution).flat_map(|account| case.sent.of(case.store, account)).map(|mail| mail.event).collect();
        let mut acts = Acts::default();
        let mut opened: FxHashMap<ContextId, usize> = FxHashMap::default();
        let mut given: Vec<Given> = Vec::new();
        for (index, event) in case.in_order().filter(|(index, _)| attribution.actors.is_intruders(*index)) {
            // A mail that could not be delivered was sent all the same.
            let done = event.succeeded() || event.action == Action::MailSent;
            if !event.time.is_known() || !done {
                continue;
            }
            let (context, place) = (case.context_of(index).0, acts.list.len());
            let mut act = act(case, attribution, index, event);
            act.counted = event.action != Action::MailSent || told.contains(&index);
            act.signed_in = opened.get(&context).copied();
            if event.action == Action::SignIn {
                opened.entry(context).or_insert(place);
                acts.learn_entry(case, act.account, event);
            }
            if event.action == Action::Consent {
                let one = Given::of(case, &act, event);
                act.counted = !given.iter().any(|known| known.is(&one));
                given.push(one);
            }
            if event.action == Action::Consent && event.app.is_some() {
                acts.consents.entry((act.account, event.app)).or_insert(place);
            }
            acts.list.push(act);
        }
        acts
    }

    /// How the intruder gets into an account.
    pub fn entry(&self, account: AccountId) -> Entry {
        self.entries.get(&account).copied().unwrap_or(Entry::Unknown)
    }

    /// Place in the list of the first consent to an application on an account.
    pub fn consent(&self, account: AccountId, app: Str) -> Option<usize> {
        self.consents.get(&(account, app)).copied()
    }

    /// The most telling sign-in counts: one with the password alone shows that it is enough.
    fn learn_entry(&mut self, case: &Case<'_>, account: AccountId, event: &Event) {
        if event.flags.has(Flags::NON_INTERACTIVE) {
            return;
        }
        let entry = entry(case, event);
        let known = self.entries.entry(account).or_insert(entry);
        let rank = |entry: Entry| match entry {
            Entry::PasswordAlone => 3,
            Entry::Unknown => 2,
            Entry::SecondFactor => 1,
            Entry::SessionOnly => 0,
        };
        if rank(entry) > rank(*known) {
            *known = entry;
        }
    }
}

fn taken(attribution: &Attribution) -> impl Iterator<Item = AccountId> {
    attribution.judgements.iter().filter(|(_, one)| one.verdict == Verdict::Compromised).map(|(account, _)| *account)
}

fn entry(case: &Case<'_>, event: &Event) -> Entry {
    let Some(facts) = case.store.sign_in(event) else {
        return if case.agent(event).legacy { Entry::PasswordAlone } else { Entry::Unknown };
    };
    match facts.mfa {
        _ if case.agent(event).legacy || facts.protocol == Protocol::Ropc => Entry::PasswordAlone,
        _ if facts.by_token => Entry::SessionOnly,
        Mfa::NotRequired => Entry::PasswordAlone,
        Mfa::Completed | Mfa::Resistant => Entry::SecondFactor,
        Mfa::ByClaim => Entry::SessionOnly,
        Mfa::Unknown | Mfa::Denied | Mfa::TimedOut | Mfa::Pending => Entry::Unknown,
    }
}

fn act(case: &Case<'_>, attribution: &Attribution, index: u32, event: &Event) -> Act {
    let account = case.contexts.account_of(index);
    let context = case.contexts.get(case.context_of(index).0);
    let granted = |app: Str| attribution.judgements.get(&account).is_some_and(|one| one.apps.contains(&app));
    let server = context.map(|context| context.app).filter(|app| app.is_some());
    let is_sign_in = event.action == Action::SignIn;
    let hand = if event.flags.has(Flags::APP_ONLY) {
        Hand::AppOnly(event.app)
    } else if let Some(app) = server.or(Some(event.app).filter(|app| granted(*app) && event.action != Action::Consent && !is_sign_in)) {
        Hand::App(app)
    } else {
        Hand::Session
    };
    Act {
        event: index,
        account,
        time: event.time,
        action: event.action,
        door: if matches!(event.action, Action::SignIn | Action::Consent | Action::App) { Door::Directory } else { Door::Service },
        hand,
        ip: context.map_or(event.ip, |context| context.ip),
        amount: u64::from(event.count),
        counted: true,
        signed_in: None,
    }
}
