//! Values that nest too deep are an error wherever they enter an execution, on the stack of a
//! worker thread. An overflow would abort the whole test program.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright_engine::objects::Memory;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartError, StartOptions, Status,
    TokenError,
};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{builder, engine, machine, task};

/// Below the limit, a little and far above it.
const DEPTHS: [usize; 5] = [900, 1_001, 4_000, 15_000, 60_000];

/// The stack size of tokio's workers.
const STACK: usize = 2 << 20;

/// Runs for each depth, on a thread of that stack.
fn at_each_depth<F>(test: impl Fn(usize) -> F + Send + 'static)
where
    F: Future<Output = ()>,
{
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            for depth in DEPTHS {
                runtime.block_on(test(depth));
            }
        });
    thread.unwrap().join().unwrap();
}

/// Returns nested arrays and objects in alternation.
fn nested(depth: usize) -> Json {
    (0..depth).fold(json!("x"), |inner, level| match level % 2 {
        0 => Json::Array(vec![inner]),
        _ => Json::Object([("a".to_owned(), inner)].into_iter().collect()),
    })
}

/// Returns the result of `lambda:invoke`, built without serde's recursion.
fn payload(json: Json) -> Json {
    Json::Object([("Payload".to_owned(), json)].into_iter().collect())
}

/// Whether an execution accepts this depth.
fn is_accepted(depth: usize) -> bool {
    depth <= 1_000
}

fn check_depth(depth: usize, report: &Arc<ExecutionReport>) {
    if is_accepted(depth) {
        assert_eq!(report.status, Status::Succeeded, "{depth}: {report:?}");
    } else {
        assert_eq!(report.status, Status::Failed, "{depth}");
        assert!(report.error.is_some());
    }
    // A value that is too deep is in the history, too.
    let _ = report.history.to_json();
    let _ = format!("{report:?}");
}

async fn run(engine: &Engine) -> Arc<ExecutionReport> {
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await;
    run.unwrap().report().await
}

fn calling() -> EngineBuilder {
    builder(&machine(task(json!({}))))
}

#[test]
fn the_depth_of_handler_results_is_limited() {
    at_each_depth(async |depth| {
        let json = calling().function("f", move |_: Json| async move {
            Ok::<_, TaskFailure>(nested(depth))
        });
        check_depth(depth, &run(&json.build().unwrap()).await);
        let value = calling().function("f", move |_: Value| async move {
            Ok::<_, TaskFailure>(Value::from(nested(depth)))
        });
        check_depth(depth, &run(&value.build().unwrap()).await);
        let raw = calling().resource(
            "arn:aws:states:::lambda:invoke",
            move |_: Json| async move { Ok::<_, TaskFailure>(payload(nested(depth))) },
        );
        check_depth(depth, &run(&raw.build().unwrap()).await);
    });
}

#[test]
fn the_depth_of_mock_results_is_limited() {
    at_each_depth(async |depth| {
        let mocks = Mocks::new().function("f", Mock::output(payload(nested(depth))));
        check_depth(
            depth,
            &run(&engine(&machine(task(json!({}))), &mocks)).await,
        );
    });
}

#[test]
fn the_depth_of_inputs_is_limited() {
    at_each_depth(async |depth| {
        let engine = builder(&machine(json!({"Type": "Pass"}))).build().unwrap();
        let started = engine
            .start_machine("m", nested(depth), StartOptions::new())
            .await;
        match started {
            Ok(run) => check_depth(depth, &run.report().await),
            Err(StartError::InvalidInput(_)) => assert!(!is_accepted(depth)),
            Err(error) => panic!("{error}"),
        }
    });
}

#[test]
fn the_depth_of_task_token_outputs_is_limited() {
    at_each_depth(async |depth| {
        let depth = depth.min(8_000);
        let definition = machine(json!({
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"MessageBody.$": "$$.Task.Token"},
        }));
        let mocks = Mocks::new().state("S", Mock::token());
        let engine = engine(&definition, &mocks);
        let run = engine
            .start_machine("m", json!({}), StartOptions::new())
            .await
            .unwrap();
        let token = mocks.token_of("S").await;
        match engine.send_task_success(&token, &nested(depth)).await {
            Ok(()) => check_depth(depth, &run.report().await),
            Err(TokenError::InvalidOutput(_)) => assert!(!is_accepted(depth)),
            Err(error) => panic!("{error}"),
        }
    });
}

#[test]
fn the_depth_of_worker_results_is_limited() {
    at_each_depth(async |depth| {
        const ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:nest";
        let definition = machine(json!({"Type": "Task", "Resource": ARN}));
        let engine = builder(&definition).activity(ARN).build().unwrap();
        let works = engine.work_on_activity(ARN, None, |_: Json| async move {
            Ok::<_, TaskFailure>(nested(depth.min(8_000)))
        });
        let report = tokio::select! {
            report = run(&engine) => report,
            _ = works => unreachable!(),
        };
        check_depth(depth, &report);
    });
}

#[test]
fn the_depth_of_expression_results_is_limited() {
    at_each_depth(async |depth| {
        let text = Value::from(nested(depth.min(40_000))).to_text();
        for state in [
            json!({"Type": "Pass", "Parameters": {"v.$": "States.StringToJson($.text)"}}),
            json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $parse($states.input.text) %}"}),
            json!({
                "Type": "Pass", "QueryLanguage": "JSONata",
                "Assign": {"v": "{% $parse($states.input.text) %}"},
                "Output": "{% [$states.input.text ~> $parse] ~> $string %}",
            }),
        ] {
            let engine = builder(&machine(state)).build().unwrap();
            let run = engine.start_machine("m", json!({"text": text}), StartOptions::new());
            check_depth(depth, &run.await.unwrap().report().await);
        }
        let built =
            format!("{{% $reduce([0..{depth}], function($inner, $_) {{ {{'a': $inner}} }}) %}}");
        let state = json!({"Type": "Pass", "QueryLanguage": "JSONata", "Output": built});
        let engine = builder(&machine(state)).build().unwrap();
        check_depth(depth, &run(&engine).await);
    });
}

#[test]
fn the_depth_of_repeatedly_wrapped_values_is_limited() {
    at_each_depth(async |depth| {
        // Each round takes time, and the first ones beyond the limit end the execution.
        if depth > 4_000 {
            return;
        }
        let definition = json!({"StartAt": "Wrap", "States": {
            "Wrap": {"Type": "Pass", "Parameters": {"a.$": "$.a", "n.$": "States.MathAdd($.n, 1)"}, "Next": "In"},
            "In": {"Type": "Pass", "Parameters": {"a": {"a.$": "$.a"}, "n.$": "$.n"}, "Next": "More"},
            "More": {"Type": "Choice", "Default": "Wrap", "Choices": [
                {"Variable": "$.n", "NumericGreaterThanEquals": depth.min(2_000), "Next": "Done"}]},
            "Done": {"Type": "Succeed"},
        }});
        let engine = builder(&definition).build().unwrap();
        let run = engine.start_machine("m", json!({"a": 1, "n": 0}), StartOptions::new());
        check_depth(depth, &run.await.unwrap().report().await);
    });
}

#[test]
fn the_depth_of_items_in_stored_objects_is_limited() {
    at_each_depth(async |depth| {
        for (key, input_type) in [("k.json", "JSON"), ("k.jsonl", "JSONL")] {
            let text = Value::from(nested(depth)).to_text();
            let text = if input_type == "JSON" {
                format!("[{text}]")
            } else {
                text
            };
            let map = machine(json!({
                "Type": "Map",
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": {"InputType": input_type},
                    "Parameters": {"Bucket": "b", "Key": key},
                },
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
                },
            }));
            let store = Memory::new().with("b", key, text);
            check_depth(
                depth,
                &run(&builder(&map).objects(store).build().unwrap()).await,
            );
        }
    });
}

#[test]
fn the_depth_of_values_of_nested_executions_is_limited() {
    at_each_depth(async |depth| {
        let text = Value::from(nested(depth.min(40_000))).to_text();
        let definition = machine(json!({
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "inner", "Input.$": "$.text"},
            "OutputPath": "$.Output",
        }));
        let inner = machine(json!({"Type": "Pass"})).to_string();
        let engine = builder(&definition)
            .register_json("inner", &inner, MachineType::Standard)
            .build()
            .unwrap();
        let run = engine.start_machine("m", json!({"text": text}), StartOptions::new());
        // The output is in an envelope of one level.
        check_depth(depth, &run.await.unwrap().report().await);
    });
}
