//! bectrace

pub mod cli;
pub mod enrich;
pub mod events;
pub mod evidence;
pub mod formats;
pub mod report;
