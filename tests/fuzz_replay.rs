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

use std::path::Path;

#[test]
fn kept_inputs_hold_what_holds_for_any_content() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fuzz");
    for target in ["csv", "json", "clixml", "decode", "zip"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
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
