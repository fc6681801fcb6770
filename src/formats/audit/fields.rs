//! The fields of an audit record, found in one pass over its keys.
//!
//! A record has forty of some hundred known keys, and there are millions of records: each key is looked
//! up once, in a table made at compile time, and its value is kept under its number. Sentinel's renamed
//! columns (`OfficeWorkload`, `Client_IPAddress`) are other names of the same fields.

use crate::evidence::{Doc, Value, trimmed};
use std::borrow::Cow;

macro_rules! fields {
    ($($name:ident = $text:literal $(| $alias:literal)*,)+) => {
        /// A known field.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Field { $(#[doc = concat!("`", $text, "`")] $name,)+ }

        const ALL: &[Field] = &[$(Field::$name,)+];

        /// Every known key with its field; the first name of a field is its own, others are aliases.
        const NAMES: &[(&str, Field, bool)] = &[$(($text, Field::$name, true), $(($alias, Field::$name, false),)*)+];
    };
}

fields! {
    CreationTime = "CreationTime" | "TimeGenerated",
    Id = "Id" | "OfficeId" | "SourceRecordId",
    Operation = "Operation",
    OrganizationId = "OrganizationId" | "OrganizationId_",
    RecordType = "RecordType",
    ResultStatus = "ResultStatus",
    UserKey = "UserKey",
    UserType = "UserType",
    Workload = "Workload" | "OfficeWorkload",
    ClientIp = "ClientIP" | "ClientIP_",
    ObjectId = "ObjectId" | "OfficeObjectId",
    UserId = "UserId" | "UserId_",
    AppAccessContext = "AppAccessContext",
    ExternalAccess = "ExternalAccess",
    MailboxOwnerUpn = "MailboxOwnerUPN",
    MailboxGuid = "MailboxGuid",
    MailboxOwnerSid = "MailboxOwnerSid",
    LogonType = "LogonType" | "Logon_Type",
    LogonUserSid = "LogonUserSid",
    ClientIpAddress = "ClientIPAddress" | "Client_IPAddress",
    ActorIp = "ActorIP",
    ClientInfo = "ClientInfoString",
    ActorInfo = "ActorInfoString",
    SessionId = "SessionId" | "AADSessionId",
    AppId = "AppId",
    ClientAppId = "ClientAppId",
    Folders = "Folders",
    Folder = "Folder",
    DestFolder = "DestFolder",
    AffectedItems = "AffectedItems",
    Item = "Item",
    OperationProperties = "OperationProperties",
    OperationCount = "OperationCount",
    SendAs = "SendAsUserSmtp",
    SendOnBehalf = "SendOnBehalfOfUserSmtp",
    UniqueTokenId = "UniqueTokenId" | "TokenId",
    Actor = "Actor",
    Target = "Target" | "AADTarget",
    ActorIpAddress = "ActorIpAddress",
    InterSystemsId = "InterSystemsId",
    IntraSystemId = "IntraSystemId",
    ExtendedProperties = "ExtendedProperties",
    ModifiedProperties = "ModifiedProperties",
    DeviceProperties = "DeviceProperties",
    ErrorNumber = "ErrorNumber",
    LogonError = "LogonError",
    ApplicationId = "ApplicationId" | "AzureADAppId",
    Parameters = "Parameters",
    SourceFileName = "SourceFileName" | "SourceFileName_",
    SiteUrl = "SiteUrl" | "Site_Url" | "Site_Url_",
    UserAgent = "UserAgent",
    AppName = "ApplicationDisplayName",
    TargetName = "TargetUserOrGroupName",
    TargetType = "TargetUserOrGroupType",
    EventData = "EventData" | "Event_Data",
    DoNotDistribute = "DoNotDistributeEvent",
    DeviceDisplayName = "DeviceDisplayName",
    Members = "Members",
    MessageUrls = "MessageURLs",
    ChatThreadId = "ChatThreadId",
    ItemName = "ItemName",
    TeamName = "TeamName",
    Data = "Data",
}

const COUNT: usize = ALL.len();
const SLOTS: usize = 256;

/// Where a key lies in the table: by its length and its first, middle and last letter, without case.
const fn slot(key: &[u8]) -> usize {
    const fn letter(key: &[u8], at: usize) -> usize {
        // Keys reach this far only if they are not empty, and `at` is below their length.
        match key.split_at(at).1.first() {
            Some(byte) => byte.to_ascii_lowercase() as usize,
            None => 0,
        }
    }
    if key.is_empty() {
        return 0;
    }
    let last = key.len() - 1;
    (key.len() * 7 + letter(key, 0) * 31 + letter(key, last / 2) * 11 + letter(key, last) * 5) % SLOTS
}

/// Open addressing: each slot holds the index of a name, plus 1.
const TABLE: [u8; SLOTS] = table();

#[allow(clippy::indexing_slicing, reason = "runs at compile time only, where a wrong index is a compile error")]
#[allow(clippy::cast_possible_truncation, reason = "there are fewer names than 255")]
const fn table() -> [u8; SLOTS] {
    let mut table = [0; SLOTS];
    let mut name = 0;
    while name < NAMES.len() {
        let mut at = slot(NAMES[name].0.as_bytes());
        while table[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        table[at] = name as u8 + 1;
        name += 1;
    }
    table
}

/// The field of a key, and whether the key is the field's own name.
fn find(key: &str) -> Option<(Field, bool)> {
    let mut at = slot(key.as_bytes());
    loop {
        let index = usize::from(*TABLE.get(at)?).checked_sub(1)?;
        let (name, field, own) = NAMES.get(index)?;
        if *name == key || name.len() == key.len() && name.eq_ignore_ascii_case(key) {
            return Some((*field, *own));
        }
        at = (at + 1) % SLOTS;
    }
}

/// Fields whose values are objects or lists, which some exporters write as JSON in a text.
const NESTED: [Field; 15] = [
    Field::AppAccessContext,
    Field::Folders,
    Field::Folder,
    Field::DestFolder,
    Field::AffectedItems,
    Field::Item,
    Field::OperationProperties,
    Field::Actor,
    Field::Target,
    Field::ExtendedProperties,
    Field::ModifiedProperties,
    Field::DeviceProperties,
    Field::Parameters,
    Field::Members,
    Field::MessageUrls,
];

/// An audit record with its known fields at hand.
#[derive(Clone, Copy)]
pub struct Audit<'d> {
    /// The whole record, for fields that only rare records have.
    pub root: Value<'d>,
    values: [Option<Value<'d>>; COUNT],
}

impl<'d> Audit<'d> {
    /// Finds the known fields of an object. Of a repeated key the last one counts; an alias counts only
    /// where the field's own name is missing.
    pub fn new(root: Value<'d>) -> Audit<'d> {
        let mut values = [None; COUNT];
        let mut by_alias = [false; COUNT];
        for (key, value) in root.entries() {
            if value.is_null() {
                continue;
            }
            let Some((field, own)) = find(key) else { continue };
            if let (Some(place), Some(alias)) = (values.get_mut(field as usize), by_alias.get_mut(field as usize))
                && (own || place.is_none() || *alias)
            {
                *place = Some(value);
                *alias = !own;
            }
        }
        Audit { root, values }
    }

    /// The value of a field.
    pub fn value(&self, field: Field) -> Option<Value<'d>> {
        self.values.get(field as usize).copied().flatten()
    }

    /// The trimmed text of a field that is written as text; `None` where it is empty, or one of the
    /// words for nothing.
    pub fn str(&self, field: Field) -> Option<&'d str> {
        present(self.value(field)?.str()?)
    }

    /// The text of a field, whatever plain value it has.
    pub fn text(&self, field: Field) -> Option<Cow<'d, str>> {
        match self.value(field)?.text()? {
            Cow::Borrowed(text) => present(text).map(Cow::Borrowed),
            Cow::Owned(text) => Some(Cow::Owned(text)),
        }
    }

    /// True if a nested field holds JSON in a text, so that [`Audit::expanded`] has something to do.
    pub fn needs_expanding(&self) -> bool {
        NESTED.iter().any(|field| self.str(*field).is_some_and(|text| text.starts_with(['{', '['])))
    }

    /// A copy of the record in which JSON in the text of nested fields is opened.
    pub fn expanded(&self) -> Doc {
        let mut doc = Doc::new();
        let mark = doc.open_object();
        for (key, value) in self.root.entries() {
            doc.push_text(key);
            let nested = find(key).is_some_and(|(field, _)| NESTED.contains(&field));
            match value.expand().filter(|_| nested) {
                Some(inner) => doc.push_value(inner.root()),
                None => doc.push_value(value),
            }
        }
        doc.close(mark);
        doc
    }
}

/// Trimmed text, unless it is empty or a word for nothing that audit records use.
pub fn present(text: &str) -> Option<&str> {
    let text = trimmed(text);
    (!matches!(text, "" | "<null>" | "null" | "__NULL__")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case_and_strangers_are_not() {
        for (name, field, _) in NAMES {
            assert_eq!(find(name).map(|found| found.0), Some(*field), "{name}");
            assert_eq!(find(&name.to_uppercase()).map(|found| found.0), Some(*field), "{name}");
        }
        for stranger in ["", "x", "CreationTimes", "Ids", "Operatiom"] {
            assert!(find(stranger).is_none(), "{stranger}");
        }
    }

    #[test]
    fn a_field_goes_by_its_own_name_before_its_aliases() {
        let mut doc = Doc::new();
        doc.parse(r#"{"UserId":"a","UserId_":"b","OfficeId":"c","Id":null}"#).unwrap();
        let audit = Audit::new(doc.root());
        assert_eq!((audit.str(Field::UserId), audit.str(Field::Id)), (Some("a"), Some("c")));
    }

    #[test]
    fn json_in_text_is_opened_where_the_field_is_nested() {
        let mut doc = Doc::new();
        doc.parse(r#"{"Folders":"[{\"Path\":\"\\\\Inbox\"}]","UserId":"[x]"}"#).unwrap();
        let audit = Audit::new(doc.root());
        assert!(audit.needs_expanding());
        let open = audit.expanded();
        assert!(Audit::new(open.root()).value(Field::Folders).is_some_and(Value::is_array));
        assert_eq!(Audit::new(open.root()).str(Field::UserId), Some("[x]"));
    }
}
