//! Cutting access: the account itself, its sessions, its password.

use super::{Command, Does, Phase, Remedy, Step, known};
use crate::remaining::{Kind, Status};
use crate::report::model::{Account, Ending, Remaining};

const DISABLE: &str = "Update-MgUser -UserId {} -AccountEnabled:$false";
const REVOKE: &str = "Revoke-MgUserSignInSession -UserId {}";
const RESET: &str = "Update-MgUser -UserId {} -PasswordProfile @{ Password = (New-PlanPassword); ForceChangePasswordNextSignIn = $true }";
const STATE: &str = "Get-MgUser -UserId {} -Property AccountEnabled,SignInSessionsValidFromDateTime,LastPasswordChangeDateTime | \
                     Format-List AccountEnabled,SignInSessionsValidFromDateTime,LastPasswordChangeDateTime";

/// Steps that end the access of compromised accounts: each measure for all of them before the next one, so
/// that nobody goes on from one account while another is being blocked.
pub(super) fn cut(accounts: &[&Account]) -> Vec<Step> {
    let (done, open): (Vec<&Account>, Vec<&Account>) = accounts.iter().partition(|account| end_of_access(account).is_some());
    let mut steps: Vec<Step> = open.iter().map(|account| block(account)).collect();
    steps.extend(open.iter().map(|account| revoke(account)));
    steps.extend(open.iter().map(|account| reset(account)));
    steps.extend(done.iter().filter_map(|account| Some(already_done(&account.account, end_of_access(account)?))));
    steps
}

fn sessions(account: &Account) -> Option<&Remaining> {
    account.remaining.iter().find(|item| item.kind == Kind::Session.name())
}

/// What shows that access ended after the intruder's last act.
fn end_of_access(account: &Account) -> Option<&Ending> {
    sessions(account).filter(|item| item.status == Status::Removed.name()).and_then(|item| item.end.as_ref())
}

fn step(account: &Account, action: &'static str, why: String, limits: &'static str, template: &'static str) -> Step {
    let name = account.account.as_str();
    Step {
        phase: Phase::CutAccess,
        account: Some(name.to_owned()),
        action,
        what: name.to_owned(),
        why,
        limits,
        commands: vec![(Does::Change, Command::new(template, &[name]))],
        verify: vec![Command::new(STATE, &[name])],
        evidence: sessions(account).map(|item| item.evidence.clone()).unwrap_or_default(),
    }
}

fn block(account: &Account) -> Step {
    let basis = sessions(account).map_or("", |item| item.basis.as_str());
    let limits = "Access tokens run on for 60 to 90 minutes, or about 15 where continuous access evaluation works. Rules, forwarding and applications with permissions of their own go on. The owner cannot work until the account is given back.";
    step(account, "Block sign-in of", format!("the account is compromised; {basis}"), limits, DISABLE)
}

fn revoke(account: &Account) -> Step {
    let limits = "It does not stop somebody who has the password: that is a step of its own. It takes some minutes.";
    step(account, "Revoke the sessions of", "ends refresh tokens of every kind, and browser sessions".to_owned(), limits, REVOKE)
}

fn reset(account: &Account) -> Step {
    let limits = "Give the new password to the owner by telephone or in person, not by mail. Where accounts are synchronised from a local directory, reset it there instead. Application passwords and other accounts with the same password are not touched.";
    step(account, "Reset the password of", "the intruder has the password, or had a session that could change it".to_owned(), limits, RESET)
}

fn already_done(name: &str, end: &Ending) -> Step {
    let who = end.account.as_deref().map_or_else(String::new, |who| format!(" by {who}"));
    let when = end.time.as_deref().map_or_else(String::new, |time| format!(" at {time}"));
    Step {
        phase: Phase::CutAccess,
        account: Some(name.to_owned()),
        action: "Check that access is cut for",
        what: name.to_owned(),
        why: format!("the log shows it after the intruder's last act: {}{when}{who}", end.how),
        limits: "It looks only. If the times that it shows are older than the intruder's last act, block, revoke and reset again.",
        commands: vec![(Does::Look, Command::new(STATE, &[name]))],
        verify: Vec::new(),
        evidence: end.evidence.clone(),
    }
}

/// The password of another account that the intruder set; that of his own account is reset anyway.
pub(super) fn password(item: &Remaining) -> Option<Remedy> {
    let name = known(item.identity.of.as_ref());
    if name.is_empty() || item.made_by.as_deref() == Some(name) {
        return None;
    }
    let limits = "Give the new password to the owner by telephone or in person. Where accounts are synchronised from a local directory, reset it there instead.";
    let remedy = Remedy::new(Phase::CutAccess, "Reset again", limits);
    Some(remedy.change(REVOKE, &[name]).change(RESET, &[name]).verify(STATE, &[name]))
}
