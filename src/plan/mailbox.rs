//! Rules, forwarding, rights, mail flow and auditing, in Exchange Online.

use super::{Phase, Remedy, known};
use crate::report::model::Remaining;

/// An inbox rule.
pub(super) fn rule(item: &Remaining) -> Remedy {
    let limits = "It does not bring back the mail that the rule moved or deleted: look where it put it, and in Recoverable Items. Rules that are hidden from Outlook are listed only with -IncludeHidden.";
    let remedy = Remedy::new(Phase::Persistence, "Remove the", limits);
    let (mailbox, id, name) = (known(item.identity.of.as_ref()), known(item.identity.id.as_ref()), known(item.identity.name.as_ref()));
    let remedy = match (id, name) {
        ("", "") => remedy.look("Get-InboxRule -Mailbox {} -IncludeHidden | Format-List Name,RuleIdentity,Enabled,Description", &[mailbox]),
        ("", name) => remedy
            .look("Get-InboxRule -Mailbox {} -IncludeHidden | Where-Object { $_.Name -ceq {} } | Format-List Name,RuleIdentity,Enabled,Description", &[mailbox, name])
            .change(
                "Get-InboxRule -Mailbox {} -IncludeHidden | Where-Object { $_.Name -ceq {} } | ForEach-Object { Remove-InboxRule -Mailbox {} -Identity $_.RuleIdentity -Confirm:$false }",
                &[mailbox, name, mailbox],
            ),
        (id, _) => remedy
            .look("Get-InboxRule -Mailbox {} -Identity {} | Format-List Name,RuleIdentity,Enabled,Description", &[mailbox, id])
            .change("Remove-InboxRule -Mailbox {} -Identity {} -Confirm:$false", &[mailbox, id]),
    };
    remedy.verify("Get-InboxRule -Mailbox {} -IncludeHidden | Format-Table Name,RuleIdentity,Enabled", &[mailbox])
}

/// Forwarding of a mailbox.
pub(super) fn forwarding(item: &Remaining) -> Remedy {
    const SHOW: &str = "Get-Mailbox -Identity {} | Format-List ForwardingSmtpAddress,ForwardingAddress,DeliverToMailboxAndForward";
    let mailbox = known(item.identity.of.as_ref());
    let limits = "It does not call back what was forwarded, and does not touch inbox rules that forward. If the owner had forwarding of his own before, it is gone too: the first command shows it.";
    Remedy::new(Phase::Persistence, "End the", limits)
        .look(SHOW, &[mailbox])
        .change(
            "Set-Mailbox -Identity {} -ForwardingSmtpAddress $null -ForwardingAddress $null -DeliverToMailboxAndForward $false",
            &[mailbox],
        )
        .verify(SHOW, &[mailbox])
}

/// A right on a mailbox or folder.
pub(super) fn permission(item: &Remaining) -> Remedy {
    let identity = &item.identity;
    let (mailbox, trustee) = (known(identity.of.as_ref()), known(identity.trustee.as_ref()));
    let limits = "A session that is open may keep the right for some minutes. Other rights of the same person stay.";
    let remedy = Remedy::new(Phase::Persistence, "Take away the", limits);
    let shown = "Get-MailboxPermission -Identity {} | Where-Object { -not $_.IsInherited } | Format-Table User,AccessRights";
    if mailbox.is_empty() || trustee.is_empty() {
        return remedy.look(shown, &[mailbox]);
    }
    match known(identity.right.as_ref()) {
        "full-access" => remedy
            .change(
                "Remove-MailboxPermission -Identity {} -User {} -AccessRights FullAccess -InheritanceType All -Confirm:$false",
                &[mailbox, trustee],
            )
            .verify(shown, &[mailbox]),
        "send-as" => remedy
            .change("Remove-RecipientPermission -Identity {} -Trustee {} -AccessRights SendAs -Confirm:$false", &[mailbox, trustee])
            .verify("Get-RecipientPermission -Identity {} | Format-Table Trustee,AccessRights", &[mailbox]),
        "send-on-behalf" => remedy
            .change("Set-Mailbox -Identity {} -GrantSendOnBehalfTo @{ Remove = {} }", &[mailbox, trustee])
            .verify("Get-Mailbox -Identity {} | Format-List GrantSendOnBehalfTo", &[mailbox]),
        "folder" => folder(remedy, item, mailbox, trustee),
        _ => remedy
            .look(shown, &[mailbox])
            .later("Remove-MailboxPermission -Identity {} -User {} -AccessRights <rights> -Confirm:$false", &[mailbox, trustee]),
    }
}

fn folder(remedy: Remedy, item: &Remaining, mailbox: &str, trustee: &str) -> Remedy {
    let rights = known(item.identity.rights.as_ref());
    let path = rights.split_once(" on \\").map(|(_, path)| path).or_else(|| rights.split_once(": ").map(|(folder, _)| folder));
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return remedy.look("Get-MailboxFolderPermission -Identity {} | Format-Table FolderName,User,AccessRights", &[mailbox]);
    };
    let folder = format!("{mailbox}:\\{path}");
    remedy
        .change("Remove-MailboxFolderPermission -Identity {} -User {} -Confirm:$false", &[&folder, trustee])
        .verify("Get-MailboxFolderPermission -Identity {} | Format-Table FolderName,User,AccessRights", &[&folder])
}

/// A mail-flow rule, connector or journal rule: switched off, so that it can still be read.
pub(super) fn transport(item: &Remaining) -> Remedy {
    let name = known(item.identity.name.as_ref());
    let operation = known(item.identity.operation.as_ref()).to_lowercase();
    let limits = "It does not call back what was sent or let through. The rule is switched off and kept to be read; remove it at the end.";
    let remedy = Remedy::new(Phase::Persistence, "Switch off the", limits);
    if name.is_empty() {
        return remedy.look("Get-TransportRule | Format-Table Name,State,WhenChanged,LastModifiedBy", &[]);
    }
    match operation.as_str() {
        "new-transportrule" | "enable-transportrule" => remedy
            .look("Get-TransportRule -Identity {} | Format-List", &[name])
            .change("Disable-TransportRule -Identity {} -Confirm:$false", &[name])
            .verify("Get-TransportRule -Identity {} | Format-List Name,State", &[name])
            .later("Remove-TransportRule -Identity {} -Confirm:$false", &[name]),
        "new-inboundconnector" => remedy
            .look("Get-InboundConnector -Identity {} | Format-List", &[name])
            .change("Set-InboundConnector -Identity {} -Enabled $false", &[name])
            .verify("Get-InboundConnector -Identity {} | Format-List Name,Enabled", &[name]),
        "new-outboundconnector" => remedy
            .look("Get-OutboundConnector -Identity {} | Format-List", &[name])
            .change("Set-OutboundConnector -Identity {} -Enabled $false", &[name])
            .verify("Get-OutboundConnector -Identity {} | Format-List Name,Enabled", &[name]),
        "new-journalrule" | "enable-journalrule" => remedy
            .look("Get-JournalRule -Identity {} | Format-List", &[name])
            .change("Disable-JournalRule -Identity {} -Confirm:$false", &[name])
            .verify("Get-JournalRule -Identity {} | Format-List Name,Enabled", &[name]),
        // What was changed existed before: what it was like is not in the record.
        "set-transportrule" => remedy.look("Get-TransportRule -Identity {} | Format-List", &[name]),
        "set-inboundconnector" => remedy.look("Get-InboundConnector -Identity {} | Format-List", &[name]),
        "set-outboundconnector" => remedy.look("Get-OutboundConnector -Identity {} | Format-List", &[name]),
        _ => remedy
            .look("Get-TransportRule | Format-Table Name,State,WhenChanged", &[])
            .look("Get-RemoteDomain | Format-Table Name,DomainName,AutoForwardEnabled", &[])
            .look("Get-AcceptedDomain | Format-Table Name,DomainName,DomainType", &[]),
    }
}

/// Auditing that was switched off.
pub(super) fn auditing(item: &Remaining) -> Remedy {
    let of = known(item.identity.of.as_ref());
    let limits = "What was done while auditing was off is not recorded, and stays so.";
    let remedy = Remedy::new(Phase::Persistence, "Switch on again:", limits);
    match known(item.identity.operation.as_ref()) {
        "Set-MailboxAuditBypassAssociation" if !of.is_empty() => remedy
            .change("Set-MailboxAuditBypassAssociation -Identity {} -AuditBypassEnabled $false", &[of])
            .verify("Get-MailboxAuditBypassAssociation -Identity {} | Format-List AuditBypassEnabled", &[of]),
        "Set-Mailbox" if !of.is_empty() => remedy
            .change("Set-Mailbox -Identity {} -AuditEnabled $true", &[of])
            .verify("Get-Mailbox -Identity {} | Format-List AuditEnabled,AuditOwner", &[of]),
        "Set-AdminAuditLogConfig" => remedy
            .change("Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true", &[])
            .verify("Get-AdminAuditLogConfig | Format-List UnifiedAuditLogIngestionEnabled", &[]),
        "Set-OrganizationConfig" => remedy
            .change("Set-OrganizationConfig -AuditDisabled $false", &[])
            .verify("Get-OrganizationConfig | Format-List AuditDisabled", &[]),
        _ => remedy.look("Get-AdminAuditLogConfig | Format-List UnifiedAuditLogIngestionEnabled", &[]).look(
            "Get-MailboxAuditBypassAssociation -ResultSize Unlimited | Where-Object { $_.AuditBypassEnabled } | Format-Table Name",
            &[],
        ),
    }
}

/// A mail protocol that asks for the password only.
pub(super) fn protocol(item: &Remaining) -> Remedy {
    let of = known(item.identity.of.as_ref());
    let has = |name: &str| item.identity.parameters.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    let limits = "Devices and programs of the owner that use the protocol stop working: ask first where it was on before.";
    let mut remedy = Remedy::new(Phase::Persistence, "Switch off again:", limits);
    match known(item.identity.operation.as_ref()) {
        "Set-CASMailbox" if !of.is_empty() => {
            for (name, template) in [
                ("ImapEnabled", "Set-CASMailbox -Identity {} -ImapEnabled $false"),
                ("PopEnabled", "Set-CASMailbox -Identity {} -PopEnabled $false"),
                ("SmtpClientAuthenticationDisabled", "Set-CASMailbox -Identity {} -SmtpClientAuthenticationDisabled $true"),
            ] {
                if has(name) {
                    remedy = remedy.change(template, &[of]);
                }
            }
            remedy.verify("Get-CASMailbox -Identity {} | Format-List ImapEnabled,PopEnabled,SmtpClientAuthenticationDisabled", &[of])
        }
        "Set-TransportConfig" => remedy
            .change("Set-TransportConfig -SmtpClientAuthenticationDisabled $true", &[])
            .verify("Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled", &[]),
        _ => remedy.look("Get-AuthenticationPolicy | Format-List Name,AllowBasicAuth*", &[]),
    }
}
