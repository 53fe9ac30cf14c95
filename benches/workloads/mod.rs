//! State machines of any length, each with one expensive feature. The benchmarks measure their
//! time, and `allocations` their allocations.

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
    /// Returns the state machine with this number of states, rounds, items or branches.
    pub(crate) fn of(self, length: usize) -> Workload {
        (self.make)(length)
    }
}

/// A state machine and its input.
pub(crate) struct Workload {
    pub(crate) definition: Json,
    pub(crate) input: Value,
    /// How many states one execution enters, including those inside of Maps and Parallels.
    pub(crate) transitions: usize,
}

impl Workload {
    /// Returns an engine on virtual time with the machine. Standard executions record their
    /// history, Express executions do not.
    pub(crate) fn engine(&self, machine_type: MachineType) -> Engine {
        with_handlers(Engine::builder())
            .register_json(MACHINE, &self.definition.to_string(), machine_type)
            .history(machine_type == MachineType::Standard)
            .limits(limits())
            .virtual_time()
            .seed(1)
            .retention(1)
            .build()
            .unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// Returns the report of an execution, which must have succeeded.
pub(crate) fn succeeded(report: Arc<ExecutionReport>) -> Arc<ExecutionReport> {
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.cause);
    report
}

impl fmt::Debug for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.definition)
    }
}

/// Returns higher limits than AWS's, which are too low for the longest workloads.
fn limits() -> Limits {
    Limits::new()
        .payload_bytes(u64::MAX)
        .events(u32::MAX)
        .definition_bytes(usize::MAX)
        .express_duration(Duration::from_secs(86_400))
        .express_transitions(u64::MAX)
}

#[derive(Serialize, Deserialize)]
struct Counter {
    i: u64,
    n: u64,
}

/// Registers the functions: `echo` returns its payload, `inc` increments, and `flaky` succeeds in
/// every third call.
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
