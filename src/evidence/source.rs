//! The bytes of a candidate: unpacked, hashed in the same pass, bounded.

use super::discover::Candidate;
use super::limits::{Limits, RATIO_FREE};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::time::SystemTime;

/// Where a member lies in its zip archive, checked against its local header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MemberAt {
    pub start: u64,
    pub packed: u64,
    pub unpacked: u64,
    pub crc: u32,
    pub deflated: bool,
}

/// Why reading ended before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The compressed stream ends too early, or is damaged.
    Stream,
    /// A limit on unpacked bytes was reached.
    Limit,
    /// The operating system could not read.
    Io,
}

enum Raw {
    File(File),
    Stored(Take<File>),
    Deflated(Box<DeflateDecoder<BufReader<Take<File>>>>),
}

impl Read for Raw {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Raw::File(file) => file.read(buf),
            Raw::Stored(part) => part.read(buf),
            Raw::Deflated(decoder) => decoder.read(buf),
        }
    }
}

/// Counts and hashes what passes.
struct Tap {
    raw: Raw,
    hash: Sha256,
    crc: Option<flate2::Crc>,
    count: u64,
}

impl Read for Tap {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.raw.read(buf)?;
        let got = buf.get(..n).unwrap_or_default();
        self.hash.update(got);
        if let Some(crc) = &mut self.crc {
            crc.update(got);
        }
        self.count += n as u64;
        Ok(n)
    }
}

enum Unpack {
    Plain(BufReader<Tap>),
    Gzip(Box<MultiGzDecoder<BufReader<Tap>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<Tap>>>),
}

/// An open candidate.
pub(super) struct Source {
    unpack: Unpack,
    member: Option<MemberAt>,
    stamp: Option<(u64, Option<SystemTime>)>,
    file: std::path::PathBuf,
    unpacked: u64,
    cap: u64,
    ratio: u64,
    stopped: Option<(Stop, String)>,
    trailing: bool,
    started: bool,
}

/// What is known of the bytes once all were read.
pub(super) struct SourceFacts {
    pub sha256: [u8; 32],
    pub bytes: u64,
    pub unpacked: u64,
    pub compression: &'static str,
    pub changed: bool,
    pub stop: Option<(Stop, String)>,
    pub crc_mismatch: bool,
    pub trailing: bool,
}

fn stamp_of(file: &File) -> Option<(u64, Option<SystemTime>)> {
    file.metadata().ok().map(|meta| (meta.len(), meta.modified().ok()))
}

impl Source {
    /// Opens the file, seeks to the member, and looks whether the bytes are compressed.
    ///
    /// # Errors
    /// When the file cannot be opened or its first bytes cannot be read.
    pub fn open(candidate: &Candidate, limits: &Limits, spent: u64) -> io::Result<Source> {
        let mut file = File::open(&candidate.file)?;
        let stamp = stamp_of(&file);
        let member = candidate.place.clone();
        let raw = match &member {
            None => Raw::File(file),
            Some(at) => {
                file.seek(SeekFrom::Start(at.start))?;
                let part = file.take(at.packed);
                if at.deflated {
                    Raw::Deflated(Box::new(DeflateDecoder::new(BufReader::with_capacity(1 << 16, part))))
                } else {
                    Raw::Stored(part)
                }
            }
        };
        let crc = member.as_ref().map(|_| flate2::Crc::new());
        let tap = Tap { raw, hash: Sha256::new(), crc, count: 0 };
        let mut plain = BufReader::with_capacity(1 << 16, tap);
        // A damaged member shows when it is read for good: here only the magic counts.
        let head = plain.fill_buf().unwrap_or_default().to_vec();
        let nested = if member.is_some() { 2 } else { 1 };
        let unpack = if nested > limits.nesting {
            Unpack::Plain(plain)
        } else if head.starts_with(&[0x1f, 0x8b]) {
            Unpack::Gzip(Box::new(MultiGzDecoder::new(plain)))
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = zstd::Decoder::with_buffer(plain)?;
            Unpack::Zstd(Box::new(decoder))
        } else {
            Unpack::Plain(plain)
        };
        Ok(Source {
            unpack,
            member,
            stamp,
            file: candidate.file.clone(),
            unpacked: 0,
            cap: limits.decompressed_file.min(limits.decompressed_run.saturating_sub(spent)),
            ratio: limits.ratio,
            stopped: None,
            trailing: false,
            started: false,
        })
    }

    fn tap(&self) -> &Tap {
        match &self.unpack {
            Unpack::Plain(reader) => reader.get_ref(),
            Unpack::Gzip(decoder) => decoder.get_ref().get_ref(),
            Unpack::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }

    fn tap_mut(&mut self) -> &mut Tap {
        match &mut self.unpack {
            Unpack::Plain(reader) => reader.get_mut(),
            Unpack::Gzip(decoder) => decoder.get_mut().get_mut(),
            Unpack::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }

    fn compressed(&self) -> bool {
        self.member.as_ref().is_some_and(|at| at.deflated) || !matches!(self.unpack, Unpack::Plain(_))
    }

    /// Name of the packing, outermost first.
    pub fn compression(&self) -> &'static str {
        match (self.member.is_some(), &self.unpack) {
            (false, Unpack::Plain(_)) => "none",
            (false, Unpack::Gzip(_)) => "gzip",
            (false, Unpack::Zstd(_)) => "zstd",
            (true, Unpack::Plain(_)) => "zip",
            (true, Unpack::Gzip(_)) => "zip+gzip",
            (true, Unpack::Zstd(_)) => "zip+zstd",
        }
    }

    /// Bytes of the file (or member) taken so far, for progress.
    pub fn bytes_read(&self) -> u64 {
        self.tap().count
    }

    /// Why reading ended early, if it did.
    pub fn stop(&self) -> Option<Stop> {
        self.stopped.as_ref().map(|(stop, _)| *stop)
    }

    /// Fills `buf` as far as the bytes go; 0 is the end, or an early [`stop`](Source::stop).
    pub fn fill(&mut self, buf: &mut [u8]) -> usize {
        let mut have = 0;
        while self.stopped.is_none() {
            let Some(free) = buf.get_mut(have..).filter(|free| !free.is_empty()) else { break };
            let got = match &mut self.unpack {
                Unpack::Plain(reader) => reader.read(free),
                Unpack::Gzip(decoder) => decoder.read(free),
                Unpack::Zstd(decoder) => decoder.read(free),
            };
            match got {
                Ok(0) => break,
                Ok(n) => {
                    have += n;
                    self.unpacked += n as u64;
                    self.started = true;
                    self.check_limits();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.note_error(&error);
                    break;
                }
            }
        }
        have
    }

    fn note_error(&mut self, error: &io::Error) {
        let stream = self.compressed();
        if self.started && error.kind() == io::ErrorKind::InvalidInput && matches!(self.unpack, Unpack::Gzip(_)) {
            // A whole gzip stream followed by something that is none (padding of a tape or a copy).
            self.trailing = true;
            self.stopped = Some((Stop::Stream, "bytes that are no gzip follow the gzip stream".to_owned()));
            return;
        }
        let stop = if stream { Stop::Stream } else { Stop::Io };
        self.stopped = Some((stop, error.to_string()));
    }

    fn check_limits(&mut self) {
        if !self.compressed() {
            return;
        }
        let packed = self.member.as_ref().map_or(self.tap().count, |at| at.packed);
        if self.unpacked > self.cap {
            self.stopped = Some((Stop::Limit, format!("it unpacks to more than {} bytes", self.cap)));
        } else if self.unpacked > RATIO_FREE && self.unpacked / packed.max(1) > self.ratio {
            self.stopped = Some((Stop::Limit, format!("it unpacks to more than {} times its size", self.ratio)));
        }
    }

    /// True if reading ended only because of bytes behind a whole compressed stream.
    pub fn only_trailing(&self) -> bool {
        self.trailing
    }

    /// Lets what is left pass the hash.
    fn drain(&mut self) {
        let mut scratch = vec![0; 1 << 16];
        let cap = self.cap;
        loop {
            match self.tap_mut().read(&mut scratch) {
                Ok(0) => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let stop = if self.compressed() { Stop::Stream } else { Stop::Io };
                    self.stopped.get_or_insert((stop, error.to_string()));
                    return;
                }
                Ok(_) if self.member.is_some() && self.tap().count > cap => {
                    self.stopped.get_or_insert((Stop::Limit, format!("it unpacks to more than {cap} bytes")));
                    return;
                }
                Ok(_) => {}
            }
        }
    }

    /// Reads what is left, so that the hash covers every byte, and sums up.
    pub fn finish(mut self) -> SourceFacts {
        let compression = self.compression();
        // Past a limit the rest of a member is not unpacked: its hash stays that of what was read.
        if self.member.is_none() || self.stop() != Some(Stop::Limit) {
            self.drain();
        }
        let changed = self.member.is_none() && self.stamp.is_some() && {
            let now = std::fs::metadata(&self.file).ok().map(|meta| (meta.len(), meta.modified().ok()));
            now != self.stamp || self.stamp.is_some_and(|(len, _)| len != self.tap().count)
        };
        let member = self.member.clone();
        let tap = self.tap_mut();
        let crc_mismatch = member.is_some_and(|at| tap.crc.as_ref().is_some_and(|crc| crc.sum() != at.crc) || tap.count != at.unpacked);
        let (hash, bytes) = (std::mem::take(&mut tap.hash), tap.count);
        SourceFacts {
            sha256: hash.finalize().into(),
            bytes,
            unpacked: if self.compressed() { self.unpacked } else { 0 },
            compression,
            changed,
            stop: self.stopped.filter(|_| !self.trailing),
            crc_mismatch,
            trailing: self.trailing,
        }
    }
}
