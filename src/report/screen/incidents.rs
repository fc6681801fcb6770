//! Incidents: who was taken, in which order, through whom, how sure, for which reasons, from where.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::{count, duration, percent, seconds_between};
use crate::report::forest::forest;
use crate::report::model::{Account, Edge, Incident, IntruderAddress, Verdict};
use crate::report::phrases::{self, Phrases};
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// Up to so many accounts an incident is shown with reasons; beyond, one line an account.
const DETAILED: usize = 8;
/// So many accounts of an incident are shown at all.
const SHOWN: usize = 30;
/// So many addresses of an incident are shown.
const ADDRESSES: usize = 6;
/// Columns of indentation that the tree takes at most.
const DEEPEST: usize = 30;
/// Least columns that the text beside a name needs; else it goes below.
const BESIDE: usize = 72;

/// One account in the tree, with the drawing before it.
struct Node<'r> {
    account: &'r str,
    /// Before its first line.
    branch: String,
    /// Before every other line of it.
    trunk: String,
    /// The edge that leads to it.
    edge: Option<&'r Edge>,
}

impl<'r> View<'r> {
    /// Every incident, then compromised accounts that belong to none.
    pub(super) fn incidents(&self, page: &mut Page<'_>) {
        for incident in &self.report.incidents {
            self.incident(page, incident);
        }
        let joined: BTreeSet<&str> = self.report.incidents.iter().flat_map(|incident| &incident.accounts).map(String::as_str).collect();
        let lone: Vec<Node<'_>> = self
            .report
            .accounts
            .iter()
            .filter(|account| account.verdict == Verdict::Compromised && !joined.contains(account.account.as_str()))
            .map(|account| Node { account: &account.account, branch: "  ".to_owned(), trunk: "    ".to_owned(), edge: None })
            .collect();
        if !lone.is_empty() {
            page.blank();
            page.wrap("", "  ", &Line::new().add(Tone::Strong, "Compromised, on its own"));
            self.nodes(page, &lone, None);
        }
    }

    fn incident(&self, page: &mut Page<'_>, incident: &Incident) {
        page.blank();
        let words = if incident.summary.is_empty() { self.span_of(incident) } else { incident.summary.clone() };
        let title = Line::new().add(Tone::Strong, format!("Incident {}: ", incident.id)).add(Tone::Strong, words);
        page.wrap("", "  ", &title);
        self.story(page, "  ", &incident.story);
        let nodes = tree(incident);
        self.nodes(page, &nodes, Some(incident));
        self.addresses(page, incident);
    }

    /// `3 accounts within 32 h 12 min`.
    fn span_of(&self, incident: &Incident) -> String {
        let times: Vec<&str> = incident.accounts.iter().filter_map(|name| self.account(name)?.compromised_at.as_deref()).collect();
        let accounts = count(incident.accounts.len() as u64, "account", "accounts");
        match (times.iter().min(), times.iter().max()) {
            (Some(first), Some(last)) if first < last => {
                let seconds = seconds_between(first, last).unwrap_or(0);
                format!("{accounts} compromised within {}", duration(seconds))
            }
            _ => format!("{accounts} compromised"),
        }
    }

    fn nodes(&self, page: &mut Page<'_>, nodes: &[Node<'r>], incident: Option<&'r Incident>) {
        let detailed = self.look.verbose || nodes.len() <= DETAILED;
        let shown = if self.look.verbose { nodes.len() } else { SHOWN };
        let name_width = nodes.iter().take(shown).map(|node| node.branch.width() + node.account.width()).max().unwrap_or(0);
        for node in nodes.iter().take(shown) {
            self.node(page, node, incident, name_width, detailed);
        }
        if nodes.len() > shown {
            let more = (nodes.len() - shown) as u64;
            page.wrap(
                "  ",
                "  ",
                &Line::new().add(Tone::Dim, format!("… {}: -v shows them", count(more, "more account", "more accounts"))),
            );
        }
    }

    fn node(&self, page: &mut Page<'_>, node: &Node<'r>, incident: Option<&'r Incident>, name_width: usize, detailed: bool) {
        let account = self.account(node.account);
        let since = account.and_then(|account| account.compromised_at.as_deref());
        let hidden = account.is_none() && self.report.narrowed.is_some();
        let unknown = if hidden { "not shown" } else { "time unknown" };
        let since_text = since.map_or_else(|| unknown.to_owned(), |since| format!("since {}", self.clock.moment(since)));
        let tone = if account.is_some_and(|account| account.verdict == Verdict::Compromised) { Tone::Bad } else { Tone::Warn };
        let column = name_width + 2 + since_text.width() + 2;
        let beside = self.look.width >= column + BESIDE;
        let hang = if beside { column } else { node.trunk.width() };
        let rest = format!("{}{}", node.trunk, " ".repeat(hang.saturating_sub(node.trunk.width())));

        let mut line = Line::new().add(tone, node.account);
        let gap = if beside { name_width - node.branch.width() - node.account.width() } else { 0 };
        line.push(Tone::Plain, format!("{}  {since_text}", " ".repeat(gap)));
        let how = self.how(node, incident, since.unwrap_or_default());
        if beside {
            page.wrap(&node.branch, &rest, &line.plain("  ").plain(how));
        } else {
            page.wrap(&node.branch, &rest, &line);
            if !how.is_empty() {
                page.wrap(&rest, &rest, &Line::new().plain(how));
            }
        }
        let phrases = Phrases { clock: &self.clock, names: &self.names };
        if let Some(words) = account.and_then(|account| phrases.earlier(account)) {
            let pointer = account.and_then(|account| account.earlier.as_ref()?.evidence.first());
            let line = Line::new().add(Tone::Warn, words);
            page.wrap(&rest, &rest, &pointer.map_or(line.clone(), |pointer| line.plain("  ").add(Tone::Code, pointer)));
        }
        if let Some(account) = account.filter(|_| detailed) {
            self.reasons(page, &rest, account);
        }
    }

    /// Verdict with its strongest reasons, and on request the whole narrative.
    fn reasons(&self, page: &mut Page<'_>, rest: &str, account: &Account) {
        let tone = if account.verdict == Verdict::Compromised { Tone::Plain } else { Tone::Warn };
        let mut line = Line::new().add(tone, format!("{} ({})", account.verdict.name(), percent(account.probability)));
        self.push_reasons(&mut line, Tone::Dim, account);
        page.wrap(rest, rest, &line);
        self.story(page, rest, &account.story);
    }

    /// Adds the reasons that weigh most: three, or all on request. Each is a piece of its own, so that a long
    /// one cuts none of the others.
    pub(super) fn push_reasons(&self, line: &mut Line, tone: Tone, account: &Account) {
        for (at, reason) in phrases::reasons(account, if self.look.verbose { usize::MAX } else { 3 }).into_iter().enumerate() {
            line.push(tone, if at > 0 { "; " } else { ": " });
            line.push(tone, reason);
        }
    }

    /// How it came to this account, in words.
    fn how(&self, node: &Node<'_>, incident: Option<&Incident>, since: &str) -> String {
        let phrases = Phrases { clock: &self.clock, names: &self.names };
        incident.map_or_else(String::new, |incident| phrases.how(node.account, node.edge, incident, since))
    }

    /// The intruder's addresses over all accounts of the incident.
    fn addresses(&self, page: &mut Page<'_>, incident: &Incident) {
        let mut by_ip: BTreeMap<&str, (&IntruderAddress, Vec<&str>, u64)> = BTreeMap::new();
        let (mut first, mut last): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = (BTreeMap::new(), BTreeMap::new());
        for name in &incident.accounts {
            for address in self.account(name).into_iter().flat_map(|account| &account.intruder_addresses) {
                let entry = by_ip.entry(&address.ip).or_insert((address, Vec::new(), 0));
                entry.1.push(self.names.of(name));
                entry.2 += address.events;
                if let Some(time) = &address.first_at {
                    first.entry(&address.ip).and_modify(|known| *known = (*known).min(time)).or_insert(time);
                }
                if let Some(time) = &address.last_at {
                    last.entry(&address.ip).and_modify(|known| *known = (*known).max(time)).or_insert(time);
                }
            }
        }
        let mut order: Vec<&str> = by_ip.keys().copied().collect();
        order.sort_by_key(|ip| (first.get(ip).copied().unwrap_or("~"), *ip));
        let shown = if self.look.verbose { order.len() } else { ADDRESSES };
        for ip in order.iter().take(shown) {
            let Some((address, accounts, events)) = by_ip.get(ip) else { continue };
            let mut line = Line::new().add(Tone::Strong, *ip).plain("  ").plain(phrases::place(address));
            line.push(Tone::Plain, format!(", {}", count(*events, "act", "acts")));
            if let (Some(from), Some(to)) = (first.get(ip), last.get(ip)) {
                line.push(Tone::Plain, format!(" {}", self.clock.minutes(from, to)));
            }
            if incident.accounts.len() > 1 {
                line.push(Tone::Plain, format!(": {}", accounts.join(", ")));
            }
            page.wrap("  from ", "       ", &line);
        }
        if order.len() > shown {
            let more = count((order.len() - shown) as u64, "more address", "more addresses");
            page.wrap("  ", "  ", &Line::new().add(Tone::Dim, format!("… {more}: -v shows them")));
        }
    }
}

/// The accounts of an incident with the drawing before each.
fn tree(incident: &Incident) -> Vec<Node<'_>> {
    let steps = forest(incident);
    let mut youngest: BTreeMap<usize, usize> = BTreeMap::new();
    youngest.extend(steps.iter().enumerate().filter_map(|(at, step)| Some((step.parent?, at))));
    // What stands before everything below each account.
    let mut below: Vec<String> = Vec::new();
    let mut nodes = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let above = step.parent.map(|parent| (below.get(parent).map_or("", String::as_str), youngest.get(&parent) == Some(&at)));
        let (branch, inner) = match above {
            None => ("  ".to_owned(), "  ".to_owned()),
            Some((before, is_last)) => {
                let (corner, line) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                // A very long chain keeps its indentation, or no room would be left for its words.
                let inner = if before.width() < DEEPEST { format!("{before}{line}") } else { before.to_owned() };
                (format!("{before}{corner}"), inner)
            }
        };
        let trunk = format!("{inner}{}", if youngest.contains_key(&at) { "│  " } else { "   " });
        nodes.push(Node { account: step.account, branch, trunk, edge: step.edge });
        below.push(inner);
    }
    nodes
}
