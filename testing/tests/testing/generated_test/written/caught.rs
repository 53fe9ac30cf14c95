// The execution "sale-declined" of the state machine "sale", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
      "Next": "Done",
      "Catch": [
        {
          "ErrorEquals": [
            "CardDeclined"
          ],
          "ResultPath": "$.error",
          "Next": "Apologise"
        }
      ]
    },
    "Apologise": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:mail",
      "Next": "Done"
    },
    "Done": {
      "Type": "Succeed"
    }
  }
}"#;

#[tokio::test]
async fn sale_declined_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Charge", Mock::failure("CardDeclined", "the card \"4242\" has no funds"))
        .state("Apologise", Mock::output(json!({"sent": true})));
    let engine = Engine::builder()
        .register_json("sale", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({"total": 12});
    let report = engine.execute_machine("sale", input, StartOptions::new()).await?;
    expect(&report)
        .output(json!({"sent": true}))
        .path(["Charge", "Apologise", "Done"]);
    Ok(())
}
