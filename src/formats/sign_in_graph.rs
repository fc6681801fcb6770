//! Graph `auditLogs/signIns`, v1.0 and beta, and the same objects with the `PascalCase` keys of the SDKs.
//!
//! Source: microsoftgraph/microsoft-graph-docs-contrib `api-reference/beta/resources/signin.md`; exports
//! of Microsoft-Extractor-Suite, Untitled Goose Tool, DFIR-O365RC, Hawk and the portal's JSON download.

use super::declared::{Declared, Form};
use super::sign_in;
use crate::events::Family;

/// One sign-in an object.
pub static GRAPH: Declared = Declared {
    id: "sign-in.graph",
    title: "Entra sign-ins from Graph (portal JSON, Extractor-Suite, Goose, Hawk)",
    family: Family::SignIn,
    form: Form::Objects,
    required: &["createddatetime", "ipaddress", "correlationid", "status"],
    forbidden: &["riskeventtype", "activitydatetime"],
    read: sign_in::read,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Flags, Mfa, Outcome, Protocol, Risk, SignIn, link};
    use crate::formats::testkit::read_json;

    const BETA: &str = r#"{"id":"0c532507-b101-4090-b2f1-4d768e2f3500","createdDateTime":"2025-05-02T09:19:09.1234567Z","userPrincipalName":"Ana@Example.com","userId":"11111111-2222-3333-4444-555555555555","appId":"4765445B-32c6-49b0-83e6-1d93765276ca","appDisplayName":"OfficeHome","ipAddress":"198.51.100.7","clientAppUsed":"Browser","userAgent":"axios/1.7.2","correlationId":"c0ffee00-0000-4000-8000-000000000001","isInteractive":true,"signInEventTypes":["interactiveUser"],"riskLevelDuringSignIn":"hidden","riskLevelAggregated":"medium","resourceDisplayName":"OfficeHome","resourceId":"4765445b-32c6-49b0-83e6-1d93765276ca","authenticationRequirement":"multiFactorAuthentication","autonomousSystemNumber":64500,"uniqueTokenIdentifier":"ByVTDAGxkECy8U12ji81AA","incomingTokenType":"none","authenticationProtocol":"none","originalTransferMethod":"none","sessionId":"5e550000-0000-4000-8000-000000000001","status":{"errorCode":0,"failureReason":"Other.","additionalDetails":"MFA completed in Azure AD"},"deviceDetail":{"deviceId":"","operatingSystem":"Windows10","browser":"Edge 120","isCompliant":null,"isManaged":false,"trustType":""},"location":{"city":"Lagos","state":"Lagos","countryOrRegion":"NG","geoCoordinates":{}},"authenticationDetails":[{"authenticationMethod":"Password","succeeded":true,"authenticationStepResultDetail":"Correct password"},{"authenticationMethod":"Mobile app notification","succeeded":true}]}"#;

    fn facts(out: &crate::events::Batch, at: usize) -> SignIn {
        match &out.details[out.events[at].detail as usize - 1] {
            Detail::SignIn(facts) => **facts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_beta_sign_in_tells_who_where_how_and_with_which_token() {
        let out = read_json(&GRAPH, BETA);
        let (event, sign_in) = (&out.events[0], facts(&out, 0));
        assert_eq!(event.time.rfc3339(event.digits), "2025-05-02T09:19:09.1234567Z");
        assert_eq!(out.names.get(event.actor), "ana@example.com");
        assert_eq!(out.same.len(), 1);
        assert_eq!(out.ips.get(event.ip), "198.51.100.7");
        assert_eq!(out.text.get(event.app), "4765445b-32c6-49b0-83e6-1d93765276ca");
        assert_eq!(event.token, link("0c532507-b101-4090-b2f1-4d768e2f3500"));
        assert_eq!(event.token, crate::events::token_link("ByVTDAGxkECy8U12ji81AA").unwrap());
        assert_eq!((event.outcome, event.code), (Outcome::Success, 0));
        assert!(event.flags.has(Flags::INTERACTIVE));
        assert_eq!((sign_in.country, sign_in.asn, sign_in.risk), (*b"NG", 64500, Risk::Medium));
        assert_eq!((sign_in.mfa, sign_in.password, sign_in.by_token), (Mfa::Completed, Some(true), false));
        assert!(sign_in.device.is_none());
    }

    #[test]
    fn the_sdk_writes_the_same_with_other_letters() {
        let out = read_json(
            &GRAPH,
            r#"{"Id":"0c532507-b101-4090-b2f1-4d768e2f3500","CreatedDateTime":"5/2/2025 9:19:09 AM","UserPrincipalName":"ana@example.com","UserId":"11111111-2222-3333-4444-555555555555","AppDisplayName":"Office 365 Exchange Online","AppId":"00000002-0000-0ff1-ce00-000000000000","IpAddress":"198.51.100.7","ClientAppUsed":"IMAP4","CorrelationId":"c0ffee00-0000-4000-8000-000000000001","Status":{"ErrorCode":50126,"FailureReason":"Invalid username or password","AdditionalDetails":null},"Location":{"City":"Lagos","CountryOrRegion":"NG"},"DeviceDetail":{}}"#,
        );
        let sign_in = facts(&out, 0);
        assert_eq!((out.events[0].outcome, out.events[0].code), (Outcome::Failure, 50126));
        assert_eq!((sign_in.password, sign_in.protocol, &sign_in.country), (Some(false), Protocol::Ropc, b"NG"));
        assert_eq!(out.pending.len(), 1, "a date without order waits for the end of the file");
    }

    #[test]
    fn interrupts_are_no_failures_and_services_are_no_people() {
        let interrupt = BETA.replace("\"errorCode\":0", "\"errorCode\":50140");
        let service = r#"{"id":"0c532507-b101-4090-b2f1-4d768e2f3501","createdDateTime":"2025-05-02T09:19:10Z","userPrincipalName":null,"userId":"","appId":"aaaaaaaa-0000-4000-8000-000000000001","appDisplayName":"Backup","servicePrincipalId":"bbbbbbbb-0000-4000-8000-000000000001","servicePrincipalName":"ceo@example.com","ipAddress":"198.51.100.8","correlationId":"c","signInEventTypes":["servicePrincipal"],"status":{"errorCode":0},"location":{}}"#;
        let out = read_json(&GRAPH, &format!("{interrupt}\n{service}"));
        assert_eq!(out.events[0].outcome, Outcome::Interrupted);
        assert!(out.events[1].flags.has(Flags::APP_ONLY));
        assert_eq!(out.names.get(out.events[1].actor), "bbbbbbbb-0000-4000-8000-000000000001", "its name could be anybody's");
    }

    #[test]
    fn user_ids_of_zeros_join_nobody() {
        let unknown = BETA.replace("11111111-2222-3333-4444-555555555555", "00000000-0000-0000-0000-000000000000");
        assert!(read_json(&GRAPH, &unknown).same.is_empty());
    }
}
