//! What snapshots tell: which things were still there, and what is there that no record explains.

use super::Scene;
use super::artefact::{Artefact, By, End, Identity, Kind, Origin, Status};
use super::ledger::{Ledger, SWITCHED_OFF};
use super::same::{Same, app, method_family, same};
use super::touch::{Effect, grant, name_of, right, rule_identity, some, touch};
use crate::attribution::Verdict;
use crate::detections::{Case, hides, wording};
use crate::events::{AccountId, Right, Rule, State, StateKind, Time, key};
use crate::evidence::Pointer;
use std::collections::{BTreeMap, BTreeSet};

/// Most accounts with one of the intruder's applications for which that is worth a line: what many people
/// use is the company's.
const FEW_GRANTS: usize = 3;

/// The usual basis of what is in place.
pub const SHOWN: &str = "a snapshot shows it";
/// The usual basis of what is not known to be gone.
pub const NOTHING_LATER: &str = "nothing later in these exports speaks of it";
/// The basis of a rule that a snapshot does not have, though it has one of its name.
const FEWER: &str = "a snapshot lists fewer rules of this name than were made";

/// A thing in a row of a snapshot.
struct Row<'a> {
    at: Pointer,
    kind: Kind,
    of: AccountId,
    identity: Identity,
    rule: Option<&'a Rule>,
    /// A time in the row.
    changed: Time,
    /// It is switched on.
    on: bool,
}

/// Settles how every thing stands, and adds what is there and not explained.
pub(super) fn settle<'a>(scene: &Scene<'_, 'a>, ledger: Ledger<'a>) -> Vec<Artefact<'a>> {
    let Ledger { mut artefacts, rules_made } = ledger;
    let rows: Vec<Row<'a>> = scene.case.store.states().iter().flat_map(|state| rows(scene.case, state)).collect();
    let mut shown = vec![false; rows.len()];
    for (row, shown) in rows.iter().zip(&mut shown) {
        for at in shown_by(&artefacts, row) {
            let Some(artefact) = artefacts.get_mut(at) else { continue };
            artefact.found.push(row.at);
            artefact.identity.fill_from(&row.identity);
            *shown = true;
        }
    }
    let ages = ages(&rows, &artefacts);
    for artefact in &mut artefacts {
        let made = rules_made.get(&artefact.of).map(Vec::as_slice).unwrap_or_default();
        match removed_unnamed(artefact, &rows, made) {
            Some(end) => artefact.close(end, "a rule of this mailbox was removed, and a snapshot has neither it nor this one"),
            None => status(artefact, &rows, &ages),
        }
    }
    let unexplained = unexplained(scene, &rows, &shown, &artefacts);
    artefacts.extend(unexplained);
    artefacts
}

/// The things in a row.
fn rows<'a>(case: &Case<'a>, state: &'a State) -> Vec<Row<'a>> {
    let of = case.store.accounts().of(state.owner);
    let whose = name_of(case, state.owner);
    let row = |kind: Kind, identity: Identity| Row {
        at: state.at.pointer(),
        kind,
        of,
        identity: Identity { of: whose.clone(), ..identity },
        rule: None,
        changed: state.changed,
        on: true,
    };
    match &state.kind {
        StateKind::Rule(rule) => vec![Row { rule: Some(rule), on: rule.enabled, ..row(Kind::InboxRule, rule_identity(rule)) }],
        StateKind::Forwarding(forwarding) => {
            let address = forwarding.smtp.as_deref().or(forwarding.object.as_deref()).and_then(some);
            vec![row(Kind::Forwarding, Identity { address, ..Identity::default() })]
        }
        StateKind::Permission(permission) => vec![row(Kind::Permission, right(case, permission))],
        StateKind::Grant(consent) => vec![row(Kind::AppGrant, grant(case, consent))],
        StateKind::TransportRule(rule) => {
            let (name, parameters) = rule.as_ref();
            let off = parameters.iter().any(|(key, value)| key.eq_ignore_ascii_case("state") && value.eq_ignore_ascii_case("disabled"));
            let identity = Identity { name: some(name), operation: some("Get-TransportRule"), ..Identity::default() };
            vec![Row { on: !off, ..row(Kind::TransportRule, identity) }]
        }
        StateKind::Device(text) => vec![row(Kind::Device, device(text))],
        StateKind::MfaMethods(text) => vec![row(Kind::MfaMethod, Identity { name: some(text), ..Identity::default() })],
        StateKind::Account { .. } => vec![row(Kind::User, Identity::default())],
        StateKind::RiskyUser { .. } => Vec::new(),
        StateKind::Other(text) => in_words(text).into_iter().map(|(kind, identity)| row(kind, identity)).collect(),
    }
}

/// `DESKTOP-1 (Windows, 10.0, AzureAd)` of a directory, `iPhone, iOS 17 (id X1)` of a mailbox.
fn device(text: &str) -> Identity {
    let (name, rest) = text.rsplit_once(" (").unwrap_or((text, ""));
    let id = rest.strip_prefix("id ").and_then(|id| id.strip_suffix(')')).and_then(some);
    Identity { name: some(name), id, ..Identity::default() }
}

/// Rows that are kept in words: roles, protocols, several rights in one row, applications.
fn in_words(text: &str) -> Vec<(Kind, Identity)> {
    if let Some(role) = text.strip_prefix("has the role ") {
        let name = role.rsplit_once(" (").map_or(role, |(name, _)| name);
        return vec![(Kind::Role, Identity { name: some(name), ..Identity::default() })];
    }
    if let Some(protocols) = text.strip_prefix("protocols on: ") {
        return vec![(Kind::LegacyProtocol, Identity { rights: some(protocols), ..Identity::default() })];
    }
    if let Some(rights) = text.strip_prefix("permissions: ") {
        let rights = rights.split("; ").filter_map(|one| one.split_once(": "));
        return rights.map(|(word, trustee)| (Kind::Permission, listed_right(word, trustee))).collect();
    }
    if let Some(rest) = text.strip_prefix("application ") {
        let inner = rest.split(", of the tenant ").next().unwrap_or(rest);
        let (name, id) = inner.rsplit_once(" (").unwrap_or((inner, ""));
        let app_id = some(id.trim_end_matches(')')).filter(|id| key::guid(id).is_some());
        return vec![(Kind::App, Identity { name: some(name), app_id, ..Identity::default() })];
    }
    Vec::new()
}

fn listed_right(word: &str, trustee: &str) -> Identity {
    let right = match word {
        "FullAccess" => Right::FullAccess,
        "SendAs" => Right::SendAs,
        "SendOnBehalf" => Right::SendOnBehalf,
        _ => Right::Folder,
    };
    let rights = if right == Right::Folder { format!("{word}: rights") } else { word.to_owned() };
    Identity { trustee: some(trustee), right: some(right.name()), rights: some(&rights), ..Identity::default() }
}

/// True if the row shows the thing.
fn shows(artefact: &Artefact<'_>, row: &Row<'_>) -> bool {
    if artefact.kind != row.kind {
        return false;
    }
    match row.kind {
        Kind::Forwarding => artefact.of == row.of && row.identity.address.is_some() && artefact.identity.address == row.identity.address,
        Kind::LegacyProtocol => artefact.of == row.of && protocol_is_on(artefact, row),
        // The row of a device need not name its owner.
        Kind::Device => {
            let of = if row.of.is_some() { row.of } else { artefact.of };
            same(row.kind, (artefact.of, &artefact.identity), (of, &row.identity)) == Same::Yes
        }
        _ => same(row.kind, (artefact.of, &artefact.identity), (row.of, &row.identity)) == Same::Yes,
    }
}

/// Places of the things that a row shows. A row of a rule shows one rule of each maker: of several of its name the one
/// with its id, else one that this input has not shown yet: not ended before ended, worded like the row before worded
/// otherwise, late before early.
fn shown_by(artefacts: &[Artefact<'_>], row: &Row<'_>) -> Vec<usize> {
    let all = artefacts.iter().enumerate().filter(|(_, artefact)| shows(artefact, row));
    if row.kind != Kind::InboxRule {
        return all.map(|(at, _)| at).collect();
    }
    let mut best: BTreeMap<AccountId, (_, usize)> = BTreeMap::new();
    for (at, artefact) in all {
        let by_id = artefact.identity.id.is_some() && artefact.identity.id == row.identity.id;
        if !by_id && artefact.found.iter().any(|found| found.input == row.at.input) {
            continue;
        }
        let alike = artefact.rule.zip(row.rule).is_some_and(|(a, b)| wording(a) == wording(b));
        let rank = (by_id, artefact.end.is_none(), alike, artefact.since);
        if best.get(&artefact.account).is_none_or(|(known, _)| *known <= rank) {
            best.insert(artefact.account, (rank, at));
        }
    }
    best.into_values().map(|(_, at)| at).collect()
}

fn protocol_is_on(artefact: &Artefact<'_>, row: &Row<'_>) -> bool {
    const WORDS: [(&str, &str); 3] = [("ImapEnabled", "IMAP"), ("PopEnabled", "POP"), ("SmtpClientAuthenticationDisabled", "SMTP AUTH")];
    let on: Vec<&str> = row.identity.rights.as_deref().unwrap_or_default().split(", ").collect();
    WORDS.iter().any(|(name, word)| artefact.identity.parameters.iter().any(|(key, _)| key == name) && on.contains(word))
}

/// Of each input the newest moment before which it cannot have been taken: the latest time in its rows, and
/// the making of the things that it shows.
fn ages(rows: &[Row<'_>], artefacts: &[Artefact<'_>]) -> BTreeMap<u32, Time> {
    let mut ages: BTreeMap<u32, Time> = BTreeMap::new();
    let stated = rows.iter().map(|row| (row.at.input, row.changed));
    let shown = artefacts.iter().flat_map(|artefact| artefact.found.iter().map(|at| (at.input, artefact.since)));
    for (input, time) in stated.chain(shown).filter(|(_, time)| time.is_known()) {
        let age = ages.entry(input).or_insert(time);
        *age = (*age).max(time);
    }
    ages
}

fn status(artefact: &mut Artefact<'_>, rows: &[Row<'_>], ages: &BTreeMap<u32, Time>) {
    let shown = |at: &Pointer| rows.iter().any(|row| row.at == *at && row.kind == artefact.kind && row.on);
    let on = artefact.found.iter().any(shown);
    if let Some(end) = artefact.end {
        let newer = artefact.found.iter().any(|at| shown(at) && ages.get(&at.input).is_some_and(|age| *age > end.time));
        if newer {
            (artefact.status, artefact.end) = (Status::InPlace, None);
            artefact.basis = "the log ends it, but a snapshot that is newer shows it";
        } else {
            let basis = match (artefact.found.is_empty(), end.how) {
                (true, SWITCHED_OFF) => "a record shows that it was switched off; it can be switched on again",
                (true, _) => "a record shows its end",
                (false, _) => "a record shows its end; the snapshot that lists it may be older",
            };
            artefact.close(end, basis);
        }
        return;
    }
    if !artefact.found.is_empty() {
        artefact.status = Status::InPlace;
        artefact.basis = if on { SHOWN } else { "a snapshot shows it, switched off" };
        return;
    }
    artefact.basis = match missing(artefact, rows, ages) {
        Some((at, true)) => {
            let end = End { at, time: Time::NONE, digits: 0, by: By::Unknown, account: AccountId::NONE, how: "gone" };
            return artefact.close(end, "a newer snapshot of the same mailbox does not have it any more");
        }
        Some((_, false)) | None if artefact.doubtful_end.is_some() => {
            "one of its kind was removed later, and the records do not tell which"
        }
        None if has_namesake(artefact, rows) => FEWER,
        Some((_, false)) => "a snapshot of the same mailbox does not have it, and may be older than it",
        None if artefact.kind == Kind::MfaMethod && lists_method(artefact, rows) => "a snapshot lists a method of this kind, but not which",
        None => NOTHING_LATER,
    };
}

/// The end of a rule that was removed by an id which the record of its making does not have.
///
/// A snapshot of the mailbox has neither the rule nor the id that was removed. Taken after the removal, it
/// shows that the rule is gone. Taken before the rule was made, it shows that what was removed was made later,
/// and the rule is the only one of those that were `made` till then which it can be. In between it would have
/// shown the rule.
fn removed_unnamed(artefact: &Artefact<'_>, rows: &[Row<'_>], made: &[(Time, Option<String>)]) -> Option<End> {
    let (end, id) = artefact.doubtful_end.as_ref()?;
    let id = id.as_ref().filter(|_| artefact.kind == Kind::InboxRule && artefact.end.is_none() && artefact.found.is_empty())?;
    let possible = made.iter().filter(|(time, known)| *time <= end.time && known.as_ref().is_none_or(|known| known == id));
    if possible.count() != 1 {
        return None;
    }
    let mut own = rows.iter().filter(|row| row.kind == Kind::InboxRule && row.of == artefact.of && row.of.is_some()).peekable();
    own.peek()?;
    let other = |row: &Row<'_>| {
        let is_other = same(row.kind, (artefact.of, &artefact.identity), (row.of, &row.identity)) == Same::No;
        is_other && row.identity.id.as_ref().is_some_and(|known| known != id)
    };
    own.all(other).then_some(*end)
}

/// A row of the mailbox in a snapshot that lacks the thing, and whether that snapshot is surely newer.
fn missing(artefact: &Artefact<'_>, rows: &[Row<'_>], ages: &BTreeMap<u32, Time>) -> Option<(Pointer, bool)> {
    if !matches!(artefact.kind, Kind::InboxRule | Kind::Forwarding) || !artefact.since.is_known() {
        return None;
    }
    if has_namesake(artefact, rows) {
        return None;
    }
    let own = rows.iter().filter(|row| row.kind == artefact.kind && row.of == artefact.of && row.of.is_some());
    // A row that may be the thing, by a name or id that the record lacks, does not say that it is gone.
    let mut own = own.filter(|row| {
        artefact.kind == Kind::Forwarding || same(row.kind, (artefact.of, &artefact.identity), (row.of, &row.identity)) == Same::No
    });
    let newer = |row: &Row<'_>| match artefact.kind {
        Kind::Forwarding if row.changed.is_known() => row.changed > artefact.since,
        _ => ages.get(&row.at.input).is_some_and(|age| *age > artefact.since),
    };
    let first = own.next()?;
    let newest = std::iter::once(first).chain(own).find(|row| newer(row));
    Some(newest.map_or((first.at, false), |row| (row.at, true)))
}

/// True for a rule of which a snapshot of the mailbox has the name, in a row that shows another.
fn has_namesake(artefact: &Artefact<'_>, rows: &[Row<'_>]) -> bool {
    let is_rule = |row: &&Row<'_>| row.kind == Kind::InboxRule && artefact.kind == Kind::InboxRule;
    rows.iter().filter(is_rule).any(|row| same(row.kind, (artefact.of, &artefact.identity), (row.of, &row.identity)) == Same::Yes)
}

fn lists_method(artefact: &Artefact<'_>, rows: &[Row<'_>]) -> bool {
    let Some(family) = artefact.identity.name.as_deref().and_then(method_family) else { return false };
    let own = rows.iter().filter(|row| row.kind == Kind::MfaMethod && row.of == artefact.of && row.of.is_some());
    own.flat_map(|row| row.identity.name.iter().flat_map(|text| text.split(", "))).any(|method| method_family(method) == Some(family))
}

/// What rows show that looks like an intruder's and that no record explains.
fn unexplained<'a>(scene: &Scene<'_, 'a>, rows: &[Row<'a>], shown: &[bool], artefacts: &[Artefact<'a>]) -> Vec<Artefact<'a>> {
    let likeness = Likeness::of(artefacts, rows);
    let mut candidates: Vec<&Row<'a>> = rows
        .iter()
        .zip(shown)
        .filter(|(row, shown)| !**shown && row.on && row.of.is_some())
        .filter_map(|(row, _)| likeness.basis(scene, row).map(|_| row))
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    // What anybody made in the log is explained, whoever it was.
    for (index, event) in scene.case.described().filter(|(_, event)| event.succeeded()) {
        if let Some(touch) = touch(scene.case, index, event).filter(|touch| touch.effect == Effect::Made) {
            candidates
                .retain(|row| row.kind != touch.kind || same(row.kind, (row.of, &row.identity), (touch.of, &touch.identity)) != Same::Yes);
        }
    }
    candidates.into_iter().filter_map(|row| likeness.basis(scene, row).map(|basis| as_found(row, basis))).collect()
}

fn as_found<'a>(row: &Row<'a>, basis: &'static str) -> Artefact<'a> {
    Artefact {
        kind: row.kind,
        account: row.of,
        of: row.of,
        origin: Origin::NotInTheseExports,
        identity: row.identity.clone(),
        rule: row.rule,
        made: Vec::new(),
        since: Time::NONE,
        links: Vec::new(),
        touched: Time::NONE,
        found: vec![row.at],
        status: Status::InPlace,
        basis,
        end: None,
        doubtful_end: None,
    }
}

/// What intruders made for certain, to compare rows with.
struct Likeness {
    wordings: BTreeSet<String>,
    addresses: BTreeSet<String>,
    apps: Vec<Identity>,
}

impl Likeness {
    fn of(artefacts: &[Artefact<'_>], rows: &[Row<'_>]) -> Likeness {
        let certain = || artefacts.iter().filter(|artefact| artefact.origin == Origin::Intruder);
        let rules = || certain().filter_map(|artefact| artefact.rule);
        let targets = |rule: &Rule| {
            rule.forward_to.iter().chain(&rule.redirect_to).map(|to| key::fold_principal(to).into_owned()).collect::<Vec<_>>()
        };
        let forwarding =
            certain().filter(|artefact| artefact.kind == Kind::Forwarding).filter_map(|artefact| artefact.identity.address.clone());
        let few = |identity: &Identity| {
            let granted = rows.iter().filter(|row| row.kind == Kind::AppGrant && app(&row.identity, identity) == Same::Yes);
            granted.map(|row| row.of).collect::<BTreeSet<_>>().len() <= FEW_GRANTS
        };
        let apps = certain().filter(|artefact| artefact.kind == Kind::AppGrant).map(|artefact| &artefact.identity);
        Likeness {
            wordings: rules().map(wording).collect(),
            addresses: rules().flat_map(targets).chain(forwarding).collect(),
            apps: apps.filter(|identity| few(identity)).cloned().collect(),
        }
    }

    /// Why the row looks like an intruder's; `None` where it does not.
    fn basis(&self, scene: &Scene<'_, '_>, row: &Row<'_>) -> Option<&'static str> {
        let judgement = scene.attribution.judgements.get(&row.of);
        let taken = judgement.filter(|judgement| matches!(judgement.verdict, Verdict::Compromised | Verdict::Suspicious));
        let outside = |to: &str| to.contains('@') && !scene.case.store.accounts().is_own_address(&key::fold_principal(to));
        let during = taken.is_some_and(|judgement| {
            let (from, to) = (judgement.compromised_at.unwrap_or(Time::NONE), judgement.last_at.unwrap_or(Time::NONE));
            row.changed.is_known() && from.is_known() && row.changed >= from && row.changed <= to
        });
        match row.kind {
            Kind::InboxRule => {
                let rule = row.rule?;
                let mut targets = rule.forward_to.iter().chain(&rule.redirect_to);
                let hidden = !rule.lost && hides(rule).is_some();
                if targets.clone().any(|to| self.addresses.contains(key::fold_principal(to).as_ref())) {
                    Some("it sends mail to the intruder's address; who made it is not in these exports")
                } else if hidden && self.wordings.contains(&wording(rule)) {
                    Some("it is worded like the intruder's rule; who made it is not in these exports")
                } else if taken.is_some() && targets.any(|to| outside(to)) {
                    Some("it sends mail outside; who made it is not in these exports")
                } else {
                    (taken.is_some() && hidden).then_some("it hides mail; who made it is not in these exports")
                }
            }
            Kind::Forwarding => {
                let address = row.identity.address.as_deref()?;
                if self.addresses.contains(address) {
                    Some("it goes to the intruder's address; who set it is not in these exports")
                } else {
                    (taken.is_some() && outside(address)).then_some("it goes outside; who set it is not in these exports")
                }
            }
            Kind::AppGrant if self.apps.iter().any(|known| app(known, &row.identity) == Same::Yes) => {
                Some("it is the application that the intruder consented to; who consented here is not in these exports")
            }
            Kind::AppGrant | Kind::Device if during => Some("it is dated within the intruder's time; who made it is not in these exports"),
            _ => None,
        }
    }
}
