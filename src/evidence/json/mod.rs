//! JSON in every envelope that exports come in.

mod inner;
pub(super) mod look;
pub(super) mod repair;
mod scan;
mod split;

pub(super) use inner::holds_json;
pub(super) use split::JsonSplitter;
