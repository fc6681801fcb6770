//! `unfamiliar-sign-in`: a sign-in from where the account never was.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Scope, Severity, Text, Words};
use crate::habits::{Colleagues, ContextId, Familiarity};

/// See the text.
pub struct UnfamiliarSignIn;

/// Worth of each step of newness, from the address outwards. Source: the scoring text.
const ADDRESS_DB: f64 = 4.0;
const SYSTEM_DB: f64 = 8.0;
const CLIENT_DB: f64 = 11.0;
const COUNTRY_DB: f64 = 13.0;
const TENANT_COUNTRY_DB: f64 = 16.0;
/// Worth where the exports show nobody's habits: half of the most, since anything may be usual.
const NO_BASELINE_DB: f64 = 8.0;
/// Taken off where the client is the account's own.
const OWN_CLIENT_DB: f64 = 4.0;

/// What newness a context has, and what it is worth. `hides_place` says that the network is a VPN,
/// relay or gateway, whose country and client say little.
fn newness(familiar: &Familiarity, hides_place: bool) -> (f64, &'static str) {
    if familiar.address || familiar.network {
        return (0.0, "");
    }
    // A system that reaches into a country where nobody is is not known there.
    if (familiar.asn || familiar.asn_colleagues == Colleagues::Many) && familiar.tenant_country {
        return (if familiar.thin { ADDRESS_DB / 3.0 } else { ADDRESS_DB }, "an address new to the account, in a known network");
    }
    let (db, words, of_account) = if hides_place {
        (SYSTEM_DB, "a network new to the account", true)
    } else if familiar.from_start {
        (NO_BASELINE_DB, "the account has been there since the logs begin", true)
    } else if familiar.no_baseline {
        (NO_BASELINE_DB, "nothing in these exports shows where the account usually is", false)
    } else if !familiar.tenant_country {
        (TENANT_COUNTRY_DB, "a country new to the whole tenant", false)
    } else if !familiar.country {
        (COUNTRY_DB, "a country new to the account", true)
    } else if !familiar.client {
        (CLIENT_DB, "a network and a client new to the account", true)
    } else {
        (SYSTEM_DB, "a network new to the account", true)
    };
    let db = if familiar.client && !familiar.thin { db - OWN_CLIENT_DB } else { db };
    (if familiar.thin && of_account { db / 3.0 } else { db }, words)
}

impl Detection for UnfamiliarSignIn {
    fn id(&self) -> &'static str {
        "unfamiliar-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in succeeded from an address, network, country or client that is not the account's; judged from the address outwards, and against colleagues.",
            why: "An intruder rarely sits where the owner sits.",
            innocent: "Travel, a new phone, a new line at home.",
            next: "Ask the owner where he was; look at what was done from there.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Unusual External Source for SaaS Credential Use",
        }
    }
    fn is_of_place(&self) -> bool {
        true
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case) {
            let db = newness_db(case, id);
            let events = case.contexts.sign_ins(context).to_vec();
            if db > 0.0 && !events.is_empty() {
                out.add(case.store, context.account, id, events, db, Words::Later(sentence));
            }
        }
    }
}

fn sentence(case: &Case<'_>, finding: &Finding) -> String {
    let Some(context) = case.contexts.get(finding.context) else { return String::new() };
    let (_, words) = newness(&case.familiarity(finding.context), case.facts(context.ip).hides_place());
    format!("signed in from {}: {words}", case.place_words(context.ip))
}

/// Worth of a context's newness, for detections of the same question on other records.
pub fn newness_db(case: &Case<'_>, id: ContextId) -> f64 {
    let hides_place = case.contexts.get(id).is_some_and(|context| case.facts(context.ip).hides_place());
    newness(&case.familiarity(id), hides_place).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detections::testkit::*;

    #[track_caller]
    fn is(db: f64, wanted: f64) {
        assert!((db - wanted).abs() < 0.01, "{db} for {wanted}");
    }

    fn stranger() -> Familiarity {
        Familiarity::default()
    }

    #[test]
    fn newness_backs_off_from_the_tenant_to_the_address() {
        let worth = |familiar: Familiarity| newness(&familiar, false).0;
        is(worth(stranger()), 16.0);
        is(worth(Familiarity { tenant_country: true, ..stranger() }), 13.0);
        is(worth(Familiarity { tenant_country: true, country: true, ..stranger() }), 11.0);
        is(worth(Familiarity { tenant_country: true, country: true, client: true, ..stranger() }), 4.0);
        is(worth(Familiarity { client: true, ..stranger() }), 12.0);
        is(worth(Familiarity { asn: true, tenant_country: true, ..stranger() }), 4.0);
        is(worth(Familiarity { asn: true, ..stranger() }), 16.0);
        is(worth(Familiarity { network: true, ..stranger() }), 0.0);
    }

    #[test]
    fn a_thin_history_leaves_only_what_is_new_to_the_tenant() {
        is(newness(&Familiarity { thin: true, ..stranger() }, false).0, 16.0);
        assert!(newness(&Familiarity { thin: true, from_start: true, ..stranger() }, false).0 < 3.0);
        assert!(newness(&Familiarity { thin: true, tenant_country: true, ..stranger() }, false).0 < 5.0);
    }

    #[test]
    fn without_anybodys_habits_nothing_is_new_to_the_tenant() {
        let (db, words) = newness(&Familiarity { no_baseline: true, thin: true, ..stranger() }, false);
        is(db, 8.0);
        assert!(!words.contains("new to the whole tenant"), "{words}");
    }

    #[test]
    fn a_vpn_exit_has_no_country() {
        is(newness(&stranger(), true).0, 8.0);
    }

    fn seen(ip: &str, agent: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, agent));
        scene.look()
    }

    #[test]
    fn the_farther_from_home_the_more_it_is_worth() {
        seen(NIGERIA, FIREFOX).fires("unfamiliar-sign-in", "anna", 16.0);
        seen(NIGERIA, CHROME).fires("unfamiliar-sign-in", "anna", 12.0);
        seen(OTHER_PROVIDER, FIREFOX).fires("unfamiliar-sign-in", "anna", 11.0);
        seen(OTHER_PROVIDER, CHROME).fires("unfamiliar-sign-in", "anna", 4.0);
        seen(OTHER_LINE, CHROME).fires("unfamiliar-sign-in", "anna", 4.0);
        seen(VPN, FIREFOX).fires("unfamiliar-sign-in", "anna", 8.0);
        seen(HOME, FIREFOX).quiet("unfamiliar-sign-in", "anna");
    }

    #[test]
    fn a_country_of_colleagues_is_new_to_the_account_only() {
        let mut scene = Scene::office();
        scene.live("c9", 0..20, ABROAD, CHROME);
        scene.add(sign_in("anna", at(20, "03:00")).from("86.20.20.20", FIREFOX));
        scene.look().fires("unfamiliar-sign-in", "anna", 13.0);
    }
}
