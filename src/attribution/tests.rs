//! The table of cases that must come out so, end to end: from events to the verdict.

use super::{Actor, Lane, Verdict};
use crate::detections::testkit::*;
use crate::events::{Action, Mfa, Time};
use std::collections::BTreeSet;

fn only(actor: Actor) -> BTreeSet<Actor> {
    BTreeSet::from([actor])
}

/// Mails of one subject to outsiders, one a second.
fn burst(who: &str, begin: Time, mails: i64, ip: &str, agent: &str) -> Vec<Act> {
    let one = |n: i64| send(who, begin.plus_secs(n), &["x@example.org"], "Invoice 4711").from(ip, agent);
    (0..mails).map(one).collect()
}

#[test]
fn ordinary_days_say_nothing_of_anybody() {
    let seen = Scene::office().judge();
    assert!(seen.incidents().is_empty());
    seen.comes_out("anna", Verdict::Clear, -20.0);
    assert_eq!(seen.actors("anna", Action::SignIn, 0), only(Actor::Owner));
}

#[test]
fn a_traveller_with_a_known_device_is_clear() {
    let mut scene = Scene::office();
    scene.add_all((0..20).map(|day| sign_in("anna", at(day, "07:30")).from(HOME, CHROME).device("laptop-1")));
    let act = sign_in("anna", at(20, "09:00")).from(ABROAD, CHROME).device("laptop-1");
    scene.add(act.facts(|facts| facts.mfa = Mfa::Resistant));
    scene.add(read_mail("anna", at(20, "09:30"), 6).from(ABROAD, CHROME));
    let seen = scene.judge();
    seen.comes_out("anna", Verdict::Clear, -20.0);
    assert_eq!(seen.actors("anna", Action::MailRead, 20), only(Actor::Owner));
}

#[test]
fn a_hosting_sign_in_from_a_new_country_is_suspicious() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(OTHER_HOSTING, FIREFOX));
    let seen = scene.judge();
    seen.comes_out("anna", Verdict::Suspicious, 1.0);
    assert_eq!(seen.actors("anna", Action::SignIn, 20), only(Actor::Unknown), "in doubt nobody is accused");
}

#[test]
fn a_legacy_client_every_day_from_home_is_clear() {
    let mut scene = Scene::office();
    scene.add_all((0..30).map(|day| sign_in("anna", at(day, "07:00")).from(HOME, LEGACY)));
    scene.judge().comes_out("anna", Verdict::Clear, -20.0);
}

#[test]
fn a_legacy_client_from_a_new_country_is_suspicious() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.judge().comes_out("anna", Verdict::Suspicious, 10.0);
}

#[test]
fn and_with_a_hiding_rule_within_the_day_compromised() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "12:00")).from(NIGERIA, LEGACY));
    let seen = scene.judge();
    // The table's rule has three findings; this one, made from an unfamiliar place, has a fourth.
    seen.comes_out("anna", Verdict::Compromised, 36.25);
    assert_eq!(seen.fell_at("anna"), Some(at(20, "03:00")));
}

#[test]
fn a_hiding_rule_at_home_is_clear() {
    let mut scene = Scene::office();
    scene.add(hiding_rule("anna", at(20, "12:00")).from(HOME, CHROME));
    scene.judge().comes_out("anna", Verdict::Clear, -14.0);
}

#[test]
fn a_newsletter_every_week_is_clear() {
    let mut scene = Scene::office();
    for day in [1, 8, 15, 22] {
        scene.add_all(burst("anna", at(day, "11:00"), 700, HOME, CHROME));
    }
    scene.judge().comes_out("anna", Verdict::Clear, -20.0);
}

#[test]
fn a_first_burst_from_home_is_clear_and_the_owners() {
    let mut scene = Scene::office();
    scene.add_all(burst("anna", at(20, "11:00"), 700, HOME, CHROME));
    let seen = scene.judge();
    seen.comes_out("anna", Verdict::Clear, -8.0);
    assert_eq!(seen.actors("anna", Action::MailSent, 20), only(Actor::Owner));
}

#[test]
fn a_burst_from_an_unfamiliar_network_and_client_is_compromised() {
    let mut scene = Scene::office_of(10);
    scene.add(sign_in("anna", at(20, "03:00")).from(OTHER_PROVIDER, FIREFOX));
    scene.add_all(burst("anna", at(20, "04:00"), 500, OTHER_PROVIDER, FIREFOX));
    for n in 1..10 {
        let to = format!("c{n}");
        scene.add(send("anna", at(20, "04:00").plus_secs(n), &[&to], "Invoice 4711").from(OTHER_PROVIDER, FIREFOX));
    }
    let seen = scene.judge();
    seen.comes_out("anna", Verdict::Compromised, 22.0);
    assert_eq!(seen.actors("anna", Action::MailSent, 20), only(Actor::Intruder));
}

#[test]
fn an_intruder_who_stays_makes_no_habit_of_the_place_from_which_he_forwards() {
    let mut scene = Scene::empty();
    scene.live("anna", 0..20, HOME, CHROME);
    (1..6).for_each(|n| scene.live(&format!("c{n}"), 0..20, &format!("79.240.{n}.10"), CHROME));
    // From the first days on and on two days in five: two of the things that speak for an owner.
    for day in (1..20).step_by(2) {
        scene.add(sign_in("anna", at(day, "01:00")).from(NIGERIA, CHROME));
    }
    scene.add(forwarding("anna", at(19, "01:10"), "drop@example.net").from(NIGERIA, CHROME));
    let seen = scene.judge();
    seen.fires("external-forwarding", "anna", 20.0);
    assert!(seen.verdict("anna") <= Verdict::Suspicious, "{:?}", seen.verdict("anna"));
}

#[test]
fn two_strangers_within_a_day_are_one() {
    let contexts_of_a_lane = |second: Time, agent: &str| {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(OTHER_HOSTING, FIREFOX));
        scene.add(sign_in("anna", second).from(NIGERIA, agent));
        let most = |lanes: &[Lane]| lanes.iter().map(|lane| lane.contexts.len()).max();
        scene.judged(|_, attribution| attribution.lanes.values().filter_map(|lanes| most(lanes)).max())
    };
    assert_eq!(contexts_of_a_lane(at(20, "15:00"), FIREFOX), Some(2));
    assert_eq!(contexts_of_a_lane(at(21, "03:00"), FIREFOX), Some(2));
    assert_eq!(contexts_of_a_lane(at(21, "03:00:01"), FIREFOX), Some(1));
    assert_eq!(contexts_of_a_lane(at(20, "15:00"), CHROME), Some(1), "the owner has gone abroad with his own computer");
}

#[test]
fn forwarding_outside_is_judged_by_where_it_was_set() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(HOSTING, FIREFOX));
    scene.add(forwarding("anna", at(20, "03:10"), "drop@example.net").from(HOSTING, FIREFOX));
    scene.add(forwarding("c1", at(20, "10:00"), "c1@example.net").from("79.240.1.10", CHROME));
    let seen = scene.judge();
    assert_eq!(seen.verdict("anna"), Verdict::Compromised);
    seen.comes_out("c1", Verdict::Clear, -20.0);
    seen.fires("external-forwarding", "c1", 0.0);
}

#[test]
fn a_replayed_session_is_suspicious_and_with_an_act_compromised() {
    let replay = |acts: bool| {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(HOME, CHROME).session("s1"));
        scene.add(sign_in("anna", at(20, "09:08")).from(NIGERIA, FIREFOX).session("s1"));
        if acts {
            scene.add(read_mail("anna", at(20, "09:30"), 40).from(NIGERIA, FIREFOX).session("s1"));
        }
        scene.add(read_mail("anna", at(20, "09:20"), 2).from(HOME, CHROME).session("s1"));
        scene.judge()
    };
    assert_eq!(replay(false).verdict("anna"), Verdict::Suspicious);
    let seen = replay(true);
    assert_eq!(seen.verdict("anna"), Verdict::Compromised);
    assert_eq!(seen.fell_at("anna"), Some(at(20, "09:08")), "the owner's part of the session is not the intruder's");
    assert_eq!(seen.actors("anna", Action::MailRead, 20), BTreeSet::from([Actor::Intruder, Actor::Owner]));
}

#[test]
fn an_attack_that_fails_makes_a_target() {
    let mut scene = Scene::office();
    scene.add_all((0..300).map(|n| wrong_password("anna", at(20, "03:00").plus_secs(n * 7)).from(NIGERIA, LEGACY)));
    scene.add(sign_in("c1", at(20, "03:00")).from(NIGERIA, FIREFOX).failed(50_074));
    let seen = scene.judge();
    seen.comes_out("anna", Verdict::Targeted, -20.0);
    seen.comes_out("c1", Verdict::Targeted, -17.0);
    assert!(seen.incidents().is_empty());
}

#[test]
fn a_consent_at_home_counts_by_the_app() {
    let consented = |app: &str| {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), app, "").from(HOME, CHROME));
        scene.judge()
    };
    consented("ff8d92dc-3d82-41d6-bcbd-b9174d163620").comes_out("anna", Verdict::Suspicious, 1.0);
    consented("946c777c-bc85-489e-b034-392389ae23d6").comes_out("anna", Verdict::Clear, -9.0);
}

#[test]
fn owner_and_intruder_on_one_day_are_told_apart() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "03:30")).from(NIGERIA, LEGACY));
    scene.live("anna", 20..22, HOME, CHROME);
    scene.add(read_mail("anna", at(20, "09:10"), 30).from(NIGERIA, LEGACY));
    let seen = scene.judge();
    assert_eq!(seen.verdict("anna"), Verdict::Compromised);
    assert_eq!(seen.actors("anna", Action::MailSent, 20), only(Actor::Owner));
    assert_eq!(seen.actors("anna", Action::MailboxRule, 20), only(Actor::Intruder));
    assert_eq!(seen.actors("anna", Action::MailRead, 20), BTreeSet::from([Actor::Intruder, Actor::Owner]));
    assert_eq!(seen.actors("anna", Action::SignIn, 0), BTreeSet::from([Actor::Intruder, Actor::Owner]));
}

#[test]
fn an_act_without_an_address_is_whose_it_stands_among() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "03:30")));
    scene.live("anna", 20..21, HOME, CHROME);
    let seen = scene.judge();
    assert_eq!(seen.verdict("anna"), Verdict::Compromised);
    assert_eq!(seen.actors("anna", Action::MailboxRule, 20), only(Actor::Intruder));
}

#[test]
fn an_intruder_who_stays_for_weeks_does_not_become_a_habit() {
    let mut scene = Scene::office();
    for day in 20..45 {
        scene.live("anna", day..day + 1, HOME, CHROME);
        scene.add(sign_in("anna", at(day, "02:00")).from(NIGERIA, FIREFOX));
        scene.add(read_mail("anna", at(day, "02:10"), 20).from(NIGERIA, FIREFOX));
    }
    scene.add(hiding_rule("anna", at(21, "02:20")).from(NIGERIA, FIREFOX));
    let seen = scene.judge();
    assert_eq!(seen.verdict("anna"), Verdict::Compromised);
    assert_eq!(seen.fell_at("anna"), Some(at(20, "02:00")));
    seen.fires("unfamiliar-sign-in", "anna", 16.0);
    assert_eq!(seen.actors("anna", Action::MailSent, 20), only(Actor::Owner));
    let late = seen.actors("anna", Action::SignIn, 40);
    assert_eq!(late, BTreeSet::from([Actor::Intruder, Actor::Owner]), "in the last week as in the first");
}

#[test]
fn one_actor_on_two_accounts_is_one_incident() {
    let mut scene = Scene::office();
    for (who, day) in [("anna", 20), ("c1", 22)] {
        scene.add(sign_in(who, at(day, "03:00")).from(OTHER_HOSTING, FIREFOX));
        scene.add(hiding_rule(who, at(day, "03:30")).from(OTHER_HOSTING, FIREFOX));
    }
    assert_eq!(scene.judge().incidents(), [["anna@example.com", "c1@example.com"]]);
}

#[test]
fn two_intruders_that_share_only_a_vpn_stay_apart() {
    let mut scene = Scene::office();
    scene.add(sign_in("anna", at(20, "03:00")).from(VPN, FIREFOX));
    scene.add(forwarding("anna", at(20, "03:10"), "drop@example.net").from(VPN, FIREFOX));
    scene.add(sign_in("c1", at(24, "03:00")).from(VPN, LEGACY));
    scene.add_all(burst("c1", at(24, "03:10"), 600, VPN, LEGACY));
    let seen = scene.judge();
    assert_eq!((seen.verdict("anna"), seen.verdict("c1")), (Verdict::Compromised, Verdict::Compromised));
    assert_eq!(seen.incidents(), [["anna@example.com"], ["c1@example.com"]]);
}

#[test]
fn a_recipient_who_falls_after_the_mail_is_the_senders_child() {
    let mut scene = Scene::office_of(12);
    scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("anna", at(20, "03:10")).from(NIGERIA, LEGACY));
    for n in 1..12 {
        let to = format!("c{n}");
        scene.add(send("anna", at(20, "03:30").plus_secs(n), &[&to], "Invoice 4711").from(NIGERIA, LEGACY));
    }
    scene.add(sign_in("c7", at(20, "05:00")).from(NIGERIA, LEGACY));
    scene.add(hiding_rule("c7", at(20, "05:10")).from(NIGERIA, LEGACY));
    let seen = scene.judge();
    assert_eq!(seen.incidents(), [["anna@example.com", "c7@example.com"]]);
    let edges = &seen.outcome().incidents[0].edges;
    assert_eq!(edges.len(), 1);
    assert!(edges[0].confidence > 0.85, "{}", edges[0].confidence);
    assert_eq!(edges[0].path.name(), "internal-phishing");
    assert_eq!(seen.verdict("c3"), Verdict::Targeted, "a recipient who did nothing");
}

/// An export of two days, of a company whose people go out through one gateway among rented servers.
#[test]
fn the_gateway_of_a_company_is_no_intruders_address_in_a_short_export() {
    let mut scene = Scene::office_of(0);
    for person in 0..8 {
        scene.live(&format!("p{person}"), 20..22, HOSTING, CHROME);
    }
    scene.add(forwarding("p1", at(21, "10:00"), "drop@example.net").from(HOSTING, CHROME));
    scene.add(hiding_rule("p1", at(21, "10:10")).from(HOSTING, CHROME));
    let seen = scene.judge();
    for person in 0..8 {
        assert_ne!(seen.verdict(&format!("p{person}")), Verdict::Compromised, "p{person}");
    }
}

/// An export of three days that begins with somebody who works abroad.
#[test]
fn who_has_been_abroad_since_a_short_export_begins_is_not_accused() {
    let mut scene = Scene::office_of(0);
    for person in 0..8 {
        scene.live(&format!("p{person}"), 19..22, &format!("79.240.{person}.10"), CHROME);
    }
    scene.live("far", 19..22, NIGERIA, FIREFOX);
    scene.add(consent("far", at(20, "09:30"), "3c9f6d2b-7a51-4f0e-8d2a-b41f5e6c7d80", "Expenses").from(NIGERIA, FIREFOX));
    scene.add(Act::new("far", at(20, "11:00"), Action::MailMoved).on("far").times(9).from(NIGERIA, FIREFOX));
    assert_ne!(scene.judge().verdict("far"), Verdict::Compromised);
}

/// The export of one account after the fact, with little of anybody else: all that it shows may be the intruder's.
#[test]
fn an_intruder_whose_acts_are_all_there_is_does_not_pass_for_the_owner() {
    for colleagues in [0, 2] {
        let mut scene = Scene::empty();
        (0..colleagues).for_each(|n| scene.live(&format!("c{n}"), 10..21, &format!("79.240.{n}.10"), CHROME));
        scene.add(sign_in("anna", at(10, "03:00")).from(NIGERIA, CHROME));
        scene.add(sign_in("anna", at(11, "03:00")).from(NIGERIA, CHROME));
        scene.add(hiding_rule("anna", at(11, "03:10")).from(NIGERIA, CHROME));
        scene.add(forwarding("anna", at(11, "03:20"), "drop@example.net").from(NIGERIA, CHROME));
        assert_eq!(scene.judge().verdict("anna"), Verdict::Compromised, "{colleagues} colleagues");
    }
}

/// A person who goes through one exit or another of a VPN all along.
#[test]
fn one_more_exit_of_a_vpn_that_was_there_all_along_is_no_news() {
    let mut scene = Scene::office();
    for day in 0..20 {
        scene.live("vic", day..day + 1, if day % 2 == 0 { VPN } else { HOME }, CHROME);
    }
    scene.add(sign_in("vic", at(20, "09:00")).from(OTHER_VPN, CHROME));
    scene.add(hiding_rule("vic", at(20, "09:30")).from(OTHER_VPN, CHROME));
    assert_eq!(scene.judge().verdict("vic"), Verdict::Clear);
}

/// The owner's laptop is always a registered one; the same browser without it is somebody else's.
#[test]
fn the_owners_browser_without_his_device_is_another_client() {
    let with_device = |device: bool| {
        let mut scene = Scene::office();
        let day = |day| sign_in("dev", at(day, "08:00")).from("79.240.9.10", CHROME).device("laptop-1");
        scene.add_all((0..20).map(day));
        scene.add_all((0..20).map(|day| read_mail("dev", at(day, "09:00"), 4).from("79.240.9.10", CHROME)));
        let act = sign_in("dev", at(20, "08:00")).from(OTHER_PROVIDER, CHROME);
        scene.add(if device { act.device("laptop-1") } else { act });
        scene.look().best("unfamiliar-sign-in", "dev")
    };
    assert!(with_device(true) < 5.0, "{}", with_device(true));
    assert!(with_device(false) > 10.0, "{}", with_device(false));
}

#[test]
fn odd_acts_before_the_intrusion_are_told_as_what_may_be_its_begin() {
    let earlier = |with: bool| {
        let mut scene = Scene::office();
        if with {
            scene.add(sign_in("anna", at(9, "03:00")).from(OTHER_PROVIDER, FIREFOX));
        }
        scene.add(sign_in("anna", at(20, "03:00")).from(NIGERIA, LEGACY));
        scene.add(hiding_rule("anna", at(20, "12:00")).from(NIGERIA, LEGACY));
        scene.judged(|case, attribution| {
            let (_, judgement) = attribution.judgements.iter().find(|(id, _)| case.name(**id) == address("anna")).unwrap();
            let term = judgement.score.terms.iter().find(|term| term.family == "other-lanes");
            assert_eq!(judgement.compromised_at, Some(at(20, "03:00")), "it does not move what is sure");
            judgement.earlier.map(|one| (one.at, one.probability < 0.9, term.is_some_and(|term| term.findings.contains(&one.finding))))
        })
    };
    assert_eq!(earlier(false), None);
    assert_eq!(earlier(true), Some((at(9, "03:00"), true, true)));
}
