//! Tables of delimited text.

mod dialect;
mod head;
pub(super) mod row;
mod scan;
mod split;

pub(super) use dialect::Dialect;
pub(super) use head::find;
pub(super) use split::CsvSplitter;
