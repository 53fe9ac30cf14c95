//! `EngineBuilder::fallback_tasks`: for the calls that nothing else executes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use stepwright_engine::task::{Answer, TaskCall, TaskFailure, TaskSource};
use stepwright_engine::{Engine, EngineBuilder, MachineType, StartOptions};
use stepwright_testing::{Mock, Mocks};

use crate::run::support::{machine, output};

/// Answers every call, and counts.
#[derive(Clone, Default)]
struct Fallback(Arc<AtomicUsize>);

impl TaskSource for Fallback {
    fn answer(&self, _: &TaskCall<'_>) -> Option<Answer> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Some(Answer::output(json!("fallback")))
    }
}

fn function() -> Json {
    machine(json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
    }))
}

fn nested() -> Json {
    machine(json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "inner"}, "OutputPath": "$.Output",
    }))
}

fn builder(definition: &Json) -> EngineBuilder {
    Engine::builder().virtual_time().register_json(
        "m",
        &definition.to_string(),
        MachineType::Standard,
    )
}

/// The output of an engine with the fallback, and the number of calls that the fallback got.
async fn run(builder: EngineBuilder, options: StartOptions) -> (Json, usize) {
    let fallback = Fallback::default();
    let engine = builder.fallback_tasks(fallback.clone()).build().unwrap();
    let run = engine.start_machine("m", json!({}), options).await.unwrap();
    let output = output(&run.report().await);
    (output, fallback.0.load(Ordering::SeqCst))
}

#[tokio::test]
async fn calls_that_nothing_else_executes_reach_the_fallback() {
    let found = run(builder(&function()), StartOptions::new()).await;
    assert_eq!(found, (json!("fallback"), 1));
    // Without a state machine of this name.
    let found = run(
        builder(&machine(json!({
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {"StateMachineArn": "inner"},
        }))),
        StartOptions::new(),
    );
    assert_eq!(found.await, (json!("fallback"), 1));
}

#[tokio::test]
async fn mocks_sources_handlers_and_nested_workflows_win_over_the_fallback() {
    let mocked = || Mocks::new().state("S", Mock::output("mock"));
    let own = |_: &TaskCall<'_>| Some(Answer::output(json!("source")));
    let handler = |_: Json| async { Ok::<_, TaskFailure>(json!("handler")) };
    let with_all = || builder(&function()).tasks(own).function("f", handler);
    let found = run(with_all(), StartOptions::new().tasks(mocked())).await;
    assert_eq!(found, (json!("mock"), 0));
    let found = run(builder(&function()).tasks(mocked()), StartOptions::new()).await;
    assert_eq!(found, (json!("mock"), 0));
    let found = run(with_all(), StartOptions::new()).await;
    assert_eq!(found, (json!("source"), 0));
    let found = run(
        builder(&function()).function("f", handler),
        StartOptions::new(),
    )
    .await;
    assert_eq!((&found.0["Payload"], found.1), (&json!("handler"), 0));
    let inner =
        json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": "nested", "End": true}}});
    let with_inner =
        builder(&nested()).register_json("inner", &inner.to_string(), MachineType::Standard);
    let found = run(with_inner, StartOptions::new()).await;
    assert_eq!(found, (json!("nested"), 0));
}

#[tokio::test]
async fn fallbacks_are_consulted_in_the_order_in_which_they_were_added() {
    let first =
        |call: &TaskCall<'_>| (call.state() == "Other").then(|| Answer::output(json!("other")));
    let engine = builder(&function())
        .fallback_tasks(first)
        .fallback_tasks(Fallback::default());
    let engine = engine.fallback_tasks(|_: &TaskCall<'_>| Some(Answer::output(json!("last"))));
    let engine = engine.build().unwrap();
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    assert_eq!(
        output(&run.await.unwrap().report().await),
        json!("fallback")
    );
}

#[tokio::test]
async fn a_panicking_fallback_fails_its_task() {
    let engine = builder(&function())
        .fallback_tasks(|_: &TaskCall<'_>| -> Option<Answer> { panic!("out of luck") });
    let engine = engine.build().unwrap();
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let report = run.await.unwrap().report().await;
    assert_eq!(report.error.as_deref(), Some("Stepwright.TaskPanicked"));
}

#[tokio::test]
async fn mocks_as_a_fallback_report_that_they_were_never_called() {
    let own = |_: &TaskCall<'_>| Some(Answer::output(json!("source")));
    let mocks = Mocks::new().state("S", Mock::output(1));
    let builder = builder(&function()).tasks(own).fallback_tasks(mocks);
    let engine = builder.build().unwrap();
    let run = engine.start_machine("m", json!({}), StartOptions::new());
    let report = run.await.unwrap().report().await;
    assert_eq!(output(&report), json!("source"));
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(engine)));
    let message = dropped.expect_err("the mock was not called");
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.contains("`S`"), "{message}");
}
