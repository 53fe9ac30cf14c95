// The execution "draw" of the state machine "lottery", with the results of its tasks.

use serde_json::json;
use stepwright_runtime::testing::expect;
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Draw",
  "States": {
    "Draw": {
      "Type": "Pass",
      "Parameters": {
        "id.$": "States.UUID()"
      },
      "End": true
    }
  }
}"#;

#[tokio::test]
async fn draw_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::builder()
        .register_json("lottery", DEFINITION, MachineType::Standard)
        .virtual_time()
        .build()?;
    let input = json!({});
    let report = engine.execute_machine("lottery", input, StartOptions::new()).await?;
    // Not compared, because it differs in each run: output.
    expect(&report)
        .succeeded()
        .path(["Draw"]);
    Ok(())
}
