//! A plain table: a heading, a rule below it, and columns that share the width of the view.

use super::Look;
use super::paint::{Line, Page, Tone};
use crate::report::sanitize;
use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

/// Columns of the view that each column needs at least; with less, there is no table but a list.
const LEAST: usize = 12;

/// Rows under headings. The first column is as wide as its words, up to a third of the view.
pub(super) struct Columns {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    pub(super) fn new(titles: &[&str]) -> Columns {
        Columns { titles: titles.iter().map(|title| (*title).to_owned()).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn draw(&self, page: &mut Page<'_>, look: &Look) {
        if self.rows.is_empty() {
            return;
        }
        if look.width < LEAST * self.titles.len() {
            return self.list(page);
        }
        let mut table = Table::new();
        let line = if look.unicode { '─' } else { '-' };
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill(line).junction(line)));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if look.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let bold = |title: &String| {
            if look.color { Cell::new_owned(title.clone()).add_attribute(Attribute::Bold) } else { Cell::new_owned(title.clone()) }
        };
        table.set_header(self.titles.iter().map(bold));
        for row in &self.rows {
            table.add_row(row.iter().map(|text| Cell::new_owned(shown(text))).collect::<Vec<_>>());
        }
        table.set_width(u16::try_from(look.width.saturating_sub(1)).unwrap_or(u16::MAX));
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 1));
            if at == 0 {
                column.set_constraint(self.first_column(look.width / 3));
            }
        }
        for line in table.lines() {
            page.raw(&format!(" {}", line.trim_end()));
        }
    }
}

impl Columns {
    fn first_column(&self, most: usize) -> ColumnConstraint {
        let widest = self.rows.iter().filter_map(|row| row.first()).map(|text| shown(text).width()).max().unwrap_or(0);
        if widest < most {
            ColumnConstraint::ContentWidth
        } else {
            ColumnConstraint::UpperBoundary(Width::Fixed(u16::try_from(most).unwrap_or(u16::MAX)))
        }
    }

    /// Rows one below the other, for terminals too narrow for a table.
    fn list(&self, page: &mut Page<'_>) {
        for row in &self.rows {
            let mut cells = row.iter().zip(&self.titles);
            if let Some((first, _)) = cells.next() {
                page.wrap("", "  ", &Line::new().add(Tone::Strong, first.trim_start()));
            }
            for (text, title) in cells.filter(|(text, _)| !text.is_empty()) {
                page.wrap("  ", "    ", &Line::new().add(Tone::Dim, format!("{title}: ")).plain(text));
            }
        }
    }
}

/// The text as a cell shows it.
fn shown(text: &str) -> String {
    sanitize::terminal(&sanitize::clip(text, 400), false).into_owned()
}
