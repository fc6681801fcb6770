//! Files beside the evidence that a run reads: configuration, address databases, Tor exits.

use super::exit::Failure;
use super::global::Global;
use super::run::Reading;
use crate::config::{Config, ThresholdDoc};
use crate::detections::DETECTIONS;
use crate::enrich::{Geo, Networks, TorExits};

/// What a run knows apart from the evidence.
pub(super) struct Sources {
    /// Thresholds and what the user told about the tenant.
    pub(super) config: Config,
    /// Address databases.
    pub(super) geo: Geo,
    /// Addresses that were Tor exits.
    pub(super) tor: TorExits,
}

impl Sources {
    /// Opens what was given, else what is built in.
    ///
    /// # Errors
    /// Where a file is missing, unreadable, or not what it should be.
    pub(super) fn open(global: &Global, reading: &Reading) -> Result<Sources, Failure> {
        let config = config(global)?;
        let geo = Geo::new(&global.geoip).map_err(|error| {
            Failure::usage(error.to_string()).hint("--geoip takes MaxMind DB files (.mmdb) with country, ASN or organisation")
        })?;
        let tor = match &reading.tor_exits {
            Some(path) => {
                TorExits::open(path).map_err(|error| Failure::usage(error.to_string()).hint("--tor-exits takes addresses, one a line"))?
            }
            None => TorExits::default(),
        };
        Ok(Sources { config, geo, tor })
    }

    /// The networks that addresses are looked up in.
    pub(super) fn networks(&self) -> Networks<'_> {
        Networks::new(&self.geo, &self.config, &self.tor)
    }
}

/// The effective configuration.
///
/// # Errors
/// Where the file cannot be read, or says something that is not known.
pub(super) fn config(global: &Global) -> Result<Config, Failure> {
    let Some(path) = &global.config else { return Ok(Config::default()) };
    let wrong = |error: crate::config::ConfigError| {
        let words = error.to_string();
        let place = path.display().to_string();
        let message = if words.starts_with(&place) { words } else { format!("{place}: {words}") };
        Failure::usage(message).hint("`bectrace config` prints every key with its meaning")
    };
    let config = Config::load(path).map_err(wrong)?;
    config.check_thresholds(&threshold_docs()).map_err(wrong)?;
    Ok(config)
}

/// Every threshold of every detection.
pub(super) fn threshold_docs() -> Vec<ThresholdDoc<'static>> {
    let docs = DETECTIONS.iter().flat_map(|detection| {
        detection.thresholds().iter().map(|threshold| ThresholdDoc {
            detection: detection.id(),
            name: threshold.name,
            default: threshold.default,
            doc: threshold.doc,
        })
    });
    docs.collect()
}
