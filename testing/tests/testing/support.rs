//! Helpers of the tests.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_asl::model::StateMachine;
use stepwright_runtime::testing::Mocks;
use stepwright_runtime::{Engine, ExecutionReport, MachineType, StartOptions};

/// The machine of a definition.
pub(crate) fn machine(definition: &Json) -> StateMachine {
    StateMachine::from_json(&definition.to_string()).unwrap()
}

/// Runs a definition to its end.
pub(crate) async fn run(definition: &Json, mocks: &Mocks, input: Json) -> Arc<ExecutionReport> {
    let engine = Engine::builder()
        .register_definition("m", &machine(definition), MachineType::Standard)
        .tasks(mocks.clone())
        .virtual_time()
        .build()
        .unwrap();
    let options = StartOptions::new();
    engine.execute_machine("m", input, options).await.unwrap()
}

/// A wait, a task with a retrier and two catchers, a choice.
pub(crate) fn orders() -> Json {
    json!({"StartAt": "Cool", "States": {
        "Cool": {"Type": "Wait", "Seconds": 60, "Next": "Charge"},
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
            "TimeoutSeconds": 30,
            "Retry": [{"ErrorEquals": ["Throttled"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 1}],
            "Catch": [
                {"ErrorEquals": ["CardDeclined"], "ResultPath": "$.error", "Next": "Reject"},
                {"ErrorEquals": ["States.Timeout"], "Next": "Late"},
            ],
            "OutputPath": "$.Payload",
            "Next": "Large?",
        },
        "Large?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Thank"}],
            "Default": "Done",
        },
        "Thank": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Reject": {"Type": "Fail", "Error": "OrderRejected", "Cause": "the card was declined"},
        "Late": {"Type": "Fail", "Error": "OrderLate", "Cause": "no answer"},
    }})
}
