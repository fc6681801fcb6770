//! Export formats: how each is recognised, and how a record of it becomes an event or a state.
//!
//! A format is one file that implements [`Format`] and one line in [`FORMATS`]. Formats are recognised
//! by content alone: the folded names of a table's columns, or the keys of an object. What several
//! envelopes share (the audit record, the sign-in, the mail delivery) lives once, in a module that they
//! all call.

mod address_list;
pub mod audit;
pub mod carrier;
mod cloud_app_events;
pub mod declared;
mod defender_mail;
mod defender_other;
mod delivery;
mod diagnostic;
pub mod directory_activities;
pub mod directory_audit;
mod directory_consent;
mod directory_graph;
mod directory_portal;
mod elastic_entra;
mod entra_grants;
mod entra_lists;
#[cfg(test)]
mod entra_samples;
pub mod factors;
pub mod fields;
mod graph_activity;
mod inbox_rule;
pub mod load;
mod mailboxes;
mod office_activity;
mod permissions;
mod recognise;
mod risk;
mod rules_exchange;
mod rules_graph;
pub mod sign_in;
pub mod sign_in_flat;
pub mod sign_in_graph;
pub mod sign_in_portal;
pub mod sign_in_tables;
mod snapshot;
#[cfg(test)]
pub mod testkit;
mod threat_explorer;
mod trace_detail;
mod trace_message;
mod trace_portal;
mod trace_summary;
mod transport;
mod transport_rules;
mod ual_elastic;
mod ual_flat;
mod ual_graph;
mod ual_portal;
mod ual_records;
mod ual_search;
mod ual_splunk;
mod zoned_column;

use crate::events::{Batch, Family};
use crate::evidence::Record;

/// One export format.
pub trait Format: Sync {
    /// Stable id, `family.envelope`: `ual.search-csv`.
    fn id(&self) -> &'static str;

    /// What it is called in the field: "Search-UnifiedAuditLog, exported as CSV".
    fn title(&self) -> &'static str;

    /// Which kind of log its records belong to.
    fn family(&self) -> Family;

    /// Folded names (lower case) that a record must all have.
    fn required(&self) -> &'static [&'static str];

    /// Names that a record must not have.
    fn forbidden(&self) -> &'static [&'static str] {
        &[]
    }

    /// How strongly this record (or, with empty cells, this table header) is of this format: 0 for
    /// not at all, else the number of keys that speak for it. Of several claims the strongest wins.
    fn claim(&self, record: &Record<'_>) -> usize {
        let needed = self.required();
        let all = needed.iter().all(|name| record.has(name)) && !self.forbidden().iter().any(|name| record.has(name));
        if all { needed.len() } else { 0 }
    }

    /// Turns a record into exactly one of: an event, a state, ignored with a reason, rejected with a
    /// reason, by calling that function of `out` once.
    fn read(&self, record: &Record<'_>, out: &mut Batch);
}

/// Every format. The order decides between equal claims and is the number in
/// [`Event::format`](crate::events::Event::format): it is not otherwise visible.
#[rustfmt::skip] // one line each, so that a new format is one line
pub static FORMATS: &[&dyn Format] = &[
    &trace_message::MessageTrace,
    &trace_message::NarrowedTrace,
    &trace_message::GraphTrace,
    &trace_detail::TraceDetail,
    &trace_detail::GraphTraceDetail,
    &trace_summary::TraceSummary,
    &transport::HistoricalDetail,
    &transport::TrackingLog,
    &transport::TrackingCmdlet,
    &trace_portal::PortalTrace,
    &defender_mail::EmailEvents,
    &defender_mail::EmailAttachments,
    &defender_mail::EmailUrls,
    &defender_mail::PostDelivery,
    &defender_mail::UrlClicks,
    &threat_explorer::ThreatExplorer,
    &defender_other::IdentityLogons,
    &defender_other::OtherTables,
    &rules_exchange::InboxRules,
    &rules_exchange::ExtractorRules,
    &rules_exchange::NarrowedRules,
    &rules_exchange::EwsRules,
    &rules_exchange::SweepRules,
    &rules_graph::GraphRules,
    &mailboxes::MailboxForwarding,
    &mailboxes::Mailboxes,
    &mailboxes::CasMailboxes,
    &mailboxes::MobileDevices,
    &permissions::MailboxPermissions,
    &permissions::RecipientPermissions,
    &permissions::FolderPermissions,
    &permissions::DelegatedPermissions,
    &transport_rules::TransportRules,
    &sign_in_graph::GRAPH,
    &sign_in_portal::USERS,
    &sign_in_portal::USERS_SPANISH,
    &sign_in_portal::APPLICATIONS,
    &sign_in_portal::STEPS,
    &sign_in_tables::LOG_ANALYTICS,
    &sign_in_tables::DEFENDER,
    &sign_in_flat::DOTTED,
    &sign_in_flat::PLAIN,
    &ual_search::UalSearch,
    &ual_portal::UalPortal,
    &ual_portal::UalPurview,
    &ual_graph::UalGraph,
    &ual_records::UalRecords,
    &ual_records::UalListing,
    &ual_flat::UalFlat,
    &ual_splunk::UalSplunk,
    &ual_elastic::UalElastic,
    &office_activity::OfficeActivity,
    &cloud_app_events::CloudAppEvents,
    &cloud_app_events::CloudAppEventsStream,
    &directory_graph::GRAPH,
    &directory_graph::LOG_ANALYTICS,
    &directory_portal::PORTAL,
    &directory_portal::PORTAL_SPANISH,
    &risk::DETECTIONS,
    &risk::USERS,
    &diagnostic::Diagnostic,
    &elastic_entra::Elastic,
    &graph_activity::LOG_ANALYTICS,
    &entra_grants::GRAPH,
    &entra_grants::LIST,
    &entra_lists::USERS,
    &entra_lists::USERS_AZUREAD,
    &entra_lists::REGISTRATION,
    &entra_lists::METHODS,
    &entra_lists::PHONES,
    &entra_lists::ROLES,
    &entra_lists::PIM,
    &entra_lists::DEVICES,
    &entra_lists::SERVICE_PRINCIPALS,
    &entra_lists::APPLICATIONS,
];
