use super::*;

fn family_and_os(text: &str) -> (&'static str, &'static str) {
    let agent = Agent::classify(text);
    (agent.family.name(), agent.os.name())
}

#[test]
fn clients_of_every_day_are_told_apart() {
    for (text, family, os) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.1620.50",
            "edge",
            "windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763",
            "edge",
            "windows",
        ),
        (
            "Mozilla\\/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit\\/537.36 (KHTML, like Gecko) Chrome\\/89.0.4389.114 Safari\\/537.36",
            "chrome",
            "macos",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Safari/605.1.15",
            "safari",
            "macos",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", "safari", "ios"),
        (
            "Mozilla/5.0 (Linux; Android 13; Pixel 6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Mobile Safari/537.36",
            "chrome",
            "android",
        ),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:87.0) Gecko/20100101 Firefox/87.0", "firefox", "linux"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "internet-explorer", "windows"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.14326; Pro)", "outlook-desktop", "windows"),
        ("Microsoft SkyDriveSync 23.101.0514.0004 ship; Windows NT 10.0 (19045)", "onedrive", "windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.6.00.29964 Chrome/102.0.5005.197 Electron/19.1.8 Safari/537.36",
            "teams",
            "windows",
        ),
        ("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.17763.1971", "powershell", "windows"),
        ("Windows-AzureAD-Authentication-Provider/1.0", "broker", "windows"),
        ("Mozilla/5.0 (compatible; MSAL 1.0) PKeyAuth/1.0", "broker", "unknown"),
        ("MSWAC", "service", "unknown"),
        ("ODMTADocCache/1.0", "service", "unknown"),
        ("axios/1.6.2", "script", "unknown"),
        ("", "unknown", "unknown"),
        ("aaa", "unknown", "unknown"),
    ] {
        assert_eq!(family_and_os(text), (family, os), "{text}");
    }
}

#[test]
fn exchange_client_strings_are_read() {
    for (text, family, os) in [
        ("Client=OWA;Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:87.0) Gecko/20100101 Firefox/87.0;", "firefox", "linux"),
        (
            "Client=OWA;Mozilla\\/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit\\/537.36 (KHTML, like Gecko) Chrome\\/89.0.4389.114 Safari\\/537.36+Preload+Preload;",
            "chrome",
            "windows",
        ),
        ("Client=OWA;Action=ViaProxy", "owa", "unknown"),
        ("Client=MSExchangeRPC", "outlook-desktop", "windows"),
        ("Client=REST;Client=RESTSystem;;", "service", "unknown"),
        ("Client=REST;;", "rest", "unknown"),
        ("Client=WebServices;Action=ConfigureGroupMailbox", "web-services", "unknown"),
        ("Client=WebServices;eMClient/9.2;", "em-client", "unknown"),
        (
            "Client=ActiveSync;UserAgent=Apple-iPhone13C3/2002.33; Action=/Microsoft-Server-ActiveSync/Proxy/default.eas",
            "activesync",
            "ios",
        ),
        ("Client=OutlookService;Outlook-iOS/2.0;", "outlook-mobile", "ios"),
        ("Client=OutlookService;Outlook-Android/2.0;", "outlook-mobile", "android"),
        ("Client=POP3/IMAP4;Protocol=IMAP4", "legacy-mail", "unknown"),
        ("Client=Exemple1;Client=Exemple2;;", "unknown", "unknown"),
    ] {
        assert_eq!(family_and_os(text), (family, os), "{text}");
    }
}

#[test]
fn clients_that_skip_the_second_factor_are_legacy() {
    for text in ["BAV2ROPC", "bav2ropc", "AConsumerV2ROPC", "CBAInPROD", "CBAinTAR"] {
        assert!(Agent::classify(text).legacy, "{text}");
    }
    assert!(Agent::of_sign_in("", "", "", "Authenticated SMTP").legacy);
    assert!(Agent::of_sign_in("", "", "", "Other clients").legacy);
    assert!(!Agent::of_sign_in("", "Windows10", "Rich Client 4.54.0.0", "Mobile Apps and Desktop clients").legacy);
    assert!(!Agent::classify("Client=ActiveSync;UserAgent=Apple-iPhone13C3/2002.33;").legacy);
}

#[test]
fn libraries_kits_and_tools_are_scripted_and_brokers_are_not() {
    for text in [
        "axios/1.6.2",
        "agentaxios",
        "node",
        "undici",
        "node-fetch/1.0",
        "fasthttp",
        "go-resty/2.7.0",
        "Go-http-client/1.1",
        "python-requests/2.28.1",
        "curl/8.4.0",
        "okhttp/4.8.1",
        "kali365-live/1.0",
        "AADInternals",
        "azurehound/v2",
    ] {
        assert!(Agent::classify(text).scripted, "{text}");
    }
    for text in [
        "Windows-AzureAD-Authentication-Provider/1.0",
        "Mozilla/5.0",
        "PowerShell/7.4",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:120.0) Gecko/20100101 Firefox/120.0",
    ] {
        assert!(!Agent::classify(text).scripted, "{text}");
    }
    assert!(Agent::classify("sharphound/1").attack_tool);
    assert!(!Agent::classify("python-requests/2.28.1").attack_tool);
    let team_filtration = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Teams/1.3.00.30866 Chrome/80.0.3987.165 Electron/8.5.1 Safari/537.36";
    assert_eq!(Agent::classify(team_filtration).family, AgentFamily::Kit);
    assert_eq!(Agent::classify("Dsreg/10.0 (Windows 10.0.19045.2006)").family, AgentFamily::Kit);
    assert_eq!(Agent::classify("Dsreg/10.0 (Windows 10.0.22631.3296)").family, AgentFamily::Broker);
    assert_eq!(Agent::classify("Mozilla/5.0").family, AgentFamily::BareMozilla);
}

#[test]
fn entras_own_reading_fills_what_the_agent_lacks() {
    let recorded = Agent::of_sign_in("", "Windows 10", "Edge 120.0.1620", "Browser");
    assert_eq!((recorded.family, recorded.os, recorded.major), (AgentFamily::Edge, Os::Windows, 120));
    let same = Agent::of_sign_in(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.1620.50",
        "Windows10",
        "Rich Client 4.54.0.0",
        "Mobile Apps and Desktop clients",
    );
    assert_eq!((same.family, same.os, same.major), (AgentFamily::Edge, Os::Windows, 120));
    assert_eq!(Agent::of_sign_in("", "Ios 16", "Mobile Safari 16.3", "").family, AgentFamily::Safari);
    assert_eq!(Agent::of_sign_in("", "MacOs", "", "").os, Os::Mac);
}
