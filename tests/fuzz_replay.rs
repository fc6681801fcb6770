//! Replays the inputs kept for the fuzz targets (`testdata/fuzz/TARGET/*`) on stable Rust, and each of
//! them cut at every so many bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/drive.rs"]
mod drive;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn sorted(folder: PathBuf) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn kept_inputs_hold_what_holds_for_any_content() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fuzz");
    for (target, _) in drive::TARGETS {
        let files = sorted(root.join(target));
        assert!(!files.is_empty(), "no kept input for {target}");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            drive::run(target, &bytes);
            let step = (bytes.len() / 40).max(1);
            for cut in (0..bytes.len()).step_by(step) {
                drive::run(target, bytes.get(..cut).unwrap_or_default());
            }
        }
    }
}

#[test]
fn every_target_has_a_program_and_no_program_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let named: BTreeSet<String> =
        sorted(folder.join("fuzz_targets")).iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(named, drive::TARGETS.map(|(name, _)| name.to_owned()).into());
    for (name, _) in drive::TARGETS {
        let program = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("drive::run(\"{name}\", bytes)")), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
