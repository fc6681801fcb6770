//! The table of cases that must come out so: each test is a row, with the start values.

use super::*;
use EvidenceFamily::{Access, Apps, Collection, Company, Hiding, Persistence, Spreading};

fn at(hours: i64) -> Time {
    Time::from_secs(1_650_000_000 + hours * 3600)
}

fn one(family: EvidenceFamily, db: f64, hours: i64) -> Evidence<'static> {
    let excusable = !matches!(family, Apps | Company);
    Evidence {
        family,
        question: Question::Where,
        detection: "x",
        db,
        why: "",
        context: ContextId(1),
        time: at(hours),
        again: Vec::new(),
        decides: false,
        excusable,
        findings: Vec::new(),
    }
}

/// Evidence of access that answers this question.
fn access(question: Question, db: f64) -> Evidence<'static> {
    Evidence { question, ..one(Access, db, 0) }
}

fn excuse(db: f64) -> Excuse {
    Excuse { context: ContextId(1), db, why: "y" }
}

#[track_caller]
fn check(evidence: &[Evidence], excuses: &[Excuse], db: f64, compromised: bool) {
    let score = score(evidence, excuses);
    let bare = bare_score(evidence, excuses);
    assert_eq!((bare.db.to_bits(), bare.families), (score.db.to_bits(), score.families), "the words change nothing");
    assert!((score.db - db).abs() < 0.06, "score {} for {db}: {:#?}", score.db, score.terms);
    assert_eq!(score.is_compromised(), compromised);
    let sum: f64 = score.terms.iter().map(|term| term.db).sum();
    assert!((sum - score.db).abs() < 0.05, "terms {sum} do not add up to {}", score.db);
}

#[test]
fn new_country_with_strong_mfa_on_a_familiar_device_is_clear() {
    check(&[one(Access, 9.0, 0)], &[excuse(-12.0), excuse(-6.0)], -20.0, false);
}

#[test]
fn hosting_sign_in_from_a_country_new_to_the_tenant_is_suspicious() {
    check(&[one(Access, 16.0, 0), one(Access, 10.0, 0)], &[], 1.0, false);
}

#[test]
fn legacy_sign_in_from_a_country_new_to_the_tenant_is_suspicious() {
    check(&[one(Access, 16.0, 0), access(Question::With, 14.0)], &[], 10.0, false);
}

#[test]
fn the_same_and_then_a_hiding_rule_is_compromised() {
    let evidence = [one(Access, 16.0, 0), access(Question::With, 14.0), one(Hiding, 12.0, 9), one(Hiding, 4.0, 9), one(Hiding, 2.0, 9)];
    check(&evidence, &[], 30.5, true);
}

#[test]
fn a_hiding_rule_from_the_owners_device_and_address_is_clear() {
    check(&[one(Hiding, 12.0, 0), one(Hiding, 6.0, 0), one(Hiding, 4.0, 0)], &[excuse(-12.0), excuse(-10.0)], -20.0, false);
}

#[test]
fn a_first_burst_from_the_habitual_place_is_clear() {
    check(&[one(Spreading, 22.0, 0)], &[excuse(-10.0)], -8.0, false);
}

#[test]
fn a_burst_from_an_unfamiliar_network_and_client_is_compromised() {
    check(&[one(Access, 11.0, 0), one(Spreading, 22.0, 1), one(Spreading, 6.0, 1)], &[], 22.0, true);
}

#[test]
fn forwarding_from_an_unfamiliar_hosting_address_is_compromised() {
    check(&[one(Access, 11.0, 0), one(Access, 10.0, 0), one(Persistence, 20.0, 1)], &[], 22.0, true);
}

#[test]
fn a_replayed_session_is_suspicious_and_with_any_act_compromised() {
    let replay = [access(Question::How, 22.0), one(Access, 11.0, 0), one(Access, 6.0, 0)];
    check(&replay, &[], 10.0, false);
    let mut acted = replay.to_vec();
    acted.push(one(Collection, 6.0, 1));
    check(&acted, &[], 22.0, true);
}

#[test]
fn mfa_fatigue_needs_a_telling_act_to_be_compromised() {
    let fatigue = [access(Question::How, 16.0), one(Access, 11.0, 0)];
    check(&fatigue, &[], 7.0, false);
    check(&[&fatigue[..], &[one(Collection, 6.0, 1)]].concat(), &[], 19.0, false);
    check(&[&fatigue[..], &[one(Hiding, 12.0, 1), one(Hiding, 4.0, 1)]].concat(), &[], 27.0, true);
}

#[test]
fn a_consent_in_familiar_context_counts_by_the_app() {
    check(&[one(Apps, 18.0, 0), one(Apps, 6.0, 0)], &[excuse(-12.0)], 1.0, false);
    check(&[one(Apps, 8.0, 0), one(Apps, 6.0, 0)], &[excuse(-12.0)], -9.0, false);
}

#[test]
fn a_dishonest_app_from_hosting_or_with_a_burst_is_compromised() {
    check(&[one(Access, 11.0, 0), one(Access, 10.0, 0), one(Apps, 18.0, 1), one(Apps, 6.0, 1)], &[], 23.0, true);
    check(&[one(Apps, 18.0, 0), one(Apps, 14.0, 1), one(Apps, 6.0, 0), one(Spreading, 12.0, 1)], &[], 24.5, true);
}

#[test]
fn a_shared_address_compromises_unless_many_share_it() {
    check(&[one(Company, 30.0, 0), one(Access, 11.0, 0)], &[], 21.0, true);
    check(&[one(Company, 12.0, 0), one(Access, 10.0, 0), one(Access, 8.0, 0)], &[], 6.0, false);
}

#[test]
fn answers_to_one_question_depend_on_each_other_and_those_to_two_do_not() {
    let with_burst = |evidence: &[Evidence<'static>]| score(&[evidence, &[one(Spreading, 22.0, 1)]].concat(), &[]).db;
    let place = [one(Access, 16.0, 0), one(Access, 10.0, 0)];
    assert!((with_burst(&place) - 29.0).abs() < 0.01);
    let and_client = [one(Access, 16.0, 0), access(Question::With, 10.0)];
    assert!((with_burst(&and_client) - 34.0).abs() < 0.01);
    // The family still counts no more than it may.
    let all = [one(Access, 16.0, 0), access(Question::With, 14.0), access(Question::How, 16.0)];
    assert!((with_burst(&all) - 38.0).abs() < 0.01);
}

#[test]
fn a_place_makes_acts_odd_only_as_far_as_something_else_does() {
    let read_after = |evidence: &[Evidence<'static>]| score(&[evidence, &[one(Collection, 6.0, 1)]].concat(), &[]).db;
    assert!((read_after(&[one(Access, 16.0, 0), one(Access, 10.0, 0)]) - 10.0).abs() < 0.01, "a weak link");
    assert!((read_after(&[one(Access, 16.0, 0), access(Question::With, 7.4)]) - 12.4).abs() < 0.01, "still a weak link");
    assert!((read_after(&[one(Access, 16.0, 0), access(Question::With, 7.5)]) - 15.5).abs() < 0.01, "a strong link");
    assert!((read_after(&[access(Question::How, 15.0)]) - 7.0).abs() < 0.01, "a strong link whatever the place");
    let telling_after = |place: f64, db: f64| score(&[one(Access, place, 0), one(Spreading, db, 1)], &[]).db - place - db + 20.0;
    for (place, db, link) in [(16.0, 7.9, 3.0), (16.0, 8.0, 6.0), (15.0, 12.0, 6.0), (14.9, 12.0, 3.0)] {
        assert!((telling_after(place, db) - link).abs() < 0.06, "{place} {db}");
    }
}

#[test]
fn an_act_follows_on_the_nearest_coming_in() {
    let entry = |again: Vec<Time>| [Evidence { again, ..one(Access, 16.0, 0) }, one(Hiding, 15.0, 121)];
    check(&entry(Vec::new()), &[], 11.0, false);
    check(&entry(vec![at(96)]), &[], 11.0, false);
    check(&entry(vec![at(97)]), &[], 17.0, false);
    check(&entry(vec![at(120)]), &[], 17.0, false);
}

#[test]
fn one_family_alone_never_exceeds_ten() {
    check(&[one(Access, 22.0, 0), one(Access, 16.0, 0), one(Access, 14.0, 0)], &[], 10.0, false);
}
