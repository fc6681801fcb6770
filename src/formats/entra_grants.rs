//! Grants to applications as they were found: Graph `oauth2PermissionGrants`, the permission lists of
//! Extractor-Suite, and those of the `AzureADPSPermissions` script, which Hawk takes over.
//!
//! Source: Extractor-Suite `Scripts/Get-OAuthPermissions.ps1`; T0pCyber/hawk `Get-AzureADPSPermission.ps1`.

use super::declared::{Declared, Form};
use super::fields::{Cell, each_field, fill, real_id};
use super::risk::known_time;
use crate::events::{Batch, Consent, Family, Principal, State, StateKind};
use crate::evidence::Record;

/// Graph: scopes of one client for one principal or all.
pub static GRAPH: Declared = Declared {
    id: "grants.graph",
    title: "OAuth permission grants from Graph (oauth2PermissionGrants)",
    family: Family::Grants,
    form: Form::Any,
    required: &["clientid", "consenttype", "resourceid", "scope"],
    forbidden: &[],
    read,
};

/// Lists of scripts: one row a scope, or a grant.
pub static LIST: Declared = Declared {
    id: "grants.list",
    title: "OAuth permission list (Extractor-Suite, Hawk, AzureADPSPermissions)",
    family: Family::Grants,
    form: Form::Any,
    required: &["permissiontype", "clientobjectid", "permission", "consenttype"],
    forbidden: &[],
    read,
};

#[derive(Default)]
struct Grant<'a> {
    app_id: &'a str,
    object_id: &'a str,
    name: &'a str,
    scopes: &'a str,
    extent: &'a str,
    kind: &'a str,
    principal: &'a str,
    granted: &'a str,
    made: &'a str,
}

impl<'a> Grant<'a> {
    fn take(&mut self, name: &str, cell: Cell<'a>) {
        match name {
            "appid" => fill(&mut self.app_id, cell),
            "clientid" | "clientobjectid" => fill(&mut self.object_id, cell),
            "appdisplayname" | "clientdisplayname" => fill(&mut self.name, cell),
            "scope" | "permission" => fill(&mut self.scopes, cell),
            "consenttype" => fill(&mut self.extent, cell),
            "permissiontype" => fill(&mut self.kind, cell),
            "principalid" | "principalobjectid" => fill(&mut self.principal, cell),
            "creationtimestamp" | "starttime" => fill(&mut self.granted, cell),
            "createddatetime" => fill(&mut self.made, cell),
            _ => {}
        }
    }
}

fn read(record: &Record<'_>, out: &mut Batch) {
    let mut grant = Grant::default();
    each_field(record, |name, cell| grant.take(name, cell));
    let app_only = grant.kind.eq_ignore_ascii_case("application");
    let object_id = grant.object_id.to_ascii_lowercase();
    let consent = Consent {
        app_id: real_id(grant.app_id).map_or_else(|| object_id.clone(), str::to_ascii_lowercase),
        object_id,
        app_name: grant.name.to_owned(),
        scopes: grant.scopes.split_whitespace().map(str::to_owned).collect(),
        tenant_wide: app_only || grant.extent.eq_ignore_ascii_case("allprincipals"),
        app_only,
    };
    let owner = if consent.tenant_wide { Principal::NONE } else { out.opt_principal(real_id(grant.principal)) };
    let changed = known_time(if grant.granted.is_empty() { grant.made } else { grant.granted });
    out.state(State { at: record.at, owner, changed, kind: StateKind::Grant(Box::new(consent)) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    fn grant(out: &Batch) -> &Consent {
        match &out.states[0].kind {
            StateKind::Grant(consent) => consent,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_grant_of_graph_knows_its_client_by_object_id_only() {
        let out = read_json(
            &GRAPH,
            r#"{"clientId":"675E2904-d2f2-4d66-86fd-e113e3730479","consentType":"Principal","id":"x","principalId":"3a6c919b-0a2c-49f0-844b-81ca3dd25711","resourceId":"5bb2935e-7caa-444d-8f82-8728ea57e576","scope":" Mail.Read offline_access"}"#,
        );
        assert_eq!(
            (grant(&out).app_id.as_str(), grant(&out).object_id.as_str()),
            ("675e2904-d2f2-4d66-86fd-e113e3730479", "675e2904-d2f2-4d66-86fd-e113e3730479")
        );
        assert_eq!(grant(&out).scopes, ["Mail.Read", "offline_access"]);
        assert_eq!(out.names.get(out.states[0].owner), "3a6c919b-0a2c-49f0-844b-81ca3dd25711");
    }

    #[test]
    fn application_permissions_are_for_the_whole_tenant() {
        let out = read_csv(
            &LIST,
            "PermissionType,AppId,ClientObjectId,AppDisplayName,Permission,ConsentType,PrincipalObjectId,CreatedDateTime\nApplication,946c777c-bc85-489e-b034-392389ae23d6,675e2904-d2f2-4d66-86fd-e113e3730479,Spike,Mail.ReadWrite,,,2025-04-01T10:00:00Z\n",
        );
        assert!(grant(&out).tenant_wide && grant(&out).app_only);
        assert_eq!(grant(&out).app_id, "946c777c-bc85-489e-b034-392389ae23d6");
        assert_eq!(out.states[0].changed.rfc3339(0), "2025-04-01T10:00:00Z");
    }
}
