//! `many-unusual-acts`: unusual acts of several kinds.

use super::composites::{Part, parts};
use super::{Case, Detection, EvidenceFamily, Finding, Findings, Severity, Text, Threshold};
use crate::events::Time;
use std::collections::BTreeMap;

/// See the text.
pub struct ManyUnusualActs;

impl Detection for ManyUnusualActs {
    fn id(&self) -> &'static str {
        "many-unusual-acts"
    }
    fn title(&self) -> &'static str {
        "Unusual acts of several kinds"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Access
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1078.004"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Unusual acts of at least three kinds (access, hiding, persistence, apps, spreading, collection, tenant) by one party within a day.",
            why: "Each may be honest; one party that does several of them seldom is.",
            innocent: "A new laptop set up while travelling.",
            next: "Read the acts in their order.",
            references: &["https://attack.mitre.org/techniques/T1078/004/"],
            model: "Multiple Unusual SaaS Activities; Multiple Model Breaches",
        }
    }
    fn thresholds(&self) -> &'static [Threshold] {
        &[
            Threshold { name: "kinds", default: 3.0, doc: "different kinds of unusual acts" },
            Threshold { name: "hours", default: 24.0, doc: "hours within which they happen" },
        ]
    }
    fn combine(&self, case: &Case<'_>, lane: &[&Finding], out: &mut Findings) {
        let seconds = case.seconds_of_hours(self, "hours");
        let least = case.threshold(self, "kinds");
        let parts = parts(case, lane);
        let mut reported: Option<Time> = None;
        for (at, part) in parts.iter().enumerate() {
            if reported.is_some_and(|last| part.time.since(last) <= seconds) {
                continue;
            }
            // The first of each kind within the window that ends here.
            let mut kinds: BTreeMap<EvidenceFamily, &Part<'_>> = BTreeMap::new();
            for one in parts.iter().take(at + 1).filter(|one| part.time.since(one.time) <= seconds) {
                if let Some(family) = one.finding.detection().map(Detection::family).filter(|family| *family != EvidenceFamily::Company) {
                    kinds.entry(family).or_insert(one);
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "a handful of kinds")]
            if (kinds.len() as f64) < least {
                continue;
            }
            let mut events: Vec<u32> = part.finding.events.first().copied().into_iter().collect();
            events.extend(
                kinds.values().filter_map(|one| one.finding.events.first().copied()).filter(|index| !part.finding.events.contains(index)),
            );
            let words: Vec<&str> = kinds.keys().map(|family| family.name()).collect();
            let summary = format!("unusual acts of {} kinds within a day: {}", words.len(), words.join(", "));
            out.add_composite(case.store, part.finding, part.time, events, summary);
            reported = Some(part.time);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "many-unusual-acts";
    const SPIKE: &str = "946c777c-bc85-489e-b034-392389ae23d6";

    fn seen(consent_at: Option<crate::events::Time>) -> Seen {
        let mut scene = Scene::office();
        scene.add(sign_in("anna", at(20, "04:00")).from(NIGERIA, FIREFOX));
        scene.add(hiding_rule("anna", at(20, "14:00")).from(NIGERIA, FIREFOX));
        scene.add_all(consent_at.map(|time| consent("anna", time, SPIKE, "Spike").from(NIGERIA, FIREFOX)));
        scene.judge()
    }

    #[test]
    fn the_third_kind_completes_it() {
        let three = seen(Some(at(20, "14:45")));
        three.fires(ID, "anna", 0.0);
        assert_eq!(three.when(ID, "anna"), [at(20, "14:45")]);
        seen(None).quiet(ID, "anna");
    }

    #[test]
    fn how_many_kinds_it_takes_is_of_the_configuration() {
        // Access, hiding, apps and spreading.
        let seen = |kinds: u32| {
            let acts = [hiding_rule("anna", at(20, "12:00")), consent("anna", at(20, "13:00"), SPIKE, "Spike")];
            let scene = Scene::entered(NIGERIA, acts.into_iter().chain(like_mails("anna", at(20, "14:00"), 50)));
            scene.configured(&format!("[thresholds.many-unusual-acts]\nkinds = {kinds}")).judge()
        };
        assert_eq!(seen(2).when(ID, "anna"), [at(20, "12:00")]);
        assert_eq!(seen(3).when(ID, "anna"), [at(20, "13:00")]);
        assert_eq!(seen(4).when(ID, "anna"), [at(20, "14:00:49")]);
        seen(5).quiet(ID, "anna");
    }

    #[test]
    fn acts_of_another_day_do_not_count() {
        seen(Some(at(21, "03:59:59"))).fires(ID, "anna", 0.0);
        seen(Some(at(21, "04:00"))).fires(ID, "anna", 0.0);
        seen(Some(at(21, "04:00:01"))).quiet(ID, "anna");
    }
}
