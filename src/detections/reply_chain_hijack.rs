//! `reply-chain-hijack`: replies in threads that were the owner's.

use super::sent::{all_recipients, sent_mail};
use super::support::densest;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::{is_look_alike, thread_of};
use crate::events::{AccountId, Action, Detail, Event, Str, Time};
use crate::habits::ContextId;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// See the text.
pub struct ReplyChainHijack;

/// Worth where a recipient's domain only looks like that of a party to the thread.
const LOOK_ALIKE_DB: f64 = 8.0;
/// Worth of replies in several old threads alone: somebody back from leave answers them, too.
const OLD_THREADS_DB: f64 = 4.0;
/// Rarity of a context from which a reply is looked at.
const RARE: f64 = 0.5;

impl Detection for ReplyChainHijack {
    fn id(&self) -> &'static str {
        "reply-chain-hijack"
    }
    fn title(&self) -> &'static str {
        "Replies in the owner's threads from elsewhere"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Spreading
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1534", "T1656"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "From an unfamiliar context, a reply went to outsiders in a thread that the exports show: to a new domain that looks like the one of a party to it (or the company's), or in several threads that had been quiet for days.",
            why: "A reply in a thread about an invoice is believed; a look-alike domain takes the thread over, so that it goes on without the mailbox.",
            innocent: "Somebody who works off old mail on a journey; a partner that moves to another domain.",
            next: "Call the other party by a number known before; compare the account to pay to, and every letter of the addresses.",
            references: &["https://attack.mitre.org/techniques/T1534/", "https://attack.mitre.org/techniques/T1656/"],
            model: "",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "days", default: 3.0, doc: "days that a thread was quiet, or that a domain is new at the most" },
            Threshold { name: "threads", default: 3.0, doc: "quiet threads replied to, where no domain is a look-alike" },
            Threshold { name: "hours", default: 24.0, doc: "hours within which they are" },
        ]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let replies = replies(case);
        if replies.is_empty() {
            return;
        }
        let known = Known::of(case, &replies);
        let mut groups: BTreeMap<(AccountId, ContextId), Vec<&Reply>> = BTreeMap::new();
        for reply in &replies {
            groups.entry((reply.sender, reply.context)).or_default().push(reply);
        }
        for ((sender, context), replies) in groups {
            if let Some((events, db, summary)) = self.judge(case, &known, &replies) {
                out.add(case.store, sender, context, events, db, summary);
            }
        }
    }
}

impl ReplyChainHijack {
    /// What the replies of one context say together: their events, worth and summary.
    fn judge(&self, case: &Case<'_>, known: &Known, replies: &[&Reply]) -> Option<(Vec<u32>, f64, String)> {
        #[expect(clippy::cast_possible_truncation, reason = "days and hours of a case")]
        let seconds = |name: &str, unit: f64| (case.threshold(self, name) * unit) as i64;
        let (quiet, window) = (seconds("days", 86_400.0), seconds("hours", 3_600.0));
        let alike: Vec<(&Reply, &str)> =
            replies.iter().filter_map(|reply| known.look_alike(case, reply, quiet).map(|domain| (*reply, domain))).collect();
        if let Some((_, domain)) = alike.first() {
            let events = alike.iter().map(|(reply, _)| reply.event).collect();
            return Some((events, LOOK_ALIKE_DB, format!("replied in a thread to {domain}, which looks like a domain of the thread")));
        }
        let mut threads: FxHashSet<&str> = FxHashSet::default();
        let old = replies.iter().filter(|reply| known.quiet_for(reply).is_some_and(|age| age >= quiet));
        let firsts: Vec<&Reply> = old.filter(|reply| threads.insert(&reply.thread)).copied().collect();
        let times: Vec<i64> = firsts.iter().map(|reply| reply.time.secs()).collect();
        let run = firsts.get(densest(&times, window)).unwrap_or_default();
        let context = run.first()?.context;
        #[expect(clippy::cast_precision_loss, reason = "a count of threads")]
        let many = run.len() as f64 >= case.threshold(self, "threads") && case.is_out_of_habit(context, &[Action::MailSent]);
        let summary = || format!("replied to outsiders in {} threads that had been quiet for days", run.len());
        many.then(|| (run.iter().map(|reply| reply.event).collect(), OLD_THREADS_DB, summary()))
    }
}

/// A reply to outsiders from an unfamiliar context.
struct Reply {
    sender: AccountId,
    /// Whose thread it is: the mailbox that it was sent as or for, else the sender.
    owner: AccountId,
    context: ContextId,
    event: u32,
    time: Time,
    thread: String,
    outsiders: Vec<AccountId>,
}

/// All such replies, each sender's in time order.
fn replies(case: &Case<'_>) -> Vec<Reply> {
    let accounts = case.store.accounts();
    let mut replies = Vec::new();
    for (sender, sent) in sent_mail(case).filter(|(sender, _)| case.is_judged(*sender)) {
        for mail in sent {
            let (context, _) = case.context_of(mail.event);
            let Some(event) = case.event(mail.event).filter(|_| case.rarity(context) >= RARE) else { continue };
            let (thread, is_reply) = thread_of(case.store.text(event.object));
            let outsiders: Vec<AccountId> = all_recipients(case, mail.event).filter(|to| !accounts.is_own(*to)).collect();
            if is_reply && !thread.is_empty() && !outsiders.is_empty() {
                let owner = Some(sent_as(case, event)).filter(|owner| owner.is_some()).unwrap_or(sender);
                replies.push(Reply { sender, owner, context, event: mail.event, time: mail.time, thread, outsiders });
            }
        }
    }
    replies
}

/// The mailbox that a mail was sent as or for.
fn sent_as(case: &Case<'_>, event: &Event) -> AccountId {
    match case.store.detail(event) {
        Some(Detail::Mail(mail)) => case.store.accounts().of(mail.sent_as),
        _ => AccountId::NONE,
    }
}

/// A mail of a thread: when, and who took part.
type ThreadMail = (Time, Vec<AccountId>);

/// What the mail of the exports tells of the threads and of the outsiders' domains.
#[derive(Default)]
struct Known {
    /// Mails of each thread of a mailbox, the replies themselves left out.
    threads: FxHashMap<(AccountId, String), Vec<ThreadMail>>,
    /// The first mail to or from each outside domain, the replies left out.
    domains: FxHashMap<String, Time>,
}

impl Known {
    /// Gathers it: one pass over all mail, with an eye only on these threads and domains.
    fn of(case: &Case<'_>, replies: &[Reply]) -> Known {
        let mut known = Known::default();
        let own: FxHashSet<u32> = replies.iter().map(|reply| reply.event).collect();
        let threads: FxHashSet<&str> = replies.iter().map(|reply| reply.thread.as_str()).collect();
        let wanted: FxHashSet<(AccountId, &str)> = replies.iter().map(|reply| (reply.owner, reply.thread.as_str())).collect();
        let domains: FxHashSet<&str> = replies.iter().flat_map(|reply| &reply.outsiders).filter_map(|to| domain(case, *to)).collect();
        let mut of_subject: FxHashMap<Str, Option<String>> = FxHashMap::default();
        for (index, event) in case.acts(&[Action::MailSent, Action::MailReceived]) {
            if !event.time.is_known() || own.contains(&index) || case.rarity(case.context_of(index).0) >= RARE {
                continue;
            }
            let from = case.store.accounts().of(event.actor);
            let parties: Vec<AccountId> = all_recipients(case, index).chain(Some(from).filter(|from| from.is_some())).collect();
            for name in parties.iter().filter_map(|party| domain(case, *party)).filter(|name| domains.contains(name)) {
                known.domains.entry(name.to_owned()).or_insert(event.time);
            }
            let thread = of_subject.entry(event.object).or_insert_with(|| {
                let (thread, _) = thread_of(case.store.text(event.object));
                threads.contains(thread.as_str()).then_some(thread)
            });
            let Some(thread) = thread else { continue };
            for owner in parties.iter().chain(&[sent_as(case, event)]).filter(|party| wanted.contains(&(**party, thread.as_str()))) {
                known.threads.entry((*owner, thread.clone())).or_default().push((event.time, parties.clone()));
            }
        }
        known
    }

    /// The mails of a reply's thread before it.
    fn before(&self, reply: &Reply) -> impl Iterator<Item = &ThreadMail> {
        let mails = self.threads.get(&(reply.owner, reply.thread.clone())).into_iter().flatten();
        mails.filter(|(time, _)| *time < reply.time)
    }

    /// Seconds since the last mail of the thread; none where no mail of it is seen.
    fn quiet_for(&self, reply: &Reply) -> Option<i64> {
        self.before(reply).map(|(time, _)| reply.time.since(*time)).min()
    }

    /// The domain of a recipient that is new, and looks like one of the thread or of the company.
    fn look_alike<'c>(&self, case: &Case<'c>, reply: &Reply, new: i64) -> Option<&'c str> {
        let parties: FxHashSet<AccountId> = self.before(reply).flat_map(|(_, parties)| parties.iter().copied()).collect();
        let mut theirs: Vec<&str> = parties.iter().filter_map(|party| domain(case, *party)).collect();
        if theirs.is_empty() {
            return None;
        }
        theirs.extend(case.store.accounts().domains().iter().map(String::as_str));
        let is_new = |name: &&str| self.domains.get(*name).is_none_or(|first| reply.time.since(*first) <= new);
        let recipients = reply.outsiders.iter().filter_map(|to| domain(case, *to)).filter(is_new);
        recipients.filter(|name| theirs.iter().any(|known| is_look_alike(name, known))).min()
    }
}

/// The domain of an account's address.
fn domain<'c>(case: &Case<'c>, account: AccountId) -> Option<&'c str> {
    case.name(account).rsplit_once('@').map(|(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Detail, Mail};

    const ID: &str = "reply-chain-hijack";
    const PARTNER: &str = "sales@partner.example";

    /// A mail that Anna receives, as a trace tells of it.
    fn received(day: i64, from: &str, subject: &str) -> Act {
        send(from, at(day, "12:00"), &["anna"], subject).traced()
    }

    /// Threads that the partner began on some day, and Anna's replies to somebody on day 20, an hour apart.
    fn replied(threads: i64, begun: i64, to: &str, ip: &str) -> Scene {
        let mut scene = Scene::office();
        for n in 0..threads {
            scene.add(received(begun, PARTNER, &format!("Order {n}")));
            let reply = send("anna", at(20, "12:00").plus_secs(n * 3600), &[to], &format!("AW: Order {n}"));
            scene.add(reply.from(ip, FIREFOX));
        }
        scene
    }

    #[test]
    fn a_reply_to_a_domain_that_looks_like_the_partners_tells() {
        replied(1, 19, "sales@partmer.example", NIGERIA).look().fires(ID, "anna", 8.0);
        replied(1, 19, "sales@partner.invalid", NIGERIA).look().fires(ID, "anna", 8.0);
        replied(1, 19, "boss@examp1e.com", NIGERIA).look().fires(ID, "anna", 8.0);
        assert_eq!(replied(2, 19, "sales@partmer.example", NIGERIA).look().total(ID, "anna"), 2);
    }

    #[test]
    fn other_domains_and_the_owners_place_are_quiet() {
        replied(1, 19, "sales@partner.example", NIGERIA).look().quiet(ID, "anna");
        replied(1, 19, "mail@bank.example", NIGERIA).look().quiet(ID, "anna");
        replied(1, 19, "sales@partmer.example", HOME).look().quiet(ID, "anna");
        replied(3, 5, PARTNER, HOME).look().quiet(ID, "anna");
    }

    #[test]
    fn a_mail_that_is_no_reply_or_of_no_thread_is_quiet() {
        let mut scene = Scene::office();
        scene.add(received(19, PARTNER, "Order 1"));
        scene.add(send("anna", at(20, "12:00"), &["sales@partmer.example"], "Order 1").from(NIGERIA, FIREFOX));
        scene.add(send("anna", at(20, "12:10"), &["sales@partmer.example"], "RE: Order 2").from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn a_domain_known_for_days_is_no_trap() {
        for (day, fires) in [(16, false), (17, true), (18, true)] {
            let mut scene = replied(1, 19, "sales@partmer.example", NIGERIA);
            scene.add(send("c1", at(day, "12:00"), &["sales@partmer.example"], "Hello").from("79.240.1.10", CHROME));
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 8.0) } else { seen.quiet(ID, "anna") }
        }
    }

    #[test]
    fn three_threads_that_had_been_quiet_for_three_days_tell() {
        replied(3, 17, PARTNER, NIGERIA).look().fires(ID, "anna", 4.0);
        replied(4, 17, PARTNER, NIGERIA).look().fires(ID, "anna", 4.0);
        replied(2, 17, PARTNER, NIGERIA).look().quiet(ID, "anna");
        replied(3, 18, PARTNER, NIGERIA).look().quiet(ID, "anna");
    }

    #[test]
    fn a_thread_is_quiet_for_as_long_as_the_last_mail_of_it_is_old() {
        let seen = |clock: &str| {
            let mut scene = replied(3, 5, PARTNER, NIGERIA);
            scene.add(send(PARTNER, at(17, clock), &["anna"], "Order 0").traced());
            scene.look()
        };
        seen("12:00").fires(ID, "anna", 4.0);
        seen("12:01").quiet(ID, "anna");
    }

    #[test]
    fn the_threads_are_answered_within_a_day() {
        for (hours, fires) in [(11, true), (12, true), (13, false)] {
            let mut scene = Scene::office();
            for n in 0..3 {
                scene.add(received(5, PARTNER, &format!("Order {n}")));
                let time = at(20, "12:00").plus_secs(n * hours * 3600);
                scene.add(send("anna", time, &[PARTNER], &format!("RE: Order {n}")).from(NIGERIA, FIREFOX));
            }
            let seen = scene.look();
            if fires { seen.fires(ID, "anna", 4.0) } else { seen.quiet(ID, "anna") }
        }
    }

    #[test]
    fn replies_to_colleagues_are_not_to_outsiders() {
        let mut scene = Scene::office();
        for n in 0..3 {
            scene.add(send("c1", at(5, "12:00"), &["anna"], &format!("Order {n}")).traced());
            scene.add(send("anna", at(20, "12:00").plus_secs(n), &["c1"], &format!("RE: Order {n}")).from(NIGERIA, FIREFOX));
        }
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn the_owner_on_the_road_counts_only_above_the_usual_pace() {
        let mut scene = Scene::office();
        for n in 0..3 {
            scene.add(received(5, PARTNER, &format!("Order {n}")));
        }
        // Twice as many mails as replies on an ordinary day at home.
        scene.add_all((0..3).map(|n| send("anna", at(10, "13:00").plus_secs(n), &["x@example.org"], "Note").from(HOME, CHROME)));
        scene.add_all(
            (0..3).map(|n| send("anna", at(20, "12:00").plus_secs(n), &[PARTNER], &format!("RE: Order {n}")).from(NIGERIA, CHROME)),
        );
        scene.look().quiet(ID, "anna");
    }

    #[test]
    fn replies_sent_as_another_mailbox_are_in_its_threads() {
        let mut scene = Scene::office();
        scene.add(send(PARTNER, at(19, "12:00"), &["c1"], "Order 1").traced());
        let to = "sales@partmer.example";
        let reply = Act::new("anna", at(20, "12:00"), Action::MailSent).about("RE: Order 1").on(to).from(NIGERIA, FIREFOX);
        scene.add(reply.with(|batch| {
            let sent_as = batch.principal("c1@example.com");
            Detail::Mail(Box::new(Mail { sent_as, ..Mail::default() }))
        }));
        scene.look().fires(ID, "anna", 8.0);
    }
}
