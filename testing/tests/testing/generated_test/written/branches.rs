// The execution "right-fails" of the state machine "pair", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Both",
  "States": {
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "Left",
          "States": {
            "Left": {
              "Type": "Task",
              "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Left",
              "End": true
            }
          }
        },
        {
          "StartAt": "Right",
          "States": {
            "Right": {
              "Type": "Task",
              "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Right",
              "End": true
            }
          }
        }
      ],
      "End": true,
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "Next": "Failed"
        }
      ]
    },
    "Failed": {
      "Type": "Fail",
      "Error": "BothFailed"
    }
  }
}"#;

#[tokio::test]
async fn right_fails_fails() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Left", Mock::never())
        .state("Right", Mock::failure("Broken", ""));
    let engine = Engine::builder()
        .register_json("pair", DEFINITION, MachineType::Express)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!(null);
    let report = engine.execute_machine("pair", input, StartOptions::new()).await?;
    expect(&report)
        .failed("BothFailed")
        .path(["Both", "Left", "Right", "Failed"]);
    Ok(())
}
