//! The ledger: what was read, what became of it, and what is missing.

use super::is_false;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One file or archive member that was read. Its ledger balances:
/// `records == events + states + duplicates + sum(ignored) + sum(rejected)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Id that pointers begin with: `i0`, `i1`, ... in the order of the paths.
    pub id: String,
    /// Path below the folder that was given, with `/` between its parts.
    pub path: String,
    /// Name of the archive member, for a zip file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// SHA-256 of the file as it lies on disk, or of the unpacked member; lower-case hex.
    pub sha256: String,
    /// Length of the same bytes.
    pub bytes: u64,
    /// Text encoding that was found: `utf-8`, `utf-16le`, `windows-1252`, ...
    pub encoding: String,
    /// How it was packed: `none`, `gzip`, `zip`, `zstd`.
    pub compression: String,
    /// Id of the export format: `ual.search-csv`.
    pub format: String,
    /// Kind of log: `audit`, `sign-in`, `message-trace`, ...
    pub family: String,
    /// Records in it, readable or not.
    pub records: u64,
    /// Records that became an event of their own.
    pub events: u64,
    /// Records that are a row of a snapshot: true when it was taken, without a time of their own.
    pub states: u64,
    /// Records that repeat an event met elsewhere.
    pub duplicates: u64,
    /// Inputs whose events they repeat; this one too, where it repeats itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates_of: Vec<String>,
    /// Records set aside on purpose, by reason.
    pub ignored: Vec<Count>,
    /// Records that could not be read as what they should be, by reason.
    pub rejected: Vec<Count>,
    /// Time of its first dated event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event_at: Option<String>,
    /// Time of its last dated event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_at: Option<String>,
    /// Parts of it are damaged: cut off, undecodable, or changed while it was read.
    #[serde(default, skip_serializing_if = "is_false")]
    pub damaged: bool,
    /// What a reader of the report should know about the input: limits hit, damage, assumptions.
    pub notices: Vec<Notice>,
}

impl Input {
    /// Records set aside on purpose.
    pub fn ignored_total(&self) -> u64 {
        self.ignored.iter().map(|count| count.count).sum()
    }

    /// Records that could not be read.
    pub fn rejected_total(&self) -> u64 {
        self.rejected.iter().map(|count| count.count).sum()
    }

    /// Records of which it is known what became of them; equal to `records` if the ledger balances.
    pub fn accounted(&self) -> u64 {
        [self.events, self.states, self.duplicates, self.ignored_total(), self.rejected_total()].into_iter().fold(0, u64::saturating_add)
    }

    /// Path and member as they are shown: `exports.zip > ual/part-1.csv`.
    pub fn shown_path(&self) -> String {
        self.member.as_ref().map_or_else(|| self.path.clone(), |member| format!("{} > {member}", self.path))
    }
}

/// How many records share a reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// The reason, as a stable code.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// Pointer of the first of them.
    pub first: String,
}

/// Something worth knowing about an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// Stable code: `cap-reached`, `incomplete-export`, ...
    pub code: String,
    /// The same in words, with what to do about it.
    pub text: String,
}

/// A file or member that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// Path below the folder that was given; `archive > member` for a member.
    pub path: String,
    /// What it is, and what to do if it matters.
    pub reason: String,
    /// True if it is damaged or unreadable, as opposed to simply being no export.
    #[serde(default, skip_serializing_if = "is_false")]
    pub damaged: bool,
}

/// A database that addresses were looked up in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GeoSource {
    /// `built-in`, or the name of the file that was given.
    pub source: String,
    /// Day on which it was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_date: Option<String>,
    /// Its type, as it names itself.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What the exports cover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// First and last dated event of each kind of log.
    pub families: BTreeMap<String, Span>,
    /// Questions that these exports cannot answer, with the export that would.
    pub unanswerable: Vec<Unanswerable>,
}

/// A span of time, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// Its first moment.
    pub from: String,
    /// Its last moment.
    pub to: String,
}

/// A question that stays open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unanswerable {
    /// The question.
    pub question: String,
    /// What is missing, and which export would have it.
    pub missing: String,
}

/// What the report was narrowed to. Verdicts rest on all of the evidence whatever is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Narrowed {
    /// Acts and findings from this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Acts and findings up to this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only these accounts; empty where all are shown.
    pub accounts: Vec<String>,
    /// Compromised and suspicious accounts that are therefore not shown.
    pub hidden: u64,
    /// No record with a time lies in the span.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub outside: bool,
}
