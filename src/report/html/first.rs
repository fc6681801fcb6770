//! The first screen: what happened, to whom, since when, from where. Nothing else.

use crate::remaining::Status;
use crate::report::exposure_words;
use crate::report::forest::forest;
use crate::report::model::{Account, Exposure, Incident, IntruderAddress, Remaining, Report, Verdict};
use crate::report::phrases::{self, Phrases};
use crate::report::screen::{Tone, count, percent};
use std::collections::{BTreeMap, BTreeSet};

/// Incidents that are told in full, accounts of each, and suspects that are named.
const INCIDENTS: usize = 3;
const ACCOUNTS: usize = 8;
const SUSPECTS: usize = 6;

/// Words with the class of their look.
pub(super) struct Words {
    /// Class of the style.
    pub(super) class: &'static str,
    /// The words.
    pub(super) text: String,
}

/// An account in one line.
pub(super) struct Line<'r> {
    /// Its name.
    pub(super) account: &'r str,
    /// Since when; empty where that is unknown.
    pub(super) since: String,
    /// How it was reached.
    pub(super) how: String,
    /// How sure the verdict is.
    pub(super) sure: String,
}

/// A fact with its name.
pub(super) struct Fact {
    /// What it is about.
    pub(super) name: &'static str,
    /// The fact.
    pub(super) words: String,
}

/// An incident on the first screen.
pub(super) struct Card<'r> {
    /// Its id; absent for accounts of no incident.
    pub(super) id: &'r str,
    /// What happened, in one line.
    pub(super) summary: &'r str,
    /// Its accounts in the order in which they fell.
    pub(super) lines: Vec<Line<'r>>,
    /// Accounts that are not listed.
    pub(super) more: usize,
    /// From where, until when, what it did.
    pub(super) facts: Vec<Fact>,
}

/// Everything on the first screen.
pub(super) struct First<'r> {
    /// How many accounts stand how.
    pub(super) headline: Vec<Words>,
    /// What the page is narrowed to.
    pub(super) narrowed: Vec<Words>,
    /// How much was read.
    pub(super) ledger: Vec<Words>,
    /// Days that the evidence covers.
    pub(super) span: String,
    /// Incidents.
    pub(super) cards: Vec<Card<'r>>,
    /// Incidents that are not listed.
    pub(super) more: usize,
    /// Suspicious accounts of no incident.
    pub(super) suspects: Vec<Line<'r>>,
    /// Suspects that are not listed.
    pub(super) more_suspects: usize,
}

impl<'r> First<'r> {
    pub(super) fn new(report: &'r Report, phrases: Phrases<'_>, accounts: &BTreeMap<&'r str, &'r Account>) -> First<'r> {
        let suspects: Vec<&Account> =
            report.accounts.iter().filter(|one| one.verdict == Verdict::Suspicious && one.incident.is_none()).collect();
        let suspect = |account: &&'r Account| Line {
            account: &account.account,
            since: String::new(),
            how: phrases::strongest(account, 1),
            sure: percent(account.probability),
        };
        First {
            headline: words(phrases::headline(report)),
            narrowed: phrases::narrowed(report, phrases).map(words).unwrap_or_default(),
            ledger: words(phrases::ledger(report)),
            span: phrases::span(report, phrases.clock).unwrap_or_default(),
            cards: report.incidents.iter().take(INCIDENTS).map(|incident| card(report, incident, phrases, accounts)).collect(),
            more: report.incidents.len().saturating_sub(INCIDENTS),
            suspects: suspects.iter().take(SUSPECTS).map(suspect).collect(),
            more_suspects: suspects.len().saturating_sub(SUSPECTS),
        }
    }
}

fn words(line: Vec<(Tone, String)>) -> Vec<Words> {
    let class = |tone| match tone {
        Tone::Bad => "bad",
        Tone::Warn => "warn",
        Tone::Good => "good",
        _ => "plain",
    };
    line.into_iter().map(|(tone, text)| Words { class: class(tone), text }).collect()
}

fn card<'r>(report: &Report, incident: &'r Incident, phrases: Phrases<'_>, accounts: &BTreeMap<&'r str, &'r Account>) -> Card<'r> {
    let line = |name: &'r str| {
        let account = accounts.get(name);
        let since = account.and_then(|account| account.compromised_at.as_deref());
        let edge = incident.edges.iter().find(|edge| edge.to == name);
        Line {
            account: name,
            since: since.map_or_else(String::new, |since| phrases.clock.full(since)),
            how: [Some(phrases.how(name, edge, incident, since.unwrap_or_default())), account.and_then(|one| phrases.earlier(one))]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
            sure: account.map_or_else(String::new, |account| percent(account.probability)),
        }
    };
    let his: Vec<&Account> = incident.accounts.iter().filter_map(|name| accounts.get(name.as_str()).copied()).collect();
    Card {
        id: &incident.id,
        summary: &incident.summary,
        lines: forest(incident).iter().take(ACCOUNTS).map(|step| line(step.account)).collect(),
        more: incident.accounts.len().saturating_sub(ACCOUNTS),
        facts: facts(report, &his, incident.exposure.as_ref(), phrases),
    }
}

fn facts(report: &Report, accounts: &[&Account], exposure: Option<&Exposure>, phrases: Phrases<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(words) = from_where(accounts) {
        facts.push(Fact { name: "From", words });
    }
    if let Some(last) = accounts.iter().filter_map(|account| account.last_intruder_at.as_deref()).max() {
        facts.push(Fact { name: "Last act", words: format!("{} {}", phrases.clock.full(last), phrases.clock.zone()) });
    }
    // No number is no zero: these exports would not show it.
    let unknown = |number: &dyn Fn(&Exposure) -> bool| exposure.is_some_and(number).then(|| "unknown from these exports".to_owned());
    let sent = exposure.and_then(exposure_words::sent).or_else(|| unknown(&|exposure| exposure.mails_sent.is_none()));
    facts.push(Fact { name: "Mails sent", words: sent.unwrap_or_else(|| "none shown in these exports".to_owned()) });
    let read = exposure.and_then(|exposure| exposure.mails_read.as_ref()).filter(|read| !exposure_words::is_none(read));
    let read = read.map(|read| exposure_words::bounds(read, "mail", "mails"));
    if let Some(words) = read.or_else(|| unknown(&|exposure| exposure.mails_read.is_none())) {
        facts.push(Fact { name: "Mails accessed", words });
    }
    facts.extend(in_place(report, accounts));
    facts
}

/// The addresses of an intruder: those with most acts first.
fn from_where(accounts: &[&Account]) -> Option<String> {
    let mut by_ip: BTreeMap<&str, (&IntruderAddress, u64)> = BTreeMap::new();
    for address in accounts.iter().flat_map(|account| &account.intruder_addresses) {
        by_ip.entry(&address.ip).or_insert((address, 0)).1 += address.events;
    }
    let mut list: Vec<_> = by_ip.into_values().collect();
    list.sort_by_key(|(address, events)| (std::cmp::Reverse(*events), address.ip.as_str()));
    let (address, _) = list.first()?;
    let more = list.len() - 1;
    let rest = if more == 0 { String::new() } else { format!(", and {}", count(more as u64, "more address", "more addresses")) };
    Some(format!("{}  {}{rest}", address.ip, phrases::place(address)))
}

/// What still works for the intruder, in the accounts and in the tenant as a whole, and what may; where nothing says so, how often he touched inbox rules.
fn in_place(report: &Report, accounts: &[&Account]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, status) in [("Still in place", Status::InPlace), ("Not known to be gone", Status::Unknown)] {
        let by_them = |item: &&Remaining| accounts.iter().any(|account| item.made_by.as_deref() == Some(account.account.as_str()));
        let of_tenant = report.remaining.iter().filter(by_them);
        let all = accounts.iter().flat_map(|account| &account.remaining).chain(of_tenant);
        let items: Vec<&Remaining> = all.filter(|item| item.status == status.name()).collect();
        if !items.is_empty() {
            facts.push(Fact { name, words: phrases::kinds_of(&items) });
        }
    }
    if !facts.is_empty() {
        return facts;
    }
    let names: BTreeSet<&str> = accounts.iter().map(|account| account.account.as_str()).collect();
    let is_rule = |action: &str| matches!(action, "mailbox-rule" | "forwarding");
    let rows =
        report.timeline.iter().filter(|row| names.contains(row.account.as_str()) && is_rule(&row.action) && row.outcome == "success");
    let words = match rows.map(|row| row.count).sum::<u64>() {
        0 => "none of the intruder's shown in these exports".to_owned(),
        acts => format!("{} of the intruder on inbox rules or forwarding", count(acts, "act", "acts")),
    };
    vec![Fact { name: "Rules", words }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Bounds;
    use crate::report::samples;
    use crate::report::screen::{Clock, ShortNames};

    fn facts_of(report: &Report) -> BTreeMap<&'static str, String> {
        let (clock, names) = (Clock::new(report, chrono_tz::Tz::UTC), ShortNames::new(report));
        let accounts = report.accounts.iter().map(|account| (account.account.as_str(), account)).collect();
        let first = First::new(report, Phrases { clock: &clock, names: &names }, &accounts);
        first.cards.into_iter().flat_map(|card| card.facts).map(|fact| (fact.name, fact.words)).collect()
    }

    #[test]
    fn what_is_still_in_place_is_named_and_else_only_what_was_done() {
        let mut report = samples::cascade();
        assert_eq!(facts_of(&report)["Still in place"], "1 inbox rule");
        assert_eq!(facts_of(&report)["Not known to be gone"], "1 app grant, sessions of 1 account", "beside what is known to stand");
        let flow = |made_by: &str| Remaining {
            kind: "transport-rule".to_owned(),
            status: "in-place".to_owned(),
            made_by: Some(made_by.to_owned()),
            ..Remaining::default()
        };
        report.remaining = vec![flow("a.adams@example.com"), flow("d.dean@example.com")];
        assert_eq!(facts_of(&report)["Still in place"], "1 inbox rule, 1 mail-flow rule", "that of the tenant, and not another's");
        report.remaining.clear();
        report.accounts.iter_mut().for_each(|account| account.remaining.retain(|item| item.status != "in-place"));
        assert_eq!(facts_of(&report)["Not known to be gone"], "1 app grant, sessions of 1 account");
        report.accounts.iter_mut().for_each(|account| account.remaining.clear());
        assert_eq!(facts_of(&report)["Rules"], "1 act of the intruder on inbox rules or forwarding");
    }

    #[test]
    fn mails_are_told_as_in_the_headline_and_addresses_by_their_acts() {
        let mut report = samples::cascade();
        report.incidents[0].exposure = None;
        assert_eq!(facts_of(&report)["Mails sent"], "none shown in these exports");
        let of = |n| Some(Bounds { at_least: n, at_most: Some(n), ..Bounds::default() });
        report.incidents[0].exposure = Some(Exposure { mails_sent: of(794), recipients: of(762), ..Exposure::default() });
        assert_eq!(facts_of(&report)["Mails accessed"], "unknown from these exports", "which is not none");
        report.incidents[0].exposure = Some(Exposure { mails_read: of(12), ..Exposure::default() });
        assert_eq!(facts_of(&report)["Mails sent"], "unknown from these exports");
        assert_eq!(facts_of(&report)["Mails accessed"], "12 mails");
        report.incidents[0].exposure = Some(Exposure { mails_sent: of(0), mails_read: of(0), ..Exposure::default() });
        assert_eq!(facts_of(&report)["Mails sent"], "none shown in these exports");
        assert!(!facts_of(&report).contains_key("Mails accessed"));
        report.incidents[0].exposure = Some(Exposure { mails_sent: of(794), recipients: of(762), ..Exposure::default() });
        let mut second = report.accounts[1].intruder_addresses[0].clone();
        (second.ip, second.events) = ("198.51.100.7".to_owned(), 5000);
        report.accounts[1].intruder_addresses.push(second);
        let facts = facts_of(&report);
        assert_eq!(facts["Mails sent"], "794 mails sent to 762 people", "the words of the headline");
        assert!(facts["From"].starts_with("198.51.100.7  Nigeria") && facts["From"].ends_with(", and 1 more address"), "{}", facts["From"]);
    }
}
