//! Warnings about handlers that block a thread. A separate program, because it sets the subscriber
//! of the whole process.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value as Json, json};
use stepwright::prelude::*;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::{Engine, MachineType, StartOptions};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Calls the function `f` with the input of the execution.
const MACHINE: &str = r#"{"StartAt": "S", "States": {"S": {
    "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
    "Parameters": {"FunctionName": "f", "Payload.$": "$"}
}}}"#;

/// The warnings of this process, each as text.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The watcher is a thread of the process, so all tests share its warnings.
fn warnings() -> &'static Warnings {
    static WARNINGS: OnceLock<Warnings> = OnceLock::new();
    WARNINGS.get_or_init(|| {
        let warnings = Warnings::default();
        tracing::subscriber::set_global_default(warnings.clone()).unwrap();
        warnings
    })
}

impl Warnings {
    /// Returns the warnings of one execution.
    fn of(&self, execution: &str) -> Vec<String> {
        let all = self.0.lock().unwrap();
        let own = all
            .iter()
            .filter(|text| text.contains(&format!("execution={execution} ")));
        own.cloned().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocking_handler_is_reported_while_it_blocks_and_when_it_ends() {
    let warnings = warnings();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let engine = Engine::builder()
        .register_json("m", MACHINE, MachineType::Standard)
        .virtual_time()
        .function("f", move |number: Json| {
            if number == 1 {
                let _ = released.lock().unwrap().recv();
            }
            async move { Ok::<_, TaskFailure>(number) }
        })
        .blocking_threshold(Duration::from_millis(40))
        .build()
        .unwrap();
    let start = async |input: u32| {
        let run = engine.start_machine("m", json!(input), StartOptions::new());
        run.await.unwrap()
    };
    let run = start(1).await;
    while warnings.of(run.id()).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let told = warnings.of(run.id());
    assert!(
        told[0].contains("handler=f ") && told[0].contains("the handler blocks"),
        "{told:?}"
    );
    assert!(told[0].contains("state="), "{told:?}");
    release.send(()).unwrap();
    let id = run.id().to_owned();
    run.await.unwrap();
    while warnings.of(&id).len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(warnings.of(&id)[1].contains("no longer blocks"));
    // Nothing is reported before and after; the watcher ends and starts again.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let quick = start(2).await;
    let id = quick.id().to_owned();
    quick.await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(warnings.of(&id).is_empty());
    let again = start(1).await;
    while warnings.of(again.id()).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    release.send(()).unwrap();
    again.await.unwrap();
}

#[task(spawn)]
async fn spawned() -> u32 {
    std::thread::sleep(Duration::from_millis(200));
    1
}

#[task(blocking)]
fn blocking() -> u32 {
    std::thread::sleep(Duration::from_millis(200));
    1
}

workflow! {
    workflow Spawned() -> u32 { task Sleep { let one = spawned(); end one; } }
}

workflow! {
    workflow Blocking() -> u32 { task Sleep { let one = blocking(); end one; } }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_is_reported_in_spawned_tasks_but_not_in_blocking_tasks() {
    let warnings = warnings();
    let builder = Engine::builder()
        .register::<Spawned>()
        .register::<Blocking>();
    let builder = builder.blocking_threshold(Duration::from_millis(40));
    let engine = builder.build().unwrap();
    let spawned = engine.start::<Spawned>(()).await.unwrap();
    let blocking = engine.start::<Blocking>(()).await.unwrap();
    let ids = [spawned.id().to_owned(), blocking.id().to_owned()];
    assert_eq!((spawned.await.unwrap(), blocking.await.unwrap()), (1, 1));
    let told = warnings.of(&ids[0]);
    assert!(told[0].contains("handler=spawned "), "{told:?}");
    assert!(warnings.of(&ids[1]).is_empty());
}
