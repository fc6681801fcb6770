//! The order of the modules: each depends only on those before it, so that the data goes one way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what is missing fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The order as `src/lib.rs` states it: the line with the arrows.
fn stated_order() -> Vec<String> {
    let text = fs::read_to_string(src().join("lib.rs")).unwrap();
    let line = text.lines().find(|line| line.contains('►')).expect("src/lib.rs states no order of modules");
    line.trim_start_matches("//!").split("─►").map(|name| name.trim().to_owned()).collect()
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The module of the crate's root that a file belongs to: `events` of `src/events/key.rs`.
fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(src()).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Files that are compiled for tests only; they may look wherever they need.
fn is_for_tests(file: &Path) -> bool {
    let inside = file.strip_prefix(src()).unwrap();
    let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
    let test_folder = inside.components().any(|part| part.as_os_str() == "tests");
    test_folder || stem == "tests" || stem.ends_with("_tests") || ["testkit", "samples", "golden", "entra_samples"].contains(&stem.as_str())
}

/// Modules that the code (not the tests) of a file names by `crate::`.
fn uses(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let code = code.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').and_then(|group| group.split_once('}')).map_or(rest, |(group, _)| group);
        let names = if list.len() == rest.len() { vec![rest] } else { list.split(',').collect() };
        for name in names {
            let end = |letter: char| !letter.is_alphanumeric() && letter != '_';
            found.insert(name.trim_start().split(end).next().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn every_module_is_in_the_stated_order() {
    let order: BTreeSet<String> = stated_order().into_iter().collect();
    let there: BTreeSet<String> =
        rust_files(&src()).iter().map(|file| module_of(file)).filter(|name| name != "lib" && name != "main").collect();
    assert_eq!(order, there);
}

#[test]
fn each_module_depends_only_on_those_before_it() {
    let order = stated_order();
    let place = |name: &str| order.iter().position(|known| known == name);
    let mut wrong = Vec::new();
    for file in rust_files(&src()).iter().filter(|file| !is_for_tests(file)) {
        let module = module_of(file);
        let Some(own) = place(&module) else { continue };
        for used in uses(&fs::read_to_string(file).unwrap()) {
            if place(&used).is_some_and(|at| at > own) {
                wrong.push(format!("{} uses {used}, which comes after {module}", file.strip_prefix(src()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn uses_are_found_in_every_form_and_not_in_tests() {
    let text = "use crate::events::Event;\nfn x() { crate::enrich::place_words(); }\nuse crate::{habits, scoring::Score};\n\
                // crate::report\n#[cfg(test)]\nmod tests {\n    use crate::cli::Exit;\n}\n";
    let expected = ["enrich", "events", "habits", "scoring"].map(str::to_owned);
    assert_eq!(uses(text), BTreeSet::from(expected));
}
