//! Which format a record or a file is of, by names and keys alone.

use super::{FORMATS, carrier};
use crate::evidence::{Block, Blocks, Cells, Fields, Header, Record, RecordAt, Scratch, Value, code};

/// So many records of a file without a header are looked at, and of them those that begin within so many
/// bytes: the same ones however the file is cut into blocks.
const LOOK_RECORDS: u32 = 200;
const LOOK_BYTES: u64 = 1 << 20;

/// The strongest claim on a record; of equal ones the first in the registry.
pub fn best_claim(record: &Record<'_>) -> Option<u8> {
    let all = (0..FORMATS.len()).filter_map(|at| u8::try_from(at).ok());
    strongest(record, all, 1)
}

/// The strongest claim of the formats that are usual in a file. One that rests on a single name is left to
/// [`best_claim`]: it may be that of a format that takes what others leave.
pub fn usual_claim(record: &Record<'_>, usual: &[u8]) -> Option<u8> {
    strongest(record, usual.iter().copied(), 2)
}

/// The strongest claim that is at least so strong.
fn strongest(record: &Record<'_>, formats: impl Iterator<Item = u8>, least: usize) -> Option<u8> {
    let claim = |at: u8| (FORMATS.get(usize::from(at)).map_or(0, |format| format.claim(record)), std::cmp::Reverse(at));
    let (strength, std::cmp::Reverse(at)) = formats.map(claim).max()?;
    (strength >= least).then_some(at)
}

/// The format of a table.
pub fn best_table(header: &Header) -> Option<u8> {
    let cells = Cells::default();
    best_claim(&Record { at: RecordAt::default(), fields: Fields::Row(header, &cells), damaged: false })
}

/// Results of bectrace: what each is called, and names that every row of it has.
const OWN_RESULTS: [(&str, &[&str]); 5] = [
    ("a bectrace events file", &["pointer", "record", "offset", "length", "actor", "certainty", "source_format"]),
    ("a bectrace timeline", &["certainty", "summary", "detections", "evidence", "evidence_total", "incident"]),
    ("a bectrace table of what was seen and taken", &["account", "whose", "evidence"]),
    ("a bectrace list of people to notify", &["side", "mails_got_at_least", "mails_read_at_least"]),
    ("a bectrace report", &["schema_version", "tool", "inputs", "refused", "accounts_total", "findings", "timeline"]),
];

/// Which result of bectrace has these (folded) names: it is never taken for evidence.
pub fn own_result(names: &[String]) -> Option<&'static str> {
    let has = |name: &&str| names.iter().any(|known| known == *name);
    OWN_RESULTS.iter().find(|(_, needed)| needed.iter().all(&has)).map(|(what, _)| *what)
}

/// What the beginning of a file tells.
pub struct Recognised {
    /// Blocks that were read to tell it, from the first on.
    pub blocks: Vec<Block>,
    /// The formats of its first records, in the order of their first occurrence.
    pub formats: Vec<u8>,
}

/// Whether a file is an export, and of which formats: it must have a known header, or one of its first
/// records must be one that a format claims.
///
/// # Errors
/// Why it is no export, and whether it is damaged.
pub fn recognise(blocks: &mut Blocks) -> Result<Recognised, (String, bool)> {
    if let Some(header) = blocks.header() {
        return match best_table(header) {
            Some(format) if own_result(header.folded()).is_none() => Ok(Recognised { blocks: Vec::new(), formats: vec![format] }),
            _ => Err((refusal(header.folded()), false)),
        };
    }
    let mut start = Start::default();
    let mut read = Vec::new();
    while !start.enough
        && let Some(block) = blocks.next_block()
    {
        start.look_at(&block);
        read.push(block);
    }
    let ours = start.names.as_deref().is_some_and(|names| own_result(names).is_some());
    match (start.names, start.empty) {
        _ if !start.formats.is_empty() && !ours => Ok(Recognised { blocks: read, formats: start.formats }),
        (Some(names), _) => Err((refusal(&names), false)),
        (None, true) => Err(("no records in it: nothing was found, or nothing was exported".to_owned(), false)),
        (None, false) => {
            let (reason, damaged) = start.rejected.map_or((NO_RECORD, false), why);
            Err((reason.to_owned(), damaged))
        }
    }
}

const NO_RECORD: &str = "neither a table nor JSON records that bectrace knows";

/// What the code of a file's first entry says of a file of which nothing can be read, and whether it is damaged.
fn why(rejected: &str) -> (&'static str, bool) {
    match rejected {
        code::ERROR_RESPONSE => ("an error message of the service instead of records: export again", false),
        code::NESTING_TOO_DEEP => ("JSON nested deeper than 128 levels, as in no export", true),
        code::RECORD_TOO_LONG => ("a single JSON value too long for a record: give the export in its original form", true),
        code::TRUNCATED_RECORD => ("cut off inside its first record: nothing of it can be read, export again", true),
        code::TRUNCATED_STREAM | code::LIMIT_REACHED => ("packed data that breaks off before the first record", true),
        code::NOT_JSON => ("it begins like JSON, but nothing in it can be read as such", true),
        _ => (NO_RECORD, false),
    }
}

/// What is known of a file so far.
struct Start {
    formats: Vec<u8>,
    /// Folded names of the first record.
    names: Option<Vec<String>>,
    /// Why the first entry that is no record was rejected.
    rejected: Option<&'static str>,
    /// Nothing but empty pages.
    empty: bool,
    enough: bool,
}

impl Default for Start {
    fn default() -> Start {
        Start { formats: Vec::new(), names: None, rejected: None, empty: true, enough: false }
    }
}

impl Start {
    fn look_at(&mut self, block: &Block) {
        if let Some(header) = block.header() {
            self.found(best_table(header));
            self.names.get_or_insert_with(|| header.folded().to_vec());
        }
        block.each(&mut Scratch::default(), &mut |entry| {
            let at = entry.as_ref().map_or_else(|skipped| skipped.at, |record| record.at);
            self.enough |= at.number > LOOK_RECORDS || at.offset > LOOK_BYTES;
            if self.enough {
                return;
            }
            self.empty &= entry.as_ref().is_err_and(|skipped| skipped.ignored);
            let record = match entry {
                Ok(record) => record,
                Err(skipped) => {
                    self.rejected = self.rejected.or((!skipped.ignored).then_some(skipped.reason));
                    return;
                }
            };
            let Some(object) = record.object().filter(|_| block.header().is_none()) else { return };
            self.found(format_of(&record, object));
            self.names.get_or_insert_with(|| object.entries().map(|(key, _)| key.to_lowercase()).collect());
        });
    }

    fn found(&mut self, format: Option<u8>) {
        self.formats.extend(format.filter(|format| !self.formats.contains(format)));
    }
}

/// The format of an object, or of the record that it carries.
fn format_of(record: &Record<'_>, object: Value<'_>) -> Option<u8> {
    best_claim(record).or_else(|| {
        let doc = carrier::unwrap(object)?;
        best_claim(&Record { fields: Fields::Object(doc.root()), ..*record })
    })
}

/// Says what a file with these names is, or which format is nearest and what it lacks.
fn refusal(names: &[String]) -> String {
    if let Some(what) = own_result(names) {
        return format!("{what}, a result and no evidence: give the exports that it was made from");
    }
    let scored = FORMATS.iter().map(|format| {
        let missing: Vec<&str> = format.required().iter().copied().filter(|needed| !names.iter().any(|name| name == needed)).collect();
        (format.required().len() - missing.len(), missing, format.title())
    });
    match scored.filter(|(hits, ..)| *hits >= 2).max_by_key(|(hits, missing, _)| (*hits, std::cmp::Reverse(missing.len()))) {
        _ if names.iter().any(|name| is_data(name)) => {
            "a table without a header line, such as a later part of an export that was split: put the first part's header line above it"
                .to_owned()
        }
        Some((_, missing, title)) if !missing.is_empty() => {
            format!("no export that bectrace reads; nearest is \"{title}\", but without: {}", missing.join(", "))
        }
        _ => "no export that bectrace reads".to_owned(),
    }
}

/// True if what should be the name of a column is a value: a record, or a date or identifier.
fn is_data(name: &str) -> bool {
    name.starts_with('{') || name.bytes().filter(u8::is_ascii_digit).count() >= 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_bectrace_are_told_from_evidence() {
        let names = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let events = "pointer,path,record,offset,length,actor,certainty,family,action,outcome,source_format";
        assert_eq!(own_result(&names(events)), Some("a bectrace events file"));
        assert_eq!(own_result(&names(&events.replace(",certainty", ""))), None);
        assert_eq!(own_result(&names("creationdate,userids,operations,auditdata")), None);
        let reason = refusal(&names(events));
        assert!(reason.contains("no evidence: give the exports"), "{reason}");
    }
}
