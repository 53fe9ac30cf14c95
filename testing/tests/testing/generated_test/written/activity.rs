// The execution "lot-7" of the state machine "inspection", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Inspect",
  "States": {
    "Inspect": {
      "Type": "Task",
      "Resource": "arn:aws:states:us-east-1:123456789012:activity:inspect",
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn lot_7_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state("Inspect", Mock::output(json!("sound")));
    let engine = Engine::builder()
        .register_json("inspection", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .virtual_time()
        .build()?;
    let input = json!({"lot": 7});
    let report = engine.execute_machine("inspection", input, StartOptions::new()).await?;
    expect(&report)
        .output(json!("sound"))
        .path(["Inspect"]);
    Ok(())
}
