//! Reads the configuration file.

use super::render::ThresholdDoc;
use super::{Cidr, Config, Exception, Given, letter_changes};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Why a configuration cannot be used. Lines count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file, as given.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is no TOML.
    #[error("line {line}: {message}")]
    Syntax {
        /// Where.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A key, detection or threshold that does not exist.
    #[error("line {line}: unknown key `{key}`{}", hint(nearest.as_deref()))]
    UnknownKey {
        /// Where.
        line: usize,
        /// The key, with its tables.
        key: String,
        /// The known key that is most like it.
        nearest: Option<String>,
    },
    /// A value of the wrong kind.
    #[error("line {line}: `{key}` must be {expected}")]
    Value {
        /// Where.
        line: usize,
        /// The key.
        key: String,
        /// What is expected.
        expected: &'static str,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or(String::new(), |known| format!("; did you mean `{known}`?"))
}

pub(super) type Item<'i> = Spanned<DeValue<'i>>;

/// A place in the text that is read.
pub(super) struct Reader<'t> {
    text: &'t str,
}

/// Keys of each table; `thresholds` has the detections' own.
const TOP: [&str; 5] = ["tenant", "accounts", "exceptions", "response", "thresholds"];
const TENANT: [&str; 4] = ["own_domains", "own_networks", "vpn_exits", "known_good_apps"];
const ACCOUNTS: [&str; 3] = ["vips", "service", "shared_mailboxes"];
const EXCEPTION: [&str; 6] = ["account", "network", "agent", "app", "detection", "note"];

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`ConfigError`] where the file cannot be read, is no TOML, or has an unknown key or a value of
    /// the wrong kind.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.display().to_string(), source })?;
        Config::parse(text.strip_prefix('\u{feff}').unwrap_or(&text))
    }

    /// Reads the text of a configuration.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        let reader = Reader { text };
        let document = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            line: reader.line(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut config = Config::default();
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                "tenant" => reader.tenant(value, &mut config)?,
                "accounts" => reader.accounts(value, &mut config)?,
                "exceptions" => {
                    for item in reader.list("exceptions", value)? {
                        config.exceptions.push(reader.exception(item)?);
                    }
                }
                "response" => reader.response(value, &mut config)?,
                "thresholds" => reader.thresholds(value, &mut config)?,
                other => return Err(reader.unknown("", other, key.span().start, TOP)),
            }
        }
        Ok(config)
    }

    /// Checks that every configured threshold is one of a detection.
    ///
    /// # Errors
    /// [`ConfigError::UnknownKey`] for the first that is not.
    pub fn check_thresholds(&self, known: &[ThresholdDoc<'_>]) -> Result<(), ConfigError> {
        for ((detection, name), given) in &self.thresholds {
            if known.iter().any(|doc| doc.detection == detection && doc.name == name) {
                continue;
            }
            let key = format!("thresholds.{detection}.{name}");
            let all: Vec<String> = known.iter().map(|doc| format!("thresholds.{}.{}", doc.detection, doc.name)).collect();
            return Err(ConfigError::UnknownKey { line: given.line, nearest: nearest(&key, &all), key });
        }
        Ok(())
    }
}

impl Reader<'_> {
    fn line(&self, byte: usize) -> usize {
        1 + self.text.bytes().take(byte).filter(|b| *b == b'\n').count()
    }

    pub(super) fn unknown<const N: usize>(&self, table: &str, key: &str, byte: usize, known: [&str; N]) -> ConfigError {
        let full = |name: &str| if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") };
        let all: Vec<String> = known.iter().map(|name| full(name)).collect();
        let key = full(key);
        ConfigError::UnknownKey { line: self.line(byte), nearest: nearest(&key, &all), key }
    }

    pub(super) fn wrong(&self, key: &str, value: &Item<'_>, expected: &'static str) -> ConfigError {
        ConfigError::Value { line: self.line(value.span().start), key: key.to_owned(), expected }
    }

    pub(super) fn table<'v, 'i>(&self, key: &str, value: &'v Item<'i>) -> Result<&'v DeTable<'i>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(key, value, "a table"))
    }

    pub(super) fn list<'v, 'i>(&self, key: &str, value: &'v Item<'i>) -> Result<&'v [Item<'i>], ConfigError> {
        value.get_ref().as_array().map(|array| &**array).ok_or_else(|| self.wrong(key, value, "a list"))
    }

    pub(super) fn text<'v>(&self, key: &str, value: &'v Item<'_>) -> Result<&'v str, ConfigError> {
        let text = value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(key, value, "a text that is not empty"))
    }

    fn texts(&self, key: &str, value: &Item<'_>) -> Result<Vec<String>, ConfigError> {
        self.list(key, value)?.iter().map(|item| self.text(key, item).map(str::to_lowercase)).collect()
    }

    fn network(&self, key: &str, value: &Item<'_>) -> Result<Cidr, ConfigError> {
        Cidr::parse(self.text(key, value)?).ok_or_else(|| self.wrong(key, value, "an address or a network such as \"203.0.113.0/24\""))
    }

    fn networks(&self, key: &str, value: &Item<'_>) -> Result<Vec<Cidr>, ConfigError> {
        self.list(key, value)?.iter().map(|item| self.network(key, item)).collect()
    }

    fn tenant(&self, value: &Item<'_>, config: &mut Config) -> Result<(), ConfigError> {
        for (key, value) in self.table("tenant", value)? {
            match key.get_ref().as_ref() {
                "own_domains" => config.own_domains = self.texts("tenant.own_domains", value)?,
                "own_networks" => config.own_networks = self.networks("tenant.own_networks", value)?,
                "vpn_exits" => config.vpn_exits = self.networks("tenant.vpn_exits", value)?,
                "known_good_apps" => config.known_good_apps = self.texts("tenant.known_good_apps", value)?,
                other => return Err(self.unknown("tenant", other, key.span().start, TENANT)),
            }
        }
        Ok(())
    }

    fn accounts(&self, value: &Item<'_>, config: &mut Config) -> Result<(), ConfigError> {
        for (key, value) in self.table("accounts", value)? {
            match key.get_ref().as_ref() {
                "vips" => config.vips = self.texts("accounts.vips", value)?,
                "service" => config.service_accounts = self.texts("accounts.service", value)?,
                "shared_mailboxes" => config.shared_mailboxes = self.texts("accounts.shared_mailboxes", value)?,
                other => return Err(self.unknown("accounts", other, key.span().start, ACCOUNTS)),
            }
        }
        Ok(())
    }

    fn exception(&self, value: &Item<'_>) -> Result<Exception, ConfigError> {
        let table = self.table("exceptions", value)?;
        let (mut account, mut network) = (None, None);
        let (mut agent, mut app, mut detection, mut note) = (None, None, None, String::new());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "account" => account = Some(self.text("account", value)?.to_lowercase()),
                "network" => network = Some(self.network("network", value)?),
                "agent" => agent = Some(self.text("agent", value)?.to_lowercase()),
                "app" => app = Some(self.text("app", value)?.to_lowercase()),
                "detection" => detection = Some(self.text("detection", value)?.to_owned()),
                "note" => self.text("note", value)?.clone_into(&mut note),
                other => return Err(self.unknown("exceptions", other, key.span().start, EXCEPTION)),
            }
        }
        let (Some(account), Some(network), true) = (account, network, agent.is_some() || app.is_some()) else {
            return Err(self.wrong("exceptions", value, "given an account, a network, and an agent or app"));
        };
        Ok(Exception { account, network, agent, app, detection, note })
    }

    fn thresholds(&self, value: &Item<'_>, config: &mut Config) -> Result<(), ConfigError> {
        for (detection, value) in self.table("thresholds", value)? {
            let detection = detection.get_ref().as_ref();
            for (name, value) in self.table(&format!("thresholds.{detection}"), value)? {
                let name = name.get_ref().as_ref();
                let number = match value.get_ref() {
                    DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse::<f64>().ok(),
                    DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
                    _ => None,
                };
                let key = format!("thresholds.{detection}.{name}");
                let number = number.filter(|number| number.is_finite() && *number >= 0.0);
                let number = number.ok_or_else(|| self.wrong(&key, value, "a number, 0 or more"))?;
                let given = Given { value: number, line: self.line(value.span().start) };
                config.thresholds.insert((detection.to_owned(), name.to_owned()), given);
            }
        }
        Ok(())
    }
}

/// The known key that takes the fewest changes of a letter, if that is few enough to be a slip.
fn nearest(key: &str, known: &[String]) -> Option<String> {
    let distance = |name: &&String| letter_changes(key, name);
    known.iter().min_by_key(distance).filter(|name| distance(name) <= 2 + key.chars().count() / 3).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        let text = "[tenant]\nown_domains = [\"example.com\"]\nown_network = [\"203.0.113.0/24\"]\n";
        assert_eq!(refused(text), "line 3: unknown key `tenant.own_network`; did you mean `tenant.own_networks`?");
        assert_eq!(refused("[treshold.mail-burst]\nx = 1"), "line 1: unknown key `treshold`; did you mean `thresholds`?");
        assert_eq!(refused("\ncolour = \"red\""), "line 2: unknown key `colour`");
    }

    #[test]
    fn an_unknown_threshold_is_found_once_the_detections_are_known() {
        let config = Config::parse("[thresholds.mail-burst]\nrecipient = 80").unwrap();
        let known = [ThresholdDoc { detection: "mail-burst", name: "recipients", default: 50.0, doc: "" }];
        let error = config.check_thresholds(&known).unwrap_err().to_string();
        assert_eq!(error, "line 2: unknown key `thresholds.mail-burst.recipient`; did you mean `thresholds.mail-burst.recipients`?");
    }

    #[test]
    fn values_of_the_wrong_kind_say_what_is_expected() {
        assert_eq!(refused("[tenant]\nown_domains = \"example.com\""), "line 2: `tenant.own_domains` must be a list");
        assert!(refused("[tenant]\nvpn_exits = [\n\"203.0.113.0/99\"]").starts_with("line 3: `tenant.vpn_exits` must be an address"));
        assert!(refused("[thresholds.mail-burst]\nrecipients = \"many\"").ends_with("must be a number, 0 or more"));
        assert!(refused("[[exceptions]]\naccount = \"a@example.com\"\nnetwork = \"203.0.113.1\"").contains("an agent or app"));
        assert!(refused("[tenant\n").starts_with("line 1: "));
    }

    #[test]
    fn names_are_kept_in_lower_case() {
        let config = Config::parse("[tenant]\nown_domains = [\"Example.COM\"]\n[accounts]\nvips = [\"CEO@Example.com\"]").unwrap();
        assert_eq!(config.own_domains, ["example.com"]);
        assert_eq!(config.vips, ["ceo@example.com"]);
    }
}
