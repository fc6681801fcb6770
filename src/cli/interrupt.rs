//! Ctrl-C. Before results are written it ends the program at once, for there is nothing to lose. While they
//! are written it asks the run to stop, so that nothing half-written is left; a second one ends it anyway.

use super::exit::{Exit, Failure};
use super::outputs::Outputs;
use super::progress::Meter;
use super::terminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether Ctrl-C was pressed, and what it may do.
#[derive(Clone, Default)]
pub(super) struct Interrupt {
    asked: Arc<AtomicBool>,
    writing: Arc<Mutex<bool>>,
}

impl Interrupt {
    /// Watches for Ctrl-C from now on. Ending at once takes the progress away, and the folder that was made
    /// for results.
    pub(super) fn watch(meter: &Meter, outputs: Option<&Outputs>) -> Interrupt {
        let interrupt = Interrupt::default();
        let (pressed, bar, folder) = (interrupt.clone(), meter.bar(), outputs.and_then(Outputs::made));
        // Where no handler can be set, Ctrl-C ends the program as it always does.
        let _ = ctrlc::set_handler(move || {
            // Held to the end: nothing begins to be written any more.
            let Some(writing) = pressed.ends_the_run() else { return };
            bar.finish_and_clear();
            if let Some(folder) = folder.as_ref().filter(|_| !*writing) {
                // Nothing is in it yet.
                let _ = std::fs::remove_dir(folder);
            }
            terminal::say(&Failure::interrupted(*writing).to_string());
            std::process::exit(i32::from(Exit::Interrupted.code()));
        });
        interrupt
    }

    /// Ctrl-C was pressed. If the program is to end now: whether it is writing.
    fn ends_the_run(&self) -> Option<MutexGuard<'_, bool>> {
        let again = self.asked.swap(true, Ordering::SeqCst);
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        (again || !*writing).then_some(writing)
    }

    /// From now on results are written: Ctrl-C no longer ends the program by itself.
    pub(super) fn begin_writing(&self) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// The flag that turns true with the first Ctrl-C.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.asked
    }

    /// True once Ctrl-C was pressed.
    pub(super) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Interrupt;

    #[test]
    fn only_writing_is_waited_for_and_only_once() {
        let reading = Interrupt::default();
        assert!(reading.ends_the_run().is_some_and(|writing| !*writing) && reading.asked());
        let writing = Interrupt::default();
        writing.begin_writing();
        assert!(writing.ends_the_run().is_none(), "the run is asked to stop");
        assert!(writing.asked());
        assert!(writing.ends_the_run().is_some_and(|writing| *writing), "the second one ends it");
    }
}
