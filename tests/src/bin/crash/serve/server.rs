//! `stepwright serve` as a process.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::database::Database;
use super::endpoint;
use super::machines::TELL;
use crate::child::STORE;
use crate::verdict::Broken;

/// How often the process is looked at.
const POLL: Duration = Duration::from_millis(2);

/// How servers are started.
pub(crate) struct ServerCommand {
    path: PathBuf,
    folder: PathBuf,
    bindings: Vec<String>,
    /// Whether the command has `--grace`; versions before it end in a fixed time.
    has_grace: bool,
    /// The database with the store, which is a file otherwise.
    pub(crate) database: Option<Arc<Database>>,
    /// How many servers were started.
    started: AtomicU32,
}

/// A server. It is killed with the value.
pub(crate) struct ServerProcess {
    child: Child,
    errors: PathBuf,
}

impl ServerCommand {
    pub(crate) async fn new(
        path: &Path,
        folder: &Path,
        bindings: Vec<String>,
        database: Option<Arc<Database>>,
    ) -> Result<Self, Broken> {
        let help = Command::new(path).args(["serve", "--help"]).output().await;
        let help = help.map_err(|error| {
            format!(
                "{} cannot be started: {error}; build it with `cargo build -p stepwright-cli`",
                path.display()
            )
        })?;
        Ok(Self {
            path: path.to_owned(),
            folder: folder.to_owned(),
            bindings,
            has_grace: String::from_utf8_lossy(&help.stdout).contains("--grace"),
            database,
            started: AtomicU32::new(0),
        })
    }

    /// The file to which commands append the inputs of their tasks.
    pub(crate) fn calls(&self) -> PathBuf {
        self.folder.join("calls.jsonl")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join(STORE)
    }

    /// A new file for the standard error of a server.
    fn errors(&self) -> PathBuf {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!("errors-{number}.txt"))
    }

    /// Starts a server, with the store or without one.
    pub(crate) fn start(&self, grace: u64, has_store: bool) -> Result<ServerProcess, Broken> {
        let cannot =
            |error: std::io::Error| format!("{} cannot be started: {error}", self.path.display());
        let errors = self.errors();
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&errors)
            .map_err(cannot)?;
        let mut command = Command::new(&self.path);
        command.args(["serve", "--port", "0"]);
        match &self.database {
            _ if !has_store => {}
            Some(database) => {
                let address = database.address();
                command.args(["--store", &address, "--standby"]);
            }
            None => {
                command.arg("--store").arg(self.store());
            }
        }
        if self.has_grace {
            command.args(["--grace", &grace.to_string()]);
        }
        let tell = format!(
            "{TELL}={}",
            endpoint::command(&self.calls().display().to_string())
        );
        for binding in self.bindings.iter().chain([&tell]) {
            command.args(["--task", binding]);
        }
        let child = command
            .env_remove("SFN_MOCK_CONFIG")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot)?;
        Ok(ServerProcess { child, errors })
    }
}

impl ServerProcess {
    /// Returns the standard error of the server.
    pub(crate) fn errors(&self) -> String {
        let all = std::fs::read(&self.errors).unwrap_or_default();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// Waits until the server listens. Returns its address, or how the process ended.
    pub(crate) async fn address(&mut self) -> Result<Result<String, ExitStatus>, Broken> {
        self.reported("serving Step Functions at http://").await
    }

    /// Waits until the server is a standby. Returns its address, or how the process ended.
    pub(crate) async fn standby(&mut self) -> Result<Result<String, ExitStatus>, Broken> {
        self.reported("a standby is at http://").await
    }

    /// Waits for a line with an address.
    async fn reported(&mut self, before: &str) -> Result<Result<String, ExitStatus>, Broken> {
        loop {
            let errors = self.errors();
            let address = errors.lines().find_map(|line| line.split_once(before));
            if let Some((_, rest)) = address.filter(|_| errors.ends_with('\n')) {
                return Ok(Ok(rest
                    .split([' ', ';'])
                    .next()
                    .unwrap_or_default()
                    .to_owned()));
            }
            if let Some(status) = self.child.try_wait().map_err(|error| error.to_string())? {
                return Ok(Err(status));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    pub(crate) fn pid(&self) -> Option<Pid> {
        let id = self.child.id()?;
        id.try_into().ok().and_then(Pid::from_raw)
    }

    /// Sends a signal. The process may have ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _gone = kill_process(pid, signal);
        }
    }

    /// Returns how the process ended by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for the end of the process. `None` when it does not end in this time.
    pub(crate) async fn end(&mut self, patience: Duration) -> Option<ExitStatus> {
        let ended = tokio::time::timeout(patience, self.child.wait()).await;
        ended.ok().and_then(Result::ok)
    }

    pub(crate) async fn kill(&mut self) {
        // It may be over already.
        let _over = self.child.kill().await;
    }
}
