//! A row of the timeline under way: a run of like acts.

use super::super::{CaseNames, LISTED, Material};
use crate::events::{AccountId, Action, Detail, Event, Flags, Principal, Str};
use crate::report::summary::{Run, share_rank};
use rustc_hash::FxHashSet;

/// Names of things or people that a row keeps.
const NAMED: usize = 1000;

/// A row under way.
pub(in super::super) struct Row {
    pub(super) account: AccountId,
    pub(super) first: u32,
    pub(super) last: u32,
    /// The event whose words the row has: the first, but of a share the one that tells most.
    pub(super) spokesman: u32,
    /// Its first events, as many as a report lists.
    pub(super) listed: Vec<u32>,
    pub(super) events: u64,
    pub(super) certainty: f32,
    pub(super) detections: Vec<usize>,
    acts: u64,
    /// All are about the same.
    alike: bool,
    /// Mails, items, files and folders that are told apart: by a hash of their id, else by their name.
    things: FxHashSet<(u64, Str)>,
    /// Things that records only count.
    unnamed: u64,
    undelivered: u64,
    /// What it is about, once each, in the order of time.
    names: Vec<Str>,
    /// Whom it reaches, once each, in the order of time.
    people: Vec<Principal>,
}

impl Row {
    /// A row that begins with an event, which is still to be added.
    pub(super) fn new(account: AccountId, index: u32) -> Row {
        Row {
            account,
            first: index,
            last: index,
            spokesman: index,
            listed: Vec::new(),
            events: 0,
            certainty: 1.0,
            detections: Vec::new(),
            acts: 0,
            alike: true,
            things: FxHashSet::default(),
            unnamed: 0,
            undelivered: 0,
            names: Vec::new(),
            people: Vec::new(),
        }
    }

    /// The first event of the row.
    pub(in super::super) fn first(&self) -> u32 {
        self.first
    }

    /// How many things its events are about: recipients, items.
    pub(in super::super) fn items(&self) -> u64 {
        self.acts.max(self.events)
    }

    /// What its words need to know, where it lasts so many seconds.
    pub(super) fn run(&self, seconds: i64) -> Run<'_> {
        Run {
            records: self.events,
            acts: self.items(),
            things: self.things.len() as u64 + self.unnamed,
            undelivered: self.undelivered,
            seconds,
            alike: self.alike,
            names: &self.names,
            people: &self.people,
        }
    }

    /// Takes an event in.
    pub(super) fn add(&mut self, material: &Material<'_>, index: u32, event: &Event) {
        self.last = index;
        let rank = |event: &Event| share_rank(event, &CaseNames(material.case));
        if event.action == Action::FileShared && material.case.event(self.spokesman).is_some_and(|before| rank(event) > rank(before)) {
            self.spokesman = index;
        }
        if self.listed.len() < LISTED {
            self.listed.push(index);
        }
        self.events += 1;
        self.acts += u64::from(event.count);
        self.undelivered += u64::from(event.flags.has(Flags::NOT_DELIVERED));
        self.certainty = self.certainty.min(material.attribution.actors.of(index).certainty);
        self.alike &= material.case.event(self.first).is_some_and(|first| first.object == event.object);
        self.count_things(material, event);
        if event.object.is_some() && self.names.len() < NAMED && !self.names.contains(&event.object) {
            self.names.push(event.object);
        }
        if event.action == Action::Teams {
            let alone = [event.target];
            let people: &[Principal] = match material.case.store.detail(event) {
                Some(Detail::Share(people)) => people,
                _ => &alone,
            };
            for one in people.iter().filter(|one| one.is_some()) {
                if self.people.len() < NAMED && !self.people.contains(one) {
                    self.people.push(*one);
                }
            }
        }
    }

    /// Counts what the event is about. A mail that is opened twice is one mail.
    fn count_things(&mut self, material: &Material<'_>, event: &Event) {
        match (event.action, material.case.store.detail(event)) {
            (Action::MailRead | Action::MailDeleted | Action::MailMoved | Action::MailChanged, Some(Detail::Items(items))) => {
                if event.flags.has(Flags::SYNC) {
                    self.things.insert((0, items.folder));
                    return;
                }
                for item in material.case.store.items(items) {
                    if item.link == 0 {
                        self.unnamed += 1;
                    } else {
                        self.things.insert((item.link, Str::NONE));
                    }
                }
                self.unnamed += u64::from(event.count.saturating_sub(items.len));
            }
            (Action::MailSent | Action::FileRead | Action::FileChanged | Action::FileShared, _) if event.link != 0 => {
                self.things.insert((event.link, Str::NONE));
            }
            (Action::FileRead | Action::FileChanged | Action::FileShared, _) if event.object.is_some() => {
                self.things.insert((0, event.object));
            }
            (Action::MailSent, _) => self.unnamed += 1,
            _ => self.unnamed += u64::from(event.count),
        }
    }
}
