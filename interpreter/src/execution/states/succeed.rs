//! Runs Succeed states: computes the output, and ends the scope.

use crate::execution::step::{Exit, StateProgress, StateResult};
use crate::execution::step_loop::Execution;
use crate::program::State;
use crate::query::QueryError;
use crate::wait_id::CursorId;

impl Execution {
    /// Runs a Succeed: InputPath and OutputPath, or Output. Its exit ends the scope.
    pub(crate) fn succeed_state(&mut self, id: CursorId, state: &State) -> StateResult {
        match self.succeed_exit(id, state) {
            Ok(exit) => Ok(StateProgress::Exit(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    fn succeed_exit(&self, id: CursorId, state: &State) -> Result<Exit, QueryError> {
        let cursor = self.cursor(id)?;
        let mut selected = None;
        self.effective(cursor, state, &mut selected)?;
        self.exit_forwarding(cursor, state, selected, None)
    }
}
