//! Where results of a run go, checked before the work begins.

use super::exit::Failure;
use crate::report::events_file::EventFormat;
use crate::report::exposure_csv::Table;
use crate::report::output;
use std::path::{Path, PathBuf};

/// The files that a run shall write. A folder that was made for them and stays empty is removed again.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    /// The report as JSON; `-` for standard output.
    pub(super) json: Option<PathBuf>,
    /// The report as a page; `-` for standard output.
    pub(super) html: Option<PathBuf>,
    /// The events file; `-` for standard output.
    pub(super) events: Option<PathBuf>,
    /// The folder for everything.
    pub(super) folder: Option<PathBuf>,
    made: bool,
}

impl Outputs {
    /// Plans the outputs of a run over these paths, making the folder.
    ///
    /// # Errors
    /// Where an output cannot be written, is an input, is named twice, or would replace things in a
    /// folder without `--force`.
    pub(super) fn plan(
        json: Option<&Path>,
        html: Option<&Path>,
        events: Option<&Path>,
        folder: Option<&Path>,
        force: bool,
        inputs: &[PathBuf],
    ) -> Result<Outputs, Failure> {
        let owned = |path: Option<&Path>| path.map(Path::to_owned);
        let mut plan = Outputs { json: owned(json), html: owned(html), events: owned(events), folder: None, made: false };
        if let Some(path) = events.filter(|path| EventFormat::of(path).is_none()) {
            return Err(Failure::usage(format!("{}: an events file must end in .jsonl, .csv or .parquet", path.display())));
        }
        let files: Vec<&Path> = [json, html, events].into_iter().flatten().collect();
        if let Some(twice) =
            files.iter().enumerate().find_map(|(at, file)| files.get(..at).filter(|before| before.contains(file)).map(|_| file))
        {
            return Err(Failure::usage(format!("{}: named for two outputs", twice.display())).hint("give each output a name of its own"));
        }
        if let Some(folder) = folder {
            plan.make_folder(folder, force)?;
        }
        for path in files.iter().map(|path| path.to_path_buf()).chain(plan.files_in_folder()) {
            if is_input(&path, inputs) {
                let failure = Failure::usage(format!("{}: is part of the evidence and will not be replaced", path.display()));
                return Err(failure.hint("name an output outside the evidence"));
            }
            output::probe(&path).map_err(|error| Failure::usage(format!("cannot write {}: {error}", path.display())))?;
        }
        Ok(plan)
    }

    /// True if the whole report is written somewhere.
    pub(super) fn hold_report(&self) -> bool {
        self.json.is_some() || self.html.is_some() || self.folder.is_some()
    }

    /// True if standard output belongs to a file of the run, so that nothing else may go there.
    pub(super) fn take_stdout(&self) -> bool {
        [&self.json, &self.html, &self.events].into_iter().flatten().any(|path| path.as_os_str() == "-")
    }

    /// The folder for everything, if it was made for this run.
    pub(super) fn made(&self) -> Option<PathBuf> {
        self.folder.clone().filter(|_| self.made)
    }

    fn make_folder(&mut self, folder: &Path, force: bool) -> Result<(), Failure> {
        let wrong = |error: std::io::Error| Failure::usage(format!("cannot use {} for results: {error}", folder.display()));
        if folder.exists() {
            let mut inside = std::fs::read_dir(folder).map_err(wrong)?;
            if inside.next().is_some() && !force {
                let failure = Failure::usage(format!("{}: the folder is not empty", folder.display()));
                return Err(failure.hint("choose another folder, or give --force to replace results in it"));
            }
        } else {
            std::fs::create_dir_all(folder).map_err(wrong)?;
            self.made = true;
        }
        self.folder = Some(folder.to_owned());
        Ok(())
    }

    /// What goes into the folder: report, page, events, timeline, plan, and tables of what was seen and taken.
    pub(super) fn files_in_folder(&self) -> impl Iterator<Item = PathBuf> {
        let folder = self.folder.clone();
        ["report.json", "report.html", "events.parquet", "timeline.csv", "plan.md", "plan.ps1"]
            .into_iter()
            .chain(Table::ALL.map(Table::file_name))
            .filter_map(move |name| folder.as_ref().map(|folder| folder.join(name)))
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.as_ref().filter(|_| self.made) {
            // Only an empty folder can be removed so: what was written stays.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// True if the path is an existing file that is, or lies in, one of the inputs.
fn is_input(path: &Path, inputs: &[PathBuf]) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    inputs.iter().filter_map(|input| input.canonicalize().ok()).any(|input| path.starts_with(&input))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(result: Result<Outputs, Failure>) -> String {
        result.err().map_or_else(String::new, |failure| failure.to_string())
    }

    #[test]
    fn evidence_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("audit.json");
        std::fs::write(&input, "[]").unwrap();
        let inputs = [folder.path().to_owned()];
        assert!(words(Outputs::plan(Some(&input), None, None, None, false, &inputs)).contains("part of the evidence"));
        let new = folder.path().join("report.json");
        assert_eq!(words(Outputs::plan(Some(&new), None, None, None, false, &inputs)), "");
    }

    #[test]
    fn a_folder_with_things_in_it_needs_force() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("report.json"), "old").unwrap();
        let plan = |force| Outputs::plan(None, None, None, Some(folder.path()), force, &[]);
        assert!(words(plan(false)).contains("not empty"));
        assert_eq!(words(plan(true)), "");
    }

    #[test]
    fn a_folder_made_for_nothing_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("a/b");
        drop(Outputs::plan(None, None, None, Some(&new), false, &[]).unwrap());
        assert!(!new.exists());
    }

    #[test]
    fn names_that_cannot_work_are_refused_at_once() {
        let plan = |json: &str, events: &str| words(Outputs::plan(Some(Path::new(json)), None, Some(Path::new(events)), None, false, &[]));
        assert!(plan("x.json", "events.xlsx").contains(".jsonl, .csv or .parquet"));
        assert!(plan("-", "-").contains("two outputs"));
        let page =
            |html: &str| words(Outputs::plan(Some(Path::new("r.json")), Some(Path::new(html)), Some(Path::new("e.csv")), None, false, &[]));
        assert!(page("r.json").contains("two outputs") && page("e.csv").contains("two outputs"));
        assert!(plan("missing-folder/x.json", "-").contains("its folder does not exist"));
    }
}
