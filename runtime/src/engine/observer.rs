use std::sync::Arc;

use super::report::ExecutionReport;
use crate::execution_info::ExecutionInfo;
use crate::interpret::Failure;
use crate::program::Program;
use crate::value::Value;

/// Watches the executions of an engine, nested ones and the children of Map Runs among them: for coverage and exploration. An engine
/// without one pays nothing.
pub(crate) trait Observer: Send + Sync {
    /// A child of a Map Run is to be started.
    ///
    /// # Errors
    ///
    /// Why there can be no more of them.
    fn child_starts(&self) -> Result<(), String> {
        Ok(())
    }

    /// A child of a Map Run wrote so many more events. Gives whether it may go on.
    fn child_goes_on(&self, written: u32) -> bool {
        let _ = written;
        true
    }

    /// An execution is over; nobody knows it yet.
    fn ended(&self, program: &Arc<Program>, report: &Arc<ExecutionReport>, is_child: bool) {
        let _ = (program, report, is_child);
    }

    /// A field of a state could not be evaluated, also where a catcher takes that.
    fn evaluation_failed(&self, execution: &ExecutionInfo, state: &str, failure: &Failure) {
        let _ = (execution, state, failure);
    }

    /// What the ItemReader of a Map gives, in place of the objects that it names; `None` lets it read them.
    fn items(&self, execution: &ExecutionInfo, state: &str) -> Option<Result<Value, String>> {
        let _ = (execution, state);
        None
    }

    /// What becomes of the results of a Map, in place of writing them; `None` lets them be written.
    fn results_written(
        &self,
        execution: &ExecutionInfo,
        state: &str,
    ) -> Option<Result<(), String>> {
        let _ = (execution, state);
        None
    }
}
