//! The exact bytes behind a pointer.

use super::blocks::{Blocks, OpenOptions, Opened};
use super::discover::{Candidate, EvidenceError};
use super::limits::Limits;
use super::record::RecordAt;
use super::source::Source;
use sha2::{Digest, Sha256};

/// A record as it lies in the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawRecord {
    /// Where it lies.
    pub at: RecordAt,
    /// Its bytes: unpacked, still encoded.
    pub bytes: Vec<u8>,
    /// SHA-256 of them.
    pub sha256: [u8; 32],
}

/// Finds record `number` (rejected and ignored ones have numbers too) of a candidate.
///
/// # Errors
/// [`EvidenceError`] when the candidate cannot be read or has no such record.
pub fn raw_record(candidate: &Candidate, number: u32, limits: &Limits, options: &OpenOptions) -> Result<RawRecord, EvidenceError> {
    let unreadable = |reason: String| EvidenceError::Unreadable { path: candidate.path.clone(), reason };
    let mut blocks = match Blocks::open(candidate, limits, options).map_err(|refusal| unreadable(refusal.reason))? {
        Opened::Blocks(blocks) => blocks,
        Opened::Parquet(_) => return Err(unreadable("a Parquet file has no records of its own: give the original exports".to_owned())),
    };
    let mut last = 0;
    let found = loop {
        let Some(block) = blocks.next_block() else {
            return Err(EvidenceError::NoRecord { path: candidate.path.clone(), number, last });
        };
        let index = number.checked_sub(block.first_number()).map_or(usize::MAX, |index| index as usize);
        if let Some(entry) = block.entries.get(index) {
            break RecordAt { input: block.input, number, offset: entry.offset, length: entry.length };
        }
        last = block.first_number().saturating_add(u32::try_from(block.len()).unwrap_or(u32::MAX)).saturating_sub(1);
        if number <= last {
            return Err(EvidenceError::NoRecord { path: candidate.path.clone(), number, last });
        }
    };
    let bytes = cut(candidate, found, limits, options).map_err(|error| unreadable(error.to_string()))?;
    let sha256 = Sha256::digest(&bytes).into();
    Ok(RawRecord { at: found, bytes, sha256 })
}

fn cut(candidate: &Candidate, at: RecordAt, limits: &Limits, options: &OpenOptions) -> std::io::Result<Vec<u8>> {
    let mut source = Source::open(candidate, limits, options.spent)?;
    let mut buffer = vec![0; 1 << 16];
    let mut left = at.offset;
    while left > 0 {
        let step = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let got = buffer.get_mut(..step).map_or(0, |free| source.fill(free));
        if got == 0 {
            break;
        }
        left -= got as u64;
    }
    let mut bytes = vec![0; at.length as usize];
    let got = source.fill(&mut bytes);
    bytes.truncate(got);
    Ok(bytes)
}
