//! `session-replay`: one session used from two networks.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::{Agent, Os};
use crate::events::{AccountId, Str};
use crate::habits::{Context, ContextId};
use std::collections::BTreeMap;

/// See the text.
pub struct SessionReplay;

/// Worth where client and place both differ, or both networks are unfamiliar hosting.
const FULL_DB: f64 = 22.0;
/// Worth of two networks alone.
const WEAK_DB: f64 = 8.0;

impl Detection for SessionReplay {
    fn id(&self) -> &'static str {
        "session-replay"
    }
    fn title(&self) -> &'static str {
        "One session from two networks"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1539", "T1550.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "One session id is used from two networks, the second one unfamiliar. It counts in full only where operating system or browser differ and so does the country (or the second is hosting or VPN), or where both networks are unfamiliar hosting.",
            why: "A stolen cookie or token works without password and MFA: the session goes on from another machine.",
            innocent: "A phone that changes from wifi to its carrier, a VPN switched on; one session spans all apps of a device.",
            next: "Revoke the sessions; look for the phishing page in the minutes before the first sign-in.",
            references: &["https://attack.mitre.org/techniques/T1539/", "https://attack.mitre.org/techniques/T1550/004/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let mut sessions: BTreeMap<(AccountId, Str), Vec<ContextId>> = BTreeMap::new();
        for (id, context) in case.contexts.iter().filter(|(_, context)| context.app.is_none() && case.is_judged(context.account)) {
            for session in &context.sessions {
                sessions.entry((context.account, *session)).or_default().push(id);
            }
        }
        for ((account, session), mut ids) in sessions {
            ids.sort_by_key(|id| case.contexts.get(*id).map(|context| (first_in(case, context, session), *id)));
            let Some(origin) = ids.first().copied() else { continue };
            for id in ids.iter().skip(1) {
                let (Some(from), Some(to)) = (case.contexts.get(origin), case.contexts.get(*id)) else { continue };
                if let Some(db) = worth(case, session, (origin, from), (*id, to)) {
                    let events: Vec<u32> =
                        case.events_of(to).filter(|(_, event)| event.session == session).map(|(index, _)| index).collect();
                    let summary = format!("a session begun at {} went on from {}", case.place_words(from.ip), case.place_words(to.ip));
                    out.add(case.store, account, *id, events, db, summary);
                }
            }
        }
    }
}

fn first_in(case: &Case<'_>, context: &Context, session: Str) -> crate::events::Time {
    case.events_of(context).find(|(_, event)| event.session == session).map_or(crate::events::Time::NONE, |(_, event)| event.time)
}

/// What the second use of a session is worth; nothing where it is familiar or from the same network.
fn worth(case: &Case<'_>, session: Str, (from_id, from): (ContextId, &Context), (to_id, to): (ContextId, &Context)) -> Option<f64> {
    let (here, there) = (case.facts(from.ip), case.facts(to.ip));
    let familiar = case.familiarity(to_id);
    if familiar.address
        || familiar.network
        || familiar.asn
        || here.network == there.network
        || here.asn().is_some() && here.asn() == there.asn()
    {
        return None;
    }
    let anonymising = case.is_anonymising(to.ip);
    let country =
        |id: crate::events::Ip, facts: &crate::enrich::AddressFacts| case.recorded.get(id.index()).copied().flatten().or(facts.country());
    let country_differs = country(from.ip, here) != country(to.ip, there);
    let other_client = client_differs(&agents_in(case, from, session), &agents_in(case, to, session)) && !familiar.client;
    let both_hosting = anonymising && case.is_anonymising(from.ip) && case.is_unfamiliar(from_id);
    Some(if other_client && (country_differs || anonymising) || both_hosting { FULL_DB } else { WEAK_DB * case.rarity(to_id) })
}

/// Clients that use a session in a context.
fn agents_in(case: &Case<'_>, context: &Context, session: Str) -> Vec<Agent> {
    case.events_of(context).filter(|(_, event)| event.session == session && event.succeeded()).map(|(_, event)| case.agent(event)).collect()
}

/// True if the second party's operating system or browser is none of the first's. One session spans all
/// programs of a device, so other programs alone say nothing.
fn client_differs(first: &[Agent], second: &[Agent]) -> bool {
    let systems: Vec<Os> = first.iter().map(|agent| agent.os).filter(|os| *os != Os::Unknown).collect();
    let browsers: Vec<_> = first.iter().filter(|agent| agent.is_browser()).map(|agent| agent.family).collect();
    second.iter().any(|agent| {
        let other_system = agent.os != Os::Unknown && !systems.is_empty() && !systems.contains(&agent.os);
        let other_browser = agent.is_browser() && !browsers.is_empty() && !browsers.contains(&agent.family);
        other_system || other_browser || agent.scripted && !first.iter().any(|known| known.scripted)
    })
}
