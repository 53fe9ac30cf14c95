//! Tasks that commands complete.

use std::process::Stdio;

use stepwright_runtime::TraceContext;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::value::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::group::Groups;

/// Runs a command with the input on its standard input and returns its output. If the future is dropped earlier, the command and all processes that
/// it started are killed.
pub(super) async fn execute(
    groups: &Groups,
    command: &str,
    input: String,
    trace: Option<&TraceContext>,
) -> Result<Value, TaskFailure> {
    let failed = |cause: String| TaskFailure::new("CommandFailed", cause);
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut shell = Command::new(shell);
    shell
        .args([flag, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(trace) = trace {
        shell.env("TRACEPARENT", trace.traceparent());
        match trace.tracestate() {
            Some(state) => shell.env("TRACESTATE", state),
            // A state of this process belongs to another trace.
            None => shell.env_remove("TRACESTATE"),
        };
    }
    let (mut child, group) = groups
        .spawn(&mut shell)
        .map_err(|error| failed(format!("cannot start `{command}`: {error}")))?;
    let stdin = child.stdin.take();
    let write = async move {
        if let Some(mut stdin) = stdin {
            // A command may ignore its input; then the pipe is closed before everything is written.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    let output = output.map_err(|error| failed(format!("`{command}`: {error}")))?;
    group.release();
    log_lines(&output.stderr);
    if output.status.success() {
        let read = match std::str::from_utf8(&output.stdout) {
            Ok(text) => Value::from_text(text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        return read.map_err(|error| {
            failed(format!(
                "`{command}` did not print JSON on standard output: {error}"
            ))
        });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(match said.trim().split_once(':') {
        Some((error, cause)) if is_error_name(error) => TaskFailure::new(error, cause.trim()),
        _ => failed(format!(
            "`{command}` ended with {}: {}",
            output.status,
            said.trim()
        )),
    })
}

/// Logs what the command wrote to standard error. `--keep-logs` retains it for the attempt.
fn log_lines(stderr: &[u8]) {
    for line in String::from_utf8_lossy(stderr).lines() {
        tracing::info!(target: "stepwright::command", "{line}");
    }
}

fn is_error_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}
