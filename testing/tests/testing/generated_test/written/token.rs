// The execution "by-ada" of the state machine "approval", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Approve",
  "States": {
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {
        "QueueUrl": "q",
        "MessageBody.$": "$$.Task.Token"
      },
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn by_ada_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Approve", Mock::output(json!({"approved": true, "by": "Ada"})));
    let engine = Engine::builder()
        .register_json("approval", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({});
    let report = engine.execute_machine("approval", input, StartOptions::new()).await?;
    expect(&report)
        .output(json!({"approved": true, "by": "Ada"}))
        .path(["Approve"]);
    Ok(())
}
