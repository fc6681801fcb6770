//! What each stage of a run costs, for whoever asks with `-v`: never part of a result.

use std::cell::{Cell, RefCell};
use std::time::Instant;

/// How finely a run is measured.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Grain {
    /// Not at all.
    #[default]
    Off,
    /// Every stage.
    Stages,
    /// Every stage and every detection.
    Detections,
}

/// One measured stage.
#[derive(Clone, Debug)]
struct Stage {
    name: String,
    depth: usize,
    /// Wall time.
    seconds: f64,
    /// CPU time of all threads, where the system tells it.
    cpu_seconds: Option<f64>,
    /// Peak memory of the process at its end, in bytes, where the system tells it.
    peak_bytes: Option<u64>,
}

/// Records the stages of a run, in the order in which they begin; stages can lie in each other.
#[derive(Default)]
pub struct Stages {
    grain: Grain,
    depth: Cell<usize>,
    list: RefCell<Vec<Stage>>,
}

impl Stages {
    /// A recorder of this grain.
    pub fn new(grain: Grain) -> Stages {
        Stages { grain, ..Stages::default() }
    }

    /// Does the work of a stage and records what it cost.
    pub fn run<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        self.measure(Grain::Stages, name, work)
    }

    /// Does the work of a part of a stage (a detection) and records what it cost, if so fine a grain
    /// was asked for.
    pub fn part<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        self.measure(Grain::Detections, name, work)
    }

    fn measure<T>(&self, needed: Grain, name: &str, work: impl FnOnce() -> T) -> T {
        if self.grain < needed {
            return work();
        }
        let (depth, at) = (self.depth.get(), self.list.borrow().len());
        self.list.borrow_mut().push(Stage { name: name.to_owned(), depth, seconds: 0.0, cpu_seconds: None, peak_bytes: None });
        self.depth.set(depth + 1);
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let result = work();
        self.depth.set(depth);
        if let Some(stage) = self.list.borrow_mut().get_mut(at) {
            stage.seconds = start.elapsed().as_secs_f64();
            stage.cpu_seconds = cpu.zip(cpu_seconds()).map(|(from, to)| to - from);
            stage.peak_bytes = peak_bytes();
        }
        result
    }

    /// The table of all stages, one line each; empty where nothing was to be measured.
    pub fn lines(&self) -> Vec<String> {
        let list = self.list.borrow();
        if list.is_empty() {
            return Vec::new();
        }
        let width = list.iter().map(|stage| stage.depth * 2 + stage.name.len()).max().unwrap_or(0).max(5);
        let mut lines = vec![format!("{:width$}  {:>9} {:>9} {:>9}", "stage", "wall s", "CPU s", "peak MiB")];
        lines.extend(list.iter().map(|stage| {
            let name = format!("{:indent$}{}", "", stage.name, indent = stage.depth * 2);
            let cpu = stage.cpu_seconds.map_or(String::new(), |seconds| format!("{seconds:.2}"));
            let peak = stage.peak_bytes.map_or(String::new(), |bytes| (bytes >> 20).to_string());
            format!("{name:width$}  {:>9.3} {cpu:>9} {peak:>9}", stage.seconds)
        }));
        lines
    }
}

/// CPU time of the process so far, threads that have ended included.
///
/// Source: proc(5), `/proc/pid/stat`: user and system time are the 14th and 15th fields, in hundredths of
/// a second on every current architecture.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may have blanks in it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok().map(f64::from);
    Some((ticks()? + ticks()?) / 100.0)
}

/// The most memory that the process had so far.
///
/// Source: proc(5), `/proc/pid/status`, `VmHWM`, in kibibytes.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{Grain, Stages};

    fn names(grain: Grain) -> Vec<String> {
        let stages = Stages::new(grain);
        let answer = stages.run("round 1", || stages.run("habits", || stages.part("mail-burst", || 7)));
        assert_eq!(answer, 7, "measuring changes no result");
        stages.run("report", || ());
        stages.lines().iter().skip(1).map(|line| line.split("  0.").next().unwrap_or_default().trim_end().to_owned()).collect()
    }

    #[test]
    fn stages_are_listed_in_the_order_in_which_they_begin() {
        assert_eq!(names(Grain::Detections), ["round 1", "  habits", "    mail-burst", "report"]);
    }

    #[test]
    fn nothing_is_measured_that_was_not_asked_for() {
        assert_eq!(names(Grain::Stages), ["round 1", "  habits", "report"]);
        assert!(names(Grain::Off).is_empty() && Stages::default().lines().is_empty());
    }
}
