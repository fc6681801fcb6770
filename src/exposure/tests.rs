//! What is counted of made-up acts whose truth is known.

use super::*;
use crate::analysis::Basis;
use crate::attribution::{Actor, Actors, Attributed, Judgement, Lanes, Verdict};
use crate::config::Config;
use crate::detections::testkit::Act;
use crate::detections::testkit::*;
use crate::enrich::{Networks, TorExits};
use crate::events::{Batch, Consent, Detail, Flags, Item, Items, Mail, Store, Time};
use crate::habits::Habits;
use crate::stages::Stages;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Whose an act is, as the lanes say.
const SURE: Attributed = Attributed { actor: Actor::Intruder, certainty: 0.95 };
const MAYBE: Attributed = Attributed { actor: Actor::Intruder, certainty: 0.7 };
const OWNER: Attributed = Attributed { actor: Actor::Owner, certainty: 0.98 };
/// The owner was nearer in time, but the intruder was about.
const NEAR: Attributed = Attributed { actor: Actor::Owner, certainty: 0.7 };

/// Acts with their lanes.
#[derive(Default)]
struct Tale {
    acts: Vec<(Act, Attributed)>,
    incidents: Vec<Vec<&'static str>>,
}

impl Tale {
    /// Anna's mailbox was in use before and after, and the intruder signed in on day 20 at 9.
    fn of_anna() -> Tale {
        let mut tale = Tale::default();
        for day in [1, 30] {
            tale.tell(bind("anna", at(day, "08:00"), &[1], 0), OWNER);
        }
        tale.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
        tale.tell(sign_in("anna", at(20, "12:00")).from(NIGERIA, FIREFOX), SURE);
        tale
    }

    fn tell(&mut self, act: Act, who: Attributed) -> &mut Tale {
        self.acts.push((act, who));
        self
    }

    /// Measures; every person of `taken` is compromised from day 20, 9 to 12 o'clock.
    fn measure(self, taken: &[&str]) -> Measured {
        let mut scene = Scene::empty();
        let mut actors = Vec::new();
        for (act, who) in self.acts {
            scene.add(act);
            actors.push(who);
        }
        let store = scene.store();
        let (config, tor, stages) = (Config::default(), TorExits::default(), Stages::default());
        let basis = Basis::new(&store, &Networks::new(geo(), &config, &tor), &stages);
        let ground = basis.ground(&store, &config);
        let account = |who: &str| store.names().find(&address(who)).map(|name| store.accounts().of(name)).unwrap();
        let attribution = Attribution {
            habits: Habits::default(),
            findings: Vec::new(),
            lanes: Lanes::new(),
            judgements: taken.iter().map(|who| (account(who), judgement(&store))).collect(),
            confirmed: Vec::new(),
            actors: Actors::made_up(actors),
            rounds: 1,
        };
        let incident = |members: &Vec<&str>| Incident {
            accounts: members.iter().map(|who| account(who)).collect(),
            patient_zero: crate::cascade::PatientZero { account: AccountId::NONE, confidence: 1.0, vector: "unknown" },
            edges: Vec::new(),
            links: Vec::new(),
            span: (at(20, "09:00"), at(20, "12:00")),
        };
        let incidents: Vec<Incident> = self.incidents.iter().map(incident).collect();
        let case = ground.case(&attribution.habits, &attribution.confirmed);
        let exposures = measure(&Ground { case: &case, attribution: &attribution, incidents: &incidents, inputs: &[] });
        let by_name = store.accounts().iter().map(|(id, one)| (one.name.clone(), id)).collect();
        Measured { exposures, by_name }
    }
}

fn judgement(store: &Store) -> Judgement {
    Judgement {
        verdict: Verdict::Compromised,
        score: crate::scoring::Score::default(),
        contexts: BTreeMap::new(),
        apps: store.texts().find(APP).into_iter().collect(),
        findings: Vec::new(),
        earlier: None,
        compromised_at: Some(at(20, "09:00")),
        last_at: Some(at(20, "12:00")),
    }
}

const APP: &str = "11111111-2222-4333-8444-555555555555";

struct Measured {
    exposures: Exposures,
    by_name: BTreeMap<String, AccountId>,
}

impl Measured {
    fn id(&self, who: &str) -> AccountId {
        self.by_name[&address(who)]
    }

    fn of(&self, who: &str) -> &Exposure {
        &self.exposures.accounts[&self.id(who)]
    }
}

fn bounds(count: Option<&Count>) -> Option<(u64, Option<u64>)> {
    count.map(|count| (count.at_least, count.at_most))
}

/// Items with these ids, in a folder; `more` are only counted.
fn items(act: Act, ids: &[u64], more: u32, folder: &'static str) -> Act {
    let ids = ids.to_vec();
    let count = u32::try_from(ids.len()).unwrap() + more;
    act.times(count.max(1)).with(move |batch: &mut Batch| {
        let start = u32::try_from(batch.items.len()).unwrap();
        batch.items.extend(ids.iter().map(|id| Item { link: *id, ..Item::default() }));
        let folder = batch.str(folder);
        Detail::Items(Items { folder, start, len: u32::try_from(ids.len()).unwrap(), ..Items::default() })
    })
}

fn bind(who: &str, time: Time, ids: &[u64], more: u32) -> Act {
    items(Act::new(who, time, Action::MailRead).on(who), ids, more, "\\Inbox")
}

fn sync(who: &str, time: Time, folder: &'static str) -> Act {
    items(Act::new(who, time, Action::MailRead).on(who).flag(Flags::SYNC), &[], 0, folder)
}

/// A row of a trace: one mail to these people.
fn row(who: &str, time: Time, id: u64, to: &[String]) -> Act {
    let names = to.to_vec();
    let first = names.first().cloned().unwrap_or_default();
    let act = Act::new(who, time, Action::MailSent).linked(id).about("s").traced().times(u32::try_from(names.len()).unwrap());
    act.on(&first).with(move |batch| {
        let recipients = names.iter().map(|name| batch.principal(name)).collect();
        Detail::Mail(Box::new(Mail { recipients, ..Mail::default() }))
    })
}

/// A `Send` record, which names nobody.
fn logged(who: &str, time: Time, id: u64) -> Act {
    Act::new(who, time, Action::MailSent).linked(id).about("s").with(|_| Detail::Mail(Box::default()))
}

#[test]
fn mails_read_are_counted_once_and_what_is_in_doubt_only_raises_the_limit() {
    let mut tale = Tale::of_anna();
    tale.tell(bind("anna", at(20, "09:10"), &[11, 12], 0), SURE);
    tale.tell(bind("anna", at(20, "10:30"), &[12, 13], 0), SURE);
    tale.tell(bind("anna", at(20, "11:00"), &[14], 0), MAYBE);
    tale.tell(bind("anna", at(20, "11:30"), &[15], 0), OWNER);
    let seen = tale.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_read.as_ref()), Some((3, Some(4))));
    assert_eq!(seen.of("anna").mails_read.as_ref().unwrap().why, [Why::InDoubt(1)]);
    assert_eq!(seen.of("anna").folders, ["Inbox"]);
    assert_eq!(seen.of("anna").reads.len(), 4);
}

#[test]
fn nothing_read_is_zero_only_where_reading_would_be_recorded() {
    let seen = Tale::of_anna().measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_read.as_ref()), Some((0, Some(0))));
    let mut bare = Tale::default();
    bare.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
    let seen = bare.measure(&["anna"]);
    assert_eq!(seen.of("anna").mails_read, None);
    assert_eq!(seen.of("anna").unknown[0], ("which mails were read", Gap::None(Source::Read)));
    let mut others = Tale::default();
    others.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
    others.tell(bind("ben", at(1, "09:00"), &[1], 0), OWNER).tell(bind("ben", at(30, "09:00"), &[1], 0), OWNER);
    let seen = others.measure(&["anna"]);
    assert_eq!(seen.of("anna").unknown[0].1, Gap::NotOfAccount(Source::Read), "auditing of this mailbox may be off");
    let mut late = Tale::default();
    late.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
    late.tell(bind("anna", at(20, "09:01"), &[1], 0), SURE);
    let seen = late.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_read.as_ref()), Some((1, None)), "records begin after the intruder");
}

#[test]
fn items_that_were_changed_are_counted_with_their_folders() {
    let change = |time: &str, ids: &[u64], folder: &'static str| {
        items(Act::new("anna", at(20, time), Action::MailChanged).on("anna").operation("Update"), ids, 0, folder)
    };
    let mut tale = Tale::of_anna();
    tale.tell(change("09:10", &[11], "\\Sent Items"), SURE).tell(change("09:11", &[11], "\\Sent Items"), SURE);
    tale.tell(change("09:12", &[12], "\\Drafts"), SURE).tell(change("09:13", &[13], "\\Drafts"), MAYBE);
    tale.tell(change("09:14", &[14], "\\Calendar"), OWNER);
    let seen = tale.measure(&["anna"]);
    let changed = seen.of("anna").mails_changed.as_ref();
    assert_eq!(bounds(changed), Some((2, Some(3))), "an item once, in doubt above");
    assert_eq!((changed.unwrap().why.as_slice(), changed.unwrap().evidence.total), ([Why::InDoubt(1)].as_slice(), 4));
    assert_eq!(seen.of("anna").changed_folders, ["Drafts", "Sent Items"]);
    assert_eq!(bounds(Tale::of_anna().measure(&["anna"]).of("anna").mails_changed.as_ref()), Some((0, Some(0))));
    let mut bare = Tale::default();
    bare.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
    assert_eq!(bare.measure(&["anna"]).of("anna").mails_changed, None, "without records of the mailbox it is not known");
}

#[test]
fn a_synchronised_folder_lifts_the_limit() {
    let mut tale = Tale::of_anna();
    tale.tell(bind("anna", at(20, "09:10"), &[11], 0), SURE).tell(sync("anna", at(20, "09:20"), "\\Inbox"), SURE);
    let seen = tale.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_read.as_ref()), Some((1, None)));
    assert_eq!(seen.of("anna").mails_read.as_ref().unwrap().why, [Why::Synchronised]);
    assert_eq!(seen.of("anna").synchronised.len(), 1);
}

#[test]
fn throttling_counts_from_a_day_before_the_intruder_to_his_last_act() {
    for (day, time, expected) in [(19, "08:59", Some(1)), (19, "09:00", None), (20, "12:00", None), (20, "12:01", Some(1))] {
        let mut tale = Tale::of_anna();
        tale.tell(bind("anna", at(20, "09:10"), &[11], 0), SURE);
        // Throttled reads of the owner's stop the recording of the intruder's too.
        tale.tell(bind("anna", at(day, time), &[40], 0).flag(Flags::THROTTLED), OWNER);
        assert_eq!(bounds(tale.measure(&["anna"]).of("anna").mails_read.as_ref()), Some((1, expected)), "{day} {time}");
    }
}

#[test]
fn a_mail_in_both_logs_is_one_and_its_people_are_told_by_side() {
    let to = |names: &[&str]| names.iter().map(|name| address(name)).collect::<Vec<_>>();
    let mut tale = Tale::of_anna();
    for day in [1, 30] {
        tale.tell(row("anna", at(day, "07:00"), 900 + day.unsigned_abs(), &to(&["ben"])), OWNER);
        tale.tell(bind("ben", at(day, "07:00"), &[9], 0), OWNER);
    }
    tale.tell(logged("anna", at(20, "09:30"), 77), SURE);
    tale.tell(row("anna", at(20, "09:31"), 77, &to(&["ben", "x@example.org", "y@example.org"])), SURE);
    tale.tell(row("anna", at(20, "09:40"), 78, &to(&["y@example.org", "z@example.org"])), NEAR);
    let seen = tale.measure(&["anna"]);
    let anna = seen.of("anna");
    assert_eq!(bounds(anna.mails_sent.as_ref()), Some((1, Some(2))));
    let [all, inside, outside] = anna.recipients.clone().unwrap().map(|count| (count.at_least, count.at_most));
    assert_eq!((all, inside, outside), ((3, Some(4)), (1, Some(1)), (2, Some(3))));
    let y = &anna.people.0[&seen.id("y@example.org")];
    assert_eq!((y.got.at_least, y.got.at_most), (1, 2));
    assert_eq!(anna.people.0.len(), 4, "the sender is not to be told");
}

#[test]
fn without_a_trace_recipients_have_no_limit() {
    let mut tale = Tale::of_anna();
    tale.tell(logged("anna", at(1, "09:30"), 70), OWNER).tell(logged("anna", at(30, "09:30"), 71), OWNER);
    tale.tell(logged("anna", at(20, "09:30"), 77), SURE);
    let seen = tale.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_sent.as_ref()), Some((1, Some(1))));
    let [all, ..] = seen.of("anna").recipients.clone().unwrap();
    assert_eq!((all.at_least, all.at_most, all.why), (0, None, vec![Why::NoRecipients(1)]));
}

#[test]
fn whose_mail_was_read_is_joined_by_message_id() {
    let mut tale = Tale::of_anna();
    tale.tell(row("ben", at(15, "10:00"), 55, &[address("anna"), "z@example.org".to_owned()]), OWNER);
    tale.tell(row("p@example.org", at(15, "11:00"), 56, &[address("anna")]), OWNER);
    tale.tell(row("q@example.org", at(15, "12:00"), 57, &[address("anna")]), OWNER);
    tale.tell(bind("anna", at(20, "09:10"), &[55, 56], 0), SURE);
    tale.tell(bind("ben", at(1, "09:10"), &[2], 0), OWNER);
    let seen = tale.measure(&["anna"]);
    let people = &seen.of("anna").people;
    let read = |who: &str| people.0.get(&seen.id(who)).map_or((0, 0), |one| (one.read.at_least, one.read.at_most));
    assert_eq!((read("ben"), read("z@example.org"), read("p@example.org"), read("q@example.org")), ((1, 1), (1, 1), (1, 1), (0, 0)));
    assert_eq!(people.0.len(), 3, "and not the owner");
}

#[test]
fn mail_that_lay_in_a_synchronised_inbox_may_have_been_read() {
    let mut tale = Tale::of_anna();
    tale.tell(row("p@example.org", at(15, "11:00"), 56, &[address("anna")]), OWNER);
    tale.tell(row("q@example.org", at(21, "12:00"), 57, &[address("anna")]), OWNER);
    tale.tell(sync("anna", at(20, "09:10"), "\\Inbox"), SURE);
    let seen = tale.measure(&["anna"]);
    let people = &seen.of("anna").people;
    let p = &people.0[&seen.id("p@example.org")];
    assert_eq!((p.read.at_least, p.read.at_most), (0, 1));
    assert!(!people.0.contains_key(&seen.id("q@example.org")), "it came later");
}

#[test]
fn an_incident_counts_what_two_accounts_did_once() {
    let mut tale = Tale::of_anna();
    for day in [1, 30] {
        tale.tell(bind("ben", at(day, "08:00"), &[1], 0), OWNER);
    }
    tale.tell(bind("anna", at(20, "09:10"), &[55, 56], 0), SURE).tell(bind("ben", at(20, "09:20"), &[56, 57], 0), SURE);
    tale.incidents = vec![vec!["anna", "ben"]];
    let seen = tale.measure(&["anna", "ben"]);
    assert_eq!(bounds(seen.of("anna").mails_read.as_ref()), Some((2, Some(2))));
    assert_eq!(bounds(seen.exposures.incidents[0].mails_read.as_ref()), Some((3, Some(3))));
}

#[test]
fn a_mailbox_reached_by_rights_on_it_is_named() {
    let mut tale = Tale::of_anna();
    let in_bens = Act::new("anna", at(20, "09:30"), Action::MailRead).on("ben").flag(Flags::DELEGATE);
    tale.tell(items(in_bens, &[81, 82], 0, "\\Inbox"), SURE);
    tale.tell(bind("ben", at(1, "08:00"), &[1], 0), OWNER);
    let seen = tale.measure(&["anna"]);
    let reached = &seen.of("anna").mailboxes;
    assert_eq!((reached.len(), reached[0].mailbox), (1, seen.id("ben")));
    assert_eq!((reached[0].mails_read.at_least, reached[0].mails_read.at_most), (2, Some(2)));
}

#[test]
fn an_app_is_listed_with_its_scopes_and_what_it_did() {
    let mut tale = Tale::of_anna();
    tale.tell(consent("anna", at(20, "09:30"), APP, "Spike"), MAYBE);
    tale.tell(bind("anna", at(20, "10:30"), &[61], 0).app(APP), SURE);
    let seen = tale.measure(&["anna"]);
    let apps = &seen.of("anna").apps;
    assert_eq!((apps.len(), apps[0].scopes.as_slice()), (1, ["Mail.Read".to_owned()].as_slice()));
    assert_eq!(apps[0].acts.iter().map(|(action, count)| (*action, count.at_least)).collect::<Vec<_>>(), [(Action::MailRead, 1)]);
}

/// A grant names no more than the service principal; the consent of the same minute has both ids.
#[test]
fn an_app_that_two_records_name_by_different_ids_is_one() {
    const PRINCIPAL: &str = "99999999-2222-4333-8444-555555555555";
    let full = |time| {
        let object_id = PRINCIPAL.to_owned();
        let both = Consent { app_id: APP.to_owned(), object_id, app_name: "Spike".to_owned(), ..Consent::default() };
        consent("anna", time, APP, "Spike").with(move |_| Detail::Consent(Box::new(both)))
    };
    // The record that has both ids may be nobody's that counts: the name is known all the same.
    for (time, who, records) in [(at(20, "09:30"), SURE, 2), (at(2, "09:30"), OWNER, 1)] {
        let mut tale = Tale::of_anna();
        tale.tell(full(time), who).tell(consent("anna", at(20, "09:31"), PRINCIPAL, ""), MAYBE);
        tale.tell(bind("anna", at(20, "10:30"), &[61], 0).app(APP), SURE);
        let seen = tale.measure(&["anna"]);
        let apps: Vec<_> = seen.of("anna").apps.iter().map(|app| (app.name.as_str(), app.consents.events.len(), app.acts.len())).collect();
        assert_eq!(apps, [("Spike", records, 1)]);
    }
}

#[test]
fn files_are_told_apart_by_their_address_and_prefetching_is_no_reading() {
    let file = |time, id: u64, operation| Act::new("anna", time, Action::FileRead).about("a.docx").linked(id).operation(operation);
    let mut tale = Tale::of_anna();
    tale.tell(file(at(1, "09:00"), 1, "FileAccessed"), OWNER).tell(file(at(30, "09:00"), 1, "FileAccessed"), OWNER);
    tale.tell(file(at(20, "09:10"), 5, "FileAccessed"), SURE).tell(file(at(20, "09:11"), 5, "FileDownloaded"), SURE);
    tale.tell(file(at(20, "09:12"), 6, "FileAccessed"), SURE);
    tale.tell(file(at(20, "09:13"), 7, "FileAccessed").flag(Flags::BACKGROUND), SURE);
    let seen = tale.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").files_read.as_ref()), Some((2, Some(2))));
    assert_eq!(bounds(seen.of("anna").files_downloaded.as_ref()), Some((1, Some(1))));
    assert_eq!(seen.of("anna").files.len(), 3, "one viewed and downloaded, one viewed");
}

#[test]
fn mail_passed_on_by_forwarding_is_bounded_by_what_came_in() {
    let drop = "drop@example.net".to_owned();
    let mut tale = Tale::of_anna();
    for day in [1, 30] {
        tale.tell(row("anna", at(day, "07:00"), 900 + day.unsigned_abs(), &[address("ben")]), OWNER);
        tale.tell(bind("ben", at(day, "07:00"), &[9], 0), OWNER);
    }
    tale.tell(forwarding("anna", at(20, "09:30"), &drop), SURE);
    for (number, id) in (0..).zip([501, 502, 503]) {
        tale.tell(row("p@example.org", at(21, "09:00").plus_secs(number), id, &[address("anna")]), OWNER);
    }
    tale.tell(row("p@example.org", at(21, "09:05"), 501, std::slice::from_ref(&drop)), OWNER);
    let seen = tale.measure(&["anna"]);
    assert_eq!(bounds(seen.of("anna").mails_passed_on.as_ref()), Some((1, Some(3))));
    assert_eq!(bounds(Tale::of_anna().measure(&["anna"]).of("anna").mails_passed_on.as_ref()), None, "there is no forwarding");
}

/// What somebody does, with whose hand, as one or more records tell of it.
#[derive(Clone, Debug)]
enum Doing {
    Read { listed: BTreeSet<u8>, hidden: BTreeSet<u8> },
    Send { id: u8, to: BTreeSet<u8>, named: bool, logged: bool, traced: bool },
    Delete { listed: BTreeSet<u8>, hidden: BTreeSet<u8> },
    Open { file: u8 },
    Search,
}

#[derive(Clone, Debug)]
struct Deed {
    doing: Doing,
    intruder: bool,
    /// What the lanes make of it: sure, or one of two kinds of doubt.
    lane: u8,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let set = || proptest::collection::btree_set(0u8..12, 0..4);
    let people = proptest::collection::btree_set(0u8..9, 1..4);
    let doing = prop_oneof![
        (set(), set()).prop_map(|(listed, hidden)| Doing::Read { listed, hidden }),
        (any::<u8>(), people, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(id, to, named, logged, traced)| Doing::Send {
            id,
            to,
            named,
            logged,
            traced
        }),
        (set(), set()).prop_map(|(listed, hidden)| Doing::Delete { listed, hidden }),
        (0u8..6).prop_map(|file| Doing::Open { file }),
        Just(Doing::Search),
    ];
    let deed = (doing, any::<bool>(), 0u8..4).prop_map(|(doing, intruder, lane)| Deed { doing, intruder, lane });
    proptest::collection::vec(deed, 0..25)
}

/// What the intruder really did.
#[derive(Default)]
struct Truth {
    read: BTreeSet<u8>,
    sent: u64,
    reached: BTreeSet<u8>,
    deleted: BTreeSet<u8>,
    opened: BTreeSet<u8>,
    searches: u64,
}

impl Truth {
    fn of(deeds: &[Deed]) -> Truth {
        let mut truth = Truth::default();
        for deed in deeds.iter().filter(|deed| deed.intruder) {
            match &deed.doing {
                Doing::Read { listed, hidden } => truth.read.extend(listed.union(hidden)),
                Doing::Delete { listed, hidden } => truth.deleted.extend(listed.union(hidden)),
                // A mail that no log tells of is nobody's to count.
                Doing::Send { logged: false, traced: false, .. } => {}
                Doing::Send { to, .. } => {
                    truth.sent += 1;
                    truth.reached.extend(to);
                }
                Doing::Open { file } => {
                    truth.opened.insert(*file);
                }
                Doing::Search => truth.searches += 1,
            }
        }
        truth
    }
}

/// The records of a deed, number `n`. Items that a record only counts are none of those that it lists.
fn records(n: usize, deed: &Deed) -> Vec<Act> {
    let time = at(20, "09:00").plus_secs(60 + i64::try_from(n).unwrap() * 60);
    let ids = |set: &BTreeSet<u8>, base: u64| set.iter().map(|id| base + u64::from(*id)).collect::<Vec<_>>();
    let rest = |listed: &BTreeSet<u8>, hidden: &BTreeSet<u8>| u32::try_from(hidden.difference(listed).count()).unwrap();
    match &deed.doing {
        // Nothing was touched: nothing is recorded.
        Doing::Read { listed, hidden } | Doing::Delete { listed, hidden } if listed.is_empty() && hidden.is_empty() => Vec::new(),
        Doing::Read { listed, hidden } => vec![bind("anna", time, &ids(listed, 100), rest(listed, hidden))],
        Doing::Delete { listed, hidden } => {
            let act = Act::new("anna", time, Action::MailDeleted).on("anna");
            vec![items(act, &ids(listed, 200), rest(listed, hidden), "\\Inbox")]
        }
        Doing::Send { id, to, named, logged: is_logged, traced } => {
            // Each mail has an id of its own, or none in any record.
            let link = if *named { 10_000 + (n as u64) * 256 + u64::from(*id) } else { 0 };
            let to: Vec<String> = to.iter().map(|who| format!("p{who}@example.org")).collect();
            let by_send = is_logged.then(|| logged("anna", time, link));
            let by_trace = traced.then(|| row("anna", time.plus_secs(2), link, &to));
            by_send.into_iter().chain(by_trace).collect()
        }
        Doing::Open { file } => {
            vec![Act::new("anna", time, Action::FileRead).about("f").linked(300 + u64::from(*file)).operation("FileAccessed")]
        }
        Doing::Search => vec![Act::new("anna", time, Action::Search).about("invoice")],
    }
}

fn holds(what: &str, count: Option<&Count>, truth: u64) -> Result<(), TestCaseError> {
    let Some(count) = count else { return Ok(()) };
    prop_assert!(count.at_least <= truth, "{what}: at least {} for {truth}", count.at_least);
    prop_assert!(count.at_most.is_none_or(|most| truth <= most), "{what}: at most {:?} for {truth}", count.at_most);
    prop_assert!(count.at_most.is_none_or(|most| count.at_least <= most), "{what}: {count:?}");
    prop_assert!(count.at_most == Some(count.at_least) || !count.why.is_empty(), "{what}: room without a reason: {count:?}");
    Ok(())
}

/// A mail that came to Anna while a setting of hers passed some mail on.
#[derive(Clone, Debug)]
struct Came {
    from_inside: bool,
    passed: bool,
    /// It left in her name, with an id of its own.
    rewritten: bool,
}

fn arrivals() -> impl Strategy<Value = Vec<Came>> {
    let one = (any::<bool>(), any::<bool>(), any::<bool>());
    let came = one.prop_map(|(from_inside, passed, rewritten)| Came { from_inside, passed, rewritten });
    proptest::collection::vec(came, 0..15)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn bounds_hold_the_truth_over_random_lanes(deeds in deeds(), covered in any::<bool>()) {
        let mut tale = if covered { Tale::of_anna() } else { Tale::default() };
        if !covered {
            tale.tell(sign_in("anna", at(20, "09:00")).from(NIGERIA, FIREFOX), SURE);
            tale.tell(sign_in("anna", at(20, "12:00")).from(NIGERIA, FIREFOX), SURE);
        }
        for (n, deed) in deeds.iter().enumerate() {
            for act in records(n, deed) {
                tale.tell(act, match (deed.lane, deed.intruder) {
                    (0, _) => MAYBE,
                    (1, _) => NEAR,
                    (_, true) => SURE,
                    (_, false) => OWNER,
                });
            }
        }
        let truth = Truth::of(&deeds);
        let seen = tale.measure(&["anna"]);
        let anna = seen.of("anna");
        holds("read", anna.mails_read.as_ref(), truth.read.len() as u64)?;
        holds("sent", anna.mails_sent.as_ref(), truth.sent)?;
        holds("reached", anna.recipients.as_ref().map(|[all, ..]| all), truth.reached.len() as u64)?;
        holds("reached outside", anna.recipients.as_ref().map(|[.., outside]| outside), truth.reached.len() as u64)?;
        holds("deleted", anna.mails_deleted.as_ref(), truth.deleted.len() as u64)?;
        holds("opened", anna.files_read.as_ref(), truth.opened.len() as u64)?;
        holds("searches", anna.searches.as_ref(), truth.searches)?;
    }

    #[test]
    fn bounds_hold_the_truth_of_mail_that_was_passed_on(
        came in arrivals(),
        (by_intruder, sure, sends_logged) in any::<(bool, bool, bool)>(),
        own in 0u8..3,
    ) {
        let drop = "drop@example.net".to_owned();
        let mut tale = Tale::of_anna();
        for day in [1, 30] {
            tale.tell(row("anna", at(day, "07:00"), 900 + day.unsigned_abs(), &[address("ben")]), OWNER);
            tale.tell(bind("ben", at(day, "07:00"), &[9], 0), OWNER);
            if sends_logged {
                tale.tell(logged("anna", at(day, "07:00"), 900 + day.unsigned_abs()), OWNER);
            }
        }
        let lane = match (by_intruder, sure) {
            (true, true) => SURE,
            (false, true) => OWNER,
            (_, false) => MAYBE,
        };
        tale.tell(forwarding("anna", at(20, "09:30"), &drop), lane);
        let mut truth = 0;
        for (n, one) in (0i64..).zip(&came) {
            let (time, link) = (at(20, "10:00").plus_secs(n * 60), 500 + n.unsigned_abs());
            let sender = if one.from_inside { "ben" } else { "p@example.org" };
            tale.tell(row(sender, time, link, &[address("anna")]), OWNER);
            if one.passed && by_intruder {
                truth += 1;
            }
            if one.passed && one.rewritten {
                tale.tell(row("anna", time.plus_secs(1), 700 + n.unsigned_abs(), std::slice::from_ref(&drop)), NEAR);
            } else if one.passed {
                tale.tell(row(sender, time.plus_secs(1), link, std::slice::from_ref(&drop)), OWNER);
            }
        }
        // Mails that somebody wrote to the same address himself.
        for n in 0..own {
            let (time, link) = (at(20, "11:00").plus_secs(i64::from(n)), 800 + u64::from(n));
            tale.tell(row("anna", time, link, std::slice::from_ref(&drop)), NEAR);
            if sends_logged {
                tale.tell(logged("anna", time, link), if n == 0 { OWNER } else { SURE });
            }
        }
        let seen = tale.measure(&["anna"]);
        // Where the owner set it, nothing of it is the intruder's.
        holds("passed on", seen.of("anna").mails_passed_on.as_ref(), truth)?;
    }
}
