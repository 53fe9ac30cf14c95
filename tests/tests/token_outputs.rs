//! The output of a task token must have the type that the state expects, or the task fails.

use std::sync::Mutex;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stepwright::asl::model::MachineType;
use stepwright::builder::FlowBuilder;
use stepwright::expr;
use stepwright::prelude::*;
use stepwright_runtime::{Engine, StartOptions, Status};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Decision {
    approved: bool,
    by: Person,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, Payload)]
struct Person {
    name: String,
}

thread_local! {
    static TOKEN: Mutex<Option<String>> = const { Mutex::new(None) };
}

#[task]
async fn ask(order: u32, token: String) {
    let _ = order;
    TOKEN.with(|kept| *kept.lock().unwrap() = Some(token));
}

workflow! {
    workflow Asking(order: u32) -> String {
        task Ask {
            let decision: Decision = wait_for_task_token ask(order, task_token);
            catch "Stepwright.InvalidOutput" as failure => Wrong;
            next Tell;
        }
        pass Tell { end decision.by.name; }
        pass Wrong { end failure.cause.unwrap_or_default(); }
    }
}

workflow! {
    fragment Review(order: u32) -> String {
        task Ask {
            let decision: Decision = wait_for_task_token ask(order, task_token);
            next Tell;
        }
        pass Tell { end decision.by.name; }
    }
}

workflow! {
    workflow Including(order: u32) -> String {
        include Second { let name = Review(order); catch States::TaskFailed => Wrong; next Done; }
        pass Done { end name; }
        pass Wrong { end "wrong".to_string(); }
    }
}

/// The end of an execution whose token is completed with this answer.
async fn answered(engine: &Engine, machine: &str, answer: &Value) -> (Status, Value) {
    let running = engine.start_machine(machine, json!(1), StartOptions::new());
    let running = running.await.unwrap();
    let token = loop {
        if let Some(token) = TOKEN.with(|kept| kept.lock().unwrap().take()) {
            break token;
        }
        tokio::task::yield_now().await;
    };
    // Like AWS, the engine accepts each answer.
    engine.send_task_success(&token, answer).await.unwrap();
    let report = running.report().await;
    let output = report.output.as_ref().map(|output| output.to_json());
    (report.status, output.unwrap_or_default())
}

#[tokio::test]
async fn a_token_output_of_the_wrong_type_fails_the_task_with_the_field() {
    let engine = Engine::builder().register::<Asking>().build().unwrap();
    let right = json!({"approved": true, "by": {"name": "Ann"}});
    assert_eq!(
        answered(&engine, "Asking", &right).await,
        (Status::Succeeded, json!("Ann"))
    );
    let wrong = json!({"approved": true, "by": {"name": 7}});
    let (status, cause) = answered(&engine, "Asking", &wrong).await;
    assert_eq!(status, Status::Succeeded, "the workflow catches it");
    let cause: Value = serde_json::from_str(cause.as_str().unwrap()).unwrap();
    assert_eq!(cause["errorType"], "Stepwright.InvalidOutput");
    assert_eq!(
        cause["errorMessage"],
        "at `by.name`: invalid type: integer `7`, expected a string"
    );
}

#[tokio::test]
async fn a_token_output_in_a_fragment_is_checked() {
    let engine = Engine::builder().register::<Including>().build().unwrap();
    let given = answered(&engine, "Including", &json!({"approved": true})).await;
    assert_eq!(given, (Status::Succeeded, json!("wrong")));
}

#[tokio::test]
async fn a_token_output_in_a_built_workflow_is_checked() {
    let flow = FlowBuilder::<u32, Decision>::new("Built");
    let state = flow.declare("Ask");
    flow.start_at(&state);
    flow.wait_for_task_token(
        &state,
        ask {},
        expr!(|order: u32, token: String| (order, token)),
    )
    .end();
    let built = flow.build().unwrap();
    let engine = Engine::builder().register_built(&built).build().unwrap();
    let (status, _) = answered(&engine, "Built", &json!({"approved": "yes"})).await;
    assert_eq!(status, Status::Failed);
}

#[tokio::test]
async fn a_definition_without_types_accepts_any_token_output() {
    let engine = Engine::builder()
        .register_definition(
            "Plain",
            Asking::definition().machine(),
            MachineType::Standard,
        )
        .resource(
            "arn:aws:states:::lambda:invoke.waitForTaskToken",
            |request: Value| async move {
                let token = request["Payload"]["token"].as_str().unwrap().to_owned();
                TOKEN.with(|kept| *kept.lock().unwrap() = Some(token));
                Ok::<_, stepwright_runtime::task::TaskFailure>(json!({}))
            },
        )
        .substitute("AskFunctionArn", "ask")
        .build()
        .unwrap();
    let answer = json!({"approved": 1, "by": {"name": 7}});
    assert_eq!(
        answered(&engine, "Plain", &answer).await,
        (Status::Succeeded, json!(7))
    );
}
