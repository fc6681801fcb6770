//! The tenant's life as its logs tell it: every act goes in once and comes out in each export.

use serde_json::{Map, Value, json};

use crate::simulation::chance::{Chance, Guid};
use crate::simulation::clock::{Moment, after, iso, ticks};
use crate::simulation::tenant::{App, Client, Person, Place, Tenant, apps};

/// Whose act a record tells of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Hand {
    /// The account's usual user, or nobody in particular.
    #[default]
    Owner,
    /// An intruder of that number.
    Intruder(usize),
    /// It may be ascribed either way: attempts that failed, a deceived owner's own click.
    Either,
}

/// A record of the unified audit log.
pub struct AuditRecord {
    /// `CreationTime`.
    pub time: Moment,
    /// `Id`.
    pub id: String,
    /// `RecordType`.
    pub record_type: u16,
    /// `Operation`.
    pub operation: String,
    /// `UserId`.
    pub user: String,
    /// `Workload`.
    pub workload: &'static str,
    /// Address that it was done from; empty where the record has none.
    pub ip: String,
    /// Whose act it is.
    pub hand: Hand,
    /// The record as compact JSON: `AuditData`.
    pub data: String,
}

/// How a second factor stood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// Nobody asked for one.
    NotAsked,
    /// A claim in the token was enough.
    Claim,
    /// Given by a phone prompt.
    Passed,
    /// The prompt was refused.
    Declined,
    /// The prompt was not answered.
    TimedOut,
}

/// An entry of the sign-in log.
#[derive(Clone)]
pub struct SignIn {
    /// Request id.
    pub id: Guid,
    /// When.
    pub time: Moment,
    /// Who (position among the people).
    pub who: usize,
    /// From where.
    pub place: Place,
    /// With what.
    pub client: Client,
    /// Session, if it has one.
    pub session: Option<Guid>,
    /// Correlation id.
    pub correlation: Guid,
    /// Entra error code; 0 for success.
    pub code: u32,
    /// A person was at the keyboard.
    pub interactive: bool,
    /// How the second factor stood.
    pub factor: Factor,
    /// Whose act it is.
    pub hand: Hand,
}

impl SignIn {
    /// The resource that the token is for.
    pub fn resource(&self) -> App {
        match self.client.app {
            apps::TEAMS | apps::OFFICE_HOME | apps::AZURE_PORTAL => apps::GRAPH,
            apps::SHAREPOINT => apps::SHAREPOINT,
            _ => apps::EXCHANGE,
        }
    }

    /// The password was typed (rather than a token shown).
    pub fn by_password(&self) -> bool {
        self.interactive || self.client.protocol == "ropc"
    }
}

/// A change in the directory, as Graph's directory audits tell it.
pub struct DirectoryEntry {
    /// When.
    pub time: Moment,
    /// The entry.
    pub entry: Value,
    /// Whose act it is.
    pub hand: Hand,
}

/// Where a message went.
#[derive(Clone)]
pub struct Delivery {
    /// Recipient.
    pub address: String,
    /// `Delivered`, `Failed`, `FilteredAsSpam`.
    pub status: &'static str,
}

/// A message in the trace.
pub struct Mail {
    /// Received by the service.
    pub time: Moment,
    /// Sender.
    pub sender: String,
    /// Deliveries.
    pub deliveries: Vec<Delivery>,
    /// Subject.
    pub subject: String,
    /// Size in bytes.
    pub size: i64,
    /// Internet Message-ID, with brackets.
    pub message_id: String,
    /// Network message id.
    pub network_id: Guid,
    /// Address of the client or relay that handed it over.
    pub client_ip: String,
    /// Started in this organisation.
    pub originating: bool,
    /// Whose act it is.
    pub hand: Hand,
}

/// A message in somebody's mailbox.
#[derive(Clone, Default)]
pub struct Message {
    /// Internet Message-ID.
    pub id: String,
    /// Subject.
    pub subject: String,
    /// Size in bytes.
    pub size: i64,
    /// When it came.
    pub time: Moment,
}

/// An inbox rule.
#[derive(Clone, Default)]
pub struct Rule {
    /// Whose mailbox.
    pub who: usize,
    /// Name.
    pub name: &'static str,
    /// Words in subject or body.
    pub words: &'static [&'static str],
    /// Senders.
    pub from: Vec<String>,
    /// Folder to move to.
    pub folder: &'static str,
    /// Marks as read.
    pub mark_read: bool,
    /// No later rule applies.
    pub stop: bool,
    /// The silent switches of a scripted client.
    pub silent: bool,
    /// Rule id.
    pub identity: u64,
    /// Sends a copy outside; empty for no such rule.
    pub forward: &'static str,
    /// Deletes what it matches.
    pub delete: bool,
}

/// A consent as it stands.
pub struct Grant {
    /// Object id of the client's service principal.
    pub client: Guid,
    /// Principal.
    pub who: usize,
    /// Scopes.
    pub scopes: &'static str,
    /// Grant id.
    pub id: String,
}

/// A sign-in that acts can be done by.
#[derive(Clone)]
pub struct Session {
    /// Who.
    pub who: usize,
    /// From where.
    pub place: Place,
    /// With what.
    pub client: Client,
    /// Session id.
    pub id: Option<Guid>,
    /// Request id of the sign-in that issued the token.
    pub token: Guid,
    /// When it was issued.
    pub issued: Moment,
}

/// What a sign-in is asked for with.
pub struct Attempt<'a> {
    /// When.
    pub time: Moment,
    /// Who.
    pub who: usize,
    /// From where.
    pub place: &'a Place,
    /// With what.
    pub client: &'a Client,
    /// Session that it belongs to.
    pub session: Option<Guid>,
    /// Error code.
    pub code: u32,
    /// A person was at the keyboard.
    pub interactive: bool,
    /// How the second factor stood.
    pub factor: Factor,
}

/// Everything that was logged.
pub struct World {
    /// The company.
    pub tenant: Tenant,
    /// Chance for identifiers.
    pub chance: Chance,
    /// Unified audit log.
    pub audit: Vec<AuditRecord>,
    /// Sign-in log.
    pub sign_ins: Vec<SignIn>,
    /// Directory audits.
    pub directory: Vec<DirectoryEntry>,
    /// Message trace.
    pub mail: Vec<Mail>,
    /// Inbox rules at the time of collection.
    pub rules: Vec<Rule>,
    /// Consents at the time of collection.
    pub grants: Vec<Grant>,
    /// Last messages of each mailbox.
    pub inboxes: Vec<Vec<Message>>,
    /// Messages from which on a mailbox forgets the older half.
    pub inbox_limit: usize,
    /// Whose acts are being written.
    pub hand: Hand,
}

/// What an audit record is of.
pub struct Kind {
    /// `Operation`.
    pub operation: &'static str,
    /// `RecordType`.
    pub record_type: u16,
    /// `Workload`.
    pub workload: &'static str,
    /// `ResultStatus`; empty for workloads without it.
    pub result: &'static str,
    /// `UserType`.
    pub user_type: u8,
}

impl Kind {
    /// An ordinary user's act.
    pub fn of(operation: &'static str, record_type: u16, workload: &'static str, result: &'static str) -> Kind {
        Kind { operation, record_type, workload, result, user_type: 0 }
    }
}

impl World {
    /// An empty world of a tenant.
    pub fn new(tenant: Tenant, seed: u64) -> World {
        let inboxes = tenant.people.iter().map(|_| Vec::new()).collect();
        World {
            tenant,
            chance: Chance::new(seed, "identifiers"),
            audit: Vec::new(),
            sign_ins: Vec::new(),
            directory: Vec::new(),
            mail: Vec::new(),
            rules: Vec::new(),
            grants: Vec::new(),
            inboxes,
            inbox_limit: 400,
            hand: Hand::Owner,
        }
    }

    /// A person by position; the last where there is no such position.
    pub fn person(&self, who: usize) -> &Person {
        static NOBODY: std::sync::LazyLock<Person> = std::sync::LazyLock::new(nobody);
        self.tenant.people.get(who).unwrap_or(&NOBODY)
    }

    /// The id of a record: mailbox and file records end theirs with the upper bits of the time in ticks.
    pub fn record_id(&mut self, time: Moment) -> String {
        let random = self.chance.guid().0 & !0xffff_ffff_ffff;
        Guid(random | u128::from(ticks(time) >> 16)).to_string()
    }

    /// Writes an audit record; `fields` follow the common ones.
    pub fn record(&mut self, time: Moment, id: Option<String>, kind: &Kind, user: (&str, &str), fields: Value) {
        let id = id.unwrap_or_else(|| self.record_id(time));
        let mut data = Map::new();
        data.insert("CreationTime".into(), json!(iso(time)));
        data.insert("Id".into(), json!(id));
        data.insert("Operation".into(), json!(kind.operation));
        data.insert("OrganizationId".into(), json!(self.tenant.id.to_string()));
        data.insert("RecordType".into(), json!(kind.record_type));
        if !kind.result.is_empty() {
            data.insert("ResultStatus".into(), json!(kind.result));
        }
        data.insert("UserKey".into(), json!(user.1));
        data.insert("UserType".into(), json!(kind.user_type));
        data.insert("Version".into(), json!(1));
        data.insert("Workload".into(), json!(kind.workload));
        data.insert("UserId".into(), json!(user.0));
        if let Value::Object(fields) = fields {
            data.extend(fields);
        }
        let ip = data.get("ClientIP").and_then(Value::as_str).map(|ip| ip.trim_start_matches("::ffff:"));
        let ip = ip.map(|ip| ip.split(':').next().unwrap_or(ip).to_owned()).unwrap_or_default();
        self.audit.push(AuditRecord {
            time,
            id,
            record_type: kind.record_type,
            operation: kind.operation.to_owned(),
            user: user.0.to_owned(),
            workload: kind.workload,
            ip,
            hand: self.hand,
            data: Value::Object(data).to_string(),
        });
    }

    /// Logs a sign-in (and, where a person typed a password, its twin in the audit log).
    pub fn sign_in(&mut self, attempt: &Attempt<'_>) -> Session {
        let entry = SignIn {
            id: self.chance.request(),
            time: attempt.time,
            who: attempt.who,
            place: attempt.place.clone(),
            client: attempt.client.clone(),
            session: attempt.session,
            correlation: self.chance.guid(),
            code: attempt.code,
            interactive: attempt.interactive,
            factor: attempt.factor,
            hand: self.hand,
        };
        let session = Session {
            who: entry.who,
            place: entry.place.clone(),
            client: entry.client.clone(),
            id: entry.session,
            token: entry.id,
            issued: after(entry.time, -300),
        };
        if entry.by_password() {
            self.mirror(&entry);
        }
        self.sign_ins.push(entry);
        session
    }

    /// The `UserLoggedIn` or `UserLoginFailed` record of a sign-in: its `Id` is the request id.
    fn mirror(&mut self, entry: &SignIn) {
        let person = self.person(entry.who);
        let (upn, object_id) = (person.upn.clone(), person.object_id.to_string());
        let failed = entry.code != 0;
        let kind = Kind::of(
            if failed { "UserLoginFailed" } else { "UserLoggedIn" },
            15,
            "AzureActiveDirectory",
            if failed && entry.code == 50126 { "Failed" } else { "Success" },
        );
        let tenant = self.tenant.id.to_string();
        let resource = entry.resource().id;
        let request_type = if entry.client.protocol == "ropc" { "OAuth2:Token" } else { "OAuth2:Authorize" };
        let mut fields = json!({
            "ClientIP": entry.place.ip,
            "ObjectId": resource,
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": [
                {"Name": "ResultStatusDetail", "Value": if failed { "UserError" } else { "Success" }},
                {"Name": "UserAgent", "Value": entry.client.agent},
                {"Name": "UserAuthenticationMethod", "Value": "1"},
                {"Name": "RequestType", "Value": request_type},
            ],
            "ModifiedProperties": [],
            "Actor": [{"ID": object_id, "Type": 0}, {"ID": upn, "Type": 5}],
            "ActorContextId": tenant,
            "ActorIpAddress": entry.place.ip,
            "InterSystemsId": entry.correlation.to_string(),
            "IntraSystemId": entry.id.to_string(),
            "SupportTicketId": "",
            "Target": [{"ID": resource, "Type": 0}],
            "TargetContextId": tenant,
            "ApplicationId": entry.client.app.id,
            "DeviceProperties": device_properties(entry),
            "ErrorNumber": entry.code.to_string(),
        });
        if let (Some(error), Value::Object(fields)) = (logon_error(entry.code), &mut fields) {
            fields.insert("LogonError".into(), json!(error));
        }
        self.record(entry.time, Some(entry.id.to_string()), &kind, (&upn, &object_id), fields);
    }
}

fn device_properties(entry: &SignIn) -> Value {
    let mut properties = Vec::new();
    if let Some((id, name)) = &entry.client.device {
        properties.push(json!({"Name": "Id", "Value": id.to_string()}));
        properties.push(json!({"Name": "DisplayName", "Value": name}));
    }
    if !entry.client.os.is_empty() {
        properties.push(json!({"Name": "OS", "Value": entry.client.os}));
    }
    if !entry.client.browser.is_empty() {
        let family = entry.client.browser.split(' ').next().unwrap_or_default();
        properties.push(json!({"Name": "BrowserType", "Value": family}));
    }
    if entry.client.device.is_some() {
        properties.push(json!({"Name": "IsCompliantAndManaged", "Value": "True"}));
        properties.push(json!({"Name": "TrustType", "Value": "1"}));
    }
    if let Some(session) = entry.session {
        properties.push(json!({"Name": "SessionId", "Value": session.to_string()}));
    }
    Value::Array(properties)
}

fn logon_error(code: u32) -> Option<&'static str> {
    match code {
        50126 => Some("InvalidUserNameOrPassword"),
        50053 => Some("IdsLocked"),
        50074 => Some("UserStrongAuthClientAuthNRequiredInterrupt"),
        500_121 => Some("AuthenticationFailedSasError"),
        65001 => Some("DelegationDoesNotExist"),
        _ => None,
    }
}

fn nobody() -> Person {
    Person {
        name: String::new(),
        upn: String::new(),
        object_id: Guid::default(),
        puid: String::new(),
        mailbox: Guid::default(),
        sid: String::new(),
        home: Place::default(),
        mobile: Vec::new(),
        laptop: Client::default(),
        phone: Client::default(),
        web_mail: false,
        mfa: false,
        home_days: 0,
        role: crate::simulation::tenant::Role::Staff,
        ways: crate::simulation::tenant::Ways::default(),
    }
}
