//! `external-forwarding`: the mailbox forwards outside.

use super::{Case, Detection, EvidenceFamily, Findings, Severity, Text};
use crate::events::{Detail, Flags};

/// See the text.
pub struct ExternalForwarding;

/// Worth of a finding from an unfamiliar context.
const DB: f64 = 20.0;

impl Detection for ExternalForwarding {
    fn id(&self) -> &'static str {
        "external-forwarding"
    }
    fn title(&self) -> &'static str {
        "Mailbox forwards outside"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Persistence
    }
    fn is_telling_anywhere(&self) -> bool {
        true
    }
    fn severity(&self) -> Severity {
        Severity::High
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.003"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Mailbox forwarding to an address outside the tenant was set from an unfamiliar context. From the owner's usual place it is listed and counts nothing.",
            why: "Every mail goes to the intruder, whatever happens to the password.",
            innocent: "Leavers, ticket systems.",
            next: "Remove the forwarding; ask whose address it is.",
            references: &["https://attack.mitre.org/techniques/T1114/003/"],
            model: "",
        }
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        for (index, event) in case.described() {
            let Some(Detail::Forwarding(forwarding)) = case.store.detail(event) else { continue };
            let Some(to) = forwarding.smtp.as_deref().filter(|to| !case.store.accounts().is_own_address(to)) else { continue };
            if event.flags.has(Flags::REMOVAL) || !event.succeeded() {
                continue;
            }
            let (id, _) = case.context_of(index);
            let db = if case.rarity(id) > 0.0 { DB } else { 0.0 };
            let summary = format!("set mailbox forwarding to {to}, outside");
            out.add(case.store, case.contexts.account_of(index), id, vec![index], db, summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Flags;

    const ID: &str = "external-forwarding";

    fn seen(act: Act, ip: &str) -> Seen {
        let mut scene = Scene::office();
        scene.add(act.from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn forwarding_outside_from_an_unfamiliar_place_tells() {
        seen(forwarding("anna", at(20, "03:00"), "drop@example.net"), HOSTING).fires(ID, "anna", 20.0);
    }

    #[test]
    fn the_owners_own_is_listed_and_counts_nothing() {
        seen(forwarding("anna", at(20, "03:00"), "anna@example.net"), HOME).fires(ID, "anna", 0.0);
    }

    #[test]
    fn colleagues_and_an_end_of_forwarding_are_quiet() {
        seen(forwarding("anna", at(20, "03:00"), "c1@example.com"), HOSTING).quiet(ID, "anna");
        seen(forwarding("anna", at(20, "03:00"), "drop@example.net").flag(Flags::REMOVAL), HOSTING).quiet(ID, "anna");
    }
}
