//! Which files and archive members there are.

use super::archive;
use super::limits::Limits;
use super::source::MemberAt;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Evidence that could not be used at all.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// A given path is not there.
    #[error("{path}: there is no such file or folder")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// A given path cannot be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The path as given or as shown.
        path: String,
        /// The operating system's words, or what was found instead.
        reason: String,
    },
    /// A pointer to a record that the input does not have.
    #[error("{path} has no record {number}: its last one is {last}")]
    NoRecord {
        /// The input's path as shown.
        path: String,
        /// The number asked for.
        number: u32,
        /// The number of its last record; 0 if it has none.
        last: u32,
    },
}

/// A file or archive member that may hold records.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub(super) file: PathBuf,
    pub(super) place: Option<MemberAt>,
    /// Path as shown: relative to the given folder, or the file's name; `/` separates.
    pub path: String,
    /// Name inside the zip archive at `path`.
    pub member: Option<String>,
}

/// A file or member that holds no records, and why, in words for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Path as shown.
    pub path: String,
    /// Name inside an archive.
    pub member: Option<String>,
    /// What it is, and what to do about it.
    pub reason: String,
    /// It is broken or cannot be read, as opposed to simply being no log.
    pub damaged: bool,
}

/// What was found under the given paths.
#[derive(Default, Debug)]
pub struct Discovery {
    /// Files and members to read, in the order of their path, then member (bytewise).
    pub candidates: Vec<Candidate>,
    /// What is not read, in the same order.
    pub refused: Vec<Refusal>,
    /// Bytes to read: sizes of files, unpacked sizes of archive members. For progress.
    pub total_bytes: u64,
}

/// One file of the walk: where it is, and what to call it.
struct Found {
    file: PathBuf,
    short: String,
    long: String,
    refused: Option<(String, bool)>,
}

fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The name of a given folder, also where it was given as `.` or `..`.
fn folder_name(path: &Path) -> String {
    let real = path.canonicalize();
    name_of(real.as_deref().unwrap_or(path))
}

fn walk(root: &Path, found: &mut Vec<Found>) {
    let prefix = folder_name(root);
    for entry in walkdir::WalkDir::new(root).follow_links(false).sort_by_file_name() {
        let (file, refused) = match &entry {
            Ok(entry) if entry.depth() == 0 || entry.file_type().is_dir() => continue,
            Ok(entry) if entry.file_type().is_symlink() => {
                (entry.path(), Some(("a link: links are not followed, give its target instead", false)))
            }
            Ok(entry) if !entry.file_type().is_file() => (entry.path(), Some(("not a regular file", false))),
            Ok(entry) => (entry.path(), None),
            Err(error) => (error.path().unwrap_or(root), None),
        };
        let refused = match &entry {
            Err(error) => {
                let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                Some((format!("cannot be read: {reason}"), true))
            }
            Ok(_) => refused.map(|(reason, damaged)| (reason.to_owned(), damaged)),
        };
        let short = shown(file.strip_prefix(root).ok().filter(|inside| *inside != Path::new("")).unwrap_or(file));
        let long = format!("{prefix}/{short}");
        found.push(Found { file: file.to_owned(), short, long, refused });
    }
}

/// Gives every file a name of its own: the short one, the long one where short ones collide, and a
/// number where even those do.
fn name_all(found: Vec<Found>) -> Vec<(String, Found)> {
    let mut short: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen_files = std::collections::BTreeSet::new();
    let found: Vec<Found> =
        found.into_iter().filter(|one| seen_files.insert(one.file.canonicalize().unwrap_or_else(|_| one.file.clone()))).collect();
    for one in &found {
        *short.entry(one.short.clone()).or_default() += 1;
    }
    let mut used = std::collections::BTreeSet::new();
    let mut named = Vec::with_capacity(found.len());
    for one in found {
        let base = if short.get(&one.short).is_some_and(|n| *n > 1) { &one.long } else { &one.short };
        let mut name = base.clone();
        let mut n = 2;
        while !used.insert(name.clone()) {
            name = format!("{base} ({n})");
            n += 1;
        }
        named.push((name, one));
    }
    named.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    named
}

/// Lists the files under `paths`, and the members of the zip archives among them, without reading them.
///
/// # Errors
/// [`EvidenceError`] when a given path is not there or cannot be looked at. What is wrong with single
/// files inside a folder is a [`Refusal`] instead.
pub fn discover(paths: &[PathBuf], limits: &Limits) -> Result<Discovery, EvidenceError> {
    let mut found = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => EvidenceError::Missing { path: path.display().to_string() },
            _ => EvidenceError::Unreadable { path: path.display().to_string(), reason: error.to_string() },
        })?;
        if meta.is_dir() {
            walk(path, &mut found);
        } else {
            let short = name_of(path);
            let parent = path.canonicalize().ok().and_then(|full| full.parent().map(name_of)).unwrap_or_default();
            let refused = (!meta.is_file()).then(|| ("not a regular file".to_owned(), false));
            found.push(Found { file: path.clone(), long: format!("{parent}/{short}"), short, refused });
        }
    }
    let mut out = Discovery::default();
    for (path, one) in name_all(found) {
        match one.refused {
            Some((reason, damaged)) => out.refused.push(Refusal { path, member: None, reason, damaged }),
            None => look(path, one.file, limits, &mut out),
        }
    }
    Ok(out)
}

/// Adds one file, or the members of an archive.
fn look(path: String, file: PathBuf, limits: &Limits, out: &mut Discovery) {
    let mut magic = Vec::with_capacity(4);
    let opened = File::open(&file).and_then(|handle| {
        let len = handle.metadata()?.len();
        handle.take(4).read_to_end(&mut magic)?;
        Ok(len)
    });
    match opened {
        Err(error) => out.refused.push(Refusal { path, member: None, reason: format!("cannot be read: {error}"), damaged: true }),
        Ok(_) if magic.starts_with(b"PK\x03\x04") || magic.starts_with(b"PK\x05\x06") => archive::list(&path, &file, limits, out),
        Ok(len) => {
            out.total_bytes += len;
            out.candidates.push(Candidate { file, place: None, path, member: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str, bytes: &[u8]) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn paths(found: &Discovery) -> Vec<&str> {
        found.candidates.iter().map(|one| one.path.as_str()).collect()
    }

    #[test]
    fn files_come_in_bytewise_order_of_their_shown_path() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a/z.csv", "a.csv", "B.csv"] {
            put(folder.path(), name, b"x");
        }
        let found = discover(&[folder.path().to_owned()], &Limits::default()).unwrap();
        assert_eq!(paths(&found), ["B.csv", "a.csv", "a/z.csv", "b.csv"]);
        assert_eq!(found.total_bytes, 4);
    }

    #[test]
    fn equal_names_of_two_folders_get_the_folder_in_front() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["one/x.csv", "two/x.csv", "two/y.csv"] {
            put(folder.path(), name, b"x");
        }
        let given = [folder.path().join("two"), folder.path().join("one"), folder.path().join("one")];
        let found = discover(&given, &Limits::default()).unwrap();
        assert_eq!(paths(&found), ["one/x.csv", "two/x.csv", "y.csv"]);
    }

    #[test]
    fn a_missing_path_is_an_error_that_names_it() {
        let error = discover(&[PathBuf::from("no/such/evidence")], &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("no/such/evidence"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_listed_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "a.csv", b"x");
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        let found = discover(&[folder.path().to_owned()], &Limits::default()).unwrap();
        assert_eq!(paths(&found), ["a.csv"]);
        assert_eq!(found.refused.len(), 1);
        assert!(found.refused[0].reason.contains("link"));
    }
}
