//! Acts that reach others: Teams messages, shared files, other people's mailboxes; and searches.

use serde_json::{Value, json};

use crate::simulation::acts::File;
use crate::simulation::clock::Moment;
use crate::simulation::world::{Kind, Message, Session, World};

impl World {
    /// A message in a chat of two, with or without a link.
    pub fn chat(&mut self, session: &Session, time: Moment, to: usize, url: &str) {
        let (from, other) = (self.person(session.who), self.person(to));
        let (upn, key) = (from.upn.clone(), from.object_id.to_string());
        let tenant = self.tenant.id.to_string();
        let member = |name: &str, upn: &str| json!({"DisplayName": name, "UPN": upn, "Role": 0, "OrganizationId": tenant});
        let urls: Vec<&str> = if url.is_empty() { Vec::new() } else { vec![url] };
        let fields = json!({
            "ClientIP": session.place.ip,
            "AppAccessContext": World::access_context(session),
            "ChatThreadId": format!("19:{}_{}@unq.gbl.spaces", from.object_id, other.object_id),
            "CommunicationType": "OneOnOne",
            "ItemName": format!("19:{}_{}@unq.gbl.spaces", from.object_id, other.object_id),
            "Members": [member(&from.name, &from.upn), member(&other.name, &other.upn)],
            "MessageId": time.and_utc().timestamp_millis().to_string(),
            "MessageURLs": urls,
            "ParticipantInfo": {"HasForeignTenantUsers": false, "HasGuestUsers": false, "ParticipatingTenantIds": [tenant]},
            "ResourceTenantId": tenant,
        });
        let operation = if url.is_empty() { "MessageSent" } else { "MessageCreatedHasLink" };
        self.record(time, None, &Kind::of(operation, 25, "MicrosoftTeams", ""), (&upn, &key), fields);
    }

    /// Shares a file of a site with a colleague.
    pub fn share(&mut self, session: &Session, time: Moment, file: &File, with: usize) {
        let prefix = self.tenant.prefix;
        let (person, other) = (self.person(session.who), self.person(with));
        let (upn, key, other) = (person.upn.clone(), person.puid.to_lowercase(), other.upn.clone());
        let site = format!("https://{prefix}.sharepoint.com/sites/{}/", file.site);
        let fields = json!({
            "AppAccessContext": World::access_context(session),
            "ClientIP": session.place.ip,
            "ObjectId": format!("{site}Shared Documents/{}", file.name),
            "ApplicationId": session.client.app.id,
            "EventSource": "SharePoint",
            "ItemType": "File",
            "UserAgent": session.client.agent,
            "EventData": "<Type>View</Type>",
            "SiteUrl": site,
            "SourceFileName": file.name,
            "SourceRelativeUrl": "Shared Documents",
            "SourceFileExtension": file.name.rsplit('.').next().unwrap_or_default(),
            "TargetUserOrGroupName": other,
            "TargetUserOrGroupType": "Member",
        });
        let key = format!("i:0h.f|membership|{key}@live.com");
        self.record(time, None, &Kind::of("AddedToSecureLink", 14, "SharePoint", ""), (&upn, &key), fields);
    }

    /// Opens messages in somebody else's mailbox, by rights on it.
    pub fn read_for(&mut self, session: &Session, owner: usize, time: Moment, messages: &[Message]) {
        if messages.is_empty() {
            return;
        }
        let items: Vec<Value> =
            messages.iter().map(|message| json!({"InternetMessageId": message.id, "SizeInBytes": message.size})).collect();
        let count = items.len();
        let mut folder = self.folder(owner, "\\Inbox");
        if let Value::Object(folder) = &mut folder {
            folder.insert("FolderItems".into(), Value::Array(items));
        }
        let own = json!({
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
            "Folders": [folder],
            "OperationCount": count,
        });
        let kind = Kind::of("MailItemsAccessed", 50, "Exchange", "Succeeded");
        self.record_in_mailbox(session, owner, time, &kind, own);
    }

    /// A search in the mailbox.
    pub fn search_mail(&mut self, session: &Session, time: Moment, words: &str) {
        let person = self.person(session.who);
        let (upn, puid) = (person.upn.clone(), person.puid.clone());
        let fields = json!({
            "AppAccessContext": World::access_context(session),
            "ClientIP": session.place.ip,
            "QueryText": words,
            "QuerySource": "Outlook",
        });
        let kind = Kind::of("SearchQueryInitiatedExchange", 101, "Exchange", "");
        self.record(time, None, &kind, (&upn, &puid), fields);
    }
}
