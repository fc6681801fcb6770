//! The view of `bectrace inspect`: what each file is, what was read of it, and what it lacks.

use super::paint::{Line, Page, Tone};
use super::words::{count, thousands};
use super::{Look, View};
use crate::formats::FORMATS;
use crate::report::model::{Count, Input, Report};

/// The ledger of every input, then what was not read, what the exports cover and what they cannot answer.
pub fn inspect(report: &Report, look: &Look) -> String {
    // Whoever asks for the ledger wants all of it.
    let whole = Look { verbose: true, ..look.clone() };
    let view = View::new(report, &whole);
    let mut page = Page::new(&whole);
    view.header(&mut page);
    for input in &report.inputs {
        view.input(&mut page, input);
    }
    view.not_read(&mut page);
    view.families(&mut page);
    view.unanswerable(&mut page);
    page.finish()
}

impl View<'_> {
    fn input(&self, page: &mut Page<'_>, input: &Input) {
        page.blank();
        page.wrap("", "    ", &Line::new().add(Tone::Code, &input.id).plain("  ").add(Tone::Strong, input.shown_path()));
        let title = FORMATS.iter().find(|format| format.id() == input.format).map(|format| format.title());
        let packed = if input.compression == "none" { String::new() } else { format!(", {}", input.compression) };
        let what =
            format!("{} ({}), {}{packed}, {} bytes", title.unwrap_or("export"), input.format, input.encoding, thousands(input.bytes));
        page.wrap("    ", "    ", &Line::new().plain(what));
        page.wrap("    ", "    ", &ledger(input));
        for (what, tone, counts) in [("ignored", Tone::Dim, &input.ignored), ("rejected", Tone::Warn, &input.rejected)] {
            for tally in counts {
                page.wrap("    ", "      ", &reason(what, tone, tally));
            }
        }
        if let (Some(first), Some(last)) = (&input.first_event_at, &input.last_event_at) {
            let span = format!("{} – {} {}", self.clock.full(first), self.clock.full(last), self.clock.zone());
            page.wrap("    ", "    ", &Line::new().plain(span));
        }
        page.wrap("    ", "    ", &Line::new().add(Tone::Dim, format!("SHA-256 {}", input.sha256)));
        if input.damaged {
            page.wrap("    ", "    ", &Line::new().add(Tone::Bad, "parts of it are damaged"));
        }
        for notice in &input.notices {
            page.wrap("    ", "    ", &Line::new().add(Tone::Warn, &notice.text));
        }
    }

    fn not_read(&self, page: &mut Page<'_>) {
        if self.report.refused.is_empty() {
            return;
        }
        page.blank();
        let title = format!("Not read: {}", count(self.report.refused.len() as u64, "file", "files"));
        page.wrap("", "", &Line::new().add(Tone::Strong, title));
        for refused in &self.report.refused {
            let tone = if refused.damaged { Tone::Bad } else { Tone::Plain };
            page.wrap("    ", "      ", &Line::new().add(tone, &refused.path).plain("  ").plain(&refused.reason));
        }
    }

    fn families(&self, page: &mut Page<'_>) {
        let families = &self.report.coverage.families;
        if families.is_empty() {
            return;
        }
        page.blank();
        page.wrap("", "", &Line::new().add(Tone::Strong, "Covered"));
        for (family, span) in families {
            let line = Line::new().plain(format!(
                "{}  {} – {}",
                crate::report::phrases::family(family),
                self.clock.full(&span.from),
                self.clock.full(&span.to)
            ));
            page.wrap("    ", "      ", &line);
        }
    }
}

/// `1,000 records: 988 events, 2 states, 5 duplicates (of i0), 3 ignored, 2 rejected`: the words of the report.
fn ledger(input: &Input) -> Line {
    let parts = [
        (input.events, "event", "events"),
        (input.states, "state", "states"),
        (input.duplicates, "duplicate", "duplicates"),
        (input.ignored_total(), "ignored", "ignored"),
        (input.rejected_total(), "rejected", "rejected"),
    ];
    let of = |many: &str| {
        if many == "duplicates" && !input.duplicates_of.is_empty() {
            format!(" (of {})", input.duplicates_of.join(", "))
        } else {
            String::new()
        }
    };
    let parts = parts.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(n, one, many) + &of(many));
    let parts: Vec<String> = parts.collect();
    let mut line = Line::new().plain(count(input.records, "record", "records"));
    if !parts.is_empty() {
        line.push(Tone::Plain, format!(": {}", parts.join(", ")));
    }
    if input.accounted() != input.records {
        line.push(Tone::Bad, format!("; {} NOT accounted for", thousands(input.records.abs_diff(input.accounted()))));
    }
    line
}

fn reason(what: &str, tone: Tone, tally: &Count) -> Line {
    let words = format!("{} {what}: {}, first ", thousands(tally.count), tally.reason.replace('-', " "));
    Line::new().add(tone, words).add(Tone::Code, &tally.first)
}
