//! `impossible-travel`: two sign-ins that nobody can have made in one body.

use super::support::{is_unusual, unusual_contexts};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Question, Scope, Severity, Text, Threshold, Words};
use crate::enrich::{NetworkClass, least_distance_km};
use crate::events::{AccountId, Event, Flags, Ip};
use crate::habits::{Colleagues, Context, ContextId};
use std::collections::{BTreeMap, VecDeque};

/// See the text.
pub struct ImpossibleTravel;

/// Worth of a finding, before rarity.
const DB: f64 = 6.0;
/// What is left of it where a network may be a way out for somebody who is elsewhere.
const WEAK: f64 = 0.5;

impl Detection for ImpossibleTravel {
    fn id(&self) -> &'static str {
        "impossible-travel"
    }
    fn title(&self) -> &'static str {
        "Two places too far apart"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn question(&self, _db: f64) -> Question {
        Question::Where
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Two sign-ins succeeded in countries so far apart that nobody gets from one to the other in the time between, even between their nearest borders. The one at the less familiar place is reported.",
            why: "The owner is in one place at a time: one of the two is somebody else.",
            innocent: "A VPN, relay, gateway, cloud or satellite link (not measured); a phone abroad that goes out at its carrier at home (not measured); rented servers, a foreign SIM card, or the company's own way out (counts half); a computer left on at home (its token refreshes do not count).",
            next: "Ask the owner where he was; see whether one of the two networks is a VPN of his or the company's, and name it in the configuration.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Unusual Location for SaaS and Email Activity",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "speed", default: 900.0, doc: "km/h that the journey takes at the least: an airliner's" },
            Threshold { name: "distance", default: 500.0, doc: "km between the countries' nearest borders" },
        ]
    }
    fn scope(&self) -> Scope {
        Scope::Account
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let suspects = unusual_contexts(case).filter(|(id, context)| suspicion(case, *id, context) > 0.0);
        let mut accounts: Vec<AccountId> = suspects.map(|(_, context)| context.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        for account in accounts {
            for journey in self.journeys(case, &stops(case, account)) {
                let (here, there) = (journey.accused, journey.other);
                let share = if here.weak || there.weak { WEAK } else { 1.0 };
                out.add(case.store, account, here.context, vec![here.index, there.index], DB * share * here.rarity, Words::Later(sentence));
            }
        }
    }
}

fn sentence(case: &Case<'_>, finding: &Finding) -> String {
    let stop = |index: &u32| {
        let ip = case.contexts.get(case.context_of(*index).0)?.ip;
        case.event(*index).map(|event| (ip, event.time.secs()))
    };
    let mut stops = finding.events.iter().filter_map(stop);
    let (Some((here, at)), Some((there, then))) = (stops.next(), stops.next()) else { return String::new() };
    let km = country(case, here).zip(country(case, there)).and_then(|(here, there)| least_distance_km(here, there)).unwrap_or_default();
    format!(
        "signed in from {} {} min {} a sign-in from {}, at least {km:.0} km away",
        case.place_words(here),
        at.abs_diff(then) / 60,
        if at < then { "before" } else { "after" },
        case.place_words(there),
    )
}

/// No two places are farther apart: half the way round the Earth.
const FARTHEST_KM: f64 = 20_040.0;

/// A sign-in at a place that means something.
#[derive(Clone, Copy)]
struct Stop {
    secs: i64,
    index: u32,
    context: ContextId,
    country: [u8; 2],
    /// How unfamiliar it is; 0 for the owner's own places, which bear witness and are not accused.
    rarity: f64,
    /// Its network may be a way out for somebody who is elsewhere.
    weak: bool,
}

/// Two stops that one person cannot have made.
struct Journey {
    accused: Stop,
    other: Stop,
}

impl ImpossibleTravel {
    /// The first impossible journey to or from each unfamiliar context. Of each country it is enough to
    /// look at the latest stop: no earlier one takes more speed. Of several the nearest in time counts.
    fn journeys(&self, case: &Case<'_>, stops: &[Stop]) -> Vec<Journey> {
        let (speed, least_km) = (case.threshold(self, "speed"), case.threshold(self, "distance"));
        // In time order, one of each country and kind: those from which nobody needs to fly are left behind.
        let mut latest: VecDeque<Stop> = VecDeque::new();
        let mut found: BTreeMap<ContextId, Journey> = BTreeMap::new();
        for stop in stops {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a case")]
            let reach = |before: &Stop| speed * (stop.secs - before.secs) as f64 / 3600.0;
            while latest.pop_front_if(|oldest| reach(oldest) >= FARTHEST_KM).is_some() {}
            for before in latest.iter().rev().filter(|before| before.country != stop.country) {
                let (accused, other) = if before.rarity > stop.rarity { (before, stop) } else { (stop, before) };
                if accused.rarity <= 0.0 || found.contains_key(&accused.context) {
                    continue;
                }
                let Some(km) = least_distance_km(before.country, stop.country).filter(|km| *km >= least_km) else { continue };
                if km > reach(before) {
                    found.entry(accused.context).or_insert(Journey { accused: *accused, other: *other });
                }
            }
            latest.retain(|before| (before.country, before.rarity > 0.0) != (stop.country, stop.rarity > 0.0));
            latest.push_back(*stop);
        }
        found.into_values().collect()
    }
}

/// The rarity of a context that can be accused: an unfamiliar one, on no device of the owner's. 0 for any other.
fn suspicion(case: &Case<'_>, id: ContextId, context: &Context) -> f64 {
    if is_unusual(case, id, context) && !case.familiarity(id).device { case.rarity(id) } else { 0.0 }
}

/// The sign-ins of an account that say where somebody is, in time order.
fn stops(case: &Case<'_>, account: AccountId) -> Vec<Stop> {
    let mut stops = Vec::new();
    for id in case.contexts.of_account(account) {
        let Some(context) = case.contexts.get(*id) else { continue };
        let rarity = suspicion(case, *id, context);
        let Some((country, weak)) = place(case, *id, context.ip, rarity > 0.0) else { continue };
        let telling = case.sign_ins(context).filter(|(_, event)| event.time.is_known() && (rarity > 0.0 || is_at_keyboard(case, event)));
        stops.extend(telling.map(|(index, event)| Stop { secs: event.time.secs(), index, context: *id, country, rarity, weak }));
    }
    stops.sort_by_key(|stop| (stop.secs, stop.index));
    stops
}

/// False for a program that fetches its next token while its owner may be anywhere.
fn is_at_keyboard(case: &Case<'_>, event: &Event) -> bool {
    !event.flags.has(Flags::NON_INTERACTIVE) && !case.store.sign_in(event).is_some_and(|facts| facts.by_token)
}

/// The country of an address: as recorded, else as looked up.
fn country(case: &Case<'_>, ip: Ip) -> Option<[u8; 2]> {
    case.recorded.get(ip.index()).copied().flatten().or(case.facts(ip).country())
}

/// The country of an address, and whether somebody elsewhere may be behind it; none where it says nothing
/// of where somebody is, or where log and databases differ.
fn place(case: &Case<'_>, id: ContextId, ip: Ip, suspect: bool) -> Option<([u8; 2], bool)> {
    let facts = case.facts(ip);
    let country = country(case, ip)?;
    // A phone abroad goes out at its carrier at home.
    let measured = facts.country_means_something() && (suspect || facts.class != NetworkClass::Mobile);
    if !measured || facts.country().is_some_and(|known| known != country) {
        return None;
    }
    let exit = matches!(facts.class, NetworkClass::Mobile | NetworkClass::Internal) || facts.is_data_centre();
    Some((country, exit || case.familiarity(id).address_colleagues == Colleagues::Many))
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "impossible-travel";
    /// A line at home in Australia, at least 12,031 km from Germany: 48,124.6 seconds at 900 km/h.
    const AUSTRALIA: &str = "1.128.10.10";
    /// A mobile carrier in the United Kingdom.
    const CARRIER: &str = "82.132.220.1";

    /// Anna signs in at home at eight on day 20, and somebody from elsewhere later on.
    fn office(ip: &str, clock: &str) -> Scene {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "08:00")).from(HOME, CHROME));
        scene.add(sign_in("anna", at(20, clock)).from(ip, FIREFOX));
        scene
    }

    #[test]
    fn a_place_that_no_airliner_reaches_in_the_time_tells() {
        office(AUSTRALIA, "08:05").look().fires(ID, "anna", 6.0);
        office(AUSTRALIA, "21:22:04").look().fires(ID, "anna", 6.0);
        office(AUSTRALIA, "21:22:05").look().quiet(ID, "anna");
        assert_eq!(office(AUSTRALIA, "08:05").look().total(ID, "anna"), 2);
    }

    #[test]
    fn the_speed_is_of_the_configuration() {
        let seen = |speed: &str| office(AUSTRALIA, "20:00").configured(&format!("[thresholds.impossible-travel]\nspeed = {speed}")).look();
        seen("1002.5").fires(ID, "anna", 6.0);
        seen("1002.6").quiet(ID, "anna");
    }

    #[test]
    fn neighbours_are_not_measured_and_the_distance_is_of_the_configuration() {
        office(ABROAD, "08:01").look().quiet(ID, "anna");
        let seen = |km: &str| office(AUSTRALIA, "08:01").configured(&format!("[thresholds.impossible-travel]\ndistance = {km}")).look();
        seen("12031").fires(ID, "anna", 6.0);
        seen("12032").quiet(ID, "anna");
    }

    #[test]
    fn it_does_not_matter_which_of_the_two_comes_first() {
        let mut scene = office(AUSTRALIA, "08:05");
        scene.add(sign_in("anna", at(22, "06:00")).from("1.128.10.11", FIREFOX));
        scene.add(sign_in("anna", at(22, "08:00")).from(HOME, CHROME));
        assert_eq!(scene.look().when(ID, "anna"), [at(20, "08:00"), at(22, "06:00")]);
    }

    #[test]
    fn a_traveller_by_plane_is_quiet() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "08:00")).from(HOME, CHROME));
        scene.add(sign_in("anna", at(21, "08:00")).from(AUSTRALIA, CHROME));
        scene.add(sign_in("anna", at(25, "08:00")).from(AUSTRALIA, CHROME));
        scene.add(sign_in("anna", at(26, "09:00")).from(HOME, CHROME));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn networks_that_hide_a_place_are_not_measured() {
        for ip in [VPN, OTHER_VPN, "52.96.10.10", "104.28.10.10"] {
            office(ip, "08:05").look().quiet(ID, "anna");
        }
        let exits = format!("[tenant]\nvpn_exits = [\"{AUSTRALIA}\"]\n");
        office(AUSTRALIA, "08:05").configured(&exits).look().quiet(ID, "anna");
    }

    #[test]
    fn rented_servers_and_foreign_carriers_count_half() {
        office(OTHER_HOSTING, "08:05").look().fires(ID, "anna", 3.0);
        office(NIGERIA, "08:05").look().fires(ID, "anna", 3.0);
    }

    #[test]
    fn a_phone_abroad_that_goes_out_at_home_is_quiet() {
        let mut scene = Scene::office();
        scene.live("anna", 0..ORDINARY_DAYS, CARRIER, CHROME);
        scene.add(sign_in("anna", at(20, "21:00")).from(CARRIER, CHROME));
        scene.add(sign_in("anna", at(20, "21:10")).from(AUSTRALIA, FIREFOX));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn a_computer_left_on_at_home_is_quiet() {
        let mut scene = Scene::office();
        let refresh = |clock| Act::new("anna", at(21, clock), Action::SignIn).flag(Flags::NON_INTERACTIVE).from(HOME, CHROME);
        scene.add(refresh("08:00"));
        scene.add(sign_in("anna", at(21, "08:10")).from(AUSTRALIA, FIREFOX));
        scene.add(sign_in("anna", at(21, "08:20")).from(HOME, CHROME).facts(|facts| facts.by_token = true));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn the_owners_own_device_is_quiet() {
        let mut scene = Scene::office();
        scene.add_all((0..5).map(|day| sign_in("anna", at(day, "08:30")).from(HOME, CHROME).device("d1")));
        scene.add(sign_in("anna", at(20, "08:00")).from(HOME, CHROME));
        scene.add(sign_in("anna", at(20, "08:05")).from(AUSTRALIA, FIREFOX).device("d1"));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn the_way_out_of_a_whole_office_counts_half() {
        for (colleagues, db) in [(2, 6.0), (3, 3.0)] {
            let mut scene = Scene::office();
            for n in 1..=colleagues {
                scene.live(&format!("c{n}"), 0..ORDINARY_DAYS, HOME, CHROME);
            }
            scene.add(sign_in("anna", at(20, "08:00")).from(HOME, CHROME));
            scene.add(sign_in("anna", at(20, "08:05")).from(AUSTRALIA, FIREFOX));
            scene.look().fires(ID, "anna", db);
        }
    }

    #[test]
    fn where_log_and_databases_differ_nothing_is_measured() {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "08:00")).from(HOME, CHROME));
        scene.add(sign_in("anna", at(20, "08:05")).from(AUSTRALIA, FIREFOX).facts(|facts| facts.country = *b"DE"));
        scene.look().quiet(ID, "anna");
    }
}
