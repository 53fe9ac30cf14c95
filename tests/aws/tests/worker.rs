//! Workers of activities: the real client of the AWS SDK, with a server of the test on an engine.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use stepwright::{TaskContext, task};
use stepwright_aws::sfn::{ActivityWorker, WorkerError};
use stepwright_aws_tests::orders::{
    Counter, Order, charge_card, count_calls, fall_over, tell_caller,
};
use stepwright_aws_tests::step_functions::{Fault, StepFunctions};
use stepwright_runtime::{
    Engine, ExecutionHandle, ExecutionReport, MachineType, StartOptions, Status,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const ARN: &str = "arn:aws:states:us-east-1:123456789012:activity:charge";
const POLL: Duration = Duration::from_millis(800);

/// An engine with one machine, `m`, whose only task is an activity.
fn engine(fields: Value) -> Engine {
    let mut state = json!({"Type": "Task", "Resource": ARN, "End": true});
    for (name, value) in fields.as_object().unwrap() {
        state[name] = value.clone();
    }
    let definition = json!({"StartAt": "Charge", "States": {"Charge": state}}).to_string();
    Engine::builder()
        .register_json("m", &definition, MachineType::Standard)
        .activity(ARN)
        .build()
        .unwrap()
}

async fn start(engine: &Engine, input: Value) -> ExecutionHandle<stepwright_runtime::value::Value> {
    let started = engine.start_machine("m", input, StartOptions::new()).await;
    started.unwrap()
}

/// A worker in the background.
struct Working {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), WorkerError>>,
}

impl Working {
    fn begin(worker: ActivityWorker) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { drop(stopped.await) };
        let ended = tokio::spawn(worker.run_until(stopped));
        Self { stop, ended }
    }

    async fn end(self) -> Result<(), WorkerError> {
        let _ = self.stop.send(());
        self.ended.await.unwrap()
    }
}

fn failed(report: &Arc<ExecutionReport>) -> (String, String) {
    assert_ne!(report.status, Status::Succeeded, "{:?}", report.output);
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    (text(&report.error), text(&report.cause))
}

#[tokio::test]
async fn tasks_are_polled_run_and_completed() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client())
        .name("ada")
        .activity::<charge_card>(ARN);
    let working = Working::begin(worker);
    let run = start(&engine, json!(Order::of(12.0))).await;
    let report = run.report().await;
    assert_eq!(
        report.output.as_ref().unwrap().to_text(),
        r#""receipt of o-1""#
    );
    let events: Vec<_> = report.history.events().collect();
    assert_eq!(events[3].details().to_text(), r#"{"workerName":"ada"}"#);

    let run = start(&engine, json!(Order::of(-1.0))).await;
    let (error, cause) = failed(&run.report().await);
    assert_eq!(error, "PaymentError.GatewayTimeout");
    assert_eq!(
        cause,
        r#"{"errorType":"PaymentError.GatewayTimeout","errorMessage":"the gateway did not answer"}"#
    );
    working.end().await.unwrap();
}

#[tokio::test]
async fn invalid_inputs_and_panics_fail_only_their_task() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let working = Working::begin(ActivityWorker::new(&server.client()).activity::<fall_over>(ARN));
    let run = start(&engine, json!({"orderId": 7, "total": 1, "items": []})).await;
    let (error, cause) = failed(&run.report().await);
    assert_eq!(error, "Stepwright.InvalidInput");
    assert!(cause.contains("at `orderId`: invalid type"), "{cause}");
    for _ in 0..2 {
        let run = start(&engine, json!(Order::of(1.0))).await;
        let (error, cause) = failed(&run.report().await);
        assert_eq!(error, "Stepwright.TaskPanicked");
        assert!(cause.contains("order o-1 fell over"), "{cause}");
    }
    working.end().await.unwrap();
}

#[tokio::test]
async fn state_is_shared_and_envelopes_are_unwrapped() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client()).state(Counter::default());
    let working = Working::begin(worker.activity::<count_calls>(ARN));
    for call in 1..=3 {
        let output = start(&engine, json!("a")).await.await.unwrap();
        assert_eq!(output.to_text(), format!("\"a {call} \""));
    }
    working.end().await.unwrap();
    let working =
        Working::begin(ActivityWorker::new(&server.client()).activity::<tell_caller>(ARN));
    let context = json!({"execution": "arn:e", "state": "Ask", "attempt": 2, "startTime": "now"});
    let run = start(&engine, json!({"input": "x", "context": context})).await;
    assert_eq!(run.await.unwrap().to_text(), r#""x: arn:e Ask 2 now""#);
    working.end().await.unwrap();
}

/// The current and the highest number of running tasks.
#[derive(Clone, Default)]
struct AtWork(Arc<(AtomicU32, AtomicU32)>);

#[task(activity)]
async fn take_a_while(context: &TaskContext, id: u32) -> u32 {
    let AtWork(counts) = context.state::<AtWork>().unwrap();
    let now = counts.0.fetch_add(1, Ordering::SeqCst) + 1;
    counts.1.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(60)).await;
    counts.0.fetch_sub(1, Ordering::SeqCst);
    id
}

#[tokio::test]
async fn concurrency_limits_the_number_of_running_tasks() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let at_work = AtWork::default();
    let worker = ActivityWorker::new(&server.client()).state(at_work.clone());
    let working = Working::begin(
        worker
            .activity::<take_a_while>(ARN)
            .concurrency(3)
            .pollers(5),
    );
    let mut runs = Vec::new();
    for id in 0..20 {
        runs.push(start(&engine, json!(id)).await);
    }
    for (id, run) in runs.into_iter().enumerate() {
        assert_eq!(run.await.unwrap().to_text(), id.to_string());
    }
    assert_eq!(at_work.0.1.load(Ordering::SeqCst), 3);
    working.end().await.unwrap();
}

/// Sleeps this many milliseconds.
#[task(activity)]
async fn work_for(millis: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    millis
}

#[tokio::test]
async fn heartbeats_at_a_third_of_the_timeout_keep_a_long_task_alive() {
    let engine = engine(json!({"HeartbeatSeconds": 1}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client()).activity::<work_for>(ARN);
    let working = Working::begin(worker.heartbeat_timeout(Duration::from_secs(1)));
    let began = Instant::now();
    let run = start(&engine, json!(2_500)).await;
    assert_eq!(run.await.unwrap().to_text(), "2500");
    let took = began.elapsed().as_millis() / 333;
    let beats = server.requests("SendTaskHeartbeat").len();
    // On a busy machine some are late, but none are early.
    assert!(
        beats >= 3 && beats as u128 <= took,
        "{beats} in {took} thirds"
    );
    working.end().await.unwrap();
}

/// Whether a task observed that its result is no longer needed.
#[derive(Clone, Default)]
struct Learned(Arc<(AtomicU32, tokio::sync::Notify)>);

/// Spawns another task for its work, and never ends.
#[task(activity)]
async fn hang(context: &TaskContext, says: bool) {
    let own = context.clone();
    tokio::spawn(async move {
        own.cancelled().await;
        let Learned(learned) = own.state::<Learned>().unwrap();
        learned
            .0
            .store(1 + u32::from(own.is_cancelled()), Ordering::SeqCst);
        learned.1.notify_one();
    });
    loop {
        if says {
            context.heartbeat();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_timed_out_task_is_cancelled_without_a_response() {
    let engine = engine(json!({"TimeoutSeconds": 1}));
    let server = StepFunctions::start(&engine, POLL).await;
    let learned = Learned::default();
    let worker = ActivityWorker::new(&server.client()).state(learned.clone());
    let worker = worker.activity::<hang>(ARN).concurrency(1);
    let working = Working::begin(worker.heartbeat_timeout(Duration::from_millis(900)));
    let run = start(&engine, json!(false)).await;
    assert_eq!(failed(&run.report().await).0, "States.Timeout");
    learned.0.1.notified().await;
    assert_eq!(learned.0.0.load(Ordering::SeqCst), 2);
    // Its slot is free again.
    let run = start(&engine, json!(false)).await;
    server.wait_for("GetActivityTask", 2).await;
    assert_eq!(failed(&run.report().await).0, "States.Timeout");
    learned.0.1.notified().await;
    working.end().await.unwrap();
    assert!(server.requests("SendTaskSuccess").is_empty());
    assert!(server.requests("SendTaskFailure").is_empty());
}

#[tokio::test]
async fn heartbeats_by_the_task_are_sent_at_most_once_per_second() {
    let engine = engine(json!({"TimeoutSeconds": 3, "HeartbeatSeconds": 2}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client()).state(Learned::default());
    let worker = worker.activity::<hang>(ARN).heartbeats_by_task();
    let working = Working::begin(worker.grace(Duration::from_millis(100)));
    let run = start(&engine, json!(true)).await;
    let silent = start(&engine, json!(false)).await;
    let report = run.report().await;
    let last = report.history.events().last().unwrap();
    assert_eq!(failed(&report).0, "States.Timeout", "{last:?}");
    let beats = server.requests("SendTaskHeartbeat");
    assert!((1..=4).contains(&beats.len()), "{}", beats.len());
    // A task without heartbeats times out.
    let found = silent.report().await;
    assert_eq!(failed(&found).0, "States.Timeout");
    assert!(found.stopped < report.stopped);
    working.end().await.unwrap();
}

#[tokio::test]
async fn throttling_and_lost_connections_slow_down_polls_and_lose_no_task() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let faults = [
        Fault::Error("ThrottlingException"),
        Fault::Broken,
        Fault::Error("ActivityWorkerLimitExceeded"),
        Fault::Error("ThrottlingException"),
    ];
    server.fail("GetActivityTask", faults);
    server.fail(
        "SendTaskSuccess",
        [Fault::Broken, Fault::Error("ThrottlingException")],
    );
    let working = Working::begin(ActivityWorker::new(&server.client()).activity::<work_for>(ARN));
    let run = start(&engine, json!(1)).await;
    assert_eq!(run.await.unwrap().to_text(), "1");
    let polls = server.requests("GetActivityTask");
    let waits: Vec<_> = polls.windows(2).map(|two| two[1].at - two[0].at).collect();
    for (at, least) in [100, 200, 400, 800].into_iter().enumerate() {
        assert!(waits[at] >= Duration::from_millis(least), "{waits:?}");
    }
    assert_eq!(server.requests("SendTaskSuccess").len(), 3);
    working.end().await.unwrap();
}

#[tokio::test]
async fn a_missing_activity_ends_the_worker_after_its_running_tasks() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let run = start(&engine, json!(300)).await;
    let missing = ARN.replace("charge", "nothing");
    let worker = ActivityWorker::new(&server.client())
        .activity::<work_for>(ARN)
        .activity::<charge_card>(&missing);
    let error = worker.run().await.unwrap_err();
    let WorkerError::Refused { activity, code, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((activity, code.as_str()), (missing, "ActivityDoesNotExist"));
    // An open poll returned a task, which ran.
    assert_eq!(run.await.unwrap().to_text(), "300");
    let none = ActivityWorker::new(&server.client()).run().await;
    assert_eq!(none, Err(WorkerError::NoActivity));
}

#[tokio::test]
async fn a_draining_worker_completes_its_tasks_and_stops_polling() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let working = Working::begin(ActivityWorker::new(&server.client()).activity::<work_for>(ARN));
    let run = start(&engine, json!(400)).await;
    server.wait_for("GetActivityTask", 2).await;
    working.end().await.unwrap();
    assert_eq!(run.await.unwrap().to_text(), "400");
    let polls = server.requests("GetActivityTask").len();
    let left = start(&engine, json!(1)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(server.requests("GetActivityTask").len(), polls);
    left.stop(None, None).await;
}

#[tokio::test]
async fn a_task_that_exceeds_the_grace_period_fails_with_shut_down() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client()).activity::<work_for>(ARN);
    let working = Working::begin(worker.grace(Duration::from_millis(50)));
    let run = start(&engine, json!(60_000)).await;
    server.wait_for("GetActivityTask", 2).await;
    working.end().await.unwrap();
    let (error, cause) = failed(&run.report().await);
    assert_eq!(error, "Stepwright.ShutDown");
    assert!(cause.contains("the worker that ran the task was shut down"));
}

/// Returns this many characters.
#[task(activity)]
async fn write(count: usize) -> String {
    "x".repeat(count)
}

#[tokio::test]
async fn a_result_that_is_too_large_fails_the_task_at_once() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let working = Working::begin(ActivityWorker::new(&server.client()).activity::<write>(ARN));
    let run = start(&engine, json!(262_142)).await;
    assert_eq!(run.await.unwrap().json_len(), 262_144);
    let run = start(&engine, json!(262_143)).await;
    assert_eq!(failed(&run.report().await).0, "States.DataLimitExceeded");
    working.end().await.unwrap();
}

/// Blocks its thread for this many milliseconds.
#[task(activity, blocking)]
fn block_for(millis: u64) -> u64 {
    std::thread::sleep(Duration::from_millis(millis));
    millis
}

#[tokio::test]
async fn blocking_work_delays_no_heartbeat() {
    let engine = engine(json!({"HeartbeatSeconds": 1}));
    let server = StepFunctions::start(&engine, POLL).await;
    let worker = ActivityWorker::new(&server.client()).activity::<block_for>(ARN);
    let working = Working::begin(worker.heartbeat_timeout(Duration::from_secs(1)));
    let run = start(&engine, json!(1_800)).await;
    assert_eq!(run.await.unwrap().to_text(), "1800");
    working.end().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_drains_a_program() {
    let engine = engine(json!({}));
    let server = StepFunctions::start(&engine, POLL).await;
    let child = Command::new(env!("CARGO_BIN_EXE_worker"))
        .args([server.url().as_str(), ARN])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let run = start(&engine, json!(Order::of(700.0))).await;
    server.wait_for("GetActivityTask", 2).await;
    let id = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let ended = tokio::task::spawn_blocking(|| child.wait_with_output());
    assert_eq!(run.await.unwrap().to_text(), r#""packed o-1""#);
    let ended = ended.await.unwrap().unwrap();
    assert!(ended.status.success());
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "drained\n");
}
