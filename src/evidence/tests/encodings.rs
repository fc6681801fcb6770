//! The same text in every encoding, and in several.

use super::*;

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn with(mark: &[u8], bytes: Vec<u8>) -> Vec<u8> {
    [mark.to_vec(), bytes].concat()
}

const TEXT: &str = "Id,Name\r\n1,Zoë 😀\r\n2,\"Müller\r\nx\"\r\n3,plain\r\n";

#[test]
fn every_encoding_gives_the_same_records_at_its_own_offsets() {
    let utf32 = |big: bool| {
        TEXT.chars().flat_map(move |c| if big { (c as u32).to_be_bytes() } else { (c as u32).to_le_bytes() }).collect::<Vec<u8>>()
    };
    for (bytes, name, unit) in [
        (TEXT.as_bytes().to_vec(), "utf-8", 1),
        (with(b"\xef\xbb\xbf", TEXT.as_bytes().to_vec()), "utf-8-bom", 1),
        (with(b"\xff\xfe", utf16(TEXT, false)), "utf-16le", 2),
        (with(b"\xfe\xff", utf16(TEXT, true)), "utf-16be", 2),
        (utf16(TEXT, false), "utf-16le", 2),
        (utf16(TEXT, true), "utf-16be", 2),
        (with(b"\xff\xfe\0\0", utf32(false)), "utf-32", 4),
        (with(b"\0\0\xfe\xff", utf32(true)), "utf-32", 4),
    ] {
        let read = read_any(&bytes);
        assert_eq!(read.field("Name"), ["Zoë 😀", "Müller\r\nx", "plain"], "{name}");
        assert_eq!(read.facts.encoding, name);
        let last = read.seen[2].at;
        assert_eq!((last.offset + u64::from(last.length)) as usize + 2 * unit, bytes.len(), "{name}");
        assert_eq!(last.length as usize, 7 * unit);
    }
}

#[test]
fn bytes_that_are_no_utf8_are_windows_1252_and_said_to_be() {
    let read = read_any(b"Id,Name\n1,Zo\xeb \x93q\x94\n2,M\xfcller\n3,x\n");
    assert_eq!(read.field("Name"), ["Zoë “q”", "Müller", "x"]);
    assert_eq!(read.facts.encoding, "windows-1252");
    assert!(read.notice("guessed-encoding") && read.seen.iter().all(|seen| !seen.damaged));
    assert_eq!((read.seen[2].at.offset, read.seen[2].at.length), (27, 3));
}

#[test]
fn a_stray_byte_in_utf8_marks_its_record() {
    let read = read_any(b"Id,Name\n1,Zo\xc3\xab\n2,M\xfcller\n3,\x81\n4,x\n");
    assert_eq!(read.field("Name"), ["Zoë", "Müller", "\u{fffd}", "x"]);
    assert_eq!(read.seen.iter().map(|seen| seen.damaged).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(read.facts.encoding, "mixed");
    assert!(read.notice("undecodable"));
}

#[test]
fn utf16_appended_to_a_narrow_file_is_read() {
    for mark in [b"\xff\xfe".as_slice(), b""] {
        let bytes = [b"Id,Name\r\n1,abc\r\n".to_vec(), mark.to_vec(), utf16("2,déf and more\r\n3,x\r\n", false)].concat();
        let read = read_any(&bytes);
        assert_eq!(read.field("Name"), ["abc", "déf and more", "x"]);
        assert_eq!(read.facts.encoding, "mixed");
        assert_eq!(read.seen[1].at.offset as usize, 16 + mark.len());
        let last = read.seen[2].at;
        assert_eq!((last.offset as usize, last.length), (bytes.len() - 10, 6));
    }
}

#[test]
fn narrow_text_appended_to_utf16_is_read() {
    let tail = "2,this row was added by another shell with >> and is long enough\r\n3,x\r\n";
    let bytes = [b"\xff\xfe".to_vec(), utf16("Id,Name\r\n1,abc\r\n", false), tail.as_bytes().to_vec()].concat();
    let read = read_any(&bytes);
    assert_eq!(read.field("Id"), ["1", "2", "3"]);
    assert_eq!(read.seen[2].at.offset as usize, bytes.len() - 5);
}

#[test]
fn ideographs_in_utf16_stay_ideographs() {
    let name = "中文測試郵件規則轉寄".repeat(40);
    let read = read_any(with(b"\xff\xfe", utf16(&format!("Id,Name\r\n1,{name}\r\n"), false)));
    assert_eq!(read.field("Name"), [name]);
    assert_eq!(read.facts.encoding, "utf-16le");
}

#[test]
fn half_characters_of_utf16_mark_their_record() {
    let mut bytes = with(b"\xff\xfe", utf16("Id,Name\r\n1,a\r\n2,b", false));
    bytes.extend([0x00, 0xd8, 0x2e, 0x00, 0x41]);
    let read = read_any(&bytes);
    assert_eq!(read.field("Name"), ["a", "b\u{fffd}.\u{fffd}"]);
    assert_eq!(read.seen[1].at.offset as usize + read.seen[1].at.length as usize, bytes.len());
    assert!(read.seen[1].damaged && !read.seen[0].damaged);
}

#[test]
fn a_named_encoding_is_used() {
    for (label, bytes, text) in [
        ("windows-1251", b"Id,Name\n1,\xcf\xf0\xe8\xe2\xe5\xf2\n2,x\n".to_vec(), "Привет"),
        ("shift_jis", b"Id,Name\n1,\x93\xfa\x96\x7b\xb1\n2,x\n".to_vec(), "日本ｱ"),
    ] {
        let options = OpenOptions { encoding: Some(encoding_named(label).unwrap()), ..options() };
        let read = read_with(&bytes, &Limits::default(), &options).unwrap();
        assert_eq!(read.field("Name"), [text, "x"]);
        assert_eq!(read.seen[1].at.offset as usize, bytes.len() - 4);
    }
    assert!(encoding_named("klingon").is_err());
}

#[test]
fn zeros_inside_text_stay_and_mark_their_record() {
    let read = read_any("Id,Name\n1,a\0\0b\n2,x\n");
    assert_eq!(read.field("Name"), ["a\0\0b", "x"]);
    assert!(read.seen[0].damaged && !read.seen[1].damaged);
}
