//! The errors that the methods of an engine and of its handles return.

use std::fmt;

use stepwright_asl::name::MACHINE_RULE;
use stepwright_interpreter::Status;
use stepwright_interpreter::history::{History, InvalidPageToken};
use stepwright_interpreter::value::Value;

use crate::execution::report::ExecutionReport;
use crate::restart::RestartError;
use crate::store::StoreError;

/// An engine cannot be built. Lists all problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    pub(super) problems: Vec<String>,
}

impl BuildError {
    #[doc(hidden)]
    pub fn new(problem: String) -> Self {
        Self {
            problems: vec![problem],
        }
    }

    #[doc(hidden)]
    pub fn of(problems: Vec<String>) -> Self {
        Self { problems }
    }

    /// The problems, one sentence each.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl std::error::Error for BuildError {}

/// An execution cannot be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No machine of that name was registered.
    #[error("the state machine `{0}` does not exist; register it with the engine's builder")]
    StateMachineDoesNotExist(String),
    /// A Standard execution of that name runs with other input, or ended.
    #[error("an execution named `{0}` exists already; choose another name")]
    ExecutionAlreadyExists(String),
    /// The input cannot be an execution's input.
    #[error("the input cannot be used: {0}")]
    InvalidInput(String),
    /// The name breaks AWS's rules.
    #[error("`{0}` is not a valid execution name: {rule}", rule = MACHINE_RULE)]
    InvalidName(String),
    /// The mocks, or another source of task results, name a state that no registered definition
    /// has.
    #[error("{0}")]
    InvalidTasks(String),
    /// There is no tokio runtime to run it on.
    #[error("there is no tokio runtime here; start executions from within one")]
    NoRuntime,
    /// Too many Standard executions are open:
    /// [`Limits::open_executions`](crate::Limits::open_executions).
    #[error(
        "ExecutionLimitExceeded: {0} executions are open, and no more may be; start it again when one has ended"
    )]
    ExecutionLimitExceeded(usize),
    /// The engine was shut down.
    #[error("the engine was shut down; nothing is started any more")]
    ShutDown,
    /// The store cannot commit anything at the moment: the disk is full, for example. Nothing was
    /// started.
    #[error("nothing can be started at the moment, try again later: {0}")]
    Unavailable(StoreError),
    /// The store cannot commit the start. Nothing was started.
    #[error("the execution cannot be stored: {0}")]
    Store(StoreError),
}

impl StartError {
    /// Returns the error for a start of this name that the store did not commit.
    pub(super) fn of_store(error: StoreError, name: &str) -> Self {
        match error {
            StoreError::Exists { .. } => Self::ExecutionAlreadyExists(name.to_owned()),
            error if error.may_pass() => Self::Unavailable(error),
            error => Self::Store(error),
        }
    }
}

/// Why `execute` of a workflow returned no output.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The execution could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The execution did not succeed.
    #[error(transparent)]
    Failed(#[from] ExecutionFailed),
}

/// An execution cannot be started from a state of another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartFromStateError {
    /// The engine has no Standard execution with this ARN.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// The execution cannot be read.
    #[error("the execution cannot be read: {0}")]
    Unreadable(StoreError),
    /// The execution is a child of a Map Run, whose states are inside of the Map.
    #[error(
        "the execution `{0}` is a child of a Map Run, where no execution can begin; start from a state of the execution that the Map Run belongs to"
    )]
    MapRunChild(String),
    /// The definition of the execution is unknown, because this engine did not compile it.
    #[error("the definition of the execution `{0}` is unknown; start its state machine instead")]
    UnknownDefinition(String),
    /// No execution can begin at this state, or not with this input or these variables.
    #[error(transparent)]
    State(#[from] RestartError),
    /// The definition with the new first state does not compile, for example because JSONata is
    /// needed and this engine has none.
    #[error("the definition with the new first state cannot be used: {0}")]
    Definition(BuildError),
    /// The execution could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// An execution cannot be redriven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedriveError {
    /// The engine has no Standard execution with this ARN.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// The execution exists but cannot be redriven; the reason is what DescribeExecution calls
    /// `redriveStatusReason`.
    #[error("{0}")]
    ExecutionNotRedrivable(String),
    /// There is no tokio runtime to run it on.
    #[error("there is no tokio runtime here; redrive executions from within one")]
    NoRuntime,
    /// Too many Standard executions are open:
    /// [`Limits::open_executions`](crate::Limits::open_executions).
    #[error(
        "ExecutionLimitExceeded: {0} executions are open, and no more may be; redrive it when one has ended"
    )]
    ExecutionLimitExceeded(usize),
    /// The engine was shut down.
    #[error("the engine was shut down; nothing is redriven any more")]
    ShutDown,
    /// The store cannot be read, or cannot commit the redrive. The execution stays closed as
    /// before.
    #[error("the execution cannot be redriven: {0}")]
    Store(StoreError),
}

impl RedriveError {
    /// Returns the error for a redrive that the store did not commit.
    pub(super) fn of_store(error: StoreError, id: &str) -> Self {
        match error {
            // It was deleted concurrently.
            StoreError::Conflict { .. } => Self::ExecutionDoesNotExist(id.to_owned()),
            error => Self::Store(error),
        }
    }
}

/// A history cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The engine has no Standard execution, and no child of a Map Run, with this ARN.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// The page token is not valid for this query.
    #[error(transparent)]
    InvalidToken(#[from] InvalidPageToken),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An execution cannot be deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeleteError {
    /// The engine has no Standard execution with this ARN. The children of a Map Run are deleted
    /// with the execution of the run.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// The execution is running.
    #[error("the execution `{0}` runs; stop it first, or wait for its end")]
    ExecutionIsRunning(String),
    /// The store cannot be read, or cannot commit the deletion. The execution stays as before.
    #[error("the execution cannot be deleted: {0}")]
    Store(#[from] StoreError),
}

/// A task token cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The engine never issued this token.
    #[error("Invalid Token: 'Invalid token'")]
    InvalidToken,
    /// Its task timed out.
    #[error("the task of this token timed out")]
    TaskTimedOut,
    /// Its task was answered before, or its execution has ended.
    #[error("the task of this token does not exist any more")]
    TaskDoesNotExist,
    /// The store cannot commit the answer, or the engine shuts down. The task still waits for an
    /// answer.
    #[error(
        "the answer is not durable, and the task still waits for one; answer again when an engine continues the execution"
    )]
    CommitFailed,
    /// The output is not JSON, or larger than AWS accepts.
    #[error("the output cannot be used: {0}")]
    InvalidOutput(String),
}

/// An activity cannot be created or deleted, or has no tasks to poll.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActivityError {
    /// No activity has this ARN.
    #[error(
        "the activity `{0}` does not exist; create it with `Engine::create_activity`, or declare it with the engine's builder"
    )]
    ActivityDoesNotExist(String),
    /// The execution has no task of an activity in a queue for this state.
    #[error(
        "the state `{0}` has no queued task of an activity; a worker took it, or the state does not wait for one: list the waits of the execution"
    )]
    NoQueuedTask(String),
    /// The name breaks AWS's rules.
    #[error("`{0}` is not a valid activity name: {rule}", rule = MACHINE_RULE)]
    InvalidName(String),
    /// The store cannot commit the change. Nothing changed.
    #[error("the activity cannot be stored: {0}")]
    Store(#[from] StoreError),
}

/// An execution did not succeed, or its output does not match the caller's type.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExecutionFailed {
    /// The execution's ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `Failed`, `TimedOut` or `Aborted`; `Succeeded` when the output does not match the caller's
    /// type.
    pub status: Status,
    /// The error name.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
    /// The output, when the execution succeeded but the output does not match the caller's type.
    pub output: Option<Box<Value>>,
    /// The history of the execution.
    pub history: History,
}

impl ExecutionFailed {
    pub(super) fn new(report: &ExecutionReport) -> Self {
        let about = report.execution();
        Self {
            id: about.arn().to_string(),
            name: about.name().to_string(),
            status: report.status,
            error: report.error.clone(),
            cause: report.cause.clone(),
            output: report.output.clone().map(Box::new),
            history: report.history.clone(),
        }
    }

    /// Returns the error for an execution that succeeded with an output that does not match the
    /// caller's type.
    pub(super) fn mismatch(report: &ExecutionReport, cause: String) -> Self {
        Self {
            error: Some("Stepwright.OutputMismatch".to_owned()),
            cause: Some(cause),
            ..Self::new(report)
        }
    }
}

impl fmt::Display for ExecutionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "execution `{}` ended with status {}",
            self.name, self.status
        )?;
        if let Some(error) = &self.error {
            write!(f, ": {error}")?;
        }
        if let Some(cause) = &self.cause {
            write!(f, ": {}", self.history.redaction().text(cause))?;
        }
        Ok(())
    }
}

impl std::error::Error for ExecutionFailed {}
