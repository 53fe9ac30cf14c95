//! Processes that the command starts for its user.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The variable with the access keys of a server, if no option names a file of them.
pub const ACCESS_KEYS_VARIABLE: &str = "STEPWRIGHT_ACCESS_KEYS";

/// Returns a command that does not inherit the secrets of this process: the access keys of its
/// server, and the headers with which it sends spans to a collector.
pub fn child_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_secret(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether a variable contains a secret of a server. Each signal of OpenTelemetry has its own
/// headers, such as `OTEL_EXPORTER_OTLP_TRACES_HEADERS`.
fn is_secret(name: &OsString) -> bool {
    // On Windows, the names of variables have no case.
    let name = name.to_string_lossy().to_ascii_uppercase();
    let is_of_exporter = name.starts_with("OTEL_EXPORTER_") && name.ends_with("_HEADERS");
    name == ACCESS_KEYS_VARIABLE || is_of_exporter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_headers_are_secrets_and_other_variables_are_none() {
        let is_secret = |name: &str| is_secret(&name.into());
        for name in [
            "STEPWRIGHT_ACCESS_KEYS",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
            "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "PATH",
            "AWS_SECRET_ACCESS_KEY",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_SERVICE_NAME",
            "STEPWRIGHT_LOG",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
