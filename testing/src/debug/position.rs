//! The positions of a debugger: what happens next, with the visited state and its data.

use std::collections::BTreeMap;
use std::time::Duration;

use stepwright_interpreter::execution::Wait;
use stepwright_interpreter::value::Value;
use stepwright_interpreter::{CursorId, Status, Timestamp};

/// A position at which a [`Debugger`](super::Debugger) stopped.
///
/// If branches or iterations run concurrently, it is the position of the branch that continues
/// next. The order is that of the engine: a branch continues until it waits, then the next one
/// continues. [`others`](Self::others) has the rest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Position {
    /// The virtual time.
    pub time: Timestamp,
    /// What happens next.
    pub kind: PositionKind,
    /// The other branches and iterations that have not ended, in the order in which they entered
    /// their states.
    pub others: Vec<OtherCursor>,
    /// How many events the history has.
    pub events: u32,
    pub(super) cursor: Option<CursorId>,
}

/// What happens next at a [`Position`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PositionKind {
    /// The state is entered.
    Entering(StateVisit),
    /// The task of the state is called, and needs an answer.
    Call(StateVisit, PendingCall),
    /// A child execution of a Distributed Map was started, and needs an answer: its output, or its
    /// failure.
    Child(StateVisit, PendingChild),
    /// The state waits for a timer: everything else waits, too. Virtual time jumps to it with the
    /// next step.
    Waiting(StateVisit, Wait),
    /// The execution waits only for its own timeout, with which it ends.
    ExecutionTimeout(Timestamp),
    /// The execution has ended.
    Ended(ExecutionEnd),
}

/// A visit of a state.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StateVisit {
    /// The name of the state.
    pub state: String,
    /// The enclosing Map iterations (`Map[2]`) and Parallel branches (`Parallel/FirstState`),
    /// outermost first.
    pub scope: Vec<String>,
    /// The raw input of the state.
    pub input: Value,
    /// The variables that have a value, by name.
    pub variables: BTreeMap<String, Value>,
    /// How many times this visit was retried.
    pub retries: u32,
}

/// A call of a task that needs an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PendingCall {
    /// The state's `Resource`.
    pub resource: String,
    /// The function or state machine that the arguments name.
    pub target: Option<String>,
    /// The effective parameters, or `Arguments`.
    pub arguments: Value,
    /// How many calls the state made before in this execution, over all visits and iterations.
    pub call: u32,
    /// The evaluated `TimeoutSeconds`.
    pub timeout: Option<Duration>,
    /// The evaluated `HeartbeatSeconds`.
    pub heartbeat: Option<Duration>,
}

/// A child execution of a Distributed Map that needs an answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PendingChild {
    /// Its number among the children of the Map Run, from 0.
    pub number: u32,
    /// Its ARN.
    pub arn: String,
    /// Its input.
    pub input: Value,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExecutionEnd {
    /// Its status.
    pub status: Status,
    /// Its output, if it succeeded.
    pub output: Option<Value>,
    /// The error name, if it failed.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
}

/// A branch or iteration other than that of the [`Position`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OtherCursor {
    /// The visit of its state.
    pub visit: StateVisit,
    /// Its wait; `None` if it continues as soon as it is its turn.
    pub wait: Option<Wait>,
}

impl Position {
    /// Returns the visit of the state; `None` at the end of the execution.
    pub fn visit(&self) -> Option<&StateVisit> {
        self.kind.visit()
    }

    /// Returns the name of the state; `None` at the end of the execution.
    pub fn state(&self) -> Option<&str> {
        self.visit().map(|visit| visit.state.as_str())
    }

    /// Returns the scope of the state; empty at the end of the execution.
    pub fn scope(&self) -> &[String] {
        self.kind.scope()
    }

    /// Returns whether a call or a child needs an answer.
    pub fn needs_answer(&self) -> bool {
        matches!(self.kind, PositionKind::Call(..) | PositionKind::Child(..))
    }
}

impl PositionKind {
    pub(super) fn visit(&self) -> Option<&StateVisit> {
        match self {
            Self::Entering(visit)
            | Self::Call(visit, _)
            | Self::Child(visit, _)
            | Self::Waiting(visit, _) => Some(visit),
            Self::ExecutionTimeout(_) | Self::Ended(_) => None,
        }
    }

    pub(super) fn scope(&self) -> &[String] {
        self.visit().map_or(&[], |visit| &visit.scope)
    }
}
