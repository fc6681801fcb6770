//! Incidents: who was taken, in which order, through whom, how sure, for which reasons, from where.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::{count, duration, percent, seconds_between};
use crate::enrich::country_name;
use crate::report::model::{Account, Edge, EdgePath, Incident, IntruderAddress, Verdict};
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
        let since_text = since.map_or_else(|| "time unknown".to_owned(), |since| format!("since {}", self.clock.moment(since)));
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
        if let Some(account) = account.filter(|_| detailed) {
            self.reasons(page, &rest, account);
        }
    }

    /// Verdict with its strongest reasons, and on request the whole narrative.
    fn reasons(&self, page: &mut Page<'_>, rest: &str, account: &Account) {
        let tone = if account.verdict == Verdict::Compromised { Tone::Plain } else { Tone::Warn };
        let mut line = Line::new().add(tone, format!("{} ({})", account.verdict.name(), percent(account.probability)));
        let reasons = self.strongest(account);
        if !reasons.is_empty() {
            line.push(Tone::Dim, format!(": {reasons}"));
        }
        page.wrap(rest, rest, &line);
        if let Some(narrative) = account.narrative.as_ref().filter(|_| self.look.verbose) {
            page.wrap(rest, rest, &Line::new().plain(narrative));
        }
    }

    /// The reasons that weigh most, in words: three, or all on request. Equal words are said once; what the
    /// account shows itself comes before what it shares with others, which its place in the incident says.
    pub(super) fn strongest(&self, account: &Account) -> String {
        let mut terms: Vec<_> = account.terms.iter().filter(|term| term.db > 0.0 && !term.why.is_empty()).collect();
        let rank = |family: &str| ["company", "chain"].iter().position(|later| *later == family).map_or(0, |at| at + 1);
        terms.sort_by(|a, b| rank(&a.family).cmp(&rank(&b.family)).then(b.db.total_cmp(&a.db)));
        let mut said: Vec<&str> = Vec::new();
        for term in terms {
            if !said.contains(&term.why.as_str()) {
                said.push(&term.why);
            }
        }
        said.truncate(if self.look.verbose { usize::MAX } else { 3 });
        said.join("; ")
    }

    /// How it came to this account, in words.
    fn how(&self, node: &Node<'_>, incident: Option<&Incident>, since: &str) -> String {
        if let Some(edge) = node.edge {
            return self.edge_words(edge, since);
        }
        let Some(incident) = incident else { return String::new() };
        if let Some(zero) = incident.patient_zero.as_ref().filter(|zero| zero.account == node.account) {
            let mut words =
                if incident.accounts.len() > 1 { format!("patient zero ({}), ", percent(zero.confidence)) } else { String::new() };
            words.push_str(zero.why.as_deref().filter(|why| !why.is_empty()).unwrap_or(vector_words(&zero.vector)));
            return words;
        }
        match incident.links.iter().find(|link| link.accounts.iter().any(|account| account == node.account)) {
            Some(link) => {
                let others: Vec<&str> =
                    link.accounts.iter().filter(|account| *account != node.account).map(|account| self.names.of(account)).collect();
                format!("same intruder as {} ({}), by which way is not shown: {}", others.join(", "), percent(link.confidence), link.why)
            }
            None => "how the intruder got in is not shown".to_owned(),
        }
    }

    fn edge_words(&self, edge: &Edge, since: &str) -> String {
        let of = self.names.possessive(&edge.from);
        let from = self.names.of(&edge.from);
        let act = match edge.path {
            EdgePath::InternalPhishing => format!("by {of} mail"),
            EdgePath::SharedFile => format!("by a file shared from {from}"),
            EdgePath::TeamsMessage => format!("by {of} Teams message"),
            EdgePath::DelegateAccess => format!("through {of} rights on the mailbox"),
            EdgePath::SharedCredential => format!("through {from}, whose intruder reset or knew the password"),
            EdgePath::UnknownPath => format!("from {from}, two ways fit equally"),
        };
        let when = edge.time.as_ref().map_or_else(String::new, |time| {
            let lead = seconds_between(time, since).filter(|seconds| *seconds >= 0);
            let before = lead.map_or_else(String::new, |seconds| format!(", {} before", duration(seconds)));
            let joint = if matches!(edge.path, EdgePath::InternalPhishing | EdgePath::TeamsMessage) { "of" } else { "at" };
            format!(" {joint} {}{before}", self.clock.minute_beside(time, since))
        });
        let why = reasons_beside(edge);
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        format!("{act}{when} ({}){why}", percent(edge.confidence))
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
            let mut line = Line::new().add(Tone::Strong, *ip).plain("  ").plain(place(address));
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

/// `Nigeria, AS29465 MTN (mobile)`.
pub(super) fn place(address: &IntruderAddress) -> String {
    let mut parts: Vec<String> = Vec::new();
    let named = |code: &String| <[u8; 2]>::try_from(code.as_bytes()).ok().and_then(country_name).unwrap_or(code).to_owned();
    parts.extend(address.country.as_ref().map(named));
    let network = [address.asn.map(|asn| format!("AS{asn}")), address.as_org.clone()];
    let network: Vec<String> = network.into_iter().flatten().collect();
    if !network.is_empty() {
        parts.push(network.join(" "));
    }
    let mut words = if parts.is_empty() { "place unknown".to_owned() } else { parts.join(", ") };
    if let Some(class) = address.network.as_ref().filter(|class| *class != "unknown") {
        words.push_str(&format!(" ({class})"));
    }
    words
}

/// The reasons of an edge without "mail of X, 27 min before", which the line before them says already.
fn reasons_beside(edge: &Edge) -> &str {
    let told = edge
        .why
        .strip_prefix("mail of ")
        .and_then(|rest| rest.strip_prefix(edge.from.as_str()))
        .and_then(|rest| rest.split_once(" before"));
    told.map_or(edge.why.as_str(), |(_, rest)| rest.trim_start_matches([',', ' ']))
}

fn vector_words(vector: &str) -> &str {
    match vector {
        "unknown" => "how the intruder got in is not in these exports",
        "external-phish" => "after a phishing mail from outside",
        "password-spray" => "after passwords were tried on many accounts",
        "mfa-fatigue" => "after MFA prompts until one was accepted",
        "session-replay" => "with a stolen session",
        "consent" => "by a consent to an app",
        other => other,
    }
}

/// The accounts of an incident as a forest, parents before their children, children by time of the
/// incident's order.
fn tree(incident: &Incident) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    let mut seen = BTreeSet::new();
    let has_parent: BTreeSet<&str> = incident.edges.iter().map(|edge| edge.to.as_str()).collect();
    let zero = incident.patient_zero.as_ref().map(|zero| zero.account.as_str());
    let roots = incident.accounts.iter().map(String::as_str).filter(|account| !has_parent.contains(account));
    for root in zero.into_iter().chain(roots) {
        grow(incident, root, None, ("  ", "  "), &mut seen, &mut nodes);
    }
    // Whatever no root leads to is still an account of the incident.
    for account in &incident.accounts {
        grow(incident, account, None, ("  ", "  "), &mut seen, &mut nodes);
    }
    nodes
}

fn grow<'r>(
    incident: &'r Incident,
    account: &'r str,
    edge: Option<&'r Edge>,
    (branch, below): (&str, &str),
    seen: &mut BTreeSet<&'r str>,
    nodes: &mut Vec<Node<'r>>,
) {
    if !seen.insert(account) {
        return;
    }
    let children: Vec<&Edge> = incident
        .accounts
        .iter()
        .flat_map(|to| incident.edges.iter().filter(move |edge| edge.from == account && edge.to == *to))
        .filter(|edge| !seen.contains(edge.to.as_str()))
        .collect();
    let trunk = if children.is_empty() { format!("{below}   ") } else { format!("{below}│  ") };
    nodes.push(Node { account, branch: branch.to_owned(), trunk, edge });
    let last = children.len().saturating_sub(1);
    for (at, edge) in children.into_iter().enumerate() {
        let (corner, line) = if at == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        // A very long chain keeps its indentation, or no room would be left for its words.
        let inner = if below.width() < DEEPEST { format!("{below}{line}") } else { below.to_owned() };
        grow(incident, &edge.to, Some(edge), (&format!("{below}{corner}"), &inner), seen, nodes);
    }
}
