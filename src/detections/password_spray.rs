//! `password-spray`: one source tries many accounts.

use super::support::{WrongPasswords, densest};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::events::{AccountId, Time};
use std::collections::BTreeMap;

/// See the text.
pub struct PasswordSpray;

/// Worth of a success from the spraying address.
const SUCCESS_DB: f64 = 12.0;

impl Detection for PasswordSpray {
    fn id(&self) -> &'static str {
        "password-spray"
    }
    fn title(&self) -> &'static str {
        "One source tries many accounts"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1110.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "One address or /24 failed on many accounts within a day, a few tries each. A success in it counts for the account; the failures alone do not.",
            why: "One common password tried on everybody stays below lockout.",
            innocent: "An office behind one address after a policy change.",
            next: "See which of the tried accounts have the password of the season.",
            references: &["https://attack.mitre.org/techniques/T1110/003/"],
            model: "Suspicious Login Attempt",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold {
                name: "accounts",
                default: 10.0,
                doc: "accounts that one network fails on within a day (half of the tenant's, at least 5, where that is fewer)",
            },
            Threshold { name: "tries", default: 8.0, doc: "failures an account, on average, at most" },
        ]
    }
    fn is_attack(&self) -> bool {
        true
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        // In a small tenant half of the accounts are a spray.
        let people = case.store.accounts().iter().filter(|(id, _)| case.is_judged(*id)).count();
        #[expect(clippy::cast_precision_loss, reason = "a count of accounts")]
        let half = (people as f64 / 2.0).ceil().max(5.0);
        let (accounts, tries) = (case.threshold(self, "accounts").min(half), case.threshold(self, "tries"));
        for failures in by_network(case) {
            let times: Vec<i64> = failures.iter().map(|(time, ..)| time.secs()).collect();
            let run = densest(&times, 86_400);
            let Some(failures) = failures.get(run) else { continue };
            let mut tried: BTreeMap<AccountId, Vec<u32>> = BTreeMap::new();
            for (_, account, index) in failures {
                tried.entry(*account).or_default().push(*index);
            }
            #[expect(clippy::cast_precision_loss, reason = "counts of failures")]
            let spray = tried.len() as f64 >= accounts && failures.len() as f64 <= tries * tried.len() as f64;
            if spray {
                report(case, out, &tried);
            }
        }
    }
}

/// Failed passwords by network (/24 or /48), in time order.
fn by_network(case: &Case<'_>) -> Vec<Vec<(Time, AccountId, u32)>> {
    let mut networks: BTreeMap<u128, Vec<(Time, AccountId, u32)>> = BTreeMap::new();
    WrongPasswords::each(case, |index, event| {
        if event.ip.is_some() {
            let entry = networks.entry(case.facts(event.ip).network).or_default();
            entry.push((event.time, case.store.accounts().of(event.actor), index));
        }
    });
    networks.into_values().collect()
}

/// A finding for each tried account; worth something only where the spraying network got in.
fn report(case: &Case<'_>, out: &mut Findings, tried: &BTreeMap<AccountId, Vec<u32>>) {
    let count = tried.len();
    for (account, events) in tried.iter().filter(|(account, _)| case.is_judged(**account)) {
        let Some(first) = events.first().and_then(|index| case.event(*index)) else { continue };
        let network = case.facts(first.ip).network;
        let success = case.contexts.of_account(*account).iter().copied().find(|id| {
            let entered = case.contexts.get(*id).is_some_and(|context| context.succeeded() && case.facts(context.ip).network == network);
            entered && !case.familiarity(*id).address
        });
        let (id, _) = case.context_of(*events.first().unwrap_or(&0));
        let summary = format!("one of {count} accounts that {} tried with wrong passwords", case.place_words(first.ip));
        out.add(case.store, *account, success.unwrap_or(id), events.clone(), if success.is_some() { SUCCESS_DB } else { 0.0 }, summary);
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "password-spray";

    /// An office of thirty, of which one address tries so many, so often each.
    fn office(tried: i64, tries: i64, from: &str) -> Scene {
        let mut scene = Scene::office_of(30);
        for n in 0..tried {
            let who = if n == 0 { "anna".to_owned() } else { format!("c{n}") };
            scene.add_all((0..tries).map(|again| wrong_password(&who, at(20, "03:00").plus_secs(n * 60 + again)).from(from, FIREFOX)));
        }
        scene
    }

    #[test]
    fn ten_accounts_make_a_spray_that_alone_counts_nothing() {
        let seen = office(10, 1, NIGERIA).look();
        seen.fires(ID, "anna", 0.0);
        seen.fires(ID, "c9", 0.0);
        seen.quiet(ID, "c10");
        office(11, 1, NIGERIA).look().fires(ID, "c10", 0.0);
        office(9, 1, NIGERIA).look().quiet(ID, "anna");
    }

    #[test]
    fn a_success_from_the_spraying_network_counts() {
        let mut scene = office(10, 1, NIGERIA);
        scene.add(sign_in("c3", at(20, "05:00")).from("197.210.70.99", FIREFOX));
        let seen = scene.look();
        seen.fires(ID, "c3", 12.0);
        seen.fires(ID, "anna", 0.0);
    }

    #[test]
    fn many_tries_each_are_no_spray() {
        office(10, 7, NIGERIA).look().fires(ID, "anna", 0.0);
        office(10, 8, NIGERIA).look().fires(ID, "anna", 0.0);
        office(10, 9, NIGERIA).look().quiet(ID, "anna");
    }

    #[test]
    fn in_a_small_tenant_half_of_the_accounts_are_enough() {
        let mut scene = Scene::office();
        scene.add_all(["anna", "c1", "c2", "c3", "c4"].map(|who| wrong_password(who, at(20, "03:00")).from(NIGERIA, FIREFOX)));
        scene.look().fires(ID, "anna", 0.0);
        let mut scene = Scene::office();
        scene.add_all(["anna", "c1", "c2", "c3"].map(|who| wrong_password(who, at(20, "03:00")).from(NIGERIA, FIREFOX)));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn an_office_after_a_change_of_policy_counts_nothing() {
        let mut scene = office(10, 1, HOME);
        scene.add(sign_in("anna", at(20, "05:00")).from(HOME, CHROME));
        scene.look().fires(ID, "anna", 0.0);
    }
}
