// The execution "0f0e2c5a-8f5c-4e0e-9d55-8b6f3f4a2b1c" of the state machine "shipping", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Ship",
  "States": {
    "Ship": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship",
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn shipping_fails() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Ship", Mock::failure("OutOfStock", "no \\ left"));
    let engine = Engine::builder()
        .register_json("shipping", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!([1, 2]);
    let report = engine.execute_machine("shipping", input, StartOptions::new()).await?;
    expect(&report)
        .failed("OutOfStock")
        .cause("no \\ left")
        .path(["Ship"]);
    Ok(())
}
