//! The part of an execution that decides how it continues, as a text.

use std::fmt::Write as _;

use crate::execution::cursor::{Cursor, TaskExecutor, Waiting};
use crate::execution::step_loop::{Execution, Outcome};
use crate::program::StateIx;
use crate::query::VariableIx;
use crate::timestamp::Timestamp;
use crate::value::Value;
use crate::wait_id::CursorId;

impl Execution {
    /// Writes the part of the execution that decides how it continues: for each cursor its
    /// position, input, variables, retries and wait. Two executions of one program with the same
    /// fingerprint make the same transitions with the same inputs.
    ///
    /// `write_value` writes each value with the state and the role that it has there: all of it, or
    /// only the part that makes a difference.
    ///
    /// The ids of events and waits, the number of calls so far and the random stream are not in it,
    /// and deadlines are relative to `now`. An execution whose expressions read the time, or a time
    /// of the context object, may continue differently from one with the same fingerprint.
    ///
    /// With `attempts`, retries beyond a bound count as the bound.
    pub fn write_fingerprint(
        &self,
        now: Timestamp,
        attempts: Option<AttemptBound>,
        write_value: &dyn Fn(StateIx, ValueRole, &Value, &mut String),
        to: &mut String,
    ) {
        let mut cursors: Vec<(Vec<u32>, &Cursor)> = self
            .cursors
            .iter()
            .map(|(id, cursor)| (self.position_of(id), cursor))
            .collect();
        cursors.sort_by(|(left, _), (right, _)| left.cmp(right));
        for (position, cursor) in cursors {
            // Writing to a string never fails.
            let _ = write!(to, "{position:?}");
            let counts = cursor.attempt_state.retry_counts().iter();
            let retriers = &self.program.state(cursor.state).retry;
            let retries: Vec<u32> = counts
                .zip(retriers)
                .map(|(count, retrier)| match attempts {
                    Some(bound) if retrier.max_attempts > bound.caller => {
                        bound.distinct.min(*count)
                    }
                    _ => *count,
                })
                .collect();
            write_cursor(cursor, &retries, now, write_value, to);
        }
        match self.outcome() {
            None => {}
            Some(Outcome::Succeeded(output)) => {
                to.push_str("succeeded ");
                write_value(self.entry().start, ValueRole::Output, output, to);
            }
            Some(Outcome::Failed(failure) | Outcome::Aborted(failure)) => {
                let _ = write!(to, "failed {:?}", failure.error);
            }
            Some(Outcome::TimedOut) => to.push_str("timed out"),
        }
    }

    /// Returns about how many bytes a clone allocates. Values and the older events are shared.
    pub fn clone_bytes(&self) -> usize {
        let of_cursor = |cursor: &Cursor| {
            let waiting = match &cursor.waiting {
                Waiting::Children(children) => size_of_val(children.results.as_slice()),
                Waiting::Run(run) => size_of_val(&**run),
                Waiting::Task(task) => size_of_val(&**task),
                _ => 0,
            };
            let retries = size_of_val(cursor.attempt_state.retry_counts());
            let variables = cursor.variables.iter().count() * size_of::<Option<Value>>();
            size_of::<Option<Cursor>>() + waiting + retries + variables
        };
        let cursors = self.cursors.iter().map(|(_, cursor)| of_cursor(cursor));
        let calls = self.calls.len() * size_of::<u32>();
        size_of::<Self>() + cursors.sum::<usize>() + calls + self.recorder.clone_bytes()
    }

    /// Returns the indices of the branches and iterations around a cursor, outermost first. They
    /// do not depend on the order in which cursors started.
    fn position_of(&self, id: CursorId) -> Vec<u32> {
        let mut position = Vec::new();
        let mut cursor = self.cursors.get(id);
        while let Some((container, index)) = cursor.and_then(|cursor| cursor.parent) {
            position.push(index);
            cursor = self.cursors.get(container);
        }
        position.reverse();
        position
    }
}

/// A bound of the retries that a fingerprint distinguishes, for a caller that fails a task only a
/// limited number of times. A retrier with more attempts is never exhausted, so that two counts
/// above a bound differ in their delays only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptBound {
    /// The maximum number of failures of one task.
    pub caller: u32,
    /// The largest count that differs from smaller ones.
    pub distinct: u32,
}

/// The role of a value in a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueRole {
    /// The raw input of the state.
    Input,
    /// A workflow variable.
    Variable(VariableIx),
    /// The item of an iteration, or the items that are left; also those of a Map Run.
    Item,
    /// The output of a branch or an iteration, by its index, which the state collects.
    Result(u32),
    /// The arguments of a task that is running, or the result that it has delivered early.
    Task,
    /// Another value of the state.
    Other,
    /// The output of the execution.
    Output,
}

fn write_cursor(
    cursor: &Cursor,
    retries: &[u32],
    now: Timestamp,
    write_value: &dyn Fn(StateIx, ValueRole, &Value, &mut String),
    to: &mut String,
) {
    let write = |role: ValueRole, value: &Value, to: &mut String| {
        write_value(cursor.state, role, value, to);
    };
    let _ = write!(to, "{} {retries:?} ", cursor.state.index());
    write(ValueRole::Input, &cursor.input, to);
    for (variable, value) in cursor.variables.iter() {
        let _ = write!(to, " {}=", variable.index());
        write(ValueRole::Variable(variable), value, to);
    }
    if let Some(item) = &cursor.item {
        let _ = write!(to, " item {} {:?} ", item.index, item.key);
        write(ValueRole::Item, &item.value, to);
    }
    let due_in = |due: Timestamp| due.unix_millis() - now.unix_millis();
    match &cursor.waiting {
        Waiting::Enter => to.push_str(" enter"),
        Waiting::Attempt | Waiting::Busy => to.push_str(" attempt"),
        Waiting::Until { effective, due } => {
            let _ = write!(to, " until {} ", due_in(*due));
            write(ValueRole::Other, effective, to);
        }
        Waiting::Pause { due } => {
            let _ = write!(to, " pause {}", due_in(*due));
        }
        Waiting::Handler { target } => {
            let _ = write!(to, " handler {target:?}");
        }
        Waiting::Task(task) => {
            let timeout = task.timeout_due.map(due_in);
            let heartbeat = task.heartbeat_due.map(due_in);
            let stage = task.stage;
            let _ = write!(
                to,
                " task {stage:?} {timeout:?} {heartbeat:?} {}",
                task.takes_token
            );
            if let TaskExecutor::Handler { input, .. } | TaskExecutor::Activity { input } =
                &task.executor
            {
                write(ValueRole::Task, input, to);
            }
            if let Some(answer) = &task.answer {
                let _ = write!(to, "{:?} {:?}", answer.result, answer.due.map(due_in));
            }
        }
        Waiting::Children(children) => {
            let _ = write!(to, " children {} {} ", children.left, children.next);
            write(ValueRole::Item, &children.items, to);
            for (index, result) in (0..).zip(&children.results) {
                match result {
                    Some(result) => write(ValueRole::Result(index), result, to),
                    None => to.push('-'),
                }
            }
        }
        Waiting::Run(run) => {
            to.push_str(" run ");
            let write_output = |child, output: &Value, to: &mut String| {
                write(ValueRole::Result(child), output, to);
            };
            run.write_fingerprint(&write_output, to);
        }
        Waiting::Joined(results) => {
            to.push_str(" joined ");
            write(ValueRole::Other, results, to);
        }
    }
    to.push('\n');
}
