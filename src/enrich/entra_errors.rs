//! Error codes of Entra sign-ins: what each says of the password and of who stands at the door.
//!
//! Sources: entra-docs `docs/identity-platform/reference-error-codes.md`; dafthack/MSOLSpray (which codes
//! a spray counts as a hit); LETHAL-FORENSICS/Microsoft-Analyzer-Suite `Config/Status.csv` (interrupts).

use crate::events::named;

named! {
    /// What a result means.
    ErrorClass {
        /// Success.
        Ok = "ok",
        /// A step of a normal sign-in, not a failure.
        Interrupt = "interrupt",
        /// The credential is wrong.
        BadPassword = "bad-password",
        /// The first factor was accepted, then stopped. On a row without a password step this only
        /// shows that a token was accepted.
        PasswordOk = "password-ok",
        /// The first factor was accepted, then a policy refused.
        PasswordOkBlocked = "password-ok-blocked",
        /// Refused by policy or state; nothing is said of the password.
        Blocked = "blocked",
        /// No such account here.
        NoUser = "no-user",
        /// Token or session invalid: no password involved.
        Token = "token",
        /// Application, consent or service principal.
        App = "app",
        /// Noise of the service or protocol.
        Service = "service",
        /// Not known.
        Unknown = "unknown",
    }
}

impl ErrorClass {
    /// True where the first factor was right, though the sign-in did not succeed.
    pub fn is_password_ok(self) -> bool {
        matches!(self, ErrorClass::PasswordOk | ErrorClass::PasswordOkBlocked)
    }
}

use ErrorClass::{App, BadPassword, Blocked, Interrupt, NoUser, Ok as Success, PasswordOk, PasswordOkBlocked, Service, Token};

/// Sorted by code.
const CODES: &[(u32, ErrorClass, &str)] = &[
    (0, Success, "success"),
    (16000, Interrupt, "account picker shown"),
    (16001, Interrupt, "account picker shown"),
    (16002, Interrupt, "session selection was invalid"),
    (16003, Interrupt, "signed-in account is not in the tenant"),
    (50000, Service, "error in the token service"),
    (50002, Blocked, "refused by tenant restrictions"),
    (50012, App, "application's credential was refused"),
    (50013, Token, "assertion is invalid"),
    (50014, NoUser, "guest invitation is pending"),
    (50020, NoUser, "account of another provider, no guest here"),
    (50033, Service, "transient error"),
    (50034, NoUser, "no such account in the directory"),
    (50053, BadPassword, "locked out after wrong passwords, or address blocked"),
    (50055, PasswordOk, "password right but expired"),
    (50056, BadPassword, "no password in the directory for this account"),
    (50057, Blocked, "account is disabled"),
    (50058, Interrupt, "silent sign-in found no session"),
    (50059, NoUser, "no tenant found for the name"),
    (50064, BadPassword, "credential validation failed"),
    (50072, PasswordOk, "password right, must enrol in MFA now"),
    (50074, PasswordOk, "password right, MFA asked for and not passed"),
    (50076, PasswordOk, "password right, MFA required by policy"),
    (50078, PasswordOk, "password right, MFA claim expired"),
    (50079, PasswordOk, "password right, must enrol in MFA"),
    (50089, Token, "flow token expired"),
    (50097, PasswordOk, "device authentication required"),
    (50105, PasswordOkBlocked, "account is not assigned to the application"),
    (50125, PasswordOk, "password reset or registration page shown"),
    (50126, BadPassword, "wrong user name or password"),
    (50127, PasswordOkBlocked, "broker application needed"),
    (50128, NoUser, "no tenant found for the name"),
    (50129, PasswordOkBlocked, "device must be joined"),
    (50131, PasswordOkBlocked, "blocked by conditional access as suspicious"),
    (50132, Token, "session void after a password change"),
    (50133, Token, "session void after a password change or expiry"),
    (50135, PasswordOk, "password change required for risk"),
    (50140, Interrupt, "credentials accepted, \"keep me signed in\" page shown"),
    (50142, PasswordOk, "password change required by policy"),
    (50143, Interrupt, "session does not match the tenant"),
    (50144, PasswordOk, "password right, expired in Active Directory"),
    (50155, PasswordOk, "device authentication failed"),
    (50158, PasswordOk, "password right, external MFA or control not satisfied"),
    (50168, Interrupt, "browser could not give single sign-on data"),
    (50173, Token, "grant was revoked"),
    (50180, Interrupt, "Windows authentication needed"),
    (50187, PasswordOk, "device authentication not provided"),
    (50196, Service, "request loop"),
    (50199, Interrupt, "application confirmation page shown"),
    (51004, NoUser, "no such account in the directory"),
    (51006, Interrupt, "Windows authentication needed"),
    (52004, App, "no consent for LinkedIn"),
    (53000, PasswordOkBlocked, "device is not compliant"),
    (53001, PasswordOkBlocked, "device is not domain joined"),
    (53002, PasswordOkBlocked, "application is not approved"),
    (53003, PasswordOkBlocked, "blocked by conditional access"),
    (53004, PasswordOkBlocked, "MFA enrolment blocked for risk"),
    (53010, PasswordOkBlocked, "MFA enrolment blocked from this place"),
    (53011, PasswordOkBlocked, "blocked for risk in the home tenant"),
    (65001, App, "consent is missing"),
    (65002, App, "application is not preauthorised"),
    (65004, App, "consent was declined"),
    (70000, Token, "grant is invalid"),
    (70001, App, "application is disabled or absent"),
    (70002, App, "application's credential was refused"),
    (70008, Token, "refresh token expired or revoked"),
    (70016, Interrupt, "device code: waiting for the user"),
    (70018, Interrupt, "device code is wrong"),
    (70019, Interrupt, "device code expired"),
    (70043, Token, "refresh token ended by sign-in frequency"),
    (80001, Service, "pass-through agent not available"),
    (80002, Service, "pass-through agent timed out"),
    (80003, Service, "pass-through agent gave an invalid answer"),
    (80004, Service, "pass-through agent was given a wrong request"),
    (80005, Service, "pass-through agent failed"),
    (80006, Service, "pass-through agent failed"),
    (80007, Service, "pass-through agent could not judge the password"),
    (80008, Service, "pass-through agent failed"),
    (80009, Service, "pass-through agent failed"),
    (80010, Service, "pass-through agent could not decrypt the password"),
    (80011, Service, "pass-through agent failed"),
    (80012, Blocked, "outside the hours of logon"),
    (80013, Service, "clocks of agent and domain differ"),
    (80014, Service, "pass-through agent took too long"),
    (81010, Interrupt, "seamless single sign-on ticket was not valid"),
    (81012, Interrupt, "other account than the one of the ticket"),
    (81014, Interrupt, "seamless single sign-on failed"),
    (90006, Service, "external service failed"),
    (90008, App, "consent is missing"),
    (90012, Service, "request timed out"),
    (90024, Service, "request budget exceeded"),
    (90033, Service, "transient error"),
    (90072, NoUser, "account of another tenant, no guest here"),
    (90094, App, "consent needs an administrator"),
    (90095, App, "consent of an administrator was asked for"),
    (90119, Interrupt, "device code is malformed"),
    (90120, Interrupt, "device code was already used"),
    (120_000, BadPassword, "wrong current password in a password change"),
    (500_011, App, "resource is absent in the tenant"),
    (500_014, App, "resource is disabled"),
    (500_021, Blocked, "refused by tenant restrictions"),
    (500_022, Blocked, "refused by tenant restrictions"),
    (500_121, PasswordOk, "password right, MFA refused, not answered or wrong"),
    (500_133, Token, "assertion is out of its time"),
    (500_208, NoUser, "domain is not valid here"),
    (500_212, Blocked, "refused by a cross-tenant policy"),
    (500_213, Blocked, "refused by a cross-tenant policy"),
    (500_341, NoUser, "account was deleted from the directory"),
    (530_032, PasswordOkBlocked, "blocked by the tenant's security policy"),
    (530_034, PasswordOkBlocked, "blocked for risk in the home tenant"),
    (530_035, Blocked, "legacy authentication blocked by security defaults"),
    (650_052, App, "application's service is not subscribed"),
    (650_057, App, "resource is not among the application's permissions"),
    (700_016, App, "application is unknown in the tenant"),
    (700_024, App, "application's assertion is out of its time"),
    (700_027, App, "application's certificate was refused"),
    (700_030, App, "application's certificate is invalid"),
    (700_082, Token, "refresh token expired for inactivity"),
    (700_084, Token, "refresh token of a web page expired"),
    (7_000_112, App, "application is disabled"),
    (7_000_215, App, "application's secret is wrong"),
    (7_000_222, App, "application's secret expired"),
];

fn find(code: u32) -> Option<&'static (u32, ErrorClass, &'static str)> {
    CODES.binary_search_by_key(&code, |(known, ..)| *known).ok().and_then(|at| CODES.get(at))
}

/// Codes of the family of policy blocks: first digits 53 of five, or 530 of six.
fn is_policy_block(code: u32) -> bool {
    matches!(code, 53_000..=53_999 | 530_000..=530_999)
}

/// The class of a code. A code of the family of policy blocks that is not in the table is assumed to
/// come after the first factor, as the known ones do.
pub fn error_class(code: u32) -> ErrorClass {
    match find(code) {
        Some((_, class, _)) => *class,
        None if is_policy_block(code) => PasswordOkBlocked,
        None => ErrorClass::Unknown,
    }
}

/// The class of a code, with the recorded failure reason where it decides: 50053 stands for lockout and
/// for addresses that are blocked as malicious.
pub fn error_class_with_reason(code: u32, reason: &str) -> ErrorClass {
    if code == 50053 && reason.to_ascii_lowercase().contains("malicious") {
        return Blocked;
    }
    error_class(code)
}

/// What a code means, in a few words; "code N" for those that are not known.
pub fn error_words(code: u32) -> String {
    match find(code) {
        Some((.., words)) => (*words).to_owned(),
        None if is_policy_block(code) => format!("blocked by a policy (code {code}; assumed)"),
        None => format!("code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_code_is_found() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(CODES.iter().all(|(code, class, _)| error_class(*code) == *class));
    }

    #[test]
    fn codes_that_give_away_the_password_are_told_from_wrong_ones() {
        for code in [50055, 50072, 50074, 50076, 50079, 50158, 500_121, 53003, 53000, 530_032] {
            assert!(error_class(code).is_password_ok(), "{code}");
        }
        for code in [0, 50126, 50053, 50034, 50057, 50140, 50173, 700_016, 530_035] {
            assert!(!error_class(code).is_password_ok(), "{code}");
        }
    }

    #[test]
    fn unknown_policy_blocks_are_assumed_to_follow_the_password() {
        assert_eq!(error_class(53_077), ErrorClass::PasswordOkBlocked);
        assert_eq!(error_words(530_099), "blocked by a policy (code 530099; assumed)");
        assert_eq!(error_class(5_300), ErrorClass::Unknown);
        assert_eq!(error_class(99_999), ErrorClass::Unknown);
    }

    #[test]
    fn a_malicious_address_is_no_wrong_password() {
        let locked = "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.";
        assert_eq!(error_class_with_reason(50053, locked), ErrorClass::BadPassword);
        assert_eq!(
            error_class_with_reason(50053, "Sign-in was blocked because it came from an IP address with malicious activity"),
            ErrorClass::Blocked
        );
    }
}
