//! Handlers that run outside of their execution's task: on a thread for blocking work, or in a
//! spawned task.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright::builder::FlowBuilder;
use stepwright::{TaskContext, task, workflow};
use stepwright_runtime::clock::{Clock, VIRTUAL_START};
use stepwright_runtime::{
    Engine, EngineBuilder, ExecutionReport, MachineType, StartOptions, Status,
};

/// Shared by the handlers and their test.
#[derive(Clone, Default)]
struct Seen {
    threads: Arc<Mutex<Vec<ThreadId>>>,
    was_told: Arc<AtomicBool>,
    /// How often the runtime of the test has polled it.
    polls: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
    /// The most handlers that ran at the same time.
    most: Arc<AtomicUsize>,
}

impl Seen {
    /// Computes until as many handlers as this have run at the same time.
    fn run_together(&self, handlers: usize) {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        wait("other handlers run", || {
            self.most.load(Ordering::SeqCst) >= handlers
        });
        self.running.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Blocks the thread until a condition holds.
fn wait(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[task(blocking)]
fn compute(context: &TaskContext, number: u64) -> u64 {
    let seen: &Seen = context.state().unwrap();
    seen.threads
        .lock()
        .unwrap()
        .push(std::thread::current().id());
    wait("the runtime polls", || {
        seen.polls.load(Ordering::SeqCst) > 100
    });
    number * 2
}

#[task(blocking)]
fn computes(context: &TaskContext, number: u64) -> u64 {
    let seen: &Seen = context.state().unwrap();
    seen.run_together(3);
    number * 2
}

#[task(spawn)]
async fn computes_in_a_task(number: u64) -> u64 {
    number * 2
}

#[task(spawn)]
async fn computes_together(context: &TaskContext, number: u64) -> u64 {
    let seen: &Seen = context.state().unwrap();
    seen.run_together(3);
    number * 2
}

#[task(blocking)]
fn panics(_number: u64) -> u64 {
    panic!("out of luck")
}

#[task(spawn)]
async fn panics_in_a_task(_number: u64) -> u64 {
    tokio::task::yield_now().await;
    panic!("out of luck")
}

#[task(blocking)]
fn stops_when_told(context: &TaskContext, _number: u64) -> u64 {
    wait("the task is cancelled", || context.is_cancelled());
    let seen: &Seen = context.state().unwrap();
    seen.was_told.store(true, Ordering::SeqCst);
    0
}

#[task(spawn)]
async fn sleeps_for_a_day(context: &TaskContext, number: u64) -> u64 {
    let clock: &Clock = context.state().unwrap();
    let _held = clock.sleep(Duration::from_secs(86_400)).await;
    tokio::task::yield_now().await;
    number
}

workflow! {
    workflow Blocking(number: u64) -> u64 {
        task Work { let result = compute(number); end result; }
    }
    workflow Together(number: u64) -> u64 {
        task Work { let result = computes(number); end result; }
    }
    workflow TogetherInATask(number: u64) -> u64 {
        task Work { let result = computes_together(number); end result; }
    }
    workflow Spawned(number: u64) -> u64 {
        task Work { let result = computes_in_a_task(number); end result; }
    }
    workflow Panicking(number: u64) -> u64 {
        task Work { let result = panics(number); end result; }
    }
    workflow PanickingInATask(number: u64) -> u64 {
        task Work { let result = panics_in_a_task(number); end result; }
    }
    workflow Told(number: u64) -> u64 {
        task Work { let result = stops_when_told(number); timeout 1s; end result; }
    }
    workflow Sleeping(number: u64) -> u64 {
        task Work { let result = sleeps_for_a_day(number); end result; }
    }
}

fn engine(seen: &Seen) -> EngineBuilder {
    let clock = Clock::virtual_from(VIRTUAL_START);
    Engine::builder()
        .register::<Blocking>()
        .register::<Together>()
        .register::<TogetherInATask>()
        .register::<Spawned>()
        .register::<Panicking>()
        .register::<PanickingInATask>()
        .register::<Told>()
        .register::<Sleeping>()
        .state(seen.clone())
        .state(clock.clone())
        .clock(clock)
}

#[tokio::test]
async fn blocking_handlers_do_not_block_the_runtime_or_take_virtual_time() {
    let seen = Seen::default();
    let engine = engine(&seen).build().unwrap();
    let run = engine.start::<Blocking>(21).await.unwrap();
    let mut report = std::pin::pin!(run.report());
    let report = loop {
        tokio::select! {
            biased;
            report = &mut report => break report,
            // The handler waits for these.
            () = tokio::task::yield_now() => drop(seen.polls.fetch_add(1, Ordering::SeqCst)),
        }
    };
    assert_eq!(report.output.as_ref().unwrap().as_i64(), Some(42));
    assert_eq!(seconds(&report), 0.0);
    let threads = seen.threads.lock().unwrap().clone();
    assert!(
        threads
            .iter()
            .all(|thread| *thread != std::thread::current().id())
    );
    assert_eq!(threads.len(), 1);
}

/// Runs twelve iterations of a Map whose handlers end when three have run at the same time. In
/// place, they would run one after the other.
async fn map_of(function: &str) {
    let seen = Seen::default();
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "T", "States": {"T": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": function, "Payload.$": "$"},
            "OutputPath": "$.Payload",
        }}},
    }}});
    let engine = engine(&seen)
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .build()
        .unwrap();
    let items: Vec<u64> = (0..12).collect();
    let run = engine
        .start_machine("m", json!(items), StartOptions::new())
        .await;
    let output: Json = run.unwrap().await.unwrap().to_json();
    let expected: Vec<u64> = items.iter().map(|item| item * 2).collect();
    assert_eq!(output, json!(expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn blocking_and_spawned_handlers_of_a_map_run_in_parallel() {
    map_of("${ComputesArn}").await;
    map_of("${ComputesTogetherArn}").await;
}

#[tokio::test]
async fn a_panic_on_another_thread_fails_the_task() {
    let engine = engine(&Seen::default()).build().unwrap();
    let blocking = engine.start::<Panicking>(1).await.unwrap().report().await;
    let spawned = engine
        .start::<PanickingInATask>(1)
        .await
        .unwrap()
        .report()
        .await;
    for report in [blocking, spawned] {
        assert_eq!(report.error.as_deref(), Some("Stepwright.TaskPanicked"));
        assert!(report.cause.as_deref().unwrap().contains("out of luck"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_handler_is_cancelled_when_it_times_out() {
    let seen = Seen::default();
    let engine = engine(&seen).build().unwrap();
    let report = engine.start::<Told>(1).await.unwrap().report().await;
    assert_eq!(report.error.as_deref(), Some("States.Timeout"));
    let begun = Instant::now();
    while !seen.was_told.load(Ordering::SeqCst) {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the cancellation is not reported"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spawned_handler_sleeps_on_virtual_time() {
    let engine = engine(&Seen::default()).build().unwrap();
    for number in 0..20 {
        let report = engine
            .start::<Sleeping>(number)
            .await
            .unwrap()
            .report()
            .await;
        assert_eq!(report.status, Status::Succeeded);
        assert_eq!(seconds(&report), 86_400.0);
    }
}

#[tokio::test]
async fn a_built_workflow_runs_blocking_handlers_on_other_threads() {
    let seen = Seen::default();
    // Nothing polls in this test.
    seen.polls.store(1_000, Ordering::SeqCst);
    let flow = FlowBuilder::<u64, u64>::new("Built");
    let state = flow.declare::<u64>("Work");
    flow.start_at(&state);
    flow.task(&state, compute {}).end();
    let built = flow.build().unwrap();
    let engine = engine(&seen).register_built(&built).build().unwrap();
    let run = engine.start_built(&built, 4, StartOptions::new()).await;
    assert_eq!(run.unwrap().await.unwrap(), 8);
    let threads = seen.threads.lock().unwrap().clone();
    assert_eq!(threads.len(), 1);
    assert_ne!(threads[0], std::thread::current().id());
}

#[test]
fn task_functions_can_be_called_directly() {
    struct Nothing;
    impl stepwright::task::TaskHost for Nothing {}
    assert_eq!(
        futures_util::FutureExt::now_or_never(computes_in_a_task(2)),
        Some(4)
    );
    let context = TaskContext::new(Arc::new(Nothing));
    assert!(!context.is_cancelled());
}

/// How long an execution took on its clock.
fn seconds(report: &ExecutionReport) -> f64 {
    (report.stopped - report.execution().started()).as_secs_f64()
}
