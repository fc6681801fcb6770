//! `oauth-consent`: a consent was given.

use super::apps::consents;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};

/// See the text.
pub struct OauthConsent;

/// Worth of a finding.
const DB: f64 = 6.0;

impl Detection for OauthConsent {
    fn id(&self) -> &'static str {
        "oauth-consent"
    }
    fn title(&self) -> &'static str {
        "Consent to an application"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1528", "T1098.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A user consented to an application that reaches mail or files or stays offline, and that is new to the tenant.",
            why: "The application keeps its access when the password changes.",
            innocent: "Trying a tool.",
            next: "Read the application's permissions; revoke the grant if nobody wants it.",
            references: &["https://attack.mitre.org/techniques/T1528/", "https://attack.mitre.org/techniques/T1098/003/"],
            model: "OAuth Permission Grant",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for consent in consents(case) {
            if case.config.is_known_good_app(&consent.app, &consent.name) || !consent.reaches_data {
                continue;
            }
            let summary = format!("gave the application {} access ({})", consent.shown(), consent.scopes);
            out.add(
                case.store,
                consent.account,
                consent.context,
                consent.events,
                if consent.colleagues > 0 { DB / 2.0 } else { DB },
                summary,
            );
        }
    }
}
