//! Runs Wait states: computes the end of the wait, and arms its timer.

use std::time::Duration;

use crate::execution::cursor::{Cursor, Waiting};
use crate::execution::message_text::message_text;
use crate::execution::step::{Exit, StateProgress, StateResult};
use crate::execution::step_context::StepContext;
use crate::execution::step_loop::Execution;
use crate::program::{Numeric, State, Wait};
use crate::query::QueryError;
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::{CursorId, TimerKind};

const TOO_LONG: &str = "Wait state delay is too long.";

impl Execution {
    /// Starts the wait, or leaves the state if the time has already passed.
    pub(crate) fn wait_state(
        &mut self,
        id: CursorId,
        state: &State,
        wait: &Wait,
        cx: &mut StepContext<'_>,
    ) -> StateResult {
        match self.end_of_wait(id, state, wait) {
            Ok((until, effective)) if until <= self.now => {
                match self.wait_exit(id, state, effective) {
                    Ok(exit) => Ok(StateProgress::Exit(exit)),
                    Err(error) => Err(self.query_failed(id, &error, &state.name)),
                }
            }
            Ok((due, effective)) => {
                let wait_id = self.wait(id, Waiting::Until { effective, due });
                cx.arm(wait_id, TimerKind::Wait, due);
                Ok(StateProgress::Wait)
            }
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        }
    }

    /// Leaves the state at the end of the wait.
    pub(crate) fn finish_wait(&mut self, id: CursorId, effective: Value, cx: &mut StepContext<'_>) {
        let Some(cursor) = self.cursors.get(id) else {
            return;
        };
        let state = cx.program.state(cursor.state);
        let progress = match self.wait_exit(id, state, effective) {
            Ok(exit) => Ok(StateProgress::Exit(exit)),
            Err(error) => Err(self.query_failed(id, &error, &state.name)),
        };
        self.conclude(id, progress, cx);
    }

    fn wait_exit(&self, id: CursorId, state: &State, effective: Value) -> Result<Exit, QueryError> {
        self.exit_forwarding(self.cursor(id)?, state, Some(effective), state.next)
    }

    fn end_of_wait(
        &self,
        id: CursorId,
        state: &State,
        wait: &Wait,
    ) -> Result<(Timestamp, Value), QueryError> {
        let cursor = self.cursor(id)?;
        let effective = self.effective_input(cursor, state)?;
        let until = match wait {
            Wait::Seconds(seconds) => {
                let delay = self.delay(cursor, seconds, &effective)?;
                if delay > self.limits.wait {
                    return Err(QueryError::runtime(TOO_LONG));
                }
                self.now + delay
            }
            Wait::Timestamp(text) => self.timestamp(text, || {
                QueryError::runtime(format!(
                    "The Timestamp parameter does not reference a valid ISO-8601 extended offset date-time format string: {text}"
                ))
            })?,
            Wait::TimestampPath { path, value } => {
                let found = self.evaluate(value, cursor, &effective)?;
                let text = found.as_str().unwrap_or_default();
                self.timestamp(text, || {
                    QueryError::runtime(format!(
                        "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {path} == {}",
                        message_text(&found)
                    ))
                })?
            }
            Wait::TimestampExpression(value) => {
                let found = self.evaluate(value, cursor, &effective)?;
                let text = found.as_str().unwrap_or_default();
                self.timestamp(text, || {
                    QueryError::jsonata(
                        "Timestamp",
                        format!(
                            "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {}",
                            message_text(&found)
                        ),
                    )
                })?
            }
        };
        Ok((until, effective))
    }

    fn timestamp(
        &self,
        text: &str,
        bad: impl FnOnce() -> QueryError,
    ) -> Result<Timestamp, QueryError> {
        let until = Timestamp::parse(text).ok_or_else(bad)?;
        if until - self.now > self.limits.wait {
            return Err(QueryError::runtime(TOO_LONG));
        }
        Ok(until)
    }

    fn delay(
        &self,
        cursor: &Cursor,
        seconds: &Numeric,
        effective: &Value,
    ) -> Result<Duration, QueryError> {
        match seconds {
            Numeric::Absent => Ok(Duration::ZERO),
            Numeric::Literal(value) => Ok(seconds_of(value)),
            Numeric::Path { path, value } => {
                let found = self.evaluate(value, cursor, effective)?;
                let number = match &found {
                    Value::Int(number) => *number,
                    other => {
                        return Err(QueryError::runtime(format!(
                            "The SecondsPath parameter cannot be parsed as a long value: {path} == {}",
                            message_text(other)
                        )));
                    }
                };
                u64::try_from(number).map(Duration::from_secs).map_err(|_| {
                    QueryError::runtime(format!(
                        "The SecondsPath parameter references a negative value: {path} == {number}"
                    ))
                })
            }
            Numeric::Expression(expr) => {
                let found = self.evaluate(expr, cursor, effective)?;
                if found.as_f64().is_none_or(|seconds| seconds < 0.0) {
                    return Err(QueryError::jsonata(
                        "Seconds",
                        format!(
                            "The Seconds field must be a number that is not negative, but was: {}",
                            message_text(&found)
                        ),
                    ));
                }
                Ok(seconds_of(&found))
            }
        }
    }
}

fn seconds_of(value: &Value) -> Duration {
    let seconds = value.as_f64().unwrap_or(0.0).max(0.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
