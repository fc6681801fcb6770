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
        for consent in consents(case).iter() {
            if case.config.is_known_good_app(&consent.app, &consent.name) || !consent.reaches_data {
                continue;
            }
            let summary = format!("gave the application {} access ({})", consent.shown(), consent.scopes);
            out.add(
                case.store,
                consent.account,
                consent.context,
                consent.events.clone(),
                if consent.colleagues > 0 { DB / 2.0 } else { DB },
                summary,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Consent, Detail};

    const ID: &str = "oauth-consent";
    const APP: &str = "11111111-2222-4333-8444-555555555555";

    fn office() -> Scene {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), APP, "Mail Helper").from(HOME, CHROME));
        scene
    }

    #[test]
    fn a_consent_to_an_app_that_reaches_mail_counts_from_any_place() {
        office().look().fires(ID, "anna", 6.0);
    }

    #[test]
    fn an_app_that_colleagues_use_counts_half() {
        let mut scene = office();
        scene.add(consent("c1", at(10, "10:00"), APP, "Mail Helper").from("79.240.1.10", CHROME));
        scene.look().fires(ID, "anna", 3.0);
    }

    #[test]
    fn apps_that_only_sign_in_or_that_the_tenant_knows_are_quiet() {
        let mut scene = Scene::office();
        let scopes = Consent { app_id: APP.to_owned(), scopes: vec!["User.Read".to_owned(), "openid".to_owned()], ..Consent::default() };
        let act = consent("anna", at(20, "10:00"), APP, "Mail Helper").with(move |_| Detail::Consent(Box::new(scopes)));
        scene.add(act.from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
        office().configured("[tenant]\nknown_good_apps = [\"mail helper\"]\n").look().quiet(ID, "anna");
    }
}
