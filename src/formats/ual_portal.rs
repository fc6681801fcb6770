//! The audit log as the compliance portals export it: four columns until 2023, eight since.
//!
//! Old: `CreationDate, UserIds, Operations, AuditData`, dates in ISO form. New (Purview): `RecordId,
//! CreationDate, RecordType, Operation, UserId, AuditData, AssociatedAdminUnits,
//! AssociatedAdminUnitsNames`; `RecordId` is the record's `Id`.
//! Source: public exports.

use super::Format;
use super::audit::envelope::{self, Names};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// The four columns of the old portal.
pub struct UalPortal;
/// The eight columns of Purview.
pub struct UalPurview;

const NAMES: Names = Names {
    record: &["auditdata"],
    id: &["recordid"],
    time: &["creationdate"],
    user: &["userids", "userid"],
    operation: &["operations", "operation"],
    record_type: &["recordtype"],
};

impl Format for UalPortal {
    fn id(&self) -> &'static str {
        "ual.portal"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, exported from the old compliance portal"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["creationdate", "userids", "operations", "auditdata"]
    }

    fn forbidden(&self) -> &'static [&'static str] {
        &["recordtype", "identity", "resultindex"]
    }

    fn claim(&self, record: &Record<'_>) -> usize {
        let all = self.required().iter().all(|name| record.has(name)) && !self.forbidden().iter().any(|name| record.has(name));
        // One more than the cmdlet's claim on the same four.
        if all { 5 } else { 0 }
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        envelope::read(record, &NAMES, Flags::default(), out);
    }
}

impl Format for UalPurview {
    fn id(&self) -> &'static str {
        "ual.purview"
    }

    fn title(&self) -> &'static str {
        "Unified audit log, exported from the Purview portal"
    }

    fn family(&self) -> Family {
        Family::Audit
    }

    fn required(&self) -> &'static [&'static str] {
        &["recordid", "creationdate", "operation", "userid", "auditdata"]
    }

    fn read(&self, record: &Record<'_>, out: &mut Batch) {
        envelope::read(record, &NAMES, Flags::default(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testkit::read_csv;

    const AUDIT: &str = r#"{""CreationTime"":""2022-01-26T09:02:12"",""Id"":""54a3be03-f8ea-4835-774d-08db088e6c01"",""Operation"":""SoftDelete"",""RecordType"":3,""UserId"":""viewer@example.com"",""MailboxOwnerUPN"":""owner@example.com"",""LogonType"":2,""Workload"":""Exchange"",""X"":""a \"" b""}"#;

    #[test]
    fn both_portals_give_the_same_event_and_the_delegate_is_not_the_owner() {
        let old = read_csv(
            &UalPortal,
            &format!("CreationDate,UserIds,Operations,AuditData\n2022-01-26T09:02:12.0000000Z,viewer@example.com,SoftDelete,\"{AUDIT}\""),
        );
        let new = read_csv(
            &UalPurview,
            &format!(
                "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\n54a3be03-f8ea-4835-774d-08db088e6c01,\"2022-01-26T09:02:12.0000000Z \",3,SoftDelete,viewer@example.com,\"{AUDIT}\",,"
            ),
        );
        assert_eq!(old.keys[0].0, new.keys[0].0);
        for out in [old, new] {
            let event = out.events[0];
            assert!(event.flags.has(Flags::DELEGATE) && !event.flags.has(Flags::PARTIAL));
            assert_eq!((out.names.get(event.actor), out.names.get(event.target)), ("viewer@example.com", "owner@example.com"));
        }
    }
}
