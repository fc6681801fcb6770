//! The plan as a script: `plan.ps1`, which does nothing until a person has removed its guard.
//!
//! It is ASCII throughout, so that it means the same in every code page and version of PowerShell.

use super::powershell::Literal;
use super::{Does, NARROWED, Phase, Plan, Step};
use crate::report::sanitize::{clip, terminal};
use std::fmt::Write;

/// Characters of a text of the evidence that a comment shows.
const LONGEST: usize = 200;

/// Rights that the commands need.
const SCOPES: [&str; 11] = [
    "User.ReadWrite.All",
    "User.RevokeSessions.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "Application.ReadWrite.All",
    "Device.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "Policy.Read.All",
    "AuditLog.Read.All",
];

/// Signs in to Exchange Online.
pub(super) const CONNECT_EXCHANGE: &str = "Connect-ExchangeOnline\n";

/// Signs in to Microsoft Graph.
pub(super) fn connect_graph() -> String {
    format!("Connect-MgGraph -NoWelcome -Scopes {}\n", SCOPES.map(|scope| Literal(scope).to_string()).join(","))
}

/// Functions that the commands call.
pub(super) const FUNCTIONS: &str = r#"function New-PlanPassword {
    $bytes = New-Object byte[] 24
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    $random.GetBytes($bytes)
    $password = 'aA1-' + [Convert]::ToBase64String($bytes)
    Write-Host "new password, to be given by telephone or in person: $password"
    $password
}
function Test-PlanTime($Created, [string]$Recorded) {
    if (-not $Created) { return $false }
    $recorded = [datetimeoffset]::Parse($Recorded, [cultureinfo]::InvariantCulture).UtcDateTime
    [math]::Abs((([datetime]$Created).ToUniversalTime() - $recorded).TotalMinutes) -le 10
}
"#;

const HEAD: &str = r#"#requires -Version 5.1
# The plan of bectrace as a script. Read plan.md first: it says why, what each step does not do, and how to
# verify. Lines behind # are to be completed or decided by a person.
#
# THE GUARD: nothing is done while the next line stands. Delete it when you have read every command below.
$PlanGuard = 'on'
if ($PlanGuard) {
    Write-Warning 'Nothing was done: read this file and plan.md, then delete the line of the guard.'
} else {
$ErrorActionPreference = 'Stop'
$PlanFailed = New-Object System.Collections.Generic.List[string]
function Invoke-PlanStep([string]$Title, [scriptblock]$Commands) {
    Write-Host ''
    Write-Host "== $Title"
    try { & $Commands | Out-Host } catch { Write-Warning "failed: $_"; $PlanFailed.Add($Title) }
}
"#;

const TAIL: &str = r#"
if ($PlanFailed.Count) {
    Write-Warning "$($PlanFailed.Count) steps failed:"
    $PlanFailed | ForEach-Object { Write-Warning $_ }
}
}
"#;

/// The plan as a script, with line ends of Unix and one at the end.
pub fn script(plan: &Plan) -> String {
    let mut text = if plan.narrowed { format!("# {NARROWED}\n") } else { String::new() };
    if plan.steps.is_empty() {
        let whom = if plan.narrowed { "No account that is shown" } else { "No account" };
        let _ = writeln!(text, "# {whom} is compromised or suspicious in these exports: there is nothing to do.");
        return text;
    }
    text.push_str(HEAD);
    text.push_str(FUNCTIONS);
    let (exchange, graph) = plan.services();
    if exchange {
        text.push_str(CONNECT_EXCHANGE);
    }
    if graph {
        text.push_str(&connect_graph());
    }
    for (number, phase) in (1..).zip(Phase::ALL) {
        let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.phase == phase).collect();
        if steps.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n# ---- {number}. {} ----", phase.title());
        for (at, one) in (1..).zip(steps) {
            step(&mut text, &format!("{number}.{at}"), one);
        }
    }
    text.push_str(TAIL);
    text
}

fn step(text: &mut String, number: &str, step: &Step) {
    let account =
        step.account.as_deref().filter(|account| !step.what.contains(account)).map_or_else(String::new, |account| format!(" ({account})"));
    let title = format!("{number} {} {}{account}", step.action, step.what);
    let _ = writeln!(text, "\n# {}", comment(&step.why));
    if !step.evidence.is_empty() {
        let _ = writeln!(text, "# records: {}", comment(&step.evidence.join(", ")));
    }
    let later = |text: &mut String| {
        for (_, command) in step.commands.iter().filter(|(does, _)| *does == Does::Later) {
            let _ = writeln!(text, "    # {}", command.as_str());
        }
    };
    let _ = writeln!(text, "Invoke-PlanStep {} {{", Literal(&clip(title.trim_end(), LONGEST)));
    for (_, command) in step.commands.iter().filter(|(does, _)| *does != Does::Later) {
        let _ = writeln!(text, "    {}", command.as_str());
    }
    later(text);
    for command in &step.verify {
        let _ = writeln!(text, "    {}", command.as_str());
    }
    text.push_str("}\n");
}

/// A text for one line of a comment: ASCII, with everything else by its number.
fn comment(text: &str) -> String {
    terminal(&clip(text, LONGEST), true).into_owned()
}
