//! The attacked server.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;

use crate::Setup;
use crate::probe::Probe;

const ROLE: &str = "arn:aws:iam::123456789012:role/attack";
/// The pause between two looks at an execution.
const POLL: Duration = Duration::from_millis(20);

/// A server, and a probe of its `/health`.
pub(crate) struct Target {
    pub(crate) server: ServerProcess,
    client: Client,
    probe: Probe,
    log: PathBuf,
}

impl Target {
    /// Starts a server with these arguments.
    pub(crate) async fn start(
        setup: &Setup,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Result<Self, String> {
        let arguments = arguments.into_iter().map(Into::into);
        let log = setup.folder.path().join("log.txt");
        let path = setup.stepwright.as_deref();
        let server = ServerProcess::stepwright_logged(path, arguments, &log).await?;
        let client = Client::connect(&server.address).await?;
        let probe = Probe::start(&server.address);
        Ok(Self {
            server,
            client,
            probe,
            log,
        })
    }

    pub(crate) async fn client(&self) -> Result<Client, String> {
        Client::connect(&self.server.address).await
    }

    /// Creates a state machine. Returns its ARN.
    pub(crate) async fn create(
        &mut self,
        name: &str,
        machine_type: &str,
        definition: &Json,
    ) -> Result<Json, String> {
        let request = json!({
            "name": name, "type": machine_type, "definition": definition.to_string(), "roleArn": ROLE,
        });
        let created = self.client.call("CreateStateMachine", &request).await?;
        Ok(created["stateMachineArn"].clone())
    }

    /// Starts an execution. Returns its ARN.
    pub(crate) async fn start_execution(
        &mut self,
        machine: &Json,
        input: &Json,
    ) -> Result<Json, String> {
        let request = json!({"stateMachineArn": machine, "input": input.to_string()});
        let started = self.client.call("StartExecution", &request).await?;
        Ok(started["executionArn"].clone())
    }

    /// Waits until an execution has ended. Returns its description.
    pub(crate) async fn end_of(
        &mut self,
        execution: &Json,
        patience: Duration,
    ) -> Result<Json, String> {
        let request = json!({"executionArn": execution});
        let begun = Instant::now();
        loop {
            let described = self.client.call("DescribeExecution", &request).await?;
            if described["status"] != "RUNNING" {
                return Ok(described);
            }
            if begun.elapsed() > patience {
                return Err(format!(
                    "an execution still runs after {} s",
                    patience.as_secs()
                ));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Ends the server, and compares what the probe saw with the bounds.
    pub(crate) async fn finish(mut self, setup: &Setup) -> Result<String, String> {
        let memory = self.server.peak_megabytes();
        let times = self.probe.finish();
        self.server.kill().await;
        let times = times.map_err(|error| {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            format!(
                "{error}; the last lines of the server: {}",
                last_lines(&log)
            )
        })?;
        let line = format!("/health {times}; at most {memory:.0} MB");
        let bound = setup.health_bound();
        if times.percentile(99) > bound {
            let bound = bound.as_millis();
            return Err(format!("{line}: p99 of /health is above {bound} ms"));
        }
        if memory > setup.memory_bound() {
            let bound = setup.memory_bound();
            return Err(format!("{line}: the memory is above {bound:.0} MB"));
        }
        Ok(line)
    }
}

pub(crate) fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" / ")
}
