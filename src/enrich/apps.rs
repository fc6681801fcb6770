//! Applications: Microsoft's own by id, and those that are seen in compromises.
//!
//! Sources: merill/microsoft-info `_info/MicrosoftApps.csv`; secureworks/family-of-client-ids-research
//! `known-foci-clients.csv`; for the second table huntresslabs/rogueapps `public/rogueapps.json` (H),
//! randomaccess3/detections `M365_Oauth_Apps/MaliciousOauthAppDetections.json` (R) and
//! LETHAL-FORENSICS/Microsoft-Analyzer-Suite `Blacklists/Application-Blacklist.csv` (L).

use crate::events::named;

/// One of Microsoft's own applications.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FirstParty {
    /// Application id, lower case.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// One refresh token serves all applications of this family of client ids.
    pub family_token: bool,
}

named! {
    /// How much it says that somebody consented to an application.
    AppWeight {
        /// Honest use is hardly known.
        HardlyHonest = "hardly-honest",
        /// An ordinary client or tool that intruders use too.
        Ordinary = "ordinary",
    }
}

/// An application that is seen in compromises. It is legitimate software in most cases: never proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbusedApp {
    /// Application id, lower case.
    pub id: &'static str,
    /// Name.
    pub name: &'static str,
    /// What intruders use it for.
    pub purpose: &'static str,
    /// How much a consent to it says.
    pub weight: AppWeight,
    /// It is a mail client, which reads and sends by itself after its grant.
    pub mail_client: bool,
}

/// Sorted by id: id, name, whether it is of the family of client ids.
const FIRST_PARTY: &[(&str, &str, bool)] = &[
    ("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory", false),
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online", false),
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph", false),
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", false),
    ("00000006-0000-0ff1-ce00-000000000000", "Microsoft Office 365 Portal", false),
    ("0000000c-0000-0000-c000-000000000000", "App Access Panel", false),
    ("00b41c95-dab0-4487-9791-b9d2c32c80f2", "Office 365 Management", true),
    ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "Device Registration Service", false),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI", true),
    ("08e18876-6177-487e-b8b5-cf950c1e598c", "SharePoint Web Client Extensibility", false),
    ("0ec893e0-5785-4de6-99da-4ed124e5296c", "Office UWP PWA", true),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "Graph Command Line Tools", false),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "Azure PowerShell", true),
    ("19db86c3-b2b9-44cc-b339-36da233a3be2", "My Signins", false),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure AD PowerShell", false),
    ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", true),
    ("26a7ee05-5602-4d76-a7ba-eae8b7b67941", "Windows Search", true),
    ("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile", true),
    ("2793995e-0a7d-40d7-bd35-6968ba142197", "My Apps", false),
    ("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker", false),
    ("38aa3b87-a06d-4817-b275-7a316988d93b", "Windows Hello for Business", false),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome", false),
    ("4813382a-8fa7-425e-ab75-3b753aab3abb", "Microsoft Authenticator", true),
    ("497effe9-df71-4043-a8bb-14cf78c4b63b", "Exchange Admin Center", false),
    ("5d661950-3475-41cd-a2c3-d671a3162bc1", "Microsoft Outlook", false),
    ("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Teams Web Client", false),
    ("66a88757-258c-4c72-893c-3e8bed4d6899", "Office 365 Search", false),
    ("72782ba9-4490-4f03-8d82-562370ea3566", "Office 365", false),
    ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Azure Resource Manager", false),
    ("80ccca67-54bd-44ab-8625-4b79c4dc7775", "Security and Compliance Center", false),
    ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", "Visual Studio", true),
    ("89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", "Office365 Shell WCSS-Client", false),
    ("8c59ead7-d703-4a27-9e55-c96a0054c8d2", "My Profile", false),
    ("9199bf20-a13f-4107-85dc-02114787ef48", "Outlook Web App", false),
    ("9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", "Intune Company Portal", true),
    ("a0c73c16-a7e3-4564-9a95-2bdf47383716", "Legacy Exchange Online", false),
    ("a40d7d7d-59aa-447e-a655-679a4107e548", "Accounts Control UI", true),
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine", true),
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code", false),
    ("b26aadf8-566f-4478-926f-589f601d9c74", "OneDrive", true),
    ("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal", false),
    ("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Teams Services", false),
    ("d326c1ce-6cc6-4de2-bebc-4591e5e13ef0", "SharePoint", true),
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", true),
    ("de8bc8b5-d9f9-48b1-a8ad-b748da725064", "Graph Explorer", false),
    ("e9b154d0-7658-433b-bb25-6b8e0a8a7c59", "Outlook Lite", true),
    ("ecd6b820-32c2-49b6-98a6-444530e5a77a", "Microsoft Edge", true),
    ("fb78d390-0c51-40cd-8e17-fdbfab77341b", "Exchange REST PowerShell", false),
];

const fn app(id: &'static str, name: &'static str, purpose: &'static str, weight: AppWeight, mail_client: bool) -> AbusedApp {
    AbusedApp { id, name, purpose, weight, mail_client }
}

use AppWeight::{HardlyHonest, Ordinary};

/// Each with the sources that name it.
const ABUSED: &[AbusedApp] = &[
    // H R L
    app("ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PERFECTDATA SOFTWARE", "exports mailboxes", HardlyHonest, false),
    // R L: PerfectData under another name
    app("2ef68ccc-8a4d-42ff-ae88-2d7bb89ad139", "Mail_Backup", "exports mailboxes", HardlyHonest, false),
    // H R L
    app("a245e8c0-b53c-4b67-9b45-751d1dff8e6b", "Newsletter Software Supermailer", "sends bulk phishing", HardlyHonest, false),
    // H R L
    app("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client", "copies mailboxes and sends bulk mail", Ordinary, true),
    // R L
    app("946c777c-bc85-489e-b034-392389ae23d6", "Spike", "reads and sends mail", Ordinary, true),
    // R L
    app("179d5108-412b-4c95-8e34-06786784ab39", "PostBox", "reads and sends mail", Ordinary, true),
    // R L
    app("77468577-4f6e-40e7-b745-11d3d0c28095", "Fastmail", "imports mailboxes", Ordinary, true),
    // H R L
    app("a43e5392-f48b-46a4-a0f1-098b5eeb4757", "CloudSponge", "takes address books", Ordinary, false),
    // R L
    app("caffae8c-0882-4c81-9a27-d1803af53a40", "SigParser", "takes address books", Ordinary, false),
    // R L
    app("858d7e42-35f0-44b7-9033-df309239a47f", "Zoominfo Login", "takes contacts", Ordinary, false),
    // R L
    app("497ac034-5120-4c1a-929a-0351f5c09918", "ZoomInfo Communitiez Login", "takes contacts and reads mail", Ordinary, false),
    // H
    app("b15665d9-eda6-4092-8539-0eec376afd59", "rclone", "copies files from OneDrive and SharePoint", Ordinary, false),
    // R L: another id of it
    app("4761b959-9780-4c2d-87a3-512b4638f767", "rclone", "copies files from OneDrive and SharePoint", Ordinary, false),
];

/// Other spellings of their names, folded.
const ALIASES: &[(&str, &str)] = &[
    ("perfectdata", "perfectdatasoftware"),
    ("supermailer", "newslettersoftwaresupermailer"),
    ("spikeemail", "spike"),
    ("spikeemailteamchat", "spike"),
];

/// Microsoft's own applications whose sign-ins intruders use, with why: context, never a finding.
/// Sources: L, and elastic/detection-rules `rules/integrations/azure`.
const WATCHED: &[(&str, &str)] = &[
    ("00000002-0000-0ff1-ce00-000000000000", "as the client: legacy mail sign-in"),
    ("00b41c95-dab0-4487-9791-b9d2c32c80f2", "stolen family tokens"),
    ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", "registering a device for a primary refresh token"),
    ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "consent-code phishing and token tools"),
    ("14d82eec-204b-4c2f-b7e8-296a70dab67e", "reading the directory after a compromise"),
    ("1950a258-227b-4e31-a9cf-717495945fc2", "consent-code phishing and token tools"),
    ("1b730954-1685-4b74-9bfd-dac224a7b894", "password spray"),
    ("29d9ed98-a469-4536-ade2-f981bc1d605e", "device-code phishing and primary refresh tokens"),
    ("4765445b-32c6-49b0-83e6-1d93765276ca", "where phishing proxies sign in"),
    ("72782ba9-4490-4f03-8d82-562370ea3566", "first stop after a phishing proxy"),
    ("9ba1a5c7-f17a-4de9-a1f1-6178c8d51223", "going round device compliance"),
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "consent-code phishing"),
];

/// Clients that act on their own, without anybody at the keyboard.
const BACKGROUND: &[&str] = &[
    "00b41c95-dab0-4487-9791-b9d2c32c80f2",
    "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    "26a7ee05-5602-4d76-a7ba-eae8b7b67941",
    "38aa3b87-a06d-4817-b275-7a316988d93b",
    "66a88757-258c-4c72-893c-3e8bed4d6899",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
];

/// Microsoft's own application with this id (in any case).
pub fn first_party(id: &str) -> Option<FirstParty> {
    let lower = || id.trim().bytes().map(|byte| byte.to_ascii_lowercase());
    let at = FIRST_PARTY.binary_search_by(|(known, ..)| known.bytes().cmp(lower())).ok()?;
    FIRST_PARTY.get(at).map(|(id, name, family_token)| FirstParty { id, name, family_token: *family_token })
}

/// A name with nothing but letters and digits, in lower case: "`Mail_Backup`" and "mail backup" are one.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// The application of the table with this id, else the one with this name in any spelling. Either may
/// be empty, and an id may stand in the place of a name.
pub fn abused_app(id: &str, name: &str) -> Option<&'static AbusedApp> {
    let by_id = |text: &str| ABUSED.iter().find(|app| app.id.eq_ignore_ascii_case(text.trim()));
    if let Some(app) = by_id(id).or_else(|| by_id(name)) {
        return Some(app);
    }
    // Names are anybody's to choose, so Microsoft's own ids are never found by name.
    if first_party(id).is_some() {
        return None;
    }
    [name, id].iter().find_map(|text| {
        let alias = ALIASES.iter().find(|(alias, _)| folded(text).eq(alias.chars()));
        let wanted = alias.map_or(*text, |(_, name)| *name);
        ABUSED.iter().find(|app| folded(app.name).eq(folded(wanted)))
    })
}

/// What intruders use this application of Microsoft's for, where they do.
pub fn watched_first_party(id: &str) -> Option<&'static str> {
    let id = id.trim();
    WATCHED.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, why)| *why)
}

/// True for clients that act without anybody at the keyboard.
pub fn is_background_client(id: &str) -> bool {
    BACKGROUND.iter().any(|known| known.eq_ignore_ascii_case(id.trim()))
}

/// The name of an application by its id, from the tables.
pub fn app_name(id: &str) -> Option<&'static str> {
    first_party(id).map(|app| app.name).or_else(|| ABUSED.iter().find(|app| app.id.eq_ignore_ascii_case(id.trim())).map(|app| app.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microsofts_own_are_found_by_id() {
        assert!(FIRST_PARTY.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(app_name("4765445B-32C6-49B0-83E6-1D93765276CA"), Some("OfficeHome"));
        assert_eq!(app_name("00000003-0000-0000-c000-000000000000"), Some("Microsoft Graph"));
        assert!(first_party("d3590ed6-52b3-4102-aeff-aad2292ab01c").is_some_and(|app| app.family_token));
        assert_eq!(app_name("ffffffff-0000-0000-0000-000000000000"), None);
        for (id, _) in WATCHED {
            assert!(first_party(id).is_some(), "{id}");
        }
    }

    #[test]
    fn abused_applications_are_found_by_id_first_then_by_name() {
        let weight = |id: &str, name: &str| abused_app(id, name).map(|app| (app.name, app.weight.name()));
        assert_eq!(weight("ff8d92dc-3d82-41d6-bcbd-b9174d163620", ""), Some(("PERFECTDATA SOFTWARE", "hardly-honest")));
        assert_eq!(weight("", "PerfectData Software"), Some(("PERFECTDATA SOFTWARE", "hardly-honest")));
        assert_eq!(weight("11111111-1111-1111-1111-111111111111", "mail backup"), Some(("Mail_Backup", "hardly-honest")));
        assert_eq!(weight("", "Newsletter Software SuperMailer"), Some(("Newsletter Software Supermailer", "hardly-honest")));
        assert_eq!(weight("spike", ""), Some(("Spike", "ordinary")));
        assert_eq!(weight("e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "Spike"), Some(("eM Client", "ordinary")));
        for honest in ["Spikes and Co", "Slack", "", "Backup"] {
            assert_eq!(weight("", honest), None, "{honest}");
        }
    }
}
