//! What the activities of the directory are, by name: the same names stand in Entra's own audit log and
//! in the unified audit log, where they end in a period.
//!
//! Source: Graph directory audits of several tenants; LETHAL-FORENSICS/Microsoft-Analyzer-Suite
//! `EntraAuditLogs-Analyzer.ps1`; SigmaHQ/sigma `rules/cloud/azure/audit_logs/`.

use crate::events::Action;

/// What an activity is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Activity {
    /// Kind of act.
    pub action: Action,
    /// What it changes, in the words of [`Change::aspect`](crate::events::Change::aspect).
    pub aspect: &'static str,
    /// Something is taken away.
    pub removal: bool,
}

impl Activity {
    /// An activity that no detection asks for.
    pub const OTHER: Activity = Activity { action: Action::Other, aspect: "", removal: false };
}

/// Activities by their whole name, folded. Sorted.
const WHOLE: &[(&str, Action, &str)] = &[
    ("add app role assignment grant to user", Action::App, "app-role"),
    ("add app role assignment to service principal", Action::Consent, ""),
    ("add application", Action::App, "service-principal"),
    ("add delegated permission grant", Action::Consent, ""),
    ("add device", Action::Device, "device"),
    ("add oauth2permissiongrant", Action::Consent, ""),
    ("add registered owner to device", Action::Device, "device"),
    ("add registered users to device", Action::Device, "device"),
    ("add service principal", Action::App, "service-principal"),
    ("add service principal credentials", Action::App, "app-credential"),
    ("add unverified domain", Action::PolicyChange, "policy"),
    ("add user", Action::AccountChange, "user"),
    ("add verified domain", Action::PolicyChange, "policy"),
    ("change password (self-service)", Action::Credential, "password"),
    ("change user license", Action::AccountChange, "user"),
    ("change user password", Action::Credential, "password"),
    ("consent to application", Action::Consent, ""),
    ("delete application", Action::App, "service-principal"),
    ("delete device", Action::Device, "device"),
    ("delete user", Action::AccountChange, "user"),
    ("disable account", Action::AccountChange, "user"),
    ("disable desktop sso", Action::PolicyChange, "policy"),
    ("disable strong authentication", Action::Mfa, "mfa-method"),
    ("enable account", Action::AccountChange, "user"),
    ("enable strong authentication", Action::Mfa, "mfa-method"),
    ("hard delete application", Action::App, "service-principal"),
    ("hard delete service principal", Action::App, "service-principal"),
    ("hard delete user", Action::AccountChange, "user"),
    ("invite external user", Action::AccountChange, "user"),
    ("redeem external user invite", Action::AccountChange, "user"),
    ("register device", Action::Device, "device"),
    ("remove app role assignment from service principal", Action::Consent, ""),
    ("remove app role assignment from user", Action::App, "app-role"),
    ("remove delegated permission grant", Action::Consent, ""),
    ("remove oauth2permissiongrant", Action::Consent, ""),
    ("remove service principal", Action::App, "service-principal"),
    ("remove service principal credentials", Action::App, "app-credential"),
    ("remove unverified domain", Action::PolicyChange, "policy"),
    ("remove verified domain", Action::PolicyChange, "policy"),
    ("reset password (by admin)", Action::Credential, "password"),
    ("reset password (self-service)", Action::Credential, "password"),
    ("reset user password", Action::Credential, "password"),
    ("restore user", Action::AccountChange, "user"),
    ("revoke consent", Action::Consent, ""),
    ("revoke sign in sessions", Action::Credential, "sessions-revoked"),
    ("set company information", Action::PolicyChange, "policy"),
    ("set domain authentication", Action::PolicyChange, "policy"),
    ("set federation settings on domain", Action::PolicyChange, "policy"),
    ("set force change user password", Action::Credential, "password"),
    ("unlock user account (self-service)", Action::Credential, "password"),
    ("unregister device", Action::Device, "device"),
    ("update application", Action::App, "service-principal"),
    ("update delegated permission grant", Action::Consent, ""),
    ("update device", Action::Device, "device"),
    ("update passwordprofile", Action::Credential, "password"),
    ("update service principal", Action::App, "service-principal"),
    ("update stsrefreshtokenvalidfrom timestamp", Action::Credential, "sessions-revoked"),
    ("update user", Action::AccountChange, "user"),
    ("user has elevated their access to user access administrator for their azure resources", Action::RoleChange, "role"),
    ("verify domain", Action::PolicyChange, "policy"),
];

/// Activities by a part of their name, folded; the first that fits counts.
const PARTS: &[(&str, Action, &str)] = &[
    ("certificates and secrets management", Action::App, "app-credential"),
    ("owner to application", Action::App, "owner"),
    ("owner to service principal", Action::App, "owner"),
    ("owner from application", Action::App, "owner"),
    ("owner from service principal", Action::App, "owner"),
    ("role assignment", Action::RoleChange, "role"),
    ("member to role", Action::RoleChange, "role"),
    ("member from role", Action::RoleChange, "role"),
    ("member in role", Action::RoleChange, "role"),
    ("role definition", Action::RoleChange, "role"),
    ("user started security info", Action::Mfa, ""),
    ("user canceled security info", Action::Mfa, ""),
    ("user reviewed security info", Action::Mfa, ""),
    ("security info", Action::Mfa, "mfa-method"),
    ("temporary access pass", Action::Mfa, "mfa-method"),
    ("passkey", Action::Mfa, "mfa-method"),
    ("fraud reported", Action::Mfa, ""),
    ("suspicious activity reported", Action::Mfa, ""),
    ("policy", Action::PolicyChange, "policy"),
    ("named location", Action::PolicyChange, "policy"),
    ("security defaults", Action::PolicyChange, "policy"),
    ("owner from device", Action::Device, "device"),
    ("users from device", Action::Device, "device"),
    ("member to group", Action::Other, "group"),
    ("member from group", Action::Other, "group"),
];

/// Starts of names of activities that take something away, folded.
const REMOVALS: &[&str] = &["admin deleted", "delete", "disable", "hard delete", "remove", "revoke consent", "unregister", "user deleted"];

/// What an activity is. `folded` is its name in the form of
/// [`fold_operation`](crate::events::fold_operation).
pub fn classify(folded: &str) -> Activity {
    let known = WHOLE
        .binary_search_by(|(name, ..)| name.cmp(&folded))
        .ok()
        .and_then(|at| WHOLE.get(at))
        .or_else(|| PARTS.iter().find(|(part, ..)| folded.contains(part)));
    match known {
        Some((_, action, aspect)) => Activity { action: *action, aspect, removal: REMOVALS.iter().any(|start| folded.starts_with(start)) },
        None => Activity::OTHER,
    }
}

/// Names of Microsoft's own services as initiators. Whole names only: an application may be called
/// anything that begins with "Microsoft".
///
/// Source: initiators in directory audits of several tenants.
pub fn is_microsoft_service(name: &str) -> bool {
    const SERVICES: &[&str] = &[
        "azure ad cloud sync",
        "azure ad identity governance - directory management",
        "azure ad pim",
        "azure credential configuration endpoint service",
        "azure ests service",
        "azure mfa strongauthenticationservice",
        "azuread",
        "device registration service",
        "microsoft approval management",
        "microsoft azure ad internal - jit provisioning",
        "microsoft.azure.syncfabric",
        "microsoft online services",
        "microsoft substrate management",
        "microsoft teams services",
        "ms-pim",
        "office 365 exchange online",
        "office 365 sharepoint online",
    ];
    SERVICES.iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::fold_operation;

    fn of(name: &str) -> (Action, &'static str, bool) {
        let activity = classify(&fold_operation(name));
        (activity.action, activity.aspect, activity.removal)
    }

    #[test]
    fn names_are_sorted_for_the_search() {
        assert!(WHOLE.is_sorted_by_key(|(name, ..)| *name));
    }

    #[test]
    fn activities_of_takeovers_are_known_in_both_logs() {
        for (name, expected) in [
            ("Update application \u{2013} Certificates and secrets management ", (Action::App, "app-credential", false)),
            ("Consent to application.", (Action::Consent, "", false)),
            ("User registered security info", (Action::Mfa, "mfa-method", false)),
            ("User deleted security info", (Action::Mfa, "mfa-method", true)),
            ("User started security info registration", (Action::Mfa, "", false)),
            ("Admin registered temporary access pass method for user", (Action::Mfa, "mfa-method", false)),
            ("Reset user password.", (Action::Credential, "password", false)),
            ("Update StsRefreshTokenValidFrom Timestamp", (Action::Credential, "sessions-revoked", false)),
            ("Add member to role.", (Action::RoleChange, "role", false)),
            ("Remove eligible member from role in PIM completed (permanent)", (Action::RoleChange, "role", true)),
            ("Add owner to service principal", (Action::App, "owner", false)),
            ("Update conditional access policy", (Action::PolicyChange, "policy", false)),
            ("Something new", (Action::Other, "", false)),
        ] {
            assert_eq!(of(name), expected, "{name}");
        }
    }
}
