//! The trait with which test tools observe the executions of an engine.

use std::sync::Arc;

use stepwright_asl::json::Json;
use stepwright_interpreter::ExecutionInfo;
use stepwright_interpreter::program::Program;
use stepwright_interpreter::value::Value;

use crate::execution::report::ExecutionReport;

/// A state machine of an engine.
#[derive(Debug)]
pub struct ObservedMachine<'a> {
    /// Its name.
    pub name: &'a str,
    /// The compiled definition.
    pub program: &'a Arc<Program>,
    /// The definition.
    pub definition: Json,
}

/// Creates the observer of an engine that is being built; `None` if nothing is observed. The error
/// is a problem that prevents the build.
pub type CreateObserver =
    Box<dyn FnOnce(&[ObservedMachine<'_>]) -> Result<Option<Arc<dyn Observer>>, String> + Send>;

/// Observes the executions of an engine, including nested ones and the children of Map Runs: for
/// coverage and replays. An engine without an observer has no costs for it.
pub trait Observer: Send + Sync {
    /// Called when a state machine, or a new version of one, is added while the engine runs.
    fn machine_added(&self, machine: ObservedMachine<'_>) {
        let _ = machine;
    }

    /// Called when an execution has ended, before its end is reported.
    fn ended(&self, program: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        let _ = (program, report, is_child);
    }

    /// Returns the items of a Map's ItemReader instead of reading them from its objects; `None`
    /// reads the objects.
    fn items(&self, execution: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        let _ = (execution, state);
        None
    }

    /// Returns the outcome of writing a Map's results instead of writing them; `None` writes them.
    fn results_written(
        &self,
        execution: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<(), String>> {
        let _ = (execution, state);
        None
    }
}
