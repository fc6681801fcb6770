//! What one account does usually.

use super::{Client, Context, HABIT_DAYS, Lesson, Pace};
use crate::events::{AccountId, Str};

/// Days on which each value was seen.
#[derive(Clone, Debug)]
pub(super) struct Tally<K> {
    /// Value, day, number of contexts that showed it; sorted, one row for each value and day.
    rows: Vec<(K, i32, u32)>,
}

impl<K> Default for Tally<K> {
    fn default() -> Tally<K> {
        Tally { rows: Vec::new() }
    }
}

impl<K: Ord + Copy> Tally<K> {
    fn add(&mut self, value: K, days: &[i32]) {
        self.rows.extend(days.iter().map(|day| (value, *day, 1)));
    }

    /// Puts what was added in order.
    fn settle(&mut self) {
        self.rows.sort_unstable();
        self.rows.dedup_by(|later, kept| {
            let same = (later.0, later.1) == (kept.0, kept.1);
            kept.2 += if same { later.2 } else { 0 };
            same
        });
        self.rows.shrink_to_fit();
    }

    /// Every value with the number of its days.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, usize)> {
        self.rows.chunk_by(|a, b| a.0 == b.0).filter_map(|days| days.first().map(|(value, ..)| (*value, days.len())))
    }

    /// Every value with its first day and the number of its days.
    fn spans(&self) -> impl Iterator<Item = (K, i32, usize)> {
        let spans = self.rows.chunk_by(|a, b| a.0 == b.0);
        spans.filter_map(|days| days.first().map(|(value, first, _)| (*value, *first, days.len())))
    }

    /// True if the value was seen on enough days to be a habit.
    pub(super) fn has_habit(&self, value: K) -> bool {
        self.rows_from(value).get(HABIT_DAYS - 1).is_some_and(|(known, ..)| *known == value)
    }

    /// True if it is a habit even without a context with these days, which is among what was learned if
    /// `added`.
    pub(super) fn is_habit(&self, value: K, own: &[i32], added: bool) -> bool {
        self.has_beyond(value, own, added, HABIT_DAYS)
    }

    /// True if the value was seen on at least so many days elsewhere than in that context.
    pub(super) fn has_beyond(&self, value: K, own: &[i32], added: bool, least: usize) -> bool {
        let mut own = if added { own } else { &[] }.iter().peekable();
        let days = self.rows_from(value).iter().take_while(|(known, ..)| *known == value);
        let beyond = days.filter(|(_, day, contexts)| {
            while own.next_if(|mine| *mine < day).is_some() {}
            *contexts > 1 || own.peek() != Some(&day)
        });
        beyond.take(least).count() >= least
    }

    /// The rows from those of a value on.
    fn rows_from(&self, value: K) -> &[(K, i32, u32)] {
        self.rows.get(self.rows.partition_point(|(known, ..)| *known < value)..).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of rows: for the days of an account their number.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn first_day(&self) -> Option<i32> {
        self.rows.first().map(|(_, day, _)| *day)
    }
}

/// What one account does usually.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    pub(super) networks: Tally<u32>,
    pub(super) asns: Tally<u32>,
    pub(super) recorded: Tally<[u8; 2]>,
    pub(super) looked_up: Tally<[u8; 2]>,
    pub(super) clients: Tally<Client>,
    pub(super) devices: Tally<Str>,
    /// Clients on registered devices, and clients without one.
    pub(super) on_devices: Tally<Client>,
    pub(super) off_devices: Tally<Client>,
    pub(super) days: Tally<()>,
    pub(super) acts: u32,
    /// Items handled by kind of act and day, sorted.
    pub(super) pace: Vec<Pace>,
    /// What the account was there with all along, whatever was done then.
    pub(super) steady: Steady,
}

/// What an account is there with from its first days on and on many of its days. It is learned from every
/// context, suspect ones too: nobody but the owner has been there all along.
#[derive(Clone, Debug, Default)]
pub(super) struct Steady {
    /// Kinds of program, sorted.
    pub(super) clients: Vec<Client>,
    /// Exits that hide the place: VPN services, relays, gateways.
    pub(super) hidden: bool,
    /// Countries that it was in at all, sorted.
    pub(super) countries: Vec<[u8; 2]>,
    /// Days on which the account was active at all, and the first of them.
    pub(super) days: usize,
    pub(super) begin: i32,
}

impl Steady {
    fn learn(account: AccountId, lesson: &Lesson<'_>) -> Steady {
        let mut countries: Vec<[u8; 2]> = Vec::new();
        let (mut clients, mut hidden, mut all) = (Tally::default(), Tally::default(), Tally::default());
        let contexts = lesson.contexts.of_account(account).iter().filter_map(|id| lesson.contexts.get(*id));
        for context in contexts.filter(|context| context.succeeded() && context.app.is_none()) {
            let days = context.days.as_slice();
            all.add((), days);
            context.clients.iter().for_each(|client| clients.add(*client, days));
            let facts = lesson.book.facts(context.ip);
            if facts.hides_place() {
                hidden.add((), days);
            } else {
                countries.extend(facts.country());
            }
        }
        countries.sort_unstable();
        countries.dedup();
        clients.settle();
        hidden.settle();
        all.settle();
        let (begin, total) = (all.first_day().unwrap_or(i32::MAX), all.len());
        if total < HABIT_DAYS {
            return Steady { countries, days: total, begin, ..Steady::default() };
        }
        let lasts = |first: i32, days: usize| is_early(first, begin) && is_much(days, total);
        Steady {
            clients: clients.spans().filter(|(_, first, days)| lasts(*first, *days)).map(|(client, ..)| client).collect(),
            hidden: hidden.spans().any(|((), first, days)| lasts(first, days)),
            countries,
            days: total,
            begin,
        }
    }
}

/// True for a day at the beginning of a history.
pub(super) fn is_early(day: i32, begin: i32) -> bool {
    day <= begin.saturating_add(2)
}

/// True for two days in five, or more.
pub(super) fn is_much(days: usize, total: usize) -> bool {
    days * 5 >= total * 2
}

impl Profile {
    /// From the contexts of an account that teach.
    pub(super) fn learn(account: AccountId, lesson: &Lesson<'_>) -> Profile {
        let mut profile = Profile { steady: Steady::learn(account, lesson), ..Profile::default() };
        for id in lesson.contexts.of_account(account) {
            if let Some(context) = lesson.contexts.get(*id).filter(|context| lesson.teaches(*id, context)) {
                profile.add(context, lesson);
            }
        }
        profile.settled()
    }

    /// True if a client comes without a registered device here, which the account has with it on at least
    /// three days elsewhere, and never was without.
    pub(super) fn lacks_its_device(&self, client: Client, context: &Context, added: bool) -> bool {
        let here = |list: &[Client]| list.binary_search(&client).is_ok();
        let days = context.days.as_slice();
        here(&context.off_devices)
            && !here(&context.on_devices)
            && self.on_devices.is_habit(client, days, added)
            && !self.off_devices.has_beyond(client, days, added, 1)
    }

    /// True if a client is the account's own: its all along, or seen elsewhere than in a context with these
    /// days on three days, or on half of them where the history is shorter.
    pub(super) fn is_own_client(&self, client: Client, own: &[i32], added: bool) -> bool {
        let least = HABIT_DAYS.min((self.days.len() / 2).max(1));
        self.steady.clients.binary_search(&client).is_ok() || self.clients.has_beyond(client, own, added, least)
    }

    fn add(&mut self, context: &Context, lesson: &Lesson<'_>) {
        self.pace.extend(lesson.contexts.pace(context));
        let (facts, days) = (lesson.book.facts(context.ip), context.days.as_slice());
        self.days.add((), days);
        self.acts += context.successes;
        self.networks.add(context.network, days);
        if let Some(asn) = facts.asn() {
            self.asns.add(asn, days);
        }
        if let Some(country) = lesson.recorded(context.ip) {
            self.recorded.add(country, days);
        }
        if let Some(country) = facts.country() {
            self.looked_up.add(country, days);
        }
        for client in &context.clients {
            self.clients.add(*client, days);
        }
        for device in &context.devices {
            self.devices.add(*device, days);
        }
        context.on_devices.iter().for_each(|client| self.on_devices.add(*client, days));
        context.off_devices.iter().for_each(|client| self.off_devices.add(*client, days));
    }

    fn settled(mut self) -> Profile {
        self.networks.settle();
        self.asns.settle();
        self.recorded.settle();
        self.looked_up.settle();
        self.clients.settle();
        self.devices.settle();
        self.on_devices.settle();
        self.off_devices.settle();
        self.days.settle();
        self.pace.sort_unstable();
        self.pace.dedup_by(|later, kept| {
            let same = later.key() == kept.key();
            kept.count = kept.count.saturating_add(if same { later.count } else { 0 });
            same
        });
        self.pace.shrink_to_fit();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(contexts: &[&[i32]]) -> Tally<u32> {
        let mut tally = Tally::default();
        for days in contexts {
            tally.add(7, days);
        }
        tally.settle();
        tally
    }

    #[test]
    fn a_context_is_compared_with_all_others_and_not_with_itself() {
        let own = [10, 11, 12];
        assert!(!tally(&[&own]).is_habit(7, &own, true));
        assert!(tally(&[&own]).is_habit(7, &own, false), "it was not learned from, so nothing of it is there");
        assert!(tally(&[&own, &[10, 11, 12]]).is_habit(7, &own, true), "another context shows the same days");
        assert!(!tally(&[&own, &[11, 12]]).is_habit(7, &own, true));
        assert!(tally(&[&own, &[12, 13, 14]]).is_habit(7, &own, true));
        assert!(!tally(&[&own]).is_habit(8, &[], false));
    }

    #[test]
    fn days_of_a_value_count_once() {
        let tally = tally(&[&[1, 2], &[2, 3]]);
        assert_eq!(tally.iter().collect::<Vec<_>>(), [(7, 3)]);
        assert!(tally.has_habit(7));
    }
}
