use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Resource;
use super::envelope::Invocation;
use super::handler::Resolution;
use crate::execution_info::ExecutionInfo;
use crate::program::{Program, StateIx};
use crate::query::Entropy;
use crate::value::Value;

/// Where a state runs: what prints the containers around it.
pub(crate) trait Scoped {
    fn names(&self) -> Vec<String>;
}

/// One attempt at a Task state, as it is put to a [`TaskSource`](super::TaskSource).
pub struct TaskCall<'a> {
    pub(crate) about: &'a Arc<ExecutionInfo>,
    pub(crate) program: &'a Arc<Program>,
    pub(crate) at: StateIx,
    pub(crate) state: &'a str,
    pub(crate) resource: &'a Resource,
    pub(crate) handler: &'a Resolution,
    pub(crate) parameters: &'a Value,
    pub(crate) scope: &'a dyn Scoped,
    pub(crate) attempt: u32,
    pub(crate) call: u32,
    pub(crate) token: Option<&'a str>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) heartbeat: Option<Duration>,
}

impl TaskCall<'_> {
    /// The execution: its ids, names and input.
    pub fn execution(&self) -> &ExecutionInfo {
        self.about
    }

    /// The state's name.
    pub fn state(&self) -> &str {
        self.state
    }

    /// The state's `Resource`.
    pub fn resource(&self) -> &Resource {
        self.resource
    }

    /// The effective parameters: what InputPath and Parameters, or Arguments, made of the state's input.
    pub fn parameters(&self) -> &Value {
        self.parameters
    }

    /// The enclosing Map iterations (`Map[2]`) and Parallel branches (`Parallel/FirstState`), outermost first.
    pub fn scope(&self) -> Vec<String> {
        self.scope.names()
    }

    /// How often this visit of the state was retried: 0 at the first attempt.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How many calls this state made before in this execution, over all visits and iterations.
    pub fn call(&self) -> u32 {
        self.call
    }

    /// The task token, where the task has one.
    pub fn token(&self) -> Option<&str> {
        self.token
    }

    /// The evaluated TimeoutSeconds.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The evaluated HeartbeatSeconds.
    pub fn heartbeat(&self) -> Option<Duration> {
        self.heartbeat
    }

    /// A request id that is the same in every run of the same execution.
    pub(crate) fn request_id(&self) -> String {
        let (execution, state) = (self.about.arn(), self.state);
        Entropy::of_text(&format!("{execution} {} {state}", self.call)).uuid()
    }

    /// The call of the function, when the resource is `arn:aws:states:::lambda:invoke`.
    pub fn invocation(&self) -> Option<Invocation> {
        let is_invocation = self.resource.is_lambda_invoke();
        is_invocation.then(|| Invocation::new(self.parameters, self.request_id()))
    }

    /// What names the target inside the parameters: the `FunctionName` of `lambda:invoke`, the
    /// `StateMachineArn` of `states:startExecution` and its likes.
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
