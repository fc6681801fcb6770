//! `anonymised-sign-in`: a sign-in through a network that hides where somebody is.

use super::support::unusual_contexts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};

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
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (id, context) in unusual_contexts(case) {
            let familiar = case.familiarity(id);
            if familiar.asn || familiar.network || familiar.asn_colleagues > 0 || !case.is_anonymising(context.ip) {
                continue;
            }
            let events: Vec<u32> = case.sign_ins(context).map(|(index, _)| index).collect();
            let summary = format!("signed in through {} ({})", case.place_words(context.ip), case.facts(context.ip).class.name());
            out.add(case.store, context.account, id, events, DB, summary);
        }
    }
}
