//! Composites: what several findings of one lane say together.
//!
//! They are worth nothing of their own: the chain of the score counts what followed what. A reader gets
//! one line with both halves, at the time of the record that completes it.

use super::{Case, Detection, Finding, Findings, Threshold};
use crate::events::Time;

/// Detections of a sign-in that succeeded and is not as usual.
pub const UNUSUAL_SIGN_IN: &[&str] = &[
    "legacy-auth-sign-in",
    "scripted-agent-sign-in",
    "unfamiliar-sign-in",
    "anonymised-sign-in",
    "impossible-travel",
    "session-replay",
    "device-code-sign-in",
    "failures-then-success",
    "mfa-fatigue",
    "dormant-account-sign-in",
    "mailbox-sign-in-unfamiliar",
];

/// Events of the completing act that a composite lists.
const LISTED_ACTS: usize = 20;

/// One finding as a part of a composite.
#[derive(Clone, Copy)]
pub struct Part<'f> {
    /// The finding.
    pub finding: &'f Finding,
    /// Id of its detection.
    pub id: &'static str,
    /// When it is complete.
    pub time: Time,
}

/// The findings of a lane that are evidence and have a time, in time order.
pub fn parts<'f>(case: &Case<'_>, lane: &[&'f Finding]) -> Vec<Part<'f>> {
    let mut parts: Vec<Part<'f>> = lane
        .iter()
        .filter(|finding| finding.db > 0.0)
        .filter_map(|finding| Some(Part { finding, id: finding.detection()?.id(), time: completed(case, finding)? }))
        .collect();
    parts.sort_by_key(|part| (part.time, part.finding.detection));
    parts
}

/// When a finding is complete: at its telling record; a burst with the mail that reaches its threshold.
fn completed(case: &Case<'_>, finding: &Finding) -> Option<Time> {
    let detection = finding.detection()?;
    let mut events = finding.events.iter().filter_map(|index| case.event(*index));
    let telling = events.clone().next()?;
    let last = if detection.id() == "mail-burst" {
        let least = case.threshold(detection, "recipients");
        let mut sum = 0.0;
        events.find(|event| {
            sum += f64::from(event.count);
            sum >= least
        })
    } else {
        None
    };
    Some(last.unwrap_or(telling).time).filter(|time| time.is_known())
}

/// The last record of the lane's unusual sign-ins at or before `time`, within `seconds`.
fn sign_in_before<'f>(case: &Case<'_>, parts: &[Part<'f>], firsts: &[&str], time: Time, seconds: i64) -> Option<(u32, &'f Finding)> {
    let near = |at: Time| at.is_known() && (0..=seconds).contains(&time.since(at));
    let last = |part: &Part<'f>| {
        let events = part.finding.events.iter().filter_map(|index| case.event(*index).map(|event| (event.time, *index)));
        events.filter(|(at, _)| near(*at)).max().map(|(at, index)| (at, index, part.finding))
    };
    let found = parts.iter().filter(|part| firsts.contains(&part.id)).filter_map(last);
    found
        .max_by_key(|(at, index, finding)| (*at, std::cmp::Reverse((finding.detection, *index))))
        .map(|(_, index, finding)| (index, finding))
}

/// The threshold of composites that [`follow`] finds.
pub const HOURS: &[Threshold] = &[Threshold { name: "hours", default: 24.0, doc: "hours from the sign-in to the act" }];

/// Reports each of `acts` that follows one of `firsts` in the lane within the composite's [`HOURS`]; what comes
/// within as many hours after a report is part of it.
pub fn follow(composite: &dyn Detection, case: &Case<'_>, lane: &[&Finding], (firsts, acts): (&[&str], &[&str]), out: &mut Findings) {
    // Most lanes have no such act.
    if !lane.iter().any(|finding| finding.detection().is_some_and(|detection| acts.contains(&detection.id()))) {
        return;
    }
    let seconds = case.seconds_of_hours(composite, "hours");
    let parts = parts(case, lane);
    let mut reported: Option<Time> = None;
    for act in parts.iter().filter(|part| acts.contains(&part.id)) {
        if reported.is_some_and(|last| act.time.since(last) <= seconds) {
            continue;
        }
        let Some((index, first)) = sign_in_before(case, &parts, firsts, act.time, seconds) else { continue };
        let mut events: Vec<u32> = act.finding.events.iter().copied().take(LISTED_ACTS).collect();
        if !events.contains(&index) {
            events.push(index);
        }
        out.add_composite(case.store, act.finding, act.time, events, format!("{}; then {}", first.summary, act.finding.summary));
        reported = Some(act.time);
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const RULE: &str = "unusual-login-and-new-rule";
    const BURST: &str = "unusual-login-and-mail-burst";

    #[test]
    fn what_follows_within_a_day_of_a_report_is_part_of_it() {
        let rules = |clock: &str| {
            let mut scene = Scene::entered(NIGERIA, [hiding_rule("anna", at(20, "12:00"))]);
            scene.add(sign_in("anna", at(21, "11:00")).from(NIGERIA, FIREFOX));
            scene.add(hiding_rule("anna", at(21, clock)).from(NIGERIA, FIREFOX));
            scene.judge().when(RULE, "anna")
        };
        assert_eq!(rules("11:59:59"), [at(20, "12:00")]);
        assert_eq!(rules("12:00"), [at(20, "12:00")]);
        assert_eq!(rules("12:00:01"), [at(20, "12:00"), at(21, "12:00:01")]);
    }

    #[test]
    fn the_act_comes_after_the_sign_in() {
        let seen = |clock: &str| Scene::entered(NIGERIA, [hiding_rule("anna", at(20, clock))]).judge();
        seen("03:00").fires(RULE, "anna", 0.0);
        seen("02:59:59").quiet(RULE, "anna");
    }

    #[test]
    fn of_a_long_act_twenty_records_are_listed_and_the_sign_in() {
        let seen = |mails| Scene::entered(NIGERIA, like_mails("anna", at(20, "12:00"), mails)).judge().total(BURST, "anna");
        assert_eq!((seen(50), seen(60)), (21, 21));
        assert_eq!(Scene::entered(NIGERIA, [hiding_rule("anna", at(20, "12:00"))]).judge().total(RULE, "anna"), 2);
    }

    #[test]
    fn the_hours_are_of_the_configuration() {
        let seen = |hours: &str| {
            let scene = Scene::entered(NIGERIA, [hiding_rule("anna", at(20, "05:00"))]);
            scene.configured(&format!("[thresholds.unusual-login-and-new-rule]\nhours = {hours}")).judge()
        };
        seen("2.1").fires(RULE, "anna", 0.0);
        seen("2").fires(RULE, "anna", 0.0);
        seen("1.9").quiet(RULE, "anna");
    }
}
