//! Which response a run replays.

use super::exit::Failure;
use super::global::Global;
use super::run::like;
use crate::attribution::Ground;
use crate::config::{Config, ResponseAction};
use crate::events::{AccountId, Accounts, Party, Time};
use crate::report::scope::Scope;
use crate::response::{self, ByHand, Response, Scene};
use crate::stages::Stages;

/// Events that may be analysed again beside a report: so many that it stays quick.
const BESIDE_REPORT: usize = 500_000;
/// Events that may be analysed again where the response is what was asked for.
const ASKED_FOR: usize = 60_000_000;
/// Accounts that an error names.
const NAMED: usize = 3;

/// Which response a run replays.
pub(super) enum Replay {
    /// None: nothing that is written shows it.
    Nothing,
    /// That of the configuration, if there is an incident.
    Incidents,
    /// That of the configuration, with another latency where one is given.
    Policy {
        /// Minutes after which a record can be seen.
        latency: Option<u32>,
    },
    /// What somebody asks about.
    ByHand {
        /// On which account.
        account: String,
        /// When.
        at: Time,
        /// What is done.
        actions: Vec<ResponseAction>,
    },
}

impl Replay {
    /// Changes the configuration as the command line says.
    pub(super) fn adjust(&self, config: &mut Config) {
        if let Replay::Policy { latency: Some(minutes) } = self {
            config.response.latency_minutes = *minutes;
        }
    }

    /// What of the report is shown: what somebody asks about shows all accounts, because it is about them.
    ///
    /// # Errors
    /// For a span that ends before it begins.
    pub(super) fn scope(&self, global: &Global) -> Result<Scope, Failure> {
        let scope = global.scope()?;
        Ok(match self {
            Replay::ByHand { .. } => Scope { accounts: Vec::new(), ..scope },
            Replay::Nothing | Replay::Incidents | Replay::Policy { .. } => scope,
        })
    }

    /// Replays it.
    ///
    /// # Errors
    /// For an account that is not in the exports, or a name that several accounts share.
    pub(super) fn run(&self, scene: &Scene<'_>, ground: &Ground<'_>, stages: &Stages) -> Result<Option<Response>, Failure> {
        Ok(match self {
            Replay::Nothing => None,
            Replay::Incidents if scene.incidents.is_empty() => None,
            Replay::Incidents => Some(response::respond(scene, ground, BESIDE_REPORT, stages)),
            Replay::Policy { .. } => Some(response::respond(scene, ground, ASKED_FOR, stages)),
            Replay::ByHand { account, at, actions } => {
                let account = find(ground.store.accounts(), account)?;
                Some(response::by_hand(scene, &ByHand { account, at: *at, actions: actions.clone() }))
            }
        })
    }
}

/// The account of the company that has this name, alias, object id or part before the `@`.
fn find(accounts: &Accounts, name: &str) -> Result<AccountId, Failure> {
    let wanted = name.trim().to_lowercase();
    let people = || accounts.iter().filter(|(_, one)| matches!(one.party, Party::Person | Party::Guest | Party::SharedMailbox));
    let exact = people().find(|(_, one)| one.name == wanted || one.aliases.contains(&wanted) || one.object_id.as_ref() == Some(&wanted));
    if let Some((id, _)) = exact {
        return Ok(id);
    }
    let local = |text: &str| text.split_once('@').map(|(local, _)| local.to_owned());
    let near: Vec<_> = people().filter(|(_, one)| local(&one.name).as_deref() == Some(wanted.as_str())).collect();
    match near.as_slice() {
        [(id, _)] => Ok(*id),
        [] => Err(Failure::usage(format!("there is no account {name:?} in these exports"))
            .hint(like(people().map(|(_, one)| one.name.as_str()), &wanted))),
        several => {
            let names: Vec<&str> = several.iter().take(NAMED).map(|(_, one)| one.name.as_str()).collect();
            Err(Failure::usage(format!("{name:?} may be one of {} accounts", several.len()))
                .hint(format!("give the whole name: {}", names.join(", "))))
        }
    }
}
