//! `mfa-method-added`: an MFA method was added.

use super::support::unusual_acts;
use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Detail, Event, Flags};
use crate::habits::{Colleagues, ContextId};

/// See the text.
pub struct MfaMethodAdded;

/// Worth of a finding.
const DB: f64 = 10.0;

impl Detection for MfaMethodAdded {
    fn id(&self) -> &'static str {
        "mfa-method-added"
    }
    fn title(&self) -> &'static str {
        "MFA method added from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1098.005", "T1556.006"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Security information was registered or changed in an unfamiliar context.",
            why: "With his own method the intruder passes MFA from then on.",
            innocent: "A new phone. A newcomer's first method in a network of his colleagues is not raised.",
            next: "Remove the method; ask the owner.",
            references: &["https://attack.mitre.org/techniques/T1098/005/", "https://attack.mitre.org/techniques/T1556/006/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let made = case.described().filter(|(_, event)| event.succeeded() && is_one(case, event));
        for (account, id, first, events) in unusual_acts(case, made).into_iter().filter(|(_, id, ..)| !is_newcomer(case, *id)) {
            let summary = format!("registered an MFA method ({})", case.store.text(first.operation));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(case: &Case<'_>, event: &Event) -> bool {
    matches!(case.store.detail(event), Some(Detail::Change(change)) if change.aspect == "mfa-method") && !event.flags.has(Flags::REMOVAL)
}

/// True where hardly any history of the account is there yet, in a network of its colleagues: new people
/// begin by registering a method.
fn is_newcomer(case: &Case<'_>, id: ContextId) -> bool {
    let familiar = case.familiarity(id);
    familiar.thin && familiar.asn_colleagues == Colleagues::Many
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::{Action, Flags};

    const ID: &str = "mfa-method-added";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    fn act() -> Act {
        change("anna", at(20, "03:00"), Action::Mfa, "mfa-method")
    }

    #[test]
    fn a_method_added_from_elsewhere_tells() {
        seen(act(), NIGERIA).fires(ID, "anna", 10.0);
    }

    #[test]
    fn the_usual_place_and_taking_it_away_are_quiet() {
        seen(act(), HOME).quiet(ID, "anna");
        seen(act().flag(Flags::REMOVAL), NIGERIA).quiet(ID, "anna");
    }

    #[test]
    fn a_new_colleagues_first_method_is_quiet() {
        let mut scene = Scene::office();
        scene.add(sign_in("newcomer", at(20, "09:00")).from(OTHER_LINE, FIREFOX));
        scene.add(change("newcomer", at(20, "09:05"), Action::Mfa, "mfa-method").from(OTHER_LINE, FIREFOX));
        scene.look().quiet(ID, "newcomer");
    }
}
