//! Tasks as Lambda functions: real processes; the test serves the Lambda Runtime API.

use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};
use stepwright_aws_tests::orders::Numbers;
use stepwright_aws_tests::runtime_api::{Function, RuntimeApi};
use stepwright_runtime::value::Value;

async fn function(task: &str) -> (RuntimeApi, Function) {
    let api = RuntimeApi::start().await;
    let program = Path::new(env!("CARGO_BIN_EXE_functions"));
    let function = api.spawn(program, Some(task));
    (api, function)
}

fn read(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn an_environment_variable_selects_the_served_task() {
    let (api, _function) = function("TwoTimes").await;
    assert_eq!(api.invoke(r#"{"number":2,"plus":3}"#).await.response(), "7");
    let (api, _function) = function("charge_card").await;
    let order = json!({"orderId": "o-7", "total": 1, "items": []});
    let receipt = api.invoke(order.to_string()).await.response();
    assert_eq!(receipt, r#""receipt of o-7""#);
}

#[tokio::test]
async fn a_typed_error_has_its_name_and_its_fields_as_json_text() {
    let (api, _function) = function("ChargeCard").await;
    let order = json!({"orderId": "o-7", "total": 1001, "items": []});
    let error = read(&api.invoke(order.to_string()).await.error());
    assert_eq!(error["errorType"], "PaymentError.Declined");
    assert_eq!(
        read(error["errorMessage"].as_str().unwrap()),
        json!({
            "message": "declined: over the \"limit\" ✋",
            "fields": {"reason": "over the \"limit\" ✋", "limit": 1000.0},
        })
    );
    // The next call is independent.
    let order = json!({"orderId": "o-7", "total": -1, "items": []});
    assert_eq!(
        api.invoke(order.to_string()).await.error(),
        r#"{"errorType":"PaymentError.GatewayTimeout","errorMessage":"the gateway did not answer"}"#
    );
}

#[tokio::test]
async fn a_panic_is_an_error_and_the_next_call_is_served() {
    let (api, _function) = function("FallOver").await;
    for id in ["o-1", "o-2"] {
        let order = json!({"orderId": id, "total": 1, "items": []});
        assert_eq!(
            read(&api.invoke(order.to_string()).await.error()),
            json!({
                "errorType": "Stepwright.TaskPanicked",
                "errorMessage": format!("order {id} fell over"),
            })
        );
    }
}

#[tokio::test]
async fn an_invalid_input_is_an_error_with_the_field() {
    let (api, _function) = function("ChargeCard").await;
    let cases = [
        (
            json!({"orderId": "o", "total": 1, "items": [{"sku": "a", "count": 1}, {"sku": "b", "count": "two"}]}),
            "at `items[1].count`: invalid type: string \"two\", expected u32",
        ),
        (
            json!({"orderId": "o", "items": []}),
            "missing field `total`",
        ),
        (
            json!("o"),
            "invalid type: string \"o\", expected struct Order",
        ),
    ];
    for (event, message) in cases {
        assert_eq!(
            read(&api.invoke(event.to_string()).await.error()),
            json!({"errorType": "Stepwright.InvalidInput", "errorMessage": message})
        );
    }
}

#[tokio::test]
async fn shared_state_and_the_invocation_context_are_available() {
    let (api, _function) = function("CountCalls").await;
    for (call, id) in ["a", "b", "c"].into_iter().enumerate() {
        let said = api.invoke(json!(id).to_string()).await.response();
        assert_eq!(said, format!("\"{id} {} request-{call}\"", call + 1));
    }
}

#[tokio::test]
async fn the_envelope_of_a_task_with_context_is_unwrapped() {
    let (api, _function) = function("TellCaller").await;
    let context = json!({"execution": "arn:e", "state": "Ask", "attempt": 2, "startTime": "2026-01-01T00:00:00Z"});
    let event = json!({"input": "x", "context": context});
    let said = api.invoke(event.to_string()).await.response();
    assert_eq!(said, r#""x: arn:e Ask 2 2026-01-01T00:00:00Z""#);
    let error = read(&api.invoke(r#"{"input": 1, "context": {}}"#).await.error());
    assert_eq!(error["errorType"], "Stepwright.InvalidInput");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("at `input`: "), "{message}");
}

#[tokio::test]
async fn a_missing_or_unknown_task_name_ends_the_program() {
    for (task, message) in [
        (
            None,
            "this program has several tasks; set the environment variable `STEPWRIGHT_TASK` to one of `ChargeCard`, `CountCalls`, `TwoTimes`, `FallOver`, `TellCaller`, `SameNumbers`",
        ),
        (
            Some("ChargeCrad"),
            "`STEPWRIGHT_TASK` is `ChargeCrad`, and no task has that name (did you mean `ChargeCard`?); there are `ChargeCard`, `CountCalls`, `TwoTimes`, `FallOver`, `TellCaller`, `SameNumbers`",
        ),
    ] {
        let mut api = RuntimeApi::start().await;
        let program = Path::new(env!("CARGO_BIN_EXE_functions"));
        let mut function = api.spawn(program, task);
        assert_eq!(
            read(&api.init_error().await),
            json!({"errorType": "Stepwright.NoTask", "errorMessage": message})
        );
        // `main` prints the same message.
        assert_eq!(function.end(), (false, format!("Error: {message}\n")));
    }
}

#[test]
fn a_program_outside_of_lambda_exits_with_a_hint() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_functions"));
    let ended = program.env_remove("AWS_LAMBDA_RUNTIME_API").output();
    let ended = ended.expect("it runs");
    // A panic would exit with 101.
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&ended.stderr),
        "Error: this program is an AWS Lambda function, and the environment variable `AWS_LAMBDA_RUNTIME_API` of Lambda is not set; deploy it, or run it on this machine with `cargo lambda watch` or `sam local invoke`\n"
    );
}

#[tokio::test]
async fn event_numbers_are_parsed_as_by_the_engine() {
    let (api, _function) = function("SameNumbers").await;
    for event in [
        r#"{"signed":-9223372036854775808,"unsigned":18446744073709551615,"float":0.1,"wide":-170141183460469231731687303715884105728}"#,
        r#"{"signed":-0,"unsigned":1,"float":-0,"wide":1}"#,
        r#"{"signed":1,"unsigned":1,"float":18446744073709551616,"wide":18446744073709551616}"#,
    ] {
        let output = api.invoke(event).await.response();
        let seen: Numbers = serde_json::from_str(&output).expect("numbers");
        let value = Value::from_text(event).expect("JSON");
        let expected: Numbers = value.to_typed().expect("numbers");
        // The text distinguishes `-0.0`.
        assert_eq!(format!("{seen:?}"), format!("{expected:?}"));
    }
}

#[tokio::test]
async fn deeply_nested_events_are_accepted() {
    let (api, _function) = function("CountCalls").await;
    let depth = 200;
    let event = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let error = read(&api.invoke(event).await.error());
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.contains("expected a string"), "{message}");
}
