//! Consents and grants in directory audits.
//!
//! A consent names the application as its target and the scopes in a text of its own. A delegated grant
//! names the resource as its target, and the application among its properties.

use super::directory_audit::{Audit, Target};
use crate::events::{Consent, guid};

/// What was granted to which application. `folded` is the folded name of the activity.
pub fn consent(audit: &Audit<'_>, folded: &str) -> Consent {
    let value = |names: &[&str]| audit.property(names).unwrap_or_default();
    let is = |name: &str| value(&[name]).eq_ignore_ascii_case("true");
    if folded.starts_with("consent") || folded.starts_with("revoke") {
        let app = service_principal(audit, |_| true);
        let text = value(&["ConsentAction.Permissions"]);
        let names = value(&["TargetId.ServicePrincipalNames"]);
        let listed = names.split([';', ',', ' ']).find(|name| guid(name).is_some());
        return Consent {
            app_id: first_guid(&[audit.detail("AppId"), listed, app.map(|app| app.id)]),
            object_id: first_guid(&[app.map(|app| app.id)]),
            app_name: app.or(audit.targets.first()).map_or("", |app| app.name).to_owned(),
            scopes: scopes_of_consent(&text),
            tenant_wide: is("ConsentContext.OnBehalfOfAll")
                || is("ConsentContext.IsAdminConsent")
                || text.contains("ConsentType: AllPrincipals"),
            app_only: is("ConsentContext.IsAppOnly"),
        };
    }
    let object_id = value(&["ServicePrincipal.ObjectID"]);
    // The names of the target are those of the resource, and so may be the id in the details.
    let resource = value(&["TargetId.ServicePrincipalNames"]);
    let detail = audit.detail("AppId").filter(|id| !resource.contains(*id));
    let client = service_principal(audit, |target| target.id.eq_ignore_ascii_case(&object_id));
    let name = value(&["ServicePrincipal.DisplayName"]);
    let app_only = folded.contains("app role");
    Consent {
        app_id: first_guid(&[Some(&value(&["ServicePrincipal.AppId"])), detail, Some(&object_id)]),
        app_name: if name.is_empty() { client.map_or("", |client| client.name).to_owned() } else { name.into_owned() },
        scopes: value(&["DelegatedPermissionGrant.Scope", "OAuth2PermissionGrant.Scope", "AppRole.Value"])
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        tenant_wide: app_only || value(&["DelegatedPermissionGrant.ConsentType", "OAuth2PermissionGrant.ConsentType"]) == "AllPrincipals",
        app_only,
        object_id: first_guid(&[Some(&object_id)]),
    }
}

fn service_principal<'t, 'a>(audit: &'t Audit<'a>, wanted: impl Fn(&Target<'a>) -> bool) -> Option<&'t Target<'a>> {
    audit.targets.iter().filter(|target| !target.kind.eq_ignore_ascii_case("user")).find(|target| wanted(target))
}

/// The first that is a GUID, in lower case.
fn first_guid(candidates: &[Option<&str>]) -> String {
    let mut real = candidates.iter().flatten().filter(|id| guid(id).is_some_and(|bits| bits != 0));
    real.next().map(|id| id.trim().to_ascii_lowercase()).unwrap_or_default()
}

/// Scopes in `[] => [[Id: …, ConsentType: Principal, Scope: a b c, CreatedDateTime: …]]; `: those after
/// the arrow that were not there before it.
fn scopes_of_consent(text: &str) -> Vec<String> {
    fn list(part: &str) -> impl Iterator<Item = &str> {
        part.split("Scope:").skip(1).filter_map(|rest| rest.split([',', ']']).next()).flat_map(str::split_whitespace)
    }
    let (before, after) = text.split_once("=>").unwrap_or(("", text));
    let mut scopes: Vec<String> = Vec::new();
    for scope in list(after) {
        if !scopes.iter().any(|known| known == scope) && !list(before).any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}
