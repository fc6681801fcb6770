//! A long table: its first rows as HTML for everybody, all rows as compact JSON for the script that filters,
//! searches and turns pages.

use super::escape::script_json;
use crate::report::sanitize;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// Rows that are there without a script.
const PLAIN: usize = 300;

/// How the cells of a column look and what can be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What it is all about: most of the room.
    Main,
    /// Other words.
    Words,
    /// A time, or two.
    Time,
    /// Something short that must not be broken.
    Short,
    /// One of few values, to choose from.
    Choice,
    /// Pointers of records, separated by blanks.
    Pointers,
}

impl Kind {
    /// The name that style and script know.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Main => "main",
            Kind::Words => "words",
            Kind::Time => "time",
            Kind::Short => "short",
            Kind::Choice => "choice",
            Kind::Pointers => "pointers",
        }
    }
}

/// A column.
pub(super) struct Column {
    /// Its heading.
    pub(super) title: &'static str,
    /// How it looks.
    pub(super) kind: Kind,
}

/// One row.
pub(super) struct Row {
    /// A text for each column.
    pub(super) cells: Vec<String>,
    /// First and last second (since 1970), where it has a time.
    pub(super) span: Option<(i64, i64)>,
}

impl Row {
    /// The cells with their columns.
    pub(super) fn columns<'t>(&'t self, table: &'t Table) -> impl Iterator<Item = (&'t Column, &'t String)> {
        table.columns.iter().zip(&self.cells)
    }
}

/// A table under a name that is unique on the page.
pub(super) struct Table {
    /// Its name, for links and the script.
    pub(super) id: &'static str,
    /// What the rows are called.
    pub(super) noun: &'static str,
    /// Its columns.
    pub(super) columns: Vec<Column>,
    /// Its rows.
    pub(super) rows: Vec<Row>,
    /// Column whose texts links lead to.
    pub(super) key: Option<usize>,
}

/// The rows as the script reads them.
#[derive(Serialize)]
struct Data<'t> {
    /// Each text once.
    texts: Vec<&'t str>,
    /// The numbers of the texts, row by row.
    cells: Vec<u32>,
    /// First and last second of each row; nothing where it has no time.
    spans: Vec<Option<(i64, i64)>>,
    /// Column that links lead to.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<usize>,
}

impl Table {
    /// The rows that are there without a script.
    pub(super) fn first(&self) -> &[Row] {
        self.rows.get(..self.rows.len().min(PLAIN)).unwrap_or_default()
    }

    /// True where a script is needed to see all rows.
    pub(super) fn is_cut(&self) -> bool {
        self.rows.len() > PLAIN
    }

    /// The element id of a row that links lead to.
    pub(super) fn anchor<'r>(&self, row: &'r Row) -> Option<&'r str> {
        row.cells.get(self.key?).map(String::as_str)
    }

    /// All rows, safe inside a script element, with what a reader would not see written visibly.
    pub(super) fn data(&self) -> String {
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        let mut data =
            Data { texts: Vec::new(), cells: Vec::with_capacity(self.rows.len() * self.columns.len()), spans: Vec::new(), key: self.key };
        for row in &self.rows {
            data.spans.push(row.span);
            for cell in &row.cells {
                let number = *numbers.entry(cell).or_insert_with(|| {
                    data.texts.push(cell);
                    u32::try_from(data.texts.len() - 1).unwrap_or(0)
                });
                data.cells.push(number);
            }
        }
        let visible: Vec<_> = data.texts.iter().map(|text| sanitize::terminal(text, false)).collect();
        data.texts = visible.iter().map(AsRef::as_ref).collect();
        serde_json::to_string(&data).map(|json| script_json(&json)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn table(rows: usize) -> Table {
        let columns = vec![Column { title: "Who", kind: Kind::Choice }, Column { title: "What", kind: Kind::Words }];
        let row = |n: usize| Row { cells: vec!["a".to_owned(), format!("</script>{n}\u{202e}")], span: Some((1, 2)) };
        Table { id: "acts", noun: "acts", columns, rows: (0..rows).map(row).collect(), key: None }
    }

    #[test]
    fn the_data_has_every_row_and_each_text_once() {
        let table = table(400);
        let data: Value = serde_json::from_str(&table.data()).unwrap();
        assert_eq!((data["cells"].as_array().unwrap().len(), data["texts"].as_array().unwrap().len()), (800, 401));
        let last = data["cells"][799].as_u64().unwrap();
        assert_eq!(data["texts"][usize::try_from(last).unwrap()], "</script>399\\u{202e}");
        assert!(!table.data().contains('<'));
    }

    #[test]
    fn so_many_rows_stand_there_without_a_script() {
        for (rows, cut) in [(PLAIN - 1, false), (PLAIN, false), (PLAIN + 1, true)] {
            let table = table(rows);
            assert_eq!((table.first().len(), table.is_cut()), (rows.min(PLAIN), cut));
        }
    }
}
