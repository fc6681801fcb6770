//! What a hostile or broken file may cost.

/// Bounds on the work that one input can cause. Reaching one rejects a record or ends a file with that
/// reason; the other files are still read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Unpacked bytes of one compressed file or archive member.
    pub decompressed_file: u64,
    /// Unpacked bytes of all compressed inputs of a run (see [`OpenOptions::spent`](super::OpenOptions::spent)).
    pub decompressed_run: u64,
    /// Unpacked bytes for each packed byte, once [`RATIO_FREE`] bytes are unpacked.
    pub ratio: u64,
    /// Members of one archive.
    pub members: usize,
    /// Levels of packing: 2 reads a gzip file inside a zip archive.
    pub nesting: u32,
    /// Bytes of one JSON element or CliXML object.
    pub element: usize,
    /// Bytes of one quoted CSV cell.
    pub cell: usize,
    /// Columns of a CSV header.
    pub columns: usize,
    /// Bytes of one CSV record or line of JSON.
    pub line: usize,
}

/// Bytes that any compressed input may unpack to, whatever its ratio.
pub const RATIO_FREE: u64 = 64 << 20;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            decompressed_file: 64 << 30,
            decompressed_run: 256 << 30,
            ratio: 200,
            members: 100_000,
            nesting: 2,
            element: 64 << 20,
            cell: 16 << 20,
            columns: 4096,
            line: 64 << 20,
        }
    }
}
