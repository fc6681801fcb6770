//! `service-principal-added`: a service principal was added.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{AccountId, Action, Detail, Event, Time};
use std::collections::BTreeMap;

/// See the text.
pub struct ServicePrincipalAdded;

/// Worth of a finding.
const DB: f64 = 7.0;
/// Seconds around a consent within which it adds its service principal by itself.
const CONSENT_SECONDS: i64 = 600;

impl Detection for ServicePrincipalAdded {
    fn id(&self) -> &'static str {
        "service-principal-added"
    }
    fn title(&self) -> &'static str {
        "Service principal or application added"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Apps
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.001"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "A service principal or application came into the tenant from a user's unfamiliar context.",
            why: "It is the first trace of a consent, and a place for secrets.",
            innocent: "Developers.",
            next: "Look for the consent beside it.",
            references: &["https://attack.mitre.org/techniques/T1098/001/"],
            model: "New Application Service Principal",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.acts(&[Action::App]).filter(|(_, event)| event.succeeded() && is_one(case, event));
        let consents = consents(case);
        for (account, id, first, events) in unusual_acts(case, made) {
            let of_consent = |event: &Event| {
                consents.get(&account).is_some_and(|times| times.iter().any(|time| time.since(event.time).abs() <= CONSENT_SECONDS))
            };
            let all_of_consents = events.iter().filter_map(|index| case.event(*index)).all(of_consent);
            let (db, how) = if all_of_consents { (0.0, ", as part of a consent") } else { (DB * case.rarity(id), "") };
            let summary = format!("added the service principal {}{how}", case.store.text(first.object));
            out.add(case.store, account, id, events, db, summary);
        }
    }
}

/// When each account consented to something.
fn consents(case: &Case<'_>) -> BTreeMap<AccountId, Vec<Time>> {
    let mut consents: BTreeMap<AccountId, Vec<Time>> = BTreeMap::new();
    for (index, event) in case.acts(&[Action::Consent]).filter(|(_, event)| event.succeeded() && event.time.is_known()) {
        consents.entry(case.contexts.account_of(index)).or_default().push(event.time);
    }
    consents
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    event.action == Action::App && matches!(case.store.detail(event), Some(Detail::Change(change)) if change.aspect == "service-principal")
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "service-principal-added";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::App, "service-principal").about("Exporter")
    }

    #[test]
    fn what_a_consent_adds_is_told_with_the_consent() {
        let seen = |clock: &str| {
            let mut scene = Scene::office();
            let app = "11111111-2222-4333-8444-555555555555";
            scene.add(consent("anna", at(20, "03:00"), app, "Exporter").from(NIGERIA, FIREFOX));
            scene.add(change("anna", at(20, clock), Action::App, "service-principal").about("Exporter").from(NIGERIA, FIREFOX));
            scene.look()
        };
        seen("02:50").fires(ID, "anna", 0.0);
        seen("03:10").fires(ID, "anna", 0.0);
        seen("03:11").fires(ID, "anna", 7.0);
    }

    #[test]
    fn an_application_added_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 7.0);
    }

    #[test]
    fn the_usual_place_is_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
    }
}
