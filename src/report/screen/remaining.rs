//! What is still in place, and what became of clean-ups.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::{count, thousands};
use crate::remaining::{Kind, NOTHING_LATER, Origin, SHOWN, Status};
use crate::report::model::{CleanUp, Ending, Remaining};
use crate::report::phrases::{kind_words, kinds_of};
use std::collections::{BTreeMap, BTreeSet};

/// Exports that are named as what would tell.
const EXPORTS: usize = 4;

impl View<'_> {
    /// What snapshots show, what is not known to be gone, what is gone, and what came after clean-ups.
    pub(super) fn remaining(&self, page: &mut Page<'_>) {
        let mut all: Vec<&Remaining> = self.order.iter().flat_map(|account| &account.remaining).chain(&self.report.remaining).collect();
        // What is surely the intruder's is told before what is to be checked.
        all.sort_by_key(|item| item.origin != Origin::Intruder.name());
        let standing = |status: Status| -> Vec<&Remaining> { all.iter().copied().filter(|item| item.status == status.name()).collect() };
        self.standing(page, "Still in place", Tone::Bad, &standing(Status::InPlace));
        self.standing(page, "Not known to be gone", Tone::Warn, &standing(Status::Unknown));
        gone(page, &standing(Status::Removed));
        self.clean_ups(page);
    }

    /// Things of one standing: how many of each kind, then a line for each; those that read
    /// alike together.
    fn standing(&self, page: &mut Page<'_>, title: &str, tone: Tone, items: &[&Remaining]) {
        if items.is_empty() {
            return;
        }
        page.blank();
        let title = Line::new().add(Tone::Strong, format!("{title}: ")).add(tone, kinds_of(items));
        page.wrap("", "  ", &title);
        let mut lines: Vec<Vec<&Remaining>> = Vec::new();
        for item in items {
            match lines.iter_mut().find(|known| known.first().is_some_and(|first| in_one_line(first, item))) {
                Some(known) => known.push(item),
                None => lines.push(vec![item]),
            }
        }
        for of in telling(&lines, self.limit(lines.len())) {
            let mut names: Vec<String> = of.iter().map(|item| self.whose(item)).collect();
            names.dedup();
            let Some((first, others)) = of.split_first() else { continue };
            let mut whole = Line::new().plain(names.join(", ")).plain("  ");
            whole.extend(&self.line(first, others));
            page.wrap("  ", "    ", &whole);
        }
        self.rest(page, lines.len(), "-v shows them");
        let untold = items.iter().filter(|item| item.basis == NOTHING_LATER);
        let exports: BTreeSet<&str> = untold.filter_map(|item| item.settled_by.as_deref()).collect();
        if !exports.is_empty() {
            let most = if self.look.verbose { exports.len() } else { EXPORTS };
            let shown: Vec<&str> = exports.iter().take(most).copied().collect();
            let more = exports.len() - shown.len();
            let more = if more > 0 { format!("; and {more} more: -v names them") } else { String::new() };
            let words = format!("nothing later in these exports speaks of them; would tell: {}{more}", shown.join("; "));
            page.wrap("  ", "    ", &Line::new().add(Tone::Dim, words));
        }
    }

    /// At whose account it stands.
    fn whose(&self, item: &Remaining) -> String {
        let name = item.made_by.as_ref().or(item.identity.of.as_ref());
        name.map_or_else(|| "tenant".to_owned(), |name| self.names.of(name).to_owned())
    }

    /// A thing, with others that read alike.
    fn line(&self, item: &Remaining, others: &[&Remaining]) -> Line {
        let mut line = Line::new().plain(format!("{} {}", kind_words(&item.kind), item.summary));
        let of_sessions = item.kind == Kind::Session.name();
        if !others.is_empty() && !of_sessions {
            line.push(Tone::Plain, format!(", {} of this name", thousands(others.len() as u64 + 1)));
        }
        if let Some(since) = item.since.as_ref().filter(|_| !of_sessions) {
            line.push(Tone::Plain, format!(", since {}", self.clock.minute(since)));
        }
        if item.origin == Origin::ToBeChecked.name() {
            line.push(Tone::Warn, ", to be checked: whose act it was is in doubt");
        }
        // The title and the line below the list say the most common basis of each standing.
        if ![SHOWN, NOTHING_LATER].contains(&item.basis.as_str()) {
            line.push(Tone::Dim, format!(": {}", item.basis));
        }
        for pointer in item.found.first().into_iter().chain(item.evidence.first().filter(|_| !of_sessions)) {
            line = line.plain("  ").add(Tone::Code, pointer);
        }
        if !others.is_empty() && !of_sessions {
            line.push(Tone::Dim, format!(" +{}", others.len()));
        }
        line
    }

    /// Each clean-up, what survived it, and whether the intruder came back.
    fn clean_ups(&self, page: &mut Page<'_>) {
        let cleaned: Vec<(&str, &CleanUp)> =
            self.order.iter().filter_map(|account| Some((account.account.as_str(), account.clean_up.as_ref()?))).collect();
        if cleaned.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "After the clean-up"));
        for (account, clean_up) in cleaned.iter().take(self.limit(cleaned.len())) {
            page.wrap("  ", "    ", &self.clean_up(account, clean_up));
        }
        self.rest(page, cleaned.len(), "-v shows them");
    }

    fn clean_up(&self, account: &str, clean_up: &CleanUp) -> Line {
        let mut line = Line::new().plain(format!("{}  ", self.names.of(account)));
        for (at, act) in clean_up.acts.iter().take(3).enumerate() {
            let who = act.account.as_deref().map_or_else(String::new, |who| format!(" by {}", self.names.of(who)));
            let when = act.time.as_ref().map_or_else(String::new, |time| format!(" {}", self.clock.minute(time)));
            line.push(Tone::Plain, format!("{}{}{when}{who}", if at > 0 { ", " } else { "" }, act.how));
        }
        if clean_up.acts.len() > 3 {
            line.push(Tone::Plain, format!(" and {} more", clean_up.acts.len() - 3));
        }
        match clean_up.survived {
            0 => line.push(Tone::Plain, "; nothing of the intruder's is known to be left"),
            n => line.push(
                Tone::Warn,
                format!(
                    "; {} of the intruder's survived it or {} not known to be gone",
                    count(n, "thing", "things"),
                    if n == 1 { "is" } else { "are" }
                ),
            ),
        }
        if clean_up.lingering > 0 {
            let acts = count(clean_up.lingering, "act", "acts");
            line.push(Tone::Plain, format!("; {acts} within 90 min after it, as access tokens allow"));
        }
        let attempts = self.attempts(clean_up);
        if clean_up.returned == 0 {
            let (tone, words) = attempts.unwrap_or((Tone::Plain, "; no later act of the intruder in these exports".to_owned()));
            line.push(tone, words);
            return clean_up.evidence.first().map_or(line.clone(), |first| line.plain("  ").add(Tone::Code, first));
        }
        let from = clean_up.returned_from.as_deref().map_or_else(String::new, |time| self.clock.minute(time));
        let acts = count(clean_up.returned, "act", "acts");
        line.push(Tone::Bad, format!("; the intruder came back or never left: {acts} from {from}"));
        if clean_up.returned_since_last == 0 {
            line.push(Tone::Plain, ", none after the last reset, revocation or block");
        }
        if let Some((tone, words)) = attempts {
            line.push(tone, words);
        }
        if let Some(first) = clean_up.evidence.first() {
            line = line.plain("  ").add(Tone::Code, first);
        }
        line
    }

    /// `; the intruder tried 3 times more, last 08 Feb 03:08, and failed`.
    fn attempts(&self, clean_up: &CleanUp) -> Option<(Tone, String)> {
        let last = clean_up.last_attempt_at.as_deref().map_or_else(String::new, |time| format!(", last {},", self.clock.minute(time)));
        let times = if clean_up.attempts == 1 { "once".to_owned() } else { format!("{} times", thousands(clean_up.attempts)) };
        (clean_up.attempts > 0).then(|| (Tone::Warn, format!("; the intruder tried {times} more{last} and failed")))
    }
}

/// As many of the lines as there is room for, in their order: of each kind of thing the first before the second of any.
fn telling<'l, 'r>(lines: &'l [Vec<&'r Remaining>], room: usize) -> impl Iterator<Item = &'l Vec<&'r Remaining>> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let nth = seen.entry(line.first().map_or("", |item| item.kind.as_str())).or_default();
        ranked.push((*nth, at));
        *nth += 1;
    }
    ranked.sort_unstable();
    let mut places: Vec<usize> = ranked.into_iter().take(room).map(|(_, at)| at).collect();
    places.sort_unstable();
    places.into_iter().filter_map(|at| lines.get(at))
}

/// True for sessions that differ in nothing but their account, and for inbox rules that differ in nothing but the
/// time of their making.
fn in_one_line(a: &Remaining, b: &Remaining) -> bool {
    if a.kind != b.kind || a.basis != b.basis || a.origin != b.origin {
        return false;
    }
    let rule = a.kind == Kind::InboxRule.name() && (&a.summary, &a.made_by, &a.identity.of) == (&b.summary, &b.made_by, &b.identity.of);
    rule || a.kind == Kind::Session.name()
}

/// What ended: one line for all.
fn gone(page: &mut Page<'_>, items: &[&Remaining]) {
    if items.is_empty() {
        return;
    }
    page.blank();
    let mut line = Line::new().add(Tone::Strong, "Gone: ").add(Tone::Good, kinds_of(items));
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for end in items.iter().filter_map(|item| item.end.as_ref()) {
        *by.entry(by_words(end)).or_default() += 1;
    }
    let by: Vec<String> = by.iter().map(|(words, n)| format!("{n} {words}")).collect();
    line.push(Tone::Plain, format!(" ({})", by.join(", ")));
    page.wrap("", "  ", &line);
}

fn by_words(end: &Ending) -> &'static str {
    use crate::remaining::By;
    match By::from_name(&end.by) {
        Some(By::Owner) => "by the owner",
        Some(By::Admin) => "by an administrator",
        Some(By::Intruder) => "by the intruder himself",
        Some(By::System) => "by a service",
        Some(By::Unknown) | None => "by somebody whom the records do not tell",
    }
}
