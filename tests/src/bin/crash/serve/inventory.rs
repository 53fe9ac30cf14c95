//! The data of the last server: executions with their histories, Map Runs, and executions that
//! still run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::api::Api;
use crate::history::HistoryEvent;
use crate::verdict::Broken;

/// The most rows of one page.
const PAGE: u32 = 1_000;
/// How often the executions that run are listed.
const POLL: Duration = Duration::from_millis(250);

/// Reads all pages of a list.
async fn pages(
    api: &Api,
    operation: &str,
    mut request: Value,
    member: &str,
) -> Result<Vec<Value>, Broken> {
    let mut all = Vec::new();
    request["maxResults"] = json!(PAGE);
    loop {
        let mut page = api.read(operation, &request).await?;
        if let Value::Array(rows) = page[member].take() {
            all.extend(rows);
        }
        match page["nextToken"].as_str() {
            Some(token) => request["nextToken"] = json!(token),
            None => return Ok(all),
        }
    }
}

fn texts(rows: &[Value], member: &str) -> Vec<String> {
    let texts = rows.iter().filter_map(|row| row[member].as_str());
    texts.map(str::to_owned).collect()
}

/// Returns the ARNs of all state machines.
pub(crate) async fn machines(api: &Api) -> Result<Vec<String>, Broken> {
    let rows = pages(api, "ListStateMachines", json!({}), "stateMachines").await?;
    Ok(texts(&rows, "stateMachineArn"))
}

/// Returns the ARNs of the executions of a machine. A machine that is deleted by then has none.
pub(crate) async fn executions(
    api: &Api,
    machine: &str,
    status: Option<&str>,
) -> Result<Vec<String>, Broken> {
    let mut request = json!({"stateMachineArn": machine});
    if let Some(status) = status {
        request["statusFilter"] = json!(status);
    }
    match pages(api, "ListExecutions", request, "executions").await {
        Ok(rows) => Ok(texts(&rows, "executionArn")),
        Err(error) if error.contains("StateMachineDoesNotExist") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Returns the executions of all machines that run.
async fn running(api: &Api) -> Result<BTreeSet<String>, Broken> {
    let mut running = BTreeSet::new();
    for machine in machines(api).await? {
        running.extend(executions(api, &machine, Some("RUNNING")).await?);
    }
    Ok(running)
}

/// Waits until no execution runs. Returns those that still run after a time in which none ended.
pub(crate) async fn drain(api: &Api, patience: Duration) -> Result<BTreeSet<String>, Broken> {
    let mut before = BTreeSet::new();
    let mut since = Instant::now();
    loop {
        let running = running(api).await?;
        if running.is_empty() {
            return Ok(running);
        }
        if running != before {
            since = Instant::now();
            before = running;
        } else if since.elapsed() > patience {
            return Ok(running);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// An execution as the server describes it.
pub(crate) struct Described {
    pub(crate) arn: String,
    /// The description; `None` when the server does not know the execution.
    pub(crate) description: Option<Value>,
    pub(crate) events: Vec<HistoryEvent>,
    pub(crate) map_runs: Vec<MapRun>,
}

/// A Map Run as the server describes it.
pub(crate) struct MapRun {
    pub(crate) description: Value,
    /// The ARNs of its children. Those of an Express run are not stored.
    pub(crate) children: Vec<String>,
}

/// Describes an execution, and its Map Runs where it may have some.
pub(crate) async fn describe(
    api: Arc<Api>,
    arn: String,
    has_map_runs: bool,
) -> Result<Described, Broken> {
    let request = json!({"executionArn": arn});
    let description = match api.read("DescribeExecution", &request).await {
        Ok(description) => description,
        Err(error) if error.contains("ExecutionDoesNotExist") => {
            return Ok(Described {
                arn,
                description: None,
                events: Vec::new(),
                map_runs: Vec::new(),
            });
        }
        Err(error) => return Err(error),
    };
    let events = pages(&api, "GetExecutionHistory", request.clone(), "events").await?;
    let mut map_runs = Vec::new();
    if has_map_runs {
        for run in texts(
            &pages(&api, "ListMapRuns", request, "mapRuns").await?,
            "mapRunArn",
        ) {
            let request = json!({"mapRunArn": run});
            let description = api.read("DescribeMapRun", &request).await?;
            let children = if run.contains("/express:") {
                Vec::new()
            } else {
                texts(
                    &pages(&api, "ListExecutions", request, "executions").await?,
                    "executionArn",
                )
            };
            map_runs.push(MapRun {
                description,
                children,
            });
        }
    }
    Ok(Described {
        arn,
        description: Some(description),
        events: events.iter().map(HistoryEvent::of_api).collect(),
        map_runs,
    })
}
