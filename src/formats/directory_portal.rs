//! Directory audits downloaded as CSV from the Entra portal: 85 or 86 columns.
//!
//! At most three targets with five properties each and six details; more is cut off without notice.
//! There is no id: a row is known by its time, correlation, activity and target.
//!
//! Source: bitpusher2k/M365IRScripts `03-ProcessEntraAuditLog.ps1`; F1r3F0x21/rvt2 `RVT_365.py` (Spanish).

use super::declared::{Declared, Form};
use super::directory_audit::{self, Audit, Property, Target};
use super::factors::holds;
use super::fields::{Cell, each_field};
use crate::events::{Batch, Family};
use crate::evidence::Record;

/// In English.
pub static PORTAL: Declared = Declared {
    id: "directory.portal-csv",
    title: "Entra portal, directory audits (CSV)",
    family: Family::Directory,
    form: Form::Rows,
    required: &["date (utc)", "correlationid", "activity", "actortype"],
    forbidden: &[],
    read,
};

/// In Spanish.
pub static PORTAL_SPANISH: Declared = Declared {
    id: "directory.portal-csv-es",
    title: "Entra portal in Spanish, directory audits (CSV)",
    family: Family::Directory,
    form: Form::Rows,
    required: &["fecha (utc)", "actividad", "resultado"],
    forbidden: &[],
    read,
};

/// Properties of one target that the export has columns for.
const PROPERTIES: usize = 5;

fn read(record: &Record<'_>, out: &mut Batch) {
    let mut row = Row::default();
    each_field(record, |name, cell| row.take(name, cell));
    let mut audit = row.audit;
    audit.cut = row.targets.iter().all(|target| !target.id.is_empty() || !target.name.is_empty())
        || row.targets.iter().any(|target| target.properties.iter().filter(|property| !property.name.is_empty()).count() == PROPERTIES);
    let used = |target: &Target<'_>| !(target.id.is_empty() && target.name.is_empty() && target.user.is_empty());
    if row.by_app {
        audit.user_id = "";
    }
    audit.targets = row.targets.into_iter().filter(used).collect();
    for target in &mut audit.targets {
        target.properties.retain(|property| !property.name.is_empty());
    }
    audit.details.retain(|(key, value)| !key.is_empty() && !value.is_empty());
    directory_audit::finish(audit, record, out);
}

#[derive(Default)]
struct Row<'a> {
    audit: Audit<'a>,
    targets: [Target<'a>; 3],
    key: &'a str,
    by_app: bool,
}

impl<'a> Row<'a> {
    fn take(&mut self, name: &str, cell: Cell<'a>) {
        let audit = &mut self.audit;
        match name {
            "actortype" => self.by_app = !cell.str().is_empty() && !holds(cell.str(), "user"),
            "actoruserprincipalname" => audit.user = cell.str(),
            "actorobjectid" => audit.user_id = cell.str(),
            "ipaddress" | "dirección ip" => audit.ip = cell.str(),
            "actorserviceprincipalid" => audit.service_id = cell.str(),
            "actorserviceprincipalname" | "actordisplayname" if audit.app_name.is_empty() => audit.app_name = cell.str(),
            "objetivo1nombreprincipaldeusuario" => self.targets[0].user = cell.str(),
            _ => {
                if let Some(rest) = name.strip_prefix("target") {
                    self.take_target(rest, cell);
                } else if let Some(rest) = name.strip_prefix("additionaldetail") {
                    self.take_detail(rest, cell);
                } else {
                    audit.take(name, cell);
                }
            }
        }
    }

    /// `1displayname`, `2modifiedproperty3newvalue`.
    fn take_target(&mut self, rest: &str, cell: Cell<'a>) {
        let Some((number, field)) = numbered(rest) else { return };
        let Some(target) = number.checked_sub(1).and_then(|at| self.targets.get_mut(at)) else { return };
        match field {
            "type" => target.kind = cell.str(),
            "displayname" => target.name = cell.str(),
            "objectid" => target.id = cell.str(),
            "userprincipalname" => target.user = cell.str(),
            _ => {
                let Some((number, field)) = field.strip_prefix("modifiedproperty").and_then(numbered) else { return };
                target.properties.resize(target.properties.len().max(number.min(PROPERTIES)), Property::default());
                let Some(property) = number.checked_sub(1).and_then(|at| target.properties.get_mut(at)) else { return };
                match field {
                    "name" => property.name = cell.str(),
                    "oldvalue" => property.old = cell.str(),
                    "newvalue" => property.new = cell.str(),
                    _ => {}
                }
            }
        }
    }

    /// `1key`, then `1value`.
    fn take_detail(&mut self, rest: &str, cell: Cell<'a>) {
        match numbered(rest) {
            Some((_, "key")) => self.key = cell.str(),
            Some((_, "value")) => self.audit.details.push((self.key, cell.str())),
            _ => {}
        }
    }
}

/// A one-digit number and what follows it.
fn numbered(text: &str) -> Option<(usize, &str)> {
    let digit = text.chars().next().and_then(|first| first.to_digit(10))?;
    Some((usize::try_from(digit).ok()?, text.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Action, Detail, Flags};
    use crate::formats::directory_graph::GRAPH;
    use crate::formats::testkit::{read_csv, read_json};

    const ROWS: &str = "\u{feff}Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,User Agent,ActorType,ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorServicePrincipalId,ActorServicePrincipalName,Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,Target1ModifiedProperty1Name,Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,AdditionalDetail1Key,AdditionalDetail1Value\n2025-05-02T09:19:09+00:00,c0ffee00-0000-4000-8000-000000000001,Core Directory,RoleManagement,Add member to role,success,,Mozilla/5.0,User,Ana,11111111-2222-3333-4444-555555555555,ana@example.com,198.51.100.7,,,User,Bo,22222222-2222-3333-4444-555555555555,bo@example.com,Role.DisplayName,,\"\"\"Global Administrator\"\"\",k,v\n";

    #[test]
    fn numbered_columns_are_targets_and_properties() {
        let out = read_csv(&PORTAL, ROWS);
        let event = &out.events[0];
        assert_eq!((event.action, out.text.get(event.object)), (Action::RoleChange, "Global Administrator"));
        assert_eq!((out.names.get(event.actor), out.names.get(event.target)), ("ana@example.com", "bo@example.com"));
        assert_eq!((out.ips.get(event.ip), event.flags.has(Flags::PARTIAL)), ("198.51.100.7", false));
        let Detail::Change(change) = &out.details[0] else { panic!() };
        assert_eq!(change.properties.len(), 2);
    }

    #[test]
    fn a_row_repeats_the_record_that_graph_has_of_it() {
        let graph = r#"{"id":"Directory_x","correlationId":"c0ffee00-0000-4000-8000-000000000001","result":"success","activityDisplayName":"Add member to role","activityDateTime":"2025-05-02T09:19:09.1234567Z","initiatedBy":{},"targetResources":[{"id":"22222222-2222-3333-4444-555555555555","type":"User"}]}"#;
        let (rows, objects) = (read_csv(&PORTAL, ROWS), read_json(&GRAPH, graph));
        assert!(objects.keys.iter().any(|(key, _)| *key == rows.keys[0].0));
    }
}
