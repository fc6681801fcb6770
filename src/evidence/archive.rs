//! Zip archives: their members as candidates, after the checks that keep two readers from seeing
//! different evidence (format: PKWARE APPNOTE 4.3.7 local header, 4.3.12 central directory).

use super::discover::{Candidate, Discovery, Refusal};
use super::limits::Limits;
use super::source::MemberAt;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use zip::{CompressionMethod, ZipArchive};

type Archive = ZipArchive<BufReader<File>>;

/// Lists the members of the archive at `file`, in the order of their names.
pub(super) fn list(path: &str, file: &Path, limits: &Limits, out: &mut Discovery) {
    let whole = |reason: String, damaged: bool| Refusal { path: path.to_owned(), member: None, reason, damaged };
    let opened = File::open(file).map_err(|error| error.to_string()).and_then(|handle| {
        let mut raw = BufReader::new(handle);
        let archive = ZipArchive::new(BufReader::new(File::open(file).map_err(|error| error.to_string())?));
        let mut archive = archive.map_err(|error| error.to_string())?;
        let names = names(&mut archive, &mut raw, limits.members);
        Ok((archive, raw, names))
    });
    let (mut archive, mut raw, names) = match opened {
        Ok(parts) => parts,
        Err(error) => {
            out.refused.push(whole(format!("a zip archive that is broken or cut off: {error}"), true));
            return;
        }
    };
    if archive.len() > limits.members {
        out.refused.push(whole(format!("a zip archive with more than {} members", limits.members), true));
        return;
    }
    if let Some(kind) = office(&names) {
        out.refused.push(whole(kind.to_owned(), false));
        return;
    }
    let mut members: Vec<Member> = Vec::new();
    for index in 0..archive.len() {
        if let Some(one) = member(&mut archive, &mut raw, index, &names, path, file) {
            members.push(one);
        }
    }
    members.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    if members.is_empty() {
        out.refused.push(whole("a zip archive without files".to_owned(), false));
    }
    for (name, result) in members {
        match result {
            Ok(candidate) => {
                out.total_bytes += candidate.place.as_ref().map_or(0, |at| at.unpacked);
                out.candidates.push(candidate);
            }
            Err((reason, damaged)) => out.refused.push(Refusal { path: path.to_owned(), member: Some(name), reason, damaged }),
        }
    }
}

/// How often each name (as shown) occurs in the central directory (the zip crate keeps only the last of equals).
fn names(archive: &mut Archive, raw: &mut BufReader<File>, most: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    if raw.seek(SeekFrom::Start(archive.central_directory_start())).is_err() {
        return counts;
    }
    let mut fixed = [0u8; 46];
    while raw.read_exact(&mut fixed).is_ok() && fixed.starts_with(b"PK\x01\x02") && counts.len() <= most {
        let (name_len, extra, comment) = (le16(&fixed, 28), le16(&fixed, 30), le16(&fixed, 32));
        let mut name = vec![0; name_len];
        if raw.read_exact(&mut name).is_err() || raw.seek_relative(i64::try_from(extra + comment).unwrap_or(i64::MAX)).is_err() {
            break;
        }
        *counts.entry(label(&name)).or_default() += 1;
    }
    counts
}

fn le16(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..at + 2) {
        Some(&[low, high]) => usize::from(u16::from_le_bytes([low, high])),
        _ => 0,
    }
}

fn le32(bytes: &[u8], at: usize) -> u64 {
    (le16(bytes, at) | le16(bytes, at + 2) << 16) as u64
}

/// What an Office document is, by the names inside it.
fn office(names: &BTreeMap<String, usize>) -> Option<&'static str> {
    if !names.contains_key("[Content_Types].xml") {
        return None;
    }
    let holds = |prefix: &str| names.keys().any(|name| name.starts_with(prefix));
    Some(if holds("xl/") {
        "an Excel workbook: open it and save the sheet as CSV (UTF-8), or better, use the original export"
    } else if holds("word/") {
        "a Word document, no log"
    } else if holds("ppt/") {
        "a PowerPoint document, no log"
    } else {
        "an Office document, no log"
    })
}

/// Name without what could deceive a reader of a list: control characters are shown by number.
fn label(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0.into_owned(),
    };
    let mut label = String::with_capacity(text.len());
    for c in text.replace('\\', "/").chars() {
        if c.is_control() { label.extend(c.escape_unicode()) } else { label.push(c) }
    }
    label
}

type Member = (String, Result<Candidate, (String, bool)>);

fn member(
    archive: &mut Archive,
    raw: &mut BufReader<File>,
    index: usize,
    names: &BTreeMap<String, usize>,
    path: &str,
    file: &Path,
) -> Option<Member> {
    let broken = |reason: &str| Err((reason.to_owned(), true));
    let entry = match archive.by_index_raw(index) {
        Ok(entry) => entry,
        Err(error) => return Some((format!("member {index}"), Err((format!("its header cannot be read: {error}"), true)))),
    };
    if entry.is_dir() {
        return None;
    }
    let name = label(entry.name_raw());
    if entry.is_symlink() {
        return Some((name, Err(("a link inside an archive: not followed".to_owned(), false))));
    }
    if entry.encrypted() {
        return Some((name, broken("encrypted: unpack the archive with its password and give the folder")));
    }
    if names.get(&name).is_some_and(|n| *n > 1) {
        return Some((name, broken("the archive holds several members of this name, so that programs see different ones")));
    }
    let deflated = match entry.compression() {
        CompressionMethod::Stored => false,
        CompressionMethod::Deflated => true,
        other => {
            return Some((name, broken(&format!("packed by a method that is not read ({other}): unpack the archive and give the folder"))));
        }
    };
    let Some(start) = entry.data_start() else { return Some((name, broken("its place in the archive is unknown"))) };
    let at = MemberAt { start, packed: entry.compressed_size(), unpacked: entry.size(), crc: entry.crc32(), deflated };
    if !local_header_agrees(raw, entry.header_start(), entry.name_raw(), &at) {
        return Some((name, broken("its two headers in the archive disagree: the archive is damaged or made to deceive")));
    }
    let candidate = Candidate { file: file.to_owned(), place: Some(at), path: path.to_owned(), member: Some(name.clone()) };
    Some((name, Ok(candidate)))
}

/// Compares a member's local header with the central directory; sizes only where the local header
/// gives them (they may follow the data, or stand in the zip64 extra field).
fn local_header_agrees(raw: &mut BufReader<File>, start: u64, name: &[u8], at: &MemberAt) -> bool {
    let mut fixed = [0u8; 30];
    if raw.seek(SeekFrom::Start(start)).is_err() || raw.read_exact(&mut fixed).is_err() || !fixed.starts_with(b"PK\x03\x04") {
        return false;
    }
    let mut local = vec![0; le16(&fixed, 26)];
    if raw.read_exact(&mut local).is_err() || local != name {
        return false;
    }
    let method = if at.deflated { 8 } else { 0 };
    let sizes_follow = le16(&fixed, 6) & 0x8 != 0;
    let size_agrees = |field: u64, size: u64| field == 0xffff_ffff || field == size || (sizes_follow && field == 0);
    le16(&fixed, 8) == method && size_agrees(le32(&fixed, 18), at.packed) && size_agrees(le32(&fixed, 22), at.unpacked)
}
