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
    /// The message, for a reader that is not at a terminal.
    pub(crate) fn into_reason(self) -> String {
        match self {
            Self::Failed(reason) | Self::Usage(reason) => reason,
            Self::Diagnostics => "the definition has problems".to_owned(),
            Self::Interrupted(_) => "the call was interrupted".to_owned(),
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Diagnostics | Self::Failed(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::Interrupted(status) => ExitCode::from(*status),
        }
    }
}
