//! Runs Pass states: computes the output from the input, without a task.

use crate::execution::inspection::InspectionStage;
use crate::execution::step::{Exit, StateProgress, StateResult};
use crate::execution::step_loop::Execution;
use crate::program::{Io, Pass, State};
use crate::query::QueryError;
use crate::wait_id::CursorId;

impl Execution {
    /// Runs a Pass: InputPath, Parameters, Result, Assign, ResultPath, OutputPath.
    pub(crate) fn pass(&mut self, id: CursorId, state: &State, pass: &Pass) -> StateResult {
        match self.pass_exit(id, state, pass) {
            Ok(exit) => Ok(StateProgress::Exit(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    fn pass_exit(&mut self, id: CursorId, state: &State, pass: &Pass) -> Result<Exit, QueryError> {
        let cursor = self.cursor(id)?;
        let Io::JsonPath(io) = &state.io else {
            return self.exit_forwarding(cursor, state, None, state.next);
        };
        let result = match &pass.result {
            Some(result) => {
                // The result replaces the parameters, which can only fail.
                if self.is_inspected() || !io.takes_whole_input() {
                    self.parameters(cursor, state)?;
                }
                self.inspect_value(InspectionStage::Result, result);
                result.clone()
            }
            None => self.parameters(cursor, state)?,
        };
        self.exit_with_selected(id, state, io, result)
    }
}
