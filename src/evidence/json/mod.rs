//! JSON in every envelope that exports come in.

pub(super) mod look;
pub(super) mod repair;
mod scan;
mod split;

pub(super) use split::JsonSplitter;
