//! The options with which a caller starts an execution, such as its name.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;
use stepwright_interpreter::task::TraceContext;

use crate::dispatch::test_case_source::TestCase;
use crate::task::TaskSource;

/// Options for the start of an execution.
///
/// ```
/// # extern crate stepwright_engine as stepwright_runtime;
/// use stepwright_runtime::StartOptions;
///
/// let options = StartOptions::new().name("order-17").role_arn("arn:aws:iam::123456789012:role/orders");
/// # let _ = options;
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct StartOptions {
    pub(crate) name: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) role_arn: Option<String>,
    pub(crate) machine_id: Option<String>,
    pub(crate) machine_name: Option<String>,
    pub(crate) source: Option<Arc<dyn TaskSource>>,
    pub(crate) test_case: Option<TestCase>,
    /// The root of the chain of executions that starts this one.
    pub(crate) root: Option<SmolStr>,
    pub(crate) is_synchronous: bool,
    pub(crate) trace: Option<Arc<TraceContext>>,
}

impl StartOptions {
    /// Returns the defaults: a random name, and the ids that follow from it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the execution's name. Starting a running execution's name again with the same input
    /// returns that execution.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets `$$.Execution.Id` instead of the ARN that follows from the names.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets `$$.Execution.RoleArn`.
    pub fn role_arn(mut self, role_arn: impl Into<String>) -> Self {
        self.role_arn = Some(role_arn.into());
        self
    }

    /// Sets `$$.StateMachine.Id` instead of the machine's ARN.
    pub fn machine_id(mut self, machine_id: impl Into<String>) -> Self {
        self.machine_id = Some(machine_id.into());
        self
    }

    /// Sets `$$.StateMachine.Name` instead of the machine's name.
    pub fn machine_name(mut self, machine_name: impl Into<String>) -> Self {
        self.machine_name = Some(machine_name.into());
        self
    }

    /// Sets a source of task results for this execution, its nested workflows and the children of
    /// its Map Runs. It is consulted before the engine's own sources and handlers.
    pub fn tasks(mut self, source: impl TaskSource + 'static) -> Self {
        self.source = Some(source.into_shared());
        self
    }

    /// Sets the test case for the tasks of this execution, its nested workflows and the children of
    /// its Map Runs, from the mock file of the engine
    /// ([`test_cases`](crate::EngineBuilder::test_cases)). A store stores its name.
    pub fn test_case(mut self, case: impl Into<String>) -> Self {
        self.test_case = Some(TestCase::Chosen(case.into()));
        self
    }

    /// Sets the distributed trace that the execution continues. Its tasks, nested workflows and the
    /// children of its Map Runs get the same context, also after a restart.
    pub fn trace_context(mut self, trace: TraceContext) -> Self {
        self.trace = Some(Arc::new(trace));
        self
    }

    /// Marks the start as StartSyncExecution: the context object has no `RedriveCount`.
    pub fn synchronous(mut self) -> Self {
        self.is_synchronous = true;
        self
    }
}

impl fmt::Debug for StartOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartOptions")
            .field("name", &self.name)
            .field("id", &self.id)
            .field("has_tasks", &self.source.is_some())
            .field("test_case", &self.test_case)
            .finish_non_exhaustive()
    }
}
