//! Detections: what is notable. One file each, one line in [`DETECTIONS`].
//!
//! A detection reads the [`Case`] and reports [`Finding`]s: which account, which context, which
//! records, and how many decibans it is worth there. It does not judge an account: that is scoring.
//! Its text, thresholds and tests live in its file; `bectrace detections` and `docs/detections.md` are
//! made from them.

mod case;
mod finding;

mod abused_app;
mod anonymised_sign_in;
mod app_acts_after_grant;
mod app_administration;
mod apps;
mod audit_disabled;
mod base_rates;
mod brute_force;
mod clicked_phish;
mod clicks;
mod composites;
mod delegate_mailbox_access;
mod device_code_sign_in;
mod device_registered;
mod dormant_account_sign_in;
mod external_forwarding;
mod failures_then_success;
mod file_collection;
mod folder_tampering;
mod impossible_travel;
mod inbox_rule_created;
mod inbox_rule_forwards;
mod inbox_rule_hides_mail;
mod inbox_rule_odd_name;
mod inbox_rule_silent_flags;
mod internal_phish;
mod legacy_auth_sign_in;
mod legacy_protocol_enabled;
mod mail_burst;
mod mail_collection;
mod mail_deletion_burst;
mod mailbox_permission_granted;
mod mailbox_search;
mod mailbox_sign_in_unfamiliar;
mod mailbox_used_by_intruder;
mod malicious_share;
mod many_unusual_acts;
mod mfa_fatigue;
mod mfa_method_added;
mod oauth_consent;
mod password_changed_unfamiliar;
mod password_known;
mod password_spray;
mod reply_chain_hijack;
mod risk_flagged;
mod role_granted;
mod rule_burst;
mod same_rule_elsewhere;
mod scripted_agent_sign_in;
mod send_failures;
mod sent;
mod service_principal_added;
mod session_replay;
mod sessions;
mod shared_attacker_address;
mod significant_compliance;
mod support;
mod suspicious_activity;
mod suspicious_activity_and_mail;
mod targeted_by_incident;
#[cfg(test)]
pub(crate) mod testkit;
mod transport_rule_changed;
mod unfamiliar_sign_in;
mod unusual_login_and_mail_burst;
mod unusual_login_and_new_rule;

pub use audit_disabled::switches_auditing_off;
pub use base_rates::ActiveDays;
pub use case::{Case, Due, PlaceWords, Prepared, agent_of};
pub use clicks::{Click, clicks};
pub use finding::{Finding, Findings, Words};
pub use inbox_rule_hides_mail::hides;
pub use legacy_protocol_enabled::switches_protocol_on;
pub use same_rule_elsewhere::wording;
pub use sent::{Sent, SentMail, recipients};
pub use sessions::SharedSessions;

use crate::habits::Changes;
use crate::stages::Stages;

/// What kind of evidence a detection gives. Evidence of one family is dependent and counts with
/// falling weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EvidenceFamily {
    /// How the account was entered.
    Access,
    /// Hiding mail and traces.
    Hiding,
    /// Staying.
    Persistence,
    /// Applications and consents.
    Apps,
    /// Spreading by mail, files, chat.
    Spreading,
    /// Reading and taking.
    Collection,
    /// Changes to the tenant.
    Tenant,
    /// The same actor as on an account that is compromised already.
    Company,
}

impl EvidenceFamily {
    /// Every family, in the natural order of an intrusion.
    pub const ALL: [EvidenceFamily; 8] = [
        EvidenceFamily::Access,
        EvidenceFamily::Hiding,
        EvidenceFamily::Persistence,
        EvidenceFamily::Apps,
        EvidenceFamily::Spreading,
        EvidenceFamily::Collection,
        EvidenceFamily::Tenant,
        EvidenceFamily::Company,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            EvidenceFamily::Access => "access",
            EvidenceFamily::Hiding => "hiding",
            EvidenceFamily::Persistence => "persistence",
            EvidenceFamily::Apps => "apps",
            EvidenceFamily::Spreading => "spreading",
            EvidenceFamily::Collection => "collection",
            EvidenceFamily::Tenant => "tenant",
            EvidenceFamily::Company => "company",
        }
    }
}

/// Which question a detection of access answers. Answers to one question depend on each other: who is in
/// a new country is in a new network too. Those to different questions do not: a traveller has his own
/// program with him, and whoever forgot his password sits at home.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// From where.
    Where,
    /// With what program.
    With,
    /// How the door was opened; of other families, everything.
    How,
}

impl Question {
    /// How many there are.
    pub const COUNT: usize = 3;
}

/// How serious a finding is on an account that turns out to be compromised; on any other account it is
/// shown as medium at most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Weak.
    Low,
    /// Notable.
    Medium,
    /// Serious.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// What the findings of a detection rest on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The acts in the finding's context, and how familiar it is.
    Context,
    /// The acts of the finding's account, and how familiar its contexts are.
    Account,
    /// Anything in the tenant.
    Tenant,
}

/// A number that the configuration can change.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// Its key in `[thresholds.<detection>]`.
    pub name: &'static str,
    /// Its value without configuration.
    pub default: f64,
    /// What it means, with its unit.
    pub doc: &'static str,
}

/// What a reader is told of a detection.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// What it finds, one sentence.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Honest ways in which it comes about.
    pub innocent: &'static str,
    /// What to check next.
    pub next: &'static str,
    /// Where to read more.
    pub references: &'static [&'static str],
    /// Detection models of the published incidents that it answers to; empty where none.
    pub model: &'static str,
}

/// One detection.
pub trait Detection: Sync {
    /// Stable id in kebab case that says what happened.
    fn id(&self) -> &'static str;
    /// Its heading for people.
    fn title(&self) -> &'static str;
    /// What kind of evidence it gives.
    fn family(&self) -> EvidenceFamily;
    /// How serious it is.
    fn severity(&self) -> Severity;
    /// ATT&CK techniques.
    fn mitre(&self) -> &'static [&'static str];
    /// What a reader is told of it.
    fn text(&self) -> &'static Text;
    /// Numbers that the configuration can change.
    fn thresholds(&self) -> &'static [Threshold] {
        &[]
    }
    /// True for an attack on the account that need not have succeeded: it makes an account *targeted*.
    fn is_attack(&self) -> bool {
        false
    }
    /// True where it is about a new place: everybody is somewhere new now and then, so that it is measured
    /// by days and not by accounts how common it is.
    fn is_of_place(&self) -> bool {
        false
    }
    /// True where the act is an intruder's kind of act even at a habitual place, where it is worth nothing: an
    /// intruder who stays makes a habit of his place.
    fn is_telling_anywhere(&self) -> bool {
        false
    }
    /// Which question of access a finding of this worth answers.
    fn question(&self, _db: f64) -> Question {
        if self.is_of_place() { Question::Where } else { Question::How }
    }
    /// True where a finding of this worth is the verdict by itself, whatever else is known of the account.
    fn decides(&self, _db: f64) -> bool {
        false
    }
    /// What a finding of it rests on; it is not run again for what did not change.
    fn scope(&self) -> Scope {
        Scope::Tenant
    }
    /// Finds it in the case; nothing for a composite.
    fn find(&self, _case: &Case<'_>, _out: &mut Findings) {}
    /// Finds a composite in the findings of one lane of an account.
    fn combine(&self, _case: &Case<'_>, _lane: &[&Finding], _out: &mut Findings) {}
}

/// Every detection, in the order of the catalogue.
pub static DETECTIONS: &[&dyn Detection] = &[
    &legacy_auth_sign_in::LegacyAuthSignIn,
    &scripted_agent_sign_in::ScriptedAgentSignIn,
    &unfamiliar_sign_in::UnfamiliarSignIn,
    &anonymised_sign_in::AnonymisedSignIn,
    &impossible_travel::ImpossibleTravel,
    &session_replay::SessionReplay,
    &device_code_sign_in::DeviceCodeSignIn,
    &failures_then_success::FailuresThenSuccess,
    &mfa_fatigue::MfaFatigue,
    &password_known::PasswordKnown,
    &password_spray::PasswordSpray,
    &brute_force::BruteForce,
    &dormant_account_sign_in::DormantAccountSignIn,
    &risk_flagged::RiskFlagged,
    &mailbox_sign_in_unfamiliar::MailboxSignInUnfamiliar,
    &inbox_rule_created::InboxRuleCreated,
    &inbox_rule_hides_mail::InboxRuleHidesMail,
    &inbox_rule_odd_name::InboxRuleOddName,
    &inbox_rule_forwards::InboxRuleForwards,
    &inbox_rule_silent_flags::InboxRuleSilentFlags,
    &rule_burst::RuleBurst,
    &mail_deletion_burst::MailDeletionBurst,
    &folder_tampering::FolderTampering,
    &external_forwarding::ExternalForwarding,
    &mailbox_permission_granted::MailboxPermissionGranted,
    &mfa_method_added::MfaMethodAdded,
    &device_registered::DeviceRegistered,
    &password_changed_unfamiliar::PasswordChangedUnfamiliar,
    &transport_rule_changed::TransportRuleChanged,
    &role_granted::RoleGranted,
    &audit_disabled::AuditDisabled,
    &legacy_protocol_enabled::LegacyProtocolEnabled,
    &oauth_consent::OauthConsent,
    &abused_app::AbusedApp,
    &service_principal_added::ServicePrincipalAdded,
    &app_administration::AppAdministration,
    &app_acts_after_grant::AppActsAfterGrant,
    &mail_burst::MailBurst,
    &internal_phish::InternalPhish,
    &send_failures::SendFailures,
    &reply_chain_hijack::ReplyChainHijack,
    &malicious_share::MaliciousShare,
    &clicked_phish::ClickedPhish,
    &mail_collection::MailCollection,
    &mailbox_search::MailboxSearch,
    &delegate_mailbox_access::DelegateMailboxAccess,
    &file_collection::FileCollection,
    &shared_attacker_address::SharedAttackerAddress,
    &same_rule_elsewhere::SameRuleElsewhere,
    &mailbox_used_by_intruder::MailboxUsedByIntruder,
    &targeted_by_incident::TargetedByIncident,
    &unusual_login_and_new_rule::UnusualLoginAndNewRule,
    &unusual_login_and_mail_burst::UnusualLoginAndMailBurst,
    &many_unusual_acts::ManyUnusualActs,
    &suspicious_activity::SuspiciousActivity,
    &significant_compliance::SignificantCompliance,
    &suspicious_activity_and_mail::SuspiciousActivityAndMail,
];

/// The detection with this id.
pub fn by_id(id: &str) -> Option<&'static dyn Detection> {
    DETECTIONS.iter().copied().find(|detection| detection.id() == id)
}

/// What a run of the detections found.
#[derive(Default)]
pub struct Found {
    /// Findings in the order of the catalogue, then of time.
    pub findings: Vec<Finding>,
    /// What is too common to be a finding.
    common: Vec<Finding>,
}

impl Found {
    /// Findings that still hold, whatever changed, as their detections saw them.
    fn known(self, changes: &Changes) -> Vec<Finding> {
        let mut known = self.findings;
        known.extend(self.common);
        known.retain(|finding| finding.outlasts(changes));
        known.iter_mut().for_each(Finding::uncap);
        known
    }
}

/// Runs every detection on what changed in the habits since the run `before`, whose other findings still
/// hold.
pub fn run(case: &Case<'_>, changes: &Changes, before: Found, stages: &Stages) -> Found {
    let mut findings = Findings::after(changes, before.known(changes));
    for (number, detection) in DETECTIONS.iter().enumerate() {
        findings.start(number);
        let due = match detection.scope() {
            Scope::Context => Due::Contexts(changes),
            Scope::Account => Due::Accounts(changes),
            Scope::Tenant => Due::Everything,
        };
        stages.part(detection.id(), || detection.find(&Case { due, ..*case }, &mut findings));
    }
    let mut findings = findings.finish();
    let common = stages.part("base rates", || base_rates::apply(case, &mut findings));
    Found { findings, common }
}

/// Runs every composite over the findings of each lane. They come out in the order of the catalogue, then
/// of time.
pub fn combine<'f>(case: &Case<'_>, findings: &'f [Finding], lanes: impl Iterator<Item = &'f [usize]>) -> Vec<Finding> {
    let mut composites = Findings::default();
    for numbers in lanes {
        let lane: Vec<&Finding> = numbers.iter().filter_map(|number| findings.get(*number)).collect();
        for (number, detection) in DETECTIONS.iter().enumerate() {
            composites.start(number);
            detection.combine(case, &lane, &mut composites);
        }
    }
    composites.finish()
}
