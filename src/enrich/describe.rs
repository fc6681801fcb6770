//! What is known of an address, for the `ip` command.

use super::address::{AddressFacts, Networks};
use super::countries::country_words;
use super::geo::GeoSource;
use std::net::IpAddr;

/// Everything to say of an address, as rows of name and text, in the order to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// The facts themselves.
    pub facts: AddressFacts,
    /// Rows to show: what, and the words for it. Text from databases is shown as it is there.
    pub rows: Vec<(&'static str, String)>,
    /// What to keep in mind: age of the data, countries that mean nothing.
    pub caveats: Vec<String>,
}

/// What is known of an address, and from where.
pub fn describe(address: IpAddr, networks: &Networks<'_>) -> Description {
    let facts = networks.facts(address);
    let sources: Vec<&GeoSource> = networks.geo().sources().collect();
    let named = |source: Option<usize>| {
        source.and_then(|at| sources.get(at)).map_or(String::new(), |source| format!(" [{}]", source_words(source)))
    };
    let mut rows = vec![("address", address.to_string())];
    if let Some((inside, carrier)) = facts.inside {
        rows.push(("inside it", format!("{inside} ({}), which the rest is about", carrier.name())));
    }
    rows.push(("network", format!("{}: {}", facts.class.name(), facts.class.words())));
    if let Some(service) = &facts.service {
        rows.push(("service", service.to_string()));
    }
    if let Some(country) = facts.country() {
        let how = if facts.place.registered_country_only { ", where the block is registered" } else { "" };
        let code = String::from_utf8_lossy(&country).into_owned();
        rows.push(("country", format!("{} ({code}){how}{}", country_words(country), named(facts.place.country_source))));
    }
    if let Some(city) = &facts.place.city {
        rows.push(("city", city.to_string()));
    }
    if let Some(asn) = facts.asn() {
        let org = facts.org().map_or(String::new(), |org| format!(" {org}"));
        rows.push(("system", format!("AS{asn}{org}{}", named(facts.place.asn_source))));
        if let Some(system) = networks.tables().system(asn) {
            rows.push(("in our table", format!("{}: {}", system.class.name(), system.label)));
        }
    }
    if let Some(service) = &facts.place.service {
        rows.push(("sold as", service.to_string()));
    }
    if facts.place.flags.any() {
        rows.push(("marked as", facts.place.flags.names().collect::<Vec<_>>().join(", ")));
    }
    let caveats = caveats(&facts, networks);
    Description { facts, rows, caveats }
}

/// A database, for a line under an answer: "built-in, ASN 2026-06-17; country 2026-06-01".
pub fn source_words(source: &GeoSource) -> String {
    match (source.dates.is_empty(), source.build_date.is_empty()) {
        (false, _) => format!("{}, {}", source.name, source.dates),
        (true, false) => format!("{}, {} of {}", source.name, source.database_type, source.build_date),
        (true, true) => format!("{}, {}", source.name, source.database_type),
    }
}

fn caveats(facts: &AddressFacts, networks: &Networks<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(as_of) = &facts.place.as_of {
        out.push(format!("the system is from older data ({as_of}): the block is not in the newer"));
    }
    if facts.country().is_some() && !facts.country_means_something() {
        out.push("the country of such a network says nothing of where somebody is".to_owned());
    }
    if facts.country().is_some() || facts.asn().is_some() {
        out.push(
            "blocks change hands: for events more than six months from these dates give a database of the time with --geoip".to_owned(),
        );
    }
    if !networks.tor().is_empty()
        && networks.tor().contains(facts.inside.map_or(facts.address.unwrap_or(IpAddr::from([0, 0, 0, 0])), |(inside, _)| inside))
    {
        let date = networks.tor().date().map_or(String::new(), |date| format!(" of {date}"));
        out.push(format!("it is in the list of Tor exits{date}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::{Geo, TorExits};
    use super::*;
    use crate::config::Config;

    #[test]
    fn an_answer_says_its_source_and_its_age() {
        let geo = Geo::new(&[] as &[&str]).unwrap();
        let (config, tor) = (Config::default(), TorExits::parse("ExitAddress 185.220.101.1 2023-03-02 06:10:11").unwrap());
        let networks = Networks::new(&geo, &config, &tor);
        let said = |address: &str| describe(address.parse().unwrap(), &networks);
        let row = |description: &Description, name: &str| {
            description.rows.iter().find(|(row, _)| *row == name).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        let nigeria = said("160.152.10.215");
        assert_eq!(row(&nigeria, "country"), "Nigeria (NG) [built-in, ASN 2026-06-17; country 2026-06-01]");
        assert!(row(&nigeria, "system").starts_with("AS37637 Smile Communications Nigeria"));
        assert!(nigeria.caveats.iter().any(|text| text.contains("change hands")));
        assert!(said("197.244.250.155").caveats.iter().any(|text| text.contains("2025-04-11")));
        assert!(said("185.220.101.1").caveats.iter().any(|text| text.contains("Tor exits of 2023-03-02")));
        assert_eq!(row(&said("10.0.0.1"), "network"), "private: private address");
        assert!(said("10.0.0.1").caveats.is_empty());
    }
}
