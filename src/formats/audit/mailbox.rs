//! Acts in mailboxes: reading, sending, deleting, moving, folder rights, logons.

use super::fields::{Field, present};
use super::{Reader, pairs};
use crate::events::{Action, Batch, Detail, Flags, Item, Items, Mail, Permission, Right, SignIn, link, message_link};
use crate::evidence::Value;

impl<'d> Reader<'_, 'd> {
    /// A record of mailbox auditing.
    pub(super) fn mailbox(&mut self) {
        self.mailbox_owner();
        self.event.action = match self.operation {
            "mailitemsaccessed" | "messagebind" | "folderbind" => Action::MailRead,
            "send" | "sendas" | "sendonbehalf" => Action::MailSent,
            "movetodeleteditems" | "softdelete" | "harddelete" | "recorddelete" => Action::MailDeleted,
            "move" | "copy" => Action::MailMoved,
            "create" | "update" => Action::MailChanged,
            "addfolderpermissions"
            | "modifyfolderpermissions"
            | "updatefolderpermissions"
            | "removefolderpermissions"
            | "updatecalendardelegation" => Action::Permission,
            "mailboxlogin" => Action::SignIn,
            operation if operation.starts_with("searchqueryinitiated") => Action::Search,
            _ => Action::Other,
        };
        match self.event.action {
            Action::MailRead => self.mail_read(),
            Action::MailSent => self.mail_sent(),
            Action::MailDeleted | Action::MailMoved => self.affected_items(),
            Action::MailChanged => self.one_item(),
            Action::Permission => self.folder_permission(),
            Action::SignIn => self.mailbox_logon(),
            Action::Search => self.event.object = self.search_text(),
            _ => self.event.object = self.out.opt(self.audit.str(Field::ObjectId)),
        }
    }

    fn search_text(&mut self) -> crate::events::Str {
        let root = self.audit.root;
        let text = ["SearchQueryText", "QueryText", "Query", "SearchQuery"].iter().find_map(|key| root.str_of(key));
        let text = text.or_else(|| self.audit.pair(Field::OperationProperties, "QueryText"));
        self.out.opt(text)
    }

    /// `MailItemsAccessed` and its forerunners: a Bind lists messages, a Sync stands for a whole folder.
    fn mail_read(&mut self) {
        let audit = self.audit;
        let own_read = self.is_service_read();
        let flags = &mut self.event.flags;
        flags.set_if(own_read, Flags::BACKGROUND);
        pairs::each(audit.value(Field::OperationProperties), &mut |name, value| match name {
            "MailAccessType" => flags.set_if(value.eq_ignore_ascii_case("sync"), Flags::SYNC),
            "IsThrottled" => flags.set_if(value.eq_ignore_ascii_case("true"), Flags::THROTTLED),
            _ => {}
        });
        let mut items = self.no_items();
        let folders = audit.value(Field::Folders);
        for folder in folders.into_iter().flat_map(Value::items) {
            if let Some(text) = folder.str() {
                // `@{Id=…; Path=\Inbox; FolderItems=System.Object[]}`: the items are lost.
                let path = text.split("Path=").nth(1).and_then(|rest| rest.split([';', '}']).next());
                items.folder = items.folder.some().unwrap_or(self.out.opt(path));
                self.event.flags.set(Flags::PARTIAL);
                continue;
            }
            items.folder = items.folder.some().unwrap_or(self.out.opt(folder.str_of("Path")));
            let list = folder.get("FolderItems");
            for item in list.into_iter().flat_map(Value::items_or_self) {
                add_item(&mut items, item, self.out);
            }
        }
        if let Some(item) = audit.value(Field::Item) {
            add_item(&mut items, item, self.out);
            items.folder = items.folder.some().unwrap_or(self.folder_of(item));
        }
        let counted = audit.value(Field::OperationCount).and_then(Value::int).and_then(|count| u32::try_from(count).ok());
        self.event.count = counted.unwrap_or(0).max(items.len).max(1);
        self.event.object = if self.event.count == 1 { items.subject.some().unwrap_or(items.folder) } else { items.folder };
        self.out.detail(&mut self.event, Detail::Items(items));
    }

    /// True for reads by Exchange's own REST client from Exchange's own addresses (165 of 224 REST reads of
    /// one public export). The client string alone does not tell: consented applications have it too.
    fn is_service_read(&self) -> bool {
        let rest = self.audit.str(Field::ClientInfo).is_some_and(|client| client.contains("RESTSystem"));
        // 2603:1000::/24, Microsoft's. Source: addresses of public exports.
        rest && (self.event.ip.is_none() || self.out.ips.get(self.event.ip).starts_with("2603:10"))
    }

    /// The folder that an item lies in: its path, or its name where the path is not recorded.
    fn folder_of(&mut self, item: Value<'d>) -> crate::events::Str {
        let folder = item.get("ParentFolder");
        let path = folder.and_then(|folder| folder.str_of("Path")).filter(|path| *path != "Not Available");
        self.out.opt(path.or_else(|| folder.and_then(|folder| folder.str_of("Name"))))
    }

    fn mail_sent(&mut self) {
        let audit = self.audit;
        let item = audit.value(Field::Item);
        let mut mail = Mail::default();
        let text = |key: &str| item.and_then(|item| item.str_of(key));
        self.event.object = self.out.opt(text("Subject"));
        if let Some(id) = text("InternetMessageId") {
            self.event.link = message_link(id);
        }
        mail.attachments = text("Attachments").map(attachments).unwrap_or_default();
        self.event.flags.set_if(!mail.attachments.is_empty(), Flags::HAS_ATTACHMENT);
        let lists = [item.and_then(|item| item.get("Recipients")), audit.root.get("Recipients"), audit.root.get("RecipientList")];
        for entry in lists.into_iter().flatten().flat_map(Value::items_or_self) {
            if let Some(address) = entry.str().or_else(|| entry.str_of("Address")).or_else(|| entry.str_of("SmtpAddress")) {
                mail.recipients.push(self.out.principal(address));
            }
        }
        let counted = item.and_then(|item| item.get("RecipientsCount")).and_then(Value::int).and_then(|count| u32::try_from(count).ok());
        self.event.count = counted.unwrap_or(0).max(u32::try_from(mail.recipients.len()).unwrap_or(u32::MAX)).max(1);
        mail.sent_as = self.out.opt_principal(audit.str(Field::SendAs).or_else(|| audit.str(Field::SendOnBehalf)));
        self.out.detail(&mut self.event, Detail::Mail(Box::new(mail)));
    }

    /// An empty list of items, at the end of those of the batch.
    fn no_items(&self) -> Items {
        Items { start: u32::try_from(self.out.items.len()).unwrap_or(u32::MAX), ..Items::default() }
    }

    /// Deletions and moves: one record, many items.
    fn affected_items(&mut self) {
        let audit = self.audit;
        let mut items = self.no_items();
        for item in audit.value(Field::AffectedItems).into_iter().flat_map(Value::items_or_self) {
            add_item(&mut items, item, self.out);
            self.event.count += 1;
            items.folder = items.folder.some().unwrap_or(self.folder_of(item));
        }
        self.event.count = self.event.count.saturating_sub(1).max(1);
        let path = |field| audit.value(field).and_then(|folder: Value<'_>| folder.str_of("Path"));
        items.folder = self.out.opt(path(Field::Folder)).some().unwrap_or(items.folder);
        items.destination = self.out.opt(path(Field::DestFolder));
        self.event.object = items.subject.some().unwrap_or(items.folder);
        let other = audit.root.str_of("DestMailboxOwnerUPN");
        self.event.flags.set_if(
            other.is_some_and(|other| audit.str(Field::MailboxOwnerUpn).is_some_and(|own| !own.eq_ignore_ascii_case(other))),
            Flags::DELEGATE,
        );
        self.out.detail(&mut self.event, Detail::Items(items));
    }

    fn one_item(&mut self) {
        let Some(item) = self.audit.value(Field::Item) else { return };
        let mut items = Items { folder: self.folder_of(item), ..self.no_items() };
        add_item(&mut items, item, self.out);
        self.event.link = self.out.items.get(items.start as usize).map_or(0, |item| item.link);
        self.event.object = items.subject.some().unwrap_or(items.folder);
        self.event.flags.set_if(item.str_of("Attachments").is_some(), Flags::HAS_ATTACHMENT);
        self.out.detail(&mut self.event, Detail::Items(items));
    }

    fn folder_permission(&mut self) {
        let folder = self.audit.value(Field::Item).and_then(|item| item.get("ParentFolder"));
        let text = |key: &str| folder.and_then(|folder| folder.str_of(key)).and_then(present);
        let path = text("Path").or_else(|| text("Name")).unwrap_or_default();
        let trustee = text("MemberUpn").or_else(|| text("MemberSid"));
        let rights = text("MemberRights").unwrap_or_default();
        self.event.object = self.out.str(path);
        self.event.flags.set_if(self.operation.starts_with("remove") || rights == "None", Flags::REMOVAL);
        let permission = Permission {
            trustee: self.out.opt_principal(trustee),
            right: Right::Folder,
            text: if rights.is_empty() { path.to_owned() } else { format!("{rights} on {path}") },
        };
        self.out.detail(&mut self.event, Detail::Permission(Box::new(permission)));
    }

    /// `MailboxLogin`: an owner's logon by POP, IMAP or an old client.
    fn mailbox_logon(&mut self) {
        let client = self.audit.str(Field::ClientInfo).unwrap_or_default();
        let facts = SignIn { client: self.out.str(client), ..SignIn::default() };
        self.out.detail(&mut self.event, Detail::SignIn(Box::new(facts)));
    }
}

fn add_item(items: &mut Items, value: Value<'_>, out: &mut Batch) {
    let (mut item, mut own) = (Item::default(), None);
    for (key, value) in value.entries() {
        match key {
            "InternetMessageId" => item.link = value.str().and_then(present).map_or(0, message_link),
            "ImmutableId" => own = value.str().and_then(present),
            "Subject" => item.subject = out.opt(value.str().and_then(present)),
            _ => {}
        }
    }
    if item.link == 0 {
        // No mail is joined by it, but the item is known again.
        item.link = own.map_or(0, link);
    }
    if item != Item::default() {
        items.subject = items.subject.some().unwrap_or(item.subject);
        items.len += 1;
        out.items.push(item);
    }
}

/// Names of attachments in `name (123b); other (1).pdf (4b)`: sizes stand in the last parenthesis.
fn attachments(text: &str) -> Vec<String> {
    let name = |part: &str| {
        part.trim().rsplit_once(" (").filter(|(_, size)| size.ends_with("b)")).map_or(part.trim(), |(name, _)| name).to_owned()
    };
    text.split("; ").map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn attachment_names_may_hold_parentheses() {
        assert_eq!(super::attachments("tps (report) 1.docx (1024b); image001.jpg (2048b)"), ["tps (report) 1.docx", "image001.jpg"]);
        assert!(super::attachments("").is_empty());
    }
}
