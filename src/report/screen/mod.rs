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
mod remaining;
mod response;
mod sections;
mod story;
mod table;
mod words;

pub use inspect::inspect;
pub use paint::{Line, Page, Tone};
pub use response::respond;
pub use words::{Clock, ShortNames, count, duration, percent, read, seconds_between, thousands};

use super::forest::in_order;
use super::model::{Account, Report};
use super::phrases::{self, Phrases};
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
    /// The same in the order in which the incidents tell of them, others after these.
    order: Vec<&'r Account>,
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
    let taken = !report.incidents.is_empty();
    if !taken {
        view.noted(&mut page);
    }
    view.trouble(&mut page);
    view.timeline(&mut page);
    view.undated(&mut page);
    view.exposure(&mut page);
    view.remaining(&mut page);
    if taken {
        view.noted(&mut page);
    }
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
        View { report, look, accounts, order: in_order(report), clock: Clock::new(report, look.zone), names: ShortNames::new(report) }
    }

    /// An account of the report.
    fn account(&self, name: &str) -> Option<&'r Account> {
        self.accounts.get(name).copied()
    }

    /// Program, files, records and whether all are accounted for, and the span of time.
    fn header(&self, page: &mut Page<'_>) {
        let mut line = Line::new().add(Tone::Strong, format!("{} {}", self.report.tool.name, self.report.tool.version)).plain("   ");
        for (tone, words) in phrases::ledger(self.report) {
            line.push(tone, words);
        }
        let span = phrases::span(self.report, &self.clock).unwrap_or_default();
        if line.width() + 3 + span.width() <= self.look.width {
            page.wrap("", "  ", &line.plain("   ").plain(span));
        } else {
            page.wrap("", "  ", &line);
            page.wrap("", "  ", &Line::new().plain(span));
        }
        if let Some(line) = phrases::narrowed(self.report, Phrases { clock: &self.clock, names: &self.names }) {
            page.blank();
            page.wrap("", "  ", &line.into_iter().fold(Line::new(), |line, (tone, words)| line.add(tone, words)));
        }
    }

    /// How many accounts stand how, and on which logs that rests.
    fn headline(&self, page: &mut Page<'_>) {
        page.blank();
        let mut line = Line::new();
        for (tone, words) in phrases::headline(self.report) {
            line.push(tone, words);
        }
        page.wrap("", "", &line);
        self.covered(page);
    }

    fn covered(&self, page: &mut Page<'_>) {
        let spans = phrases::covered(self.report, &self.clock);
        if !spans.is_empty() {
            page.wrap("", "  ", &Line::new().add(Tone::Dim, format!("Logs: {}.", spans.join("; "))));
        }
    }
}

#[cfg(test)]
mod tests;
