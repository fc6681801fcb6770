//! Findings, incidents and the timeline.

use super::{Counterparty, Exposure, Sentence};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Of little weight alone.
    Low,
    /// Worth a look; the most that an innocent account's finding can have.
    Medium,
    /// Most likely an intruder's.
    High,
    /// An intruder's act that does harm now.
    Critical,
}

/// Something notable that a detection found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its id in this report: `f3`.
    pub id: String,
    /// Id of the detection.
    pub detection: Cow<'static, str>,
    /// Title of the detection.
    pub title: Cow<'static, str>,
    /// How much it matters.
    pub severity: Severity,
    /// Account that it is about; absent for findings about the whole tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When it began; absent for undated acts and for settings of unknown age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// When it ended, where it lasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// What was found, in one line.
    pub summary: String,
    /// MITRE ATT&CK techniques.
    pub mitre: Vec<Cow<'static, str>>,
    /// Pointers of the first records that show it.
    pub evidence: Vec<String>,
    /// How many records show it.
    pub evidence_total: u64,
}

/// Accounts that one intruder took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// Its id: `c1`.
    pub id: String,
    /// Its accounts, in the order in which they were taken.
    pub accounts: Vec<String>,
    /// Where it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_zero: Option<PatientZero>,
    /// Who was taken through whom: a forest, each account has at most one parent.
    pub edges: Vec<Edge>,
    /// Accounts with one intruder where no path from one to the other is shown.
    pub links: Vec<Link>,
    /// The turning points, in order of time.
    pub milestones: Vec<Milestone>,
    /// The incident in one line, without its id: `3 accounts compromised within 32 h 12 min`.
    pub summary: String,
    /// What happened, for a board: what, to whom, when, how it began and went on, how long it lasted, when it could
    /// have been noticed, what is still in place, what is not known; times are in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// The same sentence by sentence, each with the findings and records that it rests on.
    #[serde(default)]
    pub story: Vec<Sentence>,
    /// What was seen and taken by all of its accounts: every message, file and person once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// Whom to notify: first those outside, then those inside, in the order of their names.
    #[serde(default)]
    pub counterparties: Vec<Counterparty>,
}

/// The first account of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PatientZero {
    /// The account.
    pub account: String,
    /// How sure it is that none of the others came before, 0 to 1.
    pub confidence: f64,
    /// How the intruder got in: `external-phish`, `password-spray`, `mfa-fatigue`, `session-replay`,
    /// `consent` or `unknown`.
    pub vector: String,
    /// What supports that, or which export would tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// By which way an intruder went from one account to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EdgePath {
    /// A mail sent from the first account.
    InternalPhishing,
    /// A file or link shared from it.
    SharedFile,
    /// A Teams message from it.
    TeamsMessage,
    /// Rights of the first account on the mailbox of the second.
    DelegateAccess,
    /// The first account's intruder reset or knew the second's credential.
    SharedCredential,
    /// Two kinds of path fit equally.
    UnknownPath,
}

/// One step of the spread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edge {
    /// The account that it came from.
    pub from: String,
    /// The account that it went to.
    pub to: String,
    /// When the path was laid: the time of the mail, the share, the reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// By which way.
    pub path: EdgePath,
    /// Its share among all explanations, 0.5 to 1.
    pub confidence: f64,
    /// Records that show the path.
    pub path_evidence: Vec<String>,
    /// Records that show the same actor on both sides.
    pub same_actor_evidence: Vec<String>,
    /// What speaks for it, in words that can follow a comma.
    pub why: String,
}

/// Accounts with one intruder and no path between them in these exports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The accounts.
    pub accounts: Vec<String>,
    /// What joins them.
    pub why: String,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// A turning point of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    /// When.
    pub time: String,
    /// Which account.
    pub account: String,
    /// What kind: `first-access`, `first-hiding`, `first-consent`, `first-spread`, `first-noticeable`, `last-activity`.
    pub kind: String,
    /// The same in words.
    pub summary: String,
    /// Pointers of its records.
    pub evidence: Vec<String>,
}

/// Who did an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// Somebody else; only on accounts with the verdict compromised.
    Intruder,
    /// The account's usual user; it does not mean that the act is innocent.
    Owner,
    /// A service or an app of the organisation.
    System,
    /// The records do not tell.
    Unknown,
}

impl Actor {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Actor::Intruder => "intruder",
            Actor::Owner => "owner",
            Actor::System => "system",
            Actor::Unknown => "unknown",
        }
    }
}

/// An address that no record of an act has: other acts of the same session or hour came from there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AscribedAddress {
    /// The address.
    pub ip: String,
    /// Its country, two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Number of its autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_org: Option<String>,
}

/// One row of the timeline: an act, or a run of like acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimelineRow {
    /// When, or when the run began.
    pub time: String,
    /// When the run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// How many acts the row stands for.
    pub count: u64,
    /// Who acted.
    pub account: String,
    /// Whose hand it was.
    pub actor: Actor,
    /// How sure that is, 0 to 1.
    pub certainty: f64,
    /// What was done.
    #[schemars(schema_with = "super::action_schema")]
    pub action: String,
    /// How it ended.
    #[schemars(schema_with = "super::outcome_schema")]
    pub outcome: String,
    /// The act in words, in the past tense, without its subject.
    pub summary: String,
    /// Subject of the mails that were sent, where all have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Operation of the record that the words are of, as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// From which address, as the first record behind the row says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Country of the address, two letters; absent for Microsoft 365's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Number of its autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_org: Option<String>,
    /// The address whose user the act is ascribed to, where the record has another or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ascribed_address: Option<AscribedAddress>,
    /// Client, as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Application: its name where known, else its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// Detections that the act belongs to.
    pub detections: Vec<String>,
    /// Pointers of the first records behind the row.
    pub evidence: Vec<String>,
    /// How many records there are behind it.
    pub evidence_total: u64,
}
