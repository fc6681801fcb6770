//! `session-replay`: one session used from two networks.

use super::sessions::SessionUse;
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Question, Scope, Severity, Text, Words};
use crate::enrich::{AddressFacts, Agent, Os, first_party};
use crate::events::{AccountId, Ip, Str};
use crate::habits::ContextId;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::ops::Range;

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
            let by_another = !familiar.client && one.differs && one.goes_far;
            let full = by_another || one.of_servers && case.is_unfamiliar(one.from);
            // The owner's own program takes its session along wherever he takes it.
            let moved = if familiar.client { 0.0 } else { WEAK_DB };
            let db = if full { FULL_DB } else { moved * case.rarity(one.to) };
            if db > 0.0 {
                let events = case.sessions.events_at(one.events.clone()).to_vec();
                out.add(case.store, one.account, one.to, events, db, Words::Later(sentence));
            }
        }
    }
}

fn sentence(case: &Case<'_>, finding: &Finding) -> String {
    let place = |id: ContextId| case.contexts.get(id).map(|context| case.place_words(context.ip)).unwrap_or_default();
    let session = finding.events.first().and_then(|index| case.event(*index)).map_or(Str::NONE, |event| event.session);
    let origin = case.sessions.origin(finding.account, session).unwrap_or_default();
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
    /// Where the events of its use there are among those of all shared sessions.
    events: Range<u32>,
    /// Operating system or browser is another.
    differs: bool,
    /// To another country, or to a network that hides where somebody is.
    goes_far: bool,
    /// From one hosting network to another, and not from exit to exit of one VPN.
    of_servers: bool,
}

impl Moves {
    fn of(case: &Case<'_>) -> Moves {
        let (mut moves, mut foreign) = (Vec::new(), FxHashMap::default());
        for (account, uses) in case.sessions.iter() {
            let Some(origin) = uses.first().map(Origin::new) else { continue };
            let later = uses.iter().skip(1).filter(|one| !is_consented_app(case, one, &mut foreign));
            moves.extend(later.filter_map(|one| Move::of(case, account, &origin, one)));
        }
        Moves(moves)
    }
}

impl Move {
    /// None where the network stays the same.
    fn of(case: &Case<'_>, account: AccountId, origin: &Origin<'_>, later: &SessionUse) -> Option<Move> {
        let (from, to) = (case.contexts.get(origin.one.id)?, case.contexts.get(later.id)?);
        let (here, there) = (case.facts(from.ip), case.facts(to.ip));
        let same_system = here.asn().is_some() && here.asn() == there.asn();
        if here.network == there.network || same_system {
            return None;
        }
        let country = |ip: Ip, facts: &AddressFacts| case.recorded.get(ip.index()).copied().flatten().or(facts.country());
        let anonymising = case.is_anonymising(to.ip);
        let differs = client_differs(origin.clients(case), agents_in(case, later));
        // Somebody who goes through a VPN is at one exit now and at another an hour later.
        let changed_exit = here.hides_place() && there.hides_place() && !differs;
        Some(Move {
            account,
            from: origin.one.id,
            to: later.id,
            events: later.listed(),
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
        self.clients.get_or_init(|| {
            let mut clients: Vec<Agent> = Vec::new();
            for agent in agents_in(case, self.one) {
                if !clients.contains(&agent) {
                    clients.push(agent);
                }
            }
            clients
        })
    }
}

/// True where one foreign application goes on with the session: the one that the session consented to,
/// from its own servers. That is judged by the consent. `foreign` is what is known of applications.
fn is_consented_app(case: &Case<'_>, one: &SessionUse, foreign: &mut FxHashMap<Str, bool>) -> bool {
    let mut apps = case.sessions.events(one).iter().filter_map(|index| case.event(*index)).map(|event| event.app);
    let first = apps.next().unwrap_or(Str::NONE);
    let mut is_foreign = || *foreign.entry(first).or_insert_with(|| first_party(case.store.text(first)).is_none());
    first.is_some() && is_foreign() && apps.all(|app| app == first)
}

/// Clients that use a session in a context.
fn agents_in(case: &Case<'_>, one: &SessionUse) -> impl Iterator<Item = Agent> {
    let events = case.sessions.events(one).iter().filter_map(|index| case.event(*index));
    events.filter(|event| event.succeeded()).map(|event| case.agent(event))
}

/// True if the second party's operating system or browser is none of the first's. One session spans all
/// programs of a device, so other programs alone say nothing.
fn client_differs(first: &[Agent], mut second: impl Iterator<Item = Agent>) -> bool {
    let is_new = |agent: &Agent, known: fn(&Agent) -> bool, same: fn(&Agent, &Agent) -> bool| {
        known(agent) && first.iter().any(known) && !first.iter().any(|one| known(one) && same(one, agent))
    };
    second.any(|agent| {
        is_new(&agent, |one| one.os != Os::Unknown, |one, other| one.os == other.os)
            || is_new(&agent, Agent::is_browser, |one, other| one.family == other.family)
            || agent.scripted && !first.iter().any(|known| known.scripted)
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
