//! Acts of an account, counted: when it was used, by whom, from where.

use super::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an account was used, so that owner and intruder can be seen side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Activity {
    /// Length of a slot, in seconds.
    pub slot_seconds: u32,
    /// Acts in each slot that has some, from some days before the incident until after it; in order of time.
    pub slots: Vec<ActivitySlot>,
    /// Mails that the intruder sent, each recipient counted, in each minute that has some.
    pub mails_by_minute: Vec<MailMinute>,
    /// Sign-ins over all of the exports, by network and whose they were; most frequent first, the first 40.
    pub sign_ins: Vec<SignInPlace>,
    /// How many such groups there are.
    pub sign_ins_total: u64,
}

/// Acts of one hand in one slot of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActivitySlot {
    /// Begin of the slot.
    pub from: String,
    /// Whose acts.
    pub actor: Actor,
    /// How many.
    pub events: u64,
}

/// Mails sent within one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MailMinute {
    /// Begin of the minute.
    pub minute: String,
    /// How many, each recipient counted.
    pub mails: u64,
}

/// Sign-ins of one hand from one network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignInPlace {
    /// Whose sign-ins.
    pub actor: Actor,
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
    pub network: String,
    /// Sign-ins that succeeded.
    pub succeeded: u64,
    /// Sign-ins that failed or stopped on the way.
    pub failed: u64,
    /// First of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<String>,
    /// Last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
    /// Pointers of the first records.
    pub evidence: Vec<String>,
}
