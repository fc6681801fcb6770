//! Files and sharing in `SharePoint` and `OneDrive`.

use super::Reader;
use super::fields::{Field, present};
use crate::events::{Action, Detail, Flags, Outcome, Principal, link};

impl Reader<'_, '_> {
    /// A record of `SharePoint` or `OneDrive`. They are written for acts that were done.
    pub(super) fn file(&mut self) {
        let audit = self.audit;
        self.event.action = action(self.operation);
        if self.event.outcome == Outcome::Unknown {
            self.event.outcome = Outcome::Success;
        }
        if self.event.ip.is_none()
            && let Some(device) = audit.str(Field::DeviceDisplayName)
        {
            self.event.ip = self.out.ip(device);
        }
        if self.event.app.is_none()
            && let Some(app) = audit.str(Field::AppName)
        {
            self.event.app = self.out.id(app);
        }
        let agent = audit.str(Field::UserAgent).unwrap_or_default();
        let app = audit.str(Field::AppName).unwrap_or_default();
        let background = audit.value(Field::DoNotDistribute).and_then(crate::evidence::Value::bool) == Some(true)
            || is_background(agent)
            || app == "Microsoft People Cards Service";
        self.event.flags.set_if(background && self.event.action == Action::FileRead || is_background(agent), Flags::BACKGROUND);
        self.event.flags.set_if(is_removal(self.operation), Flags::REMOVAL);
        self.event.object = match self.event.action {
            Action::Search => self.out.opt(audit.root.str_of("SearchQueryText").or_else(|| query(audit.str(Field::EventData)))),
            _ => self.file_name(),
        };
        if matches!(self.event.action, Action::FileRead | Action::FileShared | Action::FileChanged) {
            self.event.link = audit.str(Field::ObjectId).map_or(0, link);
            let kind = audit.root.str_of("ItemType").and_then(present);
            self.event.flags.set_if(kind.is_some_and(|kind| !is_file(kind)), Flags::NO_FILE);
        }
        if self.event.action == Action::FileShared {
            self.share();
        }
    }

    /// The file's name, else the last part of its address.
    fn file_name(&mut self) -> crate::events::Str {
        let audit = self.audit;
        let url = audit.str(Field::ObjectId).or_else(|| audit.str(Field::SiteUrl));
        let last = url.map(|url| url.trim_end_matches('/').rsplit('/').next().filter(|part| !part.is_empty()).unwrap_or(url));
        self.out.opt(audit.str(Field::SourceFileName).or(last))
    }

    fn share(&mut self) {
        let audit = self.audit;
        let kind = audit.str(Field::TargetType).unwrap_or_default();
        let group = matches!(kind, "SecurityGroup" | "SharePointGroup");
        let named = audit.str(Field::TargetName).or_else(|| audit.root.str_of("UserSharedWith")).filter(|_| !group);
        let with: Vec<Principal> =
            named.into_iter().flat_map(|names| names.split([';', ','])).filter_map(present).map(|name| self.out.principal(name)).collect();
        self.event.target = with.first().copied().unwrap_or_default();
        self.event.count = u32::try_from(with.len()).unwrap_or(u32::MAX).max(1);
        self.out.detail(&mut self.event, Detail::Share(Box::new(with)));
    }
}

/// Clients that prefetch, render previews or synchronise thumbnails for somebody: no act of a person.
///
/// Source: user agents of public exports (`ODMTADocCache/0.0` is the office home page's prefetch,
/// `ODMTADemand-Transform_Thumbnail/0.0` a preview).
fn is_background(agent: &str) -> bool {
    ["ODMTA", "OneDriveMpc-", "OneDriveMpc/", "OfficeWordCA", "MS Scanner ATP", "MSWACONSync"]
        .iter()
        .any(|start| agent.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

/// True for what people take for files. A share writes records of lists, sites and fields beside that of
/// the file. Source: `ItemType` values of public exports.
fn is_file(item_type: &str) -> bool {
    ["File", "Folder", "Page", "ListItem", "Document"].iter().any(|kind| item_type.eq_ignore_ascii_case(kind))
}

fn is_removal(operation: &str) -> bool {
    ["deleted", "recycled", "removed", "revoked"].iter().any(|word| operation.contains(word))
}

/// `<Query>invoice</Query>`
fn query(data: Option<&str>) -> Option<&str> {
    data?.split_once("<Query>")?.1.split_once("</Query>").map(|(text, _)| text)
}

fn action(operation: &str) -> Action {
    const READ: [&str; 8] = [
        "fileaccessed",
        "fileaccessedextended",
        "filedownloaded",
        "filepreviewed",
        "filesyncdownloadedfull",
        "filesyncdownloadedpartial",
        "filevisited",
        "filetranscriptcontentaccessed",
    ];
    if READ.contains(&operation) {
        return Action::FileRead;
    }
    if operation.starts_with("search") {
        return Action::Search;
    }
    let shared =
        ["sharing", "link", "addedtogroup", "accessrequest", "accessinvitation", "permissionlevel", "sitecollectionadmin", "sharedwith"];
    if shared.iter().any(|word| operation.contains(word)) && !operation.starts_with("sharingpolicy") {
        // A link that is followed is a read of what it leads to.
        return if operation.ends_with("linkused") { Action::FileRead } else { Action::FileShared };
    }
    if operation.contains("policy") {
        return Action::PolicyChange;
    }
    if operation.starts_with("file") || operation.starts_with("folder") || operation.starts_with("document") {
        return Action::FileChanged;
    }
    Action::Other
}
