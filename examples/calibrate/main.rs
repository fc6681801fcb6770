//! Measures the program on labelled tenants that it makes itself.
//!
//! ```text
//! cargo run --release --example calibrate -- make --seed 7 --out DIR       one tenant's exports, and truth.json
//! cargo run --release --example calibrate -- run --seeds 0..99             marks by kind of attack and in total, each fault
//! cargo run --release --example calibrate -- run --seeds 0..99 --kind dormant
//! cargo run --release --example calibrate -- run --seeds 1000..1099 --held-out
//! ```
//!
//! Seeds below 1000 are for choosing weights. Those from 1000 on are held out: they are run only with
//! `--held-out`, which prints no fault unless `--faults` is given too; `docs/accuracy.md` says when they
//! were looked at.

mod atlas;
mod attacks;
mod case;
mod company;
mod exports;
mod honest;
mod lands;
mod marking;
mod names;
mod run;
#[path = "../simulation/mod.rs"]
#[allow(dead_code, reason = "each program uses its part of what they share")]
mod simulation;
mod stage;
mod truth;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::atlas::Atlas;
use crate::case::Case;
use crate::run::Request;

/// The first seed that is held out.
const HELD_OUT: u64 = 1000;

const USAGE: &str = "usage: calibrate make --seed N --out DIR | run --seeds A..B [--kind KIND] [--held-out [--faults]] | atlas";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let text = match arguments.first().map(String::as_str) {
        Some("make") => {
            let (Some(seed), Some(folder)) = (value("--seed"), value("--out")) else { return Err(USAGE.into()) };
            make(seed.parse()?, Path::new(folder))?
        }
        Some("run") => {
            let seeds = seeds(value("--seeds").ok_or(USAGE)?)?;
            let held_out = has("--held-out");
            if held_out != (seeds.0 >= HELD_OUT) || seeds.1 >= HELD_OUT && !held_out {
                return Err(format!("seeds from {HELD_OUT} on are held out: give --held-out with them, and only with them").into());
            }
            let kind = value("--kind").unwrap_or_default().to_owned();
            run::run(&Request { seeds, kind, faults: !held_out || has("--faults") })?
        }
        Some("atlas") => Atlas::draw()?.describe(),
        _ => return Err(USAGE.into()),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// The first and the last seed of `A..B`.
fn seeds(text: &str) -> Result<(u64, u64), Box<dyn Error>> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    Ok((first.parse()?, last.parse()?))
}

/// Writes the tenant of a seed and its truth.
fn make(seed: u64, folder: &Path) -> Result<String, Box<dyn Error>> {
    let case = Case::of(seed, &Atlas::draw()?);
    run::write(&case, &folder.join("exports"))?;
    let truth = serde_json::to_string_pretty(&case.truth.to_json(case.kind, seed, &case.files))?;
    fs::write(folder.join("truth.json"), truth)?;
    let fallen: Vec<&str> = case.fallen().into_iter().collect();
    Ok(format!("{}: {} people, {} days, {} files; fallen: {}\n", case.kind, case.size.0, case.size.1, case.files.len(), fallen.join(", ")))
}
