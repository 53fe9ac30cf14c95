// The execution "telling-1" of the state machine "telling", with the results of its tasks.

use std::time::Duration;

use serde_json::json;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Call",
  "States": {
    "Call": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:call",
      "Next": "Tell"
    },
    "Tell": {
      "Type": "Pass",
      "Parameters": {
        "execution.$": "$$.Execution.Id",
        "entered.$": "$$.State.EnteredTime"
      },
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn telling_1_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Call", Mock::output(json!({})).after(Duration::from_millis(1500)));
    let engine = Engine::builder()
        .register_json("telling", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .region("eu-west-1")
        .account("111111111111")
        .virtual_time_from(Timestamp::from_unix_micros(1804136767891000))
        .build()?;
    let input = json!({});
    let report = engine.execute_machine("telling", input, StartOptions::new().name("telling-1")).await?;
    expect(&report)
        .output(json!({"execution": "arn:aws:states:eu-west-1:111111111111:execution:telling:telling-1", "entered": "2027-03-04T05:06:09.391Z"}))
        .path(["Call", "Tell"]);
    Ok(())
}
