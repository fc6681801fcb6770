//! What a sign-in says of its factors: password, multi-factor authentication, protocol.
//!
//! Source of the texts and methods: real records of several tenants and Microsoft's documentation of
//! sign-in reports ("howto-mfa-reporting", "reference-error-codes").

use super::fields::each_entry;
use crate::events::{Mfa, Protocol};
use crate::evidence::Value;

/// Error codes of steps of a normal sign-in, which are no failures. Sorted.
pub const INTERRUPTS: &[u32] = &[
    16_000, 16_001, 16_002, 16_003, 50_058, 50_140, 50_143, 50_168, 50_180, 50_199, 51_006, 70_016, 70_018, 70_019, 81_010, 81_012, 81_014,
    90_119, 90_120,
];

/// Error codes that say that the password was wrong. Sorted.
const WRONG_PASSWORD: &[u32] = &[50_056, 50_064, 50_126, 120_000];

/// Error codes of a sign-in that was stopped after its first factor had been accepted. Sorted.
const FIRST_FACTOR_PASSED: &[u32] = &[
    50_055, 50_072, 50_074, 50_076, 50_078, 50_079, 50_097, 50_105, 50_125, 50_127, 50_129, 50_131, 50_135, 50_142, 50_144, 50_155, 50_158,
    50_187, 53_000, 53_001, 53_002, 53_003, 53_004, 53_010, 53_011, 65_001, 500_121, 530_032, 530_034,
];

/// Those of [`FIRST_FACTOR_PASSED`] that only come up with a person who has just given a password.
/// Sorted.
const PROMPTED: &[u32] = &[50_055, 50_072, 50_074, 50_125, 50_135, 50_142, 50_144, 500_121];

/// Error codes that ask for a second factor. Sorted.
const SECOND_FACTOR_ASKED: &[u32] = &[50_072, 50_074, 50_076, 50_078, 50_079, 50_158, 500_121];

fn among(codes: &[u32], code: Option<u32>) -> bool {
    code.is_some_and(|code| codes.binary_search(&code).is_ok())
}

/// True if `text` holds `word`, whatever the case of ASCII letters. `word` must be in lower case.
pub fn holds(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some((first, rest)) = word.split_first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text)
        .any(|at| text.get(at + 1..at + word.len()).is_some_and(|behind| behind.eq_ignore_ascii_case(rest)))
}

/// What the steps of `authenticationDetails` say together.
#[derive(Clone, Copy, Default, Debug)]
pub struct Steps<'a> {
    /// Time of the first step, as recorded.
    pub first_time: &'a str,
    /// How the password step ended.
    pub password: Option<bool>,
    /// The first factor was a claim in a token.
    pub first_by_claim: bool,
    /// The second factor was a claim in a token.
    pub second_by_claim: bool,
    /// How the second factor's step ended.
    pub second: Option<bool>,
    /// A phishing-resistant method was used with success.
    pub resistant: bool,
    /// Result of a second factor that was not given.
    pub refusal: &'a str,
}

#[derive(Default)]
struct Step<'a> {
    time: &'a str,
    method: &'a str,
    result: &'a str,
    requirement: &'a str,
    succeeded: Option<bool>,
}

impl<'a> Steps<'a> {
    /// Takes in the array of steps.
    pub fn read(&mut self, steps: Value<'a>) {
        for value in steps.items_or_self() {
            let mut step = Step::default();
            each_entry(value, |name, cell| match name {
                "authenticationstepdatetime" => step.time = cell.str(),
                "authenticationmethod" => step.method = cell.str(),
                "authenticationstepresultdetail" => step.result = cell.str(),
                "authenticationsteprequirement" => step.requirement = cell.str(),
                "succeeded" => step.succeeded = cell.flag(),
                _ => {}
            });
            self.step(&step);
        }
    }

    fn step(&mut self, step: &Step<'a>) {
        if self.first_time.is_empty() {
            self.first_time = step.time;
        }
        let by_claim = holds(step.method, "previously satisfied") || holds(step.result, "by claim");
        if step.method.eq_ignore_ascii_case("password") && !by_claim {
            self.password = step.succeeded.or(self.password);
        } else if by_claim {
            let second = holds(step.result, "mfa") || holds(step.requirement, "multi");
            self.second_by_claim |= second;
            self.first_by_claim |= !second;
        } else if is_resistant(step.method) {
            self.resistant |= step.succeeded == Some(true);
            self.refuse(step);
        } else if !step.method.is_empty() && !holds(step.requirement, "primary") || holds(step.method, "passwordless") {
            self.second = step.succeeded.or(self.second);
            self.refuse(step);
        }
    }

    fn refuse(&mut self, step: &Step<'a>) {
        if step.succeeded == Some(false) {
            self.refusal = step.result;
        }
    }
}

/// FIDO2 keys and passkeys, Windows Hello for Business, certificates.
fn is_resistant(method: &str) -> bool {
    ["fido", "passkey", "windows hello", "x.509", "certificate", "platform credential"].iter().any(|word| holds(method, word))
}

/// What a record says of the second factor besides its steps.
#[derive(Clone, Copy, Default, Debug)]
pub struct MfaTexts<'a> {
    /// `status.additionalDetails`, or the portal's "Multifactor authentication result".
    pub additional: &'a str,
    /// `mfaDetail.authMethod`, or the portal's "Multifactor authentication auth method".
    pub method: &'a str,
    /// `authenticationRequirement`.
    pub requirement: &'a str,
}

/// How multi-factor authentication stood.
pub fn mfa(steps: &Steps<'_>, texts: MfaTexts<'_>, code: Option<u32>) -> Mfa {
    let failed = code.is_some_and(|code| code != 0);
    let refusal = [texts.additional, steps.refusal].into_iter().find_map(refusal);
    if let Some(refusal) = refusal.filter(|_| failed || steps.second == Some(false)) {
        return refusal;
    }
    let stated = |words: &str| holds(texts.additional, words);
    let completed = stated("mfa completed") || stated("mfa successfully completed");
    if steps.resistant || completed && is_resistant(texts.method) {
        return Mfa::Resistant;
    }
    if completed || steps.second == Some(true) {
        return Mfa::Completed;
    }
    if stated("satisfied by claim") || steps.second_by_claim {
        return Mfa::ByClaim;
    }
    if among(SECOND_FACTOR_ASKED, code) || stated("mfa required") || steps.second == Some(false) {
        return Mfa::Pending;
    }
    if holds(texts.requirement, "single") && !failed {
        return Mfa::NotRequired;
    }
    Mfa::Unknown
}

/// The kind of a refusal; `None` where the text tells of none.
fn refusal(text: &str) -> Option<Mfa> {
    const UNANSWERED: [&str; 5] = ["did not respond", "didn't respond", "never entered", "voicemail", "unable to reach"];
    const REFUSED: [&str; 9] =
        ["declined", "hung up", "did not select", "incorrect", "invalid code", "code already used", "is blocked", "wrong code", "fraud"];
    if !holds(text, "denied") && !holds(text, "declined") && !holds(text, "respond") {
        return None;
    }
    if UNANSWERED.iter().any(|words| holds(text, words)) {
        Some(Mfa::TimedOut)
    } else if REFUSED.iter().any(|words| holds(text, words)) {
        Some(Mfa::Denied)
    } else {
        Some(Mfa::Pending)
    }
}

/// Whether the password was right, from its step or from the kind of failure; `None` where nothing
/// tells. A policy stops a sign-in after its first factor, which is a password only where a person or
/// a legacy client gave one and no token came with the request.
pub fn password(steps: &Steps<'_>, code: Option<u32>, interactive: Option<bool>, protocol: Protocol, by_token: bool) -> Option<bool> {
    if steps.password.is_some() {
        return steps.password;
    }
    if among(WRONG_PASSWORD, code) {
        return Some(false);
    }
    if by_token || steps.first_by_claim || !among(FIRST_FACTOR_PASSED, code) {
        return None;
    }
    let typed = interactive == Some(true) || protocol == Protocol::Ropc || interactive.is_none() && among(PROMPTED, code);
    typed.then_some(true)
}

/// True for a wrong password: somebody (or a legacy client) gave one.
pub fn is_wrong_password(code: Option<u32>) -> bool {
    among(WRONG_PASSWORD, code)
}

/// True for `clientAppUsed` values of protocols that know no modern sign-in.
///
/// Source: elastic/detection-rules `initial_access_entra_id_unusual_legacy_auth_client_signin.toml`.
fn is_legacy_client(client: &str) -> bool {
    const LEGACY: [&str; 17] = [
        "authenticated smtp",
        "autodiscover",
        "exchange activesync",
        "exchange online powershell",
        "exchange web services",
        "imap",
        "imap4",
        "mapi",
        "mapi over http",
        "offline address book",
        "other clients",
        "outlook anywhere (rpc over http)",
        "outlook service",
        "pop",
        "pop3",
        "reporting web services",
        "smtp",
    ];
    LEGACY.iter().any(|known| known.eq_ignore_ascii_case(client))
}

/// True for the agents under which legacy mail protocols sign in.
///
/// Source: LETHAL-FORENSICS/Microsoft-Analyzer-Suite, SigmaHQ/sigma (see the notes on user agents).
fn is_legacy_agent(agent: &str) -> bool {
    ["bav2ropc", "aconsumerv2ropc", "cbainprod", "cbaintar"].iter().any(|known| holds(agent, known))
}

/// How the token was asked for. A transfer from another device marks every later token of its
/// session, and is told before all else.
pub fn protocol(recorded: &str, transfer: &str, client: &str, agent: &str) -> Protocol {
    let is = |word: &str| holds(recorded, word);
    if recorded == "OAuth2:Authorize" && transfer.is_empty() && client.is_empty() && !is_legacy_agent(agent) {
        // Most of all sign-ins.
        Protocol::OAuth
    } else if is("devicecode") || is("transfer") || holds(transfer, "devicecode") || holds(transfer, "authenticationtransfer") {
        Protocol::DeviceCode
    } else if is("ropc") || is_legacy_client(client) || is_legacy_agent(agent) {
        Protocol::Ropc
    } else if is("saml") || is("wsfed") {
        Protocol::Federated
    } else if is("oauth") || is("native") {
        Protocol::OAuth
    } else {
        Protocol::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::fields::parse;

    fn steps_mfa(json: &str, additional: &str, code: u32) -> (Mfa, Option<bool>) {
        let doc = parse(json);
        let mut steps = Steps::default();
        steps.read(doc.root());
        let texts = MfaTexts { additional, method: "", requirement: "multiFactorAuthentication" };
        (mfa(&steps, texts, Some(code)), password(&steps, Some(code), Some(true), Protocol::Unknown, false))
    }

    #[test]
    fn a_given_second_factor_is_told_from_a_claim_and_from_a_resistant_one() {
        let first = r#"{"authenticationMethod":"Password","succeeded":true,"authenticationStepRequirement":"Primary authentication"}"#;
        let app = format!(r#"[{first},{{"authenticationMethod":"Mobile app notification","succeeded":true}}]"#);
        assert_eq!(steps_mfa(&app, "", 0), (Mfa::Completed, Some(true)));
        let claim = r#"[{"authenticationMethod":"Previously satisfied","succeeded":true,"authenticationStepResultDetail":"First factor requirement satisfied by claim in the token"}]"#;
        assert_eq!(steps_mfa(claim, "MFA requirement satisfied by claim in the token", 0), (Mfa::ByClaim, None));
        let key = r#"[{"authenticationMethod":"FIDO2 security key","succeeded":true}]"#;
        assert_eq!(steps_mfa(key, "", 0), (Mfa::Resistant, None));
    }

    #[test]
    fn a_refused_prompt_is_told_from_an_unanswered_one() {
        for (text, expected) in [
            ("MFA denied; user declined the authentication", Mfa::Denied),
            ("MFA denied; user did not respond to mobile app notification", Mfa::TimedOut),
            ("MFA denied; phone call went to voicemail", Mfa::TimedOut),
            ("MFA denied; invalid code", Mfa::Denied),
            ("MFA denied; authentication in-progress", Mfa::Pending),
            ("The user didn't complete the MFA prompt.", Mfa::Pending),
        ] {
            assert_eq!(steps_mfa("[]", text, 500_121), (expected, Some(true)), "{text}");
        }
    }

    #[test]
    fn a_policy_block_proves_a_password_only_where_one_was_given() {
        let none = Steps::default();
        assert_eq!(password(&none, Some(53_003), Some(true), Protocol::Unknown, false), Some(true));
        assert_eq!(password(&none, Some(53_003), Some(false), Protocol::Unknown, false), None);
        assert_eq!(password(&none, Some(53_003), Some(false), Protocol::Ropc, false), Some(true));
        assert_eq!(password(&none, Some(53_003), Some(true), Protocol::Unknown, true), None);
        assert_eq!(password(&none, Some(50_126), None, Protocol::Unknown, false), Some(false));
    }

    #[test]
    fn codes_are_sorted_for_the_search() {
        for codes in [INTERRUPTS, WRONG_PASSWORD, FIRST_FACTOR_PASSED, PROMPTED, SECOND_FACTOR_ASKED] {
            assert!(codes.is_sorted());
        }
    }

    #[test]
    fn legacy_clients_and_device_codes_are_known_by_any_of_their_signs() {
        assert_eq!(protocol("none", "none", "IMAP4", ""), Protocol::Ropc);
        assert_eq!(protocol("oAuth2", "", "Other clients", "BAV2ROPC"), Protocol::Ropc);
        assert_eq!(protocol("none", "deviceCodeFlow", "Browser", ""), Protocol::DeviceCode);
        assert_eq!(protocol("saml20", "none", "Browser", ""), Protocol::Federated);
        assert_eq!(protocol("none", "none", "Browser", "Mozilla/5.0"), Protocol::Unknown);
    }
}
