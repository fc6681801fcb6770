//! Sign-ins in the audit log: `UserLoggedIn` and `UserLoginFailed`.
//!
//! `ResultStatus` only tells the HTTP step and is never the outcome (145 of 216 failures of one public
//! export say `Success`): the operation decides, refined by the error number.

use super::fields::Field;
use super::who::Party;
use super::{Reader, is_guid};
use crate::events::{Action, Detail, Flags, Mfa, Outcome, SignIn, link};
use crate::formats::factors::{self, INTERRUPTS, MfaTexts, Steps};

/// Names in `LogonError` with their codes, for records without `ErrorNumber`.
///
/// Source: pairs seen in public exports.
const ERRORS: [(&str, u32); 16] = [
    ("InvalidUserNameOrPassword", 50126),
    ("IdsLocked", 50053),
    ("InvalidPasswordExpiredPassword", 50055),
    ("UserInformationNotProvided", 50058),
    ("UserStrongAuthEnrollmentRequiredInterrupt", 50072),
    ("UserStrongAuthClientAuthNRequiredInterrupt", 50074),
    ("UserStrongAuthClientAuthNRequired", 50076),
    ("AuthenticationFailedSasError", 500_121),
    ("DelegationDoesNotExist", 65001),
    ("FlowTokenExpired", 50089),
    ("InvalidReplyTo", 50011),
    ("UserAccountNotFound", 50034),
    ("UserDisabled", 50057),
    ("BlockedByConditionalAccess", 53003),
    ("KmsiInterrupt", 50140),
    ("SsoArtifactInvalidOrExpired", 50132),
];

impl<'d> Reader<'_, 'd> {
    /// The request id of a sign-in, by which the Entra log knows it: `Id`, and in records of 2019 and
    /// 2020, where the two differ, `IntraSystemId`.
    pub(super) fn request_id<'x>(&self, id: Option<&'x str>) -> Option<&'x str>
    where
        'd: 'x,
    {
        self.audit.str(Field::IntraSystemId).filter(|id| is_guid(id)).or(id.filter(|id| is_guid(id)))
    }

    /// A sign-in.
    pub(super) fn sign_in(&mut self) {
        let audit = self.audit;
        let error = audit.str(Field::LogonError).unwrap_or_default();
        let known = ERRORS.iter().find(|(name, _)| *name == error).map(|(_, code)| *code);
        let code = audit.text(Field::ErrorNumber).and_then(|text| text.trim().parse().ok()).filter(|code| *code != 0);
        self.event.action = Action::SignIn;
        self.event.code = code.or(known).unwrap_or(0);
        let failed = self.operation.contains("fail") || self.event.code != 0 && self.operation != "userloggedin";
        self.event.outcome = if INTERRUPTS.binary_search(&self.event.code).is_ok() {
            Outcome::Interrupted
        } else if failed {
            Outcome::Failure
        } else {
            Outcome::Success
        };
        let actor = Party::of(audit.value(Field::Actor));
        let linked = self.party(&actor);
        let person = self.out.names.get(self.event.actor).contains('@');
        if !person && linked.is_some() && self.out.names.get(linked).contains('@') {
            self.event.actor = linked;
        } else if person && actor.upn.is_none() && !self.event.flags.has(Flags::SERVICE) {
            let id = self.out.opt_principal(audit.str(Field::UserKey).filter(|key| is_guid(key)));
            self.out.same_account(self.event.actor, id);
        }
        // The client that asked, not the resource that some records have in AppId.
        let app = audit.str(Field::ApplicationId);
        self.event.app = app.map_or(self.event.app, |app| self.out.id(app));
        self.event.link = audit.str(Field::InterSystemsId).map_or(0, link);
        let id = audit.str(Field::Id).or(self.fallback.id);
        self.event.token = self.request_id(id).map_or(0, link);
        self.sign_in_facts(error);
    }

    fn sign_in_facts(&mut self, error: &str) {
        let audit = self.audit;
        let (mut agent, mut request, mut method) = (None, "", 0u64);
        super::pairs::each(audit.value(Field::ExtendedProperties), &mut |name, value| match name {
            "UserAgent" => agent = super::present(value),
            "RequestType" => request = value,
            "UserAuthenticationMethod" => method = value.trim().parse().unwrap_or(0),
            _ => {}
        });
        if let Some(agent) = agent {
            self.event.agent = self.out.str(agent);
        }
        let mut facts = SignIn::default();
        let (mut session, mut compliant) = (None, false);
        let out = &mut *self.out;
        super::pairs::each(audit.value(Field::DeviceProperties), &mut |name, value| match name {
            "OS" => facts.os = out.str(value),
            "BrowserType" => facts.browser = out.str(value),
            "Id" => facts.device = out.id(value),
            "TrustType" => facts.trust = out.str(trust_type(value)),
            "SessionId" => session = super::present(value),
            "IsCompliant" | "IsCompliantAndManaged" => compliant |= value.eq_ignore_ascii_case("true"),
            _ => {}
        });
        if let Some(session) = session {
            self.event.session = self.out.id(session);
        }
        facts.managed = compliant;
        facts.resource = self.out.opt(audit.str(Field::ObjectId));
        facts.reason = self.out.str(error);
        let agent = agent.unwrap_or_default();
        facts.protocol = factors::protocol(request, "", "", agent);
        facts.mfa = mfa(request, self.event.code, self.event.outcome);
        // Bit 1 of the method is the password. Source: Microsoft's audit schema.
        let given = self.event.outcome == Outcome::Success && method & 1 == 1;
        let code = Some(self.event.code).filter(|code| *code != 0);
        facts.password = factors::password(&Steps::default(), code, None, facts.protocol, false).or(given.then_some(true));
        let typed = ["Login:", "SAS:", "Kmsi:", "Cmsi:"].iter().any(|start| request.starts_with(start));
        self.event.flags.set_if(typed, Flags::INTERACTIVE);
        self.out.detail(&mut self.event, Detail::SignIn(Box::new(facts)));
    }
}

/// Trust types by number, as some records have them. Source: Entra device trust types.
fn trust_type(text: &str) -> &str {
    match text.trim() {
        "0" => "Azure AD registered",
        "1" => "Azure AD joined",
        "2" => "Hybrid Azure AD joined",
        other => other,
    }
}

/// The prompt's end is a request of its own (`SAS:EndAuth`). A failed one was refused, not answered, or
/// answered with a wrong code: the audit log does not tell which.
fn mfa(request: &str, code: u32, outcome: Outcome) -> Mfa {
    match code {
        500_121 => Mfa::Denied,
        _ if request == "SAS:EndAuth" && outcome == Outcome::Success => Mfa::Completed,
        code => factors::mfa(&Steps::default(), MfaTexts::default(), Some(code)),
    }
}
