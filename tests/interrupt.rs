//! Ctrl-C at any moment of a run: it ends soon, says so, and leaves nothing half-written.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Evidence, command, text};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a run may take to end before it counts as stuck, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn analyze(evidence: &Path, results: &Path) -> Command {
    let mut command = command(&["analyze", text(evidence), "-q", "-o", text(results)]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Starts a run and presses Ctrl-C after a while; its exit status and what it said.
fn interrupted_after(delay: Duration, evidence: &Path, results: &Path) -> (Option<i32>, String) {
    let mut run = analyze(evidence, results).spawn().unwrap();
    std::thread::sleep(delay);
    let pressed = Instant::now();
    let sent = Command::new("kill").args(["-INT", &run.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    let status = run.wait().unwrap();
    assert!(!sent.success() || pressed.elapsed() < PATIENCE, "{delay:?}: it took {:?} to end", pressed.elapsed());
    let mut said = String::new();
    run.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status.code(), said)
}

#[test]
fn a_run_ends_soon_whatever_it_does_and_leaves_nothing_half_written() {
    let evidence = Evidence::new();
    // Long enough to be met while it reads, while it analyses and while it writes.
    evidence.put("audit.csv", common::table(60_000));
    let (folder, results) = (evidence.path(), evidence.beside("results"));
    let start = Instant::now();
    assert_eq!(analyze(&folder, &results).status().unwrap().code(), Some(0));
    let whole = start.elapsed();
    std::fs::remove_dir_all(&results).unwrap();
    let mut met = 0;
    for tenth in 1..12 {
        let (code, said) = interrupted_after(whole * tenth / 12, &folder, &results);
        let left: Vec<_> =
            std::fs::read_dir(&results).into_iter().flatten().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert!(!left.iter().any(|name| Path::new(name).extension().is_some_and(|end| end == "tmp")), "half-written: {left:?}");
        // Killed before the program had begun: there is no status then.
        assert!(code.is_some() || !results.exists(), "{left:?}");
        if code.is_some_and(|code| code != 0) {
            assert_eq!(code, Some(130), "{said}");
            met += 1;
            let nothing = said.contains("interrupted; nothing was written");
            assert!(nothing || said.contains("interrupted; results that were complete by then are kept"), "{said}");
            assert!(!nothing || !results.exists(), "the folder that was made for results: {left:?}");
        }
        let _ = std::fs::remove_dir_all(&results);
    }
    assert!(met > 0, "none of the runs was met while it ran");
}
