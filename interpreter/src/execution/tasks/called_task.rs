//! The data of a task that handlers and mocks can read when they are called.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::execution::Failure;
use crate::execution::message_text::unusable_parameters_text;
use crate::execution_info::ExecutionInfo;
use crate::history::ScopeNames;
use crate::program::StateIx;
use crate::query::Entropy;
use crate::task::envelope::Invocation;
use crate::task::{Resource, TaskFailure, TraceContext};
use crate::value::Value;

/// One attempt at a Task state, as a `TaskSource` gets it.
pub struct TaskCall<'a> {
    /// The execution, for engines.
    #[doc(hidden)]
    pub about: &'a Arc<ExecutionInfo>,
    /// The context of the attempt's span.
    #[doc(hidden)]
    pub trace: Option<&'a Arc<TraceContext>>,
    /// The state, for engines.
    #[doc(hidden)]
    pub at: StateIx,
    /// The state's name.
    pub(crate) state: &'a str,
    /// The state's `Resource`.
    pub(crate) resource: &'a Resource,
    pub(crate) parameters: &'a Value,
    pub(crate) scope: &'a dyn ScopeNames,
    pub(crate) attempt: u32,
    pub(crate) call: u32,
    pub(crate) token: Option<&'a str>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) heartbeat: Option<Duration>,
}

impl<'a> TaskCall<'a> {
    /// Returns the execution: its ids, names and input.
    pub fn execution(&self) -> &ExecutionInfo {
        self.about
    }

    /// Returns the position of the attempt in a distributed trace. It is that of the attempt's own
    /// span if the engine has a `TracePropagator`, and otherwise that of the start of the
    /// execution.
    pub fn trace_context(&self) -> Option<&TraceContext> {
        let of_attempt = self.trace.map(|trace| &**trace);
        of_attempt.or_else(|| self.about.trace_context())
    }

    /// Returns the state's name.
    pub fn state(&self) -> &'a str {
        self.state
    }

    /// Returns the state's `Resource`.
    pub fn resource(&self) -> &'a Resource {
        self.resource
    }

    /// Returns the effective parameters: the result of InputPath and Parameters, or Arguments, on
    /// the state's input.
    pub fn parameters(&self) -> &Value {
        self.parameters
    }

    /// Returns the enclosing Map iterations (`Map[2]`) and Parallel branches
    /// (`Parallel/FirstState`), outermost first.
    pub fn scope(&self) -> Vec<String> {
        self.scope.names()
    }

    /// Returns the visit of the container of each element of [`scope`](Self::scope), from 1: a loop
    /// visits a Map in each round.
    #[doc(hidden)]
    pub fn visits(&self) -> Vec<u32> {
        self.scope.visits()
    }

    /// Returns how many times this visit of the state was retried: 0 at the first attempt.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns how many calls this state made before in this execution, over all visits and
    /// iterations.
    pub fn call(&self) -> u32 {
        self.call
    }

    /// Returns the task token, if the task has one.
    pub fn token(&self) -> Option<&str> {
        self.token
    }

    /// Returns the evaluated TimeoutSeconds.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Returns the evaluated HeartbeatSeconds.
    pub fn heartbeat(&self) -> Option<Duration> {
        self.heartbeat
    }

    /// Returns a request id that is the same in every run of the same execution.
    pub fn request_id(&self) -> String {
        let (execution, state) = (self.about.arn(), self.state);
        Entropy::of_text(&format!("{execution} {} {state}", self.call)).uuid()
    }

    /// Returns random numbers for the name of an execution that this call starts. No other call has
    /// the same ones, also not after a restart: the numbers of an engine begin again there. An
    /// execution that has the name of an earlier one started at another time.
    pub fn name_entropy(&self) -> Entropy {
        let parts = [
            self.about.arn().to_string(),
            self.about.started().to_string(),
            self.call.to_string(),
            self.state.to_string(),
        ];
        Entropy::of_text(&parts.join(" "))
    }

    /// Returns the call of the function, when the resource is `arn:aws:states:::lambda:invoke`.
    pub fn invocation(&self) -> Option<Invocation> {
        let is_invocation = self.resource.is_lambda_invoke();
        is_invocation.then(|| Invocation::new(self.parameters, self.request_id()))
    }

    /// Returns the failure of a result above the size limit, `States.DataLimitExceeded`. A source
    /// returns it when it stops reading a result that is too large.
    pub fn result_too_large(&self) -> TaskFailure {
        let Failure { error, cause, .. } = Failure::too_large(self.resource.label(self.state));
        TaskFailure {
            error: error.map(String::from),
            cause: cause.map(String::from),
        }
    }

    /// Returns the cause of a state whose parameters its integration rejects, for
    /// `Answer::refused`. `reason` names the fault; several faults are separated by commas.
    pub fn unusable_parameters(&self, reason: &str) -> String {
        unusable_parameters_text(self.parameters, reason)
    }

    /// Returns the target in the parameters: the `FunctionName` of `lambda:invoke`, or the
    /// `StateMachineArn` of `states:startExecution`, for example.
    pub fn target(&self) -> Option<&str> {
        self.resource.target_in(self.parameters)
    }
}

impl fmt::Debug for TaskCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskCall")
            .field("state", &self.state)
            .field("resource", &self.resource.as_str())
            .field("scope", &self.scope())
            .field("attempt", &self.attempt)
            .field("call", &self.call)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
