//! The log of the engine, on standard error.

use tracing::level_filters::LevelFilter;

use crate::failure::Failure;

/// The environment variable that sets the level.
const LEVEL_VARIABLE: &str = "STEPWRIGHT_LOG";

/// Writes the engine's log to standard error, at the level of `STEPWRIGHT_LOG`; by default, warnings and errors.
///
/// # Errors
///
/// If the variable's value is not a level.
pub(crate) fn start() -> Result<(), Failure> {
    let level = match std::env::var(LEVEL_VARIABLE) {
        Ok(level) if !level.is_empty() => level.parse().map_err(|_| {
            Failure::Usage(format!(
                "{LEVEL_VARIABLE} is `{level}`; set it to `off`, `error`, `warn`, `info`, `debug` or `trace`"
            ))
        })?,
        _ => LevelFilter::WARN,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_target(false)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        // A line that cannot be written is dropped. Reporting that on standard error would panic.
        .log_internal_errors(false)
        .init();
    Ok(())
}
