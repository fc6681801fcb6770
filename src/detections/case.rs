//! The case as detections see it: events with their contexts, habits and enrichment.

use super::base_rates::ActiveDays;
use super::sent::SentMail;
use super::sessions::SharedSessions;
use crate::config::Config;
use crate::enrich::{AddressBook, AddressFacts, Agent, AgentBook, ErrorClass, NetworkClass, error_class};
use crate::events::{AccountId, Action, Event, Ip, Outcome, Party, Store};
use crate::habits::{Acts, Changes, Client, Colleagues, Context, ContextId, Contexts, Familiarity, Habits, Pace, Tie};
use rustc_hash::FxHashMap;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

/// Places of addresses in words.
pub type PlaceWords = RefCell<FxHashMap<Ip, String>>;

/// What detections worked out once for all rounds, because habits change nothing of it: one value of a type.
#[derive(Default)]
pub struct Prepared(RefCell<FxHashMap<TypeId, Rc<dyn Any>>>);

/// What a run of a detection has to look at, by what its findings rest on (see [`super::Scope`]).
#[derive(Clone, Copy)]
pub enum Due<'a> {
    /// Everything.
    Everything,
    /// Accounts whose habits changed.
    Accounts(&'a Changes),
    /// Contexts whose familiarity changed.
    Contexts(&'a Changes),
}

/// Everything that a detection may look at. It holds no results of other detections.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Events, states, names.
    pub store: &'a Store,
    /// Facts of every address.
    pub book: &'a AddressBook,
    /// Every user agent, classified.
    pub agents: &'a AgentBook,
    /// Thresholds and what the user told us of the tenant.
    pub config: &'a Config,
    /// Which context each event is of.
    pub contexts: &'a Contexts,
    /// Events by kind of act.
    pub acts: &'a Acts,
    /// Mails sent by each account.
    pub sent: &'a SentMail,
    /// Sessions that are used in more than one context.
    pub sessions: &'a SharedSessions,
    /// Days on which each account is active.
    pub active: &'a ActiveDays,
    /// Places of addresses in words, as far as they were asked for.
    pub words: &'a PlaceWords,
    /// What was worked out already, whatever the habits (see [`Case::once`]).
    pub prepared: &'a Prepared,
    /// How familiar each context is.
    pub habits: &'a Habits,
    /// Recorded country of each address.
    pub recorded: &'a [Option<[u8; 2]>],
    /// Contexts of intruders on accounts that are compromised by their own evidence, from the round
    /// before. Detections of the company family start from these.
    pub confirmed: &'a [bool],
    /// What is looked at anew: of everything else the findings are known.
    pub due: Due<'a>,
}

impl<'a> Case<'a> {
    /// What `of` makes of the case, worked out when it is first asked for and kept for all rounds. It sees
    /// the whole case, but no habits and no intruders, on which it must not depend.
    pub fn once<T: 'static>(&self, of: impl FnOnce(&Case<'_>) -> T) -> Rc<T> {
        let known = self.prepared.0.borrow().get(&TypeId::of::<T>()).cloned();
        if let Some(known) = known.and_then(|known| known.downcast::<T>().ok()) {
            return known;
        }
        let habits = Habits::default();
        let made = Rc::new(of(&Case { habits: &habits, confirmed: &[], due: Due::Everything, ..*self }));
        self.prepared.0.borrow_mut().insert(TypeId::of::<T>(), made.clone());
        made
    }

    /// An event by its index.
    pub fn event(&self, index: u32) -> Option<&'a Event> {
        self.store.event(index)
    }

    /// The events of a context, in time order, with their indexes.
    pub fn events_of(&self, context: &'a Context) -> impl Iterator<Item = (u32, &'a Event)> {
        self.contexts.events(context).iter().filter_map(|index| self.store.event(*index).map(|event| (*index, event)))
    }

    /// All events in time order, with their indexes; undated ones last.
    pub fn in_order(&self) -> impl Iterator<Item = (u32, &'a Event)> {
        self.store.order().iter().filter_map(|index| self.store.event(*index).map(|event| (*index, event)))
    }

    /// True unless the findings of this context are known already.
    pub fn is_due(&self, id: ContextId, account: AccountId) -> bool {
        match self.due {
            Due::Everything => true,
            Due::Accounts(changes) => changes.has_account(account),
            Due::Contexts(changes) => changes.has_context(id),
        }
    }

    /// Events of these kinds, as far as they are due, in time order, with their indexes; undated ones last.
    /// Much cheaper than a walk over all events.
    pub fn acts(&self, actions: &[Action]) -> impl Iterator<Item = (u32, &'a Event)> + use<'a> {
        let case = *self;
        let is_due = move |index: u32| match case.due {
            Due::Everything => true,
            _ => case.is_due(case.context_of(index).0, case.contexts.account_of(index)),
        };
        self.acts.of(self.store, actions).filter(move |(index, _)| is_due(*index))
    }

    /// Events with more to say than a sign-in, a mail or items of a mailbox (rules, consents, rights,
    /// changes, alerts, clicks, parameters), and sign-ins with a risk, by a device code, or with a prompt
    /// refused or unanswered, in time order.
    pub fn described(&self) -> impl Iterator<Item = (u32, &'a Event)> + use<'a> {
        self.acts.described(self.store)
    }

    /// The context of an event and how it was put there.
    pub fn context_of(&self, event: u32) -> (ContextId, Tie) {
        self.contexts.of(event)
    }

    /// How familiar a context is.
    pub fn familiarity(&self, context: ContextId) -> Familiarity {
        self.habits.of(context)
    }

    /// True if acts in this context are unfamiliar: the address is new to the account, and so is the
    /// network around it. False without a context.
    pub fn is_unfamiliar(&self, context: ContextId) -> bool {
        let familiar = self.habits.of(context);
        context.is_some() && !familiar.address && !familiar.network && !familiar.asn
    }

    /// True if the context is an intruder's on an account that is compromised by its own evidence.
    pub fn is_confirmed(&self, context: ContextId) -> bool {
        self.confirmed.get(context.index()).copied().unwrap_or(false)
    }

    /// How unfamiliar acts in this context are, 0 to 1: the rarity that scales terms marked r.
    ///
    /// 1 where network and client are new to the account; half where the client is its own; little in
    /// networks that it or its colleagues use, whose addresses change; 0 in habitual contexts. With thin
    /// history a third, unless the country is new to the tenant.
    pub fn rarity(&self, context: ContextId) -> f64 {
        let familiar = self.habits.of(context);
        if !context.is_some() || familiar.address {
            return 0.0;
        }
        let known_system = familiar.asn || familiar.asn_colleagues == Colleagues::Many;
        let known_network = familiar.network || known_system && familiar.tenant_country;
        let rarity = match (known_network, familiar.client) {
            (true, true) => 0.0,
            (false, false) => 1.0,
            (false, true) if !familiar.country || !familiar.tenant_country => 0.5,
            (true, false) | (false, true) => 0.3,
        };
        if familiar.thin && (familiar.tenant_country || familiar.from_start) { rarity / 3.0 } else { rarity }
    }

    /// True if ordinary acts (reading, moving, sharing) in this context are more than the account does
    /// anyway: by a client that is not its own, or at half as much again as on its busiest day.
    pub fn is_out_of_habit(&self, id: ContextId, actions: &[Action]) -> bool {
        let Some(context) = self.contexts.get(id) else { return false };
        if self.rarity(id) <= 0.0 {
            return false;
        }
        if !self.habits.of(id).client {
            return true;
        }
        let pace = self.contexts.pace(context);
        actions.iter().any(|action| {
            let here = Pace::of_action(pace, *action).iter().map(|one| one.count).max().unwrap_or(0);
            let usual = self.habits.daily_peak(id, context, pace, *action);
            here > 0 && u64::from(here) * 2 > u64::from(usual) * 3
        })
    }

    /// Facts of an address.
    pub fn facts(&self, ip: Ip) -> &AddressFacts {
        self.book.facts(ip)
    }

    /// True for networks that hide where somebody is and are no carrier: hosting, VPN, Tor, proxies.
    pub fn is_anonymising(&self, ip: Ip) -> bool {
        matches!(
            self.book.facts(ip).class,
            NetworkClass::Hosting
                | NetworkClass::Vpn
                | NetworkClass::Anonymiser
                | NetworkClass::ResidentialProxy
                | NetworkClass::CloudOther
        )
    }

    /// The classified user agent of an event; of a sign-in without one, from its device details.
    pub fn agent(&self, event: &Event) -> Agent {
        agent_of(self.store, self.agents, event)
    }

    /// The client of an event, as habits see it.
    pub fn client(&self, event: &Event) -> Client {
        Client::of(&self.agent(event))
    }

    /// The class of a sign-in's result.
    pub fn error_class(&self, event: &Event) -> ErrorClass {
        match (event.outcome, event.code) {
            (Outcome::Success, 0) => ErrorClass::Ok,
            (_, code) => error_class(code),
        }
    }

    /// Successful sign-ins of a context, in time order.
    pub fn sign_ins(&self, context: &'a Context) -> impl Iterator<Item = (u32, &'a Event)> {
        self.contexts.sign_ins(context).iter().filter_map(|index| self.store.event(*index).map(|event| (*index, event)))
    }

    /// The name to show of an account.
    pub fn name(&self, account: AccountId) -> &'a str {
        self.store.accounts().name(account)
    }

    /// A threshold of a detection, from the configuration or its default.
    pub fn threshold(&self, detection: &dyn super::Detection, name: &str) -> f64 {
        let default = detection.thresholds().iter().find(|threshold| threshold.name == name).map_or(0.0, |threshold| threshold.default);
        self.config.threshold(detection.id(), name, default)
    }

    /// A threshold in hours, as whole seconds.
    pub fn seconds_of_hours(&self, detection: &dyn super::Detection, name: &str) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "hours of a case")]
        let seconds = (self.threshold(detection, name) * 3600.0) as i64;
        seconds
    }

    /// True if the account exists in the tenant as a person, guest or mailbox.
    pub fn is_judged(&self, account: AccountId) -> bool {
        is_judged(self.store, account)
    }

    /// "Nigeria, AS29465 MTN" or as much of it as is known.
    pub fn place_words(&self, ip: Ip) -> String {
        let facts = self.book.facts(ip);
        let country = self.recorded.get(ip.index()).copied().flatten().or(facts.country());
        let words = || crate::enrich::place_words(country, facts);
        self.words.borrow_mut().entry(ip).or_insert_with(words).clone()
    }
}

/// True if the account exists in the tenant as a person, guest or mailbox.
pub(super) fn is_judged(store: &Store, account: AccountId) -> bool {
    store.accounts().get(account).is_some_and(|account| matches!(account.party, Party::Person | Party::Guest))
}

/// The classified user agent of an event; of a sign-in without one, from its device details.
pub fn agent_of(store: &Store, agents: &AgentBook, event: &Event) -> Agent {
    let facts = store.sign_in(event);
    match facts {
        Some(facts) => agents.of_sign_in(event.agent, facts.os, facts.browser, facts.client),
        None => agents.of(event.agent),
    }
}
