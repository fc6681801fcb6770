//! `delegate-mailbox-access`: other people's mailboxes were opened.

use super::support::by_context;
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text};
use crate::events::{Action, Flags};
use crate::habits::ContextId;
use std::collections::BTreeSet;

/// See the text.
pub struct DelegateMailboxAccess;

/// Worth of a finding.
const DB: f64 = 8.0;

impl Detection for DelegateMailboxAccess {
    fn id(&self) -> &'static str {
        "delegate-mailbox-access"
    }
    fn title(&self) -> &'static str {
        "Other people's mailboxes opened"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Collection
    }
    fn severity(&self) -> Severity {
        Severity::Medium
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1114.002"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Another person's mailbox was opened from an unfamiliar context.",
            why: "One account with delegate rights opens many mailboxes.",
            innocent: "Assistants.",
            next: "List whose mailboxes were opened; treat them as seen.",
            references: &["https://attack.mitre.org/techniques/T1114/002/"],
            model: "",
        }
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        let acts = case.acts(&[Action::MailRead, Action::MailSent, Action::MailMoved, Action::MailDeleted, Action::MailChanged]);
        let opened = acts.filter(|(index, event)| {
            event.flags.has(Flags::DELEGATE)
                && !event.flags.has_any(Flags::SERVICE | Flags::BACKGROUND)
                && event.succeeded()
                && case.store.accounts().of(event.target) != case.contexts.account_of(*index)
        });
        let unusual =
            |id: ContextId| case.rarity(id) >= 0.5 && case.contexts.get(id).is_some_and(|context| case.is_judged(context.account));
        for ((account, id), events) in by_context(case, opened, unusual) {
            let owners: BTreeSet<&str> =
                events.iter().filter_map(|index| case.event(*index)).map(|event| case.store.name(event.target)).collect();
            let summary = format!("opened the mailbox of {}", owners.into_iter().collect::<Vec<_>>().join(", "));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Flags;

    const ID: &str = "delegate-mailbox-access";

    fn seen(ip: &str, flags: Flags) -> Seen {
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "03:00"), 1).on("c1").flag(flags).from(ip, FIREFOX));
        scene.look()
    }

    #[test]
    fn a_colleagues_mailbox_opened_from_elsewhere_tells() {
        seen(NIGERIA, Flags::DELEGATE).fires(ID, "anna", 8.0);
    }

    #[test]
    fn assistants_services_and_the_own_mailbox_are_quiet() {
        seen(HOME, Flags::DELEGATE).quiet(ID, "anna");
        seen(OTHER_LINE, Flags::DELEGATE).quiet(ID, "anna");
        seen(NIGERIA, Flags::DELEGATE | Flags::BACKGROUND).quiet(ID, "anna");
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "03:00"), 1).from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
        // Some records call the owner's own logon one of a delegate.
        let mut scene = Scene::office();
        scene.add(read_mail("anna", at(20, "03:00"), 1).on("anna").flag(Flags::DELEGATE).from(NIGERIA, FIREFOX));
        scene.look().quiet(ID, "anna");
    }
}
