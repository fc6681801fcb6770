//! The terminal view, drawn from a [`Report`] and nothing else.
//!
//! What a tired person sees first tells the story: how many accounts, who first, who next, how sure,
//! and what the evidence lacks. Then the table of acts, then what is still in place and what to do.
//! The view fits the width that it is given; what does not fit is wrapped, never cut.

mod columns;
mod exposure;
mod incidents;
mod inspect;
mod paint;
mod response;
mod sections;
mod table;
mod words;

pub use inspect::inspect;
pub use paint::{Line, Page, Tone};
pub use response::respond;
pub use words::{Clock, ShortNames, count, duration, percent, thousands};

use super::model::{Account, Report, Verdict};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// How the view is to look.
#[derive(Clone, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Escape sequences for colour may be used.
    pub color: bool,
    /// Characters outside ASCII can be shown.
    pub unicode: bool,
    /// Show every row and reason instead of the most telling.
    pub verbose: bool,
    /// Zone that times are shown in.
    pub zone: Tz,
    /// The paths as they were given, for commands to copy.
    pub paths: String,
}

impl Look {
    /// Plain text, 80 columns wide, in UTC.
    pub fn plain() -> Look {
        Look { width: 80, color: false, unicode: true, verbose: false, zone: Tz::UTC, paths: "…".to_owned() }
    }
}

/// What all parts of the view draw from.
struct View<'r> {
    report: &'r Report,
    look: &'r Look,
    /// Accounts of the report by name.
    accounts: BTreeMap<&'r str, &'r Account>,
    clock: Clock,
    names: ShortNames,
}

/// The whole view as text with line ends.
pub fn render(report: &Report, look: &Look) -> String {
    let view = View::new(report, look);
    let mut page = Page::new(look);
    view.header(&mut page);
    view.headline(&mut page);
    view.incidents(&mut page);
    view.suspects(&mut page);
    view.trouble(&mut page);
    view.timeline(&mut page);
    view.undated(&mut page);
    view.exposure(&mut page);
    view.remaining(&mut page);
    view.unanswerable(&mut page);
    view.next(&mut page);
    page.finish()
}

impl<'r> View<'r> {
    fn new(report: &'r Report, look: &'r Look) -> View<'r> {
        let mut accounts = BTreeMap::new();
        for account in &report.accounts {
            accounts.entry(account.account.as_str()).or_insert(account);
        }
        View { report, look, accounts, clock: Clock::new(report, look.zone), names: ShortNames::new(report) }
    }

    /// An account of the report.
    fn account(&self, name: &str) -> Option<&'r Account> {
        self.accounts.get(name).copied()
    }

    /// Program, files, records and whether all are accounted for, and the span of time.
    fn header(&self, page: &mut Page<'_>) {
        let inputs = &self.report.inputs;
        let files = inputs.len() as u64;
        let records = inputs.iter().map(|input| input.records).sum::<u64>();
        let accounted = inputs.iter().map(super::model::Input::accounted).sum::<u64>();
        let unreadable = inputs.iter().map(super::model::Input::rejected_total).sum::<u64>();
        let mut line = Line::new().add(Tone::Strong, format!("{} {}", self.report.tool.name, self.report.tool.version)).plain("   ");
        line.push(Tone::Plain, format!("{}, {}, ", count(files, "file", "files"), count(records, "record", "records")));
        if accounted == records {
            line.push(Tone::Plain, "all accounted for");
        } else {
            line.push(Tone::Bad, format!("{} NOT accounted for", thousands(records.abs_diff(accounted))));
        }
        if unreadable > 0 {
            line.push(Tone::Warn, format!(", {} unreadable", thousands(unreadable)));
        }
        let first = inputs.iter().filter_map(|input| input.first_event_at.as_deref()).min();
        let last = inputs.iter().filter_map(|input| input.last_event_at.as_deref()).max();
        let span = match (first, last) {
            (Some(first), Some(last)) => format!("{} {}", self.clock.dates(first, last), self.clock.zone()),
            _ => String::new(),
        };
        if line.width() + 3 + span.width() <= self.look.width {
            page.wrap("", "  ", &line.plain("   ").plain(span));
        } else {
            page.wrap("", "  ", &line);
            page.wrap("", "  ", &Line::new().plain(span));
        }
    }

    /// How many accounts stand how, and on which logs that rests.
    fn headline(&self, page: &mut Page<'_>) {
        page.blank();
        let number = |verdict| self.report.count(verdict) as u64;
        let (compromised, suspicious, targeted) = (number(Verdict::Compromised), number(Verdict::Suspicious), number(Verdict::Targeted));
        let total = self.report.accounts_total;
        let mut line = Line::new();
        if compromised + suspicious == 0 {
            line.push(Tone::Good, "No account looks compromised or suspicious");
            line.push(Tone::Plain, ", as far as these exports show");
            if targeted > 0 {
                line.push(Tone::Plain, format!("; {} attacked without success", count(targeted, "was", "were")));
            }
            line.push(
                Tone::Plain,
                match total {
                    0 => "; no account is named in them.".to_owned(),
                    total => format!("; {} looked at.", count(total, "account", "accounts")),
                },
            );
        } else {
            let mut parts: Vec<(Tone, String)> = Vec::new();
            if compromised > 0 {
                parts.push((Tone::Bad, format!("{} compromised", count(compromised, "account", "accounts"))));
            }
            if suspicious > 0 {
                parts.push((Tone::Warn, format!("{} suspicious", thousands(suspicious))));
            }
            if targeted > 0 {
                parts.push((Tone::Plain, format!("{} attacked without success", thousands(targeted))));
            }
            for (at, (tone, text)) in parts.into_iter().enumerate() {
                line.push(Tone::Plain, if at > 0 { ", " } else { "" });
                line.push(tone, text);
            }
            line.push(Tone::Plain, format!(", of {} looked at.", thousands(total)));
        }
        page.wrap("", "", &line);
        self.covered(page);
    }

    fn covered(&self, page: &mut Page<'_>) {
        let mut by_span: Vec<(String, Vec<String>)> = Vec::new();
        for (family, span) in &self.report.coverage.families {
            let dates = self.clock.dates(&span.from, &span.to);
            match by_span.iter_mut().find(|(known, _)| *known == dates) {
                Some((_, families)) => families.push(family_words(family)),
                None => by_span.push((dates, vec![family_words(family)])),
            }
        }
        let spans: Vec<String> = by_span.into_iter().map(|(dates, families)| format!("{} {dates}", families.join(", "))).collect();
        if !spans.is_empty() {
            page.wrap("", "  ", &Line::new().add(Tone::Dim, format!("Logs: {}.", spans.join("; "))));
        }
    }
}

/// A kind of log in words: `message trace`.
fn family_words(family: &str) -> String {
    if family == "sign-in" { "sign-ins".to_owned() } else { family.replace('-', " ") }
}

#[cfg(test)]
mod tests;
