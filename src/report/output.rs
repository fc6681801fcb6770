//! Where results go: standard output, or a file that appears only when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A destination under way. A file is written under a temporary name in its own folder and takes its
/// place in [`Output::commit`]; dropped before that, nothing of it is left.
pub struct Output {
    to: To,
}

enum To {
    Stdout(BufWriter<io::Stdout>),
    File { temporary: Box<BufWriter<NamedTempFile>>, path: PathBuf },
}

impl Output {
    /// Standard output.
    pub fn stdout() -> Output {
        Output { to: To::Stdout(BufWriter::new(io::stdout())) }
    }

    /// A file; one of that name is replaced at the end.
    ///
    /// # Errors
    /// Where its folder does not exist or cannot be written to, or the path is a folder.
    pub fn file(path: &Path) -> io::Result<Output> {
        let temporary = Box::new(BufWriter::with_capacity(1 << 16, temporary_beside(path)?));
        Ok(Output { to: To::File { temporary, path: path.to_owned() } })
    }

    /// `-` for standard output, else a file.
    ///
    /// # Errors
    /// As of [`Output::file`].
    pub fn open(path: &Path) -> io::Result<Output> {
        if path.as_os_str() == "-" { Ok(Output::stdout()) } else { Output::file(path) }
    }

    /// Completes the output: flushes it, and gives a file its name.
    ///
    /// # Errors
    /// When the last bytes cannot be written or the file cannot be put in its place.
    pub fn commit(self) -> io::Result<()> {
        match self.to {
            To::Stdout(mut out) => out.flush(),
            To::File { temporary, path } => {
                let file: NamedTempFile = temporary.into_inner().map_err(io::IntoInnerError::into_error)?;
                let _: File = file.persist(path).map_err(|failed| failed.error)?;
                Ok(())
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Stdout(out) => out.write(bytes),
            To::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::File { temporary, .. } => temporary.flush(),
        }
    }
}

/// Finds out before long work whether a file could be written there; leaves nothing behind.
///
/// # Errors
/// As of [`Output::file`].
pub fn probe(path: &Path) -> io::Result<()> {
    if path.as_os_str() == "-" { Ok(()) } else { temporary_beside(path).map(drop) }
}

fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "its folder does not exist"));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bectrace-").suffix(".tmp");
    // The user's umask decides who may read the result, as for any other file he makes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mut output = Output::file(&path).unwrap();
        output.write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(output);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something half-written is left");
        let mut output = Output::file(&path).unwrap();
        output.write_all(b"whole").unwrap();
        output.commit().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn a_bad_path_fails_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        assert!(probe(&folder.path().join("missing/report.json")).is_err());
        assert!(probe(folder.path()).is_err());
        assert!(probe(&folder.path().join("report.json")).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
