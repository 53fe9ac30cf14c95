//! What work that was handed on learns of the end of its attempt.

use std::sync::Mutex;
use std::time::Duration;

use stepwright::{TaskContext, task, workflow};
use stepwright_runtime::Engine;
use tokio::sync::mpsc::UnboundedSender;

/// Where the work that goes on tells which attempt it belongs to, once that is over.
struct Told(Mutex<UnboundedSender<(u32, bool)>>);

/// Hands its first attempt to a task of its own, which only the context can tell that nobody waits any more.
#[task]
async fn weigh(context: &TaskContext, parcel: u32) -> u32 {
    let attempt = context.attempt().unwrap_or(99);
    let own = context.clone();
    tokio::spawn(async move {
        let was_over = own.is_cancelled();
        own.cancelled().await;
        // It stays so, for whoever asks later.
        own.cancelled().await;
        if let Some(told) = own.state::<Told>() {
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
async fn the_end_of_an_attempt_is_told_while_the_execution_goes_on() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let engine = Engine::builder()
        .register::<Weighing>()
        .state(Told(Mutex::new(tell)))
        .virtual_time()
        .build()
        .unwrap();
    let run = engine.start::<Weighing>(7).await.unwrap();
    // The first is over when its time ran out, while the retry is still to come; the second with its answer.
    assert_eq!(told.recv().await, Some((0, true)));
    assert_eq!(run.status(), stepwright_runtime::Status::Running);
    assert_eq!(told.recv().await, Some((1, true)));
    assert_eq!(run.await.unwrap(), 7);
}
