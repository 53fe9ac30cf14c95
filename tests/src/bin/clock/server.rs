//! `stepwright serve --store` under a wall clock that the test sets.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Setup;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const ROLE: &str = "arn:aws:iam::123456789012:role/tests";

/// A folder with the store of some servers and their wall clock.
pub(crate) struct World<'s> {
    setup: &'s Setup,
    folder: tempfile::TempDir,
}

impl<'s> World<'s> {
    pub(crate) fn new(setup: &'s Setup) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let world = Self { setup, folder };
        world.set_clock(0)?;
        Ok(world)
    }

    fn clock_file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    /// Sets the wall clock of the servers, including running ones, to this many seconds after the
    /// machine's clock.
    pub(crate) fn set_clock(&self, seconds: i64) -> Result<(), String> {
        // Replaces the file atomically: a server reads it whenever it reads the clock.
        let new = self.folder.path().join("clock.new");
        let text = format!("{seconds:+}");
        std::fs::write(&new, text).map_err(|error| error.to_string())?;
        std::fs::rename(&new, self.clock_file()).map_err(|error| error.to_string())
    }

    /// Starts a command under the wall clock.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("LD_PRELOAD", &self.setup.faketime)
            .env("FAKETIME_TIMESTAMP_FILE", self.clock_file())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env_remove("SFN_MOCK_CONFIG")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Starts `stepwright serve` on the store.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Result<Server, String> {
        let store = self.folder.path().join("store.db");
        let mut command = self.command(&self.setup.stepwright);
        command
            .args(["serve", "--port", "0", "--store"])
            .arg(store)
            // A handler that works for 3 s.
            .args(["--task", "Work=sleep 3; echo 1"])
            // A task that fails.
            .args(["--task", "Fail=echo 'Broken: always' >&2; exit 1"])
            .args(arguments);
        Server::start(command).await
    }
}

/// A server.
pub(crate) struct Server {
    process: Child,
    address: String,
    /// The lines of standard error.
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(mut command: Command) -> Result<Self, String> {
        let cannot = |error: std::io::Error| format!("stepwright serve: {error}");
        let spawned = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut process = spawned.map_err(cannot)?;
        let stderr = process.stderr.take().ok_or("it has no standard error")?;
        let mut lines = BufReader::new(stderr).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (collected, (sender, listening)) = (log.clone(), tokio::sync::oneshot::channel());
        tokio::spawn(async move {
            let mut sender = Some(sender);
            while let Ok(Some(line)) = lines.next_line().await {
                let address = line.split_once("http://").map(|(_, rest)| rest);
                if let (Some(address), Some(sender)) =
                    (address, sender.take_if(|_| address.is_some()))
                {
                    let address = address.split(' ').next().unwrap_or_default();
                    // The test may have ended.
                    let _ = sender.send(address.to_owned());
                }
                collected
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
            }
        });
        let address = tokio::time::timeout(PATIENCE, listening).await;
        let address = address.ok().and_then(Result::ok);
        let server = |address| Self {
            process,
            address,
            log: log.clone(),
        };
        match address {
            Some(address) => Ok(server(address)),
            None => Err(format!(
                "the server does not listen: {:?}",
                server(String::new()).log()
            )),
        }
    }

    /// Returns its standard error so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns how many lines of the log contain a text.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.log().iter().filter(|line| line.contains(text)).count()
    }

    pub(crate) async fn call(&self, operation: &str, request: Json) -> Result<Json, String> {
        let mut client = Client::connect(&self.address).await?;
        client.call(operation, &request).await
    }

    /// Creates a state machine.
    pub(crate) async fn create(&self, name: &str, definition: &Json) -> Result<String, String> {
        let request = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
        let created = self.call("CreateStateMachine", request).await?;
        text(&created["stateMachineArn"])
    }

    /// Starts an execution.
    pub(crate) async fn start_execution(
        &self,
        machine: &str,
        input: &Json,
    ) -> Result<String, String> {
        let request = json!({"stateMachineArn": machine, "input": input.to_string()});
        let started = self.call("StartExecution", request).await?;
        text(&started["executionArn"])
    }

    pub(crate) async fn describe(&self, execution: &str) -> Result<Json, String> {
        let request = json!({"executionArn": execution});
        self.call("DescribeExecution", request).await
    }

    /// Waits for the end of an execution, and describes it.
    pub(crate) async fn end_of(&self, execution: &str) -> Result<Json, String> {
        let begun = Instant::now();
        loop {
            let described = self.describe(execution).await?;
            if described["status"] != "RUNNING" {
                return Ok(described);
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("it does not end: {described}"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns the times of an execution's events.
    pub(crate) async fn event_times(&self, execution: &str) -> Result<Vec<f64>, String> {
        let request = json!({"executionArn": execution, "maxResults": 1_000});
        let history = self.call("GetExecutionHistory", request).await?;
        let events = history["events"].as_array().ok_or("no events")?;
        let times = events.iter().map(|event| event["timestamp"].as_f64());
        times
            .map(|time| time.ok_or_else(|| "an event has no time".to_owned()))
            .collect()
    }

    /// Returns the ARNs of a machine's executions, sorted.
    pub(crate) async fn executions(&self, machine: &str) -> Result<Vec<String>, String> {
        let request = json!({"stateMachineArn": machine, "maxResults": 1_000});
        let listed = self.call("ListExecutions", request).await?;
        let listed = listed["executions"].as_array().ok_or("no executions")?;
        let arns = listed.iter().map(|one| text(&one["executionArn"]));
        let mut arns: Vec<String> = arns.collect::<Result<_, _>>()?;
        arns.sort();
        Ok(arns)
    }

    /// Ends the server with SIGTERM, and waits for it.
    pub(crate) async fn end(mut self) -> Result<(), String> {
        // A server that has not served yet does not catch the signal.
        self.call("ListStateMachines", json!({})).await?;
        let id = self.process.id().ok_or("the server has ended")?;
        let kill = Command::new("kill").arg(id.to_string()).status().await;
        if !kill.is_ok_and(|status| status.success()) {
            return Err("SIGTERM cannot be sent".to_owned());
        }
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            other => Err(format!(
                "the server does not end: {other:?} {:?}",
                self.log()
            )),
        }
    }

    /// Ends the server with SIGKILL.
    pub(crate) async fn kill(mut self) -> Result<(), String> {
        self.process.kill().await.map_err(|error| error.to_string())
    }
}

pub(crate) fn text(json: &Json) -> Result<String, String> {
    let text = json.as_str().map(str::to_owned);
    text.ok_or_else(|| format!("{json} is no text"))
}
