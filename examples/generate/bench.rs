//! Audit records by the million for measurements, written as they are made.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::NaiveDate;

use crate::simulation::export::{audit, quoted, row};
use crate::simulation::life::Life;
use crate::simulation::tenant::{Country, Place, Plan, Pool, Role, Tenant};
use crate::simulation::words::WINTER_2022;
use crate::simulation::world::World;

const SEED: u64 = 1;

/// First and last names; every pair of them is one person.
const FIRST: &[&str] = &["Ada", "Bo", "Cleo", "Dev", "Edda", "Finn", "Gil", "Hope", "Ines", "Jude", "Kit", "Lena", "Max", "Nia", "Otto"];
const LAST: &[&str] =
    &["Abbot", "Birch", "Cole", "Dale", "Eddy", "Ford", "Gale", "Hart", "Ivory", "Joyce", "Kerr", "Lowe", "Marsh", "Noble"];

/// Writes `count` records to `path` as `Search-UnifiedAuditLog` CSV: a firm of 210 people, day after day.
///
/// # Errors
///
/// Whatever writing the file reports.
pub fn audit_csv(count: usize, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(row(&audit::SEARCH_COLUMNS, quoted).as_bytes())?;
    let start = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap_or_default();
    let mut world = World::new(tenant(), SEED);
    let mut life = Life::new(&world, SEED, (start, start), Vec::new());
    let mut written = 0;
    for date in start.iter_days() {
        life.day(&mut world, date);
        world.audit.sort_by(|left, right| left.time.cmp(&right.time).then_with(|| left.id.cmp(&right.id)));
        for record in world.audit.drain(..) {
            if written == count {
                return out.flush();
            }
            written += 1;
            out.write_all(audit::search_row(&record, written, count).as_bytes())?;
        }
        world.sign_ins.clear();
        world.directory.clear();
        world.mail.clear();
    }
    out.flush()
}

fn tenant() -> Tenant {
    let people: Vec<(String, Role)> = FIRST
        .iter()
        .flat_map(|first| LAST.iter().map(move |last| format!("{first} {last}")))
        .enumerate()
        .map(|(index, name)| (name, if index % 30 == 7 { Role::Traveller } else { Role::Staff }))
        .collect();
    Tenant::new(Plan {
        seed: SEED,
        company: "Measured Works",
        domain: "measured-works.example",
        prefix: "measuredworks",
        people,
        mfa_percent: 70,
        without_mfa: &[],
        country: Country {
            utc_offset: 0,
            office: Place {
                ip: "81.136.201.9".to_owned(),
                asn: 2856,
                city: "Leeds",
                state: "Leeds",
                country: "GB",
                coordinates: (5380, -155),
            },
            home: vec![Pool { prefix: "86.140.", asn: 2856 }, Pool { prefix: "90.200.", asn: 5607 }],
            mobile: vec![Pool { prefix: "82.132.230.", asn: 35228 }],
            abroad: Place::default(),
            region: "GBRP265",
        },
        agents: WINTER_2022,
    })
}
