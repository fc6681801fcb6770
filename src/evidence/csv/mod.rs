//! Tables of delimited text.

mod head;
pub(super) mod row;
pub(super) mod scan;
mod split;

pub(super) use head::find;
pub(super) use split::CsvSplitter;
