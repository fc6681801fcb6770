//! `app-acts-after-grant`: an application acts after its grant.

use super::apps::{Consent, consents};
use super::support::heaviest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::{AbusedApp, AgentFamily, AppWeight, abused_app, first_party};
use crate::events::{AccountId, Action, Event, Flags, Str, Time};
use crate::habits::{COLLEAGUES, ContextId};
use rustc_hash::{FxHashMap, FxHashSet};

/// See the text.
pub struct AppActsAfterGrant;

/// Worth of a finding.
const DB: f64 = 14.0;
/// Rarity of a context from which it is not the owner's.
const RARE: f64 = 0.5;
/// Seconds within which recipients make a burst.
const BURST_SECONDS: i64 = 900;

impl Detection for AppActsAfterGrant {
    fn id(&self) -> &'static str {
        "app-acts-after-grant"
    }
    fn title(&self) -> &'static str {
        "Application reads or sends after its grant"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "After a consent in an unfamiliar context, or to an application that hardly anybody uses honestly, the application read or sent mail at machine pace. After any other consent to an application seen in compromises, such as a mail client: it sent a burst of mail, or was used within days from a place of a person that is not the owner's.",
            why: "The application does the intruder's work.",
            innocent: "Backup tools, mail merge, a first synchronisation, an application's own cloud; an application that at least three colleagues use is not looked at, nor is Microsoft's own.",
            next: "Revoke the grant; count what it read and sent.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "Unusual Logic Following OAuth Grant",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "items", default: 20.0, doc: "items read or sent by the application after a suspicious consent" },
            Threshold { name: "recipients", default: 50.0, doc: "recipients within 15 minutes of mails sent by an abused application" },
            Threshold {
                name: "elsewhere",
                default: 5.0,
                doc: "items read or sent through an abused application from a place that is not the owner's",
            },
            Threshold { name: "hours", default: 72.0, doc: "hours after the consent within which such a place tells" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let uses = case.once(Uses::of);
        let suspects: Suspects = uses.watched.iter().filter(|one| one.is_suspect(case)).map(|one| (one.consent.account, one.app)).collect();
        for one in uses.watched.iter().filter(|one| one.hardly_honest() || uses.trusting_colleagues(one, &suspects) < COLLEAGUES) {
            let after: Vec<(u32, &Event)> = uses.after(case, one).collect();
            let found =
                self.at_pace(case, one, &after).or_else(|| self.burst(case, one, &after)).or_else(|| self.elsewhere(case, one, &after));
            if let Some((context, events, summary)) = found {
                out.add(case.store, one.consent.account, context, events, DB, summary);
            }
        }
    }
}

/// Where the application acted, by which events, and in words.
type Found = (ContextId, Vec<u32>, String);

impl AppActsAfterGrant {
    /// Many items after a suspicious consent.
    fn at_pace(&self, case: &Case<'_>, one: &Watched, after: &[(u32, &Event)]) -> Option<Found> {
        let items: usize = after.iter().map(|(_, event)| event.count as usize).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of items")]
        let many = one.is_suspect(case) && items as f64 >= case.threshold(self, "items");
        let summary = || format!("{} read or sent {items} items after the consent", one.consent.shown());
        many.then(|| (one.consent.context, after.iter().map(|(index, _)| *index).collect(), summary()))
    }

    /// A burst of mail after any consent.
    fn burst(&self, case: &Case<'_>, one: &Watched, after: &[(u32, &Event)]) -> Option<Found> {
        let sent: Vec<&(u32, &Event)> = after.iter().filter(|(_, event)| event.action == Action::MailSent).collect();
        let run = sent.get(heaviest(sent.iter().map(|(_, event)| (event.time.secs(), event.count as usize)), BURST_SECONDS))?;
        let recipients: usize = run.iter().map(|(_, event)| event.count as usize).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of recipients")]
        let many = one.known.is_some() && recipients as f64 >= case.threshold(self, "recipients");
        let summary = || format!("{} sent mail to {recipients} recipients within 15 minutes after the consent", one.consent.shown());
        many.then(|| (one.consent.context, run.iter().map(|(index, _)| *index).collect(), summary()))
    }

    /// Use from a place of somebody else's soon after any consent.
    fn elsewhere(&self, case: &Case<'_>, one: &Watched, after: &[(u32, &Event)]) -> Option<Found> {
        let window = case.seconds_of_hours(self, "hours");
        let here = |event: &u32| case.context_of(*event).0;
        let soon = after.iter().filter(|(_, event)| event.time.since(one.granted) <= window);
        let foreign: Vec<&(u32, &Event)> =
            soon.filter(|(index, _)| one.known.is_some() && one.is_at_somebody_elses(case, here(index))).collect();
        let context = foreign.first().map(|(index, _)| here(index))?;
        let there: Vec<&(u32, &Event)> = foreign.into_iter().filter(|(index, _)| here(index) == context).collect();
        let items: usize = there.iter().map(|(_, event)| event.count as usize).sum();
        #[expect(clippy::cast_precision_loss, reason = "a count of items")]
        let many = items as f64 >= case.threshold(self, "elsewhere");
        let place = case.contexts.get(context).map(|context| case.place_words(context.ip)).unwrap_or_default();
        let summary = || format!("{} was used from {place} after the consent: {items} items read or sent", one.consent.shown());
        many.then(|| (context, there.iter().map(|(index, _)| *index).collect(), summary()))
    }
}

/// A consent whose application is watched.
struct Watched {
    consent: Consent,
    /// Number of the application among those that are watched.
    app: usize,
    /// What its acts are recorded under: ids and names.
    texts: Vec<Str>,
    /// The user agent of its acts, where it has one of its own.
    agent: Option<AgentFamily>,
    granted: Time,
    /// What is known of it, where it is on the table of abused applications.
    known: Option<&'static AbusedApp>,
}

/// Accounts with a consent that tells by itself, each with the application.
type Suspects = FxHashSet<(AccountId, usize)>;

impl Watched {
    fn hardly_honest(&self) -> bool {
        self.known.is_some_and(|known| known.weight == AppWeight::HardlyHonest)
    }

    /// True if the consent tells by itself: in an unfamiliar context, or to an application that is hardly ever
    /// honest.
    fn is_suspect(&self, case: &Case<'_>) -> bool {
        self.hardly_honest() || case.rarity(self.consent.context) >= RARE
    }

    /// True for a place of a person who is not the owner: network and client are new to the account, and
    /// more happens there than the application's own servers would do.
    fn is_at_somebody_elses(&self, case: &Case<'_>, id: ContextId) -> bool {
        let Some(context) = case.contexts.get(id).filter(|context| context.app.is_none()) else { return false };
        let by_person = |event: &Event| event.flags.has(Flags::INTERACTIVE) || event.app.is_some() && !self.texts.contains(&event.app);
        !case.familiarity(id).client && case.rarity(id) >= RARE && case.events_of(context).any(|(_, event)| by_person(event))
    }
}

/// Consents to applications that are neither Microsoft's nor named in the configuration.
fn watched(case: &Case<'_>) -> Vec<Watched> {
    let mut apps: FxHashMap<String, usize> = FxHashMap::default();
    let mut watched = Vec::new();
    for consent in consents(case).iter() {
        let granted = consent.events.first().and_then(|index| case.event(*index)).map(|event| event.time);
        let Some(granted) = granted.filter(|_| first_party(&consent.app).is_none()) else { continue };
        if case.config.is_known_good_app(&consent.app, &consent.name) {
            continue;
        }
        let known = abused_app(&consent.app, &consent.name);
        let number = apps.len();
        let app = *apps.entry(known.map_or(consent.app.as_str(), |known| known.id).to_lowercase()).or_insert(number);
        let names = [consent.app.as_str(), &consent.name].into_iter().chain(known.into_iter().flat_map(|known| [known.id, known.name]));
        let texts = names.filter_map(|name| case.store.texts().find(name)).filter(|text| text.is_some()).collect();
        let agents = AgentFamily::ALL.iter().filter(|family| known.is_some() && abused_app("", family.name()) == known);
        watched.push(Watched { app, texts, agent: agents.copied().next(), granted, known, consent: consent.clone() });
    }
    watched
}

/// The watched applications, with what they read, sent and deleted.
#[derive(Default)]
struct Uses {
    watched: Vec<Watched>,
    /// By account and application, in time order.
    acts: FxHashMap<(AccountId, usize), Vec<u32>>,
    /// Accounts that use each application.
    users: FxHashMap<usize, FxHashSet<AccountId>>,
}

impl Uses {
    /// One pass over such acts.
    fn of(case: &Case<'_>) -> Uses {
        let mut uses = Uses { watched: watched(case), ..Uses::default() };
        let watched = &uses.watched;
        if watched.is_empty() {
            return uses;
        }
        let texts: FxHashMap<Str, usize> = watched.iter().flat_map(|one| one.texts.iter().map(|text| (*text, one.app))).collect();
        let agents: FxHashMap<AgentFamily, usize> = watched.iter().filter_map(|one| Some((one.agent?, one.app))).collect();
        for one in watched {
            uses.users.entry(one.app).or_default().insert(one.consent.account);
        }
        for (index, event) in case.acts(&[Action::MailRead, Action::MailSent, Action::MailDeleted, Action::FileRead]) {
            let by_agent = || agents.get(&case.agent(event).family);
            let app = if event.app.is_none() && !agents.is_empty() { by_agent() } else { texts.get(&event.app) };
            let account = case.contexts.account_of(index);
            if let Some(app) = app.filter(|_| event.succeeded() && account.is_some()) {
                uses.users.entry(*app).or_default().insert(account);
                uses.acts.entry((account, *app)).or_default().push(index);
            }
        }
        uses
    }

    /// Other accounts that use the application without a suspicious consent.
    fn trusting_colleagues(&self, one: &Watched, suspects: &Suspects) -> usize {
        let others = self.users.get(&one.app).into_iter().flatten().filter(|user| **user != one.consent.account);
        others.filter(|user| !suspects.contains(&(**user, one.app))).take(COLLEAGUES).count()
    }

    /// What an application did for an account after its consent, with the events.
    fn after<'c>(&self, case: &Case<'c>, one: &Watched) -> impl Iterator<Item = (u32, &'c Event)> {
        let list = self.acts.get(&(one.consent.account, one.app)).map_or(&[][..], Vec::as_slice);
        let granted = one.granted;
        list.iter().filter_map(|index| case.event(*index).map(|event| (*index, event))).filter(move |(_, event)| event.time > granted)
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "app-acts-after-grant";
    const PERFECTDATA: &str = "ff8d92dc-3d82-41d6-bcbd-b9174d163620";
    const SPIKE: &str = "946c777c-bc85-489e-b034-392389ae23d6";
    const EM_CLIENT: &str = "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd";
    const EM_AGENT: &str = "Client=WebServices;eMClient/9.2;";

    /// A consent, then mails that the application reads.
    fn seen(app: &str, ip: &str, items: u32, clock: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), app, "").from(ip, FIREFOX));
        scene.add(read_mail("anna", at(20, clock), items).app(app).from(OTHER_HOSTING, ""));
        scene.look()
    }

    #[test]
    fn an_app_hardly_ever_honest_that_reads_tells() {
        seen(PERFECTDATA, HOME, 20, "10:30").fires(ID, "anna", 14.0);
        seen(PERFECTDATA, HOME, 21, "10:30").fires(ID, "anna", 14.0);
        seen(PERFECTDATA, HOME, 19, "10:30").quiet(ID, "anna");
    }

    #[test]
    fn a_mail_client_that_synchronises_tells_only_where_the_consent_was_unfamiliar() {
        seen(SPIKE, NIGERIA, 20, "10:30").fires(ID, "anna", 14.0);
        seen(SPIKE, NIGERIA, 19, "10:30").quiet(ID, "anna");
        seen(SPIKE, HOME, 500, "10:30").quiet(ID, "anna");
    }

    /// A consent at home, then mails sent by the application, a second or so many apart.
    fn sending(app: &str, mails: i64, apart: i64) -> Seen {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), app, "").from(HOME, CHROME));
        let one = |n: i64| send("anna", at(20, "11:00").plus_secs(n * apart), &["x@example.org"], "Offer");
        scene.add_all((0..mails).map(|n| one(n).app(app).from(OTHER_HOSTING, "")));
        scene.look()
    }

    #[test]
    fn a_mail_client_that_sends_a_burst_tells() {
        sending(SPIKE, 50, 18).fires(ID, "anna", 14.0);
        sending(SPIKE, 51, 17).fires(ID, "anna", 14.0);
        sending(SPIKE, 49, 18).quiet(ID, "anna");
        sending(SPIKE, 50, 19).quiet(ID, "anna");
    }

    #[test]
    fn a_mail_merge_by_an_application_of_no_ill_repute_is_quiet() {
        sending("99999999-2222-4333-8444-555555555555", 300, 1).quiet(ID, "anna");
    }

    /// A consent at home, then somebody who signs in elsewhere on that day and reads through eM Client.
    fn elsewhere(ip: &str, agent: &str, hours: i64, items: u32) -> Scene {
        let mut scene = Scene::office();
        let granted = at(20, "10:00");
        scene.add(consent("anna", granted, EM_CLIENT, "eM Client").from(HOME, CHROME));
        let later = granted.plus_secs(hours * 3600);
        scene.add(sign_in("anna", later).app(EM_CLIENT).from(ip, agent));
        scene.add(read_mail("anna", later, items).app(EM_CLIENT).from(ip, agent));
        scene
    }

    #[test]
    fn a_mail_client_used_from_somebody_elses_place_tells() {
        elsewhere(NIGERIA, FIREFOX, 2, 5).look().fires(ID, "anna", 14.0);
        elsewhere(NIGERIA, FIREFOX, 2, 6).look().fires(ID, "anna", 14.0);
        elsewhere(NIGERIA, FIREFOX, 2, 4).look().quiet(ID, "anna");
    }

    #[test]
    fn such_a_place_tells_within_three_days_of_the_consent() {
        elsewhere(NIGERIA, FIREFOX, 71, 5).look().fires(ID, "anna", 14.0);
        elsewhere(NIGERIA, FIREFOX, 72, 5).look().fires(ID, "anna", 14.0);
        elsewhere(NIGERIA, FIREFOX, 73, 5).look().quiet(ID, "anna");
    }

    #[test]
    fn the_owners_place_and_client_and_the_apps_cloud_are_quiet() {
        elsewhere(HOME, EM_AGENT, 2, 500).look().quiet(ID, "anna");
        elsewhere(NIGERIA, CHROME, 2, 500).look().quiet(ID, "anna");
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), EM_CLIENT, "eM Client").from(HOME, CHROME));
        scene.add(read_mail("anna", at(20, "12:00"), 500).app(EM_CLIENT).from("102.65.10.10", EM_AGENT));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn acts_without_an_application_are_known_by_their_agent() {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), EM_CLIENT, "eM Client").from(NIGERIA, FIREFOX));
        scene.add(read_mail("anna", at(20, "12:00"), 20).from(NIGERIA, EM_AGENT));
        scene.look().fires(ID, "anna", 14.0);
    }

    #[test]
    fn a_consent_that_has_only_a_name_is_joined_to_the_acts_by_the_table() {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), "PerfectData Software", "").from(HOME, CHROME));
        scene.add(read_mail("anna", at(20, "12:00"), 20).app(PERFECTDATA).from(OTHER_HOSTING, ""));
        scene.look().fires(ID, "anna", 14.0);
    }

    #[test]
    fn an_application_that_colleagues_use_without_trouble_is_quiet() {
        for (users, app, fires) in [(2, SPIKE, true), (3, SPIKE, false), (3, PERFECTDATA, true)] {
            let mut scene = Scene::office();
            scene.add_all((1..=users).map(|n| read_mail(&format!("c{n}"), at(10, "12:00"), 9).app(app).from("79.240.1.10", CHROME)));
            scene.add(consent("anna", at(20, "10:00"), app, "").from(NIGERIA, FIREFOX));
            scene.add(read_mail("anna", at(20, "12:00"), 20).app(app).from(OTHER_HOSTING, ""));
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 14.0) } else { seen.quiet(ID, "anna") }
        }
    }

    #[test]
    fn microsofts_own_and_those_of_the_configuration_are_quiet() {
        seen("27922004-5251-4030-b22d-91ecd9a37ea4", NIGERIA, 500, "10:30").quiet(ID, "anna");
        let known = format!("[tenant]\nknown_good_apps = [\"{SPIKE}\"]\n");
        let mut scene = Scene::office().configured(&known);
        scene.add(consent("anna", at(20, "10:00"), SPIKE, "").from(NIGERIA, FIREFOX));
        scene.add(read_mail("anna", at(20, "10:30"), 500).app(SPIKE).from(OTHER_HOSTING, ""));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn what_the_app_did_before_its_grant_is_not_its_work() {
        seen(PERFECTDATA, HOME, 500, "09:30").quiet(ID, "anna");
    }
}
