//! `bectrace evidence`.

use super::exit::{Exit, Failure};
use super::global::Global;
use super::interrupt::Interrupt;
use super::progress::Meter;
use super::run::{self, Found, Request};
use crate::evidence::Pointer;
use crate::report::sanitize;
use clap::Args;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  bectrace evidence i0:17 exports/
  bectrace evidence i0:17 exports/ --raw | sha256sum";

/// Print the record behind a pointer, byte for byte, with its place and hash
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Evidence {
    /// The pointer: i3:17 is record 17 of input i3
    #[arg(value_name = "POINTER")]
    pointer: Pointer,

    /// The paths that the analysis was given
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Print the bytes and nothing else
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    reading: run::Reading,
}

impl Evidence {
    pub(super) fn run(&self, global: &Global) -> Result<Exit, Failure> {
        let meter = Meter::start(global.quiet);
        let interrupt = Interrupt::watch(&meter, None);
        let stages = global.stages();
        let request = Request { paths: &self.paths, global, reading: &self.reading, stages: &stages };
        let found = run::record(&request, self.pointer, &meter, &interrupt)?;
        drop(meter);
        let terminal = io::stdout().is_terminal();
        let mut out = Vec::new();
        if !self.raw {
            out.extend(self.head(&found).into_bytes());
        }
        if terminal {
            // A terminal would obey what stands in a record; a pipe gets the bytes as they are.
            out.extend(readable(&found.record.bytes).into_bytes());
        } else {
            out.extend(&found.record.bytes);
        }
        if terminal || !self.raw {
            out.push(b'\n');
        }
        let mut stdout = io::stdout();
        stdout.write_all(&out).and_then(|()| stdout.flush()).map_err(|error| Failure::write("to standard output", &error))?;
        Ok(Exit::Success)
    }

    /// Where the record lies, and its hash; one fact a line, then an empty line.
    fn head(&self, found: &Found) -> String {
        let mut facts = vec![("pointer", self.pointer.to_string()), ("path", found.path.clone())];
        facts.extend(found.member.iter().map(|member| ("member", member.clone())));
        facts.push(("offset", found.record.at.offset.to_string()));
        facts.push(("length", found.record.bytes.len().to_string()));
        facts.push(("sha256", found.record.sha256.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))));
        let mut head = String::new();
        for (name, value) in facts {
            // Writing to a String cannot fail.
            let _ = writeln!(head, "{name:<8} {}", sanitize::terminal(&value, false));
        }
        head.push('\n');
        head
    }
}

/// Bytes of a record as lines of text that a terminal may show.
fn readable(bytes: &[u8]) -> String {
    let zeros = memchr::memchr_iter(0, bytes).count();
    let text: Cow<'_, str> = if zeros * 4 > bytes.len() {
        let little = bytes.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count() * 2 >= zeros;
        let encoding = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        encoding.decode_without_bom_handling(bytes).0
    } else {
        String::from_utf8_lossy(bytes)
    };
    let lines: Vec<Cow<'_, str>> =
        text.split('\n').map(|line| sanitize::terminal(line.strip_suffix('\r').unwrap_or(line), false)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn records_of_any_encoding_are_readable_and_harmless() {
        assert_eq!(readable(b"a,\"b\r\nc\x1b[2J\""), "a,\"b\nc\\u{1b}[2J\"");
        let utf16: Vec<u8> = "ab\u{202e}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(readable(&utf16), "ab\\u{202e}");
    }
}
