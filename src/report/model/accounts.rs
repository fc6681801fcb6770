//! Accounts: verdicts with every reason, what was exposed, what is still in place.

use super::remaining::{CleanUp, Remaining};
use super::{Activity, Exposure, Sentence};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an account stands. Ordered from the most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Somebody else acted in it (probability from 0.99, by at least two kinds of evidence).
    Compromised,
    /// The evidence points that way and does not suffice.
    Suspicious,
    /// It was attacked, and nothing shows that an attack succeeded.
    Targeted,
    /// Nothing speaks against it.
    Clear,
}

impl Verdict {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Compromised => "compromised",
            Verdict::Suspicious => "suspicious",
            Verdict::Targeted => "targeted",
            Verdict::Clear => "clear",
        }
    }
}

/// One account (a directory object) with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// Lower-case user principal name or primary address; a lower-case GUID where no row names it.
    pub account: String,
    /// Other names under which records know it.
    pub aliases: Vec<String>,
    /// Its object id in the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_id: Option<String>,
    /// How it stands.
    pub verdict: Verdict,
    /// Probability that somebody else acted in it, 0 to 1.
    pub probability: f64,
    /// The same as a score in decibans: the prior plus all terms.
    pub score_db: f64,
    /// The terms of the score, largest first.
    pub terms: Vec<Term>,
    /// First act ascribed to the intruder that succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compromised_at: Option<String>,
    /// The earliest odd acts before that, of which it is open whose they were: perhaps it began then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Earlier>,
    /// Last act ascribed to the intruder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_intruder_at: Option<String>,
    /// Incident that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Addresses that the intruder acted from, by first use.
    pub intruder_addresses: Vec<IntruderAddress>,
    /// When it was used, by whom, from where; for accounts that are suspicious or compromised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Activity>,
    /// What happened, in plain English in the order of time, with times in UTC; for accounts that are suspicious
    /// or compromised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub narrative: Option<String>,
    /// The same sentence by sentence, each with the findings and records that it rests on.
    #[serde(default)]
    pub story: Vec<Sentence>,
    /// Ids of its findings.
    pub findings: Vec<String>,
    /// What the intruder saw or took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// What the intruder made that outlives a new password, and how it stands; of a suspicious account, what
    /// is to be checked.
    pub remaining: Vec<Remaining>,
    /// What was done to take the account back, and whether the intruder came back after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clean_up: Option<CleanUp>,
}

/// Odd acts before the intrusion that nothing ties to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Earlier {
    /// When they began.
    pub time: String,
    /// What was found, in one line.
    pub summary: String,
    /// The findings.
    pub findings: Vec<String>,
    /// Pointers of its records.
    pub evidence: Vec<String>,
}

/// One term of a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// Family of evidence; dependent evidence shares one and is not counted twice.
    pub family: String,
    /// Detection that it comes from, or the name of the rule that lowers or links.
    pub detection: String,
    /// What it adds, in decibans; negative where it speaks for the owner.
    pub db: f64,
    /// Why, in words.
    pub why: String,
    /// Findings behind it.
    pub findings: Vec<String>,
}

/// An address that the intruder acted from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IntruderAddress {
    /// The address.
    pub ip: String,
    /// Where it is and what kind of network, in words, with what of it is doubtful.
    #[serde(default)]
    pub place: String,
    /// Country, two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_org: Option<String>,
    /// Kind of network: `consumer`, `mobile`, `hosting`, `vpn`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// First act from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    /// Last act from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    /// Acts from it that are ascribed to the intruder.
    pub events: u64,
}

/// An act without a usable time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undated {
    /// Who acted, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What was done.
    #[schemars(schema_with = "super::action_schema")]
    pub action: String,
    /// The same in words.
    pub summary: String,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Pointers of its records.
    pub evidence: Vec<String>,
}
