//! What is taken over from one round to the next changes nothing.

use super::{Attribution, attribute_anew};
use crate::detections::testkit::*;
use proptest::prelude::*;

/// All that attribution says, as text.
fn shown(of: &Attribution) -> String {
    let Attribution { findings, lanes, judgements, confirmed, rounds, .. } = of;
    format!("{rounds} rounds\n{findings:#?}\n{lanes:#?}\n{judgements:#?}\n{confirmed:?}")
}

/// How many rounds a case takes, which come out the same when each is worked out anew.
fn rounds_of(scene: Scene) -> usize {
    scene.replay(|seen, ground| {
        let anew = attribute_anew(ground);
        assert_eq!(shown(seen.attribution), shown(&anew));
        let events = 0..u32::try_from(ground.store.events().len()).unwrap();
        assert!(events.into_iter().all(|event| seen.attribution.actors.of(event) == anew.actors.of(event)));
        seen.attribution.rounds
    })
}

#[test]
fn an_intruder_who_goes_on_to_others_takes_several_rounds() {
    let mut scene = Scene::taken(HOSTING);
    for who in ["c1", "c2", "c3"] {
        scene.add(sign_in(who, at(21, "03:00")).from(HOSTING, FIREFOX));
        scene.add(hiding_rule(who, at(21, "03:10")).from(HOSTING, FIREFOX));
    }
    assert!(rounds_of(scene) > 1);
}

const PLACES: [&str; 9] = [HOME, OTHER_LINE, OTHER_PROVIDER, ABROAD, NIGERIA, HOSTING, OTHER_HOSTING, VPN, OTHER_VPN];

/// An act of a kind, by somebody of the office, from somewhere, on a day.
fn act((kind, person, place, day, other): (u8, u8, usize, i64, bool)) -> Vec<Act> {
    let who = if person == 0 { "anna".to_owned() } else { format!("c{person}") };
    let (time, later) = (at(day, "10:00"), at(day, "10:20"));
    let agent = if other { FIREFOX } else { CHROME };
    let from = |act: Act| act.from(PLACES.get(place).copied().unwrap_or(HOME), agent).session(&format!("{who}-{}", day % 3));
    let mut acts = vec![from(sign_in(&who, time))];
    match kind {
        0 => acts.push(from(hiding_rule(&who, later))),
        1 => acts.push(from(read_mail(&who, later, 400))),
        2 => acts.push(from(consent(&who, later, "ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PERFECTDATA SOFTWARE"))),
        3 => acts.extend((0..4).map(|n| from(wrong_password(&who, at(day, &format!("09:5{n}")))))),
        4 => acts.push(from(forwarding(&who, later, "x@example.org"))),
        5 => acts.extend((0..60).map(|n| from(send(&who, later.plus_secs(n), &["c3@example.com"], "Invoice 4711")))),
        _ => {}
    }
    acts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn rounds_that_build_on_each_other_come_to_the_same(
        people in 2usize..26,
        kinds in proptest::collection::vec((0u8..10, 0u8..24, 0usize..9, 0i64..30, any::<bool>()), 0..60),
    ) {
        let mut scene = Scene::office_of(people);
        for kind in kinds {
            scene.add_all(act(kind));
        }
        rounds_of(scene);
    }
}
