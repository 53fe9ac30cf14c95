//! One engine on real time, with several async runtimes that start and shut down.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use stepwright_engine::{Engine, MachineType, StartOptions, Status};
use stepwright_testing::{Mock, Mocks};
use tokio::runtime::{Builder, Runtime};

use crate::run::support::{machine, output, task};

/// A short real time for these tests.
const SOON: Duration = Duration::from_millis(150);
/// Longer than any test may take.
const HANGS: Duration = Duration::from_secs(20);

fn real(definition: &Json) -> Engine {
    Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .build()
        .unwrap()
}

fn waits() -> Engine {
    real(&machine(json!({
        "Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.seconds %}"
    })))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn wait(engine: &Engine, seconds: f64) -> Status {
    let input = json!({"seconds": seconds});
    let run = engine.start_machine("m", input, StartOptions::new()).await;
    run.unwrap().report().await.status
}

/// Runs `work` on a separate thread and returns its result; the test fails on a timeout.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // The receiver was dropped if the test has timed out.
        let _ = sender.send(work());
    });
    receiver.recv_timeout(HANGS).expect("the work ends")
}

#[test]
fn a_wait_ends_after_an_earlier_runtime_was_dropped() {
    let engine = waits();
    for _ in 0..3 {
        let engine = engine.clone();
        let status = in_time(move || runtime().block_on(wait(&engine, SOON.as_secs_f64())));
        assert_eq!(status, Status::Succeeded);
    }
}

#[test]
fn a_wait_ends_while_an_earlier_runtime_shuts_down() {
    let engine = waits();
    let first = runtime();
    // It waits for a day, in a runtime that is dropped while a second one waits.
    let begun = engine.clone();
    let long = first
        .block_on(async move {
            let input = json!({"seconds": 86_400});
            let run = begun.start_machine("m", input, StartOptions::new()).await;
            tokio::task::yield_now().await;
            run
        })
        .unwrap();
    let second = engine.clone();
    let waiting = std::thread::spawn(move || {
        in_time(move || runtime().block_on(wait(&second, SOON.as_secs_f64())))
    });
    drop(first);
    assert_eq!(waiting.join().unwrap(), Status::Succeeded);
    let report = in_time(move || runtime().block_on(long.report()));
    assert_eq!(report.error.as_deref(), Some("Stepwright.ShutDown"));
}

#[test]
fn a_wait_ends_while_an_earlier_runtime_is_blocked() {
    let engine = waits();
    let (go_on, blocked) = mpsc::channel::<()>();
    let (armed, is_armed) = mpsc::channel();
    let first = engine.clone();
    let blocks = std::thread::spawn(move || {
        runtime().block_on(async move {
            let input = json!({"seconds": 86_400});
            let run = first.start_machine("m", input, StartOptions::new()).await;
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            armed.send(()).unwrap();
            // Nothing runs on this runtime any more.
            blocked.recv().unwrap();
            drop(run);
        });
    });
    is_armed.recv().unwrap();
    let status = in_time(move || runtime().block_on(wait(&engine, SOON.as_secs_f64())));
    assert_eq!(status, Status::Succeeded);
    go_on.send(()).unwrap();
    blocks.join().unwrap();
}

#[test]
fn many_runtimes_share_an_engine_and_end_in_any_order() {
    let engine = waits();
    let statuses = in_time(move || {
        let threads: Vec<_> = (0..12_u32)
            .map(|number| {
                let engine = engine.clone();
                std::thread::spawn(move || {
                    let seconds = f64::from(number * 7 % 12) / 40.0;
                    runtime().block_on(wait(&engine, seconds))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(statuses, [Status::Succeeded; 12]);
}

#[test]
fn waits_timeouts_and_retries_need_no_timer_of_the_runtime() {
    let definition = task(json!({
        "TimeoutSeconds": 1,
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
    }));
    let mut definition = machine(definition);
    definition["States"]["Late"] = json!({"Type": "Pass", "Result": "late", "End": true});
    let engine = Engine::builder()
        .register_json("m", &definition.to_string(), MachineType::Standard)
        .tasks(Mocks::new().state("S", Mock::failure("Busy", "").then(Mock::never())))
        .build()
        .unwrap();
    let report = in_time(move || {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async move {
            let run = engine.start_machine("m", json!({}), StartOptions::new());
            run.await.unwrap().report().await
        })
    });
    assert_eq!(output(&report), json!("late"));
}

#[test]
fn an_execution_can_run_without_a_tokio_runtime() {
    let engine = waits();
    let begun = Instant::now();
    let report = in_time(move || {
        let input = json!({"seconds": SOON.as_secs_f64()});
        block_on(engine.execute_machine("m", input, StartOptions::new())).unwrap()
    });
    assert_eq!(report.status, Status::Succeeded);
    assert!(begun.elapsed() >= SOON);
}

#[test]
fn operations_that_need_a_tokio_runtime_fail_without_one() {
    let engine = waits();
    let started = in_time(move || {
        block_on(engine.start_machine("m", json!({"seconds": 1}), StartOptions::new())).map(drop)
    });
    assert_eq!(
        started.unwrap_err().to_string(),
        "there is no tokio runtime here; start executions from within one"
    );
    let map = machine(json!({
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}},
        },
    }));
    let engine = real(&map);
    let report = in_time(move || {
        block_on(engine.execute_machine("m", json!([1]), StartOptions::new())).unwrap()
    });
    assert_eq!(report.status, Status::Failed);
    let cause = report.cause.as_deref().unwrap();
    assert!(cause.contains("needs a tokio runtime"), "{cause}");
}

/// Real time is real also where tokio's is paused, and waiting for it costs nothing.
#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn a_real_wait_in_a_paused_runtime_takes_real_time_without_cpu_load() {
    let busy = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        let nanos = text.split(' ').next().unwrap().parse().unwrap();
        Duration::from_nanos(nanos)
    };
    let (begun, busy_before) = (Instant::now(), busy());
    assert_eq!(wait(&waits(), 0.6).await, Status::Succeeded);
    assert!(begun.elapsed() >= Duration::from_millis(600));
    let burned = busy() - busy_before;
    assert!(burned < Duration::from_millis(300), "{burned:?}");
}

/// Polls on this thread, without any runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unparks(std::thread::Thread);
    impl std::task::Wake for Unparks {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unparks(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(&waker);
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        std::thread::park();
    }
}
