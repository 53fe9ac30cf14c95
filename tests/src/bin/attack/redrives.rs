//! Redrives in a server that is killed, while other clients ask for the same executions.

use serde_json::{Value as Json, json};
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;

use crate::Setup;

const ROLE: &str = "arn:aws:iam::123456789012:role/attack";

/// Redrives executions that only the store has, with a token that is sent again after the end and
/// after a kill. No request may miss an execution, and a token redrives once.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let store = setup.folder.path().join("redrives.db");
    let start = || {
        let arguments = ["--store".into(), store.clone().into_os_string()];
        ServerProcess::stepwright(setup.stepwright.as_deref(), arguments)
    };
    let mut server = start().await?;
    let executions = failed_executions(&server.address, setup.choose(10, 100)).await?;
    let (mut requests, rounds) = (0, setup.choose(2, 20));
    for round in 1..=rounds {
        server.kill().await;
        server = start().await?;
        let mut redrives = tokio::task::JoinSet::new();
        for execution in &executions {
            let (address, execution) = (server.address.clone(), execution.clone());
            redrives.spawn(async move { redrive_and_ask(&address, &execution, round).await });
        }
        while let Some(asked) = redrives.join_next().await {
            requests += asked.map_err(|error| error.to_string())??;
        }
    }
    server.kill().await;
    Ok(format!(
        "{requests} requests around {} redrives in {rounds} kills, each found its execution",
        executions.len() * rounds as usize
    ))
}

/// Starts executions, and waits until they have failed. Returns their ARNs.
async fn failed_executions(address: &str, count: usize) -> Result<Vec<Json>, String> {
    let mut client = Client::connect(address).await?;
    let definition = json!({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}});
    let request = json!({"name": "m", "definition": definition.to_string(), "roleArn": ROLE});
    let machine = client.call("CreateStateMachine", &request).await?["stateMachineArn"].clone();
    let mut executions = Vec::new();
    for _ in 0..count {
        let request = json!({"stateMachineArn": machine});
        let started = client.call("StartExecution", &request).await?;
        executions.push(started["executionArn"].clone());
    }
    for execution in &executions {
        failed(&mut client, execution).await?;
    }
    Ok(executions)
}

/// Waits until an execution has failed. Returns its description.
async fn failed(client: &mut Client, execution: &Json) -> Result<Json, String> {
    let request = json!({"executionArn": execution});
    loop {
        let described = client.call("DescribeExecution", &request).await?;
        if described["status"] != "RUNNING" {
            return Ok(described);
        }
    }
}

/// Redrives an execution for the n-th time, and asks for it in each way at the same time. Returns
/// the number of requests.
async fn redrive_and_ask(address: &str, execution: &Json, round: u64) -> Result<u64, String> {
    let request = json!({"executionArn": execution});
    let asked = ["DescribeExecution", "GetExecutionHistory"].map(|operation| {
        let (address, request) = (address.to_owned(), request.clone());
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            for _ in 0..20 {
                client.call(operation, &request).await?;
            }
            Ok::<_, String>(20)
        })
    });
    let mut client = Client::connect(address).await?;
    let redrive =
        |round: u64| json!({"executionArn": execution, "clientToken": format!("t-{round}")});
    let again = redrive(round);
    let first = client.call("RedriveExecution", &again).await?;
    let described = failed(&mut client, execution).await?;
    // The token of the round before is that of the killed process.
    let earlier = (round > 1).then(|| redrive(round - 1));
    for repeated in [&again, &again].into_iter().chain(&earlier) {
        client.call("RedriveExecution", repeated).await?;
    }
    let repeated = client.call("RedriveExecution", &again).await?;
    if repeated != first || described["redriveCount"] != round {
        return Err(format!(
            "redrive {round} was repeated: {repeated}, {described}"
        ));
    }
    let after = failed(&mut client, execution).await?;
    if after["redriveCount"] != round {
        return Err(format!("a repeated token redrove again: {after}"));
    }
    let mut requests = 5;
    for asked in asked {
        requests += asked.await.map_err(|error| error.to_string())??;
    }
    Ok(requests)
}
