//! The timeline as a table: the most telling acts of each account, in order of time.

use super::View;
use super::paint::{Line, Page, Tone};
use super::words::count;
use crate::report::model::{Actor, Severity, TimelineRow};
use crate::report::sanitize;
use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// Rows that the table has room for, over all accounts.
const ROWS: usize = 40;
/// Rows of one account: at most, and at least.
const ROWS_OF_ONE: (usize, usize) = (12, 4);
/// From so many columns on, addresses and pointers have columns of their own.
const WIDE: usize = 118;
/// Columns that the words of an act need at least; with less, there is no table but a list.
const LEAST: usize = 24;
/// Certainty below which a row's actor carries a question mark.
const SURE: f64 = 0.9;
/// Blanks between columns: one of padding, and one that the table draws between columns.
const GAP: u16 = 2;
/// A blank at which no line breaks, while the table is laid out: a pointer and how many more there are stay
/// together.
const UNBROKEN: &str = "\u{a0}";
/// Rows of an account that say the same; more of them tell nothing new.
const ALIKE: usize = 3;
/// Characters of a time up to its tens of minutes: `2022-02-09T04:5`.
const TEN_MINUTES: usize = 15;

/// The texts of one row.
struct Texts {
    time: String,
    account: String,
    who: String,
    what: String,
    from: String,
    record: String,
    tone: Tone,
}

impl<'r> View<'r> {
    /// The table, with what it leaves out.
    pub(super) fn timeline(&self, page: &mut Page<'_>) {
        let rows = self.telling_rows();
        if rows.is_empty() {
            return;
        }
        page.blank();
        let texts: Vec<Texts> = rows.iter().map(|row| self.texts(row)).collect();
        let accounts: BTreeSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
        let single = accounts.len() == 1;
        if single && let Some(account) = accounts.first() {
            page.wrap("", "", &Line::new().add(Tone::Strong, format!("Timeline of {account}")));
        }
        match self.layout(&texts, !single) {
            Some(layout) => self.draw(page, &texts, &layout),
            None => list(page, &texts),
        }
        self.left_out(page, &rows);
        if texts.iter().any(|row| row.who.ends_with('?')) {
            page.wrap(" ", " ", &Line::new().add(Tone::Dim, "? = less than 90 % sure whose act it was"));
        }
        if rows.iter().any(|row| row.ascribed_address.is_some()) {
            page.wrap(" ", " ", &Line::new().add(Tone::Dim, "(address) = not in the record; the act goes with others from there"));
        }
    }

    /// The rows that tell most of each account, in the order of the report.
    fn telling_rows(&self) -> Vec<&'r TimelineRow> {
        let all = &self.report.timeline;
        if self.look.verbose {
            return all.iter().collect();
        }
        let mut severities: BTreeMap<(&str, &str), Severity> = BTreeMap::new();
        for finding in &self.report.findings {
            let key = (finding.account.as_deref().unwrap_or_default(), &*finding.detection);
            severities.entry(key).and_modify(|most| *most = (*most).max(finding.severity)).or_insert(finding.severity);
        }
        let mut of: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
        let mut said: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
        let mut kinds: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut moments: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
        let mut begun: BTreeSet<&str> = BTreeSet::new();
        for (at, row) in all.iter().enumerate() {
            let first = row.actor == Actor::Intruder && row.outcome == "success" && begun.insert(&row.account);
            let new_kind = kinds.insert((&row.account, &row.action));
            let ten_minutes = row.time.get(..TEN_MINUTES).unwrap_or(&row.time);
            let new_moment = moments.insert((&row.account, &row.action, ten_minutes));
            let beside = i64::from(new_kind) * 60 - i64::from(!new_moment) * 40 + i64::from(first) * 500;
            let alike = said.entry((&row.account, &row.action, &row.summary)).or_insert(0);
            *alike += 1;
            if *alike <= ALIKE {
                of.entry(&row.account).or_default().push((Self::weight(row, &severities) + beside, at));
            }
        }
        // Where all have room, all are shown.
        let all_fit = of.values().map(Vec::len).sum::<usize>() <= ROWS;
        let each = if all_fit { ROWS } else { (ROWS / of.len().max(1)).clamp(ROWS_OF_ONE.1, ROWS_OF_ONE.0) };
        let mut chosen: Vec<usize> = Vec::new();
        for rows in of.values_mut() {
            rows.sort_by_key(|(weight, at)| (-weight, *at));
            chosen.extend(rows.iter().take(each).map(|(_, at)| *at));
        }
        chosen.sort_unstable();
        chosen.into_iter().filter_map(|at| all.get(at)).collect()
    }

    /// How much a row tells: whose act, what findings it belongs to, what kind of act.
    fn weight(row: &TimelineRow, severities: &BTreeMap<(&str, &str), Severity>) -> i64 {
        let actor = match row.actor {
            Actor::Intruder => 200,
            Actor::Unknown => 100,
            Actor::Owner | Actor::System => 0,
        };
        let of = |detection: &String| severities.get(&(row.account.as_str(), detection.as_str())).copied();
        let severity = row.detections.iter().filter_map(of).max();
        let finding = match severity {
            Some(Severity::Critical) => 120,
            Some(Severity::High) => 80,
            Some(Severity::Medium) => 40,
            Some(Severity::Low | Severity::Info) => 20,
            None => i64::from(!row.detections.is_empty()) * 20,
        };
        let action = match row.action.as_str() {
            "mailbox-rule" | "forwarding" | "consent" | "credential" | "mfa" | "permission" | "transport-rule" | "role-change"
            | "device" | "app" | "policy-change" => 60,
            "mail-sent" | "file-shared" | "teams" => 50,
            "sign-in" => 30,
            "mail-deleted" | "mail-changed" | "mail-moved" | "account-change" | "alert" => 25,
            "mail-read" | "file-read" | "search" | "file-changed" => 20,
            _ => 0,
        } + graver(row);
        let size = i64::from(row.count.max(1).ilog2()) * 4;
        let unfinished = match row.outcome.as_str() {
            "failure" => 30,
            "interrupted" => 60,
            _ => 0,
        };
        actor + finding + action + size - unfinished
    }

    fn texts(&self, row: &TimelineRow) -> Texts {
        let doubt = if row.certainty < SURE && row.actor == Actor::Intruder { "?" } else { "" };
        let place = |ip: Option<&str>, country: &Option<String>, organisation: &Option<String>| {
            let parts = [ip, country.as_deref(), organisation.as_deref().map(short_organisation)];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        let ascribed = row.ascribed_address.as_ref().map(|of| format!("({})", place(Some(&of.ip), &of.country, &of.as_org)));
        let recorded = Some(place(row.ip.as_deref(), &row.country, &row.as_org)).filter(|from| !from.is_empty());
        let from: Vec<String> = [recorded, ascribed].into_iter().flatten().collect();
        // In full, the name that the record has stands beside the words for it.
        let recorded = row.operation.as_deref().filter(|name| self.look.verbose && !row.summary.contains(name));
        let recorded = recorded.map_or_else(String::new, |name| format!(" [{}]", sanitize::clip(name, 80)));
        let record = row.evidence.first().map_or_else(String::new, |first| match row.evidence_total.saturating_sub(1) {
            0 => first.clone(),
            more => format!("{first} +{more}"),
        });
        Texts {
            time: self.clock.moment(&row.time),
            account: self.names.of(&row.account).to_owned(),
            who: format!("{}{doubt}", row.actor.name()),
            what: format!("{}{recorded}", row.summary),
            from: from.join(" "),
            record,
            tone: match row.actor {
                Actor::Intruder => Tone::Bad,
                Actor::Unknown => Tone::Warn,
                Actor::Owner | Actor::System => Tone::Plain,
            },
        }
    }

    /// Widths of the columns, or `None` where there is no room for a table.
    fn layout(&self, rows: &[Texts], with_account: bool) -> Option<Layout> {
        let widest = |text: fn(&Texts) -> &str, title: &str, most: usize| {
            let longest = rows.iter().map(|row| shown(text(row)).width()).max().unwrap_or(0);
            longest.max(title.width()).min(most)
        };
        let wide = self.look.width >= WIDE;
        let zone = format!("Time ({})", self.clock.zone());
        let time = rows.iter().map(|row| row.time.width()).max().unwrap_or(0).max(zone.width());
        let account = if with_account { widest(|row| &row.account, "Account", if wide { 28 } else { 18 }) } else { 0 };
        let who = widest(|row| &row.who, "Who", 9);
        let from = if wide { widest(|row| &row.from, "From", 34) } else { 0 };
        let record = if wide { widest(|row| &row.record, "Record", 16) } else { 0 };
        let gap = usize::from(GAP);
        let fixed: usize = [time, account, who, from, record].into_iter().filter(|width| *width > 0).map(|width| width + gap).sum();
        let room = self.look.width.saturating_sub(fixed + gap + 1);
        let what = widest(|row| &row.what, "What", room);
        (room >= LEAST).then_some(Layout { zone, wide, with_account, widths: [time, account, who, what, from, record] })
    }

    fn draw(&self, page: &mut Page<'_>, rows: &[Texts], layout: &Layout) {
        let mut table = Table::new();
        let line = if self.look.unicode { '─' } else { '-' };
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill(line).junction(line)));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if self.look.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(
            layout.pick([&layout.zone, "Account", "Who", "What", "From", "Record"]).map(|(_, title)| self.cell(title, Tone::Strong)),
        );
        for row in rows {
            let what = if layout.wide { row.what.clone() } else { row.what_with_tail(layout.width_of_what()) };
            let from = if row.from.is_empty() { "–" } else { &row.from };
            let tones = [Tone::Plain, Tone::Plain, row.tone, Tone::Plain, Tone::Plain, Tone::Dim];
            let cells = layout.pick([&row.time, &row.account, &row.who, &what, from, &row.record]);
            table.add_row(cells.map(|(at, text)| self.cell(text, tones.get(at).copied().unwrap_or(Tone::Plain))).collect::<Vec<_>>());
        }
        table.set_width(u16::try_from(self.look.width).unwrap_or(u16::MAX));
        for (column, (at, _)) in table.column_iter_mut().zip(layout.pick([""; 6])) {
            let width = layout.widths.get(at).copied().unwrap_or(0);
            column.set_padding((0, GAP - 1));
            let whole = u16::try_from(width).unwrap_or(u16::MAX).saturating_add(GAP - 1);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(whole)));
        }
        for line in table.lines() {
            page.raw(&format!(" {}", line.trim_end().replace(UNBROKEN, " ")));
        }
    }

    fn cell(&self, text: &str, tone: Tone) -> Cell {
        let mut clean = String::new();
        for (at, part) in text.split('\u{0}').enumerate() {
            // The only line break in a cell is our own, written as NUL by `what_with_tail`.
            clean.push_str(if at > 0 { "\n" } else { "" });
            clean.push_str(&shown(part));
        }
        let cell = Cell::new_owned(clean);
        match tone {
            _ if !self.look.color => cell,
            Tone::Bad => cell.fg(Color::Red),
            Tone::Warn => cell.fg(Color::Yellow),
            Tone::Strong => cell.add_attribute(comfy_table::Attribute::Bold),
            Tone::Dim => cell.add_attribute(comfy_table::Attribute::Dim),
            Tone::Plain | Tone::Good | Tone::Code => cell,
        }
    }

    /// How many rows of whom are not in the table, and where they are.
    fn left_out(&self, page: &mut Page<'_>, rows: &[&TimelineRow]) {
        let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &self.report.timeline {
            *missing.entry(&row.account).or_default() += 1;
        }
        for row in rows {
            missing.entry(&row.account).and_modify(|n| *n -= 1);
        }
        missing.retain(|_, n| *n > 0);
        if missing.is_empty() {
            return;
        }
        let mut parts: Vec<String> = missing.iter().take(6).map(|(account, n)| format!("{n} of {}", self.names.of(account))).collect();
        if missing.len() > 6 {
            let rest: u64 = missing.values().skip(6).sum();
            parts.push(format!("{rest} of others"));
        }
        let total = count(missing.values().sum(), "more row", "more rows");
        let line = Line::new().add(Tone::Dim, format!("… {total} ({}): -v shows all; --json and -o DIR have them", parts.join(", ")));
        page.wrap(" ", " ", &line);
    }
}

/// What makes an act graver than its kind: it copies whole folders, makes an account or a link for anybody, or
/// holds for everybody.
fn graver(row: &TimelineRow) -> i64 {
    let starts = |words: &str| row.summary.starts_with(words);
    match row.action.as_str() {
        "mail-read" if starts("synchronised") => 40,
        "account-change" if starts("created") => 35,
        "file-shared" if starts("made a link") => 30,
        "consent" if row.summary.ends_with("for the whole organisation") => 60,
        _ => 0,
    }
}

/// Widths and choice of the columns.
struct Layout {
    zone: String,
    wide: bool,
    with_account: bool,
    /// Of time, account, who, what, from, record; without the blanks between.
    widths: [usize; 6],
}

impl Layout {
    /// The texts of the columns that are shown, with their numbers.
    fn pick<'t>(&self, texts: [&'t str; 6]) -> impl Iterator<Item = (usize, &'t str)> {
        let (wide, with_account) = (self.wide, self.with_account);
        texts.into_iter().enumerate().filter(move |(at, _)| match at {
            1 => with_account,
            4 | 5 => wide,
            _ => true,
        })
    }

    fn width_of_what(&self) -> usize {
        let [_, _, _, what, _, _] = self.widths;
        what
    }
}

impl Texts {
    /// The act with address and record behind it, on a line of their own where they do not fit.
    fn what_with_tail(&self, width: usize) -> String {
        let record = self.record.replace(' ', UNBROKEN);
        let tail = if self.from.is_empty() { record } else { format!("{}  {record}", self.from) };
        let what = self.what.replace('\u{0}', "\\u{0}");
        let tail = tail.replace('\u{0}', "\\u{0}");
        if shown(&what).width() + 2 + shown(&tail).width() <= width { format!("{what}  {tail}") } else { format!("{what}\u{0}{tail}") }
    }
}

/// Rows one below the other, for terminals too narrow for a table.
fn list(page: &mut Page<'_>, rows: &[Texts]) {
    for row in rows {
        let head = Line::new().add(Tone::Strong, &row.time).plain(" ").plain(&row.account).plain(" ").add(row.tone, &row.who);
        page.wrap("", "  ", &head);
        page.wrap("  ", "  ", &Line::new().plain(&row.what));
        page.wrap("  ", "  ", &Line::new().add(Tone::Dim, &row.from).plain("  ").add(Tone::Dim, &row.record));
    }
}

/// The text as a cell shows it.
fn shown(text: &str) -> String {
    sanitize::terminal(&sanitize::clip(text, 400), false).into_owned()
}

/// The name of an operator without the words that all of them have; its full name stands with the
/// incident's addresses.
fn short_organisation(name: &str) -> &str {
    const MOST: usize = 20;
    let mut end = 0;
    for (at, _) in name.match_indices(' ').chain(std::iter::once((name.len(), ""))) {
        let head = name.get(..at).unwrap_or(name);
        if end > 0 && head.width() > MOST {
            break;
        }
        end = at;
    }
    name.get(..end).unwrap_or(name).trim_end_matches([',', '.', '-', ' '])
}

#[cfg(test)]
mod tests {
    use super::short_organisation;

    #[test]
    fn long_operators_are_named_by_their_first_words() {
        assert_eq!(short_organisation("MTN"), "MTN");
        assert_eq!(short_organisation("MTN NIGERIA Communication limited"), "MTN NIGERIA");
        assert_eq!(short_organisation("Donaudampfschifffahrtsgesellschaft mbH"), "Donaudampfschifffahrtsgesellschaft");
        assert_eq!(short_organisation("Acme, Inc. of Somewhere Else"), "Acme, Inc. of");
    }
}
