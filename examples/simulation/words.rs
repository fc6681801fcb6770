//! What invented people write about: subjects, files, and the people outside they write to.

/// Subjects of ordinary mail.
pub const SUBJECTS: &[&str] = &[
    "Agenda for Thursday",
    "Minutes of yesterday",
    "Site photographs",
    "Quote for the second phase",
    "Revised drawings",
    "Parking at the new office",
    "Order confirmation",
    "Delivery note",
    "Holiday dates",
    "Question about the tender",
    "Invoice query",
    "Training day",
    "Call me when you are back",
    "Draft for review",
    "Measurements",
    "Lunch on Friday",
    "Change of address",
    "Spare parts",
    "Survey results",
    "Key handover",
    "Monthly figures",
    "Insurance certificate",
    "Kick-off meeting",
    "Your booking",
    "Team photo",
    "Room for the workshop",
];

/// Files that people work on: name, extension, site (empty for the own files).
pub const FILES: &[(&str, &str, &str)] = &[
    ("Price list", "xlsx", "Sales"),
    ("Offer template", "docx", "Sales"),
    ("Customer survey", "xlsx", "Sales"),
    ("Site plan", "pdf", "Projects"),
    ("Work schedule", "xlsx", "Projects"),
    ("Risk assessment", "docx", "Projects"),
    ("Handover checklist", "docx", "Projects"),
    ("Budget forecast", "xlsx", "Finance"),
    ("Supplier ledger", "xlsx", "Finance"),
    ("Travel expenses", "xlsx", "Finance"),
    ("Staff handbook", "pdf", "People"),
    ("Onboarding", "pptx", "People"),
    ("Notes", "docx", ""),
    ("Meeting notes", "docx", ""),
    ("Draft report", "docx", ""),
    ("Presentation", "pptx", ""),
    ("To do", "xlsx", ""),
];

/// Companies outside, with the people who write for them.
pub const PARTNERS: &[(&str, &[&str])] = &[
    ("brindle-stone.example", &["m.fenn", "orders", "s.iqbal"]),
    ("quayside-print.example", &["hello", "t.marsh"]),
    ("oakmere-legal.example", &["d.vance", "r.holt"]),
    ("tallow-lighting.example", &["sales", "k.usher", "accounts"]),
    ("penhallow-insurance.example", &["claims", "l.ferris"]),
    ("corvid-logistics.example", &["dispatch", "j.amos"]),
    ("eastmoor-council.example", &["planning", "p.gray"]),
    ("saffron-catering.example", &["bookings"]),
    ("juniper-timber.example", &["w.stead", "yard"]),
    ("lattice-software.example", &["support", "b.okoro"]),
];

/// Senders of newsletters and notices from outside.
pub const BULLETINS: &[&str] =
    &["news@trade-weekly.example", "noreply@parcel-notice.example", "digest@building-index.example", "events@chamber-of-trade.example"];

/// Relays of mail from outside: public hosts of large mail services.
pub const RELAYS: &[&str] = &["209.85.220.41", "40.107.22.54", "54.240.8.83", "198.2.130.27"];

/// The agents that a browser and a phone show in one season.
#[derive(Clone, Copy)]
pub struct Agents {
    /// Major version of Edge and Chrome.
    pub browser: u32,
    /// Build of desktop Outlook.
    pub outlook: &'static str,
    /// Version of iOS, with underscores.
    pub ios: &'static str,
    /// Server version of Exchange Online.
    pub exchange: &'static str,
}

/// January and February 2022.
pub const WINTER_2022: Agents = Agents { browser: 97, outlook: "16.0.14729.20260", ios: "15_2", exchange: "15.20.4975.011" };
/// December 2022 and January 2023.
pub const WINTER_2023: Agents = Agents { browser: 108, outlook: "16.0.15831.20208", ios: "16_2", exchange: "15.20.5986.018" };
/// March 2023.
pub const SPRING_2023: Agents = Agents { browser: 111, outlook: "16.0.16130.20306", ios: "16_3", exchange: "15.20.6178.037" };
