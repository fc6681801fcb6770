//! Compressed files and archives, sound, cut and hostile.

use super::*;
use sha2::{Digest, Sha256};
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn all(bytes: &[u8], name: &str) -> (Discovery, Vec<std::result::Result<Read, Refusal>>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let found = discover(&[path], &Limits::default()).unwrap();
    let reads = found.candidates.iter().map(|one| read_candidate(one, &Limits::default(), &options())).collect();
    (found, reads)
}

fn rows(count: usize) -> String {
    (1..=count).fold("Id,Name\n".to_owned(), |text, id| text + &format!("{id},name {} of many\n", id * 7919))
}

#[test]
fn gzip_and_zstd_are_unpacked_and_hashed_as_they_lie() {
    let text = rows(500);
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (bytes, name) in [(gzip(text.as_bytes()), "gzip"), (zstd, "zstd"), (text.clone().into_bytes(), "none")] {
        let read = read_any(&bytes);
        assert_eq!(read.seen.len(), 500);
        assert_eq!(read.facts.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!((read.facts.bytes as usize, read.facts.compression, read.facts.damaged), (bytes.len(), name, false));
        let at = read.seen[499].at;
        assert_eq!(text.get(at.offset as usize..).unwrap().get(..at.length as usize), text.lines().last());
    }
}

#[test]
fn several_gzip_streams_are_one_and_padding_is_told() {
    let (one, two) = ("Id,Name\n1,a\n", "2,b\n");
    let joined = [gzip(one.as_bytes()), gzip(two.as_bytes())].concat();
    assert_eq!(read_any(&joined).field("Id"), ["1", "2"]);
    let padded = [joined, vec![0; 512]].concat();
    let read = read_any(&padded);
    assert_eq!(read.field("Id"), ["1", "2"]);
    assert!(read.notice("trailing-bytes") && !read.facts.damaged);
    assert_eq!(read.facts.bytes as usize, padded.len());
}

#[test]
fn a_cut_gzip_file_gives_the_records_before_the_cut() {
    let whole = gzip(rows(5000).as_bytes());
    let read = read_any(whole.get(..whole.len() / 2).unwrap());
    assert!(read.seen.len() > 1000 && read.seen.len() < 4000);
    let (last, others) = read.seen.split_last().unwrap();
    assert_eq!(last.what, Err("truncated-stream"));
    assert!(others.iter().all(|seen| seen.what.is_ok()));
    assert!(read.facts.damaged && read.notice("truncated-stream"));
}

#[test]
fn zip_members_come_by_name_at_their_archive() {
    let packed = gzip(b"Id,Name\n5,e\n");
    let bytes = zip(&[
        ("b/2.csv", b"Id,Name\n1,a\n2,b\n"),
        ("a.json", b"[{\"Id\":3}]"),
        ("c.csv.gz", &packed),
        ("inner.zip", &zip(&[("x", b"y")])),
    ]);
    let (found, reads) = all(&bytes, "export.zip");
    let names: Vec<_> = found.candidates.iter().map(|one| one.member.as_deref().unwrap()).collect();
    assert_eq!(names, ["a.json", "b/2.csv", "c.csv.gz", "inner.zip"]);
    let counts: Vec<_> = reads.iter().map(|read| read.as_ref().map_or(0, |read| read.seen.len())).collect();
    assert_eq!(counts, [1, 2, 1, 0]);
    let facts = &reads[2].as_ref().unwrap().facts;
    assert_eq!((facts.compression, facts.sha256), ("zip+gzip", Sha256::digest(&packed).into()));
    assert!(reads[3].as_ref().unwrap_err().reason.contains("zip archive inside"));
}

#[test]
fn office_documents_are_named_and_broken_archives_too() {
    let book = zip(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")]);
    assert!(all(&book, "x.xlsx").0.refused[0].reason.contains("Excel"));
    let (found, _) = all(book.get(..book.len() - 30).unwrap(), "x.zip");
    assert!(found.refused[0].damaged && found.refused[0].reason.contains("broken"));
}

#[test]
fn members_that_programs_see_differently_are_refused() {
    let bytes = zip(&[("one.csv", b"Id,Name\n1,a\n"), ("two.csv", b"Id,Name\n2,b\n")]);
    let replace = |from: &[u8], to: &[u8], skip: usize| {
        let mut bytes = bytes.clone();
        let at = memchr::memmem::find_iter(&bytes, from).nth(skip).unwrap();
        bytes[at..at + to.len()].copy_from_slice(to);
        all(&bytes, "x.zip").0
    };
    // In the central directory both members get one name; in the local header one gets another.
    assert!(replace(b"two.csv", b"one.csv", 1).refused.iter().any(|refusal| refusal.reason.contains("several members")));
    let disagree = replace(b"two.csv", b"six.csv", 0);
    assert_eq!((disagree.candidates.len(), disagree.refused.len()), (1, 1));
    assert!(disagree.refused[0].damaged && disagree.refused[0].reason.contains("disagree"));
}

#[test]
fn a_damaged_member_is_noticed_by_its_checksum() {
    let text = rows(2000);
    let mut bytes = zip(&[("one.csv", text.as_bytes())]);
    let at = bytes.len() / 2;
    bytes[at] ^= 0x55;
    let (_, reads) = all(&bytes, "x.zip");
    assert!(reads[0].as_ref().unwrap().facts.damaged);
}

#[test]
fn bombs_end_at_the_limit_and_keep_what_came_before() {
    let bomb = gzip(&[b"Id,Name\n1,a\n".to_vec(), vec![b'x'; 3_000_000]].concat());
    let limits = Limits { decompressed_file: 1_000_000, ..Limits::default() };
    let read = read_with(&bomb, &limits, &options()).unwrap();
    assert_eq!(read.seen[0].what, Ok(serde_json::json!({"Id": "1", "Name": "a"})));
    assert_eq!(read.seen.last().unwrap().what, Err("limit-reached"));
    assert!(read.facts.damaged && read.notice("limit-reached"));
    let spent = OpenOptions { spent: limits.decompressed_run, ..options() };
    assert!(read_with(&bomb, &Limits::default(), &spent).unwrap().notice("limit-reached"));
}

#[test]
fn the_ratio_limit_counts_only_beyond_honest_sizes() {
    let bomb = gzip(&vec![b'\n'; 80 << 20]);
    let read = read_with(&[gzip(b"Id,Name\n1,a\n"), bomb].concat(), &Limits::default(), &options()).unwrap();
    assert_eq!(read.codes(), [None, Some("limit-reached")]);
}

#[test]
fn the_bytes_behind_a_pointer_are_the_record() {
    let text = "Id,Name\r\n1,a\r\n2,\"b\r\nc\"\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    std::fs::write(&path, zip(&[("x.csv.gz", &gzip(&wide))])).unwrap();
    let found = discover(&[path], &Limits::default()).unwrap();
    let record = raw_record(&found.candidates[0], 2, &Limits::default(), &options()).unwrap();
    let expected: Vec<u8> = "2,\"b\r\nc\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(record.bytes, expected);
    assert_eq!(record.sha256, <[u8; 32]>::from(Sha256::digest(&expected)));
    let error = raw_record(&found.candidates[0], 3, &Limits::default(), &options()).unwrap_err();
    assert!(error.to_string().contains("no record 3") && error.to_string().contains('2'));
}
