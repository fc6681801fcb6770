//! Response: what an automatic response would have changed.
//!
//! The triggers are three composites of detections, looked for without hindsight ([`watch`]). Each mode of
//! the response turns them into interventions on accounts at moments; each act of the intruder is then
//! ruled on by what the interventions stop and what they do not ([`rule`]), and the cascade is cut where the
//! path to an account is among what is stopped. The other side is counted too: what the owners would have
//! been kept from, and innocent accounts that would have been acted on.
//!
//! Nothing of it happened. Words say "would", probabilities are those of the cascade's edges, and whatever
//! depends on something that no record shows is `prevented-if`, with what it depends on.

mod acts;
mod cost;
mod effect;
mod foresight;
mod limits;
mod replay;
mod scenario;
mod totals;
mod trigger;

pub use crate::config::ResponseAction;
pub use acts::{Act, Acts, Door, Entry, Hand};
pub use cost::{Cost, Innocent};
pub use effect::{Known, Outcome, Ruling, rule};
pub use foresight::{Latest, Point};
pub use limits::{LIMITS, Limits};
pub use replay::{Firing, Sight, Watch, watch};
pub use scenario::{ActResult, Intervention, LeftBehind, Mode, Scenario, Spared, Why};
pub use totals::{Hours, Split, Totals};
pub use trigger::Trigger;

use crate::attribution::{Attribution, Ground};
use crate::cascade::Incident;
use crate::detections::Case;
use crate::events::{AccountId, Time};
use crate::stages::Stages;

/// What the simulator stands on.
pub struct Scene<'a> {
    /// The case with the final habits.
    pub case: &'a Case<'a>,
    /// Who did what.
    pub attribution: &'a Attribution,
    /// Incidents.
    pub incidents: &'a [Incident],
}

/// What came of it.
pub struct Response {
    /// The acts of the intruders, in time order; results of scenarios are parallel to it.
    pub acts: Acts,
    /// Triggers that fired.
    pub watch: Watch,
    /// What each mode would have changed.
    pub scenarios: Vec<Scenario>,
    /// What would have been spared by minutes of delay.
    pub curve: Vec<Point>,
    /// Until when disabling an account would have spared another.
    pub latest: Vec<Latest>,
}

/// An intervention that somebody asks about.
pub struct ByHand {
    /// On which account.
    pub account: AccountId,
    /// When.
    pub at: Time,
    /// What is done.
    pub actions: Vec<ResponseAction>,
}

/// Replays the policy of the configuration. `effort` is how many events may be replayed in all; beyond it
/// triggers are taken from the whole evidence, and the result says so.
pub fn respond(scene: &Scene<'_>, ground: &Ground<'_>, effort: usize, stages: &Stages) -> Response {
    let acts = Acts::of(scene);
    let watch = stages.run("response triggers", || watch(ground, scene.attribution, effort));
    let run = |mode| scenario::run(scene, &acts, mode, scenario::interventions(scene, &watch.firings, mode));
    let scenarios: Vec<Scenario> = stages.run("response scenarios", || Mode::CONFIGURED.into_iter().map(run).collect());
    let delayed = |minutes: i64| scenario::delayed(scene, &watch.firings, minutes);
    let curve = foresight::curve(scene, &acts, &delayed);
    Response { curve, latest: foresight::latest(scene, &acts), acts, watch, scenarios }
}

/// Replays one intervention, beside what happened without it.
pub fn by_hand(scene: &Scene<'_>, hand: &ByHand) -> Response {
    let acts = Acts::of(scene);
    let at = |minutes: i64| scenario::at_hand(scene, hand, minutes);
    let scenarios = vec![scenario::run(scene, &acts, Mode::DetectOnly, Vec::new()), scenario::run(scene, &acts, Mode::ByHand, at(0))];
    let curve = foresight::curve(scene, &acts, &at);
    Response { curve, latest: foresight::latest(scene, &acts), acts, watch: Watch::default(), scenarios }
}

#[cfg(test)]
mod tests;
