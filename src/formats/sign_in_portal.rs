//! Sign-ins downloaded as CSV from the Entra portal: of users, of applications, and the steps of their
//! authentication.
//!
//! 44, 55, 56 or 57 columns, one name twice, some with trailing blanks; title cells in the language of
//! the browser. Interactive and non-interactive downloads have the same header.
//!
//! Source: bitpusher2k/M365IRScripts `02-ProcessEntraSignInLog.ps1`; F1r3F0x21/rvt2 `RVT_365.py` (Spanish).

use super::declared::{Declared, Form};
use super::sign_in::{self, Facts};
use crate::events::{Batch, Family, Flags, Reason};
use crate::evidence::Record;

/// Sign-ins of users.
pub static USERS: Declared = Declared {
    id: "sign-in.portal-csv",
    title: "Entra portal, sign-ins of users (CSV)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["date (utc)", "request id", "username", "client app"],
    forbidden: &[],
    read: read_users,
};

/// The same from a portal in Spanish.
pub static USERS_SPANISH: Declared = Declared {
    id: "sign-in.portal-csv-es",
    title: "Entra portal in Spanish, sign-ins of users (CSV)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["fecha (utc)", "nombre de usuario", "aplicación cliente"],
    forbidden: &[],
    read: read_users,
};

/// Sign-ins of applications and managed identities.
pub static APPLICATIONS: Declared = Declared {
    id: "sign-in.portal-apps-csv",
    title: "Entra portal, sign-ins of applications or managed identities (CSV)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["date (utc)", "request id", "service principal id"],
    forbidden: &["username"],
    read: read_applications,
};

/// Steps of the authentication, a file beside the interactive sign-ins. The sign-ins themselves are in
/// the other file; without it no step is an act.
pub static STEPS: Declared = Declared {
    id: "sign-in.portal-steps-csv",
    title: "Entra portal, authentication details beside the sign-ins (CSV)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["request id", "authentication method", "succeeded", "result detail"],
    forbidden: &["username"],
    read: |record, out| out.ignore(record.at, Reason("authentication-step")),
};

fn read_users(record: &Record<'_>, out: &mut Batch) {
    let mut facts = Facts::of_record(record);
    // Some versions of the download leave the error code of a success empty.
    if facts.code.is_none() && facts.status.eq_ignore_ascii_case("success") {
        facts.code = Some(0);
    }
    sign_in::finish(facts, record, out);
}

fn read_applications(record: &Record<'_>, out: &mut Batch) {
    let mut facts = Facts::of_record(record);
    facts.flags.set(Flags::APP_ONLY);
    if facts.code.is_none() && facts.status.eq_ignore_ascii_case("success") {
        facts.code = Some(0);
    }
    sign_in::finish(facts, record, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Mfa, Outcome, Protocol, SignIn};
    use crate::formats::testkit::read_csv;

    const HEADER: &str = "\u{feff}Date (UTC),Request ID,User agent,Correlation ID,User ID,User,Username,User type,Incoming token type,Authentication Protocol,Unique token identifier,Original transfer method,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,IP address,Location,Status,Sign-in error code,Failure reason,Client app,Device ID,Browser,Operating System,Compliant,Managed,Join Type,Multifactor authentication result,Multifactor authentication auth method,Authentication requirement,Session ID,Autonomous system  number,Incoming token type,Conditional Access";

    fn facts(out: &Batch, at: usize) -> SignIn {
        match &out.details[out.events[at].detail as usize - 1] {
            Detail::SignIn(facts) => **facts,
            other => panic!("{other:?}"),
        }
    }

    fn row(token: &str, place: &str, status: &str, mfa: &str, second_token: &str) -> String {
        format!(
            "2025-12-04T08:19:41Z,0c532507-b101-4090-b2f1-4d768e2f3500,Mozilla/5.0,c0ffee00-0000-4000-8000-000000000001,11111111-2222-3333-4444-555555555555,Ana,Ana@example.com,member,{token},none,'-yVTDAGxkECy8U12ji81AA,none,Azure Portal,c44b4083-3bb0-49c1-b47d-974e53cbdf3c,Azure Resource Manager,797f4846-ba00-4fd7-ba43-dac1f8f63013,t,2001:db8::1,\"{place}\",{status},Browser,,Edge 120,Windows10,TRUE,FALSE,,{mfa},,Single-factor authentication,,64500,{second_token},Not Applied"
        )
    }

    #[test]
    fn a_success_without_error_code_is_a_success_and_the_city_may_hold_a_comma() {
        let out = read_csv(
            &USERS,
            &format!("{HEADER}\n{}", row("none", "Washington, D.C., District of Columbia, US", "Success,,Other.", "", "None")),
        );
        let (event, sign_in) = (&out.events[0], facts(&out, 0));
        assert_eq!((event.outcome, event.code), (Outcome::Success, 0));
        assert_eq!((sign_in.country, out.text.get(sign_in.city)), (*b"US", "Washington, D.C."));
        assert_eq!((sign_in.mfa, sign_in.managed, sign_in.asn), (Mfa::NotRequired, true, 64500));
        assert_eq!(out.text.get(sign_in.reason), "");
        assert_eq!(out.ips.get(event.ip), "2001:db8::1");
    }

    #[test]
    fn the_first_of_the_two_token_columns_counts() {
        let out = read_csv(&USERS, &format!("{HEADER}\n{}", row("refreshToken", ", , ", "Success,0,Other.", "", "None")));
        assert!(facts(&out, 0).by_token);
        assert!(out.events[0].flags.has(Flags::NON_INTERACTIVE));
        assert_eq!(facts(&out, 0).country, [0; 2]);
    }

    #[test]
    fn a_prompt_that_was_not_finished_proves_the_password() {
        let text = "MFA denied; user declined the authentication";
        let out = read_csv(
            &USERS,
            &format!("{HEADER}\n{}", row("none", "Toronto, Ontario, CA", "Failure,500121,Authentication failed", text, "None")),
        );
        let sign_in = facts(&out, 0);
        assert_eq!((sign_in.mfa, sign_in.password, out.events[0].outcome), (Mfa::Denied, Some(true), Outcome::Failure));
        assert_eq!(out.text.get(sign_in.reason), text);
    }

    #[test]
    fn spanish_titles_are_the_same_columns() {
        let out = read_csv(
            &USERS_SPANISH,
            "Fecha (UTC),Request ID,Id. de usuario,Nombre de usuario,Dirección IP,Ubicación,Estado,Sign-in error code,Aplicación cliente,Aplicación,Protocolo de autenticación\n2025-12-04T08:19:41Z,0c532507-b101-4090-b2f1-4d768e2f3500,11111111-2222-3333-4444-555555555555,ana@example.com,198.51.100.7,\"Madrid, Madrid, ES\",Failure,50126,IMAP4,Office 365 Exchange Online,ropc\n",
        );
        assert_eq!(out.names.get(out.events[0].actor), "ana@example.com");
        assert_eq!((facts(&out, 0).country, facts(&out, 0).protocol, out.events[0].code), (*b"ES", Protocol::Ropc, 50126));
    }

    #[test]
    fn applications_act_in_their_own_right() {
        let out = read_csv(
            &APPLICATIONS,
            "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Application,Application ID ,IP address,Location,Status,Sign-in error code\n2025-12-04T08:19:41Z,0c532507-b101-4090-b2f1-4d768e2f3500,c,bbbbbbbb-0000-4000-8000-000000000001,Backup,Backup,aaaaaaaa-0000-4000-8000-000000000001,,\", , \",Success,\n",
        );
        assert!(out.events[0].flags.has(Flags::APP_ONLY));
        assert_eq!(out.events[0].outcome, Outcome::Success);
    }

    #[test]
    fn steps_beside_the_sign_ins_are_no_acts() {
        let out = read_csv(
            &STEPS,
            "Request ID,Date (UTC),Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\nr,2025-12-04T08:19:41Z,Password,Password in the cloud,false,x,y\n",
        );
        assert!(out.events.is_empty());
    }
}
