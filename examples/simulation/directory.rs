//! Changes in the directory. Each is an audit record (record type 8) and a directory audit of Graph that
//! shares its correlation id (docs/formats.md, duplicates).

use serde_json::{Value, json};

use crate::simulation::chance::{Chance, Guid};
use crate::simulation::clock::{Moment, after, after_ms, iso_z, iso7};
use crate::simulation::tenant::{App, apps};
use crate::simulation::world::{Attempt, DirectoryEntry, Factor, Grant, Kind, Session, World};

/// An application that is not Microsoft's.
#[derive(Clone, Copy)]
pub struct ThirdParty {
    /// Its id and name.
    pub app: App,
    /// Where it sends people back to.
    pub address: &'static str,
    /// What it asks for.
    pub scopes: &'static str,
}

/// Who or what a change is done to.
struct Target {
    id: String,
    kind: &'static str,
    name: String,
    upn: String,
    /// The application id of a service principal.
    app: &'static str,
}

/// Modified properties: name, old value, new value.
type Properties = Vec<(&'static str, String, String)>;

/// One change.
struct Change {
    activity: &'static str,
    /// The name in the unified audit log, with its full stop.
    operation: &'static str,
    category: &'static str,
    operation_type: &'static str,
    object: String,
    target: Target,
    properties: Properties,
    /// What made the request: agent and application.
    details: Option<(&'static str, &'static str)>,
}

/// What the records of one consent are made of.
struct Consent {
    app: ThirdParty,
    /// The application's service principal.
    principal: Guid,
    /// Graph's service principal.
    graph: Guid,
    /// Id of the grant.
    grant: String,
    upn: String,
    object_id: Guid,
}

impl Consent {
    fn change(&self, names: (&'static str, &'static str), object: String, target: Target, properties: Properties) -> Change {
        Change {
            activity: names.0,
            operation: names.1,
            category: "ApplicationManagement",
            operation_type: "Add",
            object,
            target,
            properties,
            details: Some(("EvoSTS", self.app.app.id)),
        }
    }

    fn own_target(&self) -> Target {
        service(self.principal, self.app.app)
    }

    fn added(&self) -> Change {
        let properties = vec![
            ("AccountEnabled", "[]".into(), "[\r\n  true\r\n]".into()),
            ("AppPrincipalId", "[]".into(), quoted(self.app.app.id)),
            ("DisplayName", "[]".into(), quoted(self.app.app.name)),
            ("AppAddress", "[]".into(), quoted(self.app.address)),
        ];
        let names = ("Add service principal", "Add service principal.");
        self.change(names, self.principal.to_string(), self.own_target(), properties)
    }

    fn role(&self) -> Change {
        let properties = vec![
            ("AppRole.Id", String::new(), "00000000-0000-0000-0000-000000000000".into()),
            ("User.ObjectID", String::new(), self.object_id.to_string()),
            ("User.UPN", String::new(), self.upn.clone()),
        ];
        let names = ("Add app role assignment grant to user", "Add app role assignment grant to user.");
        self.change(names, self.upn.clone(), self.own_target(), properties)
    }

    fn delegated(&self) -> Change {
        let properties = vec![
            ("DelegatedPermissionGrant.Scope", String::new(), format!(" {}", self.app.scopes)),
            ("DelegatedPermissionGrant.ConsentType", String::new(), "Principal".into()),
            ("ServicePrincipal.ObjectID", String::new(), self.principal.to_string()),
            ("ServicePrincipal.AppId", String::new(), self.app.app.id.into()),
        ];
        let names = ("Add delegated permission grant", "Add delegated permission grant.");
        let object = format!("{};https://graph.microsoft.com", apps::GRAPH.id);
        self.change(names, object, service(self.graph, apps::GRAPH), properties)
    }

    fn given(&self) -> Change {
        let permissions = format!(
            "[] => [[Id: {}, ClientId: {}, PrincipalId: {}, ResourceId: {}, ConsentType: Principal, Scope:  {}, CreatedDateTime: , LastModifiedDateTime ]]; ",
            self.grant, self.principal, self.object_id, self.graph, self.app.scopes
        );
        let properties = vec![
            ("ConsentContext.IsAdminConsent", String::new(), "False".into()),
            ("ConsentContext.IsAppOnly", String::new(), "False".into()),
            ("ConsentContext.OnBehalfOfAll", String::new(), "False".into()),
            ("ConsentContext.Tags", String::new(), "WindowsAzureActiveDirectoryIntegratedApp".into()),
            ("ConsentAction.Permissions", String::new(), permissions),
            ("TargetId.ServicePrincipalNames", String::new(), self.app.app.id.into()),
        ];
        let names = ("Consent to application", "Consent to application.");
        self.change(names, self.app.app.id.into(), self.own_target(), properties)
    }
}

/// A service principal as a target.
fn service(object: Guid, app: App) -> Target {
    Target { id: object.to_string(), kind: "ServicePrincipal", name: app.name.to_owned(), upn: String::new(), app: app.id }
}

/// A value as the directory logs it: JSON over three lines.
fn quoted(text: &str) -> String {
    format!("[\r\n  \"{text}\"\r\n]")
}

/// The service principal of Graph in a tenant.
pub fn graph_principal(tenant: Guid) -> Guid {
    Chance::of(tenant, "Microsoft Graph").guid()
}

impl World {
    /// An application asks for access, is refused for want of a consent, gets it at that time, and fetches its
    /// first token.
    pub fn connect(&mut self, session: &Session, time: Moment, app: &ThirdParty) {
        let client = session.client.using(app.app);
        let mfa = self.person(session.who).mfa;
        let attempt = Attempt {
            time: after(time, -14),
            who: session.who,
            place: &session.place,
            client: &client,
            session: session.id,
            code: 65001,
            interactive: true,
            factor: if mfa { Factor::Claim } else { Factor::NotAsked },
        };
        self.sign_in(&attempt);
        self.consent(session, time, app);
        self.sign_in(&Attempt { time: after(time, 3), code: 0, ..attempt });
    }

    /// A user consents to an application: four records within a second.
    fn consent(&mut self, session: &Session, time: Moment, app: &ThirdParty) {
        let (principal, grant) = (self.chance.guid(), self.chance.letters(43));
        let person = self.person(session.who);
        let consent = Consent {
            app: *app,
            principal,
            graph: graph_principal(self.tenant.id),
            grant,
            upn: person.upn.clone(),
            object_id: person.object_id,
        };
        let changes = [(0, consent.added()), (200, consent.role()), (600, consent.delegated()), (1000, consent.given())];
        for (delay, change) in changes {
            self.change(session.who, &session.place.ip, after_ms(time, delay), &change);
        }
        self.grants.push(Grant { client: consent.principal, who: session.who, scopes: app.scopes, id: consent.grant });
    }

    /// An administrator sets somebody's password, and revokes the sessions if asked.
    pub fn reset_password(&mut self, admin: &Session, time: Moment, whose: usize, revoke: bool) {
        let target = self.user_target(whose);
        let change = user_change("Reset user password", "Reset user password.", target, Vec::new());
        self.change(admin.who, &admin.place.ip, time, &change);
        if revoke {
            let target = self.user_target(whose);
            let value = quoted(&iso_z(time));
            let change = user_change(
                "Update StsRefreshTokenValidFrom Timestamp",
                "Update StsRefreshTokenValidFrom Timestamp.",
                target,
                vec![("StsRefreshTokensValidFrom", "[]".into(), value)],
            );
            self.change(admin.who, &admin.place.ip, after_ms(time, 1500), &change);
        }
    }

    /// An administrator changes a property of a user.
    pub fn update_user(&mut self, admin: &Session, time: Moment, whose: usize, property: &'static str, value: &str) {
        let target = self.user_target(whose);
        let change = user_change("Update user", "Update user.", target, vec![(property, "[]".into(), quoted(value))]);
        self.change(admin.who, &admin.place.ip, time, &change);
    }

    /// A person registers the authenticator anew, as with a new phone. Only the directory audit has it.
    pub fn register_method(&mut self, session: &Session, time: Moment) {
        let person = self.person(session.who);
        let user = json!({
            "id": person.object_id.to_string(), "displayName": person.name, "userPrincipalName": person.upn,
            "ipAddress": session.place.ip, "userType": null, "homeTenantId": null, "homeTenantName": null,
        });
        let target = json!({
            "id": person.object_id.to_string(), "displayName": person.name, "type": "User",
            "userPrincipalName": person.upn, "groupType": null, "modifiedProperties": [],
        });
        let correlation = self.chance.guid();
        let entry = json!({
            "id": format!("Authentication Methods_{correlation}_{}_{}", self.chance.hex(5), self.chance.between(1_000_000, 99_999_999)),
            "category": "UserManagement",
            "correlationId": correlation.to_string(),
            "result": "success",
            "resultReason": "User registered Authenticator App with Notification and Code",
            "activityDisplayName": "User registered security info",
            "activityDateTime": format!("{}Z", iso7(time)),
            "loggedByService": "Authentication Methods",
            "operationType": "Update",
            "initiatedBy": {"user": user, "app": null},
            "targetResources": [target],
            "additionalDetails": [],
        });
        let hand = self.hand;
        self.directory.push(DirectoryEntry { time, entry, hand });
    }

    /// A person changes the own password.
    pub fn change_password(&mut self, session: &Session, time: Moment) {
        let target = self.user_target(session.who);
        let change = user_change("Change user password", "Change user password.", target, Vec::new());
        self.change(session.who, &session.place.ip, time, &change);
    }

    /// A device joins the directory in the name of a person.
    pub fn register_device(&mut self, session: &Session, time: Moment) {
        let name = format!("LAP-{}", self.chance.hex(5));
        let target = Target { id: self.chance.guid().to_string(), kind: "Device", name: name.clone(), upn: String::new(), app: "" };
        let change = Change {
            activity: "Add registered owner to device",
            operation: "Add registered owner to device.",
            category: "Device",
            operation_type: "Add",
            object: self.person(session.who).upn.clone(),
            target,
            properties: vec![("Device.DisplayName", String::new(), name)],
            details: None,
        };
        self.change(session.who, &session.place.ip, time, &change);
    }

    fn user_target(&self, who: usize) -> Target {
        let person = self.person(who);
        Target { id: person.object_id.to_string(), kind: "User", name: person.name.clone(), upn: person.upn.clone(), app: "" }
    }

    fn change(&mut self, who: usize, ip: &str, time: Moment, change: &Change) {
        let correlation = self.chance.guid();
        self.change_in_audit(who, time, change, correlation);
        let person = self.person(who);
        let properties: Vec<Value> = change
            .properties
            .iter()
            .map(|(name, old, new)| {
                let new = if new.starts_with('[') && !new.contains("=>") {
                    new.replace("\r\n", "").replace("  ", "")
                } else {
                    format!("\"{new}\"")
                };
                let old = if old.is_empty() { Value::Null } else { json!(old) };
                json!({"displayName": name, "oldValue": old, "newValue": new})
            })
            .collect();
        let details: Vec<Value> = change
            .details
            .iter()
            .flat_map(|(agent, app)| [json!({"key": "User-Agent", "value": agent}), json!({"key": "AppId", "value": app})])
            .collect();
        let upn = if change.target.upn.is_empty() { Value::Null } else { json!(change.target.upn) };
        let user = json!({
            "id": person.object_id.to_string(), "displayName": null, "userPrincipalName": person.upn,
            "ipAddress": ip, "userType": null, "homeTenantId": null, "homeTenantName": null,
        });
        let entry = json!({
            "id": format!("Directory_{correlation}_{}_{}", self.chance.hex(5), self.chance.between(1_000_000, 99_999_999)),
            "category": change.category,
            "correlationId": correlation.to_string(),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": change.activity,
            "activityDateTime": format!("{}Z", iso7(time)),
            "loggedByService": "Core Directory",
            "operationType": change.operation_type,
            "initiatedBy": {"user": user, "app": null},
            "targetResources": [{
                "id": change.target.id, "displayName": change.target.name, "type": change.target.kind,
                "userPrincipalName": upn, "groupType": null, "modifiedProperties": properties,
            }],
            "additionalDetails": details,
        });
        let hand = self.hand;
        self.directory.push(DirectoryEntry { time, entry, hand });
    }

    fn change_in_audit(&mut self, who: usize, time: Moment, change: &Change, correlation: Guid) {
        let person = self.person(who);
        let (upn, puid, object_id) = (person.upn.clone(), person.puid.clone(), person.object_id);
        let properties: Vec<Value> =
            change.properties.iter().map(|(name, old, new)| json!({"Name": name, "NewValue": new, "OldValue": old})).collect();
        let additional =
            change.details.map_or_else(|| "{}".to_owned(), |(agent, app)| json!({"User-Agent": agent, "AppId": app}).to_string());
        let target = &change.target;
        let mut targets = vec![
            json!({"ID": format!("{}_{}", target.kind, target.id), "Type": 2}),
            json!({"ID": target.id, "Type": 2}),
            json!({"ID": target.kind, "Type": 2}),
        ];
        if target.upn.is_empty() {
            targets.push(json!({"ID": target.name, "Type": 1}));
            targets.push(json!({"ID": target.app, "Type": 2}));
            targets.push(json!({"ID": target.app, "Type": 4}));
        } else {
            targets.push(json!({"ID": target.upn, "Type": 5}));
        }
        let tenant = self.tenant.id.to_string();
        let fields = json!({
            "ObjectId": change.object,
            "AzureActiveDirectoryEventType": 1,
            "ExtendedProperties": [
                {"Name": "additionalDetails", "Value": additional},
                {"Name": "extendedAuditEventCategory", "Value": target.kind},
            ],
            "ModifiedProperties": properties,
            "Actor": [
                {"ID": upn, "Type": 5}, {"ID": puid, "Type": 3}, {"ID": format!("User_{object_id}"), "Type": 2},
                {"ID": object_id.to_string(), "Type": 2}, {"ID": "User", "Type": 2},
            ],
            "ActorContextId": tenant,
            "InterSystemsId": correlation.to_string(),
            "IntraSystemId": self.chance.guid().to_string(),
            "SupportTicketId": "",
            "Target": targets,
            "TargetContextId": tenant,
        });
        let key = format!("{puid}@{}", self.tenant.domain);
        let id = self.chance.guid().to_string();
        self.record(time, Some(id), &Kind::of(change.operation, 8, "AzureActiveDirectory", "Success"), (&upn, &key), fields);
    }
}

fn user_change(activity: &'static str, operation: &'static str, target: Target, properties: Properties) -> Change {
    Change {
        activity,
        operation,
        category: "UserManagement",
        operation_type: "Update",
        object: target.upn.clone(),
        target,
        properties,
        details: None,
    }
}
