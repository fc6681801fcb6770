//! Sentences that every view says in the same words: what was found, how an account was reached, from where, why.

use super::model::{Account, Edge, EdgePath, Finding, Incident, Input, IntruderAddress, Remaining, Report, Verdict};
use super::screen::{Clock, ShortNames, Tone, count, duration, percent, seconds_between, thousands};
use crate::detections::{Detection, by_id};
use crate::enrich::country_name;
use crate::remaining::Kind;
use std::collections::BTreeMap;

/// What the sentences are made with.
#[derive(Clone, Copy)]
pub(super) struct Phrases<'r> {
    /// Times in the zone of the view.
    pub(super) clock: &'r Clock,
    /// Short names of accounts.
    pub(super) names: &'r ShortNames,
}

impl Phrases<'_> {
    /// How it came to an account of an incident: through another one, or as the first.
    pub(super) fn how(&self, account: &str, edge: Option<&Edge>, incident: &Incident, since: &str) -> String {
        if let Some(edge) = edge {
            return self.edge(edge, since);
        }
        if let Some(zero) = incident.patient_zero.as_ref().filter(|zero| zero.account == account) {
            let mut words =
                if incident.accounts.len() > 1 { format!("patient zero ({}), ", percent(zero.confidence)) } else { String::new() };
            words.push_str(zero.why.as_deref().filter(|why| !why.is_empty()).unwrap_or(vector_words(&zero.vector)));
            return words;
        }
        match incident.links.iter().find(|link| link.accounts.iter().any(|one| one == account)) {
            Some(link) => {
                let others: Vec<&str> = link.accounts.iter().filter(|one| *one != account).map(|one| self.names.of(one)).collect();
                format!("same intruder as {} ({}), by which way is not shown: {}", others.join(", "), percent(link.confidence), link.why)
            }
            None => NOT_SHOWN.to_owned(),
        }
    }

    fn edge(&self, edge: &Edge, since: &str) -> String {
        let act = self.path(edge);
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

    /// `by a.adams' mail`.
    pub(super) fn path(&self, edge: &Edge) -> String {
        let of = self.names.possessive(&edge.from);
        let from = self.names.of(&edge.from);
        match edge.path {
            EdgePath::InternalPhishing => format!("by {of} mail"),
            EdgePath::SharedFile => format!("by a file shared from {from}"),
            EdgePath::TeamsMessage => format!("by {of} Teams message"),
            EdgePath::DelegateAccess => format!("through {of} rights on the mailbox"),
            EdgePath::SharedCredential => format!("through {from}, whose intruder reset or knew the password"),
            EdgePath::UnknownPath => format!("from {from}, two ways fit equally"),
        }
    }
}

/// How many accounts stand how.
pub(super) fn headline(report: &Report) -> Vec<(Tone, String)> {
    let number = |verdict| report.count(verdict) as u64;
    let (compromised, suspicious, targeted) = (number(Verdict::Compromised), number(Verdict::Suspicious), number(Verdict::Targeted));
    let total = report.accounts_total;
    let mut line: Vec<(Tone, String)> = Vec::new();
    if compromised + suspicious == 0 {
        line.push((Tone::Good, "No account looks compromised or suspicious".to_owned()));
        line.push((Tone::Plain, ", as far as these exports show".to_owned()));
        if targeted > 0 {
            line.push((Tone::Plain, format!("; {} attacked without success", count(targeted, "was", "were"))));
        }
        let looked_at = match total {
            0 => "; no account is named in them.".to_owned(),
            total => format!("; {} looked at.", count(total, "account", "accounts")),
        };
        line.push((Tone::Plain, looked_at));
        return line;
    }
    let parts = [
        (compromised, Tone::Bad, format!("{} compromised", count(compromised, "account", "accounts"))),
        (suspicious, Tone::Warn, format!("{} suspicious", thousands(suspicious))),
        (targeted, Tone::Plain, format!("{} attacked without success", thousands(targeted))),
    ];
    for (_, tone, text) in parts.into_iter().filter(|(number, ..)| *number > 0) {
        if !line.is_empty() {
            line.push((Tone::Plain, ", ".to_owned()));
        }
        line.push((tone, text));
    }
    line.push((Tone::Plain, format!(", of {} looked at.", thousands(total))));
    line
}

/// How much was read, and whether all of it is accounted for.
pub(super) fn ledger(report: &Report) -> Vec<(Tone, String)> {
    let inputs = &report.inputs;
    let records = inputs.iter().map(|input| input.records).sum::<u64>();
    let accounted = inputs.iter().map(Input::accounted).sum::<u64>();
    let unreadable = inputs.iter().map(Input::rejected_total).sum::<u64>();
    let read = format!("{}, {}, ", count(inputs.len() as u64, "file", "files"), count(records, "record", "records"));
    let mut line = vec![(Tone::Plain, read)];
    line.push(if accounted == records {
        (Tone::Plain, "all accounted for".to_owned())
    } else {
        (Tone::Bad, format!("{} NOT accounted for", thousands(records.abs_diff(accounted))))
    });
    if unreadable > 0 {
        line.push((Tone::Warn, format!(", {} unreadable", thousands(unreadable))));
    }
    line
}

/// First and last day of the evidence with the zone: `24 Jan – 11 Feb 2022 UTC`.
pub(super) fn span(report: &Report, clock: &Clock) -> Option<String> {
    let first = report.inputs.iter().filter_map(|input| input.first_event_at.as_deref()).min()?;
    let last = report.inputs.iter().filter_map(|input| input.last_event_at.as_deref()).max()?;
    Some(format!("{} {}", clock.dates(first, last), clock.zone()))
}

/// Which logs reach from when to when: `audit, sign-ins 24 Jan – 11 Feb 2022`.
pub(super) fn covered(report: &Report, clock: &Clock) -> Vec<String> {
    let mut by_span: Vec<(String, Vec<String>)> = Vec::new();
    for (name, span) in &report.coverage.families {
        let dates = clock.dates(&span.from, &span.to);
        match by_span.iter_mut().find(|(known, _)| *known == dates) {
            Some((_, families)) => families.push(family(name)),
            None => by_span.push((dates, vec![family(name)])),
        }
    }
    by_span.into_iter().map(|(dates, families)| format!("{} {dates}", families.join(", "))).collect()
}

/// What is said of a compromised account that no other led to.
const NOT_SHOWN: &str = "how the intruder got in is not shown";

/// `Nigeria, AS29465 MTN (mobile)`.
pub(super) fn place(address: &IntruderAddress) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(address.country.as_deref().map(|code| country(code).to_owned()));
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

/// The name of a country, or its two letters where it has none.
pub(super) fn country(code: &str) -> &str {
    <[u8; 2]>::try_from(code.as_bytes()).ok().and_then(country_name).unwrap_or(code)
}

/// The reasons that weigh most, in words, at most so many. Equal words are said once; what the account shows
/// itself comes before what it shares with others, which its place in the incident says.
pub(super) fn strongest(account: &Account, most: usize) -> String {
    let mut terms: Vec<_> = account.terms.iter().filter(|term| term.db > 0.0 && !term.why.is_empty()).collect();
    let rank = |family: &str| ["company", "chain"].iter().position(|later| *later == family).map_or(0, |at| at + 1);
    terms.sort_by(|a, b| rank(&a.family).cmp(&rank(&b.family)).then(b.db.total_cmp(&a.db)));
    let mut said: Vec<&str> = Vec::new();
    for term in terms {
        if !said.contains(&term.why.as_str()) {
            said.push(&term.why);
        }
    }
    said.truncate(most);
    said.join("; ")
}

/// The findings that are attacks, by their id.
pub(super) fn attacks(report: &Report) -> BTreeMap<&str, &Finding> {
    let is_attack = |finding: &&Finding| by_id(&finding.detection).is_some_and(Detection::is_attack);
    report.findings.iter().filter(is_attack).map(|finding| (finding.id.as_str(), finding)).collect()
}

/// What was tried on a targeted account: the words of at most so many of its findings that are attacks, else
/// of its terms.
pub(super) fn tried(account: &Account, attacks: &BTreeMap<&str, &Finding>, most: usize) -> String {
    let mut said: Vec<&str> = Vec::new();
    for finding in account.findings.iter().filter_map(|id| attacks.get(id.as_str())) {
        if !said.contains(&finding.summary.as_str()) {
            said.push(&finding.summary);
        }
    }
    said.truncate(most);
    if said.is_empty() { strongest(account, most.saturating_add(1)) } else { said.join("; ") }
}

/// A kind of log in words: `message trace`.
pub(super) fn family(family: &str) -> String {
    if family == "sign-in" { "sign-ins".to_owned() } else { family.replace('-', " ") }
}

/// How many of each kind: `2 app grants, 3 inbox rules`.
pub(super) fn kinds_of(items: &[&Remaining]) -> String {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for item in items {
        *kinds.entry(&item.kind).or_default() += 1;
    }
    let words: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| match Kind::from_name(kind) {
            Some(Kind::Session) => format!("sessions of {}", count(*n, "account", "accounts")),
            Some(Kind::Auditing) => "auditing".to_owned(),
            _ => count(*n, &kind_words(kind), &plural(&kind_words(kind))),
        })
        .collect();
    words.join(", ")
}

/// A kind of thing that outlives an intruder, in words: `mail-flow rule`.
pub(super) fn kind_words(kind: &str) -> String {
    match Kind::from_name(kind) {
        Some(Kind::MfaMethod) => "MFA method".to_owned(),
        Some(Kind::TransportRule) => "mail-flow rule".to_owned(),
        Some(Kind::Auditing) => "auditing switched off:".to_owned(),
        Some(Kind::LegacyProtocol) => "legacy protocol".to_owned(),
        Some(Kind::Session) => "sessions".to_owned(),
        _ => kind.replace('-', " "),
    }
}

/// The plural of a kind of setting: `inbox rules`, `policies`.
fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    }
}

/// The reasons of an edge without "mail of X, 27 min before", which the sentence says already.
pub(super) fn reasons_beside(edge: &Edge) -> &str {
    let laid = ["mail of ", "Teams message of "].iter().find_map(|way| edge.why.strip_prefix(way));
    let told = laid.and_then(|rest| rest.strip_prefix(edge.from.as_str())).and_then(|rest| rest.split_once(" before"));
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
