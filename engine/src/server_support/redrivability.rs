//! Determines for a server whether an execution can be redriven, and why not.

use stepwright_interpreter::Status;
use stepwright_interpreter::value::Value;

use super::ServerEngine;
use crate::execution_handle::ExecutionHandle;
use crate::start::redrive::missing_resume_point;
use crate::store::StoreError;

/// Whether an execution can be redriven, as DescribeExecution reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redrivability {
    /// It can be redriven.
    Redrivable,
    /// Only together with the execution of its Map Run.
    ByMapRun,
    /// Not redrivable, with the reason.
    Not(String),
}

impl ServerEngine {
    /// Returns whether an execution can be redriven.
    ///
    /// # Errors
    ///
    /// The errors of reading the store.
    pub async fn redrivability(
        &self,
        run: &ExecutionHandle<Value>,
    ) -> Result<Redrivability, StoreError> {
        let not = |reason: &str| Ok(Redrivability::Not(reason.to_owned()));
        let state = run.state();
        let Some(report) = state.final_report() else {
            return not("Execution is RUNNING and cannot be redriven");
        };
        if report.status == Status::Succeeded {
            return not("Execution is SUCCEEDED and cannot be redriven");
        }
        if self.map_run_of(run.id()).await?.is_some() {
            return Ok(Redrivability::ByMapRun);
        }
        let Some(redrivable) = state.redrivable() else {
            return not(missing_resume_point(report));
        };
        match (self.shared).again(&state.about, report, &redrivable, None) {
            Ok(_) => Ok(Redrivability::Redrivable),
            Err(refused) => not(&refused.to_string()),
        }
    }
}
