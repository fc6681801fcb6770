//! Names of operations: folding, and which part of the reader an operation belongs to.
//!
//! Source: `Operation` values of Microsoft's audit log activity list, and those in public exports.

/// An operation in its compared form: lower case, without the final period, with every dash (and the
/// `?` that an ASCII export makes of it) as one. Held on the stack; longer names are cut.
#[derive(Clone, Copy)]
pub struct Folded {
    bytes: [u8; 80],
    len: usize,
}

impl Folded {
    /// Folds a name.
    pub fn new(name: &str) -> Folded {
        let mut folded = Folded { bytes: [0; 80], len: 0 };
        for letter in name.trim().trim_end_matches('.').trim_end().chars() {
            let byte = match letter {
                '\u{2013}' | '\u{2014}' | '?' => b'-',
                letter => u8::try_from(letter).ok().filter(u8::is_ascii).unwrap_or(b'*').to_ascii_lowercase(),
            };
            let Some(place) = folded.bytes.get_mut(folded.len) else { break };
            *place = byte;
            folded.len += 1;
        }
        folded
    }

    /// The folded name.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// Record types that decide how a record is read. Anything else is told by its operation.
///
/// Source: Microsoft's Office 365 Management Activity API schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordType {
    /// 8, Entra directory.
    Directory,
    /// 15 and the retired 9, sign-ins.
    SignIn,
    /// 25, Teams.
    Teams,
    /// 28, 40, 47, 64, 65, 78, 98, 113, 294: alerts and detections of Microsoft's.
    Alert,
    /// 1 and 18, Exchange and compliance cmdlets.
    Admin,
    /// 2, 3, 19, 50: mailbox audit.
    Mailbox,
    /// 4, 6, 7, 14, 36, 56, 102: `SharePoint` and `OneDrive`.
    SharePoint,
    /// Any other, or none.
    Other,
}

impl RecordType {
    /// From the number or its name.
    pub fn of(text: &str) -> RecordType {
        let text = text.trim();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text {
                "8" => RecordType::Directory,
                "9" | "15" => RecordType::SignIn,
                "25" => RecordType::Teams,
                "28" | "40" | "47" | "64" | "65" | "78" | "98" | "113" | "294" => RecordType::Alert,
                "1" | "18" => RecordType::Admin,
                "2" | "3" | "19" | "50" => RecordType::Mailbox,
                "4" | "6" | "7" | "14" | "36" | "56" | "102" => RecordType::SharePoint,
                _ => RecordType::Other,
            };
        }
        match Folded::new(text).as_str() {
            "azureactivedirectory" => RecordType::Directory,
            "azureactivedirectorystslogon" | "azureactivedirectoryaccountlogon" => RecordType::SignIn,
            "microsoftteams" => RecordType::Teams,
            "threatintelligence"
            | "securitycompliancealerts"
            | "threatintelligenceatpcontent"
            | "airinvestigation"
            | "quarantine"
            | "wdatpalerts"
            | "mcasalerts"
            | "ms365dcustomdetection"
            | "aadriskdetection" => RecordType::Alert,
            "exchangeadmin" | "securitycompliancecentereopcmdlet" => RecordType::Admin,
            "exchangeitem" | "exchangeitemgroup" | "exchangeaggregatedoperation" | "exchangeitemaggregated" => RecordType::Mailbox,
            "sharepoint"
            | "sharepointfileoperation"
            | "onedrive"
            | "sharepointsharingoperation"
            | "sharepointlistoperation"
            | "sharepointfieldoperation"
            | "sharepointsearch" => RecordType::SharePoint,
            _ => RecordType::Other,
        }
    }
}

/// The part of the reader that an operation belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// `sign_in`
    SignIn,
    /// `directory`
    Directory,
    /// `mailbox`
    Mailbox,
    /// `rules`
    Rules,
    /// `admin`
    Admin,
    /// `files`
    Files,
    /// `teams`
    Teams,
    /// `alerts`
    Alerts,
    /// Only the common fields.
    Other,
}

/// Which part reads a record of this type, operation (folded) and workload.
pub fn part(record_type: RecordType, operation: &str, workload: &str) -> Part {
    match operation {
        "userloggedin" | "userloginfailed" => return Part::SignIn,
        "updateinboxrules" => return Part::Rules,
        "tiurlclickdata" | "timaildata" | "atpdetection" | "airinvestigationdata" | "filemalwaredetected" => return Part::Alerts,
        _ => {}
    }
    if operation.ends_with("-inboxrule") {
        return Part::Rules;
    }
    match record_type {
        RecordType::SignIn => Part::SignIn,
        RecordType::Directory => Part::Directory,
        RecordType::Teams => Part::Teams,
        RecordType::Alert => Part::Alerts,
        RecordType::Admin => Part::Admin,
        RecordType::Mailbox => Part::Mailbox,
        RecordType::SharePoint => Part::Files,
        RecordType::Other => untyped(operation, workload),
    }
}

/// The part for a record without a type that we know.
fn untyped(operation: &str, workload: &str) -> Part {
    if operation.starts_with("mcas_alert_") {
        return Part::Alerts;
    }
    if is_cmdlet(operation) {
        return Part::Admin;
    }
    match workload {
        "Exchange" => Part::Mailbox,
        "SharePoint" | "OneDrive" => Part::Files,
        "MicrosoftTeams" => Part::Teams,
        "AzureActiveDirectory" => Part::Directory,
        _ if operation.starts_with("search") || operation.starts_with("viewedsearch") => Part::Admin,
        _ => Part::Other,
    }
}

/// True for the name of a cmdlet that changes something or searches: `set-mailbox`.
pub fn is_cmdlet(operation: &str) -> bool {
    const VERBS: [&str; 14] = [
        "new-",
        "set-",
        "add-",
        "remove-",
        "enable-",
        "disable-",
        "get-",
        "start-",
        "stop-",
        "update-",
        "install-",
        "uninstall-",
        "export-",
        "search-",
    ];
    VERBS.iter().any(|verb| operation.strip_prefix(verb).is_some_and(|noun| !noun.is_empty() && !noun.contains(' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_folded_across_drift_in_their_names() {
        for name in [
            "Update application \u{2013} Certificates and secrets management ",
            "Update application ? Certificates and secrets management",
            "update application - certificates and secrets management.",
        ] {
            assert_eq!(Folded::new(name).as_str(), "update application - certificates and secrets management");
        }
        assert_eq!(Folded::new("set-InboxRule").as_str(), "set-inboxrule");
        assert_eq!(Folded::new(&"x".repeat(500)).as_str().len(), 80);
    }

    #[test]
    fn types_are_known_by_number_and_by_name() {
        for (name, number) in
            [("AzureActiveDirectory", "8"), ("ExchangeItemAggregated", "50"), ("exchangeAdmin", "1"), ("MCASAlerts", "98")]
        {
            assert_eq!(RecordType::of(name), RecordType::of(number), "{name}");
        }
        assert_eq!(RecordType::of("-1"), RecordType::Other);
    }

    #[test]
    fn a_record_without_a_type_is_told_by_its_operation_and_workload() {
        assert_eq!(part(RecordType::Other, "set-mailbox", "Exchange"), Part::Admin);
        assert_eq!(part(RecordType::Other, "mailitemsaccessed", "Exchange"), Part::Mailbox);
        assert_eq!(part(RecordType::Mailbox, "updateinboxrules", "Exchange"), Part::Rules);
        assert_eq!(part(RecordType::Other, "viewreport", "PowerBI"), Part::Other);
    }
}
