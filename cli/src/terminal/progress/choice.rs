//! What may be written about the progress of executions.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct ProgressArguments {
    /// When to show the progress of executions on standard error. `auto`: on a terminal
    #[arg(
        long = "progress",
        value_name = "WHEN",
        value_enum,
        default_value = "auto"
    )]
    pub(crate) choice: ProgressChoice,
}

/// When to show the progress of executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressChoice {
    /// On a terminal, as a block that is redrawn
    Auto,
    /// On a terminal as `auto`, and as lines into a file or a pipe
    Always,
    /// Never
    Never,
}
