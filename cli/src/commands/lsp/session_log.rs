//! The log of a session. Standard output belongs to the protocol.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::failure::Failure;

/// Writes a line for each message to a file, if there is one.
#[derive(Debug)]
pub(super) struct SessionLog {
    file: Option<File>,
    start: Instant,
}

impl SessionLog {
    pub(super) fn open(path: Option<&Path>) -> Result<SessionLog, Failure> {
        let open = |path: &Path| {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .map_err(|error| {
                    Failure::Usage(format!("cannot write {}: {error}", path.display()))
                })
        };
        Ok(SessionLog {
            file: path.map(open).transpose()?,
            start: Instant::now(),
        })
    }

    /// Writes a line. A full disk must not end the session, so a failed write ends the log.
    pub(super) fn line(&mut self, text: impl Display) {
        let Some(file) = &mut self.file else {
            return;
        };
        let seconds = self.start.elapsed().as_secs_f64();
        if writeln!(file, "{seconds:10.4} {text}").is_err() {
            self.file = None;
        }
    }
}
