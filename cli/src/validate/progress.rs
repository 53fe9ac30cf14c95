//! How far the work is, on a terminal and when it takes long.

use std::time::{Duration, Instant};

use crate::progress::is_watched;
use crate::report;

/// Tells on standard error how many files are checked.
pub(super) struct Progress {
    all: usize,
    done: usize,
    told: Option<Instant>,
    started: Instant,
    is_watched: bool,
}

/// Work that is shorter is not told of.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is written anew.
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

    /// Another file begins.
    pub(super) fn step(&mut self) {
        self.done += 1;
        let is_due = self.told.is_none_or(|told| told.elapsed() >= PAUSE);
        if self.is_watched && is_due && self.started.elapsed() >= PATIENCE {
            self.told = Some(Instant::now());
            let (done, all) = (self.done, self.all);
            report::show(format_args!("\r\x1b[Kchecking file {done} of {all}"));
        }
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if self.told.is_some() {
            report::show("\r\x1b[K");
        }
    }
}
