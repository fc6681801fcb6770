//! Triggers: the composites on which a response acts.

use crate::config::{ResponseAction, ResponseConfig};
use crate::detections::Finding;

/// A composite on which a response acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trigger {
    /// An unusual sign-in that is suspicious in itself.
    SuspiciousActivity,
    /// An unusual sign-in, then a way to hide or to stay.
    SignificantCompliance,
    /// An unusual sign-in, then a burst of mail or a sensitive change.
    SuspiciousActivityAndMail,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: [Trigger; 3] = [Trigger::SuspiciousActivity, Trigger::SignificantCompliance, Trigger::SuspiciousActivityAndMail];

    /// Id of its detection.
    pub fn id(self) -> &'static str {
        match self {
            Trigger::SuspiciousActivity => "suspicious-activity",
            Trigger::SignificantCompliance => "significant-compliance",
            Trigger::SuspiciousActivityAndMail => "suspicious-activity-and-mail",
        }
    }

    /// The trigger that a finding is of, if it is one.
    pub fn of(finding: &Finding) -> Option<Trigger> {
        let id = finding.detection()?.id();
        Trigger::ALL.into_iter().find(|trigger| trigger.id() == id)
    }

    /// What the policy does on it.
    pub fn actions(self, policy: &ResponseConfig) -> &[ResponseAction] {
        match self {
            Trigger::SuspiciousActivity => &policy.suspicious_activity,
            Trigger::SignificantCompliance => &policy.significant_compliance,
            Trigger::SuspiciousActivityAndMail => &policy.suspicious_activity_and_mail,
        }
    }
}
