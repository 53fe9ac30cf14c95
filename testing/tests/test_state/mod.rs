//! Tests of single states, as in AWS's TestState.

mod context;
mod inspection;
mod map;
mod mock;
mod parallel;
mod refusal;
mod retry;
mod task;
mod variables;
mod wait;

use serde_json::{Value, json};
use stepwright_testing::test_state::{
    InspectionLevel, TestStateRequest, TestStateResponse, test_state,
};

/// Returns the response to a request that must be accepted.
async fn tested(request: TestStateRequest) -> TestStateResponse {
    test_state(&request).await.unwrap()
}

/// Returns the error of a request that must be rejected.
async fn refused(request: TestStateRequest) -> String {
    test_state(&request).await.unwrap_err().to_string()
}

/// Returns the inspection data, with parsed JSON texts.
async fn inspected(request: TestStateRequest) -> Value {
    let response = tested(request.inspection_level(InspectionLevel::Trace)).await;
    let mut data = serde_json::to_value(response.inspection_data).unwrap();
    for value in data.as_object_mut().unwrap().values_mut() {
        if let Some(text) = value.as_str() {
            *value = serde_json::from_str(text).unwrap();
        }
    }
    data
}

/// Returns a task that invokes a function, with more fields.
fn invoke(fields: Value) -> Value {
    let mut state = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f", "Payload.$": "$"},
        "End": true
    });
    for (name, value) in fields.as_object().unwrap() {
        state[name] = value.clone();
    }
    state
}
