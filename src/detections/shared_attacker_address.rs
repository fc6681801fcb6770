//! `shared-attacker-address`: the same address as another account's intruder.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::NetworkClass;
use crate::events::{AccountId, Ip};
use std::collections::{BTreeMap, BTreeSet};

/// See the text.
pub struct SharedAttackerAddress;

/// Worth of an address that few share, and of an exit that many share.
const DB: f64 = 30.0;
const SHARED_DB: f64 = 12.0;

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
        let mut theirs: BTreeMap<Ip, BTreeSet<AccountId>> = BTreeMap::new();
        for (_, context) in case.contexts.iter().filter(|(id, _)| case.is_confirmed(*id)) {
            theirs.entry(context.ip).or_default().insert(context.account);
        }
        let honest: BTreeSet<Ip> =
            case.contexts.iter().filter(|(id, _)| case.familiarity(*id).address).map(|(_, context)| context.ip).collect();
        for (id, context) in unusual_contexts(case).filter(|(id, _)| case.is_unfamiliar(*id)) {
            let Some(others) = theirs.get(&context.ip) else { continue };
            let Some(other) = others.iter().find(|other| **other != context.account) else { continue };
            if honest.contains(&context.ip) {
                continue;
            }
            let facts = case.facts(context.ip);
            let shared = facts.hides_place() || matches!(facts.class, NetworkClass::Mobile | NetworkClass::SecureWebGateway);
            let db = if shared { SHARED_DB } else { DB * case.rarity(id) };
            let events: Vec<u32> = case.events_of(context).filter(|(_, event)| event.succeeded()).map(|(index, _)| index).collect();
            let summary = format!("{} is the address of the intruder on {}", case.store.ip(context.ip), case.name(*other));
            out.add(case.store, context.account, id, events, db, summary);
        }
    }
}
