//! A reader of the log that stops reading.

use std::time::Duration;

use serde_json::json;
use stepwright_tests::client::Client;
use stepwright_tests::process::ServerProcess;

use crate::Setup;

const ROLE: &str = "arn:aws:iam::123456789012:role/attack";

/// Standard error is a full pipe. Each start is answered, and the server ends with a signal.
pub(crate) async fn attack(setup: &Setup) -> Result<String, String> {
    let (reader, writer) = std::io::pipe().map_err(|error| error.to_string())?;
    let path = setup.stepwright.as_deref();
    let arguments = ["--log".into(), "trace".into()];
    let mut server = ServerProcess::stepwright_piped(path, arguments, writer).await?;
    let mut client = Client::connect(&server.address).await?;
    let definition = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    let request = json!({"name": "m", "definition": definition.to_string(), "roleArn": ROLE});
    let machine = client.call("CreateStateMachine", &request).await?["stateMachineArn"].clone();
    let input = json!("x".repeat(10_000)).to_string();
    let starts = setup.choose(500, 5_000);
    for _ in 0..starts {
        let request = json!({"stateMachineArn": machine, "input": input});
        let started = client.call("StartExecution", &request);
        let started = tokio::time::timeout(Duration::from_secs(60), started).await;
        started.map_err(|_| "a start hangs".to_owned())??;
    }
    server.end().await?;
    drop(reader);
    Ok(format!("{starts} starts and the end with a full pipe"))
}
