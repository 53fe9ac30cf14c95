//! Progress output, on a terminal and if the work takes long.

use std::time::{Duration, Instant};

use crate::progress::is_watched;
use crate::report;

/// Reports on standard error how many files were checked.
pub(super) struct Progress {
    all: usize,
    done: usize,
    told: Option<Instant>,
    started: Instant,
    is_watched: bool,
}

/// Shorter work has no progress output.
const PATIENCE: Duration = Duration::from_secs(1);
/// The update interval of the line.
const PAUSE: Duration = Duration::from_millis(100);

impl Progress {
    pub(super) fn of(all: usize) -> Progress {
        Progress {
            all,
            done: 0,
            told: None,
            started: Instant::now(),
            is_watched: is_watched(),
        }
    }

    /// Starts the next file.
    pub(super) fn step(&mut self) {
        self.done += 1;
        let is_due = self.told.is_none_or(|told| told.elapsed() >= PAUSE);
        if self.is_watched && is_due && self.started.elapsed() >= PATIENCE {
            self.told = Some(Instant::now());
            let (done, all) = (self.done, self.all);
            report::show(format_args!("\r\x1b[Kchecking file {done} of {all}"));
        }
    }

    /// Clears the line.
    pub(super) fn end(&self) {
        if self.told.is_some() {
            report::show("\r\x1b[K");
        }
    }
}
