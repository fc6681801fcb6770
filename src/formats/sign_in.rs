//! The sign-in of Entra: one schema that every envelope of it is read by.
//!
//! Graph, the SDKs, Azure Monitor, Log Analytics, Defender, Elastic and the portal name the same facts
//! differently, but no name means two things that its value does not tell apart. So one table of
//! folded names serves all of them.

use super::factors::{self, INTERRUPTS, MfaTexts, Steps, holds};
use super::fields::{Cell, each_entry, each_field, fill, parse, real_id};
use crate::events::{
    Action, Batch, Detail, Event, Family, Flags, Key, KeyKind, Outcome, Protocol, Reason, Risk, SignIn, link, token_guid, token_link,
};
use crate::evidence::{Record, RecordAt, Value};

/// Part of a sign-in that some exports nest and others embed as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// `status`.
    Status,
    /// `deviceDetail`.
    Device,
    /// `location`.
    Place,
    /// `authenticationDetails`.
    Steps,
    /// `mfaDetail`.
    Mfa,
}

/// A sign-in as its record tells it, borrowed from the record. Empty texts are unknown.
#[derive(Default, Debug)]
pub struct Facts<'a> {
    /// When it was made: `createdDateTime` and its like. UTC by documentation.
    pub time: &'a str,
    /// When it was published, only for records without another time.
    pub published: &'a str,
    /// Request id.
    pub id: &'a str,
    /// Unique token identifier.
    pub token: &'a str,
    /// Correlation id.
    pub correlation: &'a str,
    /// Session id.
    pub session: &'a str,
    /// User principal name, or what was typed.
    pub user: &'a str,
    /// Object id of the user.
    pub user_id: &'a str,
    /// Sign-in identifier, as typed.
    pub typed: &'a str,
    /// Object id of the service principal that signed in.
    pub service_id: &'a str,
    /// Name of the service principal that signed in.
    pub service_name: &'a str,
    /// Application id.
    pub app_id: &'a str,
    /// Application name.
    pub app_name: &'a str,
    /// Resource name.
    pub resource: &'a str,
    /// Resource id.
    pub resource_id: &'a str,
    /// Address.
    pub ip: &'a str,
    /// User agent.
    pub agent: &'a str,
    /// `clientAppUsed`.
    pub client: &'a str,
    /// Error code.
    pub code: Option<u32>,
    /// Outcome in a word: `Success`, `Failure`, `Interrupted`.
    pub status: &'a str,
    /// Failure reason.
    pub reason: &'a str,
    /// Texts on the second factor.
    pub mfa: MfaTexts<'a>,
    /// Steps of the authentication.
    pub steps: Steps<'a>,
    /// Country.
    pub country: &'a str,
    /// City.
    pub city: &'a str,
    /// Autonomous system number.
    pub asn: u32,
    /// Id of the device.
    pub device: &'a str,
    /// Operating system.
    pub os: &'a str,
    /// Browser.
    pub browser: &'a str,
    /// Trust type.
    pub trust: &'a str,
    /// Managed or compliant.
    pub managed: bool,
    /// Highest risk level recorded.
    pub risk: Option<Risk>,
    /// `authenticationProtocol`.
    pub protocol: &'a str,
    /// `originalTransferMethod`.
    pub transfer: &'a str,
    /// `incomingTokenType`.
    pub token_type: &'a str,
    /// A person was at the keyboard.
    pub interactive: Option<bool>,
    /// `APP_ONLY` (an application with its own credential), `SERVICE` (one of Microsoft's), `EXTERNAL`
    /// (a guest), `PARTIAL` (values lost at export).
    pub flags: Flags,
    /// Parts that are embedded as text, to be parsed in a second pass.
    pub embedded: Vec<(Part, &'a str)>,
}

impl<'a> Facts<'a> {
    /// Takes all fields of a record.
    pub fn of_record(record: &Record<'a>) -> Facts<'a> {
        let mut facts = Facts::default();
        each_field(record, |name, cell| facts.take(name, cell));
        facts
    }

    /// Takes all entries of an object.
    pub fn of_object(object: Value<'a>) -> Facts<'a> {
        let mut facts = Facts::default();
        each_entry(object, |name, cell| facts.take(name, cell));
        facts
    }

    /// Takes one field by its folded name. Names that no envelope of a sign-in has are passed by.
    pub fn take(&mut self, name: &str, cell: Cell<'a>) {
        if !(self.take_who(name, cell) || self.take_what(name, cell) || self.take_where(name, cell)) {
            self.take_how(name, cell);
        }
    }

    fn take_who(&mut self, name: &str, cell: Cell<'a>) -> bool {
        match name {
            "createddatetime" | "created_at" | "date (utc)" | "fecha (utc)" | "createddatetime [utc]" | "timestamp" => {
                fill(&mut self.time, cell);
            }
            "timegenerated" | "timegenerated [utc]" | "time" | "@timestamp" => fill(&mut self.published, cell),
            "id" | "request id" | "requestid" => fill(&mut self.id, cell),
            "uniquetokenidentifier" | "unique token identifier" | "uniquetokenid" | "unique_token_identifier" => {
                fill(&mut self.token, cell);
            }
            "correlationid" | "correlation id" | "correlation_id" | "id. de correlación" => fill(&mut self.correlation, cell),
            "sessionid" | "session id" | "session_id" => fill(&mut self.session, cell),
            "userprincipalname" | "username" | "user_principal_name" | "accountupn" | "nombre de usuario" => fill(&mut self.user, cell),
            "userid" | "user id" | "user_id" | "accountobjectid" | "id. de usuario" => fill(&mut self.user_id, cell),
            "signinidentifier" | "sign-in identifier" | "alternatesigninname" => fill(&mut self.typed, cell),
            "serviceprincipalid" | "service principal id" | "service_principal_id" => fill(&mut self.service_id, cell),
            "serviceprincipalname" | "service principal name" | "service_principal_name" => fill(&mut self.service_name, cell),
            "usertype" | "user type" | "user_type" | "tipo de usuario" => {
                self.flags.set_if(cell.str().eq_ignore_ascii_case("guest"), Flags::EXTERNAL);
            }
            "isguestuser" => self.flags.set_if(cell.flag() == Some(true), Flags::EXTERNAL),
            "isinteractive" | "is_interactive" => self.interactive = cell.flag().or(self.interactive),
            "signineventtypes" | "logontype" | "category" | "type" => self.take_kind(cell),
            _ => return false,
        }
        true
    }

    fn take_what(&mut self, name: &str, cell: Cell<'a>) -> bool {
        match name {
            "appid" | "application id" | "applicationid" | "app_id" => fill(&mut self.app_id, cell),
            "appdisplayname" | "application" | "app_display_name" | "aplicación" => fill(&mut self.app_name, cell),
            "resourcedisplayname" | "resource_display_name" => self.resource = cell.str(),
            // In Log Analytics the provider, not the resource that the token is for.
            "resource" | "recurso" if !holds(cell.str(), "microsoft.aadiam") => fill(&mut self.resource, cell),
            "resourceid" | "resource id" | "resourceidentity" | "resource_id" if !cell.str().starts_with('/') => {
                fill(&mut self.resource_id, cell);
            }
            "status" | "estado" | "status_dynamic" | "status_string" => self.take_status(cell),
            "status.errorcode" | "sign-in error code" | "errorcode" | "resulttype" | "result_type" | "サインインのエラー コード" =>
            {
                self.code = cell.int().and_then(|code| u32::try_from(code).ok()).or(self.code);
            }
            "failure reason"
            | "failurereason"
            | "status.failurereason"
            | "motivo del error"
            | "resultdescription"
            | "result_description" => {
                fill(&mut self.reason, cell);
            }
            "status.additionaldetails" | "multifactor authentication result" => fill(&mut self.mfa.additional, cell),
            "risklevelduringsignin" | "risklevelaggregated" | "risk_level_during_signin" | "risk_level_aggregated" => {
                self.risk = self.risk.max(Some(risk_level(cell)));
            }
            _ => return false,
        }
        true
    }

    fn take_where(&mut self, name: &str, cell: Cell<'a>) -> bool {
        match name {
            "ipaddress" | "ip address" | "ip_address" | "dirección ip" => fill(&mut self.ip, cell),
            "location" | "ubicación" | "locationdetails" | "locationdetails_dynamic" | "locationdetails_string" => self.take_place(cell),
            "country" | "location.countryorregion" => fill(&mut self.country, cell),
            "city" | "location.city" => fill(&mut self.city, cell),
            "autonomoussystemnumber" | "autonomous system number" | "autonomous_system_number" | "número de sistema autónomo" => {
                self.asn = cell.int().and_then(|asn| u32::try_from(asn).ok()).unwrap_or(0);
            }
            "devicedetail" | "device_detail" | "devicedetail_dynamic" | "devicedetail_string" => self.take_part(Part::Device, cell),
            "device id" | "deviceid" | "devicedetail.deviceid" | "aaddeviceid" | "entraiddeviceid" => fill(&mut self.device, cell),
            "operating system" | "os" | "osplatform" | "devicedetail.operatingsystem" | "sistema operativo" => fill(&mut self.os, cell),
            "browser" | "devicedetail.browser" | "explorador" => fill(&mut self.browser, cell),
            "join type" | "devicetrusttype" | "devicedetail.trusttype" => fill(&mut self.trust, cell),
            "managed" | "compliant" | "ismanaged" | "iscompliant" | "devicedetail.ismanaged" | "devicedetail.iscompliant" => {
                self.managed |= cell.flag() == Some(true);
            }
            _ => return false,
        }
        true
    }

    fn take_how(&mut self, name: &str, cell: Cell<'a>) {
        match name {
            "useragent" | "user agent" | "user_agent" | "agente de usuario" => fill(&mut self.agent, cell),
            "clientappused" | "client app" | "client_app_used" | "aplicación cliente" => fill(&mut self.client, cell),
            "authenticationprotocol" | "authentication protocol" | "authentication_protocol" | "protocolo de autenticación" => {
                fill(&mut self.protocol, cell);
            }
            "originaltransfermethod" | "original transfer method" | "original_transfer_method" => fill(&mut self.transfer, cell),
            // The portal has this column twice; the first holds the plain value.
            "incomingtokentype" | "incoming token type" | "incoming_token_type" => fill(&mut self.token_type, cell),
            "authenticationrequirement" | "authentication requirement" | "authentication_requirement" | "requisito de autenticación" => {
                fill(&mut self.mfa.requirement, cell);
            }
            "authenticationdetails" | "authentication_details" => self.take_part(Part::Steps, cell),
            "mfadetail" | "mfa_detail" | "mfadetail_dynamic" | "mfadetail_string" => self.take_part(Part::Mfa, cell),
            "multifactor authentication auth method" => fill(&mut self.mfa.method, cell),
            _ => {}
        }
    }

    /// Kinds of sign-in: `signInEventTypes`, `LogonType`, the category or table name.
    fn take_kind(&mut self, cell: Cell<'a>) {
        match cell.nested() {
            Some(kinds) => kinds.items().filter_map(Value::str).for_each(|kind| self.kind(kind)),
            None => self.kind(cell.str()),
        }
    }

    fn kind(&mut self, kind: &str) {
        if holds(kind, "noninteractive") {
            self.interactive = Some(false);
        } else if holds(kind, "interactiveuser") {
            self.interactive = Some(true);
        } else if holds(kind, "serviceprincipal") || holds(kind, "managedidentity") {
            self.flags.set(Flags::APP_ONLY);
            self.flags.set_if(holds(kind, "microsoftserviceprincipal"), Flags::SERVICE);
        }
    }

    fn take_status(&mut self, cell: Cell<'a>) {
        let text = cell.str();
        if cell.nested().is_some() || cell.embedded().is_some() {
            self.take_part(Part::Status, cell);
        } else if holds(text, "microsoft.graph") || holds(text, "microsoft.open") {
            // A .NET type name: the exporter wrote the object's class instead of its values.
            self.flags.set(Flags::PARTIAL);
        } else if let Some(code) = cell.int() {
            self.code = u32::try_from(code).ok().or(self.code);
        } else {
            fill(&mut self.status, cell);
        }
    }

    fn take_place(&mut self, cell: Cell<'a>) {
        let text = cell.str();
        if cell.nested().is_some() || cell.embedded().is_some() {
            self.take_part(Part::Place, cell);
        } else if let Some((rest, country)) = text.rsplit_once(',') {
            // "City, State, CC": a city may hold commas itself.
            self.country = country.trim();
            self.city = rest.rsplit_once(',').map_or(rest, |(city, _)| city).trim();
        } else {
            fill(&mut self.country, cell);
        }
    }

    fn take_part(&mut self, part: Part, cell: Cell<'a>) {
        if let Some(value) = cell.nested() {
            self.part(part, value);
        } else if let Some(text) = cell.embedded() {
            self.embedded.push((part, text));
        }
    }

    /// Takes a nested part.
    pub fn part(&mut self, part: Part, value: Value<'a>) {
        if part == Part::Steps {
            self.steps.read(value);
            return;
        }
        each_entry(value, |name, cell| match (part, name) {
            (Part::Status, "errorcode" | "error_code") => self.code = cell.int().and_then(|code| u32::try_from(code).ok()).or(self.code),
            (Part::Status, "failurereason" | "failure_reason") => fill(&mut self.reason, cell),
            (Part::Status, "additionaldetails" | "additional_details") => fill(&mut self.mfa.additional, cell),
            (Part::Place, "countryorregion" | "country_or_region" | "country_iso_code") => self.country = cell.str(),
            (Part::Place, "city" | "city_name") => self.city = cell.str(),
            (Part::Device, "deviceid" | "device_id") => fill(&mut self.device, cell),
            (Part::Device, "operatingsystem" | "operating_system") => fill(&mut self.os, cell),
            (Part::Device, "browser") => fill(&mut self.browser, cell),
            (Part::Device, "trusttype" | "trust_type") => fill(&mut self.trust, cell),
            (Part::Device, "ismanaged" | "iscompliant" | "is_managed" | "is_compliant") => self.managed |= cell.flag() == Some(true),
            (Part::Mfa, "authmethod" | "auth_method") => fill(&mut self.mfa.method, cell),
            _ => {}
        });
    }
}

/// A risk level in words or in Defender's numbers. What is hidden or not licensed is unknown.
pub fn risk_level(cell: Cell<'_>) -> Risk {
    match (cell.str(), cell.int()) {
        (_, Some(1)) => Risk::None,
        (_, Some(10)) => Risk::Low,
        (_, Some(50)) => Risk::Medium,
        (_, Some(100)) => Risk::High,
        (word, _) => [Risk::None, Risk::Low, Risk::Medium, Risk::High]
            .into_iter()
            .find(|risk| risk.name().eq_ignore_ascii_case(word))
            .unwrap_or(Risk::Unknown),
    }
}

/// Reads a record whose fields are those of a sign-in.
pub fn read(record: &Record<'_>, out: &mut Batch) {
    let facts = Facts::of_record(record);
    finish(facts, record, out);
}

/// Parses the parts that are embedded as text, and makes the event.
pub fn finish(mut facts: Facts<'_>, record: &Record<'_>, out: &mut Batch) {
    let embedded: Vec<_> = std::mem::take(&mut facts.embedded).into_iter().map(|(part, text)| (part, parse(text))).collect();
    let mut facts = facts;
    for (part, doc) in &embedded {
        facts.part(*part, doc.root());
    }
    emit(&facts, record.at, record.damaged, out);
}

/// Makes the event of a sign-in.
pub fn emit(facts: &Facts<'_>, at: RecordAt, damaged: bool, out: &mut Batch) {
    if facts.id.is_empty() && facts.user.is_empty() && facts.user_id.is_empty() && facts.app_id.is_empty() && facts.service_id.is_empty() {
        out.reject(at, Reason("no-identity"));
        return;
    }
    let mut event = Event::new(at, Action::SignIn);
    event.family = Family::SignIn;
    event.operation = out.str("Sign-in activity");
    event.code = facts.code.unwrap_or(0);
    event.outcome = outcome(facts.code, facts.status);
    event.flags = facts.flags;
    let app_only = facts.flags.has(Flags::APP_ONLY) || facts.user.is_empty() && facts.user_id.is_empty() && !facts.service_id.is_empty();
    actor(facts, app_only, &mut event, out);
    event.ip = out.ip(facts.ip);
    event.agent = out.str(facts.agent);
    event.app = match real_id(facts.app_id) {
        Some(id) => out.id(id),
        None => out.str(facts.app_name),
    };
    event.object = out.str(facts.app_name);
    event.session = real_id(facts.session).map_or(event.session, |id| out.str(id));
    event.link = real_id(facts.correlation).map_or(0, link);
    let detail = detail(facts, &mut event, out);
    event.flags.set_if(app_only, Flags::APP_ONLY);
    event.flags.set_if(damaged, Flags::PARTIAL);
    out.detail(&mut event, Detail::SignIn(Box::new(detail)));
    let key = identity(facts, &mut event);
    let time = [facts.time, facts.published, facts.steps.first_time].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    out.set_time(&mut event, time, true);
    out.event(event, &[key]);
}

/// The identity of the sign-in and, in the event, the token that it issued.
fn identity(facts: &Facts<'_>, event: &mut Event) -> Key {
    // Spreadsheets put an apostrophe before values that begin with a sign.
    let token = facts.token.strip_prefix('\'').unwrap_or(facts.token);
    if let Some(id) = real_id(facts.id) {
        event.token = link(id);
        return Key::of(KeyKind::SignIn, id);
    }
    if let Some(bits) = token_guid(token) {
        event.token = token_link(token).unwrap_or(0);
        return Key::of(KeyKind::SignIn, &format!("{bits:032x}"));
    }
    let user = if facts.user.is_empty() { facts.user_id } else { facts.user };
    let app = if facts.app_id.is_empty() { facts.app_name } else { facts.app_id };
    Key::of_parts(KeyKind::Other, &["sign-in", facts.time, user, facts.ip, app, facts.status])
}

fn actor(facts: &Facts<'_>, app_only: bool, event: &mut Event, out: &mut Batch) {
    if app_only {
        let id = real_id(facts.service_id).or(real_id(facts.app_id)).unwrap_or(facts.service_name);
        event.actor = out.principal(id);
        return;
    }
    // The column of the user name holds an object id or a phone number where there is no name.
    let name = [facts.user, facts.typed].into_iter().find(|name| name.contains('@'));
    let id = real_id(facts.user_id);
    event.actor = out.principal(name.or(id).unwrap_or(facts.user));
    if let (Some(_), Some(id)) = (name, id)
        && facts.user.contains('@')
    {
        let id = out.principal(id);
        out.same_account(event.actor, id);
    }
}

/// Interrupts are known by their code; the portal's own word counts only where there is no code.
fn outcome(code: Option<u32>, status: &str) -> Outcome {
    match code {
        Some(0) => Outcome::Success,
        Some(code) if INTERRUPTS.binary_search(&code).is_ok() => Outcome::Interrupted,
        Some(_) => Outcome::Failure,
        None if holds(status, "success") => Outcome::Success,
        None if holds(status, "interrupt") => Outcome::Interrupted,
        None if holds(status, "fail") || holds(status, "error") => Outcome::Failure,
        None => Outcome::Unknown,
    }
}

fn detail(facts: &Facts<'_>, event: &mut Event, out: &mut Batch) -> SignIn {
    let protocol = factors::protocol(facts.protocol, facts.transfer, facts.client, facts.agent);
    let came_with_token = holds(facts.token_type, "refresh");
    let by_token = came_with_token || facts.steps.first_by_claim && facts.steps.password.is_none();
    let interactive = interactive(facts, protocol, event);
    // On success the failure reason is "Other."; of a failed prompt the additional text tells more.
    let refused = holds(facts.mfa.additional, "mfa denied");
    let reason = if refused || matches!(facts.reason, "" | "Other.") { facts.mfa.additional } else { facts.reason };
    let resource = if facts.resource.is_empty() { facts.resource_id } else { facts.resource };
    SignIn {
        country: country(facts.country),
        asn: facts.asn,
        city: out.str(facts.city),
        os: out.str(facts.os),
        browser: out.str(facts.browser),
        device: out.opt_id(real_id(facts.device).filter(|id| !id.starts_with('{'))),
        trust: out.str(facts.trust),
        client: out.str(facts.client),
        resource: out.str(resource),
        app_name: out.str(facts.app_name),
        reason: out.str(reason),
        protocol,
        mfa: factors::mfa(&facts.steps, facts.mfa, facts.code),
        password: factors::password(&facts.steps, facts.code, interactive, protocol, came_with_token),
        by_token,
        managed: facts.managed,
        risk: facts.risk.unwrap_or(Risk::Unknown),
    }
}

/// Whether a person was at the keyboard. The portal's files do not say: there a refresh token means
/// no, a wrong password or a finished prompt means yes.
fn interactive(facts: &Facts<'_>, protocol: Protocol, event: &mut Event) -> Option<bool> {
    let refreshed = holds(facts.token_type, "refresh") && !holds(facts.token_type, "primary");
    let inferred = if refreshed {
        Some(false)
    } else if protocol != Protocol::Ropc && (factors::is_wrong_password(facts.code) || holds(facts.mfa.additional, "mfa completed")) {
        Some(true)
    } else {
        None
    };
    let known = facts.interactive.or(inferred);
    event.flags.set_if(known == Some(true), Flags::INTERACTIVE);
    event.flags.set_if(known == Some(false), Flags::NON_INTERACTIVE);
    known
}

/// Two letters of a country, or zeros for anything else.
fn country(text: &str) -> [u8; 2] {
    match text.as_bytes() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => [a.to_ascii_uppercase(), b.to_ascii_uppercase()],
        _ => [0; 2],
    }
}
