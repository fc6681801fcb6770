//! `app-acts-after-grant`: an application acts after its grant.

use super::apps::consents;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::{AppWeight, abused_app};
use crate::events::Action;

/// See the text.
pub struct AppActsAfterGrant;

/// Worth of a finding.
const DB: f64 = 14.0;

impl Detection for AppActsAfterGrant {
    fn id(&self) -> &'static str {
        "app-acts-after-grant"
    }
    fn title(&self) -> &'static str {
        "Application reads or sends after its grant"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "After a consent in an unfamiliar context, or to an application that hardly anybody uses honestly, the application read or sent mail at machine pace.",
            why: "The application does the intruder's work.",
            innocent: "Backup tools, mail merge, a first synchronisation.",
            next: "Revoke the grant; count what it read and sent.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "Unusual Logic Following OAuth Grant",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[Threshold { name: "items", default: 20.0, doc: "items read or sent by the application" }]
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let least = case.threshold(self, "items");
        for consent in consents(case) {
            let Some(app) = case.store.texts().find(&consent.app) else { continue };
            let known = abused_app(&consent.app, &consent.name);
            let suspect =
                case.rarity(consent.context) >= 0.5 || known.as_ref().is_some_and(|known| known.weight == AppWeight::HardlyHonest);
            let Some(granted) = consent.events.first().and_then(|index| case.event(*index)).filter(|_| suspect) else { continue };
            let mut events = Vec::new();
            let mut items = 0usize;
            for (index, event) in case.in_order() {
                let acts = matches!(event.action, Action::MailRead | Action::MailSent | Action::MailDeleted | Action::FileRead);
                if acts && event.app == app && event.time > granted.time && case.contexts.account_of(index) == consent.account {
                    events.push(index);
                    items += event.count as usize;
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            if items as f64 >= least {
                let summary = format!("{} read or sent {items} items after the consent", consent.shown());
                out.add(case.store, consent.account, consent.context, events, DB, summary);
            }
        }
    }
}
