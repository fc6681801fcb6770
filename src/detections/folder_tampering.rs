//! `folder-tampering`: mail was moved or changed.

use super::support::{by_context, counted};
use super::{Case, Detection, EvidenceFamily, Findings, Scope, Severity, Text};
use crate::events::{Action, Event, Flags};
use crate::habits::ContextId;

/// See the text.
pub struct FolderTampering;

/// Worth of a finding.
const DB: f64 = 5.0;

impl Detection for FolderTampering {
    fn id(&self) -> &'static str {
        "folder-tampering"
    }
    fn title(&self) -> &'static str {
        "Mail changed or moved from an unfamiliar place"
    }
    fn family(&self) -> EvidenceFamily {
        EvidenceFamily::Collection
    }
    fn severity(&self) -> Severity {
        Severity::Low
    }
    fn mitre(&self) -> &'static [&'static str] {
        &["T1070.008"]
    }
    fn text(&self) -> &'static Text {
        &Text {
            what: "Items in Sent Items, Deleted Items or other folders were changed or moved in an unfamiliar context.",
            why: "Traces of the intruder's mails are cleared away.",
            innocent: "A new client that synchronises.",
            next: "List the items by subject.",
            references: &["https://attack.mitre.org/techniques/T1070/008/"],
            model: "Suspicious Internal Exchange Activity",
        }
    }
    fn scope(&self) -> Scope {
        Scope::Context
    }
    fn find(&self, case: &Case<'_>, out: &mut Findings) {
        const ACTIONS: &[Action] = &[Action::MailMoved, Action::MailChanged, Action::MailDeleted];
        let acts = case.acts(ACTIONS).filter(|(_, event)| event.succeeded() && is_one(event));
        let unusual = |id: ContextId| {
            let context = case.contexts.get(id).filter(|context| case.is_judged(context.account));
            context.is_some() && case.is_out_of_habit(id, ACTIONS)
        };
        for ((account, id), events) in by_context(case, acts, unusual) {
            let total: usize = events.iter().filter_map(|index| case.event(*index)).map(|event| event.count as usize).sum();
            let summary = format!("changed, moved or deleted {} in the mailbox", counted(total, "item", "items"));
            out.add(case.store, account, id, events, DB * case.rarity(id), summary);
        }
    }
}

fn is_one(event: &Event) -> bool {
    matches!(event.action, Action::MailMoved | Action::MailChanged | Action::MailDeleted)
        && !event.flags.has_any(Flags::BACKGROUND | Flags::DELEGATE)
}

#[cfg(test)]
mod tests {
    use crate::detections::testkit::*;
    use crate::events::Action;

    const ID: &str = "folder-tampering";

    #[test]
    fn mail_moved_or_changed_from_elsewhere_tells() {
        for action in [Action::MailMoved, Action::MailChanged, Action::MailDeleted] {
            let mut scene = Scene::office();
            scene.add(Act::new("anna", at(20, "03:00"), action).on("anna").from(NIGERIA, FIREFOX));
            scene.look().fires(ID, "anna", 5.0);
        }
    }

    #[test]
    fn the_owner_and_his_own_client_on_the_road_are_quiet() {
        let mut scene = Scene::office();
        scene.add_all((0..20).map(|day| Act::new("anna", at(day, "09:30"), Action::MailMoved).on("anna").times(3).from(HOME, CHROME)));
        scene.add(Act::new("anna", at(20, "09:30"), Action::MailMoved).on("anna").times(4).from(OTHER_PROVIDER, CHROME));
        scene.look().quiet(ID, "anna");
    }
}
