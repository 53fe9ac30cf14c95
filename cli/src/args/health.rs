//! The arguments of `stepwright health`.

use std::time::Duration;

use clap::Args;
use hyper::Uri;

use crate::engine::tasks::url;

pub(super) const EXAMPLES: &str = "Examples:
  stepwright health                                        GET http://127.0.0.1:8083/health
  stepwright health --ready                                GET /ready: 503 also after a shutdown has begun
  stepwright health http://127.0.0.1:4566 --timeout 1

An image from scratch has no curl: this command is its health check. It prints the response of the server.
Exit status: 0 the server works, or with --ready accepts work; 1 it responds with another status, or does not respond; 2 wrong usage.";

#[derive(Debug, Args)]
pub(crate) struct HealthArguments {
    /// The endpoint of the server
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8083", value_parser = url)]
    pub(crate) endpoint: Uri,
    /// Ask whether the server accepts work, instead of whether it works
    #[arg(long)]
    pub(crate) ready: bool,
    /// The time for the whole request
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(crate) timeout: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a number of seconds above 0, such as 2 or 0.5".to_owned())
}
