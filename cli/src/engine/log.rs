//! The log of the engine, on standard error.

use anstream::{AutoStream, ColorChoice};
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::engine::log_arguments::{LogArguments, LogFormat};
use crate::failure::Failure;
use crate::terminal::progress::AboveBlock;

/// The environment variable with the filter, if `--log` is absent.
const FILTER_VARIABLE: &str = "STEPWRIGHT_LOG";

/// Warnings and errors. The providers of credentials warn of each place without credentials; the
/// error of the command has the reason.
const WARNINGS: &str = "warn,aws_config=off";

/// A receiver of events and spans.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// The log of a command that neither `--log` nor the variable configures.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DefaultLog {
    Off,
    /// Warnings and errors.
    Warnings,
}

/// Writes the engine's log to standard error.
///
/// # Errors
///
/// If the filter is invalid.
pub(crate) fn start(arguments: &LogArguments, default: DefaultLog) -> Result<(), Failure> {
    start_with(arguments, default, Vec::new())
}

/// Writes the engine's log to standard error, and gives its spans to more layers.
///
/// # Errors
///
/// If the filter is invalid.
pub(crate) fn start_with(
    arguments: &LogArguments,
    default: DefaultLog,
    mut layers: Vec<BoxedLayer>,
) -> Result<(), Failure> {
    if let Some(filter) = filter(arguments, default)? {
        layers.push(layer(arguments.format).with_filter(filter).boxed());
    }
    if !layers.is_empty() {
        tracing_subscriber::registry().with(layers).init();
    }
    Ok(())
}

/// Returns the filter; `None` if the log is off.
fn filter(arguments: &LogArguments, default: DefaultLog) -> Result<Option<EnvFilter>, Failure> {
    let variable = std::env::var(FILTER_VARIABLE).ok();
    let variable = variable.filter(|value| !value.is_empty());
    let (source, text) = match (&arguments.filter, variable) {
        (Some(text), _) => ("--log", text.clone()),
        (None, Some(text)) => (FILTER_VARIABLE, text),
        (None, None) => match default {
            DefaultLog::Off => return Ok(None),
            DefaultLog::Warnings => return Ok(Some(EnvFilter::new(WARNINGS))),
        },
    };
    let filter = parse(&text).map_err(|reason| {
        Failure::Usage(format!(
            "{source} is `{text}`, but {reason}; set it to `off`, `error`, `warn`, `info`, `debug` or `trace`, or to directives such as `info,stepwright_engine=debug`"
        ))
    })?;
    Ok((filter.max_level_hint() != Some(LevelFilter::OFF)).then_some(filter))
}

/// Parses a level, or directives.
fn parse(text: &str) -> Result<EnvFilter, String> {
    // A directive without a level is the name of a target. A misspelt level would be one that does
    // not exist.
    if !text.contains(['=', '[']) {
        // Without the check, an empty text would be the level `error`.
        let is_level = |part: &str| !part.is_empty() && part.parse::<LevelFilter>().is_ok();
        if let Some(part) = text.split(',').find(|part| !is_level(part)) {
            return Err(format!("`{part}` is not a level"));
        }
    }
    EnvFilter::builder()
        .parse(text)
        .map_err(|error| error.to_string())
}

/// Returns the layer that writes the lines.
fn layer<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = fmt::layer()
        .with_writer(|| AboveBlock)
        // A line that cannot be written is dropped. Reporting that on standard error would panic.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => Box::new(
            layer
                .with_target(false)
                .with_ansi(AutoStream::choice(&std::io::stderr()) != ColorChoice::Never),
        ),
        LogFormat::Json => Box::new(layer.json().with_current_span(false)),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_filter_is_a_level_or_directives() {
        for text in [
            "off",
            "warn",
            "INFO",
            "info,stepwright_engine=debug",
            "stepwright_engine[execution{name=o-17}]=trace",
            "[task]=debug",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_level_is_no_target() {
        for text in ["loud", "info,wran", "", "info,", "a=loud", "a[=info"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
