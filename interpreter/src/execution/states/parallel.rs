//! Runs Parallel states: starts a cursor for each branch.

use crate::execution::cursor::Cursor;
use crate::execution::failure::Failure;
use crate::execution::step::{StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::history::{EventKind, Payload};
use crate::program::{Io, Parallel, State};
use crate::query::QueryError;
use crate::value::Value;
use crate::wait_id::CursorId;

impl Execution {
    /// Starts a cursor for each branch, with its own copy of the input and the variables.
    pub(crate) fn parallel(
        &mut self,
        id: CursorId,
        state: &State,
        parallel: &Parallel,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        let input = match self.branch_input(id, state) {
            Ok(input) => input,
            Err(error) => {
                let failure = self.query_failed(id, &error, &state.name);
                // As for a Map: an error in JSONata also writes ParallelStateFailed, an error in a
                // path does not.
                let is_jsonata = matches!(state.io, Io::Jsonata(_));
                return Err(if is_jsonata { failure.inner() } else { failure });
            }
        };
        if !self.is_within_limits(&input) {
            return Err(Failure::too_large(&state.name));
        }
        self.write(id, EventKind::ParallelStateStarted, Payload::None);
        if let Some(progress) = self.mocked_result(id, cx) {
            return progress;
        }
        if !self.wait_for_children(id, Value::Null, parallel.branches.len()) {
            return Ok(StateProgress::Wait);
        }
        for (index, branch) in (0u32..).zip(&parallel.branches) {
            let Some(cursor) = self.cursors.get(id) else {
                break;
            };
            let (container, parent) = (cursor.state, cursor.scope);
            let child = Cursor {
                item: cursor.item.clone(),
                ..Cursor::at(
                    branch.start,
                    input.clone(),
                    cursor.variables.clone(),
                    self.now,
                    self.recorder.open(parent, container, index),
                    Some((id, index)),
                )
            };
            self.spawn(child);
        }
        Ok(StateProgress::Wait)
    }

    fn branch_input(&self, id: CursorId, state: &State) -> Result<Value, QueryError> {
        let cursor = self.cursor(id)?;
        self.parameters(cursor, state)
    }
}
