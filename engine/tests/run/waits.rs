//! The open waits of running executions.

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::task::TaskFailure;
use stepwright_engine::value::Value;
use stepwright_engine::{
    ActivityError, Engine, EngineBuilder, ExecutionHandle, MachineType, StartOptions, Wait,
    WaitKind,
};

use crate::run::support::{builder, machine, output, task};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:pack";

fn pause(seconds: u64) -> Json {
    json!({"Type": "Wait", "Seconds": seconds})
}

fn asks() -> Json {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "ask", "Payload.$": "$$.Task.Token"},
        "TimeoutSeconds": 100, "HeartbeatSeconds": 10,
    })
}

fn packs() -> Json {
    json!({"Type": "Task", "Resource": ACTIVITY, "TimeoutSeconds": 100, "HeartbeatSeconds": 10})
}

/// An engine whose `ask` returns immediately, whose `f` fails, and whose `hang` never returns.
fn with_handlers(builder: EngineBuilder) -> Engine {
    let builder = builder
        .function("ask", |_: Json| async { Ok::<_, TaskFailure>(json!({})) })
        .function("f", |_: Json| async {
            Err::<Json, _>(TaskFailure::new("Busy", "try again"))
        })
        .function("hang", |_: Json| {
            std::future::pending::<Result<Json, TaskFailure>>()
        });
    builder.activity(ACTIVITY).build().unwrap()
}

async fn start(engine: &Engine, input: Json) -> ExecutionHandle<Value> {
    let run = engine.start_machine("m", input, StartOptions::new()).await;
    run.unwrap()
}

/// Starts the machine while virtual time does not advance, and returns its waits.
async fn waits_of(state: Json) -> (Timestamp, Vec<Wait>) {
    let engine = with_handlers(builder(&machine(state)));
    let _held = engine.clock().hold();
    let run = start(&engine, json!({})).await;
    let waits = run.waits().await;
    (run.execution().started, waits)
}

async fn kind_of(state: Json) -> (Timestamp, WaitKind) {
    let (started, mut waits) = waits_of(state).await;
    assert_eq!(waits.len(), 1, "{waits:?}");
    let wait = waits.remove(0);
    assert_eq!((wait.state.as_str(), wait.scope.len()), ("S", 0));
    assert_eq!(wait.since, Some(started));
    (started, wait.kind)
}

fn after(started: Timestamp, seconds: u64) -> Timestamp {
    started + std::time::Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_wait_state_is_a_timer() {
    let (started, kind) = kind_of(pause(60)).await;
    let until = after(started, 60);
    assert_eq!(kind, WaitKind::Timer { until });
}

#[tokio::test]
async fn a_retry_shows_the_time_and_number_of_the_next_attempt() {
    let retry = json!({"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 7}]});
    let (started, kind) = kind_of(task(retry)).await;
    let until = after(started, 7);
    assert_eq!(kind, WaitKind::Retry { until, attempt: 2 });
}

#[tokio::test]
async fn a_token_is_shown_with_its_timers_and_completes_the_task() {
    let engine = with_handlers(builder(&machine(asks())));
    let held = engine.clock().hold();
    let run = start(&engine, json!({})).await;
    let waits = run.waits().await;
    let started = run.execution().started;
    let WaitKind::Token {
        token,
        timeout_at,
        heartbeat_at,
    } = &waits[0].kind
    else {
        panic!("{waits:?}");
    };
    assert_eq!(*timeout_at, Some(after(started, 100)));
    assert_eq!(*heartbeat_at, Some(after(started, 10)));
    let printed = format!("{waits:?}");
    assert!(!printed.contains(token.as_str()), "{printed}");
    engine
        .send_task_success(token.as_str(), "yes")
        .await
        .unwrap();
    drop(held);
    assert_eq!(output(&run.report().await), json!("yes"));
    assert_eq!(run.waits().await, []);
}

#[tokio::test]
async fn a_running_handler_is_a_task_with_its_target() {
    let mut state = task(json!({"TimeoutSeconds": 30}));
    state["Parameters"]["FunctionName"] = json!("hang");
    let (started, kind) = kind_of(state).await;
    let expected = WaitKind::Task {
        resource: "arn:aws:states:::lambda:invoke".to_owned(),
        target: Some("hang".to_owned()),
        timeout_at: Some(after(started, 30)),
        heartbeat_at: None,
    };
    assert_eq!(kind, expected);
}

#[tokio::test]
async fn a_queued_activity_task_can_be_taken_from_its_queue_and_completed() {
    let engine = with_handlers(builder(&machine(packs())));
    let held = engine.clock().hold();
    let (first, second) = (
        start(&engine, json!(1)).await,
        start(&engine, json!(2)).await,
    );
    let waits = second.waits().await;
    let queued = WaitKind::Activity {
        arn: ACTIVITY.to_owned(),
        token: None,
        worker: None,
        timeout_at: Some(after(second.execution().started, 100)),
        heartbeat_at: None,
    };
    assert_eq!(waits[0].kind, queued);
    let task = second
        .take_activity_task("S", &[], Some("console"))
        .await
        .unwrap();
    assert_eq!(task.input.to_text(), "2");
    let waits = second.waits().await;
    let WaitKind::Activity {
        token,
        worker,
        heartbeat_at,
        ..
    } = &waits[0].kind
    else {
        panic!("{waits:?}");
    };
    assert_eq!(token.as_ref().unwrap().as_str(), task.token);
    assert_eq!(worker.as_deref(), Some("console"));
    assert!(heartbeat_at.is_some());
    let again = second.take_activity_task("S", &[], None).await;
    assert!(matches!(again, Err(ActivityError::NoQueuedTask(state)) if state == "S"));
    engine.send_task_success(&task.token, "done").await.unwrap();
    // The older task is still in the queue.
    let older = first.take_activity_task("S", &[], None).await.unwrap();
    assert_eq!(older.input.to_text(), "1");
    drop((task, held));
    assert_eq!(output(&second.report().await), json!("done"));
}

#[tokio::test]
async fn a_nested_execution_and_a_map_run_are_shown_with_their_arns() {
    let nests = json!({
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:inner", "Name": "n"},
        "End": true,
    });
    let runs = json!({"Type": "Map", "Label": "each", "ItemsPath": "$", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5, "End": true}},
    }});
    let inner = machine(pause(5)).to_string();
    for (state, arn) in [
        (
            nests,
            "arn:aws:states:us-east-1:123456789012:execution:inner:n",
        ),
        (runs, "arn:aws:states:us-east-1:123456789012:mapRun:m/each:"),
    ] {
        let builder = builder(&machine(state));
        let engine = with_handlers(builder.register_json("inner", &inner, MachineType::Standard));
        let held = engine.clock().hold();
        let run = start(&engine, json!([1])).await;
        let waits = run.waits().await;
        match &waits[0].kind {
            WaitKind::Execution { arn: shown } => assert_eq!(shown, arn),
            WaitKind::MapRun { arn: shown } => {
                assert!(shown.starts_with(arn), "{shown}");
                assert_eq!(shown, &engine.blocking_map_runs(run.id()).unwrap()[0].arn);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(waits[0].since, Some(run.execution().started));
        drop(held);
        run.report().await;
    }
}

#[tokio::test]
async fn branches_and_iterations_wait_separately_in_the_order_of_their_entry() {
    let in_map = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemsPath": "$.items", "End": true,
        "ItemProcessor": machine(pause(60)),
    }}});
    let state =
        json!({"Type": "Parallel", "Branches": [machine(asks()), in_map, machine(packs())]});
    let mut state = machine(state);
    for (branch, name) in [(0, "Ask"), (2, "Pack")] {
        let branch = &mut state["States"]["S"]["Branches"][branch];
        let inner = branch["States"]["S"].clone();
        *branch = json!({"StartAt": name, "States": {name: inner}});
    }
    let item = &mut state["States"]["S"]["Branches"][1]["States"]["M"]["ItemProcessor"];
    let inner = item["States"]["S"].clone();
    *item = json!({"StartAt": "W", "States": {"W": inner}});
    let engine = with_handlers(builder(&state));
    let _held = engine.clock().hold();
    let run = start(&engine, json!({"items": [1, 2]})).await;
    let waits = run.waits().await;
    let shown: Vec<_> = waits
        .iter()
        .map(|wait| format!("{} {}", wait.scope.join(" "), wait.state))
        .collect();
    assert_eq!(
        shown,
        ["S/Ask Ask", "S/Pack Pack", "S/M M[0] W", "S/M M[1] W"]
    );
    assert!(matches!(waits[0].kind, WaitKind::Token { .. }));
    assert!(matches!(waits[2].kind, WaitKind::Timer { .. }));
    let task = run
        .take_activity_task("Pack", &["S/Pack".to_owned()], None)
        .await
        .unwrap();
    engine
        .send_task_failure(&task.token, Some("Broken"), None)
        .await
        .unwrap();
    assert_eq!(run.report().await.error.as_deref(), Some("Broken"));
    assert_eq!(run.waits().await, []);
}

#[tokio::test]
async fn a_request_for_waits_leaves_parked_executions_parked() {
    let before = tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks();
    for machine_type in [MachineType::Standard, MachineType::Express] {
        let text = machine(pause(86_400)).to_string();
        let engine = Engine::builder().register_json("m", &text, machine_type);
        let engine = engine.build().unwrap();
        let run = start(&engine, json!({})).await;
        for _ in 0..3 {
            let waits = run.waits().await;
            assert!(matches!(waits[0].kind, WaitKind::Timer { .. }));
            assert!(waits[0].since >= Some(run.execution().started));
        }
        tokio::task::yield_now().await;
        let tasks = tokio::runtime::Handle::current().metrics();
        // One task is notified of the end of the runtime.
        assert!(tasks.num_alive_tasks() <= before + 1);
        run.stop(None, None).await;
    }
}
