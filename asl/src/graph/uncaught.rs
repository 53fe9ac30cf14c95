//! Errors that no catcher catches.

use crate::errors;
use crate::json::Json;
use crate::model::StateKind;

use super::raises::{RaisedError, StateErrors, is_distributed};
use super::{Definition, Graph};

/// An error that a state can raise and that no catcher catches, neither of the state itself nor of
/// a Map or Parallel around it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UncaughtError {
    /// The state that raises the error, by index into [`Graph::states`].
    pub state: usize,
    raised: RaisedError,
}

/// The kind of `ErrorEquals` that would catch an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CatchingName {
    /// `States.ALL`, or the error's name.
    All,
    /// Only the error's name: `States.DataLimitExceeded` that is not about the result of a task.
    Name,
    /// Nothing: `States.Runtime`, which means that the definition does not fit the data.
    Nothing,
}

impl UncaughtError {
    /// The error's name; `None` if it is unknown: a task can report any error, and a Fail state can
    /// compute its error.
    pub fn error(&self) -> Option<&str> {
        self.raised.name.as_deref()
    }

    /// The kind of `ErrorEquals` that would catch the error.
    pub fn taken_by(&self) -> CatchingName {
        if self.raised.is_taken_by(&[errors::ALL]) {
            CatchingName::All
        } else if self.error() == Some(errors::RUNTIME) {
            CatchingName::Nothing
        } else {
            CatchingName::Name
        }
    }
}

impl<D: Definition> Graph<'_, D> {
    /// The errors with which an execution can fail: those that reachable states raise and no
    /// catcher catches, in the order of [`Graph::states`]. A Distributed Map does not fail with the
    /// errors of its children, but with a separate error if too many of them failed.
    ///
    /// The errors of a state are derived from its type and its fields. Each path that may select
    /// nothing counts as `States.Runtime`, each JSONata expression as
    /// `States.QueryEvaluationError`, and each value that is built as `States.DataLimitExceeded`. A
    /// task can report any error. An execution of a valid definition fails with no other errors,
    /// except those of execution limits: its timeout, and the number of its history events. Most
    /// definitions can fail with errors that `States.ALL` does not catch;
    /// [`UncaughtError::taken_by`] distinguishes these.
    ///
    /// ```
    /// use stepwright_asl::StateMachine;
    /// use stepwright_asl::graph::{Graph, CatchingName};
    ///
    /// let machine = StateMachine::from_json(r#"{"StartAt": "Charge", "States": {
    ///     "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Mail",
    ///         "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}]},
    ///     "Mail": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true},
    ///     "Refuse": {"Type": "Fail", "Error": "Refused"}}}"#)?;
    /// let graph = Graph::of(&machine);
    /// let uncaught = graph.uncaught();
    /// let uncaught = uncaught.iter().filter(|uncaught| uncaught.taken_by() == CatchingName::All);
    /// let found: Vec<_> = uncaught.map(|uncaught| (graph.states()[uncaught.state].name, uncaught.error())).collect();
    /// assert_eq!(found, [("Mail", None), ("Mail", Some("States.DataLimitExceeded")), ("Refuse", Some("Refused"))]);
    /// # Ok::<(), stepwright_asl::Diagnostics>(())
    /// ```
    pub fn uncaught(&self) -> Vec<UncaughtError> {
        let mut reached = vec![false; self.states.len()];
        for container in 0..self.containers.len() {
            for state in self.reachable(container) {
                reached[state] = true;
            }
        }
        // The uncaught errors of each container. Inner states follow the state that contains them,
        // so reverse order processes them first.
        let mut out: Vec<Vec<UncaughtError>> = vec![Vec::new(); self.containers.len()];
        for (index, state) in self.states.iter().enumerate().rev() {
            let inner: Vec<_> = state
                .inner
                .iter()
                .map(|inner| std::mem::take(&mut out[*inner]))
                .collect();
            let Some(kind) = state.kind.filter(|_| reached[index]) else {
                continue;
            };
            let members = D::members(state.object);
            let raises = StateErrors::of(&members, kind, self.language);
            let of_state = |raised| UncaughtError {
                state: index,
                raised,
            };
            let mut errors: Vec<_> = raises.errors.into_iter().map(of_state).collect();
            if kind != StateKind::Map || !is_distributed(&members) {
                errors.extend(inner.into_iter().flatten());
            }
            if matches!(kind, StateKind::Task | StateKind::Map | StateKind::Parallel) {
                let catchers = members
                    .get("Catch")
                    .and_then(Json::as_array)
                    .unwrap_or_default();
                let names: Vec<Vec<&str>> = catchers.iter().map(error_equals).collect();
                errors.retain(|error| !names.iter().any(|names| error.raised.is_taken_by(names)));
            }
            errors.extend(raises.in_catchers.into_iter().map(of_state));
            out[state.container].extend(errors);
        }
        let mut uncaught = out.into_iter().next().unwrap_or_default();
        uncaught.sort_by_key(|uncaught| uncaught.state);
        uncaught
    }
}

fn error_equals(catcher: &Json) -> Vec<&str> {
    let names = catcher.get("ErrorEquals").and_then(Json::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect()
}
