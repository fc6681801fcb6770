//! The passes over the events, and the measuring of one account or of several as one.

use super::acts::{Act, Hold, Presence};
use super::apps::{self, Elsewhere};
use super::count::{Count, Evidence, Things};
use super::mail::{self, mailbox_of, of_kind};
use super::messages::{self, Messages};
use super::passing::Passing;
use super::people::{People, recipients};
use super::sources::{Sources, Window};
use super::why::{Gap, Source, Why};
use super::{Exposure, Ground, MailboxReached, files};
use crate::attribution::{Judgement, Verdict};
use crate::detections::Case;
use crate::events::{AccountId, Action, Event, Family, Time};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Kinds of act that change the directory, rights or the flow of mail.
const CHANGES: [Action; 9] = [
    Action::AccountChange,
    Action::RoleChange,
    Action::Credential,
    Action::Mfa,
    Action::Device,
    Action::App,
    Action::Permission,
    Action::TransportRule,
    Action::PolicyChange,
];
/// Kinds of act in a mailbox.
const IN_MAILBOX: [Action; 5] = [Action::MailRead, Action::MailSent, Action::MailDeleted, Action::MailMoved, Action::MailChanged];

/// All that measuring needs, gathered once.
pub(super) struct Survey<'a> {
    case: &'a Case<'a>,
    windows: BTreeMap<AccountId, Window>,
    acts: BTreeMap<AccountId, Vec<Act>>,
    sources: Sources,
    pub(super) messages: Messages,
    passing: Passing,
    elsewhere: Elsewhere,
    lying: Lying,
}

impl<'a> Survey<'a> {
    /// Gathers the acts of all compromised accounts; none where nobody is.
    pub(super) fn of(ground: &Ground<'a>) -> Option<Survey<'a>> {
        let case = ground.case;
        let taken: BTreeMap<AccountId, &Judgement> = ground
            .attribution
            .judgements
            .iter()
            .filter(|(_, judgement)| judgement.verdict == Verdict::Compromised)
            .map(|(account, judgement)| (*account, judgement))
            .collect();
        if taken.is_empty() {
            return None;
        }
        let accounts: Vec<AccountId> = taken.keys().copied().collect();
        let mut survey = Survey {
            case,
            windows: taken.iter().map(|(account, judgement)| (*account, window(judgement))).collect(),
            acts: accounts.iter().map(|account| (*account, Vec::new())).collect(),
            sources: Sources::new(ground.inputs),
            messages: Messages::default(),
            passing: Passing::default(),
            elsewhere: Elsewhere::of(case, taken.values().copied(), &accounts),
            lying: Lying::default(),
        };
        survey.gather(ground, &accounts);
        for (account, acts) in &survey.acts {
            survey.passing.take(case, *account, acts);
            survey.lying.take(case, acts);
        }
        let links = survey.acts.values().flatten().flat_map(|act| links(case, *act));
        survey.messages = Messages::asked(links);
        survey.read_mail();
        Some(survey)
    }

    /// The pass over all events, in order of time: acts that count, and what the exports cover.
    fn gather(&mut self, ground: &Ground<'_>, accounts: &[AccountId]) {
        let (case, actors) = (self.case, &ground.attribution.actors);
        let presence = Presence::of(case, actors, accounts);
        let mut wanted = vec![false; case.store.accounts().len()];
        for account in accounts {
            if let Some(entry) = wanted.get_mut(account.index()) {
                *entry = true;
            }
        }
        let is_wanted = |account: AccountId| wanted.get(account.index()).copied().unwrap_or(false);
        for (index, event) in case.in_order() {
            self.sources.see(case, event, is_wanted);
            let account = case.contexts.account_of(index);
            if is_wanted(account)
                && let Some(hold) = presence.hold(case, account, index, event, actors.of(index))
                && let Some(acts) = self.acts.get_mut(&account)
            {
                acts.push(Act { event: index, hold });
            }
        }
    }

    /// The pass over all mails, in order of time, for the messages that are asked for, for what was passed on
    /// and for what lay in synchronised folders.
    fn read_mail(&mut self) {
        let case = self.case;
        for act in self.acts.values().flatten() {
            for item in items(case, *act) {
                self.messages.name(item.link, item.subject);
            }
        }
        for (index, event) in case.acts(&[Action::MailSent, Action::MailReceived, Action::Forwarding]) {
            if event.action == Action::Forwarding {
                self.passing.end(case, event);
                continue;
            }
            self.messages.see(case.store, index, event);
            if !self.passing.is_empty() {
                self.passing.see(case, index, event);
            }
            self.lying.see(case, &self.messages, index, event);
        }
        self.messages.settle();
    }

    /// The compromised accounts, sorted.
    pub(super) fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.acts.keys().copied()
    }

    /// What was seen and taken by one account.
    pub(super) fn of_account(&self, account: AccountId) -> Exposure {
        let acts = self.acts.get(&account).map(Vec::as_slice).unwrap_or_default();
        let mut exposure = self.measure(&[account], acts);
        exposure.reads = mail::reads(self.case, acts);
        exposure.files = files::list(self.case, acts);
        let lying: Vec<Vec<AccountId>> =
            exposure.synchronised.iter().flat_map(|folder| self.lying.of(self.case, folder.mailbox, folder.folder)).cloned().collect();
        exposure.people = People::of_account(account, &exposure.letters, &exposure.reads, &self.messages, &lying);
        exposure
    }

    /// What was seen and taken in an incident, from its accounts' acts as if they were one's.
    pub(super) fn of_incident(&self, members: &[AccountId], accounts: &BTreeMap<AccountId, Exposure>) -> Exposure {
        let mut members = members.to_vec();
        members.sort_unstable();
        let mut acts: Vec<Act> = members.iter().filter_map(|account| self.acts.get(account)).flatten().copied().collect();
        acts.sort_by_key(|act| (self.case.event(act.event).map(|event| event.time), act.event));
        let mut exposure = self.measure(&members, &acts);
        // Mails are listed with the accounts that they went from.
        exposure.letters = Vec::new();
        members.iter().filter_map(|account| accounts.get(account)).for_each(|one| exposure.people.merge(&one.people));
        exposure
    }

    fn measure(&self, accounts: &[AccountId], acts: &[Act]) -> Exposure {
        let case = self.case;
        let letters = mail::letters(case, acts, &self.messages);
        let mut exposure = Exposure {
            folders: mail::folders(case, acts, Action::MailRead).into_iter().map(str::to_owned).collect(),
            changed_folders: mail::folders(case, acts, Action::MailChanged).into_iter().map(str::to_owned).collect(),
            synchronised: mail::synchronised(case, acts),
            mailboxes: mailboxes(case, acts),
            apps: apps::apps(case, acts, &self.elsewhere),
            changes: changes(case, acts),
            evidence: evidence(case, acts),
            ..Exposure::default()
        };
        self.measure_mail(&mut exposure, accounts, acts, &letters);
        self.measure_rest(&mut exposure, accounts, acts);
        exposure.letters = letters;
        exposure
    }

    fn measure_mail(&self, exposure: &mut Exposure, accounts: &[AccountId], acts: &[Act], letters: &[mail::Letter]) {
        let case = self.case;
        let mut read = mail::read_count(case, acts);
        let mailboxes: FxHashSet<AccountId> =
            of_kind(case, acts, &[Action::MailRead]).map(|(act, _)| mailbox_of(case, act)).chain(accounts.iter().copied()).collect();
        if accounts.iter().any(|account| self.sources.is_throttled(&mailboxes, self.window(*account))) {
            read = read.without_limit(Why::Throttled);
        }
        exposure.mails_read = exposure.known(read, "which mails were read", &self.gaps(accounts, Source::Read));

        let of_sent = |account: &AccountId| self.sources.gaps_of_either(Source::Send, Source::Trace, *account, self.window(*account));
        let gaps = together(accounts.iter().flat_map(of_sent));
        let (mut sent, mut in_doubt) = (Evidence::default(), 0);
        for (act, _) in of_kind(case, acts, &[Action::MailSent]) {
            sent.add(act.event);
            in_doubt += u64::from(act.hold == Hold::InDoubt);
        }
        exposure.mails_sent = exposure.known(mail::sent_count(letters, sent, in_doubt), "which mails were sent", &gaps);
        if exposure.mails_sent.is_some() {
            let [all, inside, outside] = recipients(case, letters).map(|count| count.over(&gaps));
            exposure.recipients = all.zip(inside).zip(outside).map(|((all, inside), outside)| [all, inside, outside]);
        }

        let deleted = mail::item_count(case, acts, Action::MailDeleted);
        exposure.mails_deleted = exposure.known(deleted, "which mails were deleted", &self.gaps(accounts, Source::Mailbox));
        let moved = mail::item_count(case, acts, Action::MailMoved);
        exposure.mails_moved = exposure.known(moved, "which mails were moved", &self.gaps(accounts, Source::Move));
        let changed = mail::item_count(case, acts, Action::MailChanged);
        exposure.mails_changed = changed.over(&self.gaps(accounts, Source::Mailbox));
        exposure.mails_passed_on = self.passed_on(accounts);
    }

    /// Mails passed on, up to the end of the trace.
    fn passed_on(&self, accounts: &[AccountId]) -> Option<Count> {
        let all_logged = accounts.iter().all(|account| self.sources.gaps(Source::Send, *account, self.window(*account)).is_empty());
        let count = self.passing.count(accounts, all_logged)?;
        let since = accounts.iter().filter_map(|account| Some((*account, self.passing.since(*account)?)));
        let gaps = together(since.flat_map(|(account, from)| {
            let to = self.window(account).map_or(from, |(_, to)| to.max(from));
            self.sources.gaps(Source::Trace, account, Some((from, to)))
        }));
        count.over(&gaps)
    }

    fn measure_rest(&self, exposure: &mut Exposure, accounts: &[AccountId], acts: &[Act]) {
        let [read, downloaded, shared, changed] = files::counts(self.case, acts);
        let gaps = self.gaps(accounts, Source::File);
        exposure.files_read = exposure.known(read, "which files were read, shared or changed", &gaps);
        exposure.files_downloaded = downloaded.over(&gaps);
        exposure.files_shared = shared.over(&gaps);
        exposure.files_changed = changed.over(&gaps);
        let mut searches = Things::default();
        of_kind(self.case, acts, &[Action::Search]).for_each(|(act, _)| searches.add(act, [act.event]));
        exposure.searches = exposure.known(searches.count(), "what was searched for", &self.gaps(accounts, Source::Search));
        let gaps = self.gaps(accounts, Source::Directory);
        if exposure.changes.is_empty() {
            exposure.unknown.extend(gaps.first().map(|gap| ("what was changed in the directory", *gap)));
        }
    }

    fn window(&self, account: AccountId) -> Window {
        self.windows.get(&account).copied().flatten()
    }

    fn gaps(&self, accounts: &[AccountId], source: Source) -> Vec<Gap> {
        together(accounts.iter().flat_map(|account| self.sources.gaps(source, *account, self.window(*account))))
    }
}

impl Exposure {
    /// What is known of a number; where nothing is, the question stays open.
    fn known(&mut self, count: Count, question: &'static str, gaps: &[Gap]) -> Option<Count> {
        let known = count.over(gaps);
        if known.is_none() {
            self.unknown.extend(gaps.first().map(|gap| (question, *gap)));
        }
        known
    }
}

/// Mailboxes of others that were reached, and what was read in them.
fn mailboxes(case: &Case<'_>, acts: &[Act]) -> Vec<MailboxReached> {
    let mut by_mailbox: BTreeMap<AccountId, Vec<Act>> = BTreeMap::new();
    for (act, event) in of_kind(case, acts, &IN_MAILBOX).filter(|(_, event)| event.family == Family::Audit) {
        let mailbox = match event.action {
            Action::MailSent => messages::sender(case.store, event),
            _ => mailbox_of(case, act),
        };
        if mailbox.is_some() && mailbox != case.contexts.account_of(act.event) {
            by_mailbox.entry(mailbox).or_default().push(act);
        }
    }
    let reached = |(mailbox, acts): (AccountId, Vec<Act>)| {
        let mut things = Things::default();
        for act in &acts {
            things.add(*act, [act.event]);
        }
        MailboxReached { mailbox, acts: things.count(), mails_read: mail::read_count(case, &acts) }
    };
    by_mailbox.into_iter().map(reached).collect()
}

/// First and last act of the intruder.
fn window(judgement: &Judgement) -> Window {
    judgement.compromised_at.zip(judgement.last_at).filter(|(from, to)| from.is_known() && to.is_known())
}

/// Each gap once.
fn together(gaps: impl Iterator<Item = Gap>) -> Vec<Gap> {
    let mut list: Vec<Gap> = gaps.collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// The items that an act on mail lists.
fn items<'a>(case: &Case<'a>, act: Act) -> &'a [crate::events::Item] {
    let detail = case.event(act.event).and_then(|event| case.store.detail(event));
    match detail {
        Some(crate::events::Detail::Items(list)) => case.store.items(list),
        _ => &[],
    }
}

/// Hashes of the Message-IDs that an act names.
fn links<'a>(case: &Case<'a>, act: Act) -> impl Iterator<Item = u64> + use<'a> {
    let own = case.event(act.event).filter(|event| event.action == Action::MailSent).map(|event| event.link);
    items(case, act).iter().map(|item| item.link).chain(own)
}

/// The acts that change something, by kind.
fn changes(case: &Case<'_>, acts: &[Act]) -> Vec<(Action, Count)> {
    let mut kinds: BTreeMap<Action, Things<u32>> = BTreeMap::new();
    for (act, event) in of_kind(case, acts, &CHANGES) {
        kinds.entry(event.action).or_default().add(act, [act.event]);
    }
    kinds.into_iter().map(|(action, things)| (action, things.count())).collect()
}

/// All acts that are counted somewhere.
fn evidence(case: &Case<'_>, acts: &[Act]) -> Evidence {
    const OTHERS: [Action; 6] =
        [Action::FileRead, Action::FileShared, Action::FileChanged, Action::Search, Action::Consent, Action::Forwarding];
    let counts = |event: &Event| [IN_MAILBOX.as_slice(), &CHANGES, &OTHERS].iter().any(|kinds| kinds.contains(&event.action));
    let mut evidence = Evidence::default();
    acts.iter().filter(|act| case.event(act.event).is_some_and(counts)).for_each(|act| evidence.add(act.event));
    evidence
}

/// Mail that lay in folders when they were synchronised, as far as a trace shows what came in or went out
/// before.
#[derive(Default)]
struct Lying {
    /// By mailbox: until when its inbox and its sent items were synchronised.
    until: FxHashMap<AccountId, [Option<Time>; 2]>,
    /// People of each mail, by mailbox: those who sent mail to it, and those who got mail from it.
    people: FxHashMap<AccountId, [Vec<Vec<AccountId>>; 2]>,
}

/// Which of the two folders that a trace tells of a folder is.
fn known_folder(case: &Case<'_>, folder: crate::events::Str) -> Option<usize> {
    let name = case.store.text(folder).trim_start_matches('\\');
    ["inbox", "sent items"].iter().position(|known| name.eq_ignore_ascii_case(known))
}

impl Lying {
    fn take(&mut self, case: &Case<'_>, acts: &[Act]) {
        for folder in mail::synchronised(case, acts) {
            let (Some(at), Some(event)) = (known_folder(case, folder.folder), case.event(folder.last)) else { continue };
            if let Some(until) = self.until.entry(folder.mailbox).or_default().get_mut(at).filter(|_| event.time.is_known()) {
                *until = (*until).max(Some(event.time));
            }
        }
    }

    /// Takes what a row of a trace tells; mails that are read one by one count there.
    fn see(&mut self, case: &Case<'_>, asked: &Messages, index: u32, event: &Event) {
        if self.until.is_empty() || event.family != Family::MessageTrace || !event.time.is_known() || asked.get(event.link).is_some() {
            return;
        }
        let sender = messages::sender(case.store, event);
        let recipients: Vec<AccountId> = messages::copies(case.store, index, event).map(|copy| copy.to).collect();
        for mailbox in &recipients {
            self.keep(*mailbox, 0, event.time, &[sender]);
        }
        self.keep(sender, 1, event.time, &recipients);
    }

    fn keep(&mut self, mailbox: AccountId, folder: usize, time: Time, people: &[AccountId]) {
        let until = self.until.get(&mailbox).and_then(|both| both.get(folder)).copied().flatten();
        if until.is_some_and(|until| time <= until)
            && let Some(list) = self.people.entry(mailbox).or_default().get_mut(folder)
        {
            list.push(people.iter().copied().filter(|who| who.is_some()).collect());
        }
    }

    /// People of the mails in a folder, mail by mail.
    fn of(&self, case: &Case<'_>, mailbox: AccountId, folder: crate::events::Str) -> &[Vec<AccountId>] {
        let known = known_folder(case, folder).and_then(|at| self.people.get(&mailbox)?.get(at));
        known.map(Vec::as_slice).unwrap_or_default()
    }
}
