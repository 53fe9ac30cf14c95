//! State machines of any length, each with one thing that costs. The benchmarks time them, and `tests/allocations` counts what they allocate.

mod shapes;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use stepwright_runtime::task::TaskFailure;
use stepwright_runtime::value::Value;
use stepwright_runtime::{Engine, EngineBuilder, ExecutionReport, Limits, MachineType, Status};

pub(crate) use shapes::*;

/// The name of the state machine in the engine of a workload.
pub(crate) const MACHINE: &str = "m";

/// A kind of state machine.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    make: fn(usize) -> Workload,
}

impl Shape {
    /// The state machine with so many states, rounds, items or branches.
    pub(crate) fn of(self, length: usize) -> Workload {
        (self.make)(length)
    }
}

/// A state machine and its input.
pub(crate) struct Workload {
    pub(crate) definition: Json,
    pub(crate) input: Value,
    /// How many states one execution enters, those inside of Maps and Parallels included.
    pub(crate) transitions: usize,
}

impl Workload {
    /// An engine on virtual time that has it. A Standard execution keeps its history, an Express execution keeps none.
    pub(crate) fn engine(&self, machine_type: MachineType) -> Engine {
        with_handlers(Engine::builder())
            .definition_json(MACHINE, &self.definition.to_string(), machine_type)
            .history(machine_type == MachineType::Standard)
            .limits(limits())
            .virtual_time()
            .seed(1)
            .retention(1)
            .build()
            .unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// The report of an execution, which must have done what it was there for.
pub(crate) fn succeeded(report: Arc<ExecutionReport>) -> Arc<ExecutionReport> {
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    report
}

impl fmt::Debug for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.definition)
    }
}

/// What AWS allows is too little for the longest of them.
fn limits() -> Limits {
    Limits {
        payload_bytes: u64::MAX,
        events: u32::MAX,
        definition_bytes: usize::MAX,
        express_duration: Duration::from_secs(86_400),
        express_transitions: u64::MAX,
        ..Limits::default()
    }
}

#[derive(Serialize, Deserialize)]
struct Counter {
    i: u64,
    n: u64,
}

/// `echo` gives its payload back, `inc` counts, and `flaky` succeeds in every third call.
fn with_handlers(builder: EngineBuilder) -> EngineBuilder {
    let calls = AtomicU64::new(0);
    builder
        .function("echo", |payload: Value| async move {
            Ok::<_, TaskFailure>(payload)
        })
        .function("inc", |Counter { i, n }| async move {
            Ok::<_, TaskFailure>(Counter { i: i + 1, n })
        })
        .function("flaky", move |payload: Value| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            async move {
                match call % 3 {
                    2 => Ok(payload),
                    _ => Err(TaskFailure::new("Flaky", "not yet")),
                }
            }
        })
}
