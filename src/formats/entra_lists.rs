//! Lists of the directory as it was found: users, MFA methods, roles, devices, applications.
//!
//! What they are good for: which names are one account, who is an administrator, which devices and
//! methods are known. None of their rows is an act.
//!
//! Source: exports of Microsoft-Extractor-Suite (`Output/Users`, `MFA`, `Roles`, `Admins`, `OAuthPermissions`)
//! and the Graph resources of the same names.

use super::declared::{Declared, Form};
use super::fields::{Cell, each_entry, each_field, fill, real_id};
use super::risk::known_time;
use crate::events::{Batch, Family, Principal, Reason, State, StateKind};
use crate::evidence::{Record, Value};

const fn list(
    id: &'static str,
    title: &'static str,
    required: &'static [&'static str],
    forbidden: &'static [&'static str],
    read: fn(&Record<'_>, &mut Batch),
) -> Declared {
    Declared { id, title, family: Family::Directories, form: Form::Any, required, forbidden, read }
}

/// Users of Graph, of Extractor-Suite and of the portal.
pub static USERS: Declared = list(
    "directory.users",
    "Entra users (Graph, Extractor-Suite, portal)",
    &["userprincipalname", "displayname", "id", "mail"],
    NO_LOG,
    read_user,
);

/// Users of the `AzureAD` module.
pub static USERS_AZUREAD: Declared =
    list("directory.users-azuread", "Entra users (Get-AzureADUser)", &["userprincipalname", "displayname", "objectid"], NO_LOG, read_user);

/// `userRegistrationDetails`.
pub static REGISTRATION: Declared = list(
    "directory.mfa-registration",
    "MFA registration details of users (Graph, Extractor-Suite)",
    &["userprincipalname", "ismfaregistered", "methodsregistered"],
    &[],
    read_registration,
);

/// Methods of each user as truth values.
pub static METHODS: Declared = list(
    "directory.mfa-methods",
    "MFA methods of users (Extractor-Suite)",
    &["user", "mfastatus", "fido2", "softwareoath"],
    &[],
    read_methods,
);

/// Phone numbers of each user.
pub static PHONES: Declared = list(
    "directory.mfa-phones",
    "MFA phone numbers of users (Extractor-Suite)",
    &["userprincipalname", "phonenumber", "phonetype"],
    &[],
    read_phone,
);

/// Members of roles.
pub static ROLES: Declared =
    list("directory.roles", "Members of directory roles (Extractor-Suite)", &["role", "username", "userid"], NO_LOG, read_role);

/// Assignments of Privileged Identity Management.
pub static PIM: Declared = list(
    "directory.pim",
    "Role assignments of Privileged Identity Management (Extractor-Suite)",
    &["rolename", "userprincipalname", "assignmenttype"],
    &[],
    read_role,
);

/// Devices.
pub static DEVICES: Declared = list(
    "directory.devices",
    "Entra devices (Graph, Extractor-Suite)",
    &["deviceid", "displayname", "operatingsystem", "trusttype"],
    NO_LOG,
    read_device,
);

/// Service principals, with the tenant that owns the application.
pub static SERVICE_PRINCIPALS: Declared = list(
    "directory.service-principals",
    "Service principals (Graph, Extractor-Suite)",
    &["appid", "appownerorganizationid"],
    &["ipaddress", "permission", "resulttype"],
    read_application,
);

/// Registrations of applications.
pub static APPLICATIONS: Declared = list(
    "directory.applications",
    "Application registrations (Graph, Extractor-Suite)",
    &["id", "appid", "displayname", "createddatetime"],
    &["ipaddress", "userprincipalname", "permission"],
    read_application,
);

/// Names that only logs have.
const NO_LOG: &[&str] = &["ipaddress", "createddatetime [utc]", "activitydatetime", "riskstate", "resulttype", "operation", "auditdata"];

fn read_user(record: &Record<'_>, out: &mut Batch) {
    let (mut user, mut id, mut mail, mut name, mut department, mut made) = ("", "", "", "", "", "");
    let mut proxies: Vec<&str> = Vec::new();
    each_field(record, |field, cell| match field {
        "userprincipalname" => fill(&mut user, cell),
        "id" | "objectid" => fill(&mut id, cell),
        "mail" => fill(&mut mail, cell),
        "displayname" => fill(&mut name, cell),
        "department" => fill(&mut department, cell),
        "createddatetime" => fill(&mut made, cell),
        "proxyaddresses" => match cell.nested() {
            Some(list) => proxies.extend(list.items().filter_map(Value::str)),
            None => proxies.extend(cell.str().split([';', ',', ' ', '\n'])),
        },
        _ => {}
    });
    let owner = owner(user, id, out);
    if owner.is_none() {
        out.reject(record.at, Reason("no-identity"));
        return;
    }
    let smtp = |address: &&str| address.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("smtp:"));
    for address in std::iter::once(mail).chain(proxies.into_iter().filter(smtp)).filter(|address| address.contains('@')) {
        let address = out.principal(address);
        out.same_account(owner, address);
    }
    let kind = StateKind::Account { display: name.to_owned(), shared: false, department: department.to_owned() };
    out.state(State { at: record.at, owner, changed: known_time(made), kind });
}

/// The account of a row that has a name, an id, or both.
fn owner(user: &str, id: &str, out: &mut Batch) -> Principal {
    let id = out.opt_principal(real_id(id));
    if !user.contains('@') {
        return id;
    }
    let name = out.principal(user);
    out.same_account(name, id);
    name
}

fn keep(record: &Record<'_>, owner: Principal, changed: &str, kind: StateKind, out: &mut Batch) {
    if owner.is_none() {
        out.reject(record.at, Reason("no-identity"));
    } else {
        out.state(State { at: record.at, owner, changed: known_time(changed), kind });
    }
}

fn read_registration(record: &Record<'_>, out: &mut Batch) {
    let (mut user, mut id, mut changed, mut methods) = ("", "", "", Vec::new());
    each_field(record, |field, cell| match field {
        "userprincipalname" => fill(&mut user, cell),
        "id" => fill(&mut id, cell),
        "lastupdateddatetime" => fill(&mut changed, cell),
        "methodsregistered" => match cell.nested() {
            Some(list) => methods.extend(list.items().filter_map(Value::str)),
            None => methods.extend(cell.str().split(['\n', ',', ';']).map(str::trim).filter(|method| !method.is_empty())),
        },
        _ => {}
    });
    let owner = owner(user, id, out);
    keep(record, owner, changed, StateKind::MfaMethods(methods.join(", ")), out);
}

fn read_methods(record: &Record<'_>, out: &mut Batch) {
    const METHODS: [&str; 10] = [
        "email",
        "fido2",
        "app",
        "phone",
        "softwareoath",
        "hellobusiness",
        "temporaryaccesspass",
        "certificatebasedauthconfiguration",
        "qrcodepin",
        "passkey",
    ];
    let (mut user, mut methods) = ("", Vec::new());
    each_field(record, |field, cell| {
        if field == "user" {
            fill(&mut user, cell);
        } else if let Some(method) = METHODS.iter().find(|method| **method == field && cell.flag() == Some(true)) {
            methods.push(*method);
        }
    });
    let owner = out.principal(user);
    keep(record, owner, "", StateKind::MfaMethods(methods.join(", ")), out);
}

fn read_phone(record: &Record<'_>, out: &mut Batch) {
    let (mut user, mut id, mut number, mut kind) = ("", "", "", "");
    each_field(record, |field, cell| match field {
        "userprincipalname" => fill(&mut user, cell),
        "userid" => fill(&mut id, cell),
        "phonenumber" => fill(&mut number, cell),
        "phonetype" => fill(&mut kind, cell),
        _ => {}
    });
    let owner = owner(user, id, out);
    keep(record, owner, "", StateKind::MfaMethods(format!("phone ({kind}) {number}")), out);
}

fn read_role(record: &Record<'_>, out: &mut Batch) {
    let (mut user, mut id, mut role, mut status, mut start) = ("", "", "", "", "");
    each_field(record, |field, cell| match field {
        "userprincipalname" | "username" => fill(&mut user, cell),
        "userid" => fill(&mut id, cell),
        "role" | "rolename" => fill(&mut role, cell),
        "assignmentstatus" => fill(&mut status, cell),
        "startdatetime" => fill(&mut start, cell),
        _ => {}
    });
    let owner = owner(user, id, out);
    let text = if status.is_empty() { format!("has the role {role}") } else { format!("has the role {role} ({status})") };
    keep(record, owner, start, StateKind::Other(text), out);
}

fn read_device(record: &Record<'_>, out: &mut Batch) {
    let (mut name, mut os, mut version, mut trust, mut made, mut user) = ("", "", "", "", "", "");
    each_field(record, |field, cell| match field {
        "displayname" => fill(&mut name, cell),
        "operatingsystem" => fill(&mut os, cell),
        "operatingsystemversion" | "osversion" => fill(&mut version, cell),
        "trusttype" => fill(&mut trust, cell),
        "registrationdatetime" | "createddatetime" => fill(&mut made, cell),
        "registeredowners" => registered_owner(cell, &mut user),
        "username" | "userprincipalname" => fill(&mut user, cell),
        _ => {}
    });
    let owner = out.opt_principal(Some(user).filter(|user| user.contains('@')));
    let text = format!("{name} ({})", [os, version, trust].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "));
    out.state(State { at: record.at, owner, changed: known_time(made), kind: StateKind::Device(text) });
}

fn registered_owner<'a>(cell: Cell<'a>, user: &mut &'a str) {
    match cell.nested().and_then(|owners| owners.items_or_self().next()) {
        Some(first) => each_entry(first, |field, cell| {
            if field == "userprincipalname" {
                fill(user, cell);
            }
        }),
        None => fill(user, cell),
    }
}

fn read_application(record: &Record<'_>, out: &mut Batch) {
    let (mut app_id, mut name, mut organisation, mut made) = ("", "", "", "");
    each_field(record, |field, cell| match field {
        "appid" => fill(&mut app_id, cell),
        "appdisplayname" | "displayname" => fill(&mut name, cell),
        "appownerorganizationid" => fill(&mut organisation, cell),
        "createddatetime" => fill(&mut made, cell),
        _ => {}
    });
    let of = if organisation.is_empty() { String::new() } else { format!(", of the tenant {organisation}") };
    let text = format!("application {name} ({}){of}", app_id.to_ascii_lowercase());
    out.state(State { at: record.at, owner: Principal::NONE, changed: known_time(made), kind: StateKind::Other(text) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::{read_csv, read_json};

    #[test]
    fn a_user_joins_his_name_id_and_addresses() {
        let out = read_json(
            &USERS,
            r#"{"id":"11111111-2222-3333-4444-555555555555","displayName":"Ana","userPrincipalName":"ana@example.com","mail":"ana.old@example.com","department":"Finance","proxyAddresses":["SMTP:ana.old@example.com","smtp:a@example.onmicrosoft.com","x500:/o=x"]}"#,
        );
        assert_eq!(out.same.len(), 4);
        assert!(
            matches!(&out.states[0].kind, StateKind::Account { display, department, shared: false } if display == "Ana" && department == "Finance")
        );
        assert!(out.names.find("a@example.onmicrosoft.com").is_some() && out.names.find("x500:/o=x").is_none());
    }

    #[test]
    fn methods_come_from_lists_lines_and_truth_values() {
        let lines = read_csv(
            &REGISTRATION,
            "id,userPrincipalName,isMfaRegistered,methodsRegistered\n1,ana@example.com,True,\"mobilePhone\nsoftwareOneTimePasscode\"\n",
        );
        let flags = read_csv(
            &METHODS,
            "user,MFAstatus,email,fido2,app,password,phone,softwareoath\nana@example.com,Enabled,False,True,True,True,False,False\n",
        );
        let methods = |out: &Batch| match &out.states[0].kind {
            StateKind::MfaMethods(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!((methods(&lines).as_str(), methods(&flags).as_str()), ("mobilePhone, softwareOneTimePasscode", "fido2, app"));
    }

    #[test]
    fn devices_roles_and_applications_are_listed() {
        let device = read_json(
            &DEVICES,
            r#"{"id":"d","deviceId":"e","displayName":"DESKTOP-1","operatingSystem":"Windows","operatingSystemVersion":"10.0.19045.2006","trustType":"AzureAd","registeredOwners":[{"userPrincipalName":"ana@example.com"}]}"#,
        );
        assert!(matches!(&device.states[0].kind, StateKind::Device(name) if name == "DESKTOP-1 (Windows, 10.0.19045.2006, AzureAd)"));
        assert_eq!(device.names.get(device.states[0].owner), "ana@example.com");
        let role = read_csv(&ROLES, "Role,UserName,UserId\nGlobal Administrator,ana@example.com,11111111-2222-3333-4444-555555555555\n");
        assert!(matches!(&role.states[0].kind, StateKind::Other(text) if text.contains("Global Administrator")));
        let app = read_json(
            &SERVICE_PRINCIPALS,
            r#"{"appId":"946C777C-bc85-489e-b034-392389ae23d6","displayName":"Spike","appOwnerOrganizationId":"o"}"#,
        );
        assert!(matches!(&app.states[0].kind, StateKind::Other(text) if text.contains("Spike (946c777c")));
    }

    #[test]
    fn a_row_that_names_nobody_is_refused() {
        let out = read_csv(&PHONES, "UserPrincipalName,UserId,PhoneNumber,PhoneType\n,,+1 555 0100,mobile\n");
        assert!(out.states.is_empty());
    }
}
