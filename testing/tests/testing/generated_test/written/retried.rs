// The execution "retry" of the state machine "bank", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
      "Retry": [
        {
          "ErrorEquals": [
            "Throttled"
          ],
          "MaxAttempts": 5
        }
      ],
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn retry_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state(
            "Charge",
            Mock::failure("Throttled", "slow down").times(3)
                .then(Mock::output(json!("paid"))),
        );
    let engine = Engine::builder()
        .register_json("bank", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({});
    let report = engine.execute_machine("bank", input, StartOptions::new()).await?;
    expect(&report)
        .output(json!("paid"))
        .path(["Charge"]);
    Ok(())
}
