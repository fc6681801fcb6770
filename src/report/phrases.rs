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

    /// Odd acts that came before, of which it is open whose they were.
    pub(super) fn earlier(&self, account: &Account) -> Option<String> {
        let one = account.earlier.as_ref()?;
        Some(format!("odd acts already from {} on, whose they are is open: {}", self.clock.minute(&one.time), one.summary))
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

/// How many accounts stand how. It is good news only where all was read and all is shown.
pub(super) fn headline(report: &Report) -> Vec<(Tone, String)> {
    let number = |verdict| report.count(verdict) as u64;
    let (compromised, suspicious) = (number(Verdict::Compromised), number(Verdict::Suspicious));
    let targets = targets(report);
    let mut line: Vec<(Tone, String)> = Vec::new();
    if compromised + suspicious == 0 {
        let (worse, rest): (Vec<_>, Vec<_>) = targets.into_iter().partition(|(tone, _)| *tone == Tone::Warn);
        let whole = worse.is_empty() && report.narrowed.is_none() && flawed(report) == 0;
        let nobody = if worse.is_empty() { nobody_taken(report) } else { lower_first(&nobody_taken(report)) };
        line.extend(worse.into_iter().flat_map(|(tone, words)| [(tone, words), (Tone::Plain, "; ".to_owned())]));
        line.push((if whole { Tone::Good } else { Tone::Plain }, nobody));
        line.push((Tone::Plain, ", as far as these exports show".to_owned()));
        line.extend(rest.into_iter().map(|(tone, words)| (tone, format!("; {words}"))));
        line.push((Tone::Plain, format!("{}.", looked_at(report))));
        line.extend(flaw(report).map(|words| (Tone::Warn, words)));
    } else {
        let parts = [
            (compromised, Tone::Bad, format!("{} compromised", count(compromised, "account", "accounts"))),
            (suspicious, Tone::Warn, format!("{} suspicious", thousands(suspicious))),
        ];
        let parts = parts.into_iter().filter(|(number, ..)| *number > 0).map(|(_, tone, text)| (tone, text));
        for (at, (tone, text)) in parts.chain(targets).enumerate() {
            line.push((Tone::Plain, if at > 0 { ", " } else { "" }.to_owned()));
            line.push((tone, text));
        }
        line.push((Tone::Plain, format!(", of {}.", asked_for(report))));
    }
    line.extend(not_shown(report).map(|words| (Tone::Warn, format!(" {words}"))));
    line
}

/// Why nothing found is not all good: files of which a part is missing.
fn flaw(report: &Report) -> Option<String> {
    let flawed = flawed(report);
    let files = count(report.inputs.len() as u64 + refused_damaged(report), "file", "files");
    let is = if flawed == 1 { "is" } else { "are" };
    (flawed > 0).then(|| format!(" But {} of {files} {is} damaged or cut off: what is missing was not looked at.", thousands(flawed)))
}

/// `No account looks compromised or suspicious`, or that of those that were asked for.
fn nobody_taken(report: &Report) -> String {
    match asked(report) {
        0 => "No account looks compromised or suspicious".to_owned(),
        1 => "The account asked for does not look compromised or suspicious".to_owned(),
        n => format!("None of the {} accounts asked for looks compromised or suspicious", thousands(n)),
    }
}

/// `; 412 accounts looked at`; nothing of a choice of accounts, which the sentence names already.
fn looked_at(report: &Report) -> String {
    match (asked(report), report.accounts_total) {
        (0, 0) => "; no account is named in them".to_owned(),
        (0, total) => format!("; {} looked at", count(total, "account", "accounts")),
        _ => String::new(),
    }
}

/// `412 looked at`, `2 asked for`.
fn asked_for(report: &Report) -> String {
    match asked(report) {
        0 => format!("{} looked at", thousands(report.accounts_total)),
        n => format!("{} asked for", thousands(n)),
    }
}

/// How many accounts were asked for; 0 where all are shown.
fn asked(report: &Report) -> u64 {
    report.narrowed.as_ref().map_or(0, |narrowed| narrowed.accounts.len() as u64)
}

/// What a narrowed view keeps back that nobody should overlook.
fn not_shown(report: &Report) -> Option<String> {
    let hidden = report.narrowed.as_ref().map_or(0, |narrowed| narrowed.hidden);
    let accounts = count(hidden, "other account is", "other accounts are");
    (hidden > 0).then(|| format!("{accounts} compromised or suspicious and not shown: leave out --account."))
}

/// What a report is narrowed to: `Shown: only debra; from 26 Sep 2023 02:00:00 UTC. Verdicts rest on all of the evidence.`
pub(super) fn narrowed(report: &Report, phrases: Phrases<'_>) -> Option<Vec<(Tone, String)>> {
    let narrowed = report.narrowed.as_ref()?;
    let names: Vec<&str> = narrowed.accounts.iter().take(NAMED).map(String::as_str).collect();
    let mut words: Vec<String> = Vec::new();
    if !names.is_empty() {
        let more = narrowed.accounts.len() - names.len();
        words.push(format!("{}{}", names.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() }));
    }
    let time = |word: &str, time: &Option<String>| time.as_ref().map(|time| format!("{word} {}", phrases.clock.full(time)));
    let span: Vec<String> = time("from", &narrowed.from).into_iter().chain(time("to", &narrowed.to)).collect();
    if !span.is_empty() {
        words.push(format!("{} {}", span.join(" "), phrases.clock.zone()));
    }
    let mut line = vec![(Tone::Warn, format!("Shown: only {}.", words.join("; ")))];
    if narrowed.outside {
        line.push((Tone::Bad, " No record of these exports lies in that time.".to_owned()));
    }
    line.push((Tone::Plain, " Verdicts rest on all of the evidence.".to_owned()));
    Some(line)
}

/// Names that a sentence lists.
const NAMED: usize = 3;

/// How targeted accounts stand: `1 password seems to be known to somebody else`, `9 attacked (no success shown)`,
/// `3 mailed by the intruder`.
fn targets(report: &Report) -> Vec<(Tone, String)> {
    let known = targeted_by(report, |ids| ids.contains(&"password-known"));
    let mailed = targeted_by(report, |ids| !ids.is_empty() && ids.iter().all(|id| *id == "targeted-by-incident"));
    let attacked = (report.count(Verdict::Targeted) as u64).saturating_sub(known + mailed);
    let passwords = count(known, "password seems to be known to somebody else", "passwords seem to be known to somebody else");
    let parts = [
        (known, Tone::Warn, passwords),
        (attacked, Tone::Plain, format!("{} attacked (no success shown)", thousands(attacked))),
        (mailed, Tone::Plain, format!("{} mailed by the intruder", thousands(mailed))),
    ];
    parts.into_iter().filter(|(number, ..)| *number > 0).map(|(_, tone, words)| (tone, words)).collect()
}

/// Targeted accounts by the detections of the attacks on them.
fn targeted_by(report: &Report, test: impl Fn(&[&str]) -> bool) -> u64 {
    let attacks = attacks(report);
    let ids = |account: &Account| -> Vec<&str> {
        account.findings.iter().filter_map(|id| attacks.get(id.as_str())).map(|finding| &*finding.detection).collect()
    };
    report.accounts.iter().filter(|one| one.verdict == Verdict::Targeted && test(&ids(one))).count() as u64
}

fn lower_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}

/// Files of which a part is missing or could not be read.
fn flawed(report: &Report) -> u64 {
    report.inputs.iter().filter(|input| input.damaged).count() as u64 + refused_damaged(report)
}

fn refused_damaged(report: &Report) -> u64 {
    report.refused.iter().filter(|refused| refused.damaged).count() as u64
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
        line.push((Tone::Warn, format!(", {} of them unreadable", thousands(unreadable))));
    }
    let flawed = flawed(report);
    if flawed > 0 {
        line.push((Tone::Warn, format!(", {} damaged or cut off", count(flawed, "file", "files"))));
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
    if !address.place.is_empty() {
        return address.place.clone();
    }
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
    reasons(account, most).join("; ")
}

/// The same, one by one.
pub(super) fn reasons(account: &Account, most: usize) -> Vec<&str> {
    let mut terms: Vec<_> = account.terms.iter().filter(|term| term.db > 0.0 && !term.why.is_empty()).collect();
    let rank = |family: &str| ["company", "chain", "other-lanes"].iter().position(|later| *later == family).map_or(0, |at| at + 1);
    terms.sort_by(|a, b| rank(&a.family).cmp(&rank(&b.family)).then(b.db.total_cmp(&a.db)));
    let mut said: Vec<&str> = Vec::new();
    for term in terms {
        if !said.contains(&term.why.as_str()) {
            said.push(&term.why);
        }
    }
    said.truncate(most);
    said
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

/// The reasons of an edge without "mail of X, 27 min before" or "Teams message of X, 22 h before", which the sentence says already.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Narrowed;
    use crate::report::samples;

    fn words(line: Vec<(Tone, String)>) -> String {
        line.into_iter().map(|(_, words)| words).collect()
    }

    fn is_good(report: &Report) -> bool {
        headline(report).iter().any(|(tone, _)| *tone == Tone::Good)
    }

    /// The cascade with nothing but its targeted account, on which these detections fired.
    fn targeted(detections: &[&str]) -> Report {
        let mut report = samples::cascade();
        let model = report.findings[0].clone();
        report.accounts.retain(|account| account.verdict == Verdict::Targeted);
        report.findings = detections
            .iter()
            .zip(1..)
            .map(|(id, n)| Finding { id: format!("t{n}"), detection: (*id).to_owned().into(), ..model.clone() })
            .collect();
        report.accounts[0].findings = report.findings.iter().map(|finding| finding.id.clone()).collect();
        report
    }

    #[test]
    fn a_known_password_comes_first_and_mail_alone_is_no_attack() {
        let known = words(headline(&targeted(&["password-known", "targeted-by-incident"])));
        assert!(known.starts_with("1 password seems to be known to somebody else; no account looks compromised"), "{known}");
        assert!(!known.contains("attacked") && !is_good(&targeted(&["password-known"])), "{known}");
        let mailed = words(headline(&targeted(&["targeted-by-incident"])));
        assert!(mailed.contains("; 1 mailed by the intruder;") && !mailed.contains("attacked"), "{mailed}");
        let sprayed = words(headline(&targeted(&["password-spray", "targeted-by-incident"])));
        assert!(sprayed.contains("; 1 attacked (no success shown);"), "{sprayed}");
    }

    #[test]
    fn damaged_evidence_gives_no_all_clear() {
        let mut report = samples::clean();
        assert!(is_good(&report) && !words(ledger(&report)).contains("damaged"));
        report.inputs[0].damaged = true;
        assert!(!is_good(&report));
        assert!(
            words(headline(&report)).contains("is damaged or cut off: what is missing was not looked at"),
            "{}",
            words(headline(&report))
        );
        assert!(words(ledger(&report)).ends_with(", 1 file damaged or cut off"), "{}", words(ledger(&report)));
    }

    #[test]
    fn a_narrowed_report_speaks_of_those_asked_for_and_of_those_left_out() {
        let mut report = samples::clean();
        report.narrowed = Some(Narrowed { accounts: vec!["a@x.example".to_owned()], ..Narrowed::default() });
        assert_eq!(
            words(headline(&report)),
            "The account asked for does not look compromised or suspicious, as far as these exports show."
        );
        report.narrowed = Some(Narrowed { accounts: vec!["a@x.example".to_owned(); 2], hidden: 1, ..Narrowed::default() });
        let text = words(headline(&report));
        assert!(text.starts_with("None of the 2 accounts asked for looks"), "{text}");
        assert!(text.ends_with(" 1 other account is compromised or suspicious and not shown: leave out --account."), "{text}");
        assert!(!is_good(&report));
    }

    #[test]
    fn what_a_view_is_narrowed_to_is_said() {
        let mut report = samples::cascade();
        let (clock, names) = (Clock::new(&report, chrono_tz::Tz::UTC), ShortNames::new(&report));
        let phrases = Phrases { clock: &clock, names: &names };
        assert_eq!(narrowed(&report, phrases), None);
        let from = Some("2022-02-09T00:00:00Z".to_owned());
        report.narrowed = Some(Narrowed { from, accounts: vec!["a@x.example".to_owned()], outside: true, ..Narrowed::default() });
        let text = narrowed(&report, phrases).map(words).unwrap_or_default();
        assert!(text.starts_with("Shown: only a@x.example; from 09 Feb 2022 00:00:00 UTC."), "{text}");
        assert!(text.contains("No record of these exports lies in that time."), "{text}");
    }

    #[test]
    fn what_the_sentence_says_already_is_not_said_again_as_a_reason() {
        let mut edge = samples::cascade().incidents[0].edges[0].clone();
        for what in ["mail of", "Teams message of"] {
            edge.why = format!("{what} {}, 22 h before, same inbox rule", edge.from);
            assert_eq!(reasons_beside(&edge), "same inbox rule");
        }
    }
}
