//! Mail-flow rules as they were found: Get-TransportRule whole, or the columns that tools keep.
//!
//! Source: a live record; column lists of the Extractor Suite and CRT.

use super::Format;
use super::snapshot::{joined, time_of};
use crate::events::{Batch, Family, Principal, State, StateKind};
use crate::evidence::{Fields, Record};

/// Get-TransportRule.
pub struct TransportRules;

/// Bookkeeping that says nothing of what the rule does.
const NOISE: [&str; 12] = [
    "name",
    "pscomputername",
    "runspaceid",
    "psshowcomputername",
    "distinguishedname",
    "organizationid",
    "exchangeversion",
    "objectstate",
    "isvalid",
    "ruleversion",
    "size",
    "dlpruleid",
];

impl Format for TransportRules {
    fn id(&self) -> &'static str {
        "state.transport-rules"
    }

    fn title(&self) -> &'static str {
        "Get-TransportRule"
    }

    fn family(&self) -> Family {
        Family::Rules
    }

    fn required(&self) -> &'static [&'static str] {
        &["name", "state", "mode", "priority"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let any = |names: &[&str]| names.iter().any(|name| record.has(name));
        let stated = record.has("state") && record.has("mode") && any(&["priority", "lastmodifiedby"]);
        if stated && any(&["conditions", "actions", "description", "whenchanged"]) && !any(&["ruleidentity", "auditdata"]) { 4 } else { 0 }
    }

    /// `changed` is `WhenChanged`: UTC in all exports that write it without a zone.
    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        let name = joined(record, "name").unwrap_or_default().into_owned();
        let changed = time_of(record, &["whenchangedutc", "whenchanged"], true, out.rules);
        let mut parameters = Vec::new();
        match record.fields {
            Fields::Row(header, _) => header.names().iter().for_each(|column| parameter(record, column, &mut parameters)),
            Fields::Object(object) => object.entries().for_each(|(key, _)| parameter(record, key, &mut parameters)),
        }
        let kind = StateKind::TransportRule(Box::new((name, parameters)));
        out.state(State { at: record.at, owner: Principal::NONE, changed, kind });
    }
}

/// Keeps a parameter that is set.
fn parameter(record: &Record<'_>, column: &str, parameters: &mut Vec<(String, String)>) {
    let folded = crate::evidence::fold_name(column);
    if NOISE.contains(&folded.as_str()) || folded.contains('@') {
        return;
    }
    if let Some(value) = joined(record, &folded).filter(|value| !value.trim().is_empty() && !value.eq_ignore_ascii_case("false")) {
        parameters.push((column.trim().to_owned(), value.into_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn what_the_rule_does_is_kept_and_bookkeeping_is_not() {
        let line = r#"{"Name":"r","State":"Enabled","Mode":"Enforce","Priority":0,"Guid":"11111111-1111-4111-8111-111111111111","Conditions":null,"BlindCopyTo":["out@example.org"],"DeleteMessage":false,"SetSCL":-1,"WhenChanged":"2026-07-23T21:51:45.0000000+00:00","RunspaceId":"x","IsValid":true}"#;
        let out = read_json(&TransportRules, line);
        let StateKind::TransportRule(rule) = &out.states[0].kind else { panic!("no rule") };
        let names: Vec<&str> = rule.1.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["State", "Mode", "Priority", "Guid", "BlindCopyTo", "SetSCL", "WhenChanged"]);
        assert_eq!(out.states[0].changed.rfc3339(0), "2026-07-23T21:51:45Z");
    }

    #[test]
    fn the_columns_of_a_tool_are_enough() {
        let out = read_csv(
            &TransportRules,
            "Name,IsValid,WhenChanged,LastModifiedBy,Mode,State,Actions\nr,True,3/12/2024 10:00:00 AM,Admin,Enforce,Enabled,BlindCopyTo\n",
        );
        let StateKind::TransportRule(rule) = &out.states[0].kind else { panic!("no rule") };
        assert!(rule.1.contains(&("Actions".to_owned(), "BlindCopyTo".to_owned())));
        assert!(!out.states[0].changed.is_known(), "day and month cannot be told apart");
    }
}
