//! The reasons why a command failed.

use std::process::ExitCode;

use stepwright_asl::validate::RuleIdError;

use crate::report;

/// The message for standard error, and the exit status.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The definition has errors, or a tested state failed. Everything has already been printed.
    Findings,
    /// The definition or the execution failed.
    Failed(String),
    /// Wrong usage, an input that is not JSON, or a file that cannot be read.
    Usage(String),
    /// A signal ended the program; the exit status that a shell shows for the signal.
    Interrupted(u8),
}

impl Failure {
    /// The failure for an unknown rule id.
    pub(crate) fn unknown_rule(error: &RuleIdError) -> Self {
        let hint = report::hint("`stepwright explain` lists all rules");
        Self::Usage(format!("{error}{hint}"))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Findings | Self::Failed(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
            Self::Interrupted(status) => ExitCode::from(*status),
        }
    }
}
