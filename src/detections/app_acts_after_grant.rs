//! `app-acts-after-grant`: an application acts after its grant.

use super::apps::{Consent, consents};
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text, Threshold};
use crate::enrich::{AppWeight, abused_app};
use crate::events::{AccountId, Action, Str, Time};
use rustc_hash::FxHashMap;

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
        let suspects: Vec<Suspect> = consents(case).into_iter().filter_map(|consent| suspect(case, consent)).collect();
        let acts = acts_by_app(case, &suspects);
        for Suspect { consent, app, granted } in suspects {
            let list = acts.get(&(consent.account, app)).map_or(&[][..], Vec::as_slice);
            let after =
                list.iter().filter_map(|index| case.event(*index).map(|event| (*index, event))).filter(|(_, event)| event.time > granted);
            let (events, items) = after.fold((Vec::new(), 0usize), |(mut events, items), (index, event)| {
                events.push(index);
                (events, items + event.count as usize)
            });
            #[expect(clippy::cast_precision_loss, reason = "a count of items")]
            if items as f64 >= least {
                let summary = format!("{} read or sent {items} items after the consent", consent.shown());
                out.add(case.store, consent.account, consent.context, events, DB, summary);
            }
        }
    }
}

/// A consent whose application is to be watched.
struct Suspect {
    consent: Consent,
    app: Str,
    granted: Time,
}

/// Consents in an unfamiliar context, and consents to an application that is hardly ever honest.
fn suspect(case: &Case<'_>, consent: Consent) -> Option<Suspect> {
    let app = case.store.texts().find(&consent.app)?;
    let known = abused_app(&consent.app, &consent.name);
    let suspect = case.rarity(consent.context) >= 0.5 || known.is_some_and(|known| known.weight == AppWeight::HardlyHonest);
    let granted = consent.events.first().and_then(|index| case.event(*index)).filter(|_| suspect)?.time;
    Some(Suspect { consent, app, granted })
}

/// What the suspects' applications read, sent and deleted for each account, in time order: one pass over
/// such acts.
fn acts_by_app(case: &Case<'_>, suspects: &[Suspect]) -> FxHashMap<(AccountId, Str), Vec<u32>> {
    let mut acts: FxHashMap<(AccountId, Str), Vec<u32>> =
        suspects.iter().map(|suspect| ((suspect.consent.account, suspect.app), Vec::new())).collect();
    if !acts.is_empty() {
        for (index, event) in case.acts(&[Action::MailRead, Action::MailSent, Action::MailDeleted, Action::FileRead]) {
            if event.app.is_some()
                && let Some(list) = acts.get_mut(&(case.contexts.account_of(index), event.app))
            {
                list.push(index);
            }
        }
    }
    acts
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;

    const ID: &str = "app-acts-after-grant";
    const PERFECTDATA: &str = "ff8d92dc-3d82-41d6-bcbd-b9174d163620";
    const SPIKE: &str = "946c777c-bc85-489e-b034-392389ae23d6";

    /// A consent, then mails that the application reads.
    fn seen(app: &str, ip: &str, items: u32, clock: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(consent("anna", at(20, "10:00"), app, "").from(ip, FIREFOX));
        scene.add(read_mail("anna", at(20, clock), items).app(app).from(OTHER_HOSTING, ""));
        scene.look()
    }

    #[test]
    fn an_app_hardly_ever_honest_that_reads_tells() {
        seen(PERFECTDATA, HOME, 20, "10:30").fires(ID, "anna", 14.0);
        seen(PERFECTDATA, HOME, 19, "10:30").quiet(ID, "anna");
    }

    #[test]
    fn a_mail_client_tells_only_where_the_consent_was_unfamiliar() {
        seen(SPIKE, NIGERIA, 500, "10:30").fires(ID, "anna", 14.0);
        seen(SPIKE, HOME, 500, "10:30").quiet(ID, "anna");
    }

    #[test]
    fn what_the_app_did_before_its_grant_is_not_its_work() {
        seen(PERFECTDATA, HOME, 500, "09:30").quiet(ID, "anna");
    }
}
