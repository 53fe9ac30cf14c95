//! Tasks that were running when their process ended: idempotent ones run again, others are lost.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};

use crate::durable::support::{Done, process, second};

const ID: &str = "arn:aws:states:us-east-1:123456789012:execution:m:e";

/// Returns a machine with one Task that calls `work` with its own payload.
fn machine(more: &Json) -> Json {
    let mut task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Arguments": {"FunctionName": "work", "Payload": {"key": "{% $uuid() %}", "chance": "{% $random() %}"}},
        "Output": "{% $states.result.Payload %}",
    });
    for (key, value) in more.as_object().unwrap() {
        task[key] = value.clone();
    }
    json!({"QueryLanguage": "JSONata", "StartAt": "Work", "States": {"Work": task}})
}

type Working = Pin<Box<dyn Future<Output = Result<Json, TaskFailure>> + Send>>;

/// Builds an engine whose `work` records its payload and never ends the first time.
fn engine(machine: &Json, store: &MemoryStore, done: &Done, at: i64) -> EngineBuilder {
    let done = done.clone();
    Engine::builder()
        .store(store.clone())
        .virtual_time_from(second(at))
        .register_json("m", &machine.to_string(), MachineType::Standard)
        .function("work", move |payload: Json| -> Working {
            let is_first = done.all().is_empty();
            done.add(payload.clone());
            if is_first || payload["hangs"] == true {
                Box::pin(std::future::pending())
            } else {
                Box::pin(std::future::ready(Ok(payload)))
            }
        })
}

/// Starts the machine, and ends the process while its task is running. Then continues it `later`
/// seconds later.
fn interrupted(
    machine: &Json,
    is_idempotent: bool,
    later: i64,
) -> (std::sync::Arc<ExecutionReport>, Vec<Json>) {
    let (store, done) = (MemoryStore::new(), Done::default());
    let (first, kept, noted) = (machine.clone(), store.clone(), done.clone());
    process(async move {
        let engine = engine(&first, &kept, &noted, 0).build().unwrap();
        let options = StartOptions::new().name("e");
        engine.start_machine("m", json!({}), options).await.unwrap();
        while noted.all().is_empty() {
            tokio::task::yield_now().await;
        }
    });
    let (machine, noted) = (machine.clone(), done.clone());
    let report = process(async move {
        let builder = engine(&machine, &store.copy(), &noted, later);
        let builder = if is_idempotent {
            builder.idempotent("work")
        } else {
            builder
        };
        let engine = builder.build().unwrap();
        engine
            .blocking_execution(ID)
            .unwrap()
            .unwrap()
            .report()
            .await
    });
    (report, done.all())
}

/// The types of the events.
fn types(report: &ExecutionReport) -> Vec<String> {
    let events = report.history.to_json();
    let events = events["events"].as_array().unwrap().iter();
    events
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_interrupted_idempotent_task_runs_again_with_the_same_payload() {
    let (report, calls) = interrupted(&machine(&json!({})), true, 900);
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
    assert!(calls[0]["key"].is_string());
    assert_eq!(report.output.as_ref().unwrap().to_json(), calls[0]);
    assert_eq!(
        types(&report),
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded"
        ]
    );
}

#[test]
fn an_interrupted_task_fails_with_task_lost_and_can_be_retried() {
    let (report, calls) = interrupted(&machine(&json!({})), false, 900);
    assert_eq!(report.error.as_deref(), Some("Stepwright.TaskLost"));
    assert_eq!(calls.len(), 1);

    let retry = json!({"Retry": [{"ErrorEquals": ["Stepwright.TaskLost"]}]});
    let (report, calls) = interrupted(&machine(&retry), false, 900);
    assert_eq!(report.status, Status::Succeeded);
    assert_ne!(calls[0], calls[1]);
}

#[test]
fn a_repeated_task_keeps_its_deadline() {
    let hangs = json!({
        "Arguments": {"FunctionName": "work", "Payload": {"hangs": true}},
        "TimeoutSeconds": 1_000,
    });
    // It is not called again when it has timed out before.
    for (later, called) in [(999, 2), (1_000, 1), (5_000, 1)] {
        let (report, calls) = interrupted(&machine(&hangs), true, later);
        assert_eq!(report.error.as_deref(), Some("States.Timeout"));
        assert_eq!(calls.len(), called, "{later}");
        let due = second(1_000.max(later));
        assert!(
            report.stopped >= due && report.stopped < due + std::time::Duration::from_secs(30),
            "{later}: {}",
            report.stopped
        );
    }
}

#[test]
fn a_repeated_task_keeps_its_heartbeat_deadline() {
    let hangs = json!({
        "Arguments": {"FunctionName": "work", "Payload": {"hangs": true}},
        "HeartbeatSeconds": 100, "TimeoutSeconds": 1_000,
    });
    for (later, called) in [(99, 2), (100, 1)] {
        let (report, calls) = interrupted(&machine(&hangs), true, later);
        assert_eq!(report.error.as_deref(), Some("States.Timeout"));
        assert_eq!(calls.len(), called, "{later}");
        assert!(report.stopped < second(130), "{}", report.stopped);
    }
}

#[test]
fn a_repeated_request_has_the_same_task_token() {
    let asks = json!({
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {"FunctionName": "work", "Payload": {"token": "{% $states.context.Task.Token %}"}},
        "Output": "{% $states.result %}",
    });
    let (store, done) = (MemoryStore::new(), Done::default());
    let machine = machine(&asks);
    for is_first in [true, false] {
        let (machine, store, done) = (machine.clone(), store.clone(), done.clone());
        process(async move {
            let builder = engine(&machine, &store, &done, 0).idempotent("work");
            let engine = builder.build().unwrap();
            let calls = if is_first { 1 } else { 2 };
            if is_first {
                let options = StartOptions::new().name("e");
                engine.start_machine("m", json!({}), options).await.unwrap();
            }
            while done.all().len() < calls {
                tokio::task::yield_now().await;
            }
            if !is_first {
                let all = done.all();
                assert_eq!(all[0], all[1]);
                let token = all[1]["token"].as_str().unwrap();
                engine.send_task_success(token, "yes").await.unwrap();
                let report = engine
                    .blocking_execution(ID)
                    .unwrap()
                    .unwrap()
                    .report()
                    .await;
                assert_eq!(report.output.as_ref().unwrap().to_text(), r#""yes""#);
                let submitted = types(&report);
                let submitted = submitted.iter().filter(|name| *name == "TaskSubmitted");
                assert_eq!(submitted.count(), 1);
            }
        });
    }
}

#[test]
fn declaring_an_unknown_handler_idempotent_is_an_error() {
    let problem = |builder: EngineBuilder| builder.build().err().unwrap().to_string();
    let found = problem(Engine::builder().idempotent("work"));
    assert!(found.contains("`idempotent` names `work`"), "{found}");
}

/// Returns a Map over tasks, some of which are idempotent, and some of which are done when the
/// process ends.
fn many(tasks: &[(bool, bool)]) -> Json {
    let items: Vec<Json> = (0..)
        .zip(tasks)
        .map(|(id, (is_idempotent, is_done))| {
            let function = if *is_idempotent { "again" } else { "once" };
            json!({"id": id, "function": function, "hangs": !is_done})
        })
        .collect();
    json!({"QueryLanguage": "JSONata", "StartAt": "All", "States": {"All": {
        "Type": "Map", "Items": items, "End": true,
        "ItemProcessor": {"StartAt": "One", "States": {"One": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Arguments": {"FunctionName": "{% $states.input.function %}", "Payload": {
                "id": "{% $states.input.id %}", "hangs": "{% $states.input.hangs %}", "key": "{% $uuid() %}",
            }},
            "Output": "{% $states.result.Payload %}",
            "Catch": [{"ErrorEquals": ["Stepwright.TaskLost"], "Output": "lost", "Next": "Lost"}],
        }, "Lost": {"Type": "Pass", "End": true}}},
    }}})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(2)))]

    /// Finished tasks stay finished; running ones run again with the same payload if they are
    /// idempotent, and are lost otherwise.
    #[test]
    fn only_idempotent_tasks_run_again(tasks in prop::collection::vec(any::<(bool, bool)>(), 1..12)) {
        let (store, done) = (MemoryStore::new(), Done::default());
        let machine = many(&tasks);
        let outputs = [true, false].map(|is_first| {
            let (machine, store, done, count) = (machine.clone(), store.clone(), done.clone(), tasks.len());
            process(async move {
                let work = |noted: Done| move |payload: Json| -> Working {
                    noted.add(payload.clone());
                    if is_first && payload["hangs"] == true {
                        Box::pin(std::future::pending())
                    } else {
                        Box::pin(std::future::ready(Ok(payload["key"].clone())))
                    }
                };
                let builder = Engine::builder().store(store.clone()).virtual_time();
                let builder = builder.function("again", work(done.clone())).function("once", work(done.clone()));
                let builder = builder.register_json("m", &machine.to_string(), MachineType::Standard);
                let engine = builder.idempotent("again").build().unwrap();
                if is_first {
                    let options = StartOptions::new().name("e");
                    let run = engine.start_machine("m", json!({}), options).await.unwrap();
                    while done.all().len() < count && run.status() == Status::Running {
                        tokio::task::yield_now().await;
                    }
                    // An immediate answer is committed with the next record.
                    engine.shutdown(std::time::Duration::ZERO).await;
                    return json!(null);
                }
                engine.blocking_execution(ID).unwrap().unwrap().report().await.output.as_ref().unwrap().to_json()
            })
        });
        let calls = done.all();
        let outputs = outputs[1].as_array().unwrap();
        for (id, (is_idempotent, is_done)) in tasks.iter().enumerate() {
            let own: Vec<&Json> = calls.iter().filter(|call| call["id"] == id).collect();
            let keys: HashSet<String> = own.iter().map(|call| call["key"].to_string()).collect();
            prop_assert_eq!(keys.len(), 1);
            prop_assert_eq!(own.len(), if *is_idempotent && !is_done { 2 } else { 1 });
            let lost = !is_idempotent && !is_done;
            let expected = if lost { json!("lost") } else { own[0]["key"].clone() };
            prop_assert_eq!(&outputs[id], &expected);
        }
    }
}
