//! Methods, devices, roles, users and policies, in Microsoft Graph.

use super::powershell::filter;
use super::{Phase, Remedy, known};
use crate::remaining::method_family;
use crate::report::model::Remaining;

/// Methods that carry the time of their making: those made within ten minutes of the record are his.
const DATED: [(&str, &str); 4] = [
    (
        "authenticator app",
        "Get-MgUserAuthenticationMicrosoftAuthenticatorMethod -UserId {} | Where-Object { Test-PlanTime $_.CreatedDateTime {} } | ForEach-Object { Remove-MgUserAuthenticationMicrosoftAuthenticatorMethod -UserId {} -MicrosoftAuthenticatorAuthenticationMethodId $_.Id }",
    ),
    (
        "security key",
        "Get-MgUserAuthenticationFido2Method -UserId {} | Where-Object { Test-PlanTime $_.CreatedDateTime {} } | ForEach-Object { Remove-MgUserAuthenticationFido2Method -UserId {} -Fido2AuthenticationMethodId $_.Id }",
    ),
    (
        "hello",
        "Get-MgUserAuthenticationWindowsHelloForBusinessMethod -UserId {} | Where-Object { Test-PlanTime $_.CreatedDateTime {} } | ForEach-Object { Remove-MgUserAuthenticationWindowsHelloForBusinessMethod -UserId {} -WindowsHelloForBusinessAuthenticationMethodId $_.Id }",
    ),
    (
        "temporary access pass",
        "Get-MgUserAuthenticationTemporaryAccessPassMethod -UserId {} | Where-Object { Test-PlanTime $_.CreatedDateTime {} } | ForEach-Object { Remove-MgUserAuthenticationTemporaryAccessPassMethod -UserId {} -TemporaryAccessPassAuthenticationMethodId $_.Id }",
    ),
];

/// Methods without a time: a person says which is the owner's.
const UNDATED: [(&str, &str, &str); 3] = [
    (
        "phone",
        "Get-MgUserAuthenticationPhoneMethod -UserId {} | Format-Table Id,PhoneType,PhoneNumber",
        "Remove-MgUserAuthenticationPhoneMethod -UserId {} -PhoneAuthenticationMethodId <Id>",
    ),
    (
        "email",
        "Get-MgUserAuthenticationEmailMethod -UserId {} | Format-Table Id,EmailAddress",
        "Remove-MgUserAuthenticationEmailMethod -UserId {} -EmailAuthenticationMethodId <Id>",
    ),
    (
        "one-time passcode app",
        "Get-MgUserAuthenticationSoftwareOathMethod -UserId {} | Format-Table Id,SecretKey",
        "Remove-MgUserAuthenticationSoftwareOathMethod -UserId {} -SoftwareOathAuthenticationMethodId <Id>",
    ),
];

/// A method of multi-factor authentication.
pub(super) fn method(item: &Remaining) -> Remedy {
    let limits = "The records name the kind of method, not which one: compare with the time of the record, and ask the owner. The default method can be removed only when another is the default.";
    let remedy = Remedy::new(Phase::CutAccess, "Remove the", limits);
    let user = known(item.identity.of.as_ref());
    let list = "Get-MgUserAuthenticationMethod -UserId {} | Format-List Id,AdditionalProperties";
    let remedy = remedy.look(list, &[user]).verify(list, &[user]);
    let family = item.identity.name.as_deref().and_then(method_family);
    if let (Some((_, template)), Some(time)) = (DATED.iter().find(|(name, _)| Some(*name) == family), item.since.as_deref()) {
        return remedy.change(template, &[user, time, user]);
    }
    match UNDATED.iter().find(|(name, ..)| Some(*name) == family) {
        Some((_, look, template)) => remedy.look(look, &[user]).later(template, &[user]),
        None => remedy.later("Remove-MgUserAuthenticationPhoneMethod -UserId {} -PhoneAuthenticationMethodId <Id>", &[user]),
    }
}

/// A device: switched off, so that it can still be read.
pub(super) fn device(item: &Remaining) -> Remedy {
    let limits = "It is switched off and kept to be read; remove it at the end. Mail that it holds stays on it.";
    let remedy = Remedy::new(Phase::CutAccess, "Switch off the", limits);
    let (user, id, name) = (known(item.identity.of.as_ref()), known(item.identity.id.as_ref()), known(item.identity.name.as_ref()));
    if crate::events::guid(id).is_some() {
        let by = filter("deviceId", id);
        return remedy
            .look(
                "Get-MgDevice -Filter {} | Format-List Id,DeviceId,DisplayName,RegistrationDateTime,ApproximateLastSignInDateTime",
                &[&by],
            )
            .change("Get-MgDevice -Filter {} | ForEach-Object { Update-MgDevice -DeviceId $_.Id -AccountEnabled:$false }", &[&by])
            .later("Get-MgDevice -Filter {} | ForEach-Object { Remove-MgDevice -DeviceId $_.Id }", &[&by])
            .verify("Get-MgDevice -Filter {} | Format-List DisplayName,AccountEnabled", &[&by]);
    }
    if name.is_empty() {
        return remedy.look("Get-MgUserRegisteredDevice -UserId {} -All | Format-List Id,AdditionalProperties", &[user]);
    }
    remedy
        .change(
            "Get-MgUserRegisteredDevice -UserId {} -All | Where-Object { $_.AdditionalProperties['displayName'] -ceq {} } | ForEach-Object { Update-MgDevice -DeviceId $_.Id -AccountEnabled:$false }",
            &[user, name],
        )
        .verify("Get-MgUserRegisteredDevice -UserId {} -All | Format-List Id,AdditionalProperties", &[user])
}

/// A role of the directory, or a role group of Exchange.
pub(super) fn role(item: &Remaining) -> Remedy {
    let limits = "What was done with the role meanwhile stays: it is in the timeline. Eligible assignments of Privileged Identity Management are listed apart.";
    let remedy = Remedy::new(Phase::CutAccess, "Take away the", limits);
    let (user, role) = (known(item.identity.of.as_ref()), known(item.identity.name.as_ref()));
    if let (Some(id), "", false) = (item.identity.object_id.as_deref(), user, role.is_empty()) {
        return role_of_object(remedy, role, id);
    }
    if user.is_empty() || role.is_empty() {
        return remedy.look("Get-MgDirectoryRole -All | Format-Table Id,DisplayName", &[]);
    }
    if known(item.identity.operation.as_ref()).to_lowercase().contains("rolegroup") {
        return remedy
            .change("Remove-RoleGroupMember -Identity {} -Member {} -Confirm:$false", &[role, user])
            .verify("Get-RoleGroupMember -Identity {} | Format-Table Name,PrimarySmtpAddress", &[role]);
    }
    let by = filter("displayName", role);
    remedy
        .change(
            "$user = (Get-MgUser -UserId {}).Id; Get-MgDirectoryRole -Filter {} | ForEach-Object { Remove-MgDirectoryRoleMemberByRef -DirectoryRoleId $_.Id -DirectoryObjectId $user }",
            &[user, &by],
        )
        .verify("Get-MgDirectoryRole -Filter {} | ForEach-Object { Get-MgDirectoryRoleMember -DirectoryRoleId $_.Id } | Format-List Id,AdditionalProperties", &[&by])
}

/// A role that a group or an application has, known by its object id.
fn role_of_object(remedy: Remedy, role: &str, id: &str) -> Remedy {
    let by = filter("displayName", role);
    remedy
        .look("Get-MgDirectoryObject -DirectoryObjectId {} | Format-List Id,AdditionalProperties", &[id])
        .change(
            "Get-MgDirectoryRole -Filter {} | ForEach-Object { Remove-MgDirectoryRoleMemberByRef -DirectoryRoleId $_.Id -DirectoryObjectId {} }",
            &[&by, id],
        )
        .verify("Get-MgDirectoryRole -Filter {} | ForEach-Object { Get-MgDirectoryRoleMember -DirectoryRoleId $_.Id } | Format-List Id,AdditionalProperties", &[&by])
}

/// A user that the intruder made, invited or switched on.
pub(super) fn user(item: &Remaining) -> Remedy {
    let user = known(item.identity.of.as_ref());
    let limits = "It is blocked and kept to be read; delete it at the end. What it did stays.";
    let remedy = Remedy::new(Phase::CutAccess, "Block the", limits);
    if user.is_empty() {
        return remedy.look("Get-MgUser -All -Property UserPrincipalName,CreatedDateTime,AccountEnabled | Sort-Object CreatedDateTime | Select-Object -Last 20", &[]);
    }
    remedy
        .change("Update-MgUser -UserId {} -AccountEnabled:$false", &[user])
        .change("Revoke-MgUserSignInSession -UserId {}", &[user])
        .verify("Get-MgUser -UserId {} -Property UserPrincipalName,AccountEnabled | Format-List UserPrincipalName,AccountEnabled", &[user])
}

/// A policy: what it was before is not in the record.
pub(super) fn policy() -> Remedy {
    let limits = "What the policy was like before stands in the record, if anywhere: the tool does not change policies.";
    Remedy::new(Phase::Persistence, "Look at the", limits)
        .look("Get-MgIdentityConditionalAccessPolicy -All | Format-Table DisplayName,State,CreatedDateTime,ModifiedDateTime", &[])
        .look("Get-MgPolicyIdentitySecurityDefaultEnforcementPolicy | Format-List IsEnabled", &[])
}
