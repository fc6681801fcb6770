//! The configuration: what a user can tell about the tenant, and thresholds. Every run works without.
//!
//! It is a TOML file. A key that is not known is an error that names the key, its line and the nearest
//! known key, because a silently ignored setting is worse than none.

mod cidr;
mod read;
mod render;
mod response;
mod spelling;

pub use cidr::{Cidr, address_bits};
pub use read::ConfigError;
pub use render::ThresholdDoc;
pub use response::{OfficeHours, ResponseAction, ResponseConfig};
pub use spelling::letter_changes;

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A finding that is not raised where account, network and agent (or application) all fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exception {
    /// The account, lower case, or `*` for any.
    pub account: String,
    /// From where.
    pub network: Cidr,
    /// Part of the user agent, in any case; at least one of `agent` and `app` is given.
    pub agent: Option<String>,
    /// Application id or name, in any case.
    pub app: Option<String>,
    /// The one detection that it is about; all where absent.
    pub detection: Option<String>,
    /// Why, for the report.
    pub note: String,
}

/// A threshold as given, with the line that gives it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Given {
    value: f64,
    line: usize,
}

/// What the user told about the tenant, and thresholds that differ from the defaults.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// Domains of the organisation, lower case, beyond those that the exports show.
    pub own_domains: Vec<String>,
    /// Networks of the organisation: offices, data centres.
    pub own_networks: Vec<Cidr>,
    /// Exits of the VPN or gateway that the organisation's people use.
    pub vpn_exits: Vec<Cidr>,
    /// People whose accounts come first, lower case.
    pub vips: Vec<String>,
    /// Accounts that programs use, lower case.
    pub service_accounts: Vec<String>,
    /// Mailboxes that several people use and nobody signs in to, lower case.
    pub shared_mailboxes: Vec<String>,
    /// Ids or names of applications that the organisation uses, lower case.
    pub known_good_apps: Vec<String>,
    /// Findings not to raise.
    pub exceptions: Vec<Exception>,
    /// What an automatic response would do.
    pub response: ResponseConfig,
    thresholds: BTreeMap<(String, String), Given>,
}

impl Config {
    /// The threshold `name` of a detection: as configured, else `default`.
    pub fn threshold(&self, detection: &str, name: &str, default: f64) -> f64 {
        if self.thresholds.is_empty() {
            return default;
        }
        self.thresholds.get(&(detection.to_owned(), name.to_owned())).map_or(default, |given| given.value)
    }

    /// True if the address belongs to the organisation.
    pub fn is_own_network(&self, address: IpAddr) -> bool {
        self.own_networks.iter().any(|network| network.contains(address))
    }

    /// True if the address is an exit of the organisation's VPN or gateway.
    pub fn is_vpn_exit(&self, address: IpAddr) -> bool {
        self.vpn_exits.iter().any(|network| network.contains(address))
    }

    /// True if the application is one that the organisation uses, by id or by name.
    pub fn is_known_good_app(&self, id: &str, name: &str) -> bool {
        let known = |text: &str| !text.is_empty() && self.known_good_apps.contains(&text.trim().to_lowercase());
        known(id) || known(name)
    }

    /// The exception that covers an act of a detection, if one does. `account` is compared in lower
    /// case; `app` may be an id or a name.
    pub fn exception(&self, detection: &str, account: &str, address: IpAddr, agent: &str, apps: &[&str]) -> Option<&Exception> {
        let account = account.to_lowercase();
        let agent = agent.to_lowercase();
        self.exceptions.iter().find(|exception| {
            (exception.account == "*" || exception.account == account)
                && exception.network.contains(address)
                && exception.agent.as_ref().is_none_or(|part| agent.contains(part))
                && exception.app.as_ref().is_none_or(|wanted| apps.iter().any(|app| app.to_lowercase() == *wanted))
                && exception.detection.as_ref().is_none_or(|only| only == detection)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> Config {
        Config::parse(
            r#"
            [[exceptions]]
            account = "Scanner@Example.com"
            network = "203.0.113.0/28"
            agent = "BAV2ROPC"
            detection = "legacy-auth-sign-in"
            "#,
        )
        .unwrap()
    }

    #[test]
    fn an_exception_needs_account_network_and_agent_together() {
        let config = office();
        let from: IpAddr = "203.0.113.5".parse().unwrap();
        let elsewhere: IpAddr = "203.0.113.77".parse().unwrap();
        let holds = |account, address, agent| config.exception("legacy-auth-sign-in", account, address, agent, &[]).is_some();
        assert!(holds("scanner@example.com", from, "bav2ropc"));
        assert!(!holds("scanner@example.com", elsewhere, "bav2ropc"));
        assert!(!holds("anna@example.com", from, "bav2ropc"));
        assert!(!holds("scanner@example.com", from, "axios/1.6.2"));
        assert!(config.exception("mail-burst", "scanner@example.com", from, "BAV2ROPC", &[]).is_none());
    }

    #[test]
    fn without_a_configuration_defaults_hold() {
        assert!((Config::default().threshold("mail-burst", "recipients", 50.0) - 50.0).abs() < f64::EPSILON);
        let config = Config::parse("[thresholds.mail-burst]\nrecipients = 80\n").unwrap();
        assert!((config.threshold("mail-burst", "recipients", 50.0) - 80.0).abs() < f64::EPSILON);
        assert!((config.threshold("mail-burst", "minutes", 15.0) - 15.0).abs() < f64::EPSILON);
    }
}
