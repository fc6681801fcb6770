//! Changes in the directory. Each is an audit record (RecordType 8) and a directory audit of Graph that
//! shares its correlation id (docs/formats.md, duplicates).

use serde_json::{Value, json};

use crate::chance::Guid;
use crate::clock::{Moment, after_ms, iso7};
use crate::tenant::App;
use crate::world::{DirectoryEntry, Grant, Kind, Session, World};

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

/// One change.
struct Change<'a> {
    activity: &'static str,
    /// The name in the unified audit log, with its full stop.
    operation: &'static str,
    category: &'static str,
    service: &'static str,
    operation_type: &'static str,
    object: String,
    target: Target,
    properties: Vec<(&'a str, String, String)>,
    /// What made the request: agent and application.
    details: Option<(&'a str, &'a str)>,
}

impl World {
    /// A user consents to an application: four records within a second.
    pub fn consent(&mut self, session: &Session, time: Moment, app: &ThirdParty) {
        let principal = self.chance.guid();
        let person = self.person(session.who);
        let (upn, object_id) = (person.upn.clone(), person.object_id);
        let grant = self.chance.letters(43);
        let graph = Guid(self.tenant.id.0 ^ 0x0673_0000_0000_0000_0000_0000_0000_0003);
        let details = Some(("EvoSTS", app.app.id));
        let service = |object: Guid, name: &str, id: &'static str| Target {
            id: object.to_string(),
            kind: "ServicePrincipal",
            name: name.to_owned(),
            upn: String::new(),
            app: id,
        };
        let quoted = |text: &str| format!("[\r\n  \"{text}\"\r\n]");
        let base = |activity, operation, object: String, target, properties| Change {
            activity,
            operation,
            category: "ApplicationManagement",
            service: "Core Directory",
            operation_type: "Add",
            object,
            target,
            properties,
            details,
        };
        let added = base(
            "Add service principal",
            "Add service principal.",
            principal.to_string(),
            service(principal, app.app.name, app.app.id),
            vec![
                ("AccountEnabled", "[]".into(), "[\r\n  true\r\n]".into()),
                ("AppPrincipalId", "[]".into(), quoted(app.app.id)),
                ("DisplayName", "[]".into(), quoted(app.app.name)),
                ("AppAddress", "[]".into(), quoted(app.address)),
            ],
        );
        let role = base(
            "Add app role assignment grant to user",
            "Add app role assignment grant to user.",
            upn.clone(),
            service(principal, app.app.name, app.app.id),
            vec![
                ("AppRole.Id", String::new(), "00000000-0000-0000-0000-000000000000".into()),
                ("User.ObjectID", String::new(), object_id.to_string()),
                ("User.UPN", String::new(), upn.clone()),
            ],
        );
        let delegated = base(
            "Add delegated permission grant",
            "Add delegated permission grant.",
            "00000003-0000-0000-c000-000000000000;https://graph.microsoft.com".into(),
            service(graph, "Microsoft Graph", "00000003-0000-0000-c000-000000000000"),
            vec![
                ("DelegatedPermissionGrant.Scope", String::new(), format!(" {}", app.scopes)),
                ("DelegatedPermissionGrant.ConsentType", String::new(), "Principal".into()),
                ("ServicePrincipal.ObjectID", String::new(), principal.to_string()),
                ("ServicePrincipal.AppId", String::new(), app.app.id.into()),
            ],
        );
        let permissions = format!(
            "[] => [[Id: {grant}, ClientId: {principal}, PrincipalId: {object_id}, ResourceId: {graph}, ConsentType: Principal, Scope:  {}, CreatedDateTime: , LastModifiedDateTime ]]; ",
            app.scopes
        );
        let consent = base(
            "Consent to application",
            "Consent to application.",
            app.app.id.into(),
            service(principal, app.app.name, app.app.id),
            vec![
                ("ConsentContext.IsAdminConsent", String::new(), "False".into()),
                ("ConsentContext.IsAppOnly", String::new(), "False".into()),
                ("ConsentContext.OnBehalfOfAll", String::new(), "False".into()),
                ("ConsentContext.Tags", String::new(), "WindowsAzureActiveDirectoryIntegratedApp".into()),
                ("ConsentAction.Permissions", String::new(), permissions),
                ("TargetId.ServicePrincipalNames", String::new(), app.app.id.into()),
            ],
        );
        for (delay, change) in [(0, added), (200, role), (600, delegated), (1000, consent)] {
            self.change(session.who, &session.place.ip, after_ms(time, delay), &change);
        }
        self.grants.push(Grant { client: principal, who: session.who, scopes: app.scopes, id: grant });
    }

    /// An administrator sets somebody's password, and revokes the sessions if asked.
    pub fn reset_password(&mut self, admin: &Session, time: Moment, whose: usize, revoke: bool) {
        let target = self.user_target(whose);
        let change = user_change("Reset user password", "Reset user password.", target, Vec::new());
        self.change(admin.who, &admin.place.ip, time, &change);
        if revoke {
            let target = self.user_target(whose);
            let value = format!("[\r\n  \"{}Z\"\r\n]", crate::clock::iso(time));
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
        let change = user_change("Update user", "Update user.", target, vec![(property, "[]".into(), format!("[\r\n  \"{value}\"\r\n]"))]);
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
        self.directory.push(DirectoryEntry { time, entry });
    }

    fn user_target(&self, who: usize) -> Target {
        let person = self.person(who);
        Target { id: person.object_id.to_string(), kind: "User", name: person.name.clone(), upn: person.upn.clone(), app: "" }
    }

    fn change(&mut self, who: usize, ip: &str, time: Moment, change: &Change<'_>) {
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
            "loggedByService": change.service,
            "operationType": change.operation_type,
            "initiatedBy": {"user": user, "app": null},
            "targetResources": [{
                "id": change.target.id, "displayName": change.target.name, "type": change.target.kind,
                "userPrincipalName": upn, "groupType": null, "modifiedProperties": properties,
            }],
            "additionalDetails": details,
        });
        self.directory.push(DirectoryEntry { time, entry });
    }

    fn change_in_audit(&mut self, who: usize, time: Moment, change: &Change<'_>, correlation: Guid) {
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

fn user_change<'a>(
    activity: &'static str,
    operation: &'static str,
    target: Target,
    properties: Vec<(&'a str, String, String)>,
) -> Change<'a> {
    Change {
        activity,
        operation,
        category: "UserManagement",
        service: "Core Directory",
        operation_type: "Update",
        object: target.upn.clone(),
        target,
        properties,
        details: None,
    }
}
