//! What stands around the timeline: suspicious and targeted accounts, flaws of the evidence, undated
//! acts, what is still in place, what cannot be answered, what to do next.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::{count, percent, thousands};
use crate::detections::{Detection, by_id};
use crate::evidence::Pointer;
use crate::report::model::{Account, Finding, Severity, Verdict};
use crate::report::phrases;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// Lines of a section that are shown; the rest on request.
const LINES: usize = 6;
/// Findings of accounts without a verdict that are shown; the rest on request.
const NOTED: usize = 3;

/// True where a finding begins with the words of another and goes on.
fn says_more(finding: &Finding, than: &Finding) -> bool {
    finding.summary.len() > than.summary.len() && finding.summary.starts_with(&than.summary)
}

impl View<'_> {
    pub(super) fn limit(&self, all: usize) -> usize {
        if self.look.verbose { all } else { all.min(LINES) }
    }

    /// Says how many lines of a section are not shown.
    pub(super) fn rest(&self, page: &mut Page<'_>, all: usize, place: &str) {
        let shown = self.limit(all);
        if all > shown {
            let more = thousands((all - shown) as u64);
            page.wrap("  ", "  ", &Line::new().add(Tone::Dim, format!("… {more} more: {place}")));
        }
    }

    /// Suspicious accounts with their reasons, then targeted ones.
    pub(super) fn suspects(&self, page: &mut Page<'_>) {
        let of = |verdict: Verdict| -> Vec<&Account> {
            self.report.accounts.iter().filter(|account| account.verdict == verdict).filter(|account| account.incident.is_none()).collect()
        };
        let suspicious = of(Verdict::Suspicious);
        if !suspicious.is_empty() {
            page.blank();
            page.wrap("", "", &Line::new().add(Tone::Strong, "Suspicious: look at these before closing the case"));
            for account in suspicious.iter().take(self.limit(suspicious.len())) {
                let mut line = Line::new().add(Tone::Warn, &account.account).plain(format!(" ({})", percent(account.probability)));
                self.push_reasons(&mut line, Tone::Plain, account);
                page.wrap("  ", "    ", &line);
                self.story(page, "    ", &account.story);
            }
            self.rest(page, suspicious.len(), "-v shows them");
        }
        self.targeted(page, &of(Verdict::Targeted));
    }

    /// Findings of accounts that have no verdict: not called an attack, and worth a look all the same. Grave
    /// kinds come first, of these the rare ones.
    pub(super) fn noted(&self, page: &mut Page<'_>) {
        let known = |finding: &Finding| finding.account.as_ref().is_some_and(|account| self.account(account).is_some());
        let mut findings: Vec<&Finding> =
            self.report.findings.iter().filter(|finding| finding.severity >= Severity::Medium && !known(finding)).collect();
        let mut told: BTreeSet<(Option<&str>, &str)> = BTreeSet::new();
        findings.retain(|finding| told.insert((finding.account.as_deref(), &finding.summary)));
        // Nor one that another on the same record tells with more words.
        let place = |finding: &Finding| (finding.account.clone(), finding.evidence.first().cloned());
        let mut of_record: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
        for finding in &findings {
            of_record.entry(place(finding)).or_default().push(finding);
        }
        findings.retain(|finding| !of_record.get(&place(finding)).into_iter().flatten().any(|other| says_more(other, finding)));
        if findings.is_empty() {
            return;
        }
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in &findings {
            *kinds.entry(&*finding.detection).or_default() += 1;
        }
        let grave = |finding: &Finding| by_id(&finding.detection).map(Detection::severity);
        findings.sort_by_key(|finding| (Reverse(grave(finding)), kinds.get(&*finding.detection).copied()));
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Seen, and not called an attack: look at these if you do not know them"));
        // Of each account the two gravest, unless all are asked for.
        let all = findings.len();
        let mut accounts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        if !self.look.verbose {
            findings.retain(|finding| {
                let of_one = accounts.entry(finding.account.as_deref()).or_default();
                *of_one += 1;
                *of_one <= 2
            });
            findings.truncate(NOTED);
        }
        for finding in &findings {
            let who = finding.account.as_deref().unwrap_or("tenant");
            let time = finding.time.as_deref().map_or_else(String::new, |time| format!("  {}", self.clock.minute(time)));
            let mut line = Line::new().plain(who).plain(time).plain("  ").plain(&finding.summary);
            if let Some(first) = finding.evidence.first() {
                line = line.plain("  ").add(Tone::Code, first);
            }
            page.wrap("  ", "    ", &line);
        }
        if all > findings.len() {
            let more = thousands((all - findings.len()) as u64);
            page.wrap("  ", "  ", &Line::new().add(Tone::Dim, format!("… {more} more: -v shows them")));
        }
    }

    /// Targeted accounts, those with equal reasons together.
    fn targeted(&self, page: &mut Page<'_>, accounts: &[&Account]) {
        if accounts.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Attacked, nothing shows that it succeeded"));
        let mut by_reason: Vec<(String, Vec<&str>)> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let attacks = phrases::attacks(self.report);
        let most = if self.look.verbose { usize::MAX } else { 2 };
        for account in accounts {
            let why = phrases::tried(account, &attacks, most);
            let at = *known.entry(why.clone()).or_insert(by_reason.len());
            match by_reason.get_mut(at) {
                Some((_, names)) => names.push(&account.account),
                None => by_reason.push((why, vec![&account.account])),
            }
        }
        for (why, names) in by_reason.iter().take(self.limit(by_reason.len())) {
            let shown = if names.len() == 1 {
                names.clone()
            } else {
                names.iter().take(self.limit(names.len())).map(|name| self.names.of(name)).collect()
            };
            let mut line = Line::new().plain(shown.join(", "));
            if names.len() > shown.len() {
                line.push(Tone::Plain, format!(" and {} more", names.len() - shown.len()));
            }
            if !why.is_empty() {
                line.push(Tone::Plain, format!(": {why}"));
            }
            page.wrap("  ", "    ", &line);
        }
        self.rest(page, by_reason.len(), "-v shows them");
    }

    /// Inputs that are damaged, capped, partly unreadable or refused: what the result rests on less firmly.
    pub(super) fn trouble(&self, page: &mut Page<'_>) {
        let mut lines: Vec<Line> = Vec::new();
        for refused in self.report.refused.iter().filter(|refused| refused.damaged) {
            lines.push(Line::new().add(Tone::Bad, &refused.path).plain("  not read: ").plain(&refused.reason));
        }
        for input in &self.report.inputs {
            let mut line = Line::new().add(Tone::Warn, input.shown_path());
            let bare = line.width();
            let joint = |line: &Line| if line.width() > bare { "; " } else { "  " };
            let rejected = input.rejected_total();
            let earliest =
                input.rejected.iter().min_by_key(|count| count.first.parse::<Pointer>().map_or(u32::MAX, |pointer| pointer.number));
            if let Some(first) = earliest {
                let reasons: Vec<&str> = input.rejected.iter().map(|count| count.reason.as_str()).collect();
                let words = format!(
                    "{}{} of {} records unreadable ({}), first ",
                    joint(&line),
                    thousands(rejected),
                    thousands(input.records),
                    reasons.join(", ").replace('-', " ")
                );
                line = line.plain(words).add(Tone::Code, &first.first);
            }
            if input.accounted() != input.records {
                let words = format!("{} records, {} accounted for", thousands(input.records), thousands(input.accounted()));
                line = line.clone().plain(joint(&line)).add(Tone::Bad, words);
            }
            for notice in &input.notices {
                line = line.clone().plain(joint(&line)).plain(&notice.text);
            }
            if line.width() > bare {
                lines.push(line);
            }
        }
        let plain: Vec<_> = self.report.refused.iter().filter(|refused| !refused.damaged).collect();
        if lines.is_empty() && plain.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "The evidence itself"));
        for line in lines.iter().take(self.limit(lines.len())) {
            page.wrap("  ", "    ", line);
        }
        self.rest(page, lines.len(), "bectrace inspect lists them");
        if !plain.is_empty() {
            let shown = if self.look.verbose { plain.len() } else { 3 };
            let mut words: Vec<String> = plain.iter().take(shown).map(|refused| format!("{} ({})", refused.path, refused.reason)).collect();
            if plain.len() > shown {
                words.push(format!("{} more", plain.len() - shown));
            }
            let line = Line::new()
                .add(Tone::Dim, format!("{} no export: {}", count(plain.len() as u64, "file is", "files are"), words.join("; ")));
            page.wrap("  ", "    ", &line);
        }
    }

    /// Acts without a usable time.
    pub(super) fn undated(&self, page: &mut Page<'_>) {
        let acts = &self.report.undated;
        if acts.is_empty() {
            return;
        }
        page.blank();
        let title = format!("{} without a usable time, not on the timeline", count(acts.len() as u64, "act", "acts"));
        page.wrap("", "", &Line::new().add(Tone::Strong, title));
        for act in acts.iter().take(self.limit(acts.len())) {
            let who = act.account.as_ref().map_or("somebody", |account| self.names.of(account));
            let from = act.ip.as_ref().map_or_else(String::new, |ip| format!(", from {ip}"));
            let mut line = Line::new().plain(format!("{who} {}{from}", act.summary));
            if let Some(first) = act.evidence.first() {
                line = line.plain("  ").add(Tone::Code, first);
            }
            page.wrap("  ", "    ", &line);
        }
        self.rest(page, acts.len(), "-v shows them");
    }

    /// Questions that these exports leave open.
    pub(super) fn unanswerable(&self, page: &mut Page<'_>) {
        let open = &self.report.coverage.unanswerable;
        if open.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Not answerable from these exports"));
        for item in open.iter().take(self.limit(open.len())) {
            let mut line = Line::new().plain(&item.question);
            if !item.missing.is_empty() {
                line = line.plain(": ").add(Tone::Dim, &item.missing);
            }
            page.wrap("  ", "    ", &line);
        }
        self.rest(page, open.len(), "-v shows them");
    }

    /// Commands to go on with.
    pub(super) fn next(&self, page: &mut Page<'_>) {
        page.blank();
        let paths = &self.look.paths;
        let taken = self.report.count(Verdict::Compromised) + self.report.count(Verdict::Suspicious) > 0;
        let what = if taken { "all of it as files, with a plan" } else { "all of it as files" };
        let mut commands: Vec<(String, &str)> = vec![(format!("bectrace analyze {paths} -o report/"), what)];
        let pointer = self
            .report
            .timeline
            .iter()
            .filter(|row| !row.detections.is_empty())
            .chain(&self.report.timeline)
            .find_map(|row| row.evidence.first());
        if let Some(pointer) = pointer {
            commands.push((format!("bectrace evidence {pointer} {paths}"), "the record behind a row"));
        }
        if !self.report.incidents.is_empty() {
            commands.push((format!("bectrace respond {paths}"), "what a response would have changed"));
        }
        if self.report.inputs.iter().any(|input| !input.notices.is_empty() || !input.rejected.is_empty()) || !self.report.refused.is_empty()
        {
            commands.push((format!("bectrace inspect {paths}"), "what each file is and lacks"));
        }
        let widest = commands.iter().map(|(command, _)| command.width()).max().unwrap_or(0);
        for (at, (command, what)) in commands.iter().enumerate() {
            let line = Line::new().add(Tone::Code, command).add(Tone::Dim, format!("{}  {what}", " ".repeat(widest - command.width())));
            page.wrap(if at == 0 { "Next: " } else { "      " }, "        ", &line);
        }
    }
}
