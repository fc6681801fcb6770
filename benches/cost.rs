//! What reading costs, against hashing the same bytes, which nothing that keeps evidence can avoid.
//!
//! `cargo bench --bench cost` makes its own input (100,000 audit records of a firm of 210 people);
//! `cargo bench --bench cost -- RECORDS` another number of them; `cargo bench --bench cost -- FILE`
//! measures a file, and `FILE reading` only the reading of it, for a profiler. Figures are CPU seconds of
//! one thread, the least of three runs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement, not the program"
)]

use bectrace::events::TimeRules;
use bectrace::evidence::Limits;
use bectrace::formats::load::{LoadOptions, Silent, load};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const RUNS: usize = 3;
const RECORDS: &str = "100000";

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let input = arguments.next().unwrap_or_else(|| RECORDS.to_owned());
    let only = arguments.next();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = if input.bytes().all(|byte| byte.is_ascii_digit()) { make(&input, folder.path()) } else { PathBuf::from(input) };
    let bytes = std::fs::metadata(&file).expect("the input").len();
    println!("{bytes} bytes");
    let hashing = least(|| hash(&file));
    let works: [(&str, &dyn Fn()); 3] =
        [("SHA-256", &|| hash(&file)), ("reading", &|| read(&file)), ("analyze, wall time", &|| analyze(&file))];
    for (name, work) in works.iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
        show(name, least(work), bytes, hashing);
    }
}

/// Makes an audit log with the generator of the examples.
fn make(records: &str, folder: &Path) -> PathBuf {
    let file = folder.join("audit.csv");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run =
        Command::new(cargo).args(["run", "--quiet", "--release", "--example", "generate", "bench-audit", records]).arg(&file).status();
    assert!(run.is_ok_and(|status| status.success()), "the generator failed");
    file
}

fn hash(file: &Path) {
    let mut input = std::fs::File::open(file).expect("the input");
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match input.read(&mut buffer).expect("the input") {
            0 => break,
            n => hash.update(&buffer[..n]),
        }
    }
    std::hint::black_box(hash.finalize());
}

fn read(file: &Path) {
    let options = LoadOptions {
        limits: Limits::default(),
        threads: 1,
        memory: None,
        times: TimeRules::default(),
        encoding: None,
        format: None,
        own_domains: Vec::new(),
        progress: &Silent,
        cancel: &AtomicBool::new(false),
    };
    let loaded = load(&[file.to_owned()], &options).expect("a readable input");
    std::hint::black_box(loaded.store.events().len());
}

/// The whole command, as a process of its own.
fn analyze(file: &Path) {
    let program = env!("CARGO_BIN_EXE_bectrace");
    let run = Command::new(program).args(["analyze", "--threads", "1", "--quiet"]).arg(file).stdout(Stdio::null()).status();
    assert!(run.is_ok_and(|status| status.success()), "the command failed");
}

fn least(work: impl Fn()) -> f64 {
    let times = (0..RUNS).map(|_| {
        let start = Clock::now();
        work();
        start.seconds()
    });
    times.fold(f64::INFINITY, f64::min)
}

fn show(what: &str, seconds: f64, bytes: u64, hash: f64) {
    #[allow(clippy::cast_precision_loss, reason = "a rate for reading")]
    let rate = bytes as f64 / 1e6 / seconds;
    println!("{what:20} {seconds:8.3} s {rate:8.0} MB/s {:6.2} x SHA-256", seconds / hash);
}

/// CPU time of this thread where the system tells it (Linux), else wall time.
struct Clock {
    wall: Instant,
    cpu: Option<u64>,
}

impl Clock {
    fn now() -> Clock {
        Clock { wall: Instant::now(), cpu: nanoseconds() }
    }

    fn seconds(&self) -> f64 {
        match (self.cpu, nanoseconds()) {
            #[allow(clippy::cast_precision_loss, reason = "seconds for reading")]
            (Some(from), Some(to)) if to - from > 1_000_000 => (to - from) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// First field of `schedstat`: nanoseconds on a CPU. Source: the kernel's `Documentation/scheduler/sched-stats.rst`.
fn nanoseconds() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}
