//! State machines on a server of `stepwright serve`.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::CONTENT_TYPE;
use hyper::{Request, Uri};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::execution::EndedExecution;
use super::machine::Machine;
use crate::commands::mcp::refusal::Refusal;
use crate::commands::mcp::tool::Session;
use crate::engine::tasks::Client;

/// The pauses between two requests for the status of an execution, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// The part of a call's time that remains for the answer about an execution that continues.
const REST: Duration = Duration::from_millis(500);

/// A server.
pub(in crate::commands::mcp) struct OnServer {
    url: Uri,
    client: Client,
}

impl OnServer {
    pub(super) fn new(url: &Uri) -> OnServer {
        OnServer {
            url: url.clone(),
            client: Client::default(),
        }
    }

    /// The state machines with their definitions, ordered by name.
    pub(super) async fn machines(&self) -> Result<Vec<Machine>, Refusal> {
        let mut machines = Vec::new();
        let mut page = json!({});
        loop {
            let listed = self.request("ListStateMachines", &page).await?;
            for one in listed["stateMachines"].as_array().into_iter().flatten() {
                let described = self
                    .request(
                        "DescribeStateMachine",
                        &json!({"stateMachineArn": one["stateMachineArn"]}),
                    )
                    .await?;
                let text = |name: &str| described[name].as_str().map(str::to_owned);
                let definition = text("definition").unwrap_or_default();
                let value: Value = serde_json::from_str(&definition).unwrap_or_default();
                machines.push(Machine {
                    name: text("name").unwrap_or_default(),
                    comment: value["Comment"].as_str().map(str::to_owned),
                    place: text("stateMachineArn").unwrap_or_default(),
                    text: Some(definition),
                    is_express: described["type"] == "EXPRESS",
                });
            }
            if listed["nextToken"].is_null() {
                break;
            }
            page = json!({"nextToken": listed["nextToken"]});
        }
        machines.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(machines)
    }

    pub(super) async fn start(
        &self,
        session: Session<'_>,
        machine: &Machine,
        input: &Value,
    ) -> Result<EndedExecution, Refusal> {
        let end = Instant::now() + session.command.limit().saturating_sub(REST);
        let start = json!({"stateMachineArn": machine.place, "input": input.to_string()});
        if machine.is_express {
            let ended = self.request("StartSyncExecution", &start).await?;
            return Ok(ended_execution(&ended));
        }
        let started = self.request("StartExecution", &start).await?;
        let which = json!({"executionArn": started["executionArn"]});
        let (mut pause, longest) = PAUSES;
        loop {
            let described = self.request("DescribeExecution", &which).await?;
            if described["status"] != "RUNNING" || Instant::now() >= end {
                return Ok(ended_execution(&described));
            }
            sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }

    async fn request(&self, action: &str, body: &Value) -> Result<Value, Refusal> {
        let request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{action}"))
            .body(Full::from(Bytes::from(body.to_string())))
            .map_err(|error| Refusal::new(format!("cannot request {}: {error}", self.url)))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| Refusal::new(error.to_string()))?;
        let text = String::from_utf8_lossy(response.body());
        if !response.status().is_success() {
            return Err(Refusal::new(format!("{action} is refused: {text}")));
        }
        serde_json::from_str(&text)
            .map_err(|error| Refusal::new(format!("the response to {action} is no JSON: {error}")))
    }
}

/// The end in a response of DescribeExecution or StartSyncExecution.
fn ended_execution(response: &Value) -> EndedExecution {
    let text = |name: &str| response[name].as_str().map(str::to_owned);
    EndedExecution {
        status: text("status").unwrap_or_default(),
        output: text("output").and_then(|output| serde_json::from_str(&output).ok()),
        error: text("error"),
        cause: text("cause"),
        execution: text("executionArn"),
    }
}
