//! Waiting executions on real time have no task; new executions are first stepped by the caller
//! that started them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright_engine::store::MemoryStore;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{
    Engine, EngineBuilder, ExecutionFilter, ExecutionHandle, ExecutionReport, MachineType,
    StartOptions, Status,
};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::run::support::{machine, output, task};

const BOTH: [MachineType; 2] = [MachineType::Standard, MachineType::Express];

fn builder(definition: &Json, machine_type: MachineType) -> EngineBuilder {
    Engine::builder().register_json("m", &definition.to_string(), machine_type)
}

fn engine(definition: &Json, machine_type: MachineType) -> Engine {
    builder(definition, machine_type).build().unwrap()
}

/// Returns a machine that waits for the number of seconds in its input.
fn waits() -> Json {
    machine(json!({"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input %}"}))
}

async fn start(engine: &Engine, input: Json) -> ExecutionHandle<Value> {
    let run = engine.start_machine("m", input, StartOptions::new()).await;
    run.unwrap()
}

fn threads(count: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(count).enable_all().build().unwrap()
}

#[tokio::test]
async fn waiting_executions_have_no_tokio_task_and_still_receive_requests() {
    for machine_type in BOTH {
        let before = Handle::current().metrics().num_alive_tasks();
        let engine = engine(&waits(), machine_type);
        let mut runs = Vec::new();
        for _ in 0..100 {
            runs.push(start(&engine, json!(86_400)).await);
        }
        // One task is notified of the end of the runtime.
        assert!(Handle::current().metrics().num_alive_tasks() <= before + 1);
        for run in &runs {
            assert_eq!(run.status(), Status::Running);
        }
        let kept = runs[0].history().await.len();
        assert_eq!(
            kept,
            if machine_type == MachineType::Standard {
                2
            } else {
                0
            }
        );
        for run in runs {
            let report = run.stop(Some("Enough"), None).await;
            assert_eq!(report.error.as_deref(), Some("Enough"));
        }
        drop(engine);
    }
}

#[tokio::test]
async fn an_execution_without_tasks_ends_within_its_start() {
    let engine = engine(
        &machine(json!({"Type": "Pass", "Result": 7})),
        MachineType::Standard,
    );
    let run = start(&engine, json!({})).await;
    assert_eq!(run.status(), Status::Succeeded);
    assert_eq!(run.await.unwrap().to_text(), "7");
}

#[tokio::test]
async fn a_start_calls_no_handler() {
    static CALLED: AtomicBool = AtomicBool::new(false);
    let definition = json!({"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "a", "End": true}}},
            machine(task(json!({}))),
            {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": "b", "End": true}}},
        ]},
    }});
    let f = |input: Json| async move {
        CALLED.store(true, Ordering::SeqCst);
        // The caller of the start is not delayed by this.
        std::thread::sleep(Duration::from_millis(30));
        Ok::<_, TaskFailure>(input)
    };
    let engine = builder(&definition, MachineType::Standard).function("f", f);
    let engine = engine.build().unwrap();
    let run = start(&engine, json!("t")).await;
    assert!(!CALLED.load(Ordering::SeqCst));
    let report = run.report().await;
    assert_eq!(output(&report), json!(["a", "t", "b"]));
    // The events equal those of an execution that its caller drives.
    let driven = engine.execute_machine("m", json!("t"), StartOptions::new());
    let names = |report: &ExecutionReport| -> Vec<_> {
        let events = report.history.events();
        events.map(|event| event.kind().name()).collect()
    };
    assert_eq!(names(&report), names(&driven.await.unwrap()));
}

/// Timers that are due immediately do not block the caller.
#[tokio::test]
async fn a_start_calls_no_handler_after_waits_that_end_immediately() {
    let definition = json!({"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Timestamp": "2020-01-01T00:00:00Z", "Next": "V"},
        "V": {"Type": "Wait", "Seconds": 0, "Next": "T"},
        "T": task(json!({"End": true})),
    }});
    let (tell, told) = std::sync::mpsc::channel();
    let f = move |input: Json| {
        let sent = tell.send(());
        async move {
            sent.map(|()| input)
                .map_err(|_| TaskFailure::new("Gone", ""))
        }
    };
    let engine = builder(&definition, MachineType::Standard).function("f", f);
    let engine = engine.build().unwrap();
    for round in 0..200 {
        let run = start(&engine, json!(round)).await;
        // The runtime has one thread, which has not yielded since.
        assert!(told.try_recv().is_err(), "{round}");
        assert_eq!(run.await.unwrap().to_text(), round.to_string());
        assert!(told.try_recv().is_ok(), "{round}");
    }
}

/// Lets each task that is ready run once. `yield_now` waits until none is, or many have run.
async fn turn() {
    let mut has_waited = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut has_waited, true) {
            Poll::Ready(())
        } else {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

#[tokio::test]
async fn a_loop_without_waits_yields_to_other_tasks() {
    let definition = json!({"StartAt": "More", "States": {
        "More": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"},
        "Enough": {"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericLessThan": 5_000, "Next": "More"}
        ], "Default": "End"},
        "End": {"Type": "Succeed"},
    }});
    let engine = engine(&definition, MachineType::Express);
    let run = start(&engine, json!({"n": 0})).await;
    assert_eq!(run.status(), Status::Running);
    let others = tokio::spawn(async move {
        let mut turns = 0;
        while run.status() == Status::Running {
            turn().await;
            turns += 1;
        }
        (turns, run)
    });
    let (turns, run) = others.await.unwrap();
    assert!(turns > 10, "{turns}");
    assert_eq!(run.await.unwrap().to_text(), r#"{"n":5000}"#);
}

/// Each execution starts the next one and does not wait for it.
#[test]
fn a_long_chain_of_starts_does_not_overflow_the_stack() {
    let definition = json!({"StartAt": "More", "States": {
        "More": {"Type": "Choice", "Choices": [
            {"Variable": "$.n", "NumericGreaterThan": 0, "Next": "Start"}
        ], "Default": "End"},
        "Start": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {
                "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m",
                "Input": {"n.$": "States.MathAdd($.n, -1)"},
            },
            "Next": "End",
        },
        "End": {"Type": "Succeed"},
    }});
    let chain = move || {
        let engine = builder(&definition, MachineType::Standard).retention(2_000);
        let engine = engine.build().unwrap();
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let run = start(&engine, json!({"n": 1_500})).await;
            run.await.unwrap();
            let count = |status| {
                let mut filter = ExecutionFilter::new().status(status);
                let mut count = 0;
                loop {
                    let page = engine.blocking_executions(&filter).unwrap();
                    count += page.executions.len();
                    match page.next {
                        Some(next) => filter = filter.after(next),
                        None => return count,
                    }
                }
            };
            // An execution that has ended has started the next one.
            while count(Status::Running) > 0 {
                tokio::task::yield_now().await;
            }
            count(Status::Succeeded)
        })
    };
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let ended = small.spawn(chain).unwrap().join().unwrap();
    assert_eq!(ended, 1_501);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_can_start_and_await_a_waiting_execution() {
    let definition = json!({"StartAt": "Kind", "States": {
        "Kind": {"Type": "Choice", "Choices": [
            {"Variable": "$", "IsNumeric": true, "Next": "Rest"}
        ], "Default": "Ask"},
        "Rest": {"Type": "Wait", "SecondsPath": "$", "End": true},
        "Ask": task(json!({"End": true})),
    }});
    let own = Arc::new(std::sync::OnceLock::<Engine>::new());
    let of_handler = own.clone();
    let f = move |_: Json| {
        let engine = of_handler.get().unwrap().clone();
        async move {
            let inner = start(&engine, json!(1)).await;
            Ok::<_, TaskFailure>(inner.await.unwrap())
        }
    };
    let engine = builder(&definition, MachineType::Standard).function("f", f);
    let engine = engine.build().unwrap();
    own.set(engine.clone()).unwrap();
    let mut runs = Vec::new();
    for _ in 0..20 {
        runs.push(start(&engine, json!("ask")).await);
    }
    for run in runs {
        assert_eq!(run.await.unwrap().to_text(), "1");
    }
}

#[tokio::test]
async fn a_start_completes_after_its_future_is_dropped() {
    for store in [None, Some(MemoryStore::new())] {
        let mut engine = builder(&waits(), MachineType::Standard);
        if let Some(store) = &store {
            engine = engine.store(store.clone());
        }
        let engine = engine.build().unwrap();
        {
            let options = StartOptions::new().name("once");
            let mut start = std::pin::pin!(engine.start_machine("m", json!(1), options));
            let once =
                |cx: &mut std::task::Context<'_>| Poll::Ready(start.as_mut().poll(cx).is_ready());
            let is_started = std::future::poll_fn(once).await;
            assert_eq!(is_started, store.is_none());
        }
        let id = "arn:aws:states:us-east-1:123456789012:execution:m:once";
        let run = loop {
            if let Some(run) = engine.blocking_execution(id).unwrap() {
                break run;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(run.await.unwrap().to_text(), "1");
    }
}

/// Heartbeats, readers of the history and the timers of heartbeats reach a parked execution from
/// many threads.
#[test]
fn events_from_many_threads_reach_a_parked_execution() {
    let runtime = threads(2);
    let definition = machine(json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
        "HeartbeatSeconds": 60,
    }));
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let f = move |input: Json| {
        let sent = tell.send(input["token"].as_str().unwrap().to_owned());
        async move {
            sent.map(|()| Json::Null)
                .map_err(|_| TaskFailure::new("Gone", ""))
        }
    };
    let engine = builder(&definition, MachineType::Standard).function("f", f);
    let engine = engine.build().unwrap();
    runtime.block_on(async {
        for round in 0..50 {
            let run = Arc::new(start(&engine, json!({})).await);
            let token: Arc<str> = told.recv().await.unwrap().into();
            let beats = Arc::new(AtomicUsize::new(0));
            let senders: Vec<_> = (0..4)
                .map(|number| {
                    let (engine, token) = (engine.clone(), token.clone());
                    let (run, beats) = (run.clone(), beats.clone());
                    tokio::spawn(async move {
                        for _ in 0..20 {
                            if number == 0 {
                                assert!(run.history().await.len() >= 4);
                            } else {
                                engine.send_task_heartbeat(&token).await.unwrap();
                                beats.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                    })
                })
                .collect();
            for sender in senders {
                sender.await.unwrap();
            }
            assert_eq!(beats.load(Ordering::SeqCst), 60);
            engine.send_task_success(&token, &round).await.unwrap();
            let report = run.report().await;
            assert_eq!(output(&report), json!(round));
        }
    });
}

#[tokio::test]
async fn a_shutdown_of_the_engine_stops_parked_executions() {
    let engine = engine(&waits(), MachineType::Standard);
    let (short, long) = (
        start(&engine, json!(0)).await,
        start(&engine, json!(86_400)).await,
    );
    let stopped = engine.shutdown(Duration::from_millis(10)).await;
    assert_eq!(stopped.len(), 1);
    assert_eq!(stopped[0].id, long.id());
    assert_eq!(short.await.unwrap().to_text(), "0");
}

/// The engine's state is dropped with the last reference to the engine.
#[test]
fn parked_executions_resume_without_handles_and_end_with_the_runtime() {
    for machine_type in BOTH {
        let left = Arc::new(());
        let runtime = threads(1);
        let engine = builder(&waits(), machine_type).state(left.clone());
        let engine = engine.build().unwrap();
        let (short, long) = runtime.block_on(async {
            (
                start(&engine, json!(1)).await,
                start(&engine, json!(86_400)).await,
            )
        });
        drop(engine);
        assert_eq!(
            runtime.block_on(short.into_future()).unwrap().to_text(),
            "1"
        );
        assert_eq!(long.status(), Status::Running);
        drop(runtime);
        assert_eq!(long.status(), Status::Aborted);
        let report = Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(long.report());
        assert_eq!(report.error.as_deref(), Some("Stepwright.ShutDown"));
        drop((report, long));
        assert_eq!(Arc::strong_count(&left), 1);
    }
}

/// Executions that are parked on one runtime get events from another one, and from one that has
/// shut down.
#[test]
fn parked_executions_stay_on_their_runtime() {
    let engine = engine(&waits(), MachineType::Standard);
    let (first, second) = (threads(1), threads(1));
    let of_first = first.block_on(start(&engine, json!(86_400)));
    let of_second = second.block_on(start(&engine, json!(86_400)));
    let stopped = second.block_on(of_first.stop(Some("Other"), None));
    assert_eq!(stopped.error.as_deref(), Some("Other"));
    let of_first = first.block_on(start(&engine, json!(1)));
    drop(second);
    assert_eq!(of_second.status(), Status::Aborted);
    assert_eq!(
        first.block_on(of_first.into_future()).unwrap().to_text(),
        "1"
    );
}

/// The children of a Distributed Map are parked, too.
#[test]
fn parked_child_executions_end_with_their_runtime() {
    let definition = machine(json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86_400, "End": true}},
        },
    }));
    let engine = engine(&definition, MachineType::Standard);
    let runtime = threads(2);
    let run = runtime.block_on(async {
        let run = start(&engine, json!([1, 2, 3])).await;
        while engine.blocking_map_runs(run.id()).unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        run
    });
    let map_run = engine.blocking_map_runs(run.id()).unwrap().remove(0);
    let children = || engine.blocking_map_run_executions(&map_run.arn).unwrap();
    assert!(
        children()
            .iter()
            .all(|child| child.status == Status::Running)
    );
    drop(runtime);
    assert_eq!(run.status(), Status::Aborted);
    assert!(
        children()
            .iter()
            .all(|child| child.status == Status::Aborted)
    );
}
