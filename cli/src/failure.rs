//! The reasons why a command failed.

use std::process::ExitCode;

/// The message for standard error, and the exit status.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The definition has errors, a tested state failed, or a role lacks a permission. Everything
    /// has already been printed.
    Diagnostics,
    /// The definition or the execution failed.
    Failed(String),
    /// Wrong usage, an input that is not JSON, or a file that cannot be read.
    Usage(String),
    /// A signal ended the program; the exit status that a shell shows for the signal.
    Interrupted(u8),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Diagnostics | Self::Failed(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::Interrupted(status) => ExitCode::from(*status),
        }
    }
}
