//! Sign-ins: Graph beta, the portal's CSV, Azure Monitor's diagnostic records; and directory audits.

use serde_json::{Value, json};

use super::{bare, row};
use crate::simulation::clock::{after, iso_z, iso7};
use crate::simulation::world::{DirectoryEntry, Factor, SignIn, World};

/// Those sign-ins, newest first.
pub fn newest_first(entries: &[SignIn], interactive: bool) -> Vec<&SignIn> {
    let mut entries: Vec<&SignIn> = entries.iter().filter(|entry| entry.by_password() == interactive).collect();
    entries.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.id.0.cmp(&right.id.0)));
    entries
}

/// A page of Graph beta `auditLogs/signIns`, one entry a line.
pub fn graph(world: &World, entries: &[&SignIn]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| entry_of(world, entry).to_string()).collect();
    page("https://graph.microsoft.com/beta/$metadata#auditLogs/signIns", &entries)
}

/// Directory audits, newest first.
pub fn newest_audits(entries: &[DirectoryEntry]) -> Vec<&DirectoryEntry> {
    let mut entries: Vec<&DirectoryEntry> = entries.iter().collect();
    entries.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.entry.to_string().cmp(&right.entry.to_string())));
    entries
}

/// A page of Graph `auditLogs/directoryAudits`, in the order given.
pub fn directory_audits(entries: &[&DirectoryEntry]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| entry.entry.to_string()).collect();
    page("https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits", &entries)
}

fn page(context: &str, entries: &[String]) -> String {
    format!("{{\"@odata.context\":\"{context}\",\"value\":[\n{}\n]}}\n", entries.join(",\n"))
}

/// Azure Monitor diagnostic records, one a line, as a storage account keeps them: oldest first by custom.
pub fn diagnostic(world: &World, entries: &[&SignIn], interactive: bool) -> String {
    let category = if interactive { "SignInLogs" } else { "NonInteractiveUserSignInLogs" };
    entries.iter().flat_map(|entry| [diagnostic_of(world, entry, category).to_string(), "\n".to_owned()]).collect()
}

fn diagnostic_of(world: &World, entry: &SignIn, category: &str) -> Value {
    let mut properties = entry_of(world, entry);
    if let Value::Object(properties) = &mut properties {
        properties.insert("createdDateTime".into(), json!(format!("{}+00:00", iso7(entry.time))));
    }
    let tenant = world.tenant.id.to_string();
    let description = if entry.code == 0 { "" } else { failure_reason(entry.code) };
    json!({
        // The time of publication: minutes after the act.
        "time": format!("{}Z", iso7(after(entry.time, 204))),
        "resourceId": format!("/tenants/{tenant}/providers/Microsoft.aadiam"),
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": tenant,
        "resultType": entry.code.to_string(),
        "resultSignature": "None",
        "resultDescription": description,
        "durationMs": 0,
        "callerIpAddress": entry.place.ip,
        "correlationId": entry.correlation.to_string(),
        "identity": world.person(entry.who).name,
        "Level": 4,
        "location": entry.place.country,
        "properties": properties,
    })
}

/// An entry with the keys of Graph beta.
fn entry_of(world: &World, entry: &SignIn) -> Value {
    let mut value = identity_part(world, entry);
    for part in [token_part(world, entry), outcome_part(entry)] {
        if let (Value::Object(value), Value::Object(part)) = (&mut value, part) {
            value.extend(part);
        }
    }
    value
}

fn identity_part(world: &World, entry: &SignIn) -> Value {
    let person = world.person(entry.who);
    json!({
        "id": entry.id.to_string(),
        "createdDateTime": iso_z(entry.time),
        "userDisplayName": person.name,
        "userPrincipalName": person.upn,
        "userId": person.object_id.to_string(),
        "appId": entry.client.app.id,
        "appDisplayName": entry.client.app.name,
        "ipAddress": entry.place.ip,
        "ipAddressFromResourceProvider": null,
        "clientAppUsed": entry.client.kind,
        "userAgent": entry.client.agent,
        "correlationId": entry.correlation.to_string(),
        "conditionalAccessStatus": "notApplied",
        "originalRequestId": entry.id.to_string(),
        "isInteractive": entry.by_password(),
        "tokenIssuerName": "",
        "tokenIssuerType": "AzureAD",
        "clientCredentialType": "none",
        "processingTimeInMilliseconds": u64::try_from(90 + entry.id.0 % 389).unwrap_or(90),
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes_v2": [],
    })
}

fn token_part(world: &World, entry: &SignIn) -> Value {
    let tenant = world.tenant.id.to_string();
    let kind = if entry.by_password() { "interactiveUser" } else { "nonInteractiveUser" };
    json!({
        "resourceDisplayName": entry.resource().name,
        "resourceId": entry.resource().id,
        "resourceTenantId": tenant,
        "homeTenantId": tenant,
        "homeTenantName": "",
        "authenticationMethodsUsed": [],
        "authenticationRequirement": requirement(entry),
        "signInIdentifier": world.person(entry.who).upn,
        "signInIdentifierType": null,
        "servicePrincipalName": null,
        "servicePrincipalId": "",
        "signInEventTypes": [kind],
        "userType": "member",
        "flaggedForReview": false,
        "isTenantRestricted": false,
        "autonomousSystemNumber": entry.place.asn,
        "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": entry.id.token(),
        "incomingTokenType": incoming(entry),
        "authenticationProtocol": entry.client.protocol,
        "originalTransferMethod": if entry.client.protocol == "deviceCode" { "deviceCodeFlow" } else { "none" },
        "sessionId": entry.session.map(|session| session.to_string()),
    })
}

fn outcome_part(entry: &SignIn) -> Value {
    let (latitude, longitude) = entry.place.coordinates;
    let (device, name) = entry.client.device.as_ref().map_or((String::new(), ""), |(id, name)| (id.to_string(), name.as_str()));
    let managed = entry.client.device.is_some();
    json!({
        "status": {
            "errorCode": entry.code,
            "failureReason": failure_reason(entry.code),
            "additionalDetails": additional_details(entry),
        },
        "deviceDetail": {
            "deviceId": device,
            "displayName": name,
            "operatingSystem": entry.client.os,
            "browser": entry.client.browser,
            "isCompliant": managed,
            "isManaged": managed,
            "trustType": if managed { "Azure AD joined" } else { "" },
        },
        "location": {
            "city": entry.place.city,
            "state": entry.place.state,
            "countryOrRegion": entry.place.country,
            "geoCoordinates": {
                "altitude": null,
                "latitude": f64::from(latitude) / 100.0,
                "longitude": f64::from(longitude) / 100.0,
            },
        },
        "mfaDetail": null,
        "authenticationDetails": steps(entry),
        "authenticationProcessingDetails": [],
        "networkLocationDetails": [],
        "authenticationRequirementPolicies": [],
        "sessionLifetimePolicies": [],
        "appliedConditionalAccessPolicies": [],
    })
}

/// The steps of an authentication: password, then a second factor.
fn steps(entry: &SignIn) -> Value {
    let step = |seconds: i64, method: &str, detail: &str, succeeded: bool, result: &str, requirement: &str| {
        json!({
            "authenticationStepDateTime": iso_z(after(entry.time, seconds)),
            "authenticationMethod": method,
            "authenticationMethodDetail": detail,
            "succeeded": succeeded,
            "authenticationStepResultDetail": result,
            "authenticationStepRequirement": requirement,
        })
    };
    let mut steps = Vec::new();
    if entry.by_password() {
        let right = !matches!(entry.code, 50126 | 50053);
        let result = if right { "Correct password" } else { "Incorrect password" };
        steps.push(step(0, "Password", "Password in the cloud", right, result, "Primary authentication"));
    } else {
        let result = "First factor requirement satisfied by claim in the token";
        steps.push(step(0, "Previously satisfied", "", true, result, "Primary authentication"));
    }
    let prompt = match entry.factor {
        Factor::NotAsked => None,
        Factor::Claim => Some(("Previously satisfied", true)),
        Factor::Passed => Some(("Mobile app notification", true)),
        Factor::Declined | Factor::TimedOut => Some(("Mobile app notification", false)),
    };
    if let Some((method, succeeded)) = prompt {
        let result = additional_details(entry).unwrap_or_default();
        steps.push(step(0, method, "", succeeded, result, "Multifactor authentication"));
    }
    Value::Array(steps)
}

fn requirement(entry: &SignIn) -> &'static str {
    if entry.factor == Factor::NotAsked && entry.code != 50074 { "singleFactorAuthentication" } else { "multiFactorAuthentication" }
}

fn incoming(entry: &SignIn) -> &'static str {
    match (entry.by_password(), entry.client.device.is_some()) {
        (true, _) => "none",
        (false, true) => "primaryRefreshToken",
        (false, false) => "refreshToken",
    }
}

fn failure_reason(code: u32) -> &'static str {
    match code {
        0 => "Other.",
        50126 => "Error validating credentials due to invalid username or password.",
        50053 => "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        50074 => "Strong Authentication is required.",
        500_121 => "Authentication failed during strong authentication request.",
        65001 => {
            "The user or administrator has not consented to use the application with ID '{identifier}'{namePhrase}. Send an interactive authorization request for this user and resource."
        }
        _ => "",
    }
}

fn additional_details(entry: &SignIn) -> Option<&'static str> {
    match (entry.code, entry.factor) {
        (50126, _) => Some(
            "The user didn't enter the right credentials. It's expected to see some number of these errors in your logs due to users making mistakes.",
        ),
        (50074, _) => Some("MFA required in Azure AD"),
        (_, Factor::Claim) => Some("MFA requirement satisfied by claim in the token"),
        (_, Factor::Passed) => Some("MFA completed in Azure AD"),
        (_, Factor::Declined) => Some("MFA denied; user declined the authentication"),
        (_, Factor::TimedOut) => Some("MFA denied; user did not respond to mobile app notification"),
        (_, Factor::NotAsked) => None,
    }
}

/// The 57 columns of the portal's download; one name is there twice, two end in a space.
pub const PORTAL_COLUMNS: [&str; 57] = [
    "Date (UTC)",
    "Request ID",
    "User agent",
    "Correlation ID",
    "User ID",
    "User",
    "Username",
    "User type",
    "Cross tenant access type",
    "Incoming token type",
    "Authentication Protocol",
    "Unique token identifier",
    "Original transfer method",
    "Client credential type",
    "Token Protection - Sign In Session",
    "Token Protection - Sign In Session StatusCode",
    "Application",
    "Application ID ",
    "App owner tenant ID",
    "Resource",
    "Resource ID ",
    "Resource tenant ID",
    "Resource owner tenant ID",
    "Home tenant ID",
    "Home tenant name",
    "IP address",
    "Location",
    "Status",
    "Sign-in error code",
    "Failure reason",
    "Client app",
    "Device ID",
    "Browser",
    "Operating System",
    "Compliant",
    "Managed",
    "Join Type",
    "Multifactor authentication result",
    "Multifactor authentication auth method",
    "Multifactor authentication auth detail",
    "Authentication requirement",
    "Sign-in identifier",
    "Session ID",
    "IP address (seen by resource)",
    "Through Global Secure Access",
    "Global Secure Access IP address",
    "Autonomous system  number",
    "Flagged for review",
    "Token issuer type",
    "Incoming token type",
    "Token issuer name",
    "Latency",
    "Conditional Access",
    "Managed Identity type",
    "Associated Resource Id",
    "Federated Token Id",
    "Federated Token Issuer",
];

/// The portal's CSV: a byte-order mark, and no column that says whether it is the interactive download.
pub fn portal_csv(world: &World, entries: &[&SignIn]) -> String {
    let mut text = format!("\u{feff}{}", row(&PORTAL_COLUMNS, bare));
    for entry in entries {
        text.push_str(&row(&portal_cells(world, entry), bare));
    }
    text
}

/// The cells in the order of [`PORTAL_COLUMNS`].
fn portal_cells(world: &World, entry: &SignIn) -> Vec<String> {
    let mut cells = portal_request(world, entry);
    cells.extend(portal_outcome(world, entry));
    cells
}

/// `Date (UTC)` to `Home tenant name`.
fn portal_request(world: &World, entry: &SignIn) -> Vec<String> {
    let person = world.person(entry.who);
    let tenant = world.tenant.id.to_string();
    let token = entry.id.token();
    // The portal guards what a spreadsheet would take for a formula.
    let token = if token.starts_with(['-', '+']) { format!("'{token}") } else { token };
    let text = str::to_owned;
    vec![
        iso_z(entry.time),
        entry.id.to_string(),
        entry.client.agent.clone(),
        entry.correlation.to_string(),
        person.object_id.to_string(),
        person.name.clone(),
        person.upn.clone(),
        text("member"),
        text("none"),
        text(incoming(entry)),
        text(entry.client.protocol),
        token,
        text("none"),
        text("none"),
        text("none"),
        String::new(),
        text(entry.client.app.name),
        text(entry.client.app.id),
        String::new(),
        text(entry.resource().name),
        text(entry.resource().id),
        tenant.clone(),
        String::new(),
        tenant,
        String::new(),
    ]
}

/// `IP address` to `Federated Token Issuer`.
fn portal_outcome(world: &World, entry: &SignIn) -> Vec<String> {
    let place = &entry.place;
    let managed = if entry.client.device.is_some() { "True" } else { "False" };
    let status = match entry.code {
        0 => "Success",
        50074 | 65001 => "Interrupted",
        _ => "Failure",
    };
    let shown = match incoming(entry) {
        "primaryRefreshToken" => "Primary refresh token",
        "refreshToken" => "Refresh token",
        _ => "None",
    };
    let multi = requirement(entry) == "multiFactorAuthentication";
    let text = str::to_owned;
    vec![
        place.ip.clone(),
        format!("{}, {}, {}", place.city, place.state, place.country),
        text(status),
        if entry.code == 0 { String::new() } else { entry.code.to_string() },
        text(failure_reason(entry.code)),
        text(entry.client.kind),
        entry.client.device.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default(),
        entry.client.browser.clone(),
        text(entry.client.os),
        text(managed),
        text(managed),
        text(if managed == "True" { "Azure AD joined" } else { "" }),
        text(additional_details(entry).unwrap_or_default()),
        text(if entry.factor == Factor::Passed { "Mobile app notification" } else { "" }),
        String::new(),
        text(if multi { "Multifactor authentication" } else { "Single-factor authentication" }),
        world.person(entry.who).upn.clone(),
        entry.session.map(|session| session.to_string()).unwrap_or_default(),
        String::new(),
        text("False"),
        String::new(),
        place.asn.to_string(),
        text("False"),
        text("Azure AD"),
        text(shown),
        String::new(),
        (90 + entry.id.0 % 389).to_string(),
        text("Not Applied"),
        text("None"),
        String::new(),
        String::new(),
        String::new(),
    ]
}
