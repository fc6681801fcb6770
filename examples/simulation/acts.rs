//! What is done in mailboxes, files and Teams, and the records that tell of it
//! (field names: docs/formats.md, unified audit log).

use serde_json::{Value, json};

use crate::simulation::chance::Chance;
use crate::simulation::clock::{Moment, after_ms, iso};
use crate::simulation::tenant::apps;
use crate::simulation::words::PARTNERS;
use crate::simulation::world::{Delivery, Kind, Mail, Message, Rule, Session, World};

/// A mail to send.
pub struct Draft {
    /// Recipients.
    pub to: Vec<Delivery>,
    /// Subject.
    pub subject: String,
    /// Size in bytes.
    pub size: i64,
    /// Attachment as `name (size)`; empty for none.
    pub attachment: &'static str,
}

/// A file on a site.
#[derive(Clone, Default)]
pub struct File {
    /// Name with extension.
    pub name: String,
    /// Site; empty for the own files.
    pub site: &'static str,
}

impl World {
    /// The fields that every act in a mailbox has.
    fn mailbox_fields(&self, session: &Session, owner: usize) -> serde_json::Map<String, Value> {
        let server = format!("{} ({})\r\n", self.server(owner), self.tenant.agents.exchange);
        let (person, mailbox) = (self.person(session.who), self.person(owner));
        let logon = if owner == session.who { 0 } else { 2 };
        let app = if session.client.app == apps::OWA || session.client.app == apps::OFFICE_HOME {
            apps::EXCHANGE.id
        } else {
            session.client.app.id
        };
        let mut fields = json!({
            "AppAccessContext": Self::access_context(session),
            "ClientIP": session.place.ip,
            "AppId": app,
            "ClientAppId": app,
            "ClientIPAddress": session.place.ip,
            "ClientInfoString": session.client.mailbox_agent,
            "ExternalAccess": false,
            "InternalLogonType": 0,
            "LogonType": logon,
            "LogonUserSid": person.sid,
            "MailboxGuid": mailbox.mailbox.to_string(),
            "MailboxOwnerSid": mailbox.sid,
            "MailboxOwnerUPN": mailbox.upn,
            "OrganizationName": format!("{}.onmicrosoft.com", self.tenant.prefix),
            "OriginatingServer": server,
        });
        let Value::Object(fields) = &mut fields else { return serde_json::Map::new() };
        if session.client.app == apps::OFFICE {
            fields.insert("ClientProcessName".into(), json!("OUTLOOK.EXE"));
            fields.insert("ClientVersion".into(), json!(self.tenant.agents.outlook));
        }
        if let Some(id) = session.id {
            fields.insert("SessionId".into(), json!(id.to_string()));
        }
        std::mem::take(fields)
    }

    pub fn access_context(session: &Session) -> Value {
        let mut context = json!({"IssuedAtTime": iso(session.issued), "UniqueTokenId": session.token.token()});
        if let (Some(id), Value::Object(context)) = (session.id, &mut context) {
            context.insert("AADSessionId".into(), json!(id.to_string()));
        }
        context
    }

    fn mailbox_record(&mut self, session: &Session, time: Moment, kind: &Kind, own: Value) {
        self.record_in_mailbox(session, session.who, time, kind, own);
    }

    /// A record of an act in a mailbox, which is somebody else's where a delegate acts.
    pub fn record_in_mailbox(&mut self, session: &Session, owner: usize, time: Moment, kind: &Kind, own: Value) {
        let mut fields = self.mailbox_fields(session, owner);
        if let Value::Object(own) = own {
            fields.extend(own);
        }
        let person = self.person(session.who);
        let (upn, puid) = (person.upn.clone(), person.puid.clone());
        self.record(time, None, kind, (&upn, &puid), Value::Object(fields));
    }

    /// A folder: its id is the same each time.
    pub fn folder(&self, who: usize, path: &str) -> Value {
        let mut own = Chance::of(self.person(who).mailbox, path);
        json!({"Id": format!("LgAAAA{}AAAB", own.letters(40)), "Path": path})
    }

    /// The id of an item: what is its own stands at the end.
    pub fn item_id(&mut self, who: usize) -> String {
        let mailbox = Chance::of(self.person(who).mailbox, "items").letters(40);
        format!("RgAAAA{mailbox}{}AAAJ", self.chance.letters(12))
    }

    /// The server that holds a mailbox.
    pub fn server(&self, who: usize) -> String {
        let number = Chance::of(self.person(who).mailbox, "server").between(1000, 6999);
        format!("{}MB{number}", self.tenant.country.region)
    }

    /// Messages opened one by one (`MailItemsAccessed`, Bind).
    pub fn read_mail(&mut self, session: &Session, time: Moment, messages: &[Message]) {
        let items: Vec<Value> =
            messages.iter().map(|message| json!({"InternetMessageId": message.id, "SizeInBytes": message.size})).collect();
        let count = items.len();
        if count == 0 {
            return;
        }
        let mut folder = self.folder(session.who, "\\Inbox");
        if let Value::Object(folder) = &mut folder {
            folder.insert("FolderItems".into(), Value::Array(items));
        }
        let kind = Kind::of("MailItemsAccessed", 50, "Exchange", "Succeeded");
        let own = json!({
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
            "Folders": [folder],
            "OperationCount": count,
        });
        self.mailbox_record(session, time, &kind, own);
    }

    /// A whole folder synchronised (`MailItemsAccessed`, Sync).
    pub fn sync_folder(&mut self, session: &Session, time: Moment, folder: &str) {
        let mut parent = self.folder(session.who, &format!("\\{folder}"));
        if let Value::Object(parent) = &mut parent {
            parent.insert("Name".into(), json!(folder));
        }
        let kind = Kind::of("MailItemsAccessed", 50, "Exchange", "Succeeded");
        let own = json!({
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Sync"}, {"Name": "IsThrottled", "Value": "False"}],
            "Item": {"Id": parent.get("Id"), "ParentFolder": parent},
        });
        self.mailbox_record(session, time, &kind, own);
    }

    /// Sends a mail: the audit record, the trace, and the copies in mailboxes of the tenant.
    pub fn send(&mut self, session: &Session, time: Moment, draft: Draft) {
        let (region, domain) = (self.tenant.country.region, self.tenant.domain);
        let server = self.server(session.who);
        let message_id =
            format!("<{server}{}@{server}.{}.prod.outlook.com>", self.chance.hex(25), region.get(..4).unwrap_or("EURP").to_lowercase());
        let mut item = json!({
            "Id": self.item_id(session.who),
            "InternetMessageId": message_id,
            "ParentFolder": self.folder(session.who, "\\Drafts"),
            "SizeInBytes": draft.size,
            "Subject": draft.subject,
        });
        if let (false, Value::Object(item)) = (draft.attachment.is_empty(), &mut item) {
            item.insert("Attachments".into(), json!(draft.attachment));
        }
        let kind = Kind::of("Send", 2, "Exchange", "Succeeded");
        self.mailbox_record(session, time, &kind, json!({"Item": item, "SaveToSentItems": true}));
        for delivery in &draft.to {
            if delivery.status == "Delivered" && delivery.address.ends_with(domain) {
                self.deliver(&delivery.address, &message_id, &draft.subject, draft.size, time);
            }
        }
        let mail = Mail {
            time: after_ms(time, self.chance.between(600, 1900)),
            sender: self.person(session.who).upn.clone(),
            deliveries: draft.to,
            subject: draft.subject,
            size: draft.size + 6000,
            message_id,
            network_id: self.chance.guid(),
            client_ip: session.place.ip.clone(),
            originating: true,
            hand: self.hand,
        };
        self.mail.push(mail);
    }

    /// A mail from outside.
    pub fn receive(&mut self, time: Moment, sender: &str, relay: &str, to: Delivery, subject: &str) {
        let size = self.chance.between(4_000, 90_000);
        let host = sender.split('@').next_back().unwrap_or("mail.example");
        let message_id = format!("<{}@{host}>", self.chance.guid());
        if to.status == "Delivered" {
            self.deliver(&to.address, &message_id, subject, size, time);
        }
        let mail = Mail {
            time: after_ms(time, self.chance.between(0, 999)),
            sender: sender.to_owned(),
            deliveries: vec![to],
            subject: subject.to_owned(),
            size,
            message_id,
            network_id: self.chance.guid(),
            client_ip: relay.to_owned(),
            originating: false,
            hand: self.hand,
        };
        self.mail.push(mail);
    }

    fn deliver(&mut self, address: &str, id: &str, subject: &str, size: i64, time: Moment) {
        let found = self.tenant.people.iter().position(|person| person.upn == address);
        let Some(inbox) = found.and_then(|who| self.inboxes.get_mut(who)) else { return };
        inbox.push(Message { id: id.to_owned(), subject: subject.to_owned(), size, time });
        if inbox.len() > self.inbox_limit {
            inbox.drain(..self.inbox_limit / 2);
        }
    }

    /// The messages of a mailbox up to a moment, newest first.
    pub fn newest(&self, who: usize, until: Moment, count: usize) -> Vec<Message> {
        let inbox = self.inboxes.get(who).map(Vec::as_slice).unwrap_or_default();
        let mut messages: Vec<&Message> = inbox.iter().filter(|message| message.time < until).collect();
        messages.sort_by(|left, right| right.time.cmp(&left.time).then_with(|| left.id.cmp(&right.id)));
        messages.into_iter().take(count).cloned().collect()
    }

    /// Deletes or moves messages: `SoftDelete`, `MoveToDeletedItems`, `HardDelete`, `Move`.
    pub fn remove_mail(&mut self, session: &Session, time: Moment, operation: &'static str, from: &str, messages: &[Message]) {
        let folder = self.folder(session.who, from);
        let items: Vec<Value> = messages
            .iter()
            .map(|message| {
                json!({
                    "Id": self.item_id(session.who),
                    "InternetMessageId": message.id,
                    "ParentFolder": folder,
                    "Subject": message.subject,
                })
            })
            .collect();
        let mut own = json!({"AffectedItems": items, "CrossMailboxOperation": false, "Folder": folder});
        if let (true, Value::Object(own)) = (operation.starts_with("Move"), &mut own) {
            own.insert("DestFolder".into(), self.folder(session.who, "\\Deleted Items"));
        }
        self.mailbox_record(session, time, &Kind::of(operation, 3, "Exchange", "Succeeded"), own);
    }

    /// Changes an item where it lies (`Update`).
    pub fn update_item(&mut self, session: &Session, time: Moment, folder: &str, message: &Message, attachment: &str) {
        let mut item = json!({
            "Id": self.item_id(session.who),
            "InternetMessageId": message.id,
            "ParentFolder": self.folder(session.who, folder),
            "SizeInBytes": message.size,
            "Subject": message.subject,
        });
        let mut changed = vec!["RecipientCollection", "TextBody", "HtmlBody"];
        if let (false, Value::Object(item)) = (attachment.is_empty(), &mut item) {
            item.insert("Attachments".into(), json!(attachment));
            changed.push("AttachmentCollection");
        }
        let kind = Kind::of("Update", 2, "Exchange", "Succeeded");
        self.mailbox_record(session, time, &kind, json!({"Item": item, "ModifiedProperties": changed}));
    }

    /// Makes an inbox rule (`New-InboxRule`) and keeps it among the rules that are collected.
    pub fn make_rule(&mut self, session: &Session, time: Moment, mut rule: Rule) {
        let region = self.tenant.country.region;
        let forest = format!("{}A{:03}.PROD.OUTLOOK.COM", region, self.chance.between(1, 40));
        rule.identity = self.chance.draw() | (1 << 63);
        rule.who = session.who;
        let person = self.person(session.who);
        let (upn, puid, mailbox) = (person.upn.clone(), person.puid.clone(), person.mailbox);
        let organization = format!("{}.onmicrosoft.com", self.tenant.prefix);
        let mut fields = json!({
            "AppAccessContext": Self::access_context(session),
            "ClientIP": format!("{}:{}", session.place.ip, self.chance.between(1025, 65_000)),
            "ObjectId": format!("{forest}/Microsoft Exchange Hosted Organizations/{organization}/{mailbox}\\{}", rule.name),
            "AppId": apps::EXCHANGE.id,
            "ClientAppId": "",
            "ExternalAccess": false,
            "OrganizationName": organization,
            "OriginatingServer": format!("{} ({})", self.server(session.who), self.tenant.agents.exchange),
            "Parameters": rule_parameters(&rule),
        });
        if let (Some(id), Value::Object(fields)) = (session.id, &mut fields) {
            fields.insert("SessionId".into(), json!(id.to_string()));
        }
        let kind = Kind { user_type: 2, ..Kind::of("New-InboxRule", 1, "Exchange", "True") };
        self.record(time, None, &kind, (&upn, &puid), fields);
        self.rules.push(rule);
    }

    /// An act on a file: `FileAccessed`, `FileModified`, `FileDownloaded`, ...
    pub fn touch_file(&mut self, session: &Session, time: Moment, operation: &'static str, file: &File) {
        let (prefix, domain) = (self.tenant.prefix, self.tenant.domain.replace('.', "_"));
        let person = self.person(session.who);
        let (upn, puid) = (person.upn.clone(), person.puid.to_lowercase());
        let local = upn.split('@').next().unwrap_or_default().replace('.', "_");
        let (workload, site, library) = if file.site.is_empty() {
            let site = format!("https://{prefix}-my.sharepoint.com/personal/{local}_{domain}/");
            ("OneDrive", site, "Documents")
        } else {
            ("SharePoint", format!("https://{prefix}.sharepoint.com/sites/{}/", file.site), "Shared Documents")
        };
        let home = self.tenant.id;
        let stable = |what: &str, site: &str| Chance::of(home, &format!("{what} {site}")).guid().to_string();
        let correlation = self.chance.guid().to_string();
        let mut context = Self::access_context(session);
        if let Value::Object(context) = &mut context {
            context.insert("CorrelationId".into(), json!(correlation));
        }
        let fields = json!({
            "AppAccessContext": context,
            "ClientIP": session.place.ip,
            "ObjectId": format!("{site}{library}/{}", file.name),
            "ApplicationId": session.client.app.id,
            "ApplicationDisplayName": session.client.app.name,
            "CorrelationId": correlation,
            "EventSource": "SharePoint",
            "ItemType": "File",
            "ListId": stable("list", &site),
            "ListItemUniqueId": stable(&file.name, &site),
            "Site": stable("site", &site),
            "UserAgent": session.client.agent,
            "WebId": stable("web", &site),
            "SourceFileExtension": file.name.rsplit('.').next().unwrap_or_default(),
            "SiteUrl": site,
            "SourceFileName": file.name,
            "SourceRelativeUrl": library,
        });
        let key = format!("i:0h.f|membership|{puid}@live.com");
        self.record(time, None, &Kind::of(operation, 6, workload, ""), (&upn, &key), fields);
    }

    /// A Teams session begins.
    pub fn open_teams(&mut self, session: &Session, time: Moment) {
        let person = self.person(session.who);
        let (upn, key) = (person.upn.clone(), person.object_id.to_string());
        let fields = json!({"ClientIP": format!("::ffff:{}", session.place.ip), "ObjectId": "Unknown (Unknown)"});
        self.record(time, None, &Kind::of("TeamsSessionStarted", 25, "MicrosoftTeams", ""), (&upn, &key), fields);
    }

    /// An address outside, of the partner companies.
    pub fn outsider(&mut self) -> String {
        let (domain, people) = self.chance.pick(PARTNERS);
        format!("{}@{domain}", self.chance.pick(people))
    }
}

/// The parameters of the cmdlet, in the order of their names as the log has them.
fn rule_parameters(rule: &Rule) -> Value {
    let mut parameters: Vec<(&str, String)> = Vec::new();
    if rule.silent {
        parameters.push(("AlwaysDeleteOutlookRulesBlob", "False".into()));
        parameters.push(("Force", "False".into()));
    }
    if !rule.from.is_empty() {
        parameters.push(("From", rule.from.join(";")));
    }
    if rule.mark_read {
        parameters.push(("MarkAsRead", "True".into()));
    }
    if rule.delete {
        parameters.push(("DeleteMessage", "True".into()));
    }
    if !rule.forward.is_empty() {
        parameters.push(("ForwardTo", rule.forward.into()));
    }
    if !rule.folder.is_empty() {
        parameters.push(("MoveToFolder", rule.folder.into()));
    }
    parameters.push(("Name", rule.name.into()));
    if !rule.words.is_empty() {
        parameters.push(("SubjectOrBodyContainsWords", rule.words.join(";")));
    }
    if rule.stop {
        parameters.push(("StopProcessingRules", "True".into()));
    }
    Value::Array(parameters.into_iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect())
}
