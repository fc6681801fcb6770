//! What is known beyond the records: places and networks of addresses, clients behind user agents,
//! meanings of error codes and application ids. Tables carry their sources and dates; nothing here asks
//! the network.

mod address;
mod agent_tables;
mod agents;
mod apps;
mod countries;
mod describe;
mod distance;
mod entra_errors;
mod folders;
mod geo;
mod look_alike;
mod networks;
mod place;
mod reply_marks;
mod rule_words;
mod special;
#[cfg(test)]
mod testkit;
mod value;
mod words;

pub use address::{AddressBook, AddressFacts, Networks, network_key};
pub use agents::{Agent, AgentBook, AgentFamily, Os};
pub use apps::{AbusedApp, AppWeight, FirstParty, abused_app, app_name, first_party, is_background_client, watched_first_party};
pub use countries::{country_name, country_words};
pub use describe::{Description, describe, source_words};
pub use distance::least_distance_km;
pub use entra_errors::{ErrorClass, error_class, error_class_with_reason, error_words};
pub use folders::{HidingFolder, hiding_folder};
pub use geo::{GEO_LICENSE, Geo, GeoDb, GeoError, GeoSource};
pub use look_alike::is_look_alike;
pub use networks::{ClassifiedSystem, NetworkClass, NetworkTables, TorExits, TorExitsError};
pub use place::{Place, PlaceFlags};
pub use reply_marks::thread_of;
pub use rule_words::telling_word;
pub use special::{Carrier, special, unwrap};
pub use words::{abused_app_words, agent_words, app_words, os_words, place_words};
