//! Where the spans of executions are sent.

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Log")]
pub(crate) struct OtlpArguments {
    /// Send the spans of executions to this collector of OpenTelemetry, as in
    /// http://127.0.0.1:4318. By default the value of OTEL_EXPORTER_OTLP_ENDPOINT
    #[cfg(feature = "otlp")]
    #[arg(long = "otlp", value_name = "URL")]
    pub(crate) url: Option<String>,
}
