//! By when a response would have been of use.

use super::acts::Acts;
use super::effect::TOKEN_SECONDS;
use super::scenario::{Intervention, rulings};
use super::{Scene, totals};
use crate::events::{AccountId, Action, Time};

/// Minutes of delay that the curve has a point at.
const MINUTES: [i64; 11] = [0, 1, 5, 15, 30, 60, 120, 240, 480, 960, 1440];

/// What would have been spared with a delay.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Minutes from each trigger's last record (or from the moment that was asked about).
    pub minutes: u64,
    /// Mails that would not have been sent.
    pub mails: u64,
    /// Mails that would not have been sent if something holds.
    pub mails_if: u64,
    /// Accounts that would not have fallen: the sum of their probabilities.
    pub accounts: f64,
    /// How many accounts that is about.
    pub accounts_of: usize,
}

/// The points of the curve, by minutes of delay.
pub(super) fn curve(scene: &Scene<'_>, acts: &Acts, with_delay: &dyn Fn(i64) -> Vec<Intervention>) -> Vec<Point> {
    if acts.list.is_empty() {
        return Vec::new();
    }
    let point = |minutes: i64| {
        let (results, spared) = rulings(scene, acts, &with_delay(minutes));
        let mails = totals::count(scene, acts, &results).mails_sent;
        Point {
            minutes: minutes.unsigned_abs(),
            mails: mails.prevented,
            mails_if: mails.prevented_if,
            accounts: spared.iter().map(|one| one.probability).sum(),
            accounts_of: spared.len(),
        }
    };
    MINUTES.into_iter().map(point).collect()
}

/// Until when disabling an account would have spared something.
#[derive(Clone, Debug)]
pub struct Latest {
    /// The account to disable.
    pub account: AccountId,
    /// The first act that reached the other account, or the last mail: it had to be done before.
    pub before: Time,
    /// To be sure of it even where an access token runs on to its end.
    pub surely_before: Time,
    /// The account that would have been spared, and how sure that is; none where it is about mails.
    pub spares: Option<(AccountId, f64)>,
}

/// The latest useful moments: for each account that fell by another's act, and for the last mail of each
/// account that sent any, in time order.
pub(super) fn latest(scene: &Scene<'_>, acts: &Acts) -> Vec<Latest> {
    let new = |account, before: Time, spares| Latest { account, before, surely_before: before.plus_secs(-TOKEN_SECONDS), spares };
    let mut list: Vec<Latest> = Vec::new();
    for edge in scene.incidents.iter().flat_map(|incident| &incident.edges) {
        let path = acts.list.iter().filter(|act| act.account == edge.from && edge.path_events.contains(&act.event));
        if let Some(first) = path.map(|act| act.time).min() {
            list.push(new(edge.from, first, Some((edge.to, edge.confidence))));
        }
    }
    for account in scene.incidents.iter().flat_map(|incident| &incident.accounts) {
        let mails = acts.list.iter().filter(|act| act.account == *account && act.action == Action::MailSent && act.counted);
        if let Some(last) = mails.map(|act| act.time).max() {
            list.push(new(*account, last, None));
        }
    }
    list.sort_by_key(|one| (one.before, one.account));
    list
}
