//! What to do now: ordered steps for each account and the tenant, with the exact commands for exactly
//! what the intruders left.
//!
//! A plan is drawn from a [`Report`] and nothing else. Only a thing with evidence gets a command that changes
//! something; a doubt becomes a command that looks. What cannot be named exactly (a method or secret of
//! which the records tell only the kind) is looked for first, and the command that removes it is left for
//! a person to complete.

mod access;
mod apps;
mod directory;
mod mailbox;
mod markdown;
mod powershell;
mod script;
mod wrap_up;

pub use markdown::markdown;
pub use powershell::{Command, Literal};
pub use script::script;

use crate::remaining::{Kind, Origin, Status};
use crate::report::model::{Account, Remaining, Report, Verdict};

/// What comes before what: who is still inside would undo all else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// End access: sign-in, sessions, passwords, methods.
    CutAccess,
    /// Remove what gives access, or takes mail, without signing in.
    Persistence,
    /// See that it worked, and look at what is in doubt.
    Verify,
    /// Give the accounts back, and close the way.
    Hygiene,
}

impl Phase {
    const ALL: [Phase; 4] = [Phase::CutAccess, Phase::Persistence, Phase::Verify, Phase::Hygiene];

    fn title(self) -> &'static str {
        match self {
            Phase::CutAccess => "Cut access",
            Phase::Persistence => "Remove what was left behind",
            Phase::Verify => "Verify",
            Phase::Hygiene => "Give back and close the way",
        }
    }
}

/// What a command does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Does {
    /// It changes something: the evidence for it stands at the step.
    Change,
    /// It only looks.
    Look,
    /// It changes something, and a person must complete or decide it: a script has it as a comment.
    Later,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub phase: Phase,
    /// The account that it is about, with its name from the evidence; absent for the tenant.
    pub account: Option<String>,
    /// What is done, in our words: `Remove the inbox rule`.
    pub action: &'static str,
    /// To what, with words from the evidence.
    pub what: String,
    /// Why.
    pub why: String,
    /// What it does not do.
    pub limits: &'static str,
    /// Commands in their order.
    pub commands: Vec<(Does, Command)>,
    /// Commands that show that it worked.
    pub verify: Vec<Command>,
    /// Pointers of the records behind it.
    pub evidence: Vec<String>,
}

/// All steps, in the order in which they are to be taken.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What is gone already, with words from the evidence.
    pub gone: Vec<String>,
    /// The report shows some accounts or a span of time only, so that steps are missing.
    pub narrowed: bool,
}

/// What is done about one thing.
struct Remedy {
    phase: Phase,
    action: &'static str,
    limits: &'static str,
    commands: Vec<(Does, Command)>,
    verify: Vec<Command>,
}

impl Remedy {
    fn new(phase: Phase, action: &'static str, limits: &'static str) -> Remedy {
        Remedy { phase, action, limits, commands: Vec::new(), verify: Vec::new() }
    }

    fn look(mut self, template: &'static str, texts: &[&str]) -> Remedy {
        self.commands.push((Does::Look, Command::new(template, texts)));
        self
    }

    fn change(mut self, template: &'static str, texts: &[&str]) -> Remedy {
        self.commands.push((Does::Change, Command::new(template, texts)));
        self
    }

    fn later(mut self, template: &'static str, texts: &[&str]) -> Remedy {
        self.commands.push((Does::Later, Command::new(template, texts)));
        self
    }

    fn verify(mut self, template: &'static str, texts: &[&str]) -> Remedy {
        self.verify.push(Command::new(template, texts));
        self
    }
}

impl Plan {
    /// The plan for a report; without steps where nobody is compromised or suspicious.
    pub fn of(report: &Report) -> Plan {
        let mut plan = Plan { narrowed: report.narrowed.is_some(), ..Plan::default() };
        let taken = |verdict: Verdict| report.accounts.iter().filter(move |account| account.verdict == verdict);
        plan.steps.extend(access::cut(&taken(Verdict::Compromised).collect::<Vec<_>>()));
        let listed = report.accounts.iter().flat_map(|account| account.remaining.iter().map(move |item| (Some(account), item)));
        let mut groups: Vec<(Option<&Account>, Vec<&Remaining>)> = Vec::new();
        for (account, item) in listed.chain(report.remaining.iter().map(|item| (None, item))) {
            match groups.iter_mut().find(|(_, known)| known.first().is_some_and(|first| end_together(first, item))) {
                Some((_, known)) => known.push(item),
                None => groups.push((account, vec![item])),
            }
        }
        for (account, items) in groups {
            if let Some((first, others)) = items.split_first() {
                plan.add(account, first, others);
            }
        }
        plan.steps.extend(taken(Verdict::Compromised).map(wrap_up::verify));
        plan.steps.extend(taken(Verdict::Suspicious).map(wrap_up::look));
        plan.steps.extend(wrap_up::hygiene(report));
        // The sort is stable: within a phase the order of the report stays.
        plan.steps.sort_by_key(|step| step.phase);
        plan
    }

    /// Adds the step for one thing, and for others that the same command ends.
    fn add(&mut self, account: Option<&Account>, item: &Remaining, others: &[&Remaining]) {
        let Some(kind) = Kind::from_name(&item.kind).filter(|kind| *kind != Kind::Session) else { return };
        if item.status == Status::Removed.name() {
            let how = item.end.as_ref().map_or("", |end| end.how.as_str());
            self.gone.push(format!("{} {}: {how}", kind.name().replace('-', " "), item.summary));
            return;
        }
        let Some(remedy) = remedy(kind, item) else { return };
        let certain = item.origin == Origin::Intruder.name();
        let origin = match Origin::from_name(&item.origin) {
            Some(Origin::Intruder) => "made by the intruder",
            Some(Origin::ToBeChecked) => DOUBTFUL,
            Some(Origin::NotInTheseExports) | None => UNEXPLAINED,
        };
        // Of what is not certain a person decides: its commands are left as comments.
        let doubtful = |(does, command)| (if does == Does::Change && !certain { Does::Later } else { does }, command);
        let owner = item.identity.of.clone().or_else(|| account.map(|account| account.account.clone()));
        let more = if others.is_empty() { String::new() } else { format!(" (and {} more of this name)", others.len()) };
        // Of each thing of several a record, of one thing the first of its records.
        let of_others = others.iter().filter_map(|other| other.evidence.first());
        let shown = if others.is_empty() { SHOWN } else { 1 };
        self.steps.push(Step {
            phase: if certain { remedy.phase } else { Phase::Verify },
            account: owner,
            action: if certain { remedy.action } else { "Check" },
            what: format!("{} {}{more}", kind.name().replace('-', " "), item.summary),
            why: format!("{origin}; {}", item.basis),
            limits: remedy.limits,
            commands: remedy.commands.into_iter().map(doubtful).collect(),
            verify: remedy.verify,
            evidence: item.evidence.iter().chain(&item.found).take(shown).chain(of_others).cloned().collect(),
        });
    }

    /// True if a step needs Exchange Online, and if one needs Microsoft Graph.
    pub fn services(&self) -> (bool, bool) {
        let all = || self.steps.iter().flat_map(|step| step.commands.iter().map(|(_, command)| command).chain(&step.verify));
        let graph = |command: &Command| command.as_str().contains("-Mg");
        (all().any(|command| !graph(command)), all().any(graph))
    }
}

/// True for inbox rules of one mailbox that only their name is known of, and that have the same: the command for one
/// ends all of that name.
fn end_together(a: &Remaining, b: &Remaining) -> bool {
    let by_name = |item: &Remaining| item.kind == Kind::InboxRule.name() && item.identity.id.is_none() && item.identity.name.is_some();
    let alike = (&a.identity.of, &a.identity.name) == (&b.identity.of, &b.identity.name);
    let stand_alike = a.made_by == b.made_by && a.origin == b.origin && a.status == b.status && a.basis == b.basis;
    by_name(a) && by_name(b) && alike && stand_alike && a.status != Status::Removed.name()
}

/// Pointers that a step shows.
const SHOWN: usize = 5;
/// What a plan for a part of the case says of itself.
const NARROWED: &str = "Made with --account, --from or --to: what these leave out has no step here, whatever its verdict.";
const DOUBTFUL: &str = "made in an act of which it is in doubt whose it was: ask the owner first";
const UNEXPLAINED: &str = "found in a snapshot, and no record tells who made it: ask the owner first";

/// What is done about a thing; `None` where cutting access is all there is to do.
fn remedy(kind: Kind, item: &Remaining) -> Option<Remedy> {
    match kind {
        Kind::InboxRule => Some(mailbox::rule(item)),
        Kind::Forwarding => Some(mailbox::forwarding(item)),
        Kind::Permission => Some(mailbox::permission(item)),
        Kind::TransportRule => Some(mailbox::transport(item)),
        Kind::Auditing => Some(mailbox::auditing(item)),
        Kind::LegacyProtocol => Some(mailbox::protocol(item)),
        Kind::AppGrant => Some(apps::grant(item)),
        Kind::App => Some(apps::app(item)),
        Kind::AppCredential => Some(apps::credential(item)),
        Kind::AppOwner => Some(apps::owner(item)),
        Kind::MfaMethod => Some(directory::method(item)),
        Kind::Device => Some(directory::device(item)),
        Kind::Role => Some(directory::role(item)),
        Kind::User => Some(directory::user(item)),
        Kind::Policy => Some(directory::policy()),
        Kind::Password => access::password(item),
        Kind::Session => None,
    }
}

/// A text of an identity; empty where the records have none.
fn known(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

#[cfg(test)]
mod tests;
