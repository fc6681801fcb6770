//! `shared-attacker-address`: the same address as another account's intruder.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::NetworkClass;
use crate::events::{AccountId, Ip};
use crate::habits::{Context, ContextId};
use std::collections::{BTreeMap, BTreeSet};

/// See the text.
pub struct SharedAttackerAddress;

/// Worth of an address that few share, and of an exit that many share.
const DB: f64 = 30.0;
const SHARED_DB: f64 = 12.0;
/// What it adds that such an exit is used within a day of the intruder with the intruder's client.
const SAME_HAND_DB: f64 = 4.0;
const SAME_HAND_SECONDS: i64 = 24 * 3600;
/// Unfamiliar addresses without which it is not measured how often two accounts meet at one.
const MEASURED: usize = 200;
/// Share of them at several accounts from which meeting at one says less.
const COMMON: f64 = 0.05;

impl Detection for SharedAttackerAddress {
    fn id(&self) -> &'static str {
        "shared-attacker-address"
    }
    fn title(&self) -> &'static str {
        "Same address as another account's intruder"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Company
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "An address of an intruder on another account signs in here too, where it is unfamiliar.",
            why: "One actor works through several accounts from one place.",
            innocent: "An exit that many share: VPN, relay, gateway, carrier; it then counts little.",
            next: "Treat the accounts as one incident.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let mut theirs: Theirs<'_> = BTreeMap::new();
        for (_, context) in case.contexts.iter().filter(|(id, _)| case.is_confirmed(*id)) {
            theirs.entry(context.ip).or_default().push(context);
        }
        if theirs.is_empty() {
            return;
        }
        let met = case.contexts.iter().filter(|(id, context)| case.familiarity(*id).address && theirs.contains_key(&context.ip));
        let honest: BTreeSet<Ip> = met.map(|(_, context)| context.ip).collect();
        let meeting = meeting_share(case, &theirs);
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            let Some(others) = theirs.get(&context.ip) else { continue };
            let Some(other) = others.iter().map(|other| other.account).filter(|other| *other != context.account).min() else { continue };
            if honest.contains(&context.ip) {
                continue;
            }
            let facts = case.facts(context.ip);
            let shared = facts.hides_place() || matches!(facts.class, NetworkClass::Mobile | NetworkClass::SecureWebGateway);
            let db = match (shared, is_same_hand(case, id, context, others)) {
                (false, _) => DB * case.rarity(id),
                (true, false) => SHARED_DB,
                (true, true) => SHARED_DB + SAME_HAND_DB,
            };
            let most = if meeting >= COMMON { -10.0 * meeting.log10() } else { DB };
            let events: Vec<u32> = case.events_of(context).filter(|(_, event)| event.succeeded()).map(|(index, _)| index).collect();
            let mut summary = format!("{} is the address of the intruder on {}", case.store.ip(context.ip), case.name(other));
            if most < db {
                summary.push_str(&format!(
                    "; counts little, since {:.0} % of unfamiliar addresses here are on several accounts",
                    meeting * 100.0
                ));
            }
            out.add(case.store, context.account, id, events, db.min(most), summary);
        }
    }
}

/// An intruder's contexts by address.
type Theirs<'c> = BTreeMap<Ip, Vec<&'c Context>>;

/// True if an exit is used within a day of an intruder's use of it on another account, with the same client,
/// which is not the account's own.
fn is_same_hand(case: &Case<'_>, id: ContextId, context: &Context, theirs: &[&Context]) -> bool {
    let is_near =
        |other: &Context| context.first.since(other.last) <= SAME_HAND_SECONDS && other.first.since(context.last) <= SAME_HAND_SECONDS;
    let has_client = |other: &Context| context.clients.iter().any(|client| !client.is_unknown() && other.clients.contains(client));
    let mut others = theirs.iter().filter(|other| other.account != context.account);
    !case.familiarity(id).client && others.any(|other| is_near(other) && has_client(other))
}

/// Share of the unfamiliar addresses of this tenant, an intruder's left out, at which several accounts
/// succeeded: how often two accounts meet by chance, behind rotating gateways or in exports whose
/// addresses were replaced by a few. 0 where there are too few to tell.
fn meeting_share(case: &Case<'_>, theirs: &Theirs<'_>) -> f64 {
    let contexts = unusual_contexts(case).filter(|(id, context)| case.is_unfamiliar(*id) && !theirs.contains_key(&context.ip));
    let mut pairs: Vec<(Ip, AccountId)> = contexts.map(|(_, context)| (context.ip, context.account)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let (mut all, mut several) = (0u32, 0u32);
    for same in pairs.chunk_by(|a, b| a.0 == b.0) {
        all += 1;
        several += u32::from(same.len() > 1);
    }
    if (all as usize) < MEASURED { 0.0 } else { f64::from(several) / f64::from(all) }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "shared-attacker-address";

    #[test]
    fn the_intruders_address_on_another_account_tells() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(sign_in("c1", at(21, "03:00")).from(OTHER_HOSTING, FIREFOX));
        let seen = scene.judge();
        seen.fires(ID, "c1", 30.0);
        seen.quiet(ID, "anna");
    }

    #[test]
    fn exits_and_carriers_that_many_share_count_little() {
        for ip in [VPN, NIGERIA] {
            let mut scene = Scene::taken(ip);
            scene.add(sign_in("c1", at(21, "03:00")).from(ip, CHROME));
            scene.judge().fires(ID, "c1", 12.0);
        }
    }

    #[test]
    fn the_intruders_client_within_a_day_at_a_shared_exit_counts_more() {
        let seen = |clock: &str| {
            let mut scene = Scene::taken(VPN);
            scene.add(sign_in("c1", at(21, clock)).from(VPN, FIREFOX));
            scene.judge()
        };
        seen("03:29").fires(ID, "c1", 16.0);
        seen("03:30").fires(ID, "c1", 16.0);
        seen("03:31").fires(ID, "c1", 12.0);
    }

    #[test]
    fn where_accounts_meet_at_strange_addresses_all_the_time_it_counts_little() {
        let company = |strangers: usize, accounts: usize| {
            let mut scene = Scene::taken(OTHER_HOSTING);
            for number in 0..strangers {
                for account in 0..accounts {
                    let ip = format!("41.{}.{}.9", 60 + number / 200, number % 200);
                    scene.add(sign_in(&format!("x{}", number % 7 + 10 * account), at(5, "12:00")).from(&ip, FIREFOX));
                }
            }
            scene.add(sign_in("c1", at(21, "03:00")).from(OTHER_HOSTING, FIREFOX));
            scene.judge().best(ID, "c1")
        };
        assert!(company(210, 2) < 1.0, "{}", company(210, 2));
        assert!(company(150, 2) > 29.0, "{}", company(150, 2));
        assert!(company(210, 1) > 29.0, "{}", company(210, 1));
    }

    #[test]
    fn failures_and_other_addresses_are_quiet() {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(wrong_password("c1", at(21, "03:00")).from(OTHER_HOSTING, FIREFOX));
        scene.add(sign_in("c2", at(21, "03:00")).from(HOSTING, FIREFOX));
        let seen = scene.judge();
        seen.quiet(ID, "c1");
        seen.quiet(ID, "c2");
    }

    #[test]
    fn without_a_compromised_account_there_is_no_company() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(OTHER_HOSTING, FIREFOX));
        scene.add(sign_in("c1", at(21, "03:00")).from(OTHER_HOSTING, FIREFOX));
        let seen = scene.judge();
        seen.quiet(ID, "anna");
        seen.quiet(ID, "c1");
    }

    #[test]
    fn an_address_that_somebody_uses_honestly_is_no_intruders() {
        let office = "178.162.200.5";
        let mut scene = Scene::taken(office);
        scene.live("c9", 0..20, office, CHROME);
        scene.add(sign_in("c1", at(21, "03:00")).from(office, FIREFOX));
        scene.judge().quiet(ID, "c1");
    }
}
