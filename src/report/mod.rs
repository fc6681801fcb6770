//! The report: its data model and the views drawn from it. No analysis in here.

pub mod build;
pub mod detections_page;
pub mod events_file;
pub mod exposure_csv;
pub mod exposure_words;
mod forest;
#[cfg(test)]
pub(crate) mod golden;
pub mod html;
pub mod model;
pub mod narrative;
pub mod output;
mod phrases;
pub mod response_page;
#[cfg(test)]
pub(crate) mod samples;
pub mod sanitize;
pub mod scope;
pub mod screen;
pub mod summary;
pub mod timeline_csv;
