//! What may be written of the log, for each command that runs an engine.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct LogArguments {
    /// What the log on standard error contains: `off`, `error`, `warn`, `info`, `debug` or `trace`,
    /// or directives as in info,stepwright_engine=debug. By default the value of STEPWRIGHT_LOG
    #[arg(long = "log", value_name = "LEVEL|DIRECTIVES")]
    pub(crate) filter: Option<String>,
    /// The form of the log
    #[arg(
        long = "log-format",
        value_name = "FORMAT",
        value_enum,
        default_value = "text"
    )]
    pub(crate) format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line for each event, for people; with colours on a terminal
    Text,
    /// A JSON object on a line for each event, for programs
    Json,
}
