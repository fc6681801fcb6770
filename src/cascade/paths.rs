//! Paths: acts of one account's intruder that reach another account.

use super::Fallen;
use crate::attribution::Attribution;
use crate::detections::{Case, Click, clicks, recipients};
use crate::events::{AccountId, Action, Detail, Event, Flags, Str, Time};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Kind of path of an edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Path {
    /// Mail from the intruder on one account to the other.
    InternalPhishing,
    /// A file or link that the intruder shared and the other opened.
    SharedFile,
    /// A message in Teams.
    TeamsMessage,
    /// Rights on the other's mailbox.
    DelegateAccess,
    /// The other's credential was reset or known.
    SharedCredential,
    /// Two kinds of path fit equally.
    Unknown,
}

impl Path {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Path::InternalPhishing => "internal-phishing",
            Path::SharedFile => "shared-file",
            Path::TeamsMessage => "teams-message",
            Path::DelegateAccess => "delegate-access",
            Path::SharedCredential => "shared-credential",
            Path::Unknown => "unknown-path",
        }
    }
}

/// What one path is worth and rests on.
#[derive(Clone, Debug)]
pub struct PathEvidence {
    /// Kind.
    pub path: Path,
    /// Decibans.
    pub db: f64,
    /// Time of the telling act.
    pub time: Time,
    /// Its events.
    pub events: Vec<u32>,
    /// In words.
    pub why: String,
}

/// Paths between compromised accounts.
#[derive(Default)]
pub struct Paths {
    /// By the account that is reached, then by the one that the path comes from.
    list: BTreeMap<(AccountId, AccountId), Vec<PathEvidence>>,
}

impl Paths {
    /// Paths to an account, with the accounts that they come from.
    pub fn to(&self, to: AccountId) -> impl Iterator<Item = (AccountId, &[PathEvidence])> {
        let all = (to, AccountId::NONE)..=(to, AccountId(u32::MAX));
        self.list.range(all).map(|((_, from), list)| (*from, list.as_slice()))
    }
}

/// Worth of each kind. Source: the scoring text, section 3.
const MAIL_DB: f64 = 6.0;
const IN_BURST_DB: f64 = 4.0;
const LINK_DB: f64 = 2.0;
const READ_DB: f64 = 3.0;
const CLICK_DB: f64 = 10.0;
/// Worth of a click after a mail where the record does not say in which mail the link was.
const SOME_CLICK_DB: f64 = 4.0;
/// Seconds before the fall within which a click led to it.
const CLICK_SECONDS: i64 = 86_400;
const TEAMS_DB: f64 = 8.0;
const FILE_DB: f64 = 10.0;
const DELEGATE_DB: f64 = 25.0;
const RESET_DB: f64 = 25.0;
/// Lost for each 12 hours after the first day, and at most.
const DELAY_DB: f64 = 1.0;
const DELAY_CAP_DB: f64 = 10.0;
/// Like mails within an hour that make a burst: as many as `internal-phish` asks for.
const BURST_MAILS: u64 = 8;
/// Events that an edge lists.
const LISTED: usize = 20;

/// How many copies of mails with a subject each account's intruder sent in each hour.
type Subjects = FxHashMap<(AccountId, Str, i64), u64>;

/// Finds the paths between the fallen, from the intruders' acts: one pass over the events.
pub fn find(case: &Case<'_>, attribution: &Attribution, fallen: &[Fallen<'_>]) -> Paths {
    let by_account: FxHashMap<AccountId, &Fallen<'_>> = fallen.iter().map(|one| (one.account, one)).collect();
    let mut reached: BTreeMap<(AccountId, AccountId, Path), Vec<u32>> = BTreeMap::new();
    let mut subjects = Subjects::default();
    for (index, event) in case.in_order() {
        let by_intruder = attribution.actors.is_intruders(index);
        let account = case.contexts.account_of(index);
        if !by_intruder || !event.time.is_known() || !event.succeeded() || !by_account.contains_key(&account) {
            continue;
        }
        if event.action == Action::MailSent {
            *subjects.entry((account, event.object, event.time.secs() / 3600)).or_default() += u64::from(event.count);
        }
        for path in paths_of(event) {
            let targets =
                if path == Path::InternalPhishing || path == Path::TeamsMessage { recipients(case, index) } else { target(case, event) };
            for to in targets.into_iter().filter(|to| *to != account) {
                // The use of rights may be the fall itself.
                let before = |child: &&Fallen<'_>| event.time < child.at || path == Path::DelegateAccess && event.time == child.at;
                if by_account.get(&to).is_some_and(before) {
                    reached.entry((account, to, path)).or_default().push(index);
                }
            }
        }
    }
    let mut paths = Paths::default();
    let mails: FxHashSet<u64> =
        reached.values().flatten().filter_map(|index| case.event(*index)).map(|event| event.link).filter(|link| *link != 0).collect();
    let seen = Seen::by_children(case, &by_account, &mails);
    for ((from, to, path), events) in reached {
        let Some(child) = by_account.get(&to) else { continue };
        let best = events
            .iter()
            .filter_map(|index| one(case, path, *index, child, &subjects, &seen))
            .max_by(|a, b| a.db.total_cmp(&b.db).then(b.time.cmp(&a.time)));
        if let Some(mut best) = best {
            best.events.extend(events.iter().copied().filter(|index| !best.events.contains(index)).take(LISTED).collect::<Vec<_>>());
            paths.list.entry((to, from)).or_default().push(best);
        }
    }
    shared_files(case, attribution, &by_account, &mut paths);
    paths
}

/// The kinds of path that an act can be: to those it reaches, and to whose mailbox it was done in.
fn paths_of(event: &Event) -> impl Iterator<Item = Path> {
    let sent = match event.action {
        Action::MailSent if !event.flags.has(Flags::NOT_DELIVERED) => Some(Path::InternalPhishing),
        Action::Teams => Some(Path::TeamsMessage),
        Action::Credential => Some(Path::SharedCredential),
        _ => None,
    };
    let in_mailbox = event.flags.has(Flags::DELEGATE) || matches!(event.action, Action::MailboxRule | Action::Forwarding);
    sent.into_iter().chain(in_mailbox.then_some(Path::DelegateAccess))
}

fn target(case: &Case<'_>, event: &Event) -> std::collections::BTreeSet<AccountId> {
    std::iter::once(case.store.accounts().of(event.target)).filter(|account| account.is_some()).collect()
}

/// What the children are seen to have read and clicked before they fell.
#[derive(Default)]
struct Seen {
    /// When the child last read a mail (by its Message-ID).
    read: FxHashMap<(AccountId, u64), Time>,
    /// Links that the child went on to in the last day, in time order.
    clicks: FxHashMap<AccountId, Vec<Click>>,
}

impl Seen {
    /// Of readings only those of `mails` are kept.
    fn by_children(case: &Case<'_>, children: &FxHashMap<AccountId, &Fallen<'_>>, mails: &FxHashSet<u64>) -> Seen {
        let mut seen = Seen::default();
        let child_of = |event: &Event| children.get(&case.store.accounts().of(event.actor)).filter(|child| event.time <= child.at);
        if !mails.is_empty() {
            for (index, event) in case.acts(&[Action::MailRead]) {
                let Some(child) = child_of(event).filter(|child| case.contexts.account_of(index) == child.account) else { continue };
                if let Some(Detail::Items(items)) = case.store.detail(event) {
                    let told = case.store.items(items).iter().map(|item| item.link).filter(|link| mails.contains(link));
                    seen.read.extend(told.map(|link| ((child.account, link), event.time)));
                }
            }
        }
        for click in clicks(case).into_iter().filter(|click| click.through) {
            let child = children.get(&click.account);
            if child.is_some_and(|child| (0..=CLICK_SECONDS).contains(&child.at.since(click.time))) {
                seen.clicks.entry(click.account).or_default().push(click);
            }
        }
        seen
    }

    /// The child's last click on a link of a mail; else the last one after the mail of which nobody knows
    /// in which mail the link was. Whether it is certain, and when.
    fn click(&self, child: AccountId, mail: &Event) -> Option<(bool, Time)> {
        let after = || self.clicks.get(&child).into_iter().flatten().filter(|click| click.time >= mail.time);
        let last = |is: Option<bool>| after().filter(|click| click.is_of(mail) == is).map(|click| click.time).max();
        last(Some(true)).map(|time| (true, time)).or_else(|| last(None).map(|time| (false, time)))
    }
}

/// What one act is worth as a path to the child.
fn one(case: &Case<'_>, path: Path, index: u32, child: &Fallen<'_>, subjects: &Subjects, seen: &Seen) -> Option<PathEvidence> {
    let event = case.event(index)?;
    let parent = case.contexts.account_of(index);
    let after = child.at.since(event.time);
    let mut waited = after;
    let mut why = Vec::new();
    let mut db = match path {
        Path::InternalPhishing => MAIL_DB,
        Path::TeamsMessage => TEAMS_DB,
        Path::DelegateAccess => DELEGATE_DB,
        Path::SharedCredential => RESET_DB,
        Path::SharedFile | Path::Unknown => FILE_DB,
    };
    let has_lure = event.flags.has_any(Flags::HAS_LINK | Flags::HAS_ATTACHMENT);
    if has_lure {
        db += LINK_DB;
    }
    let from = case.name(parent);
    if path == Path::InternalPhishing {
        let hour = event.time.secs() / 3600;
        let alike: u64 = (hour - 1..=hour + 1).filter_map(|hour| subjects.get(&(parent, event.object, hour))).sum();
        if alike >= BURST_MAILS {
            db += IN_BURST_DB;
            // A burst of like mails has one purpose; traces do not show the link in it.
            db += if has_lure { 0.0 } else { LINK_DB };
        }
        why.push(format!("mail of {from}, {} before", ago(after)));
        // What counts is how soon the fall followed the reading; a mail read days ago told nothing.
        if let Some(read) = seen.read.get(&(child.account, event.link)).map(|read| child.at.since(*read)) {
            why.push(format!("opened {} before", ago(read)));
            if read <= 86_400 {
                db += READ_DB;
                waited = read;
            }
        }
        if let Some((certain, clicked)) = seen.click(child.account, event) {
            let waited = ago(child.at.since(clicked));
            db += if certain { CLICK_DB } else { SOME_CLICK_DB };
            let which = if certain { "its link was clicked" } else { "a link was clicked, in this mail or another," };
            why.push(format!("{which} {waited} before"));
        }
    } else {
        why.push(match path {
            Path::TeamsMessage => format!("Teams message of {from}, {} before", ago(after)),
            Path::DelegateAccess => format!("{from} has rights on the mailbox and used them"),
            _ => format!("{from} reset the credential, {} before", ago(after)),
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "hours of a case")]
    let late = ((waited - 86_400).max(0) / 43_200) as f64 * DELAY_DB;
    Some(PathEvidence { path, db: db - late.min(DELAY_CAP_DB), time: event.time, events: vec![index], why: why.join(", ") })
}

/// "27 min", "22 h", "3 days".
fn ago(seconds: i64) -> String {
    match seconds {
        ..5400 => format!("{} min", (seconds + 30) / 60),
        5400..172_800 => format!("{} h", (seconds + 1800) / 3600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// Files that the intruder shared and that a child opened afterwards.
fn shared_files(case: &Case<'_>, attribution: &Attribution, by_account: &FxHashMap<AccountId, &Fallen<'_>>, paths: &mut Paths) {
    // The first time that each account's intruder shared each file.
    let mut shared: FxHashMap<Str, Vec<(AccountId, u32)>> = FxHashMap::default();
    for (index, event) in case.acts(&[Action::FileShared]) {
        if attribution.actors.is_intruders(index) && event.object.is_some() {
            let list = shared.entry(event.object).or_default();
            let from = case.contexts.account_of(index);
            if !list.iter().any(|(known, _)| *known == from) {
                list.push((from, index));
            }
        }
    }
    if shared.is_empty() {
        return;
    }
    for (index, event) in case.acts(&[Action::FileRead]) {
        let reader = case.contexts.account_of(index);
        let Some(child) = by_account.get(&reader).filter(|child| event.time <= child.at) else { continue };
        for (from, share) in shared.get(&event.object).into_iter().flatten().filter(|(from, _)| *from != reader) {
            let Some(given) = case.event(*share).filter(|given| given.time < event.time) else { continue };
            let list = paths.list.entry((reader, *from)).or_default();
            if !list.iter().any(|known| known.path == Path::SharedFile) {
                let why = format!(
                    "opened {} that {} shared, {} before",
                    case.store.text(event.object),
                    case.name(*from),
                    ago(child.at.since(event.time))
                );
                list.push(PathEvidence { path: Path::SharedFile, db: FILE_DB, time: given.time, events: vec![*share, index], why });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Time, message_link};

    /// Anna's intruder writes to c1 on day 20, who clicks a link; c1 falls at eight on day 21. How sure the edge
    /// is, and why.
    fn edge(mail: &str, click: Option<Act>) -> (f64, String) {
        let mut scene = Scene::taken(OTHER_HOSTING);
        scene.add(send("anna", at(20, mail), &["c1"], "Invoice").linked(message_link("<m@x>")).from(OTHER_HOSTING, FIREFOX));
        scene.add_all(click);
        scene.add(sign_in("c1", at(21, "08:00")).from(HOSTING, LEGACY));
        scene.add(forwarding("c1", at(21, "08:20"), "drop@example.net").from(HOSTING, FIREFOX));
        scene.add(hiding_rule("c1", at(21, "08:30")).from(HOSTING, FIREFOX));
        let seen = scene.judge();
        let edge = seen.outcome().incidents.iter().flat_map(|incident| &incident.edges).next().unwrap();
        (edge.confidence, edge.why.clone())
    }

    fn clicked(time: Time) -> Act {
        click("c1", time, "https://a.example/")
    }

    #[test]
    fn a_click_counts_for_the_mail_that_the_link_was_in_and_less_where_that_is_unknown() {
        let (none, _) = edge("04:00", None);
        let (known, why) = edge("04:00", Some(clicked(at(21, "07:30")).linked(message_link("<m@x>"))));
        assert!(why.contains("its link was clicked 30 min before"), "{why}");
        let (unknown, why) = edge("04:00", Some(clicked(at(21, "07:30"))));
        assert!(why.contains("a link was clicked, in this mail or another, 30 min before"), "{why}");
        let (other, why) = edge("04:00", Some(clicked(at(21, "07:30")).linked(message_link("<other@x>"))));
        assert!(!why.contains("clicked"), "{why}");
        assert!(none < unknown && unknown < known, "{none} {unknown} {known}");
        assert!((none - other).abs() < 1e-9, "{none} {other}");
    }

    #[test]
    fn a_click_counts_after_the_mail_and_within_a_day_before_the_fall() {
        let known = |mail: &str, time| edge(mail, Some(clicked(time).linked(message_link("<m@x>")))).1.contains("clicked");
        assert!(known("04:00", at(20, "08:00:01")) && known("04:00", at(20, "08:00")));
        assert!(!known("04:00", at(20, "07:59:59")) && !known("04:00", at(21, "08:00:01")));
        assert!(known("12:00", at(20, "12:00")) && !known("12:00", at(20, "11:59:59")));
    }
}
