//! `bectrace licenses`.

use super::exit::{Exit, Failure};
use super::terminal;
use crate::enrich::GEO_LICENSE;

/// Every crate that the program is built from, with version and licence; made by `docs/licenses.sh`.
const CRATES: &str = include_str!("../../docs/licenses.txt");

/// Prints the licences of the program and of what it is built from.
pub(super) fn run() -> Result<Exit, Failure> {
    let own = format!("bectrace {}: Apache-2.0 OR MIT\n\nThe address data that is built in:\n\n", env!("CARGO_PKG_VERSION"));
    let crates = "\nBuilt from these crates (name, version, licence):\n\n";
    terminal::print(&format!("{own}{GEO_LICENSE}{crates}{CRATES}")).map(|()| Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::CRATES;

    #[test]
    fn the_list_has_every_direct_dependency_in_the_locked_version() {
        let lock = include_str!("../../Cargo.lock").replace('\r', "");
        let locked = |name: &str, version: &str| lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\""));
        for line in CRATES.lines() {
            let mut words = line.split_whitespace();
            let (name, version) = (words.next().unwrap(), words.next().unwrap());
            assert!(locked(name, version), "{name} {version} is not what Cargo.lock has; run docs/licenses.sh");
            assert!(words.next().is_some(), "{name} has no licence");
        }
        let manifest = include_str!("../../Cargo.toml");
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
        for name in
            dependencies.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).map(|(name, _)| name)
        {
            assert!(CRATES.lines().any(|line| line.split_whitespace().next() == Some(name)), "{name} is missing; run docs/licenses.sh");
        }
    }
}
