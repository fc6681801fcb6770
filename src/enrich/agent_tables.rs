//! Marks of clients. All in lower case; a mark is part of the text unless said otherwise; the first that
//! fits decides.
//!
//! Sources: LETHAL-FORENSICS/Microsoft-Analyzer-Suite `Blacklists/UserAgent-Blacklist.csv`,
//! elastic/detection-rules `rules/integrations/{azure,o365}`, SigmaHQ/sigma `rules/cloud/azure`, and
//! user agents in public samples of audit logs.

use super::agents::{AgentFamily, Os};

/// Tools of attackers and testers.
pub(super) const ATTACK_TOOLS: &[&str] =
    &["aadinternals", "azurehound", "sharphound", "bloodhound", "teamfiltration", "roadtools", "graphrunner"];

/// Kits: all marks of a row together. The Teams version is `TeamFiltration`'s default; the Dsreg version
/// registers devices for kits (source: elastic/detection-rules, device registration rules).
pub(super) const KITS: &[&[&str]] =
    &[&["kali365"], &["agentaxios"], &["teams/1.3.00.30866", "electron/8.5.1"], &["dsreg/10.0 (windows 10.0.19045.2006)"]];

/// Clients that send user name and password. BAV2ROPC and its consumer twin stand for POP, IMAP and SMTP
/// clients whose password Exchange turns into a token.
pub(super) const LEGACY: &[&str] = &["bav2ropc", "aconsumerv2ropc", "cbainprod", "cbaintar"];

/// Libraries. "node" and "undici" alone are whole values.
pub(super) const SCRIPTS: &[&str] = &[
    "axios/",
    "node-fetch",
    "node.js",
    "nodejs",
    "got (https://",
    "superagent",
    "undici/",
    "fasthttp",
    "go-resty",
    "go-http-client",
    "guzzlehttp",
    "okhttp",
    "python-requests",
    "python-urllib",
    "python-httpx",
    "python/",
    "aiohttp",
    "httpx/",
    "curl/",
    "wget/",
    "libwww-perl",
    "java/",
    "apache-httpclient",
    "postmanruntime",
    "insomnia/",
    "headlesschrome",
    "phantomjs",
    "scrapy",
    "ruby",
    "restsharp",
];

/// Services of Microsoft's; the text starts so.
pub(super) const BACKGROUND: &[&str] = &[
    "mswac",
    "odmta",
    "onedrivempc",
    "officexlca",
    "officewordca",
    "officewordwrs",
    "officepptca",
    "ms scanner atp",
    "mruservice/",
    "exchange/",
    "spdservices",
    "msspo",
    "sharepointpreview",
    "oneaugloop",
    "substrate",
    "microsoft.exchange.",
    "microsoft search",
];

/// Programs that are no browser.
pub(super) const PROGRAMS: &[(&str, AgentFamily)] = &[
    ("outlook-ios", AgentFamily::OutlookMobile),
    ("outlook-android", AgentFamily::OutlookMobile),
    ("com.microsoft.office.outlook", AgentFamily::OutlookMobile),
    ("outlookmobile", AgentFamily::OutlookMobile),
    ("microsoft outlook", AgentFamily::OutlookDesktop),
    ("macoutlook", AgentFamily::OutlookDesktop),
    ("outlook.exe", AgentFamily::OutlookDesktop),
    ("outlook/", AgentFamily::OutlookDesktop),
    ("teams/", AgentFamily::Teams),
    ("teamsmobile", AgentFamily::Teams),
    ("com.microsoft.teams", AgentFamily::Teams),
    ("skydrivesync", AgentFamily::OneDrive),
    ("onedrive", AgentFamily::OneDrive),
    ("windowspowershell", AgentFamily::PowerShell),
    ("powershell", AgentFamily::PowerShell),
    ("azurecli", AgentFamily::AdminTool),
    ("azure-cli", AgentFamily::AdminTool),
    ("rclone", AgentFamily::AdminTool),
    ("emclient", AgentFamily::EmClient),
    ("em client", AgentFamily::EmClient),
    ("thunderbird", AgentFamily::MailClient),
    ("appleexchangewebservices", AgentFamily::MailClient),
    ("apple mail", AgentFamily::MailClient),
    ("spark/", AgentFamily::MailClient),
    ("exchangeservicesclient", AgentFamily::WebServices),
    ("apple-iphone", AgentFamily::ActiveSync),
    ("apple-ipad", AgentFamily::ActiveSync),
    ("android-eas", AgentFamily::ActiveSync),
    ("samsungdevice", AgentFamily::ActiveSync),
    ("windows-azuread-authentication-provider", AgentFamily::Broker),
    ("windows-ad-authentication-provider", AgentFamily::Broker),
    ("dsreg/", AgentFamily::Broker),
    ("msal 1.0", AgentFamily::Broker),
    ("microsoft office", AgentFamily::Office),
    ("microsoft word", AgentFamily::Office),
    ("microsoft excel", AgentFamily::Office),
    ("microsoft powerpoint", AgentFamily::Office),
    ("microsoft onenote", AgentFamily::Office),
];

/// Browsers; what imitates others comes before them.
pub(super) const BROWSERS: &[(&str, AgentFamily)] = &[
    ("edg/", AgentFamily::Edge),
    ("edga/", AgentFamily::Edge),
    ("edgios/", AgentFamily::Edge),
    ("edge/", AgentFamily::Edge),
    ("opr/", AgentFamily::Opera),
    ("opera/", AgentFamily::Opera),
    ("firefox/", AgentFamily::Firefox),
    ("fxios/", AgentFamily::Firefox),
    ("crios/", AgentFamily::Chrome),
    ("samsungbrowser/", AgentFamily::Chrome),
    ("chrome/", AgentFamily::Chrome),
    ("trident/", AgentFamily::InternetExplorer),
    ("msie ", AgentFamily::InternetExplorer),
    ("version/", AgentFamily::Safari),
    ("safari/", AgentFamily::Safari),
];

/// Operating systems, in user agents and in Entra's field.
pub(super) const SYSTEMS: &[(&str, Os)] = &[
    ("iphone", Os::Ios),
    ("ipad", Os::Ios),
    ("outlook-ios", Os::Ios),
    ("android", Os::Android),
    ("samsungdevice", Os::Android),
    ("windows", Os::Windows),
    ("win32", Os::Windows),
    ("macintosh", Os::Mac),
    ("mac os", Os::Mac),
    ("macos", Os::Mac),
    ("mac+os", Os::Mac),
    ("macoutlook", Os::Mac),
    ("darwin", Os::Mac),
    ("cros ", Os::ChromeOs),
    ("chromeos", Os::ChromeOs),
    ("linux", Os::Linux),
    ("x11", Os::Linux),
    ("ubuntu", Os::Linux),
];

/// First part of an Exchange `ClientInfoString`; the text starts so.
pub(super) const EXCHANGE_CLIENTS: &[(&str, AgentFamily)] = &[
    ("owa", AgentFamily::Owa),
    ("msexchangerpc", AgentFamily::OutlookDesktop),
    ("outlookservice", AgentFamily::OutlookMobile),
    ("activesync", AgentFamily::ActiveSync),
    ("airsync", AgentFamily::ActiveSync),
    ("pop3", AgentFamily::LegacyMail),
    ("imap4", AgentFamily::LegacyMail),
    ("smtp", AgentFamily::LegacyMail),
    ("webservices", AgentFamily::WebServices),
    ("ews", AgentFamily::WebServices),
    ("restsystem", AgentFamily::Service),
    ("rest", AgentFamily::Rest),
    ("hub transport", AgentFamily::Service),
    ("tba;", AgentFamily::Service),
    ("tba", AgentFamily::Service),
    ("elc", AgentFamily::Service),
    ("monitoring", AgentFamily::Service),
    ("management", AgentFamily::Service),
];

/// Beginnings of Entra's browser field.
pub(super) const RECORDED_BROWSERS: &[(&str, AgentFamily)] = &[
    ("edge mobile", AgentFamily::Edge),
    ("edge", AgentFamily::Edge),
    ("chrome mobile webview", AgentFamily::Chrome),
    ("chrome mobile ios", AgentFamily::Chrome),
    ("chrome mobile", AgentFamily::Chrome),
    ("chrome", AgentFamily::Chrome),
    ("samsung browser", AgentFamily::Chrome),
    ("samsung internet", AgentFamily::Chrome),
    ("mobile safari uiwebview", AgentFamily::Safari),
    ("mobile safari", AgentFamily::Safari),
    ("safari", AgentFamily::Safari),
    ("firefox mobile", AgentFamily::Firefox),
    ("firefox", AgentFamily::Firefox),
    ("opera", AgentFamily::Opera),
    ("ie", AgentFamily::InternetExplorer),
    ("rich client", AgentFamily::RichClient),
    ("microsoft office", AgentFamily::Office),
    ("python requests", AgentFamily::Script),
    ("aiohttp", AgentFamily::Script),
    ("curl", AgentFamily::Script),
];

/// Values of `clientAppUsed` that say more than "browser" or "modern client". Entra calls all of these
/// legacy authentication. source: entra-docs `docs/identity/conditional-access/policy-block-legacy-authentication.md`
pub(super) const CLIENT_APPS: &[(&str, AgentFamily)] = &[
    ("IMAP4", AgentFamily::LegacyMail),
    ("IMAP", AgentFamily::LegacyMail),
    ("POP3", AgentFamily::LegacyMail),
    ("POP", AgentFamily::LegacyMail),
    ("SMTP", AgentFamily::LegacyMail),
    ("Authenticated SMTP", AgentFamily::LegacyMail),
    ("Exchange ActiveSync", AgentFamily::LegacyMail),
    ("Exchange Web Services", AgentFamily::LegacyMail),
    ("MAPI Over HTTP", AgentFamily::LegacyMail),
    ("Outlook Anywhere (RPC over HTTP)", AgentFamily::LegacyMail),
    ("Autodiscover", AgentFamily::LegacyMail),
    ("AutoDiscover", AgentFamily::LegacyMail),
    ("Offline Address Book", AgentFamily::LegacyMail),
    ("Reporting Web Services", AgentFamily::LegacyMail),
    ("Outlook Service", AgentFamily::LegacyMail),
    ("Universal Outlook", AgentFamily::LegacyMail),
    ("Exchange Online PowerShell", AgentFamily::LegacyMail),
    ("Other clients", AgentFamily::LegacyMail),
    ("Other clients; IMAP", AgentFamily::LegacyMail),
    ("Other clients; POP", AgentFamily::LegacyMail),
    ("Other clients; SMTP", AgentFamily::LegacyMail),
    ("Other clients; Older Office clients", AgentFamily::LegacyMail),
    ("Exchange ActiveSync (supported)", AgentFamily::LegacyMail),
    ("Exchange ActiveSync (unsupported)", AgentFamily::LegacyMail),
];
