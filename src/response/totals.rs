//! Counts of a scenario.

use super::Scene;
use super::acts::Acts;
use super::effect::Outcome;
use super::scenario::ActResult;
use crate::attribution::Attribution;
use crate::events::{AccountId, Action, Time};
use std::collections::BTreeMap;

/// Things by what would have become of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Split {
    /// Done before anything happened on the account.
    pub before: u64,
    /// Prevented.
    pub prevented: u64,
    /// Prevented if something holds.
    pub prevented_if: u64,
    /// Going on by a way that the response does not touch.
    pub residual: u64,
    /// Not prevented.
    pub not_prevented: u64,
}

impl Split {
    /// Adds so many things of an outcome.
    pub fn add(&mut self, outcome: Option<Outcome>, amount: u64) {
        *match outcome {
            None => &mut self.before,
            Some(Outcome::NotPrevented) => &mut self.not_prevented,
            Some(Outcome::Residual) => &mut self.residual,
            Some(Outcome::PreventedIf) => &mut self.prevented_if,
            Some(Outcome::Prevented) => &mut self.prevented,
        } += amount;
    }
}

/// Hours in which the intruder was in, from his first success on each account to his last act there.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Hours {
    /// As it was.
    pub recorded: f64,
    /// With the response, if none of its conditions holds.
    pub at_most: f64,
    /// With the response, if all of them hold.
    pub at_least: f64,
}

/// Counts of a scenario.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Totals {
    /// Acts.
    pub acts: Split,
    /// Sign-ins.
    pub sign_ins: Split,
    /// Mails sent, each delivery counted.
    pub mails_sent: Split,
    /// Mails opened or synchronised.
    pub mails_read: Split,
    /// Inbox rules made or changed.
    pub rules: Split,
    /// Consents.
    pub consents: Split,
    /// Hours of access, over all accounts.
    pub hours: Hours,
}

/// Last acts of an intruder on an account.
#[derive(Clone, Copy, Default)]
struct Ends {
    at_most: Option<Time>,
    at_least: Option<Time>,
}

/// Counts what became of the acts.
pub(super) fn count(scene: &Scene<'_>, acts: &Acts, results: &[ActResult]) -> Totals {
    let mut totals = Totals::default();
    let mut ends: BTreeMap<AccountId, Ends> = BTreeMap::new();
    for (act, result) in acts.list.iter().zip(results).filter(|(act, _)| act.counted) {
        totals.acts.add(result.outcome, 1);
        let split = match act.action {
            Action::SignIn => Some(&mut totals.sign_ins),
            Action::MailSent => Some(&mut totals.mails_sent),
            Action::MailRead => Some(&mut totals.mails_read),
            Action::MailboxRule => Some(&mut totals.rules),
            Action::Consent => Some(&mut totals.consents),
            _ => None,
        };
        if let Some(split) = split {
            split.add(result.outcome, if matches!(act.action, Action::MailSent | Action::MailRead) { act.amount } else { 1 });
        }
        let end = ends.entry(act.account).or_default();
        if result.outcome < Some(Outcome::Prevented) {
            end.at_most = Some(act.time);
        }
        if result.outcome < Some(Outcome::PreventedIf) {
            end.at_least = Some(act.time);
        }
    }
    for incident in scene.incidents {
        for account in &incident.accounts {
            let end = ends.get(account).copied().unwrap_or_default();
            totals.hours.recorded +=
                hours(scene.attribution, *account, scene.attribution.judgements.get(account).and_then(|one| one.last_at));
            totals.hours.at_most += hours(scene.attribution, *account, end.at_most);
            totals.hours.at_least += hours(scene.attribution, *account, end.at_least);
        }
    }
    totals
}

/// Hours from the first success on an account to a moment.
fn hours(attribution: &Attribution, account: AccountId, to: Option<Time>) -> f64 {
    let from = attribution.judgements.get(&account).and_then(|one| one.compromised_at);
    let seconds = from.zip(to).map_or(0, |(from, to)| to.since(from).max(0));
    #[expect(clippy::cast_precision_loss, reason = "seconds of a case")]
    let hours = seconds as f64 / 3600.0;
    (hours * 100.0).round() / 100.0
}
