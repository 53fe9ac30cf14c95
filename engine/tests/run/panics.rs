use serde_json::{Value as Json, json};
use stepwright_engine::task::{Answer, TaskCall, TaskFailure};
use stepwright_engine::{StartOptions, Status};

use crate::run::support::{builder, kinds, machine, task};

#[tokio::test]
async fn a_handler_that_panics_is_a_failed_task() {
    let engine = builder(&machine(task(json!({}))))
        .function("f", |now: bool| async move {
            if !now {
                tokio::task::yield_now().await;
            }
            let reader = Vec::<Json>::new().pop();
            Ok::<Json, TaskFailure>(reader.expect("the card reader is on fire"))
        })
        .build()
        .unwrap();
    for now in [true, false] {
        let run = engine
            .start_machine("m", json!(now), StartOptions::new())
            .await
            .unwrap();
        let report = run.report().await;
        assert_eq!(report.status, Status::Failed);
        assert_eq!(report.error.as_deref(), Some("Stepwright.TaskPanicked"));
        assert!(
            report
                .cause
                .as_ref()
                .unwrap()
                .contains("the card reader is on fire")
        );
    }
}

#[tokio::test]
async fn a_source_that_panics_is_a_failed_task() {
    let engine = builder(&machine(task(json!({}))))
        .tasks(|_: &TaskCall<'_>| -> Option<Answer> { panic!("no mock today") })
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("Stepwright.TaskPanicked"));
}

#[tokio::test]
async fn a_task_without_a_handler_fails_with_its_state_and_resource() {
    let engine = builder(&machine(task(json!({})))).build().unwrap();
    let run = engine
        .start_machine("m", json!({}), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("States.Runtime"));
    let cause = failed.cause.unwrap();
    for part in [
        "state 'S'",
        "'arn:aws:states:::lambda:invoke' ('f')",
        "register",
    ] {
        assert!(cause.contains(part), "{cause}");
    }
}

#[tokio::test]
async fn an_input_that_a_handler_cannot_read_is_a_failed_task() {
    let engine = builder(&machine(task(json!({}))))
        .function(
            "f",
            |number: u8| async move { Ok::<u8, TaskFailure>(number) },
        )
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!("text"), StartOptions::new())
        .await
        .unwrap();
    let failed = run.await.unwrap_err();
    assert_eq!(failed.error.as_deref(), Some("Stepwright.InvalidInput"));
}

struct PanicsInDrop;

impl Drop for PanicsInDrop {
    fn drop(&mut self) {
        panic!("the connection was not released");
    }
}

#[tokio::test]
async fn a_handler_that_panics_on_drop_fails_its_task() {
    let engine = builder(&machine(task(json!({}))))
        .function("f", |now: bool| {
            let held = PanicsInDrop;
            // Held by the future itself: it is dropped with the future, after the answer.
            std::future::poll_fn(move |cx| {
                let _held = &held;
                if now {
                    return std::task::Poll::Ready(Ok::<Json, TaskFailure>(json!(1)));
                }
                cx.waker().wake_by_ref();
                std::task::Poll::Pending
            })
        })
        .build()
        .unwrap();
    let run = engine
        .start_machine("m", json!(true), StartOptions::new())
        .await
        .unwrap();
    let report = run.report().await;
    assert_eq!(report.error.as_deref(), Some("Stepwright.TaskPanicked"));
    assert_eq!(kinds(&report).last(), Some(&"ExecutionFailed"));

    // A cancelled task has no answer that could fail.
    let run = engine
        .start_machine("m", json!(false), StartOptions::new())
        .await
        .unwrap();
    tokio::task::yield_now().await;
    let report = run.stop(Some("Enough"), None).await;
    assert_eq!(
        (report.status, report.error.as_deref()),
        (Status::Aborted, Some("Enough"))
    );
    assert_eq!(kinds(&report).last(), Some(&"ExecutionAborted"));
}

/// Without the message of `panic!`.
fn panics() -> Result<Json, TaskFailure> {
    std::panic::resume_unwind(Box::new("on request"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panics_of_tasks_do_not_affect_other_tasks() {
    let handlers = json!({"StartAt": "All", "States": {"All": {
        "Type": "Map", "End": true, "ItemProcessor": {"StartAt": "One", "States": {
            "One": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "TimeoutSeconds": 1,
                "Parameters": {"FunctionName.$": "$", "Payload.$": "$"}, "ResultSelector": {"by.$": "$.Payload"},
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
            },
            "Caught": {"Type": "Pass", "Result": "caught", "End": true},
        }},
    }}});
    let engine = builder(&handlers)
        .function(
            "calls",
            |_: Json| -> std::future::Ready<Result<Json, TaskFailure>> {
                std::panic::resume_unwind(Box::new("called"))
            },
        )
        .function("polls", |_: Json| async {
            tokio::task::yield_now().await;
            panics()
        })
        .function("drops", |_: Json| async {
            let _panics = PanicsInDrop;
            std::future::pending::<Result<Json, TaskFailure>>().await
        })
        .function("works", |name: Json| async {
            tokio::task::yield_now().await;
            Ok::<_, TaskFailure>(name)
        })
        .max_running_tasks(3)
        .build()
        .unwrap();
    let mut runs = Vec::new();
    for number in 0..20 {
        let mut calls = ["calls", "polls", "drops", "works"].repeat(2);
        calls.rotate_left(number % 4);
        let run = engine.start_machine("m", json!(calls), StartOptions::new());
        runs.push((calls, run.await.unwrap()));
    }
    for (calls, run) in runs {
        let output = run.await.unwrap().to_json();
        for (call, output) in calls.iter().zip(output.as_array().unwrap()) {
            // A task that is queued behind one that hangs may time out.
            let is_caught = *output == json!("caught");
            assert!(
                is_caught || *call == "works" && output["by"] == "works",
                "{call}: {output}"
            );
        }
    }
    // Tokens, stops, lists and further executions work as before.
    let run = engine.start_machine("m", json!(["works"]), StartOptions::new());
    assert_eq!(
        run.await.unwrap().await.unwrap().to_text(),
        r#"[{"by":"works"}]"#
    );
    assert_eq!(
        engine
            .blocking_executions(&Default::default())
            .unwrap()
            .executions
            .len(),
        21
    );
}
