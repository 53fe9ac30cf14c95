//! Applies the catchers of a state to its failure.

use super::cursor::Cursor;
use super::failure::Failure;
use super::step::Exit;
use super::step_context::{FailureHandler, StepContext};
use super::step_loop::Execution;
use crate::program::{Catcher, Io, State};
use crate::query::QueryError;
use crate::wait_id::CursorId;

impl Execution {
    /// Returns the exit through the first catcher that matches the failure. An error in the
    /// catcher's own fields is a new failure, which no catcher of this state handles.
    pub(super) fn caught(
        &mut self,
        id: CursorId,
        failure: &Failure,
        cx: &mut StepContext<'_>,
    ) -> Option<Result<Exit, Failure>> {
        let cursor = self.cursors.get(id)?;
        let state = cx.program.state(cursor.state);
        let index = state
            .catch
            .iter()
            .position(|catcher| failure.is_named_by(&catcher.errors))?;
        if let Some(inspection) = self.cold.as_mut().and_then(|cold| cold.inspection()) {
            inspection.catcher = Some(index);
        }
        let handler = FailureHandler::Catcher(index);
        cx.environment.caller.failure_handled(cursor.state, handler);
        let catcher = &state.catch[index];
        let exit = self.catch_exit(cursor, state, catcher, failure);
        Some(exit.map_err(|error| self.query_failed(id, &error, &state.name)))
    }

    fn catch_exit(
        &self,
        cursor: &Cursor,
        state: &State,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<Exit, QueryError> {
        let error_output = failure.output();
        match &state.io {
            // In Assign, `$` is the Error Output. ResultPath inserts the Error Output into the raw
            // input.
            Io::JsonPath(_) => Ok(Exit {
                assigned: self.assign(&catcher.assign, cursor, &error_output)?,
                output: Some(
                    catcher
                        .result_path
                        .apply(|| Ok(cursor.input.clone()), error_output)?,
                ),
                next: Some(catcher.next),
            }),
            Io::Jsonata(_) => {
                let context = self.context(cursor);
                let mut scope = self.scope(cursor, &context, &cursor.input);
                scope.error_output = Some(&error_output);
                let assigned = catcher.assign.eval(&scope)?;
                let output = match &catcher.output {
                    Some(output) => output.eval(&scope)?,
                    None => error_output.clone(),
                };
                Ok(Exit {
                    output: Some(output),
                    assigned,
                    next: Some(catcher.next),
                })
            }
        }
    }
}
