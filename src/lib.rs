//! bectrace reads Microsoft 365 exports offline and answers who was taken over, since when, how, from
//! where, what the intruder did, and how it went from account to account.
//!
//! The way of the data, each module depending only on those before it:
//!
//! ```text
//! evidence ─► events ─► formats ─► enrich ─► habits ─► detections ─► attribution ─► scoring ─► cascade ─► report ─► cli
//! ```

pub mod config;
pub mod enrich;
pub mod events;
pub mod evidence;
pub mod formats;
