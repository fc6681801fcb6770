//! `session-replay`: one session used from two networks.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::{Agent, Os, first_party};
use crate::events::{AccountId, Str, Time};
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
        for ((account, _), mut uses) in uses_of_sessions(case) {
            uses.sort_by_key(|one| (one.first, one.id));
            let Some((origin, later)) = uses.split_first() else { continue };
            for one in later.iter().filter(|one| !is_consented_app(case, one)) {
                let (Some(from), Some(to)) = (case.contexts.get(origin.id), case.contexts.get(one.id)) else { continue };
                if let Some(db) = worth(case, (origin, from), (one, to)) {
                    let summary = format!("a session begun at {} went on from {}", case.place_words(from.ip), case.place_words(to.ip));
                    out.add(case.store, account, one.id, one.events.clone(), db, summary);
                }
            }
        }
    }
}

/// The use of one session in one context.
struct Use {
    id: ContextId,
    first: Time,
    events: Vec<u32>,
}

/// Uses of every session that is used in more than one context: one pass over the events.
fn uses_of_sessions(case: &Case<'_>) -> BTreeMap<(AccountId, Str), Vec<Use>> {
    let mut sessions: BTreeMap<(AccountId, Str), Vec<Use>> = BTreeMap::new();
    for (id, context) in case.contexts.iter().filter(|(_, context)| context.app.is_none() && case.is_judged(context.account)) {
        let mut own: BTreeMap<Str, Use> = BTreeMap::new();
        for (index, event) in case.events_of(context).filter(|(_, event)| context.sessions.binary_search(&event.session).is_ok()) {
            own.entry(event.session).or_insert_with(|| Use { id, first: event.time, events: Vec::new() }).events.push(index);
        }
        for (session, one) in own {
            sessions.entry((context.account, session)).or_default().push(one);
        }
    }
    sessions.retain(|_, uses| uses.len() > 1);
    sessions
}

/// True where one foreign application goes on with the session: the one that the session consented to,
/// from its own servers. That is judged by the consent.
fn is_consented_app(case: &Case<'_>, one: &Use) -> bool {
    let mut apps = one.events.iter().filter_map(|index| case.event(*index)).map(|event| event.app);
    let first = apps.next().unwrap_or(Str::NONE);
    first.is_some() && first_party(case.store.text(first)).is_none() && apps.all(|app| app == first)
}

/// What the second use of a session is worth; nothing where it is familiar or from the same network.
fn worth(case: &Case<'_>, (origin, from): (&Use, &Context), (later, to): (&Use, &Context)) -> Option<f64> {
    let (from_id, to_id) = (origin.id, later.id);
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
    let other_client = client_differs(&agents_in(case, origin), &agents_in(case, later)) && !familiar.client;
    let both_hosting = anonymising && case.is_anonymising(from.ip) && case.is_unfamiliar(from_id);
    Some(if other_client && (country_differs || anonymising) || both_hosting { FULL_DB } else { WEAK_DB * case.rarity(to_id) })
}

/// Clients that use a session in a context.
fn agents_in(case: &Case<'_>, one: &Use) -> Vec<Agent> {
    one.events.iter().filter_map(|index| case.event(*index)).filter(|event| event.succeeded()).map(|event| case.agent(event)).collect()
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

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "session-replay";

    fn office(second: &str, agent: &str) -> Scene {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(HOME, CHROME).session("s1"));
        scene.add(sign_in("anna", at(20, "09:10")).from(second, agent).session("s1"));
        scene
    }

    #[test]
    fn a_session_that_goes_on_elsewhere_with_another_client_was_stolen() {
        office(NIGERIA, FIREFOX).look().fires(ID, "anna", 22.0);
        office(HOSTING, FIREFOX).look().fires(ID, "anna", 22.0);
    }

    #[test]
    fn a_phone_that_leaves_the_wifi_counts_little() {
        office(OTHER_PROVIDER, CHROME).look().fires(ID, "anna", 2.4);
        office(OTHER_LINE, CHROME).look().quiet(ID, "anna");
    }

    #[test]
    fn another_client_in_the_same_country_is_not_enough_for_full_weight() {
        office(OTHER_PROVIDER, FIREFOX).look().fires(ID, "anna", 8.0);
    }

    #[test]
    fn two_unfamiliar_servers_in_one_session_tell_whatever_the_client() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(HOSTING, FIREFOX).session("s1"));
        scene.add(sign_in("anna", at(20, "09:10")).from(OTHER_HOSTING, FIREFOX).session("s1"));
        scene.look().fires(ID, "anna", 22.0);
    }

    #[test]
    fn two_sessions_are_no_replay() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(HOME, CHROME).session("s1"));
        scene.add(sign_in("anna", at(20, "09:10")).from(NIGERIA, FIREFOX).session("s2"));
        scene.look().quiet(ID, "anna");
    }
}
