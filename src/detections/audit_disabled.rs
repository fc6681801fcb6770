//! `audit-disabled`: auditing was switched off.

use super::support::{is_given, parameters, unusual_acts};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::Event;

/// See the text.
pub struct AuditDisabled;

/// Worth of a finding.
const DB: f64 = 12.0;

impl Detection for AuditDisabled {
    fn id(&self) -> &'static str {
        "audit-disabled"
    }
    fn title(&self) -> &'static str {
        "Auditing switched off"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Tenant
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1562.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Mailbox or tenant auditing was switched off or bypassed by a person.",
            why: "What is not logged is not found.",
            innocent: "Administrators, licence changes.",
            next: "Switch it on; say that the records end there.",
            references: &["https://attack.mitre.org/techniques/T1562/008/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.described().filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made) {
            let summary = format!("switched auditing off ({})", case.store.text(first.operation));
            out.add(case.store, account, id, events, DB, summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    let operation = case.store.text(event.operation);
    let given = parameters(case, event);
    let is = |name: &str, value: &str| is_given(given, name, value);
    match operation {
        "Set-MailboxAuditBypassAssociation" => is("AuditBypassEnabled", "True"),
        "Set-AdminAuditLogConfig" => is("UnifiedAuditLogIngestionEnabled", "False") || is("AdminAuditLogEnabled", "False"),
        "Set-Mailbox" => is("AuditEnabled", "False"),
        "Set-OrganizationConfig" => is("AuditDisabled", "True"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "audit-disabled";

    fn seen(operation: &str, parameter: (&str, &str), ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(setting("anna", at(20, "03:00"), operation, parameter).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn auditing_switched_off_or_bypassed_tells() {
        seen("Set-MailboxAuditBypassAssociation", ("AuditBypassEnabled", "True"), NIGERIA).fires(ID, "anna", 12.0);
        seen("Set-Mailbox", ("AuditEnabled", "False"), NIGERIA).fires(ID, "anna", 12.0);
        seen("Set-AdminAuditLogConfig", ("UnifiedAuditLogIngestionEnabled", "False"), NIGERIA).fires(ID, "anna", 12.0);
    }

    #[test]
    fn switching_it_on_other_settings_and_the_usual_place_are_quiet() {
        seen("Set-Mailbox", ("AuditEnabled", "True"), NIGERIA).quiet(ID, "anna");
        seen("Set-Mailbox", ("HiddenFromAddressListsEnabled", "False"), NIGERIA).quiet(ID, "anna");
        seen("Set-Mailbox", ("AuditEnabled", "False"), HOME).quiet(ID, "anna");
    }
}
