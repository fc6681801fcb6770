use super::super::testkit::{V, map, mmdb};
use super::*;
use crate::enrich::PlaceFlags;

fn built_in() -> Geo {
    Geo::new(&[] as &[&str]).unwrap()
}

fn opened(file: Vec<u8>) -> Result<GeoDb, GeoError> {
    GeoDb::from_bytes(file, "folder/test.mmdb", "test.mmdb")
}

/// Looks an address up in one file alone.
fn alone(file: Vec<u8>, address: &str) -> Place {
    Geo { databases: vec![opened(file).unwrap()] }.lookup(address.parse().unwrap())
}

fn code(place: &Place) -> String {
    place.country.map_or(String::new(), |code| String::from_utf8_lossy(&code).into_owned())
}

#[test]
fn the_built_in_database_knows_the_check_table() {
    let geo = built_in();
    for (address, asn, country) in [
        ("5.62.60.202", 198_605, "CZ"),
        ("160.152.10.215", 37_637, "NG"),
        ("197.244.250.155", 37_705, "TN"),
        ("169.159.92.36", 37_637, "NG"),
        ("45.62.170.237", 396_073, "US"),
        ("45.62.170.31", 396_073, "US"),
        ("92.38.180.49", 202_422, "TR"),
        ("129.56.36.26", 327_952, "NG"),
        ("107.179.20.214", 16_509, "US"),
        ("40.107.0.1", 8075, "FR"),
        ("2603:1026:c00::1", 8075, "GB"),
        ("8.8.8.8", 15_169, "US"),
        ("34.64.0.1", 396_982, "SG"),
        ("104.28.0.1", 13_335, "CA"),
        ("95.216.0.1", 24_940, "FI"),
        ("2a01:4f8::1", 24_940, "DE"),
        ("102.89.0.1", 29_465, "NG"),
        ("105.112.0.1", 36_873, "NG"),
        ("49.36.0.1", 55_836, "IN"),
        ("2001:8000::1", 1221, "AU"),
        ("185.220.101.1", 60_729, "DE"),
        ("165.225.0.1", 22_616, "US"),
    ] {
        let place = geo.lookup(address.parse().unwrap());
        assert_eq!((place.asn, code(&place).as_str()), (Some(asn), country), "{address}");
        assert!(place.org.is_some(), "{address}");
    }
    assert_eq!(geo.lookup("197.244.250.155".parse().unwrap()).as_of.as_deref(), Some("2025-04-11"));
    assert_eq!(geo.lookup("8.8.8.8".parse().unwrap()).as_of, None);
}

#[test]
fn sources_say_what_they_are() {
    let geo = built_in();
    let source = geo.sources().next().unwrap();
    assert_eq!(
        (source.name.as_str(), source.build_date.as_str(), source.database_type.as_str()),
        ("built-in", "2026-06-17", "bectrace-Country-ASN")
    );
    let file = mmdb("GeoLite2-ASN", 6, 24, &[("203.0.113.0/24", map([("autonomous_system_number", V::U32(64_500))]))]);
    let db = opened(file).unwrap();
    assert_eq!((db.source().name.as_str(), db.source().build_date.as_str()), ("test.mmdb", "2023-02-01"));
}

#[test]
fn maxmind_files_are_read_in_every_record_size() {
    let record = || {
        map([
            ("city", map([("names", map([("de", V::Text("Mailand")), ("en", V::Text("Milan"))]))])),
            ("country", map([("geoname_id", V::U32(1)), ("iso_code", V::Text("IT"))])),
            ("location", map([("latitude", V::Double(45.4)), ("longitude", V::Double(9.1))])),
            ("registered_country", map([("iso_code", V::Text("SE"))])),
            ("subdivisions", V::List(vec![map([("iso_code", V::Text("25"))])])),
        ])
    };
    for size in [24, 28, 32] {
        let place = alone(mmdb("GeoIP2-City", 6, size, &[("203.0.113.0/24", record()), ("2001:db8::/32", record())]), "203.0.113.9");
        assert_eq!((code(&place).as_str(), place.city.as_deref(), place.registered_country_only), ("IT", Some("Milan"), false), "{size}");
    }
    let registered = map([("registered_country", map([("iso_code", V::Text("SE"))]))]);
    let place = alone(mmdb("GeoLite2-Country", 6, 28, &[("203.0.113.0/24", registered)]), "203.0.113.9");
    assert_eq!((code(&place).as_str(), place.registered_country_only), ("SE", true));
}

#[test]
fn enterprise_and_isp_files_name_the_network() {
    let traits = map([
        ("autonomous_system_number", V::U32(64_500)),
        ("autonomous_system_organization", V::Text("Example Net")),
        ("connection_type", V::Text("Cellular")),
        ("is_anycast", V::Bool(true)),
    ]);
    let record = map([("country", map([("confidence", V::U32(99)), ("iso_code", V::Text("NO"))])), ("traits", traits)]);
    let place = alone(mmdb("GeoIP2-Enterprise", 6, 28, &[("203.0.113.0/24", record)]), "203.0.113.1");
    assert_eq!((place.asn, place.org.as_deref()), (Some(64_500), Some("Example Net")));
    assert!(place.flags.has(PlaceFlags::MOBILE | PlaceFlags::ANYCAST));
    let isp = map([("isp", V::Text("Example ISP")), ("autonomous_system_number", V::U32(64_501))]);
    let place = alone(mmdb("GeoIP2-ISP", 6, 24, &[("203.0.113.0/24", isp)]), "203.0.113.1");
    assert_eq!((place.asn, place.org.as_deref()), (Some(64_501), Some("Example ISP")));
}

#[test]
fn lists_of_anonymous_addresses_give_flags_only() {
    let record = map([("is_anonymous", V::Bool(true)), ("is_anonymous_vpn", V::Bool(true)), ("provider_name", V::Text("Example VPN"))]);
    let place = alone(mmdb("GeoIP-Anonymous-Plus", 6, 24, &[("203.0.113.0/24", record)]), "203.0.113.1");
    assert_eq!(place.flags.names().collect::<Vec<_>>(), ["vpn", "anonymous"]);
    assert_eq!(place.service.as_deref(), Some("Example VPN"));
    assert_eq!((place.country, place.asn), (None, None));
    let proxies = map([("provider_name", V::Text("Example Proxies")), ("network_last_seen", V::Text("2023-01-30"))]);
    let place = alone(mmdb("GeoIP-Residential-Proxy", 6, 24, &[("203.0.113.0/24", proxies)]), "203.0.113.1");
    assert!(place.flags.has(PlaceFlags::RESIDENTIAL_PROXY));
}

#[test]
fn ipinfo_files_are_read_old_and_new() {
    let lite = map([
        ("country", V::Text("Nigeria")),
        ("country_code", V::Text("NG")),
        ("asn", V::Text("AS64500")),
        ("as_name", V::Text("Example Net")),
        ("is_vpn", V::Bool(false)),
        ("is_hosting", V::Bool(true)),
    ]);
    let place = alone(mmdb("ipinfo bundle_location_lite.mmdb", 6, 32, &[("203.0.113.0/24", lite)]), "203.0.113.1");
    assert_eq!((code(&place).as_str(), place.asn, place.org.as_deref()), ("NG", Some(64_500), Some("Example Net")));
    assert_eq!(place.flags.names().collect::<Vec<_>>(), ["hosting"]);
    let older = map([("country", V::Text("NG")), ("country_name", V::Text("Nigeria")), ("asn", V::Text("AS64500"))]);
    assert_eq!(
        code(&alone(mmdb("ipinfo generic_country_free_country_asn.mmdb", 6, 32, &[("203.0.113.0/24", older)]), "203.0.113.1")),
        "NG"
    );
    let asn = map([("asn", V::Text("AS64500")), ("domain", V::Text("example.net")), ("name", V::Text("Example Net"))]);
    assert_eq!(
        alone(mmdb("ipinfo generic_asn_free.mmdb", 6, 32, &[("203.0.113.0/24", asn)]), "203.0.113.1").org.as_deref(),
        Some("Example Net")
    );
    let privacy = map([("vpn", V::Text("true")), ("tor", V::Text("")), ("service", V::Text("Example VPN"))]);
    let place = alone(mmdb("ipinfo standard_privacy.mmdb", 6, 32, &[("203.0.113.0/24", privacy)]), "203.0.113.1");
    assert_eq!(place.flags.names().collect::<Vec<_>>(), ["vpn"]);
}

#[test]
fn a_file_of_ipv4_alone_does_not_cover_ipv6() {
    let record = map([("country_code", V::Text("SE")), ("autonomous_system_number", V::U32(64_500))]);
    let file = mmdb("country ipv4", 4, 24, &[("203.0.113.0/24", record)]);
    assert_eq!(code(&alone(file.clone(), "203.0.113.1")), "SE");
    assert_eq!(alone(file.clone(), "2001:db8::1"), Place::default());
    assert_eq!(alone(file, "198.51.100.1"), Place::default());
}

#[test]
fn for_each_field_the_first_file_that_answers_wins() {
    let first = map([("country", map([("iso_code", V::Text("KW"))])), ("is_anonymous_vpn", V::Bool(true))]);
    let second = map([
        ("country_code", V::Text("DE")),
        ("autonomous_system_number", V::U32(64_500)),
        ("autonomous_system_organization", V::Text("Second")),
        ("vpn", V::Bool(false)),
        ("hosting", V::Bool(true)),
    ]);
    let third = map([("autonomous_system_number", V::U32(64_999)), ("as_name", V::Text("Third")), ("city", V::Text("Berlin"))]);
    let file = |name, record| opened(mmdb(name, 6, 24, &[("203.0.113.0/24", record)])).unwrap();
    let geo = Geo { databases: vec![file("first", first), file("second", second), file("third", third)] };
    let place = geo.lookup("203.0.113.1".parse().unwrap());
    assert_eq!((code(&place).as_str(), place.country_source), ("KW", Some(0)));
    assert_eq!((place.asn, place.org.as_deref(), place.asn_source), (Some(64_500), Some("Second"), Some(1)));
    assert_eq!(place.flags.names().collect::<Vec<_>>(), ["vpn", "hosting"]);
}

#[test]
fn the_number_of_one_file_never_gets_the_name_of_another() {
    let numbered = map([("asn", V::U32(64_500))]);
    let named = map([("autonomous_system_number", V::U32(64_999)), ("autonomous_system_organization", V::Text("Other"))]);
    let file = |record| opened(mmdb("x", 6, 24, &[("203.0.113.0/24", record)])).unwrap();
    let place = Geo { databases: vec![file(numbered), file(named)] }.lookup("203.0.113.1".parse().unwrap());
    assert_eq!((place.asn, place.org), (Some(64_500), None));
}

#[test]
fn a_file_that_answers_nothing_is_refused_by_name() {
    let file = mmdb("GeoIP2-Domain", 6, 24, &[("203.0.113.0/24", map([("domain", V::Text("example.com"))]))]);
    let error = opened(file).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("GeoIP2-Domain") && error.contains("folder/test.mmdb"), "{error}");
}

#[test]
fn damaged_files_are_errors_or_gaps_and_never_a_panic() {
    let record = map([("country_code", V::Text("SE")), ("asn", V::Text("AS64500")), ("name", V::Text("Example"))]);
    let sound = mmdb("country", 6, 24, &[("203.0.113.0/24", record.clone()), ("2001:db8::/32", record)]);
    let addresses: Vec<IpAddr> = ["203.0.113.1", "198.51.100.1", "2001:db8::1", "::1"].iter().map(|text| text.parse().unwrap()).collect();
    let try_all = |bytes: Vec<u8>| {
        if let Ok(db) = opened(bytes) {
            let geo = Geo { databases: vec![db] };
            for address in &addresses {
                drop(geo.lookup(*address));
            }
        }
    };
    for cut in 0..sound.len() {
        assert!(opened(sound.iter().copied().take(cut).collect()).is_err(), "cut at {cut}");
    }
    for at in 0..sound.len() {
        for byte in [0x00, 0xFF, 0x20, 0x7F] {
            let mut damaged = sound.clone();
            damaged[at] = byte;
            try_all(damaged);
        }
    }
    assert!(matches!(opened(b"not a database".to_vec()), Err(GeoError::Corrupt { .. })));
    assert!(matches!(GeoDb::open(Path::new("no/such/file.mmdb")), Err(GeoError::Io { .. })));
}

#[test]
fn a_tree_made_to_be_walked_for_ever_is_left_early() {
    // Every node leads twice to the next, and the last to nothing: 2^100 ways through 100 nodes.
    let mut file = Vec::new();
    for node in 0u32..100 {
        let next = (node + 1).to_be_bytes();
        file.extend([&next[1..], &next[1..]].concat());
    }
    let tail = mmdb("endless", 6, 24, &[("203.0.113.0/24", map([("x", V::Text("y"))]))]);
    let marker = tail.windows(4).position(|bytes| bytes == b"\xab\xcd\xefM").unwrap();
    let mut tail = tail[marker..].to_vec();
    let count = tail.windows(10).position(|bytes| bytes == b"node_count").unwrap() + 10;
    let digits = usize::from(tail[count] & 31);
    tail.splice(count..=count + digits, [0xC1, 100]);
    file.extend([0; 16]);
    file.extend(tail);
    assert!(matches!(opened(file), Err(GeoError::Nothing { .. })));
}
