//! Mail that was passed on by forwarding or by a rule that the intruder made.

use super::acts::{Act, Hold};
use super::count::{Count, Evidence};
use super::mail::{mailbox_of, of_kind};
use super::messages;
use super::why::Why;
use crate::detections::Case;
use crate::events::{AccountId, Action, Detail, Event, Family, Flags, RuleChange, Time, key};
use rustc_hash::{FxHashMap, FxHashSet};

/// A setting that passes mail on.
struct Setting {
    account: AccountId,
    mailbox: AccountId,
    act: Act,
    /// Since when.
    from: Time,
    /// Until when; to the end of the exports where no record ends it.
    to: Option<Time>,
    /// Mails that came in meanwhile, and mails that were seen to go to its addresses.
    came: FxHashSet<u64>,
    went: FxHashMap<u64, Went>,
}

/// A mail that went to an address of a setting.
#[derive(Clone, Copy)]
struct Went {
    event: u32,
    /// It left in the name of the mailbox, not of its first sender.
    by_mailbox: bool,
    /// It came from outside and went outside: nobody of the organisation can have sent it there.
    through: bool,
}

/// All such settings, by the mailboxes and the addresses that they join.
#[derive(Default)]
pub(super) struct Passing {
    settings: Vec<Setting>,
    by_mailbox: FxHashMap<AccountId, Vec<usize>>,
    by_address: FxHashMap<AccountId, Vec<usize>>,
    /// Mails of which a `Send` record tells: a person sent them.
    by_hand: FxHashSet<u64>,
}

impl Passing {
    /// Takes the settings from an account's acts.
    pub(super) fn take(&mut self, case: &Case<'_>, account: AccountId, acts: &[Act]) {
        for (act, event) in of_kind(case, acts, &[Action::Forwarding, Action::MailboxRule]) {
            let Some(addresses) = addresses(case, event).filter(|_| event.time.is_known()) else { continue };
            let at = self.settings.len();
            let mailbox = mailbox_of(case, act);
            self.by_mailbox.entry(mailbox).or_default().push(at);
            for address in addresses {
                self.by_address.entry(address).or_default().push(at);
            }
            let (came, went) = (FxHashSet::default(), FxHashMap::default());
            self.settings.push(Setting { account, mailbox, act, from: event.time, to: None, came, went });
        }
    }

    /// True where there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// Ends forwarding of a mailbox where a record says so. Records come in order of time.
    pub(super) fn end(&mut self, case: &Case<'_>, event: &Event) {
        if event.action != Action::Forwarding || !event.flags.has(Flags::REMOVAL) || !event.time.is_known() {
            return;
        }
        let mailbox = case.store.accounts().of(event.target);
        for at in self.by_mailbox.get(&mailbox).into_iter().flatten() {
            let Some(setting) = self.settings.get_mut(*at) else { continue };
            let is_forwarding = case.event(setting.act.event).is_some_and(|made| made.action == Action::Forwarding);
            if is_forwarding && setting.to.is_none() && event.time > setting.from {
                setting.to = Some(event.time);
            }
        }
    }

    /// Takes what a record of a mail tells.
    pub(super) fn see(&mut self, case: &Case<'_>, index: u32, event: &Event) {
        if event.family != Family::MessageTrace {
            if self.by_mailbox.contains_key(&messages::sender(case.store, event)) {
                self.by_hand.insert(event.link);
            }
            return;
        }
        if !event.time.is_known() {
            return;
        }
        // A mail without a Message-ID is one of its own.
        let id = if event.link == 0 { u64::from(index) << 1 } else { event.link };
        let sender = messages::sender(case.store, event);
        let from_outside = !messages::is_inside(case, sender);
        for copy in messages::copies(case.store, index, event) {
            for at in self.by_mailbox.get(&copy.to).into_iter().flatten() {
                if let Some(setting) = self.settings.get_mut(*at).filter(|one| one.has(event.time)) {
                    setting.came.insert(id);
                }
            }
            for at in self.by_address.get(&copy.to).into_iter().flatten() {
                if let Some(setting) = self.settings.get_mut(*at).filter(|one| one.has(event.time)) {
                    let through = from_outside && !messages::is_inside(case, copy.to);
                    setting.went.entry(id).or_insert(Went { event: index, by_mailbox: sender == setting.mailbox, through });
                }
            }
        }
    }

    /// How many mails were passed on from some accounts; none where no setting does so. `all_logged`: what a
    /// person sends from them has a `Send` record.
    pub(super) fn count(&self, accounts: &[AccountId], all_logged: bool) -> Option<Count> {
        let (mut sure, mut all, mut evidence, mut open) = (FxHashSet::default(), FxHashSet::default(), Evidence::default(), 0);
        let mut told: FxHashSet<u32> = FxHashSet::default();
        for setting in self.settings.iter().filter(|setting| accounts.contains(&setting.account)) {
            evidence.add(setting.act.event);
            let mut went: Vec<(u64, Went)> = setting.went.iter().map(|(id, went)| (*id, *went)).collect();
            went.sort_unstable_by_key(|(_, went)| went.event);
            for (id, went) in went {
                let passed = went.through && setting.came.contains(&id) || went.by_mailbox && all_logged && !self.by_hand.contains(&id);
                if passed && setting.act.hold == Hold::Sure {
                    sure.insert(id);
                }
                if passed && told.insert(went.event) {
                    evidence.add(went.event);
                }
                all.insert(id);
            }
            open += setting.came.len() as u64;
            all.extend(&setting.came);
        }
        (evidence.total > 0).then(|| Count::between(sure.len() as u64, all.len() as u64, vec![Why::MayBePassedOn(open)], evidence))
    }

    /// The first time from which mail was passed on from some accounts.
    pub(super) fn since(&self, account: AccountId) -> Option<Time> {
        self.settings.iter().filter(|setting| setting.account == account).map(|setting| setting.from).min()
    }
}

impl Setting {
    fn has(&self, time: Time) -> bool {
        time >= self.from && self.to.is_none_or(|to| time <= to)
    }
}

/// The accounts that a setting passes mail on to, as far as any record knows them; none where the event
/// makes no such setting.
fn addresses(case: &Case<'_>, event: &Event) -> Option<Vec<AccountId>> {
    let names: Vec<&str> = match case.store.detail(event)? {
        Detail::Forwarding(forwarding) => forwarding.smtp.iter().chain(&forwarding.object).map(String::as_str).collect(),
        Detail::Rule(rule) if !matches!(rule.change, RuleChange::Remove | RuleChange::Disable) => {
            rule.forward_to.iter().chain(&rule.redirect_to).map(String::as_str).collect()
        }
        _ => return None,
    };
    let account = |name: &&str| case.store.names().find(&key::fold_principal(name)).map(|name| case.store.accounts().of(name));
    let mut list: Vec<AccountId> = names.iter().filter_map(account).filter(|account| account.is_some()).collect();
    list.sort_unstable();
    list.dedup();
    (!names.is_empty()).then_some(list)
}
