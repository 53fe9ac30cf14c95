//! Runs Fail states: evaluates `Error` and `Cause`, and fails with them.

use smol_str::SmolStr;

use crate::execution::cursor::Cursor;
use crate::execution::failure::Failure;
use crate::execution::step::StateResult;
use crate::execution::step_loop::Execution;
use crate::program::{Fail, Text};
use crate::query::QueryError;
use crate::value::Value;
use crate::wait_id::CursorId;

impl Execution {
    /// Fails the scope with the state's Error and Cause, without a prefix.
    pub(crate) fn fail_state(&mut self, id: CursorId, fail: &Fail) -> StateResult {
        Err(match self.declared(id, fail) {
            Ok(failure) => failure,
            Err((error, name)) => self.query_failed(id, &error, &name),
        })
    }

    fn declared(&self, id: CursorId, fail: &Fail) -> Result<Failure, (QueryError, SmolStr)> {
        let cursor = self
            .cursor(id)
            .map_err(|error| (error, SmolStr::default()))?;
        let name = || self.program.state(cursor.state).name.clone();
        Ok(Failure {
            error: self
                .text(cursor, &fail.error)
                .map_err(|error| (error, name()))?,
            cause: self
                .text(cursor, &fail.cause)
                .map_err(|error| (error, name()))?,
            by_heartbeat: false,
            by_task: false,
            is_inner: false,
            by_query: false,
        })
    }

    fn text(&self, cursor: &Cursor, text: &Text) -> Result<Option<SmolStr>, QueryError> {
        let (field, value) = match text {
            Text::Absent => return Ok(None),
            Text::Literal(text) => return Ok(Some(text.clone())),
            Text::Computed { field, value } => (field, value),
        };
        match self.evaluate(value, cursor, &cursor.input)? {
            Value::Str(text) => Ok(Some(text.to_small())),
            other => Err(QueryError::runtime(format!(
                "The {field} field must evaluate to a string, but was: {}",
                other.to_text_within(10_000).unwrap_or_default()
            ))),
        }
    }
}
