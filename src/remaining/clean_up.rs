//! Sessions that were not ended, what was done to clean up, and whether the intruder came back.

use super::artefact::{Artefact, By, Identity, Kind, Origin, Status};
use super::{End, Hand, Scene};
use crate::attribution::{Judgement, Verdict};
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Flags, Time, fold_operation};
use std::collections::BTreeMap;

/// Seconds for which an access token may run on after a revocation, a reset or a block.
///
/// Source: Microsoft's documentation of access token lifetimes: 60 to 90 minutes, chosen at random.
pub const LINGER_SECONDS: i64 = 90 * 60;

/// One act that takes something from the intruder.
#[derive(Clone, Copy, Debug)]
pub struct CleanAct {
    /// What it is, in words.
    pub what: &'static str,
    /// When, by whom, and its record.
    pub end: End,
    /// It ends sessions, the password, or sign-in as such.
    pub cuts: bool,
}

/// What was done to take an account back.
#[derive(Clone, Debug, Default)]
pub struct CleanUp {
    /// The acts, in time order.
    pub acts: Vec<CleanAct>,
    /// Acts of the intruder within [`LINGER_SECONDS`] after the first cut: access tokens that ran on fit them.
    pub lingering: Vec<u32>,
    /// Acts of the intruder later than that: he came back, or never left.
    pub returned: Vec<u32>,
    /// Acts of the intruder after the last cut and [`LINGER_SECONDS`].
    pub since_last_cut: usize,
    /// Acts of the intruder after the first cut that failed, as far as they have a time.
    pub attempts: Vec<u32>,
    /// Things of his that are in place, or not known to be gone.
    pub survived: usize,
}

/// How a record takes access from an account: the words, and whether it ends refresh tokens of every kind.
struct Cut {
    what: &'static str,
    whole: bool,
}

/// What cuts an account off, done by somebody else than the intruder.
///
/// A password that the user changes himself leaves the refresh tokens of web applications alone; one set
/// by an administrator, and a revocation, end them. Source: Microsoft Entra's table of token revocation.
fn cut(case: &Case<'_>, event: &Event, own: bool) -> Option<Cut> {
    let Some(Detail::Change(change)) = case.store.detail(event) else { return None };
    let operation = fold_operation(case.store.text(event.operation));
    match (event.action, change.aspect) {
        (Action::Credential, "sessions-revoked") => Some(Cut { what: "sessions revoked", whole: true }),
        (Action::Credential, "password") if operation.starts_with("unlock") => None,
        (Action::Credential, "password") if own || change.by_self => Some(Cut { what: "password changed", whole: false }),
        (Action::Credential, "password") => Some(Cut { what: "password reset", whole: true }),
        (Action::AccountChange, "user") if event.flags.has(Flags::REMOVAL) => {
            let deleted = operation.contains("delete user");
            Some(Cut { what: if deleted { "account deleted" } else { "account disabled" }, whole: true })
        }
        _ => None,
    }
}

/// The account that an act is done to; its own where the record names nobody else.
fn subject(case: &Case<'_>, event: &Event) -> AccountId {
    case.store.accounts().of(event.target.some().unwrap_or(event.actor))
}

/// Adds to the things of every compromised account its sessions, and tells of every clean-up.
pub(super) fn clean_ups<'a>(scene: &Scene<'_, 'a>, artefacts: &mut Vec<Artefact<'a>>) -> BTreeMap<AccountId, CleanUp> {
    let taken: BTreeMap<AccountId, &Judgement> =
        scene.attribution.judgements.iter().filter(|(_, one)| one.verdict == Verdict::Compromised).map(|(id, one)| (*id, one)).collect();
    let mut cuts: BTreeMap<AccountId, Vec<(CleanAct, bool)>> = BTreeMap::new();
    for (index, event) in scene.case.described().filter(|(_, event)| event.succeeded() && event.time.is_known()) {
        let account = subject(scene.case, event);
        let Some(judgement) = taken.get(&account) else { continue };
        let own = scene.case.contexts.account_of(index) == account;
        let Some(cut) = cut(scene.case, event, own) else { continue };
        let end = scene.end(index, event, account, cut.what);
        let before = judgement.compromised_at.is_none_or(|from| event.time < from);
        let doubtful = own && end.by == By::Unknown;
        if before || doubtful || scene.hand(index, event) != Hand::Other {
            continue;
        }
        cuts.entry(account).or_default().push((CleanAct { what: cut.what, end, cuts: true }, cut.whole));
    }
    let (acts, failed) = intruder_acts(scene, &taken);
    let mut clean_ups = BTreeMap::new();
    for (account, judgement) in &taken {
        let own = cuts.remove(account).unwrap_or_default();
        let done = acts.get(account).map(Vec::as_slice).unwrap_or_default();
        artefacts.push(session(scene, *account, judgement, &own, done));
        let mut clean_up = clean_up(*account, &own, artefacts, done);
        let cut = clean_up.acts.iter().find(|act| act.cuts).map(|act| act.end.time);
        let tries = failed.get(account).into_iter().flatten();
        clean_up.attempts = tries.filter(|(_, time)| cut.is_some_and(|cut| *time > cut)).map(|(index, _)| *index).collect();
        if !clean_up.acts.is_empty() {
            clean_ups.insert(*account, clean_up);
        }
    }
    clean_ups
}

/// Acts by account, in time order: index and time.
type Acts = BTreeMap<AccountId, Vec<(u32, Time)>>;

/// Acts of intruders that succeeded, and those that did not.
fn intruder_acts(scene: &Scene<'_, '_>, taken: &BTreeMap<AccountId, &Judgement>) -> (Acts, Acts) {
    let (mut acts, mut failed) = (Acts::new(), Acts::new());
    for (index, event) in scene.case.in_order().filter(|(index, _)| scene.attribution.actors.is_intruders(*index)) {
        let account = scene.case.contexts.account_of(index);
        // Mail that is on its way, and what a forwarding or rule does by itself, needs nobody signed in.
        let in_person = !matches!(event.action, Action::MailReceived | Action::Alert);
        if event.time.is_known() && in_person && taken.contains_key(&account) {
            if event.succeeded() {
                acts.entry(account).or_default().push((index, event.time));
            } else if event.action != Action::MailSent {
                // What came back undelivered was sent before.
                failed.entry(account).or_default().push((index, event.time));
            }
        }
    }
    (acts, failed)
}

/// The sessions of a compromised account.
fn session<'a>(
    scene: &Scene<'_, 'a>,
    account: AccountId,
    judgement: &Judgement,
    cuts: &[(CleanAct, bool)],
    acts: &[(u32, Time)],
) -> Artefact<'a> {
    let last = acts.last().copied();
    let last_time = last.map(|(_, time)| time).or(judgement.last_at).unwrap_or(Time::NONE);
    let after = |(act, _): &&(CleanAct, bool)| last_time.is_known() && act.end.time >= last_time;
    let mut session = Artefact {
        kind: Kind::Session,
        account,
        of: account,
        origin: Origin::Intruder,
        identity: Identity { of: Some(scene.case.name(account).to_owned()), ..Identity::default() },
        rule: None,
        made: last.map(|(index, _)| index).into_iter().collect(),
        since: judgement.compromised_at.unwrap_or(Time::NONE),
        links: Vec::new(),
        touched: last_time,
        found: Vec::new(),
        status: Status::Unknown,
        basis: "no reset, revocation or block of the account is recorded after the intruder's last act",
        end: None,
        doubtful_end: None,
    };
    if let Some((act, _)) = cuts.iter().filter(after).find(|(_, whole)| *whole) {
        session.close(act.end, "a record shows their end; an access token may have run on for up to 90 minutes");
    } else if cuts.iter().any(|cut| after(&cut)) {
        session.basis = "the owner changed the password; that leaves sessions of web applications alone, and no revocation is recorded";
    } else if !cuts.is_empty() {
        session.basis = "the intruder acted after the last reset, revocation or block";
    }
    session
}

fn clean_up(account: AccountId, cuts: &[(CleanAct, bool)], artefacts: &[Artefact<'_>], acts: &[(u32, Time)]) -> CleanUp {
    let mut clean_up = CleanUp { acts: cuts.iter().map(|(act, _)| *act).collect(), ..CleanUp::default() };
    let own = || artefacts.iter().filter(|artefact| artefact.account == account && artefact.kind != Kind::Session);
    for artefact in own() {
        if let Some(end) =
            artefact.end.filter(|end| end.time.is_known() && !matches!(end.by, By::Intruder) && artefact.kind != Kind::Password)
        {
            clean_up.acts.push(CleanAct { what: removal_words(artefact.kind), end, cuts: false });
        }
    }
    clean_up.acts.sort_by_key(|act| (act.end.time, act.end.at));
    clean_up.survived = own().filter(|artefact| artefact.status != Status::Removed).count();
    let cut_times: Vec<Time> = clean_up.acts.iter().filter(|act| act.cuts).map(|act| act.end.time).collect();
    let (Some(first), Some(last)) = (cut_times.first(), cut_times.last()) else { return clean_up };
    for (index, time) in acts {
        let after = time.since(*first);
        if after > LINGER_SECONDS {
            clean_up.returned.push(*index);
        } else if after > 0 {
            clean_up.lingering.push(*index);
        }
        clean_up.since_last_cut += usize::from(time.since(*last) > LINGER_SECONDS);
    }
    clean_up
}

fn removal_words(kind: Kind) -> &'static str {
    match kind {
        Kind::InboxRule => "inbox rule removed",
        Kind::Forwarding => "forwarding ended",
        Kind::Permission => "right on a mailbox removed",
        Kind::AppGrant | Kind::App => "application removed",
        Kind::AppCredential | Kind::AppOwner => "access to an application removed",
        Kind::MfaMethod => "MFA method removed",
        Kind::Device => "device removed",
        Kind::TransportRule => "mail-flow rule removed",
        Kind::Role => "role removed",
        Kind::User => "user removed",
        Kind::Auditing => "auditing switched on",
        Kind::LegacyProtocol => "mail protocol switched off",
        Kind::Password | Kind::Policy | Kind::Session => "put right",
    }
}
