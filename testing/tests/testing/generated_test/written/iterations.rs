// The execution "three-items" of the state machine "packing", with the results of its tasks.

use std::time::Duration;

use serde_json::json;
use stepwright_runtime::clock::Timestamp;
use stepwright_runtime::testing::{Mock, Mocks, expect};
use stepwright_runtime::{Engine, MachineType, StartOptions};

const DEFINITION: &str = r#"{
  "StartAt": "Each",
  "States": {
    "Each": {
      "Type": "Map",
      "End": true,
      "ItemProcessor": {
        "StartAt": "Inspect",
        "States": {
          "Inspect": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:inspect",
            "Next": "Pack"
          },
          "Pack": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pack",
            "Retry": [
              {
                "ErrorEquals": [
                  "Jammed"
                ]
              }
            ],
            "End": true
          }
        }
      }
    }
  }
}"#;

#[tokio::test]
async fn three_items_succeeds() -> Result<(), Box<dyn std::error::Error>> {
    let mocks = Mocks::new()
        .state(
            "Inspect",
            Mock::output(json!({"by": "Inspect", "item": "Each[0]"})).after(Duration::from_secs(20))
                .then(Mock::output(json!({"by": "Inspect", "item": "Each[1]"})).after(Duration::from_secs(1)))
                .then(Mock::output(json!({"by": "Inspect", "item": "Each[2]"})).after(Duration::from_secs(1))),
        )
        .state(
            "Pack",
            Mock::output(json!({"by": "Pack", "item": "Each[1]"})).after(Duration::from_secs(1))
                .then(Mock::failure("Jammed", "the machine is jammed").after(Duration::from_secs(1)))
                .then(Mock::output(json!({"by": "Pack", "item": "Each[2]"})).after(Duration::from_secs(1)))
                .then(Mock::output(json!({"by": "Pack", "item": "Each[0]"})).after(Duration::from_secs(20))),
        );
    let engine = Engine::builder()
        .register_json("packing", DEFINITION, MachineType::Standard)
        .tasks(mocks)
        .region("us-east-1")
        .account("123456789012")
        .virtual_time_from(Timestamp::from_unix_micros(1804136767891000))
        .build()?;
    let input = json!([1, 2, 3]);
    let report = engine.execute_machine("packing", input, StartOptions::new().name("three-items")).await?;
    expect(&report)
        .output(json!([{"by": "Pack", "item": "Each[0]"}, {"by": "Pack", "item": "Each[1]"}, {"by": "Pack", "item": "Each[2]"}]))
        .path(["Each", "Inspect", "Inspect", "Inspect", "Pack", "Pack", "Pack"]);
    Ok(())
}
