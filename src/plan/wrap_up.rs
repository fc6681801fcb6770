//! After the changes: looking at what the exports cannot tell, and giving the accounts back.

use super::{Command, Does, Phase, Step};
use crate::remaining::{Kind, Origin};
use crate::report::model::{Account, Report, Verdict};

/// Looks at everything that an intruder likes to leave, of one account.
const LOOKS: [&str; 8] = [
    "Get-InboxRule -Mailbox {} -IncludeHidden | Format-List Name,RuleIdentity,Enabled,Description",
    "Get-Mailbox -Identity {} | Format-List ForwardingSmtpAddress,ForwardingAddress,GrantSendOnBehalfTo,AuditEnabled",
    "Get-MailboxPermission -Identity {} | Where-Object { -not $_.IsInherited } | Format-Table User,AccessRights",
    "Get-RecipientPermission -Identity {} | Format-Table Trustee,AccessRights",
    "Get-MgUserOauth2PermissionGrant -UserId {} -All | Format-Table ClientId,Scope",
    "Get-MgUserAuthenticationMethod -UserId {} | Format-List Id,AdditionalProperties",
    "Get-MgUserRegisteredDevice -UserId {} -All | Format-List Id,AdditionalProperties",
    "Get-MgUser -UserId {} -Property AccountEnabled,SignInSessionsValidFromDateTime,LastPasswordChangeDateTime | Format-List AccountEnabled,SignInSessionsValidFromDateTime,LastPasswordChangeDateTime",
];

fn looks(name: &str) -> Vec<(Does, Command)> {
    LOOKS.iter().map(|template| (Does::Look, Command::new(template, &[name]))).collect()
}

/// The look at a compromised account when all is done.
pub(super) fn verify(account: &Account) -> Step {
    Step {
        phase: Phase::Verify,
        account: Some(account.account.clone()),
        action: "Look at all settings of",
        what: account.account.clone(),
        why: "the exports need not show everything that the intruder made: hidden rules, secrets and app passwords are in few of them"
            .to_owned(),
        limits: "It looks only. Export audit log, sign-ins and rules again some days later and read them with bectrace: it says what survived and whether the intruder came back.",
        commands: looks(&account.account),
        verify: Vec::new(),
        evidence: Vec::new(),
    }
}

/// The look at a suspicious account: nothing is changed for a doubt.
pub(super) fn look(account: &Account) -> Step {
    Step {
        phase: Phase::Verify,
        account: Some(account.account.clone()),
        action: "Check the suspicious account",
        what: account.account.clone(),
        why: account
            .terms
            .first()
            .map_or_else(|| "the evidence does not suffice".to_owned(), |term| format!("the evidence does not suffice: {}", term.why)),
        limits: "It looks only: ask the owner about the acts in the report. If they were not his, block, revoke and reset as for the compromised accounts.",
        commands: looks(&account.account),
        verify: Vec::new(),
        evidence: Vec::new(),
    }
}

/// Giving the accounts back, and closing the ways that were used.
pub(super) fn hygiene(report: &Report) -> Vec<Step> {
    let taken: Vec<&Account> = report.accounts.iter().filter(|account| account.verdict == Verdict::Compromised).collect();
    let mut steps: Vec<Step> = taken.iter().map(|account| give_back(account)).collect();
    let used = |kind: Kind| {
        let mut all = report.accounts.iter().flat_map(|account| &account.remaining).chain(&report.remaining);
        all.find(|item| item.origin == Origin::Intruder.name() && item.kind == kind.name()).map(|item| item.evidence.clone())
    };
    let tenant = |action: &'static str, why: &str, limits: &'static str, commands: &[(Does, &'static str)], evidence: Vec<String>| Step {
        phase: Phase::Hygiene,
        account: None,
        action,
        what: String::new(),
        why: why.to_owned(),
        limits,
        commands: commands.iter().map(|(does, template)| (*does, Command::new(template, &[]))).collect(),
        verify: Vec::new(),
        evidence,
    };
    if let Some(evidence) = used(Kind::Forwarding) {
        steps.push(tenant(
            "Stop automatic forwarding to outside",
            "the intruder forwarded mail",
            "Forwarding that the company needs stops too: allow it by a policy for those mailboxes.",
            &[
                (Does::Look, "Get-HostedOutboundSpamFilterPolicy | Format-Table Name,AutoForwardingMode"),
                (Does::Later, "Set-HostedOutboundSpamFilterPolicy -Identity Default -AutoForwardingMode Off"),
            ],
            evidence,
        ));
    }
    if let Some(evidence) = used(Kind::AppGrant) {
        steps.push(tenant(
            "Let administrators decide about applications",
            "the intruder consented to an application",
            "Consents that exist stay. People must ask for new applications from then on.",
            &[
                (Does::Look, "(Get-MgPolicyAuthorizationPolicy).DefaultUserRolePermissions | Format-List PermissionGrantPoliciesAssigned"),
                (Does::Later, "Update-MgPolicyAuthorizationPolicy -DefaultUserRolePermissions @{ PermissionGrantPoliciesAssigned = @() }"),
            ],
            evidence,
        ));
    }
    steps
}

fn give_back(account: &Account) -> Step {
    let name = account.account.as_str();
    Step {
        phase: Phase::Hygiene,
        account: Some(name.to_owned()),
        action: "Give back",
        what: name.to_owned(),
        why: "the owner needs the account, once every step before is verified".to_owned(),
        limits: "The way in is not closed by it: require multi-factor authentication for this account, if possible one that cannot be phished.",
        commands: vec![(Does::Later, Command::new("Update-MgUser -UserId {} -AccountEnabled:$true", &[name]))],
        verify: Vec::new(),
        evidence: Vec::new(),
    }
}
