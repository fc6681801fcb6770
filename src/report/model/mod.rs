//! The report as data: what `--json` writes and what every view is drawn from.
//!
//! Names and meanings are those of the report contract and stay the same within `schema_version` 1.x.
//! Times are RFC 3339 in UTC with `Z`. A field that is absent is unknown; lists are always there,
//! empty or not. Nothing in here depends on the clock, the machine or where the evidence lies.

mod accounts;
mod activity;
mod exposure;
mod inputs;
mod narrative;
mod remaining;
mod response;
mod story;

pub use accounts::{Account, Earlier, IntruderAddress, Term, Undated, Verdict};
pub use activity::{Activity, ActivitySlot, MailMinute, SignInPlace};
pub use exposure::{AppExposure, Bounds, Changes, Counterparty, Exposure, MailboxAccess, Range, SynchronisedFolder};
pub use inputs::{Count, Coverage, GeoSource, Input, Narrowed, Notice, Refused, Span, Unanswerable};
pub use narrative::Sentence;
pub use remaining::{CleanUp, Ending, Remaining};
pub use response::{
    ActOutcome, InnocentCost, LatestUseful, LeftInPlace, OutcomeCounts, OwnerCost, Response, ResponseAct, ResponseIntervention,
    ResponseLimit, ResponsePoint, ResponsePolicy, ResponseScenario, ResponseTotals, ResponseTrigger, ResponseWatch, SparedAccount,
    TriggerPolicy,
};
pub use story::{Actor, AscribedAddress, Edge, EdgePath, Finding, Incident, Link, Milestone, PatientZero, Severity, TimelineRow};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io;

/// Version of the shape of the report: 1.x only ever adds fields.
pub const SCHEMA_VERSION: &str = "1.0";

/// Everything that an analysis found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this shape. Within 1.x fields are added, never renamed or given another meaning.
    pub schema_version: String,
    /// The program that wrote the report.
    pub tool: Tool,
    /// What the report was narrowed to; absent where all is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrowed: Option<Narrowed>,
    /// Every file or archive member that was read, in the order of its id, with its ledger.
    pub inputs: Vec<Input>,
    /// Files that are no export or could not be read, with why.
    pub refused: Vec<Refused>,
    /// Databases that addresses were looked up in, the first that answers wins.
    pub geoip: Vec<GeoSource>,
    /// What the exports cover, and what they cannot answer.
    pub coverage: Coverage,
    /// Every account with a verdict other than clear, most severe first.
    pub accounts: Vec<Account>,
    /// People of the tenant and guests seen in the exports; no apps, services or shared mailboxes.
    pub accounts_total: u64,
    /// Acts whose record carries no usable time: counted, never placed on the timeline by guess.
    pub undated: Vec<Undated>,
    /// What was found, each with the records that show it.
    pub findings: Vec<Finding>,
    /// Accounts that one intruder took, and how it went from one to the next.
    pub incidents: Vec<Incident>,
    /// The acts of all accounts of the incidents, in order of time.
    pub timeline: Vec<TimelineRow>,
    /// What is still in place in the tenant as a whole, and in mailboxes of accounts without a verdict.
    pub remaining: Vec<Remaining>,
    /// What an automatic response would have changed; absent where there is no incident to replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
}

/// Name and version of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `bectrace`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Tool {
        Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

impl Report {
    /// A report of nothing: no inputs, no accounts.
    pub fn empty() -> Report {
        Report {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool::this(),
            narrowed: None,
            inputs: Vec::new(),
            refused: Vec::new(),
            geoip: Vec::new(),
            coverage: Coverage::default(),
            accounts: Vec::new(),
            accounts_total: 0,
            undated: Vec::new(),
            findings: Vec::new(),
            incidents: Vec::new(),
            timeline: Vec::new(),
            remaining: Vec::new(),
            response: None,
        }
    }

    /// The account of this name, if it has a verdict other than clear.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.account == name)
    }

    /// How many accounts have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.accounts.iter().filter(|account| account.verdict == verdict).count()
    }

    /// The report as JSON, indented, with a line end: the bytes of `report.json`.
    ///
    /// # Errors
    /// If a number in it is not finite, which JSON cannot say.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// Writes the report as indented JSON with a line end, as of [`Report::to_json`], piece by piece.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json(&self, mut out: impl io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}

/// The JSON Schema (draft 2020-12) of the report, indented, with a line end.
///
/// # Errors
/// None in practice: a schema is plain JSON.
pub fn schema() -> Result<String, serde_json::Error> {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("$id".to_owned(), Value::from("urn:bectrace:report:1"));
    let mut schema = schema.to_value();
    without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}

/// Takes "or null" from a schema: what is unknown is absent from the report, never null.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|kind| kind != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
                if let [Value::Object(only)] = choices.as_mut_slice() {
                    let only = std::mem::take(only);
                    map.shift_remove("anyOf");
                    map.extend(only);
                }
            }
            map.values_mut().for_each(without_null);
        }
        _ => {}
    }
}

/// True for a flag that is not set: such flags are left out of the JSON.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(crate) fn is_false(value: &bool) -> bool {
    !*value
}

/// Schema of an action: the closed list of the contract.
pub(crate) fn action_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names: Vec<&str> = crate::events::Action::ALL.iter().map(|action| action.name()).collect();
    schemars::json_schema!({ "type": "string", "enum": names })
}

/// Schema of an outcome.
pub(crate) fn outcome_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names: Vec<&str> = crate::events::Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    schemars::json_schema!({ "type": "string", "enum": names })
}

#[cfg(test)]
mod tests;
