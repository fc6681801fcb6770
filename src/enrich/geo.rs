//! Country, autonomous system and kind of network of an address: the built-in database, and whatever
//! MaxMind DB files the user has.

use super::place::{Answer, Merger, Place};
use super::value::Value;
use maxminddb::{Reader, WithinOptions};
use rustc_hash::FxHashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The built-in database, zstd-compressed; licence and sources in `data/LICENSE-geo`.
static PACKED: &[u8] = include_bytes!("../../data/bectrace-geo.mmdb.zst");
/// More than the built-in database has unpacked (12,404,850 bytes).
const UNPACKED_LIMIT: usize = 16 << 20;
/// Networks (with data, or in all) that are looked at to see whether a file answers anything.
const PROBED_RECORDS: usize = 400;
const PROBED_NETWORKS: usize = 20_000;

/// Licence text of the built-in data, for `licenses` and reports.
pub const GEO_LICENSE: &str = include_str!("../../data/LICENSE-geo");

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoError {
    /// The file cannot be read.
    #[error("{name}: {source}")]
    Io {
        /// The file, as given.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no sound MaxMind DB.
    #[error("{name}: not a usable MaxMind DB file: {message}")]
    Corrupt {
        /// The file, as given.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// The file is sound, but says nothing that we ask for.
    #[error("{name}: database_type \"{database_type}\" has no country, ASN, organisation or network kind")]
    Nothing {
        /// The file, as given.
        name: String,
        /// What it calls itself.
        database_type: String,
    },
}

/// What a database is, for the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GeoSource {
    /// `built-in`, or the name of the file without its folder.
    pub name: String,
    /// Day it was built, `YYYY-MM-DD`; empty where its build time is out of all bounds.
    pub build_date: String,
    /// Its `database_type`.
    pub database_type: String,
    /// Dates of its parts as it states them ("ASN 2026-06-17; country 2026-06-01"); empty where it does not.
    pub dates: String,
}

/// One open database.
#[derive(Clone)]
pub struct GeoDb {
    reader: Arc<Reader<Vec<u8>>>,
    source: GeoSource,
}

fn unpack() -> Result<Arc<Reader<Vec<u8>>>, String> {
    let plain = zstd::bulk::decompress(PACKED, UNPACKED_LIMIT).map_err(|error| error.to_string())?;
    Reader::from_source(plain).map(Arc::new).map_err(|error| error.to_string())
}

fn corrupt(name: &str, message: &dyn ToString) -> GeoError {
    GeoError::Corrupt { name: name.to_owned(), message: message.to_string() }
}

impl GeoDb {
    /// The built-in database. Unpacked once in a process, at the first call (some 50 ms, 12 MB).
    ///
    /// # Errors
    /// [`GeoError::Corrupt`], only if the program itself is damaged.
    pub fn built_in() -> Result<GeoDb, GeoError> {
        static READER: OnceLock<Result<Arc<Reader<Vec<u8>>>, String>> = OnceLock::new();
        let name = "built-in";
        let reader = READER.get_or_init(unpack).clone().map_err(|message| corrupt(name, &message))?;
        let mut source = describe(&reader, name);
        source.dates = reader.metadata().description.get("en").map_or(String::new(), |text| stated_dates(text));
        Ok(GeoDb { reader, source })
    }

    /// Opens a MaxMind DB file of any schema that answers something.
    ///
    /// # Errors
    /// [`GeoError`] where the file cannot be read, is damaged, or has none of the fields.
    pub fn open(path: &Path) -> Result<GeoDb, GeoError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| GeoError::Io { name: name.clone(), source })?;
        let short = path.file_name().map_or_else(|| name.clone(), |file| file.to_string_lossy().into_owned());
        GeoDb::from_bytes(bytes, &name, &short)
    }

    fn from_bytes(bytes: Vec<u8>, name: &str, short: &str) -> Result<GeoDb, GeoError> {
        let reader = Reader::from_source(bytes).map_err(|error| corrupt(name, &error))?;
        let db = GeoDb { source: describe(&reader, short), reader: Arc::new(reader) };
        if db.answers_something(name)? {
            return Ok(db);
        }
        Err(GeoError::Nothing { name: name.to_owned(), database_type: db.source.database_type })
    }

    /// Looks at the first networks of the file. Networks without data and aliases are counted too, so
    /// that a tree made to be walked for ever is left early.
    fn answers_something(&self, name: &str) -> Result<bool, GeoError> {
        let options = WithinOptions::default().include_networks_without_data().include_aliased_networks();
        let all = self.reader.networks(options).map_err(|error| corrupt(name, &error))?;
        let mut records = 0;
        for network in all.take(PROBED_NETWORKS) {
            let network = network.map_err(|error| corrupt(name, &error))?;
            let Some(record) = network.decode::<Value>().map_err(|error| corrupt(name, &error))? else { continue };
            if !Answer::of(&record).is_empty() {
                return Ok(true);
            }
            records += 1;
            if records == PROBED_RECORDS {
                break;
            }
        }
        Ok(false)
    }

    /// What this database is.
    pub fn source(&self) -> &GeoSource {
        &self.source
    }

    /// Place of the record in the file, which many addresses share, and the record; `None` where the
    /// address is not covered, or what covers it is damaged.
    fn find(&self, address: IpAddr) -> Option<maxminddb::LookupResult<'_, Vec<u8>>> {
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return None;
        }
        self.reader.lookup(address).ok().filter(maxminddb::LookupResult::has_data)
    }
}

fn describe(reader: &Reader<Vec<u8>>, name: &str) -> GeoSource {
    let metadata = reader.metadata();
    let built = i64::try_from(metadata.build_epoch).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    GeoSource {
        name: name.to_owned(),
        build_date: built.map_or(String::new(), |time| time.format("%Y-%m-%d").to_string()),
        database_type: metadata.database_type.clone(),
        dates: String::new(),
    }
}

/// The parts of the description that give dates; the rest is attribution, and the date of older ASNs is
/// in their records.
fn stated_dates(description: &str) -> String {
    let parts = description.split("; ").filter(|part| part.starts_with("ASN 2") || part.starts_with("country "));
    parts.collect::<Vec<_>>().join("; ")
}

/// All databases in use, in order of preference: for each field the first that answers wins.
#[derive(Clone)]
pub struct Geo {
    databases: Vec<GeoDb>,
}

impl Geo {
    /// The user's files first, in the order given, the built-in database last.
    ///
    /// # Errors
    /// [`GeoError`] of the first file that cannot be used.
    pub fn new(files: &[impl AsRef<Path>]) -> Result<Geo, GeoError> {
        let mut databases = files.iter().map(|path| GeoDb::open(path.as_ref())).collect::<Result<Vec<_>, _>>()?;
        databases.push(GeoDb::built_in()?);
        Ok(Geo { databases })
    }

    /// What the databases are, in order; [`Place`] names them by index.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &GeoSource> {
        self.databases.iter().map(GeoDb::source)
    }

    /// What the databases say of an address. Special addresses (private, documentation, addresses with
    /// an IPv4 address inside) are the caller's to settle first: see [`special`](super::special).
    pub fn lookup(&self, address: IpAddr) -> Place {
        Finder::new(self).find(address)
    }
}

/// Looks up many addresses, decoding each record of a database once.
pub(super) struct Finder<'g> {
    geo: &'g Geo,
    known: Vec<FxHashMap<usize, Answer>>,
}

impl<'g> Finder<'g> {
    pub(super) fn new(geo: &'g Geo) -> Finder<'g> {
        Finder { geo, known: vec![FxHashMap::default(); geo.databases.len()] }
    }

    /// What the databases say of an address.
    pub(super) fn find(&mut self, address: IpAddr) -> Place {
        let mut merger = Merger::default();
        for (source, (db, known)) in self.geo.databases.iter().zip(&mut self.known).enumerate() {
            let Some(found) = db.find(address) else { continue };
            let Some(offset) = found.offset() else { continue };
            let answer = known
                .entry(offset)
                .or_insert_with(|| found.decode::<Value>().ok().flatten().map_or_else(Answer::default, |record| Answer::of(&record)));
            merger.add(answer, source);
        }
        merger.finish()
    }
}

#[cfg(test)]
#[path = "geo_tests.rs"]
mod tests;
