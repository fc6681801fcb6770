//! Changes in the Entra directory (record type 8): consents, applications, roles, users, devices.
//!
//! Source: operations and property names of public exports, and of Microsoft's activity list.

use super::Reader;
use super::fields::{Field, present};
use super::who::Party;
use crate::events::{Action, Change, Consent, Detail, Flags, Holder, link};
use crate::evidence::{Doc, Value};

/// Self-service password reset acts under this name. Source: audit records of a reset.
const SELF_SERVICE: &str = "fim_password_service@support.onmicrosoft.com";

/// A property of a change: name, new value and old value, trimmed of their JSON.
struct Property {
    name: String,
    new: String,
    old: String,
}

impl<'d> Reader<'_, 'd> {
    /// A directory change.
    pub(super) fn directory(&mut self) {
        let audit = self.audit;
        self.event.link = audit.str(Field::InterSystemsId).map_or(0, link);
        let (actor, target) = self.link_lists();
        if self.event.actor.is_none() {
            self.event.actor = self.out.opt_principal(actor.upn.or(actor.name));
        }
        let details = audit.pair(Field::ExtendedProperties, "additionalDetails").and_then(read_json);
        if let Some(agent) = details.as_ref().and_then(|doc| doc.root().str_of("User-Agent")) {
            self.event.agent = self.out.str(agent);
        }
        let properties = properties(audit.value(Field::ModifiedProperties));
        let (action, aspect) = classify(self.operation, &properties);
        self.event.action = action;
        self.event.flags.set_if(is_removal(self.operation), Flags::REMOVAL);
        self.directory_target(&target, &properties);
        self.directory_object(&target, &properties);
        let holder = (action == Action::RoleChange && self.event.target.is_none()).then(|| holder(&target)).flatten();
        let service_act = self.event.flags.has(Flags::SERVICE);
        let mut by_self = self.event.actor.is_some() && self.event.actor == self.event.target;
        let resets = self.out.names.get(self.event.actor) == SELF_SERVICE;
        if service_act && self.event.target.is_some() && (resets || action == Action::Mfa) {
            // A service writes it down, but the person did it: by self-service, or at the MFA page.
            self.event.actor = self.event.target;
            self.event.flags = self.fallback.flags;
            by_self = resets;
        }
        let app_id = application(&target, &properties, details.as_ref());
        if action == Action::Consent {
            let consent = consent(self.operation, app_id, &target, &properties);
            self.event.app = self.out.id(&consent.app_id);
            self.out.detail(&mut self.event, Detail::Consent(Box::new(consent)));
        } else if !aspect.is_empty() {
            let properties = properties.into_iter().map(|property| (property.name, property.new)).collect();
            let change = Change { aspect, app_id: app_id.unwrap_or_default(), properties, by_self, holder };
            self.out.detail(&mut self.event, Detail::Change(Box::new(change)));
        }
    }

    /// To whom it was done: the user among the targets, and for a grant to a user that user.
    fn directory_target(&mut self, target: &Party<'d>, properties: &[Property]) {
        self.event.target = self.party(target);
        if self.event.target.is_some() {
            return;
        }
        let user = properties.iter().find(|property| property.name == "User.UPN" && property.new.contains('@'));
        let object = self.audit.str(Field::ObjectId).filter(|object| object.contains('@'));
        self.event.target = self.out.opt_principal(user.map(|property| property.new.as_str()).or(object));
    }

    /// What it is about: the role, else the name of the application, device, group or policy.
    fn directory_object(&mut self, target: &Party<'d>, properties: &[Property]) {
        let value = |names: &[&str]| {
            names.iter().find_map(|name| properties.iter().find(|property| property.name == *name && !property.new.is_empty()))
        };
        let role =
            value(&["Role.DisplayName", "Role.WellKnownObjectName", "Device.DisplayName", "Group.DisplayName", "Application.DisplayName"]);
        let named = role.map(|property| property.new.as_str()).or(target.name);
        let shown = named.or_else(|| value(&["DisplayName"]).map(|property| property.new.as_str()));
        self.event.object = self.out.opt(shown.or(target.upn).or_else(|| self.audit.str(Field::ObjectId)));
    }
}

/// The group or application that gets a role.
fn holder(target: &Party<'_>) -> Option<Holder> {
    let text = |of: Option<&str>| of.unwrap_or_default().to_owned();
    let holder = Holder { class: text(target.class), name: text(target.name), id: text(target.object).to_ascii_lowercase() };
    (!holder.name.is_empty() || !holder.id.is_empty()).then_some(holder)
}

fn read_json(text: &str) -> Option<Doc> {
    let mut doc = Doc::new();
    doc.parse(text).ok().map(|()| doc)
}

/// The list of changed properties.
fn properties(list: Option<Value<'_>>) -> Vec<Property> {
    let mut properties = Vec::new();
    for entry in list.into_iter().flat_map(Value::items) {
        let Some(name) = entry.str_of("Name") else { continue };
        let value = |key: &str| entry.text_of(key).map(|text| plain(&text)).unwrap_or_default();
        properties.push(Property { name: name.to_owned(), new: value("NewValue"), old: value("OldValue") });
    }
    properties
}

/// A value out of its JSON: `[\r\n  "x"\r\n]` is `x`; lists and objects stay JSON on one line.
fn plain(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with(['[', '"']) {
        return present(text).unwrap_or_default().to_owned();
    }
    let Some(doc) = read_json(text) else { return text.to_owned() };
    let root = doc.root();
    let mut items = root.items_or_self();
    match (items.next(), items.next()) {
        (None, _) => String::new(),
        (Some(only), None) if only.text().is_some() => only.text().unwrap_or_default().trim().to_owned(),
        _ if root.items_or_self().all(|item| item.text().is_some()) => {
            let texts: Vec<_> = root.items_or_self().filter_map(Value::text).collect();
            texts.join("; ")
        }
        _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn is_removal(operation: &str) -> bool {
    ["remove ", "delete ", "disable ", "revoke "].iter().any(|verb| operation.starts_with(verb)) || operation.starts_with("hard delete")
}

/// The application that a change is about: lower-case GUID.
fn application(target: &Party<'_>, properties: &[Property], details: Option<&Doc>) -> Option<String> {
    let guid = |text: &str| super::is_guid(text).then(|| text.trim().to_ascii_lowercase());
    let named = ["ServicePrincipal.AppId", "AppId", "AppPrincipalId", "Application.AppId"];
    let of_property =
        || named.iter().find_map(|name| properties.iter().find(|property| property.name == *name).and_then(|property| guid(&property.new)));
    let by_resource = || {
        let listed = properties.iter().find(|property| property.name == "TargetId.ServicePrincipalNames")?;
        listed.new.split(';').find_map(guid)
    };
    let of_details = || details.and_then(|doc| doc.root().str_of("AppId")).and_then(guid);
    of_property().or_else(|| target.spn.and_then(guid)).or_else(of_details).or_else(by_resource)
}

/// A consent. A delegated grant names the resource as its target, and the client among its properties.
fn consent(operation: &str, app_id: Option<String>, target: &Party<'_>, properties: &[Property]) -> Consent {
    let value = |wanted: &str| properties.iter().find(|property| property.name == wanted).map_or("", |property| property.new.as_str());
    let mut consent = Consent::default();
    if operation.starts_with("consent") {
        target.name.unwrap_or_default().clone_into(&mut consent.app_name);
        consent.app_id = app_id.unwrap_or_default();
        let principal = target.object.filter(|_| target.class == Some("ServicePrincipal"));
        consent.object_id = principal.unwrap_or_default().to_ascii_lowercase();
        let text = value("ConsentAction.Permissions");
        consent.scopes = scopes_of_consent(text);
        consent.tenant_wide =
            value("ConsentContext.OnBehalfOfAll").eq_ignore_ascii_case("true") || text.contains("ConsentType: AllPrincipals");
        consent.app_only = value("ConsentContext.IsAppOnly").eq_ignore_ascii_case("true");
        return consent;
    }
    value("ServicePrincipal.DisplayName").clone_into(&mut consent.app_name);
    let id = [value("ServicePrincipal.AppId"), value("ServicePrincipal.ObjectID")].into_iter().find(|id| super::is_guid(id));
    consent.app_id = id.unwrap_or_default().to_ascii_lowercase();
    consent.object_id = Some(value("ServicePrincipal.ObjectID")).filter(|id| super::is_guid(id)).unwrap_or_default().to_ascii_lowercase();
    if operation.contains("app role") {
        consent.scopes = present(value("AppRole.Value")).map(str::to_owned).into_iter().collect();
        consent.app_only = true;
        consent.tenant_wide = true;
    } else {
        consent.scopes = value("DelegatedPermissionGrant.Scope").split_whitespace().map(str::to_owned).collect();
        consent.tenant_wide = value("DelegatedPermissionGrant.ConsentType") == "AllPrincipals";
    }
    consent
}

/// Scopes in `[] => [[Id: …, ConsentType: Principal, Scope:  a b c, CreatedDateTime: …]]; `: those after
/// the arrow that were not there before it.
fn scopes_of_consent(text: &str) -> Vec<String> {
    let (before, after) = text.split_once("=>").unwrap_or(("", text));
    let list = |part: &str| -> Vec<String> {
        let lists = part.split("Scope:").skip(1).filter_map(|rest| rest.split([',', ']']).next());
        lists.flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    let old = list(before);
    let mut scopes: Vec<String> = Vec::new();
    for scope in list(after) {
        if !scopes.contains(&scope) && !old.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// What kind of change an operation is: action and aspect.
fn classify(operation: &str, properties: &[Property]) -> (Action, &'static str) {
    match operation {
        "consent to application"
        | "add delegated permission grant"
        | "add oauth2permissiongrant"
        | "add app role assignment to service principal" => (Action::Consent, ""),
        "add app role assignment grant to user" | "remove app role assignment from user" => (Action::App, "app-role"),
        "update user" => update_user(properties),
        "enable strong authentication" | "disable strong authentication" => (Action::Mfa, "mfa-method"),
        "reset user password"
        | "change user password"
        | "set force change user password"
        | "reset password (self-service)"
        | "change password (self-service)"
        | "reset password" => (Action::Credential, "password"),
        "update stsrefreshtokenvalidfrom timestamp" => (Action::Credential, "sessions-revoked"),
        _ => by_words(operation),
    }
}

/// `Update user.` is anything: a new MFA method, a revocation, or a synchronised attribute.
fn update_user(properties: &[Property]) -> (Action, &'static str) {
    let names = |wanted: &str| properties.iter().any(|property| property.name.starts_with(wanted));
    let methods = properties.iter().filter(|property| property.name.starts_with("StrongAuthentication"));
    let mut seen = false;
    for property in methods {
        seen = true;
        if mfa_changed(property) {
            return (Action::Mfa, "mfa-method");
        }
    }
    if !seen && names("StsRefreshTokensValidFrom") {
        return (Action::Credential, "sessions-revoked");
    }
    (Action::AccountChange, "user")
}

/// True unless the authenticator app only refreshed its entry (version or token): a method counts as
/// changed where the number of entries differs, or for anything but the app's details where the text does.
fn mfa_changed(property: &Property) -> bool {
    let entries = |text: &str| text.matches('{').count();
    let (new, old) = (entries(&property.new), entries(&property.old));
    new != old || property.name != "StrongAuthenticationPhoneAppDetail" && property.new != property.old
}

fn by_words(operation: &str) -> (Action, &'static str) {
    let has = |word: &str| operation.contains(word);
    if has("certificates and secrets") || has("credentials") && (has("service principal") || has("application")) {
        return (Action::App, "app-credential");
    }
    if has("security info") {
        return (Action::Mfa, "mfa-method");
    }
    if has("owner to application")
        || has("owner to service principal")
        || has("owner from application")
        || has("owner from service principal")
    {
        return (Action::App, "owner");
    }
    if has("to role") || has("from role") || has("role definition") || has("role assignment") && !has("app role") {
        return (Action::RoleChange, "role");
    }
    if has("service principal") || has("application") || has("app role") || has("permission grant") {
        return (Action::App, "service-principal");
    }
    if has("device") || has("registered owner") || has("registered users") {
        return (Action::Device, "device");
    }
    if has("policy")
        || has("domain")
        || has("federation")
        || has("company")
        || has("directory feature")
        || has("named location")
        || has("tenant")
    {
        return (Action::PolicyChange, "policy");
    }
    if has("group") {
        return (Action::Other, "group");
    }
    if has("user") || has("account") || has("license") {
        return (Action::AccountChange, "user");
    }
    (Action::Other, "")
}
