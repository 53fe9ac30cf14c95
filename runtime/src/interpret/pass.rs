use super::execution::Execution;
use super::inspection::Stage;
use super::step::{Done, Exit, Stepped};
use crate::program::{Io, Pass, State};
use crate::query::QueryError;
use crate::wait_id::CursorId;

impl Execution {
    /// InputPath, Parameters, Result, Assign, ResultPath, OutputPath.
    pub(super) fn pass(&mut self, id: CursorId, state: &State, pass: &Pass) -> Stepped {
        match self.pass_exit(id, state, pass) {
            Ok(exit) => Ok(Done::Exits(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    fn pass_exit(&mut self, id: CursorId, state: &State, pass: &Pass) -> Result<Exit, QueryError> {
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let Io::JsonPath(io) = &state.io else {
            return self.exit_forwarding(cursor, state, effective, state.next);
        };
        let parameters = self.parameters(cursor, state, effective)?;
        let result = match &pass.result {
            Some(result) => {
                self.saw(Stage::Result, result);
                // The input may be changed in place from here on.
                drop(parameters);
                result.clone()
            }
            None => parameters,
        };
        self.exit_with_selected(id, state, io, result)
    }
}
