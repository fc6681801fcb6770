//! What the events of one context say of it together.

use super::{Client, Context, Few, Ground, Pace, Place, Tie};
use crate::events::{Action, Event, Flags, Mfa, Store, Str};

/// The lists of a context under way, whose memory serves for the next one.
#[derive(Default)]
pub(super) struct Lists {
    days: Vec<i32>,
    clients: Vec<Client>,
    sessions: Vec<Str>,
    devices: Vec<Str>,
    on_devices: Vec<Client>,
    off_devices: Vec<Client>,
}

impl Lists {
    fn clear(&mut self) {
        self.days.clear();
        self.clients.clear();
        self.sessions.clear();
        self.devices.clear();
        self.on_devices.clear();
        self.off_devices.clear();
    }

    fn give_to(&self, context: &mut Context) {
        context.days = Few::of(&self.days);
        context.clients = Few::of(&self.clients);
        context.sessions = Few::of(&self.sessions);
        context.devices = Few::of(&self.devices);
        context.on_devices = Few::of(&self.on_devices);
        context.off_devices = Few::of(&self.off_devices);
    }
}

/// Fills in the summary of a context from its events, which are in time order.
pub(super) fn summarise(context: &mut Context, listed: &[u32], places: &[Place], ground: &Ground<'_>, lists: &mut Lists) {
    let store = ground.store;
    lists.clear();
    let mut factors = Factors::default();
    let mut servers = Servers::default();
    for (number, index) in listed.iter().enumerate() {
        let Some(event) = store.event(*index) else { continue };
        servers.add(event);
        let sign_in = store.sign_in(event);
        if let Some(facts) = sign_in {
            factors.add(facts.mfa);
        }
        if !event.time.is_known() {
            continue;
        }
        let succeeded = event.succeeded();
        if number == 0 || succeeded && context.successes == 0 {
            context.first = event.time;
        }
        context.last = event.time;
        let tie = places.get(*index as usize).map(|place| place.tie()).unwrap_or_default();
        if !succeeded || tie > Tie::Session {
            continue;
        }
        context.successes += 1;
        let client = (ground.client)(event);
        add(&mut lists.days, day_of(event));
        add(&mut lists.clients, client);
        if event.session.is_some() {
            add(&mut lists.sessions, event.session);
        }
        if let Some(facts) = sign_in {
            if facts.device.is_some() {
                add(&mut lists.devices, facts.device);
                add(&mut lists.on_devices, client);
            } else if event.action == Action::SignIn {
                add(&mut lists.off_devices, client);
            }
        }
    }
    lists.give_to(context);
    context.fresh_mfa = factors.best();
    // One foreign application from a data centre, and nobody at a keyboard: only its servers act here.
    if let Some(app) = servers.app()
        && (ground.is_foreign_app)(app)
        && ground.book.facts(context.ip).is_data_centre()
    {
        context.app = app;
    }
}

/// The day of an event, since 1970.
fn day_of(event: &Event) -> i32 {
    i32::try_from(event.time.day()).unwrap_or(i32::MAX)
}

/// Adds to a sorted list without repeats.
fn add<T: Ord + Copy>(list: &mut Vec<T>, value: T) {
    if list.last() == Some(&value) {
        return;
    }
    if let Err(at) = list.binary_search(&value) {
        list.insert(at, value);
    }
}

/// The best factor freshly given.
#[derive(Default)]
struct Factors {
    best: Option<Mfa>,
    refused: bool,
}

impl Factors {
    fn add(&mut self, mfa: Mfa) {
        match mfa {
            Mfa::Denied | Mfa::TimedOut => self.refused = true,
            Mfa::Resistant => self.best = Some(Mfa::Resistant),
            Mfa::Completed if self.best.is_none() => self.best = Some(Mfa::Completed),
            _ => {}
        }
    }

    fn best(&self) -> Option<Mfa> {
        self.best.filter(|_| !self.refused)
    }
}

/// Whether one application alone acts.
#[derive(Default)]
struct Servers {
    app: Option<Str>,
    by_others: bool,
}

impl Servers {
    fn add(&mut self, event: &Event) {
        self.by_others |= event.flags.has(Flags::INTERACTIVE) || event.action == Action::Consent;
        if let Some(app) = event.app.some() {
            self.by_others |= *self.app.get_or_insert(app) != app;
        }
    }

    fn app(&self) -> Option<Str> {
        self.app.filter(|_| !self.by_others)
    }
}

/// Adds a context's items by kind of act and day to the list of all, sorted; background acts do not count.
pub(super) fn pace(listed: &[u32], store: &Store, paces: &mut Vec<Pace>) {
    let from = paces.len();
    let counted = |event: &&Event| event.time.is_known() && event.succeeded() && !event.flags.has_any(Flags::BACKGROUND | Flags::APP_ONLY);
    let mut today = (0, from);
    for event in listed.iter().filter_map(|index| store.event(*index)).filter(counted) {
        // Events come in time order: those of one day stand together at the end of the list.
        let day = day_of(event);
        if today.0 != day {
            today = (day, paces.len());
        }
        let of_today = paces.get_mut(today.1..).unwrap_or_default();
        match of_today.iter_mut().find(|pace| pace.is_of(event.action)) {
            Some(pace) => pace.count = pace.count.saturating_add(event.count),
            None => paces.push(Pace::new(event.action, day, event.count)),
        }
    }
    if let Some(own) = paces.get_mut(from..) {
        own.sort_unstable();
    }
}
