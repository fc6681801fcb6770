//! Countries that generated companies and intruders are in.

use crate::simulation::chance::Chance;
use crate::simulation::tenant::{Place, Pool};

/// A country.
pub struct Land {
    /// Two-letter code.
    pub code: &'static str,
    /// Hours that its clock is ahead of UTC in winter.
    pub utc_offset: i64,
    /// Exchange Online region of its tenants; empty where no company of the generator is.
    pub region: &'static str,
    /// Cities with latitude and longitude in hundredths of a degree.
    cities: &'static [(&'static str, i32, i32)],
    /// Where its people travel.
    pub near: &'static [&'static str],
}

impl Land {
    /// An address of a pool, in one of the cities.
    pub fn place(&self, chance: &mut Chance, pool: Pool) -> Place {
        let (city, latitude, longitude) = chance.pick(self.cities);
        let ip = if pool.prefix.is_empty() { String::new() } else { pool.address(chance) };
        Place { ip, asn: pool.asn, city, state: city, country: self.code, coordinates: (latitude, longitude) }
    }
}

/// The country of a code; the first of the table where there is no such country.
pub fn land(code: &str) -> &'static Land {
    LANDS.iter().find(|land| land.code == code).unwrap_or(&FIRST)
}

static FIRST: Land = Land {
    code: "GB",
    utc_offset: 0,
    region: "GBRP265",
    cities: &[("Leeds", 5380, -155), ("Cardiff", 5148, -318), ("Norwich", 5263, 130)],
    near: &["FR", "ES", "IE", "US"],
};

const fn land_of(
    code: &'static str,
    utc_offset: i64,
    region: &'static str,
    cities: &'static [(&'static str, i32, i32)],
    near: &'static [&'static str],
) -> Land {
    Land { code, utc_offset, region, cities, near }
}

/// The table. Those with a region have companies.
pub static LANDS: &[Land] = &[
    land_of("GB", 0, "GBRP265", &[("Leeds", 5380, -155), ("Cardiff", 5148, -318), ("Norwich", 5263, 130)], &["FR", "ES", "IE", "US"]),
    land_of("DE", 1, "DEUP281", &[("Kassel", 5131, 949), ("Ulm", 4840, 999), ("Kiel", 5432, 1014)], &["AT", "IT", "PL", "NL"]),
    land_of("FR", 1, "FRAP264", &[("Lyon", 4576, 483), ("Nantes", 4722, -155)], &["ES", "BE", "IT", "GB"]),
    land_of("ES", 1, "EURP190", &[("Sevilla", 3738, -597), ("Bilbao", 4326, -293)], &["PT", "FR", "GB"]),
    land_of("IT", 1, "EURP193", &[("Torino", 4507, 769), ("Bari", 4112, 1687)], &["FR", "DE", "ES"]),
    land_of("NL", 1, "EURP192", &[("Utrecht", 5209, 512), ("Breda", 5157, 477)], &["DE", "BE", "GB"]),
    land_of("SE", 1, "SWEP280", &[("Lund", 5570, 1319), ("Gavle", 6067, 1714)], &["DE", "GB", "PL"]),
    land_of("PL", 1, "POLP280", &[("Gdansk", 5435, 1865), ("Lublin", 5125, 2257)], &["DE", "IT", "GB"]),
    land_of("US", -6, "NAMP221", &[("Omaha", 4126, -9594), ("Dayton", 3976, -8419), ("Tulsa", 3615, -9599)], &["CA", "MX", "GB"]),
    land_of("CA", -5, "CANP288", &[("London", 4298, -8124), ("Kingston", 4423, -7649)], &["US", "GB", "FR"]),
    land_of("AU", 10, "AUSP282", &[("Newcastle", -3293, 15_178), ("Geelong", -3815, 14_436)], &["NZ", "SG", "US"]),
    land_of("NZ", 12, "", &[("Nelson", -4127, 17_328)], &["AU"]),
    land_of("IE", 0, "", &[("Galway", 5327, -906)], &["GB"]),
    land_of("AT", 1, "", &[("Linz", 4831, 1429)], &["DE"]),
    land_of("BE", 1, "", &[("Gent", 5105, 372)], &["FR"]),
    land_of("PT", 0, "", &[("Braga", 4155, -842)], &["ES"]),
    land_of("MX", -6, "", &[("Puebla", 1904, -9820)], &["US"]),
    land_of("SG", 8, "", &[("Singapore", 129, 10_385)], &["AU"]),
    land_of("IN", 5, "", &[("Pune", 1852, 7386)], &["GB"]),
    land_of("PH", 8, "", &[("Cebu City", 1032, 12_390)], &["US"]),
    land_of("NG", 1, "", &[("Lagos", 645, 339)], &[]),
    land_of("GH", 0, "", &[("Accra", 560, -19)], &[]),
    land_of("ZA", 2, "", &[("Durban", -2986, 3102)], &[]),
    land_of("KE", 3, "", &[("Nairobi", -129, 3682)], &[]),
    land_of("MA", 0, "", &[("Rabat", 3402, -684)], &[]),
    land_of("RU", 3, "", &[("Moscow", 5576, 3762)], &[]),
    land_of("UA", 2, "", &[("Kharkiv", 4999, 3623)], &[]),
    land_of("RO", 2, "", &[("Iasi", 4716, 2758)], &[]),
    land_of("BG", 2, "", &[("Plovdiv", 4214, 2475)], &[]),
    land_of("TR", 3, "", &[("Bursa", 4019, 2906)], &[]),
    land_of("VN", 7, "", &[("Da Nang", 1605, 10_822)], &[]),
    land_of("PK", 5, "", &[("Lahore", 3155, 7434)], &[]),
    land_of("ID", 7, "", &[("Medan", 359, 9867)], &[]),
    land_of("BR", -3, "", &[("Recife", -805, -3490)], &[]),
    land_of("HK", 8, "", &[("Hong Kong", 2228, 11_417)], &[]),
];

/// Countries that intruders without a proxy are in.
pub const FAR: &[&str] = &["NG", "GH", "ZA", "KE", "MA", "RU", "UA", "RO", "BG", "TR", "VN", "PK", "ID", "BR", "IN", "HK"];
/// Countries with much hosting and many exits of VPN services.
pub const SERVERS: &[&str] = &["US", "NL", "DE", "FR", "GB", "CA", "SE", "SG", "RO", "BG"];
