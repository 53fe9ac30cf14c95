// The execution "no-answer" of the state machine "question", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions, Status};

const DEFINITION: &str = r#"{
  "StartAt": "Ask",
  "TimeoutSeconds": 100,
  "States": {
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask",
      "TimeoutSeconds": 10,
      "Catch": [
        {
          "ErrorEquals": [
            "States.Timeout"
          ],
          "Next": "Ask again"
        }
      ],
      "Next": "Ask again"
    },
    "Ask again": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ask",
      "TimeoutSeconds": 1000,
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn no_answer_times_out() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Ask", Mock::never())
        .state("Ask again", Mock::never());
    let engine = Engine::builder()
        .register_json("question", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({});
    let report = engine.execute_machine("question", input, StartOptions::new()).await?;
    expect(&report)
        .status(Status::TimedOut)
        .path(["Ask", "Ask again"]);
    Ok(())
}
