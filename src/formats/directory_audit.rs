//! The directory audit of Entra: one schema that every envelope of it is read by.
//!
//! Source: microsoftgraph/microsoft-graph-docs-contrib `directoryAudit`; exports of several tenants.

use super::directory_activities::{Activity, classify, is_microsoft_service};
use super::directory_consent::consent;
use super::fields::{Cell, each_entry, each_field, fill, parse, real_id};
use crate::events::{
    Action, Batch, Change, Detail, Event, Family, Flags, Holder, Key, KeyKind, Outcome, Principal, Reason, fold_operation, link, time,
};
use crate::evidence::{Doc, Record, RecordAt, Value};
use std::borrow::Cow;

/// Self-service password reset acts under this name. Source: records of a reset.
const SELF_SERVICE: &str = "fim_password_service@support.onmicrosoft.com";

/// A property that was changed; values as recorded, which is JSON in most exports.
#[derive(Clone, Copy, Default, Debug)]
pub struct Property<'a> {
    /// Name.
    pub name: &'a str,
    /// Value before.
    pub old: &'a str,
    /// Value after.
    pub new: &'a str,
}

impl Property<'_> {
    /// The value after, or where there is none the value before (of what was removed).
    pub fn value(&self) -> Cow<'_, str> {
        let new = plain(self.new);
        if new.is_empty() { plain(self.old) } else { new }
    }
}

/// What an activity was done to.
#[derive(Clone, Default, Debug)]
pub struct Target<'a> {
    /// Kind: `User`, `ServicePrincipal`, `Device`, `Role`, `Group`, `Policy`, …
    pub kind: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Object id.
    pub id: &'a str,
    /// User principal name.
    pub user: &'a str,
    /// Properties that were changed.
    pub properties: Vec<Property<'a>>,
}

impl Target<'_> {
    fn is_user(&self) -> bool {
        self.kind.eq_ignore_ascii_case("user") || self.user.contains('@')
    }
}

/// Part of a directory audit that some exports nest and others embed as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// `initiatedBy`.
    Initiator,
    /// `targetResources`.
    Targets,
    /// `additionalDetails`.
    Details,
}

/// A directory audit as its record tells it, borrowed from the record. Empty texts are unknown.
#[derive(Default, Debug)]
pub struct Audit<'a> {
    /// When it was done. UTC by documentation.
    pub time: &'a str,
    /// When it was published, only for records without another time.
    pub published: &'a str,
    /// Id of the record.
    pub id: &'a str,
    /// Correlation id.
    pub correlation: &'a str,
    /// Name of the activity.
    pub activity: &'a str,
    /// `success`, `failure`, `timeout`.
    pub result: &'a str,
    /// Reason of the result; for security info the method.
    pub reason: &'a str,
    /// User that initiated it.
    pub user: &'a str,
    /// Object id of that user.
    pub user_id: &'a str,
    /// Address of that user.
    pub ip: &'a str,
    /// User agent.
    pub agent: &'a str,
    /// Application that initiated it.
    pub app_id: &'a str,
    /// Its service principal.
    pub service_id: &'a str,
    /// Its name.
    pub app_name: &'a str,
    /// Targets, in the order of the record.
    pub targets: Vec<Target<'a>>,
    /// Additional details: key and value.
    pub details: Vec<(&'a str, &'a str)>,
    /// Parts that are embedded as text, to be parsed in a second pass.
    pub embedded: Vec<(Part, &'a str)>,
    /// The export cuts off what is beyond its columns.
    pub cut: bool,
}

impl<'a> Audit<'a> {
    /// Takes all fields of a record.
    pub fn of_record(record: &Record<'a>) -> Audit<'a> {
        let mut audit = Audit::default();
        each_field(record, |name, cell| audit.take(name, cell));
        audit
    }

    /// Takes all entries of an object.
    pub fn of_object(object: Value<'a>) -> Audit<'a> {
        let mut audit = Audit::default();
        each_entry(object, |name, cell| audit.take(name, cell));
        audit
    }

    /// Takes one field by its folded name. Names that no envelope has are passed by.
    pub fn take(&mut self, name: &str, cell: Cell<'a>) {
        match name {
            "activitydatetime" | "activitydatetime [utc]" | "date (utc)" | "fecha (utc)" => fill(&mut self.time, cell),
            "timegenerated" | "timegenerated [utc]" | "time" | "@timestamp" => fill(&mut self.published, cell),
            "id" => fill(&mut self.id, cell),
            "correlationid" | "correlation_id" => fill(&mut self.correlation, cell),
            "activitydisplayname" | "activity" | "actividad" => self.activity = cell.str(),
            "operationname" => fill(&mut self.activity, cell),
            "result" | "resultado" => fill(&mut self.result, cell),
            "resultreason" => fill(&mut self.reason, cell),
            "initiatedby" => self.take_part(Part::Initiator, cell),
            "targetresources" => self.take_part(Part::Targets, cell),
            "additionaldetails" => self.take_part(Part::Details, cell),
            "useragent" | "user agent" | "agente de usuario" => fill(&mut self.agent, cell),
            _ => {}
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
        match part {
            Part::Initiator => self.initiator(value),
            Part::Targets => self.targets.extend(value.items_or_self().map(target)),
            Part::Details => {
                for pair in value.items_or_self() {
                    let (key, value) = (pair.str_of("key").unwrap_or_default(), pair.str_of("value").unwrap_or_default());
                    if key.eq_ignore_ascii_case("user-agent") && self.agent.is_empty() {
                        self.agent = value;
                    } else if !key.is_empty() && !value.is_empty() {
                        self.details.push((key, value));
                    }
                }
            }
        }
    }

    fn initiator(&mut self, value: Value<'a>) {
        if let Some(user) = value.get("user") {
            each_entry(user, |name, cell| match name {
                "userprincipalname" | "user_principal_name" => fill(&mut self.user, cell),
                "id" => fill(&mut self.user_id, cell),
                "ipaddress" | "ip_address" => fill(&mut self.ip, cell),
                _ => {}
            });
        }
        if let Some(app) = value.get("app") {
            each_entry(app, |name, cell| match name {
                "appid" | "app_id" => fill(&mut self.app_id, cell),
                "serviceprincipalid" | "service_principal_id" => fill(&mut self.service_id, cell),
                "displayname" | "serviceprincipalname" | "display_name" => fill(&mut self.app_name, cell),
                _ => {}
            });
        }
    }

    /// The value of the first property with one of these names.
    pub fn property(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        names.iter().find_map(|name| {
            let mut properties = self.targets.iter().flat_map(|target| &target.properties);
            let found = properties.find(|property| property.name.eq_ignore_ascii_case(name))?;
            Some(found.value()).filter(|value| !value.is_empty())
        })
    }

    /// The value of an additional detail.
    pub fn detail(&self, key: &str) -> Option<&'a str> {
        self.details.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| *value)
    }
}

fn target(value: Value<'_>) -> Target<'_> {
    let mut target = Target::default();
    each_entry(value, |name, cell| match name {
        "type" => target.kind = cell.str(),
        "displayname" => target.name = cell.str(),
        "id" => target.id = cell.str(),
        "userprincipalname" => target.user = cell.str(),
        "modifiedproperties" => target.properties.extend(cell.nested().into_iter().flat_map(Value::items_or_self).map(property)),
        _ => {}
    });
    target
}

fn property(value: Value<'_>) -> Property<'_> {
    let mut property = Property::default();
    each_entry(value, |name, cell| match name {
        "displayname" => property.name = cell.str(),
        "oldvalue" => property.old = cell.str(),
        "newvalue" => property.new = cell.str(),
        _ => {}
    });
    property
}

/// A value out of its JSON: `"x"` and `["x"]` are `x`, several are joined by `; `. What holds objects
/// stays as it is.
pub fn plain(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        && !inner.contains(['\\', '"'])
    {
        return Cow::Borrowed(inner.trim());
    }
    if !text.starts_with(['"', '[']) {
        return Cow::Borrowed(text);
    }
    let doc = parse(text);
    if doc.root().is_null() || doc.root().items_or_self().any(|item| item.text().is_none()) {
        return Cow::Borrowed(text);
    }
    let items: Vec<Cow<'_, str>> = doc.root().items_or_self().filter_map(Value::text).collect();
    Cow::Owned(items.join("; ").trim().to_owned())
}

/// Reads a record whose fields are those of a directory audit.
pub fn read(record: &Record<'_>, out: &mut Batch) {
    let audit = Audit::of_record(record);
    finish(audit, record, out);
}

/// Parses the parts that are embedded as text, and makes the event.
pub fn finish(mut audit: Audit<'_>, record: &Record<'_>, out: &mut Batch) {
    let embedded: Vec<(Part, Doc)> = std::mem::take(&mut audit.embedded).into_iter().map(|(part, text)| (part, parse(text))).collect();
    let mut audit = audit;
    for (part, doc) in &embedded {
        audit.part(*part, doc.root());
    }
    emit(&audit, record.at, record.damaged, out);
}

/// Makes the event of a directory audit.
pub fn emit(audit: &Audit<'_>, at: RecordAt, damaged: bool, out: &mut Batch) {
    if audit.activity.is_empty() {
        out.reject(at, Reason("no-activity"));
        return;
    }
    let folded = fold_operation(audit.activity);
    let activity = match classify(&folded) {
        activity if folded == "update user" => update_user(audit).unwrap_or(activity),
        activity => activity,
    };
    let mut event = Event::new(at, activity.action);
    event.family = Family::Directory;
    event.operation = out.str(audit.activity);
    event.outcome = match audit.result {
        result if result.eq_ignore_ascii_case("success") => Outcome::Success,
        result if result.eq_ignore_ascii_case("failure") => Outcome::Failure,
        _ => Outcome::Unknown,
    };
    let user = first_user(audit, out);
    initiator(audit, user, &mut event, out);
    event.target = user;
    event.ip = out.ip(audit.ip);
    event.agent = out.str(audit.agent);
    event.link = real_id(audit.correlation).map_or(0, link);
    event.flags.set_if(activity.removal, Flags::REMOVAL);
    event.flags.set_if(damaged || audit.cut, Flags::PARTIAL);
    describe(audit, activity, &folded, &mut event, out);
    let keys = identity(audit, &folded);
    let time = if audit.time.is_empty() { audit.published } else { audit.time };
    out.set_time(&mut event, time, true);
    out.event(event, &keys);
}

/// The id of the record, and what stands for it in an export without ids: time to the second,
/// correlation, activity and target.
fn identity(audit: &Audit<'_>, folded: &str) -> Vec<Key> {
    let mut keys = Vec::with_capacity(2);
    if let Some(id) = real_id(audit.id) {
        keys.push(Key::of(KeyKind::Directory, id));
    }
    let second = time::parse_utc(audit.time).map(|stamp| stamp.time.secs().to_string());
    let target = audit.targets.first().map_or("", |target| target.id);
    if let (Some(second), Some(correlation)) = (&second, real_id(audit.correlation)) {
        keys.push(Key::of_parts(KeyKind::Other, &["directory-audit", second, correlation, folded, target]));
    } else if keys.is_empty() {
        keys.push(Key::of_parts(KeyKind::Other, &["directory-audit", audit.time, audit.correlation, folded, audit.user, target]));
    }
    keys
}

/// The first user among the targets. Every target that has both name and id says that they are one.
fn first_user(audit: &Audit<'_>, out: &mut Batch) -> Principal {
    let mut first = Principal::NONE;
    for target in audit.targets.iter().filter(|target| target.is_user()) {
        let id = real_id(target.id).map_or(Principal::NONE, |id| out.principal(id));
        let mut name = id;
        if target.user.contains('@') {
            name = out.principal(target.user);
            out.same_account(name, id);
        }
        first = first.some().unwrap_or(name);
    }
    first
}

/// Who did it: a user, or an application in its own right.
fn initiator(audit: &Audit<'_>, target: Principal, event: &mut Event, out: &mut Batch) {
    let id = real_id(audit.user_id);
    if audit.user.contains('@') || id.is_some() {
        let named = audit.user.contains('@').then_some(audit.user);
        event.actor = out.principal(named.or(id).unwrap_or_default());
        if let (Some(_), Some(id)) = (named, id) {
            let id = out.principal(id);
            out.same_account(event.actor, id);
        }
        if audit.user.eq_ignore_ascii_case(SELF_SERVICE) && target.is_some() {
            // The service writes it down, but the person did it.
            event.actor = target;
        }
        return;
    }
    event.app = match real_id(audit.app_id) {
        Some(app) => out.id(app),
        None => out.str(audit.app_name),
    };
    // A name could be anybody's: it stands for the application only where there is no id.
    let name = Some(audit.app_name).filter(|name| !name.contains('@'));
    event.actor = out.opt_principal(real_id(audit.service_id).or(real_id(audit.app_id)).or(name));
    event.flags.set(Flags::APP_ONLY);
    event.flags.set_if(is_microsoft_service(audit.app_name), Flags::SERVICE);
}

/// What it is about, and the detail.
fn describe(audit: &Audit<'_>, activity: Activity, folded: &str, event: &mut Event, out: &mut Batch) {
    if activity.action == Action::Consent {
        let consent = consent(audit, folded);
        event.object = out.str(&consent.app_name);
        event.app = out.id(&consent.app_id);
        out.detail(event, Detail::Consent(Box::new(consent)));
        return;
    }
    let named = |kind: &str| audit.targets.iter().find(|target| target.kind.eq_ignore_ascii_case(kind) && !target.name.is_empty());
    let role =
        || audit.property(&["Role.DisplayName", "Role.WellKnownObjectName"]).or_else(|| named("role").map(|role| Cow::Borrowed(role.name)));
    let thing =
        || audit.targets.iter().find(|target| !target.is_user() && !target.name.is_empty()).map(|target| Cow::Borrowed(target.name));
    let person = || audit.targets.iter().flat_map(|target| [target.name, target.user]).find(|name| !name.is_empty()).map(Cow::Borrowed);
    let object = match activity.action {
        Action::Mfa if !audit.reason.is_empty() => Some(Cow::Borrowed(audit.reason)),
        Action::RoleChange => role().or_else(thing),
        Action::Device => thing().or_else(|| audit.property(&["Device.DisplayName", "CloudDisplayName", "DisplayName"])),
        _ => thing().or_else(|| audit.property(&["Group.DisplayName"])),
    };
    event.object = out.opt(object.or_else(person));
    if activity.aspect.is_empty() && audit.details.is_empty() && audit.targets.iter().all(|target| target.properties.is_empty()) {
        return;
    }
    let app = || audit.property(&["AppId", "AppPrincipalId", "ServicePrincipal.AppId", "Application.AppId"]);
    let app_id = if activity.action == Action::App { audit.detail("AppId").map(Cow::Borrowed).or_else(app) } else { None };
    let change = Change {
        aspect: activity.aspect,
        app_id: app_id.filter(|id| crate::events::guid(id).is_some()).map(|id| id.to_ascii_lowercase()).unwrap_or_default(),
        properties: properties(audit),
        by_self: event.actor.is_some() && event.actor == event.target,
        holder: (activity.action == Action::RoleChange && event.target.is_none()).then(|| holder(audit)).flatten(),
    };
    out.detail(event, Detail::Change(Box::new(change)));
}

/// The group or application that gets a role.
fn holder(audit: &Audit<'_>) -> Option<Holder> {
    let kinds = ["group", "serviceprincipal", "application"];
    let found = audit.targets.iter().find(|target| kinds.iter().any(|kind| target.kind.eq_ignore_ascii_case(kind)))?;
    Some(Holder { class: found.kind.to_owned(), name: found.name.to_owned(), id: found.id.to_ascii_lowercase() })
}

/// All properties with their new values, then the additional details.
fn properties(audit: &Audit<'_>) -> Vec<(String, String)> {
    let changed = audit.targets.iter().flat_map(|target| &target.properties);
    let changed = changed.map(|property| (property.name.to_owned(), property.value().into_owned()));
    let details = audit.details.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    changed.chain(details).filter(|(_, value)| !value.is_empty()).collect()
}

/// `Update user` is anything: a new MFA method, a revocation of sessions, or an attribute.
fn update_user(audit: &Audit<'_>) -> Option<Activity> {
    let properties = || audit.targets.iter().flat_map(|target| &target.properties);
    if properties().any(mfa_changed) {
        return Some(Activity { action: Action::Mfa, aspect: "mfa-method", removal: false });
    }
    let revoked = properties().any(|property| property.name.eq_ignore_ascii_case("StsRefreshTokensValidFrom"));
    revoked.then_some(Activity { action: Action::Credential, aspect: "sessions-revoked", removal: false })
}

/// True where the methods themselves changed, and not only the entry that the authenticator app keeps
/// up to date (its version and token).
fn mfa_changed(property: &Property<'_>) -> bool {
    let entries = |text: &str| text.matches('{').count();
    let refreshed =
        property.name.eq_ignore_ascii_case("StrongAuthenticationPhoneAppDetail") && entries(property.new) == entries(property.old);
    property.name.starts_with("StrongAuthentication") && !refreshed && property.new != property.old
}
