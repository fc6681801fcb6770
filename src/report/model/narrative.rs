//! Sentences of a narrative, each with what it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One sentence of a narrative, with what it was written from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sentence {
    /// The sentence; its times are in UTC.
    pub text: String,
    /// The moments that it names, in the order in which it names them.
    pub times: Vec<String>,
    /// Ids of the findings on the acts that it tells of.
    pub findings: Vec<String>,
    /// Pointers of the first records that show it.
    pub evidence: Vec<String>,
    /// How many records show it, as far as the acts that it tells of count them.
    pub evidence_total: u64,
}
