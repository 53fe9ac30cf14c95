use serde_json::{Value as Json, json};
use stepwright_runtime::task::{Answer, TaskCall};
use stepwright_runtime::value::Value;
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionFilter, Limits, MachineType, StartError, StartOptions, Status,
};

fn builder(definition: &Json, machine_type: MachineType) -> EngineBuilder {
    Engine::builder()
        .register_json("m", &definition.to_string(), machine_type)
        .virtual_time()
}

fn pass() -> Json {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(Value::Null, |inner, _| [inner].into_iter().collect())
}

#[test]
fn text_that_nests_too_deep_is_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(Value::from_text(&text).is_err());
        let definition = Engine::builder()
            .register_json("m", &text, MachineType::Standard)
            .build();
        assert!(definition.is_err());
    }
}

#[tokio::test]
async fn an_input_that_nests_too_deep_is_refused() {
    let engine = builder(&pass(), MachineType::Standard).build().unwrap();
    let started = engine
        .start_machine("m", deep(100_000), StartOptions::new())
        .await;
    assert!(matches!(started, Err(StartError::InvalidInput(_))));
}

#[tokio::test]
async fn a_result_that_nests_too_deep_is_too_large() {
    let task = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true
    }}});
    let engine = builder(&task, MachineType::Standard)
        .tasks(|_: &TaskCall<'_>| Some(Answer::output(deep(100_000))))
        .build()
        .unwrap();
    let report = engine.execute_machine("m", json!({}), StartOptions::new());
    let report = report.await.unwrap();
    assert_eq!(report.error.as_deref(), Some("States.DataLimitExceeded"));
}

#[tokio::test]
async fn a_definition_of_many_levels_runs_or_is_refused() {
    for levels in [20, 100, 2_000] {
        let mut text = r#"{"StartAt":"S","States":{"S":{"Type":"Pass","End":true}}}"#.to_owned();
        for level in 0..levels {
            text = format!(
                r#"{{"StartAt":"P{level}","States":{{"P{level}":{{"Type":"Parallel","End":true,"Branches":[{text}]}}}}}}"#
            );
        }
        let built = Engine::builder()
            .register_json("m", &text, MachineType::Standard)
            .virtual_time()
            .build();
        let Ok(engine) = built else {
            assert!(levels > 20);
            continue;
        };
        let report = engine.execute_machine("m", json!(1), StartOptions::new());
        assert_eq!(report.await.unwrap().status, Status::Succeeded);
    }
}

#[tokio::test]
async fn endless_retries_end_at_the_history_limit_or_the_timeout() {
    let task = |retry: Json| {
        json!({"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true, "Retry": [retry]
        }}})
    };
    let fast = json!({"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "IntervalSeconds": 1, "BackoffRate": 1.0});
    let slow = json!({"ErrorEquals": ["States.ALL"], "MaxAttempts": 99_999_999, "IntervalSeconds": 99_999_999, "BackoffRate": 1e300});
    for (retry, machine_type, status) in [
        (&fast, MachineType::Standard, Status::Failed),
        (&fast, MachineType::Express, Status::TimedOut),
        (&slow, MachineType::Standard, Status::TimedOut),
        (&slow, MachineType::Express, Status::TimedOut),
    ] {
        let engine = builder(&task(retry.clone()), machine_type)
            .tasks(|_: &TaskCall<'_>| Some(Answer::failure("E", "always")))
            .build()
            .unwrap();
        let report = engine.execute_machine("m", json!({}), StartOptions::new());
        assert_eq!(report.await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_map_over_the_largest_input_ends() {
    let map = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemProcessor": pass(), "ResultPath": null, "End": true
    }}});
    let items = json!(vec![1; 130_000]);
    for (machine_type, status) in [
        (MachineType::Express, Status::Succeeded),
        // Each iteration writes events.
        (MachineType::Standard, Status::Failed),
    ] {
        let engine = builder(&map, machine_type).history(false).build().unwrap();
        let report = engine.execute_machine("m", items.clone(), StartOptions::new());
        assert_eq!(report.await.unwrap().status, status);
    }
}

#[tokio::test]
async fn recursive_nested_executions_end_at_the_nesting_limit() {
    let start = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
        "Parameters": {"StateMachineArn": "m"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Twice"}]
    });
    let mut again = start.clone();
    again.as_object_mut().unwrap().remove("Catch");
    let definition = json!({"StartAt": "Once", "States": {"Once": start, "Twice": again}});
    let engine = builder(&definition, MachineType::Standard)
        .limits(Limits::new().nesting(8))
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.TaskFailed"));
    // A binary tree of eight levels.
    assert_eq!(
        engine
            .blocking_executions(&ExecutionFilter::new())
            .unwrap()
            .executions
            .len(),
        511
    );
}
