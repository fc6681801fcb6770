//! `anonymised-sign-in`: a sign-in through a network that hides where somebody is.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text};
use crate::habits::Colleagues;

/// See the text.
pub struct AnonymisedSignIn;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for AnonymisedSignIn {
    fn id(&self) -> &'static str {
        "anonymised-sign-in"
    }
    fn title(&self) -> &'static str {
        "Sign-in through hosting, VPN or Tor"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1090.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A sign-in succeeded from a hosting, VPN, Tor or proxy network that the account does not use habitually.",
            why: "Intruders work through rented servers and VPN exits; phishing proxies run there.",
            innocent: "A company VPN, a private relay, a security gateway, a cloud desktop.",
            next: "Ask whether the tenant uses that network; name it in the configuration if so.",
            references: &["https://attack.mitre.org/techniques/T1090/003/"],
            model: "Unusual External Source for SaaS Credential Use (VPN/VPS case)",
        }
    }
    fn is_of_place(&self) -> bool {
        true
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case) {
            let familiar = case.familiarity(id);
            if familiar.asn || familiar.network || familiar.asn_colleagues > Colleagues::None || !case.is_anonymising(context.ip) {
                continue;
            }
            let events: Vec<u32> = case.sign_ins(context).map(|(index, _)| index).collect();
            let summary = format!("signed in through {}", case.place_words(context.ip));
            out.add(case.store, context.account, id, events, DB, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "anonymised-sign-in";

    fn office(ip: &str) -> Scene {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "03:00")).from(ip, FIREFOX));
        scene
    }

    #[test]
    fn hosting_and_vpn_hide_where_somebody_is() {
        office(HOSTING).look().fires(ID, "anna", 10.0);
        office(VPN).look().fires(ID, "anna", 10.0);
    }

    #[test]
    fn carriers_and_lines_at_home_hide_nothing() {
        for ip in [NIGERIA, OTHER_PROVIDER, OTHER_LINE] {
            office(ip).look().quiet(ID, "anna");
        }
    }

    #[test]
    fn the_companys_own_exit_is_no_hiding_place() {
        office(VPN).configured(&format!("[tenant]\nvpn_exits = [\"{VPN}\"]\n")).look().quiet(ID, "anna");
    }

    #[test]
    fn a_network_that_a_colleague_uses_is_known() {
        let seen = |agent: &str| {
            let mut scene = Scene::office();
            scene.add(sign_in("anna", at(20, "03:00")).from(HOSTING, agent));
            scene.live("c9", 0..20, "51.77.99.9", CHROME);
            scene.look()
        };
        seen(CHROME).quiet(ID, "anna");
        // Strangers rent there too.
        seen(FIREFOX).fires(ID, "anna", 10.0);
    }

    #[test]
    fn the_very_address_of_a_colleague_is_known_with_any_client() {
        let mut scene = office(HOSTING);
        scene.live("c9", 0..20, HOSTING, CHROME);
        scene.look().quiet(ID, "anna");
    }
}
