//! `session-replay`: one session used from two networks.

use super::sessions::SessionUse;
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Question, Scope, Severity, Text, Words};
use crate::enrich::{AddressFacts, Agent, Os, first_party};
use crate::events::{AccountId, Ip, Str};
use crate::habits::ContextId;
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
    /// A session goes wherever its owner goes: only where it went on with another client it says how.
    fn question(&self, db: f64) -> Question {
        if db < FULL_DB { Question::Where } else { Question::How }
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
            innocent: "A phone that changes from wifi to its carrier, a laptop on the road, a VPN switched on (with a client of the owner's it counts nothing); one session spans all apps of a device.",
            next: "Revoke the sessions; look for the phishing page in the minutes before the first sign-in.",
            references: &["https://attack.mitre.org/techniques/T1539/", "https://attack.mitre.org/techniques/T1550/004/"],
            model: "",
        }
    }
    fn scope(&self) -> Scope {
        Scope::Account
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let moves = case.once(Moves::of);
        for one in moves.0.iter().filter(|one| case.is_due(one.to, one.account)) {
            let familiar = case.familiarity(one.to);
            if familiar.address || familiar.network || familiar.asn {
                continue;
            }
            let Some(there) = case.sessions.uses.get(one.session).and_then(|(_, uses)| uses.get(one.later)) else { continue };
            let by_another = !familiar.client && one.differs && one.goes_far;
            let full = by_another || one.of_servers && case.is_unfamiliar(one.from);
            // The owner's own program takes its session along wherever he takes it.
            let moved = if familiar.client { 0.0 } else { WEAK_DB };
            let db = if full { FULL_DB } else { moved * case.rarity(one.to) };
            if db > 0.0 {
                out.add(case.store, one.account, one.to, there.events.clone(), db, Words::Later(sentence));
            }
        }
    }
}

fn sentence(case: &Case<'_>, finding: &Finding) -> String {
    let place = |id: ContextId| case.contexts.get(id).map(|context| case.place_words(context.ip)).unwrap_or_default();
    let origin = case.sessions.origin(finding.account, finding.context, &finding.events).unwrap_or_default();
    format!("a session begun at {} went on from {}", place(origin), place(finding.context))
}

/// Sessions that went on in another network than the one in which they began, whatever the habits.
struct Moves(Vec<Move>);

/// One use of a session in another network.
struct Move {
    account: AccountId,
    /// Where the session began, and where it went on.
    from: ContextId,
    to: ContextId,
    /// The session among those that are shared, and its use there.
    session: usize,
    later: usize,
    /// Operating system or browser is another.
    differs: bool,
    /// To another country, or to a network that hides where somebody is.
    goes_far: bool,
    /// From one hosting network to another, and not from exit to exit of one VPN.
    of_servers: bool,
}

impl Moves {
    fn of(case: &Case<'_>) -> Moves {
        let mut moves = Vec::new();
        for (session, (account, uses)) in case.sessions.uses.iter().enumerate() {
            let Some(origin) = uses.first().map(Origin::new) else { continue };
            let later = uses.iter().enumerate().skip(1).filter(|(_, one)| !is_consented_app(case, one));
            moves.extend(later.filter_map(|(later, one)| Move::of(case, *account, (&origin, one), (session, later))));
        }
        Moves(moves)
    }
}

impl Move {
    /// None where the network stays the same.
    fn of(case: &Case<'_>, account: AccountId, (origin, later): (&Origin<'_>, &SessionUse), at: (usize, usize)) -> Option<Move> {
        let (from, to) = (case.contexts.get(origin.one.id)?, case.contexts.get(later.id)?);
        let (here, there) = (case.facts(from.ip), case.facts(to.ip));
        let same_system = here.asn().is_some() && here.asn() == there.asn();
        if here.network == there.network || same_system {
            return None;
        }
        let country = |ip: Ip, facts: &AddressFacts| case.recorded.get(ip.index()).copied().flatten().or(facts.country());
        let anonymising = case.is_anonymising(to.ip);
        let differs = client_differs(origin.clients(case), &agents_in(case, later));
        // Somebody who goes through a VPN is at one exit now and at another an hour later.
        let changed_exit = here.hides_place() && there.hides_place() && !differs;
        Some(Move {
            account,
            from: origin.one.id,
            to: later.id,
            session: at.0,
            later: at.1,
            differs,
            goes_far: country(from.ip, here) != country(to.ip, there) || anonymising,
            of_servers: anonymising && case.is_anonymising(from.ip) && !changed_exit,
        })
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

/// True where one foreign application goes on with the session: the one that the session consented to,
/// from its own servers. That is judged by the consent.
fn is_consented_app(case: &Case<'_>, one: &SessionUse) -> bool {
    let mut apps = one.events.iter().filter_map(|index| case.event(*index)).map(|event| event.app);
    let first = apps.next().unwrap_or(Str::NONE);
    first.is_some() && first_party(case.store.text(first)).is_none() && apps.all(|app| app == first)
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
    fn a_phone_that_leaves_the_wifi_counts_nothing() {
        office(OTHER_PROVIDER, CHROME).look().quiet(ID, "anna");
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
