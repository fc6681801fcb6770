//! What is still in place, and what became of clean-ups.

use crate::remaining::{By, Identity, Kind, Origin, Status};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// Something that outlives a new password: made by the intruder, or there and like what intruders make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remaining {
    /// What kind.
    #[schemars(schema_with = "kind_schema")]
    pub kind: String,
    /// What it is, in words that can follow its kind: `"." that moves mail to RSS Feeds`.
    pub summary: String,
    /// How it stands, as far as the exports tell.
    #[schemars(schema_with = "status_schema")]
    pub status: String,
    /// How sure it is that it is the intruder's.
    #[schemars(schema_with = "origin_schema")]
    pub origin: String,
    /// On what the status rests, in words.
    pub basis: String,
    /// The export that would tell how it stands, where the status is `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    /// The account whose intruder made it; absent where no record says who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// When it was made, where a record says so; of sessions, since when the intruder was in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// By what it is known, with names exactly as in the records.
    pub identity: Identity,
    /// Pointers of the records that made it; of sessions, of the intruder's last act.
    pub evidence: Vec<String>,
    /// Pointers of the rows of snapshots that show it.
    pub found: Vec<String>,
    /// How it ended, where the status is `removed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Ending>,
}

/// How something ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ending {
    /// When; absent where only a snapshot shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// How: `removed`, `switched off`, `password reset`, ...
    pub how: String,
    /// Who.
    #[schemars(schema_with = "by_schema")]
    pub by: String,
    /// The account that did it, where a record says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Pointers of the records that show it.
    pub evidence: Vec<String>,
}

/// What was done to take an account back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CleanUp {
    /// The acts, in time order: resets, revocations, blocks, removals of what the intruder had made.
    pub acts: Vec<Ending>,
    /// Things of the intruder's that are in place, or not known to be gone.
    pub survived: u64,
    /// Acts of the intruder within 90 minutes after the first reset, revocation or block: consistent with
    /// access tokens that run on.
    pub lingering: u64,
    /// Acts of the intruder later than that: he came back, or never left.
    pub returned: u64,
    /// First of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_from: Option<String>,
    /// Last of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returned_to: Option<String>,
    /// How many of those came more than 90 minutes after the last reset, revocation or block.
    pub returned_since_last: u64,
    /// Acts of the intruder after the first reset, revocation or block that failed: he tried again.
    #[serde(default)]
    pub attempts: u64,
    /// Last of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<String>,
    /// Pointers of the first acts after it: of those that succeeded, else of those that failed.
    pub evidence: Vec<String>,
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Schema {
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    schemars::json_schema!({ "type": "string", "enum": names })
}

fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    names(Kind::ALL, Kind::name)
}

fn status_schema(_: &mut SchemaGenerator) -> Schema {
    names(Status::ALL, Status::name)
}

fn origin_schema(_: &mut SchemaGenerator) -> Schema {
    names(Origin::ALL, Origin::name)
}

fn by_schema(_: &mut SchemaGenerator) -> Schema {
    names(By::ALL, By::name)
}
