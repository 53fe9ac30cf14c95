//! A line on standard error with the progress of work that takes long, on a terminal.

use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, Instant};

use super::terminal::is_terminal;
use crate::terminal::visible::visible;

/// A line that each update replaces.
pub(crate) struct ProgressLine {
    shown: Option<Instant>,
    started: Instant,
    is_watched: bool,
}

/// Shorter work has no progress output.
const PATIENCE: Duration = Duration::from_secs(1);
/// The update interval of the line.
const PAUSE: Duration = Duration::from_millis(100);

impl ProgressLine {
    pub(crate) fn new() -> Self {
        Self {
            shown: None,
            started: Instant::now(),
            is_watched: is_terminal(),
        }
    }

    /// Shows the current step, if it is time.
    pub(crate) fn step(&mut self, text: impl Display) {
        if !self.is_watched {
            return;
        }
        let is_due = self.shown.is_none_or(|shown| shown.elapsed() >= PAUSE);
        if is_due && self.started.elapsed() >= PATIENCE {
            self.show(text);
        }
    }

    /// Shows a step during which there is no other one.
    pub(crate) fn long_step(&mut self, text: impl Display) {
        if self.is_watched {
            self.show(text);
        }
    }

    fn show(&mut self, text: impl Display) {
        self.shown = Some(Instant::now());
        write(visible(&text.to_string()).as_ref());
    }

    /// Clears the line.
    pub(crate) fn end(&self) {
        if self.shown.is_some() {
            write("");
        }
    }
}

/// Replaces the line. Not with `anstream`, which removes the control sequence if there are no
/// colours. Errors are ignored: the exit status still indicates the result.
fn write(text: &str) {
    let _ = std::io::stderr().write_all(format!("\r\x1b[K{text}").as_bytes());
}
