//! Teams: messages, chats, members, sessions.

use super::Reader;
use super::fields::Field;
use crate::events::{Action, Detail, Flags, Outcome, Principal, link};
use crate::evidence::Value;

impl Reader<'_, '_> {
    /// A record of Teams. They are written for acts that were done.
    pub(super) fn teams(&mut self) {
        let audit = self.audit;
        self.event.action = Action::Teams;
        if self.event.outcome == Outcome::Unknown {
            self.event.outcome = Outcome::Success;
        }
        let linked = audit
            .value(Field::MessageUrls)
            .is_some_and(|urls| urls.items_or_self().any(|url| url.str().is_some_and(|url| !url.is_empty())));
        self.event.flags.set_if(linked || self.operation == "messagecreatedhaslink", Flags::HAS_LINK);
        let foreign = audit.root.get("ParticipantInfo").and_then(|info| info.get("HasForeignTenantUsers")).and_then(Value::bool);
        let object = audit.str(Field::TeamName).or_else(|| audit.str(Field::ItemName)).or_else(|| audit.str(Field::ObjectId));
        self.event.object = self.out.opt(object);
        self.event.link = audit.str(Field::ChatThreadId).map_or(0, link);
        let mut others: Vec<Principal> = Vec::new();
        for member in audit.value(Field::Members).into_iter().flat_map(Value::items_or_self) {
            if let Some(name) = member.str_of("UPN") {
                let name = self.out.principal(name);
                if name != self.event.actor && !others.contains(&name) {
                    others.push(name);
                }
            }
        }
        self.event.flags.set_if(foreign == Some(false) && self.event.flags.has(Flags::HAS_LINK), Flags::INTERNAL);
        self.event.target = others.first().copied().unwrap_or_default();
        self.event.count = u32::try_from(others.len()).unwrap_or(u32::MAX).max(1);
        if !others.is_empty() {
            self.out.detail(&mut self.event, Detail::Share(Box::new(others)));
        }
    }
}
