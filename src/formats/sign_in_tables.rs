//! Sign-ins from query tables: Log Analytics (Sentinel) and Defender advanced hunting, as CSV or JSON.
//!
//! Source: MicrosoftDocs/azure-reference-other `azure-monitor-ref/tables/includes/signinlogs-include.md`;
//! MicrosoftDocs/defender-docs `advanced-hunting-aadsignineventsbeta-table.md`.

use super::declared::{Declared, Form};
use super::sign_in::{self, Facts};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// `SigninLogs`, `AADNonInteractiveUserSignInLogs` and the tables of applications. Some queries leave
/// out every column of time: then the first authentication step tells it.
pub static LOG_ANALYTICS: Declared = Declared {
    id: "sign-in.log-analytics",
    title: "Log Analytics / Sentinel sign-in tables (SigninLogs and its like)",
    family: Family::SignIn,
    form: Form::Any,
    required: &["resulttype", "operationname", "correlationid", "ipaddress", "appid"],
    forbidden: &["requesturi"],
    read: sign_in::read,
};

/// `AADSignInEventsBeta`, `EntraIdSignInEvents` and those of service principals.
pub static DEFENDER: Declared = Declared {
    id: "sign-in.defender",
    title: "Defender advanced hunting sign-ins (AADSignInEventsBeta, EntraIdSignInEvents)",
    family: Family::SignIn,
    form: Form::Any,
    required: &["timestamp", "errorcode", "requestid", "correlationid", "ipaddress"],
    forbidden: &["date (utc)"],
    read: read_defender,
};

fn read_defender(record: &Record<'_>, out: &mut Batch) {
    let mut facts = Facts::of_record(record);
    // The tables of service principals have no column of the user.
    facts.flags.set_if(!record.has("accountupn"), Flags::APP_ONLY);
    sign_in::finish(facts, record, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Mfa, Outcome, Risk, SignIn};
    use crate::formats::testkit::{read_csv, read_json};

    fn facts(out: &Batch, at: usize) -> SignIn {
        match &out.details[out.events[at].detail as usize - 1] {
            Detail::SignIn(facts) => **facts,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_table_without_time_takes_it_from_the_first_step() {
        let out = read_csv(
            &LOG_ANALYTICS,
            "OperationName,Category,ResultType,CorrelationId,Resource,Location,AppDisplayName,AppId,AuthenticationDetails,ClientAppUsed,DeviceDetail,IsInteractive,Id,IPAddress,LocationDetails,ResourceDisplayName,Status,UserAgent,UserId,UserPrincipalName\nSign-in activity,SignInLogs,50057,c0ffee00-0000-4000-8000-000000000001,Microsoft.aadiam,KP,Azure Portal,c44b4083-3bb0-49c1-b47d-974e53cbdf3c,\"[{\"\"authenticationStepDateTime\"\":\"\"2021-04-19T12:13:19.4834758+00:00\"\",\"\"authenticationMethod\"\":\"\"Password\"\",\"\"succeeded\"\":false}]\",Browser,\"{\"\"operatingSystem\"\":\"\"Windows 10\"\",\"\"deviceId\"\":\"\"\"\"}\",TRUE,698711b3-cf4e-45f4-ae04-d4e340f06b00,198.51.100.9,\"{\"\"countryOrRegion\"\":\"\"KP\"\",\"\"city\"\":\"\"Pyongyang\"\"}\",Windows Azure Service Management API,\"{\"\"errorCode\"\":50057,\"\"failureReason\"\":\"\"User account is disabled.\"\"}\",Mozilla/5.0,14dc6e86-42b9-4f0a-8da0-8b5bdc62e336,johns@example.com\n",
        );
        let (event, sign_in) = (&out.events[0], facts(&out, 0));
        assert_eq!(event.time.rfc3339(7), "2021-04-19T12:13:19.4834758Z");
        assert_eq!((event.code, event.outcome), (50057, Outcome::Failure));
        assert_eq!((sign_in.password, out.text.get(sign_in.city), sign_in.country), (Some(false), "Pyongyang", *b"KP"));
        assert_eq!(out.text.get(sign_in.resource), "Windows Azure Service Management API");
        assert_eq!(out.text.get(sign_in.os), "Windows 10");
        assert!(event.flags.has(Flags::INTERACTIVE));
    }

    #[test]
    fn non_interactive_rows_hold_json_in_text_and_are_dated_by_their_making() {
        let out = read_json(
            &LOG_ANALYTICS,
            r#"{"TimeGenerated":"2023-09-19T16:00:00Z","CreatedDateTime":"2023-09-19T13:45:17.287Z","OperationName":"Sign-in activity","Category":"NonInteractiveUserSignInLogs","ResultType":"0","CorrelationId":"c","IPAddress":"198.51.100.7","AppId":"d3590ed6-52b3-4102-aeff-aad2292ab01c","Id":"0c532507-b101-4090-b2f1-4d768e2f3500","Location":"DE","LocationDetails":"{\"city\":\"Bonn\",\"countryOrRegion\":\"DE\"}","Status":"{\"errorCode\":0,\"additionalDetails\":\"MFA requirement satisfied by claim in the token\"}","DeviceDetail":"{\"deviceId\":\"AAAAAAAA-0000-4000-8000-000000000001\",\"trustType\":\"Azure AD joined\",\"isManaged\":true}","UserPrincipalName":"ana@example.com","UserId":"11111111-2222-3333-4444-555555555555","Type":"AADNonInteractiveUserSignInLogs"}"#,
        );
        let (event, sign_in) = (&out.events[0], facts(&out, 0));
        assert_eq!(event.time.rfc3339(3), "2023-09-19T13:45:17.287Z");
        assert!(event.flags.has(Flags::NON_INTERACTIVE));
        assert_eq!((sign_in.mfa, sign_in.managed), (Mfa::ByClaim, true));
        assert_eq!(out.text.get(sign_in.device), "aaaaaaaa-0000-4000-8000-000000000001");
    }

    #[test]
    fn defender_writes_enumerations_as_numbers() {
        let out = read_csv(
            &DEFENDER,
            "Timestamp,Application,ApplicationId,LogonType,ErrorCode,CorrelationId,SessionId,AccountObjectId,AccountUpn,ResourceDisplayName,OSPlatform,DeviceTrustType,IsManaged,RiskLevelAggregated,UserAgent,ClientAppUsed,Browser,IPAddress,Country,City,RequestId,EndpointCall\n2024-04-10T08:00:00Z,OfficeHome,4765445b-32c6-49b0-83e6-1d93765276ca,\"[\"\"nonInteractiveUser\"\"]\",0,c,s,11111111-2222-3333-4444-555555555555,ana@example.com,Graph,Windows,,1,100,Mozilla/5.0,Browser,Edge,198.51.100.7,NL,Amsterdam,0c532507-b101-4090-b2f1-4d768e2f3500,OAuth2:Token\n",
        );
        let sign_in = facts(&out, 0);
        assert_eq!((sign_in.risk, sign_in.country, sign_in.managed), (Risk::High, *b"NL", true));
        assert!(out.events[0].flags.has(Flags::NON_INTERACTIVE));
    }
}
