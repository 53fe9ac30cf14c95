//! Values of Rust types that nest too deep are an error, on the stack of a worker thread. An
//! overflow would abort the whole test program.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use stepwright::builder::FlowBuilder;
use stepwright::{task, workflow};
use stepwright_runtime::{Engine, ExecutionReport, StartOptions, Status};

/// Below the limit, a little and far above it.
const DEPTHS: [usize; 5] = [900, 1_001, 4_000, 15_000, 60_000];

/// The stack size of tokio's workers.
const STACK: usize = 2 << 20;

/// Runs for each depth, on a thread of that stack.
fn at_each_depth<F>(test: impl Fn(usize) -> F + Send + 'static)
where
    F: Future<Output = ()>,
{
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            for depth in DEPTHS {
                runtime.block_on(test(depth));
            }
        });
    thread.unwrap().join().unwrap();
}

/// Returns nested arrays and objects in alternation.
fn nested(depth: usize) -> Json {
    (0..depth).fold(json!("x"), |inner, level| match level % 2 {
        0 => Json::Array(vec![inner]),
        _ => Json::Object([("a".to_owned(), inner)].into_iter().collect()),
    })
}

/// Whether an execution accepts this depth.
fn is_accepted(depth: usize) -> bool {
    depth <= 1_000
}

fn check_depth(depth: usize, report: &Arc<ExecutionReport>) {
    if is_accepted(depth) {
        assert_eq!(report.status, Status::Succeeded, "{depth}: {report:?}");
    } else {
        assert_eq!(report.status, Status::Failed, "{depth}");
        assert!(report.error.is_some());
    }
    // A value that is too deep is in the history, too.
    let _ = report.history.to_json();
    let _ = format!("{report:?}");
}

#[task]
async fn nest(depth: usize) -> Json {
    nested(depth)
}

#[task]
async fn nest_in_option(depth: usize) -> Option<Json> {
    Some(nested(depth.min(4_000)))
}

workflow! {
    workflow Nesting(depth: usize) -> Json {
        task Nest {
            let nested = nest(depth);
            end nested;
        }
    }

    workflow NestingInOption(depth: usize) -> Option<Json> {
        task Nest {
            let nested = nest_in_option(depth);
            end nested;
        }
    }

    workflow Same(value: Json) -> Json {
        pass Give {
            end value;
        }
    }
}

#[test]
fn the_depth_of_typed_task_results_is_limited() {
    at_each_depth(async |depth| {
        let engine = Engine::builder()
            .register::<Nesting>()
            .register::<NestingInOption>()
            .virtual_time();
        let engine = engine.build().unwrap();
        let run = engine.start::<Nesting>(depth).await.unwrap();
        check_depth(depth, &run.report().await);
        let run = engine.start::<NestingInOption>(depth).await.unwrap();
        check_depth(depth, &run.report().await);
    });
}

#[test]
fn the_depth_of_task_results_in_built_workflows_is_limited() {
    at_each_depth(async |depth| {
        let flow = FlowBuilder::<usize, Json>::new("Built");
        let state = flow.declare::<usize>("Nest");
        flow.start_at(&state);
        flow.task(&state, nest {}).end();
        let built = flow.build().unwrap();
        let engine = Engine::builder()
            .register_built(&built)
            .virtual_time()
            .build()
            .unwrap();
        let run = engine.start_machine("Built", json!(depth), StartOptions::new());
        check_depth(depth, &run.await.unwrap().report().await);
    });
}

#[test]
fn the_depth_of_typed_inputs_is_limited() {
    at_each_depth(async |depth| {
        let engine = Engine::builder().register::<Same>().virtual_time();
        let engine = engine.build().unwrap();
        // The workflow's own type is JSON of any form, and a typed start writes it.
        let started = engine.start::<Same>(nested(depth)).await;
        assert_eq!(started.is_ok(), is_accepted(depth));
        let started = engine
            .start_machine("Same", nested(depth), StartOptions::new())
            .await;
        assert_eq!(started.is_ok(), is_accepted(depth));
    });
}
