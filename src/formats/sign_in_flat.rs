//! Sign-ins that a script wrote as CSV: objects of the SDK flattened with dotted names, tables chosen by
//! hand, and Hawk's CSV, in which nested values are only names of .NET types.
//!
//! Dates are in the culture of the collecting computer, but in UTC.
//!
//! Source: bitpusher2k/M365IRScripts `11-Get-EntraIDAuditAndSignInLogs30-P1.ps1`; T0pCyber/hawk
//! `Get-HawkUserEntraIDSignInLog.ps1`.

use super::declared::{Declared, Form};
use super::sign_in::{self, Facts};
use crate::events::{Batch, Family, Flags};
use crate::evidence::Record;

/// Dotted names: `Status.ErrorCode`, `Location.City`.
pub static DOTTED: Declared = Declared {
    id: "sign-in.dotted-csv",
    title: "Entra sign-ins flattened by a script (CSV with Status.ErrorCode)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["createddatetime", "userprincipalname", "appdisplayname", "ipaddress", "status.errorcode"],
    forbidden: &[],
    read: sign_in::read,
};

/// Anything plainer: low trust, often without a request id.
pub static PLAIN: Declared = Declared {
    id: "sign-in.plain-csv",
    title: "Entra sign-ins as a plain CSV (Hawk, tools of service providers)",
    family: Family::SignIn,
    form: Form::Rows,
    required: &["createddatetime", "userprincipalname", "appdisplayname", "ipaddress"],
    forbidden: &["resulttype"],
    read: read_plain,
};

fn read_plain(record: &Record<'_>, out: &mut Batch) {
    let facts = Facts::of_record(record);
    if facts.flags.has(Flags::PARTIAL) {
        out.notice(
            "values-lost",
            "the export wrote names of .NET types instead of error code, place and device: give bectrace the JSON file that was written beside it",
        );
    }
    sign_in::finish(facts, record, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{Detail, Outcome};
    use crate::formats::testkit::read_csv;

    #[test]
    fn dotted_columns_are_the_nested_values() {
        let out = read_csv(
            &DOTTED,
            "CreatedDateTime,Id,UserPrincipalName,AppDisplayName,IPAddress,Status.ErrorCode,Status.FailureReason,Location.City,Location.CountryOrRegion,DeviceDetail.Browser\n2025-03-13T07:22:01Z,0c532507-b101-4090-b2f1-4d768e2f3500,ana@example.com,OfficeHome,198.51.100.7,50126,Invalid,Lagos,NG,Edge\n",
        );
        let Detail::SignIn(facts) = &out.details[0] else { panic!() };
        assert_eq!((out.events[0].code, facts.country, out.text.get(facts.browser)), (50126, *b"NG", "Edge"));
    }

    #[test]
    fn rows_without_request_id_repeat_only_what_is_equal() {
        let header = "CreatedDateTime,UserPrincipalName,UserDisplayName,AppDisplayName,IPAddress,City,Country,Device,Browser,OS,Status,RiskState,RiskLevelDuringSignIn,RiskLevelAggregated,ConditionalAccessStatus";
        let row = |ip: &str| {
            format!("3/13/2025 7:22:01 AM,ana@example.com,Ana,OfficeHome,{ip},Lagos,NG,,Edge,Windows,Success,none,none,none,notApplied")
        };
        let out = read_csv(&PLAIN, &format!("{header}\n{}\n{}\n{}\n", row("198.51.100.7"), row("198.51.100.7"), row("198.51.100.8")));
        assert_eq!(out.keys[0].0, out.keys[1].0);
        assert_ne!(out.keys[0].0, out.keys[2].0);
        assert_eq!(out.events[0].outcome, Outcome::Success);
    }

    #[test]
    fn values_lost_at_export_are_said_so() {
        let out = read_csv(
            &PLAIN,
            "CreatedDateTime,Id,UserPrincipalName,AppDisplayName,IPAddress,Status,Location\n2025-03-13T07:22:01Z,0c532507-b101-4090-b2f1-4d768e2f3500,ana@example.com,OfficeHome,198.51.100.7,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInLocation\n",
        );
        assert_eq!((out.events[0].outcome, out.notices.len()), (Outcome::Unknown, 1));
        assert!(out.events[0].flags.has(Flags::PARTIAL));
    }
}
