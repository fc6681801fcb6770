//! What the logs tell: which lasting things were made by intruders, and which of them were ended again.

use super::artefact::{Artefact, Kind, Origin, Status};
use super::same::{Same, app, same};
use super::touch::{Effect, Touch, touch};
use super::{End, Hand, Scene};
use crate::events::{AccountId, Rule, RuleChange, Time};
use std::collections::BTreeMap;

/// Seconds within which records of one account about like things are taken as records of one act: a
/// consent, a method or a device is written down as several.
const ONE_ACT_SECONDS: i64 = 600;
/// Seconds within which two commands of different names that make a rule of one name are one act: the command
/// of the portal and the record of the mailbox itself.
const ONE_RULE_SECONDS: i64 = 10;

/// What the logs tell.
#[derive(Default)]
pub(super) struct Ledger<'a> {
    /// Things that intruders made, in the order in which they were made.
    pub artefacts: Vec<Artefact<'a>>,
    /// Rules that records tell were made in each mailbox, by anybody: when, and with which id, if they say.
    pub rules_made: BTreeMap<AccountId, Vec<(Time, Option<String>)>>,
}

/// Goes through all records that describe something, in time order.
pub(super) fn keep<'a>(scene: &Scene<'_, 'a>) -> Ledger<'a> {
    let mut ledger = Ledger::default();
    for (index, event) in scene.case.described().filter(|(_, event)| event.succeeded()) {
        let Some(touch) = touch(scene.case, index, event) else { continue };
        if touch.rule.is_some_and(|rule| rule.change == RuleChange::New) {
            ledger.rules_made.entry(touch.of).or_default().push((event.time, touch.identity.id.clone()));
        }
        match (touch.effect, scene.maker(index, event, touch.kind)) {
            (Effect::Made, Hand::Intruder) => ledger.make(scene, touch, Origin::Intruder),
            (Effect::Made, Hand::Doubt) => ledger.make(scene, touch, Origin::ToBeChecked),
            (Effect::Made, Hand::Other) => ledger.replace(scene, &touch),
            (Effect::Removed | Effect::SwitchedOff, _) => ledger.end(scene, &touch),
        }
    }
    ledger
}

impl<'a> Ledger<'a> {
    fn make(&mut self, scene: &Scene<'_, 'a>, touch: Touch<'a>, origin: Origin) {
        let account = scene.case.contexts.account_of(touch.index);
        if let Some(known) = self.artefacts.iter_mut().rev().find(|known| known.account == account && is_one_act(known, &touch)) {
            known.take(&touch);
            // One certain record is enough.
            known.origin = if origin == Origin::Intruder { origin } else { known.origin };
            return;
        }
        let event = touch.event;
        self.artefacts.push(Artefact {
            kind: touch.kind,
            account,
            of: touch.of,
            origin,
            identity: touch.identity,
            rule: touch.rule,
            made: vec![touch.index],
            since: event.time,
            links: Some(event.link).filter(|link| *link != 0).into_iter().collect(),
            touched: event.time,
            found: Vec::new(),
            status: Status::Unknown,
            basis: "",
            end: None,
            doubtful_end: None,
        });
    }

    /// A forwarding or password that others set takes the place of the intruder's.
    fn replace(&mut self, scene: &Scene<'_, 'a>, touch: &Touch<'a>) {
        if matches!(touch.rule, Some(rule) if rule.change == RuleChange::Enable) {
            self.reopen(touch);
        }
        if !matches!(touch.kind, Kind::Forwarding | Kind::Password) {
            return;
        }
        let how = if touch.kind == Kind::Password { "replaced by a new password" } else { "replaced by other forwarding" };
        let same_address = |known: &Artefact<'_>| touch.kind == Kind::Forwarding && known.identity.address == touch.identity.address;
        let end = scene.end(touch.index, touch.event, touch.of, how);
        for known in self.artefacts.iter_mut().filter(|known| is_open(known, touch.kind, touch.event.time) && !same_address(known)) {
            if same(touch.kind, (known.of, &known.identity), (touch.of, &touch.identity)) == Same::Yes {
                known.end = Some(end);
            }
        }
    }

    /// A rule that was switched off and is switched on again.
    fn reopen(&mut self, touch: &Touch<'a>) {
        let off = |known: &&mut Artefact<'a>| known.kind == Kind::InboxRule && known.end.is_some_and(|end| end.how == SWITCHED_OFF);
        for known in self.artefacts.iter_mut().filter(off) {
            if same(touch.kind, (known.of, &known.identity), (touch.of, &touch.identity)) == Same::Yes {
                known.end = None;
            }
        }
    }

    fn end(&mut self, scene: &Scene<'_, 'a>, touch: &Touch<'a>) {
        let how = match (touch.effect, touch.kind) {
            (Effect::SwitchedOff, _) | (_, Kind::LegacyProtocol) => SWITCHED_OFF,
            (_, Kind::Auditing) => "switched on again",
            _ => "removed",
        };
        let end = scene.end(touch.index, touch.event, touch.of, how);
        let time = touch.event.time;
        let mut certain: Option<usize> = None;
        let mut maybe: Vec<usize> = Vec::new();
        for (at, known) in self.artefacts.iter().enumerate().filter(|(_, known)| is_open(known, known.kind, time)) {
            match ends(known, touch) {
                // Of several of one name the last.
                Same::Yes => certain = Some(at),
                Same::Maybe => maybe.push(at),
                Same::No => {}
            }
        }
        let all = touch.kind == Kind::App || touch.kind == Kind::AppGrant;
        if let Some(last) = certain {
            for (at, known) in self.artefacts.iter_mut().enumerate() {
                if at == last || all && is_open(known, known.kind, time) && ends(known, touch) == Same::Yes {
                    known.end = Some(end);
                }
            }
            return;
        }
        for at in maybe {
            if let Some(known) = self.artefacts.get_mut(at) {
                known.doubtful_end = Some((end, touch.identity.id.clone()));
            }
        }
    }
}

/// What switching off is called in [`End::how`].
pub(super) const SWITCHED_OFF: &str = "switched off";

/// True for a thing of this kind that was made before and has not ended.
fn is_open(known: &Artefact<'_>, kind: Kind, time: Time) -> bool {
    known.kind == kind && known.end.is_none() && time.is_known() && (!known.since.is_known() || known.touched <= time)
}

/// Whether the record ends the thing. With an application all that hangs on it goes.
fn ends(known: &Artefact<'_>, touch: &Touch<'_>) -> Same {
    let on_app = matches!(known.kind, Kind::AppGrant | Kind::App | Kind::AppCredential | Kind::AppOwner);
    if touch.kind == Kind::App && on_app {
        return app(&known.identity, &touch.identity);
    }
    if touch.kind != known.kind {
        return Same::No;
    }
    same(known.kind, (known.of, &known.identity), (touch.of, &touch.identity))
}

/// True if a record is one more of what made the thing.
fn is_one_act(known: &Artefact<'_>, touch: &Touch<'_>) -> bool {
    if known.end.is_some() {
        return false;
    }
    let soon = touch.event.time.since(known.touched).abs() <= ONE_ACT_SECONDS;
    let apps = |kind: Kind| matches!(kind, Kind::AppGrant | Kind::App);
    if apps(known.kind) && apps(touch.kind) {
        let linked = known.links.contains(&touch.event.link);
        return soon && (linked || app(&known.identity, &touch.identity) == Same::Yes);
    }
    if known.kind != touch.kind {
        return false;
    }
    match same(known.kind, (known.of, &known.identity), (touch.of, &touch.identity)) {
        // A name is no id: a mailbox can have many rules of one name, and a user many devices.
        Same::Yes if known.kind == Kind::InboxRule => !makes_another_rule(known, touch),
        Same::Yes if known.kind == Kind::Device => soon || has_id_of(known, touch),
        Same::Yes => true,
        Same::Maybe => soon && matches!(known.kind, Kind::MfaMethod | Kind::Device),
        Same::No => false,
    }
}

/// True if the record makes a rule of its own, though it has the name of one that is known: each command that makes
/// a rule makes a new one, of whatever name.
fn makes_another_rule(known: &Artefact<'_>, touch: &Touch<'_>) -> bool {
    let made = |rule: Option<&Rule>| rule.is_some_and(|rule| rule.change == RuleChange::New);
    if !made(touch.rule) || has_id_of(known, touch) {
        return false;
    }
    let other_log = known.identity.operation != touch.identity.operation;
    let told_twice = made(known.rule) && other_log && touch.event.time.since(known.touched).abs() <= ONE_RULE_SECONDS;
    !told_twice
}

/// True if both have an id, and it is one.
fn has_id_of(known: &Artefact<'_>, touch: &Touch<'_>) -> bool {
    known.identity.id.is_some() && known.identity.id == touch.identity.id
}

impl<'a> Artefact<'a> {
    /// Takes one more record of what made it.
    fn take(&mut self, touch: &Touch<'a>) {
        self.made.push(touch.index);
        if touch.event.time.is_known() {
            self.touched = touch.event.time;
        }
        if touch.event.link != 0 {
            self.links.push(touch.event.link);
        }
        // A consent says more than the service principal that it brings along, and one for all more than one.
        let widens = self.kind == Kind::App || !touch.of.is_some();
        if touch.kind == Kind::AppGrant && widens {
            (self.kind, self.of) = (Kind::AppGrant, touch.of);
            self.identity.of.clone_from(&touch.identity.of);
        }
        // The newest forwarding counts, and the newest wording of a rule.
        if touch.kind == Kind::Forwarding {
            self.identity.address.clone_from(&touch.identity.address);
        }
        if touch.rule.is_some_and(|rule| !rule.lost && rule.change != RuleChange::Enable) {
            self.rule = touch.rule;
        }
        self.identity.fill_from(&touch.identity);
    }

    /// Ends it.
    pub(super) fn close(&mut self, end: End, basis: &'static str) {
        (self.status, self.basis, self.end) = (Status::Removed, basis, Some(end));
    }
}
