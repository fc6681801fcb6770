//! The report: its data model and the views drawn from it. No analysis in here.

mod countries;
#[cfg(test)]
pub(crate) mod golden;
pub mod model;
#[cfg(test)]
pub(crate) mod samples;
pub mod sanitize;
pub mod screen;
