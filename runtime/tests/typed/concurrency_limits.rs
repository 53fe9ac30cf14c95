//! Limits on concurrent calls of task functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use stepwright::prelude::*;
use stepwright_runtime::Engine;
use stepwright_runtime::clock::Clock;

/// Sleeps on the clock of the engine.
async fn sleep(context: &TaskContext, seconds: u64) -> u64 {
    let clock: &Clock = context.state().unwrap();
    let _awake = clock.sleep(Duration::from_secs(seconds)).await;
    seconds
}

#[task]
async fn sleep_in_place(context: &TaskContext, seconds: u64) -> u64 {
    sleep(context, seconds).await
}

#[task(spawn)]
async fn sleep_in_a_task(context: &TaskContext, seconds: u64) -> u64 {
    sleep(context, seconds).await
}

workflow! {
    workflow FailsNextToATask(seconds: u64) {
        parallel Both {
            branch { task Sleep { sleep_in_place(seconds); end; } }
            branch { wait Rest { seconds 5; next Broken; } fail Broken { "Broken" } };
            end;
        }
    }
    workflow SleepsInPlace(seconds: u64) -> u64 {
        task Sleep { let slept = sleep_in_place(seconds); timeout 1_000_000s; end slept; }
    }
    workflow FailsNextToASpawnedTask(seconds: u64) {
        parallel Both {
            branch { task Sleep { sleep_in_a_task(seconds); end; } }
            branch { wait Rest { seconds 5; next Broken; } fail Broken { "Broken" } };
            end;
        }
    }
    workflow SleepsInATask(seconds: u64) -> u64 {
        task Sleep { let slept = sleep_in_a_task(seconds); timeout 1_000_000s; end slept; }
    }
}

/// An execution whose branch fails releases the permit of the other branch's handler before virtual time advances. The next timer would be the
/// timeout of the execution that is queued for the permit.
#[tokio::test]
async fn a_failed_execution_releases_its_permits_before_time_advances() {
    let clock = Clock::virtual_from(stepwright_runtime::clock::VIRTUAL_START);
    let engine = Engine::builder()
        .register::<FailsNextToATask>()
        .register::<SleepsInPlace>()
        .register::<FailsNextToASpawnedTask>()
        .register::<SleepsInATask>()
        .max_running::<sleep_in_place>(1)
        .max_running::<sleep_in_a_task>(1)
        .state(clock.clone())
        .clock(clock.clone())
        .build()
        .unwrap();
    let hold = clock.hold();
    let failing = engine.start::<FailsNextToATask>(9).await.unwrap();
    tokio::task::yield_now().await;
    let queued = engine.start::<SleepsInPlace>(1).await.unwrap();
    drop(hold);
    assert_eq!(queued.await.unwrap(), 1);
    assert!(failing.await.is_err());

    let hold = clock.hold();
    let failing = engine.start::<FailsNextToASpawnedTask>(9).await.unwrap();
    tokio::task::yield_now().await;
    let queued = engine.start::<SleepsInATask>(1).await.unwrap();
    drop(hold);
    assert_eq!(queued.await.unwrap(), 1);
    assert!(failing.await.is_err());
}

/// The number of computing threads, and whether they may end.
#[derive(Default)]
struct Computing {
    now: AtomicUsize,
    most: AtomicUsize,
    may_end: AtomicBool,
}

#[task(blocking)]
fn compute(context: &TaskContext) -> u32 {
    let computing: &Arc<Computing> = context.state().unwrap();
    let now = computing.now.fetch_add(1, Ordering::SeqCst) + 1;
    computing.most.fetch_max(now, Ordering::SeqCst);
    while !computing.may_end.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(1));
    }
    computing.now.fetch_sub(1, Ordering::SeqCst);
    1
}

workflow! {
    workflow Computes() -> u32 {
        task Compute { let done = compute(); timeout 2s; catch States::Timeout => Late; end done; }
        pass Late { end 0u32; }
    }
}

#[tokio::test]
async fn a_timed_out_blocking_task_holds_its_permit_until_it_ends() {
    let computing = Arc::new(Computing::default());
    let engine = Engine::builder()
        .register::<Computes>()
        .state(computing.clone())
        .max_running::<compute>(1)
        .virtual_time()
        .build()
        .unwrap();
    let first = engine.start::<Computes>(()).await.unwrap();
    let second = engine.start::<Computes>(()).await.unwrap();
    // The thread of the first one continues to compute, and the second one times out in the queue.
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (0, 0));
    computing.may_end.store(true, Ordering::SeqCst);
    assert_eq!(
        engine.start::<Computes>(()).await.unwrap().await.unwrap(),
        1
    );
    assert_eq!(computing.most.load(Ordering::SeqCst), 1);
}

#[test]
fn a_limit_of_a_task_that_no_workflow_calls_is_refused() {
    let built = Engine::builder().max_running::<compute>(1).build();
    let found = built.err().unwrap().to_string();
    assert!(
        found.contains("`max_running` names the task `compute`"),
        "{found}"
    );
}
