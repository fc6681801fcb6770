//! What an automatic response would have changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The incidents replayed with a response. Nothing of it happened: every statement is about what would
/// have been, as far as the records show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    /// What the policy does on each trigger, and its delays.
    pub policy: ResponsePolicy,
    /// How far triggers were looked for without hindsight.
    pub watch: ResponseWatch,
    /// Triggers that fired, in order of time.
    pub triggers: Vec<ResponseTrigger>,
    /// What each mode would have changed.
    pub scenarios: Vec<ResponseScenario>,
    /// What would have been spared, by minutes of delay.
    pub curve: Vec<ResponsePoint>,
    /// The latest useful moments, in order of time.
    pub latest_useful: Vec<LatestUseful>,
    /// What the actions used do not stop.
    pub limits: Vec<ResponseLimit>,
}

/// The policy that is replayed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResponsePolicy {
    /// Actions on each trigger.
    pub triggers: Vec<TriggerPolicy>,
    /// Minutes after which a record can be seen.
    pub latency_minutes: u32,
    /// Minutes until somebody confirms, in office hours.
    pub confirm_minutes: u32,
    /// Minutes until somebody confirms, at other times.
    pub confirm_minutes_off_hours: u32,
    /// Hours after which a disabled account is given back to its owner.
    pub restore_hours: u32,
}

/// What is done on a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TriggerPolicy {
    /// Id of the trigger's detection.
    pub trigger: String,
    /// What is done.
    pub actions: Vec<String>,
}

/// How far triggers were looked for without hindsight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseWatch {
    /// Nothing fires before: there is no habit yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Days with records after that.
    pub days: u64,
    /// Days that were looked at without hindsight; on the others only triggers that the whole evidence shows
    /// are known.
    pub days_replayed: u64,
}

/// A trigger that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseTrigger {
    /// On which account.
    pub account: String,
    /// Id of its detection.
    pub trigger: String,
    /// Time of its last record.
    pub time: String,
    /// `replayed`: with the records up to then; `hindsight`: with all.
    pub basis: String,
    /// Pointers of its records.
    pub evidence: Vec<String>,
}

/// A mode of the response with all that would have come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseScenario {
    /// `detect-only` (the same where nobody ever confirms), `human-confirmation`, `autonomous`,
    /// `disable-at-once` (any trigger disables the account at once) or `by-hand`.
    pub mode: String,
    /// What is done, in order of time.
    pub interventions: Vec<ResponseIntervention>,
    /// What would have become of the intruders' acts, in order of time.
    pub acts: Vec<ResponseAct>,
    /// Accounts that would probably not have fallen.
    pub spared: Vec<SparedAccount>,
    /// Settings that the intruder made and that the response leaves.
    pub left_in_place: Vec<LeftInPlace>,
    /// Counts.
    pub totals: ResponseTotals,
    /// Acts of the owners that would have been blocked on accounts that were taken.
    pub owners: Vec<OwnerCost>,
    /// Accounts without a verdict of compromised that would have been acted on, or put to somebody.
    pub innocents: Vec<InnocentCost>,
    /// Acts of other people from addresses that are blocked.
    pub acts_at_blocked_addresses: u64,
}

/// An action on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseIntervention {
    /// On which account.
    pub account: String,
    /// `sign-out`, `disable-account`, `block-address`, `block-sending`, `remove-rule` or `revoke-consent`.
    pub action: String,
    /// When.
    pub at: String,
    /// The trigger; absent where somebody asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
}

/// What would have become of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActOutcome {
    /// Done already.
    Before,
    /// Prevented.
    Prevented,
    /// Prevented if something holds that no record shows.
    PreventedIf,
    /// Going on in spite of the response.
    Residual,
    /// Not prevented.
    NotPrevented,
}

impl ActOutcome {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            ActOutcome::Before => "before",
            ActOutcome::Prevented => "prevented",
            ActOutcome::PreventedIf => "prevented-if",
            ActOutcome::Residual => "residual",
            ActOutcome::NotPrevented => "not-prevented",
        }
    }
}

/// An act of the intruder, or a run of like acts, and what would have become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseAct {
    /// When, or when the run began.
    pub time: String,
    /// When the run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// How many records it stands for.
    pub count: u64,
    /// How many things they are about: mails, items; never less than the records.
    pub items: u64,
    /// On which account.
    pub account: String,
    /// What was done.
    #[schemars(schema_with = "super::action_schema")]
    pub action: String,
    /// The same in words.
    pub summary: String,
    /// What would have become of it.
    pub result: ActOutcome,
    /// Why; for `prevented-if` what it depends on, in words that can follow "if".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How sure it is where it depends on the account falling by another's act, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Pointers of the first records.
    pub evidence: Vec<String>,
}

/// An account that would probably not have fallen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SparedAccount {
    /// Which.
    pub account: String,
    /// The account by whose act it fell.
    pub from: String,
    /// How sure it is that it fell by that way, 0 to 1.
    pub probability: f64,
    /// What it depends on besides, in words that can follow "if".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// A setting that the intruder made and that the response leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftInPlace {
    /// On which account.
    pub account: String,
    /// When it was made.
    pub time: String,
    /// What was done.
    pub summary: String,
    /// Why it stays.
    pub why: String,
    /// Pointers of its records.
    pub evidence: Vec<String>,
}

/// Things by what would have become of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutcomeCounts {
    /// Done already.
    pub before: u64,
    /// Prevented.
    pub prevented: u64,
    /// Prevented if something holds.
    pub prevented_if: u64,
    /// Going on in spite of the response.
    pub residual: u64,
    /// Not prevented.
    pub not_prevented: u64,
}

impl OutcomeCounts {
    /// How many there are, whatever became of them.
    pub fn all(&self) -> u64 {
        self.before + self.prevented + self.prevented_if + self.residual + self.not_prevented
    }
}

/// Counts of a scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseTotals {
    /// Acts that succeeded.
    pub acts: OutcomeCounts,
    /// Sign-ins.
    pub sign_ins: OutcomeCounts,
    /// Mails sent, each delivery counted.
    pub mails_sent: OutcomeCounts,
    /// Mails opened or synchronised.
    pub mails_read: OutcomeCounts,
    /// Inbox rules made or changed.
    pub rules: OutcomeCounts,
    /// Consents.
    pub consents: OutcomeCounts,
    /// Accounts that were taken.
    pub accounts: u64,
    /// Of these the sum of the probabilities of being spared.
    pub accounts_spared: f64,
    /// Hours from the intruder's first success on each account to his last act there, all accounts together.
    pub access_hours: f64,
    /// The same with the response, if none of its conditions holds.
    pub access_hours_at_most: f64,
    /// The same with the response, if all of its conditions hold.
    pub access_hours_at_least: f64,
}

/// What an owner would have been kept from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnerCost {
    /// Which account.
    pub account: String,
    /// Acts of its owner that would have been blocked.
    pub acts_blocked: u64,
}

/// An account that was not called compromised and would have been acted on, or put to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InnocentCost {
    /// Which account.
    pub account: String,
    /// Its verdict.
    pub verdict: super::Verdict,
    /// The first trigger; absent where somebody asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// When it would have been acted on first.
    pub at: String,
    /// What would have been done.
    pub actions: Vec<String>,
    /// Acts of its owner that would have been blocked.
    pub acts_blocked: u64,
}

/// What would have been spared with a delay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponsePoint {
    /// Minutes from each trigger's last record, or from the moment that was asked about.
    pub delay_minutes: u64,
    /// Mails that would not have been sent.
    pub mails_prevented: u64,
    /// Mails that would not have been sent if something holds.
    pub mails_prevented_if: u64,
    /// Accounts that would not have fallen: the sum of their probabilities.
    pub accounts_spared: f64,
}

/// Until when disabling an account would have spared something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LatestUseful {
    /// The account to disable.
    pub account: String,
    /// It had to be done before this moment.
    pub before: String,
    /// To be sure of it even where an open access token runs on to its end, before this one.
    pub surely_before: String,
    /// The account that would have been spared; absent where it is about the last mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spares: Option<String>,
    /// How sure that is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// What an action does not stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseLimit {
    /// The action.
    pub action: String,
    /// What goes on.
    pub does_not_stop: String,
    /// Why.
    pub why: String,
}
