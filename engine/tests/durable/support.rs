//! Helpers of the tests.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use stepwright_engine::clock::Timestamp;
use stepwright_engine::store::{Change, MemoryStore, Store, StoreError, StoreFilter, StoreReader};
use stepwright_engine::task::TaskFailure;
use stepwright_engine::{Engine, EngineBuilder, MachineType};

/// The actions of the tasks, in order.
#[derive(Clone, Default)]
pub(crate) struct Done(Arc<Mutex<Vec<Json>>>);

impl Done {
    pub(crate) fn add(&self, what: Json) {
        self.0.lock().unwrap().push(what);
    }

    pub(crate) fn all(&self) -> Vec<Json> {
        self.0.lock().unwrap().clone()
    }
}

/// Builds an engine with the machines, a function `note` that records and returns its payload, and
/// one `inner` to nest.
pub(crate) fn builder(
    machines: &[(&str, Json)],
    store: &MemoryStore,
    done: &Done,
) -> EngineBuilder {
    let done = done.clone();
    let mut builder =
        Engine::builder()
            .store(store.clone())
            .function("note", move |payload: Json| {
                done.add(payload.clone());
                async move { Ok::<_, TaskFailure>(payload) }
            });
    for (name, definition) in machines {
        let text = definition.to_string();
        builder = builder.register_json(*name, &text, MachineType::Standard);
    }
    builder
}

/// Returns a Task that records a payload, and is retried when it is lost.
pub(crate) fn note(what: &Json, next: Option<&str>) -> Json {
    let mut task = json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "note", "Payload": what},
        "ResultSelector": {"payload.$": "$.Payload"},
        "ResultPath": "$.last",
        "Retry": [{"ErrorEquals": ["Stepwright.TaskLost"], "IntervalSeconds": 1, "MaxAttempts": 5}],
    });
    match next {
        Some(next) => task["Next"] = json!(next),
        None => task["End"] = json!(true),
    }
    task
}

/// Runs a future like a separate process: at its end, all its running work is dropped.
pub(crate) fn process<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(work)
    };
    std::thread::spawn(run).join().unwrap()
}

/// Returns the error of a store whose machine lost its power.
pub(crate) fn power_is_gone() -> StoreError {
    StoreError::Panicked {
        message: "the power is gone".to_owned(),
    }
}

/// Returns the error of a full store.
pub(crate) fn full() -> StoreError {
    StoreError::Full {
        path: None,
        why: "the disk of this test is full".to_owned(),
    }
}

/// A time on virtual clocks.
pub(crate) fn second(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

/// A store without space for the executions of the machine `inner`, while its flag is set.
#[derive(Clone)]
pub(crate) struct FullFor {
    store: MemoryStore,
    is_full: Arc<AtomicBool>,
}

impl FullFor {
    pub(crate) fn inner() -> Self {
        Self {
            store: MemoryStore::new(),
            is_full: Arc::default(),
        }
    }

    pub(crate) fn set(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::SeqCst);
    }

    /// The names of its executions.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut reader = self.store.reader().unwrap();
        let rows = reader.list(&StoreFilter::default()).unwrap();
        rows.into_iter().map(|row| row.name.to_string()).collect()
    }
}

impl Store for FullFor {
    fn commit(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let is_inner = |change: &Change| matches!(change, Change::Start { execution, .. } if &*execution.machine == "inner");
        if self.is_full.load(Ordering::SeqCst) && changes.iter().any(is_inner) {
            return Err(full());
        }
        self.store.commit(changes)
    }

    fn reader(&self) -> Result<Box<dyn StoreReader>, StoreError> {
        self.store.reader()
    }
}
