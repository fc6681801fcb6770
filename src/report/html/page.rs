//! The page as a whole: everything that its template needs.

use super::accounts::Sheet;
use super::cascade::{self, Fell};
use super::escape::html;
use super::first::First;
use super::lanes::{self, Act, Lanes, seconds};
use super::pointers::{links, pointers};
use super::policy::policy;
use super::rows;
use super::table::{Column, Kind, Table};
use super::taken::Taken;
use crate::enrich::NetworkClass;
use crate::report::forest::in_order;
use crate::report::model::{Account, Edge, Incident, Input, Milestone, Remaining, Report, Sentence, Undated, Verdict};
use crate::report::narrative::in_zone;
use crate::report::phrases::{self, Phrases};
use crate::report::screen::{Clock, ShortNames, count, percent, thousands};
use askama::Template;
use chrono_tz::Tz;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

const STYLE: &str = include_str!("../../../templates/report.css");
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// Acts without a time that are listed.
const UNDATED: usize = 100;
/// Targeted accounts that are listed.
const TARGETED: usize = 1_000;

/// A step of the spread in words.
struct Step<'r> {
    from: &'r str,
    to: &'r str,
    words: String,
    path: &'r [String],
    same_actor: &'r [String],
}

/// An incident with its pictures.
struct Story<'r> {
    incident: &'r Incident,
    cascade: Option<String>,
    lanes: Option<String>,
    /// Accounts that the lanes have no room for.
    more_lanes: usize,
    steps: Vec<Step<'r>>,
    /// Turning points in order of time.
    milestones: Vec<&'r Milestone>,
}

/// An account that was attacked; nothing shows that it succeeded.
struct Targeted<'r> {
    account: &'r str,
    sure: String,
    why: String,
}

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'r> {
    policy: String,
    style: &'static str,
    script: &'static str,
    report: &'r Report,
    /// Accounts in the order in which the incidents tell of them.
    order: Vec<&'r Account>,
    clock: &'r Clock,
    names: &'r ShortNames,
    first: First<'r>,
    stories: Vec<Story<'r>>,
    sheets: Vec<Sheet<'r>>,
    taken: Taken<'r>,
    targeted: Vec<Targeted<'r>>,
    more_targeted: usize,
    acts: Table,
    findings: Table,
    undated: &'r [Undated],
    covered: Vec<String>,
    inputs: BTreeSet<&'r str>,
}

#[allow(clippy::unused_self, reason = "templates call what they need of the page")]
impl<'r> Page<'r> {
    pub(super) fn new(report: &'r Report, clock: &'r Clock, names: &'r ShortNames, zone: Tz) -> Page<'r> {
        let phrases = Phrases { clock, names };
        let accounts: BTreeMap<&str, &Account> = report.accounts.iter().rev().map(|account| (account.account.as_str(), account)).collect();
        let order = in_order(report);
        let shown = order.iter().filter(|account| matches!(account.verdict, Verdict::Compromised | Verdict::Suspicious));
        let targeted: Vec<&Account> = report.accounts.iter().filter(|account| account.verdict == Verdict::Targeted).collect();
        Page {
            policy: policy(STYLE, SCRIPT),
            style: STYLE,
            script: SCRIPT,
            report,
            clock,
            names,
            first: First::new(report, phrases, &accounts),
            stories: stories(report, phrases, zone, &accounts),
            sheets: shown.enumerate().map(|(number, account)| Sheet::new(account, number, clock, zone)).collect(),
            taken: Taken::of(report, &order),
            more_targeted: targeted.len().saturating_sub(TARGETED),
            targeted: list_targeted(report, &targeted),
            acts: rows::acts(report, clock, names),
            findings: rows::findings(report, clock, names),
            undated: report.undated.get(..report.undated.len().min(UNDATED)).unwrap_or_default(),
            covered: phrases::covered(report, clock),
            order,
            inputs: report.inputs.iter().map(|input| input.id.as_str()).collect(),
        }
    }

    /// True where intruders made something that outlives them.
    fn has_remaining(&self) -> bool {
        self.remaining().next().is_some()
    }

    /// What intruders made on each account, then in the tenant as a whole.
    fn remaining(&self) -> impl Iterator<Item = (&str, &Remaining)> {
        let of_accounts =
            self.order.iter().flat_map(|account| account.remaining.iter().map(|item| (self.names.of(&account.account), item)));
        of_accounts.chain(self.report.remaining.iter().map(|item| (item.identity.of.as_deref().unwrap_or("the tenant"), item)))
    }

    /// A kind of thing that outlives an intruder, in words.
    fn kind(&self, kind: &str) -> String {
        phrases::kind_words(kind)
    }

    /// A class of network in the words that addresses have; empty where it is not known.
    fn network<'t>(&self, class: &'t str) -> &'t str {
        match NetworkClass::from_name(class) {
            Some(NetworkClass::Unknown) => "",
            Some(known) => known.words(),
            None => class,
        }
    }

    /// A number with one digit behind the point.
    fn one_digit(&self, n: impl Borrow<f64>) -> String {
        format!("{:.1}", n.borrow())
    }

    /// A sentence of a narrative, in the zone of the page.
    fn told(&self, sentence: &Sentence) -> String {
        in_zone(sentence, self.clock)
    }

    /// Pointers as links to their inputs.
    fn pointers(&self, evidence: &[String], total: impl Borrow<u64>) -> String {
        links(&pointers(evidence, *total.borrow()), &self.inputs)
    }

    /// A number with its thousands apart.
    fn digits(&self, n: impl Borrow<u64>) -> String {
        thousands(*n.borrow())
    }

    /// A number with its noun.
    fn count(&self, n: impl Borrow<u64>, one: &str, many: &str) -> String {
        count(*n.borrow(), one, many)
    }

    /// A probability in percent.
    fn percent(&self, p: impl Borrow<f64>) -> String {
        percent(*p.borrow())
    }

    /// True where it is not known what became of every record.
    fn is_unbalanced(&self, input: &Input) -> bool {
        input.accounted() != input.records
    }

    /// A cell of a table.
    fn cell(&self, column: &Column, text: &str) -> String {
        if column.kind == Kind::Pointers { links(text, &self.inputs) } else { html(text) }
    }
}

fn stories<'r>(report: &'r Report, phrases: Phrases<'_>, zone: Tz, accounts: &BTreeMap<&'r str, &'r Account>) -> Vec<Story<'r>> {
    let mut acts: BTreeMap<&str, Vec<Act<'_>>> = BTreeMap::new();
    for row in &report.timeline {
        if let Some(from) = seconds(&row.time) {
            let to = row.end_time.as_deref().and_then(seconds).unwrap_or(from);
            acts.entry(&row.account).or_default().push(Act { row, from, to });
        }
    }
    let story = |incident: &'r Incident| {
        let fallen: Vec<&Account> = incident.accounts.iter().filter_map(|name| accounts.get(name.as_str()).copied()).collect();
        let fell = fallen
            .iter()
            .map(|account| (account.account.as_str(), Fell { since: account.compromised_at.as_deref(), probability: account.probability }));
        Story {
            incident,
            cascade: cascade::picture(incident, &fell.collect(), phrases),
            more_lanes: fallen.len().saturating_sub(lanes::MOST),
            lanes: Lanes { incident, accounts: fallen, acts: &acts, clock: phrases.clock, zone }.picture(),
            steps: steps(incident, phrases, accounts),
            milestones: milestones(incident),
        }
    };
    report.incidents.iter().map(story).collect()
}

fn steps<'r>(incident: &'r Incident, phrases: Phrases<'_>, accounts: &BTreeMap<&'r str, &'r Account>) -> Vec<Step<'r>> {
    let since = |name: &str| accounts.get(name).and_then(|account| account.compromised_at.as_deref()).unwrap_or_default();
    let step = |edge: &'r Edge| Step {
        from: &edge.from,
        to: &edge.to,
        words: phrases.how(&edge.to, Some(edge), incident, since(&edge.to)),
        path: &edge.path_evidence,
        same_actor: &edge.same_actor_evidence,
    };
    incident.edges.iter().map(step).collect()
}

fn milestones(incident: &Incident) -> Vec<&Milestone> {
    let mut list: Vec<&Milestone> = incident.milestones.iter().collect();
    list.sort_by(|a, b| a.time.cmp(&b.time));
    list
}

fn list_targeted<'r>(report: &'r Report, accounts: &[&'r Account]) -> Vec<Targeted<'r>> {
    let attacks = phrases::attacks(report);
    let one = |account: &&'r Account| Targeted {
        account: &account.account,
        sure: percent(account.probability),
        why: phrases::tried(account, &attacks, 2),
    };
    accounts.iter().take(TARGETED).map(one).collect()
}
