//! Runs Choice states: selects the first rule whose condition is true.

use crate::execution::step::{Exit, StateProgress, StateResult};
use crate::execution::step_loop::Execution;
use crate::program::{Choice, Io, Selection, State};
use crate::query::QueryError;
use crate::wait_id::CursorId;

/// The cause of the failure of a Choice without `Default`, if no rule matches.
#[doc(hidden)]
pub const NO_TRANSITION: &str =
    "Failed to transition out of the state. The state does not point to a next state.";

impl Execution {
    /// Selects the first rule that matches. Its Assign and Output replace the state's.
    pub(crate) fn choice(&mut self, id: CursorId, state: &State, choice: &Choice) -> StateResult {
        match self.choice_exit(id, state, choice) {
            Ok(exit) => Ok(StateProgress::Exit(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    fn choice_exit(
        &self,
        id: CursorId,
        state: &State,
        choice: &Choice,
    ) -> Result<Exit, QueryError> {
        let cursor = self.cursor(id)?;
        let mut selected = None;
        let effective = self.effective(cursor, state, &mut selected)?;
        let context = self.context(cursor);
        let scope = self.scope(cursor, &context, effective);
        for rule in &choice.rules {
            if !rule.condition.test(&scope)? {
                continue;
            }
            let assigned = rule.assign.eval(&scope)?;
            let output = match (&state.io, &rule.output) {
                (Io::JsonPath(io), _) => match &io.output_path {
                    Selection::Whole => selected,
                    path => Some(self.select(path, cursor, effective)?),
                },
                (Io::Jsonata(_), Some(output)) => Some(output.eval(&scope)?),
                (Io::Jsonata(_), None) => None,
            };
            return Ok(Exit {
                output,
                assigned,
                next: Some(rule.next),
            });
        }
        match choice.default {
            Some(default) => self.exit_forwarding(cursor, state, selected, Some(default)),
            None => Err(QueryError::runtime(NO_TRANSITION)),
        }
    }
}
