//! What is still in place, in words.

use super::{CaseNames, Material, known_time};
use crate::attribution::Verdict;
use crate::detections::Case;
use crate::events::{AccountId, key};
use crate::evidence::Pointer;
use crate::exposure::{Principals, principals};
use crate::remaining::{self, Artefact, CleanAct, End, Identity, Kind, Origin, Status};
use crate::report::model::{CleanUp, Ending, Remaining};
use crate::report::sanitize::clip;
use crate::report::summary::{self, Names};

/// Scopes, and characters of a name, that a line shows.
const SCOPES: usize = 4;
const LONGEST: usize = 80;

/// Parameters of a mail-flow rule that say what it does to mail.
const TELLING: [&str; 7] =
    ["BlindCopyTo", "CopyTo", "AddToRecipients", "RedirectMessageTo", "DeleteMessage", "SetSCL", "JournalEmailAddress"];

/// What is left, ready to be told.
pub(super) struct Left<'m> {
    material: &'m Material<'m>,
    whole: remaining::Left<'m>,
    principals: Principals,
}

impl<'m> Left<'m> {
    pub(super) fn of(material: &'m Material<'m>) -> Left<'m> {
        let whole = remaining::remaining(material.case, material.attribution);
        Left { material, whole, principals: principals(material.case) }
    }

    /// What stands at the account.
    pub(super) fn of_account(&self, account: AccountId) -> Vec<Remaining> {
        let own = |artefact: &&Artefact<'_>| artefact.account == account && self.has_account(artefact) && !is_of_tenant(artefact);
        self.whole.artefacts.iter().filter(own).map(|artefact| self.one(artefact)).collect()
    }

    /// What belongs to the whole tenant, or to accounts that the report does not list.
    pub(super) fn of_tenant(&self) -> Vec<Remaining> {
        let other = |artefact: &&Artefact<'_>| !self.has_account(artefact) || is_of_tenant(artefact);
        self.whole.artefacts.iter().filter(other).map(|artefact| self.one(artefact)).collect()
    }

    /// True if the report lists the account that the thing stands at.
    fn has_account(&self, artefact: &Artefact<'_>) -> bool {
        self.material.judgement(artefact.account).is_some_and(|judgement| judgement.verdict != Verdict::Clear)
    }

    fn one(&self, artefact: &Artefact<'_>) -> Remaining {
        let pointers = |list: &[Pointer]| list.iter().take(super::LISTED).map(ToString::to_string).collect();
        Remaining {
            kind: artefact.kind.name().to_owned(),
            summary: words(artefact, self.material.case, &self.principals),
            status: artefact.status.name().to_owned(),
            origin: artefact.origin.name().to_owned(),
            basis: artefact.basis.to_owned(),
            settled_by: (artefact.status == Status::Unknown).then(|| artefact.kind.settled_by().to_owned()),
            made_by: (artefact.origin != Origin::NotInTheseExports).then(|| self.material.name(artefact.account)),
            since: artefact.made.first().map_or_else(|| known_time(artefact.since), |first| self.since(artefact, *first)),
            identity: artefact.identity.clone(),
            evidence: self.material.pointers(&artefact.made),
            found: pointers(&artefact.found),
            end: artefact.end.map(|end| self.ending(&end, end.how)),
        }
    }

    /// When the thing was made; of sessions, since when the intruder was in.
    fn since(&self, artefact: &Artefact<'_>, first: u32) -> Option<String> {
        if artefact.kind == Kind::Session { known_time(artefact.since) } else { self.material.time_of(first) }
    }

    fn ending(&self, end: &End, how: &str) -> Ending {
        Ending {
            time: end.time.is_known().then(|| end.time.rfc3339(end.digits)),
            how: how.to_owned(),
            by: end.by.name().to_owned(),
            account: Some(self.material.name(end.account)).filter(|name| !name.is_empty()),
            evidence: vec![end.at.to_string()],
        }
    }

    /// What was done to take the account back.
    pub(super) fn clean_up(&self, account: AccountId) -> Option<CleanUp> {
        let clean_up = self.whole.clean_ups.get(&account)?;
        let act = |act: &CleanAct| self.ending(&act.end, act.what);
        let time = |index: Option<&u32>| index.and_then(|index| self.material.time_of(*index));
        Some(CleanUp {
            acts: clean_up.acts.iter().map(act).collect(),
            survived: clean_up.survived as u64,
            lingering: clean_up.lingering.len() as u64,
            returned: clean_up.returned.len() as u64,
            returned_from: time(clean_up.returned.first()),
            returned_to: time(clean_up.returned.last()),
            returned_since_last: clean_up.since_last_cut as u64,
            attempts: clean_up.attempts.len() as u64,
            last_attempt_at: time(clean_up.attempts.last()),
            evidence: self.material.pointers(if clean_up.returned.is_empty() { &clean_up.attempts } else { &clean_up.returned }),
        })
    }
}

/// True for what is not of one mailbox or user.
fn is_of_tenant(artefact: &Artefact<'_>) -> bool {
    match artefact.kind {
        Kind::TransportRule | Kind::App | Kind::AppCredential | Kind::AppOwner | Kind::Policy => true,
        Kind::AppGrant | Kind::Auditing | Kind::LegacyProtocol => !artefact.of.is_some(),
        _ => false,
    }
}

/// What the thing is, in words that can follow its kind.
fn words(artefact: &Artefact<'_>, case: &Case<'_>, principals: &Principals) -> String {
    let names = CaseNames(case);
    let identity = &artefact.identity;
    let app = |identity: &Identity| app(identity, &names, principals);
    let text = |text: &Option<String>| text.as_deref().map(|text| clip(text, LONGEST).into_owned());
    let quoted = |text: &Option<String>| text.as_deref().map(|text| format!("\"{}\"", clip(text, LONGEST)));
    let of = text(&identity.of).unwrap_or_else(|| "somebody".to_owned());
    // Named only where it is not the account at which the thing stands.
    let elsewhere = if artefact.of == artefact.account { String::new() } else { format!(" of {of}") };
    match artefact.kind {
        Kind::InboxRule => {
            let tail = artefact.rule.map(|rule| summary::rule_tail(rule, &names)).unwrap_or_default();
            let tail = if tail.is_empty() { "without a name".to_owned() } else { tail.trim_start().to_owned() };
            format!("{tail}{}", if elsewhere.is_empty() { elsewhere } else { format!(", in the mailbox{elsewhere}") })
        }
        Kind::Forwarding => {
            let to = text(&identity.address).unwrap_or_else(|| "an address that the record does not name".to_owned());
            let outside = if identity.address.as_deref().is_some_and(|to| names.is_outside(to)) { " (outside)" } else { "" };
            format!("to {to}{outside}{}", if elsewhere.is_empty() { elsewhere } else { format!(", from the mailbox{elsewhere}") })
        }
        Kind::Permission => {
            let right = match identity.right.as_deref() {
                Some("full-access") => "full access".to_owned(),
                Some("send-as") => "send as".to_owned(),
                Some("send-on-behalf") => "send on behalf".to_owned(),
                _ => text(&identity.rights).unwrap_or_else(|| "rights".to_owned()),
            };
            let trustee = text(&identity.trustee).unwrap_or_else(|| "somebody".to_owned());
            format!("of {trustee}: {right} on the mailbox of {of}")
        }
        Kind::AppGrant => {
            let scopes = scopes(&identity.scopes);
            let whole = if artefact.of.is_some() { elsewhere } else { ", for the whole organisation".to_owned() };
            format!("{}{scopes}{whole}", app(identity))
        }
        Kind::App => app(identity),
        Kind::AppCredential => format!("of {}", app(identity)),
        Kind::AppOwner => format!("{} of {}", text(&identity.trustee).unwrap_or_else(|| "somebody".to_owned()), app(identity)),
        Kind::MfaMethod => {
            let method =
                quoted(&identity.name).or_else(|| quoted(&identity.operation)).unwrap_or_else(|| "of a kind not recorded".to_owned());
            format!("{method}{elsewhere}")
        }
        Kind::Device => {
            let name = quoted(&identity.name).or_else(|| text(&identity.id)).unwrap_or_else(|| "without a name".to_owned());
            format!("{name}{elsewhere}")
        }
        Kind::TransportRule => {
            let name = quoted(&identity.name).unwrap_or_else(|| "without a name".to_owned());
            let told = identity.parameters.iter().filter(|(key, _)| TELLING.contains(&key.as_str()));
            let does: Vec<String> = told.map(|(key, value)| format!(": {key} {}", clip(value, LONGEST))).collect();
            format!("{name} ({}{})", text(&identity.operation).unwrap_or_default(), does.concat())
        }
        Kind::Policy => {
            let name = quoted(&identity.name).unwrap_or_else(|| "without a name".to_owned());
            format!("{name} ({})", text(&identity.operation).unwrap_or_default())
        }
        Kind::Role => {
            let [class, holder, id] =
                [&identity.trustee_class, &identity.trustee, &identity.object_id].map(|text| text.as_deref().unwrap_or_default());
            let to_no_user = identity.of.is_none() && !(holder.is_empty() && id.is_empty());
            let whose = if to_no_user { summary::holder_words(class, holder, id) } else { of };
            format!("{} of {whose}", quoted(&identity.name).unwrap_or_else(|| "without a name".to_owned()))
        }
        Kind::User => of,
        Kind::Password => format!("set by the intruder{elsewhere}"),
        Kind::Auditing | Kind::LegacyProtocol => {
            let given: Vec<String> = identity.parameters.iter().take(SCOPES).map(|(name, value)| format!("{name} {value}")).collect();
            clip(&format!("{} {}", identity.operation.as_deref().unwrap_or_default(), given.join(", ")), LONGEST).into_owned()
        }
        Kind::Session => "and refresh tokens".to_owned(),
    }
}

fn scopes(all: &[String]) -> String {
    let shown: Vec<&str> = all.iter().take(SCOPES).map(String::as_str).collect();
    match (shown.is_empty(), all.len().saturating_sub(SCOPES)) {
        (true, _) => String::new(),
        (_, 0) => format!(" ({})", clip(&shown.join(", "), 2 * LONGEST)),
        (_, more) => format!(" ({} and {more} more)", clip(&shown.join(", "), 2 * LONGEST)),
    }
}

/// The application by its name, else by an id.
fn app(identity: &Identity, names: &CaseNames<'_>, principals: &Principals) -> String {
    let of_app = || identity.app_id.as_deref().and_then(|id| names.app_name(id)).map(std::borrow::Cow::into_owned);
    let of_principal = || {
        let ids = [&identity.object_id, &identity.app_id].into_iter().flatten();
        ids.filter_map(|id| principals.get(id)).map(|(_, name)| name.clone()).find(|name| !name.is_empty())
    };
    let known = || of_app().or_else(of_principal);
    let id = || identity.app_id.as_deref().or(identity.object_id.as_deref()).map(summary::unnamed_app);
    let named = identity.name.clone().filter(|name| key::guid(name).is_none()).or_else(known);
    let shown = named.or_else(id).unwrap_or_else(|| "an application that the record does not name".to_owned());
    clip(&shown, LONGEST).into_owned()
}
