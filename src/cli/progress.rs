//! Progress on standard error: bytes, rate and remaining time of anything longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a run may take before progress is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// A progress bar that shows itself when a run takes long; never off a terminal or with `--quiet`.
pub struct Meter {
    bar: ProgressBar,
    /// Dropped at the end, which stops the wait for the bar to show.
    done: Option<Sender<()>>,
}

impl Meter {
    /// Begins; nothing is shown yet.
    pub fn start(quiet: bool) -> Meter {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if quiet || !io::stderr().is_terminal() {
            return Meter { bar, done: None };
        }
        let template = "{msg} {bar:24} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("##-"));
        }
        bar.set_message("reading");
        let (done, waiting) = channel::<()>();
        let shown = bar.clone();
        std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
            }
        });
        Meter { bar, done: Some(done) }
    }

    /// The bar itself, for whoever must take it away from elsewhere.
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// So many bytes lie ahead.
    pub fn total(&self, bytes: u64) {
        self.bar.set_length(bytes);
    }

    /// So many more bytes are read.
    pub fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// What is being done now, once reading is over.
    pub fn phase(&self, name: &'static str) {
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            self.bar.set_style(style);
        }
        self.bar.set_message(name);
    }

    /// Takes the bar away, for what is printed next.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        drop(self.done.take());
        self.finish();
    }
}
