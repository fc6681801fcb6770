//! Records of Azure Monitor diagnostic settings (storage blobs, event hubs): one envelope for sign-ins,
//! directory audits, risk and Graph activity, told apart by `category`.
//!
//! `properties` is an object, or in some pipelines a text that holds one. The time of the act is in it;
//! `time` of the envelope is the time of publication, minutes later.
//!
//! Source: elastic/integrations `packages/azure/data_stream/*/_dev/test/pipeline`; SEKOIA-IO/intake-formats
//! `Azure/azure-ad/tests`.

use super::directory_audit::{self, Audit};
use super::factors::holds;
use super::fields::Cell;
use super::fields::fill;
use super::sign_in::{self, Facts};
use super::{Format, graph_activity, risk};
use crate::events::{Action, Batch, Event, Family, Reason};
use crate::evidence::{Doc, Record, Value};

/// What a category holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    SignIn,
    Audit,
    RiskDetection,
    RiskState,
    GraphActivity,
    Provisioning,
}

/// Categories of Entra's diagnostic settings.
const CATEGORIES: [(&str, Kind); 13] = [
    ("SignInLogs", Kind::SignIn),
    ("NonInteractiveUserSignInLogs", Kind::SignIn),
    ("ServicePrincipalSignInLogs", Kind::SignIn),
    ("ManagedIdentitySignInLogs", Kind::SignIn),
    ("MicrosoftServicePrincipalSignInLogs", Kind::SignIn),
    ("ADFSSignInLogs", Kind::SignIn),
    ("AuditLogs", Kind::Audit),
    ("UserRiskEvents", Kind::RiskDetection),
    ("ServicePrincipalRiskEvents", Kind::RiskDetection),
    ("RiskyUsers", Kind::RiskState),
    ("RiskyServicePrincipals", Kind::RiskState),
    ("MicrosoftGraphActivityLogs", Kind::GraphActivity),
    ("ProvisioningLogs", Kind::Provisioning),
];

fn kind_of(object: Value<'_>) -> Option<Kind> {
    let category = object.str_of("category")?;
    CATEGORIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(category)).map(|(_, kind)| *kind)
}

/// The envelope of diagnostic settings.
pub struct Diagnostic;

impl Format for Diagnostic {
    fn id(&self) -> &'static str {
        "entra.diagnostic"
    }

    fn title(&self) -> &'static str {
        "Entra logs from Azure Monitor diagnostic settings (storage, event hub)"
    }

    fn family(&self) -> Family {
        Family::SignIn
    }

    fn required(&self) -> &'static [&'static str] {
        &["category", "operationname", "properties"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let Some(object) = record.object() else { return 0 };
        let ours = object.get("properties").is_some() && object.get("operationName").is_some() && kind_of(object).is_some();
        // Stronger than any format that the properties alone would fit.
        if ours { 6 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        match record.object() {
            Some(envelope) => read(envelope, record, out),
            None => out.reject(record.at, Reason("unrecognised-record")),
        }
    }
}

/// Reads an envelope, which need not be the record itself: other carriers hold it as text.
pub fn read(envelope: Value<'_>, record: &Record<'_>, out: &mut Batch) {
    let embedded: Option<Doc> = envelope.get("properties").and_then(Value::expand);
    let properties = embedded.as_ref().map(Doc::root).or_else(|| envelope.get("properties"));
    let (Some(properties), Some(kind)) = (properties.filter(|value| value.is_object()), kind_of(envelope)) else {
        out.reject(record.at, Reason("no-properties"));
        return;
    };
    match kind {
        Kind::SignIn => read_sign_in(envelope, properties, record, out),
        Kind::Audit => read_audit(envelope, properties, record, out),
        Kind::RiskDetection => risk::Facts::of_object(properties).emit(record.at, out),
        Kind::RiskState => risk::Facts::of_object(properties).state(record.at, out),
        Kind::GraphActivity => graph_activity::read_properties(properties, envelope.str_of("time"), record.at, out),
        Kind::Provisioning => read_provisioning(envelope, record, out),
    }
}

fn cell<'a>(envelope: Value<'a>, key: &str) -> Cell<'a> {
    envelope.get(key).map_or(Cell::Text(""), Cell::Value)
}

fn read_sign_in<'a>(envelope: Value<'a>, properties: Value<'a>, record: &Record<'a>, out: &mut Batch) {
    let mut facts = Facts::of_object(properties);
    facts.take("category", cell(envelope, "category"));
    facts.published = cell(envelope, "time").str();
    fill(&mut facts.ip, cell(envelope, "callerIpAddress"));
    fill(&mut facts.correlation, cell(envelope, "correlationId"));
    fill(&mut facts.reason, cell(envelope, "resultDescription"));
    if facts.code.is_none() {
        facts.take("resulttype", cell(envelope, "resultType"));
    }
    sign_in::finish(facts, record, out);
}

fn read_audit<'a>(envelope: Value<'a>, properties: Value<'a>, record: &Record<'a>, out: &mut Batch) {
    let mut audit = Audit::of_object(properties);
    audit.published = cell(envelope, "time").str();
    fill(&mut audit.ip, cell(envelope, "callerIpAddress"));
    fill(&mut audit.correlation, cell(envelope, "correlationId"));
    fill(&mut audit.activity, cell(envelope, "operationName"));
    let nameless = [audit.user, audit.user_id, audit.app_id, audit.service_id, audit.app_name].iter().all(|name| name.is_empty());
    if nameless {
        audit.app_name = cell(envelope, "identity").str();
    }
    directory_audit::finish(audit, record, out);
}

/// Provisioning between directories: kept, but no detection asks for it.
fn read_provisioning(envelope: Value<'_>, record: &Record<'_>, out: &mut Batch) {
    let mut event = Event::new(record.at, Action::Other);
    event.family = Family::Directory;
    event.operation = out.opt(envelope.str_of("operationName"));
    event.flags.set(crate::events::Flags::SERVICE);
    event.outcome = match cell(envelope, "resultType").str() {
        word if holds(word, "success") => crate::events::Outcome::Success,
        word if holds(word, "fail") => crate::events::Outcome::Failure,
        _ => crate::events::Outcome::Unknown,
    };
    out.set_time(&mut event, cell(envelope, "time").str(), true);
    out.event(event, &[]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Flags, Outcome, StateKind};
    use crate::formats::testkit::read_json;

    const SIGN_IN: &str = r#"{"time":"2024-12-13T16:34:03Z","operationName":"Sign-in activity","category":"NonInteractiveUserSignInLogs","resultType":"50140","callerIpAddress":"198.51.100.7:443","correlationId":"c0ffee00-0000-4000-8000-000000000001","Level":"4","properties":{"id":"0c532507-b101-4090-b2f1-4d768e2f3500","createdDateTime":"2024-12-13T16:28:23.5+00:00","userPrincipalName":"ana@example.com","userId":"11111111-2222-3333-4444-555555555555","appId":"4765445b-32c6-49b0-83e6-1d93765276ca","autonomousSystemNumber":"64500","status":{}}}"#;

    #[test]
    fn a_sign_in_takes_its_time_from_the_act_and_the_rest_from_the_envelope() {
        let out = read_json(&Diagnostic, SIGN_IN);
        let event = &out.events[0];
        assert_eq!(event.time.rfc3339(1), "2024-12-13T16:28:23.5Z");
        assert_eq!((out.ips.get(event.ip), event.code, event.outcome), ("198.51.100.7", 50140, Outcome::Interrupted));
        assert!(event.flags.has(Flags::NON_INTERACTIVE));
        let Detail::SignIn(facts) = &out.details[0] else { panic!() };
        assert_eq!(facts.asn, 64500);
    }

    #[test]
    fn properties_in_a_text_are_read_alike() {
        let (head, rest) = SIGN_IN.split_once("\"properties\":").unwrap();
        let inner = rest.strip_suffix('}').unwrap();
        let text = format!("{head}\"properties\":\"{}\"}}", inner.replace('"', "\\\""));
        assert_eq!(read_json(&Diagnostic, &text).keys[0].0, read_json(&Diagnostic, SIGN_IN).keys[0].0);
    }

    #[test]
    fn categories_decide_what_a_record_is() {
        let record = |category: &str, properties: &str| {
            format!(r#"{{"time":"3/24/2022 2:42:35 PM","category":"{category}","operationName":"x","properties":{properties}}}"#)
        };
        let risky = record(
            "RiskyUsers",
            r#"{"id":"11111111-2222-3333-4444-555555555555","userPrincipalName":"ana@example.com","riskLevel":"medium","riskState":"atRisk"}"#,
        );
        let detection = record(
            "UserRiskEvents",
            r#"{"id":"a","riskType":"anonymizedIPAddress","riskLevel":"medium","activityDateTime":"2022-03-24T14:40:04Z","userPrincipalName":"ana@example.com"}"#,
        );
        let audit =
            record("AuditLogs", r#"{"activityDisplayName":"Add user","activityDateTime":"2022-03-24T14:40:04Z","result":"success"}"#);
        let out = read_json(&Diagnostic, &[risky, detection, audit].join("\n"));
        assert!(matches!(out.states[0].kind, StateKind::RiskyUser { .. }));
        assert_eq!((out.events[0].action, out.events[1].action), (Action::Alert, Action::AccountChange));
        assert_eq!((out.events[0].family, out.events[1].family), (Family::Risk, Family::Directory));
    }

    #[test]
    fn other_azure_logs_are_not_claimed() {
        let mut doc = Doc::new();
        doc.parse(r#"{"category":"AzureFirewallNetworkRule","operationName":"x","properties":{}}"#).unwrap();
        let record =
            Record { at: crate::evidence::RecordAt::default(), fields: crate::evidence::Fields::Object(doc.root()), damaged: false };
        assert_eq!(Diagnostic.claim(&record), 0);
    }
}
