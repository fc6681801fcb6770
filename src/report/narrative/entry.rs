//! How an account was entered: attempts before, the first act, by which way, and later sign-ins.

use super::draft::{Draft, capital, who};
use super::edge_to;
use super::scene::{Scene, end_of, once, places, succeeded};
use crate::report::model::{Account, Edge, EdgePath, Incident, IntruderAddress, TimelineRow};
use crate::report::phrases::reasons_beside;
use crate::report::screen::{count, duration, percent, read, seconds_between};

/// Addresses that a sentence names.
const ADDRESSES: usize = 3;

/// Failed attempts, the first act, and the way in as far as it is shown.
pub(super) fn entry(scene: &Scene<'_>, account: &Account, incident: Option<&Incident>) -> Vec<Draft> {
    let Some(since) = account.compromised_at.as_deref() else {
        let words = "The intruder's acts in this account have no usable time in these exports";
        return vec![Draft::new(10, words)];
    };
    let mut drafts: Vec<Draft> = attempts(scene, account, since).into_iter().collect();
    let first = first_act(scene, account, since);
    match incident.and_then(|incident| way(scene, account, incident, since)) {
        // A way that other records show is told, and counted, on its own.
        Some(way) if way.is_shown() => drafts.extend([first, way]),
        Some(way) => drafts.push(first.joined(way)),
        None => drafts.push(first),
    }
    drafts
}

/// Sign-ins of the intruder that failed before one succeeded.
fn attempts(scene: &Scene<'_>, account: &Account, since: &str) -> Option<Draft> {
    let before = |row: &&TimelineRow| row.action == "sign-in" && row.outcome == "failure" && read(&row.time) < read(since);
    let rows: Vec<&TimelineRow> = scene.rows(&account.account).filter(before).collect();
    scene.acts(5, &rows, |n| format!("failed to sign in {}", count(n, "time", "times")))
}

fn first_act(scene: &Scene<'_>, account: &Account, since: &str) -> Draft {
    let first = scene.rows(&account.account).find(|row| succeeded(row) && read(&row.time) >= read(since));
    let Some(row) = first else {
        return Draft::new(10, "The first act of the intruder was at ").at(&scene.clock, since);
    };
    let (who, from) = (who(&[row]), Scene::from(account, row));
    if row.action != "sign-in" {
        let draft = Draft::new(10, &format!("The first act of {who} that is known to have succeeded was at ")).at(&scene.clock, &row.time);
        let words = format!(": {}{from}; no sign-in of the intruder's before it is recorded", row.summary);
        return draft.say(&words).on_rows(scene, &[row]);
    }
    let new = scene.findings_on(row).find_map(|finding| novelty(&finding.detection, &finding.summary));
    let new = new.map_or_else(String::new, |words| format!(", {words}"));
    let draft = Draft::new(10, "At ").at(&scene.clock, &row.time);
    draft.say(&format!(" {who} {}{from}{new}", once(row))).on_rows(scene, &[row])
}

/// `a country new to the whole tenant`, of what an unfamiliar sign-in says last.
fn novelty<'r>(detection: &str, summary: &'r str) -> Option<&'r str> {
    let words = (detection == "unfamiliar-sign-in").then(|| summary.rsplit_once(": "))??.1;
    (words.starts_with('a') && words.contains("new to")).then_some(words)
}

/// By which way the intruder came, or that this is not shown.
fn way(scene: &Scene<'_>, account: &Account, incident: &Incident, since: &str) -> Option<Draft> {
    if let Some(edge) = edge_to(incident, &account.account) {
        return Some(by_edge(scene, edge, since));
    }
    if let Some(zero) = incident.patient_zero.as_ref().filter(|zero| zero.account == account.account) {
        let why = zero.why.as_deref().filter(|why| !why.is_empty()).unwrap_or("how the intruder got in is not in these exports");
        let draft = Draft::new(9, &capital(why));
        return Some(match scene.findings(&account.findings).find(|finding| finding.detection == zero.vector) {
            Some(finding) => draft.and("Recorded: ").say(&finding.summary).on_finding(finding),
            None => draft,
        });
    }
    let link = incident.links.iter().find(|link| link.accounts.contains(&account.account))?;
    let others: Vec<&str> = link.accounts.iter().map(String::as_str).filter(|one| *one != account.account).collect();
    let words = format!(
        "It is consistent with the intruder of {} ({}: {}), but by which way the account was reached is not in these exports",
        super::named(scene, &others, 3),
        percent(link.confidence),
        link.why
    );
    Some(Draft::new(9, &words))
}

fn by_edge(scene: &Scene<'_>, edge: &Edge, since: &str) -> Draft {
    let mut draft = Draft::new(9, &format!("The way in was most likely ({}) {}", percent(edge.confidence), laid(scene, edge)));
    if let Some(time) = &edge.time {
        draft = draft.say(" at ").at(&scene.clock, time);
        if let Some(lead) = seconds_between(time, since).filter(|seconds| *seconds > 0) {
            draft = draft.say(&format!(", {} before", duration(lead)));
        }
    }
    let why = reasons_beside(edge);
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    draft.say(&why).on(&edge.path_evidence, 0).on(&edge.same_actor_evidence, 0)
}

/// What laid the way: `a mail from a.adams`.
pub(super) fn laid(scene: &Scene<'_>, edge: &Edge) -> String {
    let from = scene.names.of(&edge.from);
    match edge.path {
        EdgePath::InternalPhishing => format!("a mail from {from}"),
        EdgePath::SharedFile => format!("a file shared from {from}"),
        EdgePath::TeamsMessage => format!("a Teams message from {from}"),
        EdgePath::DelegateAccess => format!("the rights of {from} on the mailbox"),
        EdgePath::SharedCredential => format!("{from}, whose intruder reset or knew the password"),
        EdgePath::UnknownPath => format!("through {from}, where two ways fit equally"),
    }
}

/// Sign-ins after the first, and from which other addresses.
pub(super) fn again(scene: &Scene<'_>, account: &Account) -> Option<Draft> {
    let rows = scene.done(account, "sign-in");
    let (first, later) = rows.split_first()?;
    let (begin, end) = (later.first()?, end_of(later)?);
    let number = later.iter().map(|row| row.count).sum();
    let others: Vec<&IntruderAddress> = account
        .intruder_addresses
        .iter()
        .filter(|address| first.ip.as_ref() != Some(&address.ip) && later.iter().any(|row| row.ip.as_ref() == Some(&address.ip)))
        .collect();
    let more = match others.len() {
        0 => String::new(),
        n => format!(", now also from {}", if n == 1 { places(&others, 1) } else { places(&others, ADDRESSES) }),
    };
    let draft = Draft::new(if others.is_empty() { 3 } else { 6 }, "").span(&scene.clock, &begin.time, end);
    let words = format!("{} signed in again ({}){more}", who(later), count(number, "record", "records"));
    Some(draft.say(&words).on_rows(scene, later))
}
