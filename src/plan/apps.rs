//! Applications, in Microsoft Graph: consents, service principals, secrets, owners.

use super::powershell::filter;
use super::{Phase, Remedy, known};
use crate::report::model::Remaining;

const GRANT_LIMITS: &str = "Tokens that the application has run on for up to 90 minutes. Mail that it copied is not called back. Consents of other people to it stay: the last command lists them. If the whole organisation had consented to it before, that consent goes too: the first look shows when the application was made.";

/// A consent: of one user, or for the whole organisation.
pub(super) fn grant(item: &Remaining) -> Remedy {
    let remedy = Remedy::new(Phase::Persistence, "Revoke the", GRANT_LIMITS);
    let identity = &item.identity;
    let user = known(identity.of.as_ref());
    let Some(client) = client(item) else {
        return match user {
            "" => remedy.look("Get-MgOauth2PermissionGrant -All | Format-Table Id,ClientId,ConsentType,PrincipalId,Scope", &[]),
            user => remedy.look("Get-MgUserOauth2PermissionGrant -UserId {} -All | Format-Table Id,ClientId,Scope", &[user]),
        };
    };
    let remedy =
        remedy.look("Get-MgServicePrincipal -Filter {} | Format-List Id,AppId,DisplayName,AccountEnabled,CreatedDateTime", &[&client]);
    let remedy = if user.is_empty() {
        // Without a time the application's own permissions cannot be told from those that it had before.
        let remedy = match item.since.as_deref() {
            Some(time) => remedy.change(
                "Get-MgServicePrincipal -Filter {} | ForEach-Object { Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $_.Id -All } | Where-Object { Test-PlanTime $_.CreatedDateTime {} } | ForEach-Object { Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $_.PrincipalId -AppRoleAssignmentId $_.Id }",
                &[&client, time],
            ),
            None => remedy.look(
                "Get-MgServicePrincipal -Filter {} | ForEach-Object { Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $_.Id -All } | Format-Table Id,CreatedDateTime,ResourceDisplayName,AppRoleId",
                &[&client],
            ),
        };
        remedy.change(
            "Get-MgServicePrincipal -Filter {} | ForEach-Object { Get-MgServicePrincipalOauth2PermissionGrant -ServicePrincipalId $_.Id -All } | Where-Object { $_.ConsentType -eq 'AllPrincipals' } | ForEach-Object { Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId $_.Id }",
            &[&client],
        )
    } else {
        remedy.change(
            "$client = (Get-MgServicePrincipal -Filter {}).Id; Get-MgUserOauth2PermissionGrant -UserId {} -All | Where-Object { $client -and $_.ClientId -eq $client } | ForEach-Object { Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId $_.Id }",
            &[&client, user],
        )
    };
    remedy
        .later("Get-MgServicePrincipal -Filter {} | ForEach-Object { Update-MgServicePrincipal -ServicePrincipalId $_.Id -AccountEnabled:$false }", &[&client])
        .verify(
            "Get-MgServicePrincipal -Filter {} | ForEach-Object { Get-MgServicePrincipalOauth2PermissionGrant -ServicePrincipalId $_.Id -All } | Format-Table ConsentType,PrincipalId,Scope",
            &[&client],
        )
}

/// A filter that finds the service principal by an id; none where the records have only a name, which
/// anybody can choose.
fn client(item: &Remaining) -> Option<String> {
    let by = |property: &str, id: &Option<String>| id.as_deref().filter(|id| !id.is_empty()).map(|id| filter(property, id));
    by("appId", &item.identity.app_id).or_else(|| by("id", &item.identity.object_id))
}

/// An application or service principal: switched off, so that it can still be read.
pub(super) fn app(item: &Remaining) -> Remedy {
    let limits = "Tokens that it has run on for up to 90 minutes. It is switched off and kept to be read; delete it at the end.";
    let remedy = Remedy::new(Phase::Persistence, "Switch off the", limits);
    if let Some(client) = client(item) {
        return remedy
            .look("Get-MgServicePrincipal -Filter {} | Format-List Id,AppId,DisplayName,AccountEnabled,CreatedDateTime", &[&client])
            .change("Get-MgServicePrincipal -Filter {} | ForEach-Object { Update-MgServicePrincipal -ServicePrincipalId $_.Id -AccountEnabled:$false }", &[&client])
            .verify("Get-MgServicePrincipal -Filter {} | Format-List DisplayName,AccountEnabled", &[&client]);
    }
    let named = filter("displayName", known(item.identity.name.as_ref()));
    remedy
        .look("Get-MgServicePrincipal -Filter {} | Format-List Id,AppId,DisplayName,AccountEnabled,CreatedDateTime", &[&named])
        .later("Update-MgServicePrincipal -ServicePrincipalId <Id> -AccountEnabled:$false", &[])
}

/// A secret or certificate. The record tells which application, hardly ever which secret.
pub(super) fn credential(item: &Remaining) -> Remedy {
    let limits = "The records do not say which secret it is: compare the start dates with the time of the record. A certificate is taken out of KeyCredentials with Update-MgApplication.";
    let remedy = Remedy::new(Phase::Persistence, "Find and remove the", limits);
    let by = client(item).unwrap_or_else(|| filter("displayName", known(item.identity.name.as_ref())));
    remedy
        .look("Get-MgApplication -Filter {} | ForEach-Object { $_.DisplayName; $_.PasswordCredentials + $_.KeyCredentials } | Format-List DisplayName,KeyId,StartDateTime,EndDateTime", &[&by])
        .look("Get-MgServicePrincipal -Filter {} | ForEach-Object { $_.DisplayName; $_.PasswordCredentials + $_.KeyCredentials } | Format-List DisplayName,KeyId,StartDateTime,EndDateTime", &[&by])
        .later("Remove-MgApplicationPassword -ApplicationId <Id of the application> -KeyId <KeyId>", &[])
        .later("Remove-MgServicePrincipalPassword -ServicePrincipalId <Id of the service principal> -KeyId <KeyId>", &[])
}

/// An owner of an application, who can add secrets to it.
pub(super) fn owner(item: &Remaining) -> Remedy {
    let limits = "Secrets that were added meanwhile stay: look at them too.";
    let remedy = Remedy::new(Phase::Persistence, "Take away the", limits);
    let by = client(item).unwrap_or_else(|| filter("displayName", known(item.identity.name.as_ref())));
    remedy
        .look("Get-MgApplication -Filter {} | ForEach-Object { Get-MgApplicationOwner -ApplicationId $_.Id } | Format-List Id,AdditionalProperties", &[&by])
        .look("Get-MgServicePrincipal -Filter {} | ForEach-Object { Get-MgServicePrincipalOwner -ServicePrincipalId $_.Id } | Format-List Id,AdditionalProperties", &[&by])
        .later("Remove-MgApplicationOwnerByRef -ApplicationId <Id of the application> -DirectoryObjectId <Id of the owner>", &[])
        .later("Remove-MgServicePrincipalOwnerByRef -ServicePrincipalId <Id of the service principal> -DirectoryObjectId <Id of the owner>", &[])
}
