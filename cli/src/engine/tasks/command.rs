//! Tasks that commands complete.

use std::process::Stdio;

use stepwright_engine::TraceContext;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_studio::child_command;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::output::{read_messages, read_result};
use crate::engine::tasks::group::Groups;

/// Runs a command with the input on its standard input and returns its output. If the output is
/// larger than any result, the failure is `too_large`. Then, and if the future is dropped earlier,
/// the command and all processes that it started are killed.
pub(super) async fn execute(
    groups: &Groups,
    command: &str,
    input: String,
    trace: Option<&TraceContext>,
    too_large: TaskFailure,
) -> Result<Value, TaskFailure> {
    let failed = |cause: String| TaskFailure::new("CommandFailed", cause);
    let mut shell = shell(command);
    shell
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
    let unreadable = |error: std::io::Error| failed(format!("`{command}`: {error}"));
    let output = read_result(child.stdout.take());
    let output = async { output.await.map_err(unreadable)?.ok_or(too_large) };
    let messages = read_messages(child.stderr.take(), log_line);
    let messages = async { messages.await.map_err(unreadable) };
    let written = async {
        write.await;
        Ok(())
    };
    let ended = async { child.wait().await.map_err(unreadable) };
    let ((), output, messages, status) = tokio::try_join!(written, output, messages, ended)?;
    group.release();
    if status.success() {
        let read = match std::str::from_utf8(&output) {
            Ok(text) => Value::from_text(text).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        return read.map_err(|error| {
            failed(format!(
                "`{command}` did not print JSON on standard output: {error}"
            ))
        });
    }
    let messages = messages.trim();
    Err(match messages.split_once(':') {
        Some((error, cause)) if is_error_name(error) => TaskFailure::new(error, cause.trim()),
        _ => failed(format!("`{command}` ended with {status}: {messages}")),
    })
}

/// The shell with the command as its script.
#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let mut shell = child_command("sh");
    shell.args(["-c", command]);
    shell.into()
}

/// The shell with the command as its script. `cmd` has its own rules for quotes: with `/S` it
/// removes only the outer ones. A normal argument would have a backslash before each inner quote.
#[cfg(windows)]
fn shell(command: &str) -> Command {
    use std::os::windows::process::CommandExt as _;
    let mut shell = child_command("cmd");
    shell.raw_arg(format!("/D /S /C \"{command}\""));
    shell.into()
}

/// Logs a line that the command wrote to standard error. `--keep-logs` retains it for the attempt.
fn log_line(line: &str) {
    tracing::info!(target: "stepwright::command", "{line}");
}

fn is_error_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
}
