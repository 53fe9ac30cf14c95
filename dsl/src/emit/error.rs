//! Errors of emitting files.

use super::difference::Difference;
use crate::workflow::InvalidWorkflow;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why files were not written, or how they differ.
///
/// `Debug` prints the same text as `Display`, because Rust prints `Debug` when `main` returns the
/// error.
pub struct EmitError(Reason);

enum Reason {
    Usage(String),
    InvalidWorkflow(Vec<InvalidWorkflow>),
    Io(PathBuf, io::Error),
    Drift {
        files: Vec<FileDifference>,
        command: String,
    },
}

/// A file that differs from what its workflow emits.
pub(super) struct FileDifference {
    pub(super) path: PathBuf,
    pub(super) workflow: String,
    /// `None` if the file does not exist.
    pub(super) difference: Option<Difference>,
}

impl EmitError {
    pub(super) fn usage(text: String) -> EmitError {
        EmitError(Reason::Usage(text))
    }

    pub(super) fn faults(faults: Vec<InvalidWorkflow>) -> EmitError {
        EmitError(Reason::InvalidWorkflow(faults))
    }

    pub(super) fn io(path: &Path, error: io::Error) -> EmitError {
        EmitError(Reason::Io(path.to_owned(), error))
    }

    pub(super) fn drift(files: Vec<FileDifference>, command: String) -> EmitError {
        EmitError(Reason::Drift { files, command })
    }

    /// The files that differ from what the workflows emit; empty if the error has another reason.
    pub fn drifted(&self) -> impl Iterator<Item = &Path> {
        let files = match &self.0 {
            Reason::Drift { files, .. } => files.as_slice(),
            _ => &[],
        };
        files.iter().map(|file| file.path.as_path())
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::Usage(text) => f.write_str(text),
            Reason::InvalidWorkflow(faults) => {
                for (index, faults) in faults.iter().enumerate() {
                    let gap = if index == 0 { "" } else { "\n" };
                    write!(f, "{gap}{faults}")?;
                }
                Ok(())
            }
            Reason::Io(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Reason::Drift { files, command } => {
                for file in files {
                    let (path, workflow) = (file.path.display(), &file.workflow);
                    match &file.difference {
                        Some(difference) => writeln!(
                            f,
                            "{path} is not what the workflow `{workflow}` emits (- the file, + the workflow):\n{difference}"
                        )?,
                        None => {
                            writeln!(f, "{path} is missing; the workflow `{workflow}` emits it")?
                        }
                    }
                }
                write!(f, "run `{command}` and commit what it writes")
            }
        }
    }
}

impl fmt::Debug for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for EmitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Reason::Io(_, error) => Some(error),
            _ => None,
        }
    }
}
