//! bectrace reads Microsoft 365 exports offline and answers who was taken over, since when, how, from
//! where, what the intruder did, and how it went from account to account.
//!
//! The way of the data, each module depending only on those before it:
//!
//! ```text
//! config ─► stages ─► evidence ─► events ─► formats ─► enrich ─► habits ─► detections ─► scoring ─► attribution ─► cascade ─► exposure ─► analysis ─► remaining ─► response ─► report ─► plan ─► cli
//! ```

pub mod analysis;
pub mod attribution;
pub mod cascade;
pub mod cli;
pub mod config;
pub mod detections;
pub mod enrich;
pub mod events;
pub mod evidence;
pub mod exposure;
pub mod formats;
pub mod habits;
pub mod plan;
pub mod remaining;
pub mod report;
pub mod response;
pub mod scoring;
pub mod stages;
