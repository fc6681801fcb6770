//! `session-replay`: one session used from two networks.

use super::sessions::SessionUse;
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text};
use crate::enrich::{Agent, Os, first_party};
use crate::events::Str;
use crate::habits::{Context, ContextId};
use std::cell::OnceCell;

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
    fn scope(&self) -> Scope {
        Scope::Account
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (account, uses) in case.sessions.uses.iter().filter(|(account, _)| case.is_due(ContextId::NONE, *account)) {
            let mut uses = uses.iter();
            let Some(origin) = uses.next().map(Origin::new) else { continue };
            for one in uses.filter(|one| goes_elsewhere(case, origin.one.id, one.id) && !is_consented_app(case, one)) {
                let (Some(from), Some(to)) = (case.contexts.get(origin.one.id), case.contexts.get(one.id)) else { continue };
                let db = worth(case, (&origin, from), (one, to));
                let summary = format!("a session begun at {} went on from {}", case.place_words(from.ip), case.place_words(to.ip));
                out.add(case.store, *account, one.id, one.events.clone(), db, summary);
            }
        }
    }
}

/// The first use of a session, whose clients are looked up once however often it goes on.
struct Origin<'c> {
    one: &'c SessionUse,
    clients: OnceCell<Vec<Agent>>,
}

impl<'c> Origin<'c> {
    fn new(one: &'c SessionUse) -> Origin<'c> {
        Origin { one, clients: OnceCell::new() }
    }

    fn clients(&self, case: &Case<'_>) -> &[Agent] {
        self.clients.get_or_init(|| agents_in(case, self.one))
    }
}

/// True if a session goes on where the account is not at home, in another network than before.
fn goes_elsewhere(case: &Case<'_>, from: ContextId, to: ContextId) -> bool {
    let (Some(from), Some(context)) = (case.contexts.get(from), case.contexts.get(to)) else { return false };
    let (here, there, familiar) = (case.facts(from.ip), case.facts(context.ip), case.familiarity(to));
    let same_system = here.asn().is_some() && here.asn() == there.asn();
    !familiar.address && !familiar.network && !familiar.asn && here.network != there.network && !same_system
}

/// True where one foreign application goes on with the session: the one that the session consented to,
/// from its own servers. That is judged by the consent.
fn is_consented_app(case: &Case<'_>, one: &SessionUse) -> bool {
    let mut apps = one.events.iter().filter_map(|index| case.event(*index)).map(|event| event.app);
    let first = apps.next().unwrap_or(Str::NONE);
    first.is_some() && first_party(case.store.text(first)).is_none() && apps.all(|app| app == first)
}

/// What the second use of a session is worth.
fn worth(case: &Case<'_>, (origin, from): (&Origin<'_>, &Context), (later, to): (&SessionUse, &Context)) -> f64 {
    let (here, there) = (case.facts(from.ip), case.facts(to.ip));
    let anonymising = case.is_anonymising(to.ip);
    let country =
        |id: crate::events::Ip, facts: &crate::enrich::AddressFacts| case.recorded.get(id.index()).copied().flatten().or(facts.country());
    let country_differs = country(from.ip, here) != country(to.ip, there);
    let differs = client_differs(origin.clients(case), &agents_in(case, later));
    let other_client = !case.familiarity(later.id).client && differs;
    // Somebody who goes through a VPN is at one exit now and at another an hour later.
    let changed_exit = here.hides_place() && there.hides_place() && !differs;
    let both_hosting = anonymising && case.is_anonymising(from.ip) && case.is_unfamiliar(origin.one.id) && !changed_exit;
    if other_client && (country_differs || anonymising) || both_hosting { FULL_DB } else { WEAK_DB * case.rarity(later.id) }
}

/// Clients that use a session in a context, each once.
fn agents_in(case: &Case<'_>, one: &SessionUse) -> Vec<Agent> {
    let mut agents: Vec<Agent> = Vec::new();
    for event in one.events.iter().filter_map(|index| case.event(*index)).filter(|event| event.succeeded()) {
        let agent = case.agent(event);
        if !agents.contains(&agent) {
            agents.push(agent);
        }
    }
    agents
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
    fn one_client_that_changes_the_exit_of_its_vpn_counts_little() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(VPN, FIREFOX).session("s1"));
        scene.add(sign_in("anna", at(20, "09:10")).from(OTHER_VPN, FIREFOX).session("s1"));
        assert!(scene.look().best(ID, "anna") <= 8.0);
    }

    #[test]
    fn two_sessions_are_no_replay() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "09:00")).from(HOME, CHROME).session("s1"));
        scene.add(sign_in("anna", at(20, "09:10")).from(NIGERIA, FIREFOX).session("s2"));
        scene.look().quiet(ID, "anna");
    }
}
