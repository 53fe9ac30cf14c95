//! Runs this command in a separate process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::refusal::Refusal;
use crate::failure::Failure;

/// The variables of the environment that the process keeps. Others, such as the endpoints and
/// credentials of AWS, are not known to it.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "LANG",
];

/// The most bytes of each output that are read.
const MAX_OUTPUT: u64 = 32 << 20;

/// How this command is run.
#[derive(Debug)]
pub(super) struct OwnCommand {
    program: PathBuf,
    limit: Duration,
    aws_endpoints: Vec<String>,
}

/// The result of a process.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: i32,
    pub(super) output: String,
    /// The text on standard error.
    pub(super) messages: String,
}

impl Finished {
    /// The JSON on standard output.
    ///
    /// # Errors
    ///
    /// Without JSON, the messages are the reason.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_str(&self.output).map_err(|_| Refusal::new(self.messages.clone()))
    }
}

impl OwnCommand {
    pub(super) fn new(seconds: u64, aws_endpoints: Vec<String>) -> Result<OwnCommand, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::Failed(format!("the path of this command is unknown: {error}"))
        })?;
        Ok(OwnCommand {
            program,
            limit: Duration::from_secs(seconds),
            aws_endpoints,
        })
    }

    /// The longest time of a call.
    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// The options that allow a run to call services.
    pub(super) fn endpoint_options(&self) -> impl Iterator<Item = OsString> {
        let endpoints = self.aws_endpoints.iter();
        endpoints.map(|endpoint| format!("--aws-endpoint={endpoint}").into())
    }

    /// Runs the command in a folder, below which it reads files. The process ends when this is
    /// dropped.
    ///
    /// # Errors
    ///
    /// If the process cannot be started, takes too long, or prints too much. A status other than 0
    /// is a result.
    pub(super) async fn run(
        &self,
        folder: &Path,
        arguments: &[OsString],
        input: &str,
    ) -> Result<Finished, Refusal> {
        let kept = KEPT
            .iter()
            .filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut process = Command::new(&self.program)
            .args(arguments)
            .arg("--color=never")
            .arg("--read-below")
            .arg(folder)
            .current_dir(folder)
            .env_clear()
            .envs(kept)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Refusal::new(format!("the command cannot be started: {error}")))?;
        let (stdin, stdout, stderr) = (
            process.stdin.take(),
            process.stdout.take(),
            process.stderr.take(),
        );
        let write = async {
            if let Some(mut stdin) = stdin {
                // A command that rejects its arguments does not read its input.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
        };
        let all = async { tokio::join!(write, read(stdout), read(stderr), process.wait()) };
        let Ok(((), output, messages, status)) = tokio::time::timeout(self.limit, all).await else {
            return Err(Refusal::new(format!(
                "the call took more than {} s and was stopped; start `stepwright mcp` with a longer --time-limit",
                self.limit.as_secs()
            )));
        };
        let status =
            status.map_err(|error| Refusal::new(format!("the command failed: {error}")))?;
        Ok(Finished {
            // A signal ended it.
            status: status.code().unwrap_or(-1),
            output: output?,
            messages: messages?,
        })
    }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> Result<String, Refusal> {
    let Some(pipe) = pipe else {
        return Ok(String::new());
    };
    let mut bytes = Vec::new();
    let mut pipe = pipe.take(MAX_OUTPUT + 1);
    let read = pipe.read_to_end(&mut bytes).await;
    read.map_err(|error| Refusal::new(format!("the output cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_OUTPUT {
        return Err(Refusal::new(format!(
            "the output is longer than {} MiB",
            MAX_OUTPUT >> 20
        )));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
