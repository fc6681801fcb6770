//! People to notify: who got the intruder's mail, and whose mail was read.

use super::acts::{Act, Hold};
use super::count::{Count, Things};
use super::mail::{Letter, Read};
use super::messages::{self, Messages, Standing};
use super::why::Why;
use crate::detections::Case;
use crate::events::AccountId;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// A number between bounds that always has both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// At least so many.
    pub at_least: u64,
    /// At most so many.
    pub at_most: u64,
}

impl Range {
    fn add(&mut self, sure: bool) {
        self.at_least += u64::from(sure);
        self.at_most += 1;
    }
}

/// Somebody to notify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Mails of the intruder's that went to this person.
    pub got: Range,
    /// The first of them.
    pub first: Option<u32>,
    /// Mails from or to this person that were accessed, or lay in a folder that was synchronised.
    pub read: Range,
    /// Accounts by which that happened, sorted.
    pub through: Vec<AccountId>,
}

/// People by account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People(pub BTreeMap<AccountId, Person>);

impl People {
    fn of(&mut self, who: AccountId, through: AccountId) -> &mut Person {
        let person = self.0.entry(who).or_default();
        if let Err(at) = person.through.binary_search(&through) {
            person.through.insert(at, through);
        }
        person
    }

    /// The people of one account's mails.
    pub(super) fn of_account(
        account: AccountId,
        letters: &[Letter],
        reads: &[Read],
        messages: &Messages,
        synchronised: &[Vec<AccountId>],
    ) -> People {
        let mut people = People::default();
        for letter in letters {
            for copy in letter.copies.iter().filter(|copy| copy.standing <= Standing::HeldBack && copy.to != account) {
                let person = people.of(copy.to, account);
                person.got.add(letter.hold == Hold::Sure && copy.standing == Standing::Sent);
                person.first.get_or_insert(letter.event);
            }
        }
        for read in reads {
            let Some(message) = messages.get(read.link) else { continue };
            let recipients = message.copies.iter().filter(|copy| copy.standing < Standing::Failed).map(|copy| copy.to);
            let mut parties: Vec<AccountId> = recipients.chain([message.sender]).collect();
            parties.retain(|who| who.is_some() && *who != account && *who != read.mailbox);
            parties.sort_unstable();
            parties.dedup();
            for who in parties {
                people.of(who, account).read.add(read.hold == Hold::Sure);
            }
        }
        for who in synchronised.iter().flatten().filter(|who| **who != account) {
            people.of(*who, account).read.add(false);
        }
        people
    }

    /// Adds those of another account.
    pub(super) fn merge(&mut self, other: &People) {
        for (who, theirs) in &other.0 {
            let mine = self.0.entry(*who).or_default();
            mine.got = Range { at_least: mine.got.at_least + theirs.got.at_least, at_most: mine.got.at_most + theirs.got.at_most };
            mine.read = Range { at_least: mine.read.at_least + theirs.read.at_least, at_most: mine.read.at_most + theirs.read.at_most };
            mine.first = mine.first.or(theirs.first);
            mine.through.extend(&theirs.through);
            mine.through.sort_unstable();
            mine.through.dedup();
        }
    }
}

/// How many people mails went to: in all, inside the organisation, outside of it.
pub(super) fn recipients(case: &Case<'_>, letters: &[Letter]) -> [Count; 3] {
    let inside: FxHashSet<AccountId> =
        letters.iter().flat_map(|letter| &letter.copies).map(|copy| copy.to).filter(|to| messages::is_inside(case, *to)).collect();
    [
        reached(letters, true, &|_| true),
        reached(letters, false, &|to| inside.contains(&to)),
        reached(letters, false, &|to| !inside.contains(&to)),
    ]
}

/// Counts the people that are meant. Where it is all of them, a record that counts recipients without
/// naming them raises the lower bound too.
fn reached(letters: &[Letter], everybody: bool, is_meant: &dyn Fn(AccountId) -> bool) -> Count {
    let (mut people, mut largest, mut unnamed, mut nameless, mut held_back) = (Things::default(), 0, 0, 0, 0);
    for letter in letters {
        let of = |standing: Standing| letter.copies.iter().filter(move |copy| copy.standing == standing).map(|copy| copy.to);
        let may_have = of(Standing::HeldBack).filter(|to| is_meant(*to)).count() as u64;
        people.add(Act { event: letter.event, hold: letter.hold }, of(Standing::Sent).filter(|to| is_meant(*to)));
        people.may_be(of(Standing::HeldBack).filter(|to| is_meant(*to)));
        held_back += may_have;
        unnamed += letter.unnamed();
        nameless += u64::from(letter.copies.is_empty() && letter.counted == 0);
        if letter.hold == Hold::Sure && everybody {
            let others = letter.copies.iter().filter(|copy| copy.standing != Standing::Sent).count() as u64;
            largest = letter.counted.saturating_sub(others).max(largest);
        }
    }
    let mut count = people.count();
    count.at_least = count.at_least.max(largest);
    count.at_most = count.at_most.map(|most| most + unnamed);
    if held_back > 0 && count.at_most != Some(count.at_least) {
        count.why.push(Why::HeldBack(held_back));
    }
    if unnamed > 0 && count.at_most != Some(count.at_least) {
        count.why.push(Why::Unnamed(unnamed));
    }
    if nameless > 0 { count.without_limit(Why::NoRecipients(nameless)) } else { count }
}
