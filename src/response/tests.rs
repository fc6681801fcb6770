//! The simulator on small cases: triggers without hindsight, scenarios, the cut cascade, the cost.

use super::*;
use crate::detections::testkit::*;
use crate::events::{Action, Flags};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_assert_eq, proptest};

/// Effort that is enough for every case of these tests.
const MUCH: usize = 1_000_000;

/// Anna is entered with a legacy client; a rule in the afternoon, then mails to everybody in the office, and
/// `c7` falls by the one to him.
fn spreading() -> crate::detections::testkit::Scene {
    let mut scene = crate::detections::testkit::Scene::office_of(12);
    scene.add(sign_in("anna", at(20, "04:00")).from(NIGERIA, LEGACY));
    scene.add(read_mail("anna", at(20, "04:01"), 5).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "14:00")).from(NIGERIA, LEGACY));
    scene.add_all((0..60).map(|n| send("anna", at(20, "14:40").plus_secs(n), &["x@example.org"], "Invoice 4711").from(NIGERIA, LEGACY)));
    for n in 1..12 {
        let to = format!("c{n}");
        scene.add(send("anna", at(20, "14:41").plus_secs(n), &[&to], "Invoice 4711").from(NIGERIA, LEGACY));
    }
    scene.add(sign_in("c7", at(20, "15:10")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("c7", at(20, "15:20")).from(NIGERIA, LEGACY));
    scene
}

fn fired(watch: &Watch, scene: &super::Scene<'_>) -> Vec<(String, &'static str, Time)> {
    let name = |account| scene.case.name(account).split('@').next().unwrap().to_owned();
    watch.firings.iter().map(|firing| (name(firing.account), firing.trigger.id(), firing.at)).collect()
}

fn account(scene: &super::Scene<'_>, who: &str) -> AccountId {
    let names = scene.case.store.accounts();
    names.iter().find(|(id, _)| names.name(*id) == address(who)).map(|(id, _)| id).unwrap()
}

/// One intervention on an account of the spreading case.
fn asked(who: &str, when: Time, actions: &[ResponseAction]) -> (Totals, Vec<(AccountId, f64, bool)>) {
    spreading().replay(|scene, _| {
        let hand = ByHand { account: account(scene, who), at: when, actions: actions.to_vec() };
        let response = by_hand(scene, &hand);
        let scenario = response.scenarios.last().unwrap();
        let spared = scenario.spared.iter().map(|one| (one.account, one.probability, one.condition.is_some())).collect();
        (scenario.totals, spared)
    })
}

#[test]
fn triggers_fire_at_the_record_that_completes_them() {
    spreading().replay(|scene, ground| {
        let watch = watch(ground, scene.attribution, MUCH);
        let anna = |trigger, time| ("anna".to_owned(), trigger, time);
        let all = fired(&watch, scene);
        assert!(all.contains(&anna("suspicious-activity", at(20, "04:00"))), "{all:?}");
        assert!(all.contains(&anna("significant-compliance", at(20, "14:00"))), "{all:?}");
        // The fiftieth of sixty mails.
        assert!(all.contains(&anna("suspicious-activity-and-mail", at(20, "14:40").plus_secs(49))), "{all:?}");
        assert!(all.iter().all(|(who, ..)| ["anna", "c7"].contains(&who.as_str())), "{all:?}");
        assert!(watch.firings.iter().all(|firing| firing.sight == Sight::Replayed));
        assert_eq!(watch.days_seen, watch.days);
    });
}

#[test]
fn nothing_fires_before_there_is_a_habit() {
    for (day, fires) in [(2, false), (3, true)] {
        let mut scene = crate::detections::testkit::Scene::office();
        scene.add(sign_in("anna", at(day, "03:00")).from(NIGERIA, LEGACY));
        let count = scene.replay(|scene, ground| watch(ground, scene.attribution, MUCH).firings.len());
        assert_eq!(count > 0, fires, "day {day}");
    }
}

/// With hindsight the place is a habit; on the first day nobody could know.
#[test]
fn what_became_a_habit_later_fires_on_its_first_day() {
    let mut scene = crate::detections::testkit::Scene::office();
    scene.live("anna", 20..60, OTHER_PROVIDER, LEGACY);
    scene.replay(|scene, ground| {
        let hindsight = scene.attribution.findings.iter().filter_map(Trigger::of).count();
        assert_eq!(hindsight, 0, "this test needs a place that is a habit in the end");
        let all = fired(&watch(ground, scene.attribution, MUCH), scene);
        assert_eq!(all.first().map(|(who, trigger, at)| (who.as_str(), *trigger, *at)), Some(("anna", "suspicious-activity", at_day_20())));
    });
}

fn at_day_20() -> Time {
    at(20, "08:00")
}

#[test]
fn without_effort_the_whole_evidence_is_all_there_is_and_it_is_said() {
    spreading().replay(|scene, ground| {
        let watch = watch(ground, scene.attribution, 0);
        assert_eq!(watch.days_seen, 0);
        assert!(!watch.firings.is_empty() && watch.firings.iter().all(|firing| firing.sight == Sight::Hindsight));
    });
}

#[test]
fn detecting_alone_changes_nothing() {
    spreading().replay(|scene, ground| {
        let response = respond(scene, ground, MUCH, &Stages::default());
        let detect = response.scenarios.iter().find(|one| one.mode == Mode::DetectOnly).unwrap();
        assert!(detect.interventions.is_empty() && detect.spared.is_empty() && detect.left.is_empty());
        assert!(detect.results.iter().all(|result| result.outcome == Some(Outcome::NotPrevented)));
        assert_eq!(detect.cost.innocents.len() + detect.cost.owners.len(), 0);
    });
}

#[test]
fn at_once_means_one_second_after_the_last_record_and_latency_comes_on_top() {
    let at_of = |toml: &str| {
        spreading().configured(toml).replay(|scene, ground| {
            let response = respond(scene, ground, MUCH, &Stages::default());
            let of = |mode| response.scenarios.iter().find(|one| one.mode == mode).unwrap().interventions.first().unwrap().at;
            (of(Mode::Autonomous), of(Mode::HumanConfirmation))
        })
    };
    assert_eq!(at_of(""), (at(20, "04:00:01"), at(20, "12:00")), "at four in the morning nobody is there for eight hours");
    assert_eq!(at_of("[response]\nlatency_minutes = 10"), (at(20, "04:10:01"), at(20, "12:10")));
    // Day 20 is a Monday.
    assert_eq!(at_of("[response]\noffice_hours = \"04:00-05:00\"").1, at(20, "04:30"));
    assert_eq!(at_of("[response]\noffice_hours = \"03:00-04:00\"").1, at(20, "12:00"));
    assert_eq!(
        at_of("[response]\noffice_hours = \"05:00-06:00\"\noffice_zone = \"Europe/Berlin\"").1,
        at(20, "04:30"),
        "an hour ahead of UTC"
    );
    assert_eq!(at_of("[response]\noffice_hours = \"04:00-05:00\"\noffice_days = [\"tue\"]").1, at(20, "12:00"));
}

#[test]
fn disabling_before_the_burst_spares_the_child_with_the_confidence_of_its_edge() {
    let confidence = spreading().replay(|scene, _| scene.incidents[0].edges[0].confidence);
    let (totals, spared) = asked("anna", at(20, "10:00"), &[ResponseAction::DisableAccount]);
    assert_eq!((totals.mails_sent.prevented, totals.mails_sent.before), (71, 0));
    assert_eq!((totals.rules.prevented, totals.rules.prevented_if), (1, 1), "the child's rule depends on the way it fell");
    assert_eq!(spared.len(), 1);
    let (_, probability, conditional) = spared[0];
    assert!((probability - confidence).abs() < 1e-9 && !conditional);
}

#[test]
fn disabling_within_the_burst_depends_on_the_open_token() {
    let (totals, spared) = asked("anna", at(20, "14:40:50"), &[ResponseAction::DisableAccount]);
    assert_eq!((totals.mails_sent.before, totals.mails_sent.prevented_if), (50, 21));
    assert!(spared.len() == 1 && spared[0].2, "{spared:?}");
}

#[test]
fn a_child_that_was_reached_already_is_not_spared() {
    let spared = |clock| asked("anna", at(20, clock), &[ResponseAction::DisableAccount]).1.len();
    assert_eq!(spared("14:41:07"), 1, "the mail to c7 is of this second");
    assert_eq!(spared("14:41:08"), 0);
}

#[test]
fn signing_out_somebody_with_the_password_changes_nothing() {
    let (totals, spared) = asked("anna", at(20, "10:00"), &[ResponseAction::SignOut]);
    assert_eq!((totals.mails_sent.not_prevented, totals.mails_sent.prevented_if, spared.len()), (71, 0, 0));
}

#[test]
fn blocking_what_he_sends_spares_the_child_and_leaves_the_rule() {
    let (totals, spared) = asked("anna", at(20, "14:30"), &[ResponseAction::BlockSending]);
    assert_eq!((totals.mails_sent.prevented, spared.len()), (71, 1));
    spreading().replay(|scene, _| {
        let hand = |actions: &[ResponseAction]| ByHand { account: account(scene, "anna"), at: at(20, "14:30"), actions: actions.to_vec() };
        let left = |actions: &[ResponseAction]| by_hand(scene, &hand(actions)).scenarios.last().unwrap().left.len();
        assert_eq!(left(&[ResponseAction::BlockSending]), 1);
        assert_eq!(left(&[ResponseAction::BlockSending, ResponseAction::RemoveRule]), 0);
    });
}

#[test]
fn a_blocked_address_is_blocked_for_everybody() {
    let (totals, _) = asked("anna", at(20, "15:00"), &[ResponseAction::BlockAddress]);
    assert_eq!(totals.sign_ins.prevented_if, 1, "the child comes from the same address");
}

#[test]
fn the_owner_is_kept_out_for_the_hours_of_the_policy_and_innocents_are_counted() {
    let blocked = |toml: &str| {
        let mut scene = spreading().configured(toml);
        scene.live("anna", 20..25, HOME, CHROME);
        scene.replay(|scene, _| {
            let hand = ByHand { account: account(scene, "anna"), at: at(20, "08:30"), actions: vec![ResponseAction::DisableAccount] };
            by_hand(scene, &hand).scenarios.last().unwrap().cost.owners.values().sum::<u64>()
        })
    };
    assert_eq!(blocked(""), 3, "two acts of that day, one of the next morning");
    assert_eq!(blocked("[response]\nrestore_hours = 2"), 2);
    spreading().replay(|scene, _| {
        let hand = ByHand { account: account(scene, "c3"), at: at(19, "07:00"), actions: vec![ResponseAction::DisableAccount] };
        let scenario = by_hand(scene, &hand).scenarios.pop().unwrap();
        let innocents: Vec<_> = scenario.cost.innocents.iter().map(|one| (scene.case.name(one.account), one.blocked)).collect();
        assert_eq!(innocents, [("c3@example.com", 3)]);
    });
}

/// The account was acted on for something else a while before the intruder came.
#[test]
fn an_account_that_was_given_back_before_the_intruder_came_is_no_safer() {
    let sent = |day, clock, action, toml: &str| {
        spreading().configured(toml).replay(|scene, _| {
            let hand = ByHand { account: account(scene, "anna"), at: at(day, clock), actions: vec![action] };
            by_hand(scene, &hand).scenarios.last().unwrap().totals.mails_sent
        })
    };
    let disable = |day, clock| sent(day, clock, ResponseAction::DisableAccount, "");
    assert_eq!(disable(19, "14:41:11").prevented, 71, "a day before the last mail, to the second");
    assert_eq!(disable(19, "14:39:59").prevented_if, 71, "given back before the first, but his sign-in had failed");
    assert_eq!(disable(19, "03:59:59").not_prevented, 71, "given back before he came");
    assert_eq!(disable(20, "04:00").prevented, 71, "he was in: the new password shuts him out");
    let block = |hours: u32| sent(20, "13:40", ResponseAction::BlockSending, &format!("[response]\nrestore_hours = {hours}"));
    assert_eq!((block(1).prevented, block(2).prevented), (1, 71), "the first mail is sent one hour after");
    assert_eq!(sent(20, "03:59:59", ResponseAction::SignOut, "").not_prevented, 71);
}

#[test]
fn an_app_in_its_own_right_goes_on_and_a_prevented_consent_takes_its_app_along() {
    const APP: &str = "ff8d92dc-3d82-41d6-bcbd-b9174d163620";
    let results = |when: &str| {
        let mut scene = crate::detections::testkit::Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
        scene.add(hiding_rule("anna", at(20, "03:10")).from(NIGERIA, LEGACY));
        scene.add(consent("anna", at(20, "03:20"), APP, "PerfectData Software").from(NIGERIA, LEGACY));
        scene.add(read_mail("anna", at(21, "03:00"), 40).app(APP).flag(Flags::APP_ONLY));
        scene.replay(|scene, _| {
            let hand = ByHand { account: account(scene, "anna"), at: at(20, when), actions: vec![ResponseAction::DisableAccount] };
            let response = by_hand(scene, &hand);
            let read = response.acts.list.iter().position(|act| act.action == Action::MailRead).unwrap();
            response.scenarios.last().unwrap().results[read].outcome
        })
    };
    assert_eq!(results("04:00"), Some(Outcome::Residual));
    assert_eq!(results("03:15"), Some(Outcome::Prevented), "without the consent there is no application");
}

#[test]
fn a_consent_counts_once_however_many_records_tell_of_it() {
    const APP: &str = "ff8d92dc-3d82-41d6-bcbd-b9174d163620";
    const OTHER: &str = "946c777c-bc85-489e-b034-392389ae23d6";
    let made = at(20, "03:20");
    let consents = |more: Vec<crate::detections::testkit::Act>| {
        let mut scene = crate::detections::testkit::Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
        scene.add(hiding_rule("anna", at(20, "03:10")).from(NIGERIA, LEGACY));
        scene.add(consent("anna", made, APP, "PerfectData Software").linked(9).from(NIGERIA, LEGACY));
        scene.add_all(more.into_iter().map(|act| act.from(NIGERIA, LEGACY)));
        scene.replay(|scene, _| {
            let hand = ByHand { account: account(scene, "anna"), at: at(21, "03:00"), actions: vec![ResponseAction::DisableAccount] };
            by_hand(scene, &hand).scenarios.last().unwrap().totals.consents.before
        })
    };
    assert_eq!(consents(Vec::new()), 1);
    assert_eq!(consents(vec![consent("anna", made.plus_secs(1), APP, "")]), 1, "the grant beside the consent");
    let by_object = "11111111-2222-4333-8444-555555555555";
    assert_eq!(consents(vec![consent("anna", made.plus_secs(40), by_object, "").linked(9)]), 1, "one correlation");
    assert_eq!(consents(vec![consent("anna", made.plus_secs(1), OTHER, "Spike").linked(8)]), 2, "another application");
    assert_eq!(consents(vec![consent("anna", made.plus_secs(3600), APP, "")]), 2, "given again");
}

#[test]
fn the_curve_falls_and_the_latest_useful_moment_is_where_it_ends() {
    spreading().replay(|scene, ground| {
        let response = respond(scene, ground, MUCH, &Stages::default());
        let mails: Vec<u64> = response.curve.iter().map(|point| point.mails + point.mails_if).collect();
        assert!(mails.is_sorted_by(|a, b| a >= b) && mails[0] == 71 && mails.last() == Some(&0), "{mails:?}");
        let child = response.latest.iter().find(|one| one.spares.is_some()).unwrap();
        assert_eq!(child.before, at(20, "14:41:07"));
        assert_eq!(child.surely_before, at(20, "13:11:07"));
        let mail = response.latest.iter().find(|one| one.spares.is_none()).unwrap();
        assert_eq!(mail.before, at(20, "14:41:11"));
    });
}

/// Records that may come after the moment, on the same day or later: honest and not.
fn later_act(kind: u8, who: u8, minutes: i64) -> crate::detections::testkit::Act {
    let who = if who == 0 { "anna".to_owned() } else { format!("c{who}") };
    let time = at(20, "14:10").plus_secs(minutes * 60);
    match kind {
        0 => sign_in(&who, time).from(NIGERIA, LEGACY),
        1 => sign_in(&who, time).from(NIGERIA, CHROME),
        2 => read_mail(&who, time, 9).from(NIGERIA, LEGACY),
        3 => hiding_rule(&who, time).from(HOSTING, FIREFOX),
        4 => sign_in(&who, time).from(VPN, FIREFOX),
        5 => send(&who, time, &["y@example.org"], "Invoice 4711").from(NIGERIA, LEGACY),
        6 => wrong_password(&who, time).from(NIGERIA, FIREFOX),
        _ => read_mail(&who, time, 3).from(HOME, CHROME),
    }
}

fn later_acts() -> impl Strategy<Value = Vec<(u8, u8, i64)>> {
    prop::collection::vec((0u8..8, 0u8..5, 0i64..9_000), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// What fired by a moment does not depend on what came after it.
    #[test]
    fn records_after_a_moment_never_change_what_fired_before(later in later_acts(), every_day in any::<bool>()) {
        let moment = at(20, "14:05");
        let by_then = |later: &[(u8, u8, i64)], every_day: bool| {
            let mut scene = crate::detections::testkit::Scene::office();
            scene.add(sign_in("anna", at(20, "04:00")).from(NIGERIA, LEGACY));
            scene.add(hiding_rule("anna", at(20, "14:00")).from(NIGERIA, LEGACY));
            scene.add(sign_in("c1", at(19, "07:00")).from(HOSTING, FIREFOX));
            scene.add_all(later.iter().map(|(kind, who, minutes)| later_act(*kind, *who, *minutes)));
            if every_day {
                scene.live("anna", 21..27, NIGERIA, LEGACY);
            }
            scene.replay(|scene, ground| {
                let mut all = fired(&watch(ground, scene.attribution, MUCH), scene);
                all.retain(|(_, _, at)| *at <= moment);
                all
            })
        };
        let without = by_then(&[], false);
        prop_assert_eq!(without.len(), 3, "{:?}", without);
        prop_assert_eq!(by_then(&later, every_day), without);
    }
}
