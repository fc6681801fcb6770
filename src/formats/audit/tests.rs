//! Tests of the shared reader, on small records of our own.

use super::*;
use crate::events::{Detail, Family, Mfa, Protocol, Right, RuleChange, TimeRules, link, message_link};
use crate::evidence::Doc;

/// Reads one record; panics unless it becomes one event.
fn read(json: &str) -> Batch {
    read_with(json, &Fallback::default())
}

fn read_with(json: &str, fallback: &Fallback<'_>) -> Batch {
    let mut doc = Doc::new();
    doc.parse(json).unwrap();
    let mut out = Batch::new(TimeRules::default());
    read_record(doc.root(), RecordAt::default(), fallback, &mut out);
    assert_eq!(out.events.len(), 1, "{json}");
    out
}

fn event(out: &Batch) -> Event {
    out.events[0]
}

fn detail(out: &Batch) -> &Detail {
    &out.details[out.events[0].detail as usize - 1]
}

fn name(out: &Batch, id: crate::events::Principal) -> &str {
    out.names.get(id)
}

fn text(out: &Batch, id: crate::events::Str) -> &str {
    out.text.get(id)
}

const SIGN_IN: &str = r#"{"CreationTime":"2023-09-26T01:52:34","Id":"445945de-2d4f-4816-a71e-d3c0eff10500","Operation":"UserLoggedIn",
 "OrganizationId":"11111111-0000-4000-8000-000000000001","RecordType":15,"ResultStatus":"Success","UserKey":"22222222-0000-4000-8000-000000000001",
 "UserType":0,"Workload":"AzureActiveDirectory","ClientIP":"185.73.124.135","ObjectId":"00000002-0000-0ff1-ce00-000000000000","UserId":"DebraB@Example.com",
 "ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Redirect"},{"Name":"UserAgent","Value":"Mozilla/5.0 (X11)"},{"Name":"RequestType","Value":"OAuth2:Authorize"}],
 "Actor":[{"ID":"22222222-0000-4000-8000-000000000001","Type":0},{"ID":"DebraB@Example.com","Type":5}],"ActorIpAddress":"185.73.124.135",
 "InterSystemsId":"33333333-0000-4000-8000-000000000001","IntraSystemId":"445945de-2d4f-4816-a71e-d3c0eff10500",
 "ApplicationId":"89BEE1F7-5e6e-4d8a-9f3d-ecd601259da7","DeviceProperties":[{"Name":"OS","Value":"MacOs"},{"Name":"SessionId","Value":"9dfdecb6-59a0-4714-846e-86c0fc911104"}],"ErrorNumber":"0"}"#;

#[test]
fn a_sign_in_meets_the_entra_log_and_the_acts_of_its_token() {
    let out = read(SIGN_IN);
    let e = event(&out);
    assert_eq!((e.action, e.outcome, e.family), (Action::SignIn, Outcome::Success, Family::Audit));
    assert_eq!(e.time.rfc3339(0), "2023-09-26T01:52:34Z");
    assert_eq!(out.keys[0].0, Key::of(KeyKind::SignIn, "445945de-2d4f-4816-a71e-d3c0eff10500"));
    assert_eq!(Some(e.token), token_link("3kVZRE8tFkinHtPA7_EFAA"));
    assert_eq!(e.link, link("33333333-0000-4000-8000-000000000001"));
    assert_eq!(text(&out, e.session), "9dfdecb6-59a0-4714-846e-86c0fc911104");
    assert_eq!(text(&out, e.app), "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7");
    assert_eq!(text(&out, e.agent), "Mozilla/5.0 (X11)");
    let pair = (out.names.find("debrab@example.com").unwrap(), out.names.find("22222222-0000-4000-8000-000000000001").unwrap());
    assert!(out.same.contains(&pair));
}

#[test]
fn the_outcome_of_a_sign_in_comes_from_operation_and_code_and_never_from_the_status() {
    let sign_in = |operation: &str, code: &str, agent: &str| {
        let json = SIGN_IN
            .replace("UserLoggedIn", operation)
            .replace(r#""ErrorNumber":"0""#, &format!(r#""ErrorNumber":"{code}""#))
            .replace("Mozilla/5.0 (X11)", agent);
        read(&json)
    };
    let out = sign_in("UserLoginFailed", "50126", "BAV2ROPC");
    assert_eq!((event(&out).outcome, event(&out).code), (Outcome::Failure, 50126));
    assert!(matches!(detail(&out), Detail::SignIn(facts) if facts.password == Some(false) && facts.protocol == Protocol::Ropc));
    let out = sign_in("UserLoginFailed", "500121", "x");
    assert_eq!(event(&out).outcome, Outcome::Failure);
    assert!(matches!(detail(&out), Detail::SignIn(facts) if facts.password == Some(true) && facts.mfa == Mfa::Denied));
    assert_eq!(event(&sign_in("UserLoggedIn", "50140", "x")).outcome, Outcome::Interrupted);
    assert_eq!(event(&sign_in("UserLoginFailed", "50058", "x")).outcome, Outcome::Interrupted);
}

#[test]
fn an_older_sign_in_is_known_by_its_intra_system_id_and_its_named_error() {
    let json = SIGN_IN
        .replace(r#""Id":"445945de-2d4f-4816-a71e-d3c0eff10500""#, r#""Id":"e1717ca5-c13e-4382-ad7e-4864faa11e85""#)
        .replace(r#","ErrorNumber":"0""#, r#","LogonError":"InvalidUserNameOrPassword""#)
        .replace("UserLoggedIn", "UserLoginFailed");
    let out = read(&json);
    assert_eq!(event(&out).code, 50126);
    assert_eq!(out.keys[0].0, Key::of(KeyKind::SignIn, "445945de-2d4f-4816-a71e-d3c0eff10500"));
}

fn mailbox(operation: &str, rest: &str) -> String {
    format!(
        r#"{{"CreationTime":"2024-01-02T03:04:05","Id":"44444444-0000-4000-8000-000000000001","Operation":"{operation}","RecordType":2,"ResultStatus":"Succeeded","UserKey":"1003200126677019","Workload":"Exchange","UserId":"A.User@example.com","LogonUserSid":"S-1-5-21-1376570662-3565232716-1187618197-25554819","MailboxGuid":"654c1387-07a5-4863-9cf8-dd26ab19e4da","MailboxOwnerSid":"S-1-5-21-1376570662-3565232716-1187618197-25554819","MailboxOwnerUPN":"a.user@example.com",{rest}}}"#
    )
}

#[test]
fn a_bind_lists_its_messages_and_a_sync_stands_for_a_folder() {
    let out = read(&mailbox(
        "MailItemsAccessed",
        r#""UserType":0,"LogonType":0,"ClientIPAddress":"2001:db8::1","ClientIP":"1.2.3.4","ClientInfoString":"Client=OWA;Mozilla/5.0;",
        "OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"True"}],"OperationCount":2,
        "Folders":[{"Path":"\\Inbox","FolderItems":[{"InternetMessageId":"<a@b>"},{"InternetMessageId":"<c@d>"}]}]"#,
    ));
    let e = event(&out);
    assert_eq!((e.action, e.count, e.actor), (Action::MailRead, 2, e.target));
    assert!(e.flags.has(Flags::THROTTLED) && !e.flags.has_any(Flags::SYNC | Flags::DELEGATE | Flags::BACKGROUND));
    assert_eq!(out.ips.get(e.ip), "2001:db8::1");
    let Detail::Items(items) = detail(&out) else { panic!() };
    let links: Vec<u64> = out.items[items.start as usize..].iter().map(|item| item.link).collect();
    assert_eq!((items.len, links), (2, vec![message_link("<a@b>"), message_link("<c@d>")]));
    assert_eq!(text(&out, items.folder), "\\Inbox");
    let out = read(&mailbox(
        "MailItemsAccessed",
        r#""LogonType":2,"OperationProperties":[{"Name":"MailAccessType","Value":"Sync"}],"ClientInfoString":"Client=REST;Client=RESTSystem;;","ClientIPAddress":"2603:10a6:10:2e::9",
        "Item":{"ParentFolder":{"Path":"Not Available","Name":"Inbox"}}"#,
    ));
    assert!(event(&out).flags.has(Flags::SYNC | Flags::BACKGROUND | Flags::DELEGATE));
    assert!(matches!(detail(&out), Detail::Items(items) if text(&out, items.folder) == "Inbox"));
}

#[test]
fn an_application_that_uses_rest_from_its_own_address_is_no_background() {
    for operation in ["Send", "MailItemsAccessed"] {
        let out = read(&mailbox(
            operation,
            r#""UserType":0,"ClientInfoString":"Client=REST;Client=RESTSystem;;","ClientIPAddress":"203.0.113.9""#,
        ));
        assert!(!event(&out).flags.has(Flags::BACKGROUND), "{operation}");
    }
}

#[test]
fn an_application_in_its_own_right_is_not_the_mailbox_owner() {
    let app = r#""UserType":5,"LogonType":0,"ClientAppId":"ea0056b2-87ac-4765-ba13-e2768da6fba7","AppAccessContext":{"UniqueTokenId":"445945de-2d4f-4816-a71e-d3c0eff10500"}"#;
    let out = read(&mailbox("MailItemsAccessed", app));
    let e = event(&out);
    assert!(e.flags.has(Flags::APP_ONLY) && !e.flags.has(Flags::DELEGATE));
    assert_eq!((name(&out, e.actor), name(&out, e.target)), ("ea0056b2-87ac-4765-ba13-e2768da6fba7", "a.user@example.com"));
    assert_eq!(e.token, link("445945de-2d4f-4816-a71e-d3c0eff10500"));
    let keyed = mailbox("Send", r#""UserType":0,"AppId":"ea0056b2-87ac-4765-ba13-e2768da6fba7""#)
        .replace("1003200126677019", "ea0056b2-87ac-4765-ba13-e2768da6fba7");
    assert!(event(&read(&keyed)).flags.has(Flags::APP_ONLY));
}

#[test]
fn a_mail_sent_joins_its_trace_and_names_its_attachments() {
    let out = read(&mailbox(
        "SendAs",
        r#""LogonType":2,"SendAsUserSmtp":"info@example.com","Item":{"Subject":"Invoice","InternetMessageId":"<x@y>","Attachments":"Credit (1).html (20b)","Recipients":[{"Address":"b@example.org"},{"Address":"c@example.org"}]}"#,
    ));
    let e = event(&out);
    assert_eq!((e.action, e.count, e.link), (Action::MailSent, 2, message_link("x@y")));
    assert!(e.flags.has(Flags::HAS_ATTACHMENT | Flags::DELEGATE));
    let Detail::Mail(mail) = detail(&out) else { panic!() };
    assert_eq!((mail.attachments.as_slice(), name(&out, mail.sent_as)), (&["Credit (1).html".to_owned()][..], "info@example.com"));
    assert_eq!(text(&out, e.object), "Invoice");
}

#[test]
fn deletions_count_their_items_and_owners_are_linked() {
    let out = read(&mailbox(
        "HardDelete",
        r#""AffectedItems":[{"Subject":"a"},{"InternetMessageId":"<b@c>"},{}],"Folder":{"Path":"\\Deleted Items"}"#,
    ));
    assert_eq!((event(&out).action, event(&out).count), (Action::MailDeleted, 3));
    let owner = out.names.find("a.user@example.com").unwrap();
    assert!(out.same.contains(&(owner, out.names.find("654c1387-07a5-4863-9cf8-dd26ab19e4da").unwrap())));
}

fn cmdlet(operation: &str, object: &str, parameters: &str) -> String {
    format!(
        r#"{{"CreationTime":"2024-01-02T03:04:05","Id":"55555555-0000-4000-8000-000000000001","Operation":"{operation}","RecordType":1,"ResultStatus":"True","UserKey":"1003200126677019","UserType":2,"Workload":"Exchange","ClientIP":"62.149.20.10:62589","ObjectId":"{object}","UserId":"A.User@example.com","Parameters":{parameters}}}"#
    )
}

#[test]
fn a_rule_is_read_with_its_conditions_and_actions() {
    let out = read(&cmdlet(
        "New-InboxRule",
        r"EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/x.onmicrosoft.com/A.User\\.",
        r#"[{"Name":"AlwaysDeleteOutlookRulesBlob","Value":"False"},{"Name":"Name","Value":"."},{"Name":"SubjectOrBodyContainsWords","Value":"invoice;payment"},{"Name":"MoveToFolder","Value":"RSS Subscriptions"},{"Name":"MarkAsRead","Value":"True"},{"Name":"ForwardTo","Value":"a@evil.example;b@evil.example"},{"Name":"HasAttachment","Value":"False"}]"#,
    ));
    let e = event(&out);
    assert_eq!((e.action, e.target, text(&out, e.object)), (Action::MailboxRule, e.actor, "."));
    let Detail::Rule(rule) = detail(&out) else { panic!() };
    assert_eq!((rule.change, rule.move_to.as_deref()), (RuleChange::New, Some("RSS Subscriptions")));
    assert!(rule.marks_read && rule.silent_flags && !rule.deletes && !rule.lost);
    assert_eq!(rule.conditions, [("SubjectOrBodyContainsWords".to_owned(), "invoice;payment".to_owned())]);
    assert_eq!(rule.forward_to.len(), 2);
    let out = read(&cmdlet("New-InboxRule", r"x/f757cb79-dd91-4555-a45e-520c2525d932\\2", r#"[{"Name":"Name","Value":"2"}]"#));
    let Detail::Rule(rule) = detail(&out) else { panic!() };
    assert_eq!((rule.name.as_str(), rule.id), ("2", None), "a name that is a number is no identity");
    let out = read(&cmdlet(
        "Remove-InboxRule",
        "x",
        r#"[{"Name":"Identity","Value":"c5cd700d-a757-4b16-9c5d-b163fdd0d395\\170560021103616537"}]"#,
    ));
    let Detail::Rule(rule) = detail(&out) else { panic!() };
    assert_eq!((rule.change, rule.id), (RuleChange::Remove, Some(170_560_021_103_616_537)));
    assert_eq!(name(&out, event(&out).target), "c5cd700d-a757-4b16-9c5d-b163fdd0d395");
}

#[test]
fn rules_of_outlook_and_of_ews_are_read_out_of_their_json_texts() {
    let rule = |properties: &str| match detail(&read(&mailbox("UpdateInboxRules", &format!(r#""OperationProperties":{properties}"#)))) {
        Detail::Rule(rule) => rule.clone(),
        other => panic!("{other:?}"),
    };
    let outlook = rule(
        r#"[{"Name":"RuleOperation","Value":"AddMailboxRule"},{"Name":"RuleId","Value":"-6533569019443030481"},{"Name":"RuleState","Value":"Enabled, ExitAfterExecution"},{"Name":"RuleCondition","Value":"{(SubString IgnoreCase(SubjectProperty)=WHAM)}"},{"Name":"RuleName"},{"Name":"RuleActions","Value":"[{\"ActionType\":\"Forward\",\"Recipients\":[\"a@evil.example\"]}]"}]"#,
    );
    assert_eq!((outlook.change, outlook.id), (RuleChange::New, Some(11_913_175_054_266_521_135)));
    assert_eq!((outlook.forward_to.as_slice(), outlook.stops, outlook.lost), (&["a@evil.example".to_owned()][..], true, false));
    assert_eq!(outlook.conditions[0], ("SubjectContainsWords".to_owned(), "WHAM".to_owned()));
    let empty = rule(
        r#"[{"Name":"RuleOperation","Value":"ModifyMailboxRule"},{"Name":"RuleId","Value":"5"},{"Name":"RuleState"},{"Name":"RuleCondition","Value":"{}"},{"Name":"RuleActions","Value":"[]"}]"#,
    );
    assert!(empty.lost && empty.change == RuleChange::Set);
    let ews = rule(
        r#"[{"Name":"RuleOperation","Value":"Create"},{"Name":"Name","Value":"x"},{"Name":"ServerRule","Value":"{\"Actions\":[{\"ActionType\":\"RedirectToRecipientsAction\",\"Recipients\":[{\"Values\":[{\"Value\":\"b@evil.example\"}]}]},{\"ActionType\":\"DeleteAction\"}]}"}]"#,
    );
    assert_eq!(
        (ews.change, ews.name.as_str(), ews.redirect_to.as_slice(), ews.deletes),
        (RuleChange::New, "x", &["b@evil.example".to_owned()][..], true)
    );
}

#[test]
fn forwarding_and_rights_are_read_from_cmdlets() {
    let out = read(&cmdlet(
        "Set-Mailbox",
        "Someone",
        r#"[{"Name":"Identity","Value":"Someone"},{"Name":"ForwardingSmtpAddress","Value":"smtp:X@Evil.example"},{"Name":"DeliverToMailboxAndForward","Value":"True"}]"#,
    ));
    assert_eq!((event(&out).action, name(&out, event(&out).target)), (Action::Forwarding, "someone"));
    assert!(matches!(detail(&out), Detail::Forwarding(f) if f.smtp.as_deref() == Some("x@evil.example") && f.keeps_copy == Some(true)));
    let out = read(&cmdlet("Set-Mailbox", "Someone", r#"[{"Name":"ForwardingSmtpAddress","Value":""}]"#));
    assert!(event(&out).flags.has(Flags::REMOVAL) && event(&out).action == Action::Forwarding);
    let out = read(&cmdlet(
        "Add-MailboxPermission",
        "x",
        r#"[{"Name":"Identity","Value":"F.COM/Hosted/x.onmicrosoft.com/AdeleV"},{"Name":"User","Value":"F.COM/Hosted/x.onmicrosoft.com/A.User"},{"Name":"AccessRights","Value":"FullAccess"}]"#,
    ));
    let Detail::Permission(permission) = detail(&out) else { panic!() };
    assert_eq!((permission.right, permission.trustee, name(&out, event(&out).target)), (Right::FullAccess, event(&out).actor, "adelev"));
    let out = read(&cmdlet("New-TransportRule", "", r#"[{"Name":"Name","Value":"."},{"Name":"BlindCopyTo","Value":"x@evil.example"}]"#));
    assert_eq!((event(&out).action, text(&out, event(&out).object)), (Action::TransportRule, "."));
    let out = read(&cmdlet("Set-Mailbox", "x", r#"[{"Name":"Identity","Value":"x"}]"#).replace(r#""UserType":2"#, r#""UserType":3"#));
    assert!(event(&out).flags.has(Flags::SERVICE));
}

fn directory(operation: &str, user: &str, object: &str, rest: &str) -> String {
    format!(
        r#"{{"CreationTime":"2024-01-02T03:04:05","Id":"66666666-0000-4000-8000-000000000001","Operation":"{operation}","RecordType":8,"ResultStatus":"Success","UserType":0,"Workload":"AzureActiveDirectory","ObjectId":"{object}","UserId":"{user}","InterSystemsId":"14fa2d1f-d716-4d56-ae6b-492417a82e2b",{rest}}}"#
    )
}

#[test]
fn a_consent_tells_application_scopes_and_reach() {
    let out = read(&directory(
        "Consent to application.",
        "a.user@example.com",
        "ea0056b2-87ac-4765-ba13-e2768da6fba7",
        r#""ExtendedProperties":[{"Name":"additionalDetails","Value":"{\"User-Agent\":\"EvoSTS\"}"}],"ModifiedProperties":[{"Name":"ConsentContext.IsAdminConsent","NewValue":"True"},{"Name":"ConsentContext.OnBehalfOfAll","NewValue":"False"},{"Name":"ConsentAction.Permissions","NewValue":"[] => [[Id: x, ConsentType: Principal, Scope:  offline_access Mail.Read, CreatedDateTime: ]]; "}],"Actor":[{"ID":"a.user@example.com","Type":5},{"ID":"1003200126677019","Type":3},{"ID":"User_40123ae1-dfb1-4224-95c6-edd2500c27f7","Type":2}],"Target":[{"ID":"ServicePrincipal_7c2b7975-fded-4a38-b0cb-6dd006f3400a","Type":2},{"ID":"PerfectData","Type":1},{"ID":"EA0056b2-87ac-4765-ba13-e2768da6fba7","Type":4}]"#,
    ));
    let e = event(&out);
    assert_eq!((e.action, e.link, e.target.is_some()), (Action::Consent, link("14fa2d1f-d716-4d56-ae6b-492417a82e2b"), false));
    let Detail::Consent(consent) = detail(&out) else { panic!() };
    assert_eq!((consent.app_name.as_str(), consent.app_id.as_str()), ("PerfectData", "ea0056b2-87ac-4765-ba13-e2768da6fba7"));
    assert_eq!(consent.scopes, ["offline_access", "Mail.Read"]);
    assert!(!consent.tenant_wide);
    let user = out.names.find("a.user@example.com").unwrap();
    assert!(out.same.contains(&(user, out.names.find("40123ae1-dfb1-4224-95c6-edd2500c27f7").unwrap())));
    assert_eq!((text(&out, e.object), text(&out, e.agent)), ("PerfectData", "EvoSTS"));
}

#[test]
fn a_role_given_to_a_group_says_to_which() {
    let rest = r#""ModifiedProperties":[{"Name":"Role.DisplayName","NewValue":"Global Administrator","OldValue":""}],"Target":[{"ID":"Group_B50379C5-9C7E-48C7-BD69-FE825B7A4F35","Type":2},{"ID":"b50379c5-9c7e-48c7-bd69-fe825b7a4f35","Type":2},{"ID":"Group","Type":2},{"ID":"Exchange Security","Type":1}]"#;
    let out = read(&directory("Add member to role.", "admin@example.com", "Group_b50379c5-9c7e-48c7-bd69-fe825b7a4f35", rest));
    assert!(event(&out).target.is_none(), "a group is no account");
    let Detail::Change(change) = detail(&out) else { panic!("no change") };
    let holder = change.holder.as_ref().unwrap();
    let told = (holder.class.as_str(), holder.name.as_str(), holder.id.as_str());
    assert_eq!(told, ("Group", "Exchange Security", "b50379c5-9c7e-48c7-bd69-fe825b7a4f35"));
}

#[test]
fn directory_changes_fall_into_the_closed_list() {
    for (operation, action, aspect) in [
        ("Update application \u{2013} Certificates and secrets management ", Action::App, "app-credential"),
        ("Add service principal credentials.", Action::App, "app-credential"),
        ("Add owner to application.", Action::App, "owner"),
        ("Add member to role.", Action::RoleChange, "role"),
        ("Add eligible member to role.", Action::RoleChange, "role"),
        ("Add service principal.", Action::App, "service-principal"),
        ("Reset user password.", Action::Credential, "password"),
        ("Update StsRefreshTokenValidFrom Timestamp.", Action::Credential, "sessions-revoked"),
        ("Disable account.", Action::AccountChange, "user"),
        ("Add registered owner to device.", Action::Device, "device"),
        ("Set federation settings on domain.", Action::PolicyChange, "policy"),
        ("Disable Strong Authentication.", Action::Mfa, "mfa-method"),
        ("Add user.", Action::AccountChange, "user"),
    ] {
        let out = read(&directory(operation, "admin@example.com", "v@example.com", r#""Target":[{"ID":"v@example.com","Type":5}]"#));
        assert_eq!(event(&out).action, action, "{operation}");
        assert!(matches!(detail(&out), Detail::Change(change) if change.aspect == aspect && !change.by_self), "{operation}");
        assert_eq!(name(&out, event(&out).target), "v@example.com", "{operation}");
    }
}

#[test]
fn a_new_mfa_method_is_the_persons_and_a_refreshed_app_is_none() {
    let update = |old: &str, new: &str| {
        read(&directory(
            "Update user.",
            "ServicePrincipal_77bc0424-9bb0-447c-be9e-669ca1f1cc69",
            "v@example.com",
            &format!(
                r#""ModifiedProperties":[{{"Name":"StrongAuthenticationPhoneAppDetail","NewValue":"{new}","OldValue":"{old}"}}],"Target":[{{"ID":"v@example.com","Type":5}}]"#
            ),
        ))
    };
    let added = update("[]", r#"[\r\n {\"DeviceName\":\"Pixel 6\"}\r\n]"#);
    assert_eq!((event(&added).action, name(&added, event(&added).actor)), (Action::Mfa, "v@example.com"));
    assert!(!event(&added).flags.has(Flags::SERVICE));
    let refreshed = update(r#"[{\"PhoneAppVersion\":\"1\"}]"#, r#"[{\"PhoneAppVersion\":\"2\"}]"#);
    assert_eq!(event(&refreshed).action, Action::AccountChange);
    assert!(event(&refreshed).flags.has(Flags::SERVICE));
}

fn sharepoint(operation: &str, rest: &str) -> Batch {
    read(&format!(
        r#"{{"CreationTime":"2024-01-02T03:04:05","Id":"77777777-0000-4000-8000-000000000001","Operation":"{operation}","RecordType":6,"UserType":0,"Workload":"OneDrive","ClientIP":"1.2.3.4","UserId":"a@example.com","ObjectId":"https://x.sharepoint.com/Documents/Pay roll.xlsx","SourceFileName":"Pay roll.xlsx",{rest}}}"#
    ))
}

#[test]
fn files_are_read_changed_and_shared_and_previews_are_background() {
    let read = sharepoint("FileDownloaded", r#""UserAgent":"Mozilla/5.0""#);
    assert_eq!(
        (event(&read).action, event(&read).outcome, text(&read, event(&read).object)),
        (Action::FileRead, Outcome::Success, "Pay roll.xlsx")
    );
    assert!(!event(&read).flags.has(Flags::BACKGROUND));
    assert!(event(&sharepoint("FileAccessed", r#""UserAgent":"ODMTADocCache/0.0""#)).flags.has(Flags::BACKGROUND));
    assert!(event(&sharepoint("FilePreviewed", r#""DoNotDistributeEvent":true"#)).flags.has(Flags::BACKGROUND));
    assert_eq!(event(&sharepoint("FileRecycled", r#""X":1"#)).action, Action::FileChanged);
    let shared = sharepoint(
        "AddedToSecureLink",
        r#""TargetUserOrGroupName":"jo_out.example#ext#@x.onmicrosoft.com","TargetUserOrGroupType":"Guest""#,
    );
    assert_eq!((event(&shared).action, name(&shared, event(&shared).target)), (Action::FileShared, "jo@out.example"));
    let search = sharepoint("SearchQueryPerformed", r#""EventData":"<Query>invoice</Query>""#);
    assert_eq!((event(&search).action, text(&search, event(&search).object)), (Action::Search, "invoice"));
}

#[test]
fn a_file_is_known_again_by_its_address_and_a_site_is_none() {
    let link_of = |operation: &str, url: &str| {
        let record =
            r#"{"CreationTime":"2024-01-02T03:04:05","Operation":"OPERATION","RecordType":6,"UserId":"a@example.com","ObjectId":"URL"}"#;
        event(&read(&record.replace("OPERATION", operation).replace("URL", url))).link
    };
    let viewed = link_of("FileAccessed", "https://example-my.example/a/Plan.docx");
    assert_eq!(viewed, link_of("FileDownloaded", "https://EXAMPLE-my.example/a/plan.docx"));
    assert_ne!(viewed, link_of("FileAccessed", "https://example-my.example/b/Plan.docx"), "the same name in another place");
    for (kind, is_none) in [("File", false), ("Folder", false), ("Web", true), ("List", true), ("Site", true), ("Field", true)] {
        let shared = event(&sharepoint("SharingInheritanceBroken", &format!(r#""ItemType":"{kind}""#)));
        assert_eq!(shared.flags.has(Flags::NO_FILE), is_none, "{kind}");
    }
}

#[test]
fn an_item_without_message_id_is_known_again_by_its_immutable_id() {
    let item = r#""Folders":[{"Path":"\\Inbox","FolderItems":[{"ImmutableId":"LgAAX=","Id":"RgAA1"}]}]"#;
    let (one, two) = (read(&mailbox("MailItemsAccessed", item)), read(&mailbox("MailItemsAccessed", item)));
    assert!(one.items[0].link != 0 && one.items == two.items);
}

#[test]
fn teams_messages_name_their_recipients() {
    let out = read(
        r#"{"CreationTime":"2024-01-02T03:04:05","Id":"88888888-0000-4000-8000-000000000001","Operation":"MessageCreatedHasLink","RecordType":25,"UserType":0,"Workload":"MicrosoftTeams","ClientIP":"::ffff:1.2.3.4","UserId":"a@example.com","MessageURLs":["https://x.example/"],"Members":[{"UPN":"A@example.com"},{"UPN":"b@example.com"},{"UPN":"c@example.com"}]}"#,
    );
    let e = event(&out);
    assert_eq!((e.action, e.count, name(&out, e.target)), (Action::Teams, 2, "b@example.com"));
    assert!(e.flags.has(Flags::HAS_LINK));
    assert_eq!(out.ips.get(e.ip), "1.2.3.4");
}

#[test]
fn an_alert_points_at_its_cause_and_a_click_is_the_persons() {
    let out = read(
        r#"{"CreationTime":"2024-01-02T03:04:05","Id":"99999999-0000-4000-8000-000000000001","Operation":"AlertTriggered","RecordType":40,"UserType":4,"UserId":"SecurityComplianceAlerts","Name":"Creation of forwarding rule","Severity":"Medium","Status":"Active","Category":"ThreatManagement","Data":"{\"f3u\":\"v@example.com\",\"reid\":\"44444444-0000-4000-8000-000000000001\"}"}"#,
    );
    assert_eq!((event(&out).action, name(&out, event(&out).target)), (Action::Alert, "v@example.com"));
    assert!(event(&out).flags.has(Flags::SERVICE));
    assert!(matches!(detail(&out), Detail::Alert { about, .. } if *about == link("44444444-0000-4000-8000-000000000001")));
    let out = read(
        r#"{"CreationTime":"2022-07-07T10:10:52","Id":"99999999-0000-4000-8000-000000000002","Operation":"TIUrlClickData","RecordType":41,"UserType":4,"UserId":"v@example.com","TimeOfClick":"2022-07-07T09:33:33","Url":"https://evil.example/","UserIp":"1.2.3.4"}"#,
    );
    assert_eq!((event(&out).time.rfc3339(0).as_str(), name(&out, event(&out).actor)), ("2022-07-07T09:33:33Z", "v@example.com"));
    assert!(!event(&out).flags.has(Flags::SERVICE) && matches!(detail(&out), Detail::Click { .. }));
}

#[test]
fn what_is_not_known_is_still_an_event_and_what_has_no_operation_is_rejected() {
    let out = read(
        r#"{"CreationTime":"2024-01-02T03:04:05Z","Id":"x","Operation":"BrandNewThing","RecordType":9999,"UserId":"a@example.com","Workload":"Novel"}"#,
    );
    assert_eq!((event(&out).action, text(&out, event(&out).operation)), (Action::Other, "BrandNewThing"));
    let mut doc = Doc::new();
    doc.parse(r#"{"Id":"x"}"#).unwrap();
    let mut out = Batch::new(TimeRules::default());
    read_record(doc.root(), RecordAt::default(), &Fallback::default(), &mut out);
    assert_eq!((out.events.len(), out.fates.len()), (0, 1));
}

#[test]
fn an_anonymised_id_alone_makes_no_duplicate() {
    let one = read(
        r#"{"CreationTime":"2024-01-02T03:04:05","Id":"ANONYMIZED","Operation":"Send","UserId":"a@example.com","Workload":"Exchange"}"#,
    );
    let other = read(
        r#"{"CreationTime":"2024-01-02T03:04:06","Id":"ANONYMIZED","Operation":"Send","UserId":"a@example.com","Workload":"Exchange"}"#,
    );
    assert_ne!(one.keys[0].0, other.keys[0].0);
}

#[test]
fn one_id_under_two_operations_is_two_records() {
    let record = |operation: &str| mailbox(operation, r#""LogonType":0"#);
    let keys = ["SoftDelete", "softdelete", "Update"].map(|operation| read(&record(operation)).keys[0].0);
    assert!(keys[0] == keys[1] && keys[0] != keys[2]);
}

#[test]
fn a_cut_record_takes_time_and_user_from_its_envelope() {
    let fallback = Fallback {
        id: Some("66666666-0000-4000-8000-000000000009"),
        time: Some("4/16/2021 12:11:35 PM"),
        user: Some("a@example.com"),
        operation: Some("Add user."),
        record_type: Some("AzureActiveDirectory"),
        local_time: false,
        flags: Flags::PARTIAL,
    };
    let out = read_with("{}", &fallback);
    assert!(event(&out).flags.has(Flags::PARTIAL));
    assert_eq!(out.pending[0].readings.day_first, None, "16 is no month");
    assert_eq!(out.pending[0].readings.month_first.unwrap().rfc3339(0), "2021-04-16T12:11:35Z");
    assert_eq!((event(&out).action, name(&out, event(&out).actor)), (Action::AccountChange, "a@example.com"));
}
