//! How fast evidence is read. Not run by itself:
//! `BECTRACE_SPEED=FILE cargo test --release --lib evidence::tests::speed -- --ignored --nocapture`.

use super::*;
use std::time::Instant;

#[test]
#[ignore = "measures; needs a large file named by BECTRACE_SPEED"]
fn reader_and_worker_apart() {
    let Some(path) = std::env::var_os("BECTRACE_SPEED") else { return };
    let found = discover(&[PathBuf::from(path)], &Limits::default()).unwrap();
    let options = OpenOptions { knows: Arc::new(|header: &Header| header.names().len() > 3), ..OpenOptions::default() };
    let Opened::Blocks(mut blocks) = Blocks::open(&found.candidates[0], &Limits::default(), &options).unwrap() else { return };
    let (mut reading, mut parsing, mut records, mut sound) = (0.0, 0.0, 0usize, 0usize);
    let mut scratch = Scratch::default();
    loop {
        let start = Instant::now();
        let Some(block) = blocks.next_block() else { break };
        reading += start.elapsed().as_secs_f64();
        let start = Instant::now();
        block.each(&mut scratch, &mut |entry| sound += usize::from(entry.is_ok()));
        parsing += start.elapsed().as_secs_f64();
        records += block.len();
    }
    let facts = blocks.finish();
    let megabytes = facts.bytes as f64 / 1e6;
    let line = format!(
        "{records} records ({sound} sound), {megabytes:.0} MB: read, hash, split {:.0} MB/s; cells or documents {:.0} MB/s\n",
        megabytes / reading,
        megabytes / parsing
    );
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}
