//! Task functions that were running when their process ended.

use std::future::Future;

use stepwright::prelude::*;
use stepwright_runtime::store::MemoryStore;
use stepwright_runtime::{Engine, StartOptions, Status};

/// Runs a future like a separate process: at its end, all its running work is dropped.
fn process<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().unwrap();
        runtime.block_on(work)
    };
    std::thread::spawn(run).join().unwrap()
}

/// The calls of the typed tasks, with the numbers of the attempts.
type Calls = std::sync::Mutex<Vec<(&'static str, Option<u32>)>>;

async fn called(context: &TaskContext, name: &'static str) -> u32 {
    let calls: &std::sync::Arc<Calls> = context.state().unwrap();
    let count = {
        let mut calls = calls.lock().unwrap();
        calls.push((name, context.attempt()));
        calls.iter().filter(|(one, _)| *one == name).count()
    };
    if count == 1 {
        std::future::pending::<()>().await;
    }
    7
}

#[task(idempotent)]
async fn again(context: &TaskContext) -> u32 {
    called(context, "again").await
}

#[task(spawn, idempotent, name = "AgainBeside")]
async fn again_beside(context: &TaskContext) -> u32 {
    called(context, "again_beside").await
}

#[task(idempotent, activity)]
async fn again_as_activity(context: &TaskContext) -> u32 {
    called(context, "again_as_activity").await
}

#[task]
async fn once(context: &TaskContext) -> u32 {
    called(context, "once").await
}

workflow! {
    workflow Doing() -> u32 {
        parallel All {
            let (a, b, c, d) =
                branch { task Again { let a = again(); end a; } }
                branch { task Beside { let b = again_beside(); end b; } }
                branch { task Activity { let c = again_as_activity(); end c; } }
                branch { task Once { let d = once(); retry "Stepwright.TaskLost" (interval: 1s, max_attempts: 1); end d; } };
            end a + b + c + d;
        }
    }
}

#[test]
fn typed_tasks_declare_that_they_are_idempotent() {
    let calls: std::sync::Arc<Calls> = std::sync::Arc::default();
    let store = MemoryStore::new();
    for turn in 0..3 {
        let (calls, store) = (calls.clone(), store.clone());
        process(async move {
            let builder = Engine::builder().store(store).virtual_time();
            if turn == 1 {
                // The workflow was removed, with its tasks.
                let engine = builder.build().unwrap();
                assert_eq!(engine.unhandled_tasks().len(), 4);
                return;
            }
            let builder = builder.register::<Doing>().state(calls.clone());
            let engine = builder.build().unwrap();
            if turn == 0 {
                let options = StartOptions::new().name("e");
                engine.start_workflow::<Doing>((), options).await.unwrap();
                while calls.lock().unwrap().len() < 4 {
                    tokio::task::yield_now().await;
                }
            } else {
                let page = engine.blocking_executions(&Default::default()).unwrap();
                let run = engine
                    .blocking_execution(&page.executions[0].id)
                    .unwrap()
                    .unwrap();
                let report = run.report().await;
                assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
            }
        });
    }
    let mut calls = calls.lock().unwrap().clone();
    calls.sort_unstable();
    let attempts = |name, second| [(name, Some(0)), (name, Some(second))];
    let expected = [
        attempts("again", 0),
        attempts("again_as_activity", 0),
        attempts("again_beside", 0),
        attempts("once", 1),
    ];
    assert_eq!(calls, expected.as_flattened());
}
