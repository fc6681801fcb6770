//! Tables of delimited text.

mod head;
pub(super) mod row;
mod scan;
mod split;

pub(super) use head::find;
pub(super) use split::CsvSplitter;
