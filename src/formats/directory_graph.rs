//! Directory audits as objects and query tables: Graph `auditLogs/directoryAudits`, the objects of the
//! SDKs with `PascalCase` keys, and the `AuditLogs` table of Log Analytics as JSON or CSV.
//!
//! Source: Microsoft-Extractor-Suite and DFIR-O365RC exports; OTRF/Security-Datasets
//! `GoldenSAMLADFSMailAccess`; MicrosoftDocs/azure-reference-other `auditlogs-include.md`.

use super::declared::{Declared, Form};
use super::directory_audit;
use crate::events::Family;

/// Graph, v1.0 and beta.
pub static GRAPH: Declared = Declared {
    id: "directory.graph",
    title: "Entra directory audits from Graph (portal JSON, Extractor-Suite, Goose)",
    family: Family::Directory,
    form: Form::Objects,
    required: &["activitydatetime", "activitydisplayname", "initiatedby", "targetresources"],
    forbidden: &[],
    read: directory_audit::read,
};

/// The `AuditLogs` table, or the result of a query over it: some have no column of time.
pub static LOG_ANALYTICS: Declared = Declared {
    id: "directory.log-analytics",
    title: "Log Analytics / Sentinel table AuditLogs",
    family: Family::Directory,
    form: Form::Any,
    required: &["operationname", "correlationid", "initiatedby", "targetresources", "loggedbyservice"],
    forbidden: &[],
    read: directory_audit::read,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Batch, Change, Consent, Detail, Flags, Outcome, link};
    use crate::formats::testkit::{read_csv, read_json};

    fn audit(activity: &str, targets: &str, details: &str) -> String {
        format!(
            r#"{{"id":"Directory_c0ffee00-0000-4000-8000-000000000001_AAAAA_1","category":"x","correlationId":"c0ffee00-0000-4000-8000-000000000001","result":"success","resultReason":"User registered Mobile Phone SMS","activityDisplayName":"{activity}","activityDateTime":"2025-05-02T09:19:09.5Z","initiatedBy":{{"user":{{"id":"11111111-2222-3333-4444-555555555555","userPrincipalName":"Ana@example.com","ipAddress":"198.51.100.7"}},"app":null}},"targetResources":[{targets}],"additionalDetails":[{details}]}}"#
        )
    }

    const SELF: &str =
        r#"{"id":"11111111-2222-3333-4444-555555555555","type":"User","userPrincipalName":"ana@example.com","modifiedProperties":[]}"#;

    fn change(out: &Batch) -> &Change {
        match &out.details[0] {
            Detail::Change(change) => change,
            other => panic!("{other:?}"),
        }
    }

    fn consent(out: &Batch) -> &Consent {
        match &out.details[0] {
            Detail::Consent(consent) => consent,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_consent_tells_app_scopes_and_extent() {
        let target = r#"{"id":"cb4e85b5-0e9a-43f5-9ffb-458c4b6f0c81","displayName":"Spike","type":"ServicePrincipal","modifiedProperties":[{"displayName":"ConsentContext.IsAdminConsent","newValue":"\"False\""},{"displayName":"ConsentAction.Permissions","newValue":"\"[[Id: x, ConsentType: Principal, Scope: User.Read, CreatedDateTime: ]] => [[Id: x, ClientId: cb4e85b5-0e9a-43f5-9ffb-458c4b6f0c81, ConsentType: Principal, Scope: Mail.Read offline_access User.Read, CreatedDateTime: ]]; \""}]}"#;
        let app = r#"{"key":"User-Agent","value":"EvoSTS"},{"key":"AppId","value":"946C777C-bc85-489e-b034-392389ae23d6"}"#;
        let out = read_json(&GRAPH, &audit("Consent to application", target, app));
        let (event, consent) = (&out.events[0], consent(&out));
        assert_eq!((event.action, event.outcome), (Action::Consent, Outcome::Success));
        assert_eq!(consent.scopes, ["Mail.Read", "offline_access"], "only what is new");
        assert_eq!(
            (consent.app_id.as_str(), consent.object_id.as_str()),
            ("946c777c-bc85-489e-b034-392389ae23d6", "cb4e85b5-0e9a-43f5-9ffb-458c4b6f0c81")
        );
        assert_eq!((consent.app_name.as_str(), consent.tenant_wide), ("Spike", false));
        assert_eq!(event.link, link("c0ffee00-0000-4000-8000-000000000001"));
        assert_eq!(out.text.get(event.agent), "EvoSTS");
        assert!(event.target.is_none());
    }

    #[test]
    fn a_delegated_grant_is_to_the_client_and_not_to_the_resource() {
        let targets = r#"{"id":"401dd906-ea4f-4d41-b762-7e936d222368","displayName":"Microsoft Graph","type":"ServicePrincipal","modifiedProperties":[{"displayName":"DelegatedPermissionGrant.Scope","oldValue":"\"User.Read\"","newValue":"\" Mail.Send offline_access\""},{"displayName":"DelegatedPermissionGrant.ConsentType","newValue":"\"AllPrincipals\""},{"displayName":"ServicePrincipal.ObjectID","newValue":"\"0d2f5969-011b-460d-ac74-3291d227d49f\""},{"displayName":"TargetId.ServicePrincipalNames","newValue":"\"00000003-0000-0000-c000-000000000000;https://graph.microsoft.com\""}]},{"id":"0d2f5969-011b-460d-ac74-3291d227d49f","displayName":"Sync","type":"ServicePrincipal","modifiedProperties":[]}"#;
        let out = read_json(
            &GRAPH,
            &audit("Add delegated permission grant", targets, r#"{"key":"AppId","value":"00000003-0000-0000-c000-000000000000"}"#),
        );
        let consent = consent(&out);
        assert_eq!((consent.app_name.as_str(), consent.app_id.as_str()), ("Sync", "0d2f5969-011b-460d-ac74-3291d227d49f"));
        assert_eq!((consent.scopes.len(), consent.tenant_wide, consent.app_only), (2, true, false));
    }

    #[test]
    fn a_registered_method_is_named_and_known_to_be_his_own() {
        let out = read_json(&GRAPH, &audit("User registered security info", SELF, ""));
        let event = &out.events[0];
        assert_eq!((event.action, out.text.get(event.object)), (Action::Mfa, "User registered Mobile Phone SMS"));
        assert!(change(&out).by_self && change(&out).aspect == "mfa-method");
    }

    #[test]
    fn update_user_is_judged_by_what_it_changes() {
        let with = |name: &str, old: &str, new: &str| {
            SELF.replace(
                "\"modifiedProperties\":[]",
                &format!(r#""modifiedProperties":[{{"displayName":"{name}","oldValue":"{old}","newValue":"{new}"}}]"#),
            )
        };
        for (name, old, new, expected) in [
            ("StrongAuthenticationMethod", "[]", "[{}]", Action::Mfa),
            ("StrongAuthenticationPhoneAppDetail", "[{1}]", "[{2}]", Action::AccountChange),
            ("StsRefreshTokensValidFrom", "[]", "[2025]", Action::Credential),
            ("Department", "", "Sales", Action::AccountChange),
        ] {
            let out = read_json(&GRAPH, &audit("Update user", &with(name, old, new), ""));
            assert_eq!(out.events[0].action, expected, "{name}");
        }
    }

    #[test]
    fn a_removed_role_is_named_by_its_old_value() {
        let target = SELF.replace(
            "\"modifiedProperties\":[]",
            r#""modifiedProperties":[{"displayName":"Role.DisplayName","oldValue":"\"Global Administrator\"","newValue":null}]"#,
        );
        let out = read_json(&GRAPH, &audit("Remove member from role", &target, ""));
        let event = &out.events[0];
        assert_eq!((event.action, out.text.get(event.object)), (Action::RoleChange, "Global Administrator"));
        assert!(event.flags.has(Flags::REMOVAL));
        assert_eq!(change(&out).properties, [("Role.DisplayName".to_owned(), "Global Administrator".to_owned())]);
    }

    #[test]
    fn applications_and_services_of_microsoft_are_told_from_people() {
        let user = r#""user":{"id":"11111111-2222-3333-4444-555555555555","userPrincipalName":"Ana@example.com","ipAddress":"198.51.100.7"},"app":null"#;
        let by = |app: &str| {
            audit("Update device", r#"{"id":"d","displayName":"PC-1","type":"Device"}"#, "")
                .replace(user, &format!(r#""app":{{"displayName":"{app}","servicePrincipalId":null}}"#))
        };
        let out = read_json(&GRAPH, &format!("{}\n{}", by("Device Registration Service"), by("ana@example.com")));
        assert!(out.events[0].flags.has(Flags::SERVICE | Flags::APP_ONLY));
        assert!(!out.events[1].flags.has(Flags::SERVICE) && out.events[1].actor.is_none(), "an application's name is not a user");
        assert_eq!(out.text.get(out.events[0].object), "PC-1");
    }

    #[test]
    fn a_query_result_without_time_is_an_undated_event() {
        let out = read_csv(
            &LOG_ANALYTICS,
            "OperationName,CorrelationId,AdditionalDetails,Id,InitiatedBy,LoggedByService,Result,TargetResources,ActivityDisplayName\nUpdate application – Certificates and secrets management ,9cee9603-bca7-4e62-9634-f1bfdc39ca2f,\"[{\"\"value\"\":\"\"Mozilla/5.0\"\",\"\"key\"\":\"\"User-Agent\"\"}]\",Directory_1,\"{\"\"user\"\":{\"\"userPrincipalName\"\":\"\"ana@example.com\"\",\"\"ipAddress\"\":\"\"198.51.100.7\"\",\"\"id\"\":\"\"11111111-2222-3333-4444-555555555555\"\"}}\",Core Directory,success,\"[{\"\"displayName\"\":\"\"app1\"\",\"\"type\"\":\"\"Application\"\",\"\"id\"\":\"\"a\"\",\"\"modifiedProperties\"\":[{\"\"displayName\"\":\"\"KeyDescription\"\",\"\"oldValue\"\":\"\"[]\"\",\"\"newValue\"\":\"\"[\\\"\"[KeyType=Password]\\\"\"]\"\"}]}]\",Update application – Certificates and secrets management \n",
        );
        let event = &out.events[0];
        assert!(!event.time.is_known());
        assert_eq!((out.names.get(event.actor), out.text.get(event.object)), ("ana@example.com", "app1"));
        assert_eq!((change(&out).aspect, change(&out).properties[0].1.as_str()), ("app-credential", "[KeyType=Password]"));
    }
}
