//! Executions to list.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;

/// How many connections start executions.
const CONNECTIONS: usize = 32;
const ROLE: &str = "arn:aws:iam::123456789012:role/lists";

/// The state machine whose executions are listed.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) arn: String,
    pub(crate) alias: String,
}

/// Starts executions that end, and waits for their ends. Some fail, some were started by an alias,
/// some are redriven.
pub(crate) async fn closed(address: &str, executions: usize) -> Result<Machine, String> {
    let definition = json!({"StartAt": "Which", "States": {
        "Which": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$.fails", "BooleanEquals": true, "Next": "Failed"}
        ]},
        "Failed": {"Type": "Fail", "Error": "Declined"},
        "Done": {"Type": "Succeed"},
    }});
    let machine = create(address, &definition).await?;
    let redriven = start_all(
        address,
        &machine,
        executions,
        |number| json!({"fails": number.is_multiple_of(50), "note": "n".repeat(200)}),
    )
    .await?;
    let mut client = Client::connect(address).await?;
    none_runs(&mut client, &machine).await?;
    for execution in &redriven {
        let request = json!({"executionArn": execution});
        client.call("RedriveExecution", &request).await?;
    }
    none_runs(&mut client, &machine).await?;
    Ok(machine)
}

/// Starts executions that wait.
pub(crate) async fn waiting(address: &str, executions: usize) -> Result<Machine, String> {
    let definition = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 100_000, "End": true},
    }});
    let machine = create(address, &definition).await?;
    start_all(address, &machine, executions, |_| json!({})).await?;
    Ok(machine)
}

async fn create(address: &str, definition: &Json) -> Result<Machine, String> {
    let mut client = Client::connect(address).await?;
    let request = json!({
        "name": "listed", "definition": definition.to_string(), "roleArn": ROLE, "publish": true,
    });
    let created = client.call("CreateStateMachine", &request).await?;
    let route =
        json!([{"stateMachineVersionArn": created["stateMachineVersionArn"], "weight": 100}]);
    let request = json!({"name": "live", "routingConfiguration": route});
    let alias = client.call("CreateStateMachineAlias", &request).await?;
    Ok(Machine {
        arn: text(&created["stateMachineArn"]),
        alias: text(&alias["stateMachineAliasArn"]),
    })
}

/// Starts executions over several connections. Returns the ARN of each two-hundredth, which fails.
async fn start_all(
    address: &str,
    machine: &Machine,
    executions: usize,
    input: fn(usize) -> Json,
) -> Result<Vec<String>, String> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(address).await?;
        let (machine, next) = (machine.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let mut some = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= executions {
                    return Ok::<_, String>(some);
                }
                let arn = match number % 50 {
                    1 => &machine.alias,
                    _ => &machine.arn,
                };
                let request = json!({"stateMachineArn": arn, "input": input(number).to_string()});
                let started = client.call("StartExecution", &request).await?;
                if number.is_multiple_of(200) {
                    some.push(text(&started["executionArn"]));
                }
            }
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.map_err(|error| error.to_string())??);
    }
    Ok(all)
}

async fn none_runs(client: &mut Client, machine: &Machine) -> Result<(), String> {
    let request =
        json!({"stateMachineArn": machine.arn, "statusFilter": "RUNNING", "maxResults": 1});
    while client.call("ListExecutions", &request).await?["executions"] != json!([]) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

pub(crate) fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}
