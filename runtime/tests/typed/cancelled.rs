//! Spawned work is notified of the end of its attempt.

use std::sync::Mutex;
use std::time::Duration;

use stepwright::{TaskContext, task, workflow};
use stepwright_runtime::Engine;
use tokio::sync::mpsc::UnboundedSender;

/// Receives the number of each attempt after the attempt is over.
struct CancellationReports(Mutex<UnboundedSender<(u32, bool)>>);

/// Moves its first attempt to a spawned task; only the context can notify that task of the cancellation.
#[task]
async fn weigh(context: &TaskContext, parcel: u32) -> u32 {
    let attempt = context.attempt().unwrap_or(99);
    let own = context.clone();
    tokio::spawn(async move {
        let was_over = own.is_cancelled();
        own.cancelled().await;
        // The future is ready for later callers, too.
        own.cancelled().await;
        if let Some(told) = own.state::<CancellationReports>() {
            let told = told.0.lock().expect("nothing panics here");
            let _ = told.send((attempt, !was_over && own.is_cancelled()));
        }
    });
    if attempt == 0 {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    parcel
}

workflow! {
    workflow Weighing(parcel: u32) -> u32 {
        timeout 60s;
        task Weigh {
            let weight = weigh(parcel);
            timeout 1s;
            retry States::Timeout (interval: 10s, max_attempts: 1);
            next Rest;
        }
        wait Rest {
            seconds 10;
            next Done;
        }
        succeed Done { weight }
    }
}

#[tokio::test]
async fn spawned_work_is_cancelled_at_the_end_of_its_attempt() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let engine = Engine::builder()
        .register::<Weighing>()
        .state(CancellationReports(Mutex::new(tell)))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Weighing>(7).await.unwrap();
    // The first attempt is over when it times out, before the retry; the second with its answer.
    assert_eq!(told.recv().await, Some((0, true)));
    assert_eq!(run.status(), stepwright_runtime::Status::Running);
    assert_eq!(told.recv().await, Some((1, true)));
    assert_eq!(run.await.unwrap(), 7);
}
