//! `abused-app`: a consent to an abused application.

use super::apps::consents;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::enrich::{AppWeight, abused_app};

/// See the text.
pub struct AbusedApp;

/// Worth where honest use is hardly known.
const HARDLY_HONEST_DB: f64 = 18.0;
/// Worth of ordinary clients and tools.
const ORDINARY_DB: f64 = 8.0;

impl Detection for AbusedApp {
    fn id(&self) -> &'static str {
        "abused-app"
    }
    fn title(&self) -> &'static str {
        "Consent to an application seen in compromises"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1528"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "The consent is to an application on the table of those seen in compromises, by application id first, then by name.",
            why: "PerfectData Software and Supermailer have hardly any honest use in a mailbox; Spike, eM Client or rclone are ordinary programs that intruders like too.",
            innocent: "Real customers of the application.",
            next: "Ask the owner whether he knows it; revoke the grant if not.",
            references: &["https://attack.mitre.org/techniques/T1528/"],
            model: "OAuth Permission Grant",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for consent in consents(case) {
            let Some(known) =
                abused_app(&consent.app, &consent.name).filter(|_| !case.config.is_known_good_app(&consent.app, &consent.name))
            else {
                continue;
            };
            let db = if known.weight == AppWeight::HardlyHonest { HARDLY_HONEST_DB } else { ORDINARY_DB };
            let summary = format!("consented to {}, an application seen in compromises", consent.shown());
            out.add(case.store, consent.account, consent.context, consent.events, db, summary);
        }
    }
}
