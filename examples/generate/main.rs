//! Makes the example folders, and data to measure with.
//!
//! ```text
//! cargo run --release --example generate -- all examples            every folder anew
//! cargo run --release --example generate -- account-a-b-c DIR       one folder, into DIR
//! cargo run --release --example generate -- bench-audit N FILE      N audit records as CSV
//! ```
//!
//! Everything comes from fixed seeds: no clock, no machine's randomness. Files are the same bytes each
//! time (packed ones with the same version of the compressor; the content is what the test compares).

mod bench;
mod cases;
mod mmdb;
#[path = "../simulation/mod.rs"]
#[allow(dead_code, reason = "each program uses its part of what they share")]
mod simulation;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::cases::{CASES, Case};
use crate::simulation::export::Exported;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["bench-audit", count, file] => Ok(bench::audit_csv(count.parse()?, Path::new(file))?),
        ["all", folder] => CASES.iter().try_for_each(|case| write(case, &Path::new(folder).join(case.name))),
        [name, folder] => {
            let wanted = |case: &&Case| case.name == *name || case.name.starts_with(&format!("{name}/"));
            let chosen: Vec<&Case> = CASES.iter().filter(wanted).collect();
            if chosen.is_empty() {
                let names: Vec<&str> = CASES.iter().map(|case| case.name).collect();
                return Err(format!("no example of the name {name}; there are: {}", names.join(", ")).into());
            }
            chosen.into_iter().try_for_each(|case| {
                let below = case.name.strip_prefix(name).unwrap_or_default().trim_start_matches('/');
                write(case, &Path::new(folder).join(below))
            })
        }
        _ => Err("usage: generate NAME DIR | all DIR | bench-audit N FILE".into()),
    }
}

fn write(case: &Case, folder: &Path) -> Result<(), Box<dyn Error>> {
    for file in (case.make)() {
        let path = folder.join(file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, stored(&file)?)?;
    }
    Ok(())
}

/// The bytes on disk: packed where the name says so, without name and time in the header.
fn stored(file: &Exported) -> Result<Vec<u8>, Box<dyn Error>> {
    if !file.packed() {
        return Ok(file.bytes.clone());
    }
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packer.write_all(&file.bytes)?;
    Ok(packer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// The committed folders are what this program makes (README files aside).
    #[test]
    fn committed_examples_are_what_the_generator_makes() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        for case in CASES {
            for file in (case.make)() {
                let path = examples.join(case.name).join(file.path);
                let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let content = if file.packed() {
                    let mut content = Vec::new();
                    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut content).expect("a whole gzip file");
                    content
                } else {
                    bytes
                };
                assert!(content == file.bytes, "{} is stale: run the generator with `all examples`", path.display());
            }
        }
    }
}
