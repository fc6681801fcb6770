//! The plan of the sample reports, and hostile names through both of its forms.

use super::*;
use crate::remaining::Identity;
use crate::report::samples;

#[allow(clippy::unnecessary_wraps, reason = "the fields that it fills need not be there")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn item(kind: Kind, identity: Identity) -> Remaining {
    Remaining {
        kind: kind.name().to_owned(),
        summary: "a thing".to_owned(),
        status: "in-place".to_owned(),
        origin: "intruder".to_owned(),
        made_by: text("a.adams@example.com"),
        since: text("2022-02-09T14:45:07Z"),
        identity: Identity { of: text("a.adams@example.com"), ..identity },
        evidence: vec!["i0:1".to_owned()],
        ..Remaining::default()
    }
}

/// The plan for a report with this one thing at the first account.
fn plan_with(item: Remaining) -> Plan {
    let mut report = samples::cascade();
    report.accounts.truncate(1);
    report.accounts[0].remaining.retain(|known| known.kind == "session");
    report.accounts[0].remaining.push(item);
    Plan::of(&report)
}

fn lines(plan: &Plan, does: Does) -> Vec<&str> {
    let all = plan.steps.iter().flat_map(|step| &step.commands);
    all.filter(|(what, _)| *what == does).map(|(_, command)| command.as_str()).collect()
}

#[track_caller]
fn changes(item: Remaining, expected: &str) {
    let plan = plan_with(item);
    let got = lines(&plan, Does::Change);
    assert!(got.contains(&expected), "{expected}\nis not in\n{}", got.join("\n"));
}

#[test]
fn access_is_cut_before_anything_else_and_given_back_last() {
    let plan = Plan::of(&samples::cascade());
    let phases: Vec<Phase> = plan.steps.iter().map(|step| step.phase).collect();
    assert!(phases.is_sorted());
    let first: Vec<(&str, &str)> = plan.steps.iter().take(9).map(|step| (step.action, step.what.split('@').next().unwrap())).collect();
    let (a, b, c) = ("a.adams", "b.brown", "c.clark");
    let all = |action: &'static str| [a, b, c].map(|who| (action, who));
    let expected = [all("Block sign-in of"), all("Revoke the sessions of"), all("Reset the password of")].concat();
    assert_eq!(first, expected, "each measure for all accounts before the next");
    let block = "Update-MgUser -UserId 'a.adams@example.com' -AccountEnabled:$false";
    assert_eq!(
        plan.steps[0].commands,
        [(Does::Change, Command::new("Update-MgUser -UserId {} -AccountEnabled:$false", &["a.adams@example.com"]))]
    );
    assert_eq!(plan.steps[0].commands[0].1.as_str(), block);
    assert!(plan.steps.iter().any(|step| step.phase == Phase::Hygiene && step.action == "Give back"));
}

#[test]
fn each_kind_has_the_command_for_exactly_that_thing() {
    let named = |name: &str| Identity { name: text(name), ..Identity::default() };
    changes(
        item(Kind::InboxRule, Identity { id: text("16432106147457866113"), ..named(".") }),
        "Remove-InboxRule -Mailbox 'a.adams@example.com' -Identity '16432106147457866113' -Confirm:$false",
    );
    changes(
        item(Kind::InboxRule, named("it's")),
        "Get-InboxRule -Mailbox 'a.adams@example.com' -IncludeHidden | Where-Object { $_.Name -ceq 'it''s' } | ForEach-Object { Remove-InboxRule -Mailbox 'a.adams@example.com' -Identity $_.RuleIdentity -Confirm:$false }",
    );
    changes(
        item(Kind::Forwarding, Identity { address: text("x@example.net"), ..Identity::default() }),
        "Set-Mailbox -Identity 'a.adams@example.com' -ForwardingSmtpAddress $null -ForwardingAddress $null -DeliverToMailboxAndForward $false",
    );
    let right = |right: &str, rights: &str| Identity {
        trustee: text("x@example.com"),
        right: text(right),
        rights: text(rights),
        ..Identity::default()
    };
    changes(
        item(Kind::Permission, right("send-as", "SendAs")),
        "Remove-RecipientPermission -Identity 'a.adams@example.com' -Trustee 'x@example.com' -AccessRights SendAs -Confirm:$false",
    );
    changes(
        item(Kind::Permission, right("folder", "Editor on \\Inbox\\Deals")),
        "Remove-MailboxFolderPermission -Identity 'a.adams@example.com:\\Inbox\\Deals' -User 'x@example.com' -Confirm:$false",
    );
    changes(
        item(Kind::AppGrant, Identity { app_id: text("946c777c-bc85-489e-b034-392389ae23d6"), ..named("Spike") }),
        "$client = (Get-MgServicePrincipal -Filter 'appId eq ''946c777c-bc85-489e-b034-392389ae23d6''').Id; Get-MgUserOauth2PermissionGrant -UserId 'a.adams@example.com' -All | Where-Object { $client -and $_.ClientId -eq $client } | ForEach-Object { Remove-MgOauth2PermissionGrant -OAuth2PermissionGrantId $_.Id }",
    );
    changes(
        item(Kind::TransportRule, Identity { operation: text("New-TransportRule"), ..named("Archive") }),
        "Disable-TransportRule -Identity 'Archive' -Confirm:$false",
    );
    let of_group = Identity {
        trustee: text("Exchange Security"),
        trustee_class: text("Group"),
        object_id: text("b50379c5-5e7e-4c4a-9d0b-2f1f0a6f6b11"),
        ..named("Global Administrator")
    };
    changes(
        Remaining { identity: of_group, ..item(Kind::Role, Identity::default()) },
        "Get-MgDirectoryRole -Filter 'displayName eq ''Global Administrator''' | ForEach-Object { Remove-MgDirectoryRoleMemberByRef -DirectoryRoleId $_.Id -DirectoryObjectId 'b50379c5-5e7e-4c4a-9d0b-2f1f0a6f6b11' }",
    );
    changes(
        item(Kind::Auditing, Identity { operation: text("Set-MailboxAuditBypassAssociation"), ..Identity::default() }),
        "Set-MailboxAuditBypassAssociation -Identity 'a.adams@example.com' -AuditBypassEnabled $false",
    );
}

#[test]
fn rules_that_one_command_ends_are_one_step_with_a_record_of_each() {
    let rule = |record: &str, id: Option<&str>| Remaining {
        evidence: vec![record.to_owned()],
        ..item(Kind::InboxRule, Identity { name: text("."), id: id.map(str::to_owned), ..Identity::default() })
    };
    let mut report = samples::cascade();
    report.accounts.truncate(1);
    report.accounts[0].remaining = vec![rule("i0:1", None), rule("i0:2", None), rule("i0:3", Some("7")), rule("i0:4", None)];
    let plan = Plan::of(&report);
    let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.action == "Remove the").collect();
    let told: Vec<(&str, Vec<&str>)> =
        steps.iter().map(|step| (step.what.as_str(), step.evidence.iter().map(String::as_str).collect())).collect();
    let three = ("inbox rule a thing (and 2 more of this name)", vec!["i0:1", "i0:2", "i0:4"]);
    assert_eq!(told, [three, ("inbox rule a thing", vec!["i0:3"])], "what has an id has a command of its own");
}

#[test]
fn a_doubt_becomes_a_look() {
    let rule = || item(Kind::InboxRule, Identity { id: text("17"), ..Identity::default() });
    for origin in ["to-be-checked", "not-in-these-exports"] {
        let plan = plan_with(Remaining { origin: origin.to_owned(), ..rule() });
        assert!(!lines(&plan, Does::Change).iter().any(|line| line.contains("InboxRule")), "{origin}");
        assert!(lines(&plan, Does::Later).iter().any(|line| line.starts_with("Remove-InboxRule")), "{origin}");
    }
    // The records name the kind of a telephone method, not which one.
    let phone = Identity { name: text("User registered Mobile Phone SMS"), ..Identity::default() };
    let plan = plan_with(item(Kind::MfaMethod, phone));
    assert!(!lines(&plan, Does::Change).iter().any(|line| line.contains("AuthenticationPhoneMethod")));
    assert!(lines(&plan, Does::Later).iter().any(|line| line.starts_with("Remove-MgUserAuthenticationPhoneMethod")));
    // An application known by name only: anybody can choose a name.
    let plan = plan_with(item(Kind::AppGrant, Identity { name: text("Spike"), ..Identity::default() }));
    assert!(!lines(&plan, Does::Change).iter().any(|line| line.contains("Oauth2")));
}

#[test]
fn what_is_gone_gets_no_command_and_is_listed() {
    let plan =
        plan_with(Remaining { status: "removed".to_owned(), ..item(Kind::InboxRule, Identity { id: text("17"), ..Identity::default() }) });
    assert!(!lines(&plan, Does::Change).iter().any(|line| line.contains("InboxRule")));
    assert_eq!(plan.gone.len(), 1);
}

#[test]
fn nobody_is_blocked_for_a_suspicion() {
    let mut report = samples::cascade();
    report.accounts.retain(|account| account.verdict != Verdict::Compromised);
    let plan = Plan::of(&report);
    assert!(lines(&plan, Does::Change).is_empty());
    assert!(plan.steps.iter().any(|step| step.action == "Check the suspicious account"));
    let mut report = samples::cascade();
    report.accounts.retain(|account| account.verdict == Verdict::Targeted);
    assert!(Plan::of(&report).steps.is_empty());
}

#[test]
fn a_script_does_nothing_while_its_guard_stands() {
    let script = script(&Plan::of(&samples::cascade()));
    let guard = script.find("$PlanGuard = 'on'").unwrap();
    let other = script.find("} else {").unwrap();
    for word in ["Connect-", "Update-Mg", "Remove-", "Set-", "Revoke-"] {
        let first = script.find(&format!("\n{word}")).into_iter().chain(script.find(&format!("    {word}"))).min();
        assert!(first.is_none_or(|at| at > other && other > guard), "{word} stands before the guard");
    }
    assert!(script.trim_end().ends_with('}'), "everything is inside the block of the guard");
}

/// A line of the script with every text in it replaced by one mark: quoted texts, and those by number.
fn shape(line: &str) -> String {
    let mut rest = line;
    let mut code = String::new();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' => quoted_end(rest),
            '(' if rest.starts_with("(''") => numbered_end(rest),
            _ => 0,
        };
        if end > 0 {
            code.push('T');
            rest = rest.split_at(end).1;
        } else {
            code.push(first);
            rest = rest.split_at(first.len_utf8()).1;
        }
    }
    code
}

/// Where a quoted text ends, by PowerShell's rules.
fn quoted_end(text: &str) -> usize {
    let mut at = 1;
    loop {
        at += text.split_at(at).1.find('\'').unwrap() + 1;
        if !text.split_at(at).1.starts_with('\'') {
            return at;
        }
        at += 1;
    }
}

/// Where an expression in parentheses ends.
fn numbered_end(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    loop {
        match text.as_bytes()[at] {
            b'\'' => at += quoted_end(text.split_at(at).1) - 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
}

#[test]
fn hostile_names_stay_texts_in_both_forms() {
    let bad = [
        "'; Remove-Item C:\\ -Recurse; '",
        "\u{2019}; calc; \u{2018}",
        "$(calc)`$x",
        "x\r\nRemove-Mailbox victim\r\n",
        "nul\0",
        "-Force",
        "#> calc <#",
        "```\n# head\n<script>alert(1)</script>",
        "}\n} else { calc }",
    ];
    let clean = script(&Plan::of(&samples::hostile("")));
    let shapes = |text: &str| text.lines().filter(|line| !line.trim_start().starts_with('#')).map(shape).collect::<Vec<_>>();
    for bad in bad {
        let plan = Plan::of(&samples::hostile(bad));
        let written = script(&plan);
        assert!(written.is_ascii() && !written.chars().any(|c| c.is_control() && c != '\n'), "{bad:?}");
        assert_eq!(shapes(&written), shapes(&clean), "{bad:?} is more than a text");
        let page = markdown(&plan);
        let fences = |page: &str| page.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(fences(&page), fences(&markdown(&Plan::of(&samples::hostile("")))), "{bad:?}");
        assert!(
            !page.lines().any(|line| line.starts_with("# head") || line.starts_with("<script") || line.starts_with("Remove-Mailbox v")),
            "{bad:?}"
        );
    }
}

#[test]
fn a_plan_for_a_part_of_the_case_says_so_and_is_no_all_clear() {
    let mut report = samples::cascade();
    let whole = (markdown(&Plan::of(&report)), script(&Plan::of(&report)));
    assert!(!whole.0.contains("--account") && !whole.1.contains("--account"));
    report.narrowed = Some(crate::report::model::Narrowed::default());
    for text in [markdown(&Plan::of(&report)), script(&Plan::of(&report))] {
        assert!(text.contains(NARROWED), "{text}");
    }
    report.accounts.clear();
    report.remaining.clear();
    for text in [markdown(&Plan::of(&report)), script(&Plan::of(&report))] {
        assert!(text.contains(NARROWED) && text.contains("No account that is shown"), "{text}");
    }
}
