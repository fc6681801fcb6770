//! Writers: one file for each family of exports. Shapes are those of docs/formats.md.

pub mod audit;
pub mod mail;
pub mod sign_in;
pub mod state;

use std::path::Path;

/// A file of an example folder.
pub struct Exported {
    /// Path inside the folder. A name that ends in `.gz` is packed when it is written.
    pub path: &'static str,
    /// Content, not packed.
    pub bytes: Vec<u8>,
}

impl Exported {
    /// A file of that content.
    pub fn new(path: &'static str, bytes: impl Into<Vec<u8>>) -> Exported {
        Exported { path, bytes: bytes.into() }
    }

    /// It is packed when it is written.
    pub fn packed(&self) -> bool {
        Path::new(self.path).extension().is_some_and(|extension| extension == "gz")
    }
}

/// A cell in quotes, as `Export-Csv` writes every cell.
pub fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// A cell in quotes only where it needs them, as the portals write.
pub fn bare(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { quoted(cell) } else { cell.to_owned() }
}

/// A row of cells, each written by `cell`, with the line end of Windows.
pub fn row<T: AsRef<str>>(cells: &[T], cell: fn(&str) -> String) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

/// UTF-16LE with a byte-order mark, as historical searches are delivered.
pub fn utf16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}
