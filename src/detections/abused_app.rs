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
        for consent in consents(case).iter() {
            let Some(known) =
                abused_app(&consent.app, &consent.name).filter(|_| !case.config.is_known_good_app(&consent.app, &consent.name))
            else {
                continue;
            };
            let db = if known.weight == AppWeight::HardlyHonest { HARDLY_HONEST_DB } else { ORDINARY_DB };
            let summary = format!("consented to {}, an application seen in compromises", consent.shown());
            out.add(case.store, consent.account, consent.context, consent.events.clone(), db, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "abused-app";
    const PERFECTDATA: &str = "ff8d92dc-3d82-41d6-bcbd-b9174d163620";
    const SPIKE: &str = "946c777c-bc85-489e-b034-392389ae23d6";

    fn office(app: &str, name: &str) -> Scene {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), app, name).from(HOME, CHROME));
        scene
    }

    #[test]
    fn an_app_hardly_ever_honest_counts_more_than_an_ordinary_client() {
        office(PERFECTDATA, "whatever it calls itself").look().fires(ID, "anna", 18.0);
        office(SPIKE, "Spike").look().fires(ID, "anna", 8.0);
    }

    #[test]
    fn the_name_is_enough_where_the_id_is_new() {
        office("99999999-2222-4333-8444-555555555555", "PerfectData Software").look().fires(ID, "anna", 18.0);
    }

    #[test]
    fn other_apps_and_those_that_the_tenant_uses_are_quiet() {
        office("99999999-2222-4333-8444-555555555555", "Calendar Helper").look().quiet(ID, "anna");
        office(SPIKE, "Spike").configured("[tenant]\nknown_good_apps = [\"Spike\"]\n").look().quiet(ID, "anna");
    }
}
